// The limits on who listens, each at the limit and one above it: what is refused, how that is said and counted, and what makes room again.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, test, vi } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { askForEvents, endsOf, liveOf, openEvents } from './support/readers.ts'
import { exchange, gate, rate } from './support/rows.ts'
import { LEAVE } from './support/requests.ts'
import { connectClient, frameOf, openBytes, openGreeted, openSocket, rawExchange } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { ExpectStatic, TestContext } from 'vitest'
import type { Environment } from '../src/config.ts'
import type { Gateway } from '../src/gateway.ts'
import type { HandSocket, Message } from './support/sockets.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
beforeAll(async () => {
  upstream = await startUpstream({
    'GET /currencies/rates': ({ query }) => ({ body: [rate({ baseCurrencyCode: query.get('baseCurrencyCode') })] }),
    // Who asks for accounts waits.
    'GET /accounts': () => undefined,
  })
})
afterAll(() => upstream.close())

type Finally = TestContext['onTestFinished']

async function start(environment: Environment, onTestFinished: Finally): Promise<Gateway> {
  const { gateway, close } = await startTestGateway(environment)
  onTestFinished(close)
  return gateway
}

/** A gateway with a credential of its own, so that all who come are one caller. */
const ofOne = (limits: Environment, onTestFinished: Finally) => start({ ...upstream.env, ...limits }, onTestFinished)

/** A gateway to which each caller brings a token, or none. */
const ofMany = (limits: Environment, onTestFinished: Finally) =>
  start({ SPECTROCOIN_API_URL: upstream.url, ...limits }, onTestFinished)

const bearer = (name: string) => ({ authorization: `Bearer token-${name}` })
const REFUSED = 'Unexpected server response: 503'
const LIVE = 'subscription { liveRate(currency: "BTC") { price } }'
const PING = { type: 'ping' }

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
const VERSION = 'Sec-WebSocket-Version: 13'
const PROTOCOL = 'Sec-WebSocket-Protocol: graphql-transport-ws'
/** An upgrade of the caller "a" as bytes. */
const handshake = (headers = [KEY, VERSION, PROTOCOL], first = 'GET /graphql', host = 'localhost'): string =>
  [
    `${first} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Authorization: ${bearer('a').authorization}`,
    ...headers,
    '\r\n',
  ].join('\r\n')

const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } })
const complete = (id: string) => ({ id, type: 'complete' })

async function hear(socket: HandSocket, count: number): Promise<Message[]> {
  const heard: Message[] = []
  while (heard.length < count) heard.push(await socket.hear())
  return heard
}

/** Comes in, as soon as there is room. */
const enter = (url: string, payload?: object): Promise<HandSocket> => vi.waitFor(() => openGreeted(url, payload), 5_000)

async function expectFull(expect: ExpectStatic, { url }: Gateway, headers = {}): Promise<void> {
  const { response, text } = await openEvents(url, LIVE, { headers })
  expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5'])
  await expect.poll(text).toContain('"code":"RATE_LIMITED"')
}

describe.concurrent('MAX_SOCKETS', () => {
  test('counts websockets and event streams together, greeted or not: one more is answered 503, until one goes', async ({
    expect,
    onTestFinished,
  }) => {
    const gateway = await ofOne({ MAX_SOCKETS: '3' }, onTestFinished)
    const { url, websocketUrl } = gateway
    const silent = await openSocket(websocketUrl)
    const greeted = await openGreeted(websocketUrl)
    const stream = await openEvents(url, LIVE)
    expect(stream.response.statusCode).toBe(200)

    await expect(openSocket(websocketUrl)).rejects.toThrow(REFUSED)
    expect(await rawExchange(url, handshake())).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\nRetry-After: 5\r\n/)
    await expectFull(expect, gateway)
    expect(await endsOf(gateway, 'websocket')).toEqual({ 'too-many': 2 })
    expect(await endsOf(gateway, 'event-stream')).toEqual({ 'too-many': 1 })
    const { ask, close } = connectClient(websocketUrl)
    await expect(ask('{ __typename }')).rejects.toThrow(REFUSED)
    await close()
    expect((await fetch(`${url}?query={__typename}`, { headers: LEAVE })).status).toBe(200)

    for (const leave of [() => silent.socket.terminate(), () => greeted.socket.close(), () => stream.leave()]) {
      leave()
      await enter(websocketUrl)
      await expect(openSocket(websocketUrl)).rejects.toThrow(REFUSED)
    }
    expect(await liveOf(gateway)).toEqual([0, 0, 0, 3])
  })
})

