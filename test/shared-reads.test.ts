// Identical reads under way are one call: whose they are shared by, who may still join, and when they are given up.
import { request as httpRequest } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { comesLast, NOBODY } from '../src/upstream/caller.ts'
import { endpointRows, endpoints } from '../src/upstream/endpoints.ts'
import { createFlights } from '../src/upstream/flights.ts'
import { createScopes } from '../src/upstream/scopes.ts'
import { startTestGateway } from './support/gateway.ts'
import * as rows from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { ClientRequest } from 'node:http'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream, RecordedRequest, Reply, Route } from './support/upstream.ts'

/** Reads are what is shared here, by queries that are run each by itself: see shared-queries.test.ts for those that are not. */
const apart = { SHARE_QUERIES: 'false' }
let upstream: FakeUpstream
/** With a credential of its own: all who ask are one caller. */
let house: TestGateway
/** Where each caller brings a token. */
let open: TestGateway
beforeAll(async () => {
  upstream = await startUpstream()
  const patient = { BREAKER_FAILURES: '1000000', RECONCILE_WAIT_MS: '0' }
  house = await startTestGateway({ ...upstream.env, ...apart, ...patient })
  open = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url, ...apart, ...patient })
})
beforeEach(() => {
  upstream.routes(rows.walletRoutes)
  upstream.requests.length = 0
})
afterAll(async () => {
  await house.close()
  await open.close()
  await upstream.close()
})

const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
const ownerOf = ({ headers }: RecordedRequest): string => headers.authorization?.replace('Bearer ', '') ?? 'nobody'

interface Held {
  /** Answers all that waits, and all that comes. */
  open(): void
  /** How many have been given up before they were answered. */
  closed(): number
}

const opens: (() => void)[] = []
afterEach(() => opens.splice(0).forEach((each) => each()))

/** Has a route keep whoever asks waiting. */
function hold(route: string, reply: Route): Held {
  const held = rows.gate()
  let closed = 0
  const answer: Route = async (request, response) => {
    response.on('close', () => void (closed += response.writableFinished ? 0 : 1))
    await held.opened
    return typeof reply === 'function' ? reply(request, response) : reply
  }
  upstream.routes({ [route]: answer })
  opens.push(held.open)
  return { open: held.open, closed: () => closed }
}

/** A client that can go. */
function visit(gateway: TestGateway, query: string): ClientRequest {
  const headers = { 'content-type': 'application/json' }
  const request = httpRequest(gateway.gateway.url, { method: 'POST', headers }).on('error', () => {})
  request.end(JSON.stringify({ query }))
  return request
}

