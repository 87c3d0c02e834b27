// A token that comes to its end while somebody listens with it: the socket is closed with 4403, and a client that has a new one goes on.
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { endsOf, liveOf, openEvents } from './support/readers.ts'
import { account, currency, rate } from './support/rows.ts'
import { connectClient, openGreeted, openSocket } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { TestClient } from './support/sockets.ts'
import type { FakeUpstream } from './support/upstream.ts'

const ACCOUNT = 'GET /accounts/A1'
const OWN = 'subscription { accountUpdated(id: "Account:A1") { balance } }'
const PUBLIC = 'subscription { liveRate(currency: "BTC") { price } }'

let upstream: FakeUpstream
let started: TestGateway
/** Those that SpectroCoin takes. */
const good = new Set<string>()
let balance = 0
beforeAll(async () => {
  upstream = await startUpstream({
    [ACCOUNT]: ({ headers }) =>
      good.has(headers.authorization ?? '')
        ? { body: account({ balance }) }
        : { status: 401, body: { errorCode: 'AUTH_1', key: 'unauthorized' } },
    'GET /currencies/rates': { body: [rate()] },
  })
  // Who has to go is looked for eight times in a ping's time.
  started = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url, WS_PING_MS: '1600' })
})
beforeEach(() => {
  good.clear()
  balance = 1
})
afterAll(async () => {
  await started.close()
  await upstream.close()
})

let made = 0
/** A JSON Web Token with these claims, none like another. */
function jwt(claims: object | string): string {
  const parts = [{ alg: 'none', jti: (made += 1) }, claims].map((part) =>
    typeof part === 'string' ? part : JSON.stringify(part),
  )
  return [...parts, 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.')
}

/** `exp` so long from now. */
const within = (ms: number): number => (Date.now() + ms) / 1000

/** One that SpectroCoin takes, as an Authorization value. */
function taken(token: string): string {
  const authorization = `Bearer ${token}`
  good.add(authorization)
  return authorization
}

const ends = () => endsOf(started.gateway, 'websocket')
/** How many more sockets have been ended since, by why. */
async function endedSince(before: Record<string, number>): Promise<Record<string, number>> {
  const all = Object.entries(await ends()).map(([why, count]) => [why, count - (before[why] ?? 0)] as const)
  return Object.fromEntries(all.filter(([, count]) => count > 0))
}

describe('the graphql-ws client', () => {
  /** One that greets with the newest token, and comes back at once. */
  function listenWith(authorization: () => string): { client: TestClient; closes: unknown[] } {
    const closes: unknown[] = []
    const client = connectClient(started.gateway.websocketUrl, {
      connectionParams: () => ({ authorization: authorization() }),
      retryAttempts: 3,
      retryWait: async () => undefined,
      on: { closed: (event) => void closes.push((event as { code: number }).code) },
    })
    onTestFinished(() => client.close())
    return { client, closes }
  }

  test.each(['whose exp comes', 'that SpectroCoin does not take any more'])(
    'goes on with its subscriptions after a token %s',
    async (how) => {
      const before = await ends()
      const isJwt = how === 'whose exp comes'
      const first = taken(isJwt ? jwt({ exp: within(1_500) }) : 'opaque-first')
      let newest = first
      const { client, closes } = listenWith(() => newest)
      const [own, everybodys] = [client.run(OWN), client.run(PUBLIC)]
      expect(await own.next()).toMatchObject({ data: { accountUpdated: { balance: '1' } } })
      expect(await everybodys.next()).toMatchObject({ data: { liveRate: {} } })
      const bystander = listenWith(() => taken('of-somebody-else'))
      const theirs = bystander.client.run(OWN)
      await theirs.next()

      newest = taken(isJwt ? jwt({ exp: within(60_000) }) : 'opaque-second')
      if (!isJwt) good.delete(first)
      balance = 2
      // The first value of the new subscription, or a last one of the old.
      expect(await own.next()).toMatchObject({ data: { accountUpdated: { balance: '2' } } })
      await expect.poll(() => closes, { timeout: 5_000 }).toEqual([4403])
      expect(await endedSince(before)).toEqual({ expired: 1 })
      expect(await everybodys.next()).toMatchObject({ data: { liveRate: {} } })
      const asked = upstream.requests.length
      balance = 3
      while ((await own.next())?.data.accountUpdated.balance !== '3');
      const tokens = upstream.requests.slice(asked).map(({ headers }) => headers.authorization)
      expect(tokens).toContain(newest)
      expect(tokens).not.toContain(first)

      while ((await theirs.next())?.data.accountUpdated.balance !== '3');
      expect(bystander.closes).toEqual([])
      // Two accounts and the rates, and nothing of the socket that was.
      await expect.poll(() => liveOf(started.gateway)).toEqual([3, 3, 3, 2])
      await Promise.all([own.stop(), everybodys.stop(), theirs.stop()])
    },
  )

  test('gives up where its new token has come to its end too', async () => {
    const { client, closes } = listenWith(() => jwt({ exp: within(-1) }))
    await expect(client.run(PUBLIC).next()).rejects.toMatchObject({ code: 4403 })
    expect(closes).toEqual([4403, 4403, 4403, 4403])
  })
})

const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } })
const greet = (authorization: string) => openGreeted(started.gateway.websocketUrl, { authorization })
const PING = { type: 'ping' }
const FORBIDDEN = { code: 4403, reason: 'Forbidden' }

