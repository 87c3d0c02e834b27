// A money-moving mutation: as it is asked for, as it stands, and what it ends in.
import { createHash } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import type { Caller } from '../upstream/caller.ts'
import type { Result } from './answers.ts'
import type { MoneyMutation } from './histories.ts'
import type { Answer, Entry, MoneyState, Place } from './journal.ts'
import type { Sought } from './sought.ts'

/** One money-moving mutation under its key. */
export interface MoneyOperation {
  readonly __typename: 'MoneyOperation'
  readonly idempotencyKey: string
  readonly mutation: string
  readonly state: MoneyState
  readonly startedAt: Date
  readonly settledAt: Date | null
  /** How often its outcome was given again. */
  readonly replays: number
  /** What it ended in, once that is known: the thing made, or the refusal. */
  readonly result: Result | null
  /** Rows of the upstream's history that it might be, while that is in doubt. */
  readonly candidates: readonly Result[]
}

export interface MoneyRequest<R extends Result> {
  /** The request that it came with, for the log. */
  readonly requestId: string
  readonly caller: Caller
  readonly idempotencyKey: string
  readonly mutation: MoneyMutation
  /** The input in canonical form: two that mean the same are the same text. */
  readonly fingerprint: string
  /** What its row in the upstream's history will say. */
  readonly sought: Sought
  /** What is to be found out first; a value refuses the operation. Whatever happens here, nothing was sent and the key is free again. */
  readonly check: () => Promise<R | undefined>
  /**
   * Makes the one call, and gives what was made. `externalId` finds it again in the upstream's history. The `effect` of a GatewayError
   * decides what is known of it.
   */
  readonly send: (externalId: string) => Promise<R>
  /** How a refusal of the upstream is remembered. */
  readonly refusal: (error: GatewayError) => R
}

export type MoneyOutcome<R> =
  /** `fault` is the error that the upstream's refusal is, where it is about no input. */
  | { readonly kind: 'settled'; readonly result: R; readonly fault: GatewayError | undefined }
  | { readonly kind: 'refused-before-sending'; readonly result: R }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown'; readonly operation: MoneyOperation }

/** A call that has its key and no outcome yet. */
export interface Flight {
  readonly place: Place
  readonly owner: string
  readonly account: string
  readonly mutation: MoneyMutation
  readonly fingerprint: string
  readonly startedAt: Date
  replays: number
  hasLeft: boolean
  /** Why it may not leave any more. */
  ended: GatewayError | undefined
  outcome: Promise<MoneyOutcome<Result>>
}

type Asked = Pick<MoneyRequest<Result>, 'caller' | 'idempotencyKey'>

/** A token that tells nobody's name is renewed as another one: with those a key is unique in the whole gateway. */
export function placeOf({ caller, idempotencyKey }: Asked, upstream: string): Place {
  const scope = caller.kind === 'token' ? (caller.subject ?? 'token') : caller.id
  return { upstream, scope, key: idempotencyKey }
}

/** The account of all who act with the gateway's own credential. */
export const HOUSE = 'house'

/** Whose money it may be: two tokens, even of two subjects, may be of one account. */
export function accountOf(caller: Caller): string {
  return caller.kind === 'token' ? 'tokens' : HOUSE
}

export function placeKey({ scope, key }: Place): string {
  return JSON.stringify([scope, key])
}

/** At most 64 characters, tells nothing, and is the same for the same key. */
export function externalIdOf(place: Place): string {
  return digest(placeKey(place))
}

/** The input as it is kept: it can be recognised and not read. */
export function fingerprintOf(place: Place, { fingerprint }: { readonly fingerprint: string }): string {
  return digest(placeKey(place) + fingerprint)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** How a refusal is kept: one that is about no input is an error each time. */
export function refusalAnswer(result: Result, { code, message, details }: GatewayError): Answer {
  return result.__typename === 'Refused' ? { result, fault: { code, message, details } } : { result }
}

export function outcomeOf<R extends Result>(entry: Entry): MoneyOutcome<R> {
  if (!entry.answer) return { kind: 'unknown', operation: operationOf(entry) }
  const { result, fault } = entry.answer
  const error = fault && new GatewayError(fault.code, fault.message, { details: fault.details, effect: 'refused' })
  return { kind: 'settled', result: result as R, fault: error }
}

export function operationOf({
  place,
  mutation,
  state,
  startedAt,
  settledAt,
  replays,
  ...entry
}: Entry): MoneyOperation {
  return {
    __typename: 'MoneyOperation',
    idempotencyKey: place.key,
    mutation,
    // Nothing is on its way: whoever had the call could not write down what came of it.
    state: state === 'IN_PROGRESS' ? 'UNKNOWN' : state,
    startedAt,
    settledAt,
    replays,
    result: entry.answer?.result ?? null,
    candidates: entry.candidates,
  }
}

export function underWay({ place, mutation, startedAt, replays }: Flight): MoneyOperation {
  return {
    __typename: 'MoneyOperation',
    idempotencyKey: place.key,
    mutation,
    state: 'IN_PROGRESS',
    startedAt,
    settledAt: null,
    replays,
    result: null,
    candidates: [],
  }
}
