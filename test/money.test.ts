// The money desk with a real journal and no upstream: a key sends at most once, and what came of it is given again.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GatewayError } from '../src/errors.ts'
import { openJournal } from '../src/money/journal.ts'
import { createMoney } from '../src/money/money.ts'
import { createOwners } from '../src/money/owners.ts'
import { gate } from './support/rows.ts'
import { createScopes } from '../src/upstream/scopes.ts'
import type { Effect } from '../src/errors.ts'
import type { AuditLine, Step } from '../src/money/audit.ts'
import type { Entry, Journal } from '../src/money/journal.ts'
import type { Result } from '../src/money/answers.ts'
import type { Money, MoneyOptions } from '../src/money/money.ts'
import type { MoneyRequest } from '../src/money/operation.ts'
import type { Owners, OwnersOptions } from '../src/money/owners.ts'
import type { Caller } from '../src/upstream/caller.ts'

const HOUSE: Caller = { id: 'gateway', kind: 'gateway', scopes: null }
const token = (name: string, subject?: string): Caller => ({
  id: `token-${name}`,
  kind: 'token',
  scopes: null,
  token: name,
  ...(subject !== undefined && { subject: `subject-${subject}` }),
})
const [OPAQUE_A, OPAQUE_B] = [token('a'), token('b')]

const ADDRESS = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const MADE = { __typename: 'CryptoWithdrawal', id: 'W1', address: ADDRESS, at: new Date(5) }
const KEPT = { __typename: 'CryptoWithdrawal', id: 'W1', at: new Date(5) }

/** A request that notes what it sent. */
function request(change: Partial<MoneyRequest<Result>> = {}): MoneyRequest<Result> & { readonly sent: string[] } {
  const sent: string[] = []
  return {
    requestId: 'request',
    caller: HOUSE,
    idempotencyKey: 'key',
    mutation: 'createCryptoWithdrawal',
    fingerprint: '{"amount":"1"}',
    sought: {
      amount: { value: '1.50', is: 'receiveAmount' },
      facts: { currencyCode: 'BTC' },
      destination: { address: ADDRESS, memo: undefined },
    },
    check: async () => undefined,
    refusal: (error) => ({ __typename: error.code === 'FORBIDDEN' ? 'Refused' : 'InvalidInput' }),
    ...change,
    send: async (externalId) => {
      sent.push(externalId)
      return change.send ? change.send(externalId) : MADE
    },
    sent,
  }
}

const failing =
  (effect: Effect, code: 'UPSTREAM_REJECTED' | 'FORBIDDEN' = 'UPSTREAM_REJECTED') =>
  async () => {
    throw new GatewayError(code, 'No.', { effect, details: { scope: 'the scope' } })
  }

let dataDir: string
let journal: Journal
let audited: { readonly step: Step; readonly line: AuditLine }[]
let looked: Entry[]
let changed: string[]
let money: Money

const NOBODY_KNOWN: MoneyOptions['owners'] = {
  isSame: async () => false,
  prove: () => {},
  lend: () => false,
  reader: () => undefined,
}

