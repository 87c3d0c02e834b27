// Settles what nobody knows: looks into the upstream's own history until it tells, and never sends anything.
import { GatewayError } from '../errors.ts'
import { hasUntoldParts, keptOf, partsOf } from './answers.ts'
import { HISTORIES, isMoneyMutation } from './histories.ts'
import { judge } from './judge.ts'
import { describeKept } from './sought.ts'
import { groupKey, spanOf } from './spans.ts'
import type { ErrorCode } from '../errors.ts'
import type { Caller, CallScope } from '../upstream/caller.ts'
import type { Result } from './answers.ts'
import type { Audit, Step } from './audit.ts'
import type { History, MoneyMutation } from './histories.ts'
import type { Entry, Journal, MoneyState, Place } from './journal.ts'
import type { Verdict } from './judge.ts'

export interface Reconciler {
  /** Looks for an entry soon. Resolves once it is settled, or once it is clear that its history cannot be read now. */
  look(entry: Entry): Promise<void>
  /** Looks for all that is open, as after a start. */
  lookForAll(): void
  /** Stops, once a look that is under way has ended; what is open stays so. */
  close(): Promise<void>
}

export interface ReconcilerOptions {
  readonly journal: Journal
  readonly history: History
  /** By whom a history may be read; undefined: nobody is at hand. */
  readonly reader: (entry: Entry) => Caller | undefined
  readonly scopeOf: (caller: Caller, signal: AbortSignal) => CallScope
  readonly windowMs: number
  readonly now: () => Date
  /** Told of each key of whose entry there is news. */
  readonly changed: (idempotencyKey: string) => void
  readonly audit: Audit
}

/** The first looks come soon, since a caller waits for them; then each pause is twice the one before. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000
/** Once the window is over, only what is in doubt is left. */
const LONGEST_PAUSE_LATER_MS = 3_600_000

/** Entries that one reading of a history can settle. */
interface Group {
  readonly of: Entry
  pauses: number
  timer: NodeJS.Timeout | undefined
  running: boolean
  /** Somebody asked meanwhile. */
  again: boolean
  /** Not before this the next look. */
  notBefore: number
  waiting: { readonly place: Place; readonly resolve: () => void }[]
}

/** Why a look was not had: how long to wait at least, and whether that helps anybody. */
interface Miss {
  readonly pauseMs: number
  readonly isHopeless: boolean
}

