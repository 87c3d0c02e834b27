// The callbacks that were sent (merchant 6.4): those of a project, and one.
import { type Callback, callbackStatuses } from './callback-desk.ts'
import { notFound } from './failure.ts'
import { pageOf, same } from './paging.ts'
import { namedProject } from './projects.ts'
import type { Route } from './router.ts'

export const callbackRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/merchants/callbacks',
    scope: 'merchants-callbacks:read',
    list: 'callbacks',
    run({ world, query }) {
      const project = namedProject(world, query)
      const isOfOrder = same(query.text('orderId'))
      const isOfStatus = same(query.choice('status', callbackStatuses))
      const rows = world.callbackDesk.callbacks.filter(
        ({ order, status }) => order.preorder.project === project && isOfOrder(order.id) && isOfStatus(status),
      )
      return pageOf(rows, query, showCallback)
    },
  },
  {
    method: 'GET',
    path: '/merchants/callbacks/{id}',
    scope: 'merchants-callbacks:read',
    run({ world, parameter }) {
      const callback = world.callbackDesk.callbacks.find(({ id }) => id === parameter('id'))
      if (callback === undefined) throw notFound(parameter('id'))
      return showCallback(callback)
    },
  },
]

function showCallback({ id, order, ...callback }: Callback): object {
  return {
    id,
    orderId: order.id,
    merchantOrderId: order.orderId,
    projectId: order.preorder.project.id,
    url: callback.url,
    orderStatus: callback.orderStatus,
    status: callback.status,
    httpStatus: callback.httpStatus,
    responseBody: callback.responseBody,
    attempts: callback.attempts,
    createdAt: callback.createdAt,
    lastAttemptAt: callback.lastAttemptAt,
    nextAttemptAt: callback.nextAttemptAt,
  }
}
