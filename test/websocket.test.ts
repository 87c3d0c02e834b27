// The websocket, as real clients use and misuse it: graphql-transport-ws at the address of everything else.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { endsOf, liveOf } from './support/readers.ts'
import { bankWithdrawal, gate, rate, walletRoutes } from './support/rows.ts'
import { connectClient, frameOf, openBytes, openGreeted, openSocket } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { TestGateway } from './support/gateway.ts'
import type { HandSocket, Message } from './support/sockets.ts'
import type { FakeUpstream } from './support/upstream.ts'

describe('on the sandbox', () => {
  let started: TestGateway & { readonly sandbox: Sandbox }
  let url: string
  beforeAll(async () => {
    started = await startSandboxGateway()
    url = started.gateway.websocketUrl
  })
  afterAll(() => started.close())

  test('a query, a mutation and a subscription go over one socket', async () => {
    let sockets = 0
    const client = connectClient(url, { on: { connected: () => void (sockets += 1) } })
    const live = client.run('subscription { liveRate(currency: "BTC") { currencyCode baseCode price stale } }')
    const first = await live.next()
    expect(first).toEqual({
      data: {
        liveRate: { currencyCode: 'BTC', baseCode: 'EUR', price: expect.stringMatching(/^\d+\.\d+$/), stale: false },
      },
      errors: undefined,
    })
    const { data } = await client.ask('{ accounts(currencies: ["EUR"]) { balance } }')
    const mutation =
      'mutation ($input: CreateExchangeInput!) { createExchange(input: $input) { __typename ... on Exchange { payAccount { balance } } ... on Error { message } } }'
    const input = {
      idempotencyKey: 'over-websocket',
      payAmount: '25.00',
      between: { currencies: { payCode: 'EUR', receiveCode: 'BTC' } },
    }
    const made = await client.ask(mutation, { input })
    expect(made.errors).toBeUndefined()
    expect(made.data.createExchange.__typename).toBe('Exchange')
    expect(Number(made.data.createExchange.payAccount.balance)).toBeCloseTo(Number(data.accounts[0].balance) - 25, 6)
    expect((await live.next())?.data.liveRate.price).not.toBe(first?.data.liveRate.price)
    await live.stop()
    expect(sockets).toBe(1)
    await client.close()
  })

  test('many operations at a time get each their own answer', async () => {
    const client = connectClient(url)
    const codes = ['BTC', 'ETH', 'XRP', 'LTC', 'DOGE', 'SOL', 'USD', 'GBP', 'wBTC', '1INCH']
    const answers = await Promise.all(
      codes.map(async (code) =>
        client.ask('query ($code: CurrencyCode!) { currency(code: $code) { code } }', { code }),
      ),
    )
    expect(answers.map(({ data }) => data.currency.code)).toEqual(codes)
    await client.close()
  })

  const HELLO = { type: 'connection_init' }
  const ask = (query: string, id: unknown = '1', more: object = {}): object => ({
    id,
    type: 'subscribe',
    payload: { query, ...more },
  })
  const NAME = '{ viewer { name } }'

  describe.each(['each in a piece of its own', 'in one piece'])('%s', (how) => {
    test.each<[string, (object | string | Buffer)[], number]>([
      ['anything before the greeting', [ask('{ accounts { id } }')], 4401],
      ['a second greeting', [HELLO, HELLO], 4429],
      ['a second greeting after operations', [HELLO, ask(NAME), { id: '1', type: 'complete' }, HELLO], 4429],
      ['a second greeting after one that was refused', [{ ...HELLO, payload: { authorization: 5 } }, HELLO], 4403],
      ['no JSON', ['{'], 4400],
      ['nothing', [''], 4400],
      ['JSON that is no object', ['null'], 4400],
      ['JSON that is a text', ['"connection_init"'], 4400],
      ['a list of messages', [[HELLO]], 4400],
      ['a message of no known type', [{ type: 'start' }], 4400],
      ['a message without a type', [{}], 4400],
      ['a type that is no text', [{ type: ['ping'] }], 4400],
      ['a greeting whose payload is no object', [{ ...HELLO, payload: 'Bearer x' }], 4400],
      ['an authorization that is no text', [{ ...HELLO, payload: { authorization: 5 } }], 4403],
      ['an authorization that is an object', [{ ...HELLO, payload: { Authorization: { a: 1 } } }], 4403],
      ["the gateway's own acknowledgement", [{ type: 'connection_ack' }], 4400],
      ["the gateway's own acknowledgement after the greeting", [HELLO, { type: 'connection_ack' }], 4400],
      ['a result', [HELLO, { id: '1', type: 'next', payload: { data: {} } }], 4400],
      ['an error', [HELLO, { id: '1', type: 'error', payload: [{ message: 'Oh.' }] }], 4400],
      ['a ping whose payload is no object', [{ type: 'ping', payload: 1 }], 4400],
      ['a pong whose payload is a list', [HELLO, { type: 'pong', payload: [] }], 4400],
      ['bytes', [Buffer.from(JSON.stringify(HELLO))], 4400],
      ['bytes after the greeting', [HELLO, Buffer.from('{"type":"ping"}')], 4400],
      ['an operation without an id', [HELLO, { type: 'subscribe', payload: { query: NAME } }], 4400],
      ['an operation whose id is empty', [HELLO, ask(NAME, '')], 4400],
      ['an operation whose id is a number', [HELLO, ask(NAME, 1)], 4400],
      ['an operation whose id is too long', [HELLO, ask(NAME, 'i'.repeat(257))], 4400],
      ['an operation without a payload', [HELLO, { id: '1', type: 'subscribe' }], 4400],
      ['an operation without a document', [HELLO, { id: '1', type: 'subscribe', payload: {} }], 4400],
      ['an operation whose variables are a list', [HELLO, ask(NAME, '1', { variables: [] })], 4400],
      ['an operation whose name is a number', [HELLO, ask(NAME, '1', { operationName: 1 })], 4400],
      ['an operation whose extensions are a text', [HELLO, ask(NAME, '1', { extensions: 'x' })], 4400],
      ['a complete without an id', [HELLO, { type: 'complete' }], 4400],
      ['a complete whose id is empty', [HELLO, { id: '', type: 'complete' }], 4400],
    ])('%s closes the socket, and what comes behind does nothing', async (_name, messages, code) => {
      const before = started.sandbox.count()
      const ends = await endsOf(started.gateway, 'websocket')
      const socket = await openSocket(url)
      const live = ask('subscription { liveRate(currency: "BTC") { price } }', 'behind')
      const all = [...messages, HELLO, live, { type: 'ping' }, 'no JSON', Buffer.from('bytes')]
      if (how === 'in one piece') socket.sayAtOnce(all)
      else for (const message of all) socket.say(message)
      const closed = await socket.closed
      expect(closed).toMatchObject({ code, reason: expect.stringMatching(/^[A-Z][\w ]+$/) })
      expect([started.sandbox.count(), started.gateway.liveFeeds()]).toEqual([before, 0])
      // The query that was asked by then may have had its answer; nothing that came behind had one.
      for (let message; (message = await socket.hear().catch(() => undefined));)
        expect(message).not.toMatchObject({ type: 'pong' })
      const why = code === 4403 ? 'refused' : 'protocol'
      expect(await endsOf(started.gateway, 'websocket')).toEqual({ ...ends, [why]: (ends[why] ?? 0) + 1 })
    })
  })

  test('a text that is no UTF-8 closes the socket with 1007, and is counted once whatever else was wrong', async () => {
    const { protocol = 0, frame } = await endsOf(started.gateway, 'websocket')
    const broken = (socket: HandSocket): void =>
      socket.socket.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), { binary: false })
    const one = await openGreeted(url)
    broken(one)
    expect(await one.closed).toMatchObject({ code: 1007 })
    const other = await openGreeted(url)
    other.sayAtOnce(['{', 'x'.repeat(200_000)])
    broken(other)
    expect(await other.closed).toMatchObject({ code: 4400 })
    expect(await endsOf(started.gateway, 'websocket')).toMatchObject({ protocol: protocol + 2 })
    expect((await endsOf(started.gateway, 'websocket'))['frame']).toBe(frame)
  })

  test('the greeting and an operation may come with the upgrade, in one piece', async () => {
    const socket = await openBytes(url)
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
    const upgrade =
      'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n'
    const messages = [HELLO, ask(NAME)].map((message) => frameOf(JSON.stringify(message)))
    socket.write(Buffer.concat([Buffer.from(upgrade), ...messages]))
    await expect.poll(() => text).toMatch(/^HTTP\/1.1 101 [^]*"connection_ack"[^]*"sandbox"[^]*"complete"/)
    socket.destroy()
  })

  test('an id in use cannot be used again, and what it was used for ends with the socket', async () => {
    const socket = await openGreeted(url)
    const payload = { query: 'subscription { liveRate(currency: "BTC") { price } }' }
    socket.say({ id: 'same', type: 'subscribe', payload })
    expect(await socket.hear()).toMatchObject({ id: 'same', type: 'next' })
    socket.say({ id: 'same', type: 'subscribe', payload })
    expect(await socket.closed).toMatchObject({ code: 4409 })
    await expect.poll(() => started.gateway.liveFeeds()).toBe(0)
  })

  test('whoever does not greet within three seconds is closed with 4408, whatever else they say', async () => {
    const [silent, chatty, greeted] = await Promise.all([openSocket(url), openSocket(url), openGreeted(url)])
    const chat = setInterval(
      () => chatty.sayAtOnce([{ type: 'ping' }, { type: 'pong' }, { id: 'x', type: 'complete' }]),
      500,
    )
    const began = performance.now()
    expect(await Promise.all([silent.closed, chatty.closed])).toMatchObject([{ code: 4408 }, { code: 4408 }])
    clearInterval(chat)
    expect(performance.now() - began).toBeGreaterThan(2_500)
    greeted.say({ type: 'ping' })
    expect(await greeted.hear()).toEqual({ type: 'pong' })
    greeted.socket.close()
  })

  test('a socket without the subprotocol is closed with 4406, and the old one is not spoken', async () => {
    const socket = await openSocket(url, { protocols: [] })
    expect(await socket.closed).toMatchObject({ code: 4406 })
    await expect(openSocket(url, { protocols: ['graphql-ws'] })).rejects.toThrow('Server sent no subprotocol')
    const both = await openSocket(url, { protocols: ['graphql-ws', 'graphql-transport-ws'] })
    expect(both.socket.protocol).toBe('graphql-transport-ws')
    both.socket.close()
  })

  test('a ping is answered with what it holds, before the greeting and after; a pong is not', async () => {
    const socket = await openSocket(url)
    const pings = [{ at: 1 }, {}, { a: [null, { __proto__: null, b: 'ü' }] }].map((payload) => ({
      type: 'ping',
      payload,
    }))
    const pongs = pings.map(({ payload }) => ({ type: 'pong', payload }))
    const bare = [{ type: 'ping' }, { type: 'ping', payload: null }]
    const unsolicited = [{ type: 'pong' }, { type: 'pong', payload: { at: 1 } }, { type: 'pong', payload: null }]
    socket.sayAtOnce([...unsolicited, ...pings, ...bare, HELLO, ...unsolicited, ...pings])
    const heard: unknown[] = []
    for (let count = 0; count < 9; count += 1) heard.push(await socket.hear())
    expect(heard).toEqual([...pongs, { type: 'pong' }, { type: 'pong' }, { type: 'connection_ack' }, ...pongs])
    socket.socket.close()
  })

  test('a message that is nested as deeply as its length allows does the gateway no harm', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const bystander = await openGreeted(url)
    const pinging = await openSocket(url)
    pinging.say(`{"type":"ping","payload":{"a":${deep}}}`)
    expect(await pinging.closed).toMatchObject({ code: 4400 })
    const asking = await openGreeted(url)
    asking.say(
      `{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","variables":{"a":${deep}},"extensions":{"a":1}}}`,
    )
    expect(await asking.hear()).toMatchObject({ id: '1', type: 'next' })
    asking.say(
      `{"id":"2","type":"subscribe","payload":{"query":"query ($a: [CurrencyCode!]) { accounts(currencies: $a) { id } }","variables":{"a":${deep}}}}`,
    )
    expect(await asking.hear()).toEqual({ id: '1', type: 'complete' })
    expect(await asking.hear()).toMatchObject({ id: '2', type: 'error' })
    bystander.say({ type: 'ping' })
    expect(await bystander.hear()).toEqual({ type: 'pong' })
    for (const { socket } of [bystander, asking]) socket.close()
  })

  test.each(['__proto__', 'constructor', 'i'.repeat(256), '"\n\\', '💱', '\ud800', ' ', '0'])(
    'an operation may have the id %j, which is said back as it came',
    async (id) => {
      const socket = await openGreeted(url)
      socket.say(ask(NAME, id))
      expect([await socket.hear(), await socket.hear()]).toMatchObject([
        { id, type: 'next', payload: { data: { viewer: { name: 'sandbox' } } } },
        { id, type: 'complete' },
      ])
      socket.say(ask('subscription { liveRate(currency: "BTC") { price } }', id))
      expect(await socket.hear()).toMatchObject({ id, type: 'next', payload: { data: { liveRate: {} } } })
      socket.say(ask(NAME, id))
      const { code, reason } = await socket.closed
      // A reason has room for 123 bytes; half a character is none.
      const said = id.length > 100 ? 'Subscriber already exists' : `Subscriber for ${id.toWellFormed()} already exists`
      expect([code, reason]).toEqual([4409, said])
      await expect.poll(() => started.gateway.liveFeeds()).toBe(0)
    },
  )

  test('a complete of what is not, not any more or not yet under way is no mistake', async () => {
    const socket = await openSocket(url)
    const complete = { id: '1', type: 'complete' }
    const live = ask('subscription { liveRate(currency: "BTC") { price } }')
    socket.sayAtOnce([complete, HELLO, complete, complete])
    expect(await socket.hear()).toEqual({ type: 'connection_ack' })
    socket.say(live)
    expect(await socket.hear()).toMatchObject({ id: '1', type: 'next' })
    socket.sayAtOnce([complete, complete])
    await expect.poll(() => liveOf(started.gateway)).toEqual([0, 0, 0, expect.any(Number)])
    socket.say(ask(NAME))
    expect([await socket.hear(), await socket.hear()]).toMatchObject([{ type: 'next' }, { type: 'complete' }])
    socket.sayAtOnce([complete, { type: 'ping' }])
    expect(await socket.hear()).toEqual({ type: 'pong' })
    socket.socket.close()
  })

  test('an upgrade at another path is 404', async () => {
    for (const path of ['/', '/graphql/', '/subscriptions', '/healthz'])
      await expect(openSocket(new URL(path, url).href)).rejects.toThrow('Unexpected server response: 404')
    const socket = await openSocket(`${url}?token=nothing`)
    socket.socket.terminate()
  })

  test('errors before there is data are one error message, made public like all others, and the socket lives on', async () => {
    const socket = await openGreeted(url)
    const verdicts: unknown[] = []
    for (const query of [
      '{',
      '{ wallet }',
      '{ account(id: 1.5) { id } }',
      '',
      'query A { viewer { name } } query B { viewer { name } }',
      'query ($id: ID!) { account(id: $id) { id } }',
      'subscription { orderUpdated(id: "Account:1") { id } }',
      'subscription { liveRate(currency: "BTC") { price } wallet }',
    ]) {
      socket.say({ id: 'x', type: 'subscribe', payload: { query } })
      const { id, type, payload } = await socket.hear()
      expect([id, type]).toEqual(['x', 'error'])
      verdicts.push(payload[0].extensions.code)
      expect(started.log.filter((line) => line.includes(payload[0].extensions.requestId))).toHaveLength(1)
      expect(payload[0].extensions).not.toHaveProperty('http')
    }
    expect(verdicts).toEqual([
      'GRAPHQL_PARSE_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
      'BAD_USER_INPUT',
      'BAD_REQUEST',
      'OPERATION_RESOLUTION_FAILURE',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'GRAPHQL_VALIDATION_FAILED',
    ])
    socket.say({ id: 'x', type: 'subscribe', payload: { query: '{ viewer { name } }' } })
    expect(await socket.hear()).toMatchObject({ type: 'next', payload: { data: { viewer: { name: 'sandbox' } } } })
    expect(await socket.hear()).toEqual({ id: 'x', type: 'complete' })
    socket.socket.close()
  })

  test('errors beside data come with it', async () => {
    const client = connectClient(url)
    const { data, errors } = await client.ask('{ viewer { name } account(id: "Order:1") { id } }')
    expect(data).toEqual({ viewer: { name: 'sandbox' }, account: null })
    expect(errors).toMatchObject([{ path: ['account'], extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }])
    await client.close()
  })

  test.each([
    'subscription { liveRate(currency: "XYZ") { price } }',
    'subscription { liveRates(currencies: ["BTC", "XYZ"]) { price } }',
    'subscription { liveRate(currency: "BTC", base: "XYZ") { price } }',
  ])('%s is an error NOT_FOUND, and the end; the socket lives on', async (query) => {
    const socket = await openGreeted(url)
    socket.say({ id: '1', type: 'subscribe', payload: { query } })
    const { type, payload } = await socket.hear()
    expect([type, payload.length]).toEqual(['error', 1])
    expect(payload[0].message).toMatch(/[.]$/)
    expect(payload[0].extensions).toEqual({ code: 'NOT_FOUND', requestId: expect.any(String) })
    socket.say({ id: '2', type: 'subscribe', payload: { query: '{ viewer { name } }' } })
    expect(await socket.hear()).toMatchObject({ id: '2', type: 'next' })
    expect(started.gateway.liveFeeds()).toBe(0)
    socket.socket.close()
  })

  test('a frame of more than 110,000 bytes closes its socket with 1009, and nothing is written but the log', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const message = (bytes: number): string => {
      const text = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ viewer { name } }' } })
      return text.padEnd(bytes)
    }
    const socket = await openGreeted(url)
    socket.say(message(110_000))
    expect(await socket.hear()).toMatchObject({ type: 'next' })
    expect(await socket.hear()).toMatchObject({ type: 'complete' })
    socket.say(message(110_001))
    expect(await socket.closed).toMatchObject({ code: 1009 })
    expect(written.mock.calls).toEqual([])
    written.mockRestore()
  })
})

