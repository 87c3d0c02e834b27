// Merchant orders.
import { checkList } from '../resolvers/filters.ts'
import { merchantCallbacksOf } from '../resolvers/merchant-callbacks.ts'
import { merchantTransactionsOf } from '../resolvers/merchant-transactions.ts'
import { order, orders } from '../resolvers/orders.ts'
import { builder } from './builder.ts'
import { checks } from './checks.ts'
import { connectionOf, pageArguments } from './connections.ts'
import { MerchantCallbackConnection } from './merchant-callbacks.ts'
import { MerchantTransactionConnection } from './merchant-transactions.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Order, Preorder, Project } from './objects.ts'
import { OrderStatus } from './order-status.ts'
import { orAnew } from './withheld.ts'

export const OrderFilter = builder.inputType('OrderFilter', {
  description: 'Which orders to list.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before this instant.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    status: t.field({ type: OrderStatus, description: 'Only those in this status.' }),
    orderId: t.string({ description: "Only those with this merchant's own id." }),
  }),
})

Order.implement({
  description: 'One payer, one payment, a fixed amount.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "Order:f2d1c7a4": the system\'s id.',
      resolve: ({ id }) => globalId('Order', id),
    }),
    orderId: t.exposeString('orderId', {
      nullable: false,
      description: "The merchant's own id, unique within the project.",
    }),
    status: t.expose('status', { type: OrderStatus, nullable: false, description: 'How far it has come.' }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    project: t.field({
      type: Project,
      nullable: true,
      description: 'The project that it belongs to; null where SpectroCoin does not say.',
      extensions: needs('merchants-projects:read'),
      resolve: ({ projectId }, _args, { loaders }) => (projectId === null ? null : loaders.project.load(projectId)),
    }),
    preorder: t.field({
      type: Preorder,
      nullable: true,
      description: 'The preorder that it came of; null where SpectroCoin does not say.',
      extensions: needs('merchants-preorders:read'),
      resolve: ({ preorderId }, _args, { loaders }) => (preorderId === null ? null : loaders.preorder.load(preorderId)),
    }),
    description: t.string({
      nullable: true,
      description: 'Shown to the payer.',
      resolve: orAnew('description'),
    }),
    payAmount: t.expose('payAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'What the payer is to pay, in `payCode`.',
    }),
    payCode: t.expose('payCode', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency that the payer pays in.',
    }),
    network: t.exposeString('network', {
      nullable: true,
      description: 'The code of the chain that the payer pays over.',
    }),
    receivedAmount: t.expose('receivedAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'What has come in so far, in `payCode`.',
    }),
    receiveAmount: t.expose('receiveAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What the merchant gets, in `receiveCode`.',
    }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency that the merchant gets.',
    }),
    depositAddress: t.string({
      nullable: true,
      description: 'Where the payer pays to.',
      resolve: orAnew('depositAddress'),
    }),
    memo: t.string({
      nullable: true,
      description: 'The memo or tag that goes with the address.',
      resolve: orAnew('memo'),
    }),
    payUrl: t.string({
      nullable: true,
      description: 'The page where the payer pays.',
      resolve: orAnew('payUrl'),
    }),
    validUntil: t.expose('validUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'When the time to pay is over.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: true, description: 'When it last changed.' }),
    paidAt: t.expose('paidAt', { type: 'DateTime', nullable: true, description: 'When it was paid.' }),
    transactions: t.field({
      type: MerchantTransactionConnection,
      nullable: true,
      description: 'What it brought in, and what that cost, newest first.',
      args: pageArguments,
      extensions: { ...needsPage('merchants-transactions:read'), ...checks(checkList) },
      resolve: ({ id, projectId }, args, context) =>
        merchantTransactionsOf({ ...args, projectId, filter: { orderId: id } }, context),
    }),
    callbacks: t.field({
      type: MerchantCallbackConnection,
      nullable: true,
      description: 'The callbacks about it, newest first.',
      args: pageArguments,
      extensions: { ...needsPage('merchants-callbacks:read'), ...checks(checkList) },
      resolve: ({ id, projectId }, args, context) =>
        merchantCallbacksOf({ ...args, projectId, filter: { systemOrderId: id } }, context),
    }),
  }),
})

export const OrderConnection = connectionOf('Order', Order)

builder.queryFields((t) => ({
  order: t.field({
    type: Order,
    nullable: true,
    description: 'One order; null where the caller has no such one.',
    args: {
      id: t.arg.id({
        required: true,
        description: "The id of an Order; the merchant's own orderId is a filter of `orders`.",
      }),
    },
    extensions: needs('merchants-orders:read'),
    resolve: (_root, args, context) => order(args, context),
  }),
  orders: t.field({
    type: OrderConnection,
    nullable: true,
    description: 'The orders of a project, newest first; null where the caller has no such project.',
    args: {
      projectId: t.arg.id({ required: true, description: 'The id of a Project.' }),
      ...pageArguments,
      filter: t.arg({ type: OrderFilter, description: 'Only these.' }),
    },
    extensions: needsPage('merchants-orders:read'),
    resolve: (_root, args, context) => orders(args, context),
  }),
}))
