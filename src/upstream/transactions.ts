// The lines of an account: what came in and went out, and what stands behind each.
import { orNull } from './call.ts'
import { amount, id, may, must, source, text, time, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Page, Period } from './pages.ts'

export const transactionEndpoints = defineEndpoints('transactions', {
  list: {
    does: 'lists the transactions of an account, newest first',
    method: 'GET',
    path: '/accounts/{accountId}/transactions',
    scope: 'account-transaction:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one transaction; it is not known whether this exists',
    method: 'GET',
    path: '/accounts/{accountId}/transactions/{transactionId}',
    scope: 'account-transaction:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const TRANSACTION_TYPES = [
  'EXCHANGE',
  'DEPOSIT',
  'CRYPTO_DEPOSIT',
  'WITHDRAWAL',
  'CRYPTO_WITHDRAWAL',
  'MERCHANT_ORDER',
  'GIFT_CARD',
  'VOUCHER',
  'FEE',
  'OTHER',
] as const
export const TRANSACTION_STATUSES = ['PENDING', 'PROCESSED', 'FAILED'] as const

export interface Transaction {
  readonly __typename: 'Transaction'
  readonly id: string
  readonly accountId: string
  readonly type: (typeof TRANSACTION_TYPES)[number] | 'UNRECOGNIZED'
  readonly status: (typeof TRANSACTION_STATUSES)[number] | 'UNRECOGNIZED'
  readonly statusText: string
  /** Below zero: out of the account. */
  readonly amount: Decimal
  /** null: not said; the account's. */
  readonly currencyCode: string | null
  readonly description: string | null
  readonly date: Date
  readonly balanceAfter: Decimal | null
  readonly referenceId: string | null
}

export interface TransactionFilter extends Period {
  readonly status?: string | undefined
  readonly type?: string | undefined
}

export interface Transactions {
  /** One page; null where there is no such account. */
  list(
    accountId: string,
    filter: TransactionFilter,
    page: number,
    size: number,
    scope: CallScope,
  ): Promise<Page<Transaction> | null>
  read(accountId: string, transactionId: string, scope: CallScope): Promise<Transaction | null>
}

export function createTransactions(call: Call, endpoints: typeof transactionEndpoints): Transactions {
  return {
    list(accountId, filter, page, size, scope) {
      const query = {
        ...pageQuery(page, size, filter),
        status: filter.status,
        type: filter.type,
      }
      const answer = call(endpoints.list, { path: { accountId }, query }, scope)
      return orNull(answer.then((json) => decodeList(json, 'transactions', (row) => decodeTransaction(row, accountId))))
    },
    read(accountId, transactionId, scope) {
      const answer = call(endpoints.read, { path: { accountId, transactionId } }, scope)
      return orNull(answer.then((json) => decodeTransaction(source(json, 'transaction'), accountId)))
    },
  }
}

const type = word(TRANSACTION_TYPES)
// An older client knows NEW in place of PENDING.
const status = word(TRANSACTION_STATUSES, { NEW: 'PENDING' })

/** The account is the one that was asked for: one number may stand on both sides of an exchange. */
function decodeTransaction(from: Source, accountId: string): Transaction {
  return {
    __typename: 'Transaction',
    id: must(from, id, 'transactionId', 'transactionNo', 'id'),
    accountId,
    type: may(from, type, 'type') ?? 'UNRECOGNIZED',
    status: must(from, status, 'status'),
    statusText: must(from, text, 'status'),
    amount: must(from, amount, 'amount'),
    currencyCode: may(from, text, 'currencyCode', 'currency'),
    description: may(from, text, 'description'),
    date: must(from, time, 'date', 'createdAt'),
    balanceAfter: may(from, amount, 'balanceAfter'),
    referenceId: may(from, id, 'referenceId'),
  }
}
