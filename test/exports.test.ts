// Exports: a signed link to a file that is passed through as it comes, with the rights of who made the link and for five minutes.
import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { post, startTestGateway } from './support/gateway.ts'
import { addressesIn, startProcess } from './support/process.ts'
import { page, transaction, walletRoutes } from './support/rows.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { Environment } from '../src/config.ts'
import type { Answer, TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Reply, Route } from './support/upstream.ts'

const CSV = 'exchangeId,status\r\nE1,PAID\r\n'
const csv: Reply = { headers: { 'content-type': 'text/csv; charset=utf-8' }, body: CSV }
const FILE = 'GET /exports/exchanges'
const folder = mkdtempSync(join(tmpdir(), 'exports-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let upstream: FakeUpstream
let gateway: TestGateway
const running: TestGateway[] = []
beforeEach(async () => {
  upstream = await startUpstream({ ...walletRoutes, [FILE]: csv })
})
afterEach(async () => {
  vi.useRealTimers()
  await stop()
  await upstream.close()
})

async function start(env: Environment = upstream.env): Promise<void> {
  gateway = await startTestGateway(env)
  running.push(gateway)
}
async function stop(): Promise<void> {
  await Promise.all(running.splice(0).map((each) => each.close()))
}

const CREATE = `mutation ($input: CreateExportInput!) { createExport(input: $input) {
  __typename ... on Export { url fileName contentType expiresAt } ... on InvalidInput { path }
} }`
const INPUT = { resource: 'EXCHANGES', format: 'CSV', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }
const create = (more: object = {}, headers?: Record<string, string>): Promise<Answer> =>
  gateway.ask(CREATE, { input: { ...INPUT, ...more } }, headers)
async function link(more: object = {}, headers?: Record<string, string>): Promise<string> {
  const { data, errors } = await create(more, headers)
  expect([errors, data?.createExport.__typename]).toEqual([undefined, 'Export'])
  return data.createExport.url as string
}

describe('a link', () => {
  test('is made by one short read, and gives the file with its name and type, as often as it takes', async () => {
    await start()
    const { data } = await create()
    expect(data.createExport).toMatchObject({
      fileName: 'exchanges-2026-01-01-2026-02-01.csv',
      contentType: 'text/csv; charset=utf-8',
    })
    expect(upstream.count('GET /exchanges')).toBe(1)
    expect(upstream.requests.at(-1)?.query.get('size')).toBe('1')
    const { url, expiresAt } = data.createExport
    expect(new URL(url).origin).toBe(new URL(gateway.gateway.url).origin)
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(290_000)
    for (let times = 0; times < 2; times += 1) {
      const response = await fetch(url)
      expect([response.status, await response.text()]).toEqual([200, CSV])
      expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
      expect(response.headers.get('content-disposition')).toBe(
        'attachment; filename="exchanges-2026-01-01-2026-02-01.csv"',
      )
      expect(response.headers.get('cache-control')).toBe('private, no-store')
    }
    const asked = upstream.requests.filter(({ path }) => path === '/exports/exchanges')
    expect(asked.map(({ query }) => Object.fromEntries(query))).toEqual(
      Array.from({ length: 2 }, () => ({
        format: 'CSV',
        dateFrom: '2026-01-01T00:00:00.000Z',
        dateTo: '2026-02-01T00:00:00.000Z',
      })),
    )
    expect(asked[0]?.headers.authorization).toBe('Bearer token-of-the-test')
  })

  test('is refused from the fifth minute on', async () => {
    await start()
    const url = await link()
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 299_000)
    expect((await fetch(url)).status).toBe(200)
    vi.setSystemTime(Date.now() + 2_000)
    const refused = await fetch(url)
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    ])
    expect(upstream.count(FILE)).toBe(1)
  })

  test('is refused with any of its characters altered, and costs no call', async () => {
    await start()
    const url = await link()
    const { origin, pathname, search } = new URL(url)
    const ticket = search.slice('?ticket='.length)
    const others = [
      ...Array.from(ticket, (character, at) => {
        const other = character === 'A' ? 'B' : 'A'
        return `${pathname}?ticket=${ticket.slice(0, at)}${other}${ticket.slice(at + 1)}`
      }),
      pathname,
      `${pathname}?ticket=`,
      `${pathname}?ticket=.`,
      `${pathname}?ticket=${ticket}.`,
      `${pathname}?ticket=${ticket}&ticket=${ticket}`,
      `${pathname}?ticket=${ticket}&format=PDF`,
      `${pathname}?ticket=${ticket}=`,
      `${pathname}?ticket=${ticket}&`,
      `${pathname}?&ticket=${ticket}`,
      `${pathname}?ticket=${ticket.replace('.', '%2E')}`,
      `${pathname.replace('.csv', '%2Ecsv')}?ticket=${ticket}`,
      `${pathname.replace('/exports/', '/exports//')}?ticket=${ticket}`,
      `${pathname.replace('.csv', '.html')}?ticket=${ticket}`,
      `/exports/?ticket=${ticket}`,
      `/exports/%?ticket=${ticket}`,
    ]
    for (const other of others) expect([other, (await fetch(origin + other)).status]).toEqual([other, 403])
    expect(upstream.count(FILE)).toBe(0)
    expect((await fetch(url)).status).toBe(200)
  })

  test('signed with another key is refused, and so is one whose ticket was written by hand', async () => {
    await start()
    const url = new URL(await link())
    const [text = ''] = (url.searchParams.get('ticket') ?? '').split('.')
    url.searchParams.set('ticket', `${text}.${createHmac('sha256', 'guess').update(text).digest('base64url')}`)
    expect((await fetch(url)).status).toBe(403)
  })

  test('outlives the process, since its key is in the data folder, which only its owner may read', async () => {
    const env = { ...upstream.env, DATA_DIR: join(folder, 'kept') }
    await start(env)
    const url = new URL(await link())
    await stop()
    await start(env)
    expect((await fetch(new URL(url.pathname + url.search, gateway.gateway.url))).status).toBe(200)
    expect(statSync(join(folder, 'kept', 'export-key')).mode & 0o777).toBe(0o600)
    await stop()
    writeFileSync(join(folder, 'kept', 'export-key'), '00'.repeat(32))
    await start(env)
    expect((await fetch(new URL(url.pathname + url.search, gateway.gateway.url))).status).toBe(403)
  })

  test('is refused by a gateway that has another credential since: the rows would be of another account', async () => {
    const env = { ...upstream.env, DATA_DIR: join(folder, 'other') }
    await start(env)
    const url = new URL(await link())
    await stop()
    await start({ ...env, SPECTROCOIN_CLIENT_ID: 'another' })
    expect((await fetch(new URL(url.pathname + url.search, gateway.gateway.url))).status).toBe(403)
    expect(upstream.count(FILE)).toBe(0)
  })

  test('is opened eight times at once by its caller, and no more, which takes nothing from others', async () => {
    upstream.routes({
      [FILE]: ({ headers }, response) => {
        response.writeHead(200, { 'content-type': 'text/csv' })
        response.write('id\r\n')
        if (headers.authorization === 'Bearer B') response.end()
        return undefined
      },
    })
    await start({ SPECTROCOIN_API_URL: upstream.url })
    const a = await link({}, { authorization: 'Bearer A' })
    const held = Array.from({ length: 8 }, () => new AbortController())
    await Promise.all(held.map(({ signal }) => fetch(a, { signal })))
    const ninth = await fetch(a)
    expect([ninth.status, ninth.headers.get('retry-after')]).toEqual([429, '5'])
    expect(await (await fetch(await link({}, { authorization: 'Bearer B' }))).text()).toBe('id\r\n')
    held[0]?.abort()
    await expect
      .poll(async () => {
        const controller = new AbortController()
        const { status } = await fetch(a, { signal: controller.signal })
        controller.abort()
        return status
      })
      .toBe(200)
    for (const each of held) each.abort()
  })

  test('holds no token, and has the rights of the caller who made it', async () => {
    upstream.routes({ [FILE]: ({ headers }) => ({ ...csv, body: headers.authorization ?? '' }) })
    await start({ SPECTROCOIN_API_URL: upstream.url })
    const [a, b] = await Promise.all([
      link({}, { authorization: 'Bearer canary-A' }),
      link({}, { authorization: 'Bearer canary-B' }),
    ])
    expect(await (await fetch(a)).text()).toBe('Bearer canary-A')
    expect(await (await fetch(b)).text()).toBe('Bearer canary-B')
    for (const url of [a, b]) {
      const [text = ''] = (new URL(url).searchParams.get('ticket') ?? '').split('.')
      expect(url + Buffer.from(text, 'base64url').toString()).not.toContain('canary')
    }
    // Whoever follows it need not be anybody; another's token changes nothing.
    expect(await (await fetch(a, { headers: { authorization: 'Bearer canary-B' } })).text()).toBe('Bearer canary-A')
    expect(gateway.log.join('')).not.toContain('canary')
  })

  test('of a token is not there any more after a restart: it says so', async () => {
    const env = { SPECTROCOIN_API_URL: upstream.url, DATA_DIR: join(folder, 'tokens') }
    await start(env)
    const url = new URL(await link({}, { authorization: 'Bearer A' }))
    await stop()
    await start(env)
    const refused = await fetch(new URL(url.pathname + url.search, gateway.gateway.url))
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('cannot come in any more')])
    expect(readFileSync(join(folder, 'tokens', 'export-key'), 'utf8')).not.toContain('A'.repeat(10))
  })
})

