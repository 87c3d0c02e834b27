// Purchases of gift cards: starting one, paying for it, and the cards that were bought.
import { readOne } from './call.ts'
import { amount, count, id, listOf, may, must, source, text, time, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Page } from './pages.ts'

export const giftCardPurchaseEndpoints = defineEndpoints('giftCardPurchases', {
  create: {
    does: 'starts a purchase of gift cards; nothing is paid yet',
    method: 'POST',
    path: '/purchases/gift-cards',
    scope: 'purchase-gift-card:pay',
    safety: 'creates',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  pay: {
    does: 'pays for a purchase of gift cards',
    method: 'POST',
    path: '/purchases/gift-cards/{purchaseId}/pay',
    scope: 'purchase-gift-card:pay',
    safety: 'moves-money',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  list: {
    does: 'lists the purchases of gift cards, newest first',
    method: 'GET',
    path: '/purchases/gift-cards',
    scope: 'purchase-gift-card:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one purchase of gift cards',
    method: 'GET',
    path: '/purchases/gift-cards/{purchaseId}',
    scope: 'purchase-gift-card:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const GIFT_CARD_PURCHASE_STATUSES = ['NEW', 'PENDING', 'PAID', 'FAILED', 'EXPIRED'] as const

export interface GiftCardPurchase {
  readonly __typename: 'GiftCardPurchase'
  readonly id: string
  readonly status: (typeof GIFT_CARD_PURCHASE_STATUSES)[number] | 'UNRECOGNIZED'
  readonly statusText: string
  readonly giftCardId: string | null
  readonly giftCardName: string | null
  readonly quantity: number | null
  readonly amount: Decimal
  readonly currencyCode: string
  readonly payAmount: Decimal | null
  readonly payCode: string | null
  readonly validUntil: Date | null
  readonly createdAt: Date | null
}

/** A purchase as it is read. What starting and paying answer is remembered, and never holds the cards. */
export interface GiftCardPurchaseWithCards extends GiftCardPurchase {
  /** Secrets; null until there are any. */
  readonly cards: readonly GiftCardCode[] | null
}

export interface GiftCardCode {
  readonly code: string | null
  readonly pin: string | null
  readonly url: string | null
  readonly expiresAt: Date | null
}

export interface GiftCardPurchaseRequest {
  readonly giftCardId: string
  /** The face value of each card. */
  readonly amount: Decimal
  readonly currencyCode: string
  readonly quantity: number
  readonly payCode: string
}

export interface GiftCardPurchases {
  create(request: GiftCardPurchaseRequest, scope: CallScope): Promise<GiftCardPurchase>
  pay(purchaseId: string, accountId: string, scope: CallScope): Promise<GiftCardPurchase>
  list(page: number, size: number, scope: CallScope): Promise<Page<GiftCardPurchaseWithCards>>
  read(purchaseId: string, scope: CallScope): Promise<GiftCardPurchaseWithCards | null>
}

export function createGiftCardPurchases(call: Call, endpoints: typeof giftCardPurchaseEndpoints): GiftCardPurchases {
  return {
    async create({ giftCardId, payCode, ...request }, scope) {
      const body = { productId: giftCardId, ...request, payCurrencyCode: payCode }
      return decodePurchase(source(await call(endpoints.create, { body }, scope), 'purchase'))
    },
    async pay(purchaseId, accountId, scope) {
      const parameters = { path: { purchaseId }, body: { accountId } }
      return decodePurchase(source(await call(endpoints.pay, parameters, scope), 'purchase'))
    },
    async list(page, size, scope) {
      const query = pageQuery(page, size)
      return decodeList(await call(endpoints.list, { query }, scope), 'purchases', decodeWithCards)
    },
    read: (purchaseId, scope) =>
      readOne(call(endpoints.read, { path: { purchaseId } }, scope), 'purchase', decodeWithCards),
  }
}

const status = word(GIFT_CARD_PURCHASE_STATUSES)

function decodePurchase(from: Source): GiftCardPurchase {
  return {
    __typename: 'GiftCardPurchase',
    id: must(from, id, 'id', 'purchaseId'),
    status: must(from, status, 'status'),
    statusText: must(from, text, 'status'),
    giftCardId: may(from, id, 'productId'),
    giftCardName: may(from, text, 'productName'),
    quantity: may(from, count, 'quantity'),
    amount: must(from, amount, 'amount'),
    currencyCode: must(from, text, 'currencyCode'),
    payAmount: may(from, amount, 'payAmount'),
    payCode: may(from, text, 'payCurrencyCode'),
    validUntil: may(from, time, 'validUntil'),
    createdAt: may(from, time, 'createdAt'),
  }
}

function decodeWithCards(from: Source): GiftCardPurchaseWithCards {
  const purchase = decodePurchase(from)
  const cards = purchase.status === 'PAID' ? listOf(from, 'cards', decodeCard) : []
  return { ...purchase, cards: cards.length > 0 ? cards : null }
}

function decodeCard(from: Source): GiftCardCode {
  return {
    code: may(from, text, 'code'),
    pin: may(from, text, 'pin'),
    url: may(from, text, 'url'),
    expiresAt: may(from, time, 'expiresAt'),
  }
}