/** A desk at this test's journal, with a reconciler that finds nothing out unless told. */
function desk(more: Partial<MoneyOptions> = {}): Money {
  return createMoney({
    journal,
    reconciler: { look: async (entry) => void looked.push(entry), lookForAll: () => {}, close: async () => {} },
    owners: NOBODY_KNOWN,
    credential: 'client',
    lookMs: 5_000,
    audit: (step, line) => void audited.push({ step, line }),
    now: () => new Date(),
    upstream: 'api',
    patienceMs: 10_000,
    changed: (key) => void changed.push(key),
    ...more,
  })
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'money-'))
  journal = openJournal({ dataDir, upstream: 'api', world: 'api', days: 90, now: () => new Date() })
  audited = []
  looked = []
  changed = []
  money = desk()
})
afterEach(async () => {
  await money.close()
  journal.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** The journal of this test on a disk that takes its time with each claim. */
const slow = (written: Promise<void>): Journal => ({
  ...journal,
  claim: async (intent) => written.then(() => journal.claim(intent)),
})
const steps = (): Step[] => audited.map(({ step }) => step)
const replays = async (): Promise<number | undefined> => (await money.find(HOUSE, 'key'))?.replays
const kindOf = async (run: Promise<{ readonly kind: string }>): Promise<string> => (await run).kind

describe('a key', () => {
  test('sends once and gives the same answer again, counted, without what is not kept', async () => {
    const asked = request()
    expect(await money.run(asked)).toEqual({ kind: 'settled', result: MADE, fault: undefined })
    expect(await money.run(asked)).toEqual({ kind: 'settled', result: KEPT, fault: undefined })
    expect(await money.run(request())).toEqual({ kind: 'settled', result: KEPT, fault: undefined })
    expect(asked.sent).toHaveLength(1)
    await expect.poll(replays).toBe(2)
    const found = await money.find(HOUSE, 'key')
    expect(found).toMatchObject({ state: 'SUCCEEDED', result: KEPT, mutation: 'createCryptoWithdrawal' })
    expect(found?.settledAt).toBeInstanceOf(Date)
    expect(steps()).toEqual(['journaled', 'succeeded', 'replayed', 'replayed'])
  })

  test('is remembered by the next process', async () => {
    const asked = request()
    await money.run(asked)
    journal.close()
    journal = openJournal({ dataDir, upstream: 'api', world: 'api', days: 90, now: () => new Date() })
    money = desk()
    expect(await money.run(asked)).toEqual({ kind: 'settled', result: KEPT, fault: undefined })
    expect(asked.sent).toHaveLength(1)
  })

  test('that many use at the same time sends once, and all get that one answer', async () => {
    const release = gate()
    const asked = request({ send: async () => release.opened.then(() => MADE) })
    const all = Array.from({ length: 50 }, async () => money.run(asked))
    await expect.poll(() => asked.sent.length).toBe(1)
    expect(await money.find(HOUSE, 'key')).toMatchObject({ state: 'IN_PROGRESS', result: null, replays: 49 })
    release.open()
    expect(new Set((await Promise.all(all)).map((each) => JSON.stringify(each))).size).toBe(1)
    expect(asked.sent).toHaveLength(1)
    expect(await money.find(HOUSE, 'key')).toMatchObject({ state: 'SUCCEEDED', replays: 49 })
  })

  test('is joined by those who come while its outcome is looked for, and they are counted', async () => {
    const release = gate()
    money = desk({ reconciler: { look: () => release.opened, lookForAll: () => {}, close: async () => {} } })
    const asked = request({ send: failing('unknown') })
    const first = money.run(asked)
    await expect.poll(steps).toContain('unknown')
    expect(await money.find(HOUSE, 'key')).toMatchObject({ state: 'UNKNOWN', settledAt: null })
    const joined = [money.run(asked), money.run(asked)]
    release.open()
    expect(await Promise.all([first, ...joined].map(kindOf))).toEqual(['unknown', 'unknown', 'unknown'])
    expect(asked.sent).toHaveLength(1)
    expect(await money.find(HOUSE, 'key')).toMatchObject({ replays: 2 })
  })

  test.each<[string, Partial<MoneyRequest<Result>>]>([
    ['input', { fingerprint: '{"amount":"2"}' }],
    ['mutation', { mutation: 'createExchange' }],
  ])('that was used for another %s is a conflict, at once and for ever, and sends nothing', async (_what, change) => {
    const release = gate()
    const first = money.run(request({ send: async () => release.opened.then(() => MADE) }))
    const other = request(change)
    expect(await money.run(other)).toEqual({ kind: 'conflict' })
    await expect.poll(steps).toContain('journaled')
    expect(await money.run(other)).toEqual({ kind: 'conflict' })
    release.open()
    await first
    expect(await money.run(other)).toEqual({ kind: 'conflict' })
    expect(other.sent).toEqual([])
    expect(await money.find(HOUSE, 'key')).toMatchObject({ replays: 0, result: KEPT })
  })

  test('is each caller’s own: two may use one word for two things', async () => {
    const callers = [HOUSE, token('a', 'ann'), token('b', 'bob'), OPAQUE_A]
    const asked = callers.map((caller, n) => request({ caller, fingerprint: `${n}` }))
    expect(await Promise.all(asked.map(async (each) => kindOf(money.run(each))))).toEqual(Array(4).fill('settled'))
    expect(new Set(asked.flatMap(({ sent }) => sent)).size).toBe(4)
    expect(await money.find(token('c', 'cleo'), 'key')).toBeNull()
  })

  test('cannot be made to stand for another caller’s by what is in it', async () => {
    const asked = [
      request({ caller: token('a', '1","x'), idempotencyKey: 'y' }),
      request({ caller: token('b', '1'), idempotencyKey: 'x","y' }),
    ]
    for (const each of asked) expect(await kindOf(money.run(each))).toBe('settled')
    expect(new Set(asked.flatMap(({ sent }) => sent)).size).toBe(2)
  })

  test('gives the upstream a reference of at most 64 characters that tells nothing and stays the same', async () => {
    const asked = request({ idempotencyKey: 'x'.repeat(200), send: failing('not-sent') })
    for (let n = 0; n < 2; n += 1) await expect(money.run(asked)).rejects.toThrow()
    expect(asked.sent).toHaveLength(2)
    expect(new Set(asked.sent).size).toBe(1)
    expect(asked.sent[0]).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('tokens that tell no name', () => {
  test('share one space of keys: another one gets a conflict with nothing in it, and finds nothing', async () => {
    await money.run(request({ caller: OPAQUE_A }))
    const other = request({ caller: OPAQUE_B })
    expect(await money.run(other)).toEqual({ kind: 'conflict' })
    expect(other.sent).toEqual([])
    expect(await money.find(OPAQUE_B, 'key')).toBeNull()
    expect(await money.find(OPAQUE_A, 'key')).toMatchObject({ state: 'SUCCEEDED', replays: 0 })
    expect(await money.find(HOUSE, 'key')).toBeNull()
    expect(audited.at(-1)).toMatchObject({ step: 'conflict', line: { caller: 'token-b', key: 'key' } })
  })

  test('get one answer and one conflict where two use one key in the same moment, for the same input', async () => {
    const [mine, theirs] = [request({ caller: OPAQUE_A }), request({ caller: OPAQUE_B })]
    const together = [money.run(mine), money.find(OPAQUE_B, 'key'), money.run(theirs)] as const
    expect(await Promise.all(together)).toEqual([
      { kind: 'settled', result: MADE, fault: undefined },
      null,
      { kind: 'conflict' },
    ])
    expect([mine.sent.length, theirs.sent.length]).toEqual([1, 0])
  })

  test('get the key that another one’s call has given free', async () => {
    await expect(money.run(request({ caller: OPAQUE_A, send: failing('not-sent') }))).rejects.toThrow()
    expect(await kindOf(money.run(request({ caller: OPAQUE_B })))).toBe('settled')
    expect(await kindOf(money.run(request({ caller: OPAQUE_A })))).toBe('conflict')
  })
})

describe('tokens that tell a name', () => {
  const [ANN, ANN_LATER] = [token('ann-1', 'ann'), token('ann-2', 'ann')]
  let reads: string[]
  let verdict: () => Promise<void>
  let owners: Owners

  beforeEach(() => {
    reads = []
    verdict = async () => {}
    const list: OwnersOptions['accounts']['list'] = async ({ caller }) => {
      reads.push(caller.id)
      await verdict()
      return { rows: [], total: 0 }
    }
    const accounts = { list } as OwnersOptions['accounts']
    const { background } = createScopes({ operationTimeoutMs: 10_000, maxUpstreamCalls: 100 })
    owners = createOwners({
      accounts,
      house: undefined,
      credential: '',
      scopeOf: (caller) => background(caller, undefined),
    })
    money = desk({ owners })
  })

  const refusing = (code: 'UNAUTHENTICATED' | 'FORBIDDEN' | 'UPSTREAM_TIMEOUT') => async () => {
    throw new GatewayError(code, 'No.', { details: { scope: 'the scope' } })
  }

  test('need no look while the token stays the same', async () => {
    await money.run(request({ caller: ANN }))
    await money.run(request({ caller: ANN }))
    await money.find(ANN, 'key')
    expect(reads).toEqual([])
  })

  test('are the same owner once the upstream has taken the renewed one, and it is asked once', async () => {
    const asked = request({ caller: ANN })
    await money.run(asked)
    expect(await money.run(request({ caller: ANN_LATER }))).toEqual({ kind: 'settled', result: KEPT, fault: undefined })
    expect(await money.find(ANN_LATER, 'key')).toMatchObject({ result: KEPT })
    expect(reads).toEqual([ANN_LATER.id])
  })

  test('are the same owner without being asked where a call of the renewed one is done', async () => {
    await money.run(request({ caller: ANN }))
    await money.run(request({ caller: ANN_LATER, idempotencyKey: 'another' }))
    expect(await money.find(ANN_LATER, 'key')).toMatchObject({ result: KEPT })
    expect(reads).toEqual([])
  })

  test.each<Effect>(['unknown', 'refused', 'not-sent'])('are asked where such a call ended in %s', async (effect) => {
    await money.run(request({ caller: ANN }))
    const other = request({ caller: ANN_LATER, idempotencyKey: 'another', send: failing(effect) })
    await money.run(other).catch(() => {})
    expect(await money.find(ANN_LATER, 'key')).toMatchObject({ result: KEPT })
    expect(reads).toEqual([ANN_LATER.id])
  })

  test('are not believed where the upstream does not take them: a conflict, and nothing is found', async () => {
    await money.run(request({ caller: ANN }))
    verdict = refusing('UNAUTHENTICATED')
    const forged = request({ caller: ANN_LATER })
    expect(await money.run(forged)).toEqual({ kind: 'conflict' })
    expect(await money.find(ANN_LATER, 'key')).toBeNull()
    expect(forged.sent).toEqual([])
    // Each time anew: what was refused may be good later.
    expect(reads).toHaveLength(2)
    verdict = async () => {}
    expect(await money.find(ANN_LATER, 'key')).toMatchObject({ result: KEPT })
  })

  test.each(['FORBIDDEN', 'UPSTREAM_TIMEOUT'] as const)(
    'get an error where the upstream cannot say whose they are (%s): not the answer, and no conflict',
    async (code) => {
      await money.run(request({ caller: ANN }))
      verdict = refusing(code)
      const error = { code, details: { scope: 'the scope' } }
      const later = request({ caller: ANN_LATER })
      await expect(money.run(later)).rejects.toMatchObject(error)
      await expect(money.find(ANN_LATER, 'key')).rejects.toMatchObject(error)
      expect(later.sent).toEqual([])
    },
  )

  test('are read with by their own word alone where it is their own entry, and for their subject once proven', async () => {
    await money.run(request({ caller: ANN, send: failing('unknown') }))
    const forged = token('forged', 'ann')
    await money.run(request({ caller: forged, idempotencyKey: 'forged', send: failing('unknown') }))
    const readerOf = (key: string): string | undefined => {
      const entry = journal.find({ upstream: 'api', scope: 'subject-ann', key })
      return entry ? owners.reader(entry)?.id : undefined
    }
    expect([readerOf('key'), readerOf('forged')]).toEqual([ANN.id, forged.id])
    verdict = refusing('UNAUTHENTICATED')
    expect(await money.find(forged, 'key')).toBeNull()
    expect(readerOf('key')).toBe(ANN.id)
    verdict = async () => {}
    const looks = looked.length
    expect(await money.find(ANN_LATER, 'key')).toMatchObject({ state: 'UNKNOWN' })
    expect(readerOf('key')).toBe(ANN_LATER.id)
    // With a reader who was not at hand before, it is looked for at once; with the same one not.
    expect(looked).toHaveLength(looks + 1)
    await money.find(ANN_LATER, 'key')
    expect(looked).toHaveLength(looks + 1)
  })

  test('join a call that is under way only once they are proven', async () => {
    const release = gate()
    const first = money.run(request({ caller: ANN, send: async () => release.opened.then(() => MADE) }))
    verdict = refusing('UNAUTHENTICATED')
    expect(await money.run(request({ caller: ANN_LATER }))).toEqual({ kind: 'conflict' })
    verdict = async () => {}
    const joined = money.run(request({ caller: ANN_LATER }))
    release.open()
    expect(await Promise.all([first, joined].map(kindOf))).toEqual(['settled', 'settled'])
  })

  test('of two names never meet, and a name that is no token’s own word is none', async () => {
    await money.run(request({ caller: ANN }))
    expect(await money.find(token('bob', 'bob'), 'key')).toBeNull()
    expect(await money.find(OPAQUE_A, 'key')).toBeNull()
    expect(reads).toEqual([])
  })

  test('that prove themselves send what meanwhile became free, once', async () => {
    const [checking, proving] = [gate(), gate()]
    const refused = money.run(
      request({ caller: ANN, check: async () => checking.opened.then(() => ({ __typename: 'QuoteMoved' })) }),
    )
    verdict = () => proving.opened
    const later = request({ caller: ANN_LATER })
    const asked = money.run(later)
    checking.open()
    expect(await kindOf(refused)).toBe('refused-before-sending')
    proving.open()
    expect(await kindOf(asked)).toBe('settled')
    expect(later.sent).toHaveLength(1)
  })
})

describe('what is found out before anything is sent', () => {
  test('refuses with the key free again, and nothing in the journal', async () => {
    const refused = request({ check: async () => ({ __typename: 'QuoteMoved' }) })
    expect(await money.run(refused)).toEqual({ kind: 'refused-before-sending', result: { __typename: 'QuoteMoved' } })
    expect([refused.sent, await money.find(HOUSE, 'key')]).toEqual([[], null])
    expect(steps()).toEqual(['refused'])
    expect(await kindOf(money.run(request({ fingerprint: 'corrected' })))).toBe('settled')
  })

  test.each([
    ['with an effect that nobody knows', failing('unknown')],
    ['as a refusal', failing('refused')],
    ['by a fault of ours', async () => Promise.reject(new TypeError('a bug'))],
  ])('leaves the key free where the look itself fails %s', async (_how, check) => {
    const asked = request({ check })
    await expect(money.run(asked)).rejects.toThrow()
    expect([asked.sent, await money.find(HOUSE, 'key')]).toEqual([[], null])
    expect(await kindOf(money.run(request()))).toBe('settled')
  })
})

describe('a call that was made', () => {
  test('has its intent on the disk before it leaves', async () => {
    let intent: Entry | null = null
    await money.run(
      request({
        send: async () => {
          intent = journal.find({ upstream: 'api', scope: 'gateway', key: 'key' })
          return MADE
        },
      }),
    )
    expect(intent).toMatchObject({ state: 'IN_PROGRESS', account: 'house', credential: 'client', owner: 'gateway' })
    expect(intent).toMatchObject({ sought: { amount: { value: '1.5', is: 'receiveAmount' } } })
  })

  test('and never left leaves the key free', async () => {
    await expect(money.run(request({ send: failing('not-sent') }))).rejects.toMatchObject({ effect: 'not-sent' })
    expect(await money.find(HOUSE, 'key')).toBeNull()
    expect(await kindOf(money.run(request({ fingerprint: 'other' })))).toBe('settled')
    expect(steps()).toEqual(['journaled', 'notSent', 'journaled', 'succeeded'])
  })

  test('and was refused is remembered: the same refusal again, and nothing sent', async () => {
    const asked = request({ send: failing('refused') })
    for (let n = 0; n < 3; n += 1)
      expect(await money.run(asked)).toEqual({
        kind: 'settled',
        result: { __typename: 'InvalidInput' },
        fault: undefined,
      })
    expect(asked.sent).toHaveLength(1)
    await expect.poll(replays).toBe(2)
    expect(await money.find(HOUSE, 'key')).toMatchObject({ state: 'REJECTED' })
  })

  test('and was refused for no input is the same error each time, and Refused as an operation', async () => {
    const asked = request({ send: failing('refused', 'FORBIDDEN') })
    for (let n = 0; n < 2; n += 1)
      expect(await money.run(asked)).toMatchObject({
        kind: 'settled',
        fault: { code: 'FORBIDDEN', message: 'No.', details: { scope: 'the scope' }, effect: 'refused' },
      })
    expect(asked.sent).toHaveLength(1)
    expect(await money.find(HOUSE, 'key')).toMatchObject({ state: 'REJECTED', result: { __typename: 'Refused' } })
  })

  test.each([
    ['an unknown effect', failing('unknown')],
    ['a fault of ours, after sending', async () => Promise.reject(new TypeError('a bug'))],
  ])('and ended in %s stays UNKNOWN, is looked for, and is never sent again', async (_what, send) => {
    const asked = request({ send })
    expect(await money.run(asked)).toMatchObject({
      kind: 'unknown',
      operation: { state: 'UNKNOWN', settledAt: null, result: null },
    })
    expect(looked).toMatchObject([{ place: { key: 'key' }, state: 'UNKNOWN', unknownAt: expect.any(Date) }])
    expect(await money.run(asked)).toMatchObject({ kind: 'unknown', operation: { idempotencyKey: 'key', replays: 1 } })
    expect(asked.sent).toHaveLength(1)
    await expect.poll(replays).toBe(1)
    expect(await money.find(HOUSE, 'key')).toMatchObject({ state: 'UNKNOWN' })
    expect(steps()).toEqual(['journaled', 'unknown', 'replayed'])
  })

  test('and is found at once is answered with what was found', async () => {
    const look = async ({ place }: Entry): Promise<void> =>
      journal.settleByRow(place, { state: 'SUCCEEDED', answer: { result: KEPT }, at: new Date(9), row: 'X:1' })
    money = desk({ reconciler: { look, lookForAll: () => {}, close: async () => {} } })
    expect(await money.run(request({ send: failing('unknown') }))).toEqual({
      kind: 'settled',
      result: KEPT,
      fault: undefined,
    })
    expect(await money.find(HOUSE, 'key')).toMatchObject({ state: 'SUCCEEDED', settledAt: new Date(9) })
  })

  test('and is not found soon is answered after a while, whatever the look does', async () => {
    const never = new Promise<void>(() => {})
    money = desk({ lookMs: 50, reconciler: { look: () => never, lookForAll: () => {}, close: async () => {} } })
    expect(await kindOf(money.run(request({ send: failing('unknown') })))).toBe('unknown')
  })
})

describe('a caller’s patience', () => {
  test('ends with OutcomeUnknown while the call is under way, whose late answer settles the key', async () => {
    money = desk({ patienceMs: 50 })
    const release = gate()
    const asked = request({ send: async () => release.opened.then(() => MADE) })
    const early = await money.run(asked)
    expect(early).toMatchObject({ kind: 'unknown', operation: { state: 'IN_PROGRESS', settledAt: null } })
    expect(await money.run(asked)).toMatchObject({ kind: 'unknown', operation: { state: 'IN_PROGRESS', replays: 1 } })
    release.open()
    await expect.poll(async () => (await money.find(HOUSE, 'key'))?.state).toBe('SUCCEEDED')
    expect(await money.run(asked)).toMatchObject({ kind: 'settled', result: KEPT })
    expect(asked.sent).toHaveLength(1)
  })

  test('that ends before anything has left: nothing leaves any more, and the key is free', async () => {
    money = desk({ patienceMs: 50 })
    const looking = gate()
    const asked = request({ check: async () => looking.opened.then(() => undefined) })
    const run = money.run(asked)
    const joined = money.run(asked)
    setTimeout(looking.open, 200)
    for (const each of [run, joined]) await expect(each).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    expect([asked.sent, await money.find(HOUSE, 'key'), steps()]).toEqual([[], null, []])
    expect(await kindOf(money.run(request()))).toBe('settled')
  })

  test('that ends while the journal is written: nothing leaves any more, and the key is free', async () => {
    const writing = gate()
    money = desk({ patienceMs: 50, journal: slow(writing.opened) })
    const asked = request()
    const run = money.run(asked)
    setTimeout(writing.open, 200)
    await expect(run).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    expect([asked.sent, await money.find(HOUSE, 'key'), steps()]).toEqual([[], null, []])
    expect(await kindOf(money.run(request({ fingerprint: 'other' })))).toBe('settled')
  })
})

describe('the one who came first', () => {
  const gone = async (): Promise<never> => {
    throw new GatewayError('CANCELLED', 'The caller has gone.')
  }

  test('and went before anything was sent leaves it to those who have joined, of whom one sends', async () => {
    const looking = gate()
    const first = money.run(request({ check: async () => looking.opened.then(gone) }))
    const joined = [request(), request(), request()]
    const runs = joined.map(async (each) => money.run(each))
    looking.open()
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await Promise.all(runs)).toEqual(Array(3).fill({ kind: 'settled', result: MADE, fault: undefined }))
    expect(joined.flatMap(({ sent }) => sent)).toHaveLength(1)
    await expect.poll(replays).toBe(2)
  })

  test('and failed otherwise takes those who have joined along', async () => {
    const looking = gate()
    let looks = 0
    const check = async (): Promise<never> => {
      looks += 1
      return looking.opened.then(failing('unknown'))
    }
    const asked = request({ check })
    const runs = [money.run(asked), money.run(asked)]
    looking.open()
    for (const run of runs) await expect(run).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' })
    expect([looks, asked.sent]).toEqual([1, []])
  })
})

describe('a journal that cannot be written', () => {
  const full = async (): Promise<never> => Promise.reject(new Error('disk full'))

  test('before the call: nothing is sent, and the key is free', async () => {
    money = desk({ journal: { ...journal, claim: full } })
    const asked = request()
    await expect(money.run(asked)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' })
    expect(asked.sent).toEqual([])
    expect(await money.find(HOUSE, 'key')).toBeNull()
    expect(steps()).toEqual(['unwritten'])
  })

  test('with a key that the disk has and the memory has not: nothing is sent', async () => {
    const blind: Journal = { ...journal, find: () => null }
    await money.run(request())
    money = desk({ journal: blind })
    const asked = request()
    await expect(money.run(asked)).rejects.toThrow()
    expect(asked.sent).toEqual([])
  })

  test('or read, after a call that nobody knows of: that is what is told, and no fault of the gateway', async () => {
    let isBroken = false
    const find: Journal['find'] = (place) => {
      if (isBroken) throw new Error('disk I/O error')
      return journal.find(place)
    }
    money = desk({ journal: { ...journal, find } })
    const send = async (): Promise<never> => {
      isBroken = true
      return failing('unknown')()
    }
    const asked = request({ send })
    const told = await money.run(asked)
    expect(told).toMatchObject({ kind: 'unknown', operation: { state: 'UNKNOWN', idempotencyKey: 'key' } })
    expect(steps()).toEqual(['journaled', 'unknown', 'lookFailed'])
    isBroken = false
    expect(await money.find(HOUSE, 'key')).toMatchObject({ state: 'UNKNOWN' })
    expect(asked.sent).toHaveLength(1)
  })

  test('after the call: the answer is given, what is missing is audited, and it is not sent again', async () => {
    money = desk({ journal: { ...journal, settle: full } })
    const asked = request()
    expect(await money.run(asked)).toEqual({ kind: 'settled', result: MADE, fault: undefined })
    expect(audited).toMatchObject([
      { step: 'journaled' },
      { step: 'unwritten', line: { caller: 'gateway', mutation: 'createCryptoWithdrawal', key: 'key' } },
      { step: 'succeeded' },
    ])
    expect(await money.run(asked)).toMatchObject({ kind: 'unknown', operation: { state: 'UNKNOWN' } })
    expect(asked.sent).toHaveLength(1)
  })

  test('after a refusal, an unknown outcome, and a call that did not leave: each is told as it is', async () => {
    money = desk({ journal: { ...journal, settle: full, markUnknown: full, free: full } })
    const run = async (key: string, effect: Effect): Promise<unknown> =>
      money.run(request({ idempotencyKey: key, send: failing(effect) })).catch((error: unknown) => error)
    expect(await run('refused', 'refused')).toMatchObject({ result: { __typename: 'InvalidInput' } })
    expect(await run('unknown', 'unknown')).toMatchObject({ kind: 'unknown', operation: { state: 'UNKNOWN' } })
    expect(await run('not sent', 'not-sent')).toMatchObject({ effect: 'not-sent' })
    expect(steps().filter((step) => step === 'unwritten')).toHaveLength(3)
  })
})

describe('an outcome that could not be written', () => {
  const FIVE_SECONDS = 5_000
  let isFull: boolean
  /** The journal of this test on a disk that is full for a while, but for claims. */
  const filling = (): Journal => {
    const unlessFull =
      <A extends unknown[]>(write: (...args: A) => Promise<void>) =>
      async (...args: A): Promise<void> =>
        isFull ? Promise.reject(new Error('disk full')) : write(...args)
    const { settle, markUnknown, free } = journal
    return { ...journal, settle: unlessFull(settle), markUnknown: unlessFull(markUnknown), free: unlessFull(free) }
  }
  const state = (): string | undefined => journal.find({ upstream: 'api', scope: 'gateway', key: 'key' })?.state

  beforeEach(() => {
    isFull = true
    money = desk({ journal: filling() })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => void vi.useRealTimers())

  test.each<[string, string | undefined, () => Promise<Result>]>([
    ['success', 'SUCCEEDED', async () => MADE],
    ['refusal', 'REJECTED', failing('refused')],
    ['call that did not leave', undefined, failing('not-sent')],
  ])('is tried again every five seconds: a %s', async (_what, written, send) => {
    await money.run(request({ send })).catch(() => {})
    for (let tries = 1; tries < 4; tries += 1) {
      await expect.poll(() => steps().filter((step) => step === 'unwritten')).toHaveLength(tries)
      expect(state()).toBe('IN_PROGRESS')
      await vi.advanceTimersByTimeAsync(FIVE_SECONDS - 1)
      expect(steps().filter((step) => step === 'unwritten')).toHaveLength(tries)
      await vi.advanceTimersByTimeAsync(1)
    }
    isFull = false
    await vi.advanceTimersByTimeAsync(FIVE_SECONDS)
    await expect.poll(state).toBe(written)
    const lines = audited.length
    await vi.advanceTimersByTimeAsync(10 * FIVE_SECONDS)
    expect([audited.length, vi.getTimerCount(), looked]).toEqual([lines, 0, []])
  })

  test('and is unknown is looked for once it is', async () => {
    await money.run(request({ send: failing('unknown') }))
    looked.length = 0
    await vi.advanceTimersByTimeAsync(FIVE_SECONDS)
    expect([looked, state()]).toEqual([[], 'IN_PROGRESS'])
    isFull = false
    await vi.advanceTimersByTimeAsync(FIVE_SECONDS)
    await expect.poll(() => looked).toMatchObject([{ place: { key: 'key' }, state: 'UNKNOWN' }])
  })
})

describe('closing', () => {
  test.each<[string, (held: Promise<void>) => [Journal, MoneyRequest<Result>['check']]]>([
    ['is looked at before it is sent', (held) => [journal, async () => held.then(() => undefined)]],
    ['is being written into the journal', (held) => [slow(held), async () => undefined]],
  ])('lets nothing leave that %s, and its key is free', async (_what, holding) => {
    const held = gate()
    const [kept, check] = holding(held.opened)
    money = desk({ journal: kept })
    const asked = request({ check })
    const run = money.run(asked)
    money.stop()
    const joined = money.run(asked)
    held.open()
    for (const each of [run, joined]) await expect(each).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    expect([asked.sent, await money.find(HOUSE, 'key'), journal.open()]).toEqual([[], null, []])
  })

  test('waits for what has left, and what comes later is turned away with nothing sent', async () => {
    const release = gate()
    const asked = request({ send: async () => release.opened.then(() => MADE) })
    const run = money.run(asked)
    await expect.poll(() => asked.sent.length).toBe(1)
    let isClosed = false
    const closed = money.close().then(() => (isClosed = true))
    const late = request({ idempotencyKey: 'late' })
    await expect(money.run(late)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', effect: 'not-sent' })
    expect([late.sent, isClosed]).toEqual([[], false])
    const joined = money.run(asked)
    release.open()
    await closed
    expect(await money.find(HOUSE, 'key')).toMatchObject({ state: 'SUCCEEDED' })
    expect(await Promise.all([run, joined].map(kindOf))).toEqual(['settled', 'settled'])
    expect(await money.run(asked)).toMatchObject({ kind: 'settled', result: KEPT })
  })
})

describe('news of a key', () => {
  test('is told when it is claimed, when it is settled and when it is given again', async () => {
    const release = gate()
    const run = money.run(request({ send: async () => release.opened.then(() => MADE) }))
    await expect.poll(() => changed.length).toBeGreaterThanOrEqual(1)
    const before = changed.length
    release.open()
    await run
    expect(changed.length).toBeGreaterThan(before)
    const settled = changed.length
    await money.run(request())
    expect(changed.length).toBeGreaterThan(settled)
    expect(new Set(changed)).toEqual(new Set(['key']))
  })
})

test('no audit line and no byte of the journal holds a destination or a token in full', async () => {
  const recipient = 'reader-of-books@example.com'
  const destination = { address: ADDRESS, recipient, memo: '104729' }
  const outcomes = [async () => MADE, failing('refused'), failing('unknown'), failing('not-sent')]
  for (const [n, send] of outcomes.entries()) {
    const caller = { ...token('ann'), token: 'a-secret-token' }
    const asked = request({ caller, idempotencyKey: `k${n}`, fingerprint: ADDRESS, sought: { destination }, send })
    for (let again = 0; again < 2; again += 1) await money.run(asked).catch(() => {})
    await money.run({ ...asked, fingerprint: 'other' }).catch(() => {})
  }
  const lines = JSON.stringify(audited)
  const bytes = ['', '-wal'].map((end) => readFileSync(join(dataDir, `journal.db${end}`), 'latin1')).join('')
  expect(lines).toContain('bc1q..f3t4')
  expect(bytes).toContain('"W1"')
  for (const secret of [ADDRESS, recipient, '104729', 'a-secret-token'])
    for (const text of [lines, bytes]) expect(text).not.toContain(secret)
})
