// What a callback says (merchant 6.2, 6.3): two ids as JSON, or the older form with its signature.
import type { MerchantOrder } from './merchant-records.ts'
import type { OrderStatus } from './order-courses.ts'
import { divideToNearest, formatUnits, tenTo } from './units.ts'

export type Message = {
  readonly contentType: string
  /** Written at the last moment, since signing takes its time; about the order as it was when the message was made. */
  readonly body: () => string
}

export type Signer = { readonly userId: string; readonly merchantId: number; sign(text: string): string }

export function messageOf(order: MerchantOrder, signer: Signer): Message {
  const { id, preorder } = order
  if (preorder.project.callbackFormat === 'FORM') return formMessageOf(order, signer)
  const body = JSON.stringify({ id, merchantApiId: preorder.project.id })
  return { contentType: 'application/json', body: () => body }
}

/** The form, whatever the project's own format is. */
export function formMessageOf(order: MerchantOrder, { userId, merchantId, sign }: Signer): Message {
  const { preorder, payCurrency } = order
  const signed = encode({
    merchantId: String(merchantId),
    apiId: String(preorder.project.apiId),
    orderId: order.orderId,
    payCurrency: payCurrency.code,
    payAmount: decimal(order.payAmount, payCurrency.scale),
    receiveCurrency: preorder.receiveCurrency.code,
    receiveAmount: decimal(order.receiveAmount, preorder.receiveCurrency.scale),
    receivedAmount: decimal(order.receivedAmount, payCurrency.scale),
    description: preorder.description,
    orderRequestId: String(order.requestId),
    status: String(statusCodes[order.status]),
  })
  const unsigned = encode({ userId, merchantApiId: preorder.project.id })
  return {
    contentType: 'application/x-www-form-urlencoded',
    body: () => `${unsigned}&${signed}&${encode({ sign: sign(signed) })}`,
  }
}

// JavaScript's form encoding is Java's: `*` stays as it is, `~` becomes %7E, a space becomes `+`.
function encode(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString()
}

/** One to eight places. */
function decimal(units: bigint, scale: number): string {
  const text = scale > 8 ? formatUnits(divideToNearest(units, tenTo(scale - 8)), 8) : formatUnits(units, scale)
  return text.includes('.') ? text : `${text}.0`
}

const statusCodes: Readonly<Record<OrderStatus, number>> = {
  NEW: 1,
  PENDING: 2,
  PAID: 3,
  FAILED: 4,
  EXPIRED: 5,
  TEST: 6,
  LATE_CRYPTO_PAYMENT: 10,
  PARTIAL_PAYMENT: 11,
  UNDERPAID: 12,
  CANCELLED: 13,
  INVALID_PAYMENT: 14,
  TEST_PAID: 15,
  TEST_EXPIRED: 16,
  PROCESSING_REFUND: 17,
  REFUNDED: 18,
  REJECTED_REFUND: 19,
  PENDING_LATE_CRYPTO_PAYMENT: 20,
  REJECTED: 21,
}
