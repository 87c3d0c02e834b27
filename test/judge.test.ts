// Which row of the history is which open entry: decided where there is no doubt, and nowhere else.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fit, judge } from '../src/money/judge.ts'
import { digestOf } from '../src/money/sought.ts'
import type { Entry } from '../src/money/journal.ts'
import type { Times, Trace, Verdict } from '../src/money/judge.ts'
import type { KeptSought } from '../src/money/sought.ts'

const START = Date.parse('2026-11-22T12:00:00Z')
const MINUTE = 60_000
const WINDOW = 15 * MINUTE
const HOUR = 60 * MINUTE
/** By an upstream whose clock is right, and whose rows bear the references that they were made with. */
const TIMES: Times = { windowMs: WINDOW, readAt: new Date(START + 20 * MINUTE), aheadMs: 0, isVerbatim: true }
const REWRITING: Times = { ...TIMES, isVerbatim: false }
const later = (ms: number): Date => new Date(START + ms)

/** 100 euros to somebody's address, sent at the start and given up a minute later. */
function entry(key: string, sought: Partial<KeptSought> = {}, more: Partial<Entry> = {}): Entry {
  const place = { upstream: 'api', scope: 'gateway', key }
  return {
    place,
    owner: 'gateway',
    account: 'house',
    credential: 'client',
    mutation: 'createCryptoWithdrawal',
    fingerprint: '',
    externalId: `reference of ${key}`,
    sought: {
      amount: { value: '100', is: 'receiveAmount', or: ['withdrawAmount'] },
      facts: { currencyCode: 'EUR' },
      destination: { address: digestOf('bc1qabc', place) },
      ...sought,
    },
    state: 'UNKNOWN',
    startedAt: later(0),
    unknownAt: later(MINUTE),
    settledAt: null,
    replays: 0,
    answer: null,
    candidates: [],
    ...more,
  }
}

/** What the entry would have made, without a reference. */
function trace(id: string, more: Partial<Trace> = {}): Trace {
  return {
    row: `CryptoWithdrawal:${id}`,
    result: { __typename: 'CryptoWithdrawal', id },
    externalId: null,
    at: later(1000),
    amounts: { withdrawAmount: '101', receiveAmount: '100' },
    facts: { currencyCode: 'EUR', accountId: 'A1' },
    destination: { address: 'bc1qabc' },
    ...more,
  }
}

const found = (verdicts: readonly Verdict[]): Record<string, string | undefined> =>
  Object.fromEntries(verdicts.map((each) => [each.entry.place.key, each.found?.result.id]))
const candidates = ([verdict]: readonly Verdict[]): (string | undefined)[] =>
  verdict?.candidates.map(({ result }) => result.id) ?? []
const one = (row: Trace, sought: Partial<KeptSought> = {}): string => fit(entry('k', sought), row, TIMES)

