// The callbacks that SpectroCoin has sent to a merchant about orders, or is about to.
import { merchantCallback, merchantCallbacks } from '../resolvers/merchant-callbacks.ts'
import { builder } from './builder.ts'
import { connectionOf, pageArguments } from './connections.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { MerchantCallback, Order, Project } from './objects.ts'
import { OrderStatus } from './order-status.ts'

const MerchantCallbackStatus = builder.enumType('MerchantCallbackStatus', {
  description: 'Whether a callback has arrived.',
  values: {
    PENDING: { description: 'To be sent, or sent again.' },
    SENT: { description: 'The merchant has taken it.' },
    FAILED: { description: 'The merchant has not taken it.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet; `statusText` has it. Not for inputs.' },
  } as const,
})

MerchantCallback.implement({
  description: "A message to the merchant's own address that an order has changed.",
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "MerchantCallback:5f2f7c0e".',
      resolve: ({ id }) => globalId('MerchantCallback', id),
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
      description: 'The order that it is about, as it is now; null where SpectroCoin does not say.',
      extensions: needs('merchants-orders:read'),
      resolve: ({ systemOrderId }, _args, { loaders }) =>
        systemOrderId === null ? null : loaders.order.load(systemOrderId),
    }),
    orderId: t.exposeString('orderId', { nullable: true, description: "The merchant's own id of the order." }),
    url: t.exposeString('url', { nullable: true, description: 'Where it goes.' }),
    orderStatus: t.expose('orderStatus', {
      type: OrderStatus,
      nullable: true,
      description: 'The status of the order that it tells of.',
    }),
    orderStatusText: t.exposeString('orderStatusText', {
      nullable: true,
      description: "SpectroCoin's own word, or number, for that status.",
    }),
    status: t.expose('status', { type: MerchantCallbackStatus, nullable: false, description: 'Whether it arrived.' }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    httpStatus: t.exposeInt('httpStatus', {
      nullable: true,
      description: 'The HTTP status that the merchant last answered with.',
    }),
    responseBody: t.exposeString('responseBody', {
      nullable: true,
      description: 'The beginning of what the merchant last answered.',
    }),
    attempts: t.exposeInt('attempts', { nullable: true, description: 'How often it was tried.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
    lastAttemptAt: t.expose('lastAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last tried.',
    }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it will be tried again; null: it will not, or SpectroCoin does not say.',
    }),
  }),
})

const MerchantCallbackFilter = builder.inputType('MerchantCallbackFilter', {
  description: 'Which callbacks to list.',
  fields: (t) => ({
    order: t.id({ description: 'Only those about this order: the id of an Order.' }),
    status: t.field({ type: MerchantCallbackStatus, description: 'Only those in this status.' }),
  }),
})

export const MerchantCallbackConnection = connectionOf('MerchantCallback', MerchantCallback)

builder.queryFields((t) => ({
  merchantCallback: t.field({
    type: MerchantCallback,
    nullable: true,
    description: 'One callback; null where the caller has no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of a MerchantCallback.' }) },
    extensions: needs('merchants-callbacks:read'),
    resolve: (_root, args, context) => merchantCallback(args, context),
  }),
  merchantCallbacks: t.field({
    type: MerchantCallbackConnection,
    nullable: true,
    description:
      'The callbacks about the orders of a project, newest first; null where the caller has no such project.',
    args: {
      projectId: t.arg.id({ required: true, description: 'The id of a Project.' }),
      ...pageArguments,
      filter: t.arg({ type: MerchantCallbackFilter, description: 'Only these.' }),
    },
    extensions: needsPage('merchants-callbacks:read'),
    resolve: (_root, args, context) => merchantCallbacks(args, context),
  }),
}))
