// graphql-yoga, Pothos and dataloader as they come, on node:http.
import { createServer } from 'node:http'
import SchemaBuilder from '@pothos/core'
import { createYoga } from 'graphql-yoga'
import { createApi } from './api.js'
import { createLoaders } from './loaders.js'

const builder = new SchemaBuilder({})
builder.scalarType('Decimal', { serialize: String })
builder.scalarType('CurrencyCode', { serialize: String, parseValue: String })

const Rate = builder.objectRef('Rate').implement({
  fields: (t) => ({ price: t.field({ type: 'Decimal', nullable: false, resolve: ({ rate }) => rate }) }),
})

const Currency = builder.objectRef('Currency').implement({
  fields: (t) => ({
    code: t.expose('code', { type: 'CurrencyCode', nullable: false }),
    rate: t.field({
      type: Rate,
      args: { base: t.arg({ type: 'CurrencyCode', required: true, defaultValue: 'EUR' }) },
      resolve: async ({ code }, { base }, { loaders }) => (await loaders.rates.load(base)).get(code),
    }),
  }),
})

const Transaction = builder.objectRef('Transaction').implement({
  fields: (t) => ({
    id: t.id({
      nullable: false,
      resolve: ({ accountId, transactionId }) => `Transaction:${accountId}/${transactionId}`,
    }),
    amount: t.expose('amount', { type: 'Decimal', nullable: false }),
    currency: t.field({
      type: Currency,
      resolve: ({ currencyCode }, _args, { loaders }) => loaders.currency.load(currencyCode),
    }),
  }),
})

const TransactionConnection = builder.objectRef('TransactionConnection').implement({
  fields: (t) => ({
    nodes: t.field({
      type: [Transaction],
      nullable: { list: false, items: false },
      resolve: ({ nodes }) => nodes,
    }),
  }),
})

const Account = builder.objectRef('Account').implement({
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ accountId }) => `Account:${accountId}` }),
    currencyCode: t.expose('currencyCode', { type: 'CurrencyCode', nullable: false }),
    balance: t.expose('balance', { type: 'Decimal', nullable: false }),
    available: t.expose('availableBalance', { type: 'Decimal', nullable: false }),
    transactions: t.field({
      type: TransactionConnection,
      args: { first: t.arg.int({ defaultValue: 25 }) },
      resolve: async ({ accountId }, { first }, { api }) => {
        const rows = await api.transactions(accountId, first)
        return { nodes: rows.map((row) => ({ ...row, accountId })) }
      },
    }),
  }),
})

const DepositAddress = builder.objectRef('DepositAddress').implement({
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ addressId }) => `DepositAddress:${addressId}` }),
    address: t.exposeString('address', { nullable: false }),
    currencyCode: t.expose('currencyCode', { type: 'CurrencyCode', nullable: false }),
    network: t.exposeString('networkCode', { nullable: true }),
  }),
})

const InvalidInput = builder.objectRef('InvalidInput').implement({
  fields: (t) => ({ message: t.exposeString('message', { nullable: false }) }),
})

const CreateDepositAddressInput = builder.inputType('CreateDepositAddressInput', {
  fields: (t) => ({ currency: t.field({ type: 'CurrencyCode', required: true }), network: t.string() }),
})

const CreateDepositAddressResult = builder.unionType('CreateDepositAddressResult', {
  types: [DepositAddress, InvalidInput],
  resolveType: ({ addressId }) => (addressId ? DepositAddress : InvalidInput),
})

builder.queryType({
  fields: (t) => ({
    accounts: t.field({
      type: [Account],
      nullable: { list: true, items: false },
      resolve: (_root, _args, { api }) => api.accounts(),
    }),
    account: t.field({
      type: Account,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { api }) => api.account(id.slice('Account:'.length)),
    }),
  }),
})

builder.mutationType({
  fields: (t) => ({
    createDepositAddress: t.field({
      type: CreateDepositAddressResult,
      nullable: true,
      args: { input: t.arg({ type: CreateDepositAddressInput, required: true }) },
      resolve: (_root, { input }, { api }) =>
        api.createDepositAddress({ currencyCode: input.currency, networkCode: input.network }),
    }),
  }),
})

const yoga = createYoga({
  schema: builder.toSchema(),
  context: ({ request }) => {
    const api = createApi(request.headers.get('authorization'))
    return { api, loaders: createLoaders(api) }
  },
})
const server = createServer(yoga)
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/graphql`))
