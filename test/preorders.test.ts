// Preorders, and the creation of an order, which makes one: what is sent, what comes back, and what is refused.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PATIENT, startWatchedGateway } from './support/canaries.ts'
import { order, page, preorder, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'
import type { Reply } from './support/upstream.ts'

/** The answer of merchant 3.1. */
const created = (more: Row = {}): Row => ({
  preOrderId: 'P1',
  orderId: '7055-9f3c1a',
  validUntil: '2026-11-22T10:15:00Z',
  payCurrencyCode: null,
  payNetworkCode: null,
  payAmount: null,
  receiveCurrencyCode: 'EUR',
  receiveAmount: raw('49.90'),
  depositAddress: null,
  memo: '',
  redirectUrl: 'https://spectrocoin.com/en/payment/preorder/P1',
  ...more,
})

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(
    {
      ...walletRoutes,
      'POST /merchants/preorders': { body: preorder() },
      'POST /merchants/orders/create': { body: created() },
    },
    PATIENT,
  )
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const FIELDS = `id orderId description multiple receiveAmount receiveCode payAmount payCode payUrl validUntil createdAt orderCount`
const RESULT = `{ __typename
  ... on Preorder { ${FIELDS} project { name } }
  ... on InvalidInput { path upstreamCode }
  ... on AlreadyExists { field }
  ... on StateConflict { currentStatus }
}`
const WAYS = [
  [
    'createPreorder',
    `mutation ($input: CreatePreorderInput!) { it: createPreorder(input: $input) ${RESULT} }`,
    'POST /merchants/preorders',
  ],
  [
    'createOrder',
    `mutation ($input: CreateOrderInput!) { it: createOrder(input: $input) ${RESULT} }`,
    'POST /merchants/orders/create',
  ],
] as const
const usual = { projectId: 'Project:J1', amount: { receive: { amount: '49.90', currency: 'EUR' } } }
const bodies = (): unknown[] =>
  gateway.upstream.requests
    .filter(({ method, path }) => method === 'POST' && path.startsWith('/merchants'))
    .map(({ body }) => JSON.parse(body) as unknown)

describe.each(WAYS)('%s', (name, query, route) => {
  const flag = name === 'createPreorder' ? { isMultiple: false } : {}
  async function create(more: object = {}): Promise<Record<string, unknown>> {
    const { data, errors } = await gateway.ask(query, { input: { ...usual, ...more } })
    expect(errors).toBeUndefined()
    return data.it
  }

  test('sends what is asked of the payer, digit for digit', async () => {
    await create()
    expect(bodies()).toEqual([{ projectId: 'J1', receiveAmount: '49.90', receiveCurrencyCode: 'EUR', ...flag }])
    expect(gateway.upstream.count(route)).toBe(1)
  })

  test('sends the side of the payer, and all that is given besides, as it is written', async () => {
    const texts = {
      orderId: ' 7055/ü',
      description: 'Order "7055" & more',
      callbackUrl: 'https://shop.example.com/sc?x=%20#y',
      successUrl: 'http://shop.example.com:8080',
      failureUrl: 'HTTPS://ünï.example/no',
    }
    await create({
      projectId: 'Project:a/ü 1',
      amount: { pay: { amount: '0.000000000000000001', currency: 'wBTC' } },
      ...texts,
      payer: { email: 'a@b.example', name: 'Ona', surname: 'Ož', dateOfBirth: '2000-02-29' },
    })
    expect(bodies()).toEqual([
      {
        projectId: 'a/ü 1',
        payAmount: '0.000000000000000001',
        payCurrencyCode: 'wBTC',
        ...texts,
        payerEmail: 'a@b.example',
        payerName: 'Ona',
        payerSurname: 'Ož',
        payerDateOfBirth: '2000-02-29',
        ...flag,
      },
    ])
  })

  test.each([
    ['MER_1', 'orderId', { __typename: 'AlreadyExists', field: 'orderId' }],
    ['MER_1', 'Id', { __typename: 'AlreadyExists', field: 'input' }],
    ['MER_2', 'projectId', { __typename: 'InvalidInput', path: ['input', 'projectId'], upstreamCode: 'MER_2' }],
    ['MER_3', 'Id', { __typename: 'StateConflict', currentStatus: null }],
    ['AMT_2', 'receiveAmount', { __typename: 'AmountOutOfRange' }],
    [
      'CUR_1',
      'receiveCurrencyCode',
      { __typename: 'InvalidInput', path: ['input', 'amount', 'receive', 'currency'], upstreamCode: 'CUR_1' },
    ],
    ['GEN_5', 'payAmount', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'GEN_5' }],
    ['GEN_5', 'payerEmail', { __typename: 'InvalidInput', path: ['input', 'payer', 'email'], upstreamCode: 'GEN_5' }],
    // The documented word for an unknown code, which does not say whether it is the project or the currency.
    ['GEN_8', 'Id', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'GEN_8' }],
    ['ACC_1', 'Id', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'ACC_1' }],
  ])('that is refused by %s about %s is its type', async (errorCode, key, expected) => {
    const reply: Reply = { status: 400, body: { errorCode, errorParameters: [{ key, value: 'v' }] } }
    gateway.upstream.routes({ [route]: reply })
    expect(await create()).toEqual(expected)
  })

  test('that may have been made all the same says so, and is sent once', async () => {
    gateway.upstream.routes({ [route]: { status: 500, body: '' } })
    const { data, errors } = await gateway.ask(query, { input: usual })
    expect(data).toEqual({ it: null })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', outcome: 'UNKNOWN' })
    expect(gateway.upstream.count(route)).toBe(1)
  })

  const LONG = 'x'.repeat(300)
  test.each<[argument: string, input: object]>([
    ['input.projectId', { projectId: 'Order:1' }],
    ['input.orderId', { orderId: '' }],
    ['input.orderId', { orderId: ' ' }],
    ['input.description', { description: LONG.slice(0, 256) }],
    ['input.amount', { amount: {} }],
    ['input.amount.receive.amount', { amount: { receive: { amount: '0.00', currency: 'EUR' } } }],
    ['input.amount.pay.amount', { amount: { pay: { amount: '-1', currency: 'BTC' } } }],
    ['input.callbackUrl', { callbackUrl: '' }],
    ['input.callbackUrl', { callbackUrl: 'shop.example.com' }],
    ['input.callbackUrl', { callbackUrl: 'ftp://shop.example.com' }],
    ['input.callbackUrl', { callbackUrl: 'javascript:alert(1)' }],
    ['input.callbackUrl', { callbackUrl: 'https:shop.example.com' }],
    ['input.callbackUrl', { callbackUrl: 'https:///sc' }],
    ['input.callbackUrl', { callbackUrl: 'https://' }],
    ['input.callbackUrl', { callbackUrl: 'https://@/' }],
    ['input.callbackUrl', { callbackUrl: 'https://shop.example.com/a b' }],
    ['input.callbackUrl', { callbackUrl: ' https://shop.example.com' }],
    ['input.callbackUrl', { callbackUrl: 'https://shop.example.com\n' }],
    ['input.callbackUrl', { callbackUrl: 'https://shop.example.com:99999' }],
    ['input.successUrl', { successUrl: `https://shop.example.com/${LONG.repeat(7)}` }],
    ['input.failureUrl', { failureUrl: '/no' }],
    ['input.payer.email', { payer: { email: '' } }],
    ['input.payer.dateOfBirth', { payer: { dateOfBirth: '2001-02-29' } }],
    ['input.payer.dateOfBirth', { payer: { dateOfBirth: '2001-13-01' } }],
    ['input.payer.dateOfBirth', { payer: { dateOfBirth: '2001-1-1' } }],
    ['input.payer.dateOfBirth', { payer: { dateOfBirth: '2001-01-01T00:00:00Z' } }],
    ['input.payer.dateOfBirth', { payer: { dateOfBirth: '' } }],
  ])('with a bad %s is refused by its path, and nothing is sent: %j', async (argument, more) => {
    const { errors } = await gateway.ask(query, { input: { ...usual, ...more } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(gateway.upstream.requests).toEqual([])
  })

  test('takes a URL of 2048 characters, and a description of 255', async () => {
    const callbackUrl = `https://shop.example.com/${'x'.repeat(2048 - 25)}`
    const description = LONG.slice(0, 255)
    expect(callbackUrl).toHaveLength(2048)
    await create({ callbackUrl, description })
    expect(bodies()[0]).toMatchObject({ callbackUrl, description })
  })
})

