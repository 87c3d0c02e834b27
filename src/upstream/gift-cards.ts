// Gift cards: the public catalogue of what can be bought.
import { orNull } from './call.ts'
import { amount, flag, id, many, may, must, readOnce, source, text } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Keep } from './endpoint.ts'
import type { Page } from './pages.ts'

/** A card may be sold out. */
const CATALOGUE: Keep = { forMs: 60_000, staleMs: 3_600_000 }

export const giftCardEndpoints = defineEndpoints('giftCards', {
  list: {
    does: 'lists the gift cards that can be bought',
    method: 'GET',
    path: '/gift-cards',
    scope: null,
    safety: 'read',
    keep: CATALOGUE,
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one gift card of the catalogue',
    method: 'GET',
    path: '/gift-cards/{productId}',
    scope: null,
    safety: 'read',
    keep: CATALOGUE,
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export interface GiftCard {
  readonly __typename: 'GiftCard'
  readonly id: string
  readonly name: string
  readonly brand: string | null
  readonly countryCode: string | null
  readonly currencyCode: string
  readonly category: string | null
  readonly imageUrl: string | null
  /** The face values that there are; none: any within the bounds. */
  readonly denominations: readonly Decimal[]
  readonly minAmount: Decimal | null
  readonly maxAmount: Decimal | null
  readonly instructions: string | null
  readonly available: boolean | null
}

export interface GiftCardFilter {
  readonly country?: string | undefined
  readonly currency?: string | undefined
  readonly category?: string | undefined
  readonly search?: string | undefined
}

export interface GiftCards {
  list(filter: GiftCardFilter, page: number, size: number, scope: CallScope): Promise<Page<GiftCard>>
  read(productId: string, scope: CallScope): Promise<GiftCard | null>
}

export function createGiftCards(call: Call, endpoints: typeof giftCardEndpoints): GiftCards {
  const decodePage = readOnce((reply) => decodeList(reply, 'giftCards', decodeGiftCard))
  const decodeOne = readOnce((reply) => decodeGiftCard(source(reply, 'giftCard')))
  return {
    async list({ country, currency, category, search }, page, size, scope) {
      const query = { ...pageQuery(page, size), countryCode: country, currencyCode: currency, category, search }
      return decodePage(await call(endpoints.list, { query }, scope, decodePage))
    },
    read: (productId, scope) => orNull(call(endpoints.read, { path: { productId } }, scope, decodeOne).then(decodeOne)),
  }
}

function decodeGiftCard(from: Source): GiftCard {
  const giftCardId = must(from, id, 'id', 'productId')
  return {
    __typename: 'GiftCard',
    id: giftCardId,
    name: may(from, text, 'name') ?? giftCardId,
    brand: may(from, text, 'brand'),
    countryCode: may(from, text, 'countryCode'),
    currencyCode: must(from, text, 'currencyCode'),
    category: may(from, text, 'category'),
    imageUrl: may(from, text, 'imageUrl'),
    denominations: may(from, many(amount), 'denominations') ?? [],
    minAmount: may(from, amount, 'minAmount'),
    maxAmount: may(from, amount, 'maxAmount'),
    instructions: may(from, text, 'instructions'),
    available: may(from, flag, 'available'),
  }
}