describe('where callers bring their own token', () => {
  let upstream: FakeUpstream
  let started: TestGateway
  beforeAll(async () => {
    upstream = await startUpstream({ 'GET /accounts': { body: [] } })
    started = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
  })
  afterEach(() => {
    upstream.requests.length = 0
  })
  afterAll(async () => {
    await started.close()
    await upstream.close()
  })

  const sent = (): unknown[] => upstream.requests.map(({ headers }) => headers.authorization)

  test('that of the greeting is passed on, each socket its own', async () => {
    const [one, two] = ['token-one', 'token-two'].map((token) =>
      connectClient(started.gateway.websocketUrl, { connectionParams: { authorization: `Bearer ${token}` } }),
    )
    expect(await one?.ask('{ accounts { id } viewer { name } }')).toMatchObject({
      data: { accounts: [], viewer: { name: 'token' } },
    })
    await two?.ask('{ accounts { id } }')
    await one?.ask('{ accounts { id } }')
    expect(sent()).toEqual(['Bearer token-one', 'Bearer token-two', 'Bearer token-one'])
    expect(started.log.join('')).not.toMatch(/token-(one|two)/)
    await one?.close()
    await two?.close()
  })

  test('that of the upgrade request counts where the greeting has none', async () => {
    const headers = { authorization: 'Bearer of-the-upgrade' }
    for (const payload of [
      {},
      { authorization: null },
      { Authorization: null },
      { Authorization: 'Bearer of-the-greeting' },
    ]) {
      const socket = await openSocket(started.gateway.websocketUrl, { headers })
      socket.say({ type: 'connection_init', payload })
      expect(await socket.hear()).toEqual({ type: 'connection_ack' })
      socket.say({ id: '1', type: 'subscribe', payload: { query: '{ accounts { id } }' } })
      expect(await socket.hear()).toMatchObject({ payload: { data: { accounts: [] } } })
      socket.socket.close()
    }
    expect(sent()).toEqual([
      'Bearer of-the-upgrade',
      'Bearer of-the-upgrade',
      'Bearer of-the-upgrade',
      'Bearer of-the-greeting',
    ])
  })

  test('one without it may read what is public, and is UNAUTHENTICATED for the rest, with no call', async () => {
    const client = connectClient(started.gateway.websocketUrl)
    const { data, errors } = await client.ask('{ accounts { id } viewer { name } }')
    expect(data).toEqual({ accounts: null, viewer: { name: 'anonymous' } })
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    expect(sent()).toEqual([])
    await client.close()
  })
})