describe('createExport', () => {
  test.each([
    ['a period that ends before it begins', { to: '2025-12-31T00:00:00Z' }, 'input.to'],
    ['a period of no time at all', { to: INPUT.from }, 'input.to'],
    ['more than 366 days', { to: '2027-01-02T00:00:01Z' }, 'input.to'],
    ['no account for transactions', { resource: 'ACCOUNT_TRANSACTIONS' }, 'input.accountId'],
    [
      'a project for transactions',
      { resource: 'ACCOUNT_TRANSACTIONS', accountId: 'Account:A1', projectId: 'Project:J1' },
      'input.projectId',
    ],
    ['an account of another type', { resource: 'ACCOUNT_TRANSACTIONS', accountId: 'Project:J1' }, 'input.accountId'],
    ['an account for exchanges', { accountId: 'Account:A1' }, 'input.accountId'],
    ['no project for orders', { resource: 'MERCHANT_ORDERS' }, 'input.projectId'],
    ['no kind for withdrawals', { resource: 'WITHDRAWALS' }, 'input.kind'],
    ['a kind for exchanges', { kind: 'BANK' }, 'input.kind'],
  ])('refuses %s before anything is sent', async (_, more, argument) => {
    await start()
    const { errors } = await create(more)
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'BAD_USER_INPUT', argument }])
    expect(upstream.requests).toEqual([])
  })

  test('says at once that there is no such account', async () => {
    await start()
    upstream.routes({ 'GET /accounts/{id}/transactions': { status: 404, body: '' } })
    const { data } = await create({ resource: 'ACCOUNT_TRANSACTIONS', accountId: 'Account:nobody' })
    expect(data.createExport).toEqual({ __typename: 'InvalidInput', path: ['input', 'accountId'] })
  })

  test('says at once that the credential may not have the rows', async () => {
    await start()
    upstream.routes({ 'GET /exchanges': { status: 403, body: '' } })
    const { errors } = await create()
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'exchange:read' })
  })

  const odd = 'a b/ü%+'
  test.each([
    ['ACCOUNT_TRANSACTIONS', { accountId: `Account:${odd}` }, 'account-transactions', { accountId: odd }],
    ['EXCHANGES', {}, 'exchanges', {}],
    ['DEPOSITS', {}, 'deposits', {}],
    ['CRYPTO_DEPOSITS', {}, 'crypto-deposits', {}],
    ['WITHDRAWALS', { kind: 'CRYPTO' }, 'withdrawals', { type: 'CRYPTO' }],
    ['WITHDRAWALS', { kind: 'BANK' }, 'withdrawals', { type: 'BANK' }],
    ['WITHDRAWALS', { kind: 'E_WALLET' }, 'withdrawals', { type: 'E_WALLET' }],
    ['WITHDRAWALS', { kind: 'VOUCHER' }, 'withdrawals', { type: 'VOUCHER' }],
    ['WITHDRAWALS', { kind: 'WITH_EXCHANGE' }, 'withdrawals', { type: 'WITH_EXCHANGE' }],
    ['MERCHANT_ORDERS', { projectId: `Project:${odd}` }, 'merchant-orders', { projectId: odd }],
    ['MERCHANT_TRANSACTIONS', { projectId: `Project:${odd}` }, 'merchant-transactions', { projectId: odd }],
  ])('exports %s %o', async (resource, input, path, query) => {
    const empty: Route = { body: page() }
    upstream.routes({
      'GET /accounts/{id}/transactions': { body: page(transaction()) },
      'GET /deposits': empty,
      'GET /deposits/crypto': empty,
      'GET /withdrawals/bank': empty,
      'GET /withdrawals/e-wallet': empty,
      'GET /withdrawals/voucher': empty,
      'GET /withdrawals/with-exchange': empty,
      'GET /merchants/orders': empty,
      'GET /merchants/transactions': empty,
      [`GET /exports/${path}`]: { headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.4' },
    })
    await start()
    const response = await fetch(await link({ resource, format: 'PDF', ...input }))
    expect([response.status, await response.text()]).toEqual([200, '%PDF-1.4'])
    expect(response.headers.get('content-type')).toBe('application/pdf')
    expect(Object.fromEntries(upstream.requests.at(-1)?.query ?? [])).toMatchObject({ format: 'PDF', ...query })
  })
})

