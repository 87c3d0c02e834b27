// Answers that are meant to drown the gateway, or do: each fails its field with a code, soon, and leaves neither memory nor a connection behind.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAgent } from '../src/upstream/agent.ts'
import { PATIENT, startWatchedGateway } from './support/canaries.ts'
import { account, gate, walletRoutes } from './support/rows.ts'
import { TOKEN_ROUTE } from './support/upstream.ts'
import type { ServerResponse } from 'node:http'
import type { WatchedGateway } from './support/canaries.ts'
import type { Route } from './support/upstream.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(walletRoutes, PATIENT)
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const READ = '{ account(id: "Account:A1") { id } exchange(id: "Exchange:E1") { id } rates { currencyCode } }'
const LIMIT = 1_000_000
const json = { 'content-type': 'application/json' }
const text = JSON.stringify(account())
const zeros = gzipSync(Buffer.alloc(16_000_000))

/** The field of the answer fails with this code within two seconds, the others stand, and what comes next is none the worse. */
async function expectFailure(route: Route, code = 'UPSTREAM_INVALID', most = 1): Promise<void> {
  gateway.upstream.routes({ 'GET /accounts/A1': route })
  const count = gateway.upstream.count('GET /accounts/A1')
  const began = performance.now()
  const { data, errors } = await gateway.ask(READ)
  expect(performance.now() - began).toBeLessThan(2000)
  expect(data).toMatchObject({ account: null, exchange: { id: 'Exchange:E1' }, rates: [{}, {}] })
  expect(errors).toMatchObject([{ path: ['account'], extensions: { code } }])
  const calls = gateway.upstream.count('GET /accounts/A1') - count
  expect(calls).toBeGreaterThan(0)
  expect(calls).toBeLessThanOrEqual(most)
  gateway.upstream.routes(walletRoutes)
  expect((await gateway.ask(READ)).data).toMatchObject({ account: { id: 'Account:A1' } })
}

/** Writes so many bytes as fast as they are taken and no faster, and tells how many were when it is over. */
function pour(response: ServerResponse, bytes: number, chunk = Buffer.alloc(64_000, ' ')): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  let written = 0
  const more = (): void => {
    while (written < bytes && !response.destroyed) {
      written += chunk.length
      if (!response.write(chunk)) return
    }
    response.end()
  }
  response.on('drain', more).on('close', () => resolve(written))
  more()
  return promise
}

const flood = (headers: Record<string, string>, poured?: (bytes: Promise<number>) => void): Route => {
  return (_request, response) => {
    response.writeHead(200, { ...json, ...headers })
    const bytes = pour(response, 60_000_000)
    poured?.(bytes)
    return undefined
  }
}

