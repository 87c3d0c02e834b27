// The one timer by which all calls are late.
import fc from 'fast-check'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createDeadlines } from '../src/upstream/deadlines.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('each is told at its time and once, in whatever order they came, unless it was taken out before', () => {
  // In tens, and taken out between two of them: a timer may go off a little early.
  const tens = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: 10 }).map((n) => n * 10)
  const one = fc.record({ addedAt: tens(0), lateAfter: tens(1), removedAfter: tens(0).map((ms) => ms + 5) })
  const check = (all: readonly { addedAt: number; lateAfter: number; removedAfter: number }[]): void => {
    const deadlines = createDeadlines()
    const began = performance.now()
    const told: string[] = []
    all.forEach(({ addedAt, lateAfter, removedAfter }, n) =>
      setTimeout(() => {
        const late = (): unknown => told.push(`${n} at ${Math.round((performance.now() - began) / 10)}0`)
        const deadline = deadlines.add(performance.now() + lateAfter, late)
        // The second time it is out already.
        for (const ms of [0, 10]) setTimeout(deadlines.remove, removedAfter + ms, deadline)
      }, addedAt),
    )
    vi.advanceTimersByTime(1000)
    const due = all.flatMap(({ addedAt, lateAfter, removedAfter }, n) =>
      lateAfter < removedAfter ? [`${n} at ${addedAt + lateAfter}`] : [],
    )
    expect(told.toSorted()).toEqual(due.toSorted())
  }
  fc.assert(fc.property(fc.array(one, { maxLength: 30 }), check), { seed: 20261123, numRuns: 200 })
})

test('that nobody waits for hold no process, and one that somebody waits for does', () => {
  const timers: NodeJS.Timeout[] = []
  const isHeld = (): boolean => timers.some((each) => each.hasRef())
  const { setTimeout: set } = globalThis
  const spy = (late: () => void, ms?: number): NodeJS.Timeout => {
    const timer = set(late, ms)
    timers.push(timer)
    return timer
  }
  vi.stubGlobal('setTimeout', spy)
  onTestFinished(() => void vi.unstubAllGlobals())
  const deadlines = createDeadlines()
  const [first, second] = [1000, 2000].map((ms) => deadlines.add(performance.now() + ms, () => {}))
  expect(isHeld()).toBe(true)
  if (first && second) for (const each of [first, second]) deadlines.remove(each)
  expect(isHeld()).toBe(false)
  deadlines.add(performance.now() + 3000, () => {})
  expect(isHeld()).toBe(true)
})
