// Refusals of the upstream: null where there is no such thing, else an error of the closed list with the upstream's own code.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BODY_CANARY, HEADER_CANARY, PATIENT, startWatchedGateway } from './support/canaries.ts'
import { walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Reply } from './support/upstream.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(walletRoutes, PATIENT)
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const house = (errorCode: string, key: string): object => ({
  errorCode,
  category: 'validation',
  key,
  defaultMessage: BODY_CANARY,
  spanId: '5b1d0e2f77c94a10',
  traceId: '9c3e81a4d2076fbb',
  errorParameters: [{ key: 'Id', value: BODY_CANARY }],
})
const short = (errorCode: string): object => ({
  errorCode: `${errorCode} - ${BODY_CANARY}`,
  defaultMessage: BODY_CANARY,
  spanId: '5b1d0e2f77c94a10',
  traceId: '9c3e81a4d2076fbb',
})
const html = { body: `<html>${BODY_CANARY}</html>`, headers: { 'content-type': 'text/html', server: HEADER_CANARY } }

const FIELDS: [string, string, string][] = [
  ['account', 'GET /accounts/A1', '{ it: account(id: "Account:A1") { id } rates { currencyCode } }'],
  ['exchange', 'GET /exchanges/E1', '{ it: exchange(id: "Exchange:E1") { id } rates { currencyCode } }'],
  [
    'withdrawal',
    'GET /withdrawals/crypto/W1',
    '{ it: withdrawal(id: "CryptoWithdrawal:W1") { id } rates { currencyCode } }',
  ],
  ['deposit', 'GET /deposits/D1', '{ it: deposit(id: "Deposit:D1") { id } rates { currencyCode } }'],
  [
    'crypto deposit',
    'GET /deposits/crypto/C1',
    '{ it: cryptoDeposit(id: "CryptoDeposit:C1") { id } rates { currencyCode } }',
  ],
  [
    'gift card',
    'GET /gift-cards/steam-eur',
    '{ it: giftCard(id: "GiftCard:steam-eur") { id } rates { currencyCode } }',
  ],
  [
    'purchase',
    'GET /purchases/gift-cards/G1',
    '{ it: giftCardPurchase(id: "GiftCardPurchase:G1") { id } rates { currencyCode } }',
  ],
  ['project', 'GET /merchants/projects/J1', '{ it: project(id: "Project:J1") { id } rates { currencyCode } }'],
  ['preorder', 'GET /merchants/preorders/P1', '{ it: preorder(id: "Preorder:P1") { id } rates { currencyCode } }'],
  ['order', 'GET /merchants/orders/O1', '{ it: order(id: "Order:O1") { id } rates { currencyCode } }'],
  [
    'merchantTransaction',
    'GET /merchants/transactions/M1',
    '{ it: merchantTransaction(id: "MerchantTransaction:M1") { id } rates { currencyCode } }',
  ],
  [
    'merchantCallback',
    'GET /merchants/callbacks/C1',
    '{ it: merchantCallback(id: "MerchantCallback:C1") { id } rates { currencyCode } }',
  ],
]

async function read(reply: Reply, [, route, query]: [string, string, string] = FIELDS[0] as never, tries = 1) {
  gateway.upstream.routes({ [route]: reply })
  const { data, errors } = await gateway.ask(query)
  expect(data.rates).toHaveLength(2)
  expect(gateway.upstream.count(route)).toBe(tries)
  return { it: data.it as unknown, error: errors?.[0] }
}

describe('an unknown id', () => {
  const unknown: [string, Reply][] = [
    ['404 with the house body', { status: 404, body: house('GEN_8', 'entity_not_found') }],
    ['404 with the short body', { status: 404, body: short('GEN_8') }],
    ['404 with nothing', { status: 404, body: '' }],
    [
      '404 with another JSON',
      { status: 404, body: { timestamp: 1, status: 404, error: 'Not Found', path: BODY_CANARY } },
    ],
    ['404 with another code', { status: 404, body: house('ACC_2', 'account_not_found') }],
    ['400 with the documented key', { status: 400, body: house('GEN_8', 'entity_not_found') }],
    ['400 with the documented code alone', { status: 400, body: short('GEN_8') }],
  ]
  test.each(unknown.flatMap(([form, reply]) => FIELDS.map((field) => [field[0], form, reply, field] as const)))(
    'of %s told by a %s is null without an error',
    async (_noun, _form, reply, field) => {
      expect(await read(reply, [...field])).toEqual({ it: null, error: undefined })
    },
  )

  test.each([
    ['an HTML page', { status: 404, ...html }],
    ['a text', { status: 404, body: `no Route matched with those values ${BODY_CANARY}` }],
  ])('is not told by a 404 with %s: that is the word of some proxy', async (_what, reply) => {
    expect((await read(reply)).error?.extensions).toMatchObject({ code: 'UPSTREAM_INVALID' })
  })
})

