// What an operation may cost, told before it runs: the number for each shape of query, and what is above the ceiling refused with nothing sent.
import { readFileSync } from 'node:fs'
import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  parse,
  validateExecutionArgs,
} from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needsOf } from '../src/schema/needs.ts'
import { schema } from '../src/schema/index.ts'
import { sizeOf } from '../src/schema/sizes.ts'
import { createEstimate } from '../src/server/estimate.ts'
import { TABS } from '../src/server/graphiql-tabs.ts'
import { startTestGateway } from './support/gateway.ts'
import { page, project, rate, walletRoutes } from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { GraphQLNamedType } from 'graphql'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const estimate = createEstimate()

function estimated(
  query: string,
  variableValues: Record<string, unknown> = {},
  operationName: string | null = null,
): number {
  const document = parse(query)
  const validated = validateExecutionArgs({ schema, document, variableValues, operationName })
  if (!('schema' in validated)) throw new Error('these variables do not fit')
  return estimate(validated)
}

const ACCOUNT_IDS = '"Account:A1", "Account:A2", "Account:A3"'

describe('an operation is estimated at', () => {
  test.each<[calls: number, of: string, query: string, variables?: Record<string, unknown>]>([
    [0, 'what never leaves', '{ viewer { budget { remaining } } operation(idempotencyKey: "k") { state } }'],
    [0, 'introspection', '{ __schema { types { name fields { name } } } __type(name: "Account") { name } }'],
    [1, 'a list', '{ accounts { id balance } }'],
    [
      3,
      'calls that all rows share',
      '{ accounts { currency { name } value } portfolio { total } currencies { code } }',
    ],
    [4, 'one call for each base', '{ accounts { a: value(in: "EUR") } rates(base: "USD") { price } }'],
    [
      1,
      'rates of one base, whoever wants them',
      '{ a: rates(base: "EUR") { price } b: rates(base: "EUR", currencies: ["BTC"]) { price } }',
    ],
    [
      6,
      'a page for each row of a page',
      '{ exchanges(first: 5) { nodes { id } } projects(first: 4) { nodes { orders { nodes { id } } } } }',
    ],
    [26, 'the page that is given where none is said', '{ projects { nodes { orders(first: 1) { nodes { id } } } } }'],
    [
      26,
      'the page that is given where null is said',
      '{ projects(first: null) { edges { node { orders { totalCount } } } } }',
    ],
    [8, 'the page of the variable', 'query ($n: Int = 7) { projects(first: $n) { nodes { orders { totalCount } } } }'],
    [
      4,
      'the page of its value',
      'query ($n: Int = 7) { projects(first: $n) { nodes { orders { totalCount } } } }',
      { n: 3 },
    ],
    [101, 'at most a hundred rows', '{ projects(first: 1000) { nodes { orders { totalCount } } } }'],
    [2, 'at least one', '{ projects(first: -5) { nodes { orders { totalCount } } } }'],
    [1, 'a page whose rows are not asked for', '{ projects(first: 100) { totalCount pageInfo { endCursor } } }'],
    [6, 'a search behind a cursor', '{ exchanges(after: "c") { nodes { id } } }'],
    [1, 'no cursor', 'query ($after: String) { exchanges(after: $after) { nodes { id } } }', { after: null }],
    [
      11,
      'a search for each row',
      '{ projects(first: 1) { nodes { orders(after: "a") { totalCount } } } exchanges { totalCount } deposits { totalCount } project(id: "Project:1") { name } order(id: "Order:1") { id } }',
    ],
    [
      41,
      'lists of twenty, where they come whole',
      '{ accounts { a: transactions(first: 1) { totalCount } b: transactions(first: 2) { totalCount } } }',
    ],
    [3, 'as many as are named', '{ accounts(currencies: ["BTC", "EUR", "BTC"]) { transactions { totalCount } } }'],
    [101, 'a hundred pairs', '{ exchangePairs { rate { rate } } }'],
    [21, 'twenty pairs of a currency', '{ exchangePairs(payCode: "EUR") { rate { rate } } }'],
    [2, 'one pair of two', '{ exchangePairs(payCode: "EUR", receiveCode: "BTC") { rate { rate } } }'],
    [
      1,
      'the same under two aliases',
      '{ a: exchanges(first: 3) { nodes { id } } b: exchanges(first: 3) { totalCount } }',
    ],
    [
      2,
      'two of different arguments',
      '{ a: exchanges(first: 3) { totalCount } b: exchanges(first: 4) { totalCount } }',
    ],
    [
      4,
      'what is asked of the same under two aliases',
      '{ a: projects(first: 3) { nodes { orders { totalCount } } } b: projects(first: 3) { nodes { orders { nodes { id } } } } }',
    ],
    [1, 'the default and its being said', '{ a: exchanges { totalCount } b: exchanges(first: 25) { totalCount } }'],
    [
      1,
      'one filter, however it is written',
      '{ a: exchanges(filter: { status: PAID, from: "2026-01-01T00:00:00Z" }) { totalCount } b: exchanges(filter: { from: "2026-01-01T00:00:00Z", status: PAID }) { totalCount } }',
    ],
    [
      4,
      'fragments, opened and merged',
      '{ projects(first: 3) { ...A ...B } } fragment A on ProjectConnection { nodes { orders { totalCount } } } fragment B on ProjectConnection { ... on ProjectConnection { nodes { orders { nodes { id } } } } }',
    ],
    [
      2,
      'the dearest of what a union may be',
      '{ node(id: "Order:1") { ... on Account { transactions { totalCount } } ... on Exchange { id } } }',
    ],
    [
      4,
      'the dearest, not the sum',
      '{ node(id: "Order:1") { ... on Order { transactions { totalCount } callbacks { totalCount } project { name } } ... on Project { orders { totalCount } preorders { totalCount } } } }',
    ],
    [
      5,
      'the dearest of an interface, and what others would share',
      '{ node(id: "X:1") { ... on Withdrawal { account { id } ... on WithdrawalWithExchange { exchange { id } } ... on VoucherWithdrawal { voucherCode } } } currencies { code } }',
    ],
    [
      77,
      'a source that leaves its kind open',
      '{ accounts(currencies: ["BTC"]) { transactions(first: 25) { nodes { source { __typename } } } } }',
    ],
    [1, 'one account', '{ account(id: "Account:A1") { id } }'],
    [2, 'one account that is linked to', '{ exchange(id: "Exchange:E1") { payAccount { id } } }'],
    [3, 'accounts that rows link to', '{ exchanges(first: 50) { nodes { payAccount { id } receiveAccount { id } } } }'],
    [
      3,
      'addresses that accounts of rows have',
      '{ exchanges(first: 1) { nodes { payAccount { depositAddresses { address } } } } }',
    ],
    [5, 'addresses of many', '{ exchanges(first: 9) { nodes { payAccount { depositAddresses { address } } } } }'],
    [
      2,
      'what is secret of a voucher',
      '{ withdrawals(kind: VOUCHER) { nodes { ... on VoucherWithdrawal { voucherCode voucherPin expiresAt } } } }',
    ],
    [2, 'several accounts by their ids', `{ nodes(ids: [${ACCOUNT_IDS}]) { id } }`],
    [
      9,
      'things by their ids',
      '{ nodes(ids: ["Exchange:1", "Exchange:1", "Order:1", "Transaction:A/1", "MoneyOperation:k", "Currency:BTC"]) { id } }',
    ],
    [0, 'no ids', '{ nodes(ids: []) { ... on Account { transactions { totalCount } } } }'],
    [6, 'a transaction by its id', 'query ($id: ID!) { node(id: $id) { id } }', { id: 'Transaction:A/1' }],
    [
      1,
      'what is skipped',
      'query ($no: Boolean!) { accounts { id value @skip(if: true) currency @include(if: $no) { id } } exchanges @skip(if: true) { totalCount } ...F @include(if: $no) } fragment F on Query { deposits { totalCount } }',
      { no: false },
    ],
    [
      2,
      'what is not skipped',
      'query ($yes: Boolean!) { accounts { id } ...F @include(if: $yes) } fragment F on Query { deposits { totalCount } }',
      { yes: true },
    ],
    [0, 'arguments that fail anyway', 'query ($id: ID = "x") { account(id: $id) { id } }', { id: null }],
    [
      6,
      'a mutation, looks and all',
      'mutation { createExchange(input: { idempotencyKey: "k", payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }) { ... on Exchange { id payAccount { id } } ... on Error { message } } }',
    ],
    [
      8,
      'mutations one after the other',
      'mutation { a: cancelOrder(input: { id: "Order:1" }) { ...F } b: cancelOrder(input: { id: "Order:1" }) { ...F } } fragment F on Order { project { id } preorder { id } }',
    ],
    [
      4,
      'nothing that an earlier mutation has read',
      'mutation { a: createDepositAddress(input: { currency: "BTC" }) { ... on DepositAddress { account { id } } } b: createDepositAddress(input: { currency: "BTC" }) { ... on DepositAddress { account { id } } } }',
    ],
    [
      5,
      'one event and one poll',
      'subscription { orderUpdated(id: "Order:1") { status transactions { nodes { currency { name } } } callbacks { totalCount } project { name } } }',
    ],
    [1, 'live rates', 'subscription { liveRates(currencies: ["BTC", "ETH"]) { price } }'],
    [
      5,
      'what is read at each event',
      'subscription { liveRates(currencies: ["BTC", "ETH"]) { currency { account { transactions { totalCount } } } } }',
    ],
  ])('%i for %s', (calls, _of, query, variables) => {
    expect(estimated(query, variables)).toBe(calls)
  })

  test('that of the operation which is named', () => {
    const query = 'query A { accounts { id } } query B { accounts { id } exchanges { totalCount } }'
    expect([estimated(query, {}, 'A'), estimated(query, {}, 'B')]).toEqual([1, 2])
  })

  test('3, 77 and 5 for the queries of the README', () => {
    const queries = [...readFileSync('README.md', 'utf8').matchAll(/```graphql\n([^`]*)```/g)].map(
      ([, query = '']) => query,
    )
    expect(queries.map((query) => estimated(query))).toEqual([3, 77, 5])
  })

  test('less than a hundred for all that GraphiQL opens with', () => {
    for (const query of TABS)
      for (const definition of parse(query).definitions)
        if (definition.kind === 'OperationDefinition')
          expect(estimated(query, {}, definition.name?.value ?? null)).toBeLessThanOrEqual(51)
  })
})

describe('each list of things that cost something to look into', () => {
  const costs = new Map<GraphQLNamedType, boolean>()
  /** Whether something below a type makes calls. */
  const isDear = (type: GraphQLNamedType): boolean => {
    if (!isObjectType(type) && !isInterfaceType(type)) return false
    const known = costs.get(type)
    if (known !== undefined) return known
    costs.set(type, false)
    const types = isInterfaceType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]
    const dear = types.some((each) =>
      Object.values(each.getFields()).some((field) => needsOf(field.extensions) ?? isDear(getNamedType(field.type))),
    )
    costs.set(type, dear)
    return dear
  }
  const fields = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))

  test('says how long it is', () => {
    const silent = fields
      .filter(
        ({ field }) =>
          isListType(getNullableType(field.type)) && isDear(getNamedType(field.type)) && !sizeOf(field.extensions),
      )
      .map(({ type, field }) => `${type.name}.${field.name}`)
    expect(silent).toEqual([])
  })

  test('is a page where it is part of one, which is searched for behind a cursor', () => {
    const connections = fields.filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'))
    expect(connections.length).toBeGreaterThan(15)
    for (const { type, field } of connections)
      expect([type.name, field.name, needsOf(field.extensions)?.paged, needsOf(field.extensions)?.calls]).toEqual([
        type.name,
        field.name,
        true,
        6,
      ])
    for (const { type, field } of fields.filter(({ type }) => type.name.endsWith('Connection')))
      if (field.name === 'nodes' || field.name === 'edges')
        expect([type.name, field.name, sizeOf(field.extensions)?.({}, 7)]).toEqual([type.name, field.name, 7])
  })
})

describe('above the ceiling', () => {
  let upstream: FakeUpstream
  let gateway: TestGateway
  beforeAll(async () => {
    upstream = await startUpstream(walletRoutes)
    gateway = await startTestGateway({ ...upstream.env, ...LARGE_DOCUMENTS, MAX_UPSTREAM_CALLS: '12' })
  })
  beforeEach(() => {
    upstream.requests.length = 0
  })
  afterAll(async () => {
    await gateway.close()
    await upstream.close()
  })

  /** So that it is their cost which is looked at. */
  const LARGE_DOCUMENTS = { MAX_DEPTH: '1000', MAX_FIELDS: '1000000', MAX_ALIASES: '100000' }
  const DEAR = '{ projects(first: 12) { nodes { orders { totalCount } } } }'
  const refusal = {
    message:
      'This operation may take 13 upstream calls, and one may take 12: ask for less at a time, with a smaller "first" or in several operations.',
    extensions: expect.objectContaining({ code: 'OPERATION_TOO_EXPENSIVE', estimated: 13, limit: 12 }),
  }

  test('an operation is refused whole, with both numbers and nothing sent', async () => {
    const { data, errors, status } = await gateway.ask(DEAR)
    expect([data, status]).toEqual([undefined, 200])
    expect(errors).toEqual([expect.objectContaining(refusal)])
    const modern = await gateway.ask(DEAR, {}, { accept: 'application/graphql-response+json' })
    expect(modern.status).toBe(400)
    expect(upstream.requests).toEqual([])
  })

  test('one call less is run', async () => {
    upstream.routes({
      'GET /merchants/projects': { body: page(...Array.from({ length: 11 }, (_, n) => project({ id: `J${n}` }))) },
      'GET /merchants/orders': { body: page() },
    })
    const { errors } = await gateway.ask('{ projects(first: 11) { nodes { orders { totalCount } } } }')
    expect(errors).toBeUndefined()
    expect(upstream.count('GET /merchants/projects') + upstream.count('GET /merchants/orders')).toBe(12)
  })

  test('the variables of each request count anew', async () => {
    const query = 'query ($n: Int!) { projects(first: $n) { nodes { orders { totalCount } } } }'
    expect((await gateway.ask(query, { n: 2 })).errors).toBeUndefined()
    expect((await gateway.ask(query, { n: 12 })).errors).toEqual([expect.objectContaining(refusal)])
    expect((await gateway.ask(query, { n: 2 })).errors).toBeUndefined()
  })

  test('a mutation moves nothing', async () => {
    const { data, errors } = await gateway.ask(`mutation {
      payOrder(input: { idempotencyKey: "dear", id: "Order:O1", from: { currency: "EUR" } }) {
        ... on Order { transactions(after: "a") { totalCount } callbacks(after: "a") { totalCount } }
      }
    }`)
    expect(data).toBeUndefined()
    expect(errors).toEqual([expect.objectContaining(refusal)])
    expect(upstream.requests).toEqual([])
    const { data: later } = await gateway.ask('{ operation(idempotencyKey: "dear") { state } }')
    expect(later).toEqual({ operation: null })
  })

  test('a websocket has the same refusal, and a subscription polls nothing', async () => {
    const client = connectClient(gateway.gateway.websocketUrl)
    try {
      expect((await client.ask(DEAR)).errors).toEqual([expect.objectContaining(refusal)])
      const live = await client.ask(
        'subscription { orderUpdated(id: "Order:O1") { transactions(first: 11) { nodes { project { name } } } } }',
      )
      expect(live.errors).toEqual([expect.objectContaining(refusal)])
    } finally {
      await client.close()
    }
    expect([upstream.requests, gateway.gateway.liveFeeds()]).toEqual([[], 0])
  })

  test('a stream of events is not begun', async () => {
    const response = await fetch(gateway.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query:
          'subscription { orderUpdated(id: "Order:O1") { transactions(first: 11) { nodes { project { name } } } } }',
      }),
    })
    expect(await response.text()).toContain('OPERATION_TOO_EXPENSIVE')
    expect([upstream.requests, gateway.gateway.liveFeeds()]).toEqual([[], 0])
  })

  // Each level is asked for twice with other arguments, so that nothing merges: 2 to the power of the levels.
  const doubling = (levels: number): string =>
    Array.from(
      { length: levels },
      (_, n) =>
        `fragment F${n} on Currency { a: rate(base: "EUR") { currency { ...F${n + 1} } } b: rate(base: "USD") { currency { ...F${n + 1} } } }`,
    ).join(' ')

  test('fragments that double at each level are refused at once, though they would share their calls', async () => {
    const query = `{ currency(code: "BTC") { ...F0 } } ${doubling(13)} fragment F13 on Currency { code }`
    const began = performance.now()
    const { errors } = await gateway.ask(query)
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('asks for too much for its upstream calls to be counted'),
      }),
    ])
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'OPERATION_TOO_EXPENSIVE', limit: 12 })
    expect(errors?.[0]?.extensions).not.toHaveProperty('estimated')
    expect(upstream.requests).toEqual([])
    upstream.routes({
      'GET /currencies/rates': ({ query: asked }) => ({
        body: [rate({ baseCurrencyCode: asked.get('baseCurrencyCode') })],
      }),
    })
    const few = await gateway.ask(`{ currency(code: "BTC") { ...F0 } } ${doubling(4)} fragment F4 on Currency { code }`)
    expect(few.errors).toBeUndefined()
  })

  test('fragments that go deep are refused in the same way, before the stack ends', async () => {
    const deep = (n: number): string =>
      `fragment F${n} on Currency { ${'rate { currency { '.repeat(100)} ...F${n + 1} ${'} } '.repeat(100)} }`
    const query = `{ currency(code: "BTC") { ...F0 } } ${[0, 1, 2, 3].map(deep).join(' ')} fragment F4 on Currency { code }`
    const { errors } = await gateway.ask(query)
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['OPERATION_TOO_EXPENSIVE'])
  })

  test('pages in pages give a number that is still one', async () => {
    const levels = Array.from({ length: 14 }, () => 'project { orders(first: 100) { nodes {').join(' ')
    const query = `{ orders(projectId: "Project:J1", first: 100) { nodes { ${levels} id ${'} } } '.repeat(14)} } } }`
    const { errors } = await gateway.ask(query)
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'OPERATION_TOO_EXPENSIVE',
      estimated: Number.MAX_SAFE_INTEGER,
    })
  })
})
