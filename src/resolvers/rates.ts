// Live and past rates.
import { refuseReversed } from './filters.ts'
import type { GatewayContext } from '../context.ts'
import type { Eventual } from './at-hand.ts'
import type { Rate, RatePoint } from '../upstream/rates.ts'

/** In the order asked for, or the upstream's; a currency without a rate is left out. */
export async function rates(
  args: { currencies?: readonly string[] | null | undefined; base: string },
  context: GatewayContext,
): Promise<readonly Rate[] | null> {
  const all = await context.loaders.rates.load(args.base)
  if (!all || !args.currencies) return all && [...all.values()]
  return [...new Set(args.currencies)].flatMap((code) => all.get(code) ?? [])
}

export function rate(args: { currency: string; base: string }, context: GatewayContext): Eventual<Rate | null> {
  return context.loaders.rate.load({ currencyCode: args.currency, baseCode: args.base })
}

export function rateHistory(
  args: { currency: string; base: string; from: Date; to?: Date | null | undefined; interval: string },
  context: GatewayContext,
): Promise<readonly RatePoint[] | null> {
  const { currency: currencyCode, base: baseCode, from, to, interval } = args
  refuseReversed({ from, to: to ?? undefined }, 'to')
  return context.upstream.rates.history({ currencyCode, baseCode, from, to: to ?? undefined, interval }, context.scope)
}
