// The hub of live feeds: one poll for everybody, the latest value for each, and nothing left when nobody listens.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { GatewayError } from '../src/errors.ts'
import { openLiveDesk } from '../src/gateway-live.ts'
import { createHub } from '../src/live/hub.ts'
import { createLog } from '../src/log.ts'
import type { Feed, Hub, View } from '../src/live/hub.ts'
import type { Scopes } from '../src/upstream/scopes.ts'
import type { Upstream } from '../src/upstream/upstream.ts'

interface Shown {
  readonly value: number
  readonly stale: boolean
}

const view: View<number, Shown> = {
  select: ({ value, stale }) => (value < 0 ? undefined : { value, stale }),
  equal: (a, b) => a.value === b.value && a.stale === b.stale,
  absent: 'There is no such value.',
}
const INTERVAL = 1000
const fresh = (value: number): IteratorResult<Shown> => ({ done: false, value: { value, stale: false } })
const stale = (value: number): IteratorResult<Shown> => ({ done: false, value: { value, stale: true } })
const END = { done: true, value: undefined }
const outage = (): GatewayError => new GatewayError('UPSTREAM_UNAVAILABLE', 'Down.', { effect: 'unknown' })

/** A feed whose answer is what `now` says, or what a test gives by hand. */
class TestFeed implements Feed<number> {
  readonly key: string
  polls = 0
  now: () => number | Promise<number> = () => 0
  readonly signals: AbortSignal[] = []

  constructor(key = 'feed') {
    this.key = key
  }

  get poll(): Feed<number>['poll'] {
    return async (signal) => {
      this.polls += 1
      this.signals.push(signal)
      return this.now()
    }
  }
}

let hub: Hub
beforeEach(() => {
  vi.useFakeTimers()
  hub = createHub({ intervalMs: INTERVAL, maxKeys: 1000 })
})
afterEach(() => {
  hub.close()
  vi.useRealTimers()
})

const tick = (): Promise<unknown> => vi.advanceTimersByTimeAsync(INTERVAL)
const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

describe('the listeners of one key', () => {
  test('share one poll, and each gets the first value at once', async () => {
    const feed = new TestFeed()
    feed.now = () => 7
    const listeners = Array.from({ length: 1000 }, () => hub.listen(feed, view))
    const first = await Promise.all(listeners.map((each) => each.next()))
    expect(new Set(first.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(fresh(7))]))
    expect(feed.polls).toBe(1)
    await tick()
    expect(feed.polls).toBe(2)
    expect(hub.size).toBe(1)
  })

  test('that come later get the last known value at once, without a poll', async () => {
    const feed = new TestFeed()
    feed.now = () => 7
    await hub.listen(feed, view).next()
    expect(await hub.listen(feed, view).next()).toEqual(fresh(7))
    expect(feed.polls).toBe(1)
  })

  test('that come while the first poll is under way wait for that one', async () => {
    const feed = new TestFeed()
    let answer: (value: number) => void = () => {}
    feed.now = () => new Promise((resolve) => (answer = resolve))
    const waiting = [hub.listen(feed, view).next()]
    await settled()
    waiting.push(hub.listen(feed, view).next())
    answer(3)
    expect(await Promise.all(waiting)).toEqual([fresh(3), fresh(3)])
    expect(feed.polls).toBe(1)
  })

  test('have a poll of their own under each key', async () => {
    const [a, b] = [new TestFeed('a'), new TestFeed('b')]
    await Promise.all([hub.listen(a, view).next(), hub.listen(b, view).next()])
    expect([a.polls, b.polls, hub.size]).toEqual([1, 1, 2])
  })
})

