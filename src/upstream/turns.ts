// Whose turn it is to call: money first, then queries, then polls, and within each one call a caller in turn.
import { GatewayError } from '../errors.ts'
import { createBudget } from './budget.ts'
import { comesLast } from './caller.ts'
import { gone } from './failures.ts'
import { createLines, RANKS } from './lines.ts'
import type { Ending } from '../ending.ts'
import type { Budget } from './budget.ts'
import type { Lane } from './caller.ts'
import type { Connections } from './connections.ts'
import type { Endpoint } from './endpoint.ts'
import type { Lines, Place, Rank } from './lines.ts'
import type { Meter } from './meter.ts'

export interface Turns {
  /**
   * Waits until one more call may leave. It counts as under way then, until the turn is ended: it must leave at once. Throws RATE_LIMITED at
   * once where that cannot be before the deadline, and what its signal says when it is not waited for any more.
   */
  take(wish: Wish): Promise<Turn>
  /** The same for a call that may leave now; undefined: it must wait. */
  takeNow(wish: Wish): Turn | undefined
  /** Takes in what an answer says. Gives, for a 429, the seconds of the cool-down that it opens. */
  learn: Budget['learn']
  view: Budget['view']
  /** Lets no money go any more: what waits is told so, and so is what comes. */
  stop(): void
}

/** To be ended or given back, once. */
export interface Turn {
  /** Its call has ended. */
  end(): void
  /** Its call did not leave, and has used nothing up. */
  giveBack(): void
}

export function rankOf({ safety }: Pick<Endpoint, 'safety'>, lane: Lane): Rank {
  if (safety === 'moves-money') return 'money'
  return comesLast(lane) ? 'poll' : 'query'
}

export interface Wish extends Place {
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number
  readonly signal: Ending | undefined
}

interface Waiting extends Wish {
  go(): void
  fail(error: GatewayError): void
}

/** A turn that does not come is told before the time is up: afterwards it would look as if the upstream had been slow. */
const TOLD_BEFORE_MS = 50

/** More than that wait for nothing. */
const MOST_WAITING = 10_000

export interface TurnsOptions {
  readonly callsPerMinute: number | undefined
  /** Those of all credentials together. */
  readonly connections: Connections
  /** Those for what moves money, which has its own. */
  readonly moneyConnections: Connections
  readonly meter: Pick<Meter, 'notMade'>
}

/** The turns of one credential. */
export function createTurns({ callsPerMinute, connections, moneyConnections, meter }: TurnsOptions): Turns {
  const now = (): number => performance.now()
  const budget = createBudget(callsPerMinute, now)
  /** Made for the first who waits: most credentials never have one. */
  let lines: Lines<Waiting> | undefined
  const connectionsOf = (rank: Rank): Connections => (rank === 'money' ? moneyConnections : connections)
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  /** How long the next call of a rank must wait; infinite: for a connection, which calls `serve`. */
  const waitMs = (rank: Rank): number => {
    const wait = budget.waitMs(rank === 'poll')
    return wait > 0 || connectionsOf(rank).isFree() ? wait : Number.POSITIVE_INFINITY
  }

  const begin = (rank: Rank): Turn => {
    const isPoll = rank === 'poll'
    budget.begin(isPoll)
    connectionsOf(rank).take()
    const done = (): void => {
      serve()
      connectionsOf(rank).giveBack()
    }
    return {
      end() {
        budget.end(isPoll)
        done()
      },
      giveBack() {
        budget.giveBack(isPoll)
        done()
      },
    }
  }

  /** Lets go whoever may, and comes again when the next one may. */
  const serve = (): void => {
    if (!lines) return
    clearTimeout(timer)
    for (const rank of RANKS) {
      while (lines.count(rank) > 0) {
        const wait = waitMs(rank)
        if (wait === Number.POSITIVE_INFINITY) {
          // Another rank may have one.
          connectionsOf(rank).whenFree(serve)
          break
        }
        if (wait > 0) {
          timer = setTimeout(serve, Math.ceil(wait)).unref()
          return
        }
        lines.next(rank)?.go()
      }
    }
  }

  const refusal = (ahead: number): GatewayError => {
    const why = budget.view().coolingDownUntil ? 'cool-down' : budget.waitMs(true) > 0 ? 'budget' : 'busy'
    meter.notMade(why)
    return new GatewayError('RATE_LIMITED', REFUSALS[why], {
      details: { retryAfter: Math.max(1, Math.ceil(budget.timeFor(ahead) / 1000)) },
    })
  }

  /** Where too many wait for what can leave in time, the last ones of the longest lines of the last rank wait in vain: they are told now. */
  const turnAway = (newest: Waiting, lines: Lines<Waiting>): void => {
    if (lines.count() > MOST_WAITING) lines.last()?.fail(refusal(lines.count()))
    const room = budget.room(newest.deadline - now())
    if (lines.count() <= room) return
    const ahead = lines.position(newest)
    if (ahead > room) return newest.fail(refusal(ahead))
    for (;;) {
      const last = lines.last()
      if (!last || lines.count() <= budget.room(last.deadline - now())) return
      last.fail(refusal(lines.count()))
    }
  }

  const wait = (wish: Wish): Promise<Turn> =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(late)
        wish.signal?.removeEventListener('abort', leave)
      }
      const waiting: Waiting = {
        ...wish,
        go() {
          settle()
          resolve(begin(wish.rank))
        },
        fail(error) {
          if (!lines?.remove(waiting)) return
          settle()
          reject(error)
        },
      }
      const leave = (): void => waiting.fail(gone(wish.signal))
      const patience = Math.max(0, wish.deadline - now() - TOLD_BEFORE_MS)
      const late = setTimeout(() => waiting.fail(refusal(1)), patience).unref()
      wish.signal?.addEventListener('abort', leave, { once: true })
      lines ??= createLines()
      lines.add(waiting)
      turnAway(waiting, lines)
      serve()
    })

  const takeNow = (wish: Wish): Turn | undefined => {
    if (wish.signal?.aborted) throw gone(wish.signal)
    if (isStopped && wish.rank === 'money') throw closing()
    return (lines && lines.count() > 0) || waitMs(wish.rank) > 0 ? undefined : begin(wish.rank)
  }

  /** Who cannot go in time any more is told now. */
  const sweep = (): void => {
    if (!lines) return
    const until = now() + budget.timeFor(1)
    for (const each of RANKS.flatMap(lines.of)) if (each.deadline < until) each.fail(refusal(1))
  }

  return {
    view: budget.view,
    stop() {
      isStopped = true
      for (const each of lines?.of('money') ?? []) each.fail(closing())
    },
    learn(answer) {
      const seconds = budget.learn(answer)
      if (seconds !== undefined) sweep()
      return seconds
    },
    takeNow,
    take: async (wish) => takeNow(wish) ?? wait(wish),
  }
}

const REFUSALS = {
  'cool-down': 'SpectroCoin wants no calls for a while; nothing was sent.',
  budget: 'The calls that SpectroCoin allows are used up for now; nothing was sent.',
  busy: 'Too many calls are under way; nothing was sent.',
} as const

function closing(): GatewayError {
  return new GatewayError('UPSTREAM_UNAVAILABLE', 'The gateway is closing; nothing was sent.')
}
