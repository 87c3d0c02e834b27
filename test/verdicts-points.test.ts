// How much a caller may ask for in a minute: the same count for whatever comes over whichever transport, and nobody's but their own.
import { afterAll, beforeAll, describe, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { LEAVE, send } from './support/requests.ts'
import { rate, walletRoutes } from './support/rows.ts'
import { fromCarriers, fromEach, give, giveEach, TRANSPORTS } from './support/transports.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestContext } from 'vitest'
import type { Environment } from '../src/config.ts'
import type { Thing, Verdict } from './support/transports.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
beforeAll(async () => {
  upstream = await startUpstream({
    ...walletRoutes,
    'GET /currencies/rates': ({ query }) => ({ body: [rate({ baseCurrencyCode: query.get('baseCurrencyCode') })] }),
  })
})
afterAll(() => upstream.close())

/** Makes no call, which is one point. */
const ONE = '{ viewer { name } }'
/** May make so many calls. */
const exchanges = (count: number): string =>
  `{ ${Array.from({ length: count }, (_, index) => `a${index}: exchange(id: "Exchange:${index}") { id }`).join(' ')} }`
const LIVE = 'subscription { liveRate(currency: "BTC", base: "EUR") { price } }'
const OK = { code: 'OK' }

interface Started {
  readonly url: string
  give(thing: Thing): Promise<Record<string, Verdict>>
  /** By its name, the value of a header that presents a key. */
  key(name: string): string
  one(thing: Thing): Promise<Verdict>
}

async function start(env: Environment, onTestFinished: TestContext['onTestFinished'], isOwn = true): Promise<Started> {
  const keys = ['a', 'b'].map((name) => ({ name, scopes: ['exchange:read'] }))
  const { gateway, keys: made, close } = await startTestGateway({ ...upstream.env, ...env }, isOwn ? { keys } : {})
  onTestFinished(close)
  return {
    url: gateway.url,
    give: (thing) => giveEach(gateway, thing),
    one: (thing) => give('POST', gateway, thing),
    key: (name) => `Bearer ${made[name]}`,
  }
}
/** Callers are anonymous, or bring tokens. */
const startOfCallers = (env: Environment, onTestFinished: TestContext['onTestFinished']): Promise<Started> =>
  start({ SPECTROCOIN_CLIENT_ID: '', SPECTROCOIN_CLIENT_SECRET: '', ...env }, onTestFinished, false)

describe.concurrent('a minute', () => {
  test('of all transports together is used up for all of them, and for no other key', async ({
    expect,
    onTestFinished,
  }) => {
    const started = await start({ CALLER_POINTS_PER_MINUTE: '8' }, onTestFinished)
    const [a, b] = ['a', 'b'].map((name) => ({ query: ONE, authorization: started.key(name) })) as [Thing, Thing]
    expect(await started.give(a)).toMatchObject(fromEach(OK))
    expect(await started.give(a)).toMatchObject(fromEach(OK))
    const limited = { code: 'RATE_LIMITED', details: { retryAfter: expect.toSatisfy(isWithinAMinute), limit: 8 } }
    for (const query of [ONE, exchanges(3), '{ accounts { id } }'])
      expect(await started.give({ ...a, query })).toEqual(fromEach(limited))
    expect(await started.give(b)).toMatchObject(fromEach(OK))
  })

  test('is told of in headers, and its end by the status', async ({ expect, onTestFinished }) => {
    const { url, key } = await start({ CALLER_POINTS_PER_MINUTE: '6' }, onTestFinished)
    const ways = [
      { method: 'POST', headers: { accept: 'application/json', 'content-type': 'application/json' } },
      { method: 'POST', headers: { accept: 'text/event-stream', 'content-type': 'application/json' } },
      { method: 'GET', headers: { accept: 'application/json', ...LEAVE } },
    ]
    const replies = []
    for (const { method, headers } of [...ways, ...ways, ...ways]) {
      replies.push(
        await send(method === 'GET' ? `${url}?query=${encodeURIComponent(ONE)}` : url, {
          method,
          headers: { ...headers, authorization: key('a') },
          ...(method === 'POST' && { body: JSON.stringify({ query: ONE }) }),
        }),
      )
    }
    const remaining = replies.map(({ headers }) => headers['ratelimit-remaining'])
    expect(remaining).toEqual(['5', '4', '3', '2', '1', '0', '0', '0', '0'])
    for (const { headers } of replies) {
      expect(headers['ratelimit-limit']).toBe('6')
      expect(Number(headers['ratelimit-reset'])).toSatisfy(isWithinAMinute)
    }
    for (const { status, headers, text } of replies.slice(6)) {
      const [, told] = /"retryAfter":(\d+)/.exec(text) ?? []
      expect([status, headers['retry-after'], text]).toEqual([429, told, expect.stringContaining('RATE_LIMITED')])
    }
  })

  test('is no matter of how much comes at once', async ({ expect, onTestFinished }) => {
    const started = await start({ CALLER_POINTS_PER_MINUTE: '37' }, onTestFinished)
    const thing = { query: ONE, authorization: started.key('a') }
    const given = await Promise.all(Array.from({ length: 25 }, () => started.give(thing)))
    const codes = Map.groupBy(
      given.flatMap((each) => Object.values(each)),
      ({ code }) => code,
    )
    expect([codes.get('OK')?.length, codes.get('RATE_LIMITED')?.length]).toEqual([37, 63])
  })

  test('that could never hold an operation refuses it as too expensive, at no cost', async ({
    expect,
    onTestFinished,
  }) => {
    const started = await start({ CALLER_POINTS_PER_MINUTE: '4' }, onTestFinished)
    const authorization = started.key('a')
    const verdicts = await started.give({ query: exchanges(5), authorization })
    expect(verdicts).toMatchObject(fromEach({ code: 'OPERATION_TOO_EXPENSIVE', details: { estimated: 5 } }))
    expect(await started.give({ query: ONE, authorization })).toMatchObject(fromEach(OK))
  })

  test('is not used up by what is refused', async ({ expect, onTestFinished }) => {
    const started = await start({ CALLER_POINTS_PER_MINUTE: '4', MAX_DEPTH: '3' }, onTestFinished)
    const authorization = started.key('a')
    for (const query of [
      '{',
      '{ x }',
      '{ exchanges { nodes { id account { id } } } }',
      '',
      'query A { viewer { id } } query B { viewer { id } }',
    ])
      expect(Object.values(await started.give({ query, authorization })).map(({ code }) => code)).not.toContain('OK')
    expect(await started.one({ query: exchanges(2), authorization })).toMatchObject(OK)
    // What is left is less than this takes, and stays.
    expect(await started.give({ query: exchanges(3), authorization })).toMatchObject(fromEach({ code: 'RATE_LIMITED' }))
    expect(await started.one({ query: exchanges(2), authorization })).toMatchObject(OK)
    expect(await started.give({ query: ONE, authorization })).toMatchObject(fromEach({ code: 'RATE_LIMITED' }))
  })

  test('is used once by what goes on', async ({ expect, onTestFinished }) => {
    const started = await start({ CALLER_POINTS_PER_MINUTE: '4' }, onTestFinished)
    const thing = { query: LIVE, authorization: started.key('a') }
    for (const verdict of [OK, OK, { code: 'RATE_LIMITED' }])
      expect(await started.give(thing)).toMatchObject(fromCarriers('subscription', verdict))
  })

  test('of who brings nothing is that of an address', async ({ expect, onTestFinished }) => {
    const started = await startOfCallers({ CALLER_POINTS_PER_MINUTE: '4', TRUSTED_PROXIES: '1' }, onTestFinished)
    const from = (address: string): Thing => ({ query: ONE, headers: { 'x-forwarded-for': address } })
    expect(await started.give(from('203.0.113.1'))).toMatchObject(fromEach(OK))
    // Whatever the client says in front of it.
    expect(await started.give(from('198.51.100.7, 203.0.113.1'))).toMatchObject(fromEach({ code: 'RATE_LIMITED' }))
    expect(await started.give(from('203.0.113.2'))).toMatchObject(fromEach(OK))
    expect(await started.give(from('2001:db8:1:2::1'))).toMatchObject(fromEach(OK))
    expect(await started.give(from('2001:db8:1:2:ffff::2'))).toMatchObject(fromEach({ code: 'RATE_LIMITED' }))
    expect(await started.give(from('2001:db8:1:3::1'))).toMatchObject(fromEach(OK))
  })

  test('is that of the connection where no proxy is trusted', async ({ expect, onTestFinished }) => {
    const started = await startOfCallers({ CALLER_POINTS_PER_MINUTE: '4' }, onTestFinished)
    const from = (address: string): Thing => ({
      query: ONE,
      headers: { 'x-forwarded-for': address, forwarded: `for=${address}`, 'x-real-ip': address },
    })
    expect(await started.give(from('203.0.113.1'))).toMatchObject(fromEach(OK))
    expect(await started.give(from('203.0.113.2'))).toMatchObject(fromEach({ code: 'RATE_LIMITED' }))
  })

  test('of who brings a new token each time ends with that of ten', async ({ expect, onTestFinished }) => {
    const started = await startOfCallers({ CALLER_POINTS_PER_MINUTE: '2' }, onTestFinished)
    for (const index of Array.from({ length: 5 }).keys()) {
      const things = TRANSPORTS.map((each) => ({ query: ONE, authorization: `Bearer made-up-${each}-${index}` }))
      expect(await Promise.all(things.map((thing) => started.one(thing)))).toMatchObject(things.map(() => OK))
    }
    const limited = await started.give({ query: ONE, authorization: 'Bearer made-up-at-last' })
    expect(limited).toMatchObject(fromEach({ code: 'RATE_LIMITED' }))
  })
})

function isWithinAMinute(seconds: number): boolean {
  return seconds >= 1 && seconds <= 60
}