describe('a listener', () => {
  test('hears of changes only', async () => {
    const feed = new TestFeed()
    let value = 1
    feed.now = () => value
    const listener = hub.listen(feed, view)
    expect(await listener.next()).toEqual(fresh(1))
    const next = listener.next()
    let heard = false
    void next.then(() => (heard = true))
    await tick()
    await tick()
    expect([heard, feed.polls]).toEqual([false, 3])
    value = 2
    await tick()
    expect(await next).toEqual(fresh(2))
  })

  test('that stalls is given the latest value, one, when it comes back', async () => {
    const feed = new TestFeed()
    let value = 0
    feed.now = () => (value += 1)
    const listener = hub.listen(feed, view)
    await settled()
    for (let n = 0; n < 2000; n += 1) await tick()
    expect(await listener.next()).toEqual(fresh(value))
    let heard = false
    void listener.next().then(() => (heard = true))
    await settled()
    expect(heard).toBe(false)
  })

  test('that asks twice before it is answered gets two answers', async () => {
    const feed = new TestFeed()
    let value = 0
    feed.now = () => (value += 1)
    const listener = hub.listen(feed, view)
    const both = [listener.next(), listener.next()]
    await tick()
    expect(await Promise.all(both)).toEqual([fresh(1), fresh(2)])
    const ending = [listener.next(), listener.next()]
    await listener.return?.()
    expect(await Promise.all(ending)).toEqual([END, END])
  })

  test('whose part is not in the first answer gets NOT_FOUND and the end, and the others stay', async () => {
    const feed = new TestFeed()
    feed.now = () => 1
    const staying = hub.listen(feed, view)
    const missing = hub.listen(feed, { ...view, select: () => undefined })
    await expect(missing.next()).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'There is no such value.' })
    expect(await missing.next()).toEqual(END)
    expect(await staying.next()).toEqual(fresh(1))
    await expect(hub.listen(feed, { ...view, select: () => undefined }).next()).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(hub.size).toBe(1)
  })

  test('alone whose part is not in the first answer ends the poll', async () => {
    const feed = new TestFeed()
    feed.now = () => -1
    await expect(hub.listen(feed, view).next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect([hub.size, vi.getTimerCount()]).toEqual([0, 0])
  })

  test('that slept through an outage hears nothing of it: what it took last is what there is', async () => {
    const feed = new TestFeed()
    const listener = hub.listen(feed, view)
    expect(await listener.next()).toEqual(fresh(0))
    feed.now = () => {
      throw outage()
    }
    await tick()
    feed.now = () => 0
    await vi.advanceTimersByTimeAsync(10 * INTERVAL)
    const next = listener.next()
    feed.now = () => 1
    await tick()
    expect(await next).toEqual(fresh(1))
  })

  test('keeps what it had while its part is away', async () => {
    const feed = new TestFeed()
    const answers = [1, -1, 2]
    feed.now = () => answers.shift() ?? 2
    const listener = hub.listen(feed, view)
    expect(await listener.next()).toEqual(fresh(1))
    const next = listener.next()
    await tick()
    await tick()
    expect(await next).toEqual(fresh(2))
  })
})

