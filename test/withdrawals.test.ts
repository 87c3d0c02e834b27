// What holds for withdrawals of each kind: read, listed, made once, refused, and left open.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import {
  bankWithdrawal,
  eWalletWithdrawal,
  page,
  raw,
  voucherWithdrawal,
  walletRoutes,
  withdrawal,
  withdrawalWithExchange,
} from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(walletRoutes)
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

interface Kind {
  readonly kind: string
  readonly type: string
  readonly path: string
  readonly row: (more?: Row) => Row
  readonly scope: string
  readonly mutation: string
  readonly input: Row
  /** What is sent for the input, without the externalId. */
  readonly body: Row
  /** Changes of the input by which it is another one. */
  readonly others: readonly Row[]
}

const IBAN = 'LT601010012345678901'
const plain = { from: { currency: 'EUR' }, amount: '50.00' }
const KINDS: readonly Kind[] = [
  {
    kind: 'CRYPTO',
    type: 'CryptoWithdrawal',
    path: '/withdrawals/crypto',
    row: withdrawal,
    scope: 'withdraw-crypto',
    mutation: 'createCryptoWithdrawal',
    input: { ...plain, address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' },
    body: {
      currencyCode: 'EUR',
      amount: '50.00',
      feeIncluded: false,
      address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    },
    others: [
      { feeIncluded: true },
      { address: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq' },
      { network: 'BTC' },
      { memo: '1' },
    ],
  },
  {
    kind: 'BANK',
    type: 'BankWithdrawal',
    path: '/withdrawals/bank',
    row: bankWithdrawal,
    scope: 'withdraw-bank',
    mutation: 'createBankWithdrawal',
    input: { ...plain, type: 'SEPA', beneficiaryName: 'Harbour Books UAB', iban: IBAN },
    body: {
      currencyCode: 'EUR',
      amount: '50.00',
      feeIncluded: false,
      type: 'SEPA',
      beneficiaryName: 'Harbour Books UAB',
      iban: IBAN,
    },
    others: [
      { feeIncluded: true },
      { type: 'SEPA_INSTANT' },
      { beneficiaryName: 'Other' },
      { iban: 'DE89370400440532013000' },
      { iban: null, accountNumber: IBAN },
      { bic: 'EXAMLT21' },
      { beneficiaryAddress: 'Pier 1' },
      { beneficiaryCountryCode: 'LT' },
      { reference: 'Payout 881' },
    ],
  },
  {
    kind: 'E_WALLET',
    type: 'EWalletWithdrawal',
    path: '/withdrawals/e-wallet',
    row: eWalletWithdrawal,
    scope: 'withdraw-e-wallet',
    mutation: 'createEWalletWithdrawal',
    input: { ...plain, provider: 'skrill', recipient: 'reader@example.com' },
    body: {
      currencyCode: 'EUR',
      amount: '50.00',
      feeIncluded: false,
      provider: 'skrill',
      recipient: 'reader@example.com',
    },
    others: [{ feeIncluded: true }, { provider: 'neteller' }, { recipient: 'writer@example.com' }],
  },
  {
    kind: 'VOUCHER',
    type: 'VoucherWithdrawal',
    path: '/withdrawals/voucher',
    row: voucherWithdrawal,
    scope: 'withdraw-voucher',
    mutation: 'createVoucherWithdrawal',
    input: { ...plain, provider: 'flexepin' },
    body: { currencyCode: 'EUR', amount: '50.00', provider: 'flexepin' },
    others: [{ provider: 'other' }],
  },
  {
    kind: 'WITH_EXCHANGE',
    type: 'WithdrawalWithExchange',
    path: '/withdrawals/with-exchange',
    row: withdrawalWithExchange,
    scope: 'withdraw-with-exchange',
    mutation: 'createWithdrawalWithExchange',
    input: {
      from: { currency: 'EUR' },
      receiveCode: 'BTC',
      amount: { payAmount: '50.00' },
      method: { crypto: { address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' } },
    },
    body: {
      payCurrencyCode: 'EUR',
      receiveCurrencyCode: 'BTC',
      payAmount: '50.00',
      method: { type: 'CRYPTO', address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' },
    },
    others: [
      { receiveCode: 'ETH' },
      { amount: { receiveAmount: '50' } },
      { method: { crypto: { address: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq' } } },
      { method: { crypto: { address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', memo: '1' } } },
      { method: { eWallet: { provider: 'skrill', recipient: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' } } },
      { minReceiveAmount: '1' },
      { maxPayAmount: '60' },
    ],
  },
]
const amountOf = ({ kind }: Kind, amount: string): Row => ({
  amount: kind === 'WITH_EXCHANGE' ? { payAmount: amount } : amount,
})

describe.each(KINDS.map((each) => [each.kind, each] as const))('of kind %s', (kind, each) => {
  const { type, path, row, scope, mutation, body } = each
  const CREATE = `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) { result: ${mutation}(input: $input) {
    __typename
    ... on Withdrawal { id kind statusText }
    ... on InvalidInput { path upstreamCode }
    ... on InsufficientFunds { availableCode }
    ... on DestinationRejected { field }
  } }`
  const input = { idempotencyKey: 'k', ...each.input }
  async function create(more: object = {}): Promise<Record<string, unknown>> {
    const { data, errors } = await gateway.ask(CREATE, { input: { ...input, ...more } })
    expect(errors).toBeUndefined()
    return data.result
  }
  const posts = (): Record<string, unknown>[] =>
    gateway.upstream.requests
      .filter((request) => request.method === 'POST' && request.path === path)
      .map((request) => JSON.parse(request.body) as Record<string, unknown>)

  async function list(rows: readonly Row[], args = ''): Promise<{ nodes: Row[] | null; codes: unknown[] }> {
    gateway.upstream.routes({ [`GET ${path}`]: { body: page(...rows) } })
    const { data, errors = [] } = await gateway.ask(`{
      withdrawals(kind: ${kind}${args}) { nodes {
        __typename id kind status statusText withdrawAmount feeAmount currencyCode receiveAmount receiveCode
        failureReason createdAt updatedAt account { id }
      } }
      rates { currencyCode }
    }`)
    expect(data.rates).toHaveLength(2)
    return { nodes: data.withdrawals?.nodes ?? null, codes: errors.map(({ extensions }) => extensions.code) }
  }

  test('is listed from its own path, with the filter in the names of the upstream', async () => {
    const filter =
      ', first: 2, filter: { status: PAID, currency: "EUR", from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }'
    const { nodes, codes } = await list([row({ id: 'a b/ü%+' })], filter)
    expect(codes).toEqual([])
    expect(nodes).toMatchObject([{ __typename: type, id: `${type}:a b/ü%+`, kind, statusText: row()['status'] }])
    const [request] = gateway.upstream.requests.filter((asked) => asked.path === path)
    expect(Object.fromEntries(request?.query ?? [])).toMatchObject({
      status: 'PAID',
      currencyCode: 'EUR',
      dateFrom: '2026-01-01T00:00:00.000Z',
      dateTo: '2026-02-01T00:00:00.000Z',
    })
  })

  test('is read in any habit: numbers as text, an id as a number, an unknown status with its word', async () => {
    const { nodes } = await list([
      row({
        id: raw('9007199254740993'),
        status: 'ON_HOLD',
        withdrawAmount: '1.10',
        feeAmount: raw('1e-1'),
        receiveAmount: '1.00',
        failureReason: 'Closed',
        createdAt: '1764586800000',
        extra: { of: ['any', 'form'] },
      }),
    ])
    expect(nodes).toMatchObject([
      {
        id: `${type}:9007199254740993`,
        status: 'UNRECOGNIZED',
        statusText: 'ON_HOLD',
        withdrawAmount: '1.10',
        feeAmount: '0.1',
        receiveAmount: '1.00',
        failureReason: 'Closed',
        createdAt: '2025-12-01T11:00:00.000Z',
      },
    ])
  })

  test('is read without what is optional', async () => {
    const { nodes, codes } = await list([
      row({ accountId: null, feeAmount: undefined, createdAt: '', failureReason: null }),
    ])
    expect(codes).toEqual([])
    expect(nodes).toMatchObject([
      { account: null, feeAmount: null, createdAt: null, failureReason: null, updatedAt: null },
    ])
  })

  test.each(['id', 'status', 'currencyCode', 'withdrawAmount', 'receiveAmount'])(
    'fails its list without its %s, and takes no neighbour',
    async (name) => {
      expect(await list([row({ [name]: undefined })])).toEqual({ nodes: null, codes: ['UPSTREAM_INVALID'] })
    },
  )

  test.each([
    ['feeAmount', 'free'],
    ['createdAt', 'today'],
  ])('fails its list with a garbled %s', async (name, value) => {
    expect(await list([row({ [name]: value })])).toEqual({ nodes: null, codes: ['UPSTREAM_INVALID'] })
  })

  test('is read by its id with one call, and null where it is unknown', async () => {
    const id = String(row()['id'])
    const query = 'query ($id: ID!) { withdrawal(id: $id) { __typename id kind } }'
    expect((await gateway.ask(query, { id: `${type}:${id}` })).data).toEqual({
      withdrawal: { __typename: type, id: `${type}:${id}`, kind },
    })
    expect(gateway.upstream.requests.map((request) => request.path)).toEqual(['/oauth/token', `${path}/${id}`])
    const { data, errors } = await gateway.ask(query, { id: `${type}:none` })
    expect(errors).toBeUndefined()
    expect(data).toEqual({ withdrawal: null })
  })

  test('says which scope its reading takes', async () => {
    gateway.upstream.routes({ [`GET ${path}`]: { status: 403, body: '' } })
    const { data, errors } = await gateway.ask(`{ withdrawals(kind: ${kind}) { totalCount } }`)
    expect(data).toEqual({ withdrawals: null })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: `${scope}:read` })
  })

  describe('made', () => {
    beforeEach(() => gateway.upstream.routes({ [`POST ${path}`]: { body: row() } }))

    test('sends the amount digit for digit with a word of at most 64 characters to find it by', async () => {
      expect(await create()).toEqual({
        __typename: type,
        id: `${type}:${String(row()['id'])}`,
        kind,
        statusText: row()['status'],
      })
      expect(posts()).toEqual([{ ...body, externalId: expect.stringMatching(/^[\w-]{1,64}$/) }])
    })

    test('leaves an account that is named by its id, with a note', async () => {
      await create({ from: { accountId: 'Account:a/ü 1' }, description: 'Rent "May"' })
      const name = kind === 'WITH_EXCHANGE' ? 'payAccountId' : 'accountId'
      expect(posts()).toMatchObject([{ [name]: 'a/ü 1', description: 'Rent "May"' }])
      expect(Object.keys(posts()[0] ?? {}).filter((key) => /^(pay)?(C|c)urrencyCode$/.test(key))).toEqual([])
    })

    test('is sent once for a key: 50.00 is 50, and the first answer is given again', async () => {
      const first = await create()
      expect(await create(amountOf(each, '50'))).toEqual(first)
      expect(await create(amountOf(each, '50.0'))).toEqual(first)
      expect(posts()).toHaveLength(1)
      const { data } = await gateway.ask(
        '{ operation(idempotencyKey: "k") { mutation state replays result { __typename ... on Node { id } } } }',
      )
      expect(data.operation).toEqual({
        mutation,
        state: 'SUCCEEDED',
        replays: 2,
        result: { __typename: type, id: first['id'] },
      })
    })

    test.each([
      ...each.others,
      amountOf(each, '50.01'),
      { from: { currency: 'USD' } },
      { from: { accountId: 'Account:A1' } },
      { description: 'another' },
    ])('is another one by %j: the key refuses, and nothing is sent', async (more) => {
      await create()
      const sent = gateway.upstream.requests.length
      expect(await create(more)).toMatchObject({ __typename: 'IdempotencyConflict' })
      expect(gateway.upstream.requests).toHaveLength(sent)
    })

    test.each([
      ['ACC_1', 'Id', { __typename: 'InsufficientFunds', availableCode: 'EUR' }],
      ['AMT_2', 'amount', { __typename: 'AmountOutOfRange' }],
      ['WDR_2', 'unheard', { __typename: 'DestinationRejected', field: 'input' }],
      ['GEN_5', 'description', { __typename: 'InvalidInput', path: ['input', 'description'], upstreamCode: 'GEN_5' }],
      ['EXC_1', 'Id', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'EXC_1' }],
    ])('and refused by %s about %s is its type, remembered', async (errorCode, key, expected) => {
      const refusal = { errorCode, errorParameters: [{ key, value: 'v' }] }
      gateway.upstream.routes({ [`POST ${path}`]: { status: 400, body: refusal } })
      expect(await create()).toEqual(expected)
      gateway.upstream.routes({ [`POST ${path}`]: { body: row() } })
      expect(await create()).toEqual(expected)
      expect(posts()).toHaveLength(1)
    })

    test('and forbidden says the scope that it takes', async () => {
      gateway.upstream.routes({ [`POST ${path}`]: { status: 403, body: '' } })
      const { data, errors } = await gateway.ask(CREATE, { input })
      expect(data).toEqual({ result: null })
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: `${scope}:create` })
    })

    test.each([
      [amountOf(each, '0.00'), kind === 'WITH_EXCHANGE' ? 'input.amount.payAmount' : 'input.amount'],
      [amountOf(each, '-1'), kind === 'WITH_EXCHANGE' ? 'input.amount.payAmount' : 'input.amount'],
      [{ from: { accountId: 'Order:1' } }, 'input.from.accountId'],
      [{ from: { currency: 'eur' } }, 'input.from.currency'],
      [{ description: 'x'.repeat(141) }, 'input.description'],
      [{ description: ' ' }, 'input.description'],
      [{ idempotencyKey: ' ' }, 'input.idempotencyKey'],
    ])('with %j is refused by its path, and nothing is sent', async (more, argument) => {
      const { errors } = await gateway.ask(CREATE, { input: { ...input, ...more } })
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
      expect(gateway.upstream.requests).toEqual([])
    })
  })
})

test.each(['Exchange:E1', 'Withdrawal:W1', 'BANK:B1', 'constructor:1', 'BankWithdrawal:..'])(
  'the id %s is none of a withdrawal, and nothing is sent',
  async (id) => {
    const { data, errors } = await gateway.ask('query ($id: ID!) { withdrawal(id: $id) { id } }', { id })
    expect(data).toEqual({ withdrawal: null })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
    expect(gateway.upstream.requests).toEqual([])
  },
)

describe('a fee', () => {
  const FEES = [
    ['cryptoWithdrawalFee', '/withdrawals/crypto/fee', 'network: "BTC"', { networkCode: 'BTC' }, 'network'],
    ['bankWithdrawalFee', '/withdrawals/bank/fee', 'type: SEPA_INSTANT', { type: 'SEPA_INSTANT' }, 'type'],
    ['eWalletWithdrawalFee', '/withdrawals/e-wallet/fee', 'provider: "skrill"', { provider: 'skrill' }, 'provider'],
  ] as const
  const fee = (field: string, own: string): string =>
    `{ it: ${field}(input: { currency: "EUR", amount: "250.00", ${own} }) {
      __typename
      ... on WithdrawalFee { feeAmount currencyCode minAmount maxAmount }
      ... on InvalidInput { path }
    } }`

  test.each(FEES)('by %s is read with its bounds, by what was asked for', async (field, path, own, query) => {
    gateway.upstream.routes({ [`GET ${path}`]: { body: { feeAmount: raw('5e-1'), minAmount: '10', maxAmount: null } } })
    expect((await gateway.ask(fee(field, own))).data.it).toEqual({
      __typename: 'WithdrawalFee',
      feeAmount: '0.5',
      currencyCode: 'EUR',
      minAmount: '10',
      maxAmount: null,
    })
    const asked = gateway.upstream.requests.find((request) => request.path === path)?.query
    expect(Object.fromEntries(asked ?? [])).toEqual({ currencyCode: 'EUR', amount: '250.00', ...query })
  })

  test.each(FEES)('by %s may be taken in another currency, which is told', async (field, path, own) => {
    gateway.upstream.routes({ [`GET ${path}`]: { body: { feeAmount: '2', currencyCode: 'USDT' } } })
    expect((await gateway.ask(fee(field, own))).data.it).toMatchObject({ feeAmount: '2', currencyCode: 'USDT' })
  })

  test.each(FEES)('by %s that is refused is its type', async (field, path, own, query, name) => {
    const refuse = (errorCode: string, key: string) => ({
      status: 400,
      body: { errorCode, errorParameters: [{ key, value: 'v' }] },
    })
    gateway.upstream.routes({ [`GET ${path}`]: refuse('AMT_2', 'amount') })
    expect((await gateway.ask(fee(field, own))).data.it).toEqual({ __typename: 'AmountOutOfRange' })
    gateway.upstream.routes({ [`GET ${path}`]: refuse('GEN_5', Object.keys(query)[0] ?? '') })
    expect((await gateway.ask(fee(field, own))).data.it).toEqual({ __typename: 'InvalidInput', path: ['input', name] })
  })

  test.each([
    ['bankWithdrawalFee', 'type: UNRECOGNIZED', 'input.type'],
    ['bankWithdrawalFee', 'amount: "0"', 'input.amount'],
    ['eWalletWithdrawalFee', 'provider: ""', 'input.provider'],
    ['cryptoWithdrawalFee', 'network: ""', 'input.network'],
  ])('by %s of %s is refused by its path, and nothing is sent', async (field, own, argument) => {
    const { errors } = await gateway.ask(`{ ${field}(input: { currency: "EUR", ${own} }) { __typename } }`)
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(gateway.upstream.requests).toEqual([])
  })
})
