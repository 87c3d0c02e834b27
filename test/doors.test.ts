// The doors: who may come in by Host and Origin, in which form, with which credential, and that nothing happens for those who may not.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { post, readAnswer, startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { corsOf, LEAVE, send } from './support/requests.ts'
import { connectClient, openSocket, rawExchange } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const QUERY = '{ accounts { id } }'
const BODY = JSON.stringify({ query: QUERY })

/** Every way in, each by which private data could come out. */
const WAYS = [
  { way: 'a query by POST', init: { method: 'POST', body: BODY, headers: { 'content-type': 'application/json' } } },
  {
    way: 'a query by GET',
    path: `/graphql?query=${encodeURIComponent(QUERY)}`,
    init: { headers: { accept: 'application/json', ...LEAVE } },
  },
  { way: 'GraphiQL', init: { headers: { accept: 'text/html' } } },
  { way: 'the health check', path: '/healthz', init: {} },
  { way: 'the front page', path: '/', init: {} },
] as const

const FOREIGN_HOSTS = [
  'evil.com',
  'evil.com:80',
  '127.0.0.1.evil.com',
  'localhost.evil.com',
  'evil.com.localhost.',
  'xlocalhost',
  'localhost.',
  '127.0.0.1@evil.com',
  'evil.com#127.0.0.1',
  '127.0.0.1#evil.com',
  'evil.com?127.0.0.1',
  '127.0.0.1?evil.com',
  '127.0.0.1/evil.com',
  'evil.com\\127.0.0.1',
  '127.0.0.1\\evil.com',
  '127.0.0.1 evil.com',
  'user:pass@127.0.0.1',
  '0.0.0.0',
  '10.0.0.1',
  '192.168.0.1',
  '[::]',
  '[::ffff:10.0.0.1]',
  '128.0.0.1',
  '127.0.0.1:99999',
  '127.0.0.1:x',
]
/** As a browser never writes them, of other places, or of other programs on this machine. PORT: the gateway's own. */
const FOREIGN_ORIGINS = [
  'http://localhost',
  'http://127.0.0.1',
  'http://localhost:3000',
  'http://[::1]:1',
  'https://localhost:PORT',
  'https://127.0.0.1:PORT',
  'ws://127.0.0.1:PORT',
  'HTTP://localhost:PORT',
  'http://LOCALHOST:PORT',
  'http://localhost:PORT/',
  'http://localhost:0PORT',
  'http://localhost.:PORT',
  'http://127.1:PORT',
  'http://2130706433:PORT',
  'http://127.0.0.2:PORT',
  'http://0.0.0.0:PORT',
  'http://[::ffff:127.0.0.1]:PORT',
  'http://user@localhost:PORT',
  'http://localhost:PORT http://evil.com',
  'http://localhost:PORT, http://localhost:PORT',
  'http://evil.com',
  'https://evil.com',
  'http://127.0.0.1.evil.com',
  'http://localhost.evil.com:4000',
  'null',
  'file://',
  '',
  'http://evil.com#http://127.0.0.1',
  'http://127.0.0.1@evil.com',
  'http://127.0.0.1/',
  'http://127.0.0.1:80/path',
  'evil.com',
  '127.0.0.1',
  'chrome-extension://abcdefgh',
  'http://10.0.0.1',
  'http://[::]',
  '*',
]

