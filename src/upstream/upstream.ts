// The upstream, whole: every noun of the REST API over one agent, one token and one table of endpoints.
import { createAccounts } from './accounts.ts'
import { createAgent } from './agent.ts'
import { createAttempts } from './attempt.ts'
import { createAuth } from './auth.ts'
import { createAuthorized } from './authorized.ts'
import { createBankWithdrawals } from './bank-withdrawals.ts'
import { createBreaker } from './breaker.ts'
import { createCall } from './call.ts'
import { createCallbacks } from './callbacks.ts'
import { LRUCache } from 'lru-cache'
import { NOBODY } from './caller.ts'
import { createClock } from './clock.ts'
import { createCryptoDeposits } from './crypto-deposits.ts'
import { createCryptoWithdrawals } from './crypto-withdrawals.ts'
import { createCurrencies } from './currencies.ts'
import { createDepositAddresses } from './deposit-addresses.ts'
import { createDeposits } from './deposits.ts'
import { createDownload } from './download.ts'
import { createEWalletWithdrawals } from './e-wallet-withdrawals.ts'
import { createExchangePairs } from './exchange-pairs.ts'
import { createExchanges } from './exchanges.ts'
import { createExports } from './exports.ts'
import { createFlights } from './flights.ts'
import { createGiftCardPurchases } from './gift-card-purchases.ts'
import { createGiftCards } from './gift-cards.ts'
import { createMerchantCallbacks } from './merchant-callbacks.ts'
import { createMerchantTransactions } from './merchant-transactions.ts'
import { createOrderActions } from './order-actions.ts'
import { createOrders } from './orders.ts'
import { createPaymentMethods } from './payment-methods.ts'
import { connectTimeoutMs, createPolicies } from './policy.ts'
import { createPreorders } from './preorders.ts'
import { createProjects } from './projects.ts'
import { createRates } from './rates.ts'
import { createRetries } from './retries.ts'
import { createTransactions } from './transactions.ts'
import { createVoucherWithdrawals } from './voucher-withdrawals.ts'
import { createWithdrawalsWithExchange } from './withdrawals-with-exchange.ts'
import type { KeyObject } from 'node:crypto'
import type { Accounts } from './accounts.ts'
import type { AgentOptions, HttpRequest } from './agent.ts'
import type { Credential } from './auth.ts'
import type { BankWithdrawals } from './bank-withdrawals.ts'
import type { BudgetView } from './budget.ts'
import type { Callbacks } from './callbacks.ts'
import type { Caller } from './caller.ts'
import type { CryptoDeposits } from './crypto-deposits.ts'
import type { CryptoWithdrawals } from './crypto-withdrawals.ts'
import type { Currencies } from './currencies.ts'
import type { DepositAddresses } from './deposit-addresses.ts'
import type { Reply } from './decode.ts'
import type { Deposits } from './deposits.ts'
import type { Drift } from './drift.ts'
import type { EWalletWithdrawals } from './e-wallet-withdrawals.ts'
import type { Endpoint } from './endpoint.ts'
import type { Endpoints } from './endpoints.ts'
import type { ExchangePairs } from './exchange-pairs.ts'
import type { Exchanges } from './exchanges.ts'
import type { Exports } from './exports.ts'
import type { Answer } from './failures.ts'
import type { GiftCardPurchases } from './gift-card-purchases.ts'
import type { GiftCards } from './gift-cards.ts'
import type { MerchantCallbacks } from './merchant-callbacks.ts'
import type { MerchantTransactions } from './merchant-transactions.ts'
import type { Meter } from './meter.ts'
import type { OrderActions } from './order-actions.ts'
import type { Orders } from './orders.ts'
import type { PaymentMethods } from './payment-methods.ts'
import type { Times } from './policy.ts'
import type { Preorders } from './preorders.ts'
import type { Projects } from './projects.ts'
import type { Rates } from './rates.ts'
import type { Transactions } from './transactions.ts'
import type { VoucherWithdrawals } from './voucher-withdrawals.ts'
import type { WithdrawalsWithExchange } from './withdrawals-with-exchange.ts'

export interface UpstreamOptions extends Omit<AgentOptions, 'connectTimeoutMs'>, Times {
  readonly endpoints: Endpoints
  /** The gateway's own credential; undefined where each caller's token is passed on. */
  readonly credential: Credential | undefined
  /** What a credential may call in a minute, where that is known. */
  readonly callsPerMinute: number | undefined
  /** How many failures within ten seconds open the breaker, where they are half of all calls. */
  readonly breakerFailures: number
  readonly drift: Drift
  readonly meter: Meter
  /** The pinned key of the older callbacks' signature; undefined: it is fetched. */
  readonly callbackKey: KeyObject | undefined
}

