// Deposits of fiat.
import { createDeposit, deposit, depositPaymentMethod, deposits } from '../resolvers/deposits.ts'
import { builder } from './builder.ts'
import { connectionOf, pageArguments } from './connections.ts'
import { AmountOutOfRange, InvalidInput } from './errors.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Account, Deposit, PaymentMethod } from './objects.ts'
import { ANY_ACCOUNT, PAYMENT_METHODS } from './shared-calls.ts'
import type { BankDetails as BankDetailsShape } from '../upstream/deposits.ts'

export const DepositStatus = builder.enumType('DepositStatus', {
  description: 'How far a deposit has come.',
  values: {
    NEW: { description: 'Made; nothing has come in.' },
    PENDING: { description: 'Seen, and being confirmed.' },
    PAID: { description: 'In the account.' },
    FAILED: { description: 'Did not happen.' },
    EXPIRED: { description: 'Not paid in time.' },
    CANCELLED: { description: 'Called off.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet; `statusText` has it. Not for inputs.' },
  } as const,
})

const BankDetails = builder.objectRef<BankDetailsShape>('BankDetails').implement({
  description: 'What to pay into by a bank transfer.',
  fields: (t) => ({
    beneficiaryName: t.exposeString('beneficiaryName', { nullable: true, description: 'Whose account it is.' }),
    iban: t.exposeString('iban', { nullable: true, description: 'The IBAN of the account.' }),
    bic: t.exposeString('bic', { nullable: true, description: 'The BIC of the bank.' }),
    bankName: t.exposeString('bankName', { nullable: true, description: 'The name of the bank.' }),
    reference: t.exposeString('reference', {
      nullable: true,
      description: 'What the transfer must say, for the deposit to be found by.',
    }),
  }),
})

Deposit.implement({
  description: 'Fiat that comes in.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "Deposit:5f6e9a1c".',
      resolve: ({ id }) => globalId('Deposit', id),
    }),
    status: t.expose('status', { type: DepositStatus, nullable: false, description: 'How far it has come.' }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    amount: t.expose('amount', {
      type: 'Decimal',
      nullable: false,
      description: 'What is paid in, the fee included, in `currencyCode`.',
    }),
    feeAmount: t.expose('feeAmount', { type: 'Decimal', nullable: true, description: 'The fee, in `currencyCode`.' }),
    receiveAmount: t.expose('receiveAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'What arrives in the account, in `currencyCode`.',
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of all its amounts.',
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: 'The account that it arrives in; null where SpectroCoin does not say.',
      extensions: needs('account:read', ANY_ACCOUNT),
      resolve: ({ accountId }, _args, { loaders }) => (accountId === null ? null : loaders.account.load(accountId)),
    }),
    paymentMethod: t.field({
      type: PaymentMethod,
      nullable: true,
      description: 'How it is paid; null where SpectroCoin does not say, or no longer lists the method.',
      extensions: needs('payment-method:read', PAYMENT_METHODS),
      resolve: (self, _args, context) => depositPaymentMethod(self, context),
    }),
    payUrl: t.exposeString('payUrl', {
      nullable: true,
      description: 'The page where it is paid, for methods that have one.',
    }),
    bankDetails: t.expose('bankDetails', {
      type: BankDetails,
      nullable: true,
      description: 'Where to send the money, for bank transfers.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: true, description: 'When it last changed.' }),
  }),
})

const DepositFilter = builder.inputType('DepositFilter', {
  description: 'Which fiat deposits to list.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before this instant.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    status: t.field({ type: DepositStatus, description: 'Only those in this status.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'Only those of this currency.' }),
  }),
})

const CreateDepositInput = builder.inputType('CreateDepositInput', {
  description: 'A deposit of fiat to make, to be paid from outside.',
  fields: (t) => ({
    amount: t.field({ type: 'Decimal', required: true, description: 'What is to be paid in; above zero.' }),
    currency: t.field({ type: 'CurrencyCode', required: true, description: 'The currency of the amount, a fiat one.' }),
    paymentMethodId: t.id({ required: true, description: 'The id of a PaymentMethod for deposits.' }),
    accountId: t.id({ description: 'The id of the Account that it is to arrive in; left out, that of the currency.' }),
    description: t.string({ description: 'A note of your own.' }),
  }),
})

const CreateDepositResult = builder.unionType('CreateDepositResult', {
  description: 'The deposit, or why there is none.',
  types: [Deposit, InvalidInput, AmountOutOfRange],
  resolveType: ({ __typename }) => __typename,
})

const DepositConnection = connectionOf('Deposit', Deposit)

builder.queryFields((t) => ({
  deposit: t.field({
    type: Deposit,
    nullable: true,
    description: 'One fiat deposit; null where the caller has no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of a Deposit.' }) },
    extensions: needs('deposit:read'),
    resolve: (_root, args, context) => deposit(args, context),
  }),
  deposits: t.field({
    type: DepositConnection,
    nullable: true,
    description: 'The fiat deposits of the caller, newest first.',
    args: { ...pageArguments, filter: t.arg({ type: DepositFilter, description: 'Only these.' }) },
    extensions: needsPage('deposit:read'),
    resolve: (_root, args, context) => deposits(args, context),
  }),
}))

builder.mutationField('createDeposit', (t) =>
  t.field({
    type: CreateDepositResult,
    nullable: true,
    description: 'Makes a fiat deposit and says how to pay it. Each call makes another one; no money moves by it.',
    args: { input: t.arg({ type: CreateDepositInput, required: true, description: 'What to deposit.' }) },
    extensions: needs('deposit:create'),
    resolve: (_root, args, context) => createDeposit(args, context),
  }),
)
