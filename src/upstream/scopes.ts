// What upstream calls are made with, by what they are made for: an operation, a poll, or work that nobody waits for.
import { createLedger } from './ledger.ts'
import { createLimit } from './limit.ts'
import type { Ending } from '../ending.ts'
import type { Caller, CallScope, Lane } from './caller.ts'

type MakeScope = (caller: Caller, signal: Ending | undefined) => CallScope

export interface Scopes {
  /** An operation: with its deadline and its ceiling. */
  readonly operation: MakeScope
  /** The same for an event of a subscription: its turn comes last. */
  readonly event: MakeScope
  /** One poll for those who listen: its turn comes last. */
  readonly poll: MakeScope
  /** What nobody waits for at that moment: it may take its time. */
  readonly background: MakeScope
}

export interface ScopesOptions {
  readonly operationTimeoutMs: number
  /** Upstream calls of one operation, at most. */
  readonly maxUpstreamCalls: number
}

/** Only single-object calls exist upstream, so that one request may want many: so many of them at a time. */
const CALLS_AT_ONCE = 10

/** More than the minute in which an allocation is used up. */
const BACKGROUND_MS = 90_000

export function createScopes({ operationTimeoutMs, maxUpstreamCalls }: ScopesOptions): Scopes {
  const maker =
    (lane: Lane, timeoutMs: number, most: number): MakeScope =>
    (caller, signal) => ({
      caller,
      signal,
      deadline: performance.now() + timeoutMs,
      lane,
      ledger: createLedger(most),
      limit: createLimit(CALLS_AT_ONCE),
    })
  return {
    operation: maker('query', operationTimeoutMs, maxUpstreamCalls),
    event: maker('event', operationTimeoutMs, maxUpstreamCalls),
    poll: maker('poll', operationTimeoutMs, Number.POSITIVE_INFINITY),
    background: maker('background', BACKGROUND_MS, Number.POSITIVE_INFINITY),
  }
}
