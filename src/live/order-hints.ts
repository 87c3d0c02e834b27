// Hints that something may have happened to an order: whoever listens to it is polled for at once. No hint is believed.
import type { Hub } from './hub.ts'

/** An order as the older callbacks name it: by the merchant's own word, unique in its project. */
export interface NamedOrder {
  readonly orderId: string
  readonly projectId: string
}

export interface OrderHints {
  /** Of an order by the system's id. */
  byId(id: string, projectId: string): void
  /** Of an order by the merchant's word; false where its project has no such order. */
  byName(order: NamedOrder): Promise<boolean>
}

export interface OrderHintsOptions {
  readonly hub: Hub
  /** Finds an order with the system's id of it; undefined where there is nobody to ask as: then it is found among those that are listened to. */
  readonly find: ((order: NamedOrder) => Promise<{ readonly id: string } | null>) | undefined
}

/** Each costs a read, and anybody may send them; signed ones may be sent again. Those beyond are left to the next poll. */
const MOST_A_MINUTE = 60

export function createOrderHints({ hub, find }: OrderHintsOptions): OrderHints {
  // Apart, so that whoever floods the door cannot use up what SpectroCoin itself signs.
  const [unsigned, signed] = [createAllowance(), createAllowance()]
  const wake = (allowed: Allowance, isIt: (id: string, last: Partial<NamedOrder> | undefined) => boolean): void => {
    hub.wake(({ type, id }, last) => type === 'Order' && isIt(id, last as Partial<NamedOrder> | undefined) && allowed())
  }
  return {
    byId(id, projectId) {
      wake(unsigned, (each, last) => each === id && (last?.projectId ?? projectId) === projectId)
    },
    async byName({ orderId, projectId }) {
      if (!find) {
        wake(signed, (_, last) => last?.orderId === orderId && (last.projectId ?? projectId) === projectId)
        return true
      }
      if (!signed()) return true
      const order = await find({ orderId, projectId })
      if (!order) return false
      wake(always, (each) => each === order.id)
      return true
    },
  }
}

/** For who has paid for the look-up already. */
const always: Allowance = () => true

/** Whether one more is allowed in this minute; it is counted then. */
type Allowance = () => boolean

function createAllowance(): Allowance {
  let began = Number.NEGATIVE_INFINITY
  let taken = 0
  return () => {
    if (performance.now() - began >= 60_000) {
      began = performance.now()
      taken = 0
    }
    if (taken >= MOST_A_MINUTE) return false
    taken += 1
    return true
  }
}
