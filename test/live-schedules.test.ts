// Any schedule of changes, failures, stalls, joins and leaves, through the hub, the channels and the seats: each listener sees a part of the
// truth, in order, up to its last value.
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { GatewayError } from '../src/errors.ts'
import { createChannels } from '../src/live/channels.ts'
import { createHub } from '../src/live/hub.ts'
import type { Open } from '../src/live/channels.ts'
import type { Hub, View } from '../src/live/hub.ts'
import type { Seat } from '../src/live/seat.ts'

const INTERVAL = 1000

/** One answer of the upstream: two prices, and which poll it was. */
interface Quote {
  readonly a: number
  readonly b: number
  readonly poll: number
}

type Part = 'a' | 'both'
const PARTS: readonly Part[] = ['a', 'both']

/** A part of an answer, and whether it was the last that there was. */
interface Seen {
  readonly poll: number
  readonly part: string
  readonly stale: boolean
}

const partOf = (part: Part, { a, b }: Quote): string => (part === 'both' ? `${a} ${b}` : `${a}`)

const viewOf = (part: Part): View<Quote, Seen> => ({
  select: ({ value, stale }) => ({ poll: value.poll, part: partOf(part, value), stale }),
  equal: (x, y) => x.part === y.part && x.stale === y.stale,
})

/** Two things that are polled, and what may befall them. */
interface World {
  readonly polled: Map<string, Quote[]>
  readonly now: Map<string, { a: number; b: number }>
  isDown: boolean
  /** The next poll, or the next execution, fails for good. */
  isForbidden: boolean
  isBroken: boolean
  /** How long an execution takes; and one of what was executed before, for who comes late. */
  executionMs: number
  readonly refreshMs: number
}

const KEYS = ['one', 'other']

function createWorld(refreshMs: number): World {
  return {
    polled: new Map(KEYS.map((key) => [key, []])),
    now: new Map(KEYS.map((key) => [key, { a: 0, b: 0 }])),
    isDown: false,
    isForbidden: false,
    isBroken: false,
    executionMs: 0,
    refreshMs,
  }
}

function openPart(world: World, hub: Hub, key: string, part: Part): Open<Seen> {
  const poll = async (): Promise<Quote> => {
    if (world.isDown) throw new GatewayError('UPSTREAM_UNAVAILABLE', 'Down.')
    if (world.isForbidden) {
      world.isForbidden = false
      throw new GatewayError('FORBIDDEN', 'For good.')
    }
    const polls = world.polled.get(key) ?? []
    const quote = { a: 0, b: 0, ...world.now.get(key), poll: polls.length }
    polls.push(quote)
    return quote
  }
  const executed = new WeakSet<Seen>()
  return async () => ({
    values: hub.listen({ key, poll }, viewOf(part)),
    async render(seen) {
      const { isBroken } = world
      world.isBroken = false
      const ms = executed.has(seen) ? world.refreshMs : world.executionMs
      executed.add(seen)
      // What an event links to is never the same twice.
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
      if (isBroken) throw new Error('broken')
      return JSON.stringify({ ...seen, at: performance.now() })
    },
  })
}

interface Listener {
  readonly key: string
  readonly part: Part
  readonly heard: Seen[]
  /** The latest that others had heard of this when it came. */
  readonly since: number
  /** Takes one text, and then sleeps until it is woken. */
  readonly isSlow: boolean
  seat: Seat | undefined
  isReady: boolean
  hasLeft: boolean
  hasEnded: boolean
  hasBegun: boolean
}

type Step =
  | { readonly does: 'a' | 'b' | 'back' | 'fail' | 'recover' | 'forbid' | 'break' }
  | { readonly does: 'execute' | 'wait'; readonly ms: number }
  | {
      readonly does: 'join'
      readonly key: string
      readonly part: Part
      readonly isSlow: boolean
      readonly beginsLater: boolean
    }
  | { readonly does: 'wake' | 'stall' | 'leave'; readonly who: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('a' as const, 'b' as const, 'back' as const) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('fail' as const, 'recover' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('forbid' as const, 'break' as const) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('execute' as const), ms: fc.constantFrom(0, 300, 1500) }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.nat({ max: 2500 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('join' as const),
      key: fc.constantFrom(...KEYS),
      part: fc.constantFrom(...PARTS),
      isSlow: fc.boolean(),
      beginsLater: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constantFrom('wake' as const, 'stall' as const, 'leave' as const),
      who: fc.nat({ max: 9 }),
    }),
  },
)

