// A value that is fetched once for everybody, and kept for a while.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createKept } from '../src/store/kept.ts'

describe('a kept value', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** Counts its calls, and answers each when told. */
  function source(): {
    fetch: () => Promise<string>
    calls: () => number
    answer(value: string): void
    fail(error: Error): void
  } {
    const waiting: { resolve(value: string): void; reject(error: Error): void }[] = []
    return {
      fetch: () => new Promise((resolve, reject) => waiting.push({ resolve, reject })),
      calls: () => waiting.length,
      answer: (value) => waiting.at(-1)?.resolve(value),
      fail: (error) => waiting.at(-1)?.reject(error),
    }
  }

  test('is fetched by one of those who want it at once, and given to all', async () => {
    const kept = createKept<string>(1000)
    const { fetch, calls, answer } = source()
    const wanted = [kept(fetch), kept(fetch), kept(fetch)].map((each) => Promise.resolve(each))
    answer('a')
    expect(await Promise.all(wanted)).toEqual(['a', 'a', 'a'])
    expect(calls()).toBe(1)
  })

  test('is there at once, no promise, until its time has passed since it came, and then is fetched anew', async () => {
    const kept = createKept<string>(1000)
    const { fetch, calls, answer } = source()
    const first = kept(fetch)
    vi.advanceTimersByTime(5000)
    answer('a')
    await first
    vi.advanceTimersByTime(999)
    expect(kept(fetch)).toBe('a')
    vi.advanceTimersByTime(1)
    const next = kept(fetch)
    expect(calls()).toBe(2)
    answer('b')
    expect(await next).toBe('b')
    expect(kept(fetch)).toBe('b')
  })

  test('is not kept where the fetch failed: all who waited get the failure, the next one fetches', async () => {
    const kept = createKept<string>(1000)
    const { fetch, calls, answer, fail } = source()
    const wanted = [kept(fetch), kept(fetch)].map((each) => Promise.resolve(each))
    fail(new Error('down'))
    expect(await Promise.allSettled(wanted)).toMatchObject([
      { reason: { message: 'down' } },
      { reason: { message: 'down' } },
    ])
    const next = kept(fetch)
    expect(calls()).toBe(2)
    answer('a')
    expect(await next).toBe('a')
  })

  test('is fetched again after a fetch that threw before it gave a promise', async () => {
    const kept = createKept<string>(1000)
    const broken = (): Promise<string> => {
      throw new Error('at once')
    }
    expect(() => kept(broken)).toThrow('at once')
    expect(await kept(async () => 'a')).toBe('a')
  })

  test('may be undefined and is kept all the same', async () => {
    const kept = createKept<undefined>(1000)
    let calls = 0
    const fetch = async (): Promise<undefined> => void (calls += 1)
    await kept(fetch)
    await kept(fetch)
    expect(calls).toBe(1)
  })
})
