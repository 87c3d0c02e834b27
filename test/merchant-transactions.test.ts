// Merchant transactions: the forms in which they may come, what a list is asked with, and what they link to.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PATIENT, startWatchedGateway } from './support/canaries.ts'
import { merchantTransaction, order, page, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(walletRoutes, PATIENT)
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const FIELDS = `id type status statusText amount currencyCode feeAmount feeCode network transactionHash createdAt`

async function read(body: unknown, fields = FIELDS): Promise<{ it: unknown; codes: unknown[] }> {
  gateway.upstream.routes({ 'GET /merchants/transactions': { body: body as object } })
  const { data, errors = [] } = await gateway.ask(
    `{ it: merchantTransactions(projectId: "Project:J1") { nodes { ${fields} } } rates { currencyCode } }`,
  )
  expect(data.rates).toHaveLength(2)
  return { it: data.it?.nodes[0] ?? null, codes: errors.map(({ extensions }) => extensions.code) }
}
const queryOf = (path: string): [string, string][] => [
  ...(gateway.upstream.requests.find((request) => request.path === path)?.query ?? []),
]

test('one comes whole', async () => {
  expect((await read(page(merchantTransaction()))).it).toEqual({
    id: 'MerchantTransaction:M1',
    type: 'DEPOSIT',
    status: 'COMPLETED',
    statusText: 'COMPLETED',
    amount: '0.00061234',
    currencyCode: 'BTC',
    feeAmount: '0.00000612',
    feeCode: 'BTC',
    network: 'BTC',
    transactionHash: '4f1c',
    createdAt: '2026-11-22T10:24:55.000Z',
  })
})

const BARE: Row = { id: raw('9007199254740993'), status: 'SETTLING', amount: '1.10', currencyCode: 'EUR' }
test.each([
  ['bare', [BARE]],
  ['under its own name', { transactions: [BARE] }],
  ['as Spring has it', { content: [BARE], totalElements: 1 }],
])('one comes with the least, and with words that are new, in a list %s', async (_how, body) => {
  expect(await read(body, `${FIELDS} project { id } order { id }`)).toEqual({
    it: {
      id: 'MerchantTransaction:9007199254740993',
      type: 'UNRECOGNIZED',
      status: 'UNRECOGNIZED',
      statusText: 'SETTLING',
      amount: '1.10',
      currencyCode: 'EUR',
      feeAmount: null,
      feeCode: null,
      network: null,
      transactionHash: null,
      createdAt: null,
      // It was asked for by its project; of the order nothing is known.
      project: { id: 'Project:J1' },
      order: null,
    },
    codes: [],
  })
})

test.each(['DEPOSIT', 'CONVERSION', 'FEE', 'SETTLEMENT', 'REFUND'])('the type %s is known', async (type) => {
  expect((await read([merchantTransaction({ type })], 'type')).it).toEqual({ type })
})
test.each(['PENDING', 'COMPLETED', 'FAILED'])('the status %s is known', async (status) => {
  expect((await read([merchantTransaction({ status })], 'status')).it).toEqual({ status })
})

test.each([
  ['id', null],
  ['status', undefined],
  ['amount', null],
  ['amount', '1,5'],
  ['currencyCode', ''],
  ['feeAmount', 'free'],
  ['createdAt', 'soon'],
])('one with the %s %j fails the list, and takes no neighbour', async (name, value) => {
  expect(await read([merchantTransaction({ [name]: value })])).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
})

test('a list is asked for by its project, the order by its own id, and a period', async () => {
  gateway.upstream.routes({ 'GET /merchants/transactions': { body: page() } })
  const { errors } = await gateway.ask(`{ merchantTransactions(projectId: "Project:x y", first: 7, filter: {
    from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", order: "Order:a/b+c", currency: "wBTC"
  }) { totalCount } }`)
  expect(errors).toBeUndefined()
  expect(queryOf('/merchants/transactions')).toEqual([
    ['projectId', 'x y'],
    ['page', '1'],
    ['size', '7'],
    ['dateFrom', '2026-01-01T00:00:00.000Z'],
    ['dateTo', '2026-02-01T00:00:00.000Z'],
    ['orderId', 'a/b+c'],
    ['currencyCode', 'wBTC'],
  ])
})

test.each([
  ['projectId', '{ merchantTransactions(projectId: "Order:1") { totalCount } }'],
  ['filter.order', '{ merchantTransactions(projectId: "Project:1", filter: { order: "Project:1" }) { totalCount } }'],
  ['filter.order', '{ merchantTransactions(projectId: "Project:1", filter: { order: "" }) { totalCount } }'],
  ['first', '{ merchantTransactions(projectId: "Project:1", first: 0) { totalCount } }'],
  ['id', '{ merchantTransaction(id: "Transaction:A1/T1") { id } }'],
  ['first', '{ order(id: "Order:O1") { transactions(first: 101) { totalCount } } }'],
])('a bad %s is refused by its path, and nothing is sent: %s', async (argument, query) => {
  const { errors } = await gateway.ask(query)
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
  expect(gateway.upstream.requests).toEqual([])
})

test.each([
  ['project', { projectId: 'J2' }, '{ it: merchantTransactions(projectId: "Project:J1") { totalCount } }'],
  [
    'order',
    { orderId: 'O2' },
    '{ it: merchantTransactions(projectId: "Project:J1", filter: { order: "Order:O1" }) { totalCount } }',
  ],
  ['order', { orderId: 'O2' }, '{ it: order(id: "Order:O1") { transactions { totalCount } } }'],
])(
  'a list with one of another %s than was asked for is none: the filter was not understood',
  async (_what, more, query) => {
    gateway.upstream.routes({
      'GET /merchants/transactions': { body: page(merchantTransaction(), merchantTransaction(more)) },
    })
    const { data, errors } = await gateway.ask(query)
    expect(data.it?.transactions ?? null).toBeNull()
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID'])
  },
)

test('a list may write the id that it was asked for in other letters', async () => {
  gateway.upstream.routes({ 'GET /merchants/transactions': { body: page(merchantTransaction({ projectId: 'j1' })) } })
  const { errors } = await gateway.ask('{ merchantTransactions(projectId: "Project:J1") { totalCount } }')
  expect(errors).toBeUndefined()
})

test('one that is unknown is null, and so are those of a project that is unknown', async () => {
  gateway.upstream.routes({ 'GET /merchants/transactions': { status: 400, body: { errorCode: 'MER_2' } } })
  const { data, errors } = await gateway.ask(
    '{ merchantTransaction(id: "MerchantTransaction:9") { id } merchantTransactions(projectId: "Project:9") { totalCount } }',
  )
  expect([data, errors]).toEqual([{ merchantTransaction: null, merchantTransactions: null }, undefined])
})

test('one links to its project, its order and its currency, by one call each', async () => {
  const { data } = await gateway.ask(
    '{ merchantTransaction(id: "MerchantTransaction:M1") { project { name } order { orderId } currency { name } } }',
  )
  expect(data.merchantTransaction).toEqual({
    project: { name: 'Harbour Books' },
    order: { orderId: '7055' },
    currency: { name: 'Bitcoin' },
  })
  for (const path of ['transactions/M1', 'projects/J1', 'orders/O1'])
    expect(gateway.upstream.count(`GET /merchants/${path}`)).toBe(1)
})

test.each([
  ['with its project', {}, [['projectId', 'J1']], 'Project:J1'],
  ['alone where its project is not told', { projectId: undefined }, [], null],
])('those of an order are asked for by its system id %s', async (_how, more, project, projectId) => {
  gateway.upstream.routes({
    'GET /merchants/orders/O1': { body: order(more) },
    'GET /merchants/transactions': { body: page(merchantTransaction({ projectId: undefined, orderId: undefined })) },
  })
  const { data } = await gateway.ask(
    '{ order(id: "Order:O1") { transactions(first: 3) { nodes { project { id } order { id } } } } }',
  )
  expect(data.order.transactions.nodes).toEqual([
    { project: projectId && { id: projectId }, order: { id: 'Order:O1' } },
  ])
  expect(queryOf('/merchants/transactions')).toEqual([...project, ['page', '1'], ['size', '3'], ['orderId', 'O1']])
  expect(gateway.upstream.count('GET /merchants/orders/O1')).toBe(1)
})