/** Until all that was asked has gone as far as it can without an answer of the upstream. */
async function arrived(gateway: TestGateway, saved: number): Promise<void> {
  await expect.poll(async () => savedBy(gateway)).toBe(saved)
}
async function savedBy(gateway: TestGateway): Promise<number> {
  const text = await gateway.gateway.registry.metrics()
  const lines = text.split('\n').filter((line) => line.includes('by="flight"'))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

describe('one call is made', () => {
  test('for the same list under several names in one operation, and another one for other arguments', async () => {
    const { data, errors } = await house.ask(`{
      a: exchanges(first: 5) { totalCount } b: exchanges(first: 5) { nodes { id } } c: exchanges(first: 6) { totalCount }
      d: exchanges(first: 5, filter: { payCode: "EUR" }) { totalCount }
    }`)
    expect(errors).toBeUndefined()
    expect(data).toMatchObject({ a: { totalCount: 1 }, b: { nodes: [{ id: 'Exchange:E1' }] }, c: { totalCount: 1 } })
    expect(upstream.count('GET /exchanges')).toBe(3)
  })

  test('for reads by POST with the same body, and another one for another body', async () => {
    upstream.routes({
      'POST /exchanges/calculate': ({ body }) => ({
        body: {
          ...JSON.parse(body),
          payAmount: 1,
          receiveAmount: 2,
          payCurrencyCode: 'EUR',
          receiveCurrencyCode: 'BTC',
        },
      }),
    })
    const quote = (amount: string): string =>
      `exchangeQuote(input: { payCode: "EUR", receiveCode: "BTC", amount: { payAmount: "${amount}" } }) { __typename }`
    const { errors } = await house.ask(`{ a: ${quote('1')} b: ${quote('1')} c: ${quote('2')} }`)
    expect(errors).toBeUndefined()
    expect(upstream.count('POST /exchanges/calculate')).toBe(2)
  })

  test('for twenty operations of one caller at once', async () => {
    const [held, before] = [hold('GET /exchanges', { body: rows.page(rows.exchange()) }), await savedBy(house)]
    const asked = Array.from({ length: 20 }, () => house.ask('{ exchanges { nodes { id } } }'))
    await arrived(house, before + 19)
    held.open()
    for (const { data } of await Promise.all(asked)) expect(data.exchanges.nodes).toEqual([{ id: 'Exchange:E1' }])
    expect(upstream.count('GET /exchanges')).toBe(1)
  })

  test.each([
    ['GET /currencies', '{ currencies { code } }', { body: [rows.currency()] }],
    ['GET /currencies/rates', '{ rates { price } }', { body: [rows.rate()] }],
    ['GET /gift-cards', '{ giftCards { nodes { id } } }', { body: rows.page(rows.giftCard()) }],
    ['GET /gift-cards/steam-eur', '{ giftCard(id: "GiftCard:steam-eur") { id } }', { body: rows.giftCard() }],
  ] satisfies [string, string, Reply][])(
    'for %s, which is public, for all callers together',
    async (route, query, reply) => {
      const [held, before] = [hold(route, reply), await savedBy(open)]
      const headers = [{}, as('ann'), as('bob'), as('ann')]
      const asked = headers.map((each) => open.ask(query, {}, each))
      await arrived(open, before + 3)
      held.open()
      for (const { errors } of await Promise.all(asked)) expect(errors).toBeUndefined()
      expect(upstream.count(route)).toBe(1)
      expect(upstream.requests.map(ownerOf)).toEqual(['nobody'])
    },
  )

  test('for each token where it is private, with that token, whatever the ids', async () => {
    const held = hold('GET /accounts/A1', (request) => ({
      body: rows.account({ balance: ownerOf(request).length }),
    }))
    const before = await savedBy(open)
    const owners = ['a', 'bb', 'ccc', 'a', 'bb', 'ccc']
    const asked = owners.map((owner) => open.ask('{ account(id: "Account:A1") { balance } }', {}, as(owner)))
    await arrived(open, before + 3)
    held.open()
    const answers = await Promise.all(asked)
    expect(answers.map(({ data }) => data.account.balance)).toEqual(['1', '2', '3', '1', '2', '3'])
    expect(upstream.requests.map(ownerOf).sort()).toEqual(['a', 'bb', 'ccc'])
  })

  test.each([
    ['a poll and a query that comes to it', 'poll'],
    ['a query and a poll that comes to it', 'query'],
  ])('for %s', async (_, first) => {
    const [held, before] = [hold('GET /accounts/A1', { body: rows.account() }), await savedBy(house)]
    const client = connectClient(house.gateway.websocketUrl)
    const begin = {
      poll: () => client.run('subscription { accountUpdated(id: "Account:A1") { balance } }').next(),
      query: () => house.ask('{ account(id: "Account:A1") { balance } }'),
    }
    const order = first === 'poll' ? [begin.poll, begin.query] : [begin.query, begin.poll]
    const asked = []
    for (const start of order) {
      asked.push(start())
      await expect.poll(() => upstream.count('GET /accounts/A1')).toBe(1)
    }
    await arrived(house, before + 1)
    expect(upstream.count('GET /accounts/A1')).toBe(1)
    held.open()
    const [one, other] = await Promise.all(asked)
    expect([one?.errors, other?.errors]).toEqual([undefined, undefined])
    await client.close()
  })
})

describe('a read under way', () => {
  test('goes on when who began it has gone, and is given up within 250 ms of the last one’s going', async () => {
    const [held, before] = [hold('GET /exchanges', { body: rows.page() }), await savedBy(house)]
    const query = '{ exchanges { totalCount } }'
    const first = visit(house, query)
    await expect.poll(() => upstream.count('GET /exchanges')).toBe(1)
    const second = visit(house, query)
    await arrived(house, before + 1)
    const cancelled = (): number => house.log.filter((line) => line.includes('CANCELLED')).length
    const goneBefore = cancelled()
    first.destroy()
    await expect.poll(cancelled).toBeGreaterThan(goneBefore)
    const third = visit(house, query)
    await arrived(house, before + 2)
    second.destroy()
    await expect.poll(cancelled).toBeGreaterThan(goneBefore + 1)
    expect(held.closed()).toBe(0)
    const began = performance.now()
    third.destroy()
    await expect.poll(held.closed, { interval: 5 }).toBe(1)
    expect(performance.now() - began).toBeLessThan(250)
    expect(upstream.count('GET /exchanges')).toBe(1)
    held.open()
    expect((await house.ask(query)).data.exchanges.totalCount).toBe(0)
    expect(upstream.count('GET /exchanges')).toBe(2)
  })

  test('that fails, fails for all who wait, each under their own request id, and is not remembered', async () => {
    const [held, before] = [hold('GET /exchanges', { status: 403, body: '' }), await savedBy(house)]
    const asked = ['a', 'b', 'c', 'd'].map((name) => house.ask(`{ ${name}: exchanges { totalCount } }`))
    await arrived(house, before + 3)
    held.open()
    const failures = (await Promise.all(asked)).flatMap(({ errors }) => errors ?? [])
    expect(failures.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => [[name], 'FORBIDDEN']),
    )
    expect(new Set(failures.map(({ extensions }) => extensions['requestId'])).size).toBe(4)
    upstream.routes(rows.walletRoutes)
    expect((await house.ask('{ exchanges { totalCount } }')).errors).toBeUndefined()
    expect(upstream.count('GET /exchanges')).toBe(2)
  })

  test('is tried again once for all who wait', async () => {
    let calls = 0
    const held = hold('GET /exchanges', () => ((calls += 1) === 1 ? { status: 503, body: '' } : { body: rows.page() }))
    const before = await savedBy(house)
    const asked = [1, 2, 3].map(() => house.ask('{ exchanges { totalCount } }'))
    await arrived(house, before + 2)
    held.open()
    for (const { errors } of await Promise.all(asked)) expect(errors).toBeUndefined()
    expect(calls).toBe(2)
  })
})

