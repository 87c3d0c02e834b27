// How often the sandbox really moved money, as it counts it, whatever the callers were told and however late it was.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../src/sandbox/faults.ts'
import { type Caller, startCaller } from './sandbox/caller.ts'
import { withdrawals } from './sandbox/withdrawals.ts'

let caller: Caller
beforeAll(async () => {
  caller = await startCaller({ callsPerMinute: 100_000 })
})
afterEach(() => {
  expect(caller.control.ledger.problems()).toEqual([])
  caller.control.reset()
})
afterAll(() => caller.sandbox.close())

const EXCHANGE = 'POST /exchanges'
const order = { payAmount: 10, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }
const executed = (): number | undefined => caller.control.executions()[EXCHANGE]
const balance = async (): Promise<string> => (await caller.get('/accounts?currencyCode=EUR')).body[0].balance
const exchanges = async (): Promise<number> => Number((await caller.get('/exchanges?size=1')).body.totalCount)

const none = {
  [EXCHANGE]: 0,
  'POST /withdrawals/crypto': 0,
  'POST /withdrawals/bank': 0,
  'POST /withdrawals/e-wallet': 0,
  'POST /withdrawals/voucher': 0,
  'POST /withdrawals/with-exchange': 0,
  'POST /merchants/orders/{orderId}/pay': 0,
  'POST /purchases/gift-cards/{purchaseId}/pay': 0,
}

describe('the count of executions', () => {
  test('has all calls that take money from an account, none of them executed when the world starts', async () => {
    const response = await fetch(`${caller.sandbox.origin}/__sandbox/executions`)
    expect(await response.json()).toEqual(none)
    expect(caller.control.executions()).toEqual(none)
  })

  test('grows with each call that was carried out, and with nothing else', async () => {
    await caller.post('/exchanges', order)
    await caller.post('/exchanges', order)
    for (const [path, body] of Object.entries(withdrawals)) await caller.post(path, body)
    const [{ id: projectId }] = (await caller.get('/merchants/projects')).body.data
    const { data } = (await caller.get(`/merchants/orders?projectId=${projectId}&status=NEW`)).body
    await caller.post(`/merchants/orders/${data[0].id}/pay`, { payCurrencyCode: data[0].payCurrencyCode })
    const card = { productId: 'steam-eur', amount: 20, payCurrencyCode: 'EUR' }
    const { id } = (await caller.post('/purchases/gift-cards', card)).body
    const { accountId } = (await caller.get('/accounts?currencyCode=EUR')).body[0]
    await caller.post('/exchanges/calculate', order)
    const once = Object.fromEntries(Object.keys(none).map((name) => [name, 1]))
    const unpaid = { 'POST /purchases/gift-cards/{purchaseId}/pay': 0 }
    expect(caller.control.executions()).toEqual({ ...once, [EXCHANGE]: 2, ...unpaid })
    await caller.post(`/purchases/gift-cards/${id}/pay`, { accountId })
    expect(caller.control.executions()).toEqual({ ...once, [EXCHANGE]: 2 })
  })

  test('leaves out what was refused, whoever refused it', async () => {
    expect((await caller.post('/exchanges', { ...order, payAmount: '99999' })).status).toBe(400)
    caller.control.faults.add({ kind: 'status', status: 503, count: 1 })
    expect((await caller.post('/exchanges', order)).status).toBe(503)
    caller.control.tokens.revoke()
    expect((await caller.post('/exchanges', order)).status).toBe(401)
    expect(caller.control.executions()).toEqual(none)
  })

  test('begins again when the requests are cleared, and at a reset', async () => {
    await caller.post('/exchanges', order)
    await fetch(`${caller.sandbox.origin}/__sandbox/requests`, { method: 'DELETE' })
    expect(caller.control.executions()).toEqual(none)
    await caller.post('/exchanges', order)
    caller.control.reset()
    expect(caller.control.executions()).toEqual(none)
  })
})

// What the caller sees of each fault; undefined is no answer at all.
const shown: readonly (readonly [fault: Fault, status: number | undefined])[] = [
  ...[200, 203, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504].map(
    (status) => [{ kind: 'status', status }, status] as const,
  ),
  ...[200, 400, 403, 500, 502, 504].map((status) => [{ kind: 'html', status }, status] as const),
  [{ kind: 'redirect' }, 302],
  [{ kind: 'hang' }, undefined],
  [{ kind: 'reset-before' }, undefined],
  [{ kind: 'reset-after' }, undefined],
]

