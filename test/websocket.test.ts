// The websocket, as real clients use and misuse it: graphql-transport-ws at the address of everything else.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { connectClient, openGreeted, openSocket } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { TestGateway } from './support/gateway.ts'
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

  test.each([
    ['anything before the greeting', [{ id: '1', type: 'subscribe', payload: { query: '{ accounts { id } }' } }], 4401],
    ['a second greeting', [{ type: 'connection_init' }, { type: 'connection_init' }], 4429],
    ['no JSON', ['{'], 4400],
    ['a message of no known type', [{ type: 'start' }], 4400],
    ['a message without a type', [{}], 4400],
    ['a greeting whose payload is no object', [{ type: 'connection_init', payload: 'Bearer x' }], 4400],
    ['an authorization that is no text', [{ type: 'connection_init', payload: { authorization: 5 } }], 4403],
    ['an authorization that is an object', [{ type: 'connection_init', payload: { Authorization: { a: 1 } } }], 4403],
    [
      'a subscription without an id',
      [{ type: 'connection_init' }, { type: 'subscribe', payload: { query: '{ viewer { id } }' } }],
      4400,
    ],
  ])('%s closes the socket', async (_name, messages, code) => {
    const before = started.sandbox.count()
    const socket = await openSocket(url)
    for (const message of messages) socket.say(message)
    expect(await socket.closed).toMatchObject({ code })
    expect(started.sandbox.count()).toBe(before)
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

  test('whoever does not greet within three seconds is closed with 4408', async () => {
    const socket = await openSocket(url)
    expect(await socket.closed).toMatchObject({ code: 4408 })
  })

  test('a socket without the subprotocol is closed with 4406, and the old one is not spoken', async () => {
    const socket = await openSocket(url, { protocols: [] })
    expect(await socket.closed).toMatchObject({ code: 4406 })
    await expect(openSocket(url, { protocols: ['graphql-ws'] })).rejects.toThrow('Server sent no subprotocol')
  })

  test('a ping is answered', async () => {
    const socket = await openSocket(url)
    socket.say({ type: 'ping', payload: { at: 1 } })
    expect(await socket.hear()).toEqual({ type: 'pong', payload: { at: 1 } })
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

  test('a frame of more than 100,000 bytes closes its socket with 1009, and nothing is written but the log', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const message = (bytes: number): string => {
      const text = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ viewer { name } }#' } })
      return text.replace('#', `#${'x'.repeat(bytes - text.length)}`)
    }
    const socket = await openGreeted(url)
    socket.say(message(100_000))
    expect(await socket.hear()).toMatchObject({ type: 'next' })
    expect(await socket.hear()).toMatchObject({ type: 'complete' })
    socket.say(message(100_001))
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
    for (const payload of [{}, { authorization: null }, { authorization: 'Bearer of-the-greeting' }]) {
      const socket = await openSocket(started.gateway.websocketUrl, { headers })
      socket.say({ type: 'connection_init', payload })
      expect(await socket.hear()).toEqual({ type: 'connection_ack' })
      socket.say({ id: '1', type: 'subscribe', payload: { query: '{ accounts { id } }' } })
      expect(await socket.hear()).toMatchObject({ payload: { data: { accounts: [] } } })
      socket.socket.close()
    }
    expect(sent()).toEqual(['Bearer of-the-upgrade', 'Bearer of-the-upgrade', 'Bearer of-the-greeting'])
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
