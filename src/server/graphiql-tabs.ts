// The operations that GraphiQL opens with, a tab each.

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

const LIVE = `# Live rates: the first values at once, then each
# change.
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

export const TABS = [WALLET, HISTORY, ORDERS, EXCHANGE, LIVE]
