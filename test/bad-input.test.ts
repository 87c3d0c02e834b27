// Bad input: the same verdict by POST, by GET and over the websocket, the argument named, its value not repeated, and nothing asked upstream.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../src/errors.ts'
import { post, readAnswer, startSandboxGateway } from './support/gateway.ts'
import { connectClient, openGreeted } from './support/sockets.ts'
import { LEAVE } from './support/requests.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { Answer, TestGateway } from './support/gateway.ts'
import type { Result, TestClient } from './support/sockets.ts'

let started: TestGateway & { readonly sandbox: Sandbox }
let client: TestClient
beforeAll(async () => {
  started = await startSandboxGateway()
  client = connectClient(started.gateway.websocketUrl)
})
afterAll(async () => {
  await client.close()
  await started.close()
})

interface Request {
  readonly query: string
  readonly variables?: Record<string, unknown>
}

interface Case extends Request {
  readonly name: string
  /** The argument's path that the error must name. */
  readonly argument: string
  /** What no message may repeat. */
  readonly secret?: string
}

/** Asks on each transport that the operation can come over. */
async function askEverywhere({ query, variables }: Request): Promise<(Answer | Result)[]> {
  const answers: (Answer | Result)[] = [await client.ask(query, variables)]
  if (!query.startsWith('subscription'))
    answers.push(await post(started.gateway.url, JSON.stringify({ query, variables })))
  if (query.startsWith('query')) answers.push(await get({ query, variables: variables && JSON.stringify(variables) }))
  return answers
}

async function get(search: Record<string, string | undefined>): Promise<Answer> {
  const given = Object.entries(search).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const url = `${started.gateway.url}?${new URLSearchParams(given)}`
  return readAnswer(await fetch(url, { headers: { accept: 'application/json', ...LEAVE } }))
}

async function expectRefused({ query, variables, argument, secret }: Omit<Case, 'name'>): Promise<void> {
  const before = started.sandbox.count()
  const answers = await askEverywhere({ query, ...(variables && { variables }) })
  expect(started.sandbox.count() - before).toBe(0)
  const verdicts = answers.map(({ errors }) =>
    errors?.map(({ message, extensions }) => ({ message, extensions: { ...extensions, requestId: undefined } })),
  )
  expect(verdicts[0]?.[0]).toEqual({ message: expect.any(String), extensions: { code: 'BAD_USER_INPUT', argument } })
  for (const verdict of verdicts) expect(verdict).toEqual(verdicts[0])
  for (const answer of answers) {
    if ('status' in answer) expect([200, 400]).toContain(answer.status)
    for (const { message } of answer.errors ?? []) {
      if (secret) expect(message).not.toContain(secret)
      expect(message.length).toBeLessThan(400)
    }
  }
}

/** How a value looks as a literal of GraphQL. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${literal(each)}`)
      .join(', ')} }`
  return JSON.stringify(value)
}

function label(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 20)}… (${text.length} characters)` : text
}

/** A value that is long enough to be told from the words of a message must not be in it. */
function secretOf(value: unknown): { secret?: string } {
  return typeof value === 'string' && value.trim().length > 2 ? { secret: value } : {}
}

const BAD_AMOUNTS: readonly unknown[] = [
  '1e5',
  '1E5',
  '1e-5',
  '1e999999999',
  'NaN',
  'nan',
  'Infinity',
  '-Infinity',
  'inf',
  '-0',
  '-0.00',
  '+1',
  '--1',
  '-',
  '',
  ' ',
  ' 1',
  '1 ',
  '\t1',
  '1\n',
  '1 000',
  '1,0',
  '1,000.00',
  '1_000',
  "1'000",
  '01',
  '00',
  '-01',
  '00.5',
  '.5',
  '1.',
  '.',
  '1.2.3',
  '1..2',
  '0x1',
  '0b11',
  '1n',
  '１',
  '١',
  '½',
  '$12',
  '12€',
  '50%',
  '1/2',
  'null',
  'twelve',
  '12.50 EUR',
  '9'.repeat(65),
  `1.${'0'.repeat(63)}`,
  '9'.repeat(10_000),
  0,
  1,
  -1,
  12.5,
  1e21,
  true,
  false,
  null,
  [],
  ['12.50'],
  ['12.50', '1'],
  {},
  { amount: '12.50' },
]

