// Deposits of fiat: making one, and the forms in which they may come.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { account, deposit, page, paymentMethod, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'
import type { Reply } from './support/upstream.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({ ...walletRoutes, 'POST /deposits': { body: deposit() } })
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const CREATE = `mutation ($input: CreateDepositInput!) { createDeposit(input: $input) {
  __typename
  ... on Deposit { id statusText amount receiveAmount currencyCode payUrl bankDetails { iban reference } account { balance } }
  ... on InvalidInput { path upstreamCode }
  ... on AmountOutOfRange { min max limitCode }
} }`
const usual = { amount: '250.00', currency: 'EUR', paymentMethodId: 'PaymentMethod:sepa-deposit-eur' }

async function create(more: object = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await gateway.ask(CREATE, { input: { ...usual, ...more } })
  expect(errors).toBeUndefined()
  return data.createDeposit
}
const posts = (): unknown[] =>
  gateway.upstream.requests
    .filter(({ method, path }) => method === 'POST' && path === '/deposits')
    .map(({ body }) => JSON.parse(body) as unknown)

describe('making a deposit', () => {
  test('sends what is given digit for digit, and says how it is paid', async () => {
    expect(await create()).toEqual({
      __typename: 'Deposit',
      id: 'Deposit:D1',
      statusText: 'NEW',
      amount: '250.00',
      receiveAmount: '248.50',
      currencyCode: 'EUR',
      payUrl: null,
      bankDetails: { iban: 'LT601010012345678901', reference: 'SC-250310-77' },
      account: { balance: '10' },
    })
    expect(posts()).toEqual([{ amount: '250.00', currencyCode: 'EUR', paymentMethodId: 'sepa-deposit-eur' }])
  })

  test('sends the own ids of method and account as they are, and the note', async () => {
    await create({ paymentMethodId: 'PaymentMethod:a b/ü%+', accountId: 'Account:a/1', description: 'Rent "May"' })
    expect(posts()).toEqual([
      {
        amount: '250.00',
        currencyCode: 'EUR',
        paymentMethodId: 'a b/ü%+',
        accountId: 'a/1',
        description: 'Rent "May"',
      },
    ])
  })

  test('makes another one each time, and is followed by fresh readings', async () => {
    let balance = '10'
    gateway.upstream.routes({
      'GET /accounts/A1': () => ({ body: account({ balance: raw(balance) }) }),
      'POST /deposits': () => {
        balance = '260'
        return { body: deposit() }
      },
    })
    expect(await create()).toMatchObject({ account: { balance: '260' } })
    await create()
    expect(posts()).toHaveLength(2)
  })

  const refuse = (errorCode: string, field = 'Id'): Reply => ({
    status: 400,
    body: { errorCode, errorParameters: [{ key: 'field', value: field }] },
  })
  test.each([
    ['AMT_2', 'amount', { __typename: 'AmountOutOfRange', min: null, max: null, limitCode: null }],
    ['GEN_5', 'currencyCode', { __typename: 'InvalidInput', path: ['input', 'currency'], upstreamCode: 'GEN_5' }],
    [
      'GEN_8',
      'paymentMethodId',
      { __typename: 'InvalidInput', path: ['input', 'paymentMethodId'], upstreamCode: 'GEN_8' },
    ],
    ['GEN_8', 'accountId', { __typename: 'InvalidInput', path: ['input', 'accountId'], upstreamCode: 'GEN_8' }],
    ['GEN_5', 'description', { __typename: 'InvalidInput', path: ['input', 'description'], upstreamCode: 'GEN_5' }],
    ['GEN_8', 'unheard', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'GEN_8' }],
    ['ACC_1', 'amount', { __typename: 'InvalidInput', path: ['input', 'amount'], upstreamCode: 'ACC_1' }],
  ])('that is refused by %s about %s is its type', async (code, field, expected) => {
    gateway.upstream.routes({ 'POST /deposits': refuse(code, field) })
    expect(await create()).toEqual(expected)
  })

  test.each<[string, Reply, string]>([
    ['a 500', { status: 500, body: '' }, 'UPSTREAM_UNAVAILABLE'],
    ['an answer without an id', { body: deposit({ depositId: undefined }) }, 'UPSTREAM_INVALID'],
  ])('that ends in %s may have made one, is said so, and is not sent again', async (_what, reply, code) => {
    gateway.upstream.routes({ 'POST /deposits': reply })
    const { data, errors } = await gateway.ask(CREATE, { input: usual })
    expect(data).toEqual({ createDeposit: null })
    expect(errors?.[0]?.extensions).toMatchObject({ code, outcome: 'UNKNOWN' })
    expect(posts()).toHaveLength(1)
  })

  test.each([
    ['amount', '0.0', 'input.amount'],
    ['amount', '-1', 'input.amount'],
    ['currency', 'eur', 'input.currency'],
    ['paymentMethodId', 'Account:1', 'input.paymentMethodId'],
    ['paymentMethodId', 'sepa-deposit-eur', 'input.paymentMethodId'],
    ['paymentMethodId', '', 'input.paymentMethodId'],
    ['accountId', 'PaymentMethod:1', 'input.accountId'],
    ['accountId', '', 'input.accountId'],
    ['description', ' ', 'input.description'],
  ])('with the %s %j is refused by its path, and nothing is sent', async (name, value, argument) => {
    const { errors } = await gateway.ask(CREATE, { input: { ...usual, [name]: value } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(gateway.upstream.requests).toEqual([])
  })
})

describe('a deposit', () => {
  const read = async (row: Row): Promise<{ it: unknown; codes: unknown[] }> => {
    gateway.upstream.routes({ 'GET /deposits': { body: page(row) } })
    const { data, errors = [] } = await gateway.ask(`{
      deposits { nodes {
        id status statusText amount feeAmount receiveAmount currencyCode account { id } paymentMethod { id } payUrl
        bankDetails { beneficiaryName iban bic bankName reference } createdAt updatedAt
      } }
      rates { currencyCode }
    }`)
    expect(data.rates).toHaveLength(2)
    return { it: data.deposits?.nodes[0] ?? null, codes: errors.map(({ extensions }) => extensions.code) }
  }

  test('is read whole', async () => {
    expect(await read(deposit({ status: 'PAID', redirectUrl: 'https://example.com/pay' }))).toEqual({
      it: {
        id: 'Deposit:D1',
        status: 'PAID',
        statusText: 'PAID',
        amount: '250.00',
        feeAmount: '1.50',
        receiveAmount: '248.50',
        currencyCode: 'EUR',
        account: { id: 'Account:A1' },
        paymentMethod: { id: 'PaymentMethod:sepa-deposit-eur' },
        payUrl: 'https://example.com/pay',
        bankDetails: {
          beneficiaryName: 'Example Beneficiary',
          iban: 'LT601010012345678901',
          bic: 'EXAMLT21',
          bankName: 'Example Bank',
          reference: 'SC-250310-77',
        },
        createdAt: '2026-03-09T14:30:00.000Z',
        updatedAt: '2026-03-09T14:30:00.000Z',
      },
      codes: [],
    })
  })

  test('is read by its shorter names, without what is optional, with a number for an id and an unknown word', async () => {
    const row = { id: raw('9007199254740993'), status: 'ON_HOLD', amount: '1e-7', currency: 'EUR', colour: 'red' }
    expect(await read(row)).toEqual({
      it: {
        id: 'Deposit:9007199254740993',
        status: 'UNRECOGNIZED',
        statusText: 'ON_HOLD',
        amount: '0.0000001',
        feeAmount: null,
        receiveAmount: null,
        currencyCode: 'EUR',
        account: null,
        paymentMethod: null,
        payUrl: null,
        bankDetails: null,
        createdAt: null,
        updatedAt: null,
      },
      codes: [],
    })
  })

  test('has of its bank details what is there', async () => {
    const { it } = await read(deposit({ bankDetails: { iban: '', reference: raw('100000000000000001') } }))
    expect(it).toMatchObject({
      bankDetails: { beneficiaryName: null, iban: null, bic: null, bankName: null, reference: '100000000000000001' },
    })
  })

  test.each([
    ['depositId', undefined],
    ['status', undefined],
    ['amount', undefined],
    ['currencyCode', undefined],
    ['feeAmount', 'free'],
    ['receiveAmount', {}],
    ['bankDetails', 'IBAN LT60'],
    ['bankDetails', { iban: {} }],
    ['createdAt', 'today'],
  ])('whose %s is %j fails the list, and takes no neighbour', async (name, value) => {
    expect(await read(deposit({ [name]: value }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
  })

  test('is read by its id, percent-encoded in the path', async () => {
    gateway.upstream.routes({ 'GET /deposits/{id}': { body: deposit({ depositId: 'a b/ü%+' }) } })
    const { data } = await gateway.ask('{ deposit(id: "Deposit:a b/ü%+") { id } }')
    expect(data).toEqual({ deposit: { id: 'Deposit:a b/ü%+' } })
    expect(gateway.upstream.requests.at(-1)?.path).toBe('/deposits/a%20b%2F%C3%BC%25%2B')
  })

  test('of another type, or no id at all, is refused by its path, and nothing is sent', async () => {
    for (const id of ['CryptoDeposit:1', 'PaymentMethod:1', '1', 'Deposit:']) {
      const { errors } = await gateway.ask('query ($id: ID!) { deposit(id: $id) { id } }', { id })
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
    }
    expect(gateway.upstream.requests).toEqual([])
  })
})

test('a list of deposits is asked for by all of its filter', async () => {
  await gateway.ask(`{ deposits(first: 10, filter: {
    status: PENDING, currency: "EUR", from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"
  }) { totalCount } }`)
  expect(Object.fromEntries(gateway.upstream.requests.at(-1)?.query ?? [])).toEqual({
    page: '1',
    size: '10',
    status: 'PENDING',
    currencyCode: 'EUR',
    dateFrom: '2026-01-01T00:00:00.000Z',
    dateTo: '2026-02-01T00:00:00.000Z',
  })
})

describe('the payment method of a deposit', () => {
  const query = '{ deposits { nodes { id paymentMethod { name limitsCode } } } }'

  test('is found in the list of all, which is one call for all deposits and for the root field beside them', async () => {
    gateway.upstream.routes({
      'GET /deposits': {
        body: page(deposit(), deposit({ depositId: 'D2', paymentMethodId: 7 }), deposit({ depositId: 'D3' })),
      },
      'GET /payment-methods': {
        body: [
          paymentMethod(),
          paymentMethod({ paymentMethodId: raw('7'), name: 'Card', currencyCodes: ['EUR', 'USD'] }),
        ],
      },
    })
    const { data } = await gateway.ask(`{ ${query.slice(1, -1)} paymentMethods { id } }`)
    expect(data.deposits.nodes.map((each: { paymentMethod: unknown }) => each.paymentMethod)).toEqual([
      { name: 'SEPA transfer', limitsCode: 'EUR' },
      { name: 'Card', limitsCode: null },
      { name: 'SEPA transfer', limitsCode: 'EUR' },
    ])
    expect(gateway.upstream.count('GET /payment-methods')).toBe(1)
  })

  test('that is no longer listed is null, and so is one that is not told, which costs nothing', async () => {
    gateway.upstream.routes({ 'GET /deposits': { body: [deposit({ paymentMethodId: 'gone' })] } })
    expect((await gateway.ask(query)).data.deposits.nodes).toEqual([{ id: 'Deposit:D1', paymentMethod: null }])
    gateway.upstream.requests.length = 0
    gateway.upstream.routes({ 'GET /deposits': { body: [deposit({ paymentMethodId: null })] } })
    expect((await gateway.ask(query)).data.deposits.nodes).toEqual([{ id: 'Deposit:D1', paymentMethod: null }])
    expect(gateway.upstream.count('GET /payment-methods')).toBe(0)
  })

  test('that cannot be read is null with an error of its own', async () => {
    gateway.upstream.routes({ 'GET /payment-methods': { status: 403, body: {} } })
    const { data, errors } = await gateway.ask(query)
    expect(data.deposits.nodes).toEqual([{ id: 'Deposit:D1', paymentMethod: null }])
    expect(errors).toMatchObject([
      {
        path: ['deposits', 'nodes', 0, 'paymentMethod'],
        extensions: { code: 'FORBIDDEN', scope: 'payment-method:read' },
      },
    ])
  })
})
