// Rates and currencies: public, and the forms in which they may come.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { currency, rate, raw, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startUpstream(walletRoutes)
})
// The currencies are kept from one request to the next, so that each test has a gateway that knows none yet.
beforeEach(async () => {
  await gateway?.close()
  upstream.requests.length = 0
  upstream.routes(walletRoutes)
  gateway = await startTestGateway(upstream.env)
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const HISTORY = 'GET /currencies/rates/history'
const points = [
  { timestamp: '2026-03-09T00:00:00.000Z', rate: raw('60120.110') },
  { timestamp: raw('1773100800000'), rate: '61234.56' },
]
const history = (): ReturnType<TestGateway['ask']> =>
  gateway.ask('{ rateHistory(currency: "BTC", from: "2026-03-09T00:00:00Z") { at price } }')

test.each([
  ['under rates, as the contract has it', { currencyCode: 'BTC', baseCurrencyCode: 'EUR', rates: points }],
  ['bare', points],
  ['under data', { data: points }],
  ['under content', { content: points, totalElements: 2 }],
  ['under items', { items: points }],
  ['under history', { history: points }],
])('the points of a history may come %s', async (_form, body) => {
  upstream.routes({ [HISTORY]: { body } })
  const { data, errors } = await history()
  expect(errors).toBeUndefined()
  expect(data.rateHistory).toEqual([
    { at: '2026-03-09T00:00:00.000Z', price: '60120.110' },
    { at: '2026-03-10T00:00:00.000Z', price: '61234.56' },
  ])
})

test.each([
  ['holds no list', { message: 'no rates today' }],
  ['is of another currency', { currencyCode: 'ETH', baseCurrencyCode: 'EUR', rates: points }],
  ['is in another base', { currencyCode: 'BTC', baseCurrencyCode: 'USD', rates: points }],
  ['lacks a price', { rates: [{ timestamp: 1 }] }],
  ['lacks a time', { rates: [{ rate: 1 }] }],
])('a history that %s is no history', async (_what, body) => {
  upstream.routes({ [HISTORY]: { body } })
  const { data, errors } = await history()
  expect(data).toEqual({ rateHistory: null })
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID'])
})

test.each([
  ['lacks its price', { rate: undefined }],
  ['has a garbled price', { rate: '61.234,56' }],
  ['lacks its time', { timestamp: null }],
  ['has a garbled time', { timestamp: 'now' }],
  ['is in another base than was asked for', { baseCurrencyCode: 'USD' }],
])('a rate that %s fails what is priced with it, and nothing else', async (_what, more) => {
  upstream.routes({ 'GET /currencies/rates': { body: [rate(more)] } })
  const { data, errors } = await gateway.ask('{ rates { price } accounts { balance value } currencies { code } }')
  expect(data.rates).toBeNull()
  expect(data.accounts).toEqual([
    { balance: '10', value: '10.00' },
    { balance: '0.5', value: null },
  ])
  expect(data.currencies).toHaveLength(2)
  expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['UPSTREAM_INVALID']))
})

test('a rate is read with its digits and by its other names', async () => {
  upstream.routes({
    'GET /currencies/rates': {
      body: { rates: [{ code: 'SHIB', price: raw('1.2345678901234567E-8'), asOf: raw('1773152820000') }] },
    },
  })
  const { data } = await gateway.ask('{ rates { currencyCode baseCode price change24h asOf stale } }')
  expect(data.rates).toEqual([
    {
      currencyCode: 'SHIB',
      baseCode: 'EUR',
      price: '0.000000012345678901234567',
      change24h: null,
      asOf: '2026-03-10T14:27:00.000Z',
      stale: false,
    },
  ])
})

test('rates come in the order asked for, and a currency without one is left out', async () => {
  const { data } = await gateway.ask('{ rates(currencies: ["EUR", "XYZ", "BTC", "EUR"]) { currencyCode } }')
  expect(data.rates).toEqual([{ currencyCode: 'EUR' }, { currencyCode: 'BTC' }])
})

test.each([
  ['404', { status: 404, body: { errorCode: 'GEN_8', key: 'entity_not_found' } }],
  ['400 with the key of an unknown thing', { status: 400, body: { errorCode: 'GEN_8', key: 'entity_not_found' } }],
])('a base that the upstream does not know, by %s, has no rates and no portfolio', async (_how, reply) => {
  upstream.routes({ 'GET /currencies/rates': reply })
  const { data, errors } = await gateway.ask('{ rates(base: "XYZ") { price } portfolio(in: "XYZ") { total } }')
  expect(errors).toBeUndefined()
  expect(data).toEqual({ rates: null, portfolio: null })
})

test('a currency is read by its other names, with words and networks that are new', async () => {
  upstream.routes({
    'GET /currencies': {
      body: {
        currencies: [
          {
            currencyCode: 'wBTC',
            currencyName: 'Wrapped',
            currencySymbol: null,
            currencyType: 'TOKEN',
            scale: '18',
            networks: null,
          },
          currency({
            code: '1INCH',
            networks: [{ networkCode: 'ETH', memoRequired: 'true', confirmations: '12' }, { code: 'BSC' }],
          }),
        ],
      },
    },
  })
  const { data, errors } = await gateway.ask(
    '{ currencies { code name symbol kind scale enabled networks { code name memoRequired confirmations } } }',
  )
  expect(errors).toBeUndefined()
  expect(data.currencies).toMatchObject([
    { code: 'wBTC', name: 'Wrapped', symbol: null, kind: 'UNRECOGNIZED', scale: 18, enabled: null, networks: [] },
    {
      code: '1INCH',
      networks: [
        { code: 'ETH', name: 'ETH', memoRequired: true, confirmations: 12 },
        { code: 'BSC', memoRequired: null },
      ],
    },
  ])
})

test.each([
  ['missing', undefined],
  ['below zero', -1],
  ['a fraction', 2.5],
  ['a word', 'two'],
  ['too large for an Int', 2_147_483_648],
])('a scale that is %s fails what needs it, and amounts stand', async (_what, scale) => {
  upstream.routes({ 'GET /currencies': { body: [currency({ scale })] } })
  const { data, errors } = await gateway.ask('{ currency(code: "EUR") { scale } accounts { balance } rates { price } }')
  expect(data).toMatchObject({ currency: null, accounts: [{ balance: '10' }, { balance: '0.5' }], rates: [{}, {}] })
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID'])
})

test('a failed reading of the currencies is not kept', async () => {
  upstream.routes({ 'GET /currencies': { status: 503, body: '' } })
  expect((await gateway.ask('{ currencies { code } }')).errors).toHaveLength(1)
  upstream.routes(walletRoutes)
  expect((await gateway.ask('{ currencies { code } }')).data.currencies).toHaveLength(2)
})
