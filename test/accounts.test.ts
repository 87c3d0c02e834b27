// Accounts, and the forms in which their amounts and ids may come.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { account, currency, raw, rate, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startUpstream(walletRoutes)
  gateway = await startTestGateway(upstream.env)
})
beforeEach(() => {
  upstream.requests.length = 0
  upstream.routes(walletRoutes)
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const accounts = (body: Row | readonly Row[]): void => upstream.routes({ 'GET /accounts': { body } })
async function read(fields: string): Promise<{ accounts: Record<string, unknown>[] | null; codes: unknown[] }> {
  const { data, errors = [] } = await gateway.ask(`{ accounts { ${fields} } rates { price } }`)
  expect(data.rates).toHaveLength(2)
  return { accounts: data.accounts, codes: errors.map(({ extensions }) => extensions.code) }
}

describe('an amount', () => {
  test.each([
    ['a number', raw('1677.11'), '1677.11'],
    ['a number with zeros behind', raw('1677.10'), '1677.10'],
    ['a string', '1677.10', '1677.10'],
    ['18 places', raw('0.123456789012345678'), '0.123456789012345678'],
    ['18 places in a string', '0.100000000000000001', '0.100000000000000001'],
    ['30 digits', raw('123456789012345678901234567890'), '123456789012345678901234567890'],
    ['a whole number beyond 2^53', raw('9007199254740993'), '9007199254740993'],
    ['a small exponent', raw('1e-18'), '0.000000000000000001'],
    ['an exponent with a sign and a point', raw('1.5E+3'), '1500'],
    ['an exponent in a string', '1.50e-7', '0.000000150'],
    ['below zero', raw('-0.5'), '-0.5'],
    ['a signed zero', raw('-0'), '0'],
    ['zero with a huge exponent', raw('0e999999999'), '0'],
  ])('may be %s', async (_form, balance, expected) => {
    accounts([account({ balance })])
    expect(await read('balance')).toEqual({ accounts: [{ balance: expected }], codes: [] })
  })

  test.each([
    ['missing', undefined],
    ['null', null],
    ['an empty string', ''],
    ['a word', 'ten'],
    ['a truth value', true],
    ['an object', { amount: 1 }],
    ['a list', [1]],
    ['grouped by commas', '1,677.11'],
    ['with a comma for a point', '1677,11'],
    ['with a currency', '10 EUR'],
    ['surrounded by spaces', ' 10 '],
    ['hexadecimal', '0x10'],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['without digits before the point', '.5'],
    ['with leading zeros', '007'],
    ['longer than 64 characters', '1'.repeat(65)],
    ['longer than 64 characters written out', raw('1e64')],
    ['tiny beyond 64 characters', raw('1e-64')],
  ])('that is %s fails its field, and takes no neighbour', async (_form, balance) => {
    accounts([account({ balance })])
    expect(await read('balance')).toEqual({ accounts: null, codes: ['UPSTREAM_INVALID'] })
  })

  test('of a milliard zeros is refused at once and never written out', async () => {
    accounts([account({ balance: raw('1e999999999') }), account({ balance: raw('1e-999999999') })])
    const [before, began] = [process.memoryUsage().rss, performance.now()]
    for (let time = 0; time < 20; time += 1)
      expect(await read('balance')).toEqual({ accounts: null, codes: ['UPSTREAM_INVALID'] })
    expect(performance.now() - began).toBeLessThan(2000)
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
  })
})

describe('a list of accounts', () => {
  const rows = [account(), account({ accountId: 'A2', currencyCode: 'BTC' })]
  test.each<[string, Row | readonly Row[]]>([
    ['bare', rows],
    ...['data', 'content', 'items', 'history', 'accounts'].map((name): [string, Row] => [
      `under ${name}`,
      { [name]: rows },
    ]),
    ['with a total and what is unknown beside it', { links: [], totalElements: '2', data: rows, page: { size: 25 } }],
  ])('may come %s', async (_form, body) => {
    accounts(body)
    const expected = [{ id: 'Account:A1' }, { id: 'Account:A2' }]
    expect(await read('id')).toEqual({ accounts: expected, codes: [] })
  })

  test.each([
    ['an object without a list', { accounts: {} }],
    ['a list of lists', { data: [[]] }],
    ['a list of nulls', { data: [null] }],
    ['a list of strings', { data: ['A1'] }],
  ])('that is %s fails, and is not taken for an empty one', async (_form, body) => {
    accounts(body)
    expect(await read('id')).toEqual({ accounts: null, codes: ['UPSTREAM_INVALID'] })
  })

  test('that is empty is empty', async () => {
    accounts([])
    expect(await read('id')).toEqual({ accounts: [], codes: [] })
  })

  test('names what it is filtered by in the currencies asked for', async () => {
    const { data } = await gateway.ask('{ accounts(currencies: ["BTC", "ETH"]) { currencyCode } }')
    expect(data).toEqual({ accounts: [{ currencyCode: 'BTC' }] })
  })
})

test('an account is read by the older names, with unknown fields and without the optional ones', async () => {
  accounts([{ id: 7, currency: 'EUR', balance: 1, available: 1, colour: { of: ['money'] }, reservedAmount: null }])
  const { accounts: found, codes } = await read('id currencyCode balance available reserved')
  expect(codes).toEqual([])
  expect(found).toEqual([{ id: 'Account:7', currencyCode: 'EUR', balance: '1', available: '1', reserved: null }])
})

test.each([
  ['a number', raw('42'), '42', '/accounts/42'],
  ['a number beyond 2^53', raw('9007199254740993'), '9007199254740993', '/accounts/9007199254740993'],
  ['with a space', 'a b', 'a b', '/accounts/a%20b'],
  ['with a plus', 'a+b', 'a+b', '/accounts/a%2Bb'],
  ['with a per cent', '100%25', '100%25', '/accounts/100%2525'],
  ['with a slash', '../a/b', '../a/b', '/accounts/..%2Fa%2Fb'],
  ['with a question mark and a hash', 'a?b#c', 'a?b#c', '/accounts/a%3Fb%23c'],
  ['with a colon', 'Account:1', 'Account:1', '/accounts/Account%3A1'],
  ['of another alphabet', 'sąskaita-₿-😀', 'sąskaita-₿-😀', `/accounts/${encodeURIComponent('sąskaita-₿-😀')}`],
])('an id %s comes back as it is, as one segment of the path', async (_form, accountId, plain, path) => {
  accounts([account({ accountId })])
  upstream.routes({ 'GET /accounts/{id}': { body: account({ accountId }) } })
  const { accounts: listed } = await read('id')
  expect(listed).toEqual([{ id: `Account:${plain}` }])
  upstream.requests.length = 0
  const { data } = await gateway.ask('query ($id: ID!) { account(id: $id) { id } }', { id: `Account:${plain}` })
  expect(data).toEqual({ account: { id: `Account:${plain}` } })
  expect(upstream.requests.map((request) => request.path)).toEqual([path])
})

test.each(['', '.', '..', 'a\u0000', 'a\n', 'x'.repeat(201)])(
  'the id %j is refused with the path of its argument, and nothing is sent',
  async (id) => {
    const { data, errors } = await gateway.ask('query ($id: ID!) { account(id: $id) { id } }', { id: `Account:${id}` })
    expect(data).toEqual({ account: null })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
    expect(upstream.requests).toEqual([])
  },
)

test.each(['..', '.', '\ud800'])(
  'an id %j that the upstream itself gives is its fault and no failure of the gateway, and no path is built of it',
  async (accountId) => {
    accounts([account({ accountId })])
    const { errors } = await gateway.ask('{ accounts { balance transactions { totalCount } } }')
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID'])
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/accounts'])
  },
)

test('the value is the exact product, rounded half to even at the scale of its currency', async () => {
  const gatewayOfItsOwn = await startTestGateway(upstream.env)
  upstream.routes({
    'GET /currencies': {
      body: [currency(), currency({ code: 'BTC', scale: 8, type: 'CRYPTO' }), currency({ code: 'JPY', scale: 0 })],
    },
    'GET /currencies/rates': ({ query }) =>
      query.get('baseCurrencyCode') === 'JPY'
        ? { body: [rate({ baseCurrencyCode: 'JPY', rate: raw('1.0') })] }
        : { body: [rate({ rate: raw('0.1') })] },
  })
  accounts([
    account({ accountId: 'A1', currencyCode: 'BTC', balance: raw('0.05') }),
    account({ accountId: 'A2', currencyCode: 'BTC', balance: raw('2.5') }),
    account({ accountId: 'A3', currencyCode: 'XYZ', balance: raw('1') }),
  ])
  const { data } = await gatewayOfItsOwn.ask(
    '{ accounts { value yen: value(in: "JPY") none: value(in: "ABC") } portfolio { total unpriced currencyCode } }',
  )
  await gatewayOfItsOwn.close()
  expect(data.accounts).toEqual([
    { value: '0.00', yen: '0', none: null },
    { value: '0.25', yen: '2', none: null },
    { value: null, yen: null, none: null },
  ])
  expect(data.portfolio).toEqual({ total: '0.26', unpriced: ['XYZ'], currencyCode: 'EUR' })
})
