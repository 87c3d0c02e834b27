// Channels and seats: those who ask for the same share one opening, one execution an event and one text, and nobody hears more or less than news.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createChannels } from '../src/live/channels.ts'
import { createHub } from '../src/live/hub.ts'
import { createListener } from '../src/live/listener.ts'
import type { Channels, Open } from '../src/live/channels.ts'
import type { Listener } from '../src/live/listener.ts'
import type { Seat } from '../src/live/seat.ts'

const FRESH_MS = 1000

interface Value {
  readonly price: number
  /** Whatever else is in it, and makes no difference. */
  readonly at?: number
}

/** What a channel carries, by hand. */
interface TestStream {
  readonly open: Open<Value>
  readonly offer: (value: Value) => void
  readonly end: () => void
  readonly fail: (error: Error) => void
  /** How often each was done. */
  readonly count: { opened: number; rendered: number; left: number }
  readonly signals: AbortSignal[]
  /** Takes the place of writing a value down. */
  render: (value: Value) => string | Promise<string>
}

const textOf = ({ price }: Value): string => `price ${price}`

function createStream(): TestStream {
  let listener: Listener<Value>
  const count = { opened: 0, rendered: 0, left: 0 }
  const signals: AbortSignal[] = []
  const stream: TestStream = {
    render: textOf,
    open: async (signal) => {
      signals.push(signal)
      count.opened += 1
      listener = createListener<Value>(
        (a, b) => a.price === b.price,
        () => (count.left += 1),
      )
      const render = async (value: Value): Promise<string> => {
        count.rendered += 1
        return stream.render(value)
      }
      return { values: listener.values, render }
    },
    offer: (value) => listener.offer(value),
    end: () => listener.end(),
    fail: (error) => listener.fail(error),
    count,
    signals,
  }
  return stream
}

/** Whoever sits in a seat. */
interface TestReader {
  readonly seat: Seat
  readonly heard: string[]
  /** How it ended: undefined while it has not; an error, or nothing. */
  ended: { readonly error: unknown } | undefined
  isReady: boolean
  begin(): void
  /** Is ready from now on. */
  wakeUp(): void
}

async function sit(seat: Promise<Seat>, { begins = true, isReady = true } = {}): Promise<TestReader> {
  const taken = await seat
  const reader: TestReader = {
    seat: taken,
    heard: [],
    ended: undefined,
    isReady,
    begin: () =>
      taken.begin({
        isReady: () => reader.isReady,
        take: (text) => reader.heard.push(text),
        end: (error) => (reader.ended = { error }),
      }),
    wakeUp() {
      reader.isReady = true
      taken.resume()
    },
  }
  if (begins) reader.begin()
  return reader
}

/** A promise, and what settles it. */
function byHand(): { readonly promise: Promise<string>; readonly resolve: (text: string) => void } {
  return Promise.withResolvers<string>()
}

let channels: Channels
beforeEach(() => {
  vi.useFakeTimers()
  channels = createChannels({ maxChannels: 100_000, freshMs: FRESH_MS })
})
afterEach(() => vi.useRealTimers())

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)
const isOld = (): Promise<unknown> => vi.advanceTimersByTimeAsync(FRESH_MS)
const join = (stream: TestStream, options?: Parameters<typeof sit>[1], key = 'key'): Promise<TestReader> =>
  sit(channels.join(key, stream.open), options)
const nothingLeft = (): void => expect([channels.size, channels.seats]).toEqual([0, 0])

describe('those who ask for the same', () => {
  test('share one opening, and one execution of each event, however many they are', async () => {
    const stream = createStream()
    const readers = await Promise.all(Array.from({ length: 100 }, () => join(stream)))
    for (const price of [1, 2, 3]) {
      stream.offer({ price })
      await settled()
    }
    expect(new Set(readers.map(({ heard }) => heard.join()))).toEqual(new Set(['price 1,price 2,price 3']))
    expect([stream.count, channels.size, channels.seats]).toEqual([{ opened: 1, rendered: 3, left: 0 }, 1, 100])
  })

  test('share what is being opened', async () => {
    const stream = createStream()
    const gate = Promise.withResolvers<void>()
    const open: Open<Value> = async (signal) => {
      await gate.promise
      return stream.open(signal)
    }
    const joining = Array.from({ length: 3 }, () => sit(channels.join('key', open)))
    await settled()
    gate.resolve()
    const readers = await Promise.all(joining)
    stream.offer({ price: 1 })
    await settled()
    expect(readers.map(({ heard }) => heard)).toEqual([['price 1'], ['price 1'], ['price 1']])
    expect(stream.count.opened).toBe(1)
  })

  test('share nothing with those who ask for something else', async () => {
    const [one, other] = [createStream(), createStream()]
    const readers = [await join(one, {}, 'one'), await join(other, {}, 'other')]
    one.offer({ price: 1 })
    other.offer({ price: 2 })
    await settled()
    expect(readers.map(({ heard }) => heard)).toEqual([['price 1'], ['price 2']])
    expect(channels.size).toBe(2)
  })
})

