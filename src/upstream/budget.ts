// What the upstream has said of how many calls a caller has left: learned from its answers, since the API publishes no number.
import { LRUCache } from 'lru-cache'
import { retryAfterSeconds } from './retry-after.ts'
import type { Caller } from './caller.ts'
import type { Answer } from './failures.ts'

/** Each part is null where the upstream has not said it. */
export interface Budget {
  /** Calls in a window. */
  readonly limit: number | null
  readonly remaining: number | null
  readonly resetsAt: Date | null
  /** After a 429: until when no money is moved; and whoever else calls is likely to be refused. */
  readonly coolingDownUntil: Date | null
}

export interface Budgets {
  /** Takes in what an answer to a call for this caller says. */
  learn(caller: Caller, answer: Omit<Answer, 'text'>): void
  /** What is known now; a time that is over counts as not said. */
  of(caller: Caller): Budget
}

/** Callers remembered, since each may bring a token of their own; the least used goes first. */
const MOST_KEPT = 1_000

const NOTHING: Budget = { limit: null, remaining: null, resetsAt: null, coolingDownUntil: null }

export function createBudgets(): Budgets {
  const kept = new LRUCache<string, Budget>({ max: MOST_KEPT })
  return {
    learn({ id }, { status, rateLimit, retryAfter }) {
      const known = kept.get(id) ?? NOTHING
      const said = {
        ...(rateLimit.limit !== undefined && { limit: rateLimit.limit }),
        ...(rateLimit.remaining !== undefined && { remaining: rateLimit.remaining }),
        ...(rateLimit.reset !== undefined && { resetsAt: resetTime(rateLimit.reset) }),
        ...(status === 429 && { coolingDownUntil: new Date(Date.now() + retryAfterSeconds(retryAfter) * 1000) }),
      }
      if (Object.keys(said).length > 0) kept.set(id, { ...known, ...said })
    },
    of({ id }) {
      const known = kept.get(id) ?? NOTHING
      const now = new Date()
      const over = known.resetsAt !== null && known.resetsAt <= now
      return {
        limit: known.limit,
        remaining: over ? null : known.remaining,
        resetsAt: over ? null : known.resetsAt,
        coolingDownUntil:
          known.coolingDownUntil !== null && known.coolingDownUntil > now ? known.coolingDownUntil : null,
      }
    },
  }
}

/** Such headers give seconds from now, or seconds since 1970, which nobody waits for. */
function resetTime(seconds: number): Date {
  return new Date(seconds < 1e9 ? Date.now() + seconds * 1000 : seconds * 1000)
}
