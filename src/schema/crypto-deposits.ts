// Deposits of crypto.
import { cryptoDeposit, cryptoDeposits } from '../resolvers/crypto-deposits.ts'
import { builder } from './builder.ts'
import { connectionOf, pageArguments } from './connections.ts'
import { DepositStatus } from './deposits.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Account, CryptoDeposit } from './objects.ts'
import { ANY_ACCOUNT } from './shared-calls.ts'

CryptoDeposit.implement({
  description: 'Crypto that comes in over a chain.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "CryptoDeposit:a3b8d1b6".',
      resolve: ({ id }) => globalId('CryptoDeposit', id),
    }),
    status: t.expose('status', { type: DepositStatus, nullable: false, description: 'How far it has come.' }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    amount: t.expose('amount', { type: 'Decimal', nullable: false, description: 'What came in, in `currencyCode`.' }),
    feeAmount: t.expose('feeAmount', { type: 'Decimal', nullable: true, description: 'The fee, in `currencyCode`.' }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of all its amounts.',
    }),
    network: t.exposeString('network', { nullable: true, description: 'The code of the chain.' }),
    account: t.field({
      type: Account,
      nullable: true,
      description: 'The account that it arrives in; null where SpectroCoin does not say.',
      extensions: needs('account:read', ANY_ACCOUNT),
      resolve: ({ accountId }, _args, { loaders }) => (accountId === null ? null : loaders.account.load(accountId)),
    }),
    address: t.exposeString('address', { nullable: true, description: 'Where it was sent to.' }),
    memo: t.exposeString('memo', { nullable: true, description: 'The memo or tag that came with it.' }),
    transactionHash: t.exposeString('transactionHash', { nullable: true, description: "The chain's name for it." }),
    confirmations: t.exposeInt('confirmations', { nullable: true, description: 'Blocks on top of it.' }),
    requiredConfirmations: t.exposeInt('requiredConfirmations', {
      nullable: true,
      description: 'Blocks on top of it that it takes to be paid.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was first seen.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: true, description: 'When it last changed.' }),
  }),
})

const CryptoDepositFilter = builder.inputType('CryptoDepositFilter', {
  description: 'Which crypto deposits to list.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before this instant.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    status: t.field({ type: DepositStatus, description: 'Only those in this status.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'Only those of this currency.' }),
    network: t.string({ description: 'Only those over the chain with this code.' }),
  }),
})

const CryptoDepositConnection = connectionOf('CryptoDeposit', CryptoDeposit)

builder.queryFields((t) => ({
  cryptoDeposit: t.field({
    type: CryptoDeposit,
    nullable: true,
    description: 'One crypto deposit; null where the caller has no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of a CryptoDeposit.' }) },
    extensions: needs('deposit-crypto:read'),
    resolve: (_root, args, context) => cryptoDeposit(args, context),
  }),
  cryptoDeposits: t.field({
    type: CryptoDepositConnection,
    nullable: true,
    description: 'The crypto deposits of the caller, newest first.',
    args: { ...pageArguments, filter: t.arg({ type: CryptoDepositFilter, description: 'Only these.' }) },
    extensions: needsPage('deposit-crypto:read'),
    resolve: (_root, args, context) => cryptoDeposits(args, context),
  }),
}))
