// Subscriptions to one's own objects: at once, then each change, by one poll for an object and a caller, until nothing more can happen.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { account, order, project, raw, walletRoutes, withdrawal } from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Results, TestClient } from './support/sockets.ts'
import type { FakeUpstream, Route } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
let client: TestClient
beforeEach(async () => {
  upstream = await startUpstream(walletRoutes)
  gateway = await startTestGateway(upstream.env)
  client = connectClient(gateway.gateway.websocketUrl)
})
afterEach(async () => {
  await client.close()
  await gateway.close()
  await upstream.close()
})

/** Answers one request after the other with these bodies; then with the last for ever. */
function script(...bodies: readonly object[]): Route {
  let asked = 0
  return () => ({ body: bodies[Math.min((asked += 1), bodies.length) - 1] ?? {} })
}

const ACCOUNT = 'subscription { accountUpdated(id: "Account:A1") { balance available } }'
const ORDER = 'subscription { orderUpdated(id: "Order:O1") { statusText receivedAmount } }'
const WITHDRAWAL =
  'subscription ($id: ID!) { withdrawalUpdated(id: $id) { __typename kind statusText ... on CryptoWithdrawal { confirmations } } }'

/** The error that ends it. */
async function endOf(results: Results): Promise<unknown> {
  for (;;) {
    const result = await results.next().catch((error: unknown) => error)
    if (result === undefined || Array.isArray(result) || result instanceof Error) return result
  }
}

describe('accountUpdated', () => {
  test('gives the account at once, and then only what has changed as a number', async () => {
    upstream.routes({
      'GET /accounts/A1': script(
        account({ balance: raw('10.0') }),
        account({ balance: raw('10.00') }),
        account({ balance: '10' }),
        account({ balance: raw('1E+1') }),
        account({ balance: raw('10.000000000000000000001') }),
      ),
    })
    const live = client.run(ACCOUNT)
    expect((await live.next())?.data.accountUpdated).toEqual({ balance: '10.0', available: '9.5' })
    expect((await live.next())?.data.accountUpdated.balance).toBe('10.000000000000000000001')
    expect(upstream.count('GET /accounts/A1')).toBe(5)
  })

  test('never completes by itself', async () => {
    let balance = 0
    upstream.routes({ 'GET /accounts/A1': () => ({ body: account({ balance: (balance += 1) }) }) })
    const live = client.run(ACCOUNT)
    for (let times = 0; times < 4; times += 1) expect(await live.next()).toBeDefined()
  })

  test('goes on through a fault of the upstream, silently, and tells what is new once there is something', async () => {
    const answers: Route[] = [
      { body: account() },
      { status: 503, body: '' },
      { body: account() },
      { body: account({ balance: 11 }) },
    ]
    let asked = 0
    upstream.routes({
      'GET /accounts/A1': (request, response) => {
        const answer = answers[Math.min((asked += 1), answers.length) - 1] ?? {}
        return typeof answer === 'function' ? answer(request, response) : answer
      },
    })
    const live = client.run(ACCOUNT)
    expect((await live.next())?.data.accountUpdated.balance).toBe('10')
    expect((await live.next())?.data.accountUpdated.balance).toBe('11')
  })
})

