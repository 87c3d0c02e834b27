// What the orders of a project brought in, and what that cost.
import { orNull, readOne } from './call.ts'
import { amount, id, idAsAsked, may, must, text, time, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Page, Period } from './pages.ts'

export const merchantTransactionEndpoints = defineEndpoints('merchantTransactions', {
  list: {
    does: 'lists the transactions of a project, newest first',
    method: 'GET',
    path: '/merchants/transactions',
    scope: 'merchants-transactions:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one transaction of a project',
    method: 'GET',
    path: '/merchants/transactions/{transactionId}',
    scope: 'merchants-transactions:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const MERCHANT_TRANSACTION_TYPES = ['DEPOSIT', 'CONVERSION', 'FEE', 'SETTLEMENT', 'REFUND'] as const
export const MERCHANT_TRANSACTION_STATUSES = ['PENDING', 'COMPLETED', 'FAILED'] as const

export interface MerchantTransaction {
  readonly __typename: 'MerchantTransaction'
  readonly id: string
  readonly projectId: string | null
  /** The system's id of the order. */
  readonly orderId: string | null
  readonly type: (typeof MERCHANT_TRANSACTION_TYPES)[number] | 'UNRECOGNIZED'
  readonly status: (typeof MERCHANT_TRANSACTION_STATUSES)[number] | 'UNRECOGNIZED'
  readonly statusText: string
  readonly amount: Decimal
  readonly currencyCode: string
  readonly feeAmount: Decimal | null
  readonly feeCode: string | null
  readonly network: string | null
  readonly transactionHash: string | null
  readonly createdAt: Date | null
}

export interface MerchantTransactionFilter extends Period {
  /** The system's id of the order. */
  readonly orderId?: string | undefined
  readonly currency?: string | undefined
}

export interface MerchantTransactions {
  /** One page; null where there is no such project. The project may be unknown where the order is known. */
  list(
    projectId: string | null,
    filter: MerchantTransactionFilter,
    page: number,
    size: number,
    scope: CallScope,
  ): Promise<Page<MerchantTransaction> | null>
  read(transactionId: string, scope: CallScope): Promise<MerchantTransaction | null>
}

export function createMerchantTransactions(
  call: Call,
  endpoints: typeof merchantTransactionEndpoints,
): MerchantTransactions {
  return {
    list(projectId, filter, page, size, scope) {
      const { orderId, currency } = filter
      const query = {
        projectId: projectId ?? undefined,
        ...pageQuery(page, size, filter),
        orderId,
        currencyCode: currency,
      }
      return orNull(
        call(endpoints.list, { query }, scope).then((json) =>
          decodeList(json, 'transactions', (row) => decodeTransaction(row, { projectId, orderId })),
        ),
      )
    },
    read: (transactionId, scope) =>
      readOne(call(endpoints.read, { path: { transactionId } }, scope), 'transaction', decodeTransaction),
  }
}

const type = word(MERCHANT_TRANSACTION_TYPES)
const status = word(MERCHANT_TRANSACTION_STATUSES)

function decodeTransaction(
  from: Source,
  asked: { readonly projectId?: string | null; readonly orderId?: string | undefined } = {},
): MerchantTransaction {
  return {
    __typename: 'MerchantTransaction',
    id: must(from, id, 'id', 'transactionId'),
    projectId: idAsAsked(from, asked.projectId, 'projectId'),
    orderId: idAsAsked(from, asked.orderId, 'orderId'),
    type: may(from, type, 'type') ?? 'UNRECOGNIZED',
    status: must(from, status, 'status'),
    statusText: must(from, text, 'status'),
    amount: must(from, amount, 'amount'),
    currencyCode: must(from, text, 'currencyCode', 'currency'),
    feeAmount: may(from, amount, 'feeAmount'),
    feeCode: may(from, text, 'feeCurrencyCode'),
    network: may(from, text, 'networkCode'),
    transactionHash: may(from, text, 'transactionHash'),
    createdAt: may(from, time, 'createdAt'),
  }
}
