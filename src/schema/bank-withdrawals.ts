// Withdrawals to an account at a bank.
import { bankWithdrawalFee, createBankWithdrawal } from '../resolvers/bank-withdrawals.ts'
import { builder } from './builder.ts'
import { movesMoney, needs } from './needs.ts'
import { NodeInterface } from './nodes.ts'
import { BankWithdrawal } from './objects.ts'
import {
  amountFields,
  CreateWithdrawalResult,
  creationFields,
  feeFields,
  lookedAt,
  WithdrawalFeeResult,
} from './withdrawal-requests.ts'
import { Withdrawal } from './withdrawals.ts'
import { orAnew } from './withheld.ts'
import type { InputFields } from './builder.ts'

const BankTransferType = builder.enumType('BankTransferType', {
  description: 'How money reaches a bank.',
  values: {
    SEPA: { description: 'Euros within the Single Euro Payments Area.' },
    SEPA_INSTANT: { description: 'The same within seconds, where the other bank takes part.' },
    SWIFT: { description: 'From bank to bank all over the world; takes a `bic`.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet. Not for inputs.' },
  } as const,
})

BankWithdrawal.implement({
  description: 'Money that leaves for an account at a bank.',
  interfaces: [NodeInterface, Withdrawal],
  fields: (t) => ({
    beneficiaryName: t.string({
      nullable: true,
      description: 'Whose account it goes to.',
      resolve: orAnew('beneficiaryName'),
    }),
    iban: t.string({
      nullable: true,
      description: 'The IBAN of the account that it goes to.',
      resolve: orAnew('iban'),
    }),
    accountNumber: t.string({
      nullable: true,
      description: 'The number of the account that it goes to, where it has no IBAN.',
      resolve: orAnew('accountNumber'),
    }),
    bic: t.string({
      nullable: true,
      description: 'The BIC of the bank.',
      resolve: orAnew('bic'),
    }),
    reference: t.string({
      nullable: true,
      description: 'What the one who receives it reads.',
      resolve: orAnew('reference'),
    }),
    type: t.expose('type', {
      type: BankTransferType,
      nullable: true,
      description: 'How it reaches the bank; null where SpectroCoin does not say.',
    }),
  }),
})

const methodFields = (t: InputFields) => ({
  type: t.field({ type: BankTransferType, required: true, description: 'How it is to reach the bank.' }),
  beneficiaryName: t.string({ required: true, description: 'Whose account it is, at most 70 characters.' }),
  iban: t.string({ description: 'The IBAN, without spaces. Exactly one of this and `accountNumber`.' }),
  accountNumber: t.string({ description: 'The number of an account without IBAN.' }),
  bic: t.string({ description: 'The BIC of the bank, 8 or 11 characters; SWIFT needs it.' }),
  beneficiaryAddress: t.string({ description: 'The address of whose account it is.' }),
  beneficiaryCountryCode: t.string({ description: 'The country of that address, two letters, e.g. "LT".' }),
  reference: t.string({ description: 'What the one who receives it is to read, at most 140 characters.' }),
})

export const BankMethodInput = builder.inputType('BankMethodInput', {
  description: 'An account at a bank.',
  fields: methodFields,
})

const CreateBankWithdrawalInput = builder.inputType('CreateBankWithdrawalInput', {
  description: 'A withdrawal to a bank to make.',
  fields: (t) => ({ ...creationFields(t), ...amountFields(t), ...methodFields(t) }),
})

const BankWithdrawalFeeInput = builder.inputType('BankWithdrawalFeeInput', {
  description: 'Which fee is asked for.',
  fields: (t) => ({
    ...feeFields(t),
    type: t.field({ type: BankTransferType, description: 'How it would reach the bank.' }),
  }),
})

builder.queryField('bankWithdrawalFee', (t) =>
  t.field({
    type: WithdrawalFeeResult,
    nullable: true,
    description: 'What a withdrawal to a bank would cost. Moves nothing.',
    args: { input: t.arg({ type: BankWithdrawalFeeInput, required: true, description: 'Which fee.' }) },
    extensions: needs('withdraw-bank:create'),
    resolve: (_root, args, context) => bankWithdrawalFee(args, context),
  }),
)

builder.mutationField('createBankWithdrawal', (t) =>
  t.field({
    type: CreateWithdrawalResult,
    nullable: true,
    description: `Withdraws to an account at a bank, at most once for a key. ${lookedAt()}`,
    args: { input: t.arg({ type: CreateBankWithdrawalInput, required: true, description: 'What to withdraw.' }) },
    extensions: movesMoney('withdraw-bank:create', 3),
    resolve: (_root, args, context) => createBankWithdrawal(args, context),
  }),
)
