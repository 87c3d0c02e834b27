// Currencies and their networks.
import { currencies, currency } from '../resolvers/currencies.ts'
import { rate } from '../resolvers/rates.ts'
import { accountIn } from '../resolvers/accounts.ts'
import { builder } from './builder.ts'
import { needs } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Account, Currency, Rate } from './objects.ts'
import { ACCOUNTS, CURRENCIES, RATES_OF_BASE } from './shared-calls.ts'
import { sized, WHOLE_LIST } from './sizes.ts'
import type { Network as NetworkShape } from '../upstream/currencies.ts'

const CurrencyKind = builder.enumType('CurrencyKind', {
  description: 'What sort of money a currency is.',
  values: {
    FIAT: { description: 'Money of a state.' },
    CRYPTO: { description: 'Money of a chain.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet. Not for inputs.' },
  } as const,
})

const Network = builder.objectRef<NetworkShape>('Network').implement({
  description: 'A chain over which a currency moves.',
  fields: (t) => ({
    code: t.exposeString('code', { nullable: false, description: 'As inputs want it, e.g. "TRX".' }),
    name: t.exposeString('name', { nullable: false, description: 'For people.' }),
    memoRequired: t.exposeBoolean('memoRequired', {
      nullable: true,
      description: 'Whether an address is of no use without a memo or tag.',
    }),
    confirmations: t.exposeInt('confirmations', { nullable: true, description: 'Blocks until a deposit counts.' }),
    minDepositAmount: t.expose('minDepositAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'The least that is credited, in the currency.',
    }),
  }),
})

Currency.implement({
  description: 'A currency that can be held, paid in or priced. Public, and kept for minutes.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "Currency:BTC".',
      resolve: ({ code }) => globalId('Currency', code),
    }),
    code: t.expose('code', { type: 'CurrencyCode', nullable: false, description: 'As SpectroCoin spells it.' }),
    name: t.exposeString('name', { nullable: false, description: 'E.g. "Bitcoin".' }),
    symbol: t.exposeString('symbol', { nullable: true, description: 'E.g. "₿".' }),
    kind: t.expose('kind', { type: CurrencyKind, nullable: false, description: 'Fiat or crypto.' }),
    scale: t.exposeInt('scale', { nullable: false, description: 'Places behind the point of its amounts.' }),
    enabled: t.exposeBoolean('enabled', { nullable: true, description: 'Whether it is in use at all.' }),
    depositEnabled: t.exposeBoolean('depositEnabled', { nullable: true, description: 'Whether it can come in now.' }),
    withdrawalEnabled: t.exposeBoolean('withdrawalEnabled', {
      nullable: true,
      description: 'Whether it can go out now.',
    }),
    exchangeEnabled: t.exposeBoolean('exchangeEnabled', {
      nullable: true,
      description: 'Whether it can be exchanged now.',
    }),
    networks: t.field({
      type: [Network],
      nullable: { list: false, items: false },
      description: 'The chains it moves over; empty for fiat.',
      resolve: ({ networks }) => networks,
    }),
    rate: t.field({
      type: Rate,
      nullable: true,
      description: 'What one unit is worth now; null where there is no rate in this base.',
      args: {
        base: t.arg({
          type: 'CurrencyCode',
          required: true,
          defaultValue: 'EUR',
          description: 'The currency of the price.',
        }),
      },
      extensions: needs('public', RATES_OF_BASE),
      resolve: ({ code }, { base }, context) => rate({ currency: code, base }, context),
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: "The caller's account in this currency, if there is one.",
      extensions: needs('account:read', ACCOUNTS),
      resolve: ({ code }, _args, context) => accountIn(code, context),
    }),
  }),
})

builder.queryFields((t) => ({
  currencies: t.field({
    type: [Currency],
    nullable: { list: true, items: false },
    description: "All currencies, in SpectroCoin's order.",
    args: { kind: t.arg({ type: CurrencyKind, description: 'Only these.' }) },
    extensions: { ...needs('public', CURRENCIES), ...sized(WHOLE_LIST) },
    resolve: (_root, args, context) => currencies(args, context),
  }),
  currency: t.field({
    type: Currency,
    nullable: true,
    description: 'One currency by its code; null where there is none.',
    args: { code: t.arg({ type: 'CurrencyCode', required: true, description: 'E.g. "BTC".' }) },
    extensions: needs('public', CURRENCIES),
    resolve: (_root, args, context) => currency(args, context),
  }),
}))
