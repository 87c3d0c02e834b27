// The sandbox's control surface over HTTP, and who may use it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, startCaller } from './sandbox/caller.ts'

let caller: Caller
beforeAll(async () => {
  caller = await startCaller()
})
afterEach(() => caller.control.reset())
afterAll(() => caller.sandbox.close())

async function order(method: string, path: string, body?: object | string): Promise<{ status: number; body: Answer }> {
  const text = typeof body === 'object' ? JSON.stringify(body) : body
  const init = text === undefined ? { method } : { method, body: text }
  const response = await fetch(`${caller.sandbox.origin}/__sandbox${path}`, init)
  return { status: response.status, body: await response.json() }
}

type Answer = any // oxlint-disable-line typescript/no-explicit-any -- tests look into it freely

describe('the control surface', () => {
  test('lists what it has', async () => {
    const { status, body } = await order('GET', '')
    expect(status).toBe(200)
    expect(body.routes).toContain('POST /__sandbox/faults')
    expect((await order('GET', '/nothing')).status).toBe(404)
  })

  test('orders and clears faults and latency', async () => {
    await order('POST', '/faults', { kind: 'status', status: 503, path: '/accounts' })
    expect((await order('GET', '/faults')).body).toEqual([{ kind: 'status', status: 503, path: '/accounts' }])
    expect((await caller.get('/accounts')).status).toBe(503)
    await order('DELETE', '/faults')
    await order('PUT', '/latency', { ms: 3_600_000 })
    await order('DELETE', '/latency')
    expect((await caller.get('/accounts')).status).toBe(200)
  })

  test('moves and freezes the clock', async () => {
    await order('POST', '/clock/freeze')
    const { now } = (await order('GET', '/clock')).body
    await order('POST', '/clock/advance', { ms: 3_600_001 })
    expect(Date.parse((await order('GET', '/clock')).body.now)).toBe(Date.parse(now) + 3_600_001)
    expect((await caller.get('/accounts')).status).toBe(401)
    await order('POST', '/clock/resume')
    await expect.poll(async () => (await order('GET', '/clock')).body.now > now).toBe(true)
  })

  test('changes formats, limits and prices', async () => {
    await order('PUT', '/formats', { amounts: 'strings' })
    expect((await order('GET', '/formats')).body).toMatchObject({ amounts: 'strings', lists: 'plain' })
    await order('PUT', '/prices', { currencyCode: 'ETH', price: '2000.5' })
    await order('POST', '/prices/step', {})
    expect((await caller.get('/currencies/rates?currencyCodes=ETH')).text).toContain('"rate":"2000.5"')
    await order('PUT', '/limits', { callsPerMinute: 1, burst: 0 })
    expect((await order('GET', '/limits')).body).toEqual({ callsPerMinute: 1, burst: 0, retryAfter: true })
    expect((await caller.get('/accounts')).status).toBe(429)
  })

  test('makes credentials and tokens of chosen scopes, and revokes tokens', async () => {
    const { clientId, clientSecret } = (await order('POST', '/credentials', { scopes: ['account:read'] })).body
    expect((await caller.token(clientId, clientSecret)).body.scope).toBe('account:read')
    const { accessToken } = (await order('POST', '/tokens', { scopes: ['exchange:read'] })).body
    expect((await caller.get('/exchanges', accessToken)).status).toBe(200)
    expect((await caller.get('/accounts', accessToken)).status).toBe(403)
    await order('DELETE', '/tokens')
    expect((await caller.get('/exchanges', accessToken)).status).toBe(401)
  })

  test('tells what came in, its own calls left out', async () => {
    await caller.get('/accounts?currencyCode=EUR')
    await caller.get('/currencies', null)
    expect((await order('GET', '/requests')).body).toMatchObject([
      { method: 'GET', path: '/accounts', query: 'currencyCode=EUR', status: 200, authorization: true },
      { method: 'GET', path: '/currencies', query: '', status: 200, authorization: false },
    ])
    expect((await order('GET', '/requests/counts')).body).toEqual({ 'GET /accounts': 1, 'GET /currencies': 1 })
    expect(caller.sandbox.count()).toBe(2)
    expect(caller.sandbox.count('GET /acc*')).toBe(1)
    expect(caller.sandbox.count(({ authorization }) => authorization)).toBe(1)
    await order('DELETE', '/requests')
    expect(caller.sandbox.requests()).toEqual([])
  })

  test('moves deposits, withdrawals and purchases, lets coins arrive and sizes exports', async () => {
    const deposit = (
      await caller.post('/deposits', { currencyCode: 'EUR', amount: 50, paymentMethodId: 'card-deposit' })
    ).body
    expect((await order('POST', '/deposits/move', { id: deposit.depositId, status: 'PAID' })).status).toBe(200)
    expect((await caller.get(`/deposits/${deposit.depositId}`)).body.status).toBe('PAID')
    const { depositId } = (await order('POST', '/crypto-deposits', { currencyCode: 'XRP', amount: '12.5' })).body
    await order('POST', '/deposits/move', { id: depositId, status: 'FAILED' })
    expect((await caller.get(`/deposits/crypto/${depositId}`)).body.status).toBe('FAILED')
    const voucher = { currencyCode: 'EUR', amount: 20, provider: 'flexepin' }
    const { id } = (await caller.post('/withdrawals/voucher', voucher)).body
    await order('POST', '/withdrawals/move', { id, status: 'CANCELLED' })
    expect((await caller.get(`/withdrawals/voucher/${id}`)).body.status).toBe('CANCELLED')
    const card = { productId: 'steam-eur', amount: 20, payCurrencyCode: 'EUR' }
    const purchase = (await caller.post('/purchases/gift-cards', card)).body
    await order('POST', '/purchases/move', { id: purchase.id, status: 'EXPIRED' })
    expect((await caller.get(`/purchases/gift-cards/${purchase.id}`)).body.status).toBe('EXPIRED')
    await order('PUT', '/exports', { rows: 7 })
    await caller.get('/exports/exchanges?format=CSV&dateFrom=2026-01-01&dateTo=2026-02-01')
    expect((await order('GET', '/exports')).body).toEqual({ rows: 7, written: 7 })
    await order('PUT', '/exports', { rows: null })
    expect((await order('GET', '/exports')).body).toEqual({ written: 7 })
    expect((await order('GET', '/ledger')).body).toEqual({ problems: [] })
  })

  test('shows that the books balance, and starts all over', async () => {
    expect((await order('GET', '/ledger')).body).toEqual({ problems: [] })
    const before = (await caller.get('/accounts')).text
    await caller.post('/exchanges', { payAmount: 10, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' })
    expect((await order('POST', '/reset')).status).toBe(200)
    caller.control.reset()
    expect((await caller.get('/accounts')).text).toBe(before)
  })

  test.each([
    ['POST', '/clock/advance', { ms: -1 }],
    ['POST', '/clock/advance', {}],
    ['POST', '/faults', { kind: 'mischief' }],
    ['POST', '/faults', { kind: 'status', errorCode: 'GEN_99' }],
    ['POST', '/faults', { kind: 'hang', path: 5 }],
    ['POST', '/faults', { kind: 'hang', executeAfterMs: 5 }],
    ['POST', '/faults', { kind: 'reset-after', execute: false, executeAfterMs: 5 }],
    ['POST', '/faults', { kind: 'hang', execute: true, executeAfterMs: -1 }],
    ['POST', '/faults', { kind: 'hang', execute: true, executeAfterMs: '700' }],
    ['POST', '/faults', { kind: 'half-body', executeAfterMs: 5 }],
    ['POST', '/faults', { kind: 'empty', execute: true, executeAfterMs: 5 }],
    ['POST', '/faults', { kind: 'non-authoritative', executeAfterMs: 5 }],
    ['POST', '/faults', { kind: 'invalid-json', executeAfterMs: 5 }],
    ['POST', '/faults', { kind: 'wrong-length', executeAfterMs: 5 }],
    ['POST', '/faults', { kind: 'missing-id', executeAfterMs: 5 }],
    ['POST', '/tokens', { lifetimeSeconds: 'long' }],
    ['PUT', '/latency', {}],
    ['PUT', '/formats', { amounts: 'floats' }],
    ['PUT', '/formats', { colour: 'red' }],
    ['PUT', '/formats', { externalIds: 'maybe' }],
    ['PUT', '/limits', { callsPerMinute: 0 }],
    ['PUT', '/prices', { currencyCode: 'XXX', price: '1' }],
    ['PUT', '/prices', { currencyCode: 'BTC', price: 'high' }],
    ['POST', '/credentials', { scopes: ['everything'] }],
    ['POST', '/faults', 'no json'],
    ['POST', '/deposits/move', { id: 'none', status: 'PAID' }],
    ['POST', '/deposits/move', { id: 'none', status: 'NEW' }],
    ['POST', '/withdrawals/move', { id: 'none', status: 'PAID' }],
    ['POST', '/withdrawals/move', {}],
    ['POST', '/purchases/move', { id: 'none', status: 'LOST' }],
    ['POST', '/crypto-deposits', { currencyCode: 'EUR', amount: '1' }],
    ['POST', '/crypto-deposits', { currencyCode: 'LTC', amount: '1' }],
    ['POST', '/crypto-deposits', { currencyCode: 'BTC', amount: '0.000000001' }],
    ['POST', '/crypto-deposits', { currencyCode: 'BTC' }],
    ['PUT', '/exports', { rows: -1 }],
    ['PUT', '/exports', { rows: 'many' }],
  ])('refuses %s %s %j and says why', async (method, path, body) => {
    const answer = await order(method, path, body)
    expect(answer.status).toBe(400)
    expect(answer.body.error).toEqual(expect.any(String))
  })

  test('refuses a foreign Host and any Origin, as a web page would send them', async () => {
    expect(await orderAs({ host: 'evil.example' })).toBe(403)
    expect(await orderAs({ host: '127.0.0.1.evil.example' })).toBe(403)
    expect(await orderAs({ origin: 'http://evil.example' })).toBe(403)
    expect(await orderAs({ origin: caller.sandbox.origin })).toBe(403)
    expect(await orderAs({ host: 'localhost:4010' })).toBe(200)
  })
})

test('npm run sandbox starts it alone and says how to reach it', async () => {
  const child = spawn(process.execPath, ['src/sandbox/main.ts'], { env: { ...process.env, PORT: '0' } })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const [, url, id, secret] =
    /^Sandbox at (\S+); for a gateway: SPECTROCOIN_API_URL=\1 SPECTROCOIN_CLIENT_ID=(\S+) SPECTROCOIN_CLIENT_SECRET=(\S+)$/.exec(
      line,
    ) ?? []
  expect((await fetch(`${url}/currencies`)).status).toBe(200)
  expect([id, secret]).toEqual(['sandbox', 'sandbox-secret'])
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

function orderAs(headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(`${caller.sandbox.origin}/__sandbox/clock`, { headers, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    call.on('error', reject)
    call.end()
  })
}
