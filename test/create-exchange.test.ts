// Making an exchange: each outcome as a type, the same key never sent twice.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { account, currency, exchange, gate, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Reply } from './support/upstream.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({ ...walletRoutes, 'POST /exchanges': { body: exchange() } })
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const CREATE = `mutation ($input: CreateExchangeInput!) { createExchange(input: $input) {
  __typename
  ... on Error { message }
  ... on Exchange { id status statusText payAmount payCode receiveAmount receiveCode rate createdAt }
  ... on InvalidInput { path upstreamCode }
  ... on InsufficientFunds { available availableCode }
  ... on PairNotSupported { pairPayCode pairReceiveCode }
  ... on QuoteMoved { quotedAmount quotedCode }
  ... on IdempotencyConflict { idempotencyKey }
  ... on OutcomeUnknown { operation { state } }
} }`
const WITHDRAW = `mutation ($input: CreateCryptoWithdrawalInput!) { createCryptoWithdrawal(input: $input) { __typename } }`
const OPERATION = `query ($key: ID!) { operation(idempotencyKey: $key) {
  id mutation state settledAt replays result { __typename ... on Exchange { id } ... on Refused { code upstreamCode } }
} }`
const between = { currencies: { payCode: 'EUR', receiveCode: 'BTC' } }
const usual = { idempotencyKey: 'k', payAmount: '100.00', between }

async function create(more: object = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await gateway.ask(CREATE, { input: { ...usual, ...more } })
  expect(errors).toBeUndefined()
  return data.createExchange
}
async function operation(key = 'k'): Promise<Record<string, unknown> | null> {
  return (await gateway.ask(OPERATION, { key })).data.operation
}
const posts = (): Record<string, unknown>[] =>
  gateway.upstream.requests
    .filter(({ method, path }) => method === 'POST' && path === '/exchanges')
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>)
const refuse = (errorCode: string, field = 'Id'): Reply => ({
  status: 400,
  body: { errorCode, defaultMessage: 'no', errorParameters: [{ key: field, value: 'v' }] },
})

