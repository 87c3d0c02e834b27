// Who is asking: decided from the Authorization value alone, the same over HTTP and websocket.
import { createHash } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import type { Caller } from '../context.ts'

/** Whose rights upstream calls have: the gateway's own, or those of each caller's token. */
export type CallerMode = 'sandbox' | 'credential' | 'callers'

/** The caller behind an Authorization value. Throws UNAUTHENTICATED for one that cannot be used here. */
export type IdentifyCaller = (authorization: string | undefined) => Caller

export interface Callers {
  readonly identify: IdentifyCaller
  /** The caller who acts with the gateway's own credential, where it has one. */
  readonly house: Caller | undefined
  /** The caller of an id, where the gateway knows callers without what they bring. */
  readonly own: (id: string) => Caller | undefined
}

export function createCallers(mode: CallerMode): Callers {
  const house = mode === 'callers' ? undefined : mode === 'sandbox' ? SANDBOX : GATEWAY
  return {
    house,
    own: (id) => (house?.id === id ? house : undefined),
    identify(authorization) {
      if (!house) return authorization === undefined ? ANONYMOUS : tokenCaller(authorization)
      // Someone who brings a token means to be somebody; answering with the gateway's own account would be another's data.
      if (authorization !== undefined) {
        throw new GatewayError(
          'UNAUTHENTICATED',
          'This gateway works with its own credential and takes no token from callers.',
        )
      }
      return house
    },
  }
}

const SANDBOX: Caller = { id: 'sandbox', kind: 'sandbox', scopes: null }
const GATEWAY: Caller = { id: 'gateway', kind: 'gateway', scopes: null }
const ANONYMOUS: Caller = { id: 'anonymous', kind: 'anonymous', scopes: [] }

function tokenCaller(authorization: string): Caller {
  const [, token] = /^Bearer +([\x21-\x7e]{1,8192})$/i.exec(authorization.trim()) ?? []
  if (token === undefined) throw new GatewayError('UNAUTHENTICATED', 'Authorization must read "Bearer …".')
  return { id: `token-${digest(token)}`, kind: 'token', scopes: null, ...claimsOf(token), token }
}

/**
 * What a JSON Web Token says of itself: a digest of its issuer and subject, and when it ends; nothing of any other token. Nothing here says
 * that it is genuine.
 */
function claimsOf(token: string): Pick<Caller, 'subject' | 'expiresAt'> {
  const [, payload = '', signature] = token.split('.')
  if (!signature) return {}
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Partial<Record<string, unknown>> | null
    const { iss, sub, exp } = claims ?? {}
    return {
      ...(typeof sub === 'string' && sub !== '' && { subject: `subject-${digest(JSON.stringify([iss, sub]))}` }),
      ...(typeof exp === 'number' && { expiresAt: exp * 1000 }),
    }
  } catch {
    return {}
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
