// Subscriptions: the latest values of what the hub polls.
import { badInput } from '../errors.ts'
import type { GatewayContext } from '../context.ts'
import type { ExchangeRate } from '../upstream/exchange-pairs.ts'
import type { Rate } from '../upstream/rates.ts'

const MOST_CURRENCIES = 100

export function liveRates(
  args: { currencies: readonly string[]; base: string },
  context: GatewayContext,
): AsyncIterable<readonly Rate[]> {
  const codes = [...new Set(args.currencies)]
  if (codes.length === 0 || args.currencies.length > MOST_CURRENCIES) {
    throw badInput('currencies', `currencies must name 1 to ${MOST_CURRENCIES} currencies.`)
  }
  return context.live.rates.listen(codes, args.base)
}

/** One rate: a list of one, as far as the hub knows. */
export function liveRate(
  args: { currency: string; base: string },
  context: GatewayContext,
): AsyncIterable<readonly Rate[]> {
  return liveRates({ currencies: [args.currency], base: args.base }, context)
}

export function liveExchangeRate(
  args: { payCode: string; receiveCode: string },
  { live, caller }: GatewayContext,
): AsyncIterable<ExchangeRate> {
  return live.exchangeRates.listen(caller, args.payCode, args.receiveCode)
}
