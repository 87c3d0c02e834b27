// Withdrawals that exchange on the way: an exchange between two accounts, then all of it withdrawn from the second.
import type { Destination } from './destinations.ts'
import type { Exchange, ExchangeDesk, Pair } from './exchange-desk.ts'
import type { Payout, PayoutJourney } from './payouts.ts'
import type { Random } from './random.ts'
import { type Price, priceOf } from './tariff.ts'

export const methodTypes = ['CRYPTO', 'BANK', 'E_WALLET'] as const
type MethodType = (typeof methodTypes)[number]

export type Target = { readonly methodType: MethodType; readonly destination: Destination }

export type ExchangingPayout = {
  readonly id: string
  readonly methodType: MethodType
  readonly exchange: Exchange
  /** The second half, which can be read among the withdrawals of its own kind too. */
  readonly payout: Payout<unknown>
  /** The client's own name for the whole: the second half bears none. */
  readonly externalId: string | null
}

export type ExchangingPayouts = {
  /** Oldest first. */
  readonly withdrawals: readonly ExchangingPayout[]
  price(pair: Pair, payAmount: bigint, target: Target, at: number): { readonly quote: Quoted; readonly price: Price }
  withdraw(order: Order, at: number): ExchangingPayout
}

type Quoted = ReturnType<ExchangeDesk['quotePay']>

type Order = {
  readonly pair: Pair
  readonly payAmount: bigint
  readonly target: Target
  readonly journey?: PayoutJourney | undefined
  readonly externalId?: string | undefined
}

type Dependencies = { readonly exchangeDesk: ExchangeDesk; readonly random: Random }

export function createExchangingPayouts({ exchangeDesk, random }: Dependencies): ExchangingPayouts {
  const withdrawals: ExchangingPayout[] = []

  const book: ExchangingPayouts = {
    withdrawals,
    price(pair, payAmount, { destination }, at) {
      const quote = exchangeDesk.quotePay(pair, payAmount, at)
      return { quote, price: priceOf(destination.tariff, pair.receive.currency, quote.receiveAmount, true) }
    },
    withdraw({ pair, payAmount, target, journey, externalId = null }, at) {
      // All limits are checked before the exchange: it would stay done if its withdrawal were refused.
      const { price } = book.price(pair, payAmount, target, at)
      const exchange = exchangeDesk.execute(pair, payAmount, at)
      const id = random.uuid()
      const payout = target.destination.send(pair.receive, price, at, { journey, partOf: id })
      const withdrawal = { id, methodType: target.methodType, exchange, payout, externalId }
      withdrawals.push(withdrawal)
      return withdrawal
    },
  }
  return book
}