test.each<[string, Reply, Record<string, unknown>]>([
  [
    '400 with the house body',
    { status: 400, body: house('GEN_5', 'parameter_invalid') },
    { upstreamCode: 'GEN_5', upstreamKey: 'parameter_invalid', traceId: '9c3e81a4d2076fbb' },
  ],
  [
    '400 with the short body',
    { status: 400, body: short('GEN_4') },
    { upstreamCode: 'GEN_4', traceId: '9c3e81a4d2076fbb' },
  ],
  ['400 with nothing', { status: 400, body: '' }, {}],
  ['400 with HTML', { status: 400, ...html }, {}],
  [
    '422 with the short body',
    { status: 422, body: short('GEN_6') },
    { upstreamCode: 'GEN_6', traceId: '9c3e81a4d2076fbb' },
  ],
  [
    '400 with a code that is no code',
    { status: 400, body: { errorCode: `<${BODY_CANARY}>`, key: [], traceId: {} } },
    {},
  ],
  ['400 with a list', { status: 400, body: [{ code: 1, message: BODY_CANARY }] }, {}],
])('%s is UPSTREAM_REJECTED', async (_form, reply, details) => {
  const { it, error } = await read(reply)
  expect(it).toBeNull()
  expect(error?.extensions).toEqual({
    code: 'UPSTREAM_REJECTED',
    requestId: error?.extensions['requestId'],
    ...details,
  })
})

test.each<[string, Record<string, string>, number]>([
  ['without Retry-After', {}, 2],
  ['with seconds', { 'retry-after': '17' }, 17],
  ['with no seconds at all', { 'retry-after': '0' }, 2],
  ['with a date that has passed', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 2],
  ['with a date far ahead', { 'retry-after': 'Fri, 31 Dec 2100 07:28:00 GMT' }, 3600],
  ['with days of seconds', { 'retry-after': '864000' }, 3600],
  ['with nonsense', { 'retry-after': `soon ${HEADER_CANARY}` }, 2],
])('a 429 %s is RATE_LIMITED and says when to come again', async (_form, headers, retryAfter) => {
  await gateway.close()
  // Nobody waits for so long, and so it is told at once.
  gateway = await startWatchedGateway(walletRoutes, { ...PATIENT, OPERATION_TIMEOUT_MS: '1500' })
  const { error } = await read({ status: 429, headers, body: house('GEN_7', 'too_many_requests') })
  expect(error?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter, upstreamCode: 'GEN_7' })
})

test.each([500, 502, 503, 504])(
  'a %i is UPSTREAM_UNAVAILABLE after three tries, with the trace of the upstream',
  async (status) => {
    const { error } = await read({ status, body: short('GEN_1') }, FIELDS[0], 3)
    expect(error?.extensions).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      upstreamCode: 'GEN_1',
      traceId: '9c3e81a4d2076fbb',
    })
    const line = gateway.log.find((each) => each.includes('an upstream call failed'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      endpoint: 'accounts.read',
      reason: `status ${status}`,
      paths: ['it'],
      requestId: error?.extensions['requestId'],
    })
  },
)