/** Longer than all else that goes on, or not. */
const REFRESHES = fc.constantFrom(0, 300, 6000)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('each listener sees a part of the truth, in order, up to its last value, and nothing is left of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), REFRESHES, async (steps, refreshMs) => {
      // Whatever a run that failed has left, where one with less in it is sought.
      vi.clearAllTimers()
      const world = createWorld(refreshMs)
      const hub = createHub({ intervalMs: INTERVAL, maxKeys: KEYS.length })
      const channels = createChannels({ maxChannels: 100_000, freshMs: INTERVAL })
      const listeners: Listener[] = []
      /** What was done to a listener who had left, had had the end, or was not ready. */
      const faults: string[] = []

      const begin = (listener: Listener): void => {
        if (!listener.seat || listener.hasBegun) return
        listener.hasBegun = true
        listener.seat.begin({
          isReady: () => listener.isReady,
          take(text) {
            if (listener.hasLeft || listener.hasEnded || !listener.isReady) faults.push(`was given ${text}`)
            listener.heard.push(JSON.parse(text) as Seen)
            if (listener.isSlow) listener.isReady = false
          },
          end() {
            if (listener.hasLeft || listener.hasEnded) faults.push('was told of the end')
            listener.hasEnded = true
          },
        })
      }
      const wake = (listener: Listener): void => {
        listener.isReady = true
        begin(listener)
        listener.seat?.resume()
      }
      const join = async (listener: Listener, beginsLater: boolean): Promise<void> => {
        const { key, part } = listener
        listeners.push(listener)
        try {
          listener.seat = await channels.join(`${key} ${part}`, openPart(world, hub, key, part))
        } catch {
          listener.hasEnded = true
          return
        }
        if (listener.hasLeft) listener.seat.leave()
        else if (!beginsLater) begin(listener)
      }
      const leave = (listener: Listener): void => {
        listener.hasLeft = true
        listener.seat?.leave()
      }
      const take = (each: Step): void => {
        if (each.does === 'join') {
          const { key, part, isSlow } = each
          const since = Math.max(
            0,
            ...listeners
              .flatMap((other) => (other.key === key && other.part === part ? other.heard : []))
              .map(({ poll }) => poll),
          )
          const fresh = {
            heard: [],
            since,
            seat: undefined,
            isReady: true,
            hasLeft: false,
            hasEnded: false,
            hasBegun: false,
          }
          void join({ key, part, isSlow, ...fresh }, each.beginsLater)
        } else if ('who' in each) {
          const listener = listeners[each.who % Math.max(listeners.length, 1)]
          if (!listener) return
          if (each.does === 'stall') listener.isReady = false
          if (each.does === 'wake') wake(listener)
          if (each.does === 'leave') leave(listener)
        } else if (each.does === 'execute') world.executionMs = each.ms
        else if (each.does === 'fail') world.isDown = true
        else if (each.does === 'recover') world.isDown = false
        else if (each.does === 'forbid') world.isForbidden = true
        else if (each.does === 'break') world.isBroken = true
        else
          for (const quote of world.now.values()) {
            if (each.does === 'a') quote.a += 1
            if (each.does === 'b') quote.b += 1
            if (each.does === 'back') quote.a = Math.max(0, quote.a - 1)
          }
      }

      for (const each of steps) {
        take(each)
        await vi.advanceTimersByTimeAsync(each.does === 'wait' ? each.ms : 0)
      }
      Object.assign(world, { isDown: false, isForbidden: false, isBroken: false, executionMs: 0 })
      await vi.advanceTimersByTimeAsync(130_000)
      // A slow one takes what was waiting, and then what has come since.
      for (let times = 0; times < 3; times += 1) {
        listeners.forEach(wake)
        await vi.advanceTimersByTimeAsync(0)
      }

      expect(faults).toEqual([])
      const listening = listeners.filter(({ hasLeft, hasEnded }) => !hasLeft && !hasEnded)
      expect(channels.seats).toBe(listening.length)
      expect(channels.size).toBe(new Set(listening.map(({ key, part }) => `${key} ${part}`)).size)
      expect(hub.size).toBe(new Set(listening.map(({ key }) => key)).size)
      for (const listener of listeners) {
        const { key, part, heard, since } = listener
        const polled = world.polled.get(key) ?? []
        expect(heard[0]?.poll ?? since).toBeGreaterThanOrEqual(since)
        for (const [index, seen] of heard.entries()) {
          const before = heard[index - 1]
          // It is what was polled, it is later than what came before, and it is news.
          expect(seen.part).toBe(partOf(part, polled[seen.poll] ?? { a: -1, b: -1, poll: -1 }))
          if (!before) continue
          const isLater = seen.poll > before.poll || (seen.poll === before.poll && seen.stale && !before.stale)
          expect([before, seen, isLater]).toEqual([before, seen, true])
          expect([seen.part, seen.stale]).not.toEqual([before.part, before.stale])
        }
        const last = { part: partOf(part, { a: 0, b: 0, ...world.now.get(key), poll: 0 }), stale: false }
        if (listening.includes(listener)) expect(heard.at(-1)).toMatchObject(last)
      }

      listeners.forEach(leave)
      await vi.advanceTimersByTimeAsync(0)
      expect([hub.size, channels.size, channels.seats, vi.getTimerCount()]).toEqual([0, 0, 0, 0])
    }),
    { numRuns: 1000, seed: 60 },
  )
})
