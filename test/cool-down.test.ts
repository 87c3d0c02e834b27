// After a 429 nothing at all is sent with its credential until the time that it asked for is over: what can wait for that waits, money first,
// and the rest is told at once when to come again.
import { describe, expect as expectAlone, test } from 'vitest'
import { createBudget } from '../src/upstream/budget.ts'
import { startTestGateway } from './support/gateway.ts'
import { account, exchange, gate, order, walletRoutes } from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { TestContext } from 'vitest'
import type { Environment } from '../src/config.ts'
import type { Answer, TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Reply, Route } from './support/upstream.ts'

const EXCHANGES = 'POST /exchanges'
const PAY = 'POST /merchants/orders/O1/pay'
const PROJECTS = 'GET /merchants/projects'
const QUOTES = 'POST /exchanges/calculate'

const READ_PROJECTS = '{ projects(first: 1) { nodes { id } } }'
const READ_ACCOUNTS = '{ accounts { id } }'
const READ_RATES = '{ rates { price } }'
const BUDGET = '{ viewer { budget { coolingDownUntil } } }'
const OPERATION = '{ operation(idempotencyKey: "k") { state } }'
const CREATE_EXCHANGE = `mutation { it: createExchange(input: {
  idempotencyKey: "k", payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
}) { __typename } }`
/** Nothing is looked at before it: its one call is that which moves money. */
const PAY_ORDER =
  'mutation { it: payOrder(input: { idempotencyKey: "k", id: "Order:O1", from: { currency: "EUR" } }) { __typename } }'

const limited = (retryAfter?: string, more: Record<string, string> = {}): Reply => ({
  status: 429,
  headers: { ...(retryAfter !== undefined && { 'retry-after': retryAfter }), ...more },
  body: {},
})

interface Sent {
  readonly route: string
  /** In milliseconds of `performance.now()`. */
  readonly at: number
}

interface House {
  readonly upstream: FakeUpstream
  readonly gateway: TestGateway
  readonly ask: TestGateway['ask']
  /** What the upstream got, token requests among it. */
  readonly sent: readonly Sent[]
  /** Lets a route answer with these, one after the other, and then with the last for ever. */
  script(route: string, ...replies: readonly Reply[]): void
}

const OWN_CREDENTIAL: Environment = {}
const OWN_TOKENS: Environment = { SPECTROCOIN_CLIENT_ID: '', SPECTROCOIN_CLIENT_SECRET: '' }

async function open({ onTestFinished }: TestContext, env: Environment = OWN_CREDENTIAL): Promise<House> {
  const sent: Sent[] = []
  const noted =
    (route: string, reply: Route): Route =>
    (request, response) => {
      sent.push({ route, at: performance.now() })
      return typeof reply === 'function' ? reply(request, response) : reply
    }
  const noting = (routes: Readonly<Record<string, Route>>): Record<string, Route> =>
    Object.fromEntries(Object.entries(routes).map(([route, reply]) => [route, noted(route, reply)]))
  const upstream = await startUpstream(
    noting({
      ...walletRoutes,
      [TOKEN_ROUTE]: { body: { access_token: 'token-of-the-test', expires_in: 3600 } },
      [EXCHANGES]: { body: exchange() },
      [QUOTES]: { status: 403, body: {} },
      [PAY]: { body: order({ status: 'PAID' }) },
    }),
  )
  const gateway = await startTestGateway({ ...upstream.env, ...env })
  onTestFinished(async () => {
    await gateway.close()
    await upstream.close()
  })
  return {
    upstream,
    gateway,
    ask: gateway.ask,
    sent,
    script(route, ...replies) {
      let asked = 0
      const next = (): Reply => replies[Math.min((asked += 1), replies.length) - 1] ?? {}
      upstream.routes(noting({ [route]: next }))
    },
  }
}

/** What the errors say, and how soon to come again. */
const told = ({ errors = [] }: Answer): unknown[] =>
  errors.map(({ extensions: { code, retryAfter } }) => (retryAfter === undefined ? code : [code, retryAfter]))

