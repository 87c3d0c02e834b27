// Subscriptions as Server-Sent Events: what is on the wire, how each stream ends, and that nothing is left of it whichever way it went.
import { once } from 'node:events'
import { Agent, createServer } from 'node:http'
import { setTimeout as sleep, setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createChannels } from '../src/live/channels.ts'
import { createListener } from '../src/live/listener.ts'
import { createPlaces } from '../src/server/places.ts'
import { createStreams } from '../src/server/streams.ts'
import { createWatch } from '../src/server/watch.ts'
import { NOBODY } from '../src/upstream/caller.ts'
import { post, startTestGateway } from './support/gateway.ts'
import { askForEvents, endsOf, liveOf, openEvents, openReader } from './support/readers.ts'
import { account, gate, order, rate, walletRoutes } from './support/rows.ts'
import { connectClient, openBytes, rawExchange } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Environment } from '../src/config.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Reply } from './support/upstream.ts'

const RATES = 'GET /currencies/rates'
const LIVE = 'subscription { liveRate(currency: "BTC") { price stale } }'
const UNKNOWN = 'subscription { liveRate(currency: "XYZ") { price } }'
const ORDER = 'subscription { orderUpdated(id: "Order:O1") { statusText } }'
/** By aliases more than the buffers of both kernels hold. */
const LARGE = `subscription { orderUpdated(id: "Order:O1") { ${Array.from({ length: 20 }, (_, nth) => `d${nth}: description`).join(' ')} } }`

function requestFor(query: string, version = 'HTTP/1.1', more = ''): string {
  return `GET /graphql?query=${encodeURIComponent(query)} ${version}\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nApollo-Require-Preflight: 1\r\n${more}\r\n`
}

