// Accounts: one a currency, with what is in it.
import { readOne } from './call.ts'
import { amount, id, may, must, text } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Page } from './pages.ts'

export const accountEndpoints = defineEndpoints('accounts', {
  list: {
    does: 'lists the accounts',
    method: 'GET',
    path: '/accounts',
    scope: 'account:read',
    safety: 'read-private',
    pathFrom: 'documented',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one account',
    method: 'GET',
    path: '/accounts/{accountId}',
    scope: 'account:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export interface Account {
  readonly __typename: 'Account'
  readonly id: string
  readonly currencyCode: string
  readonly balance: Decimal
  readonly available: Decimal
  readonly reserved: Decimal | null
}

export interface Accounts {
  /** All accounts of the caller; the upstream does not page them, and `total` tells where it should have. */
  list(scope: CallScope): Promise<Page<Account>>
  read(accountId: string, scope: CallScope): Promise<Account | null>
}

export function createAccounts(call: Call, endpoints: typeof accountEndpoints): Accounts {
  return {
    list: async (scope) => decodeList(await call(endpoints.list, {}, scope), 'accounts', decodeAccount),
    read: (accountId, scope) => readOne(call(endpoints.read, { path: { accountId } }, scope), 'account', decodeAccount),
  }
}

function decodeAccount(from: Source): Account {
  return {
    __typename: 'Account',
    id: must(from, id, 'accountId', 'id'),
    currencyCode: must(from, text, 'currencyCode', 'currency'),
    balance: must(from, amount, 'balance'),
    available: must(from, amount, 'availableBalance', 'available'),
    reserved: may(from, amount, 'reservedAmount', 'reserved'),
  }
}
