// How an order moves from status to status (merchant 3.4, 4): with time, by what its payer does, and by the merchant's own calls.
import type { Agenda } from './agenda.ts'
import type { CallbackDesk } from './callback-desk.ts'
import { failure } from './failure.ts'
import type { Account, Ledger } from './ledger.ts'
import type { MerchantOrder } from './merchant-records.ts'
import { type Course, graceMinutes, type OrderStatus } from './order-courses.ts'
import type { Takings } from './takings.ts'
import { checkBalance } from './tariff.ts'

export type OrderLife = {
  /** The order goes its course, unless somebody interferes. */
  follow(order: MerchantOrder, course: Course): void
  /** It is left to its payer, and ends when the time is over. */
  wait(order: MerchantOrder): void
  /** Coins of the payer arrive. */
  receive(order: MerchantOrder, amount: bigint, at: number): void
  cancel(order: MerchantOrder, at: number): void
  /** Paid at once from an account, with so much of its currency. */
  payFrom(order: MerchantOrder, account: Account, amount: bigint, at: number): void
  accept(order: MerchantOrder, at: number): void
  /** To any status at once, where it then stays. */
  move(order: MerchantOrder, status: OrderStatus, at: number): void
}

type LifeDependencies = {
  readonly agenda: Agenda
  readonly ledger: Ledger
  readonly takings: Takings
  readonly callbackDesk: CallbackDesk
}

type Event = { readonly at: number; readonly run: (at: number) => void }

const minute = 60_000
const confirming = minute / 2

export function createOrderLife({ agenda, ledger, takings, callbackDesk }: LifeDependencies): OrderLife {
  // What is still to come of an order; whoever interferes puts another plan in its place.
  const plans = new WeakMap<MerchantOrder, readonly Event[]>()

  function plan(order: MerchantOrder, events: readonly Event[]): void {
    plans.set(order, events)
    for (const { at, run } of events) {
      agenda.at(at, (time) => {
        if (plans.get(order) === events) run(time)
      })
    }
  }

  function enter(order: MerchantOrder, status: OrderStatus, at: number): void {
    const isNews = order.status !== status
    order.status = status
    order.updatedAt = new Date(at)
    if (status === 'PAID') settle(order, at)
    if (status === 'PROCESSING_REFUND') takings.refund(order, 'PENDING', at)
    if (status === 'REFUNDED') takings.refund(order, 'COMPLETED', at)
    if (status === 'REJECTED_REFUND') takings.refund(order, 'FAILED', at)
    if (isNews) callbackDesk.announce(order, at)
  }

  function settle(order: MerchantOrder, at: number): void {
    if (order.paidAt !== null) return
    order.paidAt = new Date(at)
    takings.paid(order, at)
    const { receiveCurrency: currency, project } = order.preorder
    const account = ledger.accountIn(currency.code)
    if (account === undefined) return
    ledger.post({
      at,
      type: 'MERCHANT_ORDER',
      description: `${project.settings.name}, order ${order.orderId}`,
      referenceId: order.id,
      postings: [
        { house: 'merchants', currency, amount: -order.receiveAmount },
        { account, amount: order.receiveAmount },
      ],
    })
  }

  function endWithTime(order: MerchantOrder): void {
    const end = order.validUntil.getTime() + graceMinutes * minute
    const run = (at: number): void => enter(order, order.status === 'NEW' ? 'EXPIRED' : 'UNDERPAID', at)
    plan(order, [{ at: end, run }])
  }

  function confirm(order: MerchantOrder, status: OrderStatus, at: number): void {
    plan(order, [{ at: at + confirming, run: (time) => enter(order, status, time) }])
  }

  return {
    follow(order, course) {
      const steps = course(order.preorder.project.settings.paymentWindowMinutes)
      const createdAt = order.createdAt.getTime()
      const events = steps.map(({ after, status }) => ({
        at: createdAt + after * minute,
        run(at: number) {
          order.receivedAmount = receivedBy(order, status)
          enter(order, status, at)
        },
      }))
      plan(order, events)
    },
    wait: endWithTime,
    receive(order, amount, at) {
      if (!takesPayment(order)) throw failure('MER_3', { status: order.status })
      const isLate = order.status === 'EXPIRED' || order.status === 'UNDERPAID'
      order.receivedAmount += amount
      if (isLate) {
        confirm(order, 'LATE_CRYPTO_PAYMENT', at)
        enter(order, 'PENDING_LATE_CRYPTO_PAYMENT', at)
      } else if (order.receivedAmount < order.payAmount) {
        endWithTime(order)
        enter(order, 'PARTIAL_PAYMENT', at)
      } else {
        confirm(order, 'PAID', at)
        enter(order, 'PENDING', at)
      }
    },
    cancel(order, at) {
      if (order.status !== 'NEW') throw failure('MER_3', { status: order.status })
      plan(order, [])
      enter(order, 'CANCELLED', at)
    },
    payFrom(order, account, amount, at) {
      if (order.status !== 'NEW') throw failure('MER_3', { status: order.status })
      const { currency } = account
      checkBalance(account, amount)
      ledger.post({
        at,
        type: 'MERCHANT_ORDER',
        description: `Payment of order ${order.orderId}`,
        referenceId: order.id,
        postings: [
          { account, amount: -amount },
          { house: 'merchants', currency, amount },
        ],
      })
      plan(order, [])
      Object.assign(order, { payCurrency: currency, payNetwork: null, payAmount: amount, receivedAmount: amount })
      enter(order, 'PAID', at)
    },
    accept(order, at) {
      const { status, payAmount, receivedAmount } = order
      if (status !== 'UNDERPAID' && status !== 'LATE_CRYPTO_PAYMENT') throw failure('MER_3', { status })
      if (receivedAmount < payAmount) {
        order.receiveAmount = (order.receiveAmount * receivedAmount) / payAmount
        order.payAmount = receivedAmount
      }
      plan(order, [])
      enter(order, 'PAID', at)
    },
    move(order, status, at) {
      plan(order, [])
      order.receivedAmount = receivedBy(order, status)
      enter(order, status, at)
    },
  }
}

export function takesPayment({ status }: MerchantOrder): boolean {
  return status === 'NEW' || status === 'PARTIAL_PAYMENT' || status === 'EXPIRED' || status === 'UNDERPAID'
}

const impossibleUnpaid: readonly OrderStatus[] = [
  'PAID',
  'LATE_CRYPTO_PAYMENT',
  'UNDERPAID',
  'INVALID_PAYMENT',
  'PROCESSING_REFUND',
  'REFUNDED',
  'REJECTED_REFUND',
  'REJECTED',
]

// Two thirds came of what was short; what was never paid stays at nothing.
function receivedBy({ payAmount, receivedAmount }: MerchantOrder, status: OrderStatus): bigint {
  if (status === 'PARTIAL_PAYMENT') return (payAmount * 2n) / 3n
  if (status === 'PENDING' || status === 'PENDING_LATE_CRYPTO_PAYMENT') return payAmount
  if (status === 'PAID' && receivedAmount < payAmount) return payAmount
  if (receivedAmount > 0n || !impossibleUnpaid.includes(status)) return receivedAmount
  return status === 'UNDERPAID' ? (payAmount * 2n) / 3n : payAmount
}