function upgradeAt(path: string): string {
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`
}

let upstream: FakeUpstream
let price: number
beforeAll(async () => {
  upstream = await startUpstream()
})
beforeEach(() => {
  price = 1
  upstream.routes({ ...walletRoutes, [RATES]: () => ({ body: [rate({ rate: price })] }) })
  upstream.requests.length = 0
})
afterAll(() => upstream.close())

describe('a stream', () => {
  let started: TestGateway
  let gateway: TestGateway['gateway']
  beforeAll(async () => {
    started = await startTestGateway({ ...upstream.env, WS_PING_MS: '600' })
    gateway = started.gateway
  })
  afterAll(() => started.close())
  const nothingLeft = (): Promise<void> => expect.poll(() => liveOf(gateway), { timeout: 5_000 }).toEqual([0, 0, 0, 0])

  test.each(['POST', 'GET'] as const)(
    'by %s says something at once, then the value, then each change',
    async (method) => {
      const stream = await openEvents(gateway.url, LIVE, { method })
      const { statusCode, headers } = stream.response
      expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
        200,
        'text/event-stream',
        'no-cache',
      ])
      expect(headers).not.toHaveProperty('content-length')
      for (price = 1; price < 4; price += 1)
        expect(await stream.next()).toEqual({
          name: 'next',
          payload: { data: { liveRate: { price: String(price), stale: false } } },
        })
      const [first, ...events] = stream.text().split('\n\n')
      expect(first).toBe(':')
      expect(events.filter((event) => event !== ':').slice(0, 2)).toEqual([
        'event: next\ndata: {"data":{"liveRate":{"price":"1","stale":false}}}',
        'event: next\ndata: {"data":{"liveRate":{"price":"2","stale":false}}}',
      ])
      stream.leave()
      await nothingLeft()
    },
  )

  test('begins before its value is there', async () => {
    const release = gate()
    upstream.routes({ [RATES]: () => release.opened.then((): Reply => ({ body: [rate({ rate: 5 })] })) })
    const stream = await openEvents(gateway.url, LIVE)
    await expect.poll(() => stream.text()).toBe(':\n\n')
    release.open()
    expect((await stream.next())?.payload.data.liveRate.price).toBe('5')
    stream.leave()
    await nothingLeft()
  })

  test.each([
    'text/event-stream',
    'TEXT/Event-Stream',
    'text/event-stream; charset=utf-8',
    'application/json, text/event-stream',
    'text/event-stream;q=0.9, application/json',
    'application/graphql-response+json;q=1, text/event-stream;q=0.1, */*;q=0',
  ])('is what who accepts "%s" gets of a subscription', async (accept) => {
    const stream = await openEvents(gateway.url, LIVE, { headers: { accept } })
    expect([stream.response.statusCode, stream.response.headers['content-type']]).toEqual([200, 'text/event-stream'])
    expect((await stream.next())?.payload.data.liveRate.price).toBe('1')
    stream.leave()
    await nothingLeft()
  })

  test.each(['text/event-streamish', 'x-text/event-stream', 'text/event-stream+json'])(
    'is nothing that who accepts "%s" gets',
    async (accept) => {
      for (const accepted of [accept, `application/json, ${accept}`]) {
        const { status, headers } = await post(gateway.url, JSON.stringify({ query: LIVE }), { accept: accepted })
        expect([accepted, status, headers.get('content-type')]).not.toContain('text/event-stream')
        expect(status).toBe(406)
      }
      expect(upstream.count(RATES)).toBe(0)
    },
  )

  test('of what there is not is NOT_FOUND, and complete', async () => {
    const stream = await openEvents(gateway.url, UNKNOWN)
    expect(await stream.next()).toEqual({
      name: 'next',
      payload: {
        errors: [
          {
            message: expect.stringMatching(/\.$/),
            extensions: { code: 'NOT_FOUND', requestId: expect.any(String) },
          },
        ],
      },
    })
    expect(await stream.next()).toEqual({ name: 'complete', payload: undefined })
    expect(await stream.next()).toBeUndefined()
    expect(stream.text()).toMatch(/\n\nevent: complete\ndata: ?\n\n$/)
    await nothingLeft()
  })

  test('of what is no more ends likewise, after what it was', async () => {
    upstream.routes({ 'GET /merchants/orders/O1': { body: order({ status: 'NEW' }) } })
    const stream = await openEvents(gateway.url, ORDER)
    expect((await stream.next())?.payload.data.orderUpdated.statusText).toBe('NEW')
    upstream.routes({ 'GET /merchants/orders/O1': { status: 404, body: '' } })
    expect((await stream.next())?.payload).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
    expect((await stream.next())?.name).toBe('complete')
    expect(await stream.next()).toBeUndefined()
    await nothingLeft()
  })

  test('of what can change no more has its last value, and complete', async () => {
    upstream.routes({ 'GET /merchants/orders/O1': { body: order({ status: 'PAID' }) } })
    const stream = await openEvents(gateway.url, ORDER)
    expect((await stream.next())?.payload).toEqual({ data: { orderUpdated: { statusText: 'PAID' } } })
    expect((await stream.next())?.name).toBe('complete')
    expect(await stream.next()).toBeUndefined()
    await nothingLeft()
  })

  test('that is complete leaves its connection to the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (let times = 0; times < 3; times += 1) {
      const stream = await openEvents(gateway.url, UNKNOWN, { agent })
      ports.add(stream.response.socket.localPort)
      while (await stream.next());
    }
    const last = await openEvents(gateway.url, LIVE, { agent })
    ports.add(last.response.socket.localPort)
    expect((await last.next())?.name).toBe('next')
    expect(ports.size).toBe(1)
    last.leave()
    agent.destroy()
    await nothingLeft()
  })

  test.each([
    ['asks for the end of the connection', 'HTTP/1.1', 'Connection: close\r\n'],
    ['speaks HTTP/1.0', 'HTTP/1.0', ''],
  ])('is the end of the connection for who %s', async (_who, version, more) => {
    const began = performance.now()
    const text = await rawExchange(gateway.url, requestFor(UNKNOWN, version, more))
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text).toContain('event: complete\n')
    expect(text.includes('chunked')).toBe(version === 'HTTP/1.1')
    // Nobody waited for an idle connection's time to run out.
    expect(performance.now() - began).toBeLessThan(3_000)
    await nothingLeft()
  })

  test('has a comment now and then while nothing happens', async () => {
    const stream = await openEvents(gateway.url, LIVE)
    await stream.next()
    await expect.poll(() => stream.text().match(/^:$/gm)?.length, { timeout: 5_000 }).toBeGreaterThan(3)
    expect(stream.text().match(/^event:/gm)).toHaveLength(1)
    stream.leave()
    await nothingLeft()
  })

  test('shares one execution with all who ask for the same, over websockets too', async () => {
    upstream.routes({
      'GET /accounts/A1': () => ({ body: account({ balance: price }) }),
      'GET /accounts/{id}/transactions': { body: { totalCount: 0, page: 1, size: 25, data: [] } },
    })
    const LINKED = 'GET /accounts/A1/transactions'
    const query =
      'subscription { accountUpdated(id: "Account:A1") { balance transactions(first: 1) { nodes { id } } } }'
    const first = await openReader('event-stream', gateway, query)
    expect((await first.next())?.data.accountUpdated.balance).toBe('1')
    const others = await Promise.all(
      (['event-stream', 'websocket', 'event-stream', 'websocket'] as const).map(async (transport) =>
        openReader(transport, gateway, query),
      ),
    )
    const all = [first, ...others]
    for (const each of others) expect((await each.next())?.data.accountUpdated.balance).toBe('1')
    const before = upstream.count(LINKED)
    price = 2
    for (const each of all) expect((await each.next())?.data.accountUpdated.balance).toBe('2')
    expect(upstream.count(LINKED)).toBe(before + 1)
    expect(await liveOf(gateway)).toEqual([1, 1, 5, 2])
    for (const each of all) each.leave()
    await nothingLeft()
  })

  test('is one of two hundred, and one poll', async () => {
    const streams = await Promise.all(Array.from({ length: 200 }, async () => openEvents(gateway.url, LIVE)))
    for (const each of streams) expect((await each.next())?.payload.data.liveRate.price).toBe('1')
    price = 2
    for (const each of streams) expect((await each.next())?.payload.data.liveRate.price).toBe('2')
    expect(await liveOf(gateway)).toEqual([1, 1, 200, 0])
    for (const each of streams) each.leave()
    await nothingLeft()
  })

  test('is ended by who goes, at whatever moment that is, and nothing is left', async () => {
    const release = gate()
    upstream.routes({ [RATES]: () => release.opened.then((): Reply => ({ body: [rate()] })) })
    const waiting = await Promise.all(Array.from({ length: 3 }, async () => openEvents(gateway.url, LIVE)))
    await expect.poll(() => upstream.count(RATES)).toBe(1)
    for (const each of waiting) each.leave()
    await nothingLeft()
    release.open()
    // Before there is an answer, and between its bytes.
    for (let turns = 0; turns < 60; turns += 1) {
      const asked = askForEvents(gateway.url, LIVE, { method: turns % 2 ? 'GET' : 'POST' })
      await once(asked, 'finish')
      for (let turn = 0; turn < turns / 4; turn += 1) await nextTurn()
      asked.destroy()
    }
    await nothingLeft()
  })

  test.each(['at once', 'after a while'])(
    'to a client that closes its own side %s is no stream without news: it goes on, or it ends',
    async (when) => {
      const socket = await openBytes(gateway.url)
      let text = ''
      let isEnded = false
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
      socket.once('end', () => (isEnded = true))
      socket.write(requestFor(LIVE))
      if (when === 'after a while') await expect.poll(() => text).toContain('"price":"1"')
      socket.end()
      price = 2
      await expect.poll(() => text.includes('"price":"2"') || isEnded).toBe(true)
      socket.destroy()
      await nothingLeft()
    },
  )

  test('may be asked for behind another request on the same connection', async () => {
    const release = gate()
    upstream.routes({ 'GET /accounts': () => release.opened.then((): Reply => ({ body: [] })) })
    const socket = await openBytes(gateway.url)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write(requestFor('{ accounts { id } }') + requestFor(LIVE))
    await expect.poll(() => upstream.count('GET /accounts')).toBe(1)
    release.open()
    await expect.poll(() => text).toContain('"price":"1"')
    socket.destroy()
    await nothingLeft()
  })

  test('of a query has its one result, and complete', async () => {
    const stream = await openEvents(gateway.url, '{ currencies { code } }')
    expect([stream.response.statusCode, stream.response.headers['content-type']]).toEqual([200, 'text/event-stream'])
    expect((await stream.next())?.payload).toEqual({ data: { currencies: [{ code: 'EUR' }, { code: 'BTC' }] } })
    expect(await stream.next()).toEqual({ name: 'complete', payload: undefined })
    expect(await stream.next()).toBeUndefined()
  })
})

/** A token that ends in so many seconds. */
function bearer(seconds: number): string {
  const claims = { iss: 'i', sub: 's', exp: Date.now() / 1000 + seconds }
  return `Bearer e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`
}

/** Whatever it takes from a gateway of this environment, whose listeners are all one caller. */
async function withGateway(env: Environment, run: (started: TestGateway) => Promise<void>): Promise<void> {
  const started = await startTestGateway({ ...upstream.env, ...env })
  try {
    await run(started)
  } finally {
    await started.close()
  }
}

describe('a gateway', () => {
  test.each([
    ['MAX_SOCKETS', 'too-many'],
    ['MAX_SOCKETS_PER_CALLER', 'too-many-of-caller'],
  ])('refuses a stream above %s with 503, in JSON', (name, why) =>
    withGateway({ [name]: '2' }, async ({ gateway }) => {
      const first = await openEvents(gateway.url, LIVE)
      const client = connectClient(gateway.websocketUrl)
      await client.run(LIVE).next()
      const refused = await openEvents(gateway.url, LIVE)
      refused.response.resume()
      await once(refused.response, 'close')
      expect(refused.response.statusCode).toBe(503)
      expect(refused.response.headers).toMatchObject({
        'retry-after': '5',
        'content-type': expect.stringMatching(/^application\/(graphql-response\+)?json/),
      })
      expect(JSON.parse(refused.text())).toEqual({
        errors: [
          {
            message: expect.any(String),
            extensions: { code: 'RATE_LIMITED', retryAfter: 5, requestId: refused.response.headers['x-request-id'] },
          },
        ],
      })
      expect(await endsOf(gateway, 'event-stream')).toEqual({ [why]: 1 })
      // Whoever can read JSON too has the same.
      const body = JSON.stringify({ query: LIVE })
      const both = await post(gateway.url, body, { accept: 'text/event-stream, application/json' })
      expect([both.status, both.errors?.[0]?.extensions.code]).toEqual([503, 'RATE_LIMITED'])
      first.leave()
      await expect.poll(() => liveOf(gateway)).toEqual([1, 1, 1, 1])
      const next = await openEvents(gateway.url, LIVE)
      expect(next.response.statusCode).toBe(200)
      next.leave()
      await client.close()
    }),
  )

  test('that refuses a stream asks nothing for it, and counts and logs it once, with its code', () =>
    withGateway({ MAX_SOCKETS: '1' }, async ({ gateway, log }) => {
      const first = await openEvents(gateway.url, LIVE)
      await first.next()
      const refused = await openEvents(gateway.url, ORDER)
      expect([refused.response.statusCode, await refused.next()]).toEqual([503, undefined])
      expect(await gateway.registry.metrics()).toMatch(
        /operations_total\{kind="subscription",code="RATE_LIMITED"\} 1$/m,
      )
      expect(await gateway.registry.metrics()).toMatch(/operations_total\{kind="subscription",code="ok"\} 1$/m)
      const { 'x-request-id': requestId } = refused.response.headers
      const lines = log.map((line) => JSON.parse(line)).filter((line) => line.requestId === requestId)
      expect(lines).toMatchObject([{ kind: 'subscription', codes: ['RATE_LIMITED'] }])
      expect(upstream.count('GET /merchants/orders/O1')).toBe(0)
      expect(await liveOf(gateway)).toEqual([1, 1, 1, 0])
      first.leave()
    }))

  test.each([
    ['complete', UNKNOWN],
    ['left', LIVE],
  ])('takes the place back of a stream that is %s', (way, query) =>
    withGateway({ MAX_SOCKETS: '1' }, async ({ gateway }) => {
      for (let times = 0; times < 5; times += 1) {
        const stream = await openEvents(gateway.url, query)
        expect(stream.response.statusCode).toBe(200)
        await stream.next()
        if (way === 'left') stream.leave()
        else while (await stream.next());
        await expect.poll(async () => (await liveOf(gateway))[2]).toBe(0)
        // It listens no more a moment before it has gone.
        await nextTurn()
      }
    }),
  )

  test('takes the place back of a stream that never had its turn on its connection', () =>
    withGateway({ MAX_SOCKETS: '1' }, async ({ gateway }) => {
      upstream.routes({ 'GET /accounts': () => undefined })
      const socket = await openBytes(gateway.url)
      socket.write(requestFor('{ accounts { id } }') + requestFor(LIVE))
      await expect.poll(async () => (await liveOf(gateway))[2]).toBe(1)
      socket.destroy()
      await expect.poll(async () => (await liveOf(gateway))[2]).toBe(0)
      const next = await openEvents(gateway.url, UNKNOWN)
      expect(next.response.statusCode).toBe(200)
    }))

  test.each([
    ['becomes a websocket', '/graphql'],
    ['is refused one', '/nowhere'],
  ])('takes the places back of streams on a connection that %s behind them, and goes', (_what, path) =>
    withGateway({ MAX_SOCKETS: '4', WS_PING_MS: '400' }, async ({ gateway }) => {
      const socket = await openBytes(gateway.url)
      socket.resume()
      socket.write(requestFor(LIVE).repeat(3))
      await expect.poll(() => liveOf(gateway)).toEqual([1, 1, 3, 0])
      socket.write(upgradeAt(path))
      await expect.poll(async () => socket.readableEnded || (await liveOf(gateway))[3] === 1).toBe(true)
      socket.destroy()
      await expect.poll(() => liveOf(gateway), { timeout: 3_000 }).toEqual([0, 0, 0, 0])
      const next = await Promise.all(Array.from({ length: 4 }, () => openEvents(gateway.url, LIVE)))
      expect(next.map(({ response }) => response.statusCode)).toEqual([200, 200, 200, 200])
      for (const each of next) each.leave()
    }),
  )

  test('ends a stream of a great age without complete, and whoever comes back goes on', () =>
    withGateway({ MAX_SOCKET_AGE_MS: '1000', MAX_SOCKETS: '1' }, async ({ gateway }) => {
      for (let times = 0; times < 2; times += 1) {
        const began = performance.now()
        const stream = await openEvents(gateway.url, LIVE)
        expect((await stream.next())?.name).toBe('next')
        expect(await stream.next()).toBeUndefined()
        expect(performance.now() - began).toBeGreaterThan(850)
        expect(stream.text()).not.toContain('complete')
      }
      expect(await endsOf(gateway, 'event-stream')).toEqual({ age: 2 })
      await expect.poll(() => liveOf(gateway), { timeout: 5_000 }).toEqual([0, 0, 0, 0])
    }))

  test('does not keep one that takes nothing for having ended it of age', () =>
    withGateway({ MAX_SOCKET_AGE_MS: '1000', WS_STALL_MS: '1500', MAX_SOCKETS: '1' }, async ({ gateway }) => {
      upstream.routes({
        'GET /merchants/orders/O1': { body: order({ description: 'x'.repeat(500_000) }) },
      })
      const stalled = await openReader('event-stream', gateway, LARGE)
      stalled.pause()
      await expect.poll(() => endsOf(gateway, 'event-stream'), { timeout: 3_000 }).toMatchObject({ age: 1 })
      await expect
        .poll(async () => (await openEvents(gateway.url, UNKNOWN)).response.statusCode, {
          timeout: 5_000,
          interval: 200,
        })
        .toBe(200)
      stalled.leave()
    }))

  test('lets who was slow read to the end what was complete before its token ended', async () => {
    upstream.routes({
      'GET /merchants/orders/O1': { body: order({ status: 'PAID', description: 'x'.repeat(500_000) }) },
    })
    const { gateway, log, close } = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
    const stream = await openEvents(gateway.url, LARGE, { headers: { authorization: bearer(1) } })
    stream.response.pause()
    await expect.poll(() => gateway.liveFeeds()).toBe(0)
    // Past the end of the token.
    await sleep(1300)
    stream.response.resume()
    expect((await stream.next())?.payload.data.orderUpdated.d19).toHaveLength(500_000)
    expect((await stream.next())?.name).toBe('complete')
    expect(await stream.next()).toBeUndefined()
    expect(await endsOf(gateway, 'event-stream')).toEqual({})
    expect(log.join('')).not.toContain('the gateway failed')
    stream.leave()
    await close()
  })

  test('ends a stream when its token does: UNAUTHENTICATED, and complete', async () => {
    const { gateway, close } = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url, MAX_SOCKETS: '1' })
    const stream = await openEvents(gateway.url, LIVE, { headers: { authorization: bearer(1) } })
    expect((await stream.next())?.payload.data.liveRate.price).toBe('1')
    expect((await stream.next())?.payload).toEqual({
      errors: [
        {
          message: expect.any(String),
          extensions: { code: 'UNAUTHENTICATED', requestId: stream.response.headers['x-request-id'] },
        },
      ],
    })
    expect((await stream.next())?.name).toBe('complete')
    expect(await stream.next()).toBeUndefined()
    expect(await endsOf(gateway, 'event-stream')).toEqual({ expired: 1 })
    await expect.poll(() => liveOf(gateway), { timeout: 5_000 }).toEqual([0, 0, 0, 0])
    expect((await openEvents(gateway.url, UNKNOWN)).response.statusCode).toBe(200)
    await close()
  })
})

/** An event stream of texts that a test says, on a server of its own, and the one place that there is for it. `opening` may see its client go. */
async function serveTexts(opening = (_client: AbortController): void => {}) {
  const places = createPlaces({ maxSockets: 1, maxSocketsPerCaller: 1 })
  const watch = createWatch({ pingMs: 600_000, stallMs: 60_000, maxAgeMs: 600_000 })
  const streams = createStreams({ places, watch, isCurrent: () => true, isGoing: () => false, count: () => {} })
  const channels = createChannels({ maxChannels: 1, freshMs: 60_000 })
  const listener = createListener<string>(
    (a, b) => a === b,
    () => {},
  )
  const client = new AbortController()
  const open = async () => {
    opening(client)
    return { values: listener.values, render: async (text: string) => text }
  }
  const opened = Promise.withResolvers<ServerResponse>()
  const answer = async (response: ServerResponse): Promise<void> => {
    const asking = { caller: NOBODY, requestId: 'it', signal: client.signal }
    const place = streams.reserve(asking)
    if (place instanceof Error) throw place
    const seat = await channels.join('key', open)
    streams.open(seat, place, asking, response).pipe(response)
    opened.resolve(response)
  }
  const server = createServer((_, response) => void answer(response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    say: listener.offer,
    channels,
    watch,
    opened: opened.promise,
    hasPlace: () => typeof places.take({ callerId: 'another' }) === 'object',
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('of a stream that is not read one value is kept, and what comes after it is the last', async () => {
  const served = await serveTexts()
  const { response, next, leave } = await openEvents(served.url, LIVE)
  response.pause()
  const writing = await served.opened
  const text = (nth: number): string => JSON.stringify({ nth, pad: 'x'.repeat(4_000) })
  const LAST = 8_000
  let most = 0
  for (let nth = 1; nth <= LAST; nth += 1) {
    served.say(text(nth))
    await nextTurn()
    most = Math.max(most, writing.writableLength)
  }
  expect(most).toBeLessThan(2 * text(LAST).length)
  const heard: number[] = []
  response.resume()
  while (heard.at(-1) !== LAST) heard.push((await next())?.payload.nth)
  expect(heard.length).toBeLessThan(LAST)
  expect(heard.slice(0, -1)).toEqual(heard.slice(0, -1).map((_, index) => index + 1))
  leave()
  await served.close()
})

test('who goes while a stream is opened for them has no place, no seat and nobody to watch them', async () => {
  const served = await serveTexts((client) => client.abort())
  const asked = askForEvents(served.url, LIVE)
  await served.opened
  await expect.poll(() => [served.channels.seats, served.watch.size]).toEqual([0, 0])
  expect(served.hasPlace()).toBe(true)
  asked.destroy()
  await served.close()
})