describe('a client that goes', () => {
  let upstream: FakeUpstream
  let started: TestGateway
  /** Resolves when the upstream has got the call, and `given up` when the gateway has broken it off. */
  let hanging: { readonly arrived: Promise<void>; readonly givenUp: Promise<void> }
  beforeAll(async () => {
    upstream = await startUpstream()
    // So long that nothing but the client's leaving can end a call within the test.
    started = await startTestGateway({ ...upstream.env, UPSTREAM_TIMEOUT_MS: '60000' })
  })
  afterAll(async () => {
    await started.close()
    await upstream.close()
  })

  function hang(): void {
    const arrived = Promise.withResolvers<void>()
    const givenUp = Promise.withResolvers<void>()
    upstream.routes({
      'GET /accounts': (_request, response) => {
        response.once('close', () => givenUp.resolve())
        arrived.resolve()
        return undefined
      },
    })
    hanging = { arrived: arrived.promise, givenUp: givenUp.promise }
  }

  test.each([
    ['closes its socket', async (client: ReturnType<typeof connectClient>) => client.close()],
    ['breaks its socket off', async (client: ReturnType<typeof connectClient>) => client.client.terminate()],
  ])('and %s while a query is under way ends its reads at the upstream', async (_way, leave) => {
    hang()
    const client = connectClient(started.gateway.websocketUrl)
    const asked = client.ask('{ accounts { id } }')
    await hanging.arrived
    await Promise.all([leave(client), asked.catch(() => undefined), hanging.givenUp])
    await client.close()
  })

  test('over HTTP while a query is under way ends its reads at the upstream', async () => {
    hang()
    const gone = new AbortController()
    const asked = fetch(started.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ accounts { id } }"}',
      signal: gone.signal,
    })
    await hanging.arrived
    gone.abort()
    await expect(asked).rejects.toThrow('aborted')
    await hanging.givenUp
  })

  test("ends nobody else's reads", async () => {
    hang()
    const [one, two] = [connectClient(started.gateway.websocketUrl), connectClient(started.gateway.websocketUrl)]
    const first = one.ask('{ accounts { id } }')
    await hanging.arrived
    upstream.routes({ 'GET /accounts': { body: [] } })
    one.client.terminate()
    await first.catch(() => undefined)
    expect(await two.ask('{ accounts { id } }')).toMatchObject({ data: { accounts: [] } })
    await Promise.all([one.close(), two.close(), hanging.givenUp])
  })
})

