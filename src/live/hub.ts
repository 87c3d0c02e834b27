// The hub of all that is polled: one poller a key however many listen, first value at once, then changes, none when nobody listens.
import { GatewayError } from '../errors.ts'
import { createListener } from './listener.ts'
import type { ErrorCode } from '../errors.ts'
import type { Listener, LiveValues } from './listener.ts'

/** What is polled. The key holds the identity for which it is polled, unless it is public. */
export interface Feed<T> {
  readonly key: string
  /** `isFirst`: nothing is known of it yet, and somebody waits. */
  readonly poll: (signal: AbortSignal, isFirst: boolean) => Promise<T>
  /** Which object it is about, for who hears of news of that object. */
  readonly subject?: Subject
  /** Whether nothing has happened from one answer to the next: then the poll slows down. Left out: it never does. */
  readonly quiet?: (before: T, now: T) => boolean
  /** Whether nothing more can happen: its listeners have this value, and the end. */
  readonly final?: (value: T) => boolean
}

export interface Subject {
  readonly type: string
  readonly id: string
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
  /** What a listener is told whose part is not in the first snapshot; left out where it always is. */
  readonly absent?: string
}

export interface Hub {
  /**
   * Listens until the iterator is returned. The feed with a key is the first listener's; later ones share it. Throws RATE_LIMITED where that
   * would be a key too many.
   */
  listen<T, S>(feed: Feed<T>, view: View<T, S>): LiveValues<S>
  /**
   * Polls at once what is listened to and about an object of which there may be news, and gives how many feeds that are. What was polled
   * last, if anything, tells more of the object than its id.
   */
  wake(isAbout: (subject: Subject, last: unknown) => boolean): number
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

/** One that finds nothing new slows down by a quarter each time, to at most this many intervals. */
const QUIET_FACTOR = 1.25
const QUIETEST = 8

export interface HubOptions {
  readonly intervalMs: number
  /** How many keys may be polled at a time. */
  readonly maxKeys: number
  /** Told of a poll that fails, once until one does not. */
  readonly failed?: (error: GatewayError) => void
}

export function createHub({ intervalMs, maxKeys, failed = () => {} }: HubOptions): Hub {
  const pollers = new Map<string, Poller<unknown>>()
  let closed = false
  return {
    listen<T, S>(feed: Feed<T>, view: View<T, S>) {
      if (closed) return endedValues<S>()
      const known = pollers.get(feed.key) as Poller<T> | undefined
      if (!known && pollers.size >= maxKeys) throw tooMany(intervalMs)
      const poller = known ?? createPoller(feed, { intervalMs, failed, stopped: () => pollers.delete(feed.key) })
      if (!known) pollers.set(feed.key, poller)
      return poller.join(view)
    },
    wake(isAbout) {
      const woken = [...pollers.values()].filter((poller) => poller.isWakeable() && poller.isAbout(isAbout))
      for (const poller of woken) poller.wake()
      return woken.length
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
function endedValues<S>(): LiveValues<S> {
  const listener = createListener<S>(
    () => false,
    () => {},
  )
  listener.end()
  return listener.values
}

/** Why nothing more can be listened to that nobody listens to yet. */
export function tooMany(intervalMs: number): GatewayError {
  return new GatewayError('RATE_LIMITED', 'As many different things are watched as may be: come again later.', {
    details: { retryAfter: Math.ceil(intervalMs / 1000) },
    effect: 'not-sent',
  })
}

interface Poller<T> {
  join<S>(view: View<T, S>): LiveValues<S>
  isAbout(test: (subject: Subject, last: unknown) => boolean): boolean
  /** Whether waking it would make a poll that is not to come anyway. While the upstream fails, its trouble sets the pace. */
  isWakeable(): boolean
  wake(): void
  close(): void
}

interface Member<T> {
  see(snapshot: Snapshot<T>): void
  readonly listener: Pick<Listener<unknown>, 'fail' | 'end'>
}

interface PollerOptions extends Required<Omit<HubOptions, 'maxKeys'>> {
  readonly stopped: () => void
}

function createPoller<T>(feed: Feed<T>, { intervalMs, failed, stopped }: PollerOptions): Poller<T> {
  const members = new Set<Member<T>>()
  const ended = new AbortController()
  let last: Snapshot<T> | undefined
  let polledAt = 0
  let failures = 0
  /** What the upstream has asked for. */
  let holdMs = 0
  let pace = 1
  let timer: NodeJS.Timeout | undefined
  let polling = false
  let again = false

  const show = (snapshot: Snapshot<T>): void => {
    last = snapshot
    for (const member of members) member.see(snapshot)
  }
  const endAll = (): void => {
    for (const { listener } of members) listener.end()
  }
  const tick = async (): Promise<void> => {
    clearTimeout(timer)
    polling = true
    again = false
    await pollOnce()
    polling = false
    if (ended.signal.aborted) return
    if (again) void tick()
    else timer = setTimeout(() => void tick(), delay())
  }
  const pollOnce = async (): Promise<void> => {
    try {
      const value = await feed.poll(ended.signal, last === undefined)
      if (ended.signal.aborted) return
      polledAt = performance.now()
      failures = 0
      holdMs = 0
      pace = last && feed.quiet?.(last.value, value) ? Math.min(pace * QUIET_FACTOR, QUIETEST) : 1
      show({ value, stale: false })
      if (feed.final?.(value)) endAll()
    } catch (error) {
      if (ended.signal.aborted) return
      if (!(error instanceof GatewayError) || FINAL.has(error.code)) return failAll(error)
      if (failures === 0) failed(error)
      failures += 1
      holdMs = (error.details.retryAfter ?? 0) * 1000
      if (last && !last.stale) show({ value: last.value, stale: true })
    }
  }
  const delay = (): number => {
    const slowed = Math.min(intervalMs * pace * 2 ** Math.min(failures, 16), Math.max(SLOWEST_MS, intervalMs))
    // Feeds that began together do not all poll together for ever.
    const chance = 0.1 * Math.random()
    return Math.max(slowed * (0.9 + chance), holdMs && holdMs + intervalMs * chance)
  }
  const failAll = (cause: unknown): void => {
    const error = cause instanceof Error ? cause : new Error('not an error', { cause })
    for (const { listener } of members) listener.fail(error)
  }
  const wake = (): void => {
    pace = 1
    // What a poll under way will find may be older than the news.
    if (polling) again = true
    else void tick()
  }
  /** One that has slowed down since nothing happens is looked at anew for who has just come. */
  const renew = (): void => {
    if (!last || polling || failures > 0 || ended.signal.aborted) return
    if (performance.now() - polledAt >= intervalMs) wake()
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
      const listener = createListener<S>(view.equal, () => leave(member), renew)
      const member: Member<T> = { listener, see: viewer(view, listener) }
      members.add(member)
      if (last) {
        member.see(last)
        renew()
      } else if (members.size === 1) void tick()
      return listener.values
    },
    isWakeable: () => failures === 0 && !again,
    isAbout: (test) => feed.subject !== undefined && test(feed.subject, last?.value),
    wake,
    close: endAll,
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
    } else if (!shown) listener.fail(new GatewayError('NOT_FOUND', view.absent ?? 'There is no such thing.'))
  }
}