describe.concurrent('MAX_SOCKETS_PER_CALLER', () => {
  test('is held at the upgrade where all are the gateway itself', async ({ expect, onTestFinished }) => {
    const gateway = await ofOne({ MAX_SOCKETS_PER_CALLER: '2' }, onTestFinished)
    const { url, websocketUrl } = gateway
    const [one] = await Promise.all([openSocket(websocketUrl), openEvents(url, LIVE)])
    await expect(openSocket(websocketUrl)).rejects.toThrow(REFUSED)
    await expectFull(expect, gateway)
    expect(await endsOf(gateway, 'websocket')).toEqual({ 'too-many-of-caller': 1 })
    expect(await endsOf(gateway, 'event-stream')).toEqual({ 'too-many-of-caller': 1 })
    one.socket.terminate()
    await enter(websocketUrl)
    await expect(openSocket(websocketUrl)).rejects.toThrow(REFUSED)
  })

  test('is held at the upgrade where that has the token, and else at the greeting; nobody else is hindered', async ({
    expect,
    onTestFinished,
  }) => {
    const gateway = await ofMany({ MAX_SOCKETS_PER_CALLER: '2' }, onTestFinished)
    const { url, websocketUrl } = gateway
    const withHeader = (name: string) => openSocket(websocketUrl, { headers: bearer(name) })
    const late = async (payload?: object) => {
      const socket = await openSocket(websocketUrl)
      socket.say({ type: 'connection_init', ...(payload && { payload }) })
      return socket
    }
    const first = await withHeader('a')
    await openGreeted(websocketUrl, bearer('a'))
    await expect(withHeader('a')).rejects.toThrow(REFUSED)
    await expectFull(expect, gateway, bearer('a'))
    expect(await (await late(bearer('a'))).closed).toEqual({ code: 4429, reason: 'Too many sockets' })
    expect(await endsOf(gateway, 'websocket')).toEqual({ 'too-many-of-caller': 2 })
    expect(await endsOf(gateway, 'event-stream')).toEqual({ 'too-many-of-caller': 1 })

    // Others come in, by whichever way; those without a token are one caller too, from the greeting on.
    await withHeader('b')
    expect((await openEvents(url, LIVE, { headers: bearer('b') })).response.statusCode).toBe(200)
    const silent = await openSocket(websocketUrl)
    await Promise.all([openGreeted(websocketUrl), openGreeted(websocketUrl)])
    expect(await (await late()).closed).toEqual({ code: 4429, reason: 'Too many sockets' })
    await expectFull(expect, gateway)
    silent.say({ type: 'connection_init', payload: bearer('c') })
    expect(await silent.hear()).toEqual({ type: 'connection_ack' })

    first.socket.close()
    await enter(websocketUrl, bearer('a'))
    await expect(withHeader('a')).rejects.toThrow(REFUSED)
  })

  test('counts a socket as that of the token in its greeting, whatever its upgrade had', async ({
    expect,
    onTestFinished,
  }) => {
    const { websocketUrl } = await ofMany({ MAX_SOCKETS_PER_CALLER: '1' }, onTestFinished)
    const moved = await openSocket(websocketUrl, { headers: bearer('a') })
    await expect(openSocket(websocketUrl, { headers: bearer('a') })).rejects.toThrow(REFUSED)
    moved.say({ type: 'connection_init', payload: bearer('b') })
    expect(await moved.hear()).toEqual({ type: 'connection_ack' })
    const taken = await openSocket(websocketUrl, { headers: bearer('a') })
    await expect(openSocket(websocketUrl, { headers: bearer('b') })).rejects.toThrow(REFUSED)
    // One who may not be the other any more does not keep what they were for longer than they are there.
    taken.say({ type: 'connection_init', payload: bearer('b') })
    expect(await taken.closed).toMatchObject({ code: 4429 })
    // Who says the same twice is counted once.
    const again = await vi.waitFor(() => openSocket(websocketUrl, { headers: bearer('a') }), 5_000)
    again.say({ type: 'connection_init', payload: bearer('a') })
    expect(await again.hear()).toEqual({ type: 'connection_ack' })
  })
})