describe('one entry and one row', () => {
  test('are one where amount, code, destination and time all say so', () => {
    expect(one(trace('W1'))).toBe('likely')
    expect(found(judge([entry('k')], [trace('W1')], TIMES))).toEqual({ k: 'W1' })
  })

  test.each<[string, Partial<Trace>, Partial<KeptSought>?]>([
    ['another amount', { amounts: { withdrawAmount: '101', receiveAmount: '100.01' } }],
    ['another code', { facts: { currencyCode: 'BTC' } }],
    ['another account', {}, { facts: { accountId: 'A2' } }],
    ['another destination', { destination: { address: 'bc1qother' } }],
    ['another provider', { facts: { provider: 'neteller' } }, { facts: { provider: 'skrill' }, destination: {} }],
    ['a time long before it was sent', { at: later(-10 * MINUTE - 1) }],
    ['a time long after the window', { at: later(MINUTE + WINDOW + 10 * MINUTE + 1) }],
    ['the reference of another', { externalId: 'of somebody' }],
    ['a digest in place of a destination', { destination: { address: digestOf('bc1qabc', entry('k').place) } }],
  ])('are not one with %s', (_what, more, sought) => {
    expect(one(trace('W1', more), sought)).toBe('none')
    const verdicts = judge([entry('k', sought)], [trace('W1', more)], TIMES)
    expect([found(verdicts), candidates(verdicts)]).toEqual([{ k: undefined }, []])
  })

  test.each<[string, Partial<Trace>, Partial<KeptSought>?]>([
    ['says no amount', { amounts: { withdrawAmount: null, receiveAmount: null } }],
    [
      'says the amount where the fee would be read otherwise',
      { amounts: { withdrawAmount: '100', receiveAmount: '99' } },
    ],
    ['says no code', { facts: { currencyCode: null } }],
    ['says no account, where one was asked for', { facts: {} }, { facts: { accountId: 'A1' } }],
    ['says no destination', { destination: { address: null } }],
    ['masks the destination with stars', { destination: { address: 'bc1***bc' } }],
    ['masks the destination with dots', { destination: { address: 'bc1...bc' } }],
    ['masks the destination with an ellipsis', { destination: { address: 'bc1…bc' } }],
    ['masks the destination with letters', { destination: { address: 'bc1XXXXbc' } }],
    ['says no time', { at: null }],
    ['is from shortly before it was sent', { at: later(-2001) }],
    ['is from ten minutes before it was sent', { at: later(-10 * MINUTE) }],
    ['is from shortly after the window', { at: later(MINUTE + WINDOW + 1) }],
    ['is from ten minutes after the window', { at: later(MINUTE + WINDOW + 10 * MINUTE) }],
    ['is of a time to come, as with a clock of another zone', { at: later(3 * HOUR) }],
    ['may not be what it looks like', { doubtful: true }],
  ])('stay open, with the row as candidate, where it %s', (_what, more, sought) => {
    expect(one(trace('W1', more), sought)).toBe('possible')
    const verdicts = judge([entry('k', sought)], [trace('W1', more)], TIMES)
    expect([found(verdicts), candidates(verdicts)]).toEqual([{ k: undefined }, ['W1']])
  })

  test('are one at the very edges of the time', () => {
    for (const at of [-2000, MINUTE + WINDOW]) expect(one(trace('W1', { at: later(at) }))).toBe('likely')
  })

  test('are compared by the clock of the upstream, as far as that is known to be off', () => {
    for (const aheadMs of [3 * HOUR, -3 * HOUR]) {
      const by = (ms: number): string => fit(entry('k'), trace('W1', { at: later(ms) }), { ...TIMES, aheadMs })
      for (const ms of [-2000, 1000, MINUTE + WINDOW]) expect(by(aheadMs + ms)).toBe('likely')
      for (const ms of [-2001, MINUTE + WINDOW + 1]) expect(by(aheadMs + ms)).toBe('possible')
      expect(by(aheadMs - 10 * MINUTE - 1)).toBe('none')
    }
  })

  test('that were in doubt for a time to come stay so, whatever time passes, and no other row does', () => {
    const row = trace('W1', { at: later(3 * HOUR) })
    const [days, sought] = [{ ...TIMES, readAt: later(72 * HOUR) }, entry('k').sought]
    const known = entry('k', sought, { candidates: [row.result] })
    expect(fit(entry('k'), row, TIMES)).toBe('possible')
    expect(fit(known, row, days)).toBe('possible')
    expect(fit(entry('k'), row, days)).toBe('none')
    expect(fit(known, trace('W2', { at: later(3 * HOUR) }), days)).toBe('none')
    // What is in doubt for its time alone is none where something else tells them apart.
    expect(fit(known, { ...row, facts: { currencyCode: 'BTC' } }, days)).toBe('none')
  })

  test('are told apart by what is cheap to compare, before any destination is digested', () => {
    let digested = 0
    const of = (more: Partial<Trace>): Trace => ({
      ...trace('W1', more),
      get destination() {
        digested += 1
        return { address: 'bc1qabc' }
      },
    })
    const others = [
      { amounts: { receiveAmount: '7' } },
      { facts: { currencyCode: 'BTC' } },
      { at: later(-HOUR) },
      { externalId: 'of somebody' },
    ]
    for (const more of others) expect(one(of(more))).toBe('none')
    expect(digested).toBe(0)
    expect(one(of({}))).toBe('likely')
    expect(digested).toBe(1)
  })

  test('are compared as numbers, and destinations and codes without case and spaces', () => {
    const iban = entry('k', { facts: { currencyCode: 'eur' } }, {})
    const sought = { ...iban.sought, destination: { iban: digestOf('LT60 1010 0123', iban.place) } }
    const row = trace('W1', { amounts: { receiveAmount: '100.000' }, destination: { iban: 'lt6010100123' } })
    expect(fit({ ...iban, sought }, row, TIMES)).toBe('likely')
    const exact = (value: string, told: string): string =>
      one(trace('W1', { amounts: { receiveAmount: told } }), { amount: { value, is: 'receiveAmount', or: [] } })
    expect(exact('0.1', '0.10000000000000000001')).toBe('none')
    expect(exact('9007199254740993', '9007199254740992')).toBe('none')
    expect(exact('1', '1.00')).toBe('likely')
  })

  test('of one currency are of one account, whose id the other does not say', () => {
    const sought = { facts: { accountId: 'A1', currencyCode: 'EUR' } }
    expect(one(trace('W1', { facts: { currencyCode: 'EUR' } }), sought)).toBe('likely')
    expect(one(trace('W1', { facts: { currencyCode: 'EUR', accountId: 'A2' } }), sought)).toBe('none')
  })

  test('that is the very object paid for needs no amount and no time', () => {
    const paid = { externalId: null, at: undefined, amounts: {}, facts: {}, destination: {} }
    const order = { facts: {}, destination: {}, object: 'O1' }
    const { amount: _, ...sought } = { ...entry('k').sought, ...order }
    expect(fit({ ...entry('k'), sought }, trace('O1', paid), TIMES)).toBe('likely')
    // Who paid an order long before, or after, is in doubt: that it is paid is all that it says.
    for (const at of [-2 * MINUTE, -72 * HOUR, MINUTE + WINDOW + 11 * MINUTE])
      expect(fit({ ...entry('k'), sought }, trace('O1', { ...paid, at: later(at) }), TIMES)).toBe('possible')
  })
})