describe('an upstream that fails', () => {
  test('makes the value stale once, and fresh again when it is back, changed or not', async () => {
    const feed = new TestFeed()
    let down = false
    feed.now = () => {
      if (down) throw outage()
      return 5
    }
    const listener = hub.listen(feed, view)
    expect(await listener.next()).toEqual(fresh(5))
    down = true
    await tick()
    expect(await listener.next()).toEqual(stale(5))
    const next = listener.next()
    let heard = false
    void next.then(() => (heard = true))
    await vi.advanceTimersByTimeAsync(10 * INTERVAL)
    expect(heard).toBe(false)
    expect(await hub.listen(feed, view).next()).toEqual(stale(5))
    down = false
    await vi.advanceTimersByTimeAsync(60 * INTERVAL)
    expect(await next).toEqual(fresh(5))
  })

  test('is asked after twice as long each time, a minute at most, and at the usual pace once it is back', async () => {
    const feed = new TestFeed()
    let down = true
    const at: number[] = []
    feed.now = () => {
      at.push(Date.now())
      if (down) throw outage()
      return 5
    }
    const listener = hub.listen(feed, view)
    const first = listener.next()
    await vi.advanceTimersByTimeAsync(500_000)
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0))
    gaps.forEach((gap, index) => {
      const longest = Math.min(INTERVAL * 2 ** (index + 1), 60_000)
      expect(gap).toBeLessThanOrEqual(longest)
      expect(gap).toBeGreaterThanOrEqual(Math.floor(longest * 0.9))
    })
    expect(gaps.length).toBeGreaterThan(8)
    down = false
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await first).toEqual(fresh(5))
    const before = feed.polls
    await vi.advanceTimersByTimeAsync(10 * INTERVAL)
    expect(feed.polls - before).toBeGreaterThanOrEqual(10)
  })

  test.each(['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'BAD_USER_INPUT', 'UPSTREAM_REJECTED'] as const)(
    'for good (%s) tells each listener once and ends the poll',
    async (code) => {
      const feed = new TestFeed()
      feed.now = () => {
        throw new GatewayError(code, 'For good.')
      }
      const listeners = [hub.listen(feed, view), hub.listen(feed, view)]
      for (const listener of listeners) await expect(listener.next()).rejects.toMatchObject({ code })
      for (const listener of listeners) expect(await listener.next()).toEqual(END)
      expect([feed.polls, hub.size, vi.getTimerCount()]).toEqual([1, 0, 0])
    },
  )

  test('by a fault of ours ends the poll with that fault', async () => {
    const feed = new TestFeed()
    feed.now = () => {
      throw new TypeError('a bug')
    }
    await expect(hub.listen(feed, view).next()).rejects.toThrow('a bug')
    expect([hub.size, vi.getTimerCount()]).toEqual([0, 0])
  })

  test('for good gives a listener that has not read yet its last value first', async () => {
    const feed = new TestFeed()
    const listener = hub.listen(feed, view)
    await settled()
    feed.now = () => {
      throw new GatewayError('FORBIDDEN', 'For good.')
    }
    await tick()
    expect(await listener.next()).toEqual(fresh(0))
    await expect(listener.next()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await listener.next()).toEqual(END)
  })
})

describe('the last one to leave stops the poll and the timer', () => {
  const leaves: Record<string, (listener: AsyncIterableIterator<Shown>) => Promise<unknown>> = {
    'before the first value': async (listener) => listener.return?.(),
    'while it waits for the first value': async (listener) => {
      const next = listener.next()
      await listener.return?.()
      expect(await next).toEqual(END)
    },
    'with a value that it has not taken': async (listener) => {
      await settled()
      await listener.return?.()
      expect(await listener.next()).toEqual(END)
    },
    'while it waits for a change': async (listener) => {
      await listener.next()
      const next = listener.next()
      await listener.return?.()
      expect(await next).toEqual(END)
    },
    'by throwing in its loop': async (listener) => {
      const reading = async (): Promise<void> => {
        for await (const shown of listener) throw new Error(`read ${shown.value}`)
      }
      await expect(reading()).rejects.toThrow('read 0')
    },
    'by the end of its loop': async (listener) => {
      for await (const shown of listener) if (shown.value === 0) break
    },
    twice: async (listener) => {
      await listener.return?.()
      await listener.return?.()
    },
    'with the hub': async (listener) => {
      const next = listener.next()
      hub.close()
      await next
      expect(await listener.next()).toEqual(END)
    },
  }
  test.each(Object.entries(leaves))('%s', async (_, leave) => {
    const feed = new TestFeed()
    await leave(hub.listen(feed, view))
    await settled()
    expect([hub.size, vi.getTimerCount()]).toEqual([0, 0])
    expect(feed.signals.every((signal) => signal.aborted)).toBe(true)
    const polled = feed.polls
    await vi.advanceTimersByTimeAsync(100 * INTERVAL)
    expect(feed.polls).toBe(polled)
  })

  test('and not before: one of two may go', async () => {
    const feed = new TestFeed()
    const [one, other] = [hub.listen(feed, view), hub.listen(feed, view)]
    await one.return?.()
    expect(await other.next()).toEqual(fresh(0))
    await tick()
    expect([feed.polls, hub.size]).toEqual([2, 1])
  })

  test('a thousand times over, with nothing left behind', async () => {
    const feed = new TestFeed()
    for (let n = 0; n < 1000; n += 1) {
      const listener = hub.listen(feed, view)
      if (n % 3 === 0) await listener.next()
      if (n % 3 === 1) void listener.next()
      await listener.return?.()
    }
    await settled()
    expect([hub.size, vi.getTimerCount()]).toEqual([0, 0])
  })
})

