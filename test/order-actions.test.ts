// What is done with merchant orders: of a preorder, cancelled, accepted, told again, paid.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PATIENT, startWatchedGateway } from './support/canaries.ts'
import { order, walletRoutes } from './support/rows.ts'
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

const refuse = (errorCode: string, key = 'Id'): Reply => ({
  status: 400,
  body: { errorCode, errorParameters: [{ key, value: 'v' }] },
})
/** What was sent, the token's call left out. */
const sent = (): [string, unknown][] =>
  gateway.upstream.requests
    .filter(({ path }) => !path.startsWith('/oauth'))
    .map(({ method, path, body }) => [`${method} ${path}`, body === '' ? undefined : JSON.parse(body)])

describe('an order of a preorder', () => {
  const QUERY = `mutation ($input: CreateOrderFromPreorderInput!) { createOrderFromPreorder(input: $input) {
    __typename
    ... on Order { id orderId status payAmount depositAddress preorder { payUrl } }
    ... on InvalidInput { path upstreamCode }
    ... on StateConflict { currentStatus }
  } }`
  const usual = { preorderId: 'Preorder:P1', payCode: 'BTC' }
  const create = async (more: object = {}): Promise<unknown> => {
    const { data, errors } = await gateway.ask(QUERY, { input: { ...usual, ...more } })
    expect(errors).toBeUndefined()
    return data.createOrderFromPreorder
  }

  test('is made by the coin that is picked, and knows the preorder that it came of', async () => {
    gateway.upstream.routes({ 'POST /merchants/orders': { body: order({ merchantPreOrderId: undefined }) } })
    expect(await create({ network: 'BTC', payerEmail: 'a@b.example' })).toEqual({
      __typename: 'Order',
      id: 'Order:O1',
      orderId: '7055',
      status: 'PENDING',
      payAmount: '0.00061234',
      depositAddress: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      preorder: { payUrl: 'https://spectrocoin.com/en/payment/preorder/P1' },
    })
    expect(sent()).toEqual([
      [
        'POST /merchants/orders',
        { preOrderId: 'P1', payCurrencyCode: 'BTC', payNetworkCode: 'BTC', payerEmail: 'a@b.example' },
      ],
      ['GET /merchants/preorders/P1', undefined],
    ])
  })

  test('sends no more than is given', async () => {
    gateway.upstream.routes({ 'POST /merchants/orders': { body: order() } })
    await create({ preorderId: 'Preorder:a/ü', payCode: 'wBTC', network: null })
    expect(sent()[0]?.[1]).toEqual({ preOrderId: 'a/ü', payCurrencyCode: 'wBTC' })
  })

  test.each<[string, Reply, object]>([
    [
      'a 404',
      { status: 404, body: { errorCode: 'GEN_8', errorParameters: [{ key: 'Id', value: 'P1' }] } },
      { __typename: 'InvalidInput', path: ['input', 'preorderId'], upstreamCode: 'GEN_8' },
    ],
    // An unknown coin, or an unknown preorder: a 400 does not say which.
    ['GEN_8', refuse('GEN_8'), { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'GEN_8' }],
    [
      'CUR_1',
      refuse('CUR_1', 'payCurrencyCode'),
      { __typename: 'InvalidInput', path: ['input', 'payCode'], upstreamCode: 'CUR_1' },
    ],
    [
      'GEN_4',
      refuse('GEN_4', 'payNetworkCode'),
      { __typename: 'InvalidInput', path: ['input', 'network'], upstreamCode: 'GEN_4' },
    ],
    ['MER_3', refuse('MER_3'), { __typename: 'StateConflict', currentStatus: null }],
  ])('that is refused by %s is its type', async (_what, reply, expected) => {
    gateway.upstream.routes({ 'POST /merchants/orders': reply })
    expect(await create()).toEqual(expected)
    expect(sent()).toHaveLength(1)
  })

  test.each([
    ['preorderId', 'Order:P1'],
    ['payCode', 'btc'],
    ['network', ''],
    ['payerEmail', ' '],
  ])('with the %s %j is refused by its path, and nothing is sent', async (name, value) => {
    const { errors } = await gateway.ask(QUERY, { input: { ...usual, [name]: value } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: `input.${name}` })
    expect(gateway.upstream.requests).toEqual([])
  })
})

const ACTIONS = [
  ['cancelOrder', 'CancelOrderInput', 'cancel', 'merchants-orders:cancel'],
  ['acceptOrder', 'AcceptOrderInput', 'accept', 'merchants-orders:pay'],
  ['resendOrderCallback', 'ResendOrderCallbackInput', 'callback', 'merchants-orders:callback'],
] as const

