// What one operation costs upstream: counted as it goes, held to a ceiling, and told to who asks.
import { GatewayError } from '../errors.ts'

/** One call that an operation made, or did not have to make. */
export interface CallNote {
  readonly method: string
  /** The template of its path, below the base URL: no id, no query. */
  readonly route: string
  /** null: no whole answer came. */
  readonly status: number | null
  /** How long the operation waited for it, without the wait for its turn. */
  readonly ms: number
  /** Whether a request was made for it, or a kept answer or one that was under way already served. */
  readonly from: 'upstream' | 'cache' | 'flight'
}

export interface Costs {
  /** Requests at the wire, repeats among them; without those for a token, which all share. */
  readonly made: number
  /** Reads that joined one under way. */
  readonly deduplicated: number
  /** Reads that a kept answer served. */
  readonly cached: number
  /** Requests that repeated one. */
  readonly retried: number
  /** In the order of their ends; the first so many of them. */
  readonly calls: readonly CallNote[]
}

export interface Ledger {
  /** Takes leave for one request. Throws OPERATION_TOO_EXPENSIVE where the operation may make no more. */
  reserve(): void
  /** The same for repeating one; false where the operation may make no more. */
  repeat(): boolean
  /** A request that was made, or a read that did not have to be. */
  note(call: CallNote): void
  costs(): Costs
}

/** An operation may join thousands of reads under way; a list of all of them helps nobody. */
const MOST_NOTES = 500

/** `most`: how many requests the operation may make. */
export function createLedger(most: number): Ledger {
  const calls: CallNote[] = []
  const counted = { made: 0, deduplicated: 0, cached: 0, retried: 0 }
  let reserved = 0
  return {
    reserve() {
      if (reserved >= most) throw tooExpensive(most)
      reserved += 1
    },
    repeat() {
      if (reserved >= most) return false
      reserved += 1
      counted.retried += 1
      return true
    },
    note(call) {
      counted[COUNTED[call.from]] += 1
      if (calls.length < MOST_NOTES) calls.push(call)
    },
    costs: () => ({ ...counted, calls: [...calls] }),
  }
}

const COUNTED = { upstream: 'made', flight: 'deduplicated', cache: 'cached' } as const

function tooExpensive(most: number): GatewayError {
  return new GatewayError(
    'OPERATION_TOO_EXPENSIVE',
    `This operation has made the ${most} upstream calls that one may make: ask for less at a time.`,
    { details: { limit: most } },
  )
}
