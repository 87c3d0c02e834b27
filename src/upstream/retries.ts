// Which calls are made once more, after how long, and how many of them in all: an outage is not to be met with a storm.
import type { GatewayError } from '../errors.ts'

export interface Retries {
  /** A read has left for the first time: what all retries are a share of. */
  first(): void
  /**
   * How many milliseconds to wait before a call is made once more that failed like this; undefined: it is not. `tries`: how often it was made.
   * `leftMs`: until nobody waits any longer.
   */
  pauseBefore(error: GatewayError, tries: number, leftMs: number): number | undefined
  /** It is made once more. */
  again(): void
}

const MOST_TRIES = 3

/** Retries are at most this share of the calls of a minute; so many may be made whatever the share, since one in ten of a few is none. */
const SHARE = 0.1
const LEAST = 10
const WINDOW_MS = 60_000

/** Full jitter: anything from nothing to this, which doubles with each try. */
const BASE_MS = 150

export function createRetries(now: () => number = () => performance.now()): Retries {
  let began = now()
  let calls = 0
  let retries = 0
  const forget = (): void => {
    const at = now()
    if (at - began < WINDOW_MS) return
    began = at
    calls = 0
    retries = 0
  }
  return {
    first() {
      forget()
      calls += 1
    },
    pauseBefore(error, tries, leftMs) {
      if (tries >= MOST_TRIES || !mayPass(error)) return undefined
      forget()
      if (retries + 1 > Math.max(LEAST, calls * SHARE)) return undefined
      // A 429 has opened a cool-down: its turn comes after that, or not in time.
      const isLimited = error.code === 'RATE_LIMITED'
      const pause = isLimited ? 0 : Math.random() * BASE_MS * 2 ** (tries - 1)
      const least = isLimited ? (error.details.retryAfter ?? 0) * 1000 : pause
      return least < leftMs ? pause : undefined
    },
    again() {
      retries += 1
    },
  }
}

/** Trouble that may be over the next time; what does not fit the contract will not fit it then. */
function mayPass({ code }: GatewayError): boolean {
  return code === 'UPSTREAM_UNAVAILABLE' || code === 'UPSTREAM_TIMEOUT' || code === 'RATE_LIMITED'
}
