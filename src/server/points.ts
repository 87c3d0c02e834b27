// How much one caller may ask for in a minute: each operation costs the upstream calls that it is estimated to make.
import { requestError } from './errors.ts'
import { networkOf } from './visitors.ts'
import type { GraphQLError } from 'graphql'
import type { Caller } from '../context.ts'

/** What is left of a caller's minute. */
export interface Allowance {
  readonly limit: number
  readonly remaining: number
  /** When there is all of it again, in seconds. */
  readonly resetsIn: number
}

/** Takes the points of an operation, one at least. Throws RATE_LIMITED where the minute has not so many left, and takes none then. */
export type TakePoints = (asking: Asking, calls: number) => Allowance

export interface Asking {
  readonly caller: Caller
  readonly address: string
}

export interface PointsOptions {
  readonly perMinute: number
  /** Whether the upstream has taken this caller's token: before, it may be made up. */
  readonly isProven: (caller: Caller) => boolean
  /** In milliseconds, of a clock that never goes back. */
  readonly now?: () => number
}

/** Who makes up a token for each question is known by where the questions come from; behind one address there may be many who do not. */
const STRANGERS_AT_AN_ADDRESS = 10

export function createPoints({ perMinute, isProven, now = () => performance.now() }: PointsOptions): TakePoints {
  const callers = createMinutes(perMinute)
  const strangers = createMinutes(perMinute * STRANGERS_AT_AN_ADDRESS)

  return ({ caller, address }, calls) => {
    // What needs no call needs our own work.
    const points = Math.max(1, calls)
    const at = now()
    const own = callers.of(caller.kind === 'anonymous' ? networkOf(address) : caller.id, at)
    const strange = caller.kind === 'token' && !isProven(caller) ? strangers.of(networkOf(address), at) : undefined
    for (const minute of [own, strange]) if (minute && minute.used + points > minute.limit) throw full(minute, at)
    // Only now: what is refused costs nothing, here or there.
    own.used += points
    if (strange) strange.used += points
    return allowanceOf(own, at)
  }
}

/** From the first operation on, for as long as it takes. */
interface Minute {
  readonly limit: number
  readonly endsAt: number
  used: number
}

const MINUTE_MS = 60_000

/** Above that, whose minute is nearest to its end is forgotten, and begins anew. */
const MOST_KNOWN = 100_000

function createMinutes(limit: number): { of(key: string, now: number): Minute } {
  // In the order of their ends.
  const known = new Map<string, Minute>()
  return {
    of(key, now) {
      const current = known.get(key)
      if (current && now < current.endsAt) return current
      for (const [other, { endsAt }] of known) {
        if (now < endsAt && known.size < MOST_KNOWN) break
        known.delete(other)
      }
      const next = { limit, endsAt: now + MINUTE_MS, used: 0 }
      known.set(key, next)
      return next
    },
  }
}

function allowanceOf({ limit, used, endsAt }: Minute, now: number): Allowance {
  return { limit, remaining: limit - used, resetsIn: Math.max(1, Math.ceil((endsAt - now) / 1000)) }
}

function full(minute: Minute, now: number): GraphQLError {
  const { limit, remaining, resetsIn } = allowanceOf(minute, now)
  const headers = {
    'retry-after': String(resetsIn),
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetsIn),
  }
  return requestError(
    'RATE_LIMITED',
    `This is more than one caller may ask for in a minute (CALLER_POINTS_PER_MINUTE): come again in ${resetsIn} s.`,
    { retryAfter: resetsIn, limit, http: { status: 429, headers } },
  )
}
