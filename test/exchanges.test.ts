// Exchanges, pairs and quotes, and the forms in which they may come.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { exchange, page, raw, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream(walletRoutes)
  gateway = await startTestGateway({ ...upstream.env, MAX_UPSTREAM_CALLS: '150' })
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

const codesOf = (errors: Awaited<ReturnType<TestGateway['ask']>>['errors']): unknown[] =>
  (errors ?? []).map(({ extensions }) => extensions.code)

describe('an exchange', () => {
  const read = async (row: Row): Promise<{ it: unknown; codes: unknown[] }> => {
    upstream.routes({ 'GET /exchanges': { body: page(row) } })
    const { data, errors } = await gateway.ask(`{
      exchanges { nodes { id status statusText payAmount payCode receiveAmount receiveCode rate createdAt payAccount { id } } }
      rates { currencyCode }
    }`)
    expect(data.rates).toHaveLength(2)
    return { it: data.exchanges?.nodes[0] ?? null, codes: codesOf(errors) }
  }

  test('is read by its older names, without what is optional', async () => {
    const row = {
      exchangeId: raw('81'),
      status: 'SETTLING',
      payAmount: '1.10',
      payCurrency: 'EUR',
      receiveAmount: raw('1E-8'),
      receiveCurrency: 'BTC',
      colour: 1,
    }
    expect(await read(row)).toEqual({
      it: {
        id: 'Exchange:81',
        status: 'UNRECOGNIZED',
        statusText: 'SETTLING',
        payAmount: '1.10',
        payCode: 'EUR',
        receiveAmount: '0.00000001',
        receiveCode: 'BTC',
        rate: null,
        createdAt: null,
        payAccount: null,
      },
      codes: [],
    })
  })

  test.each(['exchangeId', 'status', 'payAmount', 'payCurrencyCode', 'receiveAmount', 'receiveCurrencyCode'])(
    'without its %s fails the list, and takes no neighbour',
    async (name) => {
      expect(await read(exchange({ [name]: null }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
    },
  )

  test.each([
    ['rate', '1:2'],
    ['createdAt', 'today'],
    ['receiveAmount', {}],
  ])('with a garbled %s fails the list, and takes no neighbour', async (name, value) => {
    expect(await read(exchange({ [name]: value }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
  })
})

describe('a quote', () => {
  const quote = async (body: Row, amount = '{ payAmount: "100" }') => {
    upstream.routes({ 'POST /exchanges/calculate': { body } })
    const { data, errors } =
      await gateway.ask(`{ it: exchangeQuote(input: { payCode: "EUR", receiveCode: "BTC", amount: ${amount} }) {
      ... on ExchangeQuote { payAmount payCode receiveAmount receiveCode rate }
    } }`)
    return { it: data.it as unknown, codes: codesOf(errors) }
  }

  test('of which the upstream gives the computed side alone is made whole from what was asked', async () => {
    expect(await quote({ receiveAmount: raw('0.00160'), receiveCurrency: 'BTC' })).toEqual({
      it: {
        payAmount: '100',
        payCode: 'EUR',
        receiveAmount: '0.00160',
        receiveCode: 'BTC',
        rate: '0.000016000000000000',
      },
      codes: [],
    })
    expect(await quote({ payAmount: '61.24', rate: 1 }, '{ receiveAmount: "0.001" }')).toMatchObject({
      it: { payAmount: '61.24', receiveAmount: '0.001', rate: '1' },
    })
    expect(upstream.requests.at(-1)?.body).toBe(
      '{"receiveAmount":"0.001","payCurrencyCode":"EUR","receiveCurrencyCode":"BTC"}',
    )
  })

  test.each([
    ['for another pair', { payAmount: 100, receiveAmount: 1, receiveCurrencyCode: 'ETH', rate: 1 }],
    ['turned round', { payAmount: 100, payCurrencyCode: 'BTC', receiveAmount: 1, receiveCurrencyCode: 'EUR', rate: 1 }],
    ['without the computed side', { payAmount: 100 }],
    ['with a garbled amount', { receiveAmount: '0,1' }],
    ['with nothing paid and no rate', { payAmount: 0, receiveAmount: 1 }],
    ['whose rate would be longer than an amount may be', { payAmount: '1e-40', receiveAmount: '1e40' }],
  ])('%s is none', async (_what, body) => {
    expect(await quote(body)).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
  })
})

describe('a pair', () => {
  const pair = {
    exchangePairId: 'p/1',
    payCurrencyCode: 'EUR',
    receiveCurrencyCode: 'BTC',
    minPayAmount: 1,
    maxPayAmount: '1e5',
    enabled: true,
  }
  const PAIRS = '{ exchangePairs { id minPayAmount maxPayAmount enabled pay { name } rate { rate asOf } } }'

  test('is read with its bounds and its rate', async () => {
    upstream.routes({
      'GET /exchanges/pairs': {
        body: { pairs: [pair, { ...pair, exchangePairId: 2, minPayAmount: null, maxPayAmount: null, enabled: null }] },
      },
      'GET /exchanges/rate': { body: { rate: raw('1.63307e-5'), timestamp: raw('1773152820000') } },
    })
    const { data, errors } = await gateway.ask(PAIRS)
    expect(errors).toBeUndefined()
    const rate = { rate: '0.0000163307', asOf: '2026-03-10T14:27:00.000Z' }
    expect(data.exchangePairs).toEqual([
      { id: 'ExchangePair:p/1', minPayAmount: '1', maxPayAmount: '100000', enabled: true, pay: { name: 'Euro' }, rate },
      { id: 'ExchangePair:2', minPayAmount: null, maxPayAmount: null, enabled: null, pay: { name: 'Euro' }, rate },
    ])
    expect(upstream.count('GET /exchanges/rate')).toBe(1)
  })

  test.each([
    ['of the pair turned round', { payCurrencyCode: 'BTC', receiveCurrencyCode: 'EUR', rate: 61_234, timestamp: 1 }],
    ['without a rate', { timestamp: 1 }],
    ['without a time', { rate: 1 }],
  ])('whose rate comes %s has none, and stands', async (_what, body) => {
    upstream.routes({ 'GET /exchanges/pairs': { body: [pair] }, 'GET /exchanges/rate': { body } })
    const { data, errors } = await gateway.ask(PAIRS)
    expect(data.exchangePairs).toMatchObject([{ id: 'ExchangePair:p/1', rate: null }])
    expect(codesOf(errors)).toEqual(['UPSTREAM_INVALID'])
  })
})