describe('orderUpdated', () => {
  test('follows an order through its statuses and completes when it is paid', async () => {
    upstream.routes({
      'GET /merchants/orders/O1': script(
        order({ status: 'NEW' }),
        order({ status: 'PENDING', receivedAmount: raw('0.00061234') }),
        order({ status: 'PENDING', receivedAmount: raw('0.000612340') }),
        order({ status: 'PAID', receivedAmount: raw('0.00061234') }),
      ),
    })
    const live = client.run(ORDER)
    const seen = []
    for (let event = await live.next(); event; event = await live.next()) seen.push(event.data.orderUpdated)
    expect(seen).toEqual([
      { statusText: 'NEW', receivedAmount: null },
      { statusText: 'PENDING', receivedAmount: '0.00061234' },
      { statusText: 'PAID', receivedAmount: '0.00061234' },
    ])
    await expect.poll(() => gateway.gateway.liveFeeds()).toBe(0)
  })

  test.each([
    'PAID',
    'FAILED',
    'CANCELLED',
    'REJECTED',
    'REFUNDED',
    'REJECTED_REFUND',
    'TEST_PAID',
    'TEST_EXPIRED',
    '3',
    '21',
  ])('completes at once where the order is %s already', async (status) => {
    upstream.routes({ 'GET /merchants/orders/O1': { body: order({ status }) } })
    const live = client.run(ORDER)
    expect((await live.next())?.data.orderUpdated.statusText).toBe(status)
    expect(await live.next()).toBeUndefined()
    expect(upstream.count('GET /merchants/orders/O1')).toBe(1)
  })

  test.each(['EXPIRED', 'UNDERPAID', 'LATE_CRYPTO_PAYMENT', 'INVALID_PAYMENT', 'TEST', 'SOMETHING_NEW'])(
    'goes on where it is %s: something may still come',
    async (status) => {
      upstream.routes({ 'GET /merchants/orders/O1': script(order({ status }), order({ status: 'PAID' })) })
      const live = client.run(ORDER)
      expect((await live.next())?.data.orderUpdated.statusText).toBe(status)
      expect((await live.next())?.data.orderUpdated.statusText).toBe('PAID')
    },
  )

  test('reads what an event links to anew each time', async () => {
    upstream.routes({
      'GET /merchants/orders/O1': script(order({ status: 'NEW' }), order({ status: 'PENDING' })),
      'GET /merchants/projects/J1': script(project({ name: 'Before' }), project({ name: 'After' })),
    })
    const live = client.run('subscription { orderUpdated(id: "Order:O1") { project { name } } }')
    expect((await live.next())?.data.orderUpdated.project.name).toBe('Before')
    expect((await live.next())?.data.orderUpdated.project.name).toBe('After')
  })
})

describe('withdrawalUpdated', () => {
  test('follows a withdrawal of the kind that its id says, and completes when it is paid', async () => {
    upstream.routes({
      'GET /withdrawals/crypto/W1': script(
        withdrawal({ confirmations: 0 }),
        withdrawal({ status: 'PENDING', confirmations: 1 }),
        withdrawal({ status: 'PAID', confirmations: 2 }),
      ),
    })
    const live = client.run(WITHDRAWAL, { id: 'CryptoWithdrawal:W1' })
    const seen = []
    for (let event = await live.next(); event; event = await live.next()) seen.push(event.data.withdrawalUpdated)
    expect(seen.map(({ statusText, confirmations }) => [statusText, confirmations])).toEqual([
      ['NEW', 0],
      ['PENDING', 1],
      ['PAID', 2],
    ])
  })

  test.each([
    ['BankWithdrawal', '/withdrawals/bank/W1', 'BANK'],
    ['EWalletWithdrawal', '/withdrawals/e-wallet/W1', 'E_WALLET'],
    ['VoucherWithdrawal', '/withdrawals/voucher/W1', 'VOUCHER'],
    ['WithdrawalWithExchange', '/withdrawals/with-exchange/W1', 'WITH_EXCHANGE'],
  ])('reads a %s where its kind is', async (type, path, kind) => {
    upstream.routes({
      [`GET ${path}`]: { body: withdrawal({ type: kind, status: 'CANCELLED', receiveCurrencyCode: 'EUR' }) },
    })
    const live = client.run(WITHDRAWAL, { id: `${type}:W1` })
    expect((await live.next())?.data.withdrawalUpdated).toMatchObject({
      __typename: type,
      kind,
      statusText: 'CANCELLED',
    })
    expect(await live.next()).toBeUndefined()
  })
})

