// The transactions of an account (wallet 4.3, 4.4).
import { accountOf } from './accounts.ts'
import { amount } from './answers.ts'
import { notFound } from './failure.ts'
import { type Account, type Transaction, transactionStatuses, transactionTypes } from './ledger.ts'
import { inRange, pageOf, same } from './paging.ts'
import type { Route } from './router.ts'

export const transactionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/accounts/{accountId}/transactions',
    scope: 'account-transaction:read',
    list: 'transactions',
    run(call) {
      const account = accountOf(call)
      const isOfStatus = same(call.query.choice('status', transactionStatuses))
      const isOfType = same(call.query.choice('type', transactionTypes))
      const isInRange = inRange(call.query)
      const rows = account.transactions.filter(
        ({ status, type, date }) => isOfStatus(status) && isOfType(type) && isInRange(date),
      )
      return pageOf(rows, call.query, (transaction) => showTransaction(account, transaction))
    },
  },
  {
    method: 'GET',
    path: '/accounts/{accountId}/transactions/{transactionId}',
    scope: 'account-transaction:read',
    run(call) {
      const account = accountOf(call)
      const wanted = call.parameter('transactionId')
      const transaction = account.transactions.find(({ transactionId }) => transactionId === wanted)
      if (transaction === undefined) throw notFound(wanted)
      return showTransaction(account, transaction)
    },
  },
]

function showTransaction({ accountId, currency }: Account, transaction: Transaction): object {
  const { transactionId, type, status, description, date, referenceId } = transaction
  return {
    transactionId,
    accountId,
    type,
    amount: amount(transaction.amount, currency),
    currencyCode: currency.code,
    description,
    status,
    date,
    balanceAfter: amount(transaction.balanceAfter, currency),
    referenceId,
  }
}
