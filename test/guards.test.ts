// What is looked at before money moves: each refusal with nothing sent and the key free, and nothing in the way where a look cannot be taken.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PATIENT, startWatchedGateway } from './support/canaries.ts'
import {
  account,
  bankWithdrawal,
  currency,
  eWalletWithdrawal,
  exchange,
  gate,
  raw,
  voucherWithdrawal,
  withdrawal,
  withdrawalWithExchange,
} from './support/rows.ts'
import type { Environment } from '../src/config.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'
import type { Reply, Route } from './support/upstream.ts'

const BTC_ADDRESS = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const MISTYPED = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5'
const ETH_ADDRESS = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'

const pair = (more: Row = {}): Row => ({
  exchangePairId: 'P1',
  payCurrencyCode: 'EUR',
  receiveCurrencyCode: 'BTC',
  minPayAmount: 1,
  maxPayAmount: raw('1000.50'),
  enabled: true,
  ...more,
})
const EUROS = account({ availableBalance: raw('700.10') })
const BITCOINS = account({ accountId: 'A2', currencyCode: 'BTC', availableBalance: raw('0.5') })
const LOOKS: Readonly<Record<string, Route>> = {
  'GET /currencies': {
    body: [
      currency(),
      currency({ code: 'JPY', scale: 0 }),
      currency({ code: 'KWD', scale: 1 }),
      currency({ code: 'BTC', type: 'CRYPTO', scale: 8 }),
      currency({ code: 'OP', type: 'CRYPTO', scale: 18, networks: [{ code: 'ETH', name: 'Ethereum' }] }),
      currency({
        code: 'USDT',
        type: 'CRYPTO',
        scale: 6,
        networks: ['TRX', 'ETH'].map((code) => ({ code, name: code })),
      }),
    ],
  },
  'GET /accounts': { body: [EUROS, BITCOINS] },
  'GET /accounts/A1': { body: EUROS },
  'GET /accounts/A2': { body: BITCOINS },
  'GET /exchanges/pairs': {
    body: [pair({ exchangePairId: 'P0', receiveCurrencyCode: 'USDT', minPayAmount: 9 }), pair()],
  },
}

interface Mutation {
  readonly name: string
  readonly path: string
  readonly made: Row
  readonly input: Row
  /** The input with this amount to leave. */
  readonly leaving: (amount: string) => Row
  /** Where the amount stands. */
  readonly at: readonly string[]
  readonly reads: readonly string[]
}

const plain = { from: { currency: 'EUR' }, amount: '50.00' }
const inAmount = { leaving: (amount: string) => ({ amount }), at: ['input', 'amount'] }
const READS = ['GET /accounts', 'GET /currencies']
const EXCHANGE: Mutation = {
  name: 'createExchange',
  path: '/exchanges',
  made: exchange(),
  input: { payAmount: '50.00', between: { currencies: { payCode: 'EUR', receiveCode: 'BTC' } } },
  leaving: (payAmount) => ({ payAmount }),
  at: ['input', 'payAmount'],
  reads: [...READS, 'GET /exchanges/pairs'],
}
const CRYPTO: Mutation = {
  name: 'createCryptoWithdrawal',
  path: '/withdrawals/crypto',
  made: withdrawal(),
  input: { ...plain, address: BTC_ADDRESS },
  ...inAmount,
  reads: READS,
}
const ON_THE_WAY: Mutation = {
  name: 'createWithdrawalWithExchange',
  path: '/withdrawals/with-exchange',
  made: withdrawalWithExchange(),
  input: {
    from: { currency: 'EUR' },
    receiveCode: 'BTC',
    amount: { payAmount: '50.00' },
    method: { crypto: { address: BTC_ADDRESS } },
  },
  leaving: (payAmount) => ({ amount: { payAmount } }),
  at: ['input', 'amount', 'payAmount'],
  reads: [...READS, 'GET /exchanges/pairs'],
}
const MUTATIONS: readonly Mutation[] = [
  EXCHANGE,
  CRYPTO,
  {
    name: 'createBankWithdrawal',
    path: '/withdrawals/bank',
    made: bankWithdrawal(),
    input: { ...plain, type: 'SEPA', beneficiaryName: 'Harbour Books UAB', iban: 'LT601010012345678901' },
    ...inAmount,
    reads: READS,
  },
  {
    name: 'createEWalletWithdrawal',
    path: '/withdrawals/e-wallet',
    made: eWalletWithdrawal(),
    input: { ...plain, provider: 'skrill', recipient: 'reader@example.com' },
    ...inAmount,
    reads: READS,
  },
  {
    name: 'createVoucherWithdrawal',
    path: '/withdrawals/voucher',
    made: voucherWithdrawal(),
    input: { ...plain, provider: 'flexepin' },
    ...inAmount,
    reads: READS,
  },
  ON_THE_WAY,
]

