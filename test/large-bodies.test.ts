// Bodies of 30 MB: each is answered with why it is refused while it still comes, let fall, and its client cut off that sends on and on.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { openBytes } from './support/sockets.ts'
import type { TestGateway } from './support/gateway.ts'

const MANY = 30_000_000
/** When most has been sent. */
const LATE = 5_000_000
const PIECE = Buffer.alloc(50_000, ' ')
const HEAD = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'

let started: TestGateway
beforeAll(async () => {
  started = await startTestGateway({ MAX_BODY_BYTES: '2000' })
})
afterAll(() => started.close())

/** Sends so many bytes of a body, as fast as they are taken, or one at a time for as long as the connection lasts. */
async function pour(
  head: string,
  pace: 'fast' | 'slow',
): Promise<{ text: string; answeredMs: number; closedMs: number; grown: number }> {
  const socket = await openBytes(started.gateway.url)
  const before = pace === 'fast' ? held() : 0
  const began = performance.now()
  let text = ''
  let grown = 0
  let answeredMs = Number.POSITIVE_INFINITY
  let left = MANY
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    answeredMs = Math.min(answeredMs, performance.now() - began)
    text += chunk
  })
  const piece = head.includes('chunked')
    ? Buffer.concat([Buffer.from(`${PIECE.length.toString(16)}\r\n`), PIECE, Buffer.from('\r\n')])
    : PIECE
  const more = (): void => {
    if (left === LATE) {
      // What one collection frees, only the next one counts.
      grown = Math.min(held(), held()) - before
    }
    if (left <= 0 || !socket.writable) return
    left -= PIECE.length
    if (socket.write(piece)) setImmediate(more)
    else socket.once('drain', more)
  }
  socket.write(`${head}\r\n`)
  if (pace === 'fast') more()
  const timer = setInterval(() => pace === 'slow' && socket.writable && socket.write(' '), 20)
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
    // One that has said all may be kept for the next request.
    const look = setInterval(
      () => left <= 0 && text.includes('\r\n\r\n') && socket.writableLength === 0 && socket.destroy(),
      20,
    )
    socket.once('close', () => clearInterval(look))
  })
  clearInterval(timer)
  return { text, answeredMs, closedMs: performance.now() - began, grown }
}

/** What is held, without what is only waiting to be collected. */
function held(): number {
  gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const DECLARED = `Content-Length: ${MANY}\r\n`
const CHUNKED = 'Transfer-Encoding: chunked\r\n'

test.each([
  ['declared', `${HEAD}${DECLARED}`, '413'],
  ['in chunks', `${HEAD}${CHUNKED}`, '413'],
  ['declared, and announced', `${HEAD}${DECLARED}Expect: 100-continue\r\n`, '413'],
  ['of a form', `${HEAD.replace('json', 'x-www-form-urlencoded')}${DECLARED}`, '415'],
  ['of who is turned away', `${HEAD}${CHUNKED}Origin: http://evil.com\r\n`, '403'],
  ['of a callback, declared', `${HEAD.replace('/graphql', '/callbacks/merchant')}${DECLARED}`, '413'],
  ['of a callback, in chunks', `${HEAD.replace('/graphql', '/callbacks/merchant')}${CHUNKED}`, '413'],
  ['of a health check', `${HEAD.replace('/graphql', '/healthz')}${CHUNKED}`, '405'],
  ['to where nothing is', `${HEAD.replace('/graphql', '/elsewhere')}${CHUNKED}`, '404'],
])('30 MB %s', async (_name, head, status) => {
  const { text, answeredMs, grown } = await pour(head, 'fast')
  expect([...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d)/g)].map(([, each]) => each)).toEqual([status])
  expect(answeredMs).toBeLessThan(1000)
  expect(grown).toBeLessThan(10_000_000)
  if (head.includes(DECLARED)) expect((await pour(head, 'slow')).closedMs).toBeLessThan(1000)
  expect((await started.ask('{ __typename }')).status).toBe(200)
})

test('MAX_BODY_BYTES is said, and the last byte of it may be had', async () => {
  const body = (bytes: number): string => `{"query":"{ __typename }"${' '.repeat(bytes - 26)}}`
  const ask = async (bytes: number): Promise<[number, string]> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(started.gateway.url, { method: 'POST', headers, body: body(bytes) })
    return [response.status, await response.text()]
  }
  expect((await ask(2000))[0]).toBe(200)
  expect(await ask(2001)).toEqual([413, expect.stringContaining('The body may have 2000 bytes (MAX_BODY_BYTES).')])
})
