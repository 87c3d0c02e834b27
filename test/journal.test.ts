// The journal of money-moving calls, on a real file: who has a key, who has a row of the history, and what is open.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openJournal } from '../src/money/journal.ts'
import { fromJson, toJson } from '../src/money/answers.ts'
import type { Entry, Intent, Journal, JournalOptions, Place, Settlement } from '../src/money/journal.ts'

let dataDir: string
let journal: Journal
let time: number

const options = (more: Partial<JournalOptions> = {}): JournalOptions => ({
  dataDir,
  upstream: 'api',
  world: 'https://api',
  days: 90,
  now: () => new Date(time),
  ...more,
})

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'journal-'))
  time = Date.parse('2026-11-22T12:00:00Z')
  journal = openJournal(options())
})
afterEach(() => {
  journal.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** The same file, opened as the next process does. */
function reopen(more: Partial<JournalOptions> = {}): void {
  journal.close()
  journal = openJournal(options(more))
}

const at = (key: string, more: Partial<Place> = {}): Place => ({ upstream: 'api', scope: 'gateway', key, ...more })

const intent = (place: Place, more: Partial<Intent> = {}): Intent => ({
  place,
  owner: 'gateway',
  account: 'house',
  credential: 'client',
  mutation: 'createExchange',
  fingerprint: 'print',
  externalId: `reference-${place.key}`,
  sought: { amount: { value: '1.5', is: 'payAmount', or: [] }, facts: { payCode: 'EUR' }, destination: {} },
  startedAt: new Date(time),
  ...more,
})

const succeeded = (row: string): Settlement & { row: string } => ({
  state: 'SUCCEEDED',
  answer: { result: { __typename: 'Exchange', id: row.slice(9) } },
  at: new Date(time),
  row,
})
const rejected: Settlement = {
  state: 'REJECTED',
  answer: { result: { __typename: 'Refused' }, fault: { code: 'FORBIDDEN', message: 'No.', details: { scope: 's' } } },
  at: new Date('2026-11-22T12:00:01Z'),
}

const claimed = async (key: string, more: Partial<Intent> = {}): Promise<Place> => {
  const place = at(key)
  await journal.claim(intent(place, more))
  return place
}
const unknown = async (key: string, more: Partial<Intent> = {}): Promise<Place> => {
  const place = await claimed(key, more)
  await journal.markUnknown(place, new Date(time))
  return place
}
const find = (place: Place): Entry => journal.find(place) as Entry
const keys = (entries: readonly Entry[]): string[] => entries.map(({ place }) => place.key)

describe('a key', () => {
  test('is claimed with all that is known of the call, and is found again, by another process too', async () => {
    const asked = intent(at('k'), { sought: { facts: {}, destination: { address: 'digest' }, object: 'O1' } })
    expect(journal.find(at('k'))).toBeNull()
    await journal.claim(asked)
    const entry = { ...asked, unknownAt: null, settledAt: null, replays: 0, answer: null, candidates: [] }
    expect(journal.find(at('k'))).toEqual({ ...entry, state: 'IN_PROGRESS' })
    reopen()
    expect(journal.find(at('k'))).toEqual({ ...entry, state: 'UNKNOWN', unknownAt: new Date(time) })
  })

  test('is claimed once: the second claim rejects and changes nothing, in the same turn and later', async () => {
    const claims = [intent(at('k')), intent(at('k'), { fingerprint: 'other' })].map(async (each) => journal.claim(each))
    expect((await Promise.allSettled(claims)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await expect(journal.claim(intent(at('k'), { owner: 'thief' }))).rejects.toThrow()
    expect(find(at('k'))).toMatchObject({ fingerprint: 'print', owner: 'gateway' })
  })

  test('that is settled or unknown is taken as well', async () => {
    await journal.settle(await claimed('settled'), succeeded('Exchange:E1'))
    await unknown('unknown')
    for (const key of ['settled', 'unknown']) await expect(journal.claim(intent(at(key)))).rejects.toThrow()
  })

  test('is unique in its scope and at its upstream alone', async () => {
    await claimed('k')
    await journal.claim(intent(at('k', { scope: 'subject-1' })))
    await journal.claim(intent(at('k', { upstream: 'sandbox' })))
    await journal.settle(at('k', { scope: 'subject-1' }), rejected)
    expect(find(at('k')).state).toBe('IN_PROGRESS')
    expect(find(at('k', { scope: 'subject-1' })).state).toBe('REJECTED')
  })

  test('has its reference known as ours, open and settled, and no other', async () => {
    await unknown('open')
    await journal.settle(await claimed('settled'), rejected)
    await journal.free(await claimed('free'))
    expect(['open', 'settled', 'free'].map((key) => journal.isReference(`reference-${key}`))).toEqual([
      true,
      true,
      false,
    ])
  })

  test('of a call that never left is free again', async () => {
    await journal.free(await claimed('k'))
    await claimed('other')
    expect(journal.find(at('k'))).toBeNull()
    await claimed('k', { fingerprint: 'corrected' })
    expect(find(at('k')).fingerprint).toBe('corrected')
    expect(journal.find(at('other'))).not.toBeNull()
  })
})

describe('an outcome', () => {
  test('is kept with its answer, its error and its times, over a restart', async () => {
    const place = await claimed('k')
    await journal.settle(place, rejected)
    await journal.addReplays(place, 3)
    reopen()
    const { answer, at: settledAt } = rejected
    expect(find(place)).toMatchObject({ state: 'REJECTED', answer, settledAt, replays: 3, startedAt: new Date(time) })
  })

  test('is the last word: nothing settles an entry again', async () => {
    const place = await claimed('k')
    await journal.settle(place, succeeded('Exchange:E1'))
    await expect(journal.settle(place, rejected)).rejects.toThrow()
    await expect(journal.settleByRow(place, succeeded('Exchange:E2'))).rejects.toThrow()
    await journal.setCandidates(place, [{ __typename: 'Exchange', id: 'E3' }])
    expect(find(place)).toMatchObject({ state: 'SUCCEEDED', answer: { result: { id: 'E1' } }, candidates: [] })
    expect(journal.isOwned('Exchange:E2')).toBe(false)
  })

  test('that is unknown has the time when it was given up, and its candidates until it is settled', async () => {
    const place = await unknown('k')
    await journal.setCandidates(place, [
      { __typename: 'Exchange', id: 'E1', createdAt: new Date(5) } as never,
      { __typename: 'Exchange', id: 'E2' },
    ])
    reopen()
    expect(find(place)).toMatchObject({
      state: 'UNKNOWN',
      unknownAt: new Date(time),
      settledAt: null,
      candidates: [{ id: 'E1', createdAt: new Date(5) }, { id: 'E2' }],
    })
    await journal.settle(place, rejected)
    expect(find(place).candidates).toEqual([])
  })

  test('counts how often it was given again, open and settled', async () => {
    const place = await unknown('k')
    await Promise.all(Array.from({ length: 5 }, async () => journal.addReplays(place, 1)))
    await journal.settle(place, rejected)
    await journal.addReplays(place, 37)
    expect(find(place).replays).toBe(42)
  })
})

describe('a row of the history', () => {
  test('is one entry’s: it settles no second one, which stays as it was', async () => {
    const [one, two] = [await unknown('one'), await unknown('two')]
    await journal.settleByRow(one, succeeded('Exchange:E1'))
    await expect(journal.settleByRow(two, succeeded('Exchange:E1'))).rejects.toThrow()
    expect(find(two)).toMatchObject({ state: 'UNKNOWN', answer: null, settledAt: null })
    expect([journal.isOwned('Exchange:E1'), journal.isOwned('Exchange:E2')]).toEqual([true, false])
    await journal.settleByRow(two, succeeded('Exchange:E2'))
    expect(find(two).state).toBe('SUCCEEDED')
  })

  test('goes to one of two that are settled by it in the same turn', async () => {
    const places = [await unknown('one'), await unknown('two')]
    const settled = places.map(async (place) => journal.settleByRow(place, succeeded('Exchange:E1')))
    expect((await Promise.allSettled(settled)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(places.map((place) => find(place).state)).toEqual(['SUCCEEDED', 'UNKNOWN'])
  })

  test('of an answer is owned too, over a restart, and an answer is kept though its row is another’s', async () => {
    await journal.settle(await claimed('one'), succeeded('Exchange:E1'))
    reopen()
    expect(journal.isOwned('Exchange:E1')).toBe(true)
    // What the upstream has answered is known, whatever was made of that row before: paid twice, it may be the same order.
    await journal.settle(await claimed('two'), succeeded('Exchange:E1'))
    expect(find(at('two')).state).toBe('SUCCEEDED')
    await expect(journal.settleByRow(await unknown('three'), succeeded('Exchange:E1'))).rejects.toThrow()
  })

  test('of another history is owned with the one that it belongs to, by answers and by what is found alike', async () => {
    const parts = ['Exchange:E1', 'CryptoWithdrawal:W1']
    await journal.settle(await claimed('answered'), { ...succeeded('WithdrawalWithExchange:X1'), parts })
    await journal.settleByRow(await unknown('found'), {
      ...succeeded('WithdrawalWithExchange:X2'),
      parts: [...parts, 'Exchange:E2'],
    })
    reopen()
    for (const row of [...parts, 'Exchange:E2']) expect(journal.isOwned(row)).toBe(true)
    await expect(journal.settleByRow(await unknown('other'), succeeded('Exchange:E2'))).rejects.toThrow()
  })

  test('is owned by nobody where the entry was refused', async () => {
    await journal.settle(await claimed('k'), { ...rejected, row: null })
    expect(journal.isOwned('null')).toBe(false)
  })

  test('of another world is another row, though its upstream bears the same name, as the sandbox after a restart', async () => {
    await journal.settle(await claimed('k'), succeeded('Exchange:E1'))
    reopen({ world: 'https://api:2' })
    expect(journal.isOwned('Exchange:E1')).toBe(false)
    await journal.settleByRow(await unknown('second'), succeeded('Exchange:E1'))
    expect(find(at('second')).state).toBe('SUCCEEDED')
  })
})

describe('what is open', () => {
  test('is found by account and mutation, oldest first, and what is settled is not', async () => {
    await unknown('late', { startedAt: new Date(time + 2) })
    await claimed('early', { startedAt: new Date(time + 1) })
    await unknown('other mutation', { mutation: 'payOrder', startedAt: new Date(time) })
    await unknown('other account', { account: 'subject-1', startedAt: new Date(time + 3) })
    await journal.settle(await claimed('done'), rejected)
    await journal.free(await claimed('free'))
    expect(keys(journal.open({ account: 'house', mutation: 'createExchange' }))).toEqual(['early', 'late'])
    expect(keys(journal.open({ account: 'subject-1', mutation: 'createExchange' }))).toEqual(['other account'])
    expect(keys(journal.open({ account: 'subject-1', mutation: 'payOrder' }))).toEqual([])
    expect(keys(journal.open())).toEqual(['other mutation', 'early', 'late', 'other account'])
  })

  test('is counted by whether its outcome may yet come', async () => {
    expect(journal.countOpen()).toEqual({ IN_PROGRESS: 0, UNKNOWN: 0 })
    for (const key of ['one', 'two']) await claimed(key)
    await unknown('three')
    await journal.settle(await claimed('four'), rejected)
    expect(journal.countOpen()).toEqual({ IN_PROGRESS: 2, UNKNOWN: 1 })
    reopen()
    expect(journal.countOpen()).toEqual({ IN_PROGRESS: 0, UNKNOWN: 3 })
  })

  test('at another upstream is not seen', async () => {
    await unknown('k')
    reopen({ upstream: 'sandbox' })
    expect(journal.open()).toEqual([])
    expect(journal.countOpen()).toEqual({ IN_PROGRESS: 0, UNKNOWN: 0 })
    expect(journal.open({ account: 'house', mutation: 'createExchange' })).toEqual([])
    expect(journal.find(at('k', { upstream: 'sandbox' }))).toBeNull()
    reopen()
    expect(keys(journal.open())).toEqual(['k'])
  })

  test('and under way when a process ended is UNKNOWN since the next one began', async () => {
    const [gone, before] = [await claimed('gone'), await unknown('before')]
    time += 60_000
    reopen()
    expect(find(gone)).toMatchObject({ state: 'UNKNOWN', unknownAt: new Date(time), settledAt: null })
    expect(find(before).unknownAt).toEqual(new Date(time - 60_000))
  })
})

describe('time', () => {
  test('ends what is settled, after JOURNAL_DAYS and not a moment before, and its rows', async () => {
    await journal.settle(await claimed('settled'), { ...succeeded('Exchange:E1'), parts: ['Exchange:E2'] })
    time += 90 * 86_400_000
    reopen()
    expect(find(at('settled')).state).toBe('SUCCEEDED')
    time += 1
    reopen()
    expect(journal.find(at('settled'))).toBeNull()
    for (const row of ['Exchange:E1', 'Exchange:E2']) expect(journal.isOwned(row)).toBe(false)
  })

  test('never ends what is UNKNOWN, and no row is free for it while it is', async () => {
    await journal.settle(await claimed('settled'), succeeded('Exchange:E1'))
    await unknown('unknown')
    time += 3650 * 86_400_000
    reopen()
    expect(keys(journal.open())).toEqual(['unknown'])
    expect(journal.find(at('settled'))).toBeNull()
    expect(journal.isOwned('Exchange:E1')).toBe(true)
    await expect(journal.settleByRow(at('unknown'), succeeded('Exchange:E1'))).rejects.toThrow()
    expect(find(at('unknown')).state).toBe('UNKNOWN')
  })

  test('ends the row of what is long forgotten, once nothing is UNKNOWN any more', async () => {
    await journal.settle(await claimed('settled'), succeeded('Exchange:E1'))
    await unknown('unknown')
    time += 91 * 86_400_000
    reopen()
    await journal.settle(at('unknown'), { ...rejected, at: new Date(time) })
    expect(journal.isOwned('Exchange:E1')).toBe(true)
    reopen()
    expect(journal.isOwned('Exchange:E1')).toBe(false)
  })

  test('stays one in what is kept as JSON, and everything else stays what it is', () => {
    const value = { at: new Date(7), list: [new Date(8), '1970-01-01T00:00:00.008Z', null, 1, true], in: { none: {} } }
    expect(fromJson(toJson(value))).toEqual(value)
  })
})

test('the file holds what is claimed before the claim is told, for whoever kills the process then', async () => {
  await claimed('a-key-of-the-test')
  const bytes = ['', '-wal'].map((end) => readFileSync(join(dataDir, `journal.db${end}`), 'latin1')).join('')
  expect(bytes).toContain('a-key-of-the-test')
})
