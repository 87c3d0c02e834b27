// Merchant projects.
import { checkList } from '../resolvers/filters.ts'
import { ordersOf } from '../resolvers/orders.ts'
import { preordersOf } from '../resolvers/preorders.ts'
import { project, projects } from '../resolvers/projects.ts'
import { builder } from './builder.ts'
import { checks } from './checks.ts'
import { connectionOf, pageArguments } from './connections.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Project } from './objects.ts'
import { OrderConnection, OrderFilter } from './orders.ts'
import { PreorderConnection } from './preorders.ts'
import { TestStatus } from './project-settings.ts'

const CallbackFormat = builder.enumType('CallbackFormat', {
  description: 'How callbacks are written.',
  values: {
    JSON: { description: 'As JSON, unsigned: the order is to be read to be believed. New projects have this.' },
    FORM: { description: 'As a signed form. Older projects have this.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet. Not for inputs.' },
  } as const,
})

Project.implement({
  description: 'The settings under which a shop takes payments.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "Project:3c1a5a1e".',
      resolve: ({ id }) => globalId('Project', id),
    }),
    name: t.exposeString('name', { nullable: false, description: 'Shown to payers.' }),
    description: t.exposeString('description', { nullable: true, description: "The merchant's own note." }),
    enabled: t.exposeBoolean('enabled', { nullable: false, description: 'Whether it takes orders.' }),
    autoConvert: t.exposeBoolean('autoConvert', {
      nullable: true,
      description: 'Whether what comes in is converted to `receiveCode`.',
    }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency that it is converted to.',
    }),
    acceptAllCurrencies: t.exposeBoolean('acceptAllCurrencies', {
      nullable: true,
      description: 'Whether payers may pay in any currency.',
    }),
    acceptedCurrencyCodes: t.expose('acceptedCurrencyCodes', {
      type: ['CurrencyCode'],
      nullable: { list: true, items: false },
      description: 'The currencies that payers may pay in, where not all.',
    }),
    testMode: t.exposeBoolean('testMode', { nullable: true, description: 'Whether its orders need no payment.' }),
    testStatus: t.expose('testStatus', {
      type: TestStatus,
      nullable: true,
      description: 'What its orders end as in test mode.',
    }),
    feePaidByClient: t.exposeBoolean('feePaidByClient', {
      nullable: true,
      description: 'Whether the payer pays the fee.',
    }),
    verifiedPayersOnly: t.exposeBoolean('verifiedPayersOnly', {
      nullable: true,
      description: 'Whether payers must be verified.',
    }),
    paymentWindowMinutes: t.exposeInt('paymentWindowMinutes', {
      nullable: true,
      description: 'How long a payer has to pay, in minutes. Set by SpectroCoin; null where it does not say.',
    }),
    callbackFormat: t.expose('callbackFormat', {
      type: CallbackFormat,
      nullable: true,
      description: 'How its callbacks are written. Set by SpectroCoin; null where it does not say.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: true, description: 'When it last changed.' }),
    orders: t.field({
      type: OrderConnection,
      nullable: true,
      description: 'Its orders, newest first.',
      args: { ...pageArguments, filter: t.arg({ type: OrderFilter, description: 'Only these.' }) },
      extensions: { ...needsPage('merchants-orders:read'), ...checks(checkList) },
      resolve: ({ id }, args, context) => ordersOf({ ...args, projectId: id }, context),
    }),
    preorders: t.field({
      type: PreorderConnection,
      nullable: true,
      description: 'Its preorders, newest first.',
      args: pageArguments,
      extensions: { ...needsPage('merchants-preorders:read'), ...checks(checkList) },
      resolve: ({ id }, args, context) => preordersOf({ ...args, projectId: id }, context),
    }),
  }),
})

const ProjectConnection = connectionOf('Project', Project)

builder.queryFields((t) => ({
  projects: t.field({
    type: ProjectConnection,
    nullable: true,
    description: 'The merchant projects of the caller.',
    args: pageArguments,
    extensions: needsPage('merchants-projects:read'),
    resolve: (_root, args, context) => projects(args, context),
  }),
  project: t.field({
    type: Project,
    nullable: true,
    description: 'One merchant project; null where the caller has no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of a Project.' }) },
    extensions: needs('merchants-projects:read'),
    resolve: (_root, args, context) => project(args, context),
  }),
}))
