// What a call is looked for by in the upstream's history, where its answer did not come.
import { createHash } from 'node:crypto'
import { canonical } from '../decimal.ts'
import type { Decimal } from '../decimal.ts'
import type { Place } from './journal.ts'

/** What the request says that a row of the history will say too, under the names that `histories.ts` gives to what rows tell. */
export interface Sought {
  /** An amount above zero, and which amount of the row it is. `or`: amounts that it might be, where the upstream reads the fee otherwise. */
  readonly amount?: { readonly value: Decimal; readonly is: string; readonly or?: readonly string[] }
  /** Codes, ids and words. */
  readonly facts?: Readonly<Record<string, string | undefined>>
  /** Where the money goes. Never written down: only what it can be recognised by. */
  readonly destination?: Readonly<Record<string, string | undefined>>
  /** The one thing that is paid, by its id, where it is no row of a history. */
  readonly object?: string
  /** What no row says, told to the log alone: ids and codes, and where the money goes. */
  readonly noted?: Pick<Sought, 'facts' | 'destination'>
}

/** The part that is kept, with destinations as digests. */
export interface KeptSought {
  readonly amount?: { readonly value: Decimal; readonly is: string; readonly or: readonly string[] }
  readonly facts: Readonly<Record<string, string>>
  readonly destination: Readonly<Record<string, string>>
  readonly object?: string
}

export function keptSought({ amount, facts = {}, destination = {}, object }: Sought, place: Place): KeptSought {
  return {
    ...(amount && { amount: { value: canonical(amount.value), is: amount.is, or: amount.or ?? [] } }),
    facts: told(facts),
    destination: Object.fromEntries(
      Object.entries(told(destination)).map(([name, text]) => [name, digestOf(text, place)]),
    ),
    ...(object !== undefined && { object }),
  }
}

/** The same destination gives the same digest under the same key alone. Case and spaces tell none apart. */
export function digestOf(destination: string, place: Place): string {
  const text = destination.replaceAll(/\s/g, '').toLowerCase()
  return createHash('sha256')
    .update(JSON.stringify([place.scope, place.key, text]))
    .digest('hex')
}

/** What the log may know of it: amounts, codes and ids, and of a destination its ends. */
export function describeSought({ amount, facts, destination, object, noted }: Sought): string[] {
  const to = Object.entries(told({ ...destination, ...noted?.destination }))
  return [
    ...describeKept({
      ...(amount && { amount }),
      facts: told({ ...facts, ...noted?.facts }),
      ...(object && { object }),
    }),
    ...to.map(([name, text]) => `${name}:${shortened(text)}`),
  ]
}

/** The same of what is kept, which does not tell where it goes. */
export function describeKept({
  amount,
  facts,
  object,
}: Pick<KeptSought, 'facts' | 'object'> & Pick<Sought, 'amount'>): string[] {
  return [
    ...(object === undefined ? [] : [`object:${object}`]),
    ...(amount ? [`${amount.is}:${amount.value}`] : []),
    ...Object.entries(facts).map(([name, text]) => `${name}:${text}`),
  ]
}

function shortened(text: string): string {
  if (text.length < 6) return '..'
  return text.length < 16 ? `${text.slice(0, 2)}..` : `${text.slice(0, 4)}..${text.slice(-4)}`
}

function told(record: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter((each): each is [string, string] => each[1] !== undefined))
}
