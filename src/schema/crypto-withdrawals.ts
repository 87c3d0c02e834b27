// Withdrawals of crypto to an address outside.
import { createCryptoWithdrawal, cryptoWithdrawalFee } from '../resolvers/crypto-withdrawals.ts'
import { builder } from './builder.ts'
import { movesMoney, needs } from './needs.ts'
import { NodeInterface } from './nodes.ts'
import { CryptoWithdrawal } from './objects.ts'
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

CryptoWithdrawal.implement({
  description: 'Crypto that leaves for an address.',
  interfaces: [NodeInterface, Withdrawal],
  fields: (t) => ({
    address: t.string({
      nullable: false,
      description: 'Where it goes.',
      resolve: orAnew('address'),
    }),
    network: t.exposeString('network', { nullable: true, description: 'The code of the chain.' }),
    memo: t.string({
      nullable: true,
      description: 'The memo or tag that goes with the address.',
      resolve: orAnew('memo'),
    }),
    transactionHash: t.string({
      nullable: true,
      description: "The chain's name for it; null until it is sent.",
      resolve: orAnew('transactionHash'),
    }),
    confirmations: t.exposeInt('confirmations', { nullable: true, description: 'Blocks on top of it.' }),
  }),
})

/** What mutations and quotes say of how they look at an address. */
export const ADDRESS_LOOK = 'the address against the form and the checksum of its network, where the gateway knows them'

const methodFields = (t: InputFields) => ({
  address: t.string({ required: true, description: 'Where it goes, at most 128 characters.' }),
  network: t.string({ description: 'The code of the chain, where the currency has several.' }),
  memo: t.string({ description: 'The memo or tag, where the chain wants one.' }),
})

export const CryptoMethodInput = builder.inputType('CryptoMethodInput', {
  description: 'An address of a chain. What has left for a wrong one is gone.',
  fields: methodFields,
})

const CreateCryptoWithdrawalInput = builder.inputType('CreateCryptoWithdrawalInput', {
  description: 'A withdrawal of crypto to make. What has left for a wrong address is gone.',
  fields: (t) => ({ ...creationFields(t), ...amountFields(t), ...methodFields(t) }),
})

const CryptoWithdrawalFeeInput = builder.inputType('CryptoWithdrawalFeeInput', {
  description: 'Which fee is asked for.',
  fields: (t) => ({
    ...feeFields(t),
    network: t.string({ description: 'The code of the chain, where the currency has several.' }),
  }),
})

builder.queryField('cryptoWithdrawalFee', (t) =>
  t.field({
    type: WithdrawalFeeResult,
    nullable: true,
    description: 'What a crypto withdrawal would cost. Moves nothing.',
    args: { input: t.arg({ type: CryptoWithdrawalFeeInput, required: true, description: 'Which fee.' }) },
    extensions: needs('withdraw-crypto:create'),
    resolve: (_root, args, context) => cryptoWithdrawalFee(args, context),
  }),
)

builder.mutationField('createCryptoWithdrawal', (t) =>
  t.field({
    type: CreateWithdrawalResult,
    nullable: true,
    description: `Withdraws crypto to an address, at most once for a key. ${lookedAt(ADDRESS_LOOK)}`,
    args: { input: t.arg({ type: CreateCryptoWithdrawalInput, required: true, description: 'What to withdraw.' }) },
    extensions: movesMoney('withdraw-crypto:create', 3),
    resolve: (_root, args, context) => createCryptoWithdrawal(args, context),
  }),
)
