// The memory of money-moving mutations: a key sends at most once, and what came of it is given again.
import { describe, expect, test } from 'vitest'
import { GatewayError } from '../src/errors.ts'
import { createMoney } from '../src/money/money.ts'
import type { Effect } from '../src/errors.ts'
import type { MoneyRequest } from '../src/money/money.ts'
import type { Caller } from '../src/upstream/caller.ts'

const ANN: Caller = { id: 'gateway:ann', kind: 'gateway', scopes: null }
const BOB: Caller = { id: 'gateway:bob', kind: 'gateway', scopes: null }
const TOKEN_A: Caller = { id: 'token:a', kind: 'token', token: 'secret-a', scopes: null }
const TOKEN_B: Caller = { id: 'token:b', kind: 'token', token: 'secret-b', scopes: null }

/** A request that notes what it sent. */
function request(change: Partial<MoneyRequest<string>> = {}): MoneyRequest<string> & { readonly sent: string[] } {
  const sent: string[] = []
  return {
    caller: ANN,
    idempotencyKey: 'key',
    mutation: 'createExchange',
    fingerprint: '{"payAmount":"1"}',
    check: async () => undefined,
    refusal: (error) => `refused: ${error.code}`,
    ...change,
    send: async (externalId) => {
      sent.push(externalId)
      return change.send ? change.send(externalId) : 'made'
    },
    sent,
  }
}

const failing = (effect: Effect): (() => Promise<never>) => {
  return async () => {
    throw new GatewayError('UPSTREAM_REJECTED', 'No.', { effect })
  }
}

/** A send that waits to be let go. */
function held(): { send: () => Promise<string>; release: () => void } {
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  return { send: () => gate.then(() => 'made'), release }
}

