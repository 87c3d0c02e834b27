// Purchases of gift cards: priced when they start, paid within a quarter of an hour, delivered a little later.
import type { Agenda } from './agenda.ts'
import type { Currency } from './catalogue.ts'
import { failure } from './failure.ts'
import type { Product } from './gift-card-catalogue.ts'
import type { Account, Ledger, Transaction } from './ledger.ts'
import type { Prices } from './prices.ts'
import type { Random } from './random.ts'
import { checkBalance } from './tariff.ts'
import { tenTo } from './units.ts'

export const purchaseStatuses = ['NEW', 'PENDING', 'PAID', 'FAILED', 'EXPIRED'] as const
export type PurchaseStatus = (typeof purchaseStatuses)[number]

/** A card can be spent by whoever knows its code. */
export type Card = {
  readonly code: string
  readonly pin: string | null
  readonly url: string
  readonly expiresAt: Date | null
}

export type Purchase = {
  readonly id: string
  readonly product: Product
  readonly quantity: number
  /** The value of one card. */
  readonly amount: bigint
  readonly payCurrency: Currency
  /** For all of the cards. */
  readonly payAmount: bigint
  readonly validUntil: Date
  readonly createdAt: Date
  status: PurchaseStatus
  paid: { readonly account: Account; readonly transaction: Transaction | undefined } | undefined
  cards: readonly Card[]
}

type Order = {
  readonly product: Product
  readonly amount: bigint
  readonly quantity: number
  readonly payCurrency: Currency
  readonly id?: string
}

export type GiftCardShop = {
  /** Oldest first. */
  readonly purchases: readonly Purchase[]
  start(order: Order, at: number): Purchase
  /** The money goes at once; the cards come, or the money comes back, a little later. */
  pay(purchase: Purchase, account: Account, at: number, delivery?: Delivery): void
  /** Undefined where there is no such purchase, false where it cannot go there. */
  move(id: string, status: PurchaseStatus, at: number): boolean | undefined
}

type Delivery = { readonly after: number; readonly ending: 'PAID' | 'FAILED' }

type ShopDependencies = {
  readonly ledger: Ledger
  readonly agenda: Agenda
  readonly prices: Prices
  readonly random: Random
}

const window = 15 * 60_000
const usualDelivery: Delivery = { after: 10_000, ending: 'PAID' }

export function createGiftCardShop({ ledger, agenda, prices, random }: ShopDependencies): GiftCardShop {
  const purchases: Purchase[] = []

  function post(purchase: Purchase, account: Account, sign: 1n | -1n, description: string, at: number): Transaction[] {
    const amount = sign * purchase.payAmount
    const postings = [
      { account, amount },
      { house: 'shop', currency: account.currency, amount: -amount },
    ] as const
    const status = sign < 0n ? 'PENDING' : 'PROCESSED'
    return ledger.post({ at, type: 'GIFT_CARD', description, referenceId: purchase.id, status, postings })
  }

  function cardOf({ product }: Purchase): Card {
    const code = random.hex(15).toUpperCase().match(/.{5}/g)?.join('-') ?? ''
    const pin = product.denominations.length > 0 ? null : String(1000 + random.integer(9000))
    return { code, pin, url: `https://gifts.example.com/${product.id}/${code.toLowerCase()}`, expiresAt: null }
  }

  function reach(purchase: Purchase, status: PurchaseStatus, at: number): boolean {
    const { paid } = purchase
    const from = paid === undefined ? 'NEW' : 'PENDING'
    const ways = { NEW: ['EXPIRED', 'FAILED'], PENDING: ['PAID', 'FAILED'] }
    if (purchase.status !== from || !ways[from].includes(status)) return false
    purchase.status = status
    if (paid === undefined) return true
    if (paid.transaction !== undefined) paid.transaction.status = status === 'PAID' ? 'PROCESSED' : 'FAILED'
    if (status === 'PAID') purchase.cards = Array.from({ length: purchase.quantity }, () => cardOf(purchase))
    else post(purchase, paid.account, 1n, 'Given back for gift cards that did not come', at)
    return true
  }

  return {
    purchases,
    start({ product, amount, quantity, payCurrency, id = random.uuid() }, at) {
      const purchase: Purchase = {
        id,
        product,
        quantity,
        amount,
        payCurrency,
        payAmount: costOf(prices, product, amount * BigInt(quantity), payCurrency, at),
        validUntil: new Date(at + window),
        createdAt: new Date(at),
        status: 'NEW',
        paid: undefined,
        cards: [],
      }
      purchases.push(purchase)
      agenda.at(at + window, (then) => void reach(purchase, 'EXPIRED', then))
      return purchase
    },
    pay(purchase, account, at, { after, ending } = usualDelivery) {
      if (purchase.status === 'EXPIRED') throw failure('GFT_2', { validUntil: purchase.validUntil.toISOString() })
      if (purchase.status !== 'NEW') throw failure('MER_3', { status: purchase.status })
      checkBalance(account, purchase.payAmount)
      const words = `Gift card: ${purchase.product.category.toLowerCase()}`
      const [transaction] = post(purchase, account, -1n, words, at)
      purchase.paid = { account, transaction }
      purchase.status = 'PENDING'
      agenda.at(at + after, (then) => void reach(purchase, ending, then))
    },
    move(wanted, status, at) {
      const purchase = purchases.find(({ id }) => id === wanted)
      return purchase && reach(purchase, status, at)
    },
  }
}

/** What the customer pays is rounded up. */
function costOf(prices: Prices, product: Product, value: bigint, payCurrency: Currency, at: number): bigint {
  const { units, scale } = prices.rate(product.currency, payCurrency, at)
  const divisor = tenTo(product.currency.scale + scale)
  return (value * units * tenTo(payCurrency.scale) + divisor - 1n) / divisor
}