describe('liveExchangeRate', () => {
  const RATE = 'subscription { liveExchangeRate(payCode: "EUR", receiveCode: "BTC") { rate stale } }'
  const rate = (value: string): object => ({
    payCurrencyCode: 'EUR',
    receiveCurrencyCode: 'BTC',
    rate: raw(value),
    timestamp: '2026-03-10T14:27:00.000Z',
  })

  test('gives the rate at once, says once that it is stale, and that it is not any more', async () => {
    const answers = [
      { body: rate('0.1') },
      { body: rate('0.10') },
      { status: 503, body: '' },
      { status: 503, body: '' },
      { body: rate('0.1') },
      { body: rate('0.2') },
    ]
    let asked = 0
    upstream.routes({ 'GET /exchanges/rate': () => answers[Math.min((asked += 1), answers.length) - 1] })
    const live = client.run(RATE)
    const seen = []
    for (let times = 0; times < 4; times += 1) seen.push((await live.next())?.data.liveExchangeRate)
    expect(seen).toEqual([
      { rate: '0.1', stale: false },
      { rate: '0.10', stale: true },
      { rate: '0.1', stale: false },
      { rate: '0.2', stale: false },
    ])
  })

  test.each([
    ['knows no such currency', { status: 404, body: '' }],
    ['does not exchange the two', { status: 400, body: { errorCode: 'EXC_1', key: 'exchange_pair_not_supported' } }],
  ])('is NOT_FOUND and the end where SpectroCoin %s', async (_, reply) => {
    upstream.routes({ 'GET /exchanges/rate': reply })
    expect(await endOf(client.run(RATE))).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
    expect(gateway.gateway.liveFeeds()).toBe(0)
  })
})

describe('each of them', () => {
  const EACH = [
    ['accountUpdated', 'Account:nobody', 'GET /accounts/nobody', 'account:read'],
    ['orderUpdated', 'Order:nobody', 'GET /merchants/orders/nobody', 'merchants-orders:read'],
    ['withdrawalUpdated', 'CryptoWithdrawal:nobody', 'GET /withdrawals/crypto/nobody', 'withdraw-crypto:read'],
    ['withdrawalUpdated', 'VoucherWithdrawal:nobody', 'GET /withdrawals/voucher/nobody', 'withdraw-voucher:read'],
  ] as const

  test.each(EACH)('%s of %s, which is not there, is NOT_FOUND and the end', async (field, id, route) => {
    const live = client.run(`subscription { ${field}(id: "${id}") { id } }`)
    expect(await endOf(live)).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
    expect([upstream.count(route), gateway.gateway.liveFeeds()]).toEqual([1, 0])
  })

  test('says nothing, where the upstream is away as the first listener comes, until there is something to say', async () => {
    const routes = ['GET /accounts/A1', 'GET /merchants/orders/O1', 'GET /withdrawals/crypto/W1', 'GET /exchanges/rate']
    for (const route of routes) upstream.routes({ [route]: { status: 503, body: '' } })
    const live = [
      client.run(ACCOUNT),
      client.run(ORDER),
      client.run(WITHDRAWAL, { id: 'CryptoWithdrawal:W1' }),
      client.run('subscription { liveExchangeRate(payCode: "EUR", receiveCode: "BTC") { rate stale } }'),
    ].map((each) => each.next())
    let heard = 0
    for (const each of live) void each.then(() => (heard += 1))
    for (const route of routes) await expect.poll(() => upstream.count(route), { timeout: 5000 }).toBeGreaterThan(1)
    expect(heard).toBe(0)
    upstream.routes(walletRoutes)
    upstream.routes({
      'GET /exchanges/rate': {
        body: { payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC', rate: 1, timestamp: '2026-03-10T14:27:00.000Z' },
      },
    })
    const [ofAccount, ofOrder, ofWithdrawal, ofRate] = await Promise.all(live)
    expect(ofAccount?.data.accountUpdated.balance).toBe('10')
    expect(ofOrder?.data.orderUpdated.statusText).toBe(order()['status'])
    expect(ofWithdrawal?.data.withdrawalUpdated.statusText).toBe('NEW')
    expect(ofRate?.data.liveExchangeRate).toEqual({ rate: '1', stale: false })
  })

  test.each(EACH)('%s of %s ends with NOT_FOUND where it goes while it is watched', async (field, id, route) => {
    const found = { ...account(), ...withdrawal(), ...order({ status: 'NEW' }), accountId: 'nobody', id: 'nobody' }
    let asked = 0
    upstream.routes({ [route]: () => ((asked += 1) < 3 ? { body: found } : { status: 404, body: '' }) })
    const live = client.run(`subscription { ${field}(id: "${id}") { id } }`)
    expect((await live.next())?.data[field].id).toBe(id)
    expect(await endOf(live)).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
  })

  test.each(EACH)(
    '%s of %s without the scope is FORBIDDEN, which names it, and the end',
    async (field, id, route, scope) => {
      upstream.routes({ [route]: { status: 403, body: '' } })
      const live = client.run(`subscription { ${field}(id: "${id}") { id } }`)
      expect(await endOf(live)).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope } }])
      expect(gateway.gateway.liveFeeds()).toBe(0)
    },
  )

  test.each(['accountUpdated', 'orderUpdated', 'withdrawalUpdated'])(
    '%s refuses an id of another type and asks for nothing',
    async (field) => {
      for (const id of ['Currency:BTC', 'Account', 'Order:', 'Order:..', 'x']) {
        const live = client.run(`subscription ($id: ID!) { ${field}(id: $id) { id } }`, { id })
        expect([id, await endOf(live)]).toMatchObject([
          id,
          [{ extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }],
        ])
      }
      expect(upstream.requests).toEqual([])
    },
  )
})