describe('who joins as the last one leaves', () => {
  test('gets a live feed of its own, while the poll of the first is still under way', async () => {
    const answers: ((value: number) => void)[] = []
    const feed = new TestFeed()
    feed.now = () => new Promise((resolve) => answers.push(resolve))
    const first = hub.listen(feed, view)
    await settled()
    const leaving = first.return?.()
    const second = hub.listen(feed, view)
    await leaving
    await settled()
    expect([answers.length, hub.size]).toEqual([2, 1])
    answers[0]?.(1)
    await settled()
    answers[1]?.(2)
    expect(await second.next()).toEqual(fresh(2))
    feed.now = () => 3
    await tick()
    expect(await second.next()).toEqual(fresh(3))
    expect([hub.size, vi.getTimerCount()]).toEqual([1, 1])
  })

  test('gets a live feed where the first one ended in an error', async () => {
    const feed = new TestFeed()
    feed.now = () => {
      throw new GatewayError('FORBIDDEN', 'For good.')
    }
    await hub
      .listen(feed, view)
      .next()
      .catch(() => undefined)
    feed.now = () => 4
    const second = hub.listen(feed, view)
    expect(await second.next()).toEqual(fresh(4))
    feed.now = () => 5
    await tick()
    expect(await second.next()).toEqual(fresh(5))
  })

  test('from within the answer that made another leave gets a live feed', async () => {
    const feed = new TestFeed()
    let joined: AsyncIterableIterator<Shown> | undefined
    const first = hub.listen(feed, {
      ...view,
      select: () => {
        void first.return?.()
        joined ??= hub.listen(feed, view)
        return undefined
      },
    })
    expect(await first.next()).toEqual(END)
    await settled()
    expect(await joined?.next()).toEqual(fresh(0))
    feed.now = () => 1
    await tick()
    expect(await joined?.next()).toEqual(fresh(1))
    expect([hub.size, vi.getTimerCount()]).toEqual([1, 1])
  })

  test('after the hub is closed is told the end, and nothing is polled for it', async () => {
    const feed = new TestFeed()
    hub.close()
    expect(await hub.listen(feed, view).next()).toEqual(END)
    expect([feed.polls, hub.size, vi.getTimerCount()]).toEqual([0, 0, 0])
  })
})

describe('any schedule', () => {
  type Step =
    | { readonly does: 'change' | 'fail' | 'recover' | 'join' | 'wait' }
    | { readonly does: 'leave' | 'read'; readonly who: number }
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      does: fc.constantFrom(
        'change' as const,
        'fail' as const,
        'recover' as const,
        'join' as const,
        'wait' as const,
        'wait' as const,
      ),
    }),
    fc.record({ does: fc.constantFrom('leave' as const, 'read' as const, 'read' as const), who: fc.nat({ max: 9 }) }),
  )

  test('of changes, failures, stalls, joins and leaves shows each listener a part of the truth, in order, up to its last value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        hub.close()
        hub = createHub({ intervalMs: INTERVAL, maxKeys: 1000 })
        const local = hub
        const feed = new TestFeed()
        let value = 0
        let down = false
        const truth: number[] = []
        feed.now = () => {
          if (down) throw outage()
          if (truth.at(-1) !== value) truth.push(value)
          return value
        }
        const listeners: { values: AsyncIterableIterator<Shown>; heard: Shown[]; reading: boolean; left: boolean }[] =
          []
        const read = (listener: (typeof listeners)[number] | undefined): void => {
          if (!listener || listener.reading || listener.left) return
          listener.reading = true
          void listener.values.next().then((result) => {
            listener.reading = false
            if (!result.done) listener.heard.push(result.value)
          })
        }
        for (const { does, ...more } of steps) {
          const listener = 'who' in more ? listeners[more.who % Math.max(listeners.length, 1)] : undefined
          if (does === 'change') value += 1
          if (does === 'fail') down = true
          if (does === 'recover') down = false
          if (does === 'join')
            listeners.push({ values: local.listen(feed, view), heard: [], reading: false, left: false })
          if (does === 'wait') await tick()
          if (does === 'read') read(listener)
          if (does === 'leave' && listener) {
            listener.left = true
            await listener.values.return?.()
          }
          await settled()
        }
        down = false
        await vi.advanceTimersByTimeAsync(120_000)
        for (let n = 0; n < 2; n += 1) {
          listeners.forEach(read)
          await settled()
        }
        expect(local.size).toBe(listeners.some(({ left }) => !left) ? 1 : 0)
        for (const { heard, left } of listeners) {
          let at = -1
          for (const shown of heard) {
            const found = truth.indexOf(shown.value, Math.max(at, 0))
            expect(found).toBeGreaterThanOrEqual(0)
            at = found
          }
          heard.slice(1).forEach((shown, index) => expect(shown).not.toEqual(heard[index]))
          if (!left) expect(heard.at(-1)).toEqual({ value, stale: false })
        }
        for (const { values } of listeners) await values.return?.()
        expect([local.size, vi.getTimerCount()]).toEqual([0, 0])
      }),
      { numRuns: 300, seed: 50 },
    )
  })
})

