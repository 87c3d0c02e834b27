// What can be watched of one's own: single objects, at once and whenever they have changed.
import { accountUpdated, orderUpdated, withdrawalUpdated } from '../resolvers/updates.ts'
import { builder } from './builder.ts'
import { needs } from './needs.ts'
import { Account, Order } from './objects.ts'
import { Withdrawal, WITHDRAWAL_SCOPES } from './withdrawals.ts'

builder.subscriptionFields((t) => ({
  accountUpdated: t.field({
    type: Account,
    nullable: false,
    description: 'An account: at once, and whenever it has changed. An unknown one is an error NOT_FOUND, and the end.',
    args: { id: t.arg.id({ required: true, description: 'The id of an Account.' }) },
    extensions: needs('account:read'),
    subscribe: (_root, args, context) => accountUpdated(args, context),
    resolve: (account) => account,
  }),
  orderUpdated: t.field({
    type: Order,
    nullable: false,
    description:
      "An order: at once, and whenever it has changed, sooner where SpectroCoin's callback comes in. Completes when it can change no more: " +
      'an expired one can, for a payment may still come. An unknown one is an error NOT_FOUND, and the end.',
    args: { id: t.arg.id({ required: true, description: 'The id of an Order.' }) },
    extensions: needs('merchants-orders:read'),
    subscribe: (_root, args, context) => orderUpdated(args, context),
    resolve: (order) => order,
  }),
  withdrawalUpdated: t.field({
    type: Withdrawal,
    nullable: false,
    description:
      'A withdrawal of any kind: at once, and whenever it has changed. Completes when it is PAID, FAILED or CANCELLED. An unknown one is an ' +
      'error NOT_FOUND, and the end. The scope is that of its kind.',
    args: { id: t.arg.id({ required: true, description: 'The id of a withdrawal of any kind.' }) },
    extensions: needs(WITHDRAWAL_SCOPES),
    subscribe: (_root, args, context) => withdrawalUpdated(args, context),
    resolve: (withdrawal) => withdrawal,
  }),
}))