const EXCHANGE = `mutation ($input: CreateExchangeInput!) { createExchange(input: $input) { __typename } }`
const exchangeInput = (change: object): Record<string, unknown> => ({
  input: {
    idempotencyKey: 'bad-input',
    payAmount: '12.50',
    between: { currencies: { payCode: 'EUR', receiveCode: 'BTC' } },
    ...change,
  },
})
const WITHDRAWAL = `mutation ($input: CreateCryptoWithdrawalInput!) { createCryptoWithdrawal(input: $input) { __typename } }`
const withdrawalInput = (change: object): Record<string, unknown> => ({
  input: {
    idempotencyKey: 'bad-input',
    amount: '0.5',
    from: { currency: 'BTC' },
    address: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
    ...change,
  },
})
const quote = (amount: string, given = ''): string =>
  `query ${given} { exchangeQuote(input: { payCode: "EUR", receiveCode: "BTC", amount: ${amount} }) { __typename } }`

describe('an amount', () => {
  test('has at least forty bad spellings', () => {
    expect(BAD_AMOUNTS.length).toBeGreaterThanOrEqual(40)
  })

  test.each(BAD_AMOUNTS.map((amount) => ({ name: label(amount), amount })))('is not $name', async ({ amount }) => {
    const secret = secretOf(amount)
    const argument = 'input.payAmount'
    await expectRefused({ query: EXCHANGE, variables: exchangeInput({ payAmount: amount }), argument, ...secret })
    const input = `{ idempotencyKey: "k", payAmount: ${literal(amount)}, between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }`
    await expectRefused({ query: `mutation { createExchange(input: ${input}) { __typename } }`, argument, ...secret })
    await expectRefused({
      query: `mutation ($amount: Decimal!) { createExchange(input: ${input.replace(literal(amount), '$amount')}) { __typename } }`,
      variables: { amount },
      argument,
      ...secret,
    })
    const paid = 'input.amount.payAmount'
    await expectRefused({
      query: quote(`{ payAmount: $a }`, '($a: Decimal!)'),
      variables: { a: amount },
      argument: paid,
      ...secret,
    })
    // null is no value of a @oneOf: what is wrong then is the whole.
    await expectRefused({
      query: quote(`{ payAmount: ${literal(amount)} }`),
      argument: amount === null ? expect.stringMatching(/^input\.amount/) : paid,
      ...secret,
    })
  })

  test.each(['0', '0.00', '-1', '-0.01', '-12.50'])('that is to move or to be priced is not %s', async (amount) => {
    const secret = amount.length > 2 ? { secret: amount } : {}
    await expectRefused({
      query: EXCHANGE,
      variables: exchangeInput({ payAmount: amount }),
      argument: 'input.payAmount',
      ...secret,
    })
    await expectRefused({
      query: EXCHANGE,
      variables: exchangeInput({ minReceiveAmount: amount }),
      argument: 'input.minReceiveAmount',
    })
    await expectRefused({
      query: WITHDRAWAL,
      variables: withdrawalInput({ amount }),
      argument: 'input.amount',
      ...secret,
    })
    await expectRefused({ query: quote(`{ payAmount: "${amount}" }`), argument: 'input.amount.payAmount' })
    await expectRefused({ query: quote(`{ receiveAmount: "${amount}" }`), argument: 'input.amount.receiveAmount' })
    const fee = `query { cryptoWithdrawalFee(input: { currency: "BTC", amount: "${amount}" }) { __typename } }`
    await expectRefused({ query: fee, argument: 'input.amount' })
  })

  test.each(['-0', '-0.00'])('of %s is misspelled, and not only too little', async (payAmount) => {
    const { errors } = await started.ask(EXCHANGE, exchangeInput({ payAmount }))
    expect(errors?.[0]?.message).toContain('A Decimal is written like')
  })

  test('that is missing is named in the words of the refusal', async () => {
    const variables = exchangeInput({ payAmount: undefined })
    await expectRefused({ query: EXCHANGE, variables, argument: 'input.payAmount' })
    expect((await started.ask(EXCHANGE, variables)).errors?.[0]?.message).toContain('"payAmount"')
  })
})

const BAD_CODES: readonly unknown[] = [
  'btc',
  'eur',
  'b',
  'B',
  '',
  'ABCDEFGHIJK',
  'BT C',
  'BTC ',
  ' BTC',
  'BTC\n',
  'BТC',
  '€UR',
  'BTC-EUR',
  '../BTC',
  'BTC%2F',
  '123',
  5,
  1.5,
  true,
  null,
  ['BTC'],
  {},
]

