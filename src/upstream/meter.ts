// What the upstream floor tells of itself to whoever counts: each word is from a closed list, and no id is among them.
import type { Endpoint } from './endpoint.ts'

/** What became of one request at the wire. `refused`: 400, 404, 422; `invalid`: any other status, or too long or encoded. What a 200 holds is drift. */
export type Outcome =
  'ok' | 'refused' | 'unauthenticated' | 'forbidden' | 'limited' | 'unavailable' | 'timeout' | 'invalid' | 'cancelled'

export type BreakerState = 'closed' | 'open' | 'half-open'

export interface Meter {
  /** A request is over. */
  request(endpoint: Endpoint, outcome: Outcome, ms: number): void
  /** A read is made once more. */
  retry(endpoint: Endpoint): void
  /** A read made no request: one under way served it, or a kept answer, or a kept one that is out of date while the upstream is down. */
  saved(endpoint: Endpoint, by: 'flight' | 'cache' | 'stale'): void
  /** A call was not made, and failed for this. */
  notMade(why: 'budget' | 'cool-down' | 'busy' | 'breaker'): void
  /** A 429 has opened a cool-down. */
  coolDown(): void
  breaker(state: BreakerState): void
}

export const SILENT_METER: Meter = {
  request() {},
  retry() {},
  saved() {},
  notMade() {},
  coolDown() {},
  breaker() {},
}
