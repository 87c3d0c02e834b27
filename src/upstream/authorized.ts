// Whose token a call is made with: none, the gateway's own, or the caller's; and the one repeat that a 401 allows.
import { GatewayError, tokenNeeded } from '../errors.ts'
import type { Auth } from './auth.ts'
import type { CallScope } from './caller.ts'
import type { Endpoint } from './endpoint.ts'

/**
 * Makes an attempt with the token that the endpoint takes, and a second one with a new token after a 401. That proves that nothing ran, so
 * that even a call that moves money may be made once more. Nothing else is ever repeated.
 */
export type Authorized = <A extends { readonly status: number }>(
  endpoint: Endpoint,
  scope: CallScope,
  /** Ends the wait for a token; left out for calls that must run on. */
  signal: AbortSignal | undefined,
  attempt: (token: string | undefined) => Promise<A>,
) => Promise<A>

/** `auth` is the gateway's own token; undefined where callers bring theirs. */
export function createAuthorized(auth: Auth | undefined): Authorized {
  return async (endpoint, scope, signal, attempt) => {
    if (scope.signal?.aborted) throw new GatewayError('CANCELLED', 'The caller has gone.')
    if (endpoint.scope === null) return attempt(undefined)
    if (!auth) return attempt(callersToken(scope))
    const token = await auth.token(signal)
    const answer = await attempt(token)
    return answer.status === 401 ? attempt(await auth.renewed(token, signal)) : answer
  }
}

function callersToken({ caller }: CallScope): string {
  if (caller.token !== undefined) return caller.token
  throw tokenNeeded()
}
