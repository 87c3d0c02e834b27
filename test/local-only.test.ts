// Without a file of keys the gateway's own credential serves the machine that it runs on: what says of itself that it comes from elsewhere is
// refused, over HTTP and at the websocket, and nothing is sent for it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { send } from './support/requests.ts'
import { openSocket } from './support/sockets.ts'
import { walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const PUBLIC_URL = 'https://graph.shop.example.com'
const QUERY = JSON.stringify({ query: '{ accounts { id } }' })

let upstream: FakeUpstream
let alone: TestGateway
let shared: TestGateway
let sandbox: TestGateway
beforeAll(async () => {
  upstream = await startUpstream(walletRoutes)
  const env = { ...upstream.env, PUBLIC_URL, TRUSTED_PROXIES: '1' }
  alone = await startTestGateway(env)
  shared = await startTestGateway(env, { keys: [{ name: 'web', scopes: ['account:read'] }] })
  sandbox = await startTestGateway({ PUBLIC_URL })
})
afterAll(async () => {
  await Promise.all([alone.close(), shared.close(), sandbox.close()])
  await upstream.close()
})

const ask = (to: TestGateway, headers: Record<string, string>) =>
  send(to.gateway.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: QUERY })

const FROM_ELSEWHERE = [
  { host: 'graph.shop.example.com' },
  { 'x-forwarded-for': '203.0.113.9' },
  { 'x-forwarded-for': '127.0.0.1' },
  { 'x-real-ip': '203.0.113.9' },
  { forwarded: 'for=203.0.113.9' },
  { via: '1.1 proxy' },
  { 'x-forwarded-host': 'graph.shop.example.com' },
] as readonly Record<string, string>[]

describe.each(FROM_ELSEWHERE)('a request with %j', (headers) => {
  test('is none for the credential, unless it brings a key', async () => {
    const before = upstream.requests.length
    const refused = await ask(alone, headers)
    expect([refused.status, JSON.parse(refused.text).errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
    expect(upstream.requests.length).toBe(before)
    const answered = await ask(shared, { ...headers, authorization: `Bearer ${shared.keys['web']}` })
    expect([answered.status, JSON.parse(answered.text).errors]).toEqual([200, undefined])
  })

  test('may see what is invented', async () => {
    expect((await ask(sandbox, headers)).status).toBe(200)
  })

  test('opens no websocket with the credential', async () => {
    const opened = await openSocket(alone.gateway.websocketUrl, { headers })
    opened.say({ type: 'connection_init' })
    expect(await opened.closed).toMatchObject({ code: 4403 })
  })
})

test('what comes from this machine is served', async () => {
  expect((await ask(alone, {})).status).toBe(200)
  expect((await ask(alone, { host: 'localhost:8080' })).status).toBe(200)
})
