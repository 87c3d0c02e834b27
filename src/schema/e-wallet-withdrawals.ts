// Withdrawals to an e-wallet.
import { createEWalletWithdrawal, eWalletWithdrawalFee } from '../resolvers/e-wallet-withdrawals.ts'
import { builder } from './builder.ts'
import { movesMoney, needs } from './needs.ts'
import { NodeInterface } from './nodes.ts'
import { EWalletWithdrawal } from './objects.ts'
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

EWalletWithdrawal.implement({
  description: 'Money that leaves for an e-wallet.',
  interfaces: [NodeInterface, Withdrawal],
  fields: (t) => ({
    provider: t.exposeString('provider', { nullable: true, description: "SpectroCoin's own word for the provider." }),
    recipient: t.string({
      nullable: true,
      description: 'Whose e-wallet it is: what the provider knows them by, such as an e-mail address.',
      resolve: orAnew('recipient'),
    }),
  }),
})

const methodFields = (t: InputFields) => ({
  provider: t.string({
    required: true,
    description:
      'The provider\'s code: what follows the colon in the id of a PaymentMethod, e.g. "skrill"; at most 128 characters.',
  }),
  recipient: t.string({
    required: true,
    description: 'What the provider knows the recipient by, such as an e-mail address; at most 128 characters.',
  }),
})

export const EWalletMethodInput = builder.inputType('EWalletMethodInput', {
  description: 'An e-wallet.',
  fields: methodFields,
})

const CreateEWalletWithdrawalInput = builder.inputType('CreateEWalletWithdrawalInput', {
  description: 'A withdrawal to an e-wallet to make.',
  fields: (t) => ({ ...creationFields(t), ...amountFields(t), ...methodFields(t) }),
})

const EWalletWithdrawalFeeInput = builder.inputType('EWalletWithdrawalFeeInput', {
  description: 'Which fee is asked for.',
  fields: (t) => ({
    ...feeFields(t),
    provider: t.string({ description: "The provider's code: what follows the colon in the id of a PaymentMethod." }),
  }),
})

builder.queryField('eWalletWithdrawalFee', (t) =>
  t.field({
    type: WithdrawalFeeResult,
    nullable: true,
    description: 'What a withdrawal to an e-wallet would cost. Moves nothing.',
    args: { input: t.arg({ type: EWalletWithdrawalFeeInput, required: true, description: 'Which fee.' }) },
    extensions: needs('withdraw-e-wallet:create'),
    resolve: (_root, args, context) => eWalletWithdrawalFee(args, context),
  }),
)

builder.mutationField('createEWalletWithdrawal', (t) =>
  t.field({
    type: CreateWithdrawalResult,
    nullable: true,
    description: `Withdraws to an e-wallet, at most once for a key. ${lookedAt()}`,
    args: { input: t.arg({ type: CreateEWalletWithdrawalInput, required: true, description: 'What to withdraw.' }) },
    extensions: movesMoney('withdraw-e-wallet:create', 3),
    resolve: (_root, args, context) => createEWalletWithdrawal(args, context),
  }),
)
