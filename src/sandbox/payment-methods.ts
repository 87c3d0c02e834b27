// Payment methods (wallet 8.1).
import { decimal } from './answers.ts'
import { same } from './paging.ts'
import { type PaymentMethod, paymentMethods } from './payment-method-catalogue.ts'
import type { Route } from './router.ts'

export const paymentMethodRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/payment-methods',
    scope: 'payment-method:read',
    list: 'paymentMethods',
    run({ query }) {
      const goes = same(query.choice('direction', ['DEPOSIT', 'WITHDRAWAL']))
      const wanted = query.currency('currencyCode')
      return paymentMethods
        .filter(({ direction }) => goes(direction))
        .filter(({ currencyCodes }) => wanted === undefined || currencyCodes.includes(wanted.code))
        .map(showMethod)
    },
  },
]

function showMethod(method: PaymentMethod): object {
  const { paymentMethodId, type, name, direction, currencyCodes, limits, feeFixed, feePercent, enabled } = method
  return {
    paymentMethodId,
    type,
    name,
    direction,
    currencyCodes,
    minAmount: limits === undefined ? null : decimal(limits[0]),
    maxAmount: limits === undefined ? null : decimal(limits[1]),
    feeFixed: decimal(feeFixed),
    feePercent: decimal(feePercent),
    enabled,
  }
}
