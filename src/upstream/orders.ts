// Merchant orders: one payer, one payment, a fixed amount.
import { orNull, readOne } from './call.ts'
import { amount, id, idAsAsked, may, must, text, time, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Page, Period } from './pages.ts'

export const orderEndpoints = defineEndpoints('orders', {
  // Clients read single orders: the rows are as theirs, and how a list holds them is a guess.
  list: {
    does: 'lists the orders of a project, newest first',
    method: 'GET',
    path: '/merchants/orders',
    scope: 'merchants-orders:read',
    safety: 'read-private',
    pathFrom: 'documented',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one order',
    method: 'GET',
    path: '/merchants/orders/{orderId}',
    scope: 'merchants-orders:read',
    safety: 'read-private',
    pathFrom: 'documented',
    answerFrom: 'client',
  },
})

/** The names with the numeric codes that clients accept in their place. */
const STATUS_BY_CODE = {
  '1': 'NEW',
  '2': 'PENDING',
  '3': 'PAID',
  '4': 'FAILED',
  '5': 'EXPIRED',
  '6': 'TEST',
  '10': 'LATE_CRYPTO_PAYMENT',
  '11': 'PARTIAL_PAYMENT',
  '12': 'UNDERPAID',
  '13': 'CANCELLED',
  '14': 'INVALID_PAYMENT',
  '15': 'TEST_PAID',
  '16': 'TEST_EXPIRED',
  '17': 'PROCESSING_REFUND',
  '18': 'REFUNDED',
  '19': 'REJECTED_REFUND',
  '20': 'PENDING_LATE_CRYPTO_PAYMENT',
  '21': 'REJECTED',
} as const

export type OrderStatus = (typeof STATUS_BY_CODE)[keyof typeof STATUS_BY_CODE]

export const orderStatus = word<OrderStatus>(Object.values(STATUS_BY_CODE), STATUS_BY_CODE)

export interface Order {
  readonly __typename: 'Order'
  /** The system's id. */
  readonly id: string
  /** The merchant's own. */
  readonly orderId: string
  readonly status: OrderStatus | 'UNRECOGNIZED'
  readonly statusText: string
  readonly projectId: string | null
  readonly preorderId: string | null
  readonly description: string | null
  readonly payAmount: Decimal | null
  readonly payCode: string | null
  readonly network: string | null
  readonly receivedAmount: Decimal | null
  readonly receiveAmount: Decimal
  readonly receiveCode: string
  readonly depositAddress: string | null
  readonly memo: string | null
  readonly payUrl: string | null
  readonly validUntil: Date | null
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
  readonly paidAt: Date | null
}

export interface OrderFilter extends Period {
  readonly status?: string | undefined
  /** The merchant's own. */
  readonly orderId?: string | undefined
  readonly preorderId?: string | undefined
}

export interface Orders {
  /** One page; null where there is no such project. The project may be unknown where the preorder is known. */
  list(
    projectId: string | null,
    filter: OrderFilter,
    page: number,
    size: number,
    scope: CallScope,
  ): Promise<Page<Order> | null>
  read(orderId: string, scope: CallScope): Promise<Order | null>
  /** The order of a project by the merchant's own word for it, in one call; null where there is none. */
  find(projectId: string, orderId: string, scope: CallScope): Promise<Order | null>
}

export function createOrders(call: Call, endpoints: typeof orderEndpoints): Orders {
  const list: Orders['list'] = (projectId, filter, page, size, scope) => {
    const { status, orderId, preorderId } = filter
    const query = {
      projectId: projectId ?? undefined,
      ...pageQuery(page, size, filter),
      status,
      orderId,
      preOrderId: preorderId,
    }
    return orNull(
      call(endpoints.list, { query }, scope).then((json) =>
        decodeList(json, 'orders', (row) => decodeOrder(row, { projectId, preorderId })),
      ),
    )
  }
  return {
    list,
    read: (orderId, scope) => readOne(call(endpoints.read, { path: { orderId } }, scope), 'order', decodeOrder),
    async find(projectId, orderId, scope) {
      // An upstream that does not know the filter gives others too.
      const found = await list(projectId, { orderId }, 1, 100, scope)
      return found?.rows.find((order) => order.orderId === orderId) ?? null
    },
  }
}

export function decodeOrder(
  from: Source,
  asked: { readonly projectId?: string | null; readonly preorderId?: string | undefined } = {},
): Order {
  return {
    __typename: 'Order',
    id: must(from, id, 'id'),
    orderId: must(from, id, 'orderId'),
    status: must(from, orderStatus, 'status'),
    statusText: must(from, text, 'status'),
    projectId: idAsAsked(from, asked.projectId, 'projectId'),
    preorderId: idAsAsked(from, asked.preorderId, 'merchantPreOrderId', 'preOrderId'),
    description: may(from, text, 'description'),
    payAmount: may(from, amount, 'payAmount'),
    payCode: may(from, text, 'payCurrencyCode'),
    network: may(from, text, 'payNetworkCode'),
    receivedAmount: may(from, amount, 'receivedAmount'),
    receiveAmount: must(from, amount, 'receiveAmount'),
    receiveCode: must(from, text, 'receiveCurrencyCode'),
    depositAddress: may(from, text, 'depositAddress'),
    memo: may(from, text, 'memo'),
    payUrl: may(from, text, 'redirectUrl'),
    validUntil: may(from, time, 'validUntil'),
    createdAt: may(from, time, 'createdAt'),
    updatedAt: may(from, time, 'updatedAt'),
    paidAt: may(from, time, 'paidAt'),
  }
}
