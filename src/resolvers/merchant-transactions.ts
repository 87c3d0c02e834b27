// What the orders of a project brought in, and what that cost.
import { readHistory } from './connections.ts'
import { plainFilter } from './filters.ts'
import { localId } from './ids.ts'
import type { GatewayContext } from '../context.ts'
import type { MerchantTransaction, MerchantTransactionFilter } from '../upstream/merchant-transactions.ts'
import type { Period } from '../upstream/pages.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'

export function merchantTransaction(
  args: { id: string },
  { loaders }: GatewayContext,
): MerchantTransaction | null | Promise<MerchantTransaction | null> {
  return loaders.merchantTransaction.load(localId('MerchantTransaction', args.id, 'id'))
}

/** Names the order by its global id. */
type FilterInput = Given<Period & { readonly order?: string | undefined; readonly currency?: string | undefined }>

export function merchantTransactions(
  { projectId, filter: given, ...page }: PageArguments & { readonly projectId: string; readonly filter?: FilterInput },
  context: GatewayContext,
): Promise<Connection<MerchantTransaction> | null> {
  const { order, ...rest } = plainFilter(given)
  const filter = { ...rest, ...(order !== undefined && { orderId: localId('Order', order, 'filter.order') }) }
  return merchantTransactionsOf({ ...page, projectId: localId('Project', projectId, 'projectId'), filter }, context)
}

/** Those of a project, or of an order alone, by the upstream's own ids; null where there is no such project. */
export function merchantTransactionsOf(
  args: PageArguments & { readonly projectId: string | null; readonly filter: MerchantTransactionFilter },
  { upstream, scope }: GatewayContext,
): Promise<Connection<MerchantTransaction> | null> {
  return readHistory(['merchant-transactions', args.projectId], args, {}, (page, size) =>
    upstream.merchantTransactions.list(args.projectId, args.filter, page, size, scope),
  )
}