test('a token whose exp comes ends all of its sockets, and what is under way on them, whoever listens to the public too', async () => {
  const before = await ends()
  const authorization = taken(jwt({ exp: within(1_200) }))
  const later = taken(jwt({ exp: within(60_000) }))
  const ofTheUpgrade = await openSocket(started.gateway.websocketUrl, { headers: { authorization } })
  ofTheUpgrade.say({ type: 'connection_init' })
  expect(await ofTheUpgrade.hear()).toEqual({ type: 'connection_ack' })
  const sockets = [
    ...(await Promise.all(
      [OWN, PUBLIC].map(async (query) => {
        const socket = await greet(authorization)
        socket.say(subscribe('1', query))
        expect(await socket.hear()).toMatchObject({ type: 'next' })
        return socket
      }),
    )),
    ofTheUpgrade,
  ]
  const [anonymous, renewed] = await Promise.all([openGreeted(started.gateway.websocketUrl), greet(later)])
  for (const socket of [anonymous, renewed]) {
    socket.say(subscribe('1', PUBLIC))
    expect(await socket.hear()).toMatchObject({ type: 'next' })
  }
  expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([FORBIDDEN, FORBIDDEN, FORBIDDEN])
  expect(await endedSince(before)).toEqual({ expired: 3 })
  await expect.poll(() => liveOf(started.gateway)).toEqual([1, 1, 2, 2])
  for (const socket of [anonymous, renewed]) {
    socket.say(PING)
    expect(await socket.hear()).toEqual({ type: 'pong' })
    socket.socket.close()
  }
})

// JSON has numbers that JavaScript has not.
test.each(['-1e400', '-1e308', '-1', '0', '1', '1e9', `${within(-5)}`])(
  'a token with the exp %s is over: 4403 at the greeting',
  async (exp) => {
    const before = await ends()
    const token = jwt(`{"sub":"somebody","exp":${exp}}`)
    const socket = await openSocket(started.gateway.websocketUrl)
    socket.sayAtOnce([
      { type: 'connection_init', payload: { authorization: `Bearer ${token}` } },
      subscribe('1', PUBLIC),
    ])
    expect(await socket.closed).toEqual(FORBIDDEN)
    await expect(socket.hear()).rejects.toThrow()
    expect(await endedSince(before)).toEqual({ refused: 1 })
  },
)

test('a token that does not say when it ends, or says it too late or badly, is good until SpectroCoin says that it is not', async () => {
  const soon = within(1_000)
  const payload = Buffer.from(JSON.stringify({ exp: 1 })).toString('base64url')
  const tokens = [
    ...[`"${soon}"`, 'null', 'true', '"NaN"', '[1]', '{"at":1}', '1e12', '1e308', '1e400'].map((exp) =>
      jwt(`{"exp":${exp}}`),
    ),
    ...['{}', 'null', '1', '[]', '{"exp":NaN}', '{"exp":1', '', `{"EXP":1,"nbf":1,"iat":1}`].map((claims) =>
      jwt(claims),
    ),
    'opaque',
    payload,
    `head.${payload}`,
    `head.${payload}.`,
    '.',
    '..',
  ]
  const ended = await greet(taken(jwt({ exp: soon })))
  const sockets = await Promise.all(tokens.map((token) => greet(taken(token))))
  expect(await ended.closed).toEqual(FORBIDDEN)
  for (const [index, socket] of sockets.entries()) {
    socket.say(subscribe('1', OWN))
    expect([tokens[index], await socket.hear()]).toEqual([
      tokens[index],
      { id: '1', type: 'next', payload: { data: { accountUpdated: { balance: '1' } } } },
    ])
    socket.socket.close()
  }
  await expect.poll(() => liveOf(started.gateway)).toEqual([0, 0, 0, 0])
})