const ALMOST_A_MINUTE = expectAlone.toSatisfy((seconds: number) => seconds > 50 && seconds <= 60)

const gaps = (sent: readonly Sent[]): number[] => sent.slice(1).map(({ at }, n) => at - (sent[n]?.at ?? 0))
const routes = (sent: readonly Sent[]): string[] => sent.map(({ route }) => route)

describe.concurrent('a cool-down that is over in time', () => {
  test('is waited out by the read that met it, which is made once more and answers', async (context) => {
    const { expect } = context
    const { ask, sent, script, upstream } = await open(context)
    script(PROJECTS, limited('1'), walletRoutes[PROJECTS] as Reply)
    const answer = await ask(READ_PROJECTS)
    expect(told(answer)).toEqual([])
    expect(answer.data.projects.nodes).toHaveLength(1)
    expect(upstream.count(PROJECTS)).toBe(2)
    expect(gaps(sent.filter(({ route }) => route === PROJECTS))).toEqual([expect.toSatisfy((ms) => ms >= 1000)])
  })

  test('lets nothing at all be sent by anybody: private and public reads, what creates, what moves money, polls', async (context) => {
    const { expect } = context
    const { ask, sent, script, gateway } = await open(context)
    const client = connectClient(gateway.gateway.websocketUrl)
    context.onTestFinished(() => client.close())
    const live = client.run('subscription { accountUpdated(id: "Account:A1") { balance } }')
    await live.next()
    script(PROJECTS, limited('1'), walletRoutes[PROJECTS] as Reply)
    const first = ask(READ_PROJECTS)
    await expect.poll(() => routes(sent)).toContain(PROJECTS)
    const before = sent.length
    const quote =
      '{ exchangeQuote(input: { payCode: "EUR", receiveCode: "BTC", amount: { payAmount: "1" } }) { __typename } }'
    const answers = await Promise.all([
      first,
      ...[READ_ACCOUNTS, READ_RATES, '{ currencies { code } }', quote, CREATE_EXCHANGE].map((each) => ask(each)),
    ])
    expect(answers.map(told)).toEqual([[], [], [], [], ['FORBIDDEN'], []])
    const opened = sent.find(({ route }) => route === PROJECTS)?.at ?? 0
    const after = sent.slice(before)
    expect(routes(after)).toEqual(
      expect.arrayContaining([
        PROJECTS,
        'GET /accounts',
        'GET /currencies/rates',
        'GET /currencies',
        QUOTES,
        EXCHANGES,
      ]),
    )
    // Polls are due each quarter of a second.
    await expect.poll(() => routes(sent.slice(before))).toContain('GET /accounts/A1')
    for (const { at } of after) expect(at - opened).toBeGreaterThanOrEqual(1000)
  })

  test('is shown, and what comes after it is sent at once', async (context) => {
    const { expect } = context
    const { ask, script, upstream } = await open(context)
    script(PROJECTS, limited('1'), walletRoutes[PROJECTS] as Reply)
    const limitedRead = ask(READ_PROJECTS)
    await expect.poll(async () => (await ask(BUDGET)).data.viewer.budget.coolingDownUntil).not.toBeNull()
    expect(upstream.count(PROJECTS)).toBe(1)
    await limitedRead
    expect((await ask(BUDGET)).data.viewer.budget.coolingDownUntil).toBeNull()
    const began = performance.now()
    await ask(READ_ACCOUNTS)
    expect(performance.now() - began).toBeLessThan(900)
  })

  test('lets money go first, though queries came before it', async (context) => {
    const { expect } = context
    const { ask, sent, script } = await open(context)
    script(PROJECTS, limited('1'), walletRoutes[PROJECTS] as Reply)
    const asked = [ask(READ_PROJECTS)]
    await expect.poll(() => routes(sent)).toContain(PROJECTS)
    const before = sent.length
    asked.push(...[READ_ACCOUNTS, READ_RATES, '{ order(id: "Order:O1") { id } }'].map((each) => ask(each)))
    // It goes all the way through the gateway, so that they wait for their turns by then.
    await ask(BUDGET)
    const paid = await ask(PAY_ORDER)
    expect(told(paid)).toEqual([])
    expect(paid.data.it).toEqual({ __typename: 'Order' })
    await Promise.all(asked)
    expect(routes(sent.slice(before))[0]).toBe(PAY)
    expect(sent).toHaveLength(before + 5)
  })

  test('is not waited out by the money that met it: its key is free, and it goes once when it is asked for again', async (context) => {
    const { expect } = context
    const { ask, sent, script, upstream } = await open(context)
    script(EXCHANGES, limited('1'), { body: exchange() })
    expect(told(await ask(CREATE_EXCHANGE))).toEqual([['RATE_LIMITED', 1]])
    expect((await ask(OPERATION)).data.operation).toBeNull()
    expect(upstream.count(EXCHANGES)).toBe(1)
    const again = await ask(CREATE_EXCHANGE)
    expect([told(again), again.data.it]).toEqual([[], { __typename: 'Exchange' }])
    expect(upstream.count(EXCHANGES)).toBe(2)
    const posts = sent.filter(({ route }) => route === EXCHANGES)
    expect(gaps(posts)).toEqual([expect.toSatisfy((ms) => ms >= 1000)])
    expect((await ask(OPERATION)).data.operation).toEqual({ state: 'SUCCEEDED' })
  })

  test('is followed by one call alone, and each that is let through lets one more be under way', async (context) => {
    const { expect } = context
    const { ask, script, upstream } = await open(context)
    script(PROJECTS, limited('1'), walletRoutes[PROJECTS] as Reply)
    const first = ask(READ_PROJECTS)
    await expect.poll(() => upstream.count(PROJECTS)).toBe(1)
    const over = performance.now() + 1000
    let underWay = 0
    let answered = 0
    /** How many were under way when one came, beside how many there may have been. */
    const met: (readonly [number, number])[] = []
    const route: Route = async () => {
      underWay += 1
      // One goes after a second of waiting, too.
      met.push([underWay, 1 + answered + Math.floor(Math.max(0, performance.now() - over) / 1000)])
      // Long enough for others to come meanwhile, if they may.
      await new Promise((resolve) => setTimeout(resolve, 25))
      underWay -= 1
      answered += 1
      return { body: exchange() }
    }
    upstream.routes({ 'GET /exchanges/{id}': route, [PROJECTS]: route })
    const ids = Array.from({ length: 20 }, (_, n) => ask(`{ exchange(id: "Exchange:X${n}") { id } }`))
    await Promise.all([first, ...ids])
    expect(met).toHaveLength(21)
    for (const [count, most] of met) expect(count).toBeLessThanOrEqual(most)
    // Slow at first, and not for long.
    expect(Math.max(...met.map(([count]) => count))).toBeGreaterThanOrEqual(4)
  })

  test('is over for all others, too, while a call hangs that left before it', async (context) => {
    const { expect } = context
    const { ask, script, upstream } = await open(context)
    const held = gate()
    context.onTestFinished(held.open)
    const late: Route = async () => {
      await held.opened
      return { body: order({ status: 'PAID' }) }
    }
    upstream.routes({ [PAY]: late })
    const paid = ask(PAY_ORDER)
    await expect.poll(() => upstream.count(PAY)).toBe(1)
    script(PROJECTS, limited('1'), walletRoutes[PROJECTS] as Reply)
    const began = performance.now()
    expect(told(await ask(READ_PROJECTS))).toEqual([])
    expect(performance.now() - began).toBeLessThan(4_000)
    expect(upstream.count(PROJECTS)).toBe(2)
    held.open()
    expect((await paid).data.it).toEqual({ __typename: 'Order' })
  })

  test.for([
    ['as a date, which counts from that of its answer', 'Wed, 21 Oct 2015 07:28:01 GMT', 1000],
    ['as no seconds at all, which is too soon', '0', 2000],
    ['as nonsense', 'soon', 2000],
  ] as const)('may be said %s', async ([, retryAfter, least], context) => {
    const { expect } = context
    const { ask, sent, script } = await open(context)
    script(PROJECTS, limited(retryAfter, { date: 'Wed, 21 Oct 2015 07:28:00 GMT' }), walletRoutes[PROJECTS] as Reply)
    expect(told(await ask(READ_PROJECTS))).toEqual([])
    const tries = sent.filter(({ route }) => route === PROJECTS)
    expect(gaps(tries)).toEqual([expect.toSatisfy((ms) => ms >= least && ms < least + 900)])
  })

  test('for which no time was said doubles with each repeat, and the third is the last', async (context) => {
    const { expect } = context
    const { ask, sent, script } = await open(context)
    script(PROJECTS, limited())
    expect(told(await ask(READ_PROJECTS))).toEqual([['RATE_LIMITED', 8]])
    const tries = sent.filter(({ route }) => route === PROJECTS)
    expect(gaps(tries)).toEqual([
      expect.toSatisfy((ms) => ms >= 2000 && ms < 2900),
      expect.toSatisfy((ms) => ms >= 4000 && ms < 4900),
    ])
  })
})