describe.concurrent('who has not said who they are', () => {
  const silent = ({ websocketUrl }: Gateway, address: string) =>
    openSocket(websocketUrl, { headers: { 'x-forwarded-for': address } })
  const silents = (gateway: Gateway, address: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => silent(gateway, address)))

  test.for<[string, number]>([
    ['30', 15],
    ['13', 10],
  ])('of %s places, one network has no more than %i, and the others are for everybody else', async ([all, most], t) => {
    const { expect, onTestFinished } = t
    const gateway = await ofMany({ MAX_SOCKETS: all, TRUSTED_PROXIES: '1' }, onTestFinished)
    await silents(gateway, '2001:db8::1', most - 1)
    const last = await silent(gateway, '2001:db8:0:0:ffff::2')
    await expect(silent(gateway, '2001:db8::3')).rejects.toThrow(REFUSED)
    expect(await endsOf(gateway, 'websocket')).toEqual({ 'too-many-of-caller': 1 })
    // Who says who they are at once, and who comes from elsewhere.
    await openSocket(gateway.websocketUrl, { headers: { ...bearer('a'), 'x-forwarded-for': '2001:db8::3' } })
    const other = await silent(gateway, '2001:db8:0:1::1')
    other.socket.terminate()
    // Who has said it is nobody no more, and who has gone is not there.
    last.say({ type: 'connection_init', payload: bearer('a') })
    expect(await last.hear()).toEqual({ type: 'connection_ack' })
    const next = await silent(gateway, '2001:db8::4')
    await expect(silent(gateway, '2001:db8::3')).rejects.toThrow(REFUSED)
    next.socket.terminate()
    await vi.waitFor(() => silent(gateway, '2001:db8::5'), 5_000)
    await expect(silent(gateway, '2001:db8::3')).rejects.toThrow(REFUSED)
  })

  test('and is told that they are nobody is counted until they have gone', async ({ expect, onTestFinished }) => {
    const gateway = await ofMany({ MAX_SOCKETS: '20', MAX_SOCKETS_PER_CALLER: '1' }, onTestFinished)
    await openGreeted(gateway.websocketUrl, bearer('a'))
    for (const authorization of [bearer('a').authorization, 'Basic x']) {
      const ends = Array.from({ length: 10 }, async () => {
        const socket = await openBytes(gateway.url)
        const closed = new Promise((resolve) => socket.once('close', resolve))
        const greeting = JSON.stringify({ type: 'connection_init', payload: { authorization } })
        socket.write(Buffer.concat([Buffer.from(handshake().replace(/Authorization.*\r\n/, '')), frameOf(greeting)]))
        // The close code, to which it gives no answer.
        let heard = ''
        await new Promise<void>((resolve) => {
          socket.on('data', (bytes) => (heard += bytes.toString('latin1')).match(/Forbidden|Too many/) && resolve())
        })
        return { closed }
      })
      const opened = await Promise.all(ends)
      await expect(openSocket(gateway.websocketUrl)).rejects.toThrow(REFUSED)
      await Promise.all(opened.map(({ closed }) => closed))
    }
  })
})

