// One loader for each entity that a field links to: made anew for each request, so that nothing private outlives its caller.
import { accountLoader, addressLoader } from './batch-loaders.ts'
import type { Account } from './accounts.ts'
import type { AccountList } from './batch-loaders.ts'
import type { BankWithdrawal } from './bank-withdrawals.ts'
import type { CallScope } from './caller.ts'
import type { CryptoDeposit } from './crypto-deposits.ts'
import type { CryptoWithdrawal } from './crypto-withdrawals.ts'
import type { Currency } from './currencies.ts'
import type { DepositAddress } from './deposit-addresses.ts'
import type { Deposit } from './deposits.ts'
import type { EWalletWithdrawal } from './e-wallet-withdrawals.ts'
import type { ExchangePair, ExchangeRate } from './exchange-pairs.ts'
import type { Exchange } from './exchanges.ts'
import type { GiftCardPurchaseWithCards } from './gift-card-purchases.ts'
import type { GiftCard } from './gift-cards.ts'
import type { MerchantCallback } from './merchant-callbacks.ts'
import type { MerchantTransaction } from './merchant-transactions.ts'
import type { Order } from './orders.ts'
import type { PaymentMethod } from './payment-methods.ts'
import type { Preorder } from './preorders.ts'
import type { Project } from './projects.ts'
import type { Rate } from './rates.ts'
import type { Transaction } from './transactions.ts'
import type { Upstream } from './upstream.ts'
import type { VoucherWithdrawal } from './voucher-withdrawals.ts'
import type { WithdrawalWithExchange } from './withdrawals-with-exchange.ts'

/** Gives the thing behind a key, or null where there is none. May be at hand already or on its way. */
export interface Loader<K, V> {
  load(key: K): V | Promise<V>
}

export interface Loaders {
  /** Every account of the caller, by one call a request. */
  readonly accounts: () => Promise<readonly Account[]>
  readonly account: Loader<string, Account | null>
  readonly transaction: Loader<TransactionKey, Transaction | null>
  readonly currency: Loader<string, Currency | null>
  /** All rates of a base, by one call a base. */
  readonly rates: Loader<string, ReadonlyMap<string, Rate> | null>
  /** One of them. */
  readonly rate: Loader<{ readonly currencyCode: string; readonly baseCode: string }, Rate | null>
  readonly exchange: Loader<string, Exchange | null>
  readonly exchangePairs: () => Promise<readonly ExchangePair[]>
  readonly exchangeRate: Loader<{ readonly payCode: string; readonly receiveCode: string }, ExchangeRate | null>
  readonly cryptoWithdrawal: Loader<string, CryptoWithdrawal | null>
  readonly bankWithdrawal: Loader<string, BankWithdrawal | null>
  readonly eWalletWithdrawal: Loader<string, EWalletWithdrawal | null>
  readonly voucherWithdrawal: Loader<string, VoucherWithdrawal | null>
  readonly withdrawalWithExchange: Loader<string, WithdrawalWithExchange | null>
  readonly deposit: Loader<string, Deposit | null>
  readonly cryptoDeposit: Loader<string, CryptoDeposit | null>
  readonly depositAddresses: Loader<AddressKey, readonly DepositAddress[]>
  readonly paymentMethods: () => Promise<readonly PaymentMethod[]>
  readonly giftCard: Loader<string, GiftCard | null>
  readonly giftCardPurchase: Loader<string, GiftCardPurchaseWithCards | null>
  readonly project: Loader<string, Project | null>
  readonly preorder: Loader<string, Preorder | null>
  readonly order: Loader<string, Order | null>
  readonly merchantTransaction: Loader<string, MerchantTransaction | null>
  readonly merchantCallback: Loader<string, MerchantCallback | null>
}

export interface TransactionKey {
  readonly accountId: string
  readonly transactionId: string
}

/** The addresses of an account, of all chains or of one. */
export interface AddressKey {
  readonly accountId: string
  readonly currencyCode: string
  readonly network: string | undefined
}

/** Each is made when it is wanted: a request wants few of them, and there are requests by the thousand. */
export function createLoaders(upstream: Upstream, scope: CallScope): Loaders {
  const loaders = Object.create(LAZY) as Made
  loaders.of = { upstream, scope, made: {} }
  return loaders
}

interface All extends Loaders {
  readonly accountList: AccountList
}
/** What the getters below work on. */
interface Made extends All {
  of: { readonly upstream: Upstream; readonly scope: CallScope; readonly made: { [name: string]: unknown } }
}

