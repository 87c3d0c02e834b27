// All endpoints that the sandbox has.
import { accountRoutes } from './accounts.ts'
import { cryptoWithdrawalRoutes } from './crypto-withdrawals.ts'
import { currencyRoutes } from './currencies.ts'
import { exchangePairRoutes } from './exchange-pairs.ts'
import { exchangeRoutes } from './exchanges.ts'
import { orderRoutes } from './orders.ts'
import { projectRoutes } from './projects.ts'
import { rateRoutes } from './rates.ts'
import type { Route } from './router.ts'
import { transactionRoutes } from './transactions.ts'

export const endpoints: readonly Route[] = [
  ...accountRoutes,
  ...transactionRoutes,
  ...currencyRoutes,
  ...rateRoutes,
  ...exchangeRoutes,
  ...exchangePairRoutes,
  ...cryptoWithdrawalRoutes,
  ...projectRoutes,
  ...orderRoutes,
]