describe('a feed of which somebody hears news', () => {
  const thing = { type: 'Thing', id: 'A' }
  const isA = ({ id }: { readonly id: string }): boolean => id === 'A'

  test('is polled at once when it is woken, and no other is', async () => {
    const [a, b] = [new TestFeed('a'), new TestFeed('b')]
    await hub.listen({ key: 'a', poll: a.poll, subject: thing }, view).next()
    await hub.listen({ key: 'b', poll: b.poll, subject: { type: 'Thing', id: 'B' } }, view).next()
    expect(hub.wake(isA)).toBe(1)
    await settled()
    expect([a.polls, b.polls]).toEqual([2, 1])
    await tick()
    expect([a.polls, b.polls]).toEqual([3, 2])
  })

  test('is known by what was polled last, too', async () => {
    const feed = new TestFeed()
    feed.now = () => 7
    await hub.listen({ key: 'a', poll: feed.poll, subject: thing }, view).next()
    expect([hub.wake((_, last) => last === 8), hub.wake((_, last) => last === 7)]).toEqual([0, 1])
  })

  test('that is being polled is polled once more, however often it is woken meanwhile', async () => {
    const feed = new TestFeed()
    let answer: (value: number) => void = () => {}
    feed.now = () => new Promise((resolve) => (answer = resolve))
    const listener = hub.listen({ key: 'a', poll: feed.poll, subject: thing }, view)
    const first = listener.next()
    await settled()
    for (let times = 0; times < 5; times += 1) hub.wake(isA)
    feed.now = () => 2
    answer(1)
    expect(await first).toEqual(fresh(1))
    expect(await listener.next()).toEqual(fresh(2))
    await settled()
    expect(feed.polls).toBe(2)
  })

  test('that fails keeps its own pace: nobody outside can make the gateway hammer on', async () => {
    const feed = new TestFeed()
    feed.now = () => 1
    await hub.listen({ key: 'a', poll: feed.poll, subject: thing }, view).next()
    feed.now = () => {
      throw outage()
    }
    await tick()
    expect(feed.polls).toBe(2)
    for (let times = 0; times < 5; times += 1) hub.wake(isA)
    await settled()
    expect(feed.polls).toBe(2)
  })

  test('without a subject cannot be woken', async () => {
    const feed = new TestFeed()
    await hub.listen(feed, view).next()
    expect(hub.wake(() => true)).toBe(0)
  })
})

