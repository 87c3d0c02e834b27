// Who is asking: decided from the Authorization value and the page that it came from, the same over HTTP and websocket.
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../errors.ts'
import type { Key, Keyring } from '../access/keys.ts'
import type { Caller } from '../context.ts'
import type { Visitor } from './visitors.ts'

/** Whose rights upstream calls have: the gateway's own, or those of each caller's token. */
export type CallerMode = 'sandbox' | 'credential' | 'callers'

/** The caller behind a request. Throws UNAUTHENTICATED for one who cannot come in, and FORBIDDEN for one who cannot from that page. */
export type IdentifyCaller = (visitor: Pick<Visitor, 'authorization' | 'origin' | 'isLocal'>) => Caller

export interface Callers {
  readonly identify: IdentifyCaller
  /** Who acts with the gateway's own credential where nobody asks, where it has one. */
  readonly house: Caller | undefined
  /** The caller of an id, where the gateway knows callers without what they bring. */
  readonly own: (id: string) => Caller | undefined
  /** Whether a caller who came in would still be let in as the same. */
  readonly isCurrent: (caller: Caller) => boolean
  /** Whether a caller may run what is in no list of trusted documents. */
  readonly mayAdhoc: (caller: Caller) => boolean
}

/** `keyring`: who may act with the gateway's credential; undefined: whoever comes in. */
export function createCallers(mode: CallerMode, keyring?: Keyring): Callers {
  const house = mode === 'callers' ? undefined : mode === 'sandbox' ? SANDBOX : GATEWAY
  if (!house)
    return { house, own: () => undefined, identify: createByToken(), isCurrent: () => true, mayAdhoc: () => false }
  return keyring ? createKeyCallers(house, keyring) : createOpenDoor(house)
}

export const ENDED = 'The token or key has come to its end.'

const SANDBOX: Caller = { id: 'sandbox', kind: 'sandbox', scopes: null, isInvented: true }
const GATEWAY: Caller = { id: 'gateway', kind: 'gateway', scopes: null }
const ANONYMOUS: Caller = { id: 'anonymous', kind: 'anonymous', scopes: [] }

function createOpenDoor(house: Caller): Callers {
  return {
    house,
    own: (id) => (house.id === id ? house : undefined),
    identify({ authorization, isLocal }) {
      // What is invented may be shown around.
      if (!isLocal && !house.isInvented) throw new GatewayError('UNAUTHENTICATED', LOCAL_ONLY)
      if (authorization === undefined) return house
      // Someone who brings a token means to be somebody; answering with the gateway's own account would be another's data.
      throw new GatewayError(
        'UNAUTHENTICATED',
        'This gateway works with its own credential and takes no token from callers.',
      )
    },
    isCurrent: () => true,
    mayAdhoc: () => false,
  }
}

function createKeyCallers(house: Caller, keyring: Keyring): Callers {
  // A key's row is one object for as long as it stays as it is, and so is its caller.
  const callers = new WeakMap<Key, Caller>()
  const keys = new WeakMap<Caller, Key>()
  const callerOf = (key: Key): Caller => {
    const known = callers.get(key)
    if (known) return known
    const { name, scopes, expiresAt } = key
    const caller: Caller = {
      id: `${KEY}${name}`,
      kind: 'key',
      name,
      scopes,
      ...(expiresAt !== undefined && { expiresAt }),
      ...(house.isInvented && { isInvented: true }),
    }
    callers.set(key, caller)
    keys.set(caller, key)
    return caller
  }
  return {
    house,
    own(id) {
      const key = id.startsWith(KEY) ? keyring.named(id.slice(KEY.length)) : undefined
      return key && !hasEnded(key) ? callerOf(key) : undefined
    },
    identify({ authorization, origin }) {
      if (authorization === undefined) throw new GatewayError('UNAUTHENTICATED', KEY_NEEDED)
      const key = keyring.find(bearer(authorization))
      // Which of the two it is, is nobody's business who has no good key.
      if (!key || hasEnded(key))
        throw new GatewayError('UNAUTHENTICATED', 'This key is not known here, or not any more.')
      if (origin !== undefined && key.origins && !key.origins.includes(origin))
        throw new GatewayError('FORBIDDEN', 'This key may not be used from this origin.')
      return callerOf(key)
    },
    isCurrent(caller) {
      const key = keys.get(caller)
      return key !== undefined && keyring.holds(key)
    },
    mayAdhoc: (caller) => keys.get(caller)?.adhoc ?? false,
  }
}

const LOCAL_ONLY =
  'Without GATEWAY_KEYS_FILE the credential of this gateway serves the machine that it runs on, and nobody by way of a proxy.'
const KEY = 'key-'
const KEY_NEEDED = 'This gateway is for those who have a key of it: send it as "Authorization: Bearer …".'

/** Of so many tokens it is remembered what they say of themselves, by their digest: no token is kept for longer than its request. */
const MOST_TOKENS = 10_000

function createByToken(): IdentifyCaller {
  const known = new LRUCache<string, Claims>({ max: MOST_TOKENS })
  return ({ authorization }) => {
    if (authorization === undefined) return ANONYMOUS
    const token = bearer(authorization)
    const id = `token-${digest(token)}`
    let claims = known.get(id)
    if (!claims) {
      claims = claimsOf(token)
      known.set(id, claims)
    }
    if (hasEnded(claims)) throw new GatewayError('UNAUTHENTICATED', ENDED)
    return { id, kind: 'token', scopes: null, ...claims, token }
  }
}

function hasEnded({ expiresAt }: { readonly expiresAt?: number | undefined }): boolean {
  return expiresAt !== undefined && Date.now() >= expiresAt
}

function bearer(authorization: string): string {
  const text = authorization.trim()
  const [scheme] = /^Bearer +/i.exec(text) ?? []
  const token = scheme === undefined ? '' : text.slice(scheme.length)
  if (token === '' || token.length > LONGEST_TOKEN || /[^\x21-\x7e]/.test(token))
    throw new GatewayError('UNAUTHENTICATED', 'Authorization must read "Bearer …".')
  return token
}

const LONGEST_TOKEN = 8_192

type Claims = Pick<Caller, 'subject' | 'expiresAt'>

/**
 * What a JSON Web Token says of itself: a digest of its issuer and subject, and when it ends; nothing of any other token. Nothing here says
 * that it is genuine.
 */
function claimsOf(token: string): Claims {
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
  return hash('sha256', text, 'hex').slice(0, 32)
}