describe('an operation that is ended by its client', () => {
  let upstream: FakeUpstream
  let started: TestGateway
  let socket: HandSocket
  beforeAll(async () => {
    upstream = await startUpstream()
    started = await startTestGateway({ ...upstream.env, UPSTREAM_TIMEOUT_MS: '60000', OPERATION_TIMEOUT_MS: '60000' })
  })
  beforeEach(async () => {
    upstream.routes(walletRoutes)
    upstream.requests.length = 0
    socket = await openGreeted(started.gateway.websocketUrl)
  })
  afterEach(async () => {
    socket.socket.close()
    await socket.closed
    await expect.poll(() => liveOf(started.gateway)).toEqual([0, 0, 0, 0])
  })
  afterAll(async () => {
    await started.close()
    await upstream.close()
  })

  const subscribe = (query: string, variables?: object): object => ({
    id: 'same',
    type: 'subscribe',
    payload: { query, variables },
  })
  const complete = { id: 'same', type: 'complete' }
  /** All that comes until a ping that is sent now is answered. */
  const heardByNow = async (): Promise<Message[]> => {
    socket.say({ type: 'ping', payload: { at: 'now' } })
    const heard: Message[] = []
    for (;;) {
      const message = await socket.hear()
      if (message.type === 'pong') return heard
      heard.push(message)
    }
  }
  /** Lets requests to this route hang until they are released. */
  const hang = (route: string, reply: object) => {
    const [arrived, released, givenUp] = [gate(), gate(), gate()]
    upstream.routes({
      [route]: async (_request, response) => {
        response.once('close', () => response.writableFinished || givenUp.open())
        arrived.open()
        await released.opened
        return response.destroyed ? undefined : { body: reply }
      },
    })
    return { arrived: arrived.opened, release: released.open, givenUp: givenUp.opened }
  }

  test('in one piece with another of its id, again and again, leaves one stream, of which each event comes once', async () => {
    let price = 0
    upstream.routes({ 'GET /currencies/rates': () => ({ body: [rate({ rate: (price += 1) })] }) })
    const live = subscribe('subscription { liveRate(currency: "BTC") { price } }')
    const other = subscribe('subscription { liveRates(currencies: ["BTC"]) { price stale } }')
    socket.sayAtOnce([live, complete, other, complete, live, complete, complete, live, complete, other, complete, live])
    const prices: unknown[] = []
    while (prices.length < 4) {
      const { id, type, payload } = await socket.hear()
      expect([id, type]).toEqual(['same', 'next'])
      prices.push(payload.data.liveRate.price)
    }
    const first = Number(prices[0])
    expect(prices).toEqual([0, 1, 2, 3].map((more) => String(first + more)))
    expect(await liveOf(started.gateway)).toEqual([1, 1, 1, 1])
    socket.sayAtOnce([complete, live, complete])
    await expect.poll(() => liveOf(started.gateway)).toEqual([0, 0, 0, 1])
    const polls = upstream.count('GET /currencies/rates')
    await heardByNow()
    expect(upstream.count('GET /currencies/rates')).toBe(polls)
  })

  test('is answered by nobody, and the next of its id once, though both ask the same', async () => {
    const { release } = hang('GET /accounts', [])
    const query = subscribe('{ accounts { id } }')
    socket.sayAtOnce([query, complete, query, complete, query])
    await expect.poll(() => upstream.count('GET /accounts')).toBeGreaterThan(0)
    release()
    expect(await socket.hear()).toEqual({ id: 'same', type: 'next', payload: { data: { accounts: [] } } })
    expect(await socket.hear()).toEqual(complete)
    expect(await heardByNow()).toEqual([])
  })

  test('is not answered late, where another has its id by then', async () => {
    const { arrived, release, givenUp } = hang('GET /accounts', [])
    socket.say(subscribe('{ accounts { id } }'))
    await arrived
    const viewer = subscribe('{ viewer { name } }')
    socket.sayAtOnce([complete, viewer])
    expect(await socket.hear()).toMatchObject({ id: 'same', payload: { data: { viewer: { name: 'gateway' } } } })
    expect(await socket.hear()).toEqual(complete)
    await givenUp
    release()
    expect(await heardByNow()).toEqual([])
  })

  test('is broken off at the upstream where it reads', async () => {
    const { arrived, givenUp, release } = hang('GET /accounts', [])
    socket.say(subscribe('{ accounts { id } }'))
    await arrived
    socket.say(complete)
    await givenUp
    release()
    expect(await heardByNow()).toEqual([])
  })

  test('goes on where it moves money, unheard', async () => {
    const POST = 'POST /withdrawals/bank'
    const { arrived, givenUp, release } = hang(POST, bankWithdrawal())
    let isGivenUp = false
    void givenUp.then(() => (isGivenUp = true))
    const mutation =
      'mutation ($input: CreateBankWithdrawalInput!) { createBankWithdrawal(input: $input) { __typename } }'
    const input = {
      idempotencyKey: 'ended-by-its-client',
      from: { currency: 'EUR' },
      amount: '9.50',
      type: 'SEPA',
      beneficiaryName: 'Harbour Books UAB',
      iban: 'LT601010012345678901',
    }
    socket.say(subscribe(mutation, { input }))
    await arrived
    socket.say(complete)
    expect(await heardByNow()).toEqual([])
    release()
    const again = await started.ask(mutation, { input })
    expect(again.data).toEqual({ createBankWithdrawal: { __typename: 'BankWithdrawal' } })
    expect([upstream.count(POST), isGivenUp]).toEqual([1, false])
    expect(await heardByNow()).toEqual([])
  })

  test('keeps its id as long as it is under way: 4409, and all that was under way is broken off', async () => {
    const { arrived, givenUp, release } = hang('GET /accounts', [])
    socket.say(subscribe('{ accounts { id } }'))
    await arrived
    socket.sayAtOnce([subscribe('{ viewer { name } }'), { type: 'ping' }])
    expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for same already exists' })
    await givenUp
    release()
    await expect(socket.hear()).rejects.toThrow('closed with 4409')
  })
})
