// Corrections of the endpoint table, which is inferred in parts: method, path and encoding by a file, the version by a header.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { account, exchange, page, transaction, walletRoutes } from './support/rows.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

let directory: string
let upstream: FakeUpstream
let gateway: TestGateway | undefined
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'endpoints-'))))
afterAll(() => rmSync(directory, { recursive: true }))
beforeEach(async () => {
  upstream = await startUpstream(walletRoutes)
})
afterEach(async () => {
  await gateway?.close()
  gateway = undefined
  await upstream.close()
})

async function start(corrections: unknown, env: Record<string, string> = {}): Promise<TestGateway> {
  const file = join(directory, 'endpoints.json')
  writeFileSync(file, typeof corrections === 'string' ? corrections : JSON.stringify(corrections))
  gateway = await startTestGateway({ ...upstream.env, ...env, ENDPOINTS_FILE: file })
  return gateway
}

test('a path, its placeholders included, a method and an encoding are corrected', async () => {
  upstream.routes({
    'POST /v2/accounts': { body: [account()] },
    'GET /v2/lines/of/A1': { body: page(transaction()) },
    'PUT /v2/exchanges': { body: exchange() },
  })
  const { ask } = await start({
    'accounts.list': { method: 'POST', path: '/v2/accounts' },
    'transactions.list': { path: '/v2/lines/of/{accountId}' },
    'exchanges.create': { method: 'PUT', path: '/v2/exchanges', encoding: 'form' },
  })
  const { data } = await ask('{ accounts { transactions { nodes { id } } } }')
  expect(data).toEqual({ accounts: [{ transactions: { nodes: [{ id: 'Transaction:A1/T1' }] } }] })
  const made = await ask(`mutation { createExchange(input: {
    idempotencyKey: "k", payAmount: "1.10", between: { currencies: { payCode: "EUR", receiveCode: "wBTC" } }
  }) { __typename } }`)
  expect(made.data).toEqual({ createExchange: { __typename: 'Exchange' } })
  const sent = upstream.requests.at(-1)
  expect(sent?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  expect(sent?.body).toBe('payAmount=1.10&payCurrencyCode=EUR&receiveCurrencyCode=wBTC')
})

test('the token request is corrected like any other', async () => {
  upstream.routes({ 'POST /auth': { body: { access_token: 'T', expires_in: 60 } } })
  const { ask } = await start({ 'token.create': { path: '/auth', encoding: 'json' } })
  expect((await ask('{ account(id: "Account:A1") { id } }')).data).toEqual({ account: { id: 'Account:A1' } })
  expect(upstream.count(TOKEN_ROUTE)).toBe(0)
  expect(JSON.parse(upstream.requests[0]?.body ?? '')).toEqual({
    grant_type: 'client_credentials',
    client_id: 'test-client',
    client_secret: 'test-secret',
  })
})

test('a corrected row keeps its safety: what moves money is still sent once', async () => {
  upstream.routes({ 'PUT /v2/exchanges': { status: 500, body: '' } })
  const { ask } = await start({ 'exchanges.create': { method: 'PUT', path: '/v2/exchanges' } })
  const query = `mutation { createExchange(input: {
    idempotencyKey: "k", payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
  }) { __typename } }`
  for (const _ of [1, 2]) expect((await ask(query)).data).toEqual({ createExchange: { __typename: 'OutcomeUnknown' } })
  expect(upstream.count('PUT /v2/exchanges')).toBe(1)
})

test('every fault of the file is named together, and the gateway does not start', async () => {
  const faulty = start({
    'accounts.lost': {},
    'accounts.list': { method: 'DELETE', path: 'accounts' },
    'accounts.read': { path: '/accounts/{id}' },
    'transactions.read': { path: '/accounts/{accountId}' },
    'exchanges.list': { encoding: 'xml' },
    'exchanges.read': { path: '/../{exchangeId}' },
    'orders.list': { path: '/orders?all=1' },
    'orders.read': { scope: null },
    'projects.list': null,
    'projects.read': { path: 7 },
  })
  const message = await faulty.then(
    () => 'it started',
    (error: Error) => error.message,
  )
  for (const name of ['accounts.lost', 'accounts.list', 'accounts.read', 'transactions.read', 'exchanges.list'])
    expect(message).toContain(`"${name}"`)
  for (const name of ['exchanges.read', 'orders.list', 'orders.read', 'projects.list', 'projects.read'])
    expect(message).toContain(`"${name}"`)
  for (const what of ['no endpoint', 'bad method', 'bad path', 'bad encoding', 'unknown field', 'must be an object'])
    expect(message).toContain(what)
})

test.each(['', 'no json', '[]', '"text"', 'null'])('a file that holds %j is refused', async (text) => {
  await expect(start(text)).rejects.toThrow(/ENDPOINTS_FILE/)
})

test('a file that is not there is refused', async () => {
  const env = { ...upstream.env, ENDPOINTS_FILE: join(directory, 'nowhere.json') }
  await expect(startTestGateway(env)).rejects.toThrow(/ENDPOINTS_FILE/)
})

test('the header of a version goes with each call, the token request and public ones too', async () => {
  const { ask } = await start({}, { SPECTROCOIN_VERSION_HEADER: 'X-Api-Version: 2026-03-01' })
  await ask('{ accounts { id } rates { price } }')
  expect(upstream.requests).toHaveLength(3)
  for (const { headers } of upstream.requests) expect(headers['x-api-version']).toBe('2026-03-01')
})

test('a version that is pinned by the Accept header takes the place of the usual one', async () => {
  const { ask } = await start({}, { SPECTROCOIN_VERSION_HEADER: 'Accept: application/json;version=2026-03-01' })
  await ask('{ rates { price } }')
  expect(upstream.requests.map(({ headers }) => headers.accept)).toEqual(['application/json;version=2026-03-01'])
})

test('every call says who it comes from, and without a version header sends none', async () => {
  const { ask } = await start({})
  await ask('{ accounts { id } rates { price } }')
  for (const { headers } of upstream.requests) {
    expect(headers['user-agent']).toMatch(/^SpectroCoin-GraphQL-gateway\/\d/)
    expect(Object.keys(headers).filter((name) => name.includes('version'))).toEqual([])
  }
})
