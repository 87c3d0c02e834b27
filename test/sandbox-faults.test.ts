// The sandbox's faults, each seen at the wire as a client sees it.
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { FaultKind } from '../src/sandbox/faults.ts'
import { type Caller, startCaller } from './sandbox/caller.ts'

let caller: Caller
beforeAll(async () => {
  caller = await startCaller()
})
afterEach(() => caller.control.reset())
afterAll(() => caller.sandbox.close())

const order = { payAmount: 10, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }
const exchanges = async () => Number((await caller.get('/exchanges?size=1')).body.totalCount)

describe('a fault', () => {
  test('answers with a status and its documented body, without carrying the call out', async () => {
    const before = await exchanges()
    caller.control.faults.add({ kind: 'status', status: 503, method: 'POST', path: '/exchanges', count: 1 })
    const { status, body } = await caller.post('/exchanges', order)
    expect([status, body.errorCode, body.key]).toEqual([503, 'GEN_1', 'internal_server_error'])
    expect(await exchanges()).toBe(before)
    expect((await caller.post('/exchanges', order)).status).toBe(200)
  })

  test('can be any refusal of the catalogue, with a Retry-After', async () => {
    caller.control.faults.add({ kind: 'status', status: 429, retryAfter: 7, path: '/accounts' })
    const limited = await caller.get('/accounts')
    expect([limited.status, limited.headers.get('retry-after'), limited.body.errorCode]).toEqual([429, '7', 'GEN_7'])
    caller.control.faults.clear()
    caller.control.faults.add({ kind: 'status', status: 403, errorCode: 'USR_1' })
    expect((await caller.get('/accounts')).body).toMatchObject({ errorCode: 'USR_1', key: 'user_not_verified' })
  })

  test('can come after the call was carried out', async () => {
    const before = await exchanges()
    caller.control.faults.add({ kind: 'html', method: 'POST', execute: true, count: 1 })
    expect((await caller.post('/exchanges', order)).status).toBe(502)
    expect(await exchanges()).toBe(before + 1)
  })

  test('meets a template, a beginning or all, as often as it is told, in the order it was told', async () => {
    const [{ accountId }] = (await caller.get('/accounts')).body
    caller.control.faults.add({ kind: 'status', status: 500, path: '/accounts/{accountId}', count: 2 })
    caller.control.faults.add({ kind: 'status', status: 502, path: '/currencies*' })
    const status = async (path: string) => (await caller.get(path)).status
    expect(await status('/accounts')).toBe(200)
    expect(await status(`/accounts/${accountId}`)).toBe(500)
    expect(await status(`/accounts/${accountId}`)).toBe(500)
    expect(await status(`/accounts/${accountId}`)).toBe(200)
    expect(await status('/currencies')).toBe(502)
    expect(await status('/currencies/rates')).toBe(502)
    expect(caller.control.faults.list()).toHaveLength(1)
    caller.control.faults.add({ kind: 'status', status: 504 })
    expect(await status('/exchanges')).toBe(504)
    expect((await caller.token()).status).toBe(504)
  })

  test('is an HTML page, an empty body, a 203 or a redirect', async () => {
    caller.control.faults.add({ kind: 'html', count: 1 })
    caller.control.faults.add({ kind: 'empty', count: 1 })
    caller.control.faults.add({ kind: 'non-authoritative', count: 1 })
    caller.control.faults.add({ kind: 'redirect', count: 1 })
    const page = await caller.get('/accounts')
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html'])
    const empty = await caller.get('/accounts')
    expect([empty.status, empty.text]).toEqual([200, ''])
    const odd = await caller.get('/accounts')
    expect(odd.status).toBe(203)
    expect(odd.body).toHaveLength(14)
    const moved = await caller.get('/accounts')
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/api/public/redirected'])
  })

  test('is JSON that does not parse, or rows without their ids', async () => {
    caller.control.faults.add({ kind: 'invalid-json', count: 1 })
    caller.control.faults.add({ kind: 'missing-id' })
    const broken = await caller.get('/accounts')
    expect([broken.status, broken.body]).toEqual([200, undefined])
    const { body } = await caller.get('/accounts')
    expect(body[0]).not.toHaveProperty('accountId')
    expect(body[0]).toHaveProperty('balance')
    const page = await caller.get('/exchanges')
    expect(page.body.data[24]).not.toHaveProperty('exchangeId')
    expect(page.body.data[24]).toHaveProperty('payAccountId')
  })

  test('resets the connection before or after the call is carried out', async () => {
    const before = await exchanges()
    caller.control.faults.add({ kind: 'reset-before', method: 'POST', count: 1 })
    await expect(caller.post('/exchanges', order)).rejects.toThrow('fetch failed')
    expect(await exchanges()).toBe(before)
    caller.control.faults.add({ kind: 'reset-after', method: 'POST', count: 1 })
    await expect(caller.post('/exchanges', order)).rejects.toThrow('fetch failed')
    expect(await exchanges()).toBe(before + 1)
    expect(caller.sandbox.requests().filter(({ method }) => method === 'POST')).toMatchObject([
      { status: 0 },
      { status: 0 },
    ])
  })

  test('resets the connection in the middle of the body', async () => {
    caller.control.faults.add({ kind: 'half-body' })
    const text = await rawGet('/accounts')
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    const [, body = ''] = text.split('\r\n\r\n')
    const promised = Number(/content-length: (\d+)/i.exec(text)?.[1])
    expect(body.length).toBeGreaterThan(0)
    expect(body.length).toBeLessThan(promised)
    await expect(caller.get('/accounts')).rejects.toThrow()
  })

  test('sends more than its content-length says', async () => {
    caller.control.faults.add({ kind: 'wrong-length' })
    const text = await rawGet('/currencies/EUR')
    const [, body = ''] = text.split('\r\n\r\n')
    expect(body.length).toBeGreaterThan(Number(/content-length: (\d+)/i.exec(text)?.[1]))
  })

  test('never answers, until the caller gives up', async () => {
    caller.control.faults.add({ kind: 'hang', path: '/accounts' })
    const abort = new AbortController()
    const hanging = fetch(`${caller.sandbox.url}/accounts`, { signal: abort.signal })
    await expect.poll(() => caller.sandbox.count('GET /accounts')).toBe(1)
    expect((await caller.get('/currencies')).status).toBe(200)
    abort.abort()
    await expect(hanging).rejects.toThrow('aborted')
  })
})