describe('an answer', () => {
  test.each(['with its length', 'in chunks'])(
    'of a million bytes just fits, and one byte more does not: %s',
    async (how) => {
      const padded =
        (length: number): Route =>
        (_request, response) => {
          response.writeHead(200, { ...json, ...(how === 'with its length' && { 'content-length': length }) })
          response.write(text)
          response.end(' '.repeat(length - text.length))
          return undefined
        }
      gateway.upstream.routes({ 'GET /accounts/A1': padded(LIMIT) })
      const { data, errors } = await gateway.ask(READ)
      expect([data.account, errors]).toEqual([{ id: 'Account:A1' }, undefined])
      await expectFailure(padded(LIMIT + 1))
    },
  )

  test.each([
    ['with its length', { 'content-length': '60000000' }],
    ['in chunks', {}],
  ])('of 60 MB is given up with its connection, and not read to its end: %s', async (_how, headers) => {
    const poured: Promise<number>[] = []
    await expectFailure(flood(headers, (bytes) => void poured.push(bytes)))
    // What was taken beyond the bound lies in the buffers of the system.
    expect(await Promise.all(poured)).toEqual([expect.toSatisfy((bytes: number) => bytes < 20_000_000)])
  })

  test('that promises 60 MB is not waited for', async () => {
    await expectFailure((_request, response) => {
      response.writeHead(200, { ...json, 'content-length': '60000000' }).flushHeaders()
      return undefined
    })
  })

  test.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['gzip, identity', gzipSync(text)],
    ['gzip', zeros],
    ['something', text],
  ])('in an encoding that was not asked for is not unpacked: %s', async (encoding, body) => {
    await expectFailure((_request, response) => {
      response.writeHead(200, { ...json, 'content-encoding': encoding }).end(body)
      return undefined
    })
    expect(new Set(gateway.upstream.requests.map(({ headers }) => headers['accept-encoding']))).toEqual(
      new Set(['identity']),
    )
    expect(gateway.log.join('')).toContain('"reason":"encoded"')
  })

  test('that says it has no encoding has none', async () => {
    gateway.upstream.routes({ 'GET /accounts/A1': { headers: { 'content-encoding': 'identity' }, body: text } })
    expect((await gateway.ask(READ)).data).toMatchObject({ account: { id: 'Account:A1' } })
  })

  test('that is nested deeper than any answer is not parsed, and the log says so without a word of it', async () => {
    const nest = '['.repeat(100_000) + ']'.repeat(100_000)
    await expectFailure({ body: `${text.slice(0, -1)},"unknown":${nest}}` })
    await expectFailure({ body: `${text.slice(0, -1)},"unknown":${'{"a":'.repeat(33)}1${'}'.repeat(33)}}` })
    expect(gateway.log.join('')).toContain('is nested too deep')
    gateway.upstream.routes({
      'GET /accounts/A1': { body: `${text.slice(0, -1)},"unknown":${nest.slice(99_980, 100_020)}}` },
    })
    expect((await gateway.ask(READ)).data).toMatchObject({ account: { id: 'Account:A1' } })
  })

  test('that lists more than ten thousand of anything does not fit', async () => {
    const row = (n: number): string => `{"accountId":"A${n}","currencyCode":"EUR","balance":1,"availableBalance":1}`
    const rows = (count: number): string => `[${Array.from({ length: count }, (_, n) => row(n)).join(',')}]`
    gateway.upstream.routes({ 'GET /accounts': { body: rows(10_000) } })
    expect((await gateway.ask('{ accounts { id } }')).data.accounts).toHaveLength(10_000)
    gateway.upstream.routes({ 'GET /accounts': { body: rows(10_001) } })
    const { errors } = await gateway.ask('{ accounts { id } rates { price } }')
    expect(errors).toMatchObject([{ path: ['accounts'], extensions: { code: 'UPSTREAM_INVALID' } }])
    expect(gateway.log.join('')).toContain('accounts is too long')
  })

  test('of 429 opens the cool-down whatever its body is', async () => {
    for (const [headers, body] of [
      [{ 'content-encoding': 'gzip' }, zeros],
      [{ 'content-length': '60000000' }, ' '],
      [{}, ' '.repeat(LIMIT + 1)],
    ] as const) {
      const watched = await startWatchedGateway(walletRoutes, PATIENT)
      watched.upstream.routes({
        'GET /accounts/A1': (_request, response) => {
          response.writeHead(429, { ...json, 'retry-after': '60', ...headers }).end(body)
          return undefined
        },
      })
      const { errors } = await watched.ask('{ account(id: "Account:A1") { id } }')
      expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
      expect(watched.upstream.count('GET /accounts/A1')).toBe(1)
      await watched.close()
    }
  })
})

describe('a token request', () => {
  test.each<[string, Route]>([
    ['of 60 MB', flood({})],
    [
      'in gzip',
      (_request, response) => void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(zeros),
    ],
    ['as a redirect', { status: 307, headers: { location: '/api/public/elsewhere' } }],
  ])('with an answer %s fails what needs the token, and nothing else', async (_what, route) => {
    gateway.upstream.routes({ [TOKEN_ROUTE]: route })
    const { data, errors } = await gateway.ask(READ)
    expect(data).toMatchObject({ account: null, exchange: null, rates: [{}, {}] })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID', 'UPSTREAM_INVALID'])
    expect(
      gateway.upstream.requests.filter(({ path }) => path !== '/oauth/token' && !path.startsWith('/currencies')),
    ).toEqual([])
  })
})

describe('a redirect', () => {
  test.each([302, 307])(
    'by %i of a call that moves money is followed nowhere, with or without its body',
    async (status) => {
      await gateway.close()
      gateway = await startWatchedGateway(walletRoutes, { ...PATIENT, RECONCILE_WAIT_MS: '0' })
      const location = `${gateway.upstream.url}/elsewhere`
      gateway.upstream.routes({ 'POST /exchanges': { status, headers: { location } } })
      const { data } = await gateway.ask(
        `mutation { createExchange(input: {
        idempotencyKey: "key", payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
      }) { __typename } }`,
      )
      expect(data).toEqual({ createExchange: { __typename: 'OutcomeUnknown' } })
      expect(gateway.upstream.count('POST /exchanges')).toBe(1)
      expect(gateway.upstream.requests.filter(({ path }) => path === '/elsewhere')).toEqual([])
    },
  )

  test('of a public read is followed nowhere', async () => {
    gateway.upstream.routes({
      'GET /currencies/rates': { status: 302, headers: { location: '/api/public/elsewhere' } },
    })
    const { errors } = await gateway.ask('{ rates { price } account(id: "Account:A1") { id } }')
    expect(errors).toMatchObject([{ path: ['rates'], extensions: { code: 'UPSTREAM_INVALID' } }])
    expect(gateway.upstream.requests.filter(({ path }) => path === '/elsewhere')).toEqual([])
  })
})