describe('on loopback', () => {
  let started: TestGateway & { readonly sandbox: Sandbox }
  let port: string
  beforeAll(async () => {
    started = await startSandboxGateway()
    port = new URL(started.gateway.url).port
  })
  afterAll(() => started.close())

  const at = (path = '/graphql'): string => new URL(path, started.gateway.url).href

  /** Gets the status of each way in with these headers more. */
  async function statuses(headers: Record<string, string>): Promise<number[]> {
    const replies = await Promise.all(
      WAYS.map(({ init, ...rest }) =>
        send(at('path' in rest ? rest.path : undefined), {
          ...init,
          headers: { ...('headers' in init && init.headers), ...headers },
        }),
      ),
    )
    for (const reply of replies) expect(corsOf(reply.headers)).toEqual({})
    return replies.map(({ status }) => status)
  }

  test.each([
    'localhost',
    'LOCALHOST',
    '127.0.0.1',
    '127.1.2.3',
    '[::1]',
    'localhost:4000',
    '127.0.0.1:1',
    '[::1]:65535',
  ])('Host %s comes in', async (host) => {
    expect(await statuses({ host })).toEqual([200, 200, 200, 200, 302])
    const socket = await openSocket(started.gateway.websocketUrl, { headers: { host } })
    socket.socket.close()
    await socket.closed
  })

  test.each(['http://localhost', 'http://127.0.0.1', 'http://[::1]'])(
    'Origin %s at its own port comes in, and gets no leave to read',
    async (place) => {
      const origin = `${place}:${port}`
      expect(await statuses({ origin })).toEqual([200, 200, 200, 200, 302])
      const socket = await openSocket(started.gateway.websocketUrl, { headers: { origin } })
      socket.socket.close()
      await socket.closed
    },
  )

  test.each(FOREIGN_HOSTS)('Host %j is turned away, and nothing happens', async (host) => {
    const before = started.sandbox.count()
    expect(await statuses({ host })).toEqual([403, 403, 403, 403, 403])
    await expect(openSocket(started.gateway.websocketUrl, { headers: { host } })).rejects.toThrow('403')
    expect(started.sandbox.count()).toBe(before)
  })

  test.each(FOREIGN_ORIGINS)('Origin %j is turned away, and nothing happens', async (written) => {
    const origin = written.replaceAll('PORT', port)
    const before = started.sandbox.count()
    expect(await statuses({ origin })).toEqual([403, 403, 403, 403, 403])
    await expect(openSocket(started.gateway.websocketUrl, { headers: { origin } })).rejects.toThrow('403')
    expect(started.sandbox.count()).toBe(before)
  })

  test('whoever is turned away learns why, under a request id that is in the log', async () => {
    const { status, headers, text } = await send(at(), {
      ...WAYS[0].init,
      headers: { ...WAYS[0].init.headers, host: 'evil.com' },
    })
    const { errors } = JSON.parse(text) as { errors: { extensions: { code: string; requestId: string } }[] }
    expect(status).toBe(403)
    expect(errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', requestId: headers['x-request-id'] })
    expect(started.log.filter((line) => line.includes(String(headers['x-request-id'])))).toHaveLength(1)
    expect(started.log.join('')).not.toContain('evil')
  })

  test.each([
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['no Host in HTTP/1.0', 'GET /healthz HTTP/1.0\r\n\r\n', 403],
    ['an empty Host', 'GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n', 403],
    ['two Hosts', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.com\r\nConnection: close\r\n\r\n', 403],
    [
      'two Hosts, the other way about',
      'GET /healthz HTTP/1.1\r\nHost: evil.com\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      403,
    ],
    [
      'two Origins',
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:PORT\r\nOrigin: http://evil.com\r\nConnection: close\r\n\r\n',
      403,
    ],
    [
      'twice its own Origin',
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:PORT\r\nOrigin: http://localhost:PORT\r\nConnection: close\r\n\r\n',
      403,
    ],
    [
      'a foreign Origin behind a thousand headers',
      `GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${'a:b\r\n'.repeat(1000)}Origin: http://evil.com\r\n\r\n`,
      403,
    ],
    [
      'an Origin that Host alone makes its own',
      'GET /healthz HTTP/1.1\r\nHost: localhost:1234\r\nOrigin: http://localhost:1234\r\nConnection: close\r\n\r\n',
      403,
    ],
    ['a Host with a tab in it', 'GET /healthz HTTP/1.1\r\nHost: local\thost\r\nConnection: close\r\n\r\n', 403],
    [
      'a Host over two lines',
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\n .evil.com\r\nConnection: close\r\n\r\n',
      400,
    ],
    [
      'a whole foreign address',
      'GET http://evil.com/graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      404,
    ],
    ['a tunnel', 'CONNECT evil.com:80 HTTP/1.1\r\nHost: localhost\r\n\r\n', undefined],
    ['no HTTP at all', 'hello\r\n\r\n', 400],
  ])('%s written by hand does not come in', async (_name, bytes, status) => {
    const before = started.sandbox.count()
    const reply = await rawExchange(started.gateway.url, bytes.replaceAll('PORT', port))
    expect(reply === '' ? undefined : Number(reply.split(' ')[1])).toBe(status)
    expect(started.sandbox.count()).toBe(before)
  })

  test.each(['PUT', 'PATCH', 'DELETE', 'HEAD'])('%s is no way to ask', async (method) => {
    const reply = await send(at(`/graphql?query=${encodeURIComponent(QUERY)}`), {
      method,
      headers: { 'content-type': 'application/json' },
    })
    expect(reply.status).toBe(405)
    expect(reply.headers.allow).toBe('GET, POST')
  })

  test.each([
    ['application/x-www-form-urlencoded', new URLSearchParams({ query: QUERY }).toString()],
    ['application/x-www-form-urlencoded', BODY],
    ['text/plain', BODY],
    ['text/plain;application/json', BODY],
    [
      'multipart/form-data; boundary=x',
      `--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n${QUERY}\r\n--x--\r\n`,
    ],
    [
      'multipart/form-data; boundary=x',
      `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${BODY}\r\n--x\r\ncontent-disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n`,
    ],
    ['application/graphql', QUERY],
    ['application/jsonx', BODY],
    ['text/json', BODY],
    ['', BODY],
    [undefined, BODY],
  ])('a body of type %s is refused, and nothing happens', async (contentType, body) => {
    const before = started.sandbox.count()
    const headers = {
      'content-length': String(body.length),
      ...(contentType !== undefined && { 'content-type': contentType }),
    }
    const { status, text } = await send(at(), { method: 'POST', body, headers })
    expect(status).toBe(415)
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
    expect(started.sandbox.count()).toBe(before)
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/json ;charset=utf-8',
    'application/graphql+json',
  ])('a body of type %s is read', async (contentType) => {
    expect(
      (
        await send(at(), {
          method: 'POST',
          body: '{"query":"{ __typename }"}',
          headers: { 'content-type': contentType },
        })
      ).text,
    ).toBe('{"data":{"__typename":"Query"}}')
  })

  describe('a body', () => {
    const ofBytes = (bytes: number): string => {
      const query = '{"query":"{ __typename }"'
      return `${query}${' '.repeat(bytes - query.length - 1)}}`
    }
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n`
    const chunked = (body: string): string =>
      `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const declared = (body: string): string => `${head}Content-Length: ${body.length}\r\n\r\n${body}`

    test.each([
      ['of 100,000 bytes, declared, is read', declared(ofBytes(100_000)), '200'],
      ['of 100,000 bytes, in chunks, is read', chunked(ofBytes(100_000)), '200'],
      ['of 100,001 bytes, declared, is refused', declared(ofBytes(100_001)), '413'],
      ['of 100,001 bytes, in chunks, is refused', chunked(ofBytes(100_001)), '413'],
      ['of 2 MB, in chunks, is refused', chunked(ofBytes(2_000_000)), '413'],
      [
        'that is said to be a gigabyte is refused before it has come',
        `${head}Content-Length: 1000000000\r\n\r\n{`,
        '413',
      ],
      ['whose length is no number is refused', `${head}Content-Length: many\r\n\r\n{`, '400'],
      [
        'with both a length and chunks is refused',
        `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        '400',
      ],
    ])('%s', async (_name, bytes, status) => {
      const reply = await rawExchange(started.gateway.url, bytes)
      expect(reply.split(' ')[1]).toBe(status)
      if (status === '413') expect(reply).toContain('"BAD_REQUEST"')
    })

    test('of letters of several bytes is counted in bytes', async () => {
      const body = JSON.stringify({ query: `{ __typename } # ${'€'.repeat(40_000)}` })
      expect(body.length).toBeLessThan(100_000)
      expect((await post(started.gateway.url, body)).status).toBe(413)
    })

    test('that breaks off does no harm', async () => {
      const gone = new AbortController()
      const half = new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode('{"query":'))
          gone.abort()
        },
      })
      const asked = fetch(at(), {
        method: 'POST',
        body: half,
        signal: gone.signal,
        headers: { 'content-type': 'application/json' },
        duplex: 'half',
      } as RequestInit)
      await expect(asked).rejects.toThrow('aborted')
      expect((await started.ask('{ __typename }')).status).toBe(200)
    })
  })

  test('a batch is refused whole', async () => {
    const before = started.sandbox.count()
    const { status, errors } = await post(started.gateway.url, `[${BODY},${BODY}]`)
    expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST'])
    expect(started.sandbox.count()).toBe(before)
  })

  test('a mutation by GET is 405, and a subscription is no way to read once', async () => {
    const before = started.sandbox.count()
    const mutation =
      'mutation { createExchange(input: { idempotencyKey: "k", payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }) { __typename } }'
    for (const search of [
      `query=${encodeURIComponent(mutation)}`,
      `query=${encodeURIComponent(`query A { __typename } ${mutation.replace('mutation', 'mutation B')}`)}&operationName=B`,
    ]) {
      const { status, headers, text } = await send(at(`/graphql?${search}`), {
        headers: { accept: 'application/json', ...LEAVE },
      })
      expect([status, headers.allow]).toEqual([405, 'POST'])
      expect(text).toContain('BAD_REQUEST')
    }
    expect(started.sandbox.count()).toBe(before)
  })

  test('other paths are not there', async () => {
    for (const path of [
      '/graphql/',
      '/graphqlx',
      '/GraphQL',
      '/x/../graphql2',
      '/favicon.ico',
      '/.git/config',
      '//graphql',
    ]) {
      const { status, text } = await send(`http://127.0.0.1:${port}${path}`, {})
      expect([path, status]).toEqual([path, 404])
      expect(text).toContain('BAD_REQUEST')
    }
  })

  test('a client that would rather speak HTTP/2 is answered in HTTP/1.1', async () => {
    const upgrade = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
    }
    const { status, text } = await send(at(), {
      ...WAYS[0].init,
      body: '{"query":"{ __typename }"}',
      headers: { ...WAYS[0].init.headers, ...upgrade },
    })
    expect([status, text]).toEqual([200, '{"data":{"__typename":"Query"}}'])
  })

  test('a credential that is presented is refused, since the gateway uses its own', async () => {
    const before = started.sandbox.count()
    const { status, errors } = await started.ask(QUERY, {}, { authorization: 'Bearer secret-canary' })
    expect([status, errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
    const client = connectClient(started.gateway.websocketUrl, {
      connectionParams: { authorization: 'Bearer secret-canary' },
    })
    await expect(client.ask(QUERY)).rejects.toMatchObject({ code: 4403 })
    await expect(
      openSocket(started.gateway.websocketUrl, { headers: { authorization: 'Bearer secret-canary' } }).then(
        async (opened) => {
          opened.say({ type: 'connection_init' })
          return opened.closed
        },
      ),
    ).resolves.toMatchObject({ code: 4403 })
    expect(started.sandbox.count()).toBe(before)
    expect(started.log.join('')).not.toContain('canary')
    await client.close()
  })
})

