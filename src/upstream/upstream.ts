// The upstream, whole: every noun of the REST API over one agent, one token and one table of endpoints.
import { createAccounts } from './accounts.ts'
import { createAgent } from './agent.ts'
import { createAuth } from './auth.ts'
import { createBudgets } from './budget.ts'
import { createCall } from './call.ts'
import { createCurrencies } from './currencies.ts'
import { createExchangePairs } from './exchange-pairs.ts'
import { createExchanges } from './exchanges.ts'
import { createOrders } from './orders.ts'
import { createProjects } from './projects.ts'
import { createRates } from './rates.ts'
import { createTransactions } from './transactions.ts'
import { createWithdrawals } from './withdrawals.ts'
import type { Accounts } from './accounts.ts'
import type { AgentOptions } from './agent.ts'
import type { Budget } from './budget.ts'
import type { Caller } from './caller.ts'
import type { Credential } from './auth.ts'
import type { Currencies } from './currencies.ts'
import type { Drift } from './drift.ts'
import type { Endpoints } from './endpoints.ts'
import type { ExchangePairs } from './exchange-pairs.ts'
import type { Exchanges } from './exchanges.ts'
import type { Orders } from './orders.ts'
import type { Projects } from './projects.ts'
import type { Rates } from './rates.ts'
import type { Transactions } from './transactions.ts'
import type { Withdrawals } from './withdrawals.ts'

export interface UpstreamOptions extends AgentOptions {
  readonly endpoints: Endpoints
  /** The gateway's own credential; undefined where each caller's token is passed on. */
  readonly credential: Credential | undefined
  /** For each call from its start to its last byte. */
  readonly timeoutMs: number
  readonly drift: Drift
}

export interface Upstream {
  readonly accounts: Accounts
  readonly transactions: Transactions
  readonly currencies: Currencies
  readonly rates: Rates
  readonly exchangePairs: ExchangePairs
  readonly exchanges: Exchanges
  readonly withdrawals: Withdrawals
  readonly projects: Projects
  readonly orders: Orders
  /** What is left of the upstream's limit for a caller, as far as it has said. Makes no call. */
  budget(caller: Caller): Budget
  close(): Promise<void>
}

export function createUpstream({ endpoints, credential, timeoutMs, drift, ...options }: UpstreamOptions): Upstream {
  const agent = createAgent(options)
  const auth = credential && createAuth({ agent, endpoint: endpoints.token.create, credential, timeoutMs })
  const budgets = createBudgets()
  const call = createCall({ agent, auth, budgets, drift, timeoutMs })
  return {
    accounts: createAccounts(call, endpoints.accounts),
    transactions: createTransactions(call, endpoints.transactions),
    currencies: createCurrencies(call, endpoints.currencies),
    rates: createRates(call, endpoints.rates),
    exchangePairs: createExchangePairs(call, endpoints.exchangePairs),
    exchanges: createExchanges(call, endpoints.exchanges),
    withdrawals: createWithdrawals(call, endpoints.withdrawals),
    projects: createProjects(call, endpoints.projects),
    orders: createOrders(call, endpoints.orders),
    budget: (caller) => budgets.of(caller),
    close: () => agent.close(),
  }
}