describe('a currency code', () => {
  test.each(BAD_CODES.map((code) => ({ name: label(code), code })))('is not $name', async ({ code }) => {
    const secret = secretOf(code)
    const one = 'query ($code: CurrencyCode!) { currency(code: $code) { name } }'
    await expectRefused({ query: one, variables: { code }, argument: 'code', ...secret })
    await expectRefused({ query: `query { currency(code: ${literal(code)}) { name } }`, argument: 'code', ...secret })
    await expectRefused({ query: `query { rates(base: ${literal(code)}) { price } }`, argument: 'base', ...secret })
    await expectRefused({
      query: `subscription { liveRate(currency: ${literal(code)}) { price } }`,
      argument: 'currency',
      ...secret,
    })
    const nested = `query { accounts { value(in: ${literal(code)}) } }`
    await expectRefused({ query: nested, argument: 'in', ...secret })
    const between = { currencies: { payCode: 'EUR', receiveCode: code } }
    const argument = 'input.between.currencies.receiveCode'
    await expectRefused({ query: EXCHANGE, variables: exchangeInput({ between }), argument, ...secret })
  })

  test('in a list is refused by its place in it', async () => {
    const query = 'query ($codes: [CurrencyCode!]) { rates(currencies: $codes) { price } }'
    await expectRefused({ query, variables: { codes: ['BTC', 'ETH', 'ltc'] }, argument: 'currencies.2' })
    await expectRefused({ query: 'query { accounts(currencies: ["BTC", "eth"]) { id } }', argument: 'currencies.1' })
    const live = 'subscription { liveRates(currencies: ["BTC", "eth"]) { price } }'
    await expectRefused({ query: live, argument: 'currencies.1' })
  })

  test('is wanted at least once and at most a hundred times of liveRates', async () => {
    const query = 'subscription ($codes: [CurrencyCode!]!) { liveRates(currencies: $codes) { price } }'
    await expectRefused({ query, variables: { codes: [] }, argument: 'currencies' })
    const codes = Array.from({ length: 101 }, (_, index) => `C${index}`)
    await expectRefused({ query, variables: { codes }, argument: 'currencies' })
  })
})

const MALFORMED = [
  '',
  ':',
  ':x',
  'nothing',
  'account:1',
  'Nope:1',
  '__proto__:1',
  'constructor:1',
  'toString:1',
  ' Account:1',
  'Rate:BTC-EUR',
]
const BAD_RESTS = ['', '.', '..', '\u0000', 'a\u0007b', 'a\nb', 'a\u007f', 'a\u0085b', '\ud800', 'x'.repeat(201)]

const BY_ID = [
  { type: 'Account', query: 'query ($id: ID!) { account(id: $id) { id } }', argument: 'id' },
  { type: 'Exchange', query: 'query ($id: ID!) { exchange(id: $id) { id } }', argument: 'id' },
  { type: 'CryptoWithdrawal', query: 'query ($id: ID!) { withdrawal(id: $id) { id } }', argument: 'id' },
  { type: 'Deposit', query: 'query ($id: ID!) { deposit(id: $id) { id } }', argument: 'id' },
  { type: 'CryptoDeposit', query: 'query ($id: ID!) { cryptoDeposit(id: $id) { id } }', argument: 'id' },
  { type: 'GiftCard', query: 'query ($id: ID!) { giftCard(id: $id) { id } }', argument: 'id' },
  { type: 'GiftCardPurchase', query: 'query ($id: ID!) { giftCardPurchase(id: $id) { id } }', argument: 'id' },
  { type: 'Project', query: 'query ($id: ID!) { project(id: $id) { id } }', argument: 'id' },
  { type: 'Order', query: 'query ($id: ID!) { order(id: $id) { id } }', argument: 'id' },
  { type: 'Project', query: 'query ($id: ID!) { orders(projectId: $id) { totalCount } }', argument: 'projectId' },
  { type: 'Preorder', query: 'query ($id: ID!) { preorder(id: $id) { id } }', argument: 'id' },
  { type: 'MerchantTransaction', query: 'query ($id: ID!) { merchantTransaction(id: $id) { id } }', argument: 'id' },
  { type: 'MerchantCallback', query: 'query ($id: ID!) { merchantCallback(id: $id) { id } }', argument: 'id' },
  {
    type: 'Order',
    query: 'query ($id: ID!) { merchantCallbacks(projectId: "Project:1", filter: { order: $id }) { totalCount } }',
    argument: 'filter.order',
  },
  {
    type: 'Order',
    query:
      'mutation ($id: ID!) { payOrder(input: { idempotencyKey: "k", id: $id, from: { currency: "EUR" } }) { __typename } }',
    argument: 'input.id',
  },
  {
    type: 'Account',
    query:
      'mutation ($id: ID!) { createExchange(input: { idempotencyKey: "k", payAmount: "1", between: { pair: { pairId: "ExchangePair:1", payAccountId: $id, receiveAccountId: "Account:2" } } }) { __typename } }',
    argument: 'input.between.pair.payAccountId',
  },
  {
    type: 'Account',
    query:
      'mutation ($id: ID!) { createCryptoWithdrawal(input: { idempotencyKey: "k", amount: "1", from: { accountId: $id }, address: "bc1q" }) { __typename } }',
    argument: 'input.from.accountId',
  },
]

