// The withdrawals of all kinds (merchant 9).
import { cryptoWithdrawalRoutes } from './crypto-withdrawals.ts'
import { fiatWithdrawalRoutes } from './fiat-withdrawals.ts'
import type { Route } from './router.ts'
import { voucherRoutes } from './vouchers.ts'
import { withExchangeRoutes } from './withdrawals-with-exchange.ts'

export const withdrawalRoutes: readonly Route[] = [
  ...cryptoWithdrawalRoutes,
  ...fiatWithdrawalRoutes,
  ...voucherRoutes,
  ...withExchangeRoutes,
]
