// Every misfortune of a call that moves money, met by every mutation that does: money moves at most once, and nobody is told a guess.
//
// Of the sabotages that the suite has to notice, planted and seen here:
// - a retry on the money POST: all that is UNKNOWN turns red, by two POSTs or two executions; retrying a reset or a 503 alone, those rows;
// - the journal written after the request: "is written in the journal before its first byte leaves".
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openDesk } from './support/attempts.ts'
import { MOVEMENTS } from './support/movements.ts'
import type { Fault } from '../src/sandbox/faults.ts'
import type { Attempt, Desk, Told } from './support/attempts.ts'
import type { ConnectFault } from './support/line.ts'
import type { Input, Movement } from './support/movements.ts'

type PostFault = Omit<Fault, 'method' | 'path' | 'count'>

/** A connection never stood: the error, and nothing else. */
const NEVER_CONNECTED: readonly (readonly [string, ConnectFault, string])[] = [
  ['a refused connection', 'refused', 'UPSTREAM_UNAVAILABLE'],
  ['a host that DNS does not know', 'unknown-host', 'UPSTREAM_UNAVAILABLE'],
  ['a connection that takes too long to stand', 'never', 'UPSTREAM_TIMEOUT'],
]

/** Documented refusals: what the mutation says, or the code of its error. */
const REFUSED: readonly (readonly [
  string,
  readonly PostFault[],
  { readonly type: string } | { readonly code: string },
])[] = [
  ['a 400', [{ kind: 'status', status: 400 }], { type: 'InvalidInput' }],
  ['a 401, and another with a new token', [unauthorized(), unauthorized()], { code: 'UNAUTHENTICATED' }],
  ['a 403', [{ kind: 'status', status: 403 }], { code: 'FORBIDDEN' }],
  ['a 404', [{ kind: 'status', status: 404 }], { type: 'InvalidInput' }],
  ['a 422', [{ kind: 'status', status: 422 }], { type: 'InvalidInput' }],
]

function unauthorized(): PostFault {
  return { kind: 'status', status: 401 }
}

/** What tells nothing, though the money may have moved or not. */
const EITHER: readonly (readonly [string, PostFault])[] = [
  ['a reset', { kind: 'reset-before' }],
  ['no answer until the time is over', { kind: 'hang' }],
  ['an empty 200', { kind: 'empty' }],
  ['a 200 with an HTML page', { kind: 'html', status: 200 }],
  ['a 203', { kind: 'non-authoritative' }],
  ['a 302', { kind: 'redirect' }],
  ["a 404 with some proxy's page", { kind: 'html', status: 404 }],
  ['a 409', { kind: 'status', status: 409 }],
  ['a 500', { kind: 'status', status: 500 }],
  ["a 502 with some proxy's page", { kind: 'html', status: 502 }],
  ['a 503', { kind: 'status', status: 503 }],
  ['a 504', { kind: 'status', status: 504 }],
]

/** The right answer gone wrong on its way. */
const SPOILT: readonly (readonly [string, PostFault])[] = [
  ['half a body', { kind: 'half-body' }],
  ['a body that is longer than its length', { kind: 'wrong-length' }],
  ['a body that is no JSON', { kind: 'invalid-json' }],
  ['an answer without an id', { kind: 'missing-id' }],
]

const EXECUTED: readonly (readonly [string, PostFault])[] = [
  ...EITHER.map(([name, fault]) => [name, { ...fault, execute: true }] as const),
  ...SPOILT,
  ['a reset, executed late', { kind: 'reset-before', execute: true, executeAfterMs: 200 }],
]

const NOT_EXECUTED = EITHER.map(([name, fault]) => [name, { ...fault, execute: false }] as const)

const ENVIRONMENT = {
  // Shorter than the time for the money, so that a connection that never stands is not taken for an answer that never comes.
  UPSTREAM_TIMEOUT_MS: '800',
  MONEY_TIMEOUT_MS: '1200',
  // The client is told at once, before the history is.
  RECONCILE_WAIT_MS: '0',
  RECONCILE_WINDOW_MS: '300',
  // Of one fault after another at one gateway each is to arrive.
  BREAKER_FAILURES: '1000000',
}

const PATIENCE = { timeout: 10_000, interval: 20 }

