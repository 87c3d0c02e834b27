// The gateway's own token: asked for once, renewed in time, and on a 401 renewed and the call repeated, once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { exchange, gate, walletRoutes } from './support/rows.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { Answer, TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Reply, Route } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream(walletRoutes)
  gateway = await startTestGateway(upstream.env)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await gateway.close()
  await upstream.close()
})

const ACCOUNT = '{ account(id: "Account:A1") { id } }'
const EXCHANGE = `mutation { createExchange(input: {
  idempotencyKey: "k", payAmount: "100", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
}) { __typename ... on Exchange { id } } }`
/** One call each: identical ones under way would be one. */
const EXCHANGES = Array.from({ length: 200 }, (_, n) => `{ exchange(id: "Exchange:X${n}") { id } }`)
const READ = 'GET /exchanges/{id}'
const codeOf = ({ errors }: Answer): unknown => errors?.map(({ extensions }) => extensions.code)
const unauthorized: Reply = { status: 401, body: { errorCode: 'GEN_2', key: 'unauthorized', traceId: 'abc123' } }

/** Tokens T1, T2, ... */
function tokens(expiresIn = 3600): Route {
  let given = 0
  return () => ({ body: { access_token: `T${(given += 1)}`, token_type: 'Bearer', expires_in: expiresIn } })
}
/** Takes this token alone. */
const guarded =
  (good: string, reply: Reply): Route =>
  ({ headers }) =>
    headers.authorization === `Bearer ${good}` ? reply : unauthorized

test('the token request is form-encoded and has the three documented fields and no more', async () => {
  await gateway.ask(ACCOUNT)
  const [request] = upstream.requests
  expect(request).toMatchObject({ method: 'POST', path: '/oauth/token' })
  expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  expect(request?.headers.authorization).toBeUndefined()
  expect([...new URLSearchParams(request?.body)]).toEqual([
    ['grant_type', 'client_credentials'],
    ['client_id', 'test-client'],
    ['client_secret', 'test-secret'],
  ])
  expect([...(request?.query ?? [])]).toEqual([])
})

test('a secret with reserved characters arrives as it is', async () => {
  const secret = 'a+b&c=d%20é /?'
  const other = await startTestGateway({ ...upstream.env, SPECTROCOIN_CLIENT_SECRET: secret })
  await other.ask(ACCOUNT)
  await other.close()
  expect(new URLSearchParams(upstream.requests[0]?.body).get('client_secret')).toBe(secret)
})

test('public endpoints get no token, and none is fetched for them', async () => {
  const { errors } = await gateway.ask('{ currencies { code } rates { price } }')
  expect(errors).toBeUndefined()
  expect(upstream.requests.map(({ path }) => path).sort()).toEqual(['/currencies', '/currencies/rates'])
  for (const { headers } of upstream.requests) expect(headers.authorization).toBeUndefined()
})

test('200 concurrent queries on a cold token make one token request', async () => {
  const waiting = gate()
  upstream.routes({
    [READ]: { body: exchange() },
    [TOKEN_ROUTE]: async () => {
      await waiting.opened
      return { body: { access_token: 'T1', expires_in: 3600 } }
    },
  })
  const asked = EXCHANGES.map((each) => gateway.ask(each))
  // Public calls of a later query go all the way, so that the others have reached the token by then.
  await gateway.ask('{ rates { price } }')
  waiting.open()
  for (const { data } of await Promise.all(asked)) expect(data).toEqual({ exchange: { id: 'Exchange:E1' } })
  expect(upstream.count(TOKEN_ROUTE)).toBe(1)
  expect(upstream.count(READ)).toBe(200)
})