describe.concurrent('MAX_SUBSCRIPTIONS_PER_SOCKET', () => {
  test('counts what is under way on one socket; one more closes that socket with 4429', async ({
    expect,
    onTestFinished,
  }) => {
    const gateway = await ofOne({ MAX_SUBSCRIPTIONS_PER_SOCKET: '3' }, onTestFinished)
    const [socket, other] = await Promise.all([openGreeted(gateway.websocketUrl), openGreeted(gateway.websocketUrl)])
    other.say(subscribe('x', LIVE))
    // What has ended does not count, whichever way it went.
    socket.sayAtOnce([subscribe('a', LIVE), subscribe('b', '{ accounts { id } }'), subscribe('c', LIVE)])
    expect((await hear(socket, 2)).map(({ id }) => id)).toEqual(['a', 'c'])
    socket.sayAtOnce([complete('b'), subscribe('b', '{ __typename }'), complete('c'), subscribe('c', '{')])
    expect((await hear(socket, 3)).map(({ id, type }) => `${id} ${type}`).toSorted()).toEqual([
      'b complete',
      'b next',
      'c error',
    ])
    socket.sayAtOnce([subscribe('b', '{ accounts { id } }'), subscribe('c', LIVE)])
    expect(await socket.hear()).toMatchObject({ id: 'c', type: 'next' })
    expect(await liveOf(gateway)).toEqual([1, 1, 3, 2])

    socket.say(subscribe('d', '{ __typename }'))
    expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many subscriptions' })
    await expect.poll(() => liveOf(gateway)).toEqual([1, 1, 1, 1])
    expect(await endsOf(gateway, 'websocket')).toEqual({ 'too-many-subscriptions': 1 })
  })
})

describe.concurrent('MAX_MESSAGES_PER_SECOND', () => {
  const many = (count: number, message: (index: number) => object) =>
    Array.from({ length: count }, (_, at) => message(at))
  test.for<[string, (socket: HandSocket, count: number) => void]>([
    ['pings', (socket, count) => socket.sayAtOnce(many(count, () => PING))],
    ['pongs', (socket, count) => socket.sayAtOnce(many(count, () => ({ type: 'pong' })))],
    ['operations', (socket, count) => socket.sayAtOnce(many(count, (at) => subscribe(`${at}`, '{ __typename }')))],
    ['ends of what is not under way', (socket, count) => socket.sayAtOnce(many(count, () => complete('x')))],
    ["the websocket's own pings", ({ socket }, count) => many(count, () => socket.ping() as unknown as object)],
    ["the websocket's own pongs", ({ socket }, count) => many(count, () => socket.pong() as unknown as object)],
  ])(
    'counts %s: one too many closes that socket with 4429, and the next second is new',
    async ([_what, send], { expect, onTestFinished }) => {
      const gateway = await ofOne({ MAX_MESSAGES_PER_SECOND: '6' }, onTestFinished)
      const [good, bad] = await Promise.all([openGreeted(gateway.websocketUrl), openGreeted(gateway.websocketUrl)])
      // The greeting was one.
      send(good, 5)
      await sleep(1_050)
      send(good, 6)
      send(bad, 7)
      expect(await bad.closed).toEqual({ code: 4429, reason: 'Too many messages' })
      await sleep(1_050)
      good.say({ type: 'ping', payload: { at: 'the end' } })
      let heard: Message
      do heard = await good.hear()
      while (!heard.payload?.at)
      expect(await endsOf(gateway, 'websocket')).toEqual({ 'too-many-messages': 1 })
    },
  )
})