let gateway: WatchedGateway
async function start(env: Environment = PATIENT): Promise<void> {
  gateway = await startWatchedGateway(LOOKS, env)
  for (const { path, made } of MUTATIONS) gateway.upstream.routes({ [`POST ${path}`]: { body: made } })
}
beforeEach(() => start())
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

async function run({ name, input }: Mutation, more: Row = {}): Promise<{ result: Row | null; codes: string[] }> {
  const { data, errors = [] } = await gateway.ask(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { result: ${name}(input: $input) {
      __typename
      ... on Error { message }
      ... on InvalidInput { path upstreamCode }
      ... on InsufficientFunds { available availableCode }
      ... on AmountOutOfRange { min max limitCode }
      ... on QuoteMoved { quotedAmount }
      ${name === 'createExchange' ? '' : '... on DestinationRejected { field }'}
    } }`,
    { input: { idempotencyKey: 'k', ...input, ...more } },
  )
  return { result: data?.result ?? null, codes: errors.map(({ extensions }) => extensions.code) }
}
const asked = (method: string): string[] =>
  gateway.upstream.requests
    .filter((request) => request.method === method && request.path !== '/oauth/token')
    .map(({ path }) => `${method} ${path}`)
    .sort()

/** Refused with these fields and a sentence, nothing sent; and the key does what the corrected input says. */
async function expectRefused(mutation: Mutation, more: Row, expected: Row, correction: Row = {}): Promise<string> {
  const { result, codes } = await run(mutation, more)
  expect(codes).toEqual([])
  expect(result).toEqual({ ...expected, message: expect.stringMatching(/^\S.*\.$/) })
  expect(asked('POST')).toEqual([])
  expect((await gateway.ask('{ operation(idempotencyKey: "k") { state } }')).data).toEqual({ operation: null })
  await expectSent(mutation, correction)
  return String(result?.['message'])
}

async function expectSent(mutation: Mutation, more: Row = {}): Promise<void> {
  const { result, codes } = await run(mutation, more)
  expect(codes).toEqual([])
  expect(result).not.toHaveProperty('message')
  expect(asked('POST')).toEqual([`POST ${mutation.path}`])
}

describe.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))('%s', (_name, mutation) => {
  const { leaving, at, reads, path } = mutation

  test('reads what it looks at once, all of it before it sends', async () => {
    await expectSent(mutation)
    expect(asked('GET')).toEqual(reads)
    expect(gateway.upstream.requests.at(-1)?.path).toBe(path)
  })

  test('refuses an amount with more places than its currency has', async () => {
    const message = await expectRefused(mutation, leaving('50.001'), {
      __typename: 'InvalidInput',
      path: at,
      upstreamCode: null,
    })
    expect(message).toBe(`EUR has 2 places behind the point, and ${at.join('.')} has more.`)
  })

  test.each(['50.000000', '50', '50.01', '700.10', '700.1'])('does not mind %s', async (amount) => {
    await expectSent(mutation, leaving(amount))
  })

  test('refuses more than the account has left, with what that is', async () => {
    await expectRefused(mutation, leaving('700.11'), {
      __typename: 'InsufficientFunds',
      available: '700.10',
      availableCode: 'EUR',
    })
  })

  test.each<[string, Reply | Route]>([
    ['is forbidden', { status: 403, body: { errorCode: 'GEN_3' } }],
    ['finds nothing', { status: 404, body: { errorCode: 'GEN_8' } }],
    ['fails', { status: 500, body: '' }],
    ['is not accepted', { status: 401, body: '' }],
    ['is answered with a page', { body: '<html></html>' }],
    ['is answered with rows of another kind', { body: [{ what: 'else' }] }],
    [
      'is cut off',
      (_request, response) => {
        response.socket?.resetAndDestroy()
        return undefined
      },
    ],
  ])('is made where every look %s', async (_how, reply) => {
    for (const read of reads) gateway.upstream.routes({ [read]: reply })
    await expectSent(mutation, leaving('98765.4321'))
  })

  test.each(reads)('is not made where %s says that there are too many calls, and the key is free', async (read) => {
    gateway.upstream.routes({ [read]: { status: 429, headers: { 'retry-after': '60' }, body: '' } })
    expect(await run(mutation)).toEqual({ result: null, codes: ['RATE_LIMITED'] })
    expect(asked('POST')).toEqual([])
    expect((await gateway.ask('{ operation(idempotencyKey: "k") { state } }')).data).toEqual({ operation: null })
  })

  test('of a repeated key looks at nothing', async () => {
    await expectSent(mutation)
    const sent = gateway.upstream.requests.length
    await run(mutation)
    expect(gateway.upstream.requests).toHaveLength(sent)
  })
})

describe('the scale', () => {
  test.each([
    ['JPY', '1.5', 'JPY has no places behind the point, and input.amount has more.'],
    ['KWD', '1.25', 'KWD has one place behind the point, and input.amount has more.'],
    ['BTC', '0.000000001', 'BTC has 8 places behind the point, and input.amount has more.'],
  ])('of %s refuses %s in words', async (code, amount, sentence) => {
    const mutation = { ...CRYPTO, input: { ...CRYPTO.input, from: { currency: code } } }
    const refusal = { __typename: 'InvalidInput', path: ['input', 'amount'], upstreamCode: null }
    expect(
      await expectRefused(mutation, { amount }, refusal, { amount: '0.50000000', from: { currency: 'BTC' } }),
    ).toBe(sentence)
  })

  test('of an account that is named by its id is that of its currency', async () => {
    const more = { from: { accountId: 'Account:A2' }, amount: '0.000000001' }
    await expectRefused(CRYPTO, more, { __typename: 'InvalidInput', path: ['input', 'amount'], upstreamCode: null })
    gateway.upstream.routes({ 'GET /accounts/A2': { status: 403, body: '' } })
    expect((await run(CRYPTO, { ...more, idempotencyKey: 'other' })).result).not.toHaveProperty('message')
  })

  test('of what arrives is that of the currency that arrives, and nothing else is looked at', async () => {
    const refusal = { __typename: 'InvalidInput', path: ['input', 'amount', 'receiveAmount'], upstreamCode: null }
    const amount = { receiveAmount: '0.000000001' }
    await expectRefused(ON_THE_WAY, { amount }, refusal, { amount: { receiveAmount: '0.00000001' } })
    expect(asked('GET')).toEqual(['GET /currencies'])
  })

  test('of a currency that is not listed is left to the upstream', async () => {
    await expectSent(CRYPTO, { from: { currency: 'ETH' }, amount: '0.0000000000000000001', address: ETH_ADDRESS })
  })
})

describe('the bounds of a pair', () => {
  const byPair = (more: Row = {}): Row => ({
    between: {
      pair: { pairId: 'ExchangePair:P1', payAccountId: 'Account:A1', receiveAccountId: 'Account:A2', ...more },
    },
  })
  const refusal = { __typename: 'AmountOutOfRange', min: '1', max: '1000.50', limitCode: 'EUR' }

  test.each([
    ['createExchange by currencies', EXCHANGE, {}],
    ['createExchange by a pair', EXCHANGE, byPair()],
    ['createWithdrawalWithExchange by currencies', ON_THE_WAY, {}],
    ['createWithdrawalWithExchange by an account', ON_THE_WAY, { from: { accountId: 'Account:A1' } }],
  ] as const)('hold for %s, on both sides', async (_how, mutation, more) => {
    const rich = account({ availableBalance: 5000 })
    gateway.upstream.routes({ 'GET /accounts': { body: [rich] }, 'GET /accounts/A1': { body: rich } })
    const { leaving } = mutation
    const tooMuch = await run(mutation, { ...more, ...leaving('1000.51') })
    expect(tooMuch.result).toMatchObject(refusal)
    await expectRefused(mutation, { ...more, ...leaving('0.99') }, refusal, { ...more, ...leaving('1') })
    const { result } = await run(mutation, { idempotencyKey: 'most', ...more, ...leaving('1000.50') })
    expect(result).not.toHaveProperty('message')
  })

  test.each([
    [{ minPayAmount: null }, '0.01'],
    [{ maxPayAmount: null, minPayAmount: 1 }, '700.10'],
    [{ receiveCurrencyCode: 'USDT' }, '0.01'],
    [{ payCurrencyCode: 'USD' }, '0.01'],
  ])('of a row with %j do not stand in the way of %s', async (more, payAmount) => {
    gateway.upstream.routes({ 'GET /exchanges/pairs': { body: [pair(more)] } })
    await expectSent(EXCHANGE, { payAmount })
  })

  test('that is named by its id and not listed are left to the upstream', async () => {
    await expectSent(EXCHANGE, { ...byPair({ pairId: 'ExchangePair:P9' }), payAmount: '0.01' })
  })

  test('are read with the account that pays by its id, one call each', async () => {
    await expectSent(EXCHANGE, byPair())
    expect(asked('GET')).toEqual(['GET /accounts/A1', 'GET /currencies', 'GET /exchanges/pairs'])
  })
})

describe('what is available', () => {
  test('in an account that is named by its id is told with its currency', async () => {
    const between = { pair: { pairId: 'ExchangePair:P1', payAccountId: 'Account:A1', receiveAccountId: 'Account:A2' } }
    await expectRefused(EXCHANGE, { between, payAmount: '701' }, FUNDS, { between })
    await gateway.close()
    await start()
    await expectRefused(CRYPTO, { from: { accountId: 'Account:A1' }, amount: '701' }, FUNDS)
  })
  const FUNDS = { __typename: 'InsufficientFunds', available: '700.10', availableCode: 'EUR' }

  test('in several accounts of one currency is that of the fullest, since nothing says which one pays', async () => {
    const rich = account({ accountId: 'A9', availableBalance: '5000' })
    gateway.upstream.routes({ 'GET /accounts': { body: [account(), rich] } })
    const from = { currency: 'EUR' }
    const funds = { ...FUNDS, available: '5000' }
    await expectRefused(CRYPTO, { from, amount: '5001' }, funds, { from, amount: '5000' })
  })

  test('in a currency without an account is left to the upstream', async () => {
    await expectSent(CRYPTO, { from: { currency: 'JPY' }, amount: '1000000' })
  })
})

describe('an address', () => {
  const rejected = { __typename: 'DestinationRejected', field: 'address' }
  const on = (mutation: Mutation, method: Row): Row => (mutation === CRYPTO ? method : { method: { crypto: method } })

  test.each([
    ['createCryptoWithdrawal', CRYPTO],
    ['createWithdrawalWithExchange', ON_THE_WAY],
  ])('on a network that the input of %s names is judged before any call', async (_name, mutation) => {
    const method = { address: MISTYPED, network: 'BTC' }
    expect((await run(mutation, on(mutation, method))).result).toEqual({ ...rejected, message: expect.any(String) })
    expect(gateway.upstream.requests).toEqual([])
    await expectSent(mutation, on(mutation, { ...method, address: BTC_ADDRESS }))
  })

  test.each([
    ['BTC', 'its own name', MISTYPED, BTC_ADDRESS],
    ['OP', 'its only network', BTC_ADDRESS, ETH_ADDRESS],
    ['ETH', 'its own name, though it is not listed', BTC_ADDRESS, ETH_ADDRESS],
  ])('of %s is judged by %s', async (code, _how, wrong, right) => {
    const from = { currency: code }
    await expectRefused(CRYPTO, { from, amount: '0.5', address: wrong }, rejected, {
      from,
      amount: '0.5',
      address: right,
    })
    await gateway.close()
    await start()
    const arriving = (address: string): Row => ({ receiveCode: code, method: { crypto: { address } } })
    await expectRefused(ON_THE_WAY, arriving(wrong), rejected, arriving(right))
  })

  test('of an account that is named by its id is judged by its currency', async () => {
    const from = { accountId: 'Account:A2' }
    await expectRefused(CRYPTO, { from, amount: '0.1', address: MISTYPED }, rejected, { from, amount: '0.1' })
  })

  test.each([
    ['a currency of several networks', { from: { currency: 'USDT' }, address: MISTYPED }],
    [
      'a network that is not known here',
      { from: { currency: 'BTC' }, amount: '0.1', network: 'SOL', address: MISTYPED },
    ],
  ])('of %s is left to the upstream', async (_what, more) => {
    await expectSent(CRYPTO, more)
  })

  test('is told before all else that is wrong', async () => {
    await expectRefused(
      ON_THE_WAY,
      { amount: { payAmount: '5000.001' }, method: { crypto: { address: MISTYPED } } },
      rejected,
    )
  })

  test('is judged for a quote too, with one read at most and no quote taken', async () => {
    const QUOTE = `query ($input: WithdrawalWithExchangeQuoteInput!) { it: withdrawalWithExchangeQuote(input: $input) {
      __typename ... on DestinationRejected { field }
    } }`
    for (const crypto of [{ address: MISTYPED, network: 'BTC' }, { address: MISTYPED }]) {
      const input = { ...ON_THE_WAY.input, method: { crypto } }
      expect((await gateway.ask(QUOTE, { input })).data).toEqual({ it: rejected })
    }
    expect(asked('GET')).toEqual(['GET /currencies'])
    expect(asked('POST')).toEqual([])
  })
})

describe('a quote', () => {
  const quoted = (receiveAmount: string): Reply => ({
    body: { payAmount: 50, payCurrencyCode: 'EUR', receiveAmount: raw(receiveAmount), receiveCurrencyCode: 'BTC' },
  })

  test.each([
    ['createExchange', EXCHANGE],
    ['createWithdrawalWithExchange', ON_THE_WAY],
  ])('for %s is the last look, right before it is sent', async (_name, mutation) => {
    gateway.upstream.routes({ [`POST ${mutation.path}/calculate`]: quoted('0.001') })
    expect((await run(mutation, { minReceiveAmount: '0.001' })).result).not.toHaveProperty('message')
    const paths = gateway.upstream.requests.map(({ path }) => path)
    expect(paths.slice(-2)).toEqual([`${mutation.path}/calculate`, mutation.path])
    expect(paths.slice(0, -2).toSorted()).toEqual(
      ['/oauth/token', ...mutation.reads.map((read) => read.replace('GET ', ''))].toSorted(),
    )
  })

  test('is not taken where another look refuses', async () => {
    await expectRefused(
      EXCHANGE,
      { payAmount: '701', minReceiveAmount: '0.001' },
      {
        __typename: 'InsufficientFunds',
        available: '700.10',
        availableCode: 'EUR',
      },
    )
  })
})

describe('looks that are slow', () => {
  test('are taken all at once', async () => {
    const all = gate()
    let waiting = 0
    const join =
      (route: Reply): Route =>
      async () => {
        waiting += 1
        if (waiting === EXCHANGE.reads.length) all.open()
        await all.opened
        return route
      }
    for (const read of EXCHANGE.reads) gateway.upstream.routes({ [read]: join(LOOKS[read] as Reply) })
    // One after the other, they would be passed over before this one is taken.
    expect((await run(EXCHANGE, { payAmount: '701' })).result).toMatchObject({ __typename: 'InsufficientFunds' })
  })

  test('are passed over when they time out', async () => {
    await gateway.close()
    await start({})
    for (const read of ON_THE_WAY.reads) gateway.upstream.routes({ [read]: () => undefined })
    await expectSent(ON_THE_WAY, { amount: { payAmount: '5000.001' } })
  })

  test('are passed over after two seconds, and those that were in time count', async () => {
    gateway.upstream.routes({ 'GET /accounts': () => undefined, 'GET /exchanges/pairs': () => undefined })
    const began = performance.now()
    const { result } = await run(ON_THE_WAY, { amount: { payAmount: '5000.001' } })
    expect(result).toMatchObject({ __typename: 'InvalidInput', path: ['input', 'amount', 'payAmount'] })
    await expectSent(ON_THE_WAY, { amount: { payAmount: '5000' } })
    // Two rounds of looks, neither as long as the five seconds that a read may take here.
    expect(performance.now() - began).toBeLessThan(9_000)
  })

  test('of a caller who has gone send nothing, and leave the key free', async () => {
    const [reading, noticed] = [gate(), gate()]
    gateway.upstream.routes({
      'GET /accounts': (_request, response) => {
        reading.open()
        response.on('close', noticed.open)
        return undefined
      },
    })
    const caller = new AbortController()
    const query = `mutation { createCryptoWithdrawal(input: {
      idempotencyKey: "k", from: { currency: "BTC" }, amount: "0.1", address: "${BTC_ADDRESS}"
    }) { __typename } }`
    const left = fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: caller.signal,
    })
    await reading.opened
    caller.abort()
    await expect(left).rejects.toThrow()
    await noticed.opened
    gateway.upstream.routes({ 'GET /accounts': LOOKS['GET /accounts'] as Reply })
    await expect
      .poll(async () => (await gateway.ask('{ operation(idempotencyKey: "k") { state } }')).data)
      .toEqual({ operation: null })
    expect(asked('POST')).toEqual([])
    await expectSent(CRYPTO)
  })
})
