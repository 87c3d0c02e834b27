// Who may call and what: credentials with their scopes, and the tokens that were given for them.
import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'
import { allScopes } from './scopes.ts'

export type Credential = {
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
}

export type Grant = { readonly token: string; readonly scopes: readonly string[]; readonly lifetimeSeconds: number }

export type Holder = { readonly clientId: string; readonly scopes: readonly string[] }

export type Credentials = {
  create(scopes: readonly string[]): Credential
  find(clientId: string, clientSecret: string): Credential | undefined
  /** A token for a credential, or for scopes alone. */
  grant(holder: Holder, lifetimeSeconds?: number): Grant
  holder(token: string): Holder | undefined
  /** All tokens become unknown. */
  revokeTokens(): void
  reset(): void
}

type CredentialsDependencies = {
  readonly clock: Clock
  readonly clientId: string
  readonly clientSecret: string
  readonly tokenLifetimeSeconds: number
}

export function createCredentials(dependencies: CredentialsDependencies): Credentials {
  const { clock, clientId, clientSecret, tokenLifetimeSeconds } = dependencies
  const known = new Map<string, Credential>()
  const tokens = new Map<string, Holder & { readonly expiresAt: number }>()

  function add(credential: Credential): Credential {
    known.set(credential.clientId, credential)
    return credential
  }

  function forgetExpired(): void {
    for (const [token, { expiresAt }] of tokens) if (expiresAt <= clock.now()) tokens.delete(token)
  }

  const credentials: Credentials = {
    create: (scopes) =>
      add({
        clientId: `sandbox-${randomBytes(6).toString('hex')}`,
        clientSecret: randomBytes(16).toString('hex'),
        scopes,
      }),
    find(id, secret) {
      const credential = known.get(id)
      return credential?.clientSecret === secret ? credential : undefined
    },
    grant(holder, lifetimeSeconds = tokenLifetimeSeconds) {
      forgetExpired()
      const token = randomBytes(24).toString('base64url')
      const expiresAt = clock.now() + lifetimeSeconds * 1000
      tokens.set(token, { clientId: holder.clientId, scopes: holder.scopes, expiresAt })
      return { token, scopes: holder.scopes, lifetimeSeconds }
    },
    holder(token) {
      const found = tokens.get(token)
      return found !== undefined && clock.now() < found.expiresAt ? found : undefined
    },
    revokeTokens() {
      tokens.clear()
    },
    reset() {
      known.clear()
      tokens.clear()
      add({ clientId, clientSecret, scopes: allScopes })
    },
  }
  credentials.reset()
  return credentials
}