describe('an exchange', () => {
  test('that is done is answered whole, and remembered', async () => {
    expect(await create()).toEqual({
      __typename: 'Exchange',
      id: 'Exchange:E1',
      status: 'PAID',
      statusText: 'PAID',
      payAmount: '100',
      payCode: 'EUR',
      receiveAmount: '0.00163307',
      receiveCode: 'BTC',
      rate: '0.0000163307',
      createdAt: '2026-03-10T14:27:31.000Z',
    })
    expect(await operation()).toMatchObject({
      id: 'MoneyOperation:k',
      mutation: 'createExchange',
      state: 'SUCCEEDED',
      settledAt: expect.any(String),
      replays: 0,
      result: { __typename: 'Exchange', id: 'Exchange:E1' },
    })
  })

  test.each(['100.00', '0.000000000000000001', '123456789012345678901234567890.10', '9007199254740993'])(
    'of %s sends that amount digit for digit, as JSON text',
    async (payAmount) => {
      // As precise and as rich as it takes.
      gateway.upstream.routes({
        'GET /currencies': { body: [currency({ scale: 18 })] },
        'GET /accounts': { body: [account({ availableBalance: raw('9'.repeat(40)) })] },
      })
      await create({ payAmount })
      expect(posts()).toEqual([{ payAmount, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }])
      expect(gateway.upstream.requests.at(-1)?.headers['content-type']).toBe('application/json')
    },
  )

  test('goes over a connection of its own: one that was kept may be dead, and nobody would know what it did', async () => {
    await create()
    const kept = gateway.upstream.requests.map(({ method, path, headers }) => [`${method} ${path}`, headers.connection])
    expect(kept).toContainEqual(['POST /exchanges', 'close'])
    for (const [route, connection] of kept) if (route !== 'POST /exchanges') expect(connection).toBe('keep-alive')
  })

  test('by a pair and accounts sends their own ids as they are', async () => {
    await create({
      between: { pair: { pairId: 'ExchangePair:p/1', payAccountId: 'Account:a b', receiveAccountId: 'Account:ü:2' } },
    })
    expect(posts()).toEqual([
      { payAmount: '100.00', exchangePairId: 'p/1', payAccountId: 'a b', receiveAccountId: 'ü:2' },
    ])
  })

  test('of an older upstream is read by its older names', async () => {
    const body = {
      exchangeId: raw('81'),
      status: 'NEW',
      payAmount: '1',
      payCurrency: 'EUR',
      receiveAmount: '2',
      receiveCurrency: 'USD',
    }
    gateway.upstream.routes({ 'POST /exchanges': { body } })
    expect(await create()).toMatchObject({
      id: 'Exchange:81',
      status: 'NEW',
      payCode: 'EUR',
      receiveCode: 'USD',
      rate: null,
    })
  })

  test('with a status that is new is done all the same', async () => {
    gateway.upstream.routes({ 'POST /exchanges': { body: exchange({ status: 'ON_HOLD' }) } })
    expect(await create()).toMatchObject({ __typename: 'Exchange', status: 'UNRECOGNIZED', statusText: 'ON_HOLD' })
  })

  test('is followed by fresh readings in the same operation', async () => {
    let balance = '10'
    gateway.upstream.routes({
      'GET /accounts': () => ({ body: [account({ balance: raw(balance) })] }),
      'GET /accounts/A1': () => ({ body: account({ balance: raw(balance) }) }),
      'POST /exchanges': () => {
        balance = '3'
        return { body: exchange() }
      },
    })
    const { data } = await gateway.ask(
      `mutation ($input: CreateExchangeInput!) { createExchange(input: $input) { ... on Exchange { payAccount { balance } } } }`,
      { input: { ...usual, payAmount: '7' } },
    )
    expect(data).toEqual({ createExchange: { payAccount: { balance: '3' } } })
  })
})

test.each([
  ['ACC_1', { __typename: 'InsufficientFunds', available: null, availableCode: 'EUR' }],
  ['EXC_1', { __typename: 'PairNotSupported', pairPayCode: 'EUR', pairReceiveCode: 'BTC' }],
  ['EXC_2', { __typename: 'AmountOutOfRange' }],
  ['EXC_3', { __typename: 'AmountOutOfRange' }],
  ['EXC_4', { __typename: 'AmountOutOfRange' }],
  ['EXC_5', { __typename: 'AmountOutOfRange' }],
  ['GEN_8', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'GEN_8' }],
  ['GEN_77', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'GEN_77' }],
])('a refusal by %s is its type, is remembered, and is given again without a second call', async (code, expected) => {
  gateway.upstream.routes({ 'POST /exchanges': refuse(code) })
  const first = await create()
  expect(first).toMatchObject(expected)
  gateway.upstream.routes({ 'POST /exchanges': { body: exchange() } })
  expect(await create()).toEqual(first)
  expect(posts()).toHaveLength(1)
  expect(await operation()).toMatchObject({
    state: 'REJECTED',
    replays: 1,
    result: { __typename: expected.__typename },
  })
})

test.each([
  ['payAmount', between, ['input', 'payAmount']],
  ['payCurrencyCode', between, ['input', 'between', 'currencies', 'payCode']],
  ['receiveCurrencyCode', between, ['input', 'between', 'currencies', 'receiveCode']],
  [
    'payAccountId',
    { pair: { pairId: 'ExchangePair:p', payAccountId: 'Account:a', receiveAccountId: 'Account:b' } },
    ['input', 'between', 'pair', 'payAccountId'],
  ],
  ['constructor', between, ['input']],
])('a refused %s is told by its path in the input', async (field, way, path) => {
  gateway.upstream.routes({ 'POST /exchanges': refuse('GEN_5', field) })
  expect(await create({ between: way })).toMatchObject({ __typename: 'InvalidInput', path, upstreamCode: 'GEN_5' })
})

