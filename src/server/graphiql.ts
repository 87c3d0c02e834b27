// GraphiQL: what it opens with. All of it is served from here; nothing comes from elsewhere.
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
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
          ... on Withdrawal {
            kind
            receiveAmount
            receiveCode
          }
          ... on Order {
            orderId
            receiveAmount
            receiveCode
          }
          ... on Deposit { feeAmount }
          ... on CryptoDeposit { address }
          ... on GiftCardPurchase { giftCardName }
        }
      }
    }
  }
}
`

const ORDERS = `# The last paid orders of five merchant projects, and
# what belongs to them.
query Orders {
  projects(first: 5) {
    nodes {
      name
      orders(first: 3, filter: { status: PAID }) {
        totalCount
        nodes {
          orderId
          status
          payAmount
          payCode
          receiveAmount
          receiveCode
          preorder { payUrl multiple }
          transactions {
            nodes { type amount currencyCode }
          }
          callbacks {
            nodes { orderStatus status attempts }
          }
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
    title: sandbox ? 'SANDBOX · SpectroCoin GraphQL gateway' : 'SpectroCoin GraphQL gateway',
    defaultTabs: [WALLET, HISTORY, ORDERS, EXCHANGE, LIVE].map((query) => ({ query })),
    defaultEditorToolsVisibility: false,
    // What each operation has cost is in its answer's extensions.
    headers: '{ "x-explain": "1" }',
    subscriptionsProtocol: 'WS',
    schemaDescription: true,
    inputValueDeprecation: true,
  }
}

/**
 * Its tabs slide to their places when the page comes, and what is left of that makes a tab jump away from under the first click on it; its
 * title leaves its bar where there is little room.
 */
const MENDS = `<style>
.graphiql-tab { transform: none !important }
.graphiql-logo { white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
</style>`

export function renderPage(options?: GraphiQLOptions): string {
  return renderGraphiQL(options).replace('</head>', () => `${MENDS}</head>`)
}
