// Crypto withdrawals (merchant 9): create, fee, history, one.
import { amount } from './answers.ts'
import { type Currency, type Network, networkCodes } from './catalogue.ts'
import {
  confirmationsOf,
  type CryptoWithdrawal,
  maxWithdrawal,
  type Order,
  withdrawalStatuses,
} from './crypto-payouts.ts'
import { failure, notFound } from './failure.ts'
import type { Fields } from './fields.ts'
import type { Account } from './ledger.ts'
import { inRange, pageOf, same } from './paging.ts'
import type { Call, Route } from './router.ts'

export const cryptoWithdrawalRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/withdrawals/crypto',
    scope: 'withdraw-crypto:create',
    run(call) {
      const withdrawal = call.world.cryptoPayouts.withdraw(orderOf(call), call.now)
      return showWithdrawal(withdrawal, call.now)
    },
  },
  {
    method: 'GET',
    path: '/withdrawals/crypto/fee',
    scope: 'withdraw-crypto:create',
    run({ query }) {
      const code = query.required('currencyCode')
      const currency = query.currency('currencyCode')
      if (currency === undefined) throw failure('GEN_8', { Id: code })
      const network = networkOf(currency, query)
      query.amount('amount', currency)
      return {
        currencyCode: currency.code,
        networkCode: network.code,
        feeAmount: amount(network.withdrawalFee, currency),
        minAmount: amount(network.minWithdrawal, currency),
        maxAmount: amount(maxWithdrawal(currency), currency),
        estimatedMinutes: 2,
      }
    },
  },
  {
    method: 'GET',
    path: '/withdrawals/crypto',
    scope: 'withdraw-crypto:read',
    list: 'withdrawals',
    run({ world, now, query }) {
      const isOfStatus = same(query.choice('status', withdrawalStatuses))
      const isIn = same(query.currency('currencyCode'))
      const isInRange = inRange(query)
      const rows = world.cryptoPayouts.withdrawals.filter(
        ({ status, account, createdAt }) => isOfStatus(status) && isIn(account.currency) && isInRange(createdAt),
      )
      return pageOf(rows, query, (withdrawal) => showWithdrawal(withdrawal, now))
    },
  },
  {
    method: 'GET',
    path: '/withdrawals/crypto/{id}',
    scope: 'withdraw-crypto:read',
    run({ world, now, parameter }) {
      const withdrawal = world.cryptoPayouts.withdrawals.find(({ id }) => id === parameter('id'))
      if (withdrawal === undefined) throw notFound(parameter('id'))
      return showWithdrawal(withdrawal, now)
    },
  },
]

function orderOf(call: Call): Order {
  const { body } = call
  body.required('amount')
  const address = body.required('address')
  const account = payingAccount(call)
  const network = networkOf(account.currency, body)
  if (address.length > 128 || address.length < 8 || /\s/.test(address)) throw failure('WDR_1', { address })
  body.limited('description', 140)
  // Not a guard: a second call with the same one is executed too, so that nobody comes to rely on it unawares.
  body.limited('externalId', 64)
  const amount = body.amount('amount', account.currency) ?? 0n
  return { account, network, amount, feeIncluded: body.flag('feeIncluded'), address, memo: memoFor(network, body) }
}

function payingAccount({ world, body }: Call): Account {
  const currency = body.currency('currencyCode')
  const accountId = body.text('accountId')
  if (accountId === undefined && currency === undefined) throw failure('GEN_4', { accountId: '' })
  const account =
    accountId === undefined ? world.ledger.accountIn(currency?.code ?? '') : world.ledger.account(accountId)
  if (account === undefined && accountId !== undefined) throw failure('GEN_8', { Id: accountId })
  if (account === undefined) throw failure('ACC_2', { currencyCode: currency?.code ?? '' })
  if (currency !== undefined && account.currency !== currency) throw failure('GEN_5', { currencyCode: currency.code })
  return account
}

function networkOf({ code, enabled, networks }: Currency, fields: Fields): Network {
  if (!enabled || networks.length === 0) throw failure('CUR_1', { currencyCode: code })
  const wanted = fields.text('networkCode')
  if (wanted === undefined) {
    const [only, ...others] = networks
    if (only === undefined || others.length > 0) throw failure('GEN_4', { networkCode: '' })
    return only
  }
  const network = networks.find((candidate) => candidate.code === wanted)
  if (network !== undefined) return network
  throw networkCodes.includes(wanted) ? failure('CUR_1', { networkCode: wanted }) : failure('GEN_8', { Id: wanted })
}

function memoFor({ memoRequired }: Network, body: Fields): string | null {
  const memo = body.text('memo')
  if (memoRequired && memo === undefined) throw failure('GEN_4', { memo: '' })
  if (memo !== undefined && (!memoRequired || memo.length > 128)) throw failure('WDR_1', { memo })
  return memo ?? null
}

function showWithdrawal(withdrawal: CryptoWithdrawal, now: number): object {
  const { currency, accountId } = withdrawal.account
  return {
    id: withdrawal.id,
    type: 'CRYPTO',
    status: withdrawal.status,
    accountId,
    currencyCode: currency.code,
    networkCode: withdrawal.network.code,
    withdrawAmount: amount(withdrawal.withdrawAmount, currency),
    feeAmount: amount(withdrawal.feeAmount, currency),
    receiveAmount: amount(withdrawal.receiveAmount, currency),
    address: withdrawal.address,
    memo: withdrawal.memo,
    transactionHash: withdrawal.transactionHash,
    confirmations: confirmationsOf(withdrawal, now),
    failureReason: withdrawal.failureReason,
    createdAt: withdrawal.createdAt,
    updatedAt: withdrawal.updatedAt,
  }
}
