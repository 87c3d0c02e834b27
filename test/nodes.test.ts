// Anything by its global id, alone and among others.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import {
  bankWithdrawal,
  eWalletWithdrawal,
  exchange,
  merchantCallback,
  merchantTransaction,
  order,
  preorder,
  project,
  raw,
  transaction,
  voucherWithdrawal,
  walletRoutes,
  withdrawal,
  withdrawalWithExchange,
} from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream({
    ...walletRoutes,
    'GET /accounts/A1/transactions/T1': { body: transaction() },
    'GET /exchanges/pairs': { body: [{ exchangePairId: 'p', payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }] },
    'POST /exchanges': { body: exchange() },
  })
  gateway = await startTestGateway(upstream.env)
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }'
const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }'
const EXCHANGE = `mutation ($key: ID!) { createExchange(input: {
  idempotencyKey: $key, payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
}) { __typename } }`

test.each([
  ['Account:A1', 'GET /accounts/A1'],
  ['Transaction:A1/T1', 'GET /accounts/A1/transactions/T1'],
  ['Currency:BTC', 'GET /currencies'],
  ['ExchangePair:p', 'GET /exchanges/pairs'],
  ['Exchange:E1', 'GET /exchanges/E1'],
  ['CryptoWithdrawal:W1', 'GET /withdrawals/crypto/W1'],
  ['BankWithdrawal:B1', 'GET /withdrawals/bank/B1'],
  ['EWalletWithdrawal:E1', 'GET /withdrawals/e-wallet/E1'],
  ['VoucherWithdrawal:V1', 'GET /withdrawals/voucher/V1'],
  ['WithdrawalWithExchange:X1', 'GET /withdrawals/with-exchange/X1'],
  ['Deposit:D1', 'GET /deposits/D1'],
  ['CryptoDeposit:C1', 'GET /deposits/crypto/C1'],
  ['GiftCard:steam-eur', 'GET /gift-cards/steam-eur'],
  ['GiftCardPurchase:G1', 'GET /purchases/gift-cards/G1'],
  ['Project:J1', 'GET /merchants/projects/J1'],
  ['Preorder:P1', 'GET /merchants/preorders/P1'],
  ['Order:O1', 'GET /merchants/orders/O1'],
  ['MerchantTransaction:M1', 'GET /merchants/transactions/M1'],
  ['MerchantCallback:C1', 'GET /merchants/callbacks/C1'],
])('%s is read by one call', async (id, route) => {
  const { data, errors } = await gateway.ask(NODE, { id })
  expect(errors).toBeUndefined()
  expect(data).toEqual({ node: { __typename: id.split(':')[0], id } })
  expect(
    upstream.requests.map(({ method, path }) => `${method} ${path}`).filter((each) => !each.includes('/oauth')),
  ).toEqual([route])
})

test.each(['k', 'payout 881/ü', 'a:b'])('a money operation under the key %s is read by no call at all', async (key) => {
  await gateway.ask(EXCHANGE, { key })
  upstream.requests.length = 0
  const id = `MoneyOperation:${key}`
  expect((await gateway.ask(NODE, { id })).data).toEqual({ node: { __typename: 'MoneyOperation', id } })
  expect(upstream.requests).toEqual([])
})

test.each([
  'Account:9',
  'Transaction:A1/9',
  'Currency:XYZ',
  'ExchangePair:9',
  'Exchange:9',
  'CryptoWithdrawal:9',
  'BankWithdrawal:9',
  'EWalletWithdrawal:9',
  'VoucherWithdrawal:9',
  'WithdrawalWithExchange:9',
  'Deposit:9',
  'CryptoDeposit:9',
  'GiftCard:9',
  'GiftCardPurchase:9',
  'Project:9',
  'Preorder:9',
  'Order:9',
  'MerchantTransaction:9',
  'MerchantCallback:9',
  'MoneyOperation:9',
])('%s is null where there is no such thing', async (id) => {
  if (id.startsWith('Transaction')) upstream.routes({ 'GET /accounts/A1/transactions': { body: [] } })
  const { data, errors } = await gateway.ask(NODE, { id })
  expect(errors).toBeUndefined()
  expect(data).toEqual({ node: null })
})

