// Which row of the upstream's history is which open entry of the journal: decided where there is no doubt, and nowhere else.
import { compare } from '../decimal.ts'
import { rowOf } from './answers.ts'
import { digestOf } from './sought.ts'
import type { Decimal } from '../decimal.ts'
import type { Result } from './answers.ts'
import type { Entry } from './journal.ts'

/** What a row tells of itself; null: it does not say. */
export interface Trace {
  /** The upstream's own row, e.g. "Exchange:E1". */
  readonly row: string
  readonly result: Result
  readonly externalId: string | null
  /** When the money moved; undefined where time tells nothing. */
  readonly at: Date | null | undefined
  readonly amounts: Readonly<Record<string, Decimal | null>>
  readonly facts: Readonly<Record<string, string | null>>
  readonly destination: Readonly<Record<string, string | null>>
  /** Whether it may not be what it looks like. */
  readonly doubtful?: boolean
}

/** By its own reference, by all that was asked for, by what can be compared, or not at all. */
export type Fit = 'certain' | 'likely' | 'possible' | 'none'

export interface Verdict {
  readonly entry: Entry
  /** The one row that it is. */
  readonly found?: Trace
  /** Rows that it might be; none where no row fits. */
  readonly candidates: readonly Trace[]
}

export interface Times {
  readonly windowMs: number
  /** When the history was asked for. */
  readonly readAt: Date
  /** How far the upstream's clock is ahead. */
  readonly aheadMs: number
  /** Whether rows are known to bear the references that they were made with: then another one is another's. */
  readonly isVerbatim: boolean
}

/** How far clocks may be off beyond what is known of them: a row that is no further from the window is in doubt. */
export const SKEW_MS = 600_000
/** What is made after a call cannot be older by more than that: times come in whole seconds, at the least. */
const EXACT_MS = 2_000

/**
 * Judges the entries that are UNKNOWN. `open` are all that have no outcome: one that is still under way may be what a row is, too.
 * `rows` are those that no settled entry owns, of a history that was read whole.
 */
export function judge(open: readonly Entry[], rows: readonly Trace[], times: Times): readonly Verdict[] {
  // An upstream that tells references tells ours too: a row without one is hardly ours then.
  const tells = rows.some(({ externalId }) => externalId !== null)
  const fits = open.map((entry) => rows.map((row) => fit(entry, row, times, tells)))

  return open.flatMap((entry, index) => {
    if (entry.state !== 'UNKNOWN') return []
    const of = fits[index] ?? []
    const hasOwn = of.includes('certain')
    const wanted = (at: number): boolean => (hasOwn ? of[at] === 'certain' : of[at] !== 'none')
    const places = rows.flatMap((_, at) => (wanted(at) ? [at] : []))
    const candidates = places.flatMap((at) => rows[at] ?? [])
    const [only, ...others] = places
    if (only === undefined || others.length > 0) return [{ entry, candidates }]
    const found = candidates[0]
    const isRivalled = fits.some((rival, at) => at !== index && rival[only] !== 'none')
    const isClear = of[only] === 'certain' || (of[only] === 'likely' && !isRivalled)
    return [{ entry, candidates, ...(isClear && found && { found }) }]
  })
}

/** How well a row fits an entry. What a row does not say speaks neither for it nor against it. */
export function fit(entry: Entry, row: Trace, times: Times, tells = false): Fit {
  if (row.externalId === entry.externalId) return isOld(entry, row) ? 'none' : 'certain'
  const isOthers = row.externalId !== null && entry.sought.object === undefined
  if (isOthers && times.isVerbatim) return 'none'
  let found: Fit = isOthers || tells || row.doubtful ? 'possible' : 'likely'
  for (const part of [amountFit, timeFit, factFit, destinationFit]) {
    const of = part(entry, row, times)
    if (of === 'none') return of
    if (of === 'possible') found = of
  }
  return found
}

/** Keys that are forgotten may be used again, with the same reference. */
function isOld(entry: Entry, { at }: Trace): boolean {
  return at instanceof Date && at.getTime() < entry.startedAt.getTime() - REFERENCE_MS
}

const REFERENCE_MS = 86_400_000

function amountFit({ sought: { amount } }: Entry, { amounts }: Trace): Fit {
  if (!amount) return 'likely'
  const is = (name: string): boolean => {
    const told = amounts[name]
    return told !== null && told !== undefined && compare(told, amount.value) === 0
  }
  if (is(amount.is)) return 'likely'
  return (amounts[amount.is] ?? null) === null || amount.or.some(is) ? 'possible' : 'none'
}

function timeFit(entry: Entry, { at, row }: Trace, { windowMs, readAt, aheadMs }: Times): Fit {
  if (at === undefined) return 'likely'
  if (at === null) return 'possible'
  const time = at.getTime() - aheadMs
  const start = entry.startedAt.getTime()
  const end = (entry.unknownAt ?? readAt).getTime() + windowMs
  if (time >= start - EXACT_MS && time <= end) return 'likely'
  // Some proxy's clock may have been taken for the upstream's.
  const isNear = (each: number): boolean => each >= start - SKEW_MS && each <= end + SKEW_MS
  if (isNear(time) || isNear(at.getTime())) return 'possible'
  // That a thing is paid is no less true for when it was; and a row of the future has a clock that says nothing, now and later.
  const isInDoubt = entry.sought.object !== undefined || time > readAt.getTime() + SKEW_MS
  return isInDoubt || entry.candidates.some((known) => rowOf(known) === row) ? 'possible' : 'none'
}

function factFit({ sought }: Entry, { facts }: Trace): Fit {
  return worst(
    Object.entries(sought.facts).map(([name, text]) => {
      const found = facts[name] ?? null
      if (found !== null) return found.toLowerCase() === text.toLowerCase() ? 'likely' : 'none'
      // There is one account a currency: a row that tells the currency tells the account.
      const code = sought.facts[CODES[name] ?? '']
      return code !== undefined && facts[CODES[name] ?? ''] === code ? 'likely' : 'possible'
    }),
  )
}

function destinationFit({ sought, place }: Entry, { destination }: Trace): Fit {
  return worst(
    Object.entries(sought.destination).map(([name, digest]) => {
      const found = destination[name] ?? null
      if (found === null) return 'possible'
      if (digestOf(found, place) === digest) return 'likely'
      return MASKED.test(found) ? 'possible' : 'none'
    }),
  )
}

const MASKED = /[*•…]|\.\.|xxx/i

function worst(fits: readonly Fit[]): Fit {
  return fits.find((each) => each === 'none') ?? fits.find((each) => each === 'possible') ?? 'likely'
}

/** Of an account, what names its currency. */
const CODES: Readonly<Record<string, string>> = {
  accountId: 'currencyCode',
  payAccountId: 'payCode',
  receiveAccountId: 'receiveCode',
}