describe('a flood', () => {
  test('drips: the right head, then a byte now and then, until the caller goes', async () => {
    const right = (await caller.get('/currencies')).text
    caller.control.faults.add({ kind: 'drip', path: '/currencies' })
    const abort = new AbortController()
    const response = await fetch(`${caller.sandbox.url}/currencies`, { signal: abort.signal })
    expect([response.status, response.headers.get('content-length')]).toEqual([200, null])
    const chunks: string[] = []
    const reading = (async () => {
      for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk).toString())
    })()
    await expect.poll(() => chunks.length, { timeout: 5000 }).toBeGreaterThan(3)
    expect(chunks.every((chunk) => chunk.length === 1)).toBe(true)
    expect(right.startsWith(chunks.join(''))).toBe(true)
    abort.abort()
    await expect(reading).rejects.toThrow('aborted')
  })

  test('is 60 MB of JSON without a length', async () => {
    caller.control.faults.add({ kind: 'oversize' })
    const { status, headers, text, body } = await caller.get('/currencies')
    expect([status, headers.get('content-length')]).toEqual([200, null])
    expect(text.length).toBeGreaterThan(60_000_000)
    expect(body).toBeInstanceOf(Array)
  })

  test('is half a megabyte of gzip that is half a gigabyte of zeros', async () => {
    caller.control.faults.add({ kind: 'gzip-bomb' })
    const { head, body } = await rawAnswer('/currencies')
    expect(head).toMatch(/^HTTP\/1\.1 200 [^]*content-encoding: gzip/i)
    expect(body.length).toBeLessThan(600_000)
    let unpacked = 0
    await pipeline(Readable.from([body]), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) unpacked += chunk.length
    })
    expect(unpacked).toBe(512 * 1024 * 1024)
  })
})

