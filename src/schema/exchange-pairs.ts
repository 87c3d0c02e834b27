// Exchange pairs, their live rates, and quotes.
import { exchangePairs, exchangeQuote } from '../resolvers/exchange-pairs.ts'
import { liveExchangeRate } from '../resolvers/live.ts'
import { builder } from './builder.ts'
import { AmountOutOfRange, InvalidInput, PairNotSupported } from './errors.ts'
import { needs } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Currency } from './objects.ts'
import { CURRENCIES, EXCHANGE_PAIRS } from './shared-calls.ts'
import { sized } from './sizes.ts'
import type {
  ExchangePair as ExchangePairShape,
  ExchangeQuote as ExchangeQuoteShape,
  ExchangeRate as ExchangeRateShape,
} from '../upstream/exchange-pairs.ts'
import type { Size } from './sizes.ts'

const ExchangeRate = builder.objectRef<ExchangeRateShape>('ExchangeRate').implement({
  description: 'What an exchange would give now.',
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "ExchangeRate:EUR-BTC", for a client\'s cache. Not for `node`.',
      resolve: ({ payCode, receiveCode }) => globalId('ExchangeRate', `${payCode}-${receiveCode}`),
    }),
    payCode: t.expose('payCode', { type: 'CurrencyCode', nullable: false, description: 'The currency that leaves.' }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency that arrives.',
    }),
    rate: t.expose('rate', { type: 'Decimal', nullable: false, description: 'Receive per 1 pay.' }),
    asOf: t.expose('asOf', { type: 'DateTime', nullable: false, description: "SpectroCoin's own time of the rate." }),
    stale: t.exposeBoolean('stale', {
      nullable: false,
      description: 'True while SpectroCoin does not answer and this is the last that it said.',
    }),
  }),
})

const ExchangePair = builder.objectRef<ExchangePairShape>('ExchangePair').implement({
  description: 'Two currencies that can be exchanged, in one direction.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "ExchangePair:c9a6b0de".',
      resolve: ({ id }) => globalId('ExchangePair', id),
    }),
    pay: t.field({
      type: Currency,
      nullable: true,
      description: 'The currency that leaves.',
      extensions: needs('public', CURRENCIES),
      resolve: ({ payCode }, _args, { loaders }) => loaders.currency.load(payCode),
    }),
    receive: t.field({
      type: Currency,
      nullable: true,
      description: 'The currency that arrives.',
      extensions: needs('public', CURRENCIES),
      resolve: ({ receiveCode }, _args, { loaders }) => loaders.currency.load(receiveCode),
    }),
    payCode: t.expose('payCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The code of the currency that leaves.',
    }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The code of the currency that arrives.',
    }),
    minPayAmount: t.expose('minPayAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'The least that can be paid, in `payCode`; null: not told.',
    }),
    maxPayAmount: t.expose('maxPayAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'The most that can be paid, in `payCode`; null: not told.',
    }),
    enabled: t.exposeBoolean('enabled', { nullable: true, description: 'Whether it can be exchanged now.' }),
    rate: t.field({
      type: ExchangeRate,
      nullable: true,
      description: 'What an exchange would give now.',
      extensions: needs('exchange:create'),
      resolve: ({ payCode, receiveCode }, _args, { loaders }) => loaders.exchangeRate.load({ payCode, receiveCode }),
    }),
  }),
})

/** There are about a hundred of them, about twenty with a currency on one side, and one with both. */
const pairsLeft: Size = ({ payCode, receiveCode }) => (payCode && receiveCode ? 1 : payCode || receiveCode ? 20 : 100)

export const ExchangeAmount = builder.inputType('ExchangeAmount', {
  description: 'Which side is given; the other one is computed. Exactly one of them.',
  isOneOf: true,
  fields: (t) => ({
    payAmount: t.field({ type: 'Decimal', description: 'What is to leave, in `payCode`; above zero.' }),
    receiveAmount: t.field({ type: 'Decimal', description: 'What is to arrive, in `receiveCode`; above zero.' }),
  }),
})

const ExchangeQuoteInput = builder.inputType('ExchangeQuoteInput', {
  description: 'What to quote.',
  fields: (t) => ({
    payCode: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that is to leave.' }),
    receiveCode: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that is to arrive.' }),
    amount: t.field({ type: ExchangeAmount, required: true, description: 'One of the two amounts.' }),
  }),
})

const ExchangeQuote = builder.objectRef<ExchangeQuoteShape>('ExchangeQuote').implement({
  description: 'What an exchange would give at the current rate. Binds nobody.',
  fields: (t) => ({
    payAmount: t.expose('payAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What would leave, in `payCode`.',
    }),
    payCode: t.expose('payCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency that would leave.',
    }),
    receiveAmount: t.expose('receiveAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What would arrive, in `receiveCode`.',
    }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency that would arrive.',
    }),
    rate: t.expose('rate', { type: 'Decimal', nullable: false, description: 'Receive per 1 pay.' }),
    asOf: t.expose('asOf', { type: 'DateTime', nullable: false, description: 'When SpectroCoin answered.' }),
  }),
})

const ExchangeQuoteResult = builder.unionType('ExchangeQuoteResult', {
  description: 'A quote, or why there is none.',
  types: [ExchangeQuote, InvalidInput, AmountOutOfRange, PairNotSupported],
  resolveType: ({ __typename }) => __typename,
})

builder.queryFields((t) => ({
  exchangePairs: t.field({
    type: [ExchangePair],
    nullable: { list: true, items: false },
    description: 'The pairs that can be exchanged.',
    args: {
      payCode: t.arg({ type: 'CurrencyCode', description: 'Only those that pay this currency.' }),
      receiveCode: t.arg({ type: 'CurrencyCode', description: 'Only those that receive this currency.' }),
    },
    extensions: { ...needs('exchange:read', EXCHANGE_PAIRS), ...sized(pairsLeft) },
    resolve: (_root, args, context) => exchangePairs(args, context),
  }),
  exchangeQuote: t.field({
    type: ExchangeQuoteResult,
    nullable: true,
    description: 'What an exchange would give now. Moves nothing.',
    args: { input: t.arg({ type: ExchangeQuoteInput, required: true, description: 'What to quote.' }) },
    extensions: needs('exchange:create'),
    resolve: (_root, args, context) => exchangeQuote(args, context),
  }),
}))

builder.subscriptionField('liveExchangeRate', (t) =>
  t.field({
    type: ExchangeRate,
    nullable: false,
    description:
      'What an exchange would give now: at once, and whenever it has changed. A pair that cannot be exchanged is an error NOT_FOUND, and the end.',
    args: {
      payCode: t.arg({ type: 'CurrencyCode', required: true, description: 'The currency that would leave.' }),
      receiveCode: t.arg({ type: 'CurrencyCode', required: true, description: 'The currency that would arrive.' }),
    },
    extensions: needs('exchange:create'),
    subscribe: (_root, args, context) => liveExchangeRate(args, context),
    resolve: (rate) => rate,
  }),
)