describe('a feed on which nothing happens', () => {
  const calm = (feed: TestFeed): Feed<number> => ({ key: feed.key, poll: feed.poll, quiet: (a, b) => a === b, subject })
  const subject = { type: 'Thing', id: 'A' }

  test('is polled less and less, down to every eighth time, and as before once something happens', async () => {
    const feed = new TestFeed()
    feed.now = () => 1
    await hub.listen(calm(feed), view).next()
    const pollsWithin = async (intervals: number): Promise<number> => {
      const before = feed.polls
      await vi.advanceTimersByTimeAsync(intervals * INTERVAL)
      return feed.polls - before
    }
    const early = await pollsWithin(16)
    await pollsWithin(100)
    const late = await pollsWithin(16)
    expect(early).toBeGreaterThan(5)
    expect(late).toBeGreaterThanOrEqual(1)
    expect(late).toBeLessThanOrEqual(3)
    let value = 1
    feed.now = () => (value += 1)
    await pollsWithin(9)
    expect(await pollsWithin(8)).toBeGreaterThanOrEqual(7)
  })

  test('is polled at its first pace again when it is woken', async () => {
    const feed = new TestFeed()
    feed.now = () => 1
    await hub.listen(calm(feed), view).next()
    await vi.advanceTimersByTimeAsync(100 * INTERVAL)
    hub.wake(() => true)
    await settled()
    const before = feed.polls
    await vi.advanceTimersByTimeAsync(2 * INTERVAL)
    expect(feed.polls - before).toBeGreaterThanOrEqual(1)
  })
})

test('a poll that fails is told once, and again when it fails after one that did not', async () => {
  const told: string[] = []
  const own = createHub({ intervalMs: INTERVAL, maxKeys: 1000, failed: ({ code }) => void told.push(code) })
  const feed = new TestFeed()
  feed.now = () => {
    throw outage()
  }
  const listener = own.listen(feed, view)
  const first = listener.next()
  await vi.advanceTimersByTimeAsync(10 * INTERVAL)
  expect([feed.polls > 2, told]).toEqual([true, ['UPSTREAM_UNAVAILABLE']])
  feed.now = () => 1
  await vi.advanceTimersByTimeAsync(60 * INTERVAL)
  expect(await first).toEqual(fresh(1))
  feed.now = () => {
    throw outage()
  }
  await tick()
  expect(told).toHaveLength(2)
  own.close()
})

test('polls that fail for one reason are one line a minute in the log, and each other reason has its own', async () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  const { live } = loadConfig({ LIVE_INTERVAL_MS: String(INTERVAL) })
  // What it polls is the test's.
  const desk = openLiveDesk(live, { upstream: {} as Upstream, scopes: {} as Scopes, log })
  const failing = (key: string, endpoint: string, reason: string): void => {
    const error = new GatewayError('UPSTREAM_UNAVAILABLE', 'Down.', { effect: 'unknown', reason })
    error.endpoint = endpoint
    const feed = { key, poll: () => Promise.reject(error) }
    void desk.hub.listen(feed, view).next()
  }
  const told = () => lines.splice(0).map((line) => JSON.parse(line) as object)
  const [one, two, three] = [
    { kind: 'poll', codes: ['UPSTREAM_UNAVAILABLE'], endpoint: 'accounts.read', reason: 'status 503' },
    { kind: 'poll', codes: ['UPSTREAM_UNAVAILABLE'], endpoint: 'accounts.read', reason: 'status 500' },
    { kind: 'poll', codes: ['UPSTREAM_UNAVAILABLE'], endpoint: 'orders.read', reason: 'status 503' },
  ]
  for (let nth = 0; nth < 500; nth += 1) failing(`first ${nth}`, 'accounts.read', 'status 503')
  await settled()
  expect(told()).toMatchObject([one])
  failing('other reason', 'accounts.read', 'status 500')
  failing('other endpoint', 'orders.read', 'status 503')
  await settled()
  expect(told()).toMatchObject([two, three])

  await vi.advanceTimersByTimeAsync(59_000)
  failing('soon', 'accounts.read', 'status 503')
  await settled()
  expect(told()).toEqual([])
  await vi.advanceTimersByTimeAsync(1_000)
  for (let nth = 0; nth < 500; nth += 1) failing(`later ${nth}`, 'accounts.read', 'status 503')
  await settled()
  expect(told()).toMatchObject([one])
  desk.hub.close()
})