describe('with a public address', () => {
  let started: TestGateway
  beforeAll(async () => {
    started = await startTestGateway({ PUBLIC_URL: 'https://Gateway.Example.com/some/where' })
  })
  afterAll(() => started.close())

  test.each([
    [{ host: 'gateway.example.com' }, 200],
    [{ host: 'GATEWAY.example.com' }, 200],
    [{ host: 'gateway.example.com:443' }, 200],
    [{ host: 'gateway.example.com', origin: 'https://gateway.example.com' }, 200],
    [{ host: 'localhost', origin: 'https://gateway.example.com' }, 200],
    [{ host: 'localhost' }, 200],
    [{ host: 'gateway.example.com', origin: 'http://gateway.example.com' }, 403],
    [{ host: 'gateway.example.com', origin: 'https://gateway.example.com:8443' }, 403],
    [{ host: 'gateway.example.com', origin: 'https://other.example.com' }, 403],
    [{ host: 'gateway.example.com:8443' }, 403],
    [{ host: 'gateway.example.com:80' }, 403],
    [{ host: 'gateway.example.com.evil.com' }, 403],
    [{ host: 'example.com' }, 403],
  ])('%j gets %i', async (headers: Record<string, string>, status) => {
    expect(
      (await send(started.gateway.url, { ...WAYS[0].init, headers: { ...WAYS[0].init.headers, ...headers } })).status,
    ).toBe(status)
    const opening = openSocket(started.gateway.websocketUrl, { headers })
    if (status === 403) await expect(opening).rejects.toThrow('403')
    else (await opening).socket.terminate()
  })
})

