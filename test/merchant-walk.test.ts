// The merchant's part of the graph as one piece: walked along all of its links by one query, and a shop's life from its project to a paid order.
import { describe, expect, test } from 'vitest'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import {
  merchantCallback,
  merchantTransaction,
  order,
  page,
  preorder,
  transaction,
  walletRoutes,
} from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { Answer } from './support/gateway.ts'
import type { Route } from './support/upstream.ts'

/** From the money on an account to its order, from there everywhere, and back along each link. */
const WALK = `{ accounts(currencies: ["EUR"]) { transactions(first: 1, filter: { type: MERCHANT_ORDER }) { nodes { source {
  ... on Order {
    id
    project { id }
    preorder { id project { id } orders { nodes { id preorder { id } } } }
    transactions { nodes { type project { id } order { id } currency { code } } }
    callbacks { nodes { statusText project { id } order { id } } }
  }
} } } } }`

/** Each link once: what is walked back to is at hand. */
const STEPS = [
  'GET /accounts',
  'GET /accounts/{accountId}/transactions',
  'GET /merchants/orders/{orderId}',
  'GET /merchants/projects/{projectId}',
  'GET /merchants/preorders/{preorderId}',
  'GET /merchants/orders',
  'GET /merchants/transactions',
  'GET /merchants/callbacks',
  'GET /currencies',
]

/** Fails unless each link leads to where it came from. */
function expectWalked({ data, errors }: Answer): { projectId: string; orderId: string; types: string[] } {
  expect(errors).toBeUndefined()
  const [{ source: it }] = data.accounts[0].transactions.nodes
  const [project, self, preorder] = [{ id: it.project.id }, { id: it.id }, { id: it.preorder.id }]
  expect(it.preorder.project).toEqual(project)
  expect(it.preorder.orders.nodes).toEqual([{ ...self, preorder }])
  expect(it.transactions.nodes.length).toBeGreaterThan(0)
  for (const each of it.transactions.nodes) expect(each).toMatchObject({ project, order: self })
  for (const { currency } of it.transactions.nodes) expect(currency.code).toMatch(/^\w+$/)
  expect(it.callbacks.nodes.length).toBeGreaterThan(0)
  for (const each of it.callbacks.nodes) expect(each).toMatchObject({ project, order: self })
  const types = it.transactions.nodes.map(({ type }: { type: string }) => type)
  return { projectId: project.id, orderId: self.id, types }
}

test('the walk is one call a link before an upstream that a test has written', async () => {
  const upstream = await startUpstream({
    ...walletRoutes,
    'GET /accounts/A1/transactions': { body: page(transaction({ type: 'MERCHANT_ORDER', referenceId: 'O1' })) },
    'GET /merchants/orders': { body: page(order()) },
  })
  const gateway = await startTestGateway({ ...upstream.env, MAX_UPSTREAM_CALLS: '150' })
  try {
    const { projectId, orderId } = expectWalked(await gateway.ask(WALK))
    expect([projectId, orderId]).toEqual(['Project:J1', 'Order:O1'])
    expect(STEPS.map((step) => [step, upstream.count(step)])).toEqual(STEPS.map((step) => [step, 1]))
    expect(upstream.requests.filter(({ path }) => !path.startsWith('/oauth'))).toHaveLength(STEPS.length)
  } finally {
    await gateway.close()
    await upstream.close()
  }
})