describe('an id', () => {
  test.each(BY_ID)(
    'of $type by $query is refused when it is foreign, malformed or no path segment',
    async ({ type, query, argument }) => {
      const foreign = type === 'Order' ? 'Account:7f0c5b52' : 'Order:7f0c5b52'
      for (const id of [foreign, ...MALFORMED, ...BAD_RESTS.map((rest) => `${type}:${rest}`)]) {
        await expectRefused({ query, variables: { id }, argument, ...secretOf(id) })
      }
      for (const id of [1.5, true, null, {}, []]) await expectRefused({ query, variables: { id }, argument })
    },
  )

  test.each([
    ...MALFORMED,
    'Transaction:a',
    'Transaction:/b',
    'Transaction:a/',
    'Transaction:a/b/c',
    'Transaction:%/b',
    'Transaction:%2e%2e/b',
    'Transaction:a/.',
    `Transaction:a/${'x'.repeat(201)}`,
    ...BAD_RESTS.map((rest) => `Order:${rest}`),
  ])('of a node is not %j', async (id) => {
    await expectRefused({
      query: 'query ($id: ID!) { node(id: $id) { id } }',
      variables: { id },
      argument: 'id',
      ...secretOf(id),
    })
    if (id.isWellFormed())
      await expectRefused({
        query: `query { node(id: ${JSON.stringify(id)}) { id } }`,
        argument: 'id',
        ...secretOf(id),
      })
  })

  test('among several is refused by its place, and alone', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
    await expectRefused({ query, variables: { ids: ['nothing'] }, argument: 'ids.0' })
    const before = started.sandbox.count()
    const { data, errors } = await started.ask(query, {
      ids: ['MoneyOperation:1', 'MoneyOperation:2', 'Order:', 'MoneyOperation:3'],
    })
    expect(data).toEqual({ nodes: [null, null, null, null] })
    expect(errors).toMatchObject([{ path: ['nodes', 2], extensions: { code: 'BAD_USER_INPUT', argument: 'ids.2' } }])
    const ids = Array.from({ length: 101 }, (_, index) => `MoneyOperation:${index}`)
    await expectRefused({ query, variables: { ids }, argument: 'ids' })
    await expectRefused({ query, variables: { ids: ['MoneyOperation:1', null] }, argument: 'ids.1' })
    expect(started.sandbox.count()).toBe(before)
  })

  test.each(['', '   ', 'x'.repeat(201), 'a\nb', 'a\u0000', '\udc00'])(
    'is no idempotency key when it is %j',
    async (key) => {
      await expectRefused({
        query: EXCHANGE,
        variables: exchangeInput({ idempotencyKey: key }),
        argument: 'input.idempotencyKey',
      })
      await expectRefused({
        query: WITHDRAWAL,
        variables: withdrawalInput({ idempotencyKey: key }),
        argument: 'input.idempotencyKey',
      })
      const query = 'query ($key: ID!) { operation(idempotencyKey: $key) { state } }'
      await expectRefused({ query, variables: { key }, argument: 'idempotencyKey' })
    },
  )

  test.each(['', ' ', 'bc1q ar0', 'bc1q\n', 'bc1q\u200b', 'x'.repeat(129), 'адрес'])(
    'is no address when it is %j',
    async (address) => {
      await expectRefused({
        query: WITHDRAWAL,
        variables: withdrawalInput({ address }),
        argument: 'input.address',
        ...secretOf(address),
      })
    },
  )
})

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const BAD_CURSORS: readonly string[] = [
  '',
  'x',
  '!',
  ' ',
  '25',
  'null',
  'bm90aGluZw',
  'bm90aGluZw==',
  'q83vEjRWeJq83vEjRWeJ',
  'ÿ',
  '\u0000',
  ...[null, {}, [], 'x', 1, ['a'], ['a', 1, 2], ['a', 1, 2, 3, 4], [1, 1, 1, 1], ['a', '1', 1, 1], ['a', -1, 1, 1]].map(
    base64,
  ),
  ...[
    ['a', 1.5, 1, 1],
    ['a', 1e9, 1, 1],
    ['a', 1e300, 1, 1],
    ['a', 1, 1, 9e15],
    ['a', 1, 1, 'x'],
    ['a', null, 1, 1],
    [{}, 1, 1, 1],
  ].map(base64),
  base64(['x'.repeat(2000), 1, 1, 1]),
  'A'.repeat(1001),
  'A'.repeat(12_000),
]