describe('who joins a feed that has slowed down', () => {
  test('since nothing happens has what is known at once, and has it polled at once, at its first pace', async () => {
    const feed = new TestFeed()
    let value = 1
    feed.now = () => value
    const calm: Feed<number> = { key: 'calm', poll: feed.poll, quiet: (a, b) => a === b }
    await hub.listen(calm, view).next()
    await vi.advanceTimersByTimeAsync(100 * INTERVAL)
    // From one poll to the next it is seven intervals by now: somewhere in the middle.
    for (const polled = feed.polls; feed.polls === polled;) await tick()
    await vi.advanceTimersByTimeAsync(3 * INTERVAL)
    value = 2
    const before = feed.polls
    const joined = hub.listen(calm, view)
    expect(await joined.next()).toEqual(fresh(1))
    expect(await joined.next()).toEqual(fresh(2))
    expect(feed.polls).toBe(before + 1)
    await vi.advanceTimersByTimeAsync(2 * INTERVAL)
    expect(feed.polls).toBeGreaterThanOrEqual(before + 2)
  })

  test('makes no second poll beside the one that is under way, nor one so soon after the last', async () => {
    const feed = new TestFeed()
    await hub.listen(feed, view).next()
    let answer: (value: number) => void = () => {}
    feed.now = () => new Promise((resolve) => (answer = resolve))
    await tick()
    await vi.advanceTimersByTimeAsync(3 * INTERVAL)
    hub.listen(feed, view)
    answer(1)
    await settled()
    for (let n = 0; n < 10; n += 1) hub.listen(feed, view)
    await settled()
    expect(feed.polls).toBe(2)
  })

  test('since the upstream fails makes no poll', async () => {
    const feed = new TestFeed()
    await hub.listen(feed, view).next()
    feed.now = () => {
      throw outage()
    }
    // A minute between polls by now.
    await vi.advanceTimersByTimeAsync(200 * INTERVAL)
    for (const polled = feed.polls; feed.polls === polled;) await tick()
    await vi.advanceTimersByTimeAsync(20 * INTERVAL)
    const before = feed.polls
    expect(await hub.listen(feed, view).next()).toEqual(stale(0))
    await settled()
    expect(feed.polls).toBe(before)
  })
})

describe('the pace', () => {
  /** When it was polled, each time, while this answers. */
  const timesOf = (feed: TestFeed, answer: TestFeed['now']): number[] => {
    const at: number[] = []
    feed.now = () => {
      at.push(Date.now())
      return answer()
    }
    return at
  }
  const gapsOf = (at: readonly number[]): number[] => at.slice(1).map((time, index) => time - (at[index] ?? 0))

  test('differs from poll to poll by a tenth of the interval at most, to the sooner side, and by all of that tenth', async () => {
    const feed = new TestFeed()
    const at = timesOf(feed, () => 1)
    await hub.listen(feed, view).next()
    await vi.advanceTimersByTimeAsync(500 * INTERVAL)
    const gaps = gapsOf(at)
    expect([Math.min(...gaps) >= 0.9 * INTERVAL, Math.max(...gaps) <= INTERVAL]).toEqual([true, true])
    expect([Math.min(...gaps) < 0.92 * INTERVAL, Math.max(...gaps) > 0.98 * INTERVAL]).toEqual([true, true])
  })

  test.each([5, 30, 200])(
    'waits after RATE_LIMITED as long as that says (%i s), and a little longer',
    async (retryAfter) => {
      const helds = new Set<number>()
      for (let times = 0; times < 20; times += 1) {
        const feed = new TestFeed(`${times}`)
        const at = timesOf(feed, () => {
          if (at.length === 2) throw new GatewayError('RATE_LIMITED', 'Later.', { details: { retryAfter } })
          return 1
        })
        const listener = hub.listen(feed, view)
        await vi.advanceTimersByTimeAsync((retryAfter + 5) * 1000)
        const [, held = 0, after = 0] = gapsOf(at)
        expect(held).toBeGreaterThanOrEqual(retryAfter * 1000)
        expect(held).toBeLessThanOrEqual(retryAfter * 1000 + 0.1 * INTERVAL)
        expect([after >= 0.9 * INTERVAL, after <= INTERVAL]).toEqual([true, true])
        helds.add(held)
        await listener.return?.()
      }
      // Those who were told so at the same moment do not all come back at the same moment.
      expect(helds.size).toBeGreaterThan(5)
    },
  )

  test('is the slower one, where failures have slowed it down to more than RATE_LIMITED says', async () => {
    const feed = new TestFeed()
    const at = timesOf(feed, () => {
      throw new GatewayError('RATE_LIMITED', 'Later.', { details: { retryAfter: 3 } })
    })
    hub.listen(feed, view)
    await vi.advanceTimersByTimeAsync(100_000)
    const [first = 0, second = 0, third = 0, fourth = 0] = gapsOf(at)
    expect([first >= 3000 && first <= 3100, second >= 3600 && second <= 4000]).toEqual([true, true])
    expect([third >= 7200 && third <= 8000, fourth >= 14_400 && fourth <= 16_000]).toEqual([true, true])
  })
})

