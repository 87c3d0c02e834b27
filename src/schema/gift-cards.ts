// Gift cards: the catalogue.
import { giftCard, giftCards } from '../resolvers/gift-cards.ts'
import { builder } from './builder.ts'
import { connectionOf, pageArguments } from './connections.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { GiftCard } from './objects.ts'

GiftCard.implement({
  description: 'A gift card that can be bought.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "GiftCard:steam-eur".',
      resolve: ({ id }) => globalId('GiftCard', id),
    }),
    name: t.exposeString('name', { nullable: false, description: 'For people; the id where it has none.' }),
    brand: t.exposeString('brand', { nullable: true, description: 'Where it can be spent.' }),
    countryCode: t.exposeString('countryCode', {
      nullable: true,
      description: 'The country that it is for, as SpectroCoin writes it.',
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of its face value.',
    }),
    category: t.exposeString('category', { nullable: true, description: "SpectroCoin's own word for its sort." }),
    imageUrl: t.exposeString('imageUrl', { nullable: true, description: 'A picture of it.' }),
    denominations: t.expose('denominations', {
      type: ['Decimal'],
      nullable: { list: false, items: false },
      description: 'The face values that there are, in `currencyCode`; none: any from `minAmount` to `maxAmount`.',
    }),
    minAmount: t.expose('minAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'The least face value, in `currencyCode`; null: not told.',
    }),
    maxAmount: t.expose('maxAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'The largest face value, in `currencyCode`; null: not told.',
    }),
    instructions: t.exposeString('instructions', { nullable: true, description: 'How to spend it.' }),
    available: t.exposeBoolean('available', { nullable: true, description: 'Whether it can be bought now.' }),
  }),
})

const GiftCardFilter = builder.inputType('GiftCardFilter', {
  description: 'Which gift cards to list.',
  fields: (t) => ({
    country: t.string({ description: 'Only those for the country with this code.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'Only those of this currency.' }),
    category: t.string({ description: "Only those of this sort, in SpectroCoin's own word." }),
    search: t.string({ description: 'Only those that SpectroCoin finds by these words.' }),
  }),
})

const GiftCardConnection = connectionOf('GiftCard', GiftCard)

builder.queryFields((t) => ({
  giftCards: t.field({
    type: GiftCardConnection,
    nullable: true,
    description: 'The gift cards that can be bought, in the order of the catalogue.',
    args: { ...pageArguments, filter: t.arg({ type: GiftCardFilter, description: 'Only these.' }) },
    extensions: needsPage('public'),
    resolve: (_root, args, context) => giftCards(args, context),
  }),
  giftCard: t.field({
    type: GiftCard,
    nullable: true,
    description: 'One gift card of the catalogue; null where there is no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of a GiftCard.' }) },
    extensions: needs('public'),
    resolve: (_root, args, context) => giftCard(args, context),
  }),
}))