describe('who comes later', () => {
  test('gets the last text at once, and nothing is executed, while it is fresh', async () => {
    const stream = createStream()
    await join(stream)
    stream.offer({ price: 1 })
    await settled()
    await vi.advanceTimersByTimeAsync(FRESH_MS - 1)
    const late = await join(stream)
    expect([late.heard, stream.count.rendered]).toEqual([['price 1'], 1])
  })

  test('gets the last value executed once more when that was longer ago, with all who come meanwhile, and nobody else does', async () => {
    const stream = createStream()
    const first = await join(stream)
    stream.offer({ price: 1 })
    await settled()
    await isOld()
    const again = byHand()
    stream.render = () => again.promise
    const late = [await join(stream), await join(stream)]
    await settled()
    late.push(await join(stream))
    expect(late.map(({ heard }) => heard)).toEqual([[], [], []])
    again.resolve('price 1 again')
    await settled()
    expect(late.map(({ heard }) => heard)).toEqual(Array(3).fill(['price 1 again']))
    expect([first.heard, stream.count.rendered]).toEqual([['price 1'], 2])
    // And now it is fresh.
    expect((await join(stream)).heard).toEqual(['price 1 again'])
    expect(stream.count.rendered).toBe(2)
    await isOld()
    stream.render = () => 'price 1 once more'
    const last = await join(stream)
    await settled()
    expect([last.heard, stream.count.rendered]).toEqual([['price 1 once more'], 3])
  })

  test('while the next event is executed waits for that one', async () => {
    const stream = createStream()
    await join(stream)
    stream.offer({ price: 1 })
    await settled()
    const next = byHand()
    stream.render = () => next.promise
    stream.offer({ price: 2 })
    await settled()
    const late = await join(stream)
    expect(late.heard).toEqual([])
    next.resolve('price 2')
    await settled()
    expect([late.heard, stream.count.rendered]).toEqual([['price 2'], 2])
  })

  test('hears nothing of the event before, once they have had the next one', async () => {
    const stream = createStream()
    await join(stream)
    stream.offer({ price: 1 })
    await settled()
    await isOld()
    const again = byHand()
    stream.render = () => again.promise
    const late = await join(stream)
    const slow = await join(stream, { isReady: false })
    stream.render = textOf
    stream.offer({ price: 2 })
    await settled()
    expect(late.heard).toEqual(['price 2'])
    again.resolve('price 1 again')
    await settled()
    slow.wakeUp()
    expect([late.heard, slow.heard]).toEqual([['price 2'], ['price 2']])
    // Nor does anybody who comes then.
    expect((await join(stream)).heard).toEqual(['price 2'])
  })

  test('after that one is given it, and waits for nothing of the event before', async () => {
    const stream = createStream()
    const first = await join(stream)
    stream.offer({ price: 1 })
    await settled()
    await isOld()
    const again = byHand()
    stream.render = () => again.promise
    const late = await join(stream)
    stream.render = textOf
    stream.offer({ price: 2 })
    await settled()
    await isOld()
    const later = [await join(stream), await join(stream)]
    await settled()
    expect(later.map(({ heard }) => heard)).toEqual([['price 2'], ['price 2']])
    again.resolve('price 1 again')
    await settled()
    expect([late, ...later].map(({ heard }) => heard)).toEqual(Array(3).fill(['price 2']))
    expect([first.heard, stream.count.rendered]).toEqual([['price 1', 'price 2'], 4])
  })

  test('hears of the event before, and then of the next, where that takes longer', async () => {
    const stream = createStream()
    await join(stream)
    stream.offer({ price: 1 })
    await settled()
    await isOld()
    const [again, next] = [byHand(), byHand()]
    stream.render = () => again.promise
    const late = await join(stream)
    stream.render = () => next.promise
    stream.offer({ price: 2 })
    await settled()
    again.resolve('price 1 again')
    await settled()
    next.resolve('price 2')
    await settled()
    expect(late.heard).toEqual(['price 1 again', 'price 2'])
  })
})

