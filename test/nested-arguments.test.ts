// Bad arguments of nested fields: refused before their parents are read, so that nothing at all is sent.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { post, startSandboxGateway } from './support/gateway.ts'

let gateway: Awaited<ReturnType<typeof startSandboxGateway>>
beforeAll(async () => {
  gateway = await startSandboxGateway({
    MAX_UPSTREAM_CALLS: '200',
    MAX_DEPTH: '1000',
    MAX_FIELDS: '1000000',
    MAX_ALIASES: '100000',
  })
})
beforeEach(() => gateway.sandbox.reset())
afterAll(() => gateway.close())

const NESTED: [what: string, argument: string, query: string, variables?: Record<string, unknown>][] = [
  ['first 0', 'first', '{ accounts { transactions(first: 0) { totalCount } } }'],
  ['first 101', 'first', '{ accounts { transactions(first: 101) { totalCount } } }'],
  ['first by variable', 'first', 'query ($n: Int) { accounts { transactions(first: $n) { totalCount } } }', { n: -1 }],
  ['a broken cursor', 'after', '{ accounts { transactions(after: "nonsense") { totalCount } } }'],
  [
    'first in a fragment',
    'first',
    '{ projects { nodes { ...P } } } fragment P on Project { orders(first: 0) { totalCount } }',
  ],
  [
    'UNRECOGNIZED in a filter',
    'filter.status',
    '{ accounts { transactions(filter: { status: UNRECOGNIZED }) { totalCount } } }',
  ],
  [
    'times in the wrong order',
    'filter.to',
    '{ accounts { transactions(filter: { from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }) { totalCount } } }',
  ],
  [
    'first behind a mutation',
    'first',
    `mutation { createExchange(input: {
      idempotencyKey: "nested", payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
    }) { ... on Exchange { payAccount { transactions(first: 0) { totalCount } } } } }`,
  ],
]

test.each(NESTED)(
  '%s is BAD_USER_INPUT of its root field, and nothing is sent',
  async (_what, argument, query, variables) => {
    const { data, errors } = await gateway.ask(query, variables)
    const [root = ''] = Object.keys(data)
    expect(data).toEqual({ [root]: null })
    expect(errors).toHaveLength(1)
    expect(errors?.[0]).toMatchObject({
      path: [root],
      extensions: { code: 'BAD_USER_INPUT', argument, requestId: expect.any(String) },
    })
    expect(gateway.sandbox.count()).toBe(0)
  },
)

test('the neighbours of a refused root field are run', async () => {
  const { data, errors } = await gateway.ask(`{
    bad: accounts { transactions(first: 0) { totalCount } }
    good: accounts(currencies: ["BTC"]) { currencyCode }
  }`)
  expect(data).toEqual({ bad: null, good: [{ currencyCode: 'BTC' }] })
  expect(errors?.map(({ path }) => path)).toEqual([['bad']])
  expect(gateway.sandbox.count('GET /accounts')).toBe(1)
})

test.each([
  ['skipped', '{ accounts { id transactions(first: 0) @skip(if: true) { totalCount } } }'],
  [
    'not included',
    'query ($s: Boolean = false) { accounts { id transactions(first: 0) @include(if: $s) { totalCount } } }',
  ],
  [
    'in a fragment that is not included',
    '{ accounts { id ...T @include(if: false) } } fragment T on Account { transactions(first: 0) { totalCount } }',
  ],
])("what is %s is no field, and its arguments are nobody's business", async (_what, query) => {
  const { data, errors } = await gateway.ask(query)
  expect(errors).toBeUndefined()
  expect(data.accounts).toHaveLength(14)
})

test("the arguments of another operation of the document are nobody's business", async () => {
  const query = 'query Good { accounts { id } } query Bad { accounts { transactions(first: 0) { totalCount } } }'
  const { data, errors } = await post(gateway.gateway.url, JSON.stringify({ query, operationName: 'Good' }))
  expect(errors).toBeUndefined()
  expect(data.accounts).toHaveLength(14)
})

test('fragments that spread the next one twice, 13 levels deep, are judged at once', async () => {
  const levels = Array.from({ length: 13 }, (_, level) => {
    const next = `rate { currency { ...F${level + 1} } }`
    return `fragment F${level} on Currency { a: ${next} b: ${next} }`
  })
  const last = 'fragment F13 on Currency { account { transactions(first: 0) { totalCount } } }'
  const { errors } = await gateway.ask(`{ currencies { ...F0 } } ${levels.join(' ')} ${last}`)
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'first' })
  expect(gateway.sandbox.count()).toBe(0)
})