/** The status that a caller sees of an exchange that meets the fault; of one that hangs it is the caller that gives up. */
async function statusOf(fault: Fault): Promise<number | undefined> {
  caller.control.faults.add({ ...fault, method: 'POST', count: 1 })
  const gaveUp = new AbortController()
  const token = caller.control.tokens.create()
  const answer = fetch(`${caller.sandbox.url}/exchanges`, {
    method: 'POST',
    body: JSON.stringify(order),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    redirect: 'manual',
    signal: gaveUp.signal,
  })
  if (fault.kind === 'hang') {
    answer.catch(() => undefined)
    await expect.poll(() => caller.control.faults.list()).toEqual([])
    gaveUp.abort()
  }
  return answer.then(
    async ({ status, body }) => {
      await body?.cancel()
      return status
    },
    () => undefined,
  )
}

describe('a fault', () => {
  test.each(shown)(
    '%j on a call that is carried out moves the money once, and then the answer is %s',
    async (fault, status) => {
      const before = await exchanges()
      expect(await statusOf({ ...fault, execute: true })).toBe(status)
      expect(executed()).toBe(1)
      expect(await exchanges()).toBe(before + 1)
    },
  )

  test.each(shown.filter(([{ kind }]) => kind !== 'reset-after'))(
    '%j on a call that is not carried out moves nothing, and the answer is %s',
    async (fault, status) => {
      const before = await exchanges()
      expect(await statusOf(fault)).toBe(status)
      expect(executed()).toBe(0)
      expect(await exchanges()).toBe(before)
    },
  )

  test.each(['half-body', 'empty', 'non-authoritative', 'invalid-json', 'wrong-length', 'missing-id'] as const)(
    'of kind %s, which spoils the right answer, comes after the money has moved',
    async (kind) => {
      caller.control.faults.add({ kind, method: 'POST', count: 1 })
      await caller.post('/exchanges', order).catch(() => undefined)
      expect(executed()).toBe(1)
    },
  )
})

describe('a call that is carried out late', () => {
  test.each(shown)('shows the fault %j at first (%s), and moves the money then', async (fault, status) => {
    const before = await balance()
    expect(await statusOf({ ...fault, execute: true, executeAfterMs: 3_600_000 })).toBe(status)
    expect(executed()).toBe(0)
    expect(await balance()).toBe(before)
    expect(await statusOf({ ...fault, execute: true, executeAfterMs: 10 })).toBe(status)
    await expect.poll(executed).toBe(1)
    expect(await balance()).not.toBe(before)
  })

  test('is not counted, and moves nothing, where the sandbox refuses it by then', async () => {
    caller.control.faults.add({
      kind: 'status',
      status: 504,
      execute: true,
      executeAfterMs: 20,
      path: '/exchanges',
      count: 2,
    })
    expect((await caller.post('/exchanges', { ...order, payAmount: '99999' })).status).toBe(504)
    expect((await caller.post('/exchanges', order)).status).toBe(504)
    await expect.poll(executed).toBeGreaterThan(0)
    expect(executed()).toBe(1)
  })

  test('comes in real time, though the clock of the sandbox stands still', async () => {
    caller.control.clock.freeze()
    const now = caller.control.clock.now().toISOString()
    expect(await statusOf({ kind: 'reset-before', execute: true, executeAfterMs: 20 })).toBeUndefined()
    await expect.poll(executed).toBe(1)
    expect((await caller.get('/exchanges?size=1')).body.data[0].createdAt).toBe(now)
  })

  // In both, the one that is seen was due after the one that is forgotten.
  test('is forgotten at a reset', async () => {
    await statusOf({ kind: 'status', execute: true, executeAfterMs: 30 })
    caller.control.reset()
    // Without its token, which the reset has ended, it would only be refused: the limit of calls would notice.
    caller.control.limits.set({ callsPerMinute: 1 })
    await statusOf({ kind: 'status', execute: true, executeAfterMs: 60 })
    await expect.poll(executed).toBe(1)
    expect((await caller.get('/currencies', null)).status).toBe(200)
  })

  test('is forgotten when the sandbox closes', async () => {
    const other = await startCaller()
    other.control.faults.add({ kind: 'status', execute: true, executeAfterMs: 30, method: 'POST' })
    await other.post('/exchanges', order)
    const closing = other.sandbox.close()
    const counted = other.control.executions()
    await closing
    await statusOf({ kind: 'status', execute: true, executeAfterMs: 60 })
    await expect.poll(executed).toBe(1)
    expect(other.control.executions()).toEqual(counted)
  })
})