export interface Upstream {
  readonly accounts: Accounts
  readonly transactions: Transactions
  readonly currencies: Currencies
  readonly rates: Rates
  readonly exchangePairs: ExchangePairs
  readonly exchanges: Exchanges
  readonly cryptoWithdrawals: CryptoWithdrawals
  readonly bankWithdrawals: BankWithdrawals
  readonly eWalletWithdrawals: EWalletWithdrawals
  readonly voucherWithdrawals: VoucherWithdrawals
  readonly withdrawalsWithExchange: WithdrawalsWithExchange
  readonly deposits: Deposits
  readonly cryptoDeposits: CryptoDeposits
  readonly depositAddresses: DepositAddresses
  readonly paymentMethods: PaymentMethods
  readonly giftCards: GiftCards
  readonly giftCardPurchases: GiftCardPurchases
  readonly projects: Projects
  readonly preorders: Preorders
  readonly orders: Orders
  readonly orderActions: OrderActions
  readonly merchantTransactions: MerchantTransactions
  readonly merchantCallbacks: MerchantCallbacks
  readonly exports: Exports
  readonly callbacks: Callbacks
  /** What is left of the upstream's limit for a caller, as far as it has said. Makes no call. */
  budget(caller: Caller): BudgetView
  /** Something of this caller's account has changed, or may have: what is being read for it now is joined by nobody any more. */
  forget(caller: Caller): void
  /** Whether the upstream has taken this caller's own token: before, it is only somebody's word. */
  isProven(caller: Caller): boolean
  /** How far its clock is ahead of ours, in milliseconds, as far as it has said. Makes no call. */
  clockAheadMs(): number
  /** Lets no money leave any more; everything else goes on. */
  stop(): void
  close(): Promise<void>
}

/** Tokens that are remembered to have been taken; the least used goes first. */
const MOST_PROVEN = 10_000

export function createUpstream(options: UpstreamOptions): Upstream {
  const { endpoints, credential, callsPerMinute, breakerFailures, drift, meter, callbackKey } = options
  const agent = createAgent({ ...options, connectTimeoutMs: connectTimeoutMs(options) })
  const policies = createPolicies(options)
  const breaker = createBreaker({ meter, failures: breakerFailures })
  const clock = createClock()
  const hasOwnCredential = credential !== undefined
  const attempts = createAttempts({ hasOwnCredential, callsPerMinute, breaker, clock, drift, meter })
  const { create: tokenRow } = endpoints.token
  const { publicKey: publicKeyRow } = endpoints.callbacks
  /** A request of the gateway's own, which is no operation's: what others wait for goes first. */
  const ownRequest = (row: Endpoint, request: HttpRequest): Promise<Answer> => {
    const deadline = performance.now() + options.timeoutMs
    return attempts.make(row, { caller: NOBODY, signal: undefined, deadline, rank: 'own' }, () => agent.send(request))
  }
  const auth =
    credential &&
    createAuth({
      send: (request) => ownRequest(tokenRow, request),
      endpoint: tokenRow,
      credential,
      policy: policies.read,
      told: drift.of(tokenRow.name),
    })
  const proven = new LRUCache<string, true>({ max: MOST_PROVEN })
  const authorized = createAuthorized(auth, ({ id }) => {
    if (!proven.has(id)) proven.set(id, true)
  })
  const retries = createRetries()
  const flights = createFlights<Reply>()
  const call = createCall({ agent, attempts, authorized, breaker, flights, retries, policies, drift, meter })
  return {
    accounts: createAccounts(call, endpoints.accounts),
    transactions: createTransactions(call, endpoints.transactions),
    currencies: createCurrencies(call, endpoints.currencies),
    rates: createRates(call, endpoints.rates),
    exchangePairs: createExchangePairs(call, endpoints.exchangePairs),
    exchanges: createExchanges(call, endpoints.exchanges),
    cryptoWithdrawals: createCryptoWithdrawals(call, endpoints.cryptoWithdrawals),
    bankWithdrawals: createBankWithdrawals(call, endpoints.bankWithdrawals),
    eWalletWithdrawals: createEWalletWithdrawals(call, endpoints.eWalletWithdrawals),
    voucherWithdrawals: createVoucherWithdrawals(call, endpoints.voucherWithdrawals),
    withdrawalsWithExchange: createWithdrawalsWithExchange(call, endpoints.withdrawalsWithExchange),
    deposits: createDeposits(call, endpoints.deposits),
    cryptoDeposits: createCryptoDeposits(call, endpoints.cryptoDeposits),
    depositAddresses: createDepositAddresses(call, endpoints.depositAddresses),
    paymentMethods: createPaymentMethods(call, endpoints.paymentMethods),
    giftCards: createGiftCards(call, endpoints.giftCards),
    giftCardPurchases: createGiftCardPurchases(call, endpoints.giftCardPurchases),
    projects: createProjects(call, endpoints.projects),
    preorders: createPreorders(call, endpoints.preorders),
    orders: createOrders(call, endpoints.orders),
    orderActions: createOrderActions(call, endpoints.orderActions),
    merchantTransactions: createMerchantTransactions(call, endpoints.merchantTransactions),
    merchantCallbacks: createMerchantCallbacks(call, endpoints.merchantCallbacks),
    exports: createExports(createDownload({ agent, attempts, authorized }), endpoints.exports, drift),
    callbacks: createCallbacks({
      send: (request) => ownRequest(publicKeyRow, request),
      endpoint: publicKeyRow,
      key: callbackKey,
      policy: policies.read,
      told: drift.of(publicKeyRow.name),
    }),
    budget: attempts.budget,
    forget: flights.close,
    isProven: ({ id }) => proven.has(id),
    clockAheadMs: clock.aheadMs,
    stop: attempts.stop,
    close: () => agent.close(),
  }
}