describe('who began a read', () => {
  let hasty: TestGateway
  afterEach(() => hasty.close())

  test('and has no more time does not end it for who has joined', async () => {
    hasty = await startTestGateway({ ...upstream.env, ...apart, OPERATION_TIMEOUT_MS: '700' })
    const held = hold('GET /exchanges', { body: rows.page() })
    const first = hasty.ask('{ exchanges { totalCount } }')
    await expect.poll(() => upstream.count('GET /exchanges')).toBe(1)
    // What is waited for here is time itself: the second one's is to end later.
    await new Promise((resolve) => setTimeout(resolve, 350))
    const second = hasty.ask('{ exchanges { totalCount } }')
    expect((await first).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_TIMEOUT' } }])
    expect(held.closed()).toBe(0)
    held.open()
    expect((await second).data).toEqual({ exchanges: { totalCount: 0 } })
    expect(upstream.count('GET /exchanges')).toBe(1)
  })
})

describe('a read that waits for its turn', () => {
  const scopes = createScopes({ operationTimeoutMs: 1_000, maxUpstreamCalls: 9 })
  const of = {
    query: scopes.operation(NOBODY, undefined),
    background: scopes.background(NOBODY, undefined),
    event: scopes.event(NOBODY, undefined),
    poll: scopes.poll(NOBODY, undefined),
  }
  const LANES = ['query', 'background', 'event', 'poll'] as const

  test.each(LANES.flatMap((joining) => LANES.map((begun) => [joining, begun] as const)))(
    'is one for a %s where it was begun by a %s, unless it would wait longer there than by itself',
    (joining, begun) => {
      const flights = createFlights<string>()
      const flight = flights.start('it', null, of[begun], () => new Promise(() => {}))
      flight.hasBegun = true
      const waitsLonger = !comesLast(joining) && ['event', 'poll'].includes(begun)
      expect(flights.find('it', null, of[joining])).toBe(waitsLonger ? undefined : flight)
      flight.hasLeft = true
      expect(flights.find('it', null, of[joining])).toBe(flight)
    },
  )
})

test('what an event reads is kept and tried again, as for a query', async () => {
  let price = 0
  let calls = 0
  upstream.routes({
    'GET /currencies/rates': () => ({ body: [rows.rate({ rate: (price += 1) })] }),
    'GET /currencies': () =>
      (calls += 1) === 1 ? { status: 503, body: '' } : { body: [rows.currency({ code: 'BTC' })] },
  })
  const own = await startTestGateway(upstream.env)
  const client = connectClient(own.gateway.websocketUrl)
  const live = client.run('subscription { liveRate(currency: "BTC") { price currency { code } } }')
  for (let event = 1; event <= 3; event += 1)
    expect(await live.next()).toMatchObject({ data: { liveRate: { currency: { code: 'BTC' } } }, errors: undefined })
  expect(calls).toBe(2)
  await client.close()
  await own.close()
})

describe('what changes something', () => {
  const DEPOSITS = 'GET /deposits'
  const READ = '{ deposits { totalCount } }'
  const refusal: Reply = { status: 422, body: { errorCode: 'GEN_2', key: 'bad', defaultMessage: 'No.' } }
  const broken: Route = (_, response) => void response.destroy()
  const list = (count: number): Reply => ({ body: { ...rows.page(), totalCount: count } })

  const CHANGES: readonly (readonly [name: string, route: string, query: string, made: Reply])[] = [
    [
      'createDeposit',
      'POST /deposits',
      'mutation { it: createDeposit(input: { amount: "1", currency: "EUR", paymentMethodId: "PaymentMethod:sepa" }) { __typename } }',
      { body: rows.deposit() },
    ],
    [
      'createOrder',
      'POST /merchants/orders/create',
      `mutation { it: createOrder(input: { projectId: "Project:J1", amount: { receive: { amount: "1", currency: "EUR" } } }) { __typename } }`,
      { body: { preOrderId: 'P1', id: 'P1', redirectUrl: 'https://spectrocoin.com/pay/P1' } },
    ],
    [
      'createExchange',
      'POST /exchanges',
      `mutation { it: createExchange(input: { idempotencyKey: "KEY", payAmount: "1",
         between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }) { __typename } }`,
      { body: rows.exchange() },
    ],
  ]
  let keys = 0
  const unique = (query: string): string => query.replace('KEY', `key-${(keys += 1)}`)

  const CASES = CHANGES.flatMap(([name, route, query, made]) => [
    [name, 'succeeds', route, query, made] as const,
    [name, 'is refused', route, query, refusal] as const,
    [name, 'ends in doubt', route, query, broken] as const,
  ])

  test.each(CASES)(
    '%s that %s: a read that began before it is joined by none after it',
    async (_n, _e, route, query, end) => {
      const held = hold(DEPOSITS, list(1))
      const before = house.ask(READ)
      await expect.poll(() => upstream.count(DEPOSITS)).toBe(1)
      upstream.routes({ [DEPOSITS]: list(2), [route]: end })
      await house.ask(unique(query))
      expect(upstream.count(route)).toBe(1)
      expect((await house.ask(READ)).data).toEqual({ deposits: { totalCount: 2 } })
      held.open()
      expect((await before).data).toEqual({ deposits: { totalCount: 1 } })
      expect(upstream.count(DEPOSITS)).toBe(2)
    },
  )

  test('reads what its own selection asks for anew', async () => {
    const held = hold('GET /accounts/A1', { body: rows.account({ balance: 1 }) })
    const before = house.ask('{ account(id: "Account:A1") { balance } }')
    await expect.poll(() => upstream.count('GET /accounts/A1')).toBe(1)
    upstream.routes({
      'GET /accounts/A1': { body: rows.account({ balance: 2 }) },
      'POST /deposits': { body: rows.deposit() },
    })
    const { data } = await house.ask(`mutation { createDeposit(input: {
      amount: "1", currency: "EUR", paymentMethodId: "PaymentMethod:sepa"
    }) { ... on Deposit { account { balance } } } }`)
    expect(data).toEqual({ createDeposit: { account: { balance: '2' } } })
    held.open()
    expect((await before).data).toEqual({ account: { balance: '1' } })
  })

  test('closes the reads of its caller, and of others with a token for the same subject, and of nobody else', async () => {
    const jwt = (sub: string, signature: string): string =>
      `e30.${Buffer.from(JSON.stringify({ iss: 'sc', sub })).toString('base64url')}.${signature}`
    const [old, renewed, other, opaque] = [jwt('s', 'one'), jwt('s', 'two'), jwt('t', 'one'), 'opaque']
    const readers = [old, renewed, other, opaque]
    const held = hold(DEPOSITS, list(1))
    const before = readers.map((token) => open.ask(READ, {}, as(token)))
    await expect.poll(() => upstream.count(DEPOSITS)).toBe(4)
    const saved = await savedBy(open)
    upstream.routes({ [DEPOSITS]: list(2), 'POST /deposits': { body: rows.deposit() } })
    await open.ask(CHANGES[0]?.[2] ?? '', {}, as(renewed))
    const after = readers.map((token) => open.ask(READ, {}, as(token)))
    await arrived(open, saved + 2)
    held.open()
    const counts = async (asked: typeof before): Promise<number[]> =>
      (await Promise.all(asked)).map(({ data }) => data.deposits.totalCount)
    expect(await counts(before)).toEqual([1, 1, 1, 1])
    expect(await counts(after)).toEqual([2, 2, 1, 1])
    expect(upstream.count(DEPOSITS)).toBe(6)
  })
})

describe('a GET that creates', () => {
  const PATH = '/deposits/crypto/addresses/new'
  let dir: string
  let gateway: TestGateway
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'endpoints-'))
    const file = join(dir, 'endpoints.json')
    writeFileSync(file, JSON.stringify({ 'depositAddresses.create': { method: 'GET', path: PATH } }))
    gateway = await startTestGateway({ ...upstream.env, ENDPOINTS_FILE: file })
  })
  afterAll(async () => {
    await gateway.close()
    rmSync(dir, { recursive: true })
  })
  const CREATE =
    'mutation { it: createDepositAddress(input: { currency: "BTC", network: "BTC" }) { ... on DepositAddress { id } } }'

  test('is in no row of the table: what reads is the verb’s word for nothing', () => {
    const creating = endpointRows(endpoints).filter(({ safety }) => safety === 'creates' || safety === 'moves-money')
    expect(creating.filter(({ method }) => method === 'GET')).toEqual([])
  })

  test('is neither shared nor kept, though the same words were sent twice at once and once after', async () => {
    let made = 0
    const held = hold(`GET ${PATH}`, () => ({ body: rows.depositAddress({ addressId: `L${(made += 1)}` }) }))
    const asked = [gateway.ask(CREATE), gateway.ask(CREATE)]
    await expect.poll(() => upstream.count(`GET ${PATH}`)).toBe(2)
    held.open()
    const ids = [...(await Promise.all(asked)), await gateway.ask(CREATE)].map(({ data }) => data.it.id as string)
    expect(new Set(ids)).toEqual(new Set(['DepositAddress:L1', 'DepositAddress:L2', 'DepositAddress:L3']))
  })

  test('goes on when its caller has gone', async () => {
    const [making, reading] = [hold(`GET ${PATH}`, { body: rows.depositAddress() }), hold('GET /exchanges', {})]
    const clients = [visit(gateway, CREATE), visit(gateway, '{ exchanges { totalCount } }')]
    await expect.poll(() => upstream.count(`GET ${PATH}`) + upstream.count('GET /exchanges')).toBe(2)
    for (const client of clients) client.destroy()
    await expect.poll(reading.closed).toBe(1)
    expect(making.closed()).toBe(0)
  })

  test.each([
    ['a 503', { status: 503, body: '' }],
    ['a broken connection', (_, response) => void response.destroy()],
    ['a 429', { status: 429, headers: { 'retry-after': '1' }, body: '' }],
  ] satisfies [string, Route][])('is not sent again after %s', async (_, answer) => {
    upstream.routes({ [`GET ${PATH}`]: answer })
    const { errors } = await gateway.ask(CREATE)
    expect(errors).toHaveLength(1)
    expect(upstream.count(`GET ${PATH}`)).toBe(1)
  })
})

