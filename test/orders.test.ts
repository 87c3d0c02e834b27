// Merchant projects and orders, and the forms in which they may come.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { order, page, project, raw, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream(walletRoutes)
  gateway = await startTestGateway(upstream.env)
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

async function read(fields: string, row: Row): Promise<{ it: unknown; codes: unknown[] }> {
  upstream.routes({ 'GET /merchants/orders': { body: page(row) } })
  const { data, errors = [] } = await gateway.ask(
    `{ orders(projectId: "Project:J1") { nodes { ${fields} } } project(id: "Project:J1") { name } }`,
  )
  expect(data.project).toEqual({ name: 'Harbour Books' })
  return { it: data.orders?.nodes[0] ?? null, codes: errors.map(({ extensions }) => extensions.code) }
}

const STATUSES = {
  1: 'NEW',
  2: 'PENDING',
  3: 'PAID',
  4: 'FAILED',
  5: 'EXPIRED',
  6: 'TEST',
  10: 'LATE_CRYPTO_PAYMENT',
  11: 'PARTIAL_PAYMENT',
  12: 'UNDERPAID',
  13: 'CANCELLED',
  14: 'INVALID_PAYMENT',
  15: 'TEST_PAID',
  16: 'TEST_EXPIRED',
  17: 'PROCESSING_REFUND',
  18: 'REFUNDED',
  19: 'REJECTED_REFUND',
  20: 'PENDING_LATE_CRYPTO_PAYMENT',
  21: 'REJECTED',
}

test.each(Object.entries(STATUSES))('the status %s, number or text, is %s, and so is its name', async (code, name) => {
  for (const status of [Number(code), code, name]) {
    const { it } = await read('status statusText', order({ status }))
    expect(it).toEqual({ status: name, statusText: String(status) })
  }
})

test.each([7, 'SHIPPED', 'paid'])('the status %s is UNRECOGNIZED, with the word beside it', async (status) => {
  const { it } = await read('status statusText', order({ status }))
  expect(it).toEqual({ status: 'UNRECOGNIZED', statusText: String(status) })
})

test('an order before its payer has picked a coin has nulls, and takes its project from the list that it is in', async () => {
  const bare = {
    id: raw('9007199254740993'),
    orderId: raw('7055'),
    status: 'NEW',
    receiveAmount: '49.90',
    receiveCurrencyCode: 'EUR',
    payAmount: null,
    shop: 'x',
  }
  const { it, codes } = await read(
    'id orderId payAmount payCode network receivedAmount receiveAmount depositAddress memo payUrl validUntil createdAt paidAt project { id }',
    bare,
  )
  expect(codes).toEqual([])
  expect(it).toEqual({
    id: 'Order:9007199254740993',
    orderId: '7055',
    payAmount: null,
    payCode: null,
    network: null,
    receivedAmount: null,
    receiveAmount: '49.90',
    depositAddress: null,
    memo: null,
    payUrl: null,
    validUntil: null,
    createdAt: null,
    paidAt: null,
    project: { id: 'Project:J1' },
  })
})

test.each(['id', 'orderId', 'status', 'receiveAmount', 'receiveCurrencyCode'])(
  'an order without its %s fails the list, and takes no neighbour',
  async (name) => {
    expect(await read('id', order({ [name]: null }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
  },
)

test.each([
  ['payAmount', '0,1'],
  ['validUntil', 'soon'],
  ['memo', {}],
])('an order with a garbled %s fails the list, and takes no neighbour', async (name, value) => {
  expect(await read('id', order({ [name]: value }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
})

test.each([
  ['a 404', { status: 404, body: '' }],
  ['a 400 with GEN_8', { status: 400, body: { errorCode: 'GEN_8' } }],
  ['a 400 with the code for projects', { status: 400, body: { errorCode: 'MER_2 - no such project' } }],
])('the orders of a project that is unknown, which %s says, are null', async (_what, reply) => {
  upstream.routes({ 'GET /merchants/orders': reply })
  const { data, errors } = await gateway.ask('{ orders(projectId: "Project:x y") { totalCount } }')
  expect([data, errors]).toEqual([{ orders: null }, undefined])
  expect(upstream.requests.at(-1)?.query.get('projectId')).toBe('x y')
})

test('a project is read with its lists and flags in either spelling', async () => {
  const row = project({
    id: undefined,
    projectId: 5,
    enabled: 'false',
    testMode: 'true',
    acceptedCurrencyCodes: null,
    feePaidByClient: null,
  })
  upstream.routes({ 'GET /merchants/projects': { body: { projects: [row, project({ acceptedCurrencyCodes: [] })] } } })
  const { data, errors } = await gateway.ask(
    '{ projects { nodes { id name enabled testMode acceptedCurrencyCodes feePaidByClient verifiedPayersOnly createdAt } } }',
  )
  expect(errors).toBeUndefined()
  expect(data.projects.nodes).toMatchObject([
    { id: 'Project:5', enabled: false, testMode: true, acceptedCurrencyCodes: null, feePaidByClient: null },
    { id: 'Project:J1', enabled: true, acceptedCurrencyCodes: [], createdAt: '2026-03-02T09:15:00.000Z' },
  ])
})

test.each([
  ['a flag that is none', { enabled: 'maybe' }],
  ['codes that are none', { acceptedCurrencyCodes: [{}] }],
  ['no name', { name: undefined }],
])('a project with %s fails the list', async (_what, more) => {
  upstream.routes({ 'GET /merchants/projects': { body: [project(more)] } })
  const { data, errors } = await gateway.ask('{ projects { totalCount } }')
  expect(data).toEqual({ projects: null })
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID'])
})
