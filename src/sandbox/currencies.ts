// The currencies (wallet 5.1, 5.2): public.
import { amount } from './answers.ts'
import { currencies, type Currency, currencyOf } from './catalogue.ts'
import { notFound } from './failure.ts'
import { same } from './paging.ts'
import type { Route } from './router.ts'

export const currencyRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/currencies',
    list: 'currencies',
    run({ query }) {
      const isOfType = same(query.choice('type', ['FIAT', 'CRYPTO']))
      return currencies.filter(({ type }) => isOfType(type)).map(showCurrency)
    },
  },
  {
    method: 'GET',
    path: '/currencies/{currencyCode}',
    run({ parameter }) {
      const currency = currencyOf(parameter('currencyCode'))
      if (currency === undefined) throw notFound(parameter('currencyCode'))
      return showCurrency(currency)
    },
  },
]

function showCurrency(currency: Currency): object {
  const { code, name, symbol, type, scale, enabled, networks } = currency
  return {
    code,
    name,
    symbol,
    type,
    scale,
    enabled,
    depositEnabled: enabled,
    withdrawalEnabled: enabled,
    exchangeEnabled: enabled,
    networks: networks.map((network) => ({
      code: network.code,
      name: network.name,
      memoRequired: network.memoRequired,
      confirmations: network.confirmations,
      minDepositAmount: amount(network.minDeposit, currency),
    })),
  }
}
