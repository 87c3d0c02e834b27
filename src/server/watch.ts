// Watches everybody who listens, in one round for all of them: who is too old, no longer let in, no longer there, or does not read.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Socket } from 'node:net'

/** Why a connection is ended that did nothing to break the rules: its age, its token, its silence, its backlog, our end. */
export type Fate = 'age' | 'expired' | 'silent' | 'stalled' | 'going'

export interface Connection {
  readonly socket: Socket
  /** Makes the other side show that it is there; left out where it has no way to. */
  readonly ping?: () => void
  /** Called in each round; left out where there is nothing to do. */
  readonly round?: () => void
  /** Whether who holds it would not be let in any more. */
  readonly isShutOut?: () => boolean
  /** Whether it waits for an answer: then it is left a little longer. */
  readonly isBusy?: () => boolean
  readonly end: (fate: Fate) => void
}

export interface Watched {
  /** It has shown that it is there. */
  heard(): void
  /** What lets it in ends then, in milliseconds of the epoch, and it with that; undefined: never. */
  expireAt(time: number | undefined): void
  /** It has gone. */
  remove(): void
}

export interface Watch {
  add(connection: Connection): Watched
  /** Ends all of them, spread over so many milliseconds; at once where there are none. */
  drain(ms: number): Promise<void>
  readonly size: number
}

export interface WatchOptions {
  /** Silent for half of it, a connection is pinged; for all of it, it has gone. */
  readonly pingMs: number
  /** How long bytes may wait for a reader who takes none. */
  readonly stallMs: number
  readonly maxAgeMs: number
}

interface State {
  /** When it is too old. */
  agedAt: number
  /** When its token ends. */
  expiredAt: number
  /** Rounds without a sign of life, and rounds in which nothing left that should. Rounds, not time: those that the gateway slept through do not count. */
  silent: number
  stalled: number
  progress: number
}

const LONGEST_ROUND_MS = 1_000
const DRAIN_STEP_MS = 20

/** How long one that is too old may wait for an answer that is under way: whoever asks and asks is not kept. */
const LAST_ANSWER_MS = 30_000

export function createWatch({ pingMs, stallMs, maxAgeMs }: WatchOptions): Watch {
  const watched = new Map<Connection, State>()
  // Fine enough for a short age, too, of which the last tenth is left to chance.
  const roundMs = Math.min(LONGEST_ROUND_MS, pingMs / 8, stallMs / 8, maxAgeMs / 100)
  let timer: NodeJS.Timeout | undefined

  const look = (connection: Connection, state: State, now: number): void => {
    const { socket, ping, end } = connection
    // Node forgets to tell of some ends: of answers that wait behind others on a connection which then asks for an upgrade.
    if (socket.destroyed) return end('silent')
    connection.round?.()
    const isWaiting = socket.writableLength > 0
    const progress = isWaiting ? progressOf(socket) : state.progress
    const isMoving = progress !== state.progress
    state.progress = progress
    state.stalled = isWaiting && !isMoving ? state.stalled + 1 : 0
    // What leaves out of a backlog is taken by somebody.
    state.silent = isMoving ? 0 : state.silent + 1
    const fate = fateOf(connection, state, now)
    if (fate) {
      // Told once. Who has not gone by that is still watched for what it takes.
      state.agedAt = state.expiredAt = Number.POSITIVE_INFINITY
      return end(fate)
    }
    if (state.stalled * roundMs >= stallMs) return end('stalled')
    if (!ping) return
    if (state.silent * roundMs >= pingMs) return end('silent')
    if (state.silent === Math.ceil(pingMs / roundMs / 2)) ping()
  }
  const round = (): void => {
    const now = performance.now()
    for (const [connection, state] of watched) look(connection, state, now)
  }

  return {
    add(connection) {
      const state: State = {
        // Those who came together do not all have to come back together.
        agedAt: performance.now() + maxAgeMs * (0.9 + 0.1 * Math.random()),
        expiredAt: Number.POSITIVE_INFINITY,
        silent: 0,
        stalled: 0,
        progress: 0,
      }
      watched.set(connection, state)
      timer ??= setInterval(round, roundMs)
      return {
        heard: () => void (state.silent = 0),
        expireAt(time = Number.POSITIVE_INFINITY) {
          state.expiredAt = performance.now() + time - Date.now()
        },
        remove() {
          if (!watched.delete(connection) || watched.size > 0) return
          clearInterval(timer)
          timer = undefined
        },
      }
    },
    async drain(ms) {
      const began = performance.now()
      const all = watched.size
      let ended = 0
      while (watched.size > 0) {
        const passed = performance.now() - began + DRAIN_STEP_MS
        // Some may have come since: whoever was being let in.
        const due = passed < ms ? Math.ceil((all * passed) / ms) : Number.POSITIVE_INFINITY
        for (const connection of watched.keys()) {
          if (ended >= due) break
          // Who waits for an answer has until the end of the time.
          if (passed < ms && connection.isBusy?.()) continue
          watched.delete(connection)
          connection.end('going')
          ended += 1
        }
        if (watched.size > 0) await sleep(DRAIN_STEP_MS)
      }
      clearInterval(timer)
      timer = undefined
    },
    get size() {
      return watched.size
    },
  }
}

/** Whether its time has come. */
function fateOf({ isBusy, isShutOut }: Connection, { agedAt, expiredAt }: State, now: number): Fate | undefined {
  if (now >= expiredAt || (agedAt < Number.POSITIVE_INFINITY && isShutOut?.())) return 'expired'
  if (now < agedAt) return undefined
  return isBusy?.() && now < agedAt + LAST_ANSWER_MS ? undefined : 'age'
}

/**
 * A number that changes when bytes have left. A write counts as waiting, whole, until all of it has left; how much of it has is known to the
 * handle alone, as it is to Node's own time-outs.
 */
function progressOf(socket: Socket): number {
  const handle = (socket as { _handle?: { readonly writeQueueSize?: number } | null })._handle
  return (socket.bytesWritten ?? 0) - socket.writableLength - (handle?.writeQueueSize ?? 0)
}
