// Live rates over real sockets: first value at once, then changes alone, one poll a base however many listen, none when they have gone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readAnswer, startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { connectClient, openGreeted } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { HandSocket } from './support/sockets.ts'
import type { FakeUpstream, RecordedRequest, Reply } from './support/upstream.ts'

const RATES = 'GET /currencies/rates'
const INTERVAL_MS = 250
const LIVE =
  'subscription ($currency: CurrencyCode!, $base: CurrencyCode! = "EUR") { liveRate(currency: $currency, base: $base) { price change24h stale asOf } }'

interface Row {
  readonly code: string
  readonly price: string
  readonly change?: string
}

/** The upstream's answer; each has a new time stamp, as the real one's would. */
function ratesIn(request: RecordedRequest, rows: readonly Row[]): Reply {
  const baseCurrencyCode = request.query.get('baseCurrencyCode')
  const timestamp = new Date().toISOString()
  return {
    body: rows.map(({ code, price, change }) => ({
      currencyCode: code,
      baseCurrencyCode,
      rate: price,
      change24h: change ?? '0.5',
      timestamp,
    })),
  }
}

describe('one listener', () => {
  let upstream: FakeUpstream
  let started: TestGateway
  beforeAll(async () => {
    upstream = await startUpstream()
    started = await startTestGateway({ ...upstream.env, LIVE_INTERVAL_MS: String(INTERVAL_MS) })
  })
  afterAll(async () => {
    await started.close()
    await upstream.close()
  })

  /** Answers one poll after the other with these; then with the last for ever. */
  function script(answers: readonly (readonly Row[] | Reply)[]): { polls(): number } {
    let polls = 0
    upstream.routes({
      [RATES]: (request) => {
        const answer = answers[Math.min(polls, answers.length - 1)] ?? []
        polls += 1
        return 'length' in answer ? ratesIn(request, answer) : answer
      },
    })
    return { polls: () => polls }
  }

  test('sees the first value at once, then no new spelling of it and no new time, but a new number', async () => {
    const btc = (price: string, change = '0.5'): Row[] => [{ code: 'BTC', price, change }]
    const { polls } = script([btc('1.0'), btc('1.00'), btc('1'), btc('1.000', '0.50'), btc('1.01'), btc('1.01', '0.6')])
    const client = connectClient(started.gateway.websocketUrl)
    const live = client.run(LIVE, { currency: 'BTC' })
    const began = performance.now()
    expect((await live.next())?.data.liveRate).toMatchObject({ price: '1.0', change24h: '0.5' })
    expect(performance.now() - began).toBeLessThan(INTERVAL_MS)
    expect(polls()).toBe(1)
    expect((await live.next())?.data.liveRate).toMatchObject({ price: '1.01', change24h: '0.5' })
    expect(polls()).toBe(5)
    expect((await live.next())?.data.liveRate).toMatchObject({ price: '1.01', change24h: '0.6' })
    await live.stop()
    await client.close()
  })

  test('is told units of the base for one unit of the currency, and both in the order that was asked for', async () => {
    script([
      [
        { code: 'ETH', price: '2875.5' },
        { code: 'BTC', price: '61250' },
      ],
    ])
    upstream.requests.length = 0
    const client = connectClient(started.gateway.websocketUrl)
    const live = client.run(
      'subscription { liveRates(currencies: ["BTC", "ETH", "BTC"], base: "EUR") { id currencyCode baseCode price } }',
    )
    expect((await live.next())?.data.liveRates).toEqual([
      { id: 'Rate:BTC-EUR', currencyCode: 'BTC', baseCode: 'EUR', price: '61250' },
      { id: 'Rate:ETH-EUR', currencyCode: 'ETH', baseCode: 'EUR', price: '2875.5' },
    ])
    expect(upstream.requests.map(({ query }) => query.get('baseCurrencyCode'))).toEqual(['EUR'])
    await client.close()
  })

  test('learns once that the upstream is away, and once that it is back', async () => {
    const up = [{ code: 'BTC', price: '5' }]
    const { polls } = script([
      up,
      { status: 503, body: '' },
      { status: 500, body: '<html>' },
      up,
      [{ code: 'BTC', price: '6' }],
    ])
    const client = connectClient(started.gateway.websocketUrl)
    const live = client.run(LIVE, { currency: 'BTC' })
    const seen: unknown[] = []
    for (let event = 0; event < 4; event += 1) {
      const { price, stale } = (await live.next())?.data.liveRate ?? {}
      seen.push([price, stale, polls() >= 4])
    }
    expect(seen).toEqual([
      ['5', false, false],
      ['5', true, false],
      ['5', false, true],
      ['6', false, true],
    ])
    await client.close()
  })

  test('that comes while the upstream is away gets the last value, marked stale', async () => {
    const up = [
      { code: 'BTC', price: '5' },
      { code: 'ETH', price: '7' },
    ]
    script([up, { status: 503, body: '' }])
    const client = connectClient(started.gateway.websocketUrl)
    const live = client.run(LIVE, { currency: 'BTC' })
    await live.next()
    expect((await live.next())?.data.liveRate.stale).toBe(true)
    const other = connectClient(started.gateway.websocketUrl)
    expect((await other.run(LIVE, { currency: 'ETH' }).next())?.data.liveRate).toMatchObject({
      price: '7',
      stale: true,
    })
    await Promise.all([client.close(), other.close()])
  })

  test('of another base has a poll of its own, and each ends with its own last listener', async () => {
    upstream.routes({
      [RATES]: (request) =>
        ratesIn(request, [{ code: 'BTC', price: request.query.get('baseCurrencyCode') === 'EUR' ? '1' : '2' }]),
    })
    const client = connectClient(started.gateway.websocketUrl)
    await expect.poll(() => started.gateway.liveFeeds()).toBe(0)
    const [euro, dollar, dollarToo] = ['EUR', 'USD', 'USD'].map((base) => client.run(LIVE, { currency: 'BTC', base }))
    expect((await euro?.next())?.data.liveRate.price).toBe('1')
    expect((await dollar?.next())?.data.liveRate.price).toBe('2')
    expect((await dollarToo?.next())?.data.liveRate.price).toBe('2')
    expect(started.gateway.liveFeeds()).toBe(2)
    await euro?.stop()
    await expect.poll(() => started.gateway.liveFeeds()).toBe(1)
    await dollar?.stop()
    await dollarToo?.stop()
    await expect.poll(() => started.gateway.liveFeeds()).toBe(0)
    await client.close()
  })

  test('by Server-Sent Events is served too, and its poll ends when it goes', async () => {
    let price = 0
    upstream.routes({ [RATES]: (request) => ratesIn(request, [{ code: 'BTC', price: String((price += 1)) }]) })
    const gone = new AbortController()
    const response = await fetch(started.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: LIVE, variables: { currency: 'BTC' } }),
      signal: gone.signal,
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    let text = ''
    const body = response.body as unknown as AsyncIterable<Uint8Array>
    for await (const chunk of body) {
      text += new TextDecoder().decode(chunk)
      if (text.split('event: next').length > 3) break
    }
    const prices = [...text.matchAll(/^data: (\{.*\})$/gm)].map(
      ([, json = '']) => (JSON.parse(json) as { data: { liveRate: { price: string } } }).data.liveRate.price,
    )
    expect(prices.slice(0, 3)).toEqual(['1', '2', '3'])
    gone.abort()
    await expect.poll(() => started.gateway.liveFeeds()).toBe(0)
  })
})

