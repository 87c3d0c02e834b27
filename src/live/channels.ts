// Those who ask for the same: one listener of the hub for all of them, one execution of each event, one text that each of them gets.
import { tooMany } from './hub.ts'
import { createSeats } from './seat.ts'
import type { LiveValues } from './listener.ts'
import type { Delivery, Seat } from './seat.ts'

/** What a channel carries. */
export interface Programme<T> {
  readonly values: LiveValues<T>
  /** Writes down what everybody gets of an event. */
  readonly render: (value: T) => Promise<string>
}

/** Begins what a channel carries. The signal fires when nobody is there any longer. */
export type Open<T> = (signal: AbortSignal) => Promise<Programme<T>>

export interface Channels {
  /**
   * Takes a seat in the channel with this key, which says all that tells one answer from another. The first one's channel is opened; where
   * that fails, each of those who wait for it is told why. Throws RATE_LIMITED where that would be a channel too many.
   */
  join<T>(key: string, open: Open<T>): Promise<Seat>
  /** How many channels there are: distinct selections, each executed once an event. */
  readonly size: number
  /** How many seats are taken. */
  readonly seats: number
}

export interface ChannelsOptions {
  /** How many channels there may be. */
  readonly maxChannels: number
  /** Who comes later is given what was executed last, unless that is longer ago than this. */
  readonly freshMs: number
}

/** Deliveries in a row, before whatever else there is to do has its turn, and how many of them one execution is worth. */
const MOST_IN_A_ROW = 500
const AN_EXECUTION = 25

export function createChannels({ freshMs, maxChannels }: ChannelsOptions): Channels {
  const channels = new Map<string, Channel>()
  const breathe = createBreath(MOST_IN_A_ROW)
  return {
    async join<T>(key: string, open: Open<T>) {
      const known = channels.get(key)
      if (!known && channels.size >= maxChannels) throw tooMany(freshMs)
      const channel = known ?? createChannel(open, { freshMs, breathe, closed: () => channels.delete(key) })
      if (!known) channels.set(key, channel)
      return channel.join()
    },
    get size() {
      return channels.size
    },
    get seats() {
      return channels.values().reduce((sum, channel) => sum + channel.size(), 0)
    },
  }
}

interface Channel {
  size(): number
  join(): Promise<Seat>
}

interface ChannelOptions extends Pick<ChannelsOptions, 'freshMs'> {
  readonly breathe: Breathe
  readonly closed: () => void
}

function createChannel<T>(open: Open<T>, { freshMs, breathe, closed }: ChannelOptions): Channel {
  const gone = new AbortController()
  let programme: Programme<T> | undefined
  let last: Delivery<T> | undefined
  let isRendering = false
  /** The event that is being executed again. */
  let refreshing: number | undefined
  let isListed = true

  /** Whoever comes after that begins anew. */
  const close = (): void => {
    if (isListed) closed()
    isListed = false
  }
  const seats = createSeats<T>(
    (a, b) => programme?.values.isSame(a, b) === true,
    () => {
      close()
      gone.abort()
      void programme?.values.return?.()
    },
  )

  const opening = open(gone.signal).then((opened) => (programme = opened))
  const run = async (): Promise<void> => {
    const { values, render } = await opening
    for (let event = 1; ; event += 1) {
      const { done, value } = await values.next()
      if (done) return
      isRendering = true
      await breathe(AN_EXECUTION)
      if (gone.signal.aborted) return
      last = { event, value, text: await render(value), at: performance.now() }
      isRendering = false
      for (const seat of seats.all) {
        seats.offer(seat, last)
        const pause = breathe(1)
        if (pause) await pause
      }
    }
  }
  const end = (error?: unknown): void => {
    close()
    void programme?.values.return?.()
    for (const seat of seats.all) seats.end(seat, error)
  }
  run().then(() => end(), end)

  /** Executes the last event once more, for those who have nothing yet: what hangs on it may have changed since. */
  const refresh = async ({ event, value }: Delivery<T>, { render }: Programme<T>): Promise<void> => {
    if (refreshing === event) return
    refreshing = event
    const delivery = { event, value, text: await render(value), at: performance.now() }
    if (refreshing === event) refreshing = undefined
    // Whoever is still without a value came after the next event, and waits for that one.
    if (last?.event !== event) return
    last = delivery
    for (const seat of seats.all) if (!seat.taken && !seat.slot) seats.offer(seat, delivery)
  }

  return {
    size: () => seats.all.size,
    async join() {
      const seat = seats.take()
      const opened = await opening
      if (!last || isRendering) return seat
      opened.values.renew()
      if (performance.now() - last.at < freshMs) seats.offer(seat, last)
      else refresh(last, opened).catch(end)
      return seat
    },
  }
}

/** Gives something to wait for where there has been enough work in a row. */
type Breathe = (work: number) => Promise<void> | undefined

/** Those who have to wait go on in the order in which they came, as much of their work in each turn. */
function createBreath(most: number): Breathe {
  const waiting: { readonly work: number; go(): void }[] = []
  let left = most
  const turn = (): void => {
    left = most
    let next = 0
    for (const { work } of waiting) {
      if (left <= 0) break
      left -= work
      next += 1
    }
    for (const { go } of waiting.splice(0, next)) go()
    if (waiting.length > 0) setImmediate(turn)
  }
  return (work) => {
    if (left > 0) {
      left -= work
      return undefined
    }
    if (waiting.length === 0) setImmediate(turn)
    return new Promise((resolve) => waiting.push({ work, go: resolve }))
  }
}
