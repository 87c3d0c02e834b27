// Live rates over real sockets: first value at once, then changes alone, one poll a base however many listen, none when they have gone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readAnswer, startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
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

  test('may name 1 to 100 currencies, one that is named twice counted twice', async () => {
    script([[{ code: 'BTC', price: '1' }]])
    const client = connectClient(started.gateway.websocketUrl)
    const ask = (count: number) =>
      client.ask('subscription ($currencies: [CurrencyCode!]!) { liveRates(currencies: $currencies) { price } }', {
        currencies: Array.from({ length: count }, () => 'BTC'),
      })
    expect(await ask(100)).toEqual({ data: { liveRates: [{ price: '1' }] }, errors: undefined })
    for (const count of [0, 101])
      expect((await ask(count)).errors).toMatchObject([
        { path: ['liveRates'], extensions: { code: 'BAD_USER_INPUT', argument: 'currencies' } },
      ])
    await client.close()
  })

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

  test('that is the first, while the upstream is away, gets what was read before, called stale, and hears when it is back', async () => {
    script([[{ code: 'BTC', price: '5' }]])
    await expect.poll(() => started.gateway.liveFeeds()).toBe(0)
    await started.ask('{ rates { price } }')
    upstream.routes({ [RATES]: { status: 503, body: '' } })
    const client = connectClient(started.gateway.websocketUrl)
    const live = client.run(LIVE, { currency: 'BTC' })
    expect((await live.next())?.data.liveRate).toMatchObject({ price: '5', stale: true })
    const before = upstream.count(RATES)
    await expect.poll(() => upstream.count(RATES)).toBeGreaterThan(before)
    script([[{ code: 'BTC', price: '5' }]])
    expect((await live.next())?.data.liveRate).toMatchObject({ price: '5', stale: false })
    await client.close()
  })

  test('that is the first, while the upstream is away and nothing was read before, gets the first value once there is one', async () => {
    upstream.routes({ [RATES]: { status: 503, body: '' } })
    const before = upstream.count(RATES)
    const client = connectClient(started.gateway.websocketUrl)
    const first = client.run(LIVE, { currency: 'BTC', base: 'GBP' }).next()
    await expect.poll(() => upstream.count(RATES)).toBeGreaterThan(before + 1)
    script([[{ code: 'BTC', price: '5' }]])
    expect((await first)?.data.liveRate).toMatchObject({ price: '5', stale: false })
    await client.close()
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
