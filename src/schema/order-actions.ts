// What is done with merchant orders: making them, and moving one on.
import {
  acceptOrder,
  cancelOrder,
  createOrder,
  createOrderFromPreorder,
  payOrder,
  resendOrderCallback,
} from '../resolvers/order-actions.ts'
import { builder } from './builder.ts'
import {
  AlreadyExists,
  AmountOutOfRange,
  IdempotencyConflict,
  InsufficientFunds,
  InvalidInput,
  Refused,
  StateConflict,
} from './errors.ts'
import { movesMoney, needs } from './needs.ts'
import { Order, OutcomeUnknown, Preorder } from './objects.ts'
import { termsFields } from './order-terms.ts'
import { WithdrawFrom } from './withdraw-from.ts'

const CreateOrderInput = builder.inputType('CreateOrderInput', {
  description: 'An order to ask for.',
  fields: (t) => termsFields(t),
})

const CreateOrderResult = builder.unionType('CreateOrderResult', {
  description: 'The preorder with the link to pay by, or why there is none.',
  types: () => [Preorder, InvalidInput, AlreadyExists, StateConflict, AmountOutOfRange],
  resolveType: ({ __typename }) => __typename,
})

const CreateOrderFromPreorderInput = builder.inputType('CreateOrderFromPreorderInput', {
  description: 'An order to make of a preorder, in the place of its payer.',
  fields: (t) => ({
    preorderId: t.id({ required: true, description: 'The id of a Preorder.' }),
    payCode: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that the payer pays in.' }),
    network: t.string({
      description: 'The code of the chain that the payer pays over, where the currency has several.',
    }),
    payerEmail: t.string({ description: 'The mail address of the payer.' }),
  }),
})

/** An order, or why not: what each action on an order that moves no money ends in. */
function orderOrConflict(name: string, description: string) {
  return builder.unionType(name, {
    description,
    types: () => [Order, InvalidInput, StateConflict],
    resolveType: ({ __typename }) => __typename,
  })
}

const CreateOrderFromPreorderResult = orderOrConflict(
  'CreateOrderFromPreorderResult',
  'The order, or why there is none: StateConflict where a preorder for one order was used before.',
)
const CancelOrderResult = orderOrConflict('CancelOrderResult', 'The order, cancelled, or why it is not.')
const AcceptOrderResult = orderOrConflict('AcceptOrderResult', 'The order, paid, or why it is not.')
const ResendOrderCallbackResult = orderOrConflict(
  'ResendOrderCallbackResult',
  'The order whose callback is sent, or why it is not.',
)

const CancelOrderInput = builder.inputType('CancelOrderInput', {
  description: 'Which order to cancel.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of an Order.' }) }),
})

const AcceptOrderInput = builder.inputType('AcceptOrderInput', {
  description: 'Which order to accept.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of an Order.' }) }),
})

const ResendOrderCallbackInput = builder.inputType('ResendOrderCallbackInput', {
  description: 'Which order to send the callback of.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of an Order.' }) }),
})

const PayOrderInput = builder.inputType('PayOrderInput', {
  description: 'An order to pay.',
  fields: (t) => ({
    idempotencyKey: t.id({
      required: true,
      description: "The caller's own word for this payment, 1 to 200 characters: the same key never pays twice.",
    }),
    id: t.id({ required: true, description: 'The id of an Order.' }),
    from: t.field({ type: WithdrawFrom, required: true, description: 'The account that pays.' }),
  }),
})

const PayOrderResult = builder.unionType('PayOrderResult', {
  description: 'The order, or why it is not paid, or that nobody knows.',
  types: () => [Order, InvalidInput, InsufficientFunds, StateConflict, IdempotencyConflict, OutcomeUnknown, Refused],
  resolveType: ({ __typename }) => __typename,
})

/** What a conflict costs beside its scope. */
const LOOKS = 'On a conflict its status is read by one call more, where `merchants-orders:read` allows that.'

builder.mutationFields((t) => ({
  createOrder: t.field({
    type: CreateOrderResult,
    nullable: true,
    description:
      'Asks for one payment: makes a preorder and a page to pay on, `payUrl`, to send the payer to. ' +
      'There is no Order before the payer has picked a coin there; then it is among `Preorder.orders`, ' +
      'and among `orders` of the project, where the filter `orderId` finds it. ' +
      'SpectroCoin may want the scope `merchants-preorders:create` as well. Moves no money.',
    args: { input: t.arg({ type: CreateOrderInput, required: true, description: 'What is asked of the payer.' }) },
    extensions: needs('merchants-orders:create'),
    resolve: (_root, args, context) => createOrder(args, context),
  }),
  createOrderFromPreorder: t.field({
    type: CreateOrderFromPreorderResult,
    nullable: true,
    description:
      'Makes an order of a preorder, with the coin picked in the place of the payer: its amount and address are there at once. Moves no money.',
    args: {
      input: t.arg({ type: CreateOrderFromPreorderInput, required: true, description: 'Which preorder, which coin.' }),
    },
    extensions: needs('merchants-orders:create'),
    resolve: (_root, args, context) => createOrderFromPreorder(args, context),
  }),
  cancelOrder: t.field({
    type: CancelOrderResult,
    nullable: true,
    description: `Cancels an order that nothing was paid for yet. ${LOOKS}`,
    args: { input: t.arg({ type: CancelOrderInput, required: true, description: 'Which order.' }) },
    extensions: needs('merchants-orders:cancel', 2),
    resolve: (_root, args, context) => cancelOrder(args, context),
  }),
  acceptOrder: t.field({
    type: AcceptOrderResult,
    nullable: true,
    description:
      `Accepts an order that is UNDERPAID or LATE_CRYPTO_PAYMENT as paid, with what has come in. ${LOOKS} ` +
      'That this takes the scope of paying is a guess: SpectroCoin names none for it.',
    args: { input: t.arg({ type: AcceptOrderInput, required: true, description: 'Which order.' }) },
    extensions: needs('merchants-orders:pay', 2),
    resolve: (_root, args, context) => acceptOrder(args, context),
  }),
  resendOrderCallback: t.field({
    type: ResendOrderCallbackResult,
    nullable: true,
    description: `Has the callback of an order sent again, with its status as it is now. ${LOOKS}`,
    args: { input: t.arg({ type: ResendOrderCallbackInput, required: true, description: 'Which order.' }) },
    extensions: needs('merchants-orders:callback', 2),
    resolve: (_root, args, context) => resendOrderCallback(args, context),
  }),
  payOrder: t.field({
    type: PayOrderResult,
    nullable: true,
    description:
      'Pays an order from an own account, at most once for a key. Where nobody knows what came of it, the status of the order tells.',
    args: { input: t.arg({ type: PayOrderInput, required: true, description: 'Which order, from where.' }) },
    extensions: movesMoney('merchants-orders:pay'),
    resolve: (_root, args, context) => payOrder(args, context),
  }),
}))