describe('where a hundred channels have an event at once', () => {
  /** Executed in a row, before whatever else there is to do has its turn. */
  const IN_A_TURN = 20
  /** Runs whatever need not wait for a turn. */
  const untilTurn = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))
  let streams: TestStream[]
  let readers: TestReader[]
  let executed: number[]
  beforeEach(async () => {
    executed = []
    streams = Array.from({ length: 100 }, createStream)
    readers = await Promise.all(streams.map(async (stream, nth) => join(stream, {}, `key ${nth}`)))
    for (const [nth, stream] of streams.entries()) {
      stream.render = () => `${executed.push(nth)}`
      stream.offer({ price: 1 })
    }
    await untilTurn()
  })

  test('they are executed in the order in which they came, twenty in each turn', async () => {
    const turns = [executed.length]
    while (executed.length < 100) {
      await vi.advanceTimersToNextTimerAsync()
      turns.push(executed.length - turns.reduce((sum, each) => sum + each, 0))
    }
    expect(turns).toEqual(Array(5).fill(IN_A_TURN))
    expect(executed).toEqual(executed.toSorted((a, b) => a - b))
    await settled()
    expect(readers.map(({ heard }) => heard)).toEqual(executed.map((nth) => [`${nth + 1}`]))
  })

  test('one that everybody leaves before its turn has come executes nothing', async () => {
    for (const { seat } of readers) seat.leave()
    await vi.runAllTimersAsync()
    expect([executed.length, vi.getTimerCount()]).toEqual([IN_A_TURN, 0])
    expect(streams.map(({ count }) => count.left)).toEqual(Array(100).fill(1))
    nothingLeft()
  })
})

test('who comes to what is polled less and less has it polled at once, whether others ask for the same or not', async () => {
  const hub = createHub({ intervalMs: FRESH_MS, maxKeys: 1 })
  let price = 1
  let polls = 0
  const poll = async (): Promise<number> => {
    polls += 1
    return price
  }
  const open: Open<number> = async () => ({
    values: hub.listen(
      { key: 'price', poll, quiet: (a, b) => a === b },
      { select: ({ value }) => value, equal: (a, b) => a === b },
    ),
    render: async (value) => `price ${value}`,
  })
  const readers = [await sit(channels.join('key', open))]
  for (const key of ['other', 'key']) {
    await vi.advanceTimersByTimeAsync(100 * FRESH_MS)
    // From one poll to the next it is seven intervals by now: somewhere in the middle.
    for (const polled = polls; polls === polled;) await vi.advanceTimersByTimeAsync(FRESH_MS)
    await vi.advanceTimersByTimeAsync(3 * FRESH_MS)
    price += 1
    readers.push(await sit(channels.join(key, open)))
    await settled()
    for (const { heard } of readers) expect([key, heard.at(-1)]).toEqual([key, `price ${price}`])
  }
  for (const { seat } of readers) seat.leave()
  expect([hub.size, vi.getTimerCount()]).toEqual([0, 0])
})

describe('what fails', () => {
  test('as it is opened is told to each who waits for it, leaves nothing, and is tried anew for who comes then', async () => {
    const stream = createStream()
    let opened = 0
    const open: Open<Value> = async (signal) => {
      opened += 1
      await Promise.resolve()
      if (opened === 1) throw new Error('no such thing')
      return stream.open(signal)
    }
    const joining = Array.from({ length: 3 }, () => channels.join('key', open))
    for (const each of joining) await expect(each).rejects.toThrow('no such thing')
    nothingLeft()
    const reader = await sit(channels.join('key', open))
    stream.offer({ price: 1 })
    await settled()
    expect([reader.heard, opened, channels.size]).toEqual([['price 1'], 2, 1])
  })

  test('as an event is executed ends this channel, and no other', async () => {
    const [broken, whole] = [createStream(), createStream()]
    const readers = [await join(broken), await join(broken)]
    const other = await join(whole, {}, 'other')
    broken.render = () => Promise.reject(new Error('broken'))
    broken.offer({ price: 1 })
    whole.offer({ price: 1 })
    await settled()
    expect(readers.map(({ ended }) => ended?.error)).toEqual(Array(2).fill(new Error('broken')))
    expect([broken.count.left, broken.signals[0]?.aborted]).toEqual([1, true])
    whole.offer({ price: 2 })
    await settled()
    expect([other.heard, other.ended, channels.size]).toEqual([['price 1', 'price 2'], undefined, 1])
  })

  test('as it is executed once more ends it too', async () => {
    const stream = createStream()
    const first = await join(stream)
    stream.offer({ price: 1 })
    await settled()
    await isOld()
    stream.render = () => Promise.reject(new Error('broken'))
    const late = await join(stream)
    await settled()
    expect([late.ended?.error, first.ended?.error]).toEqual([new Error('broken'), new Error('broken')])
    expect(stream.count.left).toBe(1)
    nothingLeft()
  })

  test('upstream is told to each at the end', async () => {
    const stream = createStream()
    const readers = [await join(stream), await join(stream)]
    stream.fail(new Error('forbidden'))
    await settled()
    expect(readers.map(({ ended }) => ended?.error)).toEqual(Array(2).fill(new Error('forbidden')))
    nothingLeft()
  })
})

