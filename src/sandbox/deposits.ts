// Fiat deposits (wallet 7.1 to 7.3): create, history, one.
import { amount } from './answers.ts'
import { type Deposit, depositStatuses } from './deposit-desk.ts'
import { failure, notFound } from './failure.ts'
import type { Fields } from './fields.ts'
import { inRange, pageOf, same } from './paging.ts'
import { payingAccount } from './paying-account.ts'
import { methodOf } from './payment-method-catalogue.ts'
import type { Route } from './router.ts'
import { requiredCurrency } from './withdrawal-history.ts'
import type { World } from './world.ts'

export const depositRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/deposits',
    scope: 'deposit:create',
    run({ world, now, body }) {
      body.required('amount')
      const currency = requiredCurrency(body, 'currencyCode')
      const methodId = body.required('paymentMethodId')
      if (currency.type === 'CRYPTO') throw failure('GEN_5', { currencyCode: currency.code })
      const account = payingAccount(world, body)
      const method = methodOf(methodId, 'DEPOSIT')
      if (method === undefined) throw failure('GEN_8', { Id: methodId })
      if (!method.enabled || !method.currencyCodes.includes(currency.code)) {
        throw failure('GEN_5', { paymentMethodId: methodId })
      }
      body.limited('description', 140)
      const wanted = body.amount('amount', currency) ?? 0n
      return showDeposit(world.depositDesk.announce({ account, method, amount: wanted }, now))
    },
  },
  {
    method: 'GET',
    path: '/deposits',
    scope: 'deposit:read',
    list: 'deposits',
    run: ({ world, query }) => pageOf(wantedDeposits(world, query), query, showDeposit),
  },
  {
    method: 'GET',
    path: '/deposits/{depositId}',
    scope: 'deposit:read',
    run({ world, parameter }) {
      const wanted = parameter('depositId')
      const deposit = world.depositDesk.deposits.find(({ depositId }) => depositId === wanted)
      if (deposit === undefined) throw notFound(wanted)
      return showDeposit(deposit)
    },
  },
]

function wantedDeposits({ depositDesk }: World, query: Fields): readonly Deposit[] {
  const isOfStatus = same(query.choice('status', depositStatuses))
  const isIn = same(query.currency('currencyCode'))
  const isInRange = inRange(query)
  return depositDesk.deposits.filter(
    ({ status, account, createdAt }) => isOfStatus(status) && isIn(account.currency) && isInRange(createdAt),
  )
}

function showDeposit(deposit: Deposit): object {
  const { account, price, method } = deposit
  return {
    depositId: deposit.depositId,
    status: deposit.status,
    amount: amount(price.withdrawAmount, account.currency),
    feeAmount: amount(price.feeAmount, account.currency),
    receiveAmount: amount(price.receiveAmount, account.currency),
    currencyCode: account.currency.code,
    accountId: account.accountId,
    paymentMethodId: method.paymentMethodId,
    redirectUrl: deposit.redirectUrl,
    bankDetails: deposit.bankDetails,
    createdAt: deposit.createdAt,
    updatedAt: deposit.updatedAt,
  }
}