const LISTS = [
  'deposits(PAGE) { totalCount }',
  'cryptoDeposits(PAGE) { totalCount }',
  'giftCards(PAGE) { totalCount }',
  'giftCardPurchases(PAGE) { totalCount }',
  'exchanges(PAGE) { totalCount }',
  'withdrawals(kind: CRYPTO, PAGE) { totalCount }',
  'projects(PAGE) { totalCount }',
  'orders(projectId: "Project:1", PAGE) { totalCount }',
  'preorders(projectId: "Project:1", PAGE) { totalCount }',
  'merchantTransactions(projectId: "Project:1", PAGE) { totalCount }',
  'merchantCallbacks(projectId: "Project:1", PAGE) { totalCount }',
]

describe.each(LISTS)('a page of %s', (list) => {
  test.each(
    [0, -1, 101, 1000, 2_147_483_647, 2_147_483_648, 1.5, '5', true, ['x'], { x: 1 }].map((first) => ({ first })),
  )('is not of $first rows', async ({ first }) => {
    await expectRefused({
      query: `query ($first: Int) { ${list.replace('PAGE', 'first: $first')} }`,
      variables: { first },
      argument: 'first',
    })
    await expectRefused({ query: `query { ${list.replace('PAGE', `first: ${literal(first)}`)} }`, argument: 'first' })
  })

  test('does not begin behind a broken cursor', async () => {
    for (const after of BAD_CURSORS) {
      const query = `query ($after: String) { ${list.replace('PAGE', 'after: $after')} }`
      await expectRefused({
        query,
        variables: { after },
        argument: 'after',
        ...(after.length > 6 && { secret: after.slice(0, 300) }),
      })
    }
    await expectRefused({ query: `query { ${list.replace('PAGE', 'after: "nothing-of-ours"')} }`, argument: 'after' })
    await expectRefused({ query: `query { ${list.replace('PAGE', 'after: 5')} }`, argument: 'after' })
  })
})

const BAD_TIMES: readonly unknown[] = [
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-03-00T00:00:00Z',
  '2026-03-32T00:00:00Z',
  '2026-04-10',
  '2026-04-10T14:27:31',
  '2026-03-10 14:27:31Z',
  '2026-03-10T25:00:00Z',
  '2026-03-10T14:60:00Z',
  '2026-03-10T14:27:61Z',
  '2026-03-10T14:27:31+99:00',
  '2026-03-10T14Z',
  '26-04-10T14:27:31Z',
  '+002026-04-10T14:27:31Z',
  '10.03.2026',
  'yesterday',
  '',
  '1773152851',
  'Tue, 10 Mar 2026 14:27:31 GMT',
  '2026-03-10T14:27:31.0000000000Z',
  1773152851000,
  0,
  true,
  {},
  ['2026-03-10T14:27:31Z'],
]

