// Transactions, and the forms in which their words, dates and ids may come.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { schema } from '../src/schema/index.ts'
import { needsOf } from '../src/schema/needs.ts'
import { startTestGateway } from './support/gateway.ts'
import {
  bankWithdrawal,
  cryptoDeposit,
  deposit,
  eWalletWithdrawal,
  exchange,
  giftCardPurchase,
  order,
  page,
  raw,
  transaction,
  voucherWithdrawal,
  walletRoutes,
  withdrawal,
  withdrawalWithExchange,
} from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { GraphQLObjectType } from 'graphql'
import type { TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream(walletRoutes)
  gateway = await startTestGateway(upstream.env)
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

const LIST = 'GET /accounts/{id}/transactions'
const ONE = 'GET /accounts/{id}/transactions/{transactionId}'

async function read(fields: string, ...rows: readonly Row[]): Promise<{ nodes: unknown; codes: unknown[] }> {
  upstream.routes({ [LIST]: { body: page(...rows) } })
  const { data, errors = [] } = await gateway.ask(
    `{ account(id: "Account:A1") { balance transactions { nodes { ${fields} } } } exchange(id: "Exchange:E1") { id } }`,
  )
  expect(data).toMatchObject({ account: { balance: '10' }, exchange: { id: 'Exchange:E1' } })
  return { nodes: data.account.transactions?.nodes ?? null, codes: errors.map(({ extensions }) => extensions.code) }
}
async function one(field: string, row: Row): Promise<unknown> {
  const { nodes, codes } = await read(field, transaction(row))
  expect(codes).toEqual([])
  return (nodes as Record<string, unknown>[])[0]?.[field]
}

describe('a date', () => {
  test.each([
    ['ISO in UTC with milliseconds', '2026-03-10T14:27:31.123Z', '2026-03-10T14:27:31.123Z'],
    ['ISO in UTC without milliseconds', '2026-03-10T14:27:31Z', '2026-03-10T14:27:31.000Z'],
    ['ISO without a zone', '2026-03-10T14:27:31', '2026-03-10T14:27:31.000Z'],
    ['ISO without a zone, with microseconds', '2026-03-10T14:27:31.123456', '2026-03-10T14:27:31.123Z'],
    ['ISO with an offset', '2026-03-10T16:27:31+02:00', '2026-03-10T14:27:31.000Z'],
    ['ISO with an offset as older Java writes it', '2026-03-10T16:27:31.000+0200', '2026-03-10T14:27:31.000Z'],
    ['ISO without seconds', '2026-03-10T14:27Z', '2026-03-10T14:27:00.000Z'],
    ['with a space for the T', '2026-03-10 14:27:31', '2026-03-10T14:27:31.000Z'],
    ['a day', '2026-03-10', '2026-03-10T00:00:00.000Z'],
    ['the 29th of February of a leap year', '2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['epoch milliseconds', raw('1773152851123'), '2026-03-10T14:27:31.123Z'],
    ['epoch milliseconds in a string', '1773152851123', '2026-03-10T14:27:31.123Z'],
  ])('may be %s', async (_form, date, expected) => {
    expect(await one('date', { date })).toBe(expected)
  })

  test.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a word', 'yesterday'],
    ['a day that its month has not', '2026-02-30T10:00:00Z'],
    ['the 29th of February of another year', '2026-02-29'],
    ['a thirteenth month', '2026-13-01T10:00:00Z'],
    ['written the American way', '03/10/2026'],
    ['beyond what a clock can say', raw('99999999999999999')],
    ['an object', { epochSecond: 1 }],
  ])('that is %s fails its field, and takes no neighbour', async (_form, date) => {
    expect(await read('date', transaction({ date }))).toEqual({ nodes: null, codes: ['UPSTREAM_INVALID'] })
  })
})