test.each(['application/json', 'application/graphql-response+json', '*/*', 'text/html', 'multipart/mixed'])(
  'a subscription that could only be answered with %s is refused, and nothing is polled for it',
  async (accept) => {
    const { gateway, sandbox, close } = await startSandboxGateway()
    for (const init of [
      { method: 'POST', body: '{"query":"subscription { liveRate(currency: \\"BTC\\") { price } }"}' },
      {},
    ]) {
      const search = init.method
        ? ''
        : `?query=${encodeURIComponent('subscription { liveRate(currency: "BTC") { price } }')}`
      const headers = {
        'content-type': 'application/json',
        accept: init.method || accept !== 'text/html' ? accept : 'application/json',
      }
      const answer = await readAnswer(await fetch(`${gateway.url}${search}`, { ...init, headers }))
      expect(answer.status).toBe(406)
      // What is neither kind of JSON cannot carry the words.
      if (/json|\*/.test(accept))
        expect(answer.errors?.[0]).toMatchObject({
          message: expect.stringContaining('text/event-stream'),
          extensions: { code: 'BAD_REQUEST' },
        })
    }
    expect(gateway.liveFeeds()).toBe(0)
    expect(sandbox.count()).toBe(0)
    await close()
  },
)

describe('a thousand listeners to fifty currencies', () => {
  const CODES = Array.from({ length: 50 }, (_, index) => `C${index}`)
  const SOCKETS = 20
  let upstream: FakeUpstream
  let started: TestGateway
  const polls = { EUR: 0, USD: 0 }
  beforeAll(async () => {
    upstream = await startUpstream({
      [RATES]: (request) => {
        const base = request.query.get('baseCurrencyCode') as 'EUR' | 'USD'
        polls[base] += 1
        return ratesIn(
          request,
          CODES.map((code) => ({ code, price: String(polls[base]) })),
        )
      },
    })
    started = await startTestGateway({ ...upstream.env, LIVE_INTERVAL_MS: String(INTERVAL_MS), LOG_LEVEL: 'warn' })
  })
  afterAll(async () => {
    await started.close()
    await upstream.close()
  })

  /** Hears until each of the socket's listeners has seen this poll's price, or a later one. */
  async function hearUntil(socket: HandSocket, price: number): Promise<void> {
    const behind = new Set(CODES)
    while (behind.size > 0) {
      const { id = '', type, payload } = await socket.hear()
      expect(type).toBe('next')
      if (Number(payload.data.liveRate.price) >= price) behind.delete(id)
    }
  }

  const leave: Record<string, (socket: HandSocket) => Promise<unknown> | void> = {
    'complete each of theirs': async (socket) => {
      for (const id of CODES) socket.say({ id, type: 'complete' })
    },
    'close their sockets': (socket) => {
      socket.socket.close()
      return socket.closed
    },
    'break their sockets off': (socket) => {
      socket.socket.terminate()
      return socket.closed
    },
  }

  test.each(Object.keys(leave))(
    'cost one request a tick, and none after the last has gone when they %s',
    async (way) => {
      await expect.poll(() => started.gateway.liveFeeds()).toBe(0)
      polls.EUR = 0
      const began = performance.now()
      const sockets = await Promise.all(
        Array.from({ length: SOCKETS }, async () => openGreeted(started.gateway.websocketUrl)),
      )
      for (const socket of sockets) {
        for (const currency of CODES)
          socket.say({ id: currency, type: 'subscribe', payload: { query: LIVE, variables: { currency } } })
      }
      await Promise.all(sockets.map((socket) => hearUntil(socket, 1)))
      const target = polls.EUR + 2
      await Promise.all(sockets.map((socket) => hearUntil(socket, target)))
      expect(started.gateway.liveFeeds()).toBe(1)
      // A tick is at least nine tenths of the interval.
      expect(polls.EUR).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - began) / (INTERVAL_MS * 0.9)))

      const [last, ...others] = sockets
      if (!last) throw new Error('there are sockets')
      await Promise.all(others.map(async (socket) => leave[way]?.(socket)))
      await hearUntil(last, polls.EUR + 1)
      expect(started.gateway.liveFeeds()).toBe(1)
      await leave[way]?.(last)
      await expect.poll(() => started.gateway.liveFeeds()).toBe(0)

      // Another feed is the clock: three of its ticks, and not one request more for the first.
      const after = polls.EUR
      const client = connectClient(started.gateway.websocketUrl)
      const clock = client.run(LIVE, { currency: 'C0', base: 'USD' })
      for (let tick = 0; tick < 4; tick += 1) await clock.next()
      expect(polls.EUR).toBe(after)
      await client.close()
      for (const socket of sockets) socket.socket.terminate()
    },
  )
})

test('what hangs on a live value is as fresh as the value, at each event', async () => {
  const { gateway, sandbox, close } = await startSandboxGateway()
  sandbox.control.clock.freeze()
  sandbox.control.prices.set('BTC', '100')
  const client = connectClient(gateway.websocketUrl)
  const live = client.run('subscription { liveRate(currency: "BTC") { price currency { code rate { price } } } }')
  const seen: number[][] = []
  for (const next of ['200', '300', '400']) {
    const { price, currency } = (await live.next())?.data.liveRate ?? {}
    seen.push([Number(price), Number(currency.rate.price)])
    sandbox.control.prices.set('BTC', next)
  }
  expect(seen).toEqual([
    [100, 100],
    [200, 200],
    [300, 300],
  ])
  await client.close()
  await close()
})
