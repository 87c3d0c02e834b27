// The callbacks of the orders (merchant 6): written down at each change of status, sent, and sent again where that failed.
import type { Agenda } from './agenda.ts'
import { formMessageOf, type Message, messageOf } from './callback-body.ts'
import type { Outcome } from './callback-courier.ts'
import type { MerchantOrder } from './merchant-records.ts'
import type { OrderStatus } from './order-courses.ts'
import type { Random } from './random.ts'

export const callbackStatuses = ['SENT', 'FAILED', 'PENDING'] as const

export type Callback = {
  readonly id: string
  readonly order: MerchantOrder
  readonly orderStatus: OrderStatus
  readonly url: string
  readonly createdAt: Date
  /** PENDING until the first attempt has ended; FAILED also while another one is to come. */
  status: (typeof callbackStatuses)[number]
  httpStatus: number | null
  responseBody: string | null
  attempts: number
  lastAttemptAt: Date | null
  nextAttemptAt: Date | null
}

/** The way out of the world, to whoever listens to callbacks. */
export type Outbox = {
  reaches(url: string): boolean
  deliver(url: string, message: Message, key: string): Promise<Outcome>
  sign(text: string): string
}

export type CallbackDesk = {
  /** Oldest first. */
  readonly callbacks: readonly Callback[]
  /** Tells the merchant how the order stands, if it wants to know; false where it does not. */
  announce(order: MerchantOrder, at: number): boolean
  /** The history is over: until then callbacks are made up, not sent. */
  goLive(): void
  /** The signed form as it would be sent now. */
  formBody(order: MerchantOrder): string
}

type DeskDependencies = {
  readonly agenda: Agenda
  readonly outbox: Outbox
  readonly random: Random
  readonly startedAt: number
}

const minute = 60_000
const second = 1000
const retriesAfter = [1, 5, 15, 60, 360]
const allRetries = retriesAfter.reduce((sum, minutes) => sum + minutes, 0)

/** A world without one has nobody to call. */
export const noOutbox: Outbox = {
  reaches: () => false,
  deliver: () => Promise.resolve({ httpStatus: null, responseBody: null }),
  sign: () => '',
}

export function createCallbackDesk({ agenda, outbox, random, startedAt }: DeskDependencies): CallbackDesk {
  const callbacks: Callback[] = []
  let isLive = false
  const signer = { userId: random.uuid(), merchantId: 1_300_001, sign: outbox.sign }

  async function attempt(record: Callback, message: Message, at: number): Promise<void> {
    record.nextAttemptAt = null
    const { httpStatus, responseBody } = await outbox.deliver(record.url, message, record.order.id)
    const isSent = httpStatus === 200
    const pause = isSent ? undefined : retriesAfter[record.attempts]
    const next = pause === undefined ? undefined : at + pause * minute
    Object.assign(record, {
      status: isSent ? 'SENT' : 'FAILED',
      httpStatus,
      responseBody,
      attempts: record.attempts + 1,
      lastAttemptAt: new Date(at),
      nextAttemptAt: next === undefined ? null : new Date(next),
    })
    if (next !== undefined) agenda.at(next, (time) => void attempt(record, message, time))
  }

  // As if sent in its day; one in forty never got through.
  function recall(callback: Callback, at: number): void {
    const isLost = random.integer(40) === 0 && at + allRetries * minute < startedAt
    const [after, attempts] = isLost ? [allRetries * minute, retriesAfter.length + 1] : [second, 1]
    const [httpStatus, responseBody] = isLost ? [500, 'Internal Server Error'] : [200, '*ok*']
    const lastAttemptAt = new Date(at + after)
    Object.assign(callback, { status: isLost ? 'FAILED' : 'SENT', httpStatus, responseBody, attempts, lastAttemptAt })
  }

  return {
    callbacks,
    announce(order, at) {
      const { callbackUrl: url } = order.preorder
      if (url === null) return false
      const callback: Callback = {
        id: random.uuid(),
        order,
        orderStatus: order.status,
        url,
        createdAt: new Date(at),
        status: 'PENDING',
        httpStatus: null,
        responseBody: null,
        attempts: 0,
        lastAttemptAt: null,
        nextAttemptAt: null,
      }
      callbacks.push(callback)
      if (!isLive) recall(callback, at)
      else if (outbox.reaches(url)) void attempt(callback, messageOf(order, signer), at)
      else callback.status = 'FAILED'
      return true
    },
    goLive() {
      isLive = true
    },
    formBody: (order) => formMessageOf(order, signer).body(),
  }
}
