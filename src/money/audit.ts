// What the log is told of each step of a money-moving call: amounts yes, destinations by their ends, secrets never.
import { describeSought } from './sought.ts'
import type { MoneyState, Place } from './journal.ts'
import type { Sought } from './sought.ts'

/** A line of the log; its words are made fit for one where it is written. */
export interface AuditLine {
  /** The request that brought it; none where the gateway looks by itself. */
  readonly requestId?: string
  readonly caller: string
  readonly mutation: string
  readonly key: string
  readonly state?: MoneyState
  readonly what?: readonly string[]
  /** Why, where it did not go well. */
  readonly cause?: unknown
}

/** Each step, with the sentence that the log has for it. */
export const STEPS = {
  refused: 'a money-moving call was refused before anything was sent',
  journaled: 'a money-moving call is journaled and leaves',
  notSent: 'a money-moving call did not leave or did not run; its key is free',
  succeeded: 'a money-moving call is done',
  rejected: 'a money-moving call was refused by SpectroCoin',
  unknown: 'the outcome of a money-moving call is unknown',
  found: 'a money-moving call was found in the history of SpectroCoin',
  notExecuted: 'a money-moving call was not executed: the history of SpectroCoin has no trace of it',
  ambiguous: 'the history of SpectroCoin does not tell which row a money-moving call is',
  lookFailed: 'the history of SpectroCoin could not be read, where a money-moving call is looked for',
  replayed: 'the outcome of a money-moving call was given again',
  conflict: 'an idempotency key was used for something else',
  unwritten: 'a money-moving call, or its outcome, could not be written into the journal',
} as const

export type Step = keyof typeof STEPS

export type Audit = (step: Step, line: AuditLine) => void

interface Audited {
  readonly requestId: string
  readonly caller: { readonly id: string }
  readonly mutation: string
  readonly sought: Sought
}

export function lineOf(
  { requestId, caller, mutation, sought }: Audited,
  { key }: Place,
  state?: MoneyState,
): AuditLine {
  return { requestId, caller: caller.id, mutation, key, what: describeSought(sought), ...(state && { state }) }
}