describe('the reference', () => {
  const ours = { externalId: 'reference of k' }

  test('decides over everything else that the row says', () => {
    const row = trace('W1', { ...ours, amounts: { receiveAmount: '7' }, destination: { address: 'x' }, at: null })
    expect(one(row)).toBe('certain')
    expect(found(judge([entry('k')], [trace('W2'), row, trace('W3', { externalId: 'else' })], TIMES))).toEqual({
      k: 'W1',
    })
  })

  test('of a row that is older by days was of a key that is forgotten', () => {
    expect(one(trace('W1', { ...ours, at: later(-86_400_001) }))).toBe('none')
    expect(one(trace('W1', { ...ours, at: later(-86_400_000) }))).toBe('certain')
  })

  test('of another tells a row apart only where references are known to be told as they came', () => {
    const row = trace('W1', { externalId: 'rewritten' })
    expect(fit(entry('k'), row, TIMES)).toBe('none')
    expect(fit(entry('k'), row, REWRITING)).toBe('possible')
    const verdicts = judge([entry('k')], [row], REWRITING)
    expect([found(verdicts), candidates(verdicts)]).toEqual([{ k: undefined }, ['W1']])
    expect(fit(entry('k'), { ...row, amounts: { receiveAmount: '7' } }, REWRITING)).toBe('none')
    expect(fit(entry('k'), trace('W1', ours), REWRITING)).toBe('certain')
  })

  test('told by some rows makes those without one doubtful', () => {
    const verdicts = judge([entry('k')], [trace('W1'), trace('W2', { externalId: 'else' })], TIMES)
    expect([found(verdicts), candidates(verdicts)]).toEqual([{ k: undefined }, ['W1']])
  })

  test('on two rows is what the upstream has executed twice: both are told', () => {
    const verdicts = judge([entry('k')], [trace('W1', ours), trace('W2'), trace('W3', ours)], TIMES)
    expect([found(verdicts), candidates(verdicts)]).toEqual([{ k: undefined }, ['W1', 'W3']])
  })

  test('gives a row to its own entry, and the one that looks alike gets what is left', () => {
    const rows = [trace('W1', ours), trace('W2', { externalId: 'reference of other' })]
    expect(found(judge([entry('k'), entry('other')], rows, TIMES))).toEqual({ k: 'W1', other: 'W2' })
    const [, other] = judge([entry('k'), entry('other')], [trace('W1', ours)], TIMES)
    expect(other).toMatchObject({ candidates: [] })
  })
})