describe.concurrent('a cool-down that nobody can wait out', () => {
  test('is told at once to everybody, with nothing sent, and leaves a key free', async (context) => {
    const { expect } = context
    const { ask, sent, script } = await open(context)
    script(PROJECTS, limited('60'))
    const began = performance.now()
    expect(told(await ask(READ_PROJECTS))).toEqual([['RATE_LIMITED', 60]])
    const before = sent.length
    for (const each of [READ_PROJECTS, READ_ACCOUNTS, READ_RATES, CREATE_EXCHANGE, PAY_ORDER]) {
      expect([each, told(await ask(each))]).toEqual([each, [['RATE_LIMITED', ALMOST_A_MINUTE]]])
    }
    expect((await ask(OPERATION)).data.operation).toBeNull()
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(sent).toHaveLength(before)
    const until = Date.parse((await ask(BUDGET)).data.viewer.budget.coolingDownUntil)
    expect((until - Date.now()) / 1000).toEqual(ALMOST_A_MINUTE)
  })

  test('may be said as a date as well', async (context) => {
    const { expect } = context
    const { ask, script, upstream } = await open(context)
    script(PROJECTS, limited('Wed, 21 Oct 2015 07:29:00 GMT', { date: 'Wed, 21 Oct 2015 07:28:00 GMT' }))
    expect(told(await ask(READ_PROJECTS))).toEqual([['RATE_LIMITED', 60]])
    expect(upstream.count(PROJECTS)).toBe(1)
  })

  test('is opened by any call, that for a token among them', async (context) => {
    const { expect } = context
    const { ask, sent, script } = await open(context)
    script(TOKEN_ROUTE, limited('60'))
    expect(told(await ask(READ_ACCOUNTS))).toEqual([['RATE_LIMITED', 60]])
    expect(told(await ask(READ_RATES))).toEqual([['RATE_LIMITED', ALMOST_A_MINUTE]])
    expect(routes(sent)).toEqual([TOKEN_ROUTE])
  })

  test('leaves those fields of an operation standing that were there before it', async (context) => {
    const { expect } = context
    const { ask, script } = await open(context)
    script(PROJECTS, limited('60'))
    const { data, errors } = await ask(`{ rates { price } viewer { sandbox } projects(first: 1) { nodes { id } } }`)
    expect(data).toEqual({ rates: [expect.anything(), expect.anything()], viewer: { sandbox: false }, projects: null })
    expect(errors).toMatchObject([{ path: ['projects'], extensions: { code: 'RATE_LIMITED', retryAfter: 60 } }])
  })

  test('of one token holds up nobody else, and no public read', async (context) => {
    const { expect } = context
    const { ask, upstream } = await open(context, OWN_TOKENS)
    const [ann, bob] = ['ann', 'bob'].map((name) => ({ authorization: `Bearer ${name}` }))
    const unlessAnn =
      (reply: Reply): Route =>
      ({ headers }) =>
        headers.authorization === ann?.authorization ? limited('60') : reply
    upstream.routes({
      'GET /accounts': { body: [account({ availableBalance: 100 })] },
      [EXCHANGES]: unlessAnn({ body: exchange() }),
      [PROJECTS]: unlessAnn(walletRoutes[PROJECTS] as Reply),
    })
    expect(told(await ask(CREATE_EXCHANGE, {}, ann))).toEqual([['RATE_LIMITED', 60]])
    const before = upstream.requests.length
    for (const each of [CREATE_EXCHANGE, PAY_ORDER, READ_ACCOUNTS, READ_PROJECTS])
      expect([each, told(await ask(each, {}, ann))]).toEqual([each, [['RATE_LIMITED', ALMOST_A_MINUTE]]])
    expect(upstream.requests).toHaveLength(before)
    for (const each of [CREATE_EXCHANGE, READ_ACCOUNTS, READ_PROJECTS])
      expect([each, told(await ask(each, {}, bob))]).toEqual([each, []])
    expect(told(await ask(READ_RATES, {}, ann))).toEqual([])
    const by = upstream.requests.filter(({ path }) => path === '/exchanges').map(({ headers }) => headers.authorization)
    expect(by).toEqual([ann?.authorization, bob?.authorization])
  })

  test('of public calls holds up those of everybody, and no private ones of who brings a token', async (context) => {
    const { expect } = context
    const { ask, script, upstream } = await open(context, OWN_TOKENS)
    const ann = { authorization: 'Bearer ann' }
    script('GET /currencies/rates', limited('60'))
    expect(told(await ask(READ_RATES))).toEqual([['RATE_LIMITED', 60]])
    expect(told(await ask('{ currencies { code } }', {}, ann))).toEqual([['RATE_LIMITED', ALMOST_A_MINUTE]])
    expect(upstream.requests).toHaveLength(1)
    expect(told(await ask(READ_ACCOUNTS, {}, ann))).toEqual([])
  })
})

