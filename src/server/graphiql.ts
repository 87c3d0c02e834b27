// GraphiQL: what it opens with. All of it is served from here; nothing comes from elsewhere.
import type { GraphiQLOptions } from 'graphql-yoga'

// Lines of at most 54 characters: a longer one would run under the button that runs it.

const WALLET = `# The wallet at a glance: one call for the
# accounts, one for the rates, one for the currencies.
query Wallet {
  viewer { name sandbox }
  portfolio(in: "EUR") {
    total
    currencyCode
    unpriced
  }
  accounts {
    id
    balance
    available
    currency { code name scale }
    value(in: "EUR")
  }
}
`

const HISTORY = `# An account's last lines, and what is behind each.
query History {
  accounts(currencies: ["BTC"]) {
    currencyCode
    balance
    transactions(first: 10) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        date
        type
        amount
        description
        source {
          __typename
          ... on Exchange {
            payAmount
            payCode
            receiveAmount
            receiveCode
            rate
          }
          ... on CryptoWithdrawal {
            address
            receiveAmount
            transactionHash
          }
          ... on Order {
            orderId
            receiveAmount
            receiveCode
          }
        }
      }
    }
  }
}
`

const ORDERS = `# The orders of each merchant project.
query Orders {
  projects {
    nodes {
      name
      orders(first: 10) {
        totalCount
        nodes {
          orderId
          status
          payAmount
          payCode
          receiveAmount
          receiveCode
          createdAt
        }
      }
    }
  }
}
`

const EXCHANGE = `# A quote moves nothing; the exchange does, once for
# a key. The button asks which of the two to run.
query Quote {
  exchangeQuote(
    input: {
      payCode: "EUR"
      receiveCode: "BTC"
      amount: { payAmount: "25.00" }
    }
  ) {
    __typename
    ... on ExchangeQuote {
      payAmount
      payCode
      receiveAmount
      receiveCode
      rate
    }
    ... on Error { message }
  }
}

mutation Exchange {
  createExchange(
    input: {
      idempotencyKey: "my-first-exchange"
      payAmount: "25.00"
      between: {
        currencies: {
          payCode: "EUR"
          receiveCode: "BTC"
        }
      }
    }
  ) {
    __typename
    ... on Exchange {
      id
      status
      payAmount
      payCode
      receiveAmount
      receiveCode
      payAccount { balance }
    }
    ... on Error { message }
    ... on OutcomeUnknown { operation { state } }
  }
}
`

const LIVE = `# Live rates over a websocket: the first values at
# once, then each change.
subscription Live {
  liveRates(currencies: ["BTC", "ETH"], base: "EUR") {
    currencyCode
    price
    change24h
    asOf
    stale
  }
}
`

/** What yoga's renderer is told; `sandbox` makes the title say that everything is invented. */
export function graphiqlOptions(sandbox: boolean): GraphiQLOptions {
  return {
    title: sandbox ? 'SANDBOX: invented data · SpectroCoin GraphQL gateway' : 'SpectroCoin GraphQL gateway',
    defaultTabs: [WALLET, HISTORY, ORDERS, EXCHANGE, LIVE].map((query) => ({ query })),
    defaultEditorToolsVisibility: false,
    subscriptionsProtocol: 'WS',
    schemaDescription: true,
    inputValueDeprecation: true,
  }
}
