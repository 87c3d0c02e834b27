// The upstream's clock: how far it is ahead of ours, as far as its answers tell.
import { expect, test } from 'vitest'
import { createClock } from '../src/upstream/clock.ts'

const HOUR = 3_600_000
const dateIn = (ms: number): string => new Date(Date.now() + ms).toUTCString()

test('is taken for ours until it says something else, and while it is no further off than an answer takes', () => {
  const clock = createClock()
  expect(clock.aheadMs()).toBe(0)
  for (const ms of [0, 1000, -1000]) {
    clock.learn(dateIn(ms))
    expect(clock.aheadMs()).toBe(0)
  }
})

test.each([3 * HOUR, -3 * HOUR, 60_000])('that is %i ms ahead is known to be, in whole seconds', (ms) => {
  const clock = createClock()
  clock.learn(dateIn(ms))
  expect(Math.abs(clock.aheadMs() - ms)).toBeLessThan(2000)
})

test('is what its last answer says, and one without a date says nothing', () => {
  const clock = createClock()
  clock.learn(dateIn(HOUR))
  for (const date of [undefined, '', 'yesterday']) clock.learn(date)
  expect(clock.aheadMs()).toBeGreaterThan(HOUR - 2000)
  clock.learn(dateIn(0))
  expect(clock.aheadMs()).toBe(0)
})
