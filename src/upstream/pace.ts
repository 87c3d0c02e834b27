// How fast calls may leave where nobody knows the limit: after several 429s, no faster than they were let through in between.

export interface Pace {
  /** When the nth call from now on may leave, by a clock of milliseconds; now, where nothing was learned. */
  timeOf(nth: number, at: number): number
  /** How many may leave by then; infinite, where nothing was learned. */
  room(at: number, by: number): number
  began(at: number): void
  /** That call did not leave after all. */
  gaveBack(at: number): void
  /** A call was let through. */
  passed(): void
  /** A 429 has opened a cool-down of so many milliseconds. */
  refused(at: number, coolDownMs: number): void
}

/** One 429 may be anybody's accident; so many within this time are a limit. */
const ENOUGH = 3
const WITHIN_MS = 300_000

/** A little slower than it was let through, and a tenth faster each minute, to find out whether more may be; without a 429 it is forgotten. */
const MARGIN = 0.95
const GROWTH = 1.1
const MINUTE_MS = 60_000
const FORGOTTEN_MS = 600_000

/** Where no call left for longer, none was wanted. */
const QUIET_MS = 2_000

export function createPace(): Pace {
  let passed = 0
  /** For how long calls were wanted, quiet times left out. */
  let wantedMs = 0
  let lastBegan = Number.NEGATIVE_INFINITY
  let refusals: { readonly at: number; readonly passed: number; readonly wantedMs: number }[] = []
  let learned: { readonly since: number; readonly perMs: number } | undefined
  let next = 0

  const perMs = (at: number): number | undefined => {
    if (learned && at - learned.since > FORGOTTEN_MS) learned = undefined
    return learned && learned.perMs * GROWTH ** Math.max(0, (at - learned.since) / MINUTE_MS)
  }

  return {
    timeOf(nth, at) {
      const speed = perMs(at)
      return speed === undefined ? at : Math.max(at, next) + (nth - 1) / speed
    },
    room(at, by) {
      const speed = perMs(at)
      return speed === undefined
        ? Number.POSITIVE_INFINITY
        : Math.max(0, 1 + Math.floor((by - Math.max(at, next)) * speed))
    },
    began(at) {
      wantedMs += Math.min(Math.max(0, at - lastBegan), QUIET_MS)
      lastBegan = Math.max(lastBegan, at)
      const speed = perMs(at)
      if (speed !== undefined) next = Math.max(at, next) + 1 / speed
    },
    gaveBack(at) {
      const speed = perMs(at)
      if (speed !== undefined) next -= 1 / speed
    },
    passed() {
      passed += 1
    },
    refused(at, coolDownMs) {
      refusals = [...refusals.filter((each) => at - each.at < WITHIN_MS), { at, passed, wantedMs }].slice(-ENOUGH)
      wantedMs += coolDownMs
      lastBegan = at + coolDownMs
      const [first] = refusals
      if (!first || refusals.length < ENOUGH) return
      const since = at + coolDownMs
      const took = Math.max(1, wantedMs - first.wantedMs)
      learned = { since, perMs: (Math.max(1, passed - first.passed) / took) * MARGIN }
      next = since
    },
  }
}