describe.each(ACTIONS)('%s', (mutation, input, action, scope) => {
  const query = `mutation ($input: ${input}!) { it: ${mutation}(input: $input) {
    __typename
    ... on Order { id status project { name } }
    ... on InvalidInput { path }
    ... on StateConflict { message currentStatus }
  } }`
  const route = `POST /merchants/orders/O1/${action}`
  const act = async (id = 'Order:O1'): Promise<Record<string, unknown>> => {
    const { data, errors } = await gateway.ask(query, { input: { id } })
    expect(errors).toBeUndefined()
    return data.it
  }

  test('is one call without a body, and gives the order as it is then', async () => {
    gateway.upstream.routes({ [route]: { body: { ...order({ status: 'CANCELLED' }) } } })
    expect(await act()).toEqual({
      __typename: 'Order',
      id: 'Order:O1',
      status: 'CANCELLED',
      project: { name: 'Harbour Books' },
    })
    expect(sent()).toEqual([
      [route, undefined],
      ['GET /merchants/projects/J1', undefined],
    ])
  })

  test('names the order by its own id, as one segment of the path', async () => {
    gateway.upstream.routes({ [`POST /merchants/orders/{id}/${action}`]: { body: order() } })
    await act('Order:a/ü +%')
    expect(gateway.upstream.requests.map(({ path }) => path)).toContain(
      `/merchants/orders/${encodeURIComponent('a/ü +%')}/${action}`,
    )
  })

  test('of an order that is unknown is InvalidInput of its id', async () => {
    expect(await act('Order:9')).toEqual({ __typename: 'InvalidInput', path: ['input', 'id'] })
    expect(sent()).toEqual([[`POST /merchants/orders/9/${action}`, undefined]])
  })

  test.each([
    ['PENDING', 'PENDING'],
    [3, '3'],
    ['SHIPPED', 'SHIPPED'],
  ])(
    'in a state that forbids it is StateConflict, with the status %s in its own word',
    async (status, currentStatus) => {
      gateway.upstream.routes({ [route]: refuse('MER_3'), 'GET /merchants/orders/O1': { body: order({ status }) } })
      expect(await act()).toEqual({ __typename: 'StateConflict', message: expect.any(String), currentStatus })
      expect(sent()).toEqual([
        [route, undefined],
        ['GET /merchants/orders/O1', undefined],
      ])
    },
  )

  test.each<[string, Reply]>([
    ['is refused', { status: 403, body: '' }],
    ['finds nothing', { status: 404, body: '' }],
    ['fails', { status: 500, body: '' }],
  ])('is StateConflict all the same where reading the status %s', async (_how, reply) => {
    gateway.upstream.routes({ [route]: refuse('MER_3'), 'GET /merchants/orders/O1': reply })
    expect(await act()).toMatchObject({ __typename: 'StateConflict', currentStatus: null })
  })

  test('without its scope is FORBIDDEN, and the scope is named', async () => {
    gateway.upstream.routes({ [route]: { status: 403, body: '' } })
    const { errors } = await gateway.ask(query, { input: { id: 'Order:O1' } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope })
  })

  test('that may have been done all the same says so, and is not sent again', async () => {
    gateway.upstream.routes({ [route]: { status: 503, body: '' } })
    const { errors } = await gateway.ask(query, { input: { id: 'Order:O1' } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', outcome: 'UNKNOWN' })
    expect(gateway.upstream.count(route)).toBe(1)
  })

  test.each(['Preorder:O1', 'O1', 'Order:'])('of %j is refused by its path, and nothing is sent', async (id) => {
    const { errors } = await gateway.ask(query, { input: { id } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.id' })
    expect(gateway.upstream.requests).toEqual([])
  })
})

test('an order that was read before it was cancelled is read anew after it', async () => {
  let status = 'NEW'
  gateway.upstream.routes({
    'GET /merchants/orders/O1': () => ({ body: order({ status }) }),
    'POST /merchants/orders/O1/callback': () => ({ body: order({ status }) }),
    'POST /merchants/orders/O1/cancel': () => {
      status = 'CANCELLED'
      return { body: order({ status }) }
    },
  })
  const { data } = await gateway.ask(`mutation {
    before: resendOrderCallback(input: { id: "Order:O1" }) { ...Read }
    after: cancelOrder(input: { id: "Order:O1" }) { ...Read }
  } fragment Read on Order { callbacks { nodes { order { status } } } }`)
  expect(data).toEqual({
    before: { callbacks: { nodes: [{ order: { status: 'NEW' } }] } },
    after: { callbacks: { nodes: [{ order: { status: 'CANCELLED' } }] } },
  })
})

describe('paying an order', () => {
  const QUERY = `mutation ($input: PayOrderInput!) { payOrder(input: $input) {
    __typename
    ... on Order { id status payAmount }
    ... on InvalidInput { path upstreamCode }
    ... on InsufficientFunds { availableCode }
    ... on StateConflict { currentStatus }
    ... on IdempotencyConflict { idempotencyKey }
    ... on OutcomeUnknown { operation { state mutation } }
  } }`
  const OPERATION = `{ operation(idempotencyKey: "k") { state mutation replays result {
    __typename ... on Order { id status } ... on StateConflict { currentStatus }
  } } }`
  const usual = { idempotencyKey: 'k', id: 'Order:O1', from: { currency: 'EUR' } }
  const route = 'POST /merchants/orders/O1/pay'
  const pay = async (more: object = {}): Promise<Record<string, unknown>> => {
    const { data, errors } = await gateway.ask(QUERY, { input: { ...usual, ...more } })
    expect(errors).toBeUndefined()
    return data.payOrder
  }
  beforeEach(() => gateway.upstream.routes({ [route]: { body: order({ status: 'PAID' }) } }))

  test.each([
    [{ currency: 'EUR' }, { payCurrencyCode: 'EUR' }],
    [{ accountId: 'Account:a/ü 1' }, { accountId: 'a/ü 1' }],
  ])('from %j sends %j and nothing else, once for its key', async (from, body) => {
    const done = { __typename: 'Order', id: 'Order:O1', status: 'PAID', payAmount: '0.00061234' }
    expect(await pay({ from })).toEqual(done)
    expect(await pay({ from })).toEqual(done)
    expect(sent()).toEqual([[route, body]])
    expect((await gateway.ask(OPERATION)).data.operation).toEqual({
      state: 'SUCCEEDED',
      mutation: 'payOrder',
      replays: 1,
      result: { __typename: 'Order', id: 'Order:O1', status: 'PAID' },
    })
  })

  test.each<[string, Reply, object]>([
    ['ACC_1', refuse('ACC_1'), { __typename: 'InsufficientFunds', availableCode: 'EUR' }],
    ['MER_3', refuse('MER_3'), { __typename: 'StateConflict', currentStatus: null }],
    [
      'CUR_1',
      refuse('CUR_1', 'payCurrencyCode'),
      { __typename: 'InvalidInput', path: ['input', 'from', 'currency'], upstreamCode: 'CUR_1' },
    ],
    ['a 404', { status: 404, body: '' }, { __typename: 'InvalidInput', path: ['input', 'id'], upstreamCode: null }],
    [
      'a 404 about the currency, of which there is no account',
      { ...refuse('ACC_2', 'currencyCode'), status: 404 },
      { __typename: 'InvalidInput', path: ['input', 'from', 'currency'], upstreamCode: 'ACC_2' },
    ],
    // The account, or its currency: a 400 does not say which.
    ['GEN_8', refuse('GEN_8'), { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'GEN_8' }],
  ])('that is refused by %s is its type, stored and replayed', async (_what, reply, expected) => {
    gateway.upstream.routes({ [route]: reply })
    expect(await pay()).toEqual(expected)
    gateway.upstream.routes({ [route]: { body: order() } })
    expect(await pay()).toEqual(expected)
    expect(sent()).toHaveLength(1)
    expect((await gateway.ask(OPERATION)).data.operation).toMatchObject({ state: 'REJECTED' })
  })

  test.each([{ id: 'Order:O2' }, { from: { currency: 'BTC' } }, { from: { accountId: 'Account:A1' } }])(
    'under a key that was used, but of %j, is IdempotencyConflict',
    async (other) => {
      await pay()
      expect(await pay(other)).toEqual({ __typename: 'IdempotencyConflict', idempotencyKey: 'k' })
      expect(sent()).toHaveLength(1)
    },
  )

  test('without a usable answer, and where the order cannot be read, is OutcomeUnknown and never sent again', async () => {
    gateway.upstream.routes({ [route]: { body: 'half an ord' }, 'GET /merchants/orders/O1': { status: 403, body: '' } })
    const unknown = { __typename: 'OutcomeUnknown', operation: { state: 'UNKNOWN', mutation: 'payOrder' } }
    expect(await pay()).toEqual(unknown)
    expect(await pay()).toEqual(unknown)
    expect(gateway.upstream.count(route)).toBe(1)
  })

  test('is followed by fresh readings in the same operation', async () => {
    let status = 'NEW'
    gateway.upstream.routes({
      'GET /merchants/orders/O1': () => ({ body: order({ status }) }),
      'POST /merchants/orders/O1/callback': () => ({ body: order({ status }) }),
      [route]: () => {
        status = 'PAID'
        return { body: order({ status }) }
      },
    })
    const { data } = await gateway.ask(
      `mutation ($input: PayOrderInput!) {
        before: resendOrderCallback(input: { id: "Order:O1" }) { ...Read }
        after: payOrder(input: $input) { ...Read }
      } fragment Read on Order { callbacks { nodes { order { status } } } }`,
      { input: usual },
    )
    expect(data).toEqual({
      before: { callbacks: { nodes: [{ order: { status: 'NEW' } }] } },
      after: { callbacks: { nodes: [{ order: { status: 'PAID' } }] } },
    })
  })

  test.each([
    ['id', 'Preorder:O1', 'input.id'],
    ['from', { accountId: 'Order:1' }, 'input.from.accountId'],
    ['from', { currency: 'eur' }, 'input.from.currency'],
    ['idempotencyKey', ' ', 'input.idempotencyKey'],
  ])('with the %s %j is refused by its path, and nothing is sent', async (name, value, argument) => {
    const { errors } = await gateway.ask(QUERY, { input: { ...usual, [name]: value } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(gateway.upstream.requests).toEqual([])
  })
})
