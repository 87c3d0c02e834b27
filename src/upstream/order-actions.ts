// What is done with merchant orders: making them, and moving one on.
import { source } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { termsBody } from './order-terms.ts'
import { decodeOrder } from './orders.ts'
import { decodePreorder } from './preorders.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Endpoint } from './endpoint.ts'
import type { OrderTerms } from './order-terms.ts'
import type { Order } from './orders.ts'
import type { Preorder } from './preorders.ts'

export const orderActionEndpoints = defineEndpoints('orderActions', {
  create: {
    does: 'makes a preorder and a link to pay by, of which an order comes once the payer has picked a coin',
    method: 'POST',
    path: '/merchants/orders/create',
    scope: 'merchants-orders:create',
    safety: 'creates',
    pathFrom: 'documented',
    answerFrom: 'client',
  },
  createFromPreorder: {
    does: 'makes an order of a preorder',
    method: 'POST',
    path: '/merchants/orders',
    scope: 'merchants-orders:create',
    safety: 'creates',
    pathFrom: 'documented',
    answerFrom: 'inferred',
  },
  cancel: {
    does: 'cancels an order that nothing was paid for',
    method: 'POST',
    path: '/merchants/orders/{orderId}/cancel',
    scope: 'merchants-orders:cancel',
    safety: 'creates',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  accept: {
    does: 'accepts an underpaid or late order as paid; no scope is named for it',
    method: 'POST',
    path: '/merchants/orders/{orderId}/accept',
    scope: 'merchants-orders:pay',
    safety: 'creates',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  resendCallback: {
    does: 'sends the callback of an order again',
    method: 'POST',
    path: '/merchants/orders/{orderId}/callback',
    scope: 'merchants-orders:callback',
    safety: 'creates',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  pay: {
    does: 'pays an order from an own account',
    method: 'POST',
    path: '/merchants/orders/{orderId}/pay',
    scope: 'merchants-orders:pay',
    safety: 'moves-money',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

/** How the payer of an order is to pay, which is the payer's own choice otherwise. */
export interface PreorderPick {
  readonly preorderId: string
  readonly payCode: string
  readonly network: string | undefined
  readonly payerEmail: string | undefined
}

/** The account that pays, by its id or by its currency. */
export type PayFrom = { readonly accountId: string } | { readonly payCurrencyCode: string }

export interface OrderActions {
  create(terms: OrderTerms, scope: CallScope): Promise<Preorder>
  createFromPreorder(pick: PreorderPick, scope: CallScope): Promise<Order>
  cancel(orderId: string, scope: CallScope): Promise<Order>
  accept(orderId: string, scope: CallScope): Promise<Order>
  resendCallback(orderId: string, scope: CallScope): Promise<Order>
  pay(orderId: string, from: PayFrom, scope: CallScope): Promise<Order>
}

export function createOrderActions(call: Call, endpoints: typeof orderActionEndpoints): OrderActions {
  const act =
    (endpoint: Endpoint) =>
    async (orderId: string, scope: CallScope): Promise<Order> =>
      decodeOrder(source(await call(endpoint, { path: { orderId } }, scope), 'order'))
  return {
    async create(terms, scope) {
      const answer = await call(endpoints.create, { body: termsBody(terms) }, scope)
      return decodePreorder(source(answer, 'preorder'), terms)
    },
    async createFromPreorder({ preorderId, payCode, network, payerEmail }, scope) {
      const body = { preOrderId: preorderId, payCurrencyCode: payCode, payNetworkCode: network, payerEmail }
      const order = decodeOrder(source(await call(endpoints.createFromPreorder, { body }, scope), 'order'))
      return { ...order, preorderId: order.preorderId ?? preorderId }
    },
    cancel: act(endpoints.cancel),
    accept: act(endpoints.accept),
    resendCallback: act(endpoints.resendCallback),
    async pay(orderId, from, scope) {
      return decodeOrder(source(await call(endpoints.pay, { path: { orderId }, body: { ...from } }, scope), 'order'))
    },
  }
}