describe.concurrent('MAX_FRAME_BYTES', () => {
  /** An operation that is so long, in so many pieces. */
  const say = ({ socket }: HandSocket, bytes: number, pieces: number): void => {
    const text = JSON.stringify(subscribe('1', '{ __typename }#'))
    const long = text.replace('#', `#${'ü'.repeat((bytes - text.length) >> 1)}${'x'.repeat((bytes - text.length) & 1)}`)
    const all = Buffer.from(long)
    for (let piece = 0; piece < pieces; piece += 1) {
      const [from, to] = [piece, piece + 1].map((at) => Math.floor((bytes * at) / pieces))
      socket.send(all.subarray(from, to), { binary: false, fin: piece === pieces - 1 })
    }
  }

  test('counts the bytes of a message, in however many pieces it comes: one more closes the socket with 1009', async ({
    expect,
    onTestFinished,
  }) => {
    const gateway = await ofOne({ MAX_FRAME_BYTES: '100000' }, onTestFinished)
    for (const pieces of [1, 2, 7]) {
      const socket = await openGreeted(gateway.websocketUrl)
      say(socket, 100_000, pieces)
      expect(await hear(socket, 2)).toMatchObject([{ payload: { data: { __typename: 'Query' } } }, complete('1')])
      say(socket, 100_001, pieces)
      expect(await socket.closed).toMatchObject({ code: 1009 })
    }
    // What only says that it would be too long is not waited for.
    const bare = await openBytes(gateway.url)
    bare.write(handshake([KEY, VERSION, PROTOCOL]).replace(/Authorization.*\r\n/, ''))
    bare.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x86, 0xa1]))
    const closed = new Promise((resolve) => bare.once('close', resolve))
    bare.resume()
    await closed
    expect(await endsOf(gateway, 'websocket')).toEqual({ frame: 4 })
  })
})

describe.concurrent('MAX_SOCKET_AGE_MS', () => {
  test('ends a socket with 1001 and an event stream without complete, up to a tenth sooner and not all at once', async ({
    expect,
    onTestFinished,
  }) => {
    // The watch looks eight times in a ping's time.
    const gateway = await ofOne({ MAX_SOCKET_AGE_MS: '3000', WS_PING_MS: '200' }, onTestFinished)
    const stream = await openEvents(gateway.url, LIVE)
    const ages = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const began = performance.now()
        const socket = await openGreeted(gateway.websocketUrl)
        // Who listens is kept no longer than who is silent.
        if (index % 2 === 0) socket.say(subscribe('1', LIVE))
        expect(await socket.closed).toEqual({ code: 1001, reason: 'Going away' })
        return performance.now() - began
      }),
    )
    expect(await stream.next()).toMatchObject({ name: 'next' })
    expect(await stream.next()).toBeUndefined()
    const first = Math.min(...ages)
    expect(first).toBeGreaterThan(2_690)
    expect(first).toBeLessThan(2_950)
    expect(Math.max(...ages)).toBeGreaterThan(first + 50)
    expect(await endsOf(gateway, 'websocket')).toEqual({ age: 30 })
    expect(await endsOf(gateway, 'event-stream')).toEqual({ age: 1 })
    await expect.poll(() => liveOf(gateway)).toEqual([0, 0, 0, 0])
  })
})

describe.concurrent('an age that comes while an answer is under way', () => {
  const limits = { MAX_SOCKET_AGE_MS: '1000', WS_PING_MS: '400' }

  test('waits for it', async ({ expect, onTestFinished }) => {
    const { opened, open } = gate()
    upstream.routes({ 'GET /exchanges/E1': () => opened.then(() => ({ body: exchange() })) })
    const gateway = await ofOne(limits, onTestFinished)
    const asking = await openGreeted(gateway.websocketUrl)
    asking.say(subscribe('1', '{ exchange(id: "Exchange:E1") { id } }'))
    for (let others = 0; others < 2; others += 1)
      expect((await (await openGreeted(gateway.websocketUrl)).closed).code).toBe(1001)
    expect(await endsOf(gateway, 'websocket')).toEqual({ age: 2 })
    open()
    expect((await hear(asking, 2)).map(({ type }) => type)).toEqual(['next', 'complete'])
    expect(await asking.closed).toEqual({ code: 1001, reason: 'Going away' })
  })

  test('does not keep one whose token ends meanwhile', async ({ expect, onTestFinished }) => {
    const gateway = await ofMany(limits, onTestFinished)
    const began = performance.now()
    const claims = JSON.stringify({ exp: Date.now() / 1000 + 1.5 })
    const authorization = `Bearer e30.${Buffer.from(claims).toString('base64url')}.e30`
    const asking = await openGreeted(gateway.websocketUrl, { authorization })
    asking.say(subscribe('1', '{ accounts { id } }'))
    expect(await asking.closed).toEqual({ code: 4403, reason: 'Forbidden' })
    // Its answer is not to come before OPERATION_TIMEOUT_MS.
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(await endsOf(gateway, 'websocket')).toEqual({ expired: 1 })
  })
})