describe('a key', () => {
  test('sends once and gives the same answer again, counted', async () => {
    const money = createMoney({ unknown: () => {} })
    const asked = request()
    expect(await money.run(asked)).toEqual({ kind: 'settled', result: 'made', fault: undefined })
    expect(await money.run(asked)).toEqual({ kind: 'settled', result: 'made', fault: undefined })
    expect(await money.run(request())).toMatchObject({ result: 'made' })
    expect(asked.sent).toHaveLength(1)
    expect(money.find(ANN, 'key')).toMatchObject({
      state: 'SUCCEEDED',
      replays: 2,
      result: 'made',
      mutation: 'createExchange',
    })
    expect(money.find(ANN, 'key')?.settledAt).toBeInstanceOf(Date)
  })

  test('that many use at the same time sends once, and all get that one answer', async () => {
    const money = createMoney({ unknown: () => {} })
    const { send, release } = held()
    const asked = request({ send })
    const all = Array.from({ length: 50 }, () => money.run(asked))
    expect(money.find(ANN, 'key')).toMatchObject({ state: 'IN_PROGRESS', result: null, settledAt: null, replays: 49 })
    release()
    expect(new Set((await Promise.all(all)).map((each) => JSON.stringify(each))).size).toBe(1)
    expect(asked.sent).toHaveLength(1)
  })

  test.each([
    ['input', { fingerprint: '{"payAmount":"2"}' }],
    ['mutation', { mutation: 'createCryptoWithdrawal' }],
  ])('that was used for another %s is a conflict, at once and for ever, and sends nothing', async (_, change) => {
    const money = createMoney({ unknown: () => {} })
    const { send, release } = held()
    const first = money.run(request({ send }))
    const other = request(change)
    expect(await money.run(other)).toEqual({ kind: 'conflict' })
    release()
    await first
    expect(await money.run(other)).toEqual({ kind: 'conflict' })
    expect(other.sent).toEqual([])
    expect(money.find(ANN, 'key')).toMatchObject({ replays: 0, result: 'made' })
  })

  test('is each gateway caller’s own: two may use one word for two things', async () => {
    const money = createMoney({ unknown: () => {} })
    const [one, two] = [request(), request({ caller: BOB, fingerprint: 'other' })]
    await Promise.all([money.run(one), money.run(two)])
    expect([one.sent.length, two.sent.length]).toEqual([1, 1])
    expect(one.sent[0]).not.toBe(two.sent[0])
    expect(money.find(BOB, 'other key')).toBeNull()
  })

  test('is unique among those who bring a token: another one gets a conflict with nothing in it, and finds nothing', async () => {
    const money = createMoney({ unknown: () => {} })
    await money.run(request({ caller: TOKEN_A }))
    const other = request({ caller: TOKEN_B })
    expect(await money.run(other)).toEqual({ kind: 'conflict' })
    expect(other.sent).toEqual([])
    expect(money.find(TOKEN_B, 'key')).toBeNull()
    expect(money.find(TOKEN_A, 'key')).toMatchObject({ state: 'SUCCEEDED' })
    expect(money.find(ANN, 'key')).toBeNull()
  })

  test('cannot be made to stand for another caller’s by what is in it', async () => {
    const money = createMoney({ unknown: () => {} })
    const [one, two] = [request({ idempotencyKey: '","gateway:bob' }), request({ caller: BOB, idempotencyKey: '' })]
    await money.run(one)
    await money.run(two)
    expect([one.sent.length, two.sent.length]).toEqual([1, 1])
  })

  test('gives the upstream a reference of at most 64 characters that tells nothing and stays the same', async () => {
    const [first, second] = [request({ idempotencyKey: 'x'.repeat(200) }), request({ idempotencyKey: 'x'.repeat(200) })]
    await createMoney({ unknown: () => {} }).run(first)
    await createMoney({ unknown: () => {} }).run(second)
    expect(first.sent).toEqual(second.sent)
    expect(first.sent[0]).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('what is found out before anything is sent', () => {
  test('refuses with the key free again', async () => {
    const money = createMoney({ unknown: () => {} })
    const refused = request({ check: async () => 'moved' })
    expect(await money.run(refused)).toEqual({ kind: 'refused-before-sending', result: 'moved' })
    expect([refused.sent, money.find(ANN, 'key')]).toEqual([[], null])
    expect(await money.run(request({ fingerprint: 'another' }))).toMatchObject({ kind: 'settled' })
  })

  test('leaves the key free where the look itself fails, whatever the failure says of its effect', async () => {
    const money = createMoney({ unknown: () => {} })
    for (const check of [failing('unknown'), failing('refused'), async () => Promise.reject(new TypeError('a bug'))]) {
      const asked = request({ check })
      await expect(money.run(asked)).rejects.toThrow()
      expect([asked.sent, money.find(ANN, 'key')]).toEqual([[], null])
    }
    expect(await money.run(request())).toMatchObject({ kind: 'settled' })
  })
})

describe('a call that was made', () => {
  test('and never left leaves the key free', async () => {
    const money = createMoney({ unknown: () => {} })
    await expect(money.run(request({ send: failing('not-sent') }))).rejects.toMatchObject({ effect: 'not-sent' })
    expect(money.find(ANN, 'key')).toBeNull()
    expect(await money.run(request())).toMatchObject({ result: 'made' })
  })

  test('and was refused is remembered: the same refusal again, and nothing sent', async () => {
    const money = createMoney({ unknown: () => {} })
    const asked = request({ send: failing('refused') })
    for (let n = 0; n < 3; n += 1)
      expect(await money.run(asked)).toMatchObject({
        kind: 'settled',
        result: 'refused: UPSTREAM_REJECTED',
        fault: { code: 'UPSTREAM_REJECTED' },
      })
    expect(asked.sent).toHaveLength(1)
    expect(money.find(ANN, 'key')).toMatchObject({
      state: 'REJECTED',
      replays: 2,
      result: 'refused: UPSTREAM_REJECTED',
    })
  })

  test.each([
    ['an unknown effect', failing('unknown')],
    ['a fault of ours, after sending', async () => Promise.reject(new TypeError('a bug'))],
  ])('and ended in %s stays UNKNOWN, and is never sent again', async (_, send) => {
    const money = createMoney({ unknown: () => {} })
    const asked = request({ send })
    const first = await money.run(asked)
    expect(first).toMatchObject({ kind: 'unknown', operation: { state: 'UNKNOWN', settledAt: null, result: null } })
    expect(await money.run(asked)).toMatchObject({ kind: 'unknown', operation: { idempotencyKey: 'key', replays: 1 } })
    expect(asked.sent).toHaveLength(1)
    expect(money.find(ANN, 'key')).toMatchObject({ state: 'UNKNOWN', replays: 1 })
  })
})
