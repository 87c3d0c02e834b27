// Accounts and what they are worth.
import { account, accounts, accountValue, portfolio } from '../resolvers/accounts.ts'
import { accountAddresses, checkNetwork } from '../resolvers/deposit-addresses.ts'
import { checkList } from '../resolvers/filters.ts'
import { transactions } from '../resolvers/transactions.ts'
import { builder } from './builder.ts'
import { checks } from './checks.ts'
import { pageArguments } from './connections.ts'
import { ADDRESS_SCOPES } from './deposit-addresses.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Account, Currency, DepositAddress } from './objects.ts'
import { ACCOUNTS, ADDRESSES, ANY_ACCOUNT, CURRENCIES, RATES_IN } from './shared-calls.ts'
import { sized, sizedBy, WHOLE_LIST } from './sizes.ts'
import { TransactionConnection, TransactionFilter } from './transactions.ts'
import type { Portfolio as PortfolioShape } from '../resolvers/accounts.ts'

const inCurrency = builder.args((t) => ({
  in: t.field({
    type: 'CurrencyCode',
    required: true,
    defaultValue: 'EUR',
    description: 'The currency that the worth is expressed in.',
  }),
}))

Account.implement({
  description: 'An account of the caller, in one currency.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "Account:7f0c5b52".',
      resolve: ({ id }) => globalId('Account', id),
    }),
    currency: t.field({
      type: Currency,
      nullable: true,
      description: 'The currency of all its amounts.',
      extensions: needs('public', CURRENCIES),
      resolve: ({ currencyCode }, _args, { loaders }) => loaders.currency.load(currencyCode),
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The code of its currency.',
    }),
    balance: t.expose('balance', {
      type: 'Decimal',
      nullable: false,
      description: 'All that is in it, reserved or not, in its currency.',
    }),
    available: t.expose('available', {
      type: 'Decimal',
      nullable: false,
      description: 'What can be spent now, in its currency.',
    }),
    reserved: t.expose('reserved', {
      type: 'Decimal',
      nullable: true,
      description: 'What pending operations hold, in its currency.',
    }),
    value: t.field({
      type: 'Decimal',
      nullable: true,
      description:
        "The balance at the live rate, rounded half to even at that currency's scale; null where there is no rate.",
      args: inCurrency,
      extensions: needs('public', RATES_IN, CURRENCIES),
      resolve: (self, args, context) => accountValue(self, args, context),
    }),
    transactions: t.field({
      type: TransactionConnection,
      nullable: true,
      description: 'What came in and went out, newest first.',
      args: { ...pageArguments, filter: t.arg({ type: TransactionFilter, description: 'Only these.' }) },
      extensions: { ...needsPage('account-transaction:read'), ...checks(checkList) },
      resolve: ({ id }, args, context) => transactions({ ...args, accountId: id }, context),
    }),
    depositAddresses: t.field({
      type: [DepositAddress],
      nullable: { list: true, items: false },
      description: 'The addresses that crypto for it arrives at.',
      args: { network: t.arg.string({ description: 'Only those of the chain with this code.' }) },
      extensions: { ...needs(ADDRESS_SCOPES, ADDRESSES), ...sized(WHOLE_LIST), ...checks(checkNetwork) },
      resolve: (self, args, context) => accountAddresses(self, args, context),
    }),
  }),
})

const Portfolio = builder.objectRef<PortfolioShape>('Portfolio').implement({
  description: 'What all accounts of the caller are worth together.',
  fields: (t) => ({
    total: t.expose('total', {
      type: 'Decimal',
      nullable: false,
      description:
        'The sum of all balances at the live rates, rounded once, half to even, at the scale of the currency it is expressed in.',
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of the total.',
    }),
    asOf: t.expose('asOf', {
      type: 'DateTime',
      nullable: false,
      description: 'The time of the oldest rate in the total; now where none was needed.',
    }),
    unpriced: t.expose('unpriced', {
      type: ['CurrencyCode'],
      nullable: { list: false, items: false },
      description: 'Currencies that were left out of the total for want of a rate.',
    }),
    accounts: t.field({
      type: [Account],
      nullable: { list: false, items: false },
      description: 'All accounts, the unpriced ones too.',
      extensions: sized(WHOLE_LIST),
      resolve: ({ accounts: all }) => all,
    }),
  }),
})

builder.queryFields((t) => ({
  accounts: t.field({
    type: [Account],
    nullable: { list: true, items: false },
    description: 'All accounts of the caller.',
    args: { currencies: t.arg({ type: ['CurrencyCode'], description: 'Only those in these currencies.' }) },
    extensions: { ...needs('account:read', ACCOUNTS), ...sizedBy('currencies') },
    resolve: (_root, args, context) => accounts(args, context),
  }),
  account: t.field({
    type: Account,
    nullable: true,
    description: 'One account; null where the caller has no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of an Account.' }) },
    extensions: needs('account:read', ANY_ACCOUNT),
    resolve: (_root, args, context) => account(args, context),
  }),
  portfolio: t.field({
    type: Portfolio,
    nullable: true,
    description: 'What all accounts are worth together; null where the currency is not known.',
    args: inCurrency,
    extensions: needs('account:read', ACCOUNTS, RATES_IN, CURRENCIES),
    resolve: (_root, args, context) => portfolio(args, context),
  }),
}))