describe('the end', () => {
  test.each([undefined, new Error('forbidden')])(
    '(%s) comes after the last text, for a reader who is slow',
    async (error) => {
      const stream = createStream()
      const [quick, slow] = [await join(stream), await join(stream, { isReady: false })]
      const later = await join(stream, { begins: false })
      stream.offer({ price: 1 })
      await settled()
      if (error) stream.fail(error)
      else stream.end()
      await settled()
      expect([quick.heard, quick.ended]).toEqual([['price 1'], { error }])
      expect([slow.heard, slow.ended]).toEqual([[], undefined])
      slow.wakeUp()
      later.begin()
      for (const each of [slow, later]) expect([each.heard, each.ended]).toEqual([['price 1'], { error }])
      nothingLeft()
    },
  )

  test('is told once', async () => {
    const stream = createStream()
    let ends = 0
    const seat = await channels.join('key', stream.open)
    seat.begin({ isReady: () => true, take: () => {}, end: () => (ends += 1) })
    stream.end()
    await settled()
    seat.resume()
    seat.leave()
    expect(ends).toBe(1)
  })
})

describe('the last one to leave ends it', () => {
  const leaves: Record<string, (stream: TestStream) => Promise<TestReader>> = {
    'before the reader begins': async (stream) => {
      const reader = await join(stream, { begins: false })
      reader.seat.leave()
      reader.begin()
      return reader
    },
    'before the first event': async (stream) => {
      const reader = await join(stream)
      reader.seat.leave()
      return reader
    },
    'while the first event is executed': async (stream) => {
      const reader = await join(stream)
      const first = byHand()
      stream.render = () => first.promise
      stream.offer({ price: 1 })
      await settled()
      reader.seat.leave()
      first.resolve('price 1')
      return reader
    },
    'while the last event is executed once more': async (stream) => {
      const first = await join(stream)
      stream.offer({ price: 1 })
      await settled()
      await isOld()
      const again = byHand()
      stream.render = () => again.promise
      const reader = await join(stream)
      first.seat.leave()
      reader.seat.leave()
      again.resolve('price 1')
      return reader
    },
    'with a text that was not taken': async (stream) => {
      const reader = await join(stream, { isReady: false })
      stream.offer({ price: 1 })
      await settled()
      reader.seat.leave()
      reader.wakeUp()
      return reader
    },
    twice: async (stream) => {
      const reader = await join(stream)
      reader.seat.leave()
      reader.seat.leave()
      return reader
    },
    'as it takes a text, which was the last': async (stream) => {
      const reader = await join(stream, { begins: false })
      stream.offer({ price: 1 })
      stream.end()
      await settled()
      reader.seat.begin({
        isReady: () => true,
        take: () => reader.seat.leave(),
        end: (error) => (reader.ended = { error }),
      })
      return reader
    },
  }
  test.each(Object.entries(leaves))('%s, and hears nothing more', async (_, leave) => {
    const stream = createStream()
    const reader = await leave(stream)
    stream.offer({ price: 9 })
    stream.end()
    await settled()
    expect([reader.heard, reader.ended]).toEqual([[], undefined])
    expect([stream.count.left, stream.signals.map(({ aborted }) => aborted)]).toEqual([1, [true]])
    expect(vi.getTimerCount()).toBe(0)
    nothingLeft()
  })

  test('and not before: of two, the other hears on', async () => {
    const stream = createStream()
    const [one, other] = [await join(stream), await join(stream)]
    one.seat.leave()
    one.seat.leave()
    stream.offer({ price: 1 })
    await settled()
    expect([one.heard, other.heard, channels.seats]).toEqual([[], ['price 1'], 1])
  })

  test('after the end is none the worse', async () => {
    const stream = createStream()
    const reader = await join(stream)
    stream.end()
    await settled()
    reader.seat.leave()
    expect(stream.count.left).toBe(1)
    nothingLeft()
  })
})

