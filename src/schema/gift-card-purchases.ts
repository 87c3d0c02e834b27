// Purchases of gift cards.
import {
  createGiftCardPurchase,
  giftCardPurchase,
  giftCardPurchases,
  payGiftCardPurchase,
  purchasedCards,
} from '../resolvers/gift-card-purchases.ts'
import { builder } from './builder.ts'
import { connectionOf, pageArguments } from './connections.ts'
import {
  AmountOutOfRange,
  IdempotencyConflict,
  InsufficientFunds,
  InvalidInput,
  Refused,
  StateConflict,
} from './errors.ts'
import { MoneyInput } from './money-input.ts'
import { movesMoney, needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { GiftCard, GiftCardPurchase, OutcomeUnknown } from './objects.ts'
import { MADE_SECRET } from './shared-calls.ts'
import { WithdrawFrom } from './withdraw-from.ts'
import type { GiftCardCode as GiftCardCodeShape } from '../upstream/gift-card-purchases.ts'

const GiftCardPurchaseStatus = builder.enumType('GiftCardPurchaseStatus', {
  description: 'How far a purchase has come.',
  values: {
    NEW: { description: 'Started; nothing is paid.' },
    PENDING: { description: 'Being paid.' },
    PAID: { description: 'Paid; the cards are there.' },
    FAILED: { description: 'Did not happen.' },
    EXPIRED: { description: 'Not paid in time.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet; `statusText` has it. Not for inputs.' },
  } as const,
})

const GiftCardCode = builder.objectRef<GiftCardCodeShape>('GiftCardCode').implement({
  description: 'A gift card that was bought. Whoever knows it can spend it.',
  fields: (t) => ({
    code: t.exposeString('code', { nullable: true, description: 'What it is spent by.' }),
    pin: t.exposeString('pin', { nullable: true, description: 'What the code takes besides.' }),
    url: t.exposeString('url', { nullable: true, description: 'Where it is shown or spent.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'Until when it can be spent.' }),
  }),
})

GiftCardPurchase.implement({
  description: 'A purchase of gift cards of one kind.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "GiftCardPurchase:e1c1a0f4".',
      resolve: ({ id }) => globalId('GiftCardPurchase', id),
    }),
    status: t.expose('status', { type: GiftCardPurchaseStatus, nullable: false, description: 'How far it has come.' }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    giftCard: t.field({
      type: GiftCard,
      nullable: true,
      description: 'What is bought; null where SpectroCoin does not say, or the catalogue no longer has it.',
      extensions: needs('public'),
      resolve: ({ giftCardId }, _args, { loaders }) => (giftCardId === null ? null : loaders.giftCard.load(giftCardId)),
    }),
    giftCardName: t.exposeString('giftCardName', { nullable: true, description: 'The name of what is bought.' }),
    quantity: t.exposeInt('quantity', { nullable: true, description: 'How many cards.' }),
    amount: t.expose('amount', {
      type: 'Decimal',
      nullable: false,
      description:
        'The face value, in `currencyCode`. SpectroCoin does not say whether of one card or of all; `payAmount` is for all.',
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of the face value.',
    }),
    payAmount: t.expose('payAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'What is to be paid for all, in `payCode`.',
    }),
    payCode: t.expose('payCode', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency that it is paid in.',
    }),
    validUntil: t.expose('validUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'When the time to pay is over.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was started.' }),
    cards: t.field({
      type: [GiftCardCode],
      nullable: { list: true, items: false },
      description:
        'The cards, which are as good as money; null until it is PAID and they are there. After a mutation they cost a call.',
      extensions: needs('purchase-gift-card:read', MADE_SECRET),
      resolve: (self, _args, context) => purchasedCards(self, context),
    }),
  }),
})

const CreateGiftCardPurchaseInput = builder.inputType('CreateGiftCardPurchaseInput', {
  description: 'A purchase of gift cards to start.',
  fields: (t) => ({
    giftCardId: t.id({ required: true, description: 'The id of a GiftCard.' }),
    amount: t.field({
      type: MoneyInput,
      required: true,
      description:
        "The face value of one card, in the gift card's currency: one of its denominations, or within its bounds.",
    }),
    quantity: t.int({ required: true, defaultValue: 1, description: 'How many cards, 1 to 100.' }),
    payCode: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that is to be paid in.' }),
  }),
})

const CreateGiftCardPurchaseResult = builder.unionType('CreateGiftCardPurchaseResult', {
  description: 'The purchase, or why there is none.',
  types: [GiftCardPurchase, InvalidInput, AmountOutOfRange],
  resolveType: ({ __typename }) => __typename,
})

const PayGiftCardPurchaseInput = builder.inputType('PayGiftCardPurchaseInput', {
  description: 'A purchase of gift cards to pay for.',
  fields: (t) => ({
    idempotencyKey: t.id({
      required: true,
      description: "The caller's own word for this payment, 1 to 200 characters: the same key never pays twice.",
    }),
    id: t.id({ required: true, description: 'The id of a GiftCardPurchase.' }),
    from: t.field({
      type: WithdrawFrom,
      required: true,
      description: 'The account that pays. By its currency it costs one call more, with the scope `account:read`.',
    }),
  }),
})

const PayGiftCardPurchaseResult = builder.unionType('PayGiftCardPurchaseResult', {
  description: 'The purchase, or why it is not paid, or that nobody knows.',
  types: () => [
    GiftCardPurchase,
    InvalidInput,
    InsufficientFunds,
    StateConflict,
    IdempotencyConflict,
    OutcomeUnknown,
    Refused,
  ],
  resolveType: ({ __typename }) => __typename,
})

const GiftCardPurchaseConnection = connectionOf('GiftCardPurchase', GiftCardPurchase)

builder.queryFields((t) => ({
  giftCardPurchase: t.field({
    type: GiftCardPurchase,
    nullable: true,
    description: 'One purchase of gift cards; null where the caller has no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of a GiftCardPurchase.' }) },
    extensions: needs('purchase-gift-card:read'),
    resolve: (_root, args, context) => giftCardPurchase(args, context),
  }),
  giftCardPurchases: t.field({
    type: GiftCardPurchaseConnection,
    nullable: true,
    description: 'The purchases of gift cards by the caller, newest first.',
    args: pageArguments,
    extensions: needsPage('purchase-gift-card:read'),
    resolve: (_root, args, context) => giftCardPurchases(args, context),
  }),
}))

builder.mutationFields((t) => ({
  createGiftCardPurchase: t.field({
    type: CreateGiftCardPurchaseResult,
    nullable: true,
    description: 'Starts a purchase of gift cards, to be paid by `payGiftCardPurchase`. Nothing leaves an account yet.',
    args: { input: t.arg({ type: CreateGiftCardPurchaseInput, required: true, description: 'What to buy.' }) },
    extensions: needs('purchase-gift-card:pay'),
    resolve: (_root, args, context) => createGiftCardPurchase(args, context),
  }),
  payGiftCardPurchase: t.field({
    type: PayGiftCardPurchaseResult,
    nullable: true,
    description: 'Pays for a purchase of gift cards from an account, at most once for a key.',
    args: { input: t.arg({ type: PayGiftCardPurchaseInput, required: true, description: 'What to pay for.' }) },
    extensions: movesMoney('purchase-gift-card:pay', 2),
    resolve: (_root, args, context) => payGiftCardPurchase(args, context),
  }),
}))
