// Keys of callers whose tokens say whose they are, over HTTP: a renewed token has its owner's keys, a forged one has nothing.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createCallers } from '../src/server/callers.ts'
import { startTestGateway } from './support/gateway.ts'
import { account, exchange, order, page, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream, Reply, Route } from './support/upstream.ts'

/** As a JSON Web Token is written; nobody here could tell whether it is genuine, but the upstream. */
const tokenOf = (claims: object, signature = 'sig'): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`

const ANN = { iss: 'https://id.example.com', sub: 'ann', exp: 4_102_444_800 }
const FIRST = tokenOf(ANN)
const RENEWED = tokenOf({ ...ANN, exp: 4_102_444_801 }, 'another')
const FORGED = tokenOf(ANN, 'forged')
const BOB = tokenOf({ ...ANN, sub: 'bob' })

let upstream: FakeUpstream
let gateway: TestGateway
let made: number

/** The upstream takes every token but the forged one. */
const taking =
  (answer: () => Reply): Route =>
  ({ headers }) =>
    headers.authorization === `Bearer ${FORGED}` ? { status: 401, body: {} } : answer()

beforeEach(async () => {
  made = 0
  upstream = await startUpstream({
    ...walletRoutes,
    'POST /exchanges': taking(() => ({ body: exchange({ exchangeId: `E${(made += 1)}` }) })),
    'GET /accounts': taking(() => ({ body: [account({ availableBalance: 100 })] })),
    'GET /exchanges': taking(() => ({ body: page() })),
  })
  gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url, RECONCILE_WAIT_MS: '500' })
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

/** The result of the same mutation under the same key, or its error code. */
async function exchanging(token: string, payAmount = '1', key = 'k'): Promise<Row | string> {
  const input = `{ idempotencyKey: "${key}", payAmount: "${payAmount}", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }`
  const query = `mutation { it: createExchange(input: ${input}) { __typename ... on Exchange { id } } }`
  const { data, errors } = await gateway.ask(query, {}, bearer(token))
  return errors ? String(errors[0]?.extensions.code) : data.it
}

async function operation(token: string): Promise<Row | null | string> {
  const query = '{ operation(idempotencyKey: "k") { state result { __typename ... on Exchange { id } } } }'
  const { data, errors } = await gateway.ask(query, {}, bearer(token))
  return errors ? String(errors[0]?.extensions.code) : data.operation
}

/** What was asked of the upstream with a token. */
const madeWith = (token: string): string[] =>
  upstream.requests
    .filter(({ headers }) => headers.authorization === `Bearer ${token}`)
    .map(({ method, path }) => `${method} ${path}`)

const MINE = { __typename: 'Exchange', id: 'Exchange:E1' }
const CONFLICT = { __typename: 'IdempotencyConflict' }

describe('a key used with a token that says whose it is', () => {
  test('gives its answer to the renewed token, once the upstream has taken that one', async () => {
    expect(await exchanging(FIRST)).toEqual(MINE)
    expect(await exchanging(RENEWED)).toEqual(MINE)
    expect(await operation(RENEWED)).toEqual({ state: 'SUCCEEDED', result: MINE })
    expect(upstream.count('POST /exchanges')).toBe(1)
    expect(madeWith(RENEWED)).toEqual(['GET /accounts'])
  })

  test('gives nothing to a forged one: a conflict, no operation, and nothing is sent', async () => {
    await exchanging(FIRST)
    expect(await exchanging(FORGED)).toEqual(CONFLICT)
    expect(await operation(FORGED)).toBeNull()
    expect(upstream.count('POST /exchanges')).toBe(1)
    expect(await operation(FIRST)).toEqual({ state: 'SUCCEEDED', result: MINE })
  })

  test('gives nothing to a forged one that was not believed before and tries again after a good one', async () => {
    await exchanging(FIRST)
    await exchanging(RENEWED)
    expect(await exchanging(FORGED)).toEqual(CONFLICT)
    expect(await operation(FORGED)).toBeNull()
  })

  test('is not blocked by a forged one that came first', async () => {
    expect(await exchanging(FORGED)).toBe('UNAUTHENTICATED')
    expect(await operation(FIRST)).toBeNull()
    expect(await exchanging(FIRST)).toEqual(MINE)
  })

  test('is another one with another subject', async () => {
    expect(await exchanging(FIRST)).toEqual(MINE)
    expect(await exchanging(BOB, '2')).toEqual({ __typename: 'Exchange', id: 'Exchange:E2' })
    expect(await operation(BOB)).toMatchObject({ result: { id: 'Exchange:E2' } })
  })

  test('is a conflict for the renewed token with another input', async () => {
    await exchanging(FIRST)
    expect(await exchanging(RENEWED, '2')).toEqual(CONFLICT)
    expect(upstream.count('POST /exchanges')).toBe(1)
  })

  test('tells neither answer nor conflict while the upstream cannot say whose the renewed token is', async () => {
    await exchanging(FIRST)
    upstream.routes({ 'GET /accounts': { status: 503, body: {} } })
    expect(await exchanging(RENEWED)).toBe('UPSTREAM_UNAVAILABLE')
    expect(await operation(RENEWED)).toBe('UPSTREAM_UNAVAILABLE')
    expect(await operation(FIRST)).toMatchObject({ result: MINE })
  })

  test('tells a renewed token that may not read the accounts which scope that takes', async () => {
    await exchanging(FIRST)
    upstream.routes({ 'GET /accounts': { status: 403, body: {} } })
    const { errors } = await gateway.ask('{ operation(idempotencyKey: "k") { state } }', {}, bearer(RENEWED))
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'account:read' })
    expect(await exchanging(RENEWED)).toBe('FORBIDDEN')
    expect(upstream.count('POST /exchanges')).toBe(1)
  })

  test('of a payment is not given to one who may merely ask after an order that is not there', async () => {
    upstream.routes({ 'POST /merchants/orders/O1/pay': { body: order({ status: 'PAID' }) } })
    const paying = async (token: string): Promise<unknown> => {
      const input = '{ idempotencyKey: "k", id: "Order:O1", from: { currency: "EUR" } }'
      const query = `mutation { it: payOrder(input: ${input}) { __typename } }`
      return (await gateway.ask(query, {}, bearer(token))).data.it
    }
    expect(await paying(FIRST)).toEqual({ __typename: 'Order' })
    // The upstream tells anybody that it knows no such order.
    upstream.routes({ 'GET /merchants/orders/O1': { status: 404, body: {} } })
    expect(await paying(FORGED)).toEqual(CONFLICT)
    expect(await operation(FORGED)).toBeNull()
  })

  test('and left UNKNOWN is not read with a forged token, whatever that one leaves UNKNOWN itself', async () => {
    let isShown = false
    const row = exchange({ exchangeId: 'E5', payAmount: 1, createdAt: new Date(Date.now() + 5000).toISOString() })
    upstream.routes({
      'POST /exchanges': { status: 502, body: '' },
      'GET /exchanges': taking(() => ({ body: page(...(isShown ? [row] : [])) })),
    })
    expect(await exchanging(FIRST)).toEqual({ __typename: 'OutcomeUnknown' })
    expect(await exchanging(FORGED, '2', 'forged')).toEqual({ __typename: 'OutcomeUnknown' })
    isShown = true
    // Nobody comes back with the good token: the gateway has it.
    await expect.poll(() => gateway.log.join(''), { timeout: 5000 }).toContain('was found in the history')
    expect(await operation(FIRST)).toMatchObject({ state: 'SUCCEEDED', result: { id: 'Exchange:E5' } })
  })

  test('and left UNKNOWN is looked up with the renewed token', async () => {
    const row = exchange({ exchangeId: 'E5', payAmount: 1, createdAt: new Date(Date.now() + 5000).toISOString() })
    upstream.routes({
      'POST /exchanges': { status: 502, body: '' },
      // The first token has ended meanwhile.
      'GET /exchanges': ({ headers }) =>
        headers.authorization === `Bearer ${FIRST}` ? { status: 401, body: {} } : { body: page(row) },
    })
    expect(await exchanging(FIRST)).toEqual({ __typename: 'OutcomeUnknown' })
    expect(await operation(FIRST)).toEqual({ state: 'UNKNOWN', result: null })
    await expect
      .poll(async () => operation(RENEWED))
      .toMatchObject({ state: 'SUCCEEDED', result: { id: 'Exchange:E5' } })
  })
})

test('whoever brings no token moves nothing: no call is made, no look is had, and no key is claimed', async () => {
  const input =
    '{ idempotencyKey: "k", payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }'
  const before = upstream.requests.length
  for (let n = 0; n < 2; n += 1) {
    const { data, errors } = await gateway.ask(`mutation { it: createExchange(input: ${input}) { __typename } }`)
    expect([data?.it ?? null, errors?.map(({ extensions }) => extensions.code)]).toEqual([null, ['UNAUTHENTICATED']])
  }
  expect(upstream.requests).toHaveLength(before)
  expect(gateway.log.join('')).not.toContain('money-moving')
})

describe('the subject of a token', () => {
  const { identify } = createCallers('callers')
  afterEach(() => void vi.useRealTimers())
  const subjectOf = (token: string): string | undefined =>
    identify({ authorization: `Bearer ${token}`, origin: undefined, isLocal: true }).subject

  test('is the same for its issuer’s renewed tokens, and tells no name', () => {
    expect(subjectOf(RENEWED)).toBe(subjectOf(FIRST))
    expect(subjectOf(FIRST)).toMatch(/^subject-[0-9a-f]{32}$/)
    expect(identify({ authorization: `Bearer ${RENEWED}`, origin: undefined, isLocal: true }).id).not.toBe(
      identify({ authorization: `Bearer ${FIRST}`, origin: undefined, isLocal: true }).id,
    )
  })

  test('that has come in before does not once its time is over', () => {
    const visitor = { authorization: `Bearer ${FIRST}`, origin: undefined, isLocal: true }
    expect(identify(visitor)).toEqual(identify(visitor))
    vi.useFakeTimers({ now: ANN.exp * 1000 - 1 })
    expect(identify(visitor)).toMatchObject({ expiresAt: ANN.exp * 1000 })
    vi.setSystemTime(ANN.exp * 1000)
    expect(() => identify(visitor)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }))
  })

  test.each([
    ['of another name', { ...ANN, sub: 'bob' }],
    ['of another issuer', { ...ANN, iss: 'https://other.example.com' }],
    ['without an issuer', { sub: 'ann' }],
  ])('%s is another one', (_what, claims) => {
    expect(subjectOf(tokenOf(claims))).toMatch(/^subject-/)
    expect(subjectOf(tokenOf(claims))).not.toBe(subjectOf(FIRST))
  })

  test.each([
    ['an opaque token', 'abcdef'],
    ['one without a subject', tokenOf({ iss: 'x' })],
    ['one with an empty subject', tokenOf({ ...ANN, sub: '' })],
    ['one whose subject is no text', tokenOf({ ...ANN, sub: 7 })],
    ['one that is not signed', FIRST.replace(/\.[^.]*$/, '.')],
    ['one of two parts', FIRST.split('.').slice(0, 2).join('.')],
    ['one whose claims are no JSON', 'e30.bm90IGpzb24.sig'],
    ['one whose claims are null', 'e30.bnVsbA.sig'],
  ])('of %s is not known', (_what, token) => {
    expect(subjectOf(token)).toBeUndefined()
  })
})
