// The callbacks that SpectroCoin has sent to a merchant about orders, or is about to.
import { orNull, readOne } from './call.ts'
import { count, id, idAsAsked, may, must, text, time, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { orderStatus } from './orders.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Order } from './orders.ts'
import type { Page } from './pages.ts'

export const merchantCallbackEndpoints = defineEndpoints('merchantCallbacks', {
  list: {
    does: 'lists the callbacks of a project, newest first',
    method: 'GET',
    path: '/merchants/callbacks',
    scope: 'merchants-callbacks:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one callback',
    method: 'GET',
    path: '/merchants/callbacks/{callbackId}',
    scope: 'merchants-callbacks:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const MERCHANT_CALLBACK_STATUSES = ['PENDING', 'SENT', 'FAILED'] as const

export interface MerchantCallback {
  readonly __typename: 'MerchantCallback'
  readonly id: string
  readonly projectId: string | null
  /** The system's id of the order, which is `orderId` upstream. */
  readonly systemOrderId: string | null
  /** The merchant's own. */
  readonly orderId: string | null
  readonly url: string | null
  /** As it was when the callback was made. */
  readonly orderStatus: Order['status'] | null
  readonly orderStatusText: string | null
  readonly status: (typeof MERCHANT_CALLBACK_STATUSES)[number] | 'UNRECOGNIZED'
  readonly statusText: string
  readonly httpStatus: number | null
  readonly responseBody: string | null
  readonly attempts: number | null
  readonly createdAt: Date | null
  readonly lastAttemptAt: Date | null
  readonly nextAttemptAt: Date | null
}

export interface MerchantCallbackFilter {
  readonly systemOrderId?: string | undefined
  readonly status?: string | undefined
}

export interface MerchantCallbacks {
  /** One page; null where there is no such project. The project may be unknown where the order is known. */
  list(
    projectId: string | null,
    filter: MerchantCallbackFilter,
    page: number,
    size: number,
    scope: CallScope,
  ): Promise<Page<MerchantCallback> | null>
  read(callbackId: string, scope: CallScope): Promise<MerchantCallback | null>
}

export function createMerchantCallbacks(call: Call, endpoints: typeof merchantCallbackEndpoints): MerchantCallbacks {
  return {
    list(projectId, { systemOrderId, status }, page, size, scope) {
      const query = { projectId: projectId ?? undefined, ...pageQuery(page, size), orderId: systemOrderId, status }
      return orNull(
        call(endpoints.list, { query }, scope).then((json) =>
          decodeList(json, 'callbacks', (row) => decodeCallback(row, { projectId, systemOrderId })),
        ),
      )
    },
    read: (callbackId, scope) =>
      readOne(call(endpoints.read, { path: { callbackId } }, scope), 'callback', decodeCallback),
  }
}

const status = word(MERCHANT_CALLBACK_STATUSES)

function decodeCallback(
  from: Source,
  asked: { readonly projectId?: string | null; readonly systemOrderId?: string | undefined } = {},
): MerchantCallback {
  return {
    __typename: 'MerchantCallback',
    id: must(from, id, 'id', 'callbackId'),
    projectId: idAsAsked(from, asked.projectId, 'projectId'),
    systemOrderId: idAsAsked(from, asked.systemOrderId, 'orderId'),
    orderId: may(from, id, 'merchantOrderId'),
    url: may(from, text, 'url'),
    orderStatus: may(from, orderStatus, 'orderStatus'),
    orderStatusText: may(from, text, 'orderStatus'),
    status: must(from, status, 'status'),
    statusText: must(from, text, 'status'),
    httpStatus: may(from, count, 'httpStatus'),
    responseBody: may(from, text, 'responseBody'),
    attempts: may(from, count, 'attempts'),
    createdAt: may(from, time, 'createdAt'),
    lastAttemptAt: may(from, time, 'lastAttemptAt'),
    nextAttemptAt: may(from, time, 'nextAttemptAt'),
  }
}
