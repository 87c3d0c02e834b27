// What makes or moves something does not leave once its caller has been told that it did not, and what waits when the gateway closes does not either.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GatewayError } from '../src/errors.ts'
import { createAttempts } from '../src/upstream/attempt.ts'
import { createAuth } from '../src/upstream/auth.ts'
import { createBreaker } from '../src/upstream/breaker.ts'
import { NOBODY } from '../src/upstream/caller.ts'
import { createClock } from '../src/upstream/clock.ts'
import { NOBODY_TOLD } from '../src/upstream/decode.ts'
import { createDrift } from '../src/upstream/drift.ts'
import { endpoints } from '../src/upstream/endpoints.ts'
import { unlessGone } from '../src/upstream/failures.ts'
import { createFlights } from '../src/upstream/flights.ts'
import { SILENT_METER } from '../src/upstream/meter.ts'
import { createPolicies } from '../src/upstream/policy.ts'
import { createReads } from '../src/upstream/reads.ts'
import { createRetries } from '../src/upstream/retries.ts'
import { createScopes } from '../src/upstream/scopes.ts'
import { startTestGateway } from './support/gateway.ts'
import { deposit, exchange, gate, order, walletRoutes } from './support/rows.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { Environment } from '../src/config.ts'
import type { Answer, TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Reply } from './support/upstream.ts'

const EXCHANGES = 'POST /exchanges'
const DEPOSITS = 'POST /deposits'
const TOKEN: Reply = { body: { access_token: 'a-token', expires_in: 3600 } }

const EXCHANGE = `mutation { it: createExchange(input: { idempotencyKey: "k", payAmount: "1",
  between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }) { __typename ... on Exchange { id } } }`
const DEPOSIT = `mutation { it: createDeposit(input: { amount: "1", currency: "EUR", paymentMethodId: "PaymentMethod:sepa" }) {
  __typename } }`
const OPERATION = '{ operation(idempotencyKey: "k") { state } }'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream({
    ...walletRoutes,
    [EXCHANGES]: { body: exchange() },
    [DEPOSITS]: { body: deposit() },
  })
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})
const start = async (env: Environment = {}): Promise<TestGateway> =>
  (gateway = await startTestGateway({ ...upstream.env, ...env }))

const told = ({ errors = [] }: Answer): unknown[] => errors.map(({ extensions: { code, outcome } }) => [code, outcome])
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('whose token comes after the time of its operation', () => {
  test.each([
    [EXCHANGES, EXCHANGE],
    [DEPOSITS, DEPOSIT],
  ])('%s is told as not sent, and is not sent when the token is there', async (route, mutation) => {
    const held = gate()
    upstream.routes({ [TOKEN_ROUTE]: async () => held.opened.then(() => TOKEN) })
    const { ask } = await start({ OPERATION_TIMEOUT_MS: '1000', UPSTREAM_TIMEOUT_MS: '30000' })
    const began = performance.now()
    expect(told(await ask(mutation))).toEqual([['UPSTREAM_TIMEOUT', undefined]])
    expect(performance.now() - began).toBeLessThan(2_500)
    held.open()
    await expect.poll(async () => (await ask('{ accounts { id } }')).data.accounts?.length).toBeGreaterThan(0)
    await pass(300)
    expect(upstream.count(route)).toBe(0)
    expect((await ask(OPERATION)).data.operation).toBeNull()
    expect((await ask(mutation)).errors).toBeUndefined()
    expect(upstream.count(route)).toBe(1)
  })
})

describe('who waits for what a probe of the upstream finds', () => {
  test.each([
    [EXCHANGES, EXCHANGE],
    [DEPOSITS, DEPOSIT],
  ])('%s is told in time that nothing was sent, and nothing is', async (route, mutation) => {
    upstream.routes({ 'GET /exchanges/{id}': { status: 503, body: '' } })
    const { ask } = await start({ OPERATION_TIMEOUT_MS: '1500', BREAKER_FAILURES: '1' })
    await ask('{ exchange(id: "Exchange:X9") { id } }')
    await pass(1_200)
    const held = gate()
    upstream.routes({ 'GET /exchanges/{id}': async () => held.opened.then(() => ({ body: exchange() })) })
    const probe = ask('{ exchange(id: "Exchange:X9") { id } }')
    await expect.poll(() => upstream.count('GET /exchanges/{id}')).toBeGreaterThan(1)
    const answer = await ask(mutation)
    expect([[['UPSTREAM_TIMEOUT', undefined]], [['UPSTREAM_UNAVAILABLE', undefined]]]).toContainEqual(told(answer))
    held.open()
    await probe
    await pass(300)
    expect(upstream.count(route)).toBe(0)
  })
})

test('a gateway that closes sends no money that waits for its turn, and says so', async () => {
  const { ask, gateway: running } = await startTestGateway(upstream.env)
  gateway = await startTestGateway()
  upstream.routes({
    'GET /merchants/projects': { status: 429, headers: { 'retry-after': '3' }, body: {} },
    'POST /merchants/orders/{id}/pay': { body: order() },
  })
  const limited = ask('{ projects(first: 1) { nodes { id } } }')
  await expect
    .poll(async () => (await ask('{ viewer { budget { coolingDownUntil } } }')).data.viewer.budget.coolingDownUntil)
    .not.toBeNull()
  // No look goes before it: it is in the journal at once, and waits for its turn.
  const moving =
    ask(`mutation { it: payOrder(input: { idempotencyKey: "k", id: "Order:O1", from: { currency: "EUR" } }) {
    __typename } }`)
  await expect.poll(async () => (await ask(OPERATION)).data.operation?.state).toBe('IN_PROGRESS')
  await pass(200)
  const closed = running.close()
  expect(told(await moving)).toEqual([['UPSTREAM_UNAVAILABLE', undefined]])
  await limited.catch(() => {})
  await closed
  expect(upstream.count('POST /merchants/orders/{id}/pay')).toBe(0)
})