describe('before the sandbox', () => {
  async function withSandbox(run: (gateway: Awaited<ReturnType<typeof startSandboxGateway>>) => Promise<void>) {
    const gateway = await startSandboxGateway({ MAX_UPSTREAM_CALLS: '150' })
    try {
      await run(gateway)
    } finally {
      await gateway.close()
    }
  }

  test('the walk is one call a link', () =>
    withSandbox(async ({ ask, sandbox }) => {
      const before = sandbox.count()
      const { types } = expectWalked(await ask(WALK))
      // The account's is the settlement, the newest of an order's.
      expect(types).toContain('SETTLEMENT')
      expect(STEPS.map((step) => [step, sandbox.count(step)])).toEqual(STEPS.map((step) => [step, 1]))
      const tokens = sandbox.requests().filter(({ path }) => path.includes('/oauth'))
      expect(sandbox.count() - before - tokens.length).toBe(STEPS.length)
    }))

  test('a shop goes from its project to a paid order, and is told at each step what it may no longer do', () =>
    withSandbox(async ({ ask }) => {
      const run = async (mutation: string, input: object, fields: string): Promise<Record<string, never>> => {
        const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
        const { data, errors } = await ask(
          `mutation ($input: ${type}!) { it: ${mutation}(input: $input) { __typename ${fields} } }`,
          { input },
        )
        expect(errors).toBeUndefined()
        return data.it
      }
      const made = await run(
        'createProject',
        { name: 'Kiosk', autoConvert: true, receiveCode: 'EUR', acceptAllCurrencies: true, feePaidByClient: false },
        '... on Project { id enabled callbackFormat paymentWindowMinutes }',
      )
      expect(made).toMatchObject({
        __typename: 'Project',
        enabled: true,
        callbackFormat: 'JSON',
        paymentWindowMinutes: 15,
      })
      const projectId = made['id']

      const change = { id: projectId, description: 'By the sea', feePaidByClient: true }
      const SETTINGS =
        '... on Project { name description receiveCode feePaidByClient } ... on StateConflict { message }'
      expect(await run('updateProject', change, SETTINGS)).toEqual({
        __typename: 'Project',
        name: 'Kiosk',
        description: 'By the sea',
        receiveCode: 'EUR',
        feePaidByClient: true,
      })

      const terms = { projectId, orderId: '7055', amount: { receive: { amount: '25.00', currency: 'EUR' } } }
      const asked = await run('createOrder', terms, '... on Preorder { id orderId payUrl orders { totalCount } }')
      expect(asked).toMatchObject({ __typename: 'Preorder', orderId: '7055', orders: { totalCount: 0 } })
      expect(await run('createPreorder', terms, '... on AlreadyExists { field }')).toEqual({
        __typename: 'AlreadyExists',
        field: 'orderId',
      })
      expect(
        await run('createOrder', { ...terms, orderId: '7056', projectId: 'Project:9' }, '... on InvalidInput { path }'),
      ).toEqual({
        __typename: 'InvalidInput',
        path: ['input', 'projectId'],
      })

      const pick = { preorderId: asked['id'], payCode: 'BTC' }
      const CONFLICT = '... on StateConflict { currentStatus }'
      const order1 = await run('createOrderFromPreorder', pick, '... on Order { id orderId status project { id } }')
      expect(order1).toMatchObject({ __typename: 'Order', orderId: '7055', status: 'NEW', project: { id: projectId } })
      expect(await run('createOrderFromPreorder', pick, CONFLICT)).toMatchObject({ __typename: 'StateConflict' })
      expect(await run('updateProject', { id: projectId, feePaidByClient: false }, SETTINGS)).toMatchObject({
        __typename: 'StateConflict',
      })
      expect(await run('updateProject', { id: projectId, name: 'Kiosk 2' }, SETTINGS)).toMatchObject({
        name: 'Kiosk 2',
      })

      const id = order1['id']
      expect(await run('acceptOrder', { id }, CONFLICT)).toEqual({ __typename: 'StateConflict', currentStatus: 'NEW' })
      expect(
        await run('payOrder', { idempotencyKey: 'k', id, from: { currency: 'EUR' } }, '... on Order { status paidAt }'),
      ).toEqual({ __typename: 'Order', status: 'PAID', paidAt: expect.any(String) })
      expect(await run('cancelOrder', { id }, CONFLICT)).toEqual({ __typename: 'StateConflict', currentStatus: 'PAID' })
      expect(await run('payOrder', { idempotencyKey: 'k2', id, from: { currency: 'EUR' } }, CONFLICT)).toEqual({
        __typename: 'StateConflict',
        currentStatus: null,
      })

      const { data } = await ask(
        'query ($id: ID!) { orders(projectId: $id, filter: { orderId: "7055" }) { nodes { id status preorder { orderCount } } } }',
        { id: projectId },
      )
      expect(data.orders.nodes).toEqual([{ id, status: 'PAID', preorder: { orderCount: 1 } }])
    }))
})

describe('an upstream that does not know a filter, and leaves it out without a word', () => {
  const foreign: Readonly<Record<string, readonly [query: string, rows: Route]>> = {
    'Project.orders': [
      '{ it: project(id: "Project:J1") { of: orders { nodes { id } } } }',
      { body: page(order({ projectId: 'J2' })) },
    ],
    'Preorder.orders': [
      '{ it: preorder(id: "Preorder:P1") { of: orders { nodes { id } } } }',
      { body: page(order(), order({ id: 'O2', merchantPreOrderId: 'P2' })) },
    ],
    'Order.transactions': [
      '{ it: order(id: "Order:O1") { of: transactions { nodes { id } } } }',
      { body: page(merchantTransaction({ orderId: 'O2' })) },
    ],
    'Order.callbacks': [
      '{ it: order(id: "Order:O1") { of: callbacks { nodes { id } } } }',
      { body: page(merchantCallback({ orderId: 'O2' })) },
    ],
  }

  test.each(Object.entries(foreign))('fails %s: what is another’s is never shown', async (_, [query, rows]) => {
    const upstream = await startUpstream({
      ...walletRoutes,
      'GET /merchants/preorders/P1': { body: preorder({ id: 'P1' }) },
      'GET /merchants/orders': rows,
      'GET /merchants/transactions': rows,
      'GET /merchants/callbacks': rows,
    })
    const gateway = await startTestGateway(upstream.env)
    const { data, errors } = await gateway.ask(query)
    expect(data).toEqual({ it: { of: null } })
    expect(errors).toMatchObject([{ path: ['it', 'of'], extensions: { code: 'UPSTREAM_INVALID' } }])
    await gateway.close()
    await upstream.close()
  })
})