test('a poll is told that nothing is known yet until one has succeeded, and never after', async () => {
  const answers: (number | undefined)[] = [undefined, undefined, 1, 2, undefined, 3]
  const told: boolean[] = []
  const feed: Feed<number> = {
    key: 'feed',
    poll: async (_, isFirst) => {
      const answer = answers[told.push(isFirst) - 1] ?? 4
      if (answers[told.length - 1] === undefined && told.length <= answers.length) throw outage()
      return answer
    },
  }
  const listener = hub.listen(feed, view)
  await vi.advanceTimersByTimeAsync(60 * INTERVAL)
  expect(told.slice(0, 7)).toEqual([true, true, true, false, false, false, false])
  await listener.return?.()
  hub.listen(feed, view)
  await settled()
  expect(told.at(-1)).toBe(true)
})

describe('as many keys as may be', () => {
  beforeEach(() => {
    hub = createHub({ intervalMs: INTERVAL, maxKeys: 2 })
  })
  const [a, b, c] = ['a', 'b', 'c'].map((key) => ({ key, poll: async () => 1 }))
  if (!a || !b || !c) throw new Error('there are three')

  test('are polled, and one more is RATE_LIMITED and not polled', async () => {
    let polls = 0
    for (const feed of [a, b]) await hub.listen(feed, view).next()
    const one = { key: 'c', poll: async () => (polls += 1) }
    expect(() => hub.listen(one, view)).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', details: { retryAfter: INTERVAL / 1000 } }),
    )
    await tick()
    expect([polls, hub.size]).toEqual([0, 2])
  })

  test('hinder nobody who comes to one of them', async () => {
    for (const feed of [a, b, a, b, a]) expect(await hub.listen(feed, view).next()).toEqual(fresh(1))
    expect(hub.size).toBe(2)
  })

  test('leave room for another when one is left, and when one fails for good', async () => {
    const failing = { key: 'failing', poll: () => Promise.reject(new GatewayError('FORBIDDEN', 'No.')) }
    const listener = hub.listen(a, view)
    const failed = hub.listen(failing, view)
    expect(() => hub.listen(b, view)).toThrow()
    await expect(failed.next()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await hub.listen(b, view).next()).toEqual(fresh(1))
    expect(() => hub.listen(c, view)).toThrow()
    await listener.return?.()
    expect(await hub.listen(c, view).next()).toEqual(fresh(1))
  })
})

describe('a feed that comes to its end', () => {
  const ending = (feed: TestFeed): Feed<number> => ({ key: feed.key, poll: feed.poll, final: (value) => value === 9 })

  test('gives its last value to all, and the end, and is polled no more', async () => {
    const feed = new TestFeed()
    feed.now = () => 1
    const listeners = [hub.listen(ending(feed), view), hub.listen(ending(feed), view)]
    await Promise.all(listeners.map((each) => each.next()))
    feed.now = () => 9
    await tick()
    for (const listener of listeners) {
      expect(await listener.next()).toEqual(fresh(9))
      expect(await listener.next()).toEqual(END)
    }
    await vi.advanceTimersByTimeAsync(10 * INTERVAL)
    expect([feed.polls, hub.size]).toEqual([2, 0])
  })

  test('at once, where it has come to it before', async () => {
    const feed = new TestFeed()
    feed.now = () => 9
    const listener = hub.listen(ending(feed), view)
    expect([await listener.next(), await listener.next()]).toEqual([fresh(9), END])
    expect(feed.polls).toBe(1)
  })
})