test('a call whose time is up before it could leave is not sent, though it need not wait for anything', async () => {
  const meter = SILENT_METER
  const attempts = createAttempts({
    hasOwnCredential: true,
    callsPerMinute: undefined,
    breaker: createBreaker({ meter, failures: 10 }),
    clock: createClock(),
    drift: createDrift(() => {}),
    meter,
  })
  let sent = 0
  const asking = { caller: NOBODY, signal: undefined, deadline: performance.now() - 1, rank: 'money' } as const
  const made = attempts.make(endpoints.exchanges.create, asking, async () => {
    sent += 1
    return { status: 200, retryAfter: undefined, date: undefined, rateLimit: {} }
  })
  await expect(made).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT', effect: 'not-sent' })
  expect(sent).toBe(0)
  gateway = await startTestGateway()
})

test('a read is not sent for who has gone before it could leave, though it need not wait for anything', async () => {
  const meter = SILENT_METER
  let sent = 0
  const read = createReads({
    once: async () => {
      sent += 1
      throw new GatewayError('UPSTREAM_UNAVAILABLE', 'No.')
    },
    flights: createFlights(),
    breaker: createBreaker({ meter, failures: 10 }),
    retries: createRetries(),
    policies: createPolicies({ timeoutMs: 1000, moneyTimeoutMs: 1000 }),
    meter,
  })
  const { operation } = createScopes({ operationTimeoutMs: 1000, maxUpstreamCalls: 10 })
  const begin = async (signal: AbortSignal | undefined): Promise<unknown> =>
    read(endpoints.accounts.list, { method: 'GET', path: '/', headers: {} }, operation(NOBODY, signal), undefined)
  await expect(begin(AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(sent).toBe(0)
  await expect(begin(undefined)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  expect(sent).toBeGreaterThan(0)
  gateway = await startTestGateway()
})

test('a token that cannot be had is no trouble of the process where whoever wanted it has gone', async () => {
  const gone = new AbortController()
  gone.abort()
  // Nobody else hears of it: an unhandled rejection would end this run.
  const failed = Promise.reject(new Error('no token'))
  await expect(unlessGone(gone.signal, failed)).rejects.toMatchObject({ code: 'CANCELLED' })
  let asked = 0
  const auth = createAuth({
    send: async () => {
      asked += 1
      throw new GatewayError('UPSTREAM_UNAVAILABLE', 'No.')
    },
    endpoint: endpoints.token.create,
    credential: { clientId: 'a', clientSecret: 'b' },
    policy: { timeoutMs: 1000, firstByteMs: 500 },
    told: NOBODY_TOLD,
  })
  await expect(auth.token(gone.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(asked).toBe(0)
  const leaving = new AbortController()
  const waiting = auth.token(leaving.signal)
  leaving.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  gateway = await startTestGateway()
})

describe('a credential that is refused', () => {
  test('is not tried again with each call, and is again after a while', async () => {
    upstream.routes({ [TOKEN_ROUTE]: { status: 401, body: '' } })
    const { ask } = await start()
    for (let n = 0; n < 50; n += 1)
      expect(told(await ask(`{ exchange(id: "Exchange:E${n}") { id } }`))).toEqual([['UNAUTHENTICATED', undefined]])
    expect(upstream.count(TOKEN_ROUTE)).toBeLessThanOrEqual(5)
    upstream.routes({ [TOKEN_ROUTE]: TOKEN })
    await expect.poll(async () => (await ask('{ accounts { id } }')).errors, { timeout: 10_000 }).toBeUndefined()
  })

  test('by every call, though tokens are given for it, costs no new token each time', async () => {
    upstream.routes({ 'GET /exchanges/{id}': { status: 401, body: '' } })
    const { ask } = await start()
    for (let n = 0; n < 50; n += 1) await ask(`{ exchange(id: "Exchange:E${n}") { id } }`)
    expect(upstream.count(TOKEN_ROUTE)).toBeLessThanOrEqual(3)
    expect(upstream.count('GET /exchanges/{id}')).toBeLessThanOrEqual(55)
  })

  test('by one endpoint alone costs no new token each time either, though it is good for all others', async () => {
    upstream.routes({ 'GET /exchanges/{id}': { status: 401, body: '' } })
    const { ask } = await start()
    for (let n = 0; n < 20; n += 1) {
      await ask(`{ exchange(id: "Exchange:X${n}") { id } }`)
      expect((await ask('{ accounts { id } }')).errors).toBeUndefined()
    }
    expect(upstream.count(TOKEN_ROUTE)).toBeLessThanOrEqual(3)
    expect(upstream.count('GET /exchanges/{id}')).toBeLessThanOrEqual(22)
  })

  test('by a payment that was refused with a new one is renewed for the next payment all the same: its key must not be lost', async () => {
    const { ask } = await start()
    const pay = (key: string): Promise<Answer> => ask(EXCHANGE.replace('"k"', `"${key}"`))
    upstream.routes({ [EXCHANGES]: { status: 401, body: '' } })
    expect(told(await pay('first'))).toEqual([['UNAUTHENTICATED', undefined]])
    // Now the token alone is at fault.
    upstream.routes({ [TOKEN_ROUTE]: { body: { access_token: 'another-token', expires_in: 3600 } } })
    upstream.routes({
      [EXCHANGES]: ({ headers }) =>
        headers.authorization === 'Bearer another-token' ? { body: exchange() } : { status: 401, body: '' },
    })
    expect((await pay('second')).data.it).toEqual({ __typename: 'Exchange', id: 'Exchange:E1' })
  })
})