describe('an upstream in trouble', () => {
  test.each([
    [{ status: 403, body: '' }, 403, 'FORBIDDEN'],
    [{ status: 400, body: { errorCode: 'GEN_5' } }, 422, 'UPSTREAM_REJECTED'],
    [{ status: 429, headers: { 'retry-after': '1' }, body: '' }, 429, 'RATE_LIMITED'],
    [{ status: 500, body: '' }, 502, 'UPSTREAM_UNAVAILABLE'],
    [{ status: 203, headers: { 'content-type': 'text/csv' }, body: CSV }, 502, 'UPSTREAM_INVALID'],
    [{ status: 302, headers: { location: 'https://evil.com/' }, body: '' }, 502, 'UPSTREAM_INVALID'],
    [{ headers: { 'content-type': 'text/html' }, body: '<script>alert(1)</script>' }, 502, 'UPSTREAM_INVALID'],
    [{ headers: { 'content-type': 'application/json' }, body: '{}' }, 502, 'UPSTREAM_INVALID'],
  ] satisfies [Reply, number, string][])(
    'that answers %o is told as an error with a code',
    async (reply, status, code) => {
      await start()
      const url = await link()
      upstream.routes({ [FILE]: reply })
      const response = await fetch(url, { redirect: 'error' })
      expect([response.status, await response.json()]).toMatchObject([status, { errors: [{ extensions: { code } }] }])
      expect(response.headers.get('content-type')).toContain('application/json')
      expect(response.headers.get('retry-after')).toBe(status === 429 ? '1' : null)
      upstream.routes({ [FILE]: csv })
      expect((await fetch(url)).status).toBe(200)
    },
  )

  test('that refuses the token once is asked again with a new one, and the refusal is not waited for to its end', async () => {
    await start()
    const url = await link()
    let asked = 0
    const hungUp = Promise.withResolvers<void>()
    upstream.routes({
      [FILE]: (_, response) => {
        asked += 1
        if (asked > 1) return csv
        response.writeHead(401, { 'content-type': 'text/html' })
        response.write('and so on'.repeat(10_000))
        response.once('close', () => hungUp.resolve())
        return undefined
      },
    })
    expect(await (await fetch(url)).text()).toBe(CSV)
    expect([asked, upstream.count(TOKEN_ROUTE)]).toEqual([2, 2])
    await hungUp.promise
  })

  test('that cannot be reached is told, too', async () => {
    await start()
    const url = await link()
    await upstream.close()
    expect((await fetch(url)).status).toBe(502)
  })

  test('that breaks off leaves the reader with a broken download, never with one that looks whole', async () => {
    await start()
    const url = await link()
    upstream.routes({
      [FILE]: (_, response) => {
        response.writeHead(200, { 'content-type': 'text/csv' })
        response.write('exchangeId\r\n')
        setTimeout(() => response.destroy(), 50)
        return undefined
      },
    })
    const response = await fetch(url)
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
    expect((await gateway.ask('{ currencies { code } }')).errors).toBeUndefined()
  })
})

