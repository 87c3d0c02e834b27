// Requests that do not come to their end: each is cut off within its time and a second, and what takes long to answer is not.
import { describe, test as each } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { openEvents } from './support/readers.ts'
import { openBytes, openGreeted } from './support/sockets.ts'
import type { Socket } from 'node:net'

const HEADERS_MS = 500
const REQUEST_MS = 1000
const LIMITS = { HEADERS_TIMEOUT_MS: String(HEADERS_MS), REQUEST_TIMEOUT_MS: String(REQUEST_MS) }
const LIVE = 'subscription { liveRate(currency: "BTC") { price } }'

const HEAD = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
const WHOLE = `${HEAD}Content-Length: 26\r\n\r\n{"query":"{ __typename }"}`
const CALLBACK = HEAD.replace('/graphql', '/callbacks/merchant')

/** What is sent at once, what trickles in behind it a byte at a time, and how long it may. */
const SLOW: readonly { name: string; first: string; drip?: string; limitMs: number; answers?: number }[] = [
  { name: 'nothing at all', first: '', limitMs: HEADERS_MS },
  { name: 'a request line byte by byte', first: 'GET /', drip: 'x', limitMs: HEADERS_MS },
  { name: 'headers that begin', first: 'GET /healthz HTTP/1.1\r\n', limitMs: HEADERS_MS },
  { name: 'headers byte by byte', first: 'GET /healthz HTTP/1.1\r\n', drip: 'X-A: b\r\n', limitMs: HEADERS_MS },
  { name: 'a body that never comes', first: `${HEAD}Content-Length: 10\r\n\r\n`, limitMs: REQUEST_MS },
  { name: 'a body byte by byte', first: `${HEAD}Content-Length: 9000\r\n\r\n{`, drip: ' ', limitMs: REQUEST_MS },
  {
    name: 'a chunk byte by byte',
    first: `${HEAD}Transfer-Encoding: chunked\r\n\r\n1000\r\n`,
    drip: ' ',
    limitMs: REQUEST_MS,
  },
  { name: 'a chunk without end', first: `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`, limitMs: REQUEST_MS },
  {
    name: 'trailers byte by byte',
    first: `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n`,
    drip: 'A: b\r\n',
    limitMs: REQUEST_MS,
  },
  { name: 'a callback that never comes', first: `${CALLBACK}Content-Length: 10\r\n\r\n`, limitMs: REQUEST_MS },
  {
    name: 'a callback byte by byte',
    first: `${CALLBACK}Content-Length: 9000\r\n\r\n{`,
    drip: ' ',
    limitMs: REQUEST_MS,
  },
  { name: 'a second request that begins', first: `${WHOLE}GET /healthz`, limitMs: HEADERS_MS, answers: 1 },
  {
    name: 'a second request byte by byte',
    first: WHOLE,
    drip: 'GET /healthz HTTP/1.1\r\nX-A: b',
    limitMs: HEADERS_MS,
    answers: 1,
  },
  {
    name: 'a second body that never comes',
    first: `${WHOLE}${HEAD}Content-Length: 10\r\n\r\n`,
    limitMs: REQUEST_MS,
    answers: 1,
  },
  {
    name: 'a body behind an upgrade that is none',
    first: `${HEAD}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 10\r\n\r\n`,
    limitMs: REQUEST_MS,
  },
]

/** Bodies that are not wanted, and do not come. */
const UNWANTED: Readonly<Record<string, string>> = {
  'for who asks after health': 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n',
  'of who is turned away': `${HEAD}Origin: http://evil.com\r\n`,
  'that is a form': HEAD.replace('json', 'x-www-form-urlencoded'),
  'that will be too large': HEAD.replace('/graphql', '/callbacks/merchant'),
}

/** Writes this one after the other until the connection is closed; gives what came back, and after how long it was closed. */
async function trickle(socket: Socket, first: string, drip: string | undefined): Promise<{ text: string; ms: number }> {
  const began = performance.now()
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  socket.write(first)
  let sent = 0
  const timer = setInterval(() => drip && socket.writable && socket.write(drip[sent++ % drip.length] ?? ''), 20)
  await closing(socket)
  clearInterval(timer)
  return { text, ms: performance.now() - began }
}

describe.concurrent('cut off in its time is', () => {
  each.for(SLOW)('$name', async ({ first, drip, limitMs, answers = 0 }, { expect }) => {
    const { gateway, ask, log, close } = await startTestGateway(LIMITS)
    const { text, ms } = await trickle(await openBytes(gateway.url), first, drip)
    expect(ms).toBeLessThan(limitMs + 1000)
    expect(ms).toBeGreaterThan(limitMs * 0.8)
    // Beside the answers that are due, it may be told that it took too long.
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)
    expect(statuses.filter((status) => status !== '408')).toHaveLength(answers)
    expect((await ask('{ __typename }')).status).toBe(200)
    expect(log.filter((line) => line.includes('"level":50'))).toEqual([])
    await close()
  })
})

describe.concurrent('not waited for, once it is answered, is a body', () => {
  each.for(Object.entries(UNWANTED))('%s', async ([, head], { expect }) => {
    const { gateway, close } = await startTestGateway()
    const { text, ms } = await trickle(await openBytes(gateway.url), `${head}Content-Length: 20000\r\n\r\n`, ' ')
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(ms).toBeLessThan(1500)
    await close()
  })
})

describe.concurrent('not cut off is', () => {
  each('a websocket that says nothing for longer', async ({ expect }) => {
    const { gateway, close } = await startTestGateway(LIMITS)
    const opened = await openGreeted(gateway.websocketUrl)
    let isClosed = false
    void opened.closed.then(() => (isClosed = true))
    // Whoever sends nothing over plain HTTP is cut off twice over in this time.
    const idle = await trickle(await openBytes(gateway.url), '', undefined)
    const other = await trickle(await openBytes(gateway.url), '', undefined)
    expect(idle.ms + other.ms).toBeGreaterThan(HEADERS_MS * 1.6)
    expect(isClosed).toBe(false)
    opened.say({ type: 'ping' })
    expect((await opened.hear()).type).toBe('pong')
    opened.socket.terminate()
    await close()
  })

  each.for(['POST', 'GET'] as const)('an event stream by %s', async (method, { expect }) => {
    const { gateway, close } = await startTestGateway(LIMITS)
    const stream = await openEvents(gateway.url, LIVE, { method })
    await stream.next()
    const slow = await trickle(await openBytes(gateway.url), `${HEAD}Content-Length: 10\r\n\r\n`, undefined)
    expect(slow.ms).toBeGreaterThan(REQUEST_MS * 0.8)
    await stream.next()
    stream.leave()
    await close()
  })
})

describe('a client that goes in the middle of its body', () => {
  each.for(['/graphql', '/callbacks/merchant'])('is no fault of ours at %s', async (path, { expect }) => {
    const { gateway, log, close } = await startTestGateway()
    const half = `${HEAD.replace('/graphql', path)}Content-Length: 100\r\n\r\n{"query":`
    for (const go of [(socket: Socket) => socket.resetAndDestroy(), (socket: Socket) => socket.end()]) {
      const socket = await openBytes(gateway.url)
      socket.resume().write(half)
      // Answered later, so that the half has been heard.
      await fetch(gateway.healthUrl)
      go(socket)
      await closing(socket)
    }
    await close()
    expect(log.filter((line) => /"level":(40|50)/.test(line) && !line.includes('SANDBOX'))).toEqual([])
  })
})

/** However it is closed. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}