describe.concurrent('LIVE_MAX_KEYS', () => {
  const liveIn = (base: string): string => `subscription { liveRate(currency: "BTC", base: "${base}") { price } }`

  test('refuses what would be one thing more to poll, and nothing else; there is room when one is not polled any more', async ({
    expect,
    onTestFinished,
  }) => {
    const gateway = await ofOne({ LIVE_MAX_KEYS: '2' }, onTestFinished)
    const socket = await openGreeted(gateway.websocketUrl)
    socket.say(subscribe('a', liveIn('EUR')))
    await socket.hear()
    socket.say(subscribe('b', liveIn('USD')))
    await socket.hear()
    socket.say(subscribe('c', liveIn('GBP')))
    expect(await socket.hear()).toMatchObject({
      id: 'c',
      type: 'error',
      payload: [{ path: ['liveRate'], extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }],
    })
    const stream = await openEvents(gateway.url, liveIn('GBP'))
    await expect.poll(stream.text).toContain('"code":"RATE_LIMITED"')
    expect(upstream.requests.filter(({ query }) => query.get('baseCurrencyCode') === 'GBP')).toEqual([])

    // Other parts of what is polled anyway.
    socket.say(subscribe('d', 'subscription { liveRates(currencies: ["BTC"], base: "USD") { id } }'))
    expect(await socket.hear()).toMatchObject({ id: 'd', type: 'next' })
    socket.say(complete('b'))
    socket.say(subscribe('e', liveIn('GBP')))
    expect(await socket.hear()).toMatchObject({ id: 'e', type: 'error' })
    socket.sayAtOnce([complete('d'), subscribe('e', liveIn('GBP'))])
    expect(await socket.hear()).toMatchObject({ id: 'e', type: 'next' })
    expect(gateway.liveFeeds()).toBe(2)
    expect(await gateway.registry.metrics()).toContain('operations_total{kind="subscription",code="RATE_LIMITED"} 3')
  })
})

describe.concurrent('LIVE_MAX_SELECTIONS', () => {
  const selecting = (field: string): string => `subscription { liveRate(currency: "BTC") { ${field} } }`

  test('refuses what would be one selection more, and nobody who asks for what there is; there is room when one has no listener', async ({
    expect,
    onTestFinished,
  }) => {
    const gateway = await ofOne({ LIVE_MAX_SELECTIONS: '2' }, onTestFinished)
    const [socket, other] = await Promise.all([openGreeted(gateway.websocketUrl), openGreeted(gateway.websocketUrl)])
    for (const [id, field] of [
      ['a', 'price'],
      ['b', 'stale'],
      ['b again', 'stale'],
    ] as const) {
      socket.say(subscribe(id, selecting(field)))
      expect(await socket.hear()).toMatchObject({ id, type: 'next' })
    }
    other.say(subscribe('c', selecting('asOf')))
    expect(await other.hear()).toMatchObject({
      id: 'c',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }],
    })
    other.say(subscribe('a', selecting('price')))
    expect(await other.hear()).toMatchObject({ id: 'a', type: 'next' })
    expect(await liveOf(gateway)).toEqual([1, 2, 4, 2])

    // Not while one still listens.
    socket.sayAtOnce([complete('b'), subscribe('c', selecting('asOf'))])
    expect(await socket.hear()).toMatchObject({ id: 'c', type: 'error' })
    socket.sayAtOnce([complete('b again'), subscribe('c', selecting('asOf'))])
    expect(await socket.hear()).toMatchObject({ id: 'c', type: 'next' })
    socket.socket.terminate()
    await expect.poll(() => liveOf(gateway)).toEqual([1, 1, 1, 1])
    other.say(subscribe('d', selecting('id')))
    expect(await other.hear()).toMatchObject({ id: 'd', type: 'next' })
  })
})