describe('a time', () => {
  test.each(BAD_TIMES.map((time) => ({ name: label(time), time })))('is not $name', async ({ time }) => {
    const secret = secretOf(time)
    const filtered = 'query ($filter: ExchangeFilter) { exchanges(filter: $filter) { totalCount } }'
    await expectRefused({ query: filtered, variables: { filter: { from: time } }, argument: 'filter.from', ...secret })
    const past = `query { rateHistory(currency: "BTC", from: ${literal(time)}) { price } }`
    await expectRefused({ query: past, argument: 'from', ...secret })
  })

  test('at which a range ends is not before the one at which it begins', async () => {
    const range = 'from: "2026-03-10T00:00:00Z", to: "2026-03-09T00:00:00Z"'
    await expectRefused({ query: `query { exchanges(filter: { ${range} }) { totalCount } }`, argument: 'filter.to' })
    await expectRefused({ query: `query { rateHistory(currency: "BTC", ${range}) { price } }`, argument: 'to' })
  })
})

describe('a text to filter by', () => {
  test.each([
    ['cryptoDeposits(filter: { network: TEXT }) { totalCount }', 'filter.network'],
    ['orders(projectId: "Project:1", filter: { orderId: TEXT }) { totalCount }', 'filter.orderId'],
    ['projects { nodes { orders(filter: { orderId: TEXT }) { totalCount } } }', 'filter.orderId'],
    ['giftCards(filter: { country: TEXT }) { totalCount }', 'filter.country'],
    ['giftCards(filter: { category: TEXT }) { totalCount }', 'filter.category'],
    ['giftCards(filter: { search: TEXT }) { totalCount }', 'filter.search'],
    ['depositAddresses(network: TEXT) { id }', 'network'],
  ])('in %s is not empty', async (field, argument) => {
    for (const text of ['""', '" "'])
      await expectRefused({ query: `query { ${field.replace('TEXT', text)} }`, argument })
  })
})

describe('a choice', () => {
  test.each([
    ['exchanges(filter: { status: UNRECOGNIZED }) { totalCount }', 'filter.status'],
    ['withdrawals(kind: CRYPTO, filter: { status: UNRECOGNIZED }) { totalCount }', 'filter.status'],
    ['orders(projectId: "Project:1", filter: { status: UNRECOGNIZED }) { totalCount }', 'filter.status'],
    ['deposits(filter: { status: UNRECOGNIZED }) { totalCount }', 'filter.status'],
    ['cryptoDeposits(filter: { status: UNRECOGNIZED }) { totalCount }', 'filter.status'],
    ['currencies(kind: UNRECOGNIZED) { code }', 'kind'],
    ['currencies(kind: SHELLS) { code }', 'kind'],
    ['currencies(kind: "FIAT") { code }', 'kind'],
    ['exchanges(filter: { status: "PAID" }) { totalCount }', 'filter.status'],
    ['exchanges(filter: { colour: RED }) { totalCount }', expect.stringMatching(/^filter/)],
    ['rateHistory(currency: "BTC", from: "2026-03-10T00:00:00Z", interval: MONTH) { price }', 'interval'],
  ])('in %s is refused', async (field, argument) => {
    await expectRefused({ query: `query { ${field} }`, argument: argument as string })
  })

  test('by variable is refused alike', async () => {
    const query = 'query ($filter: ExchangeFilter) { exchanges(filter: $filter) { totalCount } }'
    await expectRefused({ query, variables: { filter: { status: 'UNRECOGNIZED' } }, argument: 'filter.status' })
    await expectRefused({
      query,
      variables: { filter: { status: 'BOUNCED' } },
      argument: 'filter.status',
      secret: 'BOUNCED',
    })
    await expectRefused({
      query,
      variables: { filter: { statu: 'near-canary' } },
      argument: 'filter.statu',
      secret: 'canary',
    })
    await expectRefused({
      query,
      variables: { filter: { colour: 'red-canary' } },
      argument: expect.stringMatching(/^filter/) as string,
      secret: 'red-canary',
    })
  })

  test('of one of several is neither none of them nor two', async () => {
    const both = { payAmount: '1', receiveAmount: '2' }
    const byVariable = quote('$amount', '($amount: ExchangeAmount!)')
    const argument = expect.stringMatching(/^input\.amount(\.(payAmount|receiveAmount))?$/) as string
    for (const amount of [{}, both, { payAmount: null }, { payAmount: '1', receiveAmount: null }]) {
      await expectRefused({ query: quote(literal(amount)), argument })
      await expectRefused({ query: byVariable, variables: { amount }, argument })
    }
    const currencies = { payCode: 'EUR', receiveCode: 'BTC' }
    const pair = { pairId: 'ExchangePair:1', payAccountId: 'Account:1', receiveAccountId: 'Account:2' }
    for (const between of [{}, { currencies, pair }]) {
      await expectRefused({ query: EXCHANGE, variables: exchangeInput({ between }), argument: 'input.between' })
    }
    for (const from of [{}, { accountId: 'Account:1', currency: 'BTC' }]) {
      await expectRefused({ query: WITHDRAWAL, variables: withdrawalInput({ from }), argument: 'input.from' })
    }
  })

  test('of one of several comes by a variable that cannot be null', async () => {
    const before = started.sandbox.count()
    const both = '{ payAmount: $a, receiveAmount: $b }'
    for (const request of [
      { query: quote('{ payAmount: $a }', '($a: Decimal)'), variables: { a: '1' } },
      { query: quote('{ payAmount: $a }', '($a: Decimal)'), variables: { a: null } },
      { query: quote('{ payAmount: $a }', '($a: Decimal)') },
      { query: quote(both, '($a: Decimal, $b: Decimal)'), variables: { a: '1' } },
    ]) {
      for (const { errors } of await askEverywhere(request))
        expect(errors?.map(({ extensions }) => extensions.code)).toContain('GRAPHQL_VALIDATION_FAILED')
    }
    expect(started.sandbox.count()).toBe(before)
  })

  test('left to a default is not null by a variable that may be', async () => {
    const query = 'query ($base: CurrencyCode) { rates(base: $base) { price } }'
    await expectRefused({ query, variables: { base: null }, argument: 'base' })
    const nested =
      'query ($pay: CurrencyCode = "EUR") { exchangeQuote(input: { payCode: $pay, receiveCode: "BTC", amount: { payAmount: "1" } }) { __typename } }'
    await expectRefused({ query: nested, variables: { pay: null }, argument: 'input.payCode' })
    const live = 'subscription ($base: CurrencyCode) { liveRate(currency: "BTC", base: $base) { price } }'
    await expectRefused({ query: live, variables: { base: null }, argument: 'base' })
    const skipped = 'query ($skip: Boolean = true) { rates @skip(if: $skip) { price } }'
    await expectRefused({ query: skipped, variables: { skip: null }, argument: 'if' })
  })
})

