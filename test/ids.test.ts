// Global ids: readable, opaque, and refused where they could not have come from this graph.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GatewayError } from '../src/errors.ts'
import { plainFilter } from '../src/resolvers/filters.ts'
import { localId, parseGlobalId, parseTransactionId, transactionId } from '../src/resolvers/ids.ts'
import { globalId } from '../src/schema/nodes.ts'
import { id, must, NOBODY_TOLD, source } from '../src/upstream/decode.ts'

const usable = fc
  .oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), fc.string({ unit: 'binary', minLength: 1 }))
  .filter((text) => text.length <= 200 && text !== '.' && text !== '..' && !/\p{Cc}/u.test(text) && text.isWellFormed())
const types = fc.constantFrom('Account', 'Exchange', 'Order', 'MoneyOperation', 'CryptoWithdrawal')
const UNUSABLE = [
  '',
  '.',
  '..',
  'a\u0000b',
  'a\nb',
  '\u007f',
  '\u0085',
  '\ud800',
  'a'.repeat(201),
  '\u{1f600}'.repeat(101),
]

function refusal(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError)
    const { code, details } = error as GatewayError
    return { code, argument: details.argument }
  }
  return 'accepted'
}
const refused = (argument: string): unknown => ({ code: 'BAD_USER_INPUT', argument })

describe('a global id', () => {
  test('round-trips for any id that can be asked for, colons, slashes and percents too', () => {
    fc.assert(
      fc.property(types, usable, (type, local) => {
        expect(parseGlobalId(globalId(type, local), 'id')).toEqual({ type, id: local })
        expect(localId(type, globalId(type, local), 'id')).toBe(local)
      }),
      { numRuns: 2000, seed: 40 },
    )
    for (const local of ['a:b', ':', '/', '%', '%41', '%zz', '+ +', '...', '. ', 'ąč€', 'a'.repeat(200)])
      expect(localId('Account', `Account:${local}`, 'id')).toBe(local)
  })

  test.each(UNUSABLE)('no. %$ that no path segment could hold is refused, with its argument', (local) => {
    expect(refusal(() => localId('Account', `Account:${local}`, 'input.from.accountId'))).toEqual(
      refused('input.from.accountId'),
    )
  })

  test.each(['', 'Account', ':', ':1', '7f0c', 'account:1', ' Account:1', 'Order:1', 'Accounts:1', 'Transaction:1/2'])(
    'of an account is not %j',
    (text) => {
      expect(refusal(() => localId('Account', text, 'ids.3'))).toEqual(refused('ids.3'))
    },
  )

  test('holds at most 200 characters of the upstream, of whichever alphabet', () => {
    expect(refusal(() => localId('Order', `Order:${'ž'.repeat(200)}`, 'id'))).toBe('accepted')
    expect(refusal(() => localId('Order', `Order:${'ž'.repeat(201)}`, 'id'))).toEqual(refused('id'))
  })
})

describe('the id of a transaction', () => {
  test('round-trips with any two parts', () => {
    fc.assert(
      fc.property(usable, usable, (accountId, number) => {
        const key = { accountId, transactionId: number }
        const { type, id: rest } = parseGlobalId(globalId('Transaction', transactionId(key)), 'id')
        expect(type).toBe('Transaction')
        expect(parseTransactionId(rest, 'id')).toEqual(key)
      }),
      { numRuns: 2000, seed: 41 },
    )
    const long = { accountId: '€'.repeat(200), transactionId: '/'.repeat(200) }
    expect(parseTransactionId(transactionId(long), 'id')).toEqual(long)
  })

  test('has one spelling alone: two that decode alike would be two things to a cache', () => {
    fc.assert(
      fc.property(usable, usable, fc.string({ maxLength: 8 }), (accountId, number, noise) => {
        const other = transactionId({ accountId, transactionId: number }) + noise
        let read: { accountId: string; transactionId: string }
        try {
          read = parseTransactionId(other, 'id')
        } catch {
          return
        }
        expect(transactionId(read)).toBe(other)
      }),
      { numRuns: 500, seed: 42 },
    )
    for (const other of ['%61/1', 'a b/1', 'a%2f/1', 'ą/1'])
      expect(refusal(() => parseTransactionId(other, 'id'))).toEqual(refused('id'))
  })

  test.each([
    '',
    '/',
    'a',
    'a/',
    '/b',
    'a/b/c',
    '%/1',
    'a/%zz',
    'a/%ff',
    './1',
    'a/..',
    '%2e/1',
    'a/%00',
    'a/%0A',
    `a/${'b'.repeat(201)}`,
  ])('is not %j', (rest) => {
    expect(refusal(() => parseTransactionId(rest, 'ids.0'))).toEqual(refused('ids.0'))
  })
})

describe('an id in an answer', () => {
  test('that is no well-formed text does not fit the contract: it could be given to nobody', () => {
    const row = source({ json: { id: 'a\ud800' }, told: NOBODY_TOLD }, 'row')
    expect(() => must(row, id, 'id')).toThrow(expect.objectContaining({ code: 'UPSTREAM_INVALID' }))
    expect(must(source({ json: { id: '\u{1f600}' }, told: NOBODY_TOLD }, 'row'), id, 'id')).toBe('\u{1f600}')
  })
})

describe('a filter', () => {
  type Filter = { from?: Date; to?: Date; status?: string; type?: string }
  const at = (day: number): Date => new Date(Date.UTC(2026, 0, day))

  test('loses its nulls and what was left out', () => {
    expect(plainFilter<Filter>({ from: null, status: undefined })).toEqual({})
    expect(plainFilter(null)).toEqual({})
    expect(plainFilter(undefined)).toEqual({})
    expect(plainFilter<Filter>({ from: at(1), status: 'PAID' })).toEqual({
      from: at(1),
      status: 'PAID',
    })
  })

  test('refuses UNRECOGNIZED and an end before its beginning, each by its own path', () => {
    expect(refusal(() => plainFilter<Filter>({ status: 'UNRECOGNIZED' }))).toEqual(refused('filter.status'))
    expect(refusal(() => plainFilter<Filter>({ type: 'UNRECOGNIZED' }))).toEqual(refused('filter.type'))
    expect(refusal(() => plainFilter<Filter>({ from: at(2), to: at(1) }))).toEqual(refused('filter.to'))
    expect(refusal(() => plainFilter<Filter>({ from: at(1), to: at(1) }))).toBe('accepted')
  })
})
