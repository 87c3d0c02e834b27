// Who is let in: each key that is none, given to each transport; and keys that come, change and end while the gateway runs.
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeFile } from './support/changed-file.ts'
import { makeKey, startTestGateway } from './support/gateway.ts'
import { openEvents } from './support/readers.ts'
import { LEAVE, send } from './support/requests.ts'
import { rate } from './support/rows.ts'
import { openGreeted, openSocket, rawExchange } from './support/sockets.ts'
import { fromEach, give, giveEach, NOT_LET_IN } from './support/transports.ts'
import { startUpstream } from './support/upstream.ts'
import type { ExpectStatic } from 'vitest'
import type { Environment } from '../src/config.ts'
import type { ChangedFile } from './support/changed-file.ts'
import type { KeyRow, TestGateway } from './support/gateway.ts'
import type { EventStream } from './support/readers.ts'
import type { HandSocket } from './support/sockets.ts'
import type { Thing } from './support/transports.ts'
import type { FakeUpstream } from './support/upstream.ts'

const SHOP = 'https://shop.example.com'
const DESK = 'https://desk.example.com'
const PRIVATE = '{ accounts { id } }'
const WHO = '{ viewer { name } }'
const LIVE = 'subscription { liveRate(currency: "BTC", base: "EUR") { price } }'
const REFUSED = fromEach({ code: NOT_LET_IN })
const letIn = (name: string) => fromEach({ code: 'OK', data: { viewer: { name } } })

let upstream: FakeUpstream
beforeAll(async () => {
  upstream = await startUpstream({
    'GET /currencies/rates': ({ query }) => ({ body: [rate({ baseCurrencyCode: query.get('baseCurrencyCode') })] }),
  })
})
afterAll(() => upstream.close())
afterEach(() => {
  const asked = upstream.requests.splice(0).map(({ method, path }) => `${method} ${path}`)
  expect(asked.filter((each) => each !== 'GET /currencies/rates')).toEqual([])
})

