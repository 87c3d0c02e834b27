// One request at the wire: its turn awaited, the breaker asked, sent at once, and all that its answer teaches taken in.
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../errors.ts'
import { UNKNOWN_BUDGET } from './budget.ts'
import { createConnections } from './connections.ts'
import { tooLate, unlessGone } from './failures.ts'
import { createTurns } from './turns.ts'
import type { Ending } from '../ending.ts'
import type { Breaker, Pass, Verdict } from './breaker.ts'
import type { BudgetView } from './budget.ts'
import type { Caller, CallScope } from './caller.ts'
import type { Clock } from './clock.ts'
import type { Drift } from './drift.ts'
import type { Endpoint } from './endpoint.ts'
import type { Head } from './head.ts'
import type { Rank } from './lines.ts'
import type { Meter, Outcome } from './meter.ts'
import type { Turn, Turns, Wish } from './turns.ts'

interface Leave {
  readonly turn: Turn
  readonly pass: Pass
}

/** For whom and until when. */
export interface Asking {
  readonly caller: Caller
  /** Ends the wait for its turn. */
  readonly signal: Ending | undefined
  /** In milliseconds of `performance.now()`: it must have left by then. */
  readonly deadline: number
  readonly rank: Rank
  /** Who is told of it; left out where it is no operation's. */
  readonly ledger?: CallScope['ledger']
  /** Told when it leaves. */
  readonly left?: () => void
}

/**
 * Makes one. `send` is called once, when its turn has come. Throws RATE_LIMITED, UPSTREAM_UNAVAILABLE or UPSTREAM_TIMEOUT with nothing sent where
 * it may not leave in time.
 */
export type Attempt = <A extends Head>(endpoint: Endpoint, asking: Asking, send: () => Promise<A>) => Promise<A>

export interface Attempts {
  readonly make: Attempt
  /** What is left of the upstream's limit for a caller, as far as it is known. */
  budget(caller: Caller): BudgetView
  /** Lets no money leave any more. */
  stop(): void
}

export interface AttemptsOptions {
  /** Whether all calls are made with one credential; else private ones with that of their caller. */
  readonly hasOwnCredential: boolean
  readonly callsPerMinute: number | undefined
  readonly breaker: Breaker
  readonly clock: Clock
  readonly drift: Drift
  readonly meter: Meter
}

/** Credentials remembered, since each caller may bring one; the least used goes first. */
const MOST_CREDENTIALS = 10_000

/** Fewer than each pool of the agent has: a request that waited there could be stopped by nothing. */
const MOST_AT_ONCE = 256

/** The credential of calls that carry none. */
const PUBLIC = 'public'
const HOUSE = 'house'

/** An upstream that was given less time than this and did not answer has not failed. */
const FAIR_TIME_MS = 1_000

export function createAttempts(options: AttemptsOptions): Attempts {
  const { hasOwnCredential, callsPerMinute, breaker, clock, drift, meter } = options
  const connections = createConnections(MOST_AT_ONCE)
  const moneyConnections = createConnections(MOST_AT_ONCE)
  const kept = new LRUCache<string, Turns>({ max: MOST_CREDENTIALS })
  let isStopped = false
  const turnsOf = (key: string): Turns => {
    const known = kept.get(key)
    if (known) return known
    const turns = createTurns({ callsPerMinute, connections, moneyConnections, meter })
    if (isStopped) turns.stop()
    kept.set(key, turns)
    return turns
  }
  // With one credential all calls count, public ones too: nobody has said that they do not.
  const keyOf = (isPublic: boolean, { id }: Caller): string => (hasOwnCredential ? HOUSE : isPublic ? PUBLIC : id)

  /** Leave to send one request now; undefined: it must be waited for. Most calls need not, and that costs them no promise. */
  const leaveNow = (turns: Turns, wish: Wish): Leave | undefined => {
    const turn = turns.takeNow(wish)
    if (!turn) return undefined
    const pass = enterInTime(turn, wish)
    if ('end' in pass) return { turn, pass }
    turn.giveBack()
    return undefined
  }

  const leave = async (turns: Turns, wish: Wish): Promise<Leave> => {
    for (;;) {
      // Who would be refused anyway waits for no turn.
      breaker.refuseIfOpen()
      const turn = await turns.take(wish)
      const pass = enterInTime(turn, wish)
      if ('end' in pass) return { turn, pass }
      turn.giveBack()
      await unlessGone(wish.signal, pass.found)
    }
  }

  const enterInTime = (turn: Turn, { deadline }: Wish): ReturnType<Breaker['enter']> => {
    try {
      if (performance.now() >= deadline) throw tooLate('not-sent')
      return breaker.enter()
    } catch (error) {
      turn.giveBack()
      throw error
    }
  }

  return {
    async make(endpoint, { caller, signal, deadline, rank, ledger, left }, send) {
      const turns = turnsOf(keyOf(endpoint.scope === null, caller))
      // Callers who use one credential cannot be told apart; their operations can.
      const line = hasOwnCredential ? (ledger ?? caller.id) : caller.id
      const wish = { rank, line, deadline, signal }
      const { turn, pass } = leaveNow(turns, wish) ?? (await leave(turns, wish))
      const began = performance.now()
      let verdict: Verdict = 'nothing'
      let status: number | null = null
      let outcome: Outcome = 'invalid'
      left?.()
      try {
        const head = await send()
        status = head.status
        outcome = outcomeOf(status)
        verdict = status === 429 || status >= 500 ? 'failed' : 'well'
        // Public answers may have lain somewhere on their way.
        if (endpoint.scope !== null) clock.learn(head.date)
        const seconds = turns.learn(head)
        if (seconds === undefined) return head
        meter.coolDown()
        return { ...head, retryAfter: String(seconds) }
      } catch (error) {
        const code = error instanceof GatewayError ? error.code : ''
        outcome = OUTCOMES[code] ?? 'invalid'
        verdict = verdictOf(code, signal, performance.now() - began)
        // It was given up for what it is while it came.
        if (error instanceof GatewayError && code === 'UPSTREAM_INVALID')
          drift.of(endpoint.name).misfit('body', `is ${error.reason}`)
        throw error
      } finally {
        const ms = performance.now() - began
        meter.request(endpoint, outcome, ms)
        ledger?.note({ method: endpoint.method, route: endpoint.path, status, ms: Math.round(ms), from: 'upstream' })
        pass.end(verdict)
        turn.end()
      }
    },
    stop() {
      isStopped = true
      for (const turns of kept.values()) turns.stop()
    },
    budget: (caller) => kept.peek(keyOf(caller.kind === 'anonymous', caller))?.view() ?? UNKNOWN_BUDGET,
  }
}

/** Who has gone has not waited for an answer; unless it was their deadline, and they had waited for a while. */
function verdictOf(code: string, signal: Ending | undefined, waitedMs: number): Verdict {
  const isLate = code === 'CANCELLED' && signal?.reason instanceof GatewayError && waitedMs >= FAIR_TIME_MS
  return isLate || code === 'UPSTREAM_UNAVAILABLE' || code === 'UPSTREAM_TIMEOUT' ? 'failed' : 'nothing'
}

function outcomeOf(status: number): Outcome {
  if (status === 200) return 'ok'
  if (status === 400 || status === 404 || status === 422) return 'refused'
  if (status === 401) return 'unauthenticated'
  if (status === 403) return 'forbidden'
  if (status === 429) return 'limited'
  return status >= 500 ? 'unavailable' : 'invalid'
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  UPSTREAM_UNAVAILABLE: 'unavailable',
  UPSTREAM_TIMEOUT: 'timeout',
  CANCELLED: 'cancelled',
}
