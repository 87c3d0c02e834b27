// The watch over those who listen, where a real one would take too long to see.
import { Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createWatch } from '../src/server/watch.ts'
import type { Connection } from '../src/server/watch.ts'

const AGE_MS = 10_000

/** One with nothing to send, and how it was ended. */
function connection(more: Partial<Connection> = {}): Connection & { readonly fates: string[] } {
  const fates: string[] = []
  return { socket: new Socket(), end: (fate) => fates.push(fate), fates, ...more }
}

const newWatch = () => createWatch({ pingMs: 600_000, stallMs: 600_000, maxAgeMs: AGE_MS })

describe('an age that comes while answers are under way', () => {
  afterEach(() => void vi.useRealTimers())

  test('waits for them, and half a minute at most: whoever asks and asks is not kept', async () => {
    vi.useFakeTimers()
    const watch = newWatch()
    const [idle, busy] = [connection(), connection({ isBusy: () => true })]
    const watched = [idle, busy].map((each) => watch.add(each))
    await vi.advanceTimersByTimeAsync(AGE_MS + 28_000)
    expect([idle.fates, busy.fates]).toEqual([['age'], []])
    await vi.advanceTimersByTimeAsync(4_000)
    expect([idle.fates, busy.fates]).toEqual([['age'], ['age']])
    for (const each of watched) each.remove()
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('who is let in while all are sent away is sent away too', async () => {
  const watch = newWatch()
  const [first, second, late] = [connection(), connection(), connection()]
  watch.add(first)
  watch.add(second)
  const drained = watch.drain(100)
  watch.add(late)
  await drained
  expect([first, second, late].map(({ fates }) => fates)).toEqual([['going'], ['going'], ['going']])
  expect(watch.size).toBe(0)
})
