// How many calls one credential may make: as it is configured, and as the upstream's headers and 429s teach, since the API publishes no number.
import { createPace } from './pace.ts'
import { COOL_DOWN_SECONDS, retryAfterSeconds } from './retry-after.ts'
import type { Answer } from './failures.ts'
import type { Pace } from './pace.ts'

/** What a caller may know of it. Each part is null where it is not known. */
export interface BudgetView {
  /** Calls in a window. */
  readonly limit: number | null
  readonly remaining: number | null
  readonly resetsAt: Date | null
  /** After a 429: until when nothing is sent. */
  readonly coolingDownUntil: Date | null
}

export const UNKNOWN_BUDGET: BudgetView = { limit: null, remaining: null, resetsAt: null, coolingDownUntil: null }

export interface Budget {
  /** How many milliseconds until one more call may leave, where none under way ends sooner: 0 is now. */
  waitMs(isPoll: boolean): number
  /** How many more calls could leave within so many milliseconds, as far as it is known. */
  room(withinMs: number): number
  /** How long until so many more could leave, as far as it is known. */
  timeFor(calls: number): number
  begin(isPoll: boolean): void
  /** The call did not leave after all. */
  giveBack(isPoll: boolean): void
  end(isPoll: boolean): void
  /** Takes in what an answer says. Gives, for a 429, the seconds of the cool-down that it opens. */
  learn(answer: Omit<Answer, 'body'>): number | undefined
  view(): BudgetView
}

const MINUTE_MS = 60_000

/** Calls do not arrive as evenly as they leave. */
const MARGIN = 0.95

/** Of a known allocation polls have no more: the rest is for who waits for an answer. */
const SHARE_OF_POLLS = 0.5

/** A 429 that does not say for how long: each repeat within a minute of the last one's end doubles its cool-down, up to this. */
const LONGEST_UNSAID_SECONDS = 60

/** After a cool-down one call goes first; each that is let through lets one more be under way, until it is over with this. */
const RAMP_ENDS = 64

/** One that has no answer by then does not hold up the next: silence is no 429. */
const RAMP_PATIENCE_MS = 1_000

/** Where headers say that nothing is left for longer than this, one call finds out whether that is still so. */
const PROBE_MS = MINUTE_MS

/** Two answers that name the same end of a window, give or take their whole seconds. */
const SAME_END_MS = 2_000

