// A token bucket per caller: 429 with Retry-After once it is empty (wallet 2.9).
import type { Clock } from './clock.ts'

export type Limits = {
  callsPerMinute: number
  /** How many calls may come at once. */
  burst: number
  /** Whether a 429 says when to come back. */
  retryAfter: boolean
}

export type RateLimit = {
  /** Takes one call; otherwise the whole seconds until there is one again. */
  take(caller: string): number | undefined
  limits(): Limits
  set(limits: Partial<Limits>): void
  reset(): void
}

export function createRateLimit(clock: Clock, callsPerMinute: number): RateLimit {
  // A full minute's calls may come in one go, so that exploring by hand is never cut off.
  const usual: Limits = { callsPerMinute, burst: callsPerMinute, retryAfter: true }
  const buckets = new Map<string, { left: number; at: number }>()
  let limits = usual

  return {
    take(caller) {
      const now = clock.now()
      const bucket = buckets.get(caller) ?? { left: limits.burst, at: now }
      const refilled = bucket.left + ((now - bucket.at) * limits.callsPerMinute) / 60_000
      bucket.left = Math.min(refilled, limits.burst)
      bucket.at = now
      buckets.set(caller, bucket)
      if (bucket.left < 1) return Math.max(1, Math.ceil(((1 - bucket.left) * 60) / limits.callsPerMinute))
      bucket.left -= 1
      return undefined
    },
    limits: () => limits,
    set(changed) {
      limits = { ...limits, ...changed }
      // Without a burst of its own, a new pace means a new minute's worth.
      if (changed.callsPerMinute !== undefined && changed.burst === undefined) limits.burst = changed.callsPerMinute
      buckets.clear()
    },
    reset() {
      limits = usual
      buckets.clear()
    },
  }
}