describe('a least amount', () => {
  const quote = (receiveAmount: string): Reply => ({
    body: {
      payAmount: 100,
      payCurrencyCode: 'EUR',
      receiveAmount: raw(receiveAmount),
      receiveCurrencyCode: 'BTC',
      rate: 1,
    },
  })

  test('that the quote does not reach is QuoteMoved: nothing is sent, and the key is free', async () => {
    gateway.upstream.routes({ 'POST /exchanges/calculate': quote('0.00099999') })
    expect(await create({ minReceiveAmount: '0.001' })).toMatchObject({
      __typename: 'QuoteMoved',
      quotedAmount: '0.00099999',
      quotedCode: 'BTC',
    })
    expect(posts()).toEqual([])
    expect(await operation()).toBeNull()
    expect((await create())['__typename']).toBe('Exchange')
  })

  test.each([
    ['1.00e-3', '0.001'],
    ['0.001', '0.0010'],
    ['10', '9.5'],
  ])('that a quote of %s reaches is no obstacle at %s, compared as numbers', async (quoted, minReceiveAmount) => {
    gateway.upstream.routes({ 'POST /exchanges/calculate': quote(quoted) })
    expect((await create({ minReceiveAmount }))['__typename']).toBe('Exchange')
    expect(JSON.parse(gateway.upstream.requests.at(-2)?.body ?? '')).toEqual({
      payAmount: '100.00',
      payCurrencyCode: 'EUR',
      receiveCurrencyCode: 'BTC',
    })
  })

  test.each([
    ['a fault', { status: 500, body: '' }, 'UPSTREAM_UNAVAILABLE'],
    [
      'a quote for other currencies',
      { body: { payAmount: 1, payCurrencyCode: 'EUR', receiveAmount: 9, receiveCurrencyCode: 'DOGE' } },
      'UPSTREAM_INVALID',
    ],
    ['a quote without what arrives', { body: { payAmount: 100 } }, 'UPSTREAM_INVALID'],
  ])('that cannot be judged for %s sends nothing, and the key is free', async (_what, reply, code) => {
    gateway.upstream.routes({ 'POST /exchanges/calculate': reply })
    const { errors } = await gateway.ask(CREATE, { input: { ...usual, minReceiveAmount: '1' } })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code])
    expect(posts()).toEqual([])
    expect(await operation()).toBeNull()
  })

  test('of a pair that is refused is told as that, with nothing sent and the key free', async () => {
    gateway.upstream.routes({ 'POST /exchanges/calculate': refuse('EXC_1') })
    expect(await create({ minReceiveAmount: '1' })).toMatchObject({ __typename: 'PairNotSupported' })
    expect(posts()).toEqual([])
    expect(await operation()).toBeNull()
  })
})

