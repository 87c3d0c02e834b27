// Merchant orders (merchant 3.3): those of a project, and one.
import { amount } from './answers.ts'
import { notFound } from './failure.ts'
import type { MerchantOrder } from './merchant-records.ts'
import { orderStatuses } from './order-courses.ts'
import { inRange, pageOf, same } from './paging.ts'
import { paymentPage } from './preorders.ts'
import { namedProject } from './projects.ts'
import type { Call, Route } from './router.ts'

export const orderRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/merchants/orders',
    scope: 'merchants-orders:read',
    list: 'orders',
    run({ world, query }) {
      const project = namedProject(world, query)
      const isOfStatus = same(query.choice('status', orderStatuses))
      const hasOrderId = same(query.text('orderId'))
      const hasPreOrderId = same(query.text('preOrderId'))
      const isInRange = inRange(query)
      const rows = world.merchantBook.orders.filter(
        ({ preorder, status, orderId, createdAt }) =>
          preorder.project === project &&
          isOfStatus(status) &&
          hasOrderId(orderId) &&
          hasPreOrderId(preorder.id) &&
          isInRange(createdAt),
      )
      return pageOf(rows, query, showOrder)
    },
  },
  {
    method: 'GET',
    path: '/merchants/orders/{orderId}',
    scope: 'merchants-orders:read',
    run: (call) => showOrder(orderOf(call)),
  },
]

/** The order that the path names. */
export function orderOf({ world, parameter }: Call): MerchantOrder {
  const order = world.merchantBook.orders.find(({ id }) => id === parameter('orderId'))
  if (order === undefined) throw notFound(parameter('orderId'))
  return order
}

export function showOrder(order: MerchantOrder): object {
  const { payCurrency, preorder } = order
  const { project, receiveCurrency } = preorder
  return {
    id: order.id,
    orderId: order.orderId,
    merchantPreOrderId: preorder.id,
    projectId: project.id,
    status: order.status,
    description: preorder.description,
    payCurrencyCode: payCurrency.code,
    payNetworkCode: order.payNetwork?.code ?? null,
    payAmount: amount(order.payAmount, payCurrency),
    receivedAmount: amount(order.receivedAmount, payCurrency),
    receiveCurrencyCode: receiveCurrency.code,
    receiveAmount: amount(order.receiveAmount, receiveCurrency),
    depositAddress: order.depositAddress,
    memo: order.memo,
    callbackUrl: preorder.callbackUrl,
    successUrl: preorder.successUrl,
    failureUrl: preorder.failureUrl,
    redirectUrl: paymentPage(preorder),
    payerEmail: order.payerEmail,
    validUntil: order.validUntil,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    paidAt: order.paidAt,
  }
}