describe.concurrent('what selections keep of their documents', () => {
  /** Twenty of them are as much as may be. */
  const large = (nth: number, currency = 'BTC'): string => {
    const text = `subscription($b: CurrencyCode! = "EUR") { liveRate(currency: "${currency}", base: $b) { price } }#${nth}`
    return text + 'x'.repeat(99_975 - text.length)
  }

  test('is bounded: one more is RATE_LIMITED, until another has no listener, whichever way it went', async ({
    expect,
    onTestFinished,
  }) => {
    const gateway = await ofOne({}, onTestFinished)
    const [first, socket] = await Promise.all([openGreeted(gateway.websocketUrl), openGreeted(gateway.websocketUrl)])
    const expectRoom = async (id: string, query: string, type: 'next' | 'error'): Promise<void> => {
      socket.say(subscribe(id, query))
      const heard = await socket.hear()
      expect([heard.id, heard.type]).toEqual([id, type])
      if (type === 'error') expect(heard.payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
    }
    first.say(subscribe('0', large(0)))
    await first.hear()
    for (let nth = 1; nth < 20; nth += 1) await expectRoom(`${nth}`, large(nth), 'next')
    await expectRoom('20', large(20), 'error')
    // One that is kept anyway, for other variables.
    socket.say({ id: 'dollars', type: 'subscribe', payload: { query: large(1), variables: { b: 'USD' } } })
    expect(await socket.hear()).toMatchObject({ id: 'dollars', type: 'next' })

    const refused = await openEvents(gateway.url, large(20))
    expect(refused.response.statusCode).toBe(503)
    await expect.poll(refused.text).toContain('"code":"RATE_LIMITED"')

    first.socket.terminate()
    await expect.poll(async () => (await liveOf(gateway))[1]).toBe(20)
    // It ends by itself.
    socket.say(subscribe('none', large(21, 'XYZ')))
    expect(await socket.hear()).toMatchObject({ payload: [{ extensions: { code: 'NOT_FOUND' } }] })
    await expectRoom('20', large(20), 'next')
    await expectRoom('22', large(22), 'error')
    socket.say(complete('2'))
    await expectRoom('22', large(22), 'next')
    // What was refused is not polled for.
    socket.socket.terminate()
    await expect.poll(() => liveOf(gateway)).toEqual([0, 0, 0, 0])
  })
})

describe.concurrent('a place is given back, once,', () => {
  type Way = (gateway: Gateway) => unknown
  const raw =
    (bytes: string): Way =>
    ({ url }) =>
      rawExchange(url, bytes)
  const asA = { headers: bearer('a') }
  const greetedAsA = ({ websocketUrl }: Gateway): Promise<HandSocket> => openGreeted(websocketUrl, bearer('a'))
  const expired = `Bearer e30.${Buffer.from('{"exp":1}').toString('base64url')}.e30`

  test.for<[string, Way]>([
    ['a handshake has no key', raw(handshake([VERSION, PROTOCOL]))],
    ['a handshake has a bad key', raw(handshake(['Sec-WebSocket-Key: short', VERSION, PROTOCOL]))],
    ['a handshake has another version', raw(handshake([KEY, 'Sec-WebSocket-Version: 7', PROTOCOL]))],
    ['a handshake has protocols that are none', raw(handshake([KEY, VERSION, 'Sec-WebSocket-Protocol: a,,b']))],
    ['a handshake comes by POST', raw(handshake(undefined, 'POST /graphql'))],
    ['a handshake is for another path', raw(handshake(undefined, 'GET /other'))],
    ['a handshake is for another host', raw(handshake(undefined, undefined, 'evil.example'))],
    [
      'a client goes within the handshake',
      async ({ url }) => {
        for (const end of ['destroy', 'resetAndDestroy', 'end'] as const)
          await openBytes(url).then((socket) => socket.write(handshake()) && socket[end]())
      },
    ],
    [
      'a client goes before it greets',
      async ({ websocketUrl }) => (await openSocket(websocketUrl, asA)).socket.terminate(),
    ],
    ['a client closes', async (gateway) => (await greetedAsA(gateway)).socket.close()],
    ['a client breaks off', async (gateway) => (await greetedAsA(gateway)).socket.terminate()],
    [
      'a client goes while it listens and asks',
      async (gateway) => {
        const socket = await greetedAsA(gateway)
        socket.sayAtOnce([subscribe('1', LIVE), subscribe('2', '{ accounts { id } }')])
        await socket.hear()
        socket.socket.terminate()
      },
    ],
    [
      'a client goes in the middle of a message',
      async ({ url }) => {
        const socket = await openBytes(url)
        socket.write(handshake())
        socket.write(frameOf('{"type":"connection_init"}').subarray(0, -5), () => socket.destroy())
      },
    ],
    [
      'a client speaks another protocol',
      async ({ websocketUrl }) => (await openSocket(websocketUrl, { ...asA, protocols: [] })).closed,
    ],
    [
      'a client breaks a rule',
      async (gateway) => {
        const socket = await greetedAsA(gateway)
        socket.sayAtOnce(['no JSON', 'x'.repeat(200_000)])
        await socket.closed
      },
    ],
    ...['Basic x', expired].map((authorization): [string, Way] => [
      `a greeting has ${authorization.slice(0, 6)}`,
      async ({ websocketUrl }) => {
        const socket = await openSocket(websocketUrl, asA)
        socket.say({ type: 'connection_init', payload: { authorization } })
        await socket.closed
      },
    ]),
    [
      'a socket is somebody else from its greeting on',
      async ({ websocketUrl }) => {
        const socket = await openSocket(websocketUrl, asA)
        socket.say({ type: 'connection_init', payload: bearer('b') })
        await socket.hear()
        socket.socket.close()
      },
    ],
    ['an event stream is left', async ({ url }) => (await openEvents(url, LIVE, asA)).leave()],
    [
      'an event stream is left before it begins',
      async ({ url }) => {
        const asked = askForEvents(url, LIVE, asA)
        await new Promise((resolve) => asked.once('finish', resolve))
        asked.destroy()
      },
    ],
    [
      'an event stream ends by itself',
      async ({ url }) => {
        const { next } = await openEvents(url, 'subscription { liveRate(currency: "XYZ") { price } }', asA)
        while (await next());
      },
    ],
    ...[
      ['its document is faulty', 'liveRate(currency: "BTC") { prize }'],
      ['it names nothing', 'liveRates(currencies: []) { price }'],
      ['there can be no such thing', 'accountUpdated(id: "Order:A1") { balance }'],
    ].map(([why, field]): [string, Way] => [
      `an event stream cannot be opened since ${why}`,
      async ({ url }) => {
        const { next } = await openEvents(url, `subscription { ${field} }`, asA)
        while (await next());
      },
    ]),
  ])('where %s', async ([_way, go], { expect, onTestFinished }) => {
    const gateway = await ofMany(
      { MAX_SOCKETS: '1', MAX_SOCKETS_PER_CALLER: '1', LIVE_INTERVAL_MS: '1000' },
      onTestFinished,
    )
    for (let time = 0; time < 2; time += 1) {
      await go(gateway)
      await expect.poll(() => liveOf(gateway)).toEqual([0, 0, 0, 0])
      // Both places, in all and of the caller, are free, and are not free twice.
      const next = await enter(gateway.websocketUrl, bearer('a'))
      await expect(openSocket(gateway.websocketUrl)).rejects.toThrow(REFUSED)
      next.socket.terminate()
      await expect.poll(() => liveOf(gateway)).toEqual([0, 0, 0, 0])
    }
  })

  test('where a client does not answer that it is closed', async ({ expect, onTestFinished }) => {
    const gateway = await ofMany({ MAX_SOCKETS: '1' }, onTestFinished)
    const socket = await openBytes(gateway.url)
    socket.write(Buffer.concat([Buffer.from(handshake()), frameOf('no JSON')]))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('data', resolve))
    await expect(openSocket(gateway.websocketUrl)).rejects.toThrow(REFUSED)
    await Promise.all([closed, enter(gateway.websocketUrl)])
  })
})
