// Live and past rates.
import { liveRate, liveRates } from '../resolvers/live.ts'
import { rateHistory, rates } from '../resolvers/rates.ts'
import { builder } from './builder.ts'
import { needs } from './needs.ts'
import { globalId } from './nodes.ts'
import { Currency, Rate } from './objects.ts'
import { CURRENCIES, RATES_OF_BASE } from './shared-calls.ts'
import { sizedBy } from './sizes.ts'
import type { Rate as RateShape, RatePoint as RatePointShape } from '../upstream/rates.ts'

Rate.implement({
  description: 'What a currency is worth now, in a base. Public.',
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "Rate:BTC-EUR", so that a client\'s cache moves when a live value arrives. Not for `node`.',
      resolve: ({ currencyCode, baseCode }) => globalId('Rate', `${currencyCode}-${baseCode}`),
    }),
    currency: t.field({
      type: Currency,
      nullable: true,
      description: 'The currency that is priced.',
      extensions: needs('public', CURRENCIES),
      resolve: ({ currencyCode }, _args, { loaders }) => loaders.currency.load(currencyCode),
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The code of the currency that is priced.',
    }),
    baseCode: t.expose('baseCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of the price.',
    }),
    price: t.expose('price', {
      type: 'Decimal',
      nullable: false,
      description: 'Units of the base for 1 unit of the currency.',
    }),
    change24h: t.expose('change24h', {
      type: 'Decimal',
      nullable: true,
      description: 'Change over 24 hours, in per cent, signed.',
    }),
    asOf: t.expose('asOf', { type: 'DateTime', nullable: false, description: "SpectroCoin's own time of the price." }),
    stale: t.exposeBoolean('stale', {
      nullable: false,
      description: 'True while SpectroCoin does not answer and this is the last that it said.',
    }),
  }),
})

const RateInterval = builder.enumType('RateInterval', {
  description: 'How far apart the points of a history are.',
  values: {
    HOUR: { description: 'One point an hour.' },
    DAY: { description: 'One point a day.' },
    WEEK: { description: 'One point a week.' },
  } as const,
})

const RatePoint = builder.objectRef<RatePointShape>('RatePoint').implement({
  description: 'One point of a history of rates.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', nullable: false, description: 'When the price held.' }),
    price: t.expose('price', {
      type: 'Decimal',
      nullable: false,
      description: 'Units of the base for 1 unit of the currency.',
    }),
  }),
})

const base = builder.args((t) => ({
  base: t.field({
    type: 'CurrencyCode',
    required: true,
    defaultValue: 'EUR',
    description: 'The currency of the prices.',
  }),
}))

builder.queryFields((t) => ({
  rates: t.field({
    type: [Rate],
    nullable: { list: true, items: false },
    description: 'Live rates in one base. A currency without a rate is left out; null where the base is not known.',
    args: {
      currencies: t.arg({
        type: ['CurrencyCode'],
        description: 'Only these, in this order; all where it is left out.',
      }),
      ...base,
    },
    extensions: { ...needs('public', RATES_OF_BASE), ...sizedBy('currencies') },
    resolve: (_root, args, context) => rates(args, context),
  }),
  rateHistory: t.field({
    type: [RatePoint],
    nullable: { list: true, items: false },
    description: 'Past rates of one currency, oldest first; null where currency or base is not known.',
    args: {
      currency: t.arg({ type: 'CurrencyCode', required: true, description: 'The currency that is priced.' }),
      ...base,
      from: t.arg({ type: 'DateTime', required: true, description: 'The first instant.' }),
      to: t.arg({ type: 'DateTime', description: 'The instant behind the last one; now where it is left out.' }),
      interval: t.arg({
        type: RateInterval,
        required: true,
        defaultValue: 'DAY',
        description: 'How far apart the points are. SpectroCoin gives 1,000 points at most.',
      }),
    },
    extensions: needs('public'),
    resolve: (_root, args, context) => rateHistory(args, context),
  }),
}))

builder.subscriptionFields((t) => ({
  liveRate: t.field({
    type: Rate,
    nullable: false,
    description:
      'One live rate: at once, and whenever it has changed. An unknown currency is an error NOT_FOUND, and the end.',
    args: {
      currency: t.arg({ type: 'CurrencyCode', required: true, description: 'The currency that is priced.' }),
      ...base,
    },
    extensions: needs('public'),
    subscribe: (_root, args, context) => liveRate(args, context),
    resolve: ([only]) => only as RateShape,
  }),
  liveRates: t.field({
    type: [Rate],
    nullable: { list: false, items: false },
    description:
      'Several live rates: all of them at once, and all of them whenever one has changed. An unknown currency is an error NOT_FOUND, and the end.',
    args: {
      currencies: t.arg({
        type: ['CurrencyCode'],
        required: true,
        description: '1 to 100 currencies that are priced.',
      }),
      ...base,
    },
    extensions: { ...needs('public'), ...sizedBy('currencies') },
    subscribe: (_root, args, context) => liveRates(args, context),
    resolve: (all) => all,
  }),
}))
