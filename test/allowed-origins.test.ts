// Pages of other origins: which may ask and read, what a browser is told beforehand, and that no other page is told anything.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { corsOf, LEAVE, send } from './support/requests.ts'
import { openSocket } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Reply, RequestOptions } from './support/requests.ts'
import type { FakeUpstream } from './support/upstream.ts'

const SHOP = 'https://shop.example.com'
const DESK = 'http://desk.example.com:8080'
const JSON_POST = {
  method: 'POST',
  body: '{"query":"{ __typename }"}',
  headers: { 'content-type': 'application/json' },
}
const PREFLIGHT = {
  method: 'OPTIONS',
  headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
}
const LEAVE_TO_READ = {
  'access-control-allow-origin': SHOP,
  'access-control-expose-headers': 'x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset',
}

let upstream: FakeUpstream
let started: TestGateway
beforeAll(async () => {
  upstream = await startUpstream()
  started = await startTestGateway({
    SPECTROCOIN_API_URL: upstream.url,
    PUBLIC_URL: 'https://gateway.example.com',
    ALLOWED_ORIGINS: `${SHOP}, ${DESK}`,
  })
})
afterAll(async () => {
  await started.close()
  await upstream.close()
})

function ask({ headers, ...options }: RequestOptions, more: Record<string, string>, path = '/graphql'): Promise<Reply> {
  return send(new URL(path, started.gateway.url).href, { ...options, headers: { ...headers, ...more } })
}

test.each([SHOP, DESK])('a page of %s may ask, by every transport, and read', async (origin) => {
  const posted = await ask(JSON_POST, { origin })
  expect([posted.status, posted.text]).toEqual([200, '{"data":{"__typename":"Query"}}'])
  const got = await ask({ headers: LEAVE }, { origin }, '/graphql?query={__typename}')
  expect(got.status).toBe(200)
  const streamed = await ask(JSON_POST, { origin, accept: 'text/event-stream' })
  for (const { headers } of [posted, got, streamed]) {
    expect(corsOf(headers)).toEqual({ ...LEAVE_TO_READ, 'access-control-allow-origin': origin })
    expect(headers.vary).toContain('origin')
  }
  const { socket } = await openSocket(started.gateway.websocketUrl, { headers: { origin } })
  socket.terminate()
})

test('a browser that asks beforehand is told what may be sent, without a key and for a while', async () => {
  const { status, headers, text } = await ask(PREFLIGHT, { origin: SHOP, authorization: 'nonsense' })
  expect([status, text]).toEqual([204, ''])
  expect(headers.vary).toBe('origin')
  const { 'access-control-allow-headers': sendable, ...others } = corsOf(headers)
  expect(others).toEqual({
    'access-control-allow-origin': SHOP,
    'access-control-allow-methods': 'GET, POST',
    'access-control-max-age': '600',
  })
  expect(String(sendable).split(', ')).toEqual(
    expect.arrayContaining(['authorization', 'content-type', 'x-explain', 'apollo-require-preflight', 'accept']),
  )
})

test.each([
  ['401', { ...JSON_POST, headers: { ...JSON_POST.headers, authorization: 'nonsense' } }, 401],
  ['413', { ...JSON_POST, body: `"${'x'.repeat(100_000)}"` }, 413],
  ['415', { ...JSON_POST, headers: { 'content-type': 'text/plain' } }, 415],
  ['405', { method: 'DELETE' }, 405],
  ['400', { headers: { accept: 'application/json' } }, 400],
])('an error is for its page to read too: %s', async (_name, init, status) => {
  const reply = await ask(init, { origin: SHOP })
  expect(reply.status).toBe(status)
  expect(corsOf(reply.headers)).toEqual(LEAVE_TO_READ)
  expect(JSON.parse(reply.text)).toMatchObject({ errors: [{ extensions: { requestId: expect.any(String) } }] })
})

test('what a link leads to can be read, also where it leads nowhere any more', async () => {
  const reply = await ask({}, { origin: SHOP }, '/exports/nowhere')
  expect(reply.status).toBe(403)
  expect(corsOf(reply.headers)).toEqual(LEAVE_TO_READ)
})

test.each(['/metrics', '/healthz', '/', '/elsewhere'])('what is at %s is for no page', async (path) => {
  const reply = await ask({}, { origin: SHOP }, path)
  expect(corsOf(reply.headers)).toEqual({})
})

test.each([
  'https://shop.example.com:8443',
  'http://shop.example.com',
  'https://shop.example.com.evil.com',
  'https://evil.com',
  'https://xshop.example.com',
  'https://sub.shop.example.com',
  'https://SHOP.example.com',
  'https://shop.example.com/',
  `${SHOP} ${DESK}`,
  `${SHOP}, ${DESK}`,
  'https://*.example.com',
  '*',
  'null',
])('a page of %j is told nothing and may do nothing', async (origin) => {
  for (const init of [JSON_POST, PREFLIGHT, {}]) {
    const reply = await ask(init, { origin })
    expect(reply.status).toBe(403)
    expect(corsOf(reply.headers)).toEqual({})
  }
  await expect(openSocket(started.gateway.websocketUrl, { headers: { origin } })).rejects.toThrow('403')
})

test('its own pages need no leave, and get none', async () => {
  const reply = await ask(JSON_POST, { origin: 'https://gateway.example.com' })
  expect([reply.status, corsOf(reply.headers)]).toEqual([200, {}])
})

test('who is no page is told that the answer is not the same for all', async () => {
  const reply = await ask(JSON_POST, {})
  expect([reply.status, corsOf(reply.headers)]).toEqual([200, {}])
  expect(reply.headers.vary).toContain('origin')
})

test('a preflight under a foreign Host is turned away like all else', async () => {
  expect((await ask(PREFLIGHT, { origin: SHOP, host: 'evil.com' })).status).toBe(403)
})

describe('without ALLOWED_ORIGINS', () => {
  test('no word is said of it', async () => {
    const { gateway, close } = await startTestGateway()
    const origin = new URL(gateway.url).origin
    for (const init of [JSON_POST, PREFLIGHT, { headers: { accept: 'text/html' } }]) {
      const { headers } = await send(gateway.url, { ...init, headers: { ...init.headers, origin } })
      expect(corsOf(headers)).toEqual({})
      expect(headers.vary ?? '').not.toContain('origin')
    }
    expect((await send(gateway.url, { ...PREFLIGHT, headers: { ...PREFLIGHT.headers, origin } })).status).toBe(405)
    await close()
  })
})