test('a token that SpectroCoin has never taken is told so in an error, and the socket lives', async () => {
  const before = await ends()
  const socket = await greet('Bearer never-good')
  for (const id of ['1', '2']) {
    socket.say(subscribe(id, OWN))
    expect(await socket.hear()).toMatchObject({
      id,
      type: 'error',
      payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    })
  }
  // Neither the public values nor a query have shown that it was ever good.
  socket.say(subscribe('3', PUBLIC))
  expect(await socket.hear()).toMatchObject({ id: '3', type: 'next' })
  socket.say(subscribe('4', OWN))
  expect(await socket.hear()).toMatchObject({ id: '4', type: 'error' })
  socket.say(subscribe('5', '{ account(id: "Account:A1") { id } viewer { name } }'))
  expect(await socket.hear()).toMatchObject({
    id: '5',
    type: 'next',
    payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
  })
  expect(await socket.hear()).toEqual({ id: '5', type: 'complete' })
  socket.say(PING)
  expect(await socket.hear()).toEqual({ type: 'pong' })
  expect(await endedSince(before)).toEqual({})
  socket.socket.close()
})

test('a token that SpectroCoin does not take any more ends each socket that listens to its own with it, and no other', async () => {
  const before = await ends()
  const authorization = taken('opaque')
  const [one, two, idle, other] = await Promise.all(
    [authorization, authorization, authorization, taken('another')].map(greet),
  )
  for (const socket of [one, two, other]) {
    socket?.say(subscribe('1', OWN))
    expect(await socket?.hear()).toMatchObject({ type: 'next' })
  }
  idle?.say(subscribe('1', PUBLIC))
  expect(await idle?.hear()).toMatchObject({ type: 'next' })
  good.delete(authorization)
  expect(await Promise.all([one?.closed, two?.closed])).toEqual([FORBIDDEN, FORBIDDEN])
  for (const socket of [idle, other]) {
    socket?.say(PING)
    expect(await socket?.hear()).toEqual({ type: 'pong' })
    socket?.socket.close()
  }
  expect(await endedSince(before)).toEqual({ expired: 2 })
})

describe('below a public value', () => {
  const BELOW = 'subscription { liveRate(currency: "EUR") { price currency { account { balance } } } }'
  let price = 0
  beforeEach(() => {
    upstream.routes({
      'GET /currencies/rates': () => ({ body: [rate({ currencyCode: 'EUR', rate: (price += 1) })] }),
      'GET /currencies': { body: [currency()] },
      'GET /accounts': ({ headers }) =>
        good.has(headers.authorization ?? '') ? { body: [account({ balance })] } : { status: 401, body: '' },
    })
  })
  afterAll(() => upstream.routes({ 'GET /currencies/rates': { body: [rate()] } }))
  const GOOD = { data: { liveRate: { currency: { account: { balance: '1' } } } } }
  const REFUSED = {
    data: { liveRate: { currency: { account: null } } },
    errors: [{ path: ['liveRate', 'currency', 'account'], extensions: { code: 'UNAUTHENTICATED' } }],
  }

  test('a token that was good for an event and is not for the next ends its socket, or its event stream', async () => {
    const before = await ends()
    const authorization = taken('opaque')
    const [socket, other] = await Promise.all([greet(authorization), greet(taken('another'))])
    for (const each of [socket, other]) {
      each.say(subscribe('1', BELOW))
      expect(await each.hear()).toMatchObject({ type: 'next', payload: GOOD })
    }
    const { next } = await openEvents(started.gateway.url, BELOW, { headers: { authorization } })
    expect((await next())?.payload).toMatchObject(GOOD)
    good.delete(authorization)
    expect(await socket.closed).toEqual(FORBIDDEN)
    let last
    do last = await next()
    while (last?.payload.data)
    expect(last?.payload).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    expect([await next(), await next()]).toEqual([{ name: 'complete', payload: undefined }, undefined])
    expect(await endedSince(before)).toEqual({ expired: 1 })
    other.say(PING)
    let heard
    do heard = await other.hear()
    while (heard.type === 'next')
    expect(heard).toEqual({ type: 'pong' })
    other.socket.close()
  })

  test.each(['a token that never was good', 'the gateway itself, where that is not taken any more,'])(
    '%s has its errors, event by event',
    async (who) => {
      const isToken = who.startsWith('a token')
      const { gateway, close } = isToken ? started : await startTestGateway(upstream.env)
      if (!isToken) onTestFinished(close)
      good.add('Bearer token-of-the-test')
      const socket = await openGreeted(
        gateway.websocketUrl,
        isToken ? { authorization: 'Bearer never-good' } : undefined,
      )
      socket.say(subscribe('1', BELOW))
      if (!isToken) expect(await socket.hear()).toMatchObject({ type: 'next', payload: GOOD })
      good.clear()
      let heard
      do heard = await socket.hear()
      while (!heard.payload.errors)
      for (let times = 0; times < 3; times += 1) {
        expect(heard).toMatchObject({ type: 'next', payload: REFUSED })
        heard = await socket.hear()
      }
      socket.socket.close()
    },
  )
})