describe.concurrent.each(MOVEMENTS)('$mutation', (movement) => {
  // The mutations beside one another, each at a sandbox of its own; the misfortunes of one after one another.
  describe('that meets misfortune', { concurrent: false }, () => misfortunes(movement))
})

function misfortunes(movement: Movement): void {
  const { mutation, made, list } = movement
  const known = { mutation, candidates: [] }
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(movement, ENVIRONMENT)
  })
  afterEach(() => desk.mend())
  afterAll(() => desk.close())

  /** What was paid, else what was made last. */
  const idOf = async ({ input }: Attempt): Promise<unknown> => input['id'] ?? (await desk.newest())

  /** It is done and told, and told again. `posts` is how many calls it took, with those before. */
  async function expectToWork(attempt: Attempt, posts: number): Promise<void> {
    const told = await attempt.ask()
    expect(told).toEqual({ result: { __typename: made, id: expect.any(String) }, errors: [] })
    expect(await attempt.ask()).toEqual(told)
    expect(await attempt.operation()).toEqual({ ...known, state: 'SUCCEEDED', replays: 1, result: told.result })
    expect(desk.counts()).toEqual({ posts, executions: 1, looks: 0 })
    expect(told.result.id).toBe(await idOf(attempt))
  }

  /** Told that nobody knows, and told it again; only then may the history be read. */
  async function expectUnknown(fault: PostFault, used?: Input): Promise<Attempt> {
    const attempt = await desk.attempt(used)
    desk.hold('looks')
    desk.fault(fault)
    const operation = { mutation, state: 'UNKNOWN', settledAt: null, candidates: [], result: null }
    const told = {
      result: { __typename: 'OutcomeUnknown', message: expect.stringContaining('may have been done'), operation },
      errors: [],
    }
    expect(await attempt.ask()).toEqual(told)
    expect(await attempt.operation()).toEqual({ ...known, state: 'UNKNOWN', replays: 0, result: null })
    expect(await attempt.ask()).toEqual(told)
    expect(await attempt.operation()).toEqual({ ...known, state: 'UNKNOWN', replays: 1, result: null })
    expect(desk.counts()).toMatchObject({ posts: 1, looks: 0 })
    desk.mend()
    return attempt
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as its query shapes it
  async function settled(attempt: Attempt): Promise<any> {
    await vi.waitFor(async () => expect((await attempt.operation()).state).not.toBe('UNKNOWN'), PATIENCE)
    return attempt.operation()
  }

  /** The history has settled it, and that is told from then on. */
  async function expectSettled(attempt: Attempt, state: string, executions: number): Promise<Told['result']> {
    const operation = await settled(attempt)
    expect(operation).toEqual({ ...known, state, replays: 1, result: expect.anything() })
    expect(await attempt.ask()).toEqual({ result: operation.result, errors: [] })
    expect(desk.counts()).toEqual({ posts: 1, executions, looks: expect.any(Number) })
    return operation.result
  }

  async function expectFound(attempt: Attempt): Promise<void> {
    const result = await expectSettled(attempt, 'SUCCEEDED', 1)
    expect(result).toEqual({ __typename: made, id: await idOf(attempt) })
  }

  async function expectNotExecuted(attempt: Attempt): Promise<void> {
    const result = await expectSettled(attempt, 'REJECTED', 0)
    expect(result).toMatchObject({ __typename: 'Refused', code: 'NOT_EXECUTED' })
  }

  test('is written in the journal before its first byte leaves', async () => {
    const attempt = await desk.attempt()
    desk.hold('post')
    const asked = attempt.ask()
    await vi.waitFor(() => expect(attempt.isWritten()).toBe(true), PATIENCE)
    expect(desk.counts().posts).toBe(0)
    desk.mend()
    expect(await asked).toMatchObject({ result: { __typename: made }, errors: [] })
  })

  describe('is not sent, and its key stays free, after', () => {
    test.each(NEVER_CONNECTED)('%s', async (_name, how, code) => {
      const attempt = await desk.attempt()
      desk.break(how)
      expect(await attempt.ask()).toEqual({ result: null, errors: [{ code, retryAfter: undefined }] })
      expect(await attempt.operation()).toBeNull()
      desk.mend()
      expect(desk.counts()).toEqual({ posts: 0, executions: 0, looks: 0 })
      await expectToWork(attempt, 1)
    })

    test('a 429, which says when to come again; who comes at once waits until then', async () => {
      const attempt = await desk.attempt()
      desk.fault({ kind: 'status', status: 429, retryAfter: 1 })
      expect(await attempt.ask()).toEqual({ result: null, errors: [{ code: 'RATE_LIMITED', retryAfter: 1 }] })
      expect(await attempt.operation()).toBeNull()
      expect(desk.counts()).toEqual({ posts: 1, executions: 0, looks: 0 })
      await expectToWork(attempt, 2)
    })

    test('a 429 for longer than anybody waits; who comes at once is told so, and nothing is sent', async () => {
      const other = await openDesk(movement, ENVIRONMENT)
      const attempt = await other.attempt()
      other.fault({ kind: 'status', status: 429, retryAfter: 60 })
      expect(await attempt.ask()).toEqual({ result: null, errors: [{ code: 'RATE_LIMITED', retryAfter: 60 }] })
      expect(await attempt.operation()).toBeNull()
      const { requests } = other.sandbox.control
      const sent = requests.list().length
      const again = await attempt.ask()
      expect(again).toEqual({ result: null, errors: [{ code: 'RATE_LIMITED', retryAfter: expect.any(Number) }] })
      expect(again.errors[0]?.retryAfter).toBeGreaterThan(50)
      expect(await attempt.operation()).toBeNull()
      expect(requests.list()).toHaveLength(sent)
      expect(other.counts()).toEqual({ posts: 1, executions: 0, looks: 0 })
      await other.close()
    })
  })

  test('is sent once more after a 401, with a new token', async () => {
    const attempt = await desk.attempt()
    desk.fault(unauthorized())
    await expectToWork(attempt, 2)
  })

  describe('is REJECTED after', () => {
    test.each(REFUSED)('%s', async (_name, faults, refusal) => {
      const attempt = await desk.attempt()
      desk.fault(...faults)
      const told = await attempt.ask()
      const [result, errors] =
        'type' in refusal
          ? [{ __typename: refusal.type, message: expect.any(String) }, []]
          : [null, [{ code: refusal.code, retryAfter: undefined }]]
      expect(told).toEqual({ result, errors })
      const kept = result ?? { __typename: 'Refused', message: expect.any(String), ...refusal }
      expect(await attempt.operation()).toEqual({ ...known, state: 'REJECTED', replays: 0, result: kept })
      expect(await attempt.ask()).toEqual(told)
      expect(await attempt.operation()).toEqual({ ...known, state: 'REJECTED', replays: 1, result: kept })
      expect(desk.counts()).toEqual({ posts: faults.length, executions: 0, looks: 0 })
    })
  })

  describe('is UNKNOWN, and found in the history, executed before', () => {
    test.each(EXECUTED)('%s', async (_name, fault) => {
      const attempt = await expectUnknown(fault)
      await expectFound(attempt)
    })
  })

  describe('is UNKNOWN, and REJECTED once the history shows no trace of it, not executed before', () => {
    test.each(NOT_EXECUTED)('%s', async (_name, fault) => {
      const attempt = await expectUnknown(fault)
      await expectNotExecuted(attempt)
    })
  })

  // Of payments each has a trace of its own: the thing that is paid.
  if (list)
    test.each([
      ['their references', 'shown'],
      ['what they were, where rows tell no reference', 'hidden'],
    ] as const)('two that are UNKNOWN at once are told apart by %s', async (_how, externalIds) => {
      desk.sandbox.control.formats.set({ externalIds })
      const [other, lost] = [await desk.attempt(), await desk.attempt()]
      desk.hold('looks')
      for (const [attempt, kind] of [
        [other, 'reset-before'],
        [lost, 'reset-after'],
      ] as const) {
        desk.fault({ kind })
        expect(await attempt.ask()).toMatchObject({ result: { __typename: 'OutcomeUnknown' } })
      }
      desk.mend()
      expect(await settled(lost)).toMatchObject({ state: 'SUCCEEDED', result: { id: await desk.newest() } })
      expect(await settled(other)).toMatchObject({ state: 'REJECTED', result: { code: 'NOT_EXECUTED' } })
      expect(desk.counts()).toMatchObject({ posts: 2, executions: 1 })
      // The row that settled one is its own: the same once more is not taken for it.
      await expectNotExecuted(await expectUnknown({ kind: 'reset-before' }, lost.input))
    })
}