describe('a cool-down for which no time is said', () => {
  const answer = (status: number, retryAfter?: string): Parameters<ReturnType<typeof createBudget>['learn']>[0] => ({
    status,
    retryAfter,
    date: undefined,
    rateLimit: {},
  })

  test('doubles up to a minute with each repeat, and begins anew after a minute without', () => {
    let now = 0
    const budget = createBudget(undefined, () => now)
    const seconds = Array.from({ length: 7 }, () => {
      const each = budget.learn(answer(429))
      now += (each ?? 0) * 1000
      return each
    })
    expectAlone(seconds).toEqual([2, 4, 8, 16, 32, 60, 60])
    // One call that is let through is no end of it.
    now += 30_000
    budget.learn(answer(200))
    expectAlone(budget.learn(answer(429))).toBe(60)
    now += 60_000 + 60_000
    expectAlone(budget.learn(answer(429))).toBe(2)
  })

  test('is one for all that were refused together', () => {
    let now = 0
    const budget = createBudget(undefined, () => now)
    expectAlone(Array.from({ length: 10 }, () => budget.learn(answer(429)))).toEqual(
      Array.from({ length: 10 }, () => 2),
    )
    now = 1_999
    expectAlone(budget.waitMs(false)).toBe(1)
    now = 2_000
    expectAlone(budget.waitMs(false)).toBe(0)
  })

  test('is never over sooner by what a later answer says', () => {
    let now = 0
    const budget = createBudget(undefined, () => now)
    budget.learn(answer(429, '60'))
    budget.learn(answer(429, '1'))
    budget.learn(answer(200))
    now = 59_000
    expectAlone(budget.waitMs(false)).toBe(1_000)
  })
})
