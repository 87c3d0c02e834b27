// How a money-moving mutation runs: input in canonical form, key claimed, one call, its outcome as a result of the mutation.
import { canonical, isZero, sign } from '../decimal.ts'
import { badInput, tokenNeeded } from '../errors.ts'
import { isUsable } from './ids.ts'
import { refusalResult } from './results.ts'
import type { GatewayContext } from '../context.ts'
import type { Decimal } from '../decimal.ts'
import type { MoneyMutation } from '../money/histories.ts'
import type { MoneyOperation } from '../money/operation.ts'
import type { Result } from '../money/answers.ts'
import type { Sought } from '../money/sought.ts'
import type { Expected, IdempotencyConflict, InputFacts, QuoteMoved, RefusalKind, Refused } from './results.ts'

export interface OutcomeUnknown {
  readonly __typename: 'OutcomeUnknown'
  readonly message: string
  readonly operation: MoneyOperation
}

/** What every mutation that moves money may end in, beside what it makes and the refusals of its own. */
export type NotMoved = Refused | IdempotencyConflict | OutcomeUnknown

/** What a look before the leap may end in. */
type Checked = QuoteMoved | Expected<RefusalKind>

export interface MoneyMove<T, K extends RefusalKind, C extends Checked = never> {
  readonly mutation: MoneyMutation
  readonly idempotencyKey: string
  /** Everything that decides what is done, decimals in canonical form: 1.0 is 1.00. */
  readonly canonicalInput: unknown
  /** What its row in the upstream's history will say, by which it is found where no answer comes. */
  readonly sought: Sought
  readonly facts: InputFacts
  /** The refusals that the mutation's result union has a type for. */
  readonly kinds: readonly K[]
  /** Looks before the leap: a result refuses, with nothing sent and the key still free. */
  readonly check?: () => Promise<C | undefined>
  readonly send: (externalId: string) => Promise<T>
}

/** Runs it. A refusal that is about no input (a scope) is thrown, each time anew. */
export async function moveMoney<T extends Result, const K extends RefusalKind, C extends Checked = never>(
  move: MoneyMove<T, K, C>,
  { money, caller, requestId, forget }: GatewayContext,
): Promise<T | Expected<K> | NoInfer<C> | NotMoved> {
  const { mutation, sought, send } = move
  // Nobody's key is nobody's to claim.
  if (caller.kind === 'anonymous') throw tokenNeeded()
  const outcome = await money
    .run<T | Expected<K> | Refused | C>({
      requestId,
      caller,
      idempotencyKey: checkedKey(move.idempotencyKey, 'input.idempotencyKey'),
      mutation,
      fingerprint: JSON.stringify(move.canonicalInput),
      sought,
      check: move.check ?? (async () => undefined),
      send,
      refusal: (error) => refusalResult(error, move.facts, move.kinds),
    })
    .finally(forget)
  switch (outcome.kind) {
    case 'conflict':
      return {
        __typename: 'IdempotencyConflict',
        message: 'This key was used before, for something else.',
        idempotencyKey: move.idempotencyKey,
      }
    case 'unknown':
      return { __typename: 'OutcomeUnknown', message: unknownMessage(outcome.operation), operation: outcome.operation }
    case 'settled':
      if (outcome.fault) throw outcome.fault
      return outcome.result
    case 'refused-before-sending':
      return outcome.result
  }
}

function unknownMessage({ candidates }: MoneyOperation): string {
  const known =
    'SpectroCoin did not say what became of this. It may have been done; the gateway will not send it again, and looks for it in the history.'
  if (candidates.length === 0) return known
  return `${known} That is ambiguous: \`operation.candidates\` are the rows that it might be.`
}

/** An amount of money that is to move or to be priced. */
export function positive(amount: Decimal, argument: string): Decimal {
  if (isZero(amount) || sign(amount) < 0) throw badInput(argument, `${argument} must be above zero.`)
  return amount
}

/** What an optional decimal is compared as. */
export function canonicalOrNull(amount: Decimal | null | undefined): Decimal | null {
  return amount === null || amount === undefined ? null : canonical(amount)
}

/** A key is the caller's own word, and the part of a global id that its operation is known by. */
export function checkedKey(key: string, argument: string): string {
  if (key.trim() !== '' && isUsable(key)) return key
  throw badInput(argument, `${argument} must be 1 to 200 characters, none of them a control character.`)
}

/** A money-moving mutation of this caller, found by its key. */
export function operation(
  args: { idempotencyKey: string },
  { money, caller }: GatewayContext,
): Promise<MoneyOperation | null> {
  return money.find(caller, checkedKey(args.idempotencyKey, 'idempotencyKey'))
}
