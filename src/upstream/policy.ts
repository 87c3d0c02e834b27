// How the calls of each safety class are treated: the one place from which all of it follows.
import type { SafetyClass } from './endpoint.ts'

export interface Policy {
  /** Whether a failure that may pass is met by another try. */
  readonly isRetried: boolean
  /** Who may share one call that is under way. */
  readonly sharedBy: 'everybody' | 'caller' | 'nobody'
  /** Whether it makes or moves something: then it is never given up once it has left, and what was read before is out of date when it ends. */
  readonly changes: boolean
  /** Whether it has a connection of its own: one that was kept may be dead, and a call that fails on it may have arrived or not. */
  readonly isFresh: boolean
  /** From its start to its last byte, its connection included. */
  readonly timeoutMs: number
  /** From its start to the first byte of its answer. */
  readonly firstByteMs: number
}

export interface Times {
  readonly timeoutMs: number
  readonly moneyTimeoutMs: number
}

export type Policies = Readonly<Record<SafetyClass, Policy>>

export function createPolicies({ timeoutMs, moneyTimeoutMs }: Times): Policies {
  // Half of the time, so that there is some left to try once more.
  const read = {
    isRetried: true,
    isAborted: true,
    changes: false,
    isFresh: false,
    timeoutMs,
    firstByteMs: timeoutMs / 2,
  }
  const change = { isRetried: false, sharedBy: 'nobody', changes: true } as const
  return {
    read: { ...read, sharedBy: 'everybody' },
    'read-private': { ...read, sharedBy: 'caller' },
    creates: { ...change, isFresh: false, timeoutMs, firstByteMs: timeoutMs },
    'moves-money': { ...change, isFresh: true, timeoutMs: moneyTimeoutMs, firstByteMs: moneyTimeoutMs },
  }
}

/** Well before any call has its time-out: what could not connect was not sent, and that is to be known. */
export function connectTimeoutMs({ timeoutMs, moneyTimeoutMs }: Times): number {
  return Math.min(LONGEST_CONNECT_MS, timeoutMs / 2, moneyTimeoutMs / 2)
}

const LONGEST_CONNECT_MS = 5_000
