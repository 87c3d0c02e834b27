// Withdrawals: what they have in common, and those of crypto.
import { createCryptoWithdrawal, cryptoWithdrawalFee, withdrawal, withdrawals } from '../resolvers/withdrawals.ts'
import { builder } from './builder.ts'
import { connectionOf, pageArguments } from './connections.ts'
import {
  AmountOutOfRange,
  DestinationRejected,
  IdempotencyConflict,
  InsufficientFunds,
  InvalidInput,
  QuoteMoved,
} from './errors.ts'
import { movesMoney, needs } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Account, CryptoWithdrawal, OutcomeUnknown } from './objects.ts'
import { WithdrawFrom } from './withdraw-from.ts'
import type {
  CryptoWithdrawal as CryptoWithdrawalShape,
  WithdrawalFee as WithdrawalFeeShape,
} from '../upstream/withdrawals.ts'

const WithdrawalKind = builder.enumType('WithdrawalKind', {
  description: 'Where a withdrawal goes.',
  values: {
    CRYPTO: { description: 'To an address of a chain.' },
  } as const,
})

const WithdrawalStatus = builder.enumType('WithdrawalStatus', {
  description: 'How far a withdrawal has come.',
  values: {
    NEW: { description: 'Made, nothing has happened yet.' },
    PENDING: { description: 'Under way.' },
    PAID: { description: 'Done.' },
    FAILED: { description: 'Did not happen; `failureReason` may say why.' },
    CANCELLED: { description: 'Called off.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet; `statusText` has it. Not for inputs.' },
  } as const,
})

/** What every kind has. */
type WithdrawalShape = CryptoWithdrawalShape

const Withdrawal = builder.interfaceRef<WithdrawalShape>('Withdrawal').implement({
  description: 'Money that leaves for outside.',
  interfaces: [NodeInterface],
  resolveType: ({ __typename }) => __typename,
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "CryptoWithdrawal:a4b0f9f0".',
      resolve: ({ __typename, id }) => globalId(__typename, id),
    }),
    kind: t.field({
      type: WithdrawalKind,
      nullable: false,
      description: 'Where it goes.',
      resolve: () => 'CRYPTO' as const,
    }),
    status: t.expose('status', { type: WithdrawalStatus, nullable: false, description: 'How far it has come.' }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: 'The account that it leaves; null where SpectroCoin does not say.',
      extensions: needs('account:read'),
      resolve: ({ accountId }, _args, { loaders }) => (accountId === null ? null : loaders.account.load(accountId)),
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of what leaves and of the fee.',
    }),
    withdrawAmount: t.expose('withdrawAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What leaves the account, the fee included, in `currencyCode`.',
    }),
    feeAmount: t.expose('feeAmount', { type: 'Decimal', nullable: true, description: 'The fee, in `currencyCode`.' }),
    receiveAmount: t.expose('receiveAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What arrives, in `receiveCode`.',
    }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of what arrives.',
    }),
    failureReason: t.exposeString('failureReason', {
      nullable: true,
      description: "Why it failed, in SpectroCoin's words.",
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: true, description: 'When it last changed.' }),
  }),
})

CryptoWithdrawal.implement({
  description: 'Crypto that leaves for an address.',
  interfaces: [NodeInterface, Withdrawal],
  fields: (t) => ({
    address: t.exposeString('address', { nullable: false, description: 'Where it goes.' }),
    network: t.exposeString('network', { nullable: true, description: 'The code of the chain.' }),
    memo: t.exposeString('memo', { nullable: true, description: 'The memo or tag that goes with the address.' }),
    transactionHash: t.exposeString('transactionHash', {
      nullable: true,
      description: "The chain's name for it; null until it is sent.",
    }),
    confirmations: t.exposeInt('confirmations', { nullable: true, description: 'Blocks on top of it.' }),
  }),
})

const WithdrawalFilter = builder.inputType('WithdrawalFilter', {
  description: 'Which withdrawals to list.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before this instant.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    status: t.field({ type: WithdrawalStatus, description: 'Only those in this status.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'Only those of this currency.' }),
  }),
})

const WithdrawalFee = builder.objectRef<WithdrawalFeeShape>('WithdrawalFee').implement({
  description: 'What a withdrawal would cost, and its bounds.',
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
      description: 'The least that can be withdrawn, in `currencyCode`.',
    }),
    maxAmount: t.expose('maxAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'The most that can be withdrawn, in `currencyCode`.',
    }),
  }),
})

