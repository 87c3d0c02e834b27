// The payer's side of the merchant's orders, played by the control surface.
import { currencyOf } from './catalogue.ts'
import type { Clock } from './clock.ts'
import { ControlFault } from './control-fault.ts'
import { ApiFailure } from './failure.ts'
import { coinFor } from './merchant-book.ts'
import { type Coin, isAccepted, type MerchantOrder, type Preorder } from './merchant-records.ts'
import { type OrderStatus, orderStatuses } from './order-courses.ts'
import { takesPayment } from './order-life.ts'
import { parseUnits } from './units.ts'
import type { World } from './world.ts'

/** Where it is left out, the first that the project accepts. */
export type PickedCoin = { readonly payCurrencyCode?: string; readonly payNetworkCode?: string }

export type OrderControl = {
  readonly orders: {
    /** The payer opens a preorder and picks a coin; gives back the id of the order that this makes. */
    open(preOrderId: string, coin?: PickedCoin): string
    /** Coins arrive, all that is due unless told otherwise; a preorder that gives orders still is opened first. */
    receive(id: string, amount?: string): void
    /** Any status at once, whatever the order's way; it stays there. A move to PAID pays the merchant. */
    move(id: string, status: OrderStatus): void
  }
  readonly callbacks: {
    /** The older, signed form as it would be sent about the order now, whatever its project's format. */
    formBody(orderId: string): string
  }
}

export function createOrderControl(clock: Clock, world: () => World): OrderControl {
  // The world as it is by now.
  function current(): { readonly world: World; readonly now: number } {
    const now = clock.now()
    world().agenda.runUntil(now)
    return { world: world(), now }
  }

  /** By its own id, or by that of the preorder that it alone came of. */
  function orderOf(id: string): MerchantOrder {
    const order = world().merchantBook.orders.find(({ id: own, preorder }) => {
      return own === id || (preorder.id === id && !preorder.isMultiple)
    })
    if (order === undefined) throw new ControlFault('id: of no order')
    return order
  }

  function open(preOrderId: string, picked: PickedCoin): MerchantOrder {
    const { world: here, now } = current()
    const preorder = here.merchantBook.preorders.find(({ id }) => id === preOrderId)
    if (preorder === undefined) throw new ControlFault('preOrderId: of no preorder')
    try {
      return here.merchantBook.open(preorder, coinOf(preorder, picked), preorder.payer.payerEmail, now)
    } catch (fault) {
      throw fault instanceof ApiFailure ? new ControlFault(`preOrderId: ${fault.message}`) : fault
    }
  }

  return {
    orders: {
      open: (preOrderId, coin = {}) => open(preOrderId, coin).id,
      receive(id, amount) {
        const { world: here, now } = current()
        const isOpen = ({ isMultiple, orderCount }: Preorder): boolean => isMultiple || orderCount === 0
        const isLink = here.merchantBook.preorders.some((preorder) => preorder.id === id && isOpen(preorder))
        const order = isLink ? open(id, {}) : orderOf(id)
        if (!takesPayment(order)) throw new ControlFault(`id: the order is ${order.status} and takes no payment`)
        const units = amount === undefined ? dueOf(order) : parseUnits(amount, order.payCurrency.scale)
        if (units === undefined || units <= 0n) throw new ControlFault('amount: more than zero of the pay currency')
        here.orderLife.receive(order, units, now)
      },
      move(id, status) {
        const { world: here, now } = current()
        if (!orderStatuses.includes(status)) throw new ControlFault(`status: one of ${orderStatuses.join(', ')}`)
        here.orderLife.move(orderOf(id), status, now)
      },
    },
    callbacks: { formBody: (orderId) => current().world.callbackDesk.formBody(orderOf(orderId)) },
  }
}

// Where all has come already, it comes a second time.
function dueOf({ payAmount, receivedAmount }: MerchantOrder): bigint {
  return payAmount > receivedAmount ? payAmount - receivedAmount : payAmount
}

function coinOf(preorder: Preorder, { payCurrencyCode, payNetworkCode }: PickedCoin): Coin {
  const usual = coinFor(preorder)
  const currency = payCurrencyCode === undefined ? usual?.currency : currencyOf(payCurrencyCode)
  if (currency === undefined || !isAccepted(preorder.project, currency)) {
    throw new ControlFault('payCurrencyCode: not accepted by the project')
  }
  const kept = currency === usual?.currency ? usual.network.code : currency.networks[0]?.code
  const network = currency.networks.find(({ code }) => code === (payNetworkCode ?? kept))
  if (network === undefined) throw new ControlFault('payNetworkCode: not one of the currency')
  return { currency, network }
}