describe('an odd way of writing the right answer', () => {
  const exchange = async (): Promise<string> =>
    `/exchanges/${(await caller.get('/exchanges?size=1')).body.data[0].exchangeId}`

  test.each<[FaultKind, string, RegExp]>([
    [
      'duplicate-keys',
      'each first field twice, the right value last',
      /^\{"exchangeId":"not the last","exchangeId":"[^"]{36}",/,
    ],
    ['long-numbers', '30 digits of each number', /"payAmount":(?=[\d.]{31},)\d+\.\d+0,/],
  ])('%s: %s', async (kind, _what, form) => {
    const path = await exchange()
    const right = await caller.get(path)
    caller.control.faults.add({ kind })
    const odd = await caller.get(path)
    expect([odd.status, JSON.parse(odd.text)]).toEqual([200, JSON.parse(right.text)])
    expect(odd.text).toMatch(form)
  })

  test('proto-keys: members that mean something to JavaScript, in each object, also in those of a list', async () => {
    const right = await caller.get('/exchanges?size=2')
    caller.control.faults.add({ kind: 'proto-keys' })
    const { text } = await caller.get('/exchanges?size=2')
    expect(
      text.split('{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},').join('{'),
    ).toBe(right.text)
  })

  test('deep: an unknown member, nested 100,000 deep', async () => {
    const right = await caller.get('/accounts')
    caller.control.faults.add({ kind: 'deep' })
    const { text } = await caller.get('/accounts')
    const nest = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(text.replace(`"depths":${nest},`, '') === right.text).toBe(true)
  })
})

describe('a keep-alive race', () => {
  test('resets a kept connection under the next call, which is not carried out, and leaves a new one alone', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const before = await exchanges()
    caller.control.faults.add({ kind: 'keep-alive-race', method: 'POST', count: 1 })
    expect(await over(agent, 'POST')).toBe(200)
    expect(caller.control.faults.list()).toHaveLength(1)
    await expect(over(agent, 'POST')).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(caller.control.faults.list()).toEqual([])
    expect(await over(agent, 'POST')).toBe(200)
    expect(await exchanges()).toBe(before + 2)
    agent.destroy()
  })
})

describe('latency', () => {
  test('keeps the calls that it is about waiting, and no others', async () => {
    caller.control.latency.set({ ms: 60, path: '/currencies' })
    const started = performance.now()
    await caller.get('/currencies')
    expect(performance.now() - started).toBeGreaterThanOrEqual(55)
    caller.control.latency.set({ ms: 3_600_000, path: '/exchanges*' })
    expect((await caller.get('/accounts')).status).toBe(200)
  })

  test('can keep back the answer of a call that was carried out', async () => {
    const before = await exchanges()
    caller.control.latency.set({ ms: 3_600_000, method: 'POST', before: false })
    const abort = new AbortController()
    const body = JSON.stringify(order)
    const headers = { authorization: `Bearer ${caller.control.tokens.create()}`, 'content-type': 'application/json' }
    const waiting = fetch(`${caller.sandbox.url}/exchanges`, { method: 'POST', body, headers, signal: abort.signal })
    await expect.poll(exchanges).toBe(before + 1)
    abort.abort()
    await expect(waiting).rejects.toThrow('aborted')
  })
})

test('a sandbox with calls that hang closes all the same', async () => {
  const other = await startCaller()
  other.control.faults.add({ kind: 'hang' })
  const hanging = other.get('/accounts')
  await expect.poll(() => other.sandbox.count()).toBe(1)
  await Promise.all([expect(hanging).rejects.toThrow('fetch failed'), other.sandbox.close()])
})

/** Orders an exchange over the connections of an agent. */
function over(agent: Agent, method: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${caller.control.tokens.create()}`, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    request(`${caller.sandbox.url}/exchanges`, { agent, method, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
      .on('error', reject)
      .end(JSON.stringify(order))
  })
}

async function rawAnswer(path: string): Promise<{ head: string; body: Buffer }> {
  const text = await rawGet(path)
  const end = text.indexOf('\r\n\r\n')
  return { head: text.slice(0, end), body: Buffer.from(text.slice(end + 4), 'latin1') }
}

/** All that comes over the socket until it ends or breaks, a character for each byte. */
function rawGet(path: string): Promise<string> {
  const { port, host } = new URL(caller.sandbox.origin)
  const token = caller.control.tokens.create()
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(port), '127.0.0.1')
    const lines = [
      `GET /api/public${path} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: Bearer ${token}`,
      'Connection: close',
    ]
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => (text += String(chunk)))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  })
}
