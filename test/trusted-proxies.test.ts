// Whose address a request is told by: the connection's own, or what so many trusted proxies say, and nothing that a client can say of itself.
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isLoopback } from '../src/config.ts'
import { createVisitors } from '../src/server/visitors.ts'
import { startTestGateway } from './support/gateway.ts'
import { send } from './support/requests.ts'
import { rawExchange } from './support/sockets.ts'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Tells each who asks at "/<how many proxies are trusted>" whom it takes them for. */
let server: Server
let url: string
beforeAll(async () => {
  server = createServer((request, response) => {
    const visitorOf = createVisitors(Number(request.url?.slice(1)), isLoopback)
    response.end(JSON.stringify(visitorOf(request)))
  })
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

async function addressOf(trusted: number, headers: Record<string, string | string[]>): Promise<string> {
  const { text } = await send(`${url}/${trusted}`, { headers })
  return (JSON.parse(text) as { address: string }).address
}

test.each([
  [0, '203.0.113.9', '127.0.0.1'],
  [1, '203.0.113.9', '203.0.113.9'],
  [1, '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  [1, '198.51.100.1,203.0.113.9', '203.0.113.9'],
  [2, '198.51.100.1, 203.0.113.9', '198.51.100.1'],
  [2, '192.0.2.66, 198.51.100.1, 203.0.113.9', '198.51.100.1'],
  [3, '198.51.100.1, 203.0.113.9', '127.0.0.1'],
  [1, '', '127.0.0.1'],
  [1, ',', '127.0.0.1'],
  [1, '203.0.113.9,', '127.0.0.1'],
  [1, '203.0.113.9:4711', '203.0.113.9'],
  [1, '2001:db8::1', '2001:db8::1'],
  [1, '[2001:db8::1]', '2001:db8::1'],
  [1, '[2001:db8::1]:4711', '2001:db8::1'],
  [1, '::ffff:203.0.113.9', '203.0.113.9'],
  [1, '[::ffff:203.0.113.9]:80', '203.0.113.9'],
  [1, '203.0.113.999', '127.0.0.1'],
  [1, '203.0.113.9 evil', '127.0.0.1'],
  [1, 'unknown', '127.0.0.1'],
  [1, '_hidden', '127.0.0.1'],
  [1, 'localhost', '127.0.0.1'],
  [1, '[203.0.113.9]x', '127.0.0.1'],
  [1, '"203.0.113.9"', '127.0.0.1'],
  [1, '__proto__', '127.0.0.1'],
  [1, `${'1'.repeat(5000)}.0.0.1`, '127.0.0.1'],
])('with %i trusted, "%s" is %s', async (trusted, forwarded, address) => {
  expect(await addressOf(trusted, { 'x-forwarded-for': forwarded })).toBe(address)
})

test('without a word of a proxy it is the connection', async () => {
  expect(await addressOf(2, {})).toBe('127.0.0.1')
})

test('several lines are one list', async () => {
  const lines = ['198.51.100.1', '203.0.113.9, 192.0.2.1'].map((each) => `X-Forwarded-For: ${each}\r\n`).join('')
  const reply = await rawExchange(url, `GET /3 HTTP/1.1\r\nHost: localhost\r\n${lines}Connection: close\r\n\r\n`)
  expect(reply).toContain('"address":"198.51.100.1"')
})

test('no other header says who it is', async () => {
  const headers = {
    forwarded: 'for=203.0.113.9',
    'x-real-ip': '203.0.113.9',
    'x-client-ip': '203.0.113.9',
    'x-forwarded-host': 'evil.com',
    'x-forwarded-proto': 'https',
  }
  expect(await addressOf(1, headers)).toBe('127.0.0.1')
})

describe('behind a proxy on its own machine', () => {
  test.each([
    ['0', {}, 200],
    ['1', {}, 200],
    ['1', { 'x-forwarded-for': '203.0.113.9' }, 403],
    ['1', { 'x-forwarded-for': '203.0.113.9, 127.0.0.1' }, 200],
    ['2', { 'x-forwarded-for': '203.0.113.9, 127.0.0.1' }, 403],
  ])('with %s trusted, the metrics for who comes with %j are %i', async (trusted, headers, status) => {
    const { gateway, close } = await startTestGateway({ TRUSTED_PROXIES: trusted })
    expect((await send(new URL('/metrics', gateway.url).href, { headers })).status).toBe(status)
    await close()
  })

  test('what it says of the host and of TLS opens no door', async () => {
    const { gateway, close } = await startTestGateway({
      TRUSTED_PROXIES: '1',
      PUBLIC_URL: 'https://gateway.example.com',
    })
    for (const host of ['evil.com', 'gateway.example.com:444']) {
      const headers = { host, 'x-forwarded-host': 'gateway.example.com', 'x-forwarded-proto': 'https' }
      expect((await send(gateway.healthUrl, { headers })).status).toBe(403)
    }
    await close()
  })
})