describe('a key that is none', () => {
  let opened: Started
  let started: TestGateway
  let key: string
  beforeAll(async () => {
    const scopes = ['account:read']
    opened = await startWithFile(
      [
        { name: 'web', scopes },
        { name: 'expired', scopes, expiresAt: '2020-01-01T00:00:00Z' },
        { name: 'shop', scopes, origins: [SHOP] },
        { name: 'nowhere', scopes, origins: [] },
      ],
      { ALLOWED_ORIGINS: `${SHOP},${DESK}` },
    )
    started = opened.started
    key = opened.key('web')
  })
  afterAll(() => opened.close())

  const changed = (at: number): string => `${key.slice(0, at)}${key[at] === 'x' ? 'y' : 'x'}${key.slice(at + 1)}`

  test.each<[string, () => Thing]>([
    ['missing', () => ({})],
    ['empty', () => ({ authorization: '' })],
    ['a scheme alone', () => ({ authorization: 'Bearer ' })],
    ['without a scheme', () => ({ authorization: key })],
    ['of another scheme', () => ({ authorization: `Basic ${Buffer.from(`web:${key}`).toString('base64')}` })],
    ['of a scheme that begins alike', () => ({ authorization: `Bearers ${key}` })],
    ['another', () => ({ authorization: 'Bearer scgw_another' })],
    ['its name', () => ({ authorization: 'Bearer web' })],
    ['its hash', () => ({ authorization: `Bearer ${createHash('sha256').update(key).digest('hex')}` })],
    ['of another first letter', () => ({ authorization: `Bearer ${changed(0)}` })],
    ['of another letter within', () => ({ authorization: `Bearer ${changed(20)}` })],
    ['of another last letter', () => ({ authorization: `Bearer ${changed(key.length - 1)}` })],
    ['one letter short', () => ({ authorization: `Bearer ${key.slice(0, -1)}` })],
    ['one letter long', () => ({ authorization: `Bearer ${key}x` })],
    ['in capitals', () => ({ authorization: `Bearer ${key.toUpperCase()}` })],
    ['with a comma behind it', () => ({ authorization: `Bearer ${key},` })],
    ['with another word behind it', () => ({ authorization: `Bearer ${key} x` })],
    ['twice in one', () => ({ authorization: `Bearer ${key}, Bearer ${key}` })],
    ['with a space within', () => ({ authorization: `Bearer ${key.slice(0, 9)} ${key.slice(9)}` })],
    ['behind a tab', () => ({ authorization: `Bearer\t${key}` })],
    ['with a letter beyond ASCII', () => ({ authorization: `Bearer ${key}é` })],
    ['of 8,193 characters', () => ({ authorization: `Bearer ${'x'.repeat(8_193)}` })],
    ['expired', () => ({ authorization: `Bearer ${opened.key('expired')}` })],
    ['in the address', () => ({ search: { authorization: `Bearer ${key}`, access_token: key, key } })],
    ['a cookie', () => ({ headers: { cookie: `authorization=Bearer ${key}; key=${key}` } })],
    ['in another header', () => ({ headers: { 'x-api-key': key, 'proxy-authorization': `Bearer ${key}` } })],
    ['in what is asked', () => ({ extensions: { authorization: `Bearer ${key}` } })],
    ['a good one in front of another', () => ({ headers: { authorization: [`Bearer ${key}`, 'Bearer x'] } })],
    ['a good one behind another', () => ({ headers: { authorization: ['Bearer x', `Bearer ${key}`] } })],
  ])('%s is not let in', async (_, thing) => {
    expect(await giveEach(started.gateway, { query: PRIVATE, ...thing() })).toEqual(REFUSED)
  })

  test.each(['\0', '\n', '\r', '\u007f', '\u0001'])('one with %j in it is not let in', async (control) => {
    const authorization = `Bearer ${key}${control}x`
    expect(await give('websocket', started.gateway, { query: PRIVATE, authorization })).toEqual({ code: NOT_LET_IN })
    const body = JSON.stringify({ query: PRIVATE })
    const answer = await rawExchange(
      started.gateway.url,
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\nAuthorization: ${authorization}\r\n\r\n${body}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 40[01] /)
  })

  test.for<unknown>([null, 1, true, {}, [], ['Bearer x'], { Bearer: 'x' }])(
    'a greeting with %j for a key is not let in',
    async (authorization) => {
      const { say, closed } = await openSocket(started.gateway.websocketUrl)
      say({ type: 'connection_init', payload: { authorization } })
      expect(await closed).toEqual({ code: 4403, reason: 'Forbidden' })
    },
  )

  test.each<[string, () => Record<string, string>, number, string]>([
    ['no key', () => ({}), 401, 'UNAUTHENTICATED'],
    ['another key', () => ({ authorization: 'Bearer x' }), 401, 'UNAUTHENTICATED'],
    [
      'a key of another page',
      () => ({ authorization: `Bearer ${opened.key('shop')}`, origin: DESK }),
      403,
      'FORBIDDEN',
    ],
    ['a foreign page', () => ({ authorization: `Bearer ${key}`, origin: 'https://evil.com' }), 403, 'FORBIDDEN'],
  ])('over HTTP, who comes with %s is told why', async (_, headers, status, code) => {
    const body = JSON.stringify({ query: PRIVATE })
    for (const accept of ['application/json', 'text/event-stream']) {
      const posted = { method: 'POST', body, headers: { 'content-type': 'application/json', accept, ...headers() } }
      const got = { headers: { ...LEAVE, accept, ...headers() } }
      for (const options of [posted, got]) {
        const reply = await send(`${started.gateway.url}?query=${encodeURIComponent(PRIVATE)}`, options)
        expect([accept, reply.status]).toEqual([accept, status])
        expect(reply.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined)
        expect(JSON.parse(reply.text)).toMatchObject({ errors: [{ extensions: { code } }] })
      }
    }
  })

  test('the right one is let in, however it is presented', async () => {
    const things: Thing[] = [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer   ${key} ` },
      { headers: { authorization: `Bearer ${key}` } },
    ]
    for (const thing of things) expect(await giveEach(started.gateway, { query: WHO, ...thing })).toEqual(letIn('web'))
  })

  test('of a greeting and its upgrade, the greeting has the word', async () => {
    const [good, bad] = [`Bearer ${key}`, 'Bearer x']
    const given = (authorization: string, header: string) =>
      give('websocket', started.gateway, { query: WHO, authorization, headers: { authorization: header } })
    expect(await given(good, bad)).toEqual(letIn('web')['websocket'])
    expect(await given(bad, good)).toEqual({ code: NOT_LET_IN })
    expect(await given('', good)).toEqual({ code: NOT_LET_IN })
  })

  test.each<[string, string, string | undefined, boolean]>([
    ['shop', 'its own page', SHOP, true],
    ['shop', 'no page', undefined, true],
    ['shop', 'the page of another', DESK, false],
    ['shop', "the gateway's page", 'own', false],
    ['nowhere', 'a page', SHOP, false],
    ['nowhere', 'no page', undefined, true],
    ['web', 'any page', DESK, true],
  ])('the key of "%s" from %s', async (name, _, page, isLetIn) => {
    const origin = page === 'own' ? new URL(started.gateway.url).origin : page
    const thing = { query: WHO, authorization: `Bearer ${opened.key(name)}`, headers: { ...(origin && { origin }) } }
    expect(await giveEach(started.gateway, thing)).toEqual(isLetIn ? letIn(name) : REFUSED)
  })
})

describe.each<[string, () => Environment, string]>([
  ['the sandbox', () => ({}), 'sandbox'],
  ['a credential on loopback', () => upstream.env, 'gateway'],
  ['no credential', () => ({ SPECTROCOIN_API_URL: upstream.url }), 'anonymous'],
])('without keys: %s', (_name, env, name) => {
  let started: TestGateway
  beforeAll(async () => {
    started = await startTestGateway(env())
  })
  afterAll(() => started.close())

  test('lets in who brings nothing', async () => {
    expect(await giveEach(started.gateway, { query: WHO })).toEqual(letIn(name))
  })

  test.each(['', 'Bearer', 'Basic dXNlcjpwYXNz', 'token', 'Bearer a b', `Bearer ${'x'.repeat(8_193)}`])(
    'does not let in who brings %j',
    async (authorization) => {
      expect(await giveEach(started.gateway, { query: PRIVATE, authorization })).toEqual(REFUSED)
    },
  )

  test('takes a token only where there is nothing else to act with', async () => {
    const given = await giveEach(started.gateway, { query: WHO, authorization: 'Bearer some-token' })
    expect(given).toEqual(name === 'anonymous' ? letIn('token') : REFUSED)
  })

  test.each(['1', '0', '-1', '-1e400', '1.5e9', String(Date.now() / 1000)])(
    'does not let in whose token has ended with the exp %s, not even for what is public',
    async (exp) => {
      const authorization = `Bearer ${jwt(`{"sub":"somebody","exp":${exp}}`)}`
      for (const query of [WHO, '{ __typename }', PRIVATE])
        expect(await giveEach(started.gateway, { query, authorization })).toEqual(REFUSED)
      const body = '{"query":"{ __typename }"}'
      const headers = { 'content-type': 'application/json', authorization }
      const { status, headers: answer, text } = await send(started.gateway.url, { method: 'POST', body, headers })
      expect([status, answer['www-authenticate']]).toEqual([401, 'Bearer'])
      if (name === 'anonymous') expect(text).toContain('"The token or key has come to its end."')
    },
  )

  // What is of tokens alone.
  if (name !== 'anonymous') return

  test.each(['4102444800', '1e400', '"1"', 'null'])('lets in whose token has the exp %s', async (exp) => {
    const authorization = `Bearer ${jwt(`{"exp":${exp}}`)}`
    expect(await giveEach(started.gateway, { query: WHO, authorization })).toEqual(letIn('token'))
  })

  test('has nothing private for who brings nothing', async () => {
    expect(await giveEach(started.gateway, { query: PRIVATE })).toMatchObject(fromEach({ code: 'UNAUTHENTICATED' }))
  })
})

describe.concurrent('a file of keys', () => {
  test.for(['', '{}', '{"keys": []}'])('that is %j lets nobody in', async (text, { expect, onTestFinished }) => {
    const { started, key, close } = await startWithFile([{ name: 'web', scopes: [] }], {}, text)
    onTestFinished(close)
    for (const authorization of [undefined, `Bearer ${key('web')}`, 'Bearer undefined', 'Bearer null'])
      expect(await giveEach(started.gateway, { query: WHO, authorization })).toEqual(REFUSED)
  })

  test.for<[string, (opened: Started) => void]>([
    ['is emptied', ({ file }) => file.write('')],
    ['holds garbage', ({ file }) => file.write('{"keys": [')],
    ['has a row that is faulty', ({ file, rows }) => file.write({ keys: [...rows, { name: 'x' }] })],
    ['is deleted', ({ file }) => rmSync(file.path)],
    ['becomes a folder', ({ file }) => (rmSync(file.path), mkdirSync(file.path))],
  ])('that %s lets nobody in until it is mended', async ([, spoil], { expect, onTestFinished }) => {
    const opened = await startWithFile([{ name: 'web', scopes: [] }])
    const { started, key, file, rows, close } = opened
    onTestFinished(close)
    const thing = { query: WHO, authorization: `Bearer ${key('web')}` }
    expect(await giveEach(started.gateway, thing)).toEqual(letIn('web'))
    const socket = await openGreeted(started.gateway.websocketUrl, thing)
    spoil(opened)
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' })
    expect(await giveEach(started.gateway, thing)).toEqual(REFUSED)
    rmSync(file.path, { recursive: true, force: true })
    file.write({ keys: rows })
    await expect.poll(() => giveEach(started.gateway, thing), { timeout: 10_000 }).toEqual(letIn('web'))
  })

  test.for<[string, string | undefined]>([
    ['is missing', undefined],
    ['is garbage', '{"keys": ['],
    ['is a list', '[]'],
    ['has a row that is faulty', '{"keys": [{"name": "web", "sha256": "x", "scopes": []}]}'],
    ['has a scope that nobody knows', `{"keys": [{"name": "web", "sha256": "${'0'.repeat(64)}", "scopes": ["x"]}]}`],
  ])('that %s at the start is a fault of the configuration', async ([, text], { expect, onTestFinished }) => {
    const file = makeFile(text ?? '')
    onTestFinished(file.remove)
    const path = text === undefined ? `${file.path}.missing` : file.path
    await expect(startTestGateway({ ...upstream.env, GATEWAY_KEYS_FILE: path })).rejects.toThrow('GATEWAY_KEYS_FILE')
  })

  test('that loses a row ends who came with its key, and nobody else', async ({ expect, onTestFinished }) => {
    const { started, key, file, rows, close } = await startWithFile([
      { name: 'goes', scopes: [] },
      { name: 'stays', scopes: [] },
    ])
    onTestFinished(close)
    const gone = await listen(started, key('goes'))
    const stays = await listen(started, key('stays'))
    const began = performance.now()
    file.write({ keys: rows.filter(({ name }) => name === 'stays') })
    await expectEnded(gone, expect)
    expect(performance.now() - began).toBeLessThan(4_000)
    expect(await giveEach(started.gateway, { query: WHO, authorization: `Bearer ${key('goes')}` })).toEqual(REFUSED)
    expect(await giveEach(started.gateway, { query: WHO, authorization: `Bearer ${key('stays')}` })).toEqual(
      letIn('stays'),
    )
    await expectOpen(stays, expect)
  })

  test('that takes a scope from a row ends who came with its key, and lets them in again for less', async ({
    expect,
    onTestFinished,
  }) => {
    const scopes = ['account:read', 'exchange:read']
    const { started, key, file, rows, close } = await startWithFile([{ name: 'web', scopes }])
    onTestFinished(close)
    const listening = await listen(started, key('web'))
    file.write({ keys: rows.map((row) => ({ ...row, scopes: ['exchange:read'] })) })
    await expectEnded(listening, expect)
    const given = await giveEach(started.gateway, { query: PRIVATE, authorization: `Bearer ${key('web')}` })
    expect(given).toEqual(fromEach({ code: 'FORBIDDEN', data: { accounts: null }, details: { scope: 'account:read' } }))
  })

  test('that has a row once more, as it was, ends nobody', async ({ expect, onTestFinished }) => {
    const { started, key, file, rows, close } = await startWithFile([{ name: 'web', scopes: [] }])
    onTestFinished(close)
    const listening = await listen(started, key('web'))
    const later = makeKey({ name: 'later', scopes: [] })
    file.write({ keys: [later.row, ...rows] })
    const thing = { query: WHO, authorization: `Bearer ${later.key}` }
    await expect.poll(() => giveEach(started.gateway, thing), { timeout: 10_000 }).toEqual(letIn('later'))
    await expectOpen(listening, expect)
  })

  test('whose key expires ends who came with it', async ({ expect, onTestFinished }) => {
    const expiresAt = new Date(Date.now() + 3_500).toISOString()
    const { started, key, close } = await startWithFile([{ name: 'web', scopes: [], expiresAt }])
    onTestFinished(close)
    const listening = await listen(started, key('web'))
    await expectEnded(listening, expect)
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt))
    expect(await giveEach(started.gateway, { query: WHO, authorization: `Bearer ${key('web')}` })).toEqual(REFUSED)
  })
})

/** A JSON Web Token with these claims. */
function jwt(claims: string): string {
  return ['{"alg":"none"}', claims, 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.')
}

interface Started {
  readonly started: TestGateway
  readonly file: ChangedFile
  /** As the file has them. */
  readonly rows: readonly KeyRow[]
  key(name: string): string
  close(): Promise<void>
}

/** A gateway of those who have a key. `text`: what the file holds at first, in place of these rows. */
async function startWithFile(rows: readonly KeyRow[], env: Environment = {}, text?: string): Promise<Started> {
  const made = rows.map(makeKey)
  const file = makeFile(text ?? { keys: made.map(({ row }) => row) })
  const started = await startTestGateway({ ...upstream.env, GATEWAY_KEYS_FILE: file.path, ...env })
  return {
    started,
    file,
    rows: made.map(({ row }) => row),
    key: (name) => made.find(({ row }) => row.name === name)?.key ?? '',
    async close() {
      await started.close()
      file.remove()
    },
  }
}

interface Listening {
  readonly socket: HandSocket
  readonly events: EventStream
}

/** Over a websocket that waits, and an event stream that has had its first event. */
async function listen({ gateway }: TestGateway, key: string): Promise<Listening> {
  const authorization = `Bearer ${key}`
  const socket = await openGreeted(gateway.websocketUrl, { authorization })
  const events = await openEvents(gateway.url, LIVE, { headers: { authorization } })
  await events.next()
  return { socket, events }
}

async function expectEnded({ socket, events }: Listening, expect: ExpectStatic): Promise<void> {
  const [closed, event] = await Promise.all([socket.closed, events.next()])
  expect(closed).toEqual({ code: 4403, reason: 'Forbidden' })
  expect(event).toMatchObject({ name: 'next', payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } })
  expect((await events.next())?.name).toBe('complete')
}

async function expectOpen({ socket, events }: Listening, expect: ExpectStatic): Promise<void> {
  socket.say({ type: 'ping' })
  expect((await socket.hear()).type).toBe('pong')
  expect(events.response.closed).toBe(false)
}