const MAKERS: { readonly [K in keyof All]: (upstream: Upstream, scope: CallScope, all: All) => All[K] } = {
  accountList: ({ accounts }, scope) => once(() => accounts.list(scope)),
  accounts: (_upstream, _scope, { accountList }) => once(async () => (await accountList()).rows),
  account: (upstream, scope, { accountList }) => accountLoader(upstream, scope, accountList),
  transaction: (upstream, scope) =>
    oneByOne(
      (key) => findTransaction(upstream, key, scope),
      ({ accountId, transactionId }) => JSON.stringify([accountId, transactionId]),
    ),
  currency: ({ currencies }, scope) => currencyLoader(() => currencies.list(scope)),
  rates: ({ rates }, scope) => oneByOne((baseCode) => rates.list(baseCode, scope)),
  rate: (_upstream, _scope, { rates }) => rateLoader(rates),
  exchange: ({ exchanges }, scope) => oneByOne((id) => exchanges.read(id, scope)),
  exchangePairs: ({ exchangePairs }, scope) => once(() => exchangePairs.list(scope)),
  exchangeRate: ({ exchangePairs }, scope) =>
    oneByOne(
      ({ payCode, receiveCode }) => exchangePairs.rate(payCode, receiveCode, scope),
      ({ payCode, receiveCode }) => JSON.stringify([payCode, receiveCode]),
    ),
  cryptoWithdrawal: ({ cryptoWithdrawals }, scope) => oneByOne((id) => cryptoWithdrawals.read(id, scope)),
  bankWithdrawal: ({ bankWithdrawals }, scope) => oneByOne((id) => bankWithdrawals.read(id, scope)),
  eWalletWithdrawal: ({ eWalletWithdrawals }, scope) => oneByOne((id) => eWalletWithdrawals.read(id, scope)),
  voucherWithdrawal: ({ voucherWithdrawals }, scope) => oneByOne((id) => voucherWithdrawals.read(id, scope)),
  withdrawalWithExchange: ({ withdrawalsWithExchange }, scope) =>
    oneByOne((id) => withdrawalsWithExchange.read(id, scope)),
  deposit: ({ deposits }, scope) => oneByOne((id) => deposits.read(id, scope)),
  cryptoDeposit: ({ cryptoDeposits }, scope) => oneByOne((id) => cryptoDeposits.read(id, scope)),
  depositAddresses: (upstream, scope) => addressLoader(upstream, scope),
  paymentMethods: ({ paymentMethods }, scope) => once(() => paymentMethods.list(scope)),
  giftCard: ({ giftCards }, scope) => oneByOne((id) => giftCards.read(id, scope)),
  giftCardPurchase: ({ giftCardPurchases }, scope) => oneByOne((id) => giftCardPurchases.read(id, scope)),
  project: ({ projects }, scope) => oneByOne((id) => projects.read(id, scope)),
  preorder: ({ preorders }, scope) => oneByOne((id) => preorders.read(id, scope)),
  order: ({ orders }, scope) => oneByOne((id) => orders.read(id, scope)),
  merchantTransaction: ({ merchantTransactions }, scope) => oneByOne((id) => merchantTransactions.read(id, scope)),
  merchantCallback: ({ merchantCallbacks }, scope) => oneByOne((id) => merchantCallbacks.read(id, scope)),
}

const LAZY = Object.defineProperties(
  {},
  Object.fromEntries(
    Object.entries(MAKERS).map(([name, make]) => [
      name,
      {
        get(this: Made) {
          const { upstream, scope, made } = this.of
          return (made[name] ??= make(upstream, scope, this))
        },
      },
    ]),
  ),
)

/** The list is asked for once, and is at hand for all who come after that. */
function currencyLoader(list: () => Promise<ReadonlyMap<string, Currency>>): Loader<string, Currency | null> {
  let known: ReadonlyMap<string, Currency> | undefined
  const read = once(async () => (known = await list()))
  return {
    load: (code) => (known ? (known.get(code) ?? null) : read().then((all) => all.get(code) ?? null)),
  }
}

/**
 * Whether the upstream reads single transactions is not known. Where it says that there is none, the newest pages of the list have
 * the last word.
 */
async function findTransaction(
  upstream: Upstream,
  { accountId, transactionId }: TransactionKey,
  scope: CallScope,
): Promise<Transaction | null> {
  const direct = await upstream.transactions.read(accountId, transactionId, scope)
  if (direct) return direct
  for (let page = 1, seen = 0; page <= SEARCHED_PAGES; page += 1) {
    const found = await upstream.transactions.list(accountId, {}, page, 100, scope)
    if (!found) return null
    const row = found.rows.find(({ id }) => id === transactionId)
    seen += found.rows.length
    // An upstream may have a largest page that is smaller: where it tells the total, that decides.
    const more = found.rows.length > 0 && (found.total === null ? found.rows.length >= 100 : seen < found.total)
    if (row || !more) return row ?? null
  }
  return null
}

const SEARCHED_PAGES = 5

/** All who wait for one rate wait for one promise. */
function rateLoader(rates: Loaders['rates']): Loaders['rate'] {
  const onTheWay = new Map<string, Map<string, Promise<Rate | null>>>()
  return {
    load({ currencyCode, baseCode }) {
      const all = rates.load(baseCode)
      if (!(all instanceof Promise)) return all?.get(currencyCode) ?? null
      const ofBase = onTheWay.get(baseCode) ?? new Map<string, Promise<Rate | null>>()
      const waited = ofBase.get(currencyCode) ?? all.then((known) => known?.get(currencyCode) ?? null)
      onTheWay.set(baseCode, ofBase)
      ofBase.set(currencyCode, waited)
      return waited
    },
  }
}

/** Nothing reads several of these at once. Each is read once, and given as itself, and not as a promise, when it is there. */
function oneByOne<K, V>(read: (key: K) => Promise<V>, keyOf: (key: K) => unknown = (key) => key): Loader<K, V> {
  let known: Map<unknown, V | Promise<V>> | undefined
  return {
    load(key) {
      known ??= new Map()
      const name = keyOf(key)
      const found = known.get(name)
      if (found !== undefined) return found
      const reading = read(key).then((value) => {
        known?.set(name, value)
        return value
      })
      known.set(name, reading)
      return reading
    },
  }
}

function once<T>(read: () => Promise<T>): (() => Promise<T>) & { started(): boolean } {
  let flight: Promise<T> | undefined
  return Object.assign(() => (flight ??= read()), { started: () => flight !== undefined })
}