test('createOrder gives the preorder that it made, with what was asked where the answer does not repeat it', async () => {
  const [, query] = WAYS[1]
  const { data } = await gateway.ask(query, { input: { ...usual, description: 'Order #7055' } })
  expect(data.it).toEqual({
    __typename: 'Preorder',
    id: 'Preorder:P1',
    project: { name: 'Harbour Books' },
    orderId: '7055-9f3c1a',
    description: 'Order #7055',
    multiple: false,
    receiveAmount: '49.90',
    receiveCode: 'EUR',
    payAmount: null,
    payCode: null,
    payUrl: 'https://spectrocoin.com/en/payment/preorder/P1',
    validUntil: '2026-11-22T10:15:00.000Z',
    createdAt: null,
    orderCount: null,
  })
})

test.each(['preOrderId', 'redirectUrl'])('an answer without its %s may have been made all the same', async (name) => {
  gateway.upstream.routes({ 'POST /merchants/orders/create': { body: created({ [name]: null }) } })
  const { errors } = await gateway.ask(WAYS[1][1], { input: usual })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_INVALID', outcome: 'UNKNOWN' })
})

test('createPreorder for many says so, and takes the word of the answer over that of the input', async () => {
  gateway.upstream.routes({
    'POST /merchants/preorders': { body: preorder({ orderId: 'made-up', isMultiple: 'true' }) },
  })
  const { data } = await gateway.ask(WAYS[0][1], { input: { ...usual, orderId: 'mine', multiple: true } })
  expect(data.it).toMatchObject({ orderId: 'made-up', multiple: true, description: 'Haircut', orderCount: 2 })
  expect(bodies()).toMatchObject([{ isMultiple: true }])
  gateway.upstream.routes({ 'POST /merchants/preorders': { body: preorder({ isMultiple: undefined, orderId: '' }) } })
  const silent = await gateway.ask(WAYS[0][1], { input: { ...usual, orderId: 'mine', multiple: true } })
  expect(silent.data.it).toMatchObject({ orderId: 'mine', multiple: true })
})