describe('several', () => {
  // The destination is a digest that differs by key, so that all of these go to the same address.
  const [a, b] = [entry('a'), entry('b')]

  test('rows that fit one entry leave it open, with all of them', () => {
    const verdicts = judge([a], [trace('W1'), trace('W2'), trace('W3', { at: null })], TIMES)
    expect([found(verdicts), candidates(verdicts)]).toEqual([{ a: undefined }, ['W1', 'W2', 'W3']])
  })

  test('entries that one row fits stay open, each with that row', () => {
    const verdicts = judge([a, b], [trace('W1')], TIMES)
    expect(found(verdicts)).toEqual({ a: undefined, b: undefined })
    expect(verdicts.map(({ candidates: rows }) => rows.map(({ row }) => row))).toEqual([
      ['CryptoWithdrawal:W1'],
      ['CryptoWithdrawal:W1'],
    ])
  })

  test('entries and as many rows are not told apart', () => {
    expect(found(judge([a, b], [trace('W1'), trace('W2')], TIMES))).toEqual({ a: undefined, b: undefined })
  })

  test('entries of which one is still under way: its row may be that one’s, which itself is not judged', () => {
    const underWay = entry('b', {}, { state: 'IN_PROGRESS', unknownAt: null })
    expect(found(judge([a, underWay], [trace('W1')], TIMES))).toEqual({ a: undefined })
    const muchLater = { ...underWay, startedAt: later(11 * MINUTE) }
    expect(found(judge([a, muchLater], [trace('W1')], TIMES))).toEqual({ a: 'W1' })
  })

  test('entries of which the other does not fit the row are no rivals', () => {
    const other = entry('b', { facts: { currencyCode: 'BTC' } })
    expect(found(judge([a, other], [trace('W1')], TIMES))).toEqual({ a: 'W1', b: undefined })
  })

  test('entries of which the other might be the row, for all that it says, are rivals', () => {
    const vague = entry('b', { facts: { accountId: 'A9' } })
    expect(found(judge([a, vague], [trace('W1', { facts: { currencyCode: 'EUR' } })], TIMES))).toEqual({
      a: undefined,
      b: undefined,
    })
  })
})

