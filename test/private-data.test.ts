// Callers who bring their own SpectroCoin token: each is seen upstream as themselves, and sees what is theirs.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { account, exchange, page, transaction, walletRoutes } from './support/rows.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream, RecordedRequest, Reply } from './support/upstream.ts'

const ownerOf = ({ headers }: RecordedRequest): string => headers.authorization?.replace('Bearer ', '') ?? 'nobody'
const own =
  (reply: (owner: string) => object) =>
  (request: RecordedRequest): Reply =>
    ownerOf(request) === 'nobody' ? { status: 401, body: '' } : { body: reply(ownerOf(request)) }

let upstream: FakeUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startUpstream({
    ...walletRoutes,
    'GET /accounts': own((owner) => [account({ accountId: `of-${owner}` })]),
    'GET /accounts/{id}': own((owner) => account({ accountId: `of-${owner}` })),
    'GET /accounts/{id}/transactions': own((owner) => page(transaction({ description: owner }))),
    'GET /exchanges/E1': own((owner) => exchange({ payAccountId: `of-${owner}` })),
    'POST /exchanges': own((owner) => exchange({ exchangeId: `by-${owner}` })),
  })
  gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
})
beforeEach(() => void (upstream.requests.length = 0))
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
const QUERY = `{
  accounts { id transactions { nodes { description } } } account(id: "Account:x") { id }
  exchange(id: "Exchange:E1") { payAccount { id } } currencies { code }
}`
const EXCHANGE = `mutation ($key: ID!) { createExchange(input: {
  idempotencyKey: $key, payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
}) { __typename ... on Exchange { id } } }`

test('of a hundred requests at once by two callers, each sees what is theirs', async () => {
  const owners = Array.from({ length: 100 }, (_, index) => (index % 2 ? 'A' : 'B'))
  const answers = await Promise.all(owners.map((owner) => gateway.ask(QUERY, {}, as(owner))))
  for (const [index, { data, errors }] of answers.entries()) {
    expect(errors).toBeUndefined()
    expect(data).toMatchObject({
      accounts: [{ id: `Account:of-${owners[index]}`, transactions: { nodes: [{ description: owners[index] }] } }],
      exchange: { payAccount: { id: `Account:of-${owners[index]}` } },
    })
  }
})

test('the upstream gets the authorization of whoever asked, none where it is public, and is asked for no token', async () => {
  await gateway.ask(QUERY, {}, as('A'))
  await gateway.ask(QUERY, {}, as('B'))
  await gateway.ask('{ rates { price } }', {}, as('A'))
  expect(upstream.count(TOKEN_ROUTE)).toBe(0)
  for (const request of upstream.requests) {
    const open = request.path.startsWith('/currencies')
    expect(ownerOf(request), request.path).toMatch(open ? /^nobody$/ : /^[AB]$/)
  }
  for (const owner of ['A', 'B'])
    expect(upstream.requests.filter((request) => ownerOf(request) === owner).length).toBeGreaterThan(2)
})

test('two requests of one caller share nothing private, so that the second one sees what is new', async () => {
  for (const _ of [1, 2]) await gateway.ask('{ accounts { id } }', {}, as('A'))
  expect(upstream.count('GET /accounts')).toBe(2)
})

test('a caller without a token reads what is public, and gets UNAUTHENTICATED for the rest with nothing sent', async () => {
  const { data, errors } = await gateway.ask('{ accounts { id } rates { price } }')
  expect(data).toMatchObject({ accounts: null, rates: [{}, {}] })
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED'])
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/currencies/rates'])
})

test('a token that the upstream refuses is tried once', async () => {
  upstream.routes({ 'GET /exchanges/E9': { status: 401, body: '' } })
  const { errors } = await gateway.ask('{ exchange(id: "Exchange:E9") { id } }', {}, as('A'))
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED'])
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/exchanges/E9'])
})

test('what became of a mutation is for its caller alone, and another caller with the same key sends nothing', async () => {
  const mine = await gateway.ask(EXCHANGE, { key: 'shared' }, as('A'))
  expect(mine.data).toEqual({ createExchange: { __typename: 'Exchange', id: 'Exchange:by-A' } })
  const theirs = await gateway.ask(EXCHANGE, { key: 'shared' }, as('B'))
  expect(theirs.data).toEqual({ createExchange: { __typename: 'IdempotencyConflict' } })
  const operation = '{ operation(idempotencyKey: "shared") { state } node(id: "MoneyOperation:shared") { id } }'
  expect((await gateway.ask(operation, {}, as('B'))).data).toEqual({ operation: null, node: null })
  expect((await gateway.ask(operation, {}, as('A'))).data).toMatchObject({ operation: { state: 'SUCCEEDED' } })
  expect(upstream.count('POST /exchanges')).toBe(1)
})

test('a caller whose token had ended sends the same mutation again under a new one', async () => {
  upstream.routes({
    'POST /exchanges': (request) => (ownerOf(request) === 'old' ? { status: 401, body: '' } : { body: exchange() }),
  })
  const old = await gateway.ask(EXCHANGE, { key: 'renewed' }, as('old'))
  expect(old.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED'])
  const renewed = await gateway.ask(EXCHANGE, { key: 'renewed' }, as('new'))
  expect(renewed.data).toEqual({ createExchange: { __typename: 'Exchange', id: 'Exchange:E1' } })
})