test('a reader who goes ends the read upstream', async () => {
  const ended = Promise.withResolvers<void>()
  upstream.routes({
    [FILE]: (_, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' })
      const writing = setInterval(() => response.write('x'.repeat(1000)), 5)
      response.on('close', () => {
        clearInterval(writing)
        ended.resolve()
      })
      return undefined
    },
  })
  await start()
  const controller = new AbortController()
  const response = await fetch(await link(), { signal: controller.signal })
  await response.body?.getReader().read()
  controller.abort()
  await ended.promise
})

/** Sends so many rows, as fast as they are taken, and tells how many have left. */
function rows(count: number): { readonly route: Route; sent(): number } {
  const hundred = `${'0123456789abcdef'.repeat(16)}\r\n`.repeat(100)
  let sent = 0
  return {
    sent: () => sent,
    route: (_, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' })
      const write = (): void => {
        while (sent < count) {
          sent += 100
          if (!response.write(hundred)) return void response.once('drain', write)
        }
        response.end()
      }
      write()
      return undefined
    },
  }
}

test('a reader who stops reading stops the upstream: nothing piles up in between', async () => {
  const { route, sent } = rows(1_000_000)
  upstream.routes({ [FILE]: route })
  await start()
  const url = new URL(await link())
  const socket = connect(Number(url.port), url.hostname)
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`)
  await new Promise((resolve) => socket.once('readable', resolve))
  let before = -1
  await expect
    .poll(() => [before, (before = sent())], { interval: 200, timeout: 10_000 })
    .toSatisfy(([earlier, now]: [number, number]) => earlier === now)
  // What the sockets' own buffers hold, of 258 MB.
  expect(sent()).toBeLessThan(100_000)
  socket.destroy()
})

test('100,000 rows, ten times over, pass through a process whose memory stays flat', async () => {
  const { child, listening, ended } = startProcess({ ...upstream.env, LOG_LEVEL: 'error' })
  const { url } = addressesIn(await listening)
  const { data } = await post(url, JSON.stringify({ query: CREATE, variables: { input: INPUT } }))
  // In megabytes.
  const memory = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
  const download = async (): Promise<number> => {
    upstream.routes({ [FILE]: rows(100_000).route })
    let length = 0
    for await (const part of (await fetch(data.createExport.url)).body ?? []) length += part.length
    return length
  }
  // The first ones warm it up.
  expect([await download(), await download()]).toEqual([25_800_000, 25_800_000])
  const warm = memory()
  for (let times = 0; times < 10; times += 1) await download()
  // Of 258 that have passed; what is not garbage collected yet is in it.
  expect(memory() - warm).toBeLessThan(80)
  child.kill('SIGTERM')
  await ended
})

test('an export is fetched by GET alone', async () => {
  await start()
  const url = await link()
  const response = await fetch(url, { method: 'POST' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
})

test('a data folder that cannot be used stops the start, and names the variable', async () => {
  const file = join(folder, 'a-file')
  writeFileSync(file, '')
  await expect(start({ ...upstream.env, DATA_DIR: file })).rejects.toThrow(/DATA_DIR/)
})