test.each([
  ['accounts', '{ it: accounts { id } }', 'GET /accounts', 'account:read'],
  [
    'transactions',
    '{ account(id: "Account:A1") { it: transactions { totalCount } } }',
    'GET /accounts/{id}/transactions',
    'account-transaction:read',
  ],
  ['exchanges', '{ it: exchanges { totalCount } }', 'GET /exchanges', 'exchange:read'],
  ['exchangePairs', '{ it: exchangePairs { id } }', 'GET /exchanges/pairs', 'exchange:read'],
  [
    'exchangeQuote',
    '{ it: exchangeQuote(input: { payCode: "EUR", receiveCode: "BTC", amount: { payAmount: "1" } }) { __typename } }',
    'POST /exchanges/calculate',
    'exchange:create',
  ],
  [
    'withdrawals',
    '{ it: withdrawals(kind: CRYPTO) { totalCount } }',
    'GET /withdrawals/crypto',
    'withdraw-crypto:read',
  ],
  [
    'cryptoWithdrawalFee',
    '{ it: cryptoWithdrawalFee(input: { currency: "BTC" }) { __typename } }',
    'GET /withdrawals/crypto/fee',
    'withdraw-crypto:create',
  ],
  ['deposits', '{ it: deposits { totalCount } }', 'GET /deposits', 'deposit:read'],
  ['cryptoDeposits', '{ it: cryptoDeposits { totalCount } }', 'GET /deposits/crypto', 'deposit-crypto:read'],
  [
    'depositAddresses',
    '{ it: depositAddresses { id } }',
    'GET /deposits/crypto/addresses',
    'deposit-crypto-address:read',
  ],
  ['paymentMethods', '{ it: paymentMethods { id } }', 'GET /payment-methods', 'payment-method:read'],
  [
    'giftCardPurchases',
    '{ it: giftCardPurchases { totalCount } }',
    'GET /purchases/gift-cards',
    'purchase-gift-card:read',
  ],
  ['projects', '{ it: projects { totalCount } }', 'GET /merchants/projects', 'merchants-projects:read'],
  [
    'orders',
    '{ it: orders(projectId: "Project:J1") { totalCount } }',
    'GET /merchants/orders',
    'merchants-orders:read',
  ],
  [
    'preorders',
    '{ it: preorders(projectId: "Project:J1") { totalCount } }',
    'GET /merchants/preorders',
    'merchants-preorders:read',
  ],
  [
    'merchantTransactions',
    '{ it: merchantTransactions(projectId: "Project:J1") { totalCount } }',
    'GET /merchants/transactions',
    'merchants-transactions:read',
  ],
  [
    'merchantCallbacks',
    '{ it: merchantCallbacks(projectId: "Project:J1") { totalCount } }',
    'GET /merchants/callbacks',
    'merchants-callbacks:read',
  ],
  [
    'new projects',
    'mutation { it: createProject(input: { name: "x" }) { __typename } }',
    'POST /merchants/projects',
    'merchants-projects:create',
  ],
  [
    'changed projects',
    'mutation { it: updateProject(input: { id: "Project:J1", name: "x" }) { __typename } }',
    'PUT /merchants/projects/J1',
    'merchants-projects:write',
  ],
  [
    'new preorders',
    'mutation { it: createPreorder(input: { projectId: "Project:J1", amount: { pay: { amount: "1", currency: "BTC" } } }) { __typename } }',
    'POST /merchants/preorders',
    'merchants-preorders:create',
  ],
  [
    'new orders',
    'mutation { it: createOrder(input: { projectId: "Project:J1", amount: { pay: { amount: "1", currency: "BTC" } } }) { __typename } }',
    'POST /merchants/orders/create',
    'merchants-orders:create',
  ],
  [
    'new orders of a preorder',
    'mutation { it: createOrderFromPreorder(input: { preorderId: "Preorder:P1", payCode: "BTC" }) { __typename } }',
    'POST /merchants/orders',
    'merchants-orders:create',
  ],
  [
    'payments of an order',
    'mutation { it: payOrder(input: { idempotencyKey: "k", id: "Order:O1", from: { currency: "EUR" } }) { __typename } }',
    'POST /merchants/orders/O1/pay',
    'merchants-orders:pay',
  ],
])('%s without their scope are FORBIDDEN, and the scope is named', async (_noun, query, route, scope) => {
  gateway.upstream.routes({ [route]: { status: 403, body: house('GEN_3', 'access_denied') } })
  const { errors } = await gateway.ask(query)
  expect(errors).toHaveLength(1)
  expect(errors?.[0]?.message).toContain(scope)
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope, upstreamCode: 'GEN_3' })
  expect(gateway.upstream.count(route)).toBe(1)
})

test('a quote and a fee tell a refusal as a result', async () => {
  const refuse = (code: string, key: string): Reply => ({ status: 400, body: house(code, key) })
  gateway.upstream.routes({
    'POST /exchanges/calculate': refuse('EXC_1', 'exchange_pair_not_supported'),
    'GET /withdrawals/crypto/fee': refuse('AMT_2', 'amount_too_small'),
  })
  const { data } = await gateway.ask(`{
    exchangeQuote(input: { payCode: "EUR", receiveCode: "XYZ", amount: { receiveAmount: "1" } }) {
      __typename ... on PairNotSupported { pairPayCode pairReceiveCode }
    }
    cryptoWithdrawalFee(input: { currency: "BTC", amount: "0.00000001" }) { __typename }
  }`)
  expect(data).toEqual({
    exchangeQuote: { __typename: 'PairNotSupported', pairPayCode: 'EUR', pairReceiveCode: 'XYZ' },
    cryptoWithdrawalFee: { __typename: 'AmountOutOfRange' },
  })
  expect(gateway.upstream.requests.find(({ path }) => path.endsWith('/fee'))?.query.get('amount')).toBe('0.00000001')
})
