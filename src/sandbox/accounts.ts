// The accounts (wallet 4.1, 4.2).
import { amount } from './answers.ts'
import { notFound } from './failure.ts'
import type { Account } from './ledger.ts'
import type { Call, Route } from './router.ts'

export const accountRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/accounts',
    scope: 'account:read',
    list: 'accounts',
    run({ world, query }) {
      const wanted = query.currency('currencyCode')
      const all = world.ledger.accounts()
      return all.filter(({ currency }) => wanted === undefined || currency === wanted).map(showAccount)
    },
  },
  {
    method: 'GET',
    path: '/accounts/{accountId}',
    scope: 'account:read',
    run: (call) => showAccount(accountOf(call)),
  },
]

/** The account that the path names. */
export function accountOf({ world, parameter }: Call): Account {
  const account = world.ledger.account(parameter('accountId'))
  if (account === undefined) throw notFound(parameter('accountId'))
  return account
}

function showAccount({ accountId, currency, balance, held }: Account): object {
  return {
    accountId,
    currencyCode: currency.code,
    currencyName: currency.name,
    currencySymbol: currency.symbol ?? undefined,
    currencyType: currency.type,
    balance: amount(balance, currency),
    availableBalance: amount(balance - held, currency),
    reservedAmount: amount(held, currency),
  }
}