test.each([
  ['a missing amount', { amount: undefined }],
  ['a garbled amount', { amount: '1,15' }],
  ['a missing id', { transactionId: undefined }],
  ['a missing status', { status: undefined }],
  ['a garbled balance behind it', { balanceAfter: 'much' }],
])('%s fails the list, and takes no neighbour', async (_what, row) => {
  expect(await read('id', transaction(row))).toEqual({ nodes: null, codes: ['UPSTREAM_INVALID'] })
})

test('a word of the upstream that the graph does not know is UNRECOGNIZED, with the word beside it', async () => {
  const { nodes, codes } = await read('type status statusText', transaction({ type: 'AIRDROP', status: 'ON_HOLD' }))
  expect(codes).toEqual([])
  expect(nodes).toEqual([{ type: 'UNRECOGNIZED', status: 'UNRECOGNIZED', statusText: 'ON_HOLD' }])
})

test('a status of an older client is read as what it stands for', async () => {
  const { nodes } = await read('status statusText', transaction({ status: 'NEW' }))
  expect(nodes).toEqual([{ status: 'PENDING', statusText: 'NEW' }])
})

test('a transaction is read by its older names, without the optional fields, and takes its currency from its account', async () => {
  const { nodes, codes } = await read(
    'id type currencyCode currency { name } description balanceAfter source { __typename }',
    { transactionNo: raw('4848'), amount: '1', status: 'PROCESSED', createdAt: '2026-03-10', type: null, hue: 3 },
  )
  expect(codes).toEqual([])
  expect(nodes).toEqual([
    {
      id: 'Transaction:A1/4848',
      type: 'UNRECOGNIZED',
      currencyCode: 'EUR',
      currency: { name: 'Euro' },
      description: null,
      balanceAfter: null,
      source: null,
    },
  ])
})

test('its currency costs as many calls as the field says, at most', async () => {
  const bare = transaction({ currencyCode: undefined })
  upstream.routes({ 'GET /accounts/A1/transactions/T1': { body: bare } })
  await gateway.ask('{ node(id: "Transaction:A1/T1") { ... on Transaction { currency { name } } } }')
  const called = upstream.requests.map(({ path }) => path).filter((path) => !path.startsWith('/oauth'))
  expect(called).toEqual(['/accounts/A1/transactions/T1', '/accounts/A1', '/currencies'])
  const type = schema.getType('Transaction') as GraphQLObjectType
  expect(needsOf(type.getFields()['currency']?.extensions ?? {})).toMatchObject({ scopes: ['account:read'], calls: 2 })
})

test('a number where text is expected is its digits', async () => {
  expect(await one('description', { description: raw('12.50') })).toBe('12.50')
  expect(await one('statusText', { status: 3 })).toBe('3')
})

test('an optional field that is empty is as one that is absent', async () => {
  const { nodes, codes } = await read(
    'description balanceAfter source { __typename }',
    transaction({ referenceId: '', description: '', balanceAfter: '' }),
  )
  expect(codes).toEqual([])
  expect(nodes).toEqual([{ description: null, balanceAfter: null, source: null }])
})

