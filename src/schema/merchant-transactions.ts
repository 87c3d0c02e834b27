// What the orders of a project brought in, and what that cost.
import { merchantTransaction, merchantTransactions } from '../resolvers/merchant-transactions.ts'
import { builder } from './builder.ts'
import { connectionOf, pageArguments } from './connections.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Currency, MerchantTransaction, Order, Project } from './objects.ts'
import { CURRENCIES } from './shared-calls.ts'

const MerchantTransactionType = builder.enumType('MerchantTransactionType', {
  description: 'What sort of event a merchant transaction is.',
  values: {
    DEPOSIT: { description: 'What a payer paid came in.' },
    CONVERSION: { description: 'It was converted to the currency that the merchant gets.' },
    FEE: { description: 'A fee was taken.' },
    SETTLEMENT: { description: "It was credited to the merchant's account." },
    REFUND: { description: 'It went back to the payer.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet. Not for inputs.' },
  } as const,
})

const MerchantTransactionStatus = builder.enumType('MerchantTransactionStatus', {
  description: 'How far a merchant transaction has come.',
  values: {
    PENDING: { description: 'Under way.' },
    COMPLETED: { description: 'Done.' },
    FAILED: { description: 'Did not happen.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet; `statusText` has it. Not for inputs.' },
  } as const,
})

MerchantTransaction.implement({
  description: 'One step in which an order brought something in, or cost something.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "MerchantTransaction:c0a8f7de".',
      resolve: ({ id }) => globalId('MerchantTransaction', id),
    }),
    project: t.field({
      type: Project,
      nullable: true,
      description: 'The project of its order; null where SpectroCoin does not say.',
      extensions: needs('merchants-projects:read'),
      resolve: ({ projectId }, _args, { loaders }) => (projectId === null ? null : loaders.project.load(projectId)),
    }),
    order: t.field({
      type: Order,
      nullable: true,
      description: 'The order that it belongs to; null where SpectroCoin does not say.',
      extensions: needs('merchants-orders:read'),
      resolve: ({ orderId }, _args, { loaders }) => (orderId === null ? null : loaders.order.load(orderId)),
    }),
    type: t.expose('type', { type: MerchantTransactionType, nullable: false, description: 'What happened.' }),
    status: t.expose('status', {
      type: MerchantTransactionStatus,
      nullable: false,
      description: 'How far it has come.',
    }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    amount: t.expose('amount', { type: 'Decimal', nullable: false, description: 'In `currencyCode`.' }),
    currency: t.field({
      type: Currency,
      nullable: true,
      description: 'The currency of the amount.',
      extensions: needs('public', CURRENCIES),
      resolve: ({ currencyCode }, _args, { loaders }) => loaders.currency.load(currencyCode),
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The code of the currency of the amount.',
    }),
    feeAmount: t.expose('feeAmount', { type: 'Decimal', nullable: true, description: 'The fee, in `feeCode`.' }),
    feeCode: t.expose('feeCode', { type: 'CurrencyCode', nullable: true, description: 'The currency of the fee.' }),
    network: t.exposeString('network', { nullable: true, description: 'The code of the chain that it went over.' }),
    transactionHash: t.exposeString('transactionHash', { nullable: true, description: "The chain's name for it." }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it happened.' }),
  }),
})

const MerchantTransactionFilter = builder.inputType('MerchantTransactionFilter', {
  description: 'Which merchant transactions to list.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before this instant.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    order: t.id({ description: 'Only those of this order: the id of an Order.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'Only those of this currency.' }),
  }),
})

export const MerchantTransactionConnection = connectionOf('MerchantTransaction', MerchantTransaction)

builder.queryFields((t) => ({
  merchantTransaction: t.field({
    type: MerchantTransaction,
    nullable: true,
    description: 'One merchant transaction; null where the caller has no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of a MerchantTransaction.' }) },
    extensions: needs('merchants-transactions:read'),
    resolve: (_root, args, context) => merchantTransaction(args, context),
  }),
  merchantTransactions: t.field({
    type: MerchantTransactionConnection,
    nullable: true,
    description:
      'What the orders of a project brought in, and what that cost, newest first; null where the caller has no such project.',
    args: {
      projectId: t.arg.id({ required: true, description: 'The id of a Project.' }),
      ...pageArguments,
      filter: t.arg({ type: MerchantTransactionFilter, description: 'Only these.' }),
    },
    extensions: needsPage('merchants-transactions:read'),
    resolve: (_root, args, context) => merchantTransactions(args, context),
  }),
}))