test.each([
  '',
  'A1',
  ':A1',
  'account:A1',
  'Rate:BTC-EUR',
  'DepositAddress:L1',
  'PaymentMethod:sepa-deposit-eur',
  'Query:1',
  '__proto__:1',
  'constructor:1',
  'Exchange:',
  'Exchange:..',
  'MoneyOperation: ',
])('%j is refused by its path, and nothing is sent', async (id) => {
  const { data, errors } = await gateway.ask(NODE, { id })
  expect(data).toEqual({ node: null })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
  expect(upstream.requests).toEqual([])
})

const NOUNS = [
  ['Exchange', '/exchanges', (id: unknown) => exchange({ exchangeId: id })],
  ['CryptoWithdrawal', '/withdrawals/crypto', (id: unknown) => withdrawal({ id })],
  ['BankWithdrawal', '/withdrawals/bank', (id: unknown) => bankWithdrawal({ id })],
  ['EWalletWithdrawal', '/withdrawals/e-wallet', (id: unknown) => eWalletWithdrawal({ id })],
  ['VoucherWithdrawal', '/withdrawals/voucher', (id: unknown) => voucherWithdrawal({ id })],
  ['WithdrawalWithExchange', '/withdrawals/with-exchange', (id: unknown) => withdrawalWithExchange({ id })],
  ['Project', '/merchants/projects', (id: unknown) => project({ id })],
  ['Preorder', '/merchants/preorders', (id: unknown) => preorder({ id })],
  ['Order', '/merchants/orders', (id: unknown) => order({ id })],
  ['MerchantTransaction', '/merchants/transactions', (id: unknown) => merchantTransaction({ id })],
  ['MerchantCallback', '/merchants/callbacks', (id: unknown) => merchantCallback({ id })],
] as const
const ODD_IDS = ['a/b', '../E1', 'a b', 'a+b', '100%25', 'a?b#c', 'a:b', "!'()*", 'užsakymas-₿-😀']
test.each(NOUNS.flatMap((noun) => ODD_IDS.map((id) => [...noun, id] as const)))(
  '%s below %s: $3 comes back as it is, as one segment of the path',
  async (type, path, row, id) => {
    upstream.routes({ [`GET ${path}/{id}`]: { body: row(id) } })
    expect((await gateway.ask(NODE, { id: `${type}:${id}` })).data).toEqual({
      node: { __typename: type, id: `${type}:${id}` },
    })
    expect(upstream.requests.at(-1)?.path).toBe(`${path}/${encodeURIComponent(id)}`)
  },
)

test.each(NOUNS)('%s below %s has its id from a number with each of its digits', async (type, path, row) => {
  upstream.routes({ [`GET ${path}/{id}`]: { body: row(raw('12345678901234567890')) } })
  const id = `${type}:12345678901234567890`
  expect((await gateway.ask(NODE, { id })).data).toEqual({ node: { __typename: type, id } })
})

test('a bad, an unknown and a failing id are null among good ones, each error at its place', async () => {
  upstream.routes({ 'GET /merchants/orders/O9': { status: 500, body: '' } })
  const ids = ['Exchange:E1', 'nonsense', 'Exchange:9', 'Order:O9', 'Project:J1', 'MoneyOperation: ', 'Exchange:E1']
  const { data, errors } = await gateway.ask(NODES, { ids })
  expect(data.nodes.map((node: { id: string } | null) => node?.id ?? null)).toEqual([
    'Exchange:E1',
    null,
    null,
    null,
    'Project:J1',
    null,
    'Exchange:E1',
  ])
  const told = errors?.map(({ path, extensions }) => [path?.at(-1), extensions.code, extensions['argument']])
  expect(told?.sort()).toEqual([
    [1, 'BAD_USER_INPUT', 'ids.1'],
    [3, 'UPSTREAM_UNAVAILABLE', undefined],
    [5, 'BAD_USER_INPUT', 'ids.5'],
  ])
  expect(upstream.count('GET /exchanges/E1')).toBe(1)
})

test('several accounts are read by the one call that lists them', async () => {
  const { data } = await gateway.ask(NODES, { ids: ['Account:A1', 'Account:A2', 'Account:A3'] })
  expect(data.nodes.map((node: { id: string } | null) => node?.id ?? null)).toEqual(['Account:A1', 'Account:A2', null])
  expect(upstream.requests.filter(({ path }) => path.startsWith('/accounts')).map(({ path }) => path)).toEqual([
    '/accounts',
  ])
})

test('more than a hundred ids are refused, and nothing is sent', async () => {
  const { errors } = await gateway.ask(NODES, { ids: Array.from({ length: 101 }, (_, index) => `Order:${index}`) })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'ids' })
  expect(upstream.requests).toEqual([])
})