test('what else ends a subscription that had values is an error, and the socket lives', async () => {
  const socket = await greet(taken('opaque'))
  onTestFinished(() => upstream.routes({ 'GET /accounts/A2': { status: 404, body: '' } }))
  upstream.routes({ 'GET /accounts/A2': { body: account({ accountId: 'A2' }) } })
  socket.say(subscribe('1', OWN.replace('A1', 'A2')))
  expect(await socket.hear()).toMatchObject({ type: 'next' })
  upstream.routes({ 'GET /accounts/A2': { status: 403, body: '' } })
  expect(await socket.hear()).toMatchObject({
    id: '1',
    type: 'error',
    payload: [{ extensions: { code: 'FORBIDDEN' } }],
  })
  socket.say(PING)
  expect(await socket.hear()).toEqual({ type: 'pong' })
  socket.socket.close()
})

test('where the gateway itself is who is not taken any more, that is an error too: nobody has a better token to come back with', async () => {
  const own = await startTestGateway(upstream.env)
  onTestFinished(() => own.close())
  good.add('Bearer token-of-the-test')
  const socket = await openGreeted(own.gateway.websocketUrl)
  socket.say(subscribe('1', OWN))
  expect(await socket.hear()).toMatchObject({ type: 'next' })
  good.clear()
  expect(await socket.hear()).toMatchObject({
    id: '1',
    type: 'error',
    payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  })
  socket.say(PING)
  expect(await socket.hear()).toEqual({ type: 'pong' })
})

test('an event stream of a token that SpectroCoin does not take any more ends with UNAUTHENTICATED', async () => {
  const authorization = taken('opaque')
  const { next } = await openEvents(started.gateway.url, OWN, { headers: { authorization } })
  expect(await next()).toMatchObject({ name: 'next', payload: { data: { accountUpdated: { balance: '1' } } } })
  good.delete(authorization)
  expect(await next()).toMatchObject({
    name: 'next',
    payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
  })
  expect([await next(), await next()]).toEqual([{ name: 'complete', payload: undefined }, undefined])
})

test('an event stream of a token whose exp comes ends with UNAUTHENTICATED', async () => {
  const before = await endsOf(started.gateway, 'event-stream')
  for (const query of [OWN, PUBLIC]) {
    const authorization = taken(jwt({ exp: within(1_000) }))
    const { next } = await openEvents(started.gateway.url, query, { headers: { authorization } })
    const events = []
    for (let event; (event = await next());) events.push(event)
    expect(events.length).toBeGreaterThanOrEqual(3)
    expect(events.slice(-2)).toMatchObject([
      { name: 'next', payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } },
      { name: 'complete' },
    ])
  }
  expect((await endsOf(started.gateway, 'event-stream'))['expired']).toBe((before['expired'] ?? 0) + 2)
  await expect.poll(() => liveOf(started.gateway)).toEqual([0, 0, 0, 0])
})

test('an event stream of a token whose exp has come is 401, without an event', async () => {
  for (const query of [OWN, PUBLIC]) {
    const authorization = taken(jwt({ exp: within(-5_000) }))
    const answer = await fetch(started.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization },
      body: JSON.stringify({ query }),
    })
    expect([answer.status, await answer.json()]).toMatchObject([
      401,
      { errors: [{ extensions: { code: 'UNAUTHENTICATED', requestId: answer.headers.get('x-request-id') } }] },
    ])
  }
  await expect.poll(() => liveOf(started.gateway)).toEqual([0, 0, 0, 0])
})
