// The transactions of a project (merchant 8): list, one.
import { amount } from './answers.ts'
import { notFound } from './failure.ts'
import { inRange, pageOf, same } from './paging.ts'
import { namedProject } from './projects.ts'
import type { Route } from './router.ts'
import type { Taking } from './takings.ts'

export const merchantTransactionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/merchants/transactions',
    scope: 'merchants-transactions:read',
    list: 'transactions',
    run({ world, query }) {
      const project = namedProject(world, query)
      const isOfOrder = same(query.text('orderId'))
      const isIn = same(query.currency('currencyCode'))
      const isInRange = inRange(query)
      const rows = world.takings.list.filter(
        ({ order, currency, createdAt }) =>
          order.preorder.project === project && isOfOrder(order.id) && isIn(currency) && isInRange(createdAt),
      )
      return pageOf(rows, query, showTaking)
    },
  },
  {
    method: 'GET',
    path: '/merchants/transactions/{id}',
    scope: 'merchants-transactions:read',
    run({ world, parameter }) {
      const taking = world.takings.list.find(({ id }) => id === parameter('id'))
      if (taking === undefined) throw notFound(parameter('id'))
      return showTaking(taking)
    },
  },
]

function showTaking({ id, order, type, currency, fee, ...taking }: Taking): object {
  return {
    id,
    projectId: order.preorder.project.id,
    orderId: order.id,
    type,
    amount: amount(taking.amount, currency),
    currencyCode: currency.code,
    networkCode: taking.networkCode,
    transactionHash: taking.transactionHash,
    feeAmount: fee === null ? null : amount(fee, currency),
    feeCurrencyCode: fee === null ? null : currency.code,
    status: taking.status,
    createdAt: taking.createdAt,
  }
}
