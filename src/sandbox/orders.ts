// Merchant orders (merchant 3.3): those of a project, and one.
import { amount } from './answers.ts'
import { failure, notFound } from './failure.ts'
import type { MerchantOrder } from './merchant-book.ts'
import { orderStatuses } from './order-courses.ts'
import { inRange, pageOf, same } from './paging.ts'
import type { Route } from './router.ts'

export const orderRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/merchants/orders',
    scope: 'merchants-orders:read',
    list: 'orders',
    run({ world, query }) {
      const projectId = query.required('projectId')
      if (!world.merchantBook.projects.some(({ id }) => id === projectId)) throw failure('MER_2', { projectId })
      const isOfStatus = same(query.choice('status', orderStatuses))
      const hasOrderId = same(query.text('orderId'))
      const hasPreOrderId = same(query.text('preOrderId'))
      const isInRange = inRange(query)
      const rows = world.merchantBook.orders.filter(
        ({ project, status, orderId, merchantPreOrderId, createdAt }) =>
          project.id === projectId &&
          isOfStatus(status) &&
          hasOrderId(orderId) &&
          hasPreOrderId(merchantPreOrderId) &&
          isInRange(createdAt),
      )
      return pageOf(rows, query, showOrder)
    },
  },
  {
    method: 'GET',
    path: '/merchants/orders/{id}',
    scope: 'merchants-orders:read',
    run({ world, parameter }) {
      const order = world.merchantBook.orders.find(({ id }) => id === parameter('id'))
      if (order === undefined) throw notFound(parameter('id'))
      return showOrder(order)
    },
  },
]

function showOrder(order: MerchantOrder): object {
  const { payCurrency, project } = order
  return {
    id: order.id,
    orderId: order.orderId,
    merchantPreOrderId: order.merchantPreOrderId,
    projectId: project.id,
    status: order.status,
    description: order.description,
    payCurrencyCode: payCurrency.code,
    payNetworkCode: order.payNetwork.code,
    payAmount: amount(order.payAmount, payCurrency),
    receivedAmount: amount(order.receivedAmount, payCurrency),
    receiveCurrencyCode: project.receiveCurrency.code,
    receiveAmount: amount(order.receiveAmount, project.receiveCurrency),
    depositAddress: order.depositAddress,
    memo: order.memo,
    callbackUrl: 'https://shop.example.com/spectrocoin/callback',
    successUrl: 'https://shop.example.com/thanks',
    failureUrl: 'https://shop.example.com/sorry',
    redirectUrl: `https://spectrocoin.com/en/payment/preorder/${order.merchantPreOrderId}`,
    payerEmail: null,
    validUntil: order.validUntil,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    paidAt: order.paidAt,
  }
}