const WithdrawalFeeResult = builder.unionType('WithdrawalFeeResult', {
  description: 'A fee, or why there is none.',
  types: [WithdrawalFee, InvalidInput, AmountOutOfRange],
  resolveType: ({ __typename }) => __typename,
})

const CryptoWithdrawalFeeInput = builder.inputType('CryptoWithdrawalFeeInput', {
  description: 'Which fee is asked for.',
  fields: (t) => ({
    currency: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that is to leave.' }),
    network: t.string({ description: 'The chain, where the currency has several.' }),
    amount: t.field({ type: 'Decimal', description: 'What is to leave, in the currency; above zero.' }),
  }),
})

const CreateCryptoWithdrawalInput = builder.inputType('CreateCryptoWithdrawalInput', {
  description: 'A withdrawal of crypto to make. What has left for a wrong address is gone.',
  fields: (t) => ({
    idempotencyKey: t.id({
      required: true,
      description: "The caller's own word for this withdrawal, 1 to 200 characters: the same key never sends twice.",
    }),
    from: t.field({ type: WithdrawFrom, required: true, description: 'The account that it leaves.' }),
    amount: t.field({ type: 'Decimal', required: true, description: "In the account's currency; above zero." }),
    feeIncluded: t.boolean({
      required: true,
      defaultValue: false,
      description: 'True: the fee is taken out of the amount. False: it comes on top.',
    }),
    address: t.string({ required: true, description: 'Where it goes, at most 128 characters.' }),
    network: t.string({ description: 'The chain, where the currency has several.' }),
    memo: t.string({ description: 'The memo or tag, where the chain wants one.' }),
    description: t.string({ description: 'A note of your own.' }),
  }),
})

const CreateWithdrawalResult = builder.unionType('CreateWithdrawalResult', {
  description: 'The withdrawal, or why there is none, or that nobody knows.',
  types: () => [
    CryptoWithdrawal,
    InvalidInput,
    InsufficientFunds,
    AmountOutOfRange,
    DestinationRejected,
    QuoteMoved,
    IdempotencyConflict,
    OutcomeUnknown,
  ],
  resolveType: ({ __typename }) => __typename,
})

const WithdrawalConnection = connectionOf('Withdrawal', Withdrawal)

builder.queryFields((t) => ({
  withdrawal: t.field({
    type: Withdrawal,
    nullable: true,
    description: 'One withdrawal of any kind; null where the caller has no such one. The scope is that of its kind.',
    args: { id: t.arg.id({ required: true, description: 'The id of a withdrawal, e.g. of a CryptoWithdrawal.' }) },
    extensions: needs('withdraw-crypto:read'),
    resolve: (_root, args, context) => withdrawal(args, context),
  }),
  withdrawals: t.field({
    type: WithdrawalConnection,
    nullable: true,
    description: 'The withdrawals of one kind, newest first. The scope is that of the kind.',
    args: {
      kind: t.arg({ type: WithdrawalKind, required: true, description: 'Which kind.' }),
      ...pageArguments,
      filter: t.arg({ type: WithdrawalFilter, description: 'Only these.' }),
    },
    extensions: needs('withdraw-crypto:read'),
    resolve: (_root, args, context) => withdrawals(args, context),
  }),
  cryptoWithdrawalFee: t.field({
    type: WithdrawalFeeResult,
    nullable: true,
    description: 'What a crypto withdrawal would cost. Moves nothing.',
    args: { input: t.arg({ type: CryptoWithdrawalFeeInput, required: true, description: 'Which fee.' }) },
    extensions: needs('withdraw-crypto:create'),
    resolve: (_root, args, context) => cryptoWithdrawalFee(args, context),
  }),
}))

builder.mutationField('createCryptoWithdrawal', (t) =>
  t.field({
    type: CreateWithdrawalResult,
    nullable: true,
    description: 'Withdraws crypto to an address, at most once for a key.',
    args: { input: t.arg({ type: CreateCryptoWithdrawalInput, required: true, description: 'What to withdraw.' }) },
    extensions: movesMoney('withdraw-crypto:create'),
    resolve: (_root, args, context) => createCryptoWithdrawal(args, context),
  }),
)
