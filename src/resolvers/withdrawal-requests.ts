// What it takes to ask for a withdrawal of any kind: the input checked, the mutation run, the fee told.
import { canonical } from '../decimal.ts'
import { addressLook, firstRefusal, fundsLook, refusedAddress, scaleLook } from './guards.ts'
import { moveMoney, positive } from './money.ts'
import { expectedResult, pathsOf } from './results.ts'
import { checkedText } from './texts.ts'
import { withdrawFrom } from './withdraw-from.ts'
import type { GatewayContext } from '../context.ts'
import type { Decimal } from '../decimal.ts'
import type { MoneyMutation } from '../money/histories.ts'
import type { Result } from '../money/answers.ts'
import type { Sought } from '../money/sought.ts'
import type { CryptoMethod } from '../upstream/crypto-withdrawals.ts'
import type { CommonRequest, WithdrawalFee } from '../upstream/withdrawals.ts'
import type { NotMoved } from './money.ts'
import type { Expected, InputFacts } from './results.ts'
import type { WithdrawFromInput } from './withdraw-from.ts'

/** The fields of every creation of a withdrawal. */
export interface WithdrawalInput {
  readonly idempotencyKey: string
  readonly from: WithdrawFromInput
  readonly description?: string | null | undefined
}

/** Those of a withdrawal in one currency. */
export interface PlainWithdrawalInput extends WithdrawalInput {
  readonly amount: Decimal
}

export const WITHDRAWAL_REFUSALS = [
  'InvalidInput',
  'InsufficientFunds',
  'AmountOutOfRange',
  'DestinationRejected',
] as const

export type WithdrawalRefusal = Expected<(typeof WITHDRAWAL_REFUSALS)[number]>

/** What a creation may end in but the withdrawal itself. */
export type NoWithdrawal = WithdrawalRefusal | NotMoved

/** The part of the request that is the same for each kind in one currency. */
export function commonRequest(input: PlainWithdrawalInput): CommonRequest {
  return {
    from: withdrawFrom(input.from),
    amount: positive(input.amount, 'input.amount'),
    description: noteOf(input),
  }
}

export function noteOf({ description }: WithdrawalInput): string | undefined {
  return checkedText(description, 'input.description', 140)
}

interface Creation<T, Request> {
  readonly mutation: MoneyMutation
  readonly input: WithdrawalInput
  readonly request: Request
  /** Where the money goes, and through whom, in the words of the rows of the history. */
  readonly goal: Pick<Sought, 'destination' | 'facts'>
  /** The upstream's names of the kind's own fields, and where they stand in the input. */
  readonly paths: NonNullable<InputFacts['paths']>
  /** The address, where it goes to one. */
  readonly crypto?: CryptoMethod
  readonly send: (request: Request, externalId: string) => Promise<T>
}

/** Makes a withdrawal in one currency. All of the request decides what is done. */
export function createWithdrawal<T extends Result, Request extends CommonRequest & { readonly feeIncluded?: boolean }>(
  { mutation, input, request, goal, paths, crypto, send }: Creation<T, Request>,
  context: GatewayContext,
): Promise<T | NoWithdrawal> {
  const { from, amount } = request
  return moveMoney(
    {
      mutation,
      idempotencyKey: input.idempotencyKey,
      canonicalInput: { ...request, amount: canonical(request.amount) },
      sought: {
        // Without the fee in it the amount is what arrives; an upstream that is short of balance may take the fee out of it all the same.
        amount: request.feeIncluded
          ? { value: amount, is: 'withdrawAmount', or: ['receiveAmount'] }
          : { value: amount, is: 'receiveAmount', or: ['withdrawAmount'] },
        facts: { ...from, ...goal.facts },
        ...(goal.destination && { destination: goal.destination }),
      },
      facts: {
        payCode: input.from.currency ?? undefined,
        paths: {
          accountId: ['input', 'from', 'accountId'],
          currencyCode: ['input', 'from', 'currency'],
          ...pathsOf('input', ['amount', 'feeIncluded', 'description']),
          ...paths,
        },
      },
      kinds: WITHDRAWAL_REFUSALS,
      check: async () =>
        refusedAddress(crypto) ??
        firstRefusal<WithdrawalRefusal>(
          [
            addressLook(crypto, from, context),
            scaleLook(amount, ['input', 'amount'], from, context),
            fundsLook(amount, from, context),
          ],
          context,
        ),
      send: (externalId) => send(request, externalId),
    },
    context,
  )
}

export interface FeeInput {
  readonly currency: string
  readonly amount?: Decimal | null | undefined
}

/** What a withdrawal would cost: `paths` are those of the kind's own fields. */
export async function withdrawalFee(
  input: FeeInput,
  paths: NonNullable<InputFacts['paths']>,
  read: (query: { readonly currency: string; readonly amount: Decimal | undefined }) => Promise<WithdrawalFee>,
): Promise<WithdrawalFee | Expected<'AmountOutOfRange'>> {
  const { currency } = input
  const amount = input.amount ? positive(input.amount, 'input.amount') : undefined
  try {
    return await read({ currency, amount })
  } catch (error) {
    const common = { currencyCode: ['input', 'currency'], amount: ['input', 'amount'] }
    return expectedResult(error, { payCode: currency, paths: { ...common, ...paths } }, ['AmountOutOfRange'])
  }
}
