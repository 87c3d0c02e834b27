// Gift cards: the public catalogue of what can be bought.
import { readConnection } from './connections.ts'
import { plainFilter } from './filters.ts'
import { localId } from './ids.ts'
import type { GatewayContext } from '../context.ts'
import type { GiftCard, GiftCardFilter } from '../upstream/gift-cards.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'

export function giftCard(
  args: { id: string },
  { loaders }: GatewayContext,
): GiftCard | null | Promise<GiftCard | null> {
  return loaders.giftCard.load(localId('GiftCard', args.id, 'id'))
}

/** A catalogue has no newest first, and what is sold out may leave it. */
export function giftCards(
  args: PageArguments & { readonly filter?: Given<GiftCardFilter> },
  { upstream, scope }: GatewayContext,
): Promise<Connection<GiftCard> | null> {
  const filter = plainFilter(args.filter)
  return readConnection(args, {
    name: ['gift-cards'],
    read: (page, size) => upstream.giftCards.list(filter, page, size, scope),
    idOf: ({ id }) => id,
    dateOf: () => null,
    appendOnly: false,
  })
}
