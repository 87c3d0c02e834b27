// The callbacks that SpectroCoin has sent to a merchant about orders, or is about to.
import { readHistory } from './connections.ts'
import { plainFilter } from './filters.ts'
import { localId } from './ids.ts'
import type { GatewayContext } from '../context.ts'
import type { MerchantCallback, MerchantCallbackFilter } from '../upstream/merchant-callbacks.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'

export function merchantCallback(
  args: { id: string },
  { loaders }: GatewayContext,
): MerchantCallback | null | Promise<MerchantCallback | null> {
  return loaders.merchantCallback.load(localId('MerchantCallback', args.id, 'id'))
}

/** Names the order by its global id. */
type FilterInput = Given<{ readonly order?: string | undefined; readonly status?: string | undefined }>

export function merchantCallbacks(
  { projectId, filter: given, ...page }: PageArguments & { readonly projectId: string; readonly filter?: FilterInput },
  context: GatewayContext,
): Promise<Connection<MerchantCallback> | null> {
  const { order, ...rest } = plainFilter(given)
  const filter = { ...rest, ...(order !== undefined && { systemOrderId: localId('Order', order, 'filter.order') }) }
  return merchantCallbacksOf({ ...page, projectId: localId('Project', projectId, 'projectId'), filter }, context)
}

/** Those of a project, or of an order alone, by the upstream's own ids; null where there is no such project. */
export function merchantCallbacksOf(
  args: PageArguments & { readonly projectId: string | null; readonly filter: MerchantCallbackFilter },
  { upstream, scope }: GatewayContext,
): Promise<Connection<MerchantCallback> | null> {
  return readHistory(['merchant-callbacks', args.projectId], args, args.filter, (page, size) =>
    upstream.merchantCallbacks.list(args.projectId, args.filter, page, size, scope),
  )
}