const NO_ENTRY: ReadonlySet<ErrorCode> = new Set(['FORBIDDEN', 'UNAUTHENTICATED'])

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { journal, history, reader, scopeOf, windowMs, now, changed, audit } = options
  const groups = new Map<string, Group>()
  const running = new Set<Promise<void>>()
  const ended = new AbortController()

  const wake = (entry: Entry): Group => {
    const key = groupKey(entry)
    let group = groups.get(key)
    if (!group) {
      group = { of: entry, pauses: 0, timer: undefined, running: false, again: false, notBefore: 0, waiting: [] }
      groups.set(key, group)
    }
    group.pauses = 0
    if (group.running) group.again = true
    else plan(key, group, Math.max(0, group.notBefore - performance.now()))
    return group
  }

  const plan = (key: string, group: Group, ms: number): void => {
    clearTimeout(group.timer)
    if (ended.signal.aborted) return
    group.timer = setTimeout(() => {
      const look = run(key, group)
        .catch((error: unknown) => blame(key, group, error))
        .finally(() => running.delete(look))
      running.add(look)
    }, ms).unref()
  }

  /** As where the journal cannot be read: nobody waits for that, and it is tried again. */
  const blame = (key: string, group: Group, error: unknown): void => {
    note('lookFailed', group.of, error)
    group.running = false
    for (const { resolve } of group.waiting.splice(0)) resolve()
    plan(key, group, LONGEST_PAUSE_MS)
  }

  const run = async (key: string, group: Group): Promise<void> => {
    group.running = true
    group.again = false
    const miss = await attempt(group)
    group.running = false
    group.notBefore = performance.now() + Math.max(FIRST_PAUSE_MS, miss?.pauseMs ?? 0)
    if (ended.signal.aborted) return
    const left = openIn(group)
    const isLeft = ({ key: name, scope }: Place): boolean =>
      left.some(({ place }) => place.key === name && place.scope === scope)
    const done = group.waiting.filter(({ place }) => miss?.isHopeless || !isLeft(place))
    group.waiting = group.waiting.filter((each) => !done.includes(each))
    for (const { resolve } of done) resolve()
    if (left.length === 0 && !group.again) groups.delete(key)
    else plan(key, group, group.again ? group.notBefore - performance.now() : pauseOf(group, left, miss?.pauseMs))
  }

  /** Reads once and settles what can be. */
  const attempt = async (group: Group): Promise<Miss | undefined> => {
    const unknown = openIn(group)
    const caller = reader(group.of)
    if (unknown.length === 0) return undefined
    if (!caller || !isMoneyMutation(group.of.mutation)) return { pauseMs: 0, isHopeless: true }
    const readAt = now()
    try {
      const { object } = group.of.sought
      const scope = scopeOf(caller, ended.signal)
      const span = spanOf(unknown, readAt, windowMs)
      const look = await HISTORIES[group.of.mutation](history, { ...span, object, scope })
      // Without the rest, more than one row might fit.
      if (!look.complete) throw new GatewayError('UPSTREAM_INVALID', 'The history cannot be read to its end.')
      const open = rivalsOf(group.of, span.since).filter((entry) => entry.sought.object === object)
      const isVerbatim = look.traces.some(({ externalId }) => externalId !== null && journal.isReference(externalId))
      const traces = look.traces.filter(({ row }) => !journal.isOwned(row))
      const verdicts = judge(open, traces, { windowMs, readAt, aheadMs: history.clockAheadMs(), isVerbatim })
      // Others whose money it may be are rivals for a row, and are settled by a look of their own.
      const own = verdicts.filter(({ entry }) => groupKey(entry) === groupKey(group.of))
      await Promise.all(own.map(async (verdict) => act(verdict, readAt)))
      return undefined
    } catch (error) {
      if (ended.signal.aborted) return undefined
      note('lookFailed', group.of, error)
      if (!(error instanceof GatewayError)) return { pauseMs: 0, isHopeless: false }
      return { pauseMs: (error.details.retryAfter ?? 0) * 1000, isHopeless: NO_ENTRY.has(error.code) }
    }
  }

  const act = async ({ entry, found, candidates }: Verdict, readAt: Date): Promise<void> => {
    if (found) {
      const [answer, parts] = [{ result: keptOf(found.result) }, partsOf(found.result)]
      await journal.settleByRow(entry.place, { state: 'SUCCEEDED', answer, at: now(), row: found.row, parts })
      note('found', entry)
    } else if (candidates.length === 0 && isOver(entry, readAt)) {
      await journal.settle(entry.place, { state: 'REJECTED', answer: { result: NOT_EXECUTED }, at: now() })
      note('notExecuted', entry)
    } else {
      const kept = candidates.slice(0, MOST_CANDIDATES).map(({ result }) => keptOf(result))
      if (JSON.stringify(kept) === JSON.stringify(entry.candidates)) return
      await journal.setCandidates(entry.place, kept)
      note('ambiguous', entry)
    }
    changed(entry.place.key)
  }

  /** Whatever else a row of this history may be: what has no outcome, and what has left a part of itself here that it does not name. */
  const rivalsOf = ({ account, mutation }: Entry, since: Date): readonly Entry[] => {
    const open = journal.open({ account, mutation })
    if (mutation === WITH_PARTS) return open
    const whole = { account, mutation: WITH_PARTS }
    const settled = journal.settledSince(whole, since).filter(({ answer }) => answer && hasUntoldParts(answer.result))
    return [...open, ...journal.open(whole), ...settled]
  }

  const note = (step: Step, { owner, mutation, place, sought }: Entry, cause?: unknown): void =>
    audit(step, {
      caller: owner,
      mutation,
      key: place.key,
      state: STATES[step] ?? 'UNKNOWN',
      what: describeKept(sought),
      cause,
    })

  const isOver = ({ unknownAt }: Entry, readAt: Date): boolean =>
    unknownAt !== null && readAt.getTime() >= unknownAt.getTime() + windowMs

  const pauseOf = (group: Group, left: readonly Entry[], leastMs = 0): number => {
    const time = now().getTime()
    const ends = left.map(({ unknownAt }) => (unknownAt?.getTime() ?? 0) + windowMs - time).filter((ms) => ms >= 0)
    const longest = ends.length > 0 ? LONGEST_PAUSE_MS : LONGEST_PAUSE_LATER_MS
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(group.pauses, 16), longest)
    group.pauses += 1
    // The look that may say that nothing was executed comes as soon as it may.
    return Math.max(leastMs, Math.min(pause, ...ends.map((ms) => ms + 1)))
  }

  const openIn = (group: Group): readonly Entry[] =>
    journal.open(group.of).filter((entry) => entry.state === 'UNKNOWN' && groupKey(entry) === groupKey(group.of))

  return {
    look(entry) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake(entry).waiting.push({ place: entry.place, resolve })
      return promise
    },
    lookForAll() {
      for (const entry of journal.open()) if (entry.state === 'UNKNOWN') wake(entry)
    },
    async close() {
      ended.abort()
      for (const { timer, waiting } of groups.values()) {
        clearTimeout(timer)
        for (const { resolve } of waiting) resolve()
      }
      groups.clear()
      await Promise.all(running)
    },
  }
}

const MOST_CANDIDATES = 10

/** Its exchange, and its withdrawal, are rows of their own as well. */
const WITH_PARTS: MoneyMutation = 'createWithdrawalWithExchange'

const STATES: { readonly [S in Step]?: MoneyState } = { found: 'SUCCEEDED', notExecuted: 'REJECTED' }

/** How an operation ends of which a whole history, read after its window, shows no trace. */
const NOT_EXECUTED: Result & { readonly message: string; readonly code: string; readonly upstreamCode: null } = {
  __typename: 'Refused',
  message: 'SpectroCoin has no trace of it: it was not executed, and will not be.',
  code: 'NOT_EXECUTED',
  upstreamCode: null,
}