/** `callsPerMinute`: the allocation, where somebody knows it. */
export function createBudget(callsPerMinute: number | undefined, now: () => number): Budget {
  const cap = callsPerMinute === undefined ? undefined : Math.max(1, Math.floor(callsPerMinute * MARGIN))
  const pollCap = cap === undefined ? undefined : Math.max(1, Math.floor(cap * SHARE_OF_POLLS))
  /** When each call of the last minute is forgotten. It counts from its end on: until then it may not have arrived. */
  const forgotten: { readonly at: number; readonly isPoll: boolean }[] = []
  let underWay = 0
  let polls = 0
  let lastBegan = 0
  /** Made by the first 429: what was let through before that teaches nothing, and most credentials never meet one. */
  let pace: Pace | undefined
  let coolingUntil = Number.NEGATIVE_INFINITY
  let repeats = 0
  let ramp: number | undefined
  let said: { limit?: number; remaining?: number; resetsAt?: Date } = {}
  /** What the headers leave, until the window ends or one call may find out. */
  let taught: { left: number; readonly endsAt: number; probeAt: number } | undefined

  const tidy = (at: number): void => {
    while (forgotten[0] !== undefined && forgotten[0].at <= at) if (forgotten.shift()?.isPoll) polls -= 1
    if (!taught) return
    if (taught.endsAt <= at) {
      const { limit } = said
      const left = limit === undefined ? undefined : Math.max(1, Math.floor(limit * MARGIN))
      taught = left === undefined ? undefined : { left, endsAt: at + PROBE_MS, probeAt: at + PROBE_MS }
      said = limit === undefined ? {} : { limit }
    } else if (taught.left === 0 && taught.probeAt <= at) {
      taught.left = 1
      taught.probeAt = at + PROBE_MS
    }
  }
  const used = (): number => underWay + forgotten.length
  /** When the nth call from now on may leave. */
  const timeOf = (nth: number, at: number): number => {
    const byHeaders = taught && nth > taught.left ? Math.min(taught.endsAt, taught.probeAt) : at
    const over = cap === undefined ? 0 : used() + nth - cap
    const byAllocation = over > 0 ? (forgotten[over - 1]?.at ?? at + MINUTE_MS) : at
    // Whoever knows the allocation need not be taught.
    const byPace = cap === undefined && pace ? pace.timeOf(nth, at) : at
    return Math.max(coolingUntil, byHeaders, byAllocation, byPace)
  }

  return {
    waitMs(isPoll) {
      const at = now()
      tidy(at)
      const rampAt = ramp !== undefined && underWay >= ramp ? lastBegan + RAMP_PATIENCE_MS : at
      const pollAt = isPoll && pollCap !== undefined && polls >= pollCap ? (forgotten[0]?.at ?? at + MINUTE_MS) : at
      return Math.max(0, timeOf(1, at) - at, rampAt - at, pollAt - at)
    },
    room(withinMs) {
      const at = now()
      tidy(at)
      const by = at + withinMs
      if (coolingUntil > by) return 0
      // Each place that is free by then, and once more for each minute after that.
      const places = (from: number): number => (from > by ? 0 : 1 + Math.floor((by - from) / MINUTE_MS))
      const again = forgotten.reduce((count, each) => count + places(each.at), underWay * places(at + MINUTE_MS))
      const allocated = cap === undefined ? Number.POSITIVE_INFINITY : (cap - used()) * places(at) + again
      const byHeaders =
        !taught || Math.min(taught.endsAt, taught.probeAt) <= by ? Number.POSITIVE_INFINITY : taught.left
      const paced = cap === undefined && pace ? pace.room(at, by) : Number.POSITIVE_INFINITY
      return Math.max(0, Math.min(allocated, byHeaders, paced))
    },
    timeFor(calls) {
      const at = now()
      tidy(at)
      return Math.max(0, timeOf(calls, at) - at)
    },
    begin(isPoll) {
      underWay += 1
      lastBegan = now()
      pace?.began(lastBegan)
      if (isPoll) polls += 1
      if (taught) taught.left = Math.max(0, taught.left - 1)
    },
    giveBack(isPoll) {
      underWay -= 1
      if (isPoll) polls -= 1
      if (taught) taught.left += 1
      pace?.gaveBack(now())
    },
    end(isPoll) {
      underWay -= 1
      if (cap !== undefined) forgotten.push({ at: now() + MINUTE_MS, isPoll })
      else if (isPoll) polls -= 1
    },
    learn(answer) {
      const at = now()
      const { limit, remaining, reset } = answer.rateLimit
      if (limit !== undefined) said = { ...said, limit }
      if (remaining !== undefined) said = { ...said, remaining }
      if (reset !== undefined) {
        const resetsAt = resetTime(reset)
        said = { ...said, resetsAt }
        const endsAt = at + resetsAt.getTime() - Date.now()
        // Those under way may not be counted in it yet; this one is. An answer that comes late tells of an earlier time.
        const left = remaining === undefined ? undefined : Math.max(0, remaining - Math.max(0, underWay - 1))
        const isSame = taught && Math.abs(taught.endsAt - endsAt) < SAME_END_MS
        if (left !== undefined)
          taught =
            isSame && taught
              ? { ...taught, left: Math.min(taught.left, left) }
              : { left, endsAt, probeAt: at + PROBE_MS }
      }
      if (answer.status !== 429) {
        pace?.passed()
        if (coolingUntil <= at && ramp !== undefined) ramp = ramp + 1 >= RAMP_ENDS ? undefined : ramp + 1
        return undefined
      }
      // Of those that left together, the first to be refused opens it; the others are no repeat.
      const isNew = coolingUntil <= at
      if (isNew) repeats = at - coolingUntil < MINUTE_MS ? repeats + 1 : 1
      const unsaid = Math.min(COOL_DOWN_SECONDS * 2 ** (repeats - 1), LONGEST_UNSAID_SECONDS)
      const seconds = retryAfterSeconds(answer.retryAfter, answer.date) ?? unsaid
      coolingUntil = Math.max(coolingUntil, at + seconds * 1000)
      if (isNew) {
        pace ??= createPace()
        pace.refused(at, seconds * 1000)
      }
      ramp = 1
      return seconds
    },
    view() {
      const at = now()
      tidy(at)
      const next = forgotten[0]?.at
      return {
        limit: said.limit ?? callsPerMinute ?? null,
        remaining: said.remaining ?? (cap === undefined ? null : Math.max(0, cap - used())),
        resetsAt: said.resetsAt ?? (next === undefined ? null : new Date(Date.now() + next - at)),
        coolingDownUntil: coolingUntil > at ? new Date(Date.now() + coolingUntil - at) : null,
      }
    },
  }
}

/** Such headers give seconds from now, or seconds since 1970, which nobody waits for. */
function resetTime(seconds: number): Date {
  return new Date(seconds < 1e9 ? Date.now() + seconds * 1000 : seconds * 1000)
}