test.each(['the body', 'the head'])(
  'an answer whose %s drips is held to the time-out, and its connection is closed',
  async (what) => {
    await gateway.close()
    gateway = await startWatchedGateway(walletRoutes, { UPSTREAM_TIMEOUT_MS: '300', OPERATION_TIMEOUT_MS: '1500' })
    const closed = gate()
    await expectFailure(
      (_request, response) => {
        const { socket } = response
        if (what === 'the body') response.writeHead(200, json).flushHeaders()
        else socket?.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-drip: ')
        const tap = setInterval(() => (what === 'the body' ? response.write(' ') : socket?.write('x')), 20)
        socket?.on('close', () => {
          clearInterval(tap)
          closed.open()
        })
        return undefined
      },
      'UPSTREAM_TIMEOUT',
      3,
    )
    await closed.opened
  },
)

describe('the first byte', () => {
  test.each([
    ['is late', { head: 5000, body: 0 }, 'UPSTREAM_TIMEOUT'],
    ['comes and the last is late', { head: 0, body: 5000 }, 'UPSTREAM_TIMEOUT'],
    ['comes and the last takes longer than it may', { head: 0, body: 400 }, undefined],
  ])('%s', async (_what, late, code) => {
    gateway.upstream.routes({
      'GET /slow': (_request, response) => {
        const end = (): void => void setTimeout(() => response.end('{}'), late.body)
        setTimeout(() => {
          response.writeHead(200).flushHeaders()
          end()
        }, late.head)
        return undefined
      },
    })
    const agent = createAgent({ url: gateway.upstream.url, userAgent: 'test', connectTimeoutMs: 1000 })
    const began = performance.now()
    const sent = agent.send({ method: 'GET', path: '/slow', headers: {}, firstByteMs: 200, timeoutMs: 800 })
    if (code) await expect(sent).rejects.toMatchObject({ code })
    else expect(await sent).toMatchObject({ status: 200, body: Buffer.from('{}') })
    const took = performance.now() - began
    expect(took).toBeGreaterThan(late.head ? 190 : code ? 790 : 390)
    expect(took).toBeLessThan(late.head ? 500 : 1200)
    await agent.close()
  })
})

test.each(['before its head', 'within its body'])(
  'a caller that goes ends its call with its connection, %s',
  async (when) => {
    const [arrived, closed] = [gate(), gate()]
    gateway.upstream.routes({
      'GET /slow': (_request, response) => {
        response.on('close', closed.open)
        if (when === 'within its body') response.writeHead(200).write('{')
        arrived.open()
        return undefined
      },
    })
    const agent = createAgent({ url: gateway.upstream.url, userAgent: 'test', connectTimeoutMs: 1000 })
    const caller = new AbortController()
    const { signal } = caller
    const sent = expect(
      agent.send({ method: 'GET', path: '/slow', headers: {}, timeoutMs: 60_000, signal }),
    ).rejects.toMatchObject({ code: 'CANCELLED' })
    await arrived.opened
    caller.abort()
    await Promise.all([sent, closed.opened])
    await expect(
      agent.send({ method: 'GET', path: '/slow', headers: {}, timeoutMs: 60_000, signal }),
    ).rejects.toMatchObject({ code: 'CANCELLED' })
    await agent.close()
  },
)

test('memory is flat after twenty floods of each kind', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const bomb: Route = (_request, response) =>
    void response
      .writeHead(200, { ...json, 'content-encoding': 'gzip' })
      .end(Buffer.concat(Array.from({ length: 50 }, () => zeros)))
  const deep: Route = { body: '['.repeat(900_000) }
  const all = async (): Promise<void> => {
    for (const route of [flood({}), flood({ 'content-length': '60000000' }), bomb, deep]) {
      gateway.upstream.routes({ 'GET /accounts/A1': route })
      const { errors } = await gateway.ask('{ account(id: "Account:A1") { id } }')
      expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_INVALID')
    }
  }
  // What lies outside of the heap is given back a little later than the objects that held it.
  const settled = async (): Promise<number> => {
    let [used, last] = [0, 0]
    const measure = (): number => {
      collect()
      const { heapUsed, external } = process.memoryUsage()
      ;[last, used] = [used, heapUsed + external]
      return Math.abs(used - last)
    }
    await expect.poll(measure, { timeout: 5000 }).toBeLessThan(100_000)
    return used
  }
  await all()
  const before = await settled()
  for (let n = 0; n < 20; n += 1) await all()
  expect((await settled()) - before).toBeLessThan(20_000_000)
})