describe('a request', () => {
  const CODES = Object.keys(ERROR_CODES)

  function expectCoded(answer: Answer | Result, code: string): void {
    const [error] = answer.errors ?? []
    expect(error?.extensions).toMatchObject({ code, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(CODES).toContain(code)
    if ('headers' in answer) expect(answer.headers.get('x-request-id')).toBe(error?.extensions['requestId'])
  }

  test.each([
    { name: 'a syntax error', query: 'query { accounts {', code: 'GRAPHQL_PARSE_FAILED' },
    { name: 'a string that does not end', query: 'query { node(id: "', code: 'GRAPHQL_PARSE_FAILED' },
    { name: 'too many tokens', query: `query { ${'a '.repeat(10_001)} }`, code: 'DOCUMENT_TOO_LARGE' },
    {
      name: 'a nesting of 3,000',
      query: `{ ${'accounts { '.repeat(3000)} id ${'}'.repeat(3001)}`,
      code: 'DOCUMENT_TOO_LARGE',
    },
    { name: 'an unknown field', query: 'query { wallet }', code: 'GRAPHQL_VALIDATION_FAILED' },
    { name: 'an unknown argument', query: 'query { viewer(x: 1) { id } }', code: 'GRAPHQL_VALIDATION_FAILED' },
    { name: 'a missing argument', query: 'query { account { id } }', code: 'GRAPHQL_VALIDATION_FAILED' },
    { name: 'no selection', query: 'query { accounts }', code: 'GRAPHQL_VALIDATION_FAILED' },
    { name: 'only a fragment', query: 'fragment A on Account { id }', code: 'GRAPHQL_VALIDATION_FAILED' },
    {
      name: 'two nameless operations',
      query: 'query { viewer { id } } query { viewer { id } }',
      code: 'GRAPHQL_VALIDATION_FAILED',
    },
    {
      name: 'two operations and no name',
      query: 'query A { viewer { id } } query B { viewer { id } }',
      code: 'OPERATION_RESOLUTION_FAILURE',
    },
    {
      name: 'an unknown variable type',
      query: 'query ($a: Nope) { viewer { id } }',
      code: 'GRAPHQL_VALIDATION_FAILED',
    },
    { name: 'nothing but a comment', query: '# nothing', code: 'GRAPHQL_PARSE_FAILED' },
  ])('with $name gets $code on each transport, and the socket lives on', async ({ query, code }) => {
    const before = started.sandbox.count()
    const answers: (Answer | Result)[] = [await client.ask(query), await started.ask(query)]
    // A longer address than Node reads is refused before it is ours.
    if (query.length < 10_000) answers.push(await get({ query }))
    for (const answer of answers) {
      expectCoded(answer, code)
      expect(answer.data).toBeUndefined()
    }
    expect(started.sandbox.count()).toBe(before)
    expect((await client.ask('query { viewer { id } }')).data).toEqual({ viewer: { id: 'Viewer:sandbox' } })
  })

  test('for an operation that its document does not hold gets OPERATION_RESOLUTION_FAILURE', async () => {
    const query = 'query A { viewer { id } }'
    expectCoded(await client.ask(query, undefined, 'B'), 'OPERATION_RESOLUTION_FAILURE')
    expectCoded(
      await post(started.gateway.url, JSON.stringify({ query, operationName: 'B' })),
      'OPERATION_RESOLUTION_FAILURE',
    )
    expectCoded(await get({ query, operationName: 'B' }), 'OPERATION_RESOLUTION_FAILURE')
  })

  test('with an empty document gets BAD_REQUEST', async () => {
    expectCoded(await client.ask(''), 'BAD_REQUEST')
    expectCoded(await started.ask(''), 'BAD_REQUEST')
    expectCoded(await get({ query: '' }), 'BAD_REQUEST')
    expectCoded(await get({}), 'BAD_REQUEST')
  })

  test.each([
    ['{"query":"{ viewer { id } }","variables":[]}'],
    ['{"query":"{ viewer { id } }","variables":"secret-canary"}'],
    ['{"query":"{ viewer { id } }","operationName":5}'],
    ['{"query":"{ viewer { id } }","operationName":{}}'],
    ['{"query":"{ viewer { id } }","extensions":5}'],
    ['{"query":["secret-canary"]}'],
    ['{"query":null}'],
    ['{}'],
    ['null'],
    ['"secret-canary"'],
    ['5'],
    ['[]'],
    ['[{"query":"{ viewer { id } }"}]'],
    ['{"query":"{ viewer { id } }"'],
    ['secret-canary'],
    ['{"secret-canary":"{ viewer { id } }", secret-canary'],
    [''],
  ])('of the form %s gets BAD_REQUEST by POST', async (body) => {
    const answer = await post(started.gateway.url, body)
    expectCoded(answer, 'BAD_REQUEST')
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain('canary')
    expect(answer.text).not.toContain('SyntaxError')
  })

  test.each([
    { variables: '[]' },
    { variables: 'secret-canary' },
    { variables: '{"a":' },
    { variables: '"secret-canary"' },
    { extensions: 'secret-canary' },
    { extensions: '5' },
  ])('with %j gets BAD_REQUEST by GET', async (search) => {
    const answer = await get({ query: 'query { viewer { id } }', ...search })
    expectCoded(answer, 'BAD_REQUEST')
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain('canary')
  })

  test.each([
    { query: '{ viewer { id } }', variables: [] },
    { query: '{ viewer { id } }', variables: 'x' },
    { query: '{ viewer { id } }', operationName: 5 },
    { query: 5 },
    {},
  ])('of the form %j is no message of the protocol and closes its socket with 4400', async (payload) => {
    const socket = await openGreeted(started.gateway.websocketUrl)
    socket.say({ id: '1', type: 'subscribe', payload })
    expect(await socket.closed).toMatchObject({ code: 4400 })
  })
})

interface Line {
  readonly level: number
  readonly codes?: readonly string[]
}

test('all of this was logged without a fault of the gateway and without a value', () => {
  // A time may look like an amount.
  const lines = started.log.map((line) => ({ ...(JSON.parse(line) as Line), time: '', requestId: '' }))
  expect(lines.filter(({ level }) => level > 40)).toEqual([])
  expect(lines.flatMap(({ codes = [] }) => codes)).not.toContain('INTERNAL_SERVER_ERROR')
  expect(JSON.stringify(lines)).not.toMatch(/canary|12\.50|bc1q|9999999/)
})
