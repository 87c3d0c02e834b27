// The log: one line an operation, with its request id and codes, of a closed list of fields; nothing that a caller or an upstream said in secret.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../src/errors.ts'
import { createLog } from '../src/log.ts'
import { post, readAnswer, startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { liveOf, openEvents } from './support/readers.ts'
import { account, walletRoutes } from './support/rows.ts'
import { LEAVE } from './support/requests.ts'
import { connectClient, openGreeted } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const FIELDS = [
  'level',
  'time',
  'msg',
  'requestId',
  'transport',
  'operation',
  'kind',
  'caller',
  'codes',
  'paths',
  'ms',
  'endpoint',
  'status',
  'reason',
  'upstreamCode',
  'traceId',
  'mutation',
  'state',
  'key',
  'what',
  'stack',
]

type Line = Readonly<Record<string, unknown>> & { readonly msg: string; readonly codes?: readonly string[] }

function linesOf({ log }: TestGateway): Line[] {
  return log.map((line) => JSON.parse(line) as Line)
}

function expectPlain(started: TestGateway): void {
  for (const line of linesOf(started)) {
    for (const field of Object.keys(line)) expect(FIELDS).toContain(field)
    for (const code of line.codes ?? []) expect(Object.keys(ERROR_CODES)).toContain(code)
  }
  for (const line of started.log) {
    expect(line).not.toMatch(/canary/i)
    expect(line.length).toBeLessThan(2_000)
    expect(line.trim().split('\n')).toHaveLength(1)
  }
}

describe('on the sandbox', () => {
  let started: TestGateway & { readonly sandbox: Sandbox }
  beforeAll(async () => {
    started = await startSandboxGateway()
  })
  beforeEach(() => {
    started.log.length = 0
  })
  afterAll(() => started.close())

  test('an operation is one line, by each transport', async () => {
    const query = 'query Wallet { viewer { name } }'
    const posted = await started.ask(query)
    const got = await readAnswer(
      await fetch(`${started.gateway.url}?query=${encodeURIComponent(query)}`, { headers: LEAVE }),
    )
    const client = connectClient(started.gateway.websocketUrl)
    await client.ask(query)
    const common = {
      level: 30,
      msg: 'operation',
      caller: 'sandbox',
      kind: 'query',
      operation: 'Wallet',
      time: expect.any(String),
      ms: expect.any(Number),
    }
    expect(linesOf(started)).toEqual([
      { ...common, transport: 'http', requestId: posted.headers.get('x-request-id') },
      { ...common, transport: 'http', requestId: got.headers.get('x-request-id') },
      { ...common, transport: 'websocket', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ])
    await client.close()
  })

  test('a subscription is one line when it begins, and none for its events', async () => {
    const client = connectClient(started.gateway.websocketUrl)
    const live = client.run('subscription Live { liveRate(currency: "BTC") { price } }')
    await live.next()
    await live.next()
    await live.stop()
    expect(linesOf(started)).toMatchObject([{ kind: 'subscription', operation: 'Live', transport: 'websocket' }])
    await client.close()
  })

  test.each([
    ['{', 'GRAPHQL_PARSE_FAILED', 'none'],
    ['{ wallet }', 'GRAPHQL_VALIDATION_FAILED', 'none'],
    ['query A { viewer { id } } query B { viewer { id } }', 'OPERATION_RESOLUTION_FAILURE', 'none'],
    ['{ account(id: "Order:1") { id } }', 'BAD_USER_INPUT', 'query'],
    ['query ($id: ID!) { account(id: $id) { id } }', 'BAD_USER_INPUT', 'query'],
  ])('%s is one line with %s, whose request id is that of the answer and of its header', async (query, code, kind) => {
    const { headers, errors } = await started.ask(query)
    const requestId = headers.get('x-request-id')
    expect(errors?.map(({ extensions }) => [extensions.code, extensions['requestId']])).toEqual([[code, requestId]])
    expect(linesOf(started)).toMatchObject([{ msg: 'operation', requestId, codes: [code], kind }])
  })

  test('several errors of one code are one code', async () => {
    await started.ask('{ a: account(id: "x") { id } b: account(id: "y") { id } c: order(id: "z") { id } }')
    expect(linesOf(started)).toMatchObject([{ codes: ['BAD_USER_INPUT'] }])
  })

  test('what is refused before it is an operation is one line too', async () => {
    const { headers } = await post(started.gateway.url, '{"query":')
    await fetch(new URL('/nowhere-canary', started.gateway.url))
    await started.ask('{ viewer { id } }', {}, { authorization: 'Bearer canary' })
    await post(started.gateway.url, '[]')
    expect(linesOf(started)).toMatchObject([
      { msg: 'refused', transport: 'http', codes: ['BAD_REQUEST'], requestId: headers.get('x-request-id') },
      { msg: 'refused', codes: ['BAD_REQUEST'] },
      { msg: 'refused', codes: ['UNAUTHENTICATED'] },
      { msg: 'refused', codes: ['BAD_REQUEST'] },
    ])
    expectPlain(started)
  })

  test('nothing that a caller gives is in it: no value, no literal, no long name, no line of its own', async () => {
    const address = 'bc1qcanarycanarycanarycanarycanary0000'
    const mutation =
      'mutation ($input: CreateCryptoWithdrawalInput!) { createCryptoWithdrawal(input: $input) { __typename ... on Error { message } } }'
    const input = {
      // The one word of the caller's that a log of money must have.
      idempotencyKey: 'payout-1',
      from: { currency: 'BTC' },
      amount: '0.01',
      address,
      memo: 'canary memo',
      description: 'canary',
    }
    expect((await started.ask(mutation, { input })).data.createCryptoWithdrawal.__typename).toEqual(expect.any(String))
    await started.ask(mutation, { input: { ...input, amount: 'canary' } })
    await started.ask('{ account(id: "Account:canary") { id } }')
    await started.ask('{ currency(code: "canary") { code } }')
    await started.ask('{ canary }')
    await started.ask('canary "', { canary: 'canary' })
    await started.ask(`query { viewer { id } } # canary`)
    await fetch(`${started.gateway.url}?query={viewer{id}}&canary=canary`, {
      headers: { ...LEAVE, 'x-canary': 'canary', 'user-agent': 'canary', cookie: 'canary=1' },
    })
    expect(started.log.length).toBeGreaterThanOrEqual(8)
    expectPlain(started)
  })

  test('a name that a caller chose is cut to 64 plain characters', async () => {
    const long = 'N'.repeat(5_000)
    await started.ask(`query ${long} { viewer { id } }`)
    expect(linesOf(started)).toMatchObject([{ operation: 'N'.repeat(64) }])
    expectPlain(started)
  })
})

describe('of trouble upstream', () => {
  test('a line names the endpoint, the field and the codes, but no alias at length, no body, no host and no secret', async () => {
    const upstream = await startUpstream({
      'GET /accounts': {
        status: 500,
        body: { errorCode: 'GEN_1', key: 'internal', traceId: 'trace-1', defaultMessage: 'canary of the upstream' },
      },
      'GET /exchanges/{id}': { status: 200, body: '<html>canary</html>' },
    })
    const env = { ...upstream.env, SPECTROCOIN_CLIENT_ID: 'canary-id', SPECTROCOIN_CLIENT_SECRET: 'canary-secret' }
    const started = await startTestGateway(env)
    const alias = 'x'.repeat(20_000)
    const { headers, errors, text } = await started.ask(
      `{ ${alias}: accounts { id } exchange(id: "Exchange:canary-1") { id } }`,
    )
    expect(errors).toHaveLength(2)
    expect(text).not.toMatch(/canary|127\.0\.0\.1/)
    const requestId = headers.get('x-request-id')
    const failures = linesOf(started).filter(({ msg }) => msg === 'an upstream call failed')
    expect(failures).toHaveLength(2)
    for (const line of failures)
      expect(line).toMatchObject({
        requestId,
        level: 40,
        codes: [expect.any(String)],
        endpoint: expect.stringMatching(/^\w+\.\w+$/),
      })
    expect(failures).toContainEqual(
      expect.objectContaining({ endpoint: 'accounts.list', upstreamCode: 'GEN_1', traceId: 'trace-1' }),
    )
    expect(linesOf(started).filter(({ msg }) => msg === 'operation')).toMatchObject([{ requestId }])
    expectPlain(started)
    expect(started.log.join('')).not.toContain('127.0.0.1')
    await started.close()
    await upstream.close()
  })

  test("a caller's token is in it as nothing but who they are, the same each time", async () => {
    const upstream = await startUpstream({
      'GET /accounts': { status: 401, body: { errorCode: 'AUTH_1', key: 'canary' } },
    })
    const started = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
    for (const token of ['canary-one', 'canary-one', 'canary-two'])
      await started.ask('{ accounts { id } }', {}, { authorization: `Bearer ${token}` })
    const client = connectClient(started.gateway.websocketUrl, {
      connectionParams: { authorization: 'Bearer canary-one' },
    })
    await client.ask('{ accounts { id } }')
    const callers = linesOf(started)
      .filter(({ msg }) => msg === 'operation')
      .map(({ caller }) => caller)
    expect(callers).toEqual([
      expect.stringMatching(/^token-[0-9a-f]{32}$/),
      callers[0],
      expect.stringMatching(/^token-/),
      callers[0],
    ])
    expect(callers[2]).not.toBe(callers[0])
    expectPlain(started)
    await client.close()
    await started.close()
    await upstream.close()
  })

  describe('that many listeners meet', () => {
    const ACCOUNT = 'subscription { accountUpdated(id: "Account:A1") { balance } }'
    const LINKED = 'subscription { accountUpdated(id: "Account:A1") { balance currency { account { id } } } }'
    const refused = { status: 403, body: { errorCode: 'SEC_1', key: 'forbidden' } }
    let balance: number
    let upstream: FakeUpstream
    let started: TestGateway
    beforeEach(async () => {
      balance = 1
      upstream = await startUpstream({
        ...walletRoutes,
        'GET /accounts/A1': () => ({ body: account({ balance: (balance += 1) }) }),
      })
      started = await startTestGateway(upstream.env)
    })
    afterEach(async () => {
      await started.close()
      await upstream.close()
    })
    const failures = (): Line[] => linesOf(started).filter(({ msg }) => msg === 'an upstream call failed')

    test('as the end of what they listen to, it is one line, by the id that all of them are told', async () => {
      const sockets = await Promise.all([1, 2].map(() => openGreeted(started.gateway.websocketUrl)))
      const stream = await openEvents(started.gateway.url, ACCOUNT)
      for (const socket of sockets)
        for (let nth = 0; nth < 20; nth += 1)
          socket.say({ id: `${nth}`, type: 'subscribe', payload: { query: ACCOUNT } })
      await expect.poll(async () => (await liveOf(started.gateway))[2]).toBe(41)
      upstream.routes({ 'GET /accounts/A1': refused })
      const ids: unknown[] = []
      for (const socket of sockets)
        for (let ended = 0; ended < 20;) {
          const { type, payload } = await socket.hear()
          if (type !== 'error') continue
          ids.push(payload[0].extensions.requestId)
          ended += 1
        }
      let event = await stream.next()
      while (!event?.payload.errors) event = await stream.next()
      ids.push(event.payload.errors[0].extensions.requestId)
      expect([ids.length, new Set(ids).size]).toEqual([41, 1])
      expect(failures()).toMatchObject([{ requestId: ids[0], codes: ['FORBIDDEN'], endpoint: 'accounts.read' }])
      for (const { socket } of sockets) socket.terminate()
    })

    test('in one event after the other it is one line, and another when it comes back', async () => {
      const socket = await openGreeted(started.gateway.websocketUrl)
      for (const id of ['1', '2']) socket.say({ id, type: 'subscribe', payload: { query: LINKED } })
      /** Waits for so many events more, of both, that have errors or have none. */
      const events = async (count: number, haveErrors: boolean): Promise<void> => {
        for (let heard = 0; heard < 2 * count;)
          if (((await socket.hear()).payload.errors !== undefined) === haveErrors) heard += 1
      }
      await events(1, false)
      expect(failures()).toEqual([])
      upstream.routes({ 'GET /accounts': refused })
      await events(4, true)
      expect(failures()).toMatchObject([{ codes: ['FORBIDDEN'], paths: ['accountUpdated.currency.account'] }])
      upstream.routes({ 'GET /accounts': { status: 200, body: [account()] } })
      await events(2, false)
      upstream.routes({ 'GET /accounts': refused })
      await events(3, true)
      expect(failures()).toHaveLength(2)
      // Another trouble in its place is told.
      upstream.routes({ 'GET /accounts': { status: 200, body: '<html>' } })
      await expect.poll(() => failures().length).toBe(3)
      await events(3, true)
      expect(failures()).toHaveLength(3)
      socket.socket.terminate()
    })
  })
})

test('what has gone wrong, and what moves money, is not held back, nor what was said before it', () => {
  const told: string[] = []
  const log = createLog('info', {
    write: (line) => void told.push((JSON.parse(line) as Line).msg),
    flush: () => void told.push('flushed'),
  })
  log.info({}, 'a')
  log.info({ mutation: 'createExchange' }, 'b')
  log.info({}, 'c')
  log.warn({}, 'd')
  log.error({}, 'e')
  expect(told).toEqual(['a', 'b', 'flushed', 'c', 'd', 'flushed', 'e', 'flushed'])
})

describe('the last net', () => {
  const lineOf = (fields: object, message = 'm', secrets: readonly string[] = []): Line => {
    const lines: string[] = []
    createLog('info', { write: (line) => void lines.push(line) }, secrets).info(fields, message)
    expect(lines).toHaveLength(1)
    return JSON.parse(lines.join('')) as Line
  }
  const scrubbed = (text: string, secrets?: readonly string[]): unknown =>
    lineOf({ operation: text }, 'm', secrets)['operation']

  test('drops a field that is not on the list, and a value that is no text, number or list of texts', () => {
    const fields = {
      kind: 'query',
      ms: 3,
      codes: ['A', { iban: 'x' }, 'B'],
      caller: { token: 'x' },
      stack: new Error('x'),
      headers: 'x',
      level: 60,
      msg: 'x',
      toString: 'x',
    }
    const { time: _, ...line } = lineOf(Object.assign(fields, JSON.parse('{"__proto__": "x"}')))
    expect(line).toEqual({ level: 30, kind: 'query', ms: 3, codes: ['A', 'B'], msg: 'm' })
  })

  test.each([
    ['Authorization: Bearer abc.def-_~+/=', 'Authorization: [hidden]'],
    ['got bearer  abc, and more', 'got [hidden], and more'],
    ['Bearer?abc', '[hidden]'],
    ['Basic dGVzdDp0ZXN0', '[hidden]'],
    ['of eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2ln-_x there', 'of [hidden] there'],
    ['of eyJhbGciOiJub25lIn0 there', 'of [hidden] there'],
    [`by scgw_${'aB3-_'.repeat(8)}xyz.`, 'by [hidden].'],
    ['to LT601010012345678901 now', 'to [hidden] now'],
    ['to lt601010012345678901', 'to [hidden]'],
    ['iban:GB82?WEST?1234?5698?7654?32', 'iban:[hidden]'],
    ['to GB82 WEST 1234 5698 7654 32', 'to [hidden]'],
    ['no12 GB82 WEST 1234 5698 7654 32 fail', '[hidden] fail'],
    ['0x52908400098527886E0F7030069857D2E4169EE7', '[hidden]'],
    ['address:0X52908400098527886e0f7030069857d2e4169ee7', 'address:[hidden]'],
    ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', '[hidden]'],
    ['BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', '[hidden]'],
    ['to ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9.', 'to [hidden].'],
    ['to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'to [hidden]'],
    ['to TJRabPrwbZy45sbavfcjinPJC18kjpRTv8', 'to [hidden]'],
    ['of ann.lee+x@mail.example.com, who', 'of [hidden], who'],
    ['at https://api.example.com:8443/x?y=1#z now', 'at https://[hidden] now'],
    ['ws://127.0.0.1:4000/graphql', 'ws://[hidden]'],
    ['client_secret=abc&grant_type=x', 'client_secret=[hidden]&grant_type=x'],
    ['{"client_id": "abc", "scope": "x"}', '{"client_id": "[hidden]", "scope": "x"}'],
    ['token=abc; access_token: def', 'token=[hidden]; access_token: [hidden]'],
    ['a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b', 'a [hidden] b'],
    ['a -----BEGIN?RSA?PRIVATE?KEY-----MIIE', 'a [hidden]'],
  ])('hides what looks like a secret: %s', (text, expected) => {
    expect(scrubbed(text)).toBe(expected)
    expect(lineOf({ what: ['x', text] })['what']).toEqual(['x', expected])
    expect(lineOf({ [text]: text }, text)).toEqual({ level: 30, time: expect.any(String), msg: expected })
  })

  test('hides the very secrets that it is told of, also as they stand in URLs, and no word of three letters', () => {
    const secrets = ['the client', 'a+b/c=d$', 'the client of all', 'xyz']
    expect(scrubbed('the client of all, the client, a+b/c=d$, the%20client, xyz', secrets)).toBe(
      '[hidden], [hidden], [hidden], [hidden], xyz',
    )
    expect(lineOf({}, 'told by the client', secrets).msg).toBe('told by [hidden]')
    const id = '8447ca5a-5cb7-49b8-973a-b75cb7bcbeb7'
    expect([scrubbed(id, [id]), scrubbed(id, ['5cb7-49b8']), scrubbed(id, secrets)]).toEqual([
      '[hidden]',
      '8447ca5a-[hidden]-973a-b75cb7bcbeb7',
      id,
    ])
    expect(scrubbed('a the b client c', [''])).toBe('a the b client c')
  })

  test.each([
    'token-0123456789abcdef0123456789abcdef',
    'subject-ab12cdef3456789012345678901234ff',
    'key-web.front_end-2',
    '8447ca5a-5cb7-49b8-973a-b75cb7bcbeb7',
    'ab12cd34-5cb7-49b8-973a-b75cb7bcbeb7',
    'withdrawalsWithExchange.create',
    'UPSTREAM_UNAVAILABLE',
    'payout-881',
    'order_2026-11-23T04:35:12.183Z',
    'receiveAmount:0.00163307',
    'iban:LT60..8901',
    'address:bc1q..f3t4',
    'recipient:read...com',
    'object:8447ca5a-5cb7-49b8-973a-b75cb7bcbeb7',
    'token: status 401',
    'token.create: token: longer than any documented answer',
    'data[3].iban should be text',
    'accountUpdated.currency.account',
    'N'.repeat(64),
  ])('lets pass what is ours: %s', (text) => {
    for (const field of ['caller', 'requestId', 'endpoint', 'reason', 'key', 'operation', 'stack'])
      expect(lineOf({ [field]: text })[field]).toBe(text)
    expect(lineOf({ what: [text], codes: [text], paths: [text] }, text)).toMatchObject({ what: [text], msg: text })
  })

  test('lets a stack keep its files and lines, and no long run of letters and digits; nor does a reason', () => {
    const { stack = '' } = new Error('of q9LmZ0pXv7TnB3kRw5YhD1sF at last')
    const { stack: kept, reason, operation } = lineOf({ stack, reason: 'a1'.repeat(12), operation: 'a1'.repeat(12) })
    expect(kept).toBe(stack.replace('q9LmZ0pXv7TnB3kRw5YhD1sF', '[hidden]'))
    expect(kept).toMatch(/logs\.test\.ts:\d+:\d+/)
    expect([reason, operation]).toEqual(['[hidden]', 'a1'.repeat(12)])
    // What has passed as the one does not pass as the other.
    expect(lineOf({ operation: 'b2'.repeat(12), reason: 'b2'.repeat(12) })).toMatchObject({ reason: '[hidden]' })
  })

  test.each([
    'a',
    '0',
    ' ',
    '-',
    '.',
    '@',
    'a@',
    'a.',
    'a@b.',
    'a1',
    'aB1',
    'AB12 ',
    'GB82 WEST ',
    '0x',
    '0xa',
    'bc1',
    'eyJ',
    'eyJ.',
    '-eyJ-',
    'Bearer ',
    'Bearer',
    'http://',
    'https:',
    'secret = ',
    'client_',
    'token-',
    'scgw_',
    '-----BEGIN ',
    '-----BEGIN -----END',
    '?',
  ])('is through with 100 KB of %j in no time', (piece) => {
    const text = piece.repeat(Math.ceil(100_000 / piece.length))
    const began = performance.now()
    lineOf({ stack: text, reason: text, operation: text }, text)
    // A square of the length would be minutes.
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})
