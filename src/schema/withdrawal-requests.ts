// What the inputs and results of all kinds of withdrawals share: made, and priced.
import { builder } from './builder.ts'
import {
  AmountOutOfRange,
  DestinationRejected,
  IdempotencyConflict,
  InsufficientFunds,
  InvalidInput,
  QuoteMoved,
  Refused,
} from './errors.ts'
import {
  BankWithdrawal,
  CryptoWithdrawal,
  EWalletWithdrawal,
  OutcomeUnknown,
  VoucherWithdrawal,
  WithdrawalWithExchange,
} from './objects.ts'
import { WithdrawFrom } from './withdraw-from.ts'
import type { WithdrawalFee as WithdrawalFeeShape } from '../upstream/withdrawals.ts'
import type { InputFields } from './builder.ts'

/** The fields of every creation, but for how much and where to. */
export const creationFields = (t: InputFields) => ({
  idempotencyKey: t.id({
    required: true,
    description: "The caller's own word for this withdrawal, 1 to 200 characters: the same key never sends twice.",
  }),
  from: t.field({ type: WithdrawFrom, required: true, description: 'The account that it leaves.' }),
  description: t.string({ description: 'A note of your own, at most 140 characters.' }),
})

/** What every mutation that makes a withdrawal says of its looks, `more` among them. */
export const lookedAt = (...more: readonly string[]) =>
  `Looked at before anything is sent, as far as it can be read: ${[
    'the places of the amount against its currency',
    ...more,
    'what the account has left (`account:read`)',
  ].join('; ')}. What is found wrong is told as a result, and the key stays free.`

/** How much, where the fee may be taken out of it. */
export const amountFields = (t: InputFields) => ({
  amount: t.field({ type: 'Decimal', required: true, description: "In the account's currency; above zero." }),
  feeIncluded: t.boolean({
    required: true,
    defaultValue: false,
    description: 'True: the fee is taken out of the amount. False: it comes on top.',
  }),
})

/** Which fee is asked for, but for what belongs to the kind. */
export const feeFields = (t: InputFields) => ({
  currency: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that is to leave.' }),
  amount: t.field({
    type: 'Decimal',
    description: 'What is to leave, in the currency; above zero. SpectroCoin may want it.',
  }),
})

export const CreateWithdrawalResult = builder.unionType('CreateWithdrawalResult', {
  description: 'The withdrawal, or why there is none, or that nobody knows.',
  types: () => [
    CryptoWithdrawal,
    BankWithdrawal,
    EWalletWithdrawal,
    VoucherWithdrawal,
    WithdrawalWithExchange,
    InvalidInput,
    InsufficientFunds,
    AmountOutOfRange,
    DestinationRejected,
    QuoteMoved,
    IdempotencyConflict,
    OutcomeUnknown,
    Refused,
  ],
  resolveType: ({ __typename }) => __typename,
})

const WithdrawalFee = builder.objectRef<WithdrawalFeeShape>('WithdrawalFee').implement({
  description: 'What a withdrawal would cost, and its bounds. An amount beyond them may be priced all the same.',
  fields: (t) => ({
    feeAmount: t.expose('feeAmount', { type: 'Decimal', nullable: false, description: 'The fee, in `currencyCode`.' }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of fee and bounds.',
    }),
    minAmount: t.expose('minAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'The least that can be withdrawn, in `currencyCode`; null: not told.',
    }),
    maxAmount: t.expose('maxAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'The most that can be withdrawn, in `currencyCode`; null: not told.',
    }),
  }),
})

export const WithdrawalFeeResult = builder.unionType('WithdrawalFeeResult', {
  description: 'A fee, or why there is none.',
  types: [WithdrawalFee, InvalidInput, AmountOutOfRange],
  resolveType: ({ __typename }) => __typename,
})
