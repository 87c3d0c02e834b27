// Public data while the upstream is down: the last that it said, for as long as that is worth something and is called what it is.
import { createServer, connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { GatewayError } from '../src/errors.ts'
import { parseReply } from '../src/upstream/decode.ts'
import { endpoints } from '../src/upstream/endpoints.ts'
import { createKeeper } from '../src/upstream/keeper.ts'
import { startTestGateway } from './support/gateway.ts'
import * as rows from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { AddressInfo, Socket } from 'node:net'
import type { ErrorCode } from '../src/errors.ts'
import type { Reply } from '../src/upstream/decode.ts'
import type { Keep } from '../src/upstream/endpoint.ts'
import type { Keeper, KeptReply } from '../src/upstream/keeper.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Route } from './support/upstream.ts'

const MINUTE = 60_000
const reply = (value: number): Reply =>
  parseReply(Buffer.from(String(value)), { endpoint: undefined, word() {}, misfit() {} })

describe('an answer that is kept', () => {
  let at: number
  let keeper: Keeper
  let fetches: number
  beforeEach(() => {
    at = 0
    fetches = 0
    keeper = createKeeper(() => at)
  })
  afterEach(() => void vi.useRealTimers())
  const keepOf = (keep: Keep | undefined): Keep => keep ?? { forMs: Number.NaN, staleMs: Number.NaN }
  const read = (keep: Keep, fetched: number | ErrorCode | Promise<Reply>, request = 'r'): Promise<KeptReply> =>
    keeper.read(keep, request, () => {
      fetches += 1
      if (typeof fetched === 'object') return fetched
      return typeof fetched === 'number'
        ? Promise.resolve(reply(fetched))
        : Promise.reject(new GatewayError(fetched, 'as planted'))
    })
  const seen = ({ reply: { body, stale }, from }: KeptReply): unknown[] => [body?.toString(), stale === true, from]

  const ROWS: readonly (readonly [string, Keep | undefined, good: number, stale: number])[] = [
    ['currencies', endpoints.currencies.list.keep, 5 * MINUTE, 24 * 60 * MINUTE],
    ['gift cards', endpoints.giftCards.list.keep, MINUTE, 60 * MINUTE],
    ['a gift card', endpoints.giftCards.read.keep, MINUTE, 60 * MINUTE],
    ['rates', endpoints.rates.list.keep, 0, 15 * MINUTE],
  ]

  test.each(['CANCELLED', 'FORBIDDEN', 'OPERATION_TOO_EXPENSIVE'] as const)(
    'is not lost by a read that fails for what has nothing to do with it: %s',
    async (code) => {
      const keep = keepOf(endpoints.rates.list.keep)
      await read(keep, 1)
      await expect(read(keep, code)).rejects.toMatchObject({ code })
      expect(seen(await read(keep, 'UPSTREAM_UNAVAILABLE'))).toEqual(['1', true, 'stale'])
    },
  )

  test('is gone once the upstream has said that there is no such thing', async () => {
    const keep = keepOf(endpoints.rates.list.keep)
    await read(keep, 1)
    await expect(read(keep, 'UPSTREAM_REJECTED')).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' })
    await expect(read(keep, 'UPSTREAM_UNAVAILABLE')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  })

  test.each(ROWS)(
    'of %s serves in its time, is asked for again after it, and is stale for its time after that',
    async (_, row, good, stale) => {
      const keep = keepOf(row)
      expect(seen(await read(keep, 1))).toEqual(['1', false, 'upstream'])
      if (good > 0) {
        at = good - 1
        expect(seen(await read(keep, 2))).toEqual(['1', false, 'cache'])
        expect(fetches).toBe(1)
      }
      at = good
      expect(seen(await read(keep, 2))).toEqual(['2', false, 'upstream'])
      at = 2 * good
      expect(seen(await read(keep, 'UPSTREAM_UNAVAILABLE'))).toEqual(['2', true, 'stale'])
      at = 2 * good + stale - 1
      expect(seen(await read(keep, 'UPSTREAM_UNAVAILABLE'))).toEqual(['2', true, 'stale'])
      at = 2 * good + stale
      await expect(read(keep, 'UPSTREAM_UNAVAILABLE')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    },
  )

  const RATES: Keep = { forMs: 0, staleMs: 15 * MINUTE }

  test.each(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_INVALID', 'RATE_LIMITED'] as const)(
    'is given on %s, and for two seconds after that without a try',
    async (code) => {
      await read(RATES, 1)
      expect(seen(await read(RATES, code))).toEqual(['1', true, 'stale'])
      at = 1_999
      expect(seen(await read(RATES, 2))).toEqual(['1', true, 'stale'])
      expect(fetches).toBe(2)
      at = 2_000
      expect(seen(await read(RATES, 2))).toEqual(['2', false, 'upstream'])
    },
  )

  test.each(['UPSTREAM_REJECTED', 'FORBIDDEN', 'UNAUTHENTICATED', 'OPERATION_TOO_EXPENSIVE', 'CANCELLED'] as const)(
    'is no answer in place of %s',
    async (code) => {
      await read(RATES, 1)
      await expect(read(RATES, code)).rejects.toMatchObject({ code })
    },
  )

  test('is that of its own request alone', async () => {
    await read(RATES, 1, 'EUR')
    await expect(read(RATES, 'UPSTREAM_UNAVAILABLE', 'USD')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  })

  test('gives way to one that comes late, of a call that was not waited for', async () => {
    const late = Promise.withResolvers<Reply>()
    await read(RATES, 1)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const waiting = read(RATES, late.promise)
    vi.advanceTimersByTime(2_500)
    expect(seen(await waiting)).toEqual(['1', true, 'stale'])
    late.resolve(reply(2))
    await late.promise
    at = 100
    expect(seen(await read(RATES, 'UPSTREAM_UNAVAILABLE'))).toEqual(['2', true, 'stale'])
  })
})

/** Between the gateway and the upstream, so that there may be nobody at the upstream's address for a while. */
interface Relay {
  readonly url: string
  down(): Promise<void>
  up(): Promise<void>
}
async function startRelay(to: string): Promise<Relay> {
  const target = new URL(to)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const beyond = connect(Number(target.port), target.hostname)
    for (const socket of [client, beyond]) sockets.add(socket.on('error', () => {}))
    client.pipe(beyond).pipe(client)
  })
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/api/public`,
    up: () => listen(port),
    async down() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const RATES = 'GET /currencies/rates'
const QUERY = '{ rates(currencies: ["BTC"]) { price stale asOf } }'
const ASKED = { price: '61234.56', asOf: '2026-03-10T14:27:00.000Z' }
const page: Route = { headers: { 'content-type': 'text/html' }, body: '<html>Be right back.</html>' }

const DOWNS: readonly (readonly [
  string,
  down: (upstream: FakeUpstream, relay: Relay) => unknown,
  without: ErrorCode,
])[] = [
  ['nobody is at its address', (_, relay) => relay.down(), 'UPSTREAM_UNAVAILABLE'],
  ['it answers with 503', (upstream) => upstream.routes(everywhere({ status: 503, body: '' })), 'UPSTREAM_UNAVAILABLE'],
  ['it answers with a page', (upstream) => upstream.routes(everywhere(page)), 'UPSTREAM_INVALID'],
  ['it does not answer', (upstream) => upstream.routes(everywhere(() => undefined)), 'UPSTREAM_TIMEOUT'],
  [
    'it wants no calls for ten minutes',
    (upstream) => upstream.routes(everywhere({ status: 429, headers: { 'retry-after': '600' }, body: '' })),
    'RATE_LIMITED',
  ],
]
const everywhere = (route: Route): Record<string, Route> =>
  Object.fromEntries(Object.keys(rows.walletRoutes).map((key) => [key, route]))

describe.concurrent('while', () => {
  test.each(DOWNS)('%s', async (_name, down, without) => {
    const upstream = await startUpstream(rows.walletRoutes)
    const relay = await startRelay(upstream.url)
    const gateway = await startTestGateway({
      ...upstream.env,
      SPECTROCOIN_API_URL: relay.url,
      OPERATION_TIMEOUT_MS: '3000',
    })
    const codes = ({ errors = [] }: Awaited<ReturnType<TestGateway['ask']>>): ErrorCode[] =>
      errors.map(({ extensions }) => extensions.code as ErrorCode)
    try {
      const first = await gateway.ask(
        '{ currencies { code } giftCards { nodes { id } } rates(currencies: ["BTC"]) { price stale asOf } accounts { id } }',
      )
      expect(first.errors).toBeUndefined()
      expect(first.data.rates).toEqual([{ ...ASKED, stale: false }])
      await down(upstream, relay)

      const began = performance.now()
      expect((await gateway.ask(QUERY)).data.rates).toEqual([{ ...ASKED, stale: true }])
      expect(performance.now() - began).toBeLessThan(3_200)
      // For two seconds nobody waits again.
      const [calls, again] = [upstream.count(RATES), performance.now()]
      for (let n = 0; n < 5; n += 1) expect((await gateway.ask(QUERY)).data.rates).toEqual([{ ...ASKED, stale: true }])
      expect(performance.now() - again).toBeLessThan(1_500)
      expect(upstream.count(RATES)).toBe(calls)

      const [kept, other, mine] = await Promise.all([
        gateway.ask('{ currencies { code } giftCards { nodes { id } } }'),
        gateway.ask('{ rates(base: "USD") { price } }'),
        gateway.ask('{ accounts { id } }'),
      ])
      expect(kept.data).toEqual(
        JSON.parse(JSON.stringify({ currencies: first.data.currencies, giftCards: first.data.giftCards })),
      )
      // There is nothing to give of what was never read; and what is private is as it is now, or is not given.
      expect([codes(other), codes(mine)]).toEqual([[without], [without]])
      expect([other.data.rates, mine.data.accounts]).toEqual([null, null])
    } finally {
      await gateway.close()
      await relay.down()
      await upstream.close()
    }
  })
})

describe('when the upstream is back', () => {
  let upstream: FakeUpstream
  let relay: Relay
  let gateway: TestGateway
  beforeAll(async () => {
    upstream = await startUpstream()
    relay = await startRelay(upstream.url)
    gateway = await startTestGateway({ ...upstream.env, SPECTROCOIN_API_URL: relay.url, BREAKER_FAILURES: '1000000' })
  })
  beforeEach(() => upstream.routes(rows.walletRoutes))
  afterAll(async () => {
    await gateway.close()
    await relay.down()
    await upstream.close()
  })
  const stale = async (): Promise<unknown> => (await gateway.ask(QUERY)).data.rates[0].stale

  test('rates are stale no longer, within two seconds', async () => {
    expect(await stale()).toBe(false)
    await relay.down()
    expect(await stale()).toBe(true)
    await relay.up()
    await expect.poll(stale, { timeout: 2_300 }).toBe(false)
  })

  test('with a refusal, it is that which counts, and not what it said before', async () => {
    expect(await stale()).toBe(false)
    upstream.routes({
      [RATES]: { status: 404, body: { errorCode: 'GEN_8', key: 'entity_not_found', defaultMessage: 'No.' } },
    })
    expect(await gateway.ask(QUERY)).toMatchObject({ data: { rates: null }, errors: undefined })
    upstream.routes({ [RATES]: { status: 400, body: { errorCode: 'GEN_2', key: 'bad', defaultMessage: 'No.' } } })
    expect((await gateway.ask(QUERY)).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_REJECTED' } }])
  })

  test('who listens hears once that rates are stale, though others ask meanwhile, and once that they are not', async () => {
    const client = connectClient(gateway.gateway.websocketUrl)
    const live = client.run('subscription { liveRates(currencies: ["BTC", "EUR"]) { price stale } }')
    const next = async (): Promise<unknown> =>
      (await live.next())?.data.liveRates.map((each: { stale: boolean }) => each.stale)
    expect(await next()).toEqual([false, false])
    upstream.routes({ [RATES]: { status: 503, body: '' } })
    expect(await next()).toEqual([true, true])
    const polls = upstream.count(RATES)
    expect(await stale()).toBe(true)
    await expect.poll(() => upstream.count(RATES), { timeout: 3_000 }).toBeGreaterThan(polls + 3)
    upstream.routes({ [RATES]: { body: [rows.rate({ rate: 2 }), rows.rate({ currencyCode: 'EUR', rate: 1 })] } })
    expect(await next()).toEqual([false, false])
    await client.close()
  })
})
