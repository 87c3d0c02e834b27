// Merchant orders: one payer, one payment, a fixed amount.
import { readHistory } from './connections.ts'
import { plainFilter } from './filters.ts'
import { localId } from './ids.ts'
import type { GatewayContext } from '../context.ts'
import type { Order, OrderFilter } from '../upstream/orders.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'

export function order(args: { id: string }, { loaders }: GatewayContext): Order | null | Promise<Order | null> {
  return loaders.order.load(localId('Order', args.id, 'id'))
}

export type OrdersArguments = PageArguments & { readonly filter?: Given<OrderFilter> }

export function orders(
  args: OrdersArguments & { readonly projectId: string },
  context: GatewayContext,
): Promise<Connection<Order> | null> {
  return ordersOf({ ...args, projectId: localId('Project', args.projectId, 'projectId') }, context)
}

/** The orders of a project, or of a preorder alone, by the upstream's own ids; null where there is no such project. */
export function ordersOf(
  args: OrdersArguments & { readonly projectId: string | null },
  { upstream, scope }: GatewayContext,
): Promise<Connection<Order> | null> {
  const filter = plainFilter(args.filter)
  return readHistory(['orders', args.projectId], args, filter, (page, size) =>
    upstream.orders.list(args.projectId, filter, page, size, scope),
  )
}
