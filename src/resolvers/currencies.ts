// Currencies: what can be held, paid in and priced.
import { refuseUnrecognized } from './filters.ts'
import type { GatewayContext } from '../context.ts'
import type { Currency } from '../upstream/currencies.ts'

export async function currencies(
  args: { kind?: Currency['kind'] | null | undefined },
  context: GatewayContext,
): Promise<readonly Currency[]> {
  refuseUnrecognized(args.kind, 'kind')
  const all = [...(await context.upstream.currencies.list(context.scope)).values()]
  return args.kind ? all.filter(({ kind }) => kind === args.kind) : all
}

export function currency(args: { code: string }, context: GatewayContext): Currency | null | Promise<Currency | null> {
  return context.loaders.currency.load(args.code)
}
