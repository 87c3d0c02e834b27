// All endpoints that the sandbox has.
import { accountRoutes } from './accounts.ts'
import { callbackRoutes } from './callbacks.ts'
import { cryptoDepositRoutes } from './crypto-deposits.ts'
import { currencyRoutes } from './currencies.ts'
import { depositRoutes } from './deposits.ts'
import { exchangePairRoutes } from './exchange-pairs.ts'
import { exchangeRoutes } from './exchanges.ts'
import { exportRoutes } from './exports.ts'
import { giftCardRoutes } from './gift-cards.ts'
import { merchantTransactionRoutes } from './merchant-transactions.ts'
import { orderActionRoutes } from './order-actions.ts'
import { orderRoutes } from './orders.ts'
import { paymentMethodRoutes } from './payment-methods.ts'
import { preorderRoutes } from './preorders.ts'
import { projectRoutes } from './projects.ts'
import { rateRoutes } from './rates.ts'
import type { Route } from './router.ts'
import { transactionRoutes } from './transactions.ts'
import { withdrawalRoutes } from './withdrawals.ts'

export const endpoints: readonly Route[] = [
  ...accountRoutes,
  ...transactionRoutes,
  ...currencyRoutes,
  ...rateRoutes,
  ...exchangeRoutes,
  ...exchangePairRoutes,
  ...depositRoutes,
  ...cryptoDepositRoutes,
  ...paymentMethodRoutes,
  ...withdrawalRoutes,
  ...giftCardRoutes,
  ...projectRoutes,
  ...preorderRoutes,
  ...orderRoutes,
  ...orderActionRoutes,
  ...callbackRoutes,
  ...merchantTransactionRoutes,
  ...exportRoutes,
]