describe('a mutation whose caller was told that nobody knows', () => {
  const READ = '{ deposits { totalCount } }'
  const list = (totalCount: number): Reply => ({ body: { ...rows.page(), totalCount } })
  const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  test.each([
    [
      'makes something',
      'POST /deposits',
      'mutation { it: createDeposit(input: { amount: "1", currency: "EUR", paymentMethodId: "PaymentMethod:sepa" }) { __typename } }',
    ],
    [
      'moves money',
      'POST /exchanges',
      `mutation { it: createExchange(input: { idempotencyKey: "unknown", payAmount: "1",
        between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }) { __typename } }`,
    ],
  ])('and which %s: a read after that joins none from before', async (_what, route, mutation) => {
    const gateway = await startTestGateway({
      ...upstream.env,
      OPERATION_TIMEOUT_MS: '1200',
      RECONCILE_WAIT_MS: '0',
      MONEY_TIMEOUT_MS: '4000',
    })
    const before = hold('GET /deposits', list(1))
    upstream.routes({ [route]: () => undefined })
    const first = gateway.ask(READ)
    await expect.poll(() => upstream.count('GET /deposits')).toBe(1)
    const changing = gateway.ask(mutation)
    await pass(800)
    // Keeps it going.
    const second = gateway.ask(READ)
    await changing
    upstream.routes({ 'GET /deposits': list(2) })
    expect((await gateway.ask(READ)).data.deposits.totalCount).toBe(2)
    before.open()
    await Promise.all([first, second])
    await gateway.close()
  })
})
