// Preorders: links to pay by, from which one order or many come.
import { checkList } from '../resolvers/filters.ts'
import { ordersOf } from '../resolvers/orders.ts'
import { createPreorder, preorder, preorders } from '../resolvers/preorders.ts'
import { builder } from './builder.ts'
import { checks } from './checks.ts'
import { connectionOf, pageArguments } from './connections.ts'
import { AlreadyExists, AmountOutOfRange, InvalidInput, StateConflict } from './errors.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Preorder, Project } from './objects.ts'
import { termsFields } from './order-terms.ts'
import { OrderConnection } from './orders.ts'

Preorder.implement({
  description: 'A link to pay by. An order comes of it when a payer has picked a coin.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "Preorder:b7e0b0de".',
      resolve: ({ id }) => globalId('Preorder', id),
    }),
    project: t.field({
      type: Project,
      nullable: true,
      description: 'The project that it belongs to; null where SpectroCoin does not say.',
      extensions: needs('merchants-projects:read'),
      resolve: ({ projectId }, _args, { loaders }) => (projectId === null ? null : loaders.project.load(projectId)),
    }),
    orderId: t.exposeString('orderId', {
      nullable: true,
      description: 'The merchant\'s own id, which its first order keeps; later ones are "Pre-<orderId>-1" and so on.',
    }),
    description: t.exposeString('description', { nullable: true, description: 'Shown to the payer.' }),
    multiple: t.exposeBoolean('multiple', {
      nullable: false,
      description: 'Whether more than one order may come of it.',
    }),
    receiveAmount: t.expose('receiveAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'What the merchant gets for each order, in `receiveCode`.',
    }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency that the merchant gets.',
    }),
    payAmount: t.expose('payAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'What a payer pays, in `payCode`; null where that follows from the rate.',
    }),
    payCode: t.expose('payCode', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency that a payer pays in; null where the payer picks it.',
    }),
    payUrl: t.exposeString('payUrl', { nullable: false, description: 'The page where a payer pays: send them there.' }),
    validUntil: t.expose('validUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when an order can come of it; null: not limited, or not told.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
    orderCount: t.exposeInt('orderCount', {
      nullable: true,
      description: 'How many orders have come of it; null where SpectroCoin does not say.',
    }),
    orders: t.field({
      type: OrderConnection,
      nullable: true,
      description: 'The orders that have come of it, newest first.',
      args: pageArguments,
      extensions: { ...needsPage('merchants-orders:read'), ...checks(checkList) },
      resolve: ({ id, projectId }, args, context) =>
        ordersOf({ ...args, projectId, filter: { preorderId: id } }, context),
    }),
  }),
})

const CreatePreorderInput = builder.inputType('CreatePreorderInput', {
  description: 'A preorder to make.',
  fields: (t) => ({
    ...termsFields(t),
    multiple: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether more than one order may come of it.',
    }),
  }),
})

const CreatePreorderResult = builder.unionType('CreatePreorderResult', {
  description: 'The preorder, or why there is none.',
  types: () => [Preorder, InvalidInput, AlreadyExists, StateConflict, AmountOutOfRange],
  resolveType: ({ __typename }) => __typename,
})

export const PreorderConnection = connectionOf('Preorder', Preorder)

builder.queryFields((t) => ({
  preorder: t.field({
    type: Preorder,
    nullable: true,
    description: 'One preorder; null where the caller has no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of a Preorder.' }) },
    extensions: needs('merchants-preorders:read'),
    resolve: (_root, args, context) => preorder(args, context),
  }),
  preorders: t.field({
    type: PreorderConnection,
    nullable: true,
    description: 'The preorders of a project, newest first; null where the caller has no such project.',
    args: { projectId: t.arg.id({ required: true, description: 'The id of a Project.' }), ...pageArguments },
    extensions: needsPage('merchants-preorders:read'),
    resolve: (_root, args, context) => preorders(args, context),
  }),
}))

builder.mutationField('createPreorder', (t) =>
  t.field({
    type: CreatePreorderResult,
    nullable: true,
    description: 'Makes a link to pay by, for one order or for many of the same price. Moves no money.',
    args: { input: t.arg({ type: CreatePreorderInput, required: true, description: 'What is asked of the payer.' }) },
    extensions: needs('merchants-preorders:create'),
    resolve: (_root, args, context) => createPreorder(args, context),
  }),
)
