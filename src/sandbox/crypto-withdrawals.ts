// Crypto withdrawals (merchant 9): create, fee, history, one.
import { amount } from './answers.ts'
import { confirmationsOf, cryptoTariff, type CryptoWithdrawal } from './crypto-payouts.ts'
import { cryptoDestination, networkOf } from './destinations.ts'
import { payingAccount } from './paying-account.ts'
import type { Route } from './router.ts'
import { priceOf } from './tariff.ts'
import { historyOf, type Kind, notesOf, requiredCurrency, showCommon } from './withdrawal-history.ts'

const cryptoWithdrawals: Kind<CryptoWithdrawal> = {
  path: '/withdrawals/crypto',
  scope: 'withdraw-crypto:read',
  all: ({ cryptoPayouts }) => cryptoPayouts.withdrawals,
  show: showWithdrawal,
}

export const cryptoWithdrawalRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/withdrawals/crypto',
    scope: 'withdraw-crypto:create',
    spends: true,
    run({ world, now, body }) {
      body.required('amount')
      body.required('address')
      const account = payingAccount(world, body)
      const { tariff, send } = cryptoDestination(world, account.currency, body)
      const notes = notesOf(body)
      const wanted = body.amount('amount', account.currency) ?? 0n
      const price = priceOf(tariff, account.currency, wanted, body.flag('feeIncluded'))
      return showWithdrawal(send(account, price, now, notes), now)
    },
  },
  {
    method: 'GET',
    path: '/withdrawals/crypto/fee',
    scope: 'withdraw-crypto:create',
    run({ query }) {
      const currency = requiredCurrency(query, 'currencyCode')
      const network = networkOf(currency, query)
      query.amount('amount', currency)
      return {
        currencyCode: currency.code,
        networkCode: network.code,
        feeAmount: amount(network.withdrawalFee, currency),
        minAmount: amount(network.minWithdrawal, currency),
        maxAmount: amount(cryptoTariff(currency, network).max, currency),
        estimatedMinutes: 2,
      }
    },
  },
  ...historyOf(cryptoWithdrawals),
]

function showWithdrawal(withdrawal: CryptoWithdrawal, now: number): object {
  const { network, address, memo, transactionHash } = withdrawal.details
  const confirmations = confirmationsOf(withdrawal, now)
  return showCommon('CRYPTO', withdrawal, {
    networkCode: network.code,
    address,
    memo,
    transactionHash,
    confirmations,
  })
}
