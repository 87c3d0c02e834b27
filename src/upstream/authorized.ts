// Whose token a call is made with: none, the gateway's own, or the caller's; and the one repeat that a 401 allows.
import { scopeRefusal, tokenNeeded } from '../errors.ts'
import type { Ending } from '../ending.ts'
import type { Auth } from './auth.ts'
import type { Caller } from './caller.ts'
import type { Endpoint } from './endpoint.ts'

/**
 * Makes an attempt with the token that the endpoint takes, and a second one with a new token after a 401. That proves that nothing ran, so
 * that even a call that moves money may be made once more. Nothing else is ever repeated here.
 */
export type Authorized = <A extends { readonly status: number }>(
  endpoint: Endpoint,
  caller: Caller,
  /** Ends the wait for a token. */
  signal: Ending | undefined,
  attempt: (token: string | undefined) => Promise<A>,
  /** Asked before the second attempt is made. */
  mayRepeat: () => boolean,
) => Promise<A>

/** For how long an endpoint that has refused a new token, too, is not offered another one. */
const USELESS_MS = 10_000

/** Throws where the caller is known not to have the scope that an endpoint takes. To be asked before anything is shared with or read for them. */
export function checkScope({ scope, orScope }: Endpoint, caller: Caller): void {
  const refused = scope && scopeRefusal(caller, orScope ? [scope, orScope] : [scope])
  if (refused) throw refused
}

/**
 * `auth` is the gateway's own token; undefined where callers bring theirs. `taken` is told of a caller whose own token the upstream has taken.
 */
export function createAuthorized(auth: Auth | undefined, taken: (caller: Caller) => void = () => {}): Authorized {
  const uselessUntil = new Map<string, number>()
  return async (endpoint, caller, signal, attempt, mayRepeat) => {
    if (endpoint.scope === null) return attempt(undefined)
    if (!auth) {
      const answer = await attempt(callersToken(caller))
      if (answer.status === 200) taken(caller)
      return answer
    }
    const token = await auth.token(signal)
    const answer = await attempt(token)
    // Of a payment a 401 is the last word for its key: it must be of the credential, and not of an old token.
    const isUseless = endpoint.safety !== 'moves-money' && performance.now() < (uselessUntil.get(endpoint.name) ?? 0)
    if (answer.status !== 401 || isUseless) return answer
    const next = await auth.renewed(token, signal)
    if (!mayRepeat()) return answer
    const second = await attempt(next)
    if (second.status === 401) uselessUntil.set(endpoint.name, performance.now() + USELESS_MS)
    return second
  }
}

function callersToken({ token }: Caller): string {
  if (token !== undefined) return token
  throw tokenNeeded()
}