describe('where callers bring their own token', () => {
  let upstream: FakeUpstream
  let started: TestGateway
  beforeAll(async () => {
    upstream = await startUpstream({
      'GET /accounts': ({ headers }) =>
        headers.authorization === 'Bearer good-token'
          ? {
              body: [
                {
                  accountId: 'a1',
                  currencyCode: 'EUR',
                  balance: '1.00',
                  availableBalance: '1.00',
                  reservedAmount: '0',
                },
              ],
            }
          : { status: 401, body: { errorCode: 'AUTH_1', key: 'unauthorized' } },
      'GET /currencies/rates': {
        body: [
          {
            currencyCode: 'BTC',
            baseCurrencyCode: 'EUR',
            rate: '61250',
            change24h: '0',
            timestamp: '2026-03-10T14:27:31Z',
          },
        ],
      },
    })
    started = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
  })
  afterEach(() => {
    upstream.requests.length = 0
  })
  afterAll(async () => {
    await started.close()
    await upstream.close()
  })

  test('a private field without one is UNAUTHENTICATED with no call, and a public one beside it works', async () => {
    const { status, data, errors } = await started.ask(
      '{ accounts { id } rates { price } viewer { name scopes sandbox } }',
    )
    expect(status).toBe(200)
    expect(data).toEqual({
      accounts: null,
      rates: [{ price: '61250' }],
      viewer: { name: 'anonymous', scopes: [], sandbox: false },
    })
    expect(errors).toMatchObject([{ path: ['accounts'], extensions: { code: 'UNAUTHENTICATED' } }])
    expect(upstream.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/currencies/rates', undefined],
    ])
  })

  test('it is passed on to private calls alone, as it came', async () => {
    const { data, errors } = await started.ask(
      '{ accounts { id } rates { price } viewer { name } }',
      {},
      { authorization: 'Bearer good-token' },
    )
    expect(errors).toBeUndefined()
    expect(data).toMatchObject({ accounts: [{ id: 'Account:a1' }], viewer: { name: 'token' } })
    const sent = Object.fromEntries(upstream.requests.map(({ path, headers }) => [path, headers.authorization]))
    expect(sent).toEqual({ '/accounts': 'Bearer good-token', '/currencies/rates': undefined })
  })

  test('one that is not accepted is UNAUTHENTICATED, asked once, and never in the log', async () => {
    const { errors } = await started.ask(QUERY, {}, { authorization: 'Bearer stale-canary-token' })
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(upstream.requests).toHaveLength(1)
    expect(started.log.join('')).not.toContain('canary')
  })

  test.each([
    'Bearer',
    'Bearer ',
    'Basic dXNlcjpwYXNz',
    'good-token',
    'Bearer a b',
    'Bearer tök',
    '',
    'Bearer good-token, Bearer other',
    `Bearer ${'x'.repeat(8193)}`,
  ])('Authorization %j is refused before anything is read or asked', async (authorization) => {
    const reply = await send(started.gateway.url, {
      method: 'POST',
      body: BODY,
      headers: { 'content-type': 'application/json', authorization },
    })
    expect(reply.status).toBe(401)
    const { errors } = JSON.parse(reply.text) as { errors: { extensions: object }[] }
    expect(errors[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', requestId: reply.headers['x-request-id'] })
    const client = connectClient(started.gateway.websocketUrl, { connectionParams: { authorization } })
    await expect(client.ask(QUERY)).rejects.toMatchObject({ code: 4403 })
    await client.close()
    expect(upstream.requests).toEqual([])
  })

  test('bearer may be spelled in any case, with several spaces', async () => {
    for (const authorization of ['bearer good-token', 'BEARER   good-token']) {
      expect((await started.ask(QUERY, {}, { authorization })).errors).toBeUndefined()
    }
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer good-token',
      'Bearer good-token',
    ])
  })
})

test('a credential of the gateway is not for those who bring a token', async () => {
  const upstream = await startUpstream()
  const started = await startTestGateway(upstream.env)
  const answer = await readAnswer(
    await fetch(started.gateway.url, {
      method: 'POST',
      body: BODY,
      headers: { 'content-type': 'application/json', authorization: 'Bearer anything' },
    }),
  )
  expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
  expect(upstream.requests).toEqual([])
  await started.close()
  await upstream.close()
})
