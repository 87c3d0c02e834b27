// The circuit breaker: an upstream that fails again and again is left alone for a while, and is then tried out by one call.
import { GatewayError } from '../errors.ts'
import type { BreakerState, Meter } from './meter.ts'

/** How a call ended for the breaker: `nothing` where it tells nothing of the upstream, such as a caller who has gone. */
export type Verdict = 'well' | 'failed' | 'nothing'

/** Leave for one call; what it ends with counts once. */
export interface Pass {
  end(verdict: Verdict): void
}

export interface Breaker {
  /** Gives leave for one call, or what to wait for where another one tries the upstream out. Throws UPSTREAM_UNAVAILABLE while it is left alone. */
  enter(): Pass | { readonly found: Promise<void> }
  /** Whether a call would be refused now. */
  isOpen(): boolean
  /** Throws what `enter` would throw, and takes no leave. */
  refuseIfOpen(): void
}

/** It opens where enough calls have failed within the window, and they are at least this share of all. */
const SHARE_OF_FAILURES = 0.5
const WINDOW_MS = 10_000

/** For how long, at first; each trial that fails doubles it. */
const FIRST_REST_MS = 1_000
const LONGEST_REST_MS = 30_000

/** A trial without an answer by then has failed: nobody else may try before. */
const LONGEST_TRIAL_MS = 5_000

/** How long others wait for what it finds. */
const TRIAL_PATIENCE_MS = 2_000

export interface BreakerOptions {
  readonly meter: Pick<Meter, 'breaker' | 'notMade'>
  /** How many are enough. */
  readonly failures: number
  readonly now?: () => number
}

export function createBreaker({ meter, failures: enough, now = () => performance.now() }: BreakerOptions): Breaker {
  /** Two halves of the window: what is older than both is forgotten. */
  let halves = [emptyHalf(now()), emptyHalf(now())]
  let state: BreakerState = 'closed'
  let rests = 0
  let restUntil = 0
  let trial: Promise<void> | undefined
  let isSlow = false

  const become = (next: BreakerState): void => {
    state = next
    meter.breaker(next)
  }
  const open = (): void => {
    // Clients that were refused together do not come back together, and neither do gateways.
    restUntil = now() + Math.min(FIRST_REST_MS * 2 ** rests, LONGEST_REST_MS) * (0.9 + 0.2 * Math.random())
    rests += 1
    become('open')
  }
  const note = (verdict: Verdict): void => {
    if (verdict === 'nothing' || state !== 'closed') return
    const at = now()
    const [newest] = halves
    if (newest === undefined || at - newest.began >= WINDOW_MS / 2) {
      const isRecent = newest !== undefined && at - newest.began < WINDOW_MS
      halves = [emptyHalf(at), isRecent ? newest : emptyHalf(at)]
    }
    const [current] = halves
    if (!current) return
    current.calls += 1
    if (verdict === 'failed') current.failures += 1
    const calls = halves.reduce((sum, half) => sum + half.calls, 0)
    const failures = halves.reduce((sum, half) => sum + half.failures, 0)
    if (failures >= enough && failures >= calls * SHARE_OF_FAILURES) open()
  }
  const pass: Pass = { end: note }
  const tryOut = (): Pass => {
    if (state !== 'half-open') become('half-open')
    const { promise, resolve } = Promise.withResolvers<void>()
    trial = promise
    isSlow = false
    const slow = setTimeout(() => {
      isSlow = true
      resolve()
    }, TRIAL_PATIENCE_MS).unref()
    const end = (verdict: Verdict): void => {
      // A slow one that is well after all is as good as any; else it has been judged.
      if (trial !== promise && (verdict !== 'well' || trial || state === 'closed')) return
      clearTimeout(timer)
      clearTimeout(slow)
      trial = undefined
      if (verdict === 'failed') open()
      else if (verdict === 'well') {
        rests = 0
        halves = [emptyHalf(now()), emptyHalf(now())]
        become('closed')
      }
      // Where it told nothing, whoever comes next is the trial.
      resolve()
    }
    const timer = setTimeout(() => end('failed'), LONGEST_TRIAL_MS).unref()
    return { end }
  }
  const refusal = (): GatewayError => {
    meter.notMade('breaker')
    return new GatewayError('UPSTREAM_UNAVAILABLE', 'SpectroCoin fails again and again; nothing was sent.', {
      details: { retryAfter: Math.max(1, Math.ceil((restUntil - now()) / 1000)) },
    })
  }
  const isOpen = (): boolean => state !== 'closed' && (trial ? isSlow : now() < restUntil)
  return {
    enter() {
      if (state === 'closed') return pass
      if (trial && !isSlow) return { found: trial }
      if (trial || now() < restUntil) throw refusal()
      return tryOut()
    },
    isOpen,
    refuseIfOpen() {
      if (isOpen()) throw refusal()
    },
  }
}

function emptyHalf(began: number): { readonly began: number; calls: number; failures: number } {
  return { began, calls: 0, failures: 0 }
}