describe('a channel that is opened where one has ended', () => {
  test('is not disturbed by those of the first who have not taken their last text', async () => {
    const [one, two] = [createStream(), createStream()]
    const slow = [await join(one, { isReady: false }), await join(one, { isReady: false })]
    one.offer({ price: 1 })
    one.end()
    await settled()
    const second = await join(two)
    expect([second.heard, two.count.opened, channels.size]).toEqual([[], 1, 1])
    slow[0]?.wakeUp()
    slow[1]?.seat.leave()
    expect(slow.map(({ heard }) => heard)).toEqual([['price 1'], []])
    two.offer({ price: 2 })
    await settled()
    // It is still the one that is known.
    const third = await join(two)
    expect([second.heard, third.heard, two.count.opened]).toEqual([['price 2'], ['price 2'], 1])
  })

  test('does not disturb them either', async () => {
    const [one, two] = [createStream(), createStream()]
    const slow = await join(one, { isReady: false })
    one.offer({ price: 1 })
    one.end()
    await settled()
    const second = await join(two)
    two.offer({ price: 2 })
    await settled()
    second.seat.leave()
    nothingLeft()
    slow.wakeUp()
    expect([slow.heard, slow.ended]).toEqual([['price 1'], { error: undefined }])
  })

  test('gets nothing of an event that is still executed for the first, whose last one left', async () => {
    const [one, two] = [createStream(), createStream()]
    const first = await join(one)
    const old = byHand()
    one.render = () => old.promise
    one.offer({ price: 1 })
    await settled()
    first.seat.leave()
    const second = await join(two)
    old.resolve('price 1')
    await settled()
    two.offer({ price: 2 })
    await settled()
    expect([first.heard, second.heard, channels.size]).toEqual([[], ['price 2'], 1])
  })
})

describe('it is no news', () => {
  test('that a value has come back to what it was, for who has slept, and not for others', async () => {
    const stream = createStream()
    const [awake, reader, other] = [await join(stream), await join(stream), await join(stream)]
    const say = async (price: number, at: number): Promise<void> => {
      stream.offer({ price, at })
      await settled()
    }
    stream.render = (value) => `${textOf(value)} at ${value.at}`
    await say(1, 1)
    reader.isReady = false
    await say(2, 2)
    await say(1, 3)
    reader.wakeUp()
    await say(3, 4)
    expect(reader.heard).toEqual(['price 1 at 1', 'price 3 at 4'])
    const all = ['price 1 at 1', 'price 2 at 2', 'price 1 at 3', 'price 3 at 4']
    expect([awake.heard, other.heard]).toEqual([all, all])
  })

  test('that something has changed which is not in the text', async () => {
    const stream = createStream()
    stream.render = ({ price }) => (price < 10 ? 'low' : 'high')
    const reader = await join(stream)
    for (const price of [1, 2, 10, 11, 3]) {
      stream.offer({ price })
      await settled()
    }
    expect(reader.heard).toEqual(['low', 'high', 'low'])
  })
})

test('a reader who sleeps has one text when it wakes, the latest, and then goes on', async () => {
  const stream = createStream()
  const [reader, other] = [await join(stream), await join(stream)]
  for (let price = 1; price <= 200; price += 1) {
    stream.offer({ price })
    await settled()
    reader.isReady = false
  }
  reader.wakeUp()
  stream.offer({ price: 201 })
  await settled()
  expect(reader.heard).toEqual(['price 1', 'price 200', 'price 201'])
  expect(other.heard).toHaveLength(201)
})

test.each([
  ['one channel', 1],
  ['twenty channels', 20],
])('ten thousand seats of %s do not keep what else there is to do from its turn', async (_, count) => {
  vi.useRealTimers()
  const streams = Array.from({ length: count }, createStream)
  let delivered = 0
  let since = 0
  let mostInARow = 0
  const take = (): void => {
    delivered += 1
    since += 1
    mostInARow = Math.max(mostInARow, since)
  }
  for (const [index, { open }] of streams.entries()) {
    for (let seats = 0; seats < 10_000 / count; seats += 1) {
      const seat = await channels.join(`${index}`, open)
      seat.begin({ isReady: () => true, take, end: () => {} })
    }
  }
  for (const { offer } of streams) offer({ price: 1 })
  while (delivered < 10_000) {
    await new Promise((resolve) => setImmediate(resolve))
    since = 0
  }
  // Each channel finds out by a delivery that it has been enough.
  expect(mostInARow).toBeLessThanOrEqual(500 + count)
})