describe('the source of a transaction', () => {
  const source = 'source { __typename ... on Node { id } }'
  test.each([
    ['DEPOSIT', 'Deposit', 'GET /deposits/{id}', deposit({ depositId: raw('9007199254740993') })],
    [
      'CRYPTO_DEPOSIT',
      'CryptoDeposit',
      'GET /deposits/crypto/{id}',
      cryptoDeposit({ depositId: raw('9007199254740993') }),
    ],
    [
      'GIFT_CARD',
      'GiftCardPurchase',
      'GET /purchases/gift-cards/{id}',
      giftCardPurchase({ id: raw('9007199254740993') }),
    ],
    ['EXCHANGE', 'Exchange', 'GET /exchanges/{id}', exchange({ exchangeId: raw('9007199254740993') })],
    [
      'CRYPTO_WITHDRAWAL',
      'CryptoWithdrawal',
      'GET /withdrawals/crypto/{id}',
      withdrawal({ id: raw('9007199254740993') }),
    ],
    ['WITHDRAWAL', 'BankWithdrawal', 'GET /withdrawals/bank/{id}', bankWithdrawal({ id: raw('9007199254740993') })],
    [
      'VOUCHER',
      'VoucherWithdrawal',
      'GET /withdrawals/voucher/{id}',
      voucherWithdrawal({ id: raw('9007199254740993') }),
    ],
    ['MERCHANT_ORDER', 'Order', 'GET /merchants/orders/{id}', order({ id: raw('9007199254740993') })],
  ])('of type %s is looked up by its reference', async (type, typename, route, body) => {
    upstream.routes({ [route]: { body } })
    const { nodes } = await read(source, transaction({ type, referenceId: raw('9007199254740993') }))
    expect(nodes).toEqual([{ source: { __typename: typename, id: `${typename}:9007199254740993` } }])
    expect(upstream.requests.at(-1)?.path).toMatch(/\/9007199254740993$/)
  })

  describe('of type WITHDRAWAL, which leaves its kind open,', () => {
    const KINDS = ['bank', 'e-wallet', 'with-exchange']
    const rows = [bankWithdrawal({ id: 'X' }), eWalletWithdrawal({ id: 'X' }), withdrawalWithExchange({ id: 'X' })]
    const calls = (): string[] =>
      upstream.requests.map(({ path }) => path).filter((path) => path.startsWith('/withdrawals/'))
    const paths = (count: number): string[] => KINDS.slice(0, count).map((kind) => `/withdrawals/${kind}/X`)
    const readX = () => read(source, transaction({ type: 'WITHDRAWAL', referenceId: 'X' }))

    test.each([
      [1, 'BankWithdrawal'],
      [2, 'EWalletWithdrawal'],
      [3, 'WithdrawalWithExchange'],
    ])('is found by %i calls where it is a %s', async (count, typename) => {
      upstream.routes({ [`GET ${paths(count).at(-1)}`]: { body: rows[count - 1] as object } })
      expect(await readX()).toEqual({
        nodes: [{ source: { __typename: typename, id: `${typename}:X` } }],
        codes: [],
      })
      expect(calls()).toEqual(paths(count))
    })

    test('is null after three calls where none has it', async () => {
      expect(await readX()).toEqual({ nodes: [{ source: null }], codes: [] })
      expect(calls()).toEqual(paths(3))
    })

    test('is found past kinds that may not be read, and FORBIDDEN where it is not', async () => {
      upstream.routes({
        'GET /withdrawals/bank/{id}': { status: 403, body: '' },
        'GET /withdrawals/with-exchange/X': { body: rows[2] as object },
      })
      expect((await readX()).nodes).toEqual([
        { source: { __typename: 'WithdrawalWithExchange', id: 'WithdrawalWithExchange:X' } },
      ])
      upstream.routes({ 'GET /withdrawals/with-exchange/X': { status: 404, body: '' } })
      expect(await readX()).toEqual({ nodes: [{ source: null }], codes: ['FORBIDDEN'] })
    })
  })

  test.each(['FEE', 'OTHER', 'AIRDROP'])('of type %s is null and costs no call', async (type) => {
    expect((await read(source, transaction({ type, referenceId: 'X' }))).nodes).toEqual([{ source: null }])
    expect(upstream.requests.filter(({ path }) => path.endsWith('/X'))).toEqual([])
  })

  test('that has gone is null, and one that fails is null with an error, beside those that stand', async () => {
    upstream.routes({ 'GET /exchanges/E3': { status: 500, body: '' } })
    const { nodes, codes } = await read(
      source,
      ...['E1', 'E2', 'E3'].map((referenceId) => transaction({ transactionId: referenceId, referenceId })),
    )
    expect(nodes).toEqual([
      { source: { __typename: 'Exchange', id: 'Exchange:E1' } },
      { source: null },
      { source: null },
    ])
    expect(codes).toEqual(['UPSTREAM_UNAVAILABLE'])
  })
})