test('200 concurrent queries on an expired token renew it once, and each call is repeated once', async () => {
  upstream.routes({ [TOKEN_ROUTE]: tokens() })
  await gateway.ask(ACCOUNT)
  upstream.requests.length = 0
  upstream.routes({ [READ]: guarded('T2', { body: exchange() }) })
  const answers = await Promise.all(EXCHANGES.map((each) => gateway.ask(each)))
  for (const { data } of answers) expect(data).toEqual({ exchange: { id: 'Exchange:E1' } })
  expect(upstream.count(TOKEN_ROUTE)).toBe(1)
  const calls = upstream.requests.filter(({ path }) => path.startsWith('/exchanges/'))
  expect(calls.filter(({ headers }) => headers.authorization === 'Bearer T2')).toHaveLength(200)
  expect(calls.filter(({ headers }) => headers.authorization === 'Bearer T1').length).toBeLessThanOrEqual(200)
})

test.each([
  ['30 s before its end', 3600, 3569, 3571],
  ['a tenth of its life before its end, where that is shorter', 100, 89, 91],
  ['at once where it has no life', 0, 0, 0],
])('a token is renewed %s', async (_when, expiresIn, good, late) => {
  upstream.routes({ [TOKEN_ROUTE]: tokens(expiresIn) })
  // The platform's clock put forward: a test has no hour.
  const now = performance.now.bind(performance)
  const clock = vi.spyOn(performance, 'now')
  await gateway.ask(ACCOUNT)
  clock.mockImplementation(() => now() + good * 1000)
  await gateway.ask(ACCOUNT)
  expect(upstream.count(TOKEN_ROUTE)).toBe(good > 0 ? 1 : 2)
  clock.mockImplementation(() => now() + late * 1000)
  await gateway.ask(ACCOUNT)
  expect(upstream.count(TOKEN_ROUTE)).toBe(good > 0 ? 2 : 3)
  expect(upstream.requests.at(-1)?.headers.authorization).toBe(good > 0 ? 'Bearer T2' : 'Bearer T3')
})

test('a 401 twice is UNAUTHENTICATED, and there is no third try', async () => {
  upstream.routes({ [TOKEN_ROUTE]: tokens(), 'GET /accounts/A1': unauthorized })
  const answer = await gateway.ask(`{ account(id: "Account:A1") { id } exchange(id: "Exchange:E1") { id } }`)
  expect(answer.data).toEqual({ account: null, exchange: { id: 'Exchange:E1' } })
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: 'UNAUTHENTICATED',
    upstreamCode: 'GEN_2',
    traceId: 'abc123',
  })
  expect(upstream.count('GET /accounts/A1')).toBe(2)
  expect(upstream.count(TOKEN_ROUTE)).toBe(2)
})

test('a 403 is never repeated, and names the scope beside the code of the upstream', async () => {
  upstream.routes({ 'GET /accounts/A1': { status: 403, body: { errorCode: 'USR_1 - Not verified', traceId: 'f00d' } } })
  const answer = await gateway.ask(ACCOUNT)
  expect(answer.errors?.[0]).toMatchObject({
    message: expect.stringContaining('account:read'),
    path: ['account'],
    extensions: { code: 'FORBIDDEN', scope: 'account:read', upstreamCode: 'USR_1', traceId: 'f00d' },
  })
  expect(upstream.count('GET /accounts/A1')).toBe(1)
  expect(upstream.count(TOKEN_ROUTE)).toBe(1)
})

test('a call that moves money is repeated after a 401, once', async () => {
  upstream.routes({ [TOKEN_ROUTE]: tokens(), 'POST /exchanges': guarded('T2', { body: exchange() }) })
  expect((await gateway.ask(EXCHANGE)).data).toEqual({ createExchange: { __typename: 'Exchange', id: 'Exchange:E1' } })
  const posts = upstream.requests.filter(({ path }) => path === '/exchanges')
  expect(posts.map(({ headers }) => headers.authorization)).toEqual(['Bearer T1', 'Bearer T2'])
  expect(new Set(posts.map(({ body }) => body)).size).toBe(1)
})

