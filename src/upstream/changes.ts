// Calls that make or move something: sent once, never after their time, and never given up once they have left.
import { gone, tooLate } from './failures.ts'
import { rankOf } from './turns.ts'
import type { CallOptions, Once } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Reply } from './decode.ts'
import type { Endpoint } from './endpoint.ts'
import type { Prepared } from './request.ts'

export type Change = (endpoint: Endpoint, request: Prepared, scope: CallScope) => Promise<Reply>

export interface ChangesOptions extends Pick<CallOptions, 'flights'> {
  readonly once: Once
}

/** Money that has not left is told before its caller's patience ends: afterwards that would be that nobody knows. At most a tenth of the time. */
const MONEY_MARGIN_MS = 500

export function createChanges({ once, flights }: ChangesOptions): Change {
  return async (endpoint, request, scope) => {
    const { caller } = scope
    const movesMoney = endpoint.safety === 'moves-money'
    const leftMs = Math.max(0, scope.deadline - performance.now())
    const margin = movesMoney ? Math.min(MONEY_MARGIN_MS, leftMs / 10) : 0
    scope.ledger.reserve()
    const waiting = new AbortController()
    let hasLeft = false
    const { promise: late, reject: giveUp } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      if (!hasLeft) waiting.abort(tooLate('not-sent'))
      // Money has a patience of its own, and is told by its journal.
      else if (!movesMoney) giveUp(tooLate('unknown'))
    }, leftMs - margin)
    const asking = {
      signal: waiting.signal,
      deadline: scope.deadline - margin,
      rank: rankOf(endpoint, scope.lane),
      left: () => void (hasLeft = true),
    }
    const made = scope
      .limit(async () => {
        if (scope.signal?.aborted) throw gone(scope.signal)
        return once(endpoint, request, scope, asking)
      })
      .finally(() => {
        clearTimeout(timer)
        flights.close(caller)
      })
    return Promise.race([made, late])
  }
}