describe('a transaction by its id', () => {
  const odd = 'a/b %2F+ü:1'
  const id = `Transaction:${encodeURIComponent(odd)}/${encodeURIComponent(odd)}`
  const path = `/accounts/${encodeURIComponent(odd)}/transactions`
  const ask = (globalId: string): ReturnType<TestGateway['ask']> =>
    gateway.ask('query ($id: ID!) { node(id: $id) { id ... on Transaction { amount } } }', { id: globalId })

  test('with odd characters on both sides comes out of a list, and leads back to its one call', async () => {
    upstream.routes({
      'GET /accounts': { body: [{ accountId: odd, currencyCode: 'EUR', balance: 1, availableBalance: 1 }] },
      [LIST]: { body: page(transaction({ transactionId: odd })) },
      [ONE]: { body: transaction({ transactionId: odd }) },
    })
    const { data } = await gateway.ask('{ accounts { transactions { nodes { id } } } }')
    expect(data.accounts[0].transactions.nodes).toEqual([{ id }])
    upstream.requests.length = 0
    expect((await ask(id)).data).toEqual({ node: { id, amount: '-1.15' } })
    expect(upstream.requests.map((request) => request.path)).toEqual([`${path}/${encodeURIComponent(odd)}`])
  })

  test('is looked for in the list where the upstream reads no single ones', async () => {
    upstream.routes({
      [ONE]: { status: 404, body: '' },
      [LIST]: { body: page(transaction(), transaction({ transactionId: odd })) },
    })
    expect((await ask(id)).data).toEqual({ node: { id, amount: '-1.15' } })
    const calls = upstream.requests.map((request) => request.path).filter((called) => called.startsWith('/accounts'))
    expect(calls).toEqual([`${path}/${encodeURIComponent(odd)}`, path])
  })

  test('is looked for page by page, where the upstream gives fewer rows at once than it was asked for', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => transaction({ transactionId: `T${index}` }))
    upstream.routes({
      [ONE]: { status: 404, body: '' },
      [LIST]: ({ query }) => {
        const start = (Number(query.get('page')) - 1) * 25
        return { body: { totalCount: 60, data: rows.slice(start, start + 25) } }
      },
    })
    expect((await ask('Transaction:A1/T55')).data).toEqual({ node: { id: 'Transaction:A1/T55', amount: '-1.15' } })
  })

  test('costs as many calls as `node` says, at most', async () => {
    const rows = Array.from({ length: 100 }, (_, index) => transaction({ transactionId: `T${index}` }))
    upstream.routes({ [ONE]: { status: 404, body: '' }, [LIST]: { body: { totalCount: 100_000, data: rows } } })
    expect((await ask('Transaction:A1/T100')).data).toEqual({ node: null })
    const calls = upstream.requests.filter(({ path: called }) => called.startsWith('/accounts')).length
    const { node, nodes } = schema.getQueryType()?.getFields() ?? {}
    expect(needsOf(node?.extensions ?? {})?.calls).toBe(calls)
    expect(needsOf(nodes?.extensions ?? {})?.calls).toBe(100 * calls)
  })

  test('is null where neither knows it, and where there is no such account', async () => {
    upstream.routes({ [ONE]: { status: 404, body: '' } })
    expect((await ask('Transaction:A1/T9')).data).toEqual({ node: null })
    upstream.routes({ [LIST]: { status: 404, body: '' } })
    expect((await ask('Transaction:A1/T1')).data).toEqual({ node: null })
  })

  test.each([
    'Transaction:A1',
    'Transaction:A1/',
    'Transaction:/T1',
    'Transaction:A1/T1/x',
    'Transaction:%/T1',
    'Transaction:A1/%2E%2E',
  ])('that reads %s is refused, and nothing is sent', async (broken) => {
    const { data, errors } = await ask(broken)
    expect(data).toEqual({ node: null })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
    expect(upstream.requests).toEqual([])
  })
})
