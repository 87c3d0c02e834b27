// Who is asking, and what a call to the upstream needs to know of the request that it is made for.
import type { Ending } from '../ending.ts'
import type { Ledger } from './ledger.ts'

/** The identity behind a request. `id` is in the key of everything that is kept for a caller, and is safe to log. */
export interface Caller {
  /** Stable and unique for the identity: for a token its digest, never the token itself. */
  readonly id: string
  readonly kind: 'sandbox' | 'gateway' | 'key' | 'token' | 'anonymous'
  /** Of a gateway key. */
  readonly name?: string
  /** Whether all that this one sees is invented. */
  readonly isInvented?: boolean
  /** What the caller may do; null: not known, the upstream decides. */
  readonly scopes: readonly string[] | null
  /** Whom the token says that it is for: the same after it is renewed. A word of its bearer's, until the upstream has taken the token. */
  readonly subject?: string
  /** When this identity ends, in milliseconds of the epoch, where it says so. */
  readonly expiresAt?: number
  /** The caller's own SpectroCoin token, passed on as it came. */
  readonly token?: string
}

/** Whom a read of public data is for. */
export const NOBODY: Caller = { id: 'public', kind: 'anonymous', scopes: [] }

/**
 * What a read is made for: somebody who waits for it, work of the gateway's own that comes again by itself, or those who listen: the poll, and
 * what is read for an event beside it.
 */
export type Lane = 'query' | 'background' | 'event' | 'poll'

/** Whether it comes behind all others. */
export function comesLast(lane: Lane): boolean {
  return lane === 'poll' || lane === 'event'
}

/** The request that upstream calls belong to: its caller, its end, its share of calls at once, and what it has cost so far. */
export interface CallScope {
  readonly caller: Caller
  /** Aborts reads when the client has gone. Calls that create or move something run on. */
  readonly signal: Ending | undefined
  /** When nobody waits any longer, in milliseconds of `performance.now()`. */
  readonly deadline: number
  readonly lane: Lane
  readonly ledger: Ledger
  /** Runs a call when fewer than ten others of this request are under way. */
  readonly limit: <T>(run: () => Promise<T>) => Promise<T>
}
