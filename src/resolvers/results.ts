// Expected outcomes of a mutation that are not the thing asked for, as plain values: they are stored and handed out again.
import type { Decimal } from '../decimal.ts'
import type { Refusal as Cause, GatewayError } from '../errors.ts'

export interface InvalidInput {
  readonly __typename: 'InvalidInput'
  readonly message: string
  readonly path: readonly string[]
  readonly upstreamCode: string | null
}

export interface InsufficientFunds {
  readonly __typename: 'InsufficientFunds'
  readonly message: string
  readonly available: Decimal | null
  readonly availableCode: string | null
}

export interface AmountOutOfRange {
  readonly __typename: 'AmountOutOfRange'
  readonly message: string
  readonly min: Decimal | null
  readonly max: Decimal | null
  readonly limitCode: string | null
}

export interface PairNotSupported {
  readonly __typename: 'PairNotSupported'
  readonly message: string
  readonly pairPayCode: string
  readonly pairReceiveCode: string
}

export interface DestinationRejected {
  readonly __typename: 'DestinationRejected'
  readonly message: string
  readonly field: string
}

export interface StateConflict {
  readonly __typename: 'StateConflict'
  readonly message: string
  readonly currentStatus: string | null
}

export interface AlreadyExists {
  readonly __typename: 'AlreadyExists'
  readonly message: string
  readonly field: string
}

export interface QuoteMoved {
  readonly __typename: 'QuoteMoved'
  readonly message: string
  readonly quotedAmount: Decimal
  readonly quotedCode: string
}

export interface IdempotencyConflict {
  readonly __typename: 'IdempotencyConflict'
  readonly message: string
  readonly idempotencyKey: string
}

export interface Refused {
  readonly __typename: 'Refused'
  readonly message: string
  readonly code: string
  readonly upstreamCode: string | null
}

/** What is known of the input when the upstream refuses it. */
export interface InputFacts {
  /** The currency of the amount that leaves. */
  readonly payCode?: string | undefined
  readonly receiveCode?: string | undefined
  /** Where the upstream's own field names stand in the input, e.g. `payAmount` at `["input", "payAmount"]`. */
  readonly paths?: Readonly<Record<string, readonly string[]>>
  /** Where the input names the thing that the path of the call names, e.g. `["input", "id"]`. */
  readonly subject?: readonly string[]
}

export type Refusal =
  | InvalidInput
  | InsufficientFunds
  | AmountOutOfRange
  | PairNotSupported
  | DestinationRejected
  | StateConflict
  | AlreadyExists
  | Refused

/** Where fields stand that the upstream and the input call alike: `at` is where all of them are, e.g. "input". */
export function pathsOf(at: string, names: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [name, [...at.split('.'), name]]))
}

/** The input is wrong in a way that has no type of its own. */
export function invalidInput(
  message: string,
  path: readonly string[],
  upstreamCode: string | null = null,
): InvalidInput {
  return { __typename: 'InvalidInput', message, path, upstreamCode }
}

/** What the input names there is not there. */
export function unknownInput(path: readonly string[], upstreamCode?: string): InvalidInput {
  return invalidInput('SpectroCoin does not know what the input names.', path, upstreamCode)
}

/** The refusals that a field's result union has a type for, InvalidInput among them always. */
export type RefusalKind = Exclude<Refusal['__typename'], 'Refused'>
export type Expected<K extends RefusalKind> = Extract<Refusal, { __typename: K }> | InvalidInput

/**
 * The upstream's refusal as one of the kinds that the field's union has, else as InvalidInput; Refused where it is about no input at all
 * (a scope).
 */
export function refusalResult<K extends RefusalKind>(
  error: GatewayError,
  facts: InputFacts,
  kinds: readonly K[],
): Expected<K> | Refused {
  if (error.refusal) return inputRefusal(error, error.refusal, facts, kinds)
  return {
    __typename: 'Refused',
    message: error.message,
    code: error.code,
    upstreamCode: error.details.upstreamCode ?? null,
  }
}

/** The same for an error that may be anything: what is no refusal of the input is thrown on. */
export function expectedResult<const K extends RefusalKind>(
  error: unknown,
  facts: InputFacts,
  kinds: readonly K[],
): Expected<K> {
  const { refusal } = error as Partial<GatewayError>
  if (!refusal) throw error
  return inputRefusal(error as GatewayError, refusal, facts, kinds)
}

function inputRefusal<K extends RefusalKind>(
  error: GatewayError,
  cause: Cause,
  facts: InputFacts,
  kinds: readonly K[],
): Expected<K> {
  const path = (cause.field !== undefined &&
    Object.hasOwn(facts.paths ?? {}, cause.field) &&
    facts.paths?.[cause.field]) ||
    (cause.inPath && facts.subject) || ['input']
  const telling = tellingResult(cause.kind, path, facts)
  if (telling && (kinds as readonly string[]).includes(telling.__typename)) return telling as Expected<K>
  const { upstreamCode } = error.details
  return cause.kind === 'missing'
    ? unknownInput(path, upstreamCode)
    : invalidInput(`SpectroCoin refused ${path.join('.')}.`, path, upstreamCode)
}

function tellingResult(
  kind: Cause['kind'],
  path: readonly string[],
  { payCode, receiveCode }: InputFacts,
): Refusal | undefined {
  switch (kind) {
    case 'funds':
      return {
        __typename: 'InsufficientFunds',
        message: 'The account does not hold enough.',
        available: null,
        availableCode: payCode ?? null,
      }
    case 'range':
      return {
        __typename: 'AmountOutOfRange',
        message: 'The amount is outside of the bounds.',
        min: null,
        max: null,
        limitCode: null,
      }
    case 'pair':
      if (payCode === undefined || receiveCode === undefined) return undefined
      return {
        __typename: 'PairNotSupported',
        message: 'These currencies cannot be exchanged for one another.',
        pairPayCode: payCode,
        pairReceiveCode: receiveCode,
      }
    case 'destination':
      return {
        __typename: 'DestinationRejected',
        message: 'SpectroCoin does not accept the destination.',
        field: path.at(-1) ?? 'input',
      }
    case 'state':
      return {
        __typename: 'StateConflict',
        message: 'Its status does not allow this, or does not any more.',
        currentStatus: null,
      }
    case 'duplicate':
      return {
        __typename: 'AlreadyExists',
        message: `${path.join('.')} was used before.`,
        field: path.at(-1) ?? 'input',
      }
    default:
      return undefined
  }
}
