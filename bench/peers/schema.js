// The part of the gateway's graph that is measured, as SDL with resolvers: mercurius and Apollo Server serve it.
import { GraphQLScalarType } from 'graphql'

export const typeDefs = /* GraphQL */ `
  scalar CurrencyCode
  scalar Decimal

  type Query {
    accounts: [Account!]
    account(id: ID!): Account
  }

  type Mutation {
    createDepositAddress(input: CreateDepositAddressInput!): CreateDepositAddressResult
  }

  input CreateDepositAddressInput {
    currency: CurrencyCode!
    network: String
  }

  union CreateDepositAddressResult = DepositAddress | InvalidInput

  type DepositAddress {
    id: ID!
    address: String!
    currencyCode: CurrencyCode!
    network: String
  }

  type InvalidInput {
    message: String!
  }

  type Account {
    id: ID!
    currencyCode: CurrencyCode!
    balance: Decimal!
    available: Decimal!
    transactions(first: Int = 25): TransactionConnection
  }

  type TransactionConnection {
    nodes: [Transaction!]!
  }

  type Transaction {
    id: ID!
    amount: Decimal!
    currency: Currency
  }

  type Currency {
    code: CurrencyCode!
    rate(base: CurrencyCode! = "EUR"): Rate
  }

  type Rate {
    price: Decimal!
  }
`

/** What a context holds: `api`, and `loaders` of rates by base and currencies by code. */
export const resolvers = {
  Decimal: new GraphQLScalarType({ name: 'Decimal', serialize: String }),
  CurrencyCode: new GraphQLScalarType({ name: 'CurrencyCode', serialize: String, parseValue: String }),
  Query: {
    accounts: (_root, _args, { api }) => api.accounts(),
    account: (_root, { id }, { api }) => api.account(id.slice('Account:'.length)),
  },
  Mutation: {
    createDepositAddress: async (_root, { input }, { api }) => {
      const made = await api.createDepositAddress({ currencyCode: input.currency, networkCode: input.network })
      return { __typename: 'DepositAddress', ...made }
    },
  },
  DepositAddress: { id: ({ addressId }) => `DepositAddress:${addressId}`, network: ({ networkCode }) => networkCode },
  Account: {
    id: ({ accountId }) => `Account:${accountId}`,
    available: ({ availableBalance }) => availableBalance,
    transactions: async ({ accountId }, { first }, { api }) => {
      const rows = await api.transactions(accountId, first)
      return { nodes: rows.map((row) => ({ ...row, accountId })) }
    },
  },
  Transaction: {
    id: ({ accountId, transactionId }) => `Transaction:${accountId}/${transactionId}`,
    currency: ({ currencyCode }, _args, { loaders }) => loaders.currency.load(currencyCode),
  },
  Currency: {
    rate: async ({ code }, { base }, { loaders }) => (await loaders.rates.load(base)).get(code),
  },
  Rate: { price: ({ rate }) => rate },
}
