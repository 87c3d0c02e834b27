// The points of a caller's minute: taken whole or not at all, from the caller and from where strangers come from.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPoints } from '../src/server/points.ts'
import { networkOf } from '../src/server/visitors.ts'
import type { Caller } from '../src/context.ts'

const KEY: Caller = { id: 'key-web', kind: 'key', scopes: [] }
const ANONYMOUS: Caller = { id: 'anonymous', kind: 'anonymous', scopes: [] }
const token = (id: string): Caller => ({ id: `token-${id}`, kind: 'token', scopes: null, token: id })

/** Ten in a minute, by a clock that the test moves. */
function counted(perMinute = 10) {
  let time = 0
  const proven = new Set<string>()
  const take = createPoints({ perMinute, isProven: ({ id }) => proven.has(id), now: () => time })
  return {
    proven,
    pass: (ms: number) => void (time += ms),
    /** What is left; undefined where it was refused. */
    ask(caller: Caller, calls: number, address = '192.0.2.1'): number | undefined {
      try {
        return take({ caller, address }, calls).remaining
      } catch (error) {
        expect(error).toMatchObject({ extensions: { code: 'RATE_LIMITED', limit: expect.any(Number) } })
        return undefined
      }
    },
  }
}

describe('the points of a minute', () => {
  test('are those that are estimated, and one for what takes no call', () => {
    const { ask } = counted()
    expect([ask(KEY, 3), ask(KEY, 0), ask(KEY, 6), ask(KEY, 0)]).toEqual([7, 6, 0, undefined])
  })

  test('that are refused cost nothing, and leave those that fit', () => {
    const { ask } = counted()
    expect([ask(KEY, 5), ask(KEY, 8), ask(KEY, 2), ask(KEY, 4), ask(KEY, 3)]).toEqual([5, undefined, 3, undefined, 0])
  })

  test('begin anew a minute after the first of them, and no more than there are', () => {
    const { ask, pass } = counted()
    expect([ask(KEY, 9), ask(KEY, 9)]).toEqual([1, undefined])
    pass(59_999)
    expect([ask(KEY, 9), ask(KEY, 1)]).toEqual([undefined, 0])
    pass(1)
    expect([ask(KEY, 10), ask(KEY, 1)]).toEqual([0, undefined])
  })

  test('of callers without a name are those of their network', () => {
    const { ask } = counted()
    expect([ask(ANONYMOUS, 10), ask(ANONYMOUS, 1), ask(ANONYMOUS, 1, '192.0.2.2')]).toEqual([0, undefined, 9])
    expect(ask(ANONYMOUS, 10, '2001:db8::1')).toBe(0)
    expect(ask(ANONYMOUS, 1, '2001:db8:0:0:ffff::2')).toBeUndefined()
    expect(ask(ANONYMOUS, 1, '2001:db8:0:1::1')).toBe(9)
  })

  test('of tokens that SpectroCoin has not taken count for their network, ten times as many', () => {
    const { ask, proven } = counted()
    for (let made = 0; made < 10; made += 1) expect(ask(token(`${made}`), 10)).toBe(0)
    expect(ask(token('made up'), 1)).toBeUndefined()
    // Another network's, and one that was taken, go on.
    expect(ask(token('made up'), 1, '192.0.2.2')).toBe(9)
    proven.add('token-good')
    expect(ask(token('good'), 1)).toBe(9)
  })

  test('of a token that has none left cost the others of its network nothing', () => {
    const { ask } = counted()
    expect(ask(token('greedy'), 10)).toBe(0)
    for (let tries = 0; tries < 100; tries += 1) expect(ask(token('greedy'), 10)).toBeUndefined()
    expect(ask(token('other'), 10)).toBe(0)
  })

  test('are never more than there are, whatever is asked and when (1,000 schedules)', () => {
    const step = fc.record({ calls: fc.integer({ min: 0, max: 12 }), ms: fc.integer({ min: 0, max: 20_000 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { ask, pass } = counted()
        let at = 0
        let began = Number.NEGATIVE_INFINITY
        let used = 0
        for (const { calls, ms } of steps) {
          at += ms
          pass(ms)
          if (at >= began + 60_000) {
            began = at
            used = 0
          }
          const points = Math.max(1, calls)
          const fits = used + points <= 10
          if (fits) used += points
          expect(ask(KEY, calls)).toBe(fits ? 10 - used : undefined)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['1:2:3:4:5:6:7::', '1:2:3:4'],
  ['1:2::7:8', '1:2:0:0'],
  ['', ''],
])('the network of %j is %j', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