describe('a key', () => {
  test('used twice for the same input gives the same answer, and sends once', async () => {
    const first = await create()
    expect(await create()).toEqual(first)
    expect(await create({ payAmount: '100.0' })).toEqual(first)
    expect(await create({ payAmount: '100' })).toEqual(first)
    expect(posts()).toHaveLength(1)
    expect(await operation()).toMatchObject({ replays: 3 })
  })

  test('used fifty times at once gives one answer, and sends once', async () => {
    const arrived = gate()
    const release = gate()
    gateway.upstream.routes({
      'POST /exchanges': async () => {
        arrived.open()
        await release.opened
        return { body: exchange() }
      },
    })
    const asked = Array.from({ length: 50 }, () => create())
    await arrived.opened
    expect(await operation()).toMatchObject({ state: 'IN_PROGRESS', settledAt: null, result: null })
    release.open()
    const answers = await Promise.all(asked)
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(posts()).toHaveLength(1)
    expect(await operation()).toMatchObject({ state: 'SUCCEEDED', replays: 49 })
  })

  test.each([
    ['another amount', { payAmount: '100.01' }],
    ['other currencies', { between: { currencies: { payCode: 'EUR', receiveCode: 'ETH' } } }],
    ['a least amount', { minReceiveAmount: '0.001' }],
  ])('used for %s is IdempotencyConflict, and nothing is sent', async (_what, more) => {
    await create()
    expect(await create(more)).toMatchObject({ __typename: 'IdempotencyConflict', idempotencyKey: 'k' })
    expect(posts()).toHaveLength(1)
    expect(gateway.upstream.count('POST /exchanges/calculate')).toBe(0)
  })

  test('used for another mutation is IdempotencyConflict, and nothing is sent', async () => {
    await create()
    const input = {
      idempotencyKey: 'k',
      from: { currency: 'BTC' },
      amount: '1',
      address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    }
    const { data } = await gateway.ask(WITHDRAW, { input })
    expect(data).toEqual({ createCryptoWithdrawal: { __typename: 'IdempotencyConflict' } })
    expect(gateway.upstream.count('POST /withdrawals/crypto')).toBe(0)
  })

  test.each(['', ' ', 'a\u0000', 'x'.repeat(201)])('that reads %j is refused, and nothing is sent', async (key) => {
    const { errors } = await gateway.ask(CREATE, { input: { ...usual, idempotencyKey: key } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.idempotencyKey' })
    expect(gateway.upstream.requests).toEqual([])
  })
})

test('what a scope forbids is FORBIDDEN each time, is sent once, and ends the operation as Refused', async () => {
  gateway.upstream.routes({ 'POST /exchanges': { status: 403, body: { errorCode: 'GEN_3' } } })
  for (const _ of [1, 2]) {
    const { data, errors } = await gateway.ask(CREATE, { input: usual })
    expect(data).toEqual({ createExchange: null })
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      scope: 'exchange:create',
      upstreamCode: 'GEN_3',
    })
  }
  expect(posts()).toHaveLength(1)
  expect(await operation()).toMatchObject({
    state: 'REJECTED',
    result: { __typename: 'Refused', code: 'FORBIDDEN', upstreamCode: 'GEN_3' },
  })
})

test.each([
  [
    'two aliases of one',
    `a: createExchange(input: $input) { __typename } b: createExchange(input: $input) { __typename }`,
  ],
  ['two in fragments', `...one ... { b: createExchange(input: $input) { __typename } }`],
  [
    'one of each',
    `createExchange(input: $input) { __typename } createCryptoWithdrawal(input: { idempotencyKey: "w", from: { currency: "BTC" }, amount: "1", address: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" }) { __typename }`,
  ],
])('two money fields in one operation, %s, are refused with nothing sent', async (_how, selections) => {
  const fragment = selections.includes('...one')
    ? 'fragment one on Mutation { a: createExchange(input: $input) { __typename } }'
    : ''
  const { data, errors } = await gateway.ask(`mutation ($input: CreateExchangeInput!) { ${selections} } ${fragment}`, {
    input: usual,
  })
  expect(data).toBeUndefined()
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['GRAPHQL_VALIDATION_FAILED'])
  expect(gateway.upstream.requests).toEqual([])
})

test.each([
  ['0', 'input.payAmount'],
  ['0.00', 'input.payAmount'],
  ['-1', 'input.payAmount'],
])('an amount of %s is refused by its path, and nothing is sent', async (payAmount, argument) => {
  const { errors } = await gateway.ask(CREATE, { input: { ...usual, payAmount } })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
  expect(gateway.upstream.requests).toEqual([])
})

test('the id of another type is refused by its path, and nothing is sent', async () => {
  const pair = { pairId: 'ExchangePair:p', payAccountId: 'Exchange:a', receiveAccountId: 'Account:b' }
  const { errors } = await gateway.ask(CREATE, { input: { ...usual, between: { pair } } })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.between.pair.payAccountId' })
  expect(gateway.upstream.requests).toEqual([])
})
