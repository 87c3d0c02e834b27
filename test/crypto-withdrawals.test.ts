// Crypto withdrawals: making one, and the forms in which they may come.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { account, page, raw, walletRoutes, withdrawal } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'
import type { Reply } from './support/upstream.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({ ...walletRoutes, 'POST /withdrawals/crypto': { body: withdrawal() } })
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const CREATE = `mutation ($input: CreateCryptoWithdrawalInput!) { createCryptoWithdrawal(input: $input) {
  __typename
  ... on Withdrawal { id status withdrawAmount feeAmount receiveAmount currencyCode account { balance } }
  ... on InvalidInput { path upstreamCode }
  ... on InsufficientFunds { availableCode }
  ... on DestinationRejected { field }
} }`
const usual = {
  idempotencyKey: 'payout-881',
  from: { currency: 'BTC' },
  amount: '0.010',
  address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
}

async function create(more: object = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await gateway.ask(CREATE, { input: { ...usual, ...more } })
  expect(errors).toBeUndefined()
  return data.createCryptoWithdrawal
}
const posts = (): Record<string, unknown>[] =>
  gateway.upstream.requests
    .filter(({ method, path }) => method === 'POST' && path === '/withdrawals/crypto')
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>)
const refuse = (errorCode: string, field = 'Id'): Reply => ({
  status: 400,
  body: { errorCode, errorParameters: [{ key: field, value: 'v' }] },
})

describe('making a withdrawal', () => {
  test('sends all that is given, and the account by its own id', async () => {
    const more = {
      from: { accountId: 'Account:a/ü 1' },
      feeIncluded: true,
      address: 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh',
      network: 'XRP',
      memo: '00123',
      description: 'Rent "May"',
    }
    await create(more)
    expect(posts()[0]).toMatchObject({
      accountId: 'a/ü 1',
      feeIncluded: true,
      networkCode: 'XRP',
      memo: '00123',
      description: 'Rent "May"',
    })
    expect(posts()[0]).not.toHaveProperty('currencyCode')
  })

  test('gives one key always the same word, and another key another one', async () => {
    // Each is sent twice, the second time with a new token.
    gateway.upstream.routes({ 'POST /withdrawals/crypto': { status: 401, body: '' } })
    for (const idempotencyKey of ['one', 'two']) await gateway.ask(CREATE, { input: { ...usual, idempotencyKey } })
    const [first, again, other] = posts().map(({ externalId }) => externalId)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test.each([
    ['WDR_1', 'address', { __typename: 'DestinationRejected', field: 'address' }],
    ['WDR_1', 'memo', { __typename: 'DestinationRejected', field: 'memo' }],
    ['GEN_4', 'networkCode', { __typename: 'InvalidInput', path: ['input', 'network'], upstreamCode: 'GEN_4' }],
    [
      'CUR_1',
      'currencyCode',
      { __typename: 'InvalidInput', path: ['input', 'from', 'currency'], upstreamCode: 'CUR_1' },
    ],
  ])('that is refused by %s about %s is its type, stored and replayed', async (code, field, expected) => {
    gateway.upstream.routes({ 'POST /withdrawals/crypto': refuse(code, field) })
    expect(await create()).toEqual(expected)
    gateway.upstream.routes({ 'POST /withdrawals/crypto': { body: withdrawal() } })
    expect(await create()).toEqual(expected)
    expect(posts()).toHaveLength(1)
  })

  test.each([
    ['address', '', 'input.address'],
    ['address', 'bc1 q', 'input.address'],
    ['address', 'x'.repeat(129), 'input.address'],
    ['address', 'bc1q\u200b', 'input.address'],
    ['network', '', 'input.network'],
    ['memo', ' ', 'input.memo'],
  ])('with the %s %j is refused by its path, and nothing is sent', async (name, value, argument) => {
    const { errors } = await gateway.ask(CREATE, { input: { ...usual, [name]: value } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(gateway.upstream.requests).toEqual([])
  })

  test('is followed by fresh readings in the same operation', async () => {
    let balance = '0.5'
    const body = (): Row => account({ accountId: 'A2', currencyCode: 'BTC', balance: raw(balance) })
    gateway.upstream.routes({
      'GET /accounts/A2': () => ({ body: body() }),
      'GET /accounts': () => ({ body: [body()] }),
      'POST /withdrawals/crypto': () => {
        balance = '0.48998'
        return { body: withdrawal() }
      },
    })
    expect(await create()).toMatchObject({ account: { balance: '0.48998' } })
  })
})

describe('a withdrawal', () => {
  const read = async (row: Row): Promise<{ it: unknown; codes: unknown[] }> => {
    gateway.upstream.routes({ 'GET /withdrawals/crypto': { body: page(row) } })
    const { data, errors = [] } = await gateway.ask(`{
      withdrawals(kind: CRYPTO) { nodes {
        id kind status statusText withdrawAmount feeAmount receiveAmount receiveCode failureReason createdAt account { id }
        ... on CryptoWithdrawal { address network memo confirmations }
      } }
      rates { currencyCode }
    }`)
    expect(data.rates).toHaveLength(2)
    return { it: data.withdrawals?.nodes[0] ?? null, codes: errors.map(({ extensions }) => extensions.code) }
  }

  test('is read by its older names, without what is optional', async () => {
    const row = {
      paymentId: raw('9007199254740993'),
      status: 'PAID',
      currency: 'BTC',
      withdrawAmount: '1.0',
      receiveAmount: 1,
      receiver: '1Boat',
    }
    expect(await read(row)).toEqual({
      it: {
        id: 'CryptoWithdrawal:9007199254740993',
        kind: 'CRYPTO',
        status: 'PAID',
        statusText: 'PAID',
        withdrawAmount: '1.0',
        feeAmount: null,
        receiveAmount: '1',
        receiveCode: 'BTC',
        failureReason: null,
        createdAt: null,
        account: null,
        address: '1Boat',
        network: null,
        memo: null,
        confirmations: null,
      },
      codes: [],
    })
  })

  test('takes a memo that is a number by its digits, and an unknown status with its word', async () => {
    const { it } = await read(withdrawal({ memo: raw('100000000000000001'), status: 'ON_HOLD', confirmations: '3' }))
    expect(it).toMatchObject({
      memo: '100000000000000001',
      status: 'UNRECOGNIZED',
      statusText: 'ON_HOLD',
      confirmations: 3,
    })
  })

  test.each(['id', 'status', 'currencyCode', 'withdrawAmount', 'receiveAmount', 'address'])(
    'without its %s fails the list, and takes no neighbour',
    async (name) => {
      expect(await read(withdrawal({ [name]: undefined }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
    },
  )

  test.each([
    ['feeAmount', 'free'],
    ['createdAt', 'today'],
    ['confirmations', 'many'],
  ])('with a garbled %s fails the list, and takes no neighbour', async (name, value) => {
    expect(await read(withdrawal({ [name]: value }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
  })
})

test('a fee that the upstream takes in another currency says so', async () => {
  gateway.upstream.routes({ 'GET /withdrawals/crypto/fee': { body: { feeAmount: 1, currencyCode: 'ETH' } } })
  const { data } = await gateway.ask(
    '{ cryptoWithdrawalFee(input: { currency: "USDT" }) { ... on WithdrawalFee { feeAmount currencyCode } } }',
  )
  expect(data.cryptoWithdrawalFee).toEqual({ feeAmount: '1', currencyCode: 'ETH' })
})
