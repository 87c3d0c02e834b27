// The callbacks that were sent: the forms in which they may come, what a list is asked with, and what they link to.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PATIENT, startWatchedGateway } from './support/canaries.ts'
import { merchantCallback, order, page, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(walletRoutes, PATIENT)
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const FIELDS = `id orderId url orderStatus orderStatusText status statusText httpStatus responseBody attempts
  createdAt lastAttemptAt nextAttemptAt`

async function read(body: unknown, fields = FIELDS): Promise<{ it: unknown; codes: unknown[] }> {
  gateway.upstream.routes({ 'GET /merchants/callbacks': { body: body as object } })
  const { data, errors = [] } = await gateway.ask(
    `{ it: merchantCallbacks(projectId: "Project:J1") { nodes { ${fields} } } rates { currencyCode } }`,
  )
  expect(data.rates).toHaveLength(2)
  return { it: data.it?.nodes[0] ?? null, codes: errors.map(({ extensions }) => extensions.code) }
}
const queryOf = (path: string): [string, string][] => [
  ...(gateway.upstream.requests.find((request) => request.path === path)?.query ?? []),
]

test("one comes whole, and its orderId is the merchant's own word", async () => {
  expect((await read(page(merchantCallback()))).it).toEqual({
    id: 'MerchantCallback:C1',
    orderId: '7055',
    url: 'https://shop.example.com/sc',
    orderStatus: 'PAID',
    orderStatusText: 'PAID',
    status: 'SENT',
    statusText: 'SENT',
    httpStatus: 200,
    responseBody: '*ok*',
    attempts: 1,
    createdAt: '2026-11-22T10:25:01.000Z',
    lastAttemptAt: '2026-11-22T10:25:02.000Z',
    nextAttemptAt: null,
  })
})

test.each([
  ['bare', [{ id: raw('9007199254740993'), status: 'LOST' }]],
  ['under its own name', { callbacks: [{ callbackId: '9007199254740993', status: 'LOST' }] }],
])('one comes with the least, and with words that are new, in a list %s', async (_how, body) => {
  expect(await read(body, `${FIELDS} project { id } order { id }`)).toEqual({
    it: {
      id: 'MerchantCallback:9007199254740993',
      orderId: null,
      url: null,
      orderStatus: null,
      orderStatusText: null,
      status: 'UNRECOGNIZED',
      statusText: 'LOST',
      httpStatus: null,
      responseBody: null,
      attempts: null,
      createdAt: null,
      lastAttemptAt: null,
      nextAttemptAt: null,
      project: { id: 'Project:J1' },
      order: null,
    },
    codes: [],
  })
})

test.each([
  [12, 'UNDERPAID', '12'],
  ['20', 'PENDING_LATE_CRYPTO_PAYMENT', '20'],
  ['REFUNDED', 'REFUNDED', 'REFUNDED'],
  ['SHIPPED', 'UNRECOGNIZED', 'SHIPPED'],
])('the order status %s, number or name, is %s', async (status, orderStatus, orderStatusText) => {
  const row = merchantCallback({ orderStatus: status, httpStatus: '503', attempts: '4' })
  expect((await read([row], 'orderStatus orderStatusText httpStatus attempts')).it).toEqual({
    orderStatus,
    orderStatusText,
    httpStatus: 503,
    attempts: 4,
  })
})

test.each(['PENDING', 'SENT', 'FAILED'])('the status %s is known', async (status) => {
  expect((await read([merchantCallback({ status })], 'status')).it).toEqual({ status })
})

test.each([
  ['id', null],
  ['status', undefined],
  ['httpStatus', 'fine'],
  ['attempts', -1],
  ['lastAttemptAt', 'soon'],
  ['url', {}],
])('one with the %s %j fails the list, and takes no neighbour', async (name, value) => {
  expect(await read([merchantCallback({ [name]: value })])).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
})

test('a list is asked for by its project, the order by its own id, and a status', async () => {
  gateway.upstream.routes({ 'GET /merchants/callbacks': { body: page() } })
  const { errors } = await gateway.ask(`{ merchantCallbacks(projectId: "Project:x y", first: 7, filter: {
    order: "Order:a/b+c", status: FAILED
  }) { totalCount } }`)
  expect(errors).toBeUndefined()
  expect(queryOf('/merchants/callbacks')).toEqual([
    ['projectId', 'x y'],
    ['page', '1'],
    ['size', '7'],
    ['orderId', 'a/b+c'],
    ['status', 'FAILED'],
  ])
})

test.each([
  ['projectId', '{ merchantCallbacks(projectId: "Order:1") { totalCount } }'],
  ['filter.order', '{ merchantCallbacks(projectId: "Project:1", filter: { order: "Project:1" }) { totalCount } }'],
  ['filter.status', '{ merchantCallbacks(projectId: "Project:1", filter: { status: UNRECOGNIZED }) { totalCount } }'],
  ['after', '{ merchantCallbacks(projectId: "Project:1", after: "x") { totalCount } }'],
  ['id', '{ merchantCallback(id: "Order:O1") { id } }'],
  ['after', '{ order(id: "Order:O1") { callbacks(after: "x") { totalCount } } }'],
])('a bad %s is refused by its path, and nothing is sent: %s', async (argument, query) => {
  const { errors } = await gateway.ask(query)
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
  expect(gateway.upstream.requests).toEqual([])
})

test.each([
  ['project', { projectId: 'J2' }, '{ it: merchantCallbacks(projectId: "Project:J1") { totalCount } }'],
  [
    'order',
    { orderId: 'O2' },
    '{ it: merchantCallbacks(projectId: "Project:J1", filter: { order: "Order:O1" }) { totalCount } }',
  ],
  ['order', { orderId: 'O2' }, '{ it: order(id: "Order:O1") { callbacks { totalCount } } }'],
])(
  'a list with one of another %s than was asked for is none: the filter was not understood',
  async (_what, more, query) => {
    gateway.upstream.routes({ 'GET /merchants/callbacks': { body: page(merchantCallback(), merchantCallback(more)) } })
    const { data, errors } = await gateway.ask(query)
    expect(data.it?.callbacks ?? null).toBeNull()
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID'])
  },
)

test('a list may write the id that it was asked for in other letters', async () => {
  gateway.upstream.routes({ 'GET /merchants/callbacks': { body: page(merchantCallback({ projectId: 'j1' })) } })
  const { errors } = await gateway.ask('{ merchantCallbacks(projectId: "Project:J1") { totalCount } }')
  expect(errors).toBeUndefined()
})

test('one that is unknown is null, and so are those of a project that is unknown', async () => {
  gateway.upstream.routes({ 'GET /merchants/callbacks': { status: 404, body: '' } })
  const { data, errors } = await gateway.ask(
    '{ merchantCallback(id: "MerchantCallback:9") { id } merchantCallbacks(projectId: "Project:9") { totalCount } }',
  )
  expect([data, errors]).toEqual([{ merchantCallback: null, merchantCallbacks: null }, undefined])
})

test('one links to its project and its order, by one call each', async () => {
  const { data } = await gateway.ask(
    '{ merchantCallback(id: "MerchantCallback:C1") { project { name } order { id orderId } } }',
  )
  expect(data.merchantCallback).toEqual({
    project: { name: 'Harbour Books' },
    order: { id: 'Order:O1', orderId: '7055' },
  })
  for (const path of ['callbacks/C1', 'projects/J1', 'orders/O1'])
    expect(gateway.upstream.count(`GET /merchants/${path}`)).toBe(1)
})

test.each([
  ['with its project', {}, [['projectId', 'J1']]],
  ['alone where its project is not told', { projectId: undefined }, []],
])('those of an order are asked for by its system id %s', async (_how, more, project) => {
  gateway.upstream.routes({
    'GET /merchants/orders/O1': { body: order(more) },
    'GET /merchants/callbacks': { body: page(merchantCallback({ orderId: undefined })) },
  })
  const { data } = await gateway.ask('{ order(id: "Order:O1") { callbacks(first: 3) { nodes { order { id } } } } }')
  expect(data.order.callbacks.nodes).toEqual([{ order: { id: 'Order:O1' } }])
  expect(queryOf('/merchants/callbacks')).toEqual([...project, ['page', '1'], ['size', '3'], ['orderId', 'O1']])
  expect(gateway.upstream.count('GET /merchants/orders/O1')).toBe(1)
})
