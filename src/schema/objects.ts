// The types that link to one another, by name and by their shape inside: nouns point at them here, and each noun's file says what they hold.
import { builder } from './builder.ts'
import type { MoneyOperation as MoneyOperationShape } from '../money/money.ts'
import type { OutcomeUnknown as OutcomeUnknownShape } from '../resolvers/money.ts'
import type { Account as AccountShape } from '../upstream/accounts.ts'
import type { Currency as CurrencyShape } from '../upstream/currencies.ts'
import type { Exchange as ExchangeShape } from '../upstream/exchanges.ts'
import type { Order as OrderShape } from '../upstream/orders.ts'
import type { Project as ProjectShape } from '../upstream/projects.ts'
import type { Rate as RateShape } from '../upstream/rates.ts'
import type { Transaction as TransactionShape } from '../upstream/transactions.ts'
import type { CryptoWithdrawal as CryptoWithdrawalShape } from '../upstream/withdrawals.ts'

export const Account = builder.objectRef<AccountShape>('Account')
export const Currency = builder.objectRef<CurrencyShape>('Currency')
export const Rate = builder.objectRef<RateShape>('Rate')
export const Transaction = builder.objectRef<TransactionShape>('Transaction')
export const Exchange = builder.objectRef<ExchangeShape>('Exchange')
export const CryptoWithdrawal = builder.objectRef<CryptoWithdrawalShape>('CryptoWithdrawal')
export const Project = builder.objectRef<ProjectShape>('Project')
export const Order = builder.objectRef<OrderShape>('Order')
export const MoneyOperation = builder.objectRef<MoneyOperationShape>('MoneyOperation')
export const OutcomeUnknown = builder.objectRef<OutcomeUnknownShape>('OutcomeUnknown')
