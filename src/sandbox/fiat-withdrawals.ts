// Withdrawals to a bank and to an e-wallet (merchant 9): create, fee, history, one.
import {
  bankDestination,
  type Destination,
  providerOf,
  transferTariff,
  transferTypeOf,
  walletDestination,
} from './destinations.ts'
import type { Currency } from './catalogue.ts'
import type { BankDetails, WalletDetails } from './fiat-payouts.ts'
import type { Fields } from './fields.ts'
import { payingAccount } from './paying-account.ts'
import { tariffOf } from './payment-method-catalogue.ts'
import type { Payout } from './payouts.ts'
import type { Route } from './router.ts'
import { priceOf } from './tariff.ts'
import { historyOf, type Kind, notesOf, requiredCurrency, showFee, showPayout } from './withdrawal-history.ts'
import type { World } from './world.ts'

const bankWithdrawals: Kind<Payout<BankDetails>> = {
  path: '/withdrawals/bank',
  scope: 'withdraw-bank:read',
  all: ({ fiatPayouts }) => fiatPayouts.bank.withdrawals,
  show: showPayout('BANK'),
}

const walletWithdrawals: Kind<Payout<WalletDetails>> = {
  path: '/withdrawals/e-wallet',
  scope: 'withdraw-e-wallet:read',
  all: ({ fiatPayouts }) => fiatPayouts.eWallet.withdrawals,
  show: showPayout('E_WALLET'),
}

export const fiatWithdrawalRoutes: readonly Route[] = [
  creation(bankWithdrawals, 'withdraw-bank:create', bankDestination('type')),
  {
    method: 'GET',
    path: '/withdrawals/bank/fee',
    scope: 'withdraw-bank:create',
    run({ query }) {
      const currency = requiredCurrency(query, 'currencyCode')
      const transferType = transferTypeOf(currency, query, 'type')
      return showFee(transferTariff(transferType, currency), currency, query, { transferType })
    },
  },
  ...historyOf(bankWithdrawals),
  creation(walletWithdrawals, 'withdraw-e-wallet:create', walletDestination),
  {
    method: 'GET',
    path: '/withdrawals/e-wallet/fee',
    scope: 'withdraw-e-wallet:create',
    run({ query }) {
      const currency = requiredCurrency(query, 'currencyCode')
      const provider = providerOf('E_WALLET', currency, query)
      return showFee(tariffOf(provider, currency), currency, query, { provider: provider.paymentMethodId })
    },
  },
  ...historyOf(walletWithdrawals),
]

function creation<Details>(
  { path, show }: Kind<Payout<Details>>,
  scope: string,
  destination: (world: World, currency: Currency, fields: Fields) => Destination<Details>,
): Route {
  return {
    method: 'POST',
    path,
    scope,
    spends: true,
    run({ world, now, body }) {
      body.required('amount')
      const account = payingAccount(world, body)
      const { tariff, send } = destination(world, account.currency, body)
      const notes = notesOf(body)
      const wanted = body.amount('amount', account.currency) ?? 0n
      const price = priceOf(tariff, account.currency, wanted, body.flag('feeIncluded'))
      return show(send(account, price, now, notes), now)
    },
  }
}
