// What is measured: requests that all differ, what each must be answered, and the upstream calls that it takes.
import { ACCOUNTS, ADDRESS, BASES, EXCHANGED, FORBIDDEN_ID, priceOf, TRANSACTIONS } from './data.ts'

/** The upstream's routes, each counted apart. */
export type Route =
  'accounts' | 'account' | 'transactions' | 'rates' | 'currencies' | 'depositAddress' | 'pairs' | 'exchange' | 'unknown'
export type Calls = Partial<Record<Route, number>>

export interface Request {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

export interface Scenario {
  readonly name: string
  /** For the report. */
  readonly what: string
  /** The nth of them. */
  request(n: number): Request
  /** The data of its answer. */
  expected(n: number): unknown
  /** Paths of the errors beside it. */
  readonly failing?: readonly (readonly string[])[]
  readonly calls: Calls
  /** The one server that can be asked this; all unless told. */
  readonly only?: string
}

const [first] = ACCOUNTS as [(typeof ACCOUNTS)[number]]

export const Q1 = `query ($base: CurrencyCode!) {
  accounts {
    id
    currencyCode
    balance
    transactions(first: 50) {
      nodes {
        id
        amount
        currency {
          code
          rate(base: $base) {
            price
          }
        }
      }
    }
  }
}`

export const Q2 = `{
  account(id: "Account:${first.id}") {
    id
    currencyCode
    balance
    available
  }
}`

export const Q2V = `query ($id: ID!) {
  account(id: $id) {
    id
    currencyCode
    balance
    available
  }
}`

export const Q3 = '{ __typename }'

export const MUTATION = `mutation ($currency: CurrencyCode!, $network: String) {
  createDepositAddress(input: { currency: $currency, network: $network }) {
    ... on DepositAddress {
      id
      address
      currencyCode
      network
    }
  }
}`

const EXCHANGE = `mutation ($key: ID!) {
  createExchange(
    input: {
      idempotencyKey: $key
      payAmount: "1.5"
      between: { currencies: { payCode: "BTC", receiveCode: "EUR" } }
    }
  ) {
    ... on Exchange {
      id
      status
      payAmount
      receiveAmount
    }
  }
}`

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'Q1',
    what: '20 accounts, 50 transactions each, the rate of each',
    request: (n) => ({ query: Q1, variables: { base: baseOf(n) } }),
    expected: (n) => ({ accounts: ACCOUNTS.map((account) => withTransactions(account, baseOf(n))) }),
    calls: { accounts: 1, transactions: ACCOUNTS.length, rates: 1 },
  },
  {
    name: 'Q2',
    what: 'one account, the same document for all callers',
    request: () => ({ query: Q2 }),
    expected: () => ({ account: accountUnder(first.id) }),
    calls: { account: 1 },
  },
  {
    name: 'Q2v',
    what: 'one account, another id each time, as a variable',
    request: (n) => ({ query: Q2V, variables: { id: `Account:${idOf(n)}` } }),
    expected: (n) => ({ account: accountUnder(idOf(n)) }),
    calls: { account: 1 },
  },
  {
    name: 'Q3',
    what: 'a constant',
    request: () => ({ query: Q3 }),
    expected: () => ({ __typename: 'Query' }),
    calls: {},
  },
  {
    name: 'mutation',
    what: 'a deposit address made',
    request: () => ({ query: MUTATION, variables: { currency: ADDRESS.currencyCode, network: ADDRESS.network } }),
    expected: () => ({ createDepositAddress: { ...ADDRESS, id: `DepositAddress:${ADDRESS.id}` } }),
    calls: { depositAddress: 1 },
  },
  {
    name: 'error',
    what: 'one account that the upstream gives to nobody',
    request: () => ({ query: Q2V, variables: { id: `Account:${FORBIDDEN_ID}` } }),
    expected: () => ({ account: null }),
    failing: [['account']],
    calls: { account: 1 },
  },
  {
    name: 'exchange',
    what: 'an exchange, looked at beforehand, and written to the journal before and after it is sent',
    only: 'gateway',
    request: (n) => ({ query: EXCHANGE, variables: { key: `key-${idOf(n)}` } }),
    expected: () => {
      const { id, status, payAmount, receiveAmount } = EXCHANGED
      return { createExchange: { id: `Exchange:${id}`, status, payAmount, receiveAmount } }
    },
    calls: { accounts: 1, pairs: 1, exchange: 1 },
  },
]

/** Throws where there is none of this name. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((each) => each.name === name)
  if (!found) throw new Error(`There is no scenario "${name}".`)
  return found
}

export function isFor({ only }: Scenario, server: { readonly name: string }): boolean {
  return only === undefined || only === server.name
}

/** Whether this is what the nth request must be answered; the wording of errors is each server's own. */
export function isAnswer({ expected, failing = [] }: Scenario, n: number, text: string): boolean {
  const { data, errors = [] } = JSON.parse(text) as { data?: unknown; errors?: readonly { path?: unknown }[] }
  const told = [data, errors.map(({ path }) => path)]
  return JSON.stringify(told) === JSON.stringify([expected(n), failing])
}

/** Each caller has one request under way, and so nobody's can be joined with another's. */
const TOKENS = 500

export function tokenOf(n: number): string {
  return `opaque-token-of-caller-${String(n % TOKENS).padStart(8, '0')}`
}

function baseOf(n: number): string {
  return BASES[n % BASES.length] ?? ''
}

function idOf(n: number): string {
  return n.toString(16).padStart(8, '0')
}

function accountUnder(id: string): object {
  return { id: `Account:${id}`, currencyCode: first.code, balance: first.balance, available: first.available }
}

function withTransactions({ id, code, balance }: (typeof ACCOUNTS)[number], base: string): object {
  const nodes = (TRANSACTIONS.get(id) ?? []).map((each) => ({
    id: `Transaction:${id}/${each.id}`,
    amount: each.amount,
    currency: { code, rate: { price: priceOf(code, base) } },
  }))
  return { id: `Account:${id}`, currencyCode: code, balance, transactions: { nodes } }
}