test('createPreorder that is refused for its flag is InvalidInput there', async () => {
  const reply: Reply = {
    status: 400,
    body: { errorCode: 'GEN_5', errorParameters: [{ key: 'isMultiple', value: 'v' }] },
  }
  gateway.upstream.routes({ 'POST /merchants/preorders': reply })
  const { data } = await gateway.ask(WAYS[0][1], { input: { ...usual, multiple: true } })
  expect(data.it).toMatchObject({ __typename: 'InvalidInput', path: ['input', 'multiple'] })
})

describe('a preorder', () => {
  const read = async (row: Row): Promise<{ it: unknown; codes: unknown[] }> => {
    gateway.upstream.routes({ 'GET /merchants/preorders/P1': { body: row } })
    const { data, errors = [] } = await gateway.ask(
      `{ it: preorder(id: "Preorder:P1") { ${FIELDS} project { id } } rates { currencyCode } }`,
    )
    expect(data.rates).toHaveLength(2)
    return { it: data.it, codes: errors.map(({ extensions }) => extensions.code) }
  }

  test('is read with the least that it may come with', async () => {
    expect(await read({ id: raw('9007199254740993'), redirectUrl: 'https://x.example' })).toEqual({
      it: {
        id: 'Preorder:9007199254740993',
        project: null,
        orderId: null,
        description: null,
        multiple: false,
        receiveAmount: null,
        receiveCode: null,
        payAmount: null,
        payCode: null,
        payUrl: 'https://x.example',
        validUntil: null,
        createdAt: null,
        orderCount: null,
      },
      codes: [],
    })
  })

  test('is read with numbers as text, and flags by the name that Java gives them', async () => {
    const row = preorder({
      isMultiple: undefined,
      multiple: true,
      receiveAmount: '25.00',
      orderCount: '7',
      orderId: 7055,
    })
    expect((await read(row)).it).toMatchObject({
      multiple: true,
      receiveAmount: '25.00',
      orderCount: 7,
      orderId: '7055',
      project: { id: 'Project:J1' },
    })
  })

  test.each([
    ['id', null],
    ['redirectUrl', ''],
    ['receiveAmount', '1,5'],
    ['validUntil', 'soon'],
    ['isMultiple', 'maybe'],
    ['orderCount', -1],
  ])('with the %s %j is null with an error, and takes no neighbour', async (name, value) => {
    expect(await read(preorder({ [name]: value }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
  })
})

test.each([
  [
    'a project',
    '{ it: preorders(projectId: "Project:J1") { totalCount } }',
    'preorders',
    preorder({ projectId: 'J2' }),
  ],
  [
    'a project',
    '{ it: project(id: "Project:J1") { them: preorders { totalCount } } }',
    'preorders',
    preorder({ projectId: 'J2' }),
  ],
  ['a project', '{ it: orders(projectId: "Project:J1") { totalCount } }', 'orders', order({ projectId: 'J2' })],
  [
    'a preorder',
    '{ it: preorder(id: "Preorder:P1") { them: orders { totalCount } } }',
    'orders',
    order({ merchantPreOrderId: 'P2' }),
  ],
])('a list of %s that holds what is of another one is none: %s', async (_what, query, noun, row) => {
  gateway.upstream.routes({ [`GET /merchants/${noun}`]: { body: page(row) } })
  const { data, errors } = await gateway.ask(query)
  expect(data.it?.them ?? null).toBeNull()
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID'])
})

test('the preorders of a project are asked for page by page, by its own id', async () => {
  gateway.upstream.routes({ 'GET /merchants/preorders': { body: page(preorder({ projectId: 'x y' })) } })
  const { data } = await gateway.ask(
    '{ preorders(projectId: "Project:x y", first: 2) { totalCount nodes { id project { id } } } }',
  )
  expect(data.preorders.totalCount).toBe(1)
  const query = gateway.upstream.requests.find(({ path }) => path === '/merchants/preorders')?.query
  expect([...(query ?? [])]).toEqual([
    ['projectId', 'x y'],
    ['page', '1'],
    ['size', '2'],
  ])
})

test.each([
  ['a 404', { status: 404, body: '' }],
  ['the code for projects', { status: 400, body: { errorCode: 'MER_2' } }],
])('the preorders of a project that is unknown, which %s says, are null', async (_what, reply) => {
  gateway.upstream.routes({ 'GET /merchants/preorders': reply })
  const { data, errors } = await gateway.ask('{ preorders(projectId: "Project:9") { totalCount } }')
  expect([data, errors]).toEqual([{ preorders: null }, undefined])
})

test.each([
  ['with its project', {}, [['projectId', 'J1']]],
  ['alone where the project is not told', { projectId: undefined }, []],
])('the orders of a preorder are asked for by it %s', async (_how, more, project) => {
  gateway.upstream.routes({
    'GET /merchants/preorders/P1': { body: preorder(more) },
    'GET /merchants/orders': { body: page(order({ merchantPreOrderId: undefined })) },
  })
  const { data } = await gateway.ask(
    '{ preorder(id: "Preorder:P1") { orders(first: 5) { nodes { orderId preorder { id } } } } }',
  )
  // The row does not say of which preorder it came, and need not: it was asked for.
  expect(data.preorder.orders.nodes).toEqual([{ orderId: '7055', preorder: { id: 'Preorder:P1' } }])
  const query = gateway.upstream.requests.find(({ path }) => path === '/merchants/orders')?.query
  expect([...(query ?? [])]).toEqual([...project, ['page', '1'], ['size', '5'], ['preOrderId', 'P1']])
  expect(gateway.upstream.count('GET /merchants/preorders/P1')).toBe(1)
})
