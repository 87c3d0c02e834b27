// The hub of all that is polled: one poller a key however many listen, first value at once, then changes, none when nobody listens.
import { GatewayError } from '../errors.ts'
import { createListener } from './listener.ts'
import type { ErrorCode } from '../errors.ts'
import type { Listener } from './listener.ts'

/** What is polled. The key holds the identity for which it is polled, unless it is public. */
export interface Feed<T> {
  readonly key: string
  readonly poll: (signal: AbortSignal) => Promise<T>
}

/** A poll's last answer. `stale`: the upstream has not answered since. */
export interface Snapshot<T> {
  readonly value: T
  readonly stale: boolean
}

/** One listener's view of a feed: its part of the snapshot, undefined where there is none, and when two parts are the same. */
export interface View<T, S> {
  readonly select: (snapshot: Snapshot<T>) => S | undefined
  readonly equal: (a: S, b: S) => boolean
  /** What a listener is told whose part is not in the first snapshot. */
  readonly absent: string
}

export interface Hub {
  /** Listens until the iterator is returned. The feed with a key is the first listener's; later ones share it. */
  listen<T, S>(feed: Feed<T>, view: View<T, S>): AsyncIterableIterator<S>
  /** How many feeds are polled now. */
  readonly size: number
  /** Ends every listener and every poll, and those to come. */
  close(): void
}

/** These do not pass by waiting, so that whoever listens is told and the poll ends. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_USER_INPUT',
  'UPSTREAM_REJECTED',
])

/** A poll that fails again and again slows down by doubling, to at most this. */
const SLOWEST_MS = 60_000

export function createHub({ intervalMs }: { readonly intervalMs: number }): Hub {
  const pollers = new Map<string, Poller<unknown>>()
  let closed = false
  return {
    listen<T, S>(feed: Feed<T>, view: View<T, S>) {
      if (closed) return endedValues<S>()
      const known = pollers.get(feed.key) as Poller<T> | undefined
      const poller = known ?? createPoller(feed, intervalMs, () => pollers.delete(feed.key))
      if (!known) pollers.set(feed.key, poller)
      return poller.join(view)
    },
    get size() {
      return pollers.size
    },
    close() {
      closed = true
      for (const poller of pollers.values()) poller.close()
    },
  }
}

/** What a late comer listens to once the hub is closed: nothing polls for it. */
function endedValues<S>(): AsyncIterableIterator<S> {
  const listener = createListener<S>(
    () => false,
    () => {},
  )
  listener.end()
  return listener.values
}

interface Poller<T> {
  join<S>(view: View<T, S>): AsyncIterableIterator<S>
  close(): void
}

interface Member<T> {
  see(snapshot: Snapshot<T>): void
  readonly listener: Pick<Listener<unknown>, 'fail' | 'end'>
}

function createPoller<T>(feed: Feed<T>, intervalMs: number, stopped: () => void): Poller<T> {
  const members = new Set<Member<T>>()
  const ended = new AbortController()
  let last: Snapshot<T> | undefined
  let failures = 0
  let timer: NodeJS.Timeout | undefined

  const show = (snapshot: Snapshot<T>): void => {
    last = snapshot
    for (const member of members) member.see(snapshot)
  }
  const tick = async (): Promise<void> => {
    try {
      show({ value: await feed.poll(ended.signal), stale: false })
      failures = 0
    } catch (error) {
      if (ended.signal.aborted) return
      if (!(error instanceof GatewayError) || FINAL.has(error.code)) return failAll(error)
      failures += 1
      if (last && !last.stale) show({ value: last.value, stale: true })
    }
    if (!ended.signal.aborted) timer = setTimeout(() => void tick(), delay())
  }
  const delay = (): number => {
    const slowed = Math.min(intervalMs * 2 ** Math.min(failures, 16), Math.max(SLOWEST_MS, intervalMs))
    // Feeds that began together do not all poll together for ever.
    return slowed * (0.9 + 0.1 * Math.random())
  }
  const failAll = (cause: unknown): void => {
    const error = cause instanceof Error ? cause : new Error('not an error', { cause })
    for (const { listener } of members) listener.fail(error)
  }
  const leave = (member: Member<T>): void => {
    members.delete(member)
    if (members.size > 0 || ended.signal.aborted) return
    ended.abort()
    clearTimeout(timer)
    stopped()
  }

  return {
    join<S>(view: View<T, S>) {
      const listener = createListener<S>(view.equal, () => leave(member))
      const member: Member<T> = { listener, see: viewer(view, listener) }
      members.add(member)
      if (last) member.see(last)
      else if (members.size === 1) void tick()
      return listener.values
    },
    close() {
      for (const { listener } of members) listener.end()
    },
  }
}

/** Hands a listener its part of each snapshot that has one. */
function viewer<T, S>(view: View<T, S>, listener: Listener<S>): (snapshot: Snapshot<T>) => void {
  let shown = false
  return (snapshot) => {
    const part = view.select(snapshot)
    if (part !== undefined) {
      shown = true
      listener.offer(part)
    } else if (!shown) listener.fail(new GatewayError('NOT_FOUND', view.absent))
  }
}