describe('however many listen', () => {
  test('an order is polled once for one caller, and not at all once they have gone', async () => {
    upstream.routes({ 'GET /merchants/orders/O1': { body: order({ status: 'NEW' }) } })
    await client.close()
    await gateway.close()
    // However long it takes for all of them to come: the second poll is not due by then.
    gateway = await startTestGateway({ ...upstream.env, LIVE_INTERVAL_MS: '60000' })
    const others = Array.from({ length: 20 }, () => connectClient(gateway.gateway.websocketUrl))
    const all = others.flatMap((each) => Array.from({ length: 10 }, () => each.run(ORDER)))
    await Promise.all(all.map((each) => each.next()))
    expect([upstream.count('GET /merchants/orders/O1'), gateway.gateway.liveFeeds()]).toEqual([1, 1])
    await Promise.all(others.map((each) => each.close()))
    await expect.poll(() => gateway.gateway.liveFeeds()).toBe(0)
  })

  test('callers who bring their own tokens are polled for apart, each with theirs', async () => {
    const own = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
    upstream.routes({
      'GET /accounts/A1': ({ headers }) => ({
        body: account({ balance: headers.authorization === 'Bearer 1' ? 1 : 2 }),
      }),
    })
    const clients = ['1', '2'].map((token) =>
      connectClient(own.gateway.websocketUrl, { connectionParams: { authorization: `Bearer ${token}` } }),
    )
    const live = clients.map((each) => each.run(ACCOUNT))
    expect(await Promise.all(live.map(async (each) => (await each.next())?.data.accountUpdated.balance))).toEqual([
      '1',
      '2',
    ])
    expect(own.gateway.liveFeeds()).toBe(2)
    await Promise.all(clients.map((each) => each.close()))
    await own.close()
  })

  test('one on which nothing happens is polled less and less', async () => {
    upstream.routes({ 'GET /merchants/orders/O1': { body: order({ status: 'NEW' }) } })
    const began = performance.now()
    const live = client.run(ORDER)
    await live.next()
    await expect.poll(() => upstream.count('GET /merchants/orders/O1'), { timeout: 10_000 }).toBe(8)
    // Seven polls at 250 ms would take 1.75 s; each waits a quarter longer than the one before, less a tenth at most.
    expect(performance.now() - began).toBeGreaterThan(2800)
  })
})

test('on the sandbox, a withdrawal that is under way is followed to its end', async () => {
  const started = await startSandboxGateway()
  const { data } = await started.ask(
    '{ withdrawals(kind: CRYPTO, first: 1, filter: { status: PENDING }) { nodes { id } } }',
  )
  const watcher = connectClient(started.gateway.websocketUrl)
  const live = watcher.run(WITHDRAWAL, { id: data.withdrawals.nodes[0].id })
  expect((await live.next())?.data.withdrawalUpdated.statusText).toBe('PENDING')
  started.sandbox.control.clock.advance(4 * 60 * 60_000)
  let last
  for (let event = await live.next(); event; event = await live.next()) last = event.data.withdrawalUpdated.statusText
  expect(last).toBe('PAID')
  await watcher.close()
  await started.close()
})
