// Crypto deposits, and the forms in which they may come.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { cryptoDeposit, page, raw, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
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

describe('a crypto deposit', () => {
  const read = async (row: Row): Promise<{ it: unknown; codes: unknown[] }> => {
    upstream.routes({ 'GET /deposits/crypto': { body: page(row) } })
    const { data, errors = [] } = await gateway.ask(`{
      cryptoDeposits { nodes {
        id status statusText amount feeAmount currencyCode network account { currencyCode } address memo transactionHash
        confirmations requiredConfirmations createdAt updatedAt
      } }
      rates { currencyCode }
    }`)
    expect(data.rates).toHaveLength(2)
    return { it: data.cryptoDeposits?.nodes[0] ?? null, codes: errors.map(({ extensions }) => extensions.code) }
  }

  test('is read whole', async () => {
    expect(await read(cryptoDeposit({ confirmations: '2', memo: raw('100000000000000001') }))).toEqual({
      it: {
        id: 'CryptoDeposit:C1',
        status: 'PENDING',
        statusText: 'PENDING',
        amount: '0.015',
        feeAmount: '0',
        currencyCode: 'BTC',
        network: 'BTC',
        account: { currencyCode: 'BTC' },
        address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
        memo: '100000000000000001',
        transactionHash: '4e1f',
        confirmations: 2,
        requiredConfirmations: 3,
        createdAt: '2026-03-10T13:02:11.000Z',
        updatedAt: '2026-03-10T13:12:40.000Z',
      },
      codes: [],
    })
  })

  test('is read by its shorter names, without what is optional, with an unknown word', async () => {
    const row = { id: raw('9007199254740993'), status: 'SCREENED', amount: '1', currency: 'BTC', memo: '' }
    expect(await read(row)).toEqual({
      it: {
        id: 'CryptoDeposit:9007199254740993',
        status: 'UNRECOGNIZED',
        statusText: 'SCREENED',
        amount: '1',
        feeAmount: null,
        currencyCode: 'BTC',
        network: null,
        account: null,
        address: null,
        memo: null,
        transactionHash: null,
        confirmations: null,
        requiredConfirmations: null,
        createdAt: null,
        updatedAt: null,
      },
      codes: [],
    })
  })

  test.each([
    ['depositId', undefined],
    ['status', null],
    ['amount', ''],
    ['amount', '0,1'],
    ['currencyCode', undefined],
    ['confirmations', 'many'],
    ['requiredConfirmations', -1],
    ['updatedAt', 'today'],
  ])('whose %s is %j fails the list, and takes no neighbour', async (name, value) => {
    expect(await read(cryptoDeposit({ [name]: value }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
  })

  test('is read by its id, percent-encoded in the path', async () => {
    upstream.routes({ 'GET /deposits/crypto/{id}': { body: cryptoDeposit({ depositId: 'a b/ü%+' }) } })
    const { data } = await gateway.ask('{ cryptoDeposit(id: "CryptoDeposit:a b/ü%+") { id } }')
    expect(data).toEqual({ cryptoDeposit: { id: 'CryptoDeposit:a b/ü%+' } })
    expect(upstream.requests.at(-1)?.path).toBe('/deposits/crypto/a%20b%2F%C3%BC%25%2B')
  })

  test('by the id of a fiat deposit is refused by its path, and nothing is sent', async () => {
    const { errors } = await gateway.ask('{ cryptoDeposit(id: "Deposit:D1") { id } }')
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
    expect(upstream.requests).toEqual([])
  })
})

test('a list of crypto deposits is asked for by all of its filter', async () => {
  await gateway.ask(`{ cryptoDeposits(first: 10, filter: {
    status: PAID, currency: "USDT", network: "TRX", from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"
  }) { totalCount } }`)
  expect(Object.fromEntries(upstream.requests.at(-1)?.query ?? [])).toEqual({
    page: '1',
    size: '10',
    status: 'PAID',
    currencyCode: 'USDT',
    networkCode: 'TRX',
    dateFrom: '2026-01-01T00:00:00.000Z',
    dateTo: '2026-02-01T00:00:00.000Z',
  })
})