describe('whatever is open and whatever the history holds,', () => {
  const times = fc.constantFrom(TIMES, REWRITING)
  const DESTINATIONS = ['one', 'two']
  const entries = fc
    .array(
      fc.record({
        value: fc.constantFrom('1', '1.0', '2'),
        code: fc.constantFrom('EUR', 'BTC'),
        to: fc.constantFrom(...DESTINATIONS),
        isUnderWay: fc.boolean(),
        seconds: fc.integer({ min: 0, max: 1800 }),
      }),
      { maxLength: 5 },
    )
    .map((all) =>
      all.map(({ value, code, to, isUnderWay, seconds }, n) => {
        const key = `k${n}`
        const { place } = entry(key)
        const sought = {
          amount: { value, is: 'receiveAmount', or: ['withdrawAmount'] },
          facts: { currencyCode: code },
          destination: { address: digestOf(to, place) },
        }
        const state = isUnderWay ? 'IN_PROGRESS' : 'UNKNOWN'
        const unknownAt = isUnderWay ? null : later(seconds * 1000 + MINUTE)
        return { ...entry(key, sought, { state, startedAt: later(seconds * 1000), unknownAt }), to }
      }),
    )
  const rows = fc
    .array(
      fc.record({
        externalId: fc.constantFrom(null, null, null, 'reference of k0', 'reference of k1', 'else'),
        amount: fc.constantFrom('1', '1.00', '2', null),
        code: fc.constantFrom('EUR', 'BTC', null),
        to: fc.constantFrom(...DESTINATIONS, null, 'o***e'),
        seconds: fc.option(fc.integer({ min: -600, max: 4000 })),
        doubtful: fc.boolean(),
      }),
      { maxLength: 6 },
    )
    .map((all) =>
      all.map(({ externalId, amount, code, to, seconds, doubtful }, n) =>
        trace(`W${n}`, {
          externalId,
          at: seconds === null ? null : later(seconds * 1000),
          amounts: { receiveAmount: amount, withdrawAmount: amount },
          facts: { currencyCode: code },
          destination: { address: to },
          doubtful,
        }),
      ),
    )

  test('no row settles two entries, and each settled one is UNKNOWN and was judged once', () => {
    fc.assert(
      fc.property(entries, rows, times, (open, history, by) => {
        const verdicts = judge(open, history, by)
        expect(verdicts.map(({ entry: { place } }) => place.key)).toEqual(
          open.filter(({ state }) => state === 'UNKNOWN').map(({ place }) => place.key),
        )
        const settledBy = verdicts.flatMap((each) => each.found?.row ?? [])
        expect(new Set(settledBy).size).toBe(settledBy.length)
      }),
      { numRuns: 2000 },
    )
  })

  test('no entry is settled by a row that says something else of it, or that leaves a doubt', () => {
    fc.assert(
      fc.property(entries, rows, times, (open, history, by) => {
        for (const verdict of judge(open, history, by)) {
          const { found: row } = verdict
          const of = verdict.entry as Entry & { to: string }
          if (!row || row.externalId === of.externalId) continue
          expect(row.externalId).toBeNull()
          expect(history.every(({ externalId }) => externalId === null)).toBe(true)
          expect(Number(row.amounts['receiveAmount'])).toBe(Number(of.sought.amount?.value))
          expect(row.facts['currencyCode']).toBe(of.sought.facts['currencyCode'])
          expect(row.destination['address']).toBe(of.to)
          expect(row.at?.getTime()).toBeGreaterThanOrEqual(of.startedAt.getTime() - 2000)
          expect(row.at?.getTime()).toBeLessThanOrEqual(Number(of.unknownAt?.getTime()) + WINDOW)
          expect(row.doubtful).toBe(false)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('an entry whose reference one row bears is settled by it, and by no other', () => {
    fc.assert(
      fc.property(entries, rows, times, (open, history, by) => {
        for (const verdict of judge(open, history, by)) {
          const own = history.filter(({ externalId }) => externalId === verdict.entry.externalId)
          if (own.length > 0) expect(verdict.found).toBe(own.length === 1 ? own[0] : undefined)
          if (own.length > 0) expect(verdict.candidates).toEqual(own)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('the order of entries and rows changes nothing', () => {
    const shuffled = fc
      .tuple(entries, rows)
      .chain(([open, history]) =>
        fc.tuple(
          fc.constant([open, history] as const),
          fc.shuffledSubarray(open, { minLength: open.length }),
          fc.shuffledSubarray(history, { minLength: history.length }),
        ),
      )
    const plain = (verdicts: readonly Verdict[]): unknown =>
      verdicts
        .map(({ entry: { place }, found: row, candidates: might }) => [
          place.key,
          row?.row,
          might.map((each) => each.row).toSorted(),
        ])
        .toSorted(([a], [b]) => String(a).localeCompare(String(b)))
    fc.assert(
      fc.property(shuffled, times, ([[open, history], otherOpen, otherHistory], by) => {
        expect(plain(judge(otherOpen, otherHistory, by))).toEqual(plain(judge(open, history, by)))
      }),
      { numRuns: 1000 },
    )
  })

  test('one more entry that looks alike never settles what was open, and one that is settled keeps its row or opens', () => {
    fc.assert(
      fc.property(entries, rows, times, (open, history, by) => {
        const last = open.at(-1)
        if (!last) return
        const before = found(judge(open.slice(0, -1), history, by))
        const after = found(judge(open, history, by))
        for (const [key, row] of Object.entries(before)) {
          const own = history.filter(({ externalId }) => externalId === last.externalId)
          // The reference of the new one may take a row out of the game.
          if (own.length === 0) expect([row, undefined]).toContain(after[key])
        }
      }),
      { numRuns: 1000 },
    )
  })
})