test('a call that moves money is not repeated a second time: a 401 to the new token is the last word under its key', async () => {
  upstream.routes({ [TOKEN_ROUTE]: tokens(), 'POST /exchanges': unauthorized })
  expect(codeOf(await gateway.ask(EXCHANGE))).toEqual(['UNAUTHENTICATED'])
  expect(upstream.count('POST /exchanges')).toBe(2)
  const { data } = await gateway.ask('{ operation(idempotencyKey: "k") { state result { ... on Refused { code } } } }')
  expect(data).toEqual({ operation: { state: 'REJECTED', result: { code: 'UNAUTHENTICATED' } } })
  upstream.routes({ 'POST /exchanges': { body: exchange() } })
  expect(codeOf(await gateway.ask(EXCHANGE))).toEqual(['UNAUTHENTICATED'])
  expect(upstream.count('POST /exchanges')).toBe(2)
})

test.each([
  ['401 with the error of OAuth', { status: 401, body: { error: 'invalid_client' } }],
  ['401 with nothing', { status: 401, body: '' }],
  ['400 with the house body', { status: 400, body: { errorCode: 'GEN_4' } }],
])('a credential that is refused with %s is UNAUTHENTICATED, and nothing is sent with it', async (_how, reply) => {
  upstream.routes({ [TOKEN_ROUTE]: reply })
  expect(codeOf(await gateway.ask(ACCOUNT))).toEqual(['UNAUTHENTICATED'])
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/oauth/token'])
})

test.each([
  ['HTML', { body: '<html>token</html>', headers: { 'content-type': 'text/html' } }],
  ['nothing', { body: '' }],
  ['no access_token', { body: { token_type: 'bearer', expires_in: 60 } }],
  ['an empty access_token', { body: { access_token: '', expires_in: 60 } }],
  ['an access_token that would break a header', { body: { access_token: 'a\r\nx: y', expires_in: 60 } }],
  ['a list', { body: '[]' }],
  ['a 203', { status: 203, body: { access_token: 'T', expires_in: 60 } }],
  ['a redirect', { status: 302, headers: { location: '/api/public/redirected' }, body: '' }],
])('a token answer that is %s fails the one query, and the next one asks again', async (_what, reply) => {
  upstream.routes({ [TOKEN_ROUTE]: reply })
  const answer = await gateway.ask(`{ account(id: "Account:A1") { id } rates { price } }`)
  expect(codeOf(answer)).toEqual(['UPSTREAM_INVALID'])
  expect(answer.data).toMatchObject({ account: null, rates: [{}, {}] })
  expect(upstream.requests.map(({ path }) => path).sort()).toEqual(['/currencies/rates', '/oauth/token'])
  upstream.routes({ [TOKEN_ROUTE]: tokens() })
  expect((await gateway.ask(ACCOUNT)).data).toEqual({ account: { id: 'Account:A1' } })
})

test('a token request that hangs fails the fields that wait for it, and the next query asks again', async () => {
  upstream.routes({ [TOKEN_ROUTE]: () => undefined })
  await gateway.close()
  gateway = await startTestGateway({ ...upstream.env, UPSTREAM_TIMEOUT_MS: '300' })
  const answer = await gateway.ask('{ account(id: "Account:A1") { id } currencies { code } }')
  expect(codeOf(answer)).toEqual(['UPSTREAM_TIMEOUT'])
  expect(answer.data).toMatchObject({ account: null, currencies: [{ code: 'EUR' }, { code: 'BTC' }] })
  upstream.routes({ [TOKEN_ROUTE]: tokens() })
  expect((await gateway.ask(ACCOUNT)).data).toEqual({ account: { id: 'Account:A1' } })
})

test('a token that does not say how long it lives is used more than once', async () => {
  upstream.routes({ [TOKEN_ROUTE]: { body: { access_token: 'T', token_type: 'BEARER' } } })
  await gateway.ask(ACCOUNT)
  await gateway.ask(ACCOUNT)
  expect(upstream.count(TOKEN_ROUTE)).toBe(1)
})
