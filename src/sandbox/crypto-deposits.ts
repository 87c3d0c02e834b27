// Crypto deposits and the addresses for them (wallet 7.4 to 7.6).
import { amount } from './answers.ts'
import type { Currency, Network } from './catalogue.ts'
import { confirmationsOf, type CryptoDeposit, cryptoDepositStatuses, type DepositAddress } from './crypto-desk.ts'
import { failure, notFound } from './failure.ts'
import type { Fields } from './fields.ts'
import { inRange, pageOf, same } from './paging.ts'
import { payingAccount } from './paying-account.ts'
import type { Route } from './router.ts'
import { requiredCurrency } from './withdrawal-history.ts'
import type { World } from './world.ts'

export const cryptoDepositRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/deposits/crypto',
    scope: 'deposit-crypto:read',
    list: 'deposits',
    run: ({ world, now, query }) => {
      return pageOf(wantedCryptoDeposits(world, query), query, (deposit) => showCryptoDeposit(deposit, now))
    },
  },
  {
    method: 'GET',
    path: '/deposits/crypto/{depositId}',
    scope: 'deposit-crypto:read',
    run({ world, now, parameter }) {
      const wanted = parameter('depositId')
      const deposit = world.cryptoDesk.deposits.find(({ depositId }) => depositId === wanted)
      if (deposit === undefined) throw notFound(wanted)
      return showCryptoDeposit(deposit, now)
    },
  },
  {
    method: 'GET',
    path: '/deposits/crypto/addresses',
    // Two lines of the reference speak of these (wallet 7.5); either scope is enough.
    scope: ['deposit-crypto-address:read', 'deposit:read'],
    list: 'addresses',
    run({ world, query }) {
      const isIn = same(query.currency('currencyCode'))
      const isOn = same(query.text('networkCode'))
      const isFor = same(query.text('accountId'))
      return world.cryptoDesk.addresses
        .filter(({ account, network }) => isIn(account.currency) && isOn(network.code) && isFor(account.accountId))
        .map(showAddress)
    },
  },
  {
    method: 'POST',
    path: '/deposits/crypto/addresses',
    scope: 'deposit-crypto-address:create',
    run({ world, now, body }) {
      const currency = requiredCurrency(body, 'currencyCode')
      if (currency.type === 'FIAT') throw failure('DEP_1', { currencyCode: currency.code })
      const network = depositNetwork(currency, body.text('networkCode'))
      return showAddress(world.cryptoDesk.addAddress(payingAccount(world, body), network, now))
    },
  },
]

function wantedCryptoDeposits({ cryptoDesk }: World, query: Fields): readonly CryptoDeposit[] {
  const isOfStatus = same(query.choice('status', cryptoDepositStatuses))
  const isIn = same(query.currency('currencyCode'))
  const isOn = same(query.text('networkCode'))
  const isInRange = inRange(query)
  return cryptoDesk.deposits.filter(({ status, to, createdAt }) => {
    return isOfStatus(status) && isIn(to.account.currency) && isOn(to.network.code) && isInRange(createdAt)
  })
}

function showCryptoDeposit(deposit: CryptoDeposit, now: number): object {
  const { account, network, address, memo } = deposit.to
  return {
    depositId: deposit.depositId,
    status: deposit.status,
    amount: amount(deposit.amount, account.currency),
    feeAmount: amount(0n, account.currency),
    currencyCode: account.currency.code,
    networkCode: network.code,
    accountId: account.accountId,
    address,
    memo,
    transactionHash: deposit.transactionHash,
    confirmations: confirmationsOf(deposit, now),
    requiredConfirmations: network.confirmations,
    createdAt: deposit.createdAt,
    updatedAt: deposit.updatedAt,
  }
}

function depositNetwork({ code, enabled, networks }: Currency, wanted: string | undefined): Network {
  if (!enabled) throw failure('CUR_1', { currencyCode: code })
  if (wanted === undefined && networks.length > 1) throw failure('GEN_4', { networkCode: '' })
  const network = networks.find((one) => wanted === undefined || one.code === wanted)
  if (network === undefined) throw failure('DEP_2', { networkCode: wanted ?? '' })
  return network
}

function showAddress({ addressId, address, memo, account, network, createdAt }: DepositAddress): object {
  const { accountId, currency } = account
  return { addressId, address, memo, currencyCode: currency.code, networkCode: network.code, accountId, createdAt }
}
