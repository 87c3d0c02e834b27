// The merchant's half of a world: projects with their orders, what the orders bring in, and who is told about it.
import type { Agenda } from './agenda.ts'
import { type CallbackDesk, createCallbackDesk, type Outbox } from './callback-desk.ts'
import type { Ledger } from './ledger.ts'
import { createMerchantBook, type MerchantBook } from './merchant-book.ts'
import { createOrderLife, type OrderLife } from './order-life.ts'
import type { Prices } from './prices.ts'
import type { Random } from './random.ts'
import { createTakings, type Takings } from './takings.ts'

export type Merchant = {
  readonly merchantBook: MerchantBook
  readonly orderLife: OrderLife
  readonly takings: Takings
  readonly callbackDesk: CallbackDesk
}

type MerchantDependencies = {
  readonly agenda: Agenda
  readonly ledger: Ledger
  readonly prices: Prices
  readonly random: Random
  readonly outbox: Outbox
  readonly startedAt: number
}

export function createMerchant({ agenda, ledger, prices, random, outbox, startedAt }: MerchantDependencies): Merchant {
  const takings = createTakings(random.fork('merchant-transactions'))
  const callbackDesk = createCallbackDesk({ agenda, outbox, random: random.fork('callbacks'), startedAt })
  const orderLife = createOrderLife({ agenda, ledger, takings, callbackDesk })
  const merchantBook = createMerchantBook({ agenda, orderLife, prices, random: random.fork('orders') })
  return { merchantBook, orderLife, takings, callbackDesk }
}
