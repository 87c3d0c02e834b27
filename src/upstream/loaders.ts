// One loader for each entity that a field links to: made anew for each request, so that nothing private outlives its caller.
import DataLoader from 'dataloader'
import type { Account } from './accounts.ts'
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

export function createLoaders(upstream: Upstream, scope: CallScope): Loaders {
  const accountList = once(() => upstream.accounts.list(scope))
  return {
    accounts: async () => (await accountList()).rows,
    account: accountLoader(upstream, scope, accountList),
    transaction: oneByOne(
      (key) => findTransaction(upstream, key, scope),
      ({ accountId, transactionId }) => JSON.stringify([accountId, transactionId]),
    ),
    currency: currencyLoader(() => upstream.currencies.list(scope)),
    rates: oneByOne((baseCode) => upstream.rates.list(baseCode, scope)),
    exchange: oneByOne((id) => upstream.exchanges.read(id, scope)),
    exchangePairs: once(() => upstream.exchangePairs.list(scope)),
    exchangeRate: oneByOne(
      ({ payCode, receiveCode }) => upstream.exchangePairs.rate(payCode, receiveCode, scope),
      ({ payCode, receiveCode }) => JSON.stringify([payCode, receiveCode]),
    ),
    cryptoWithdrawal: oneByOne((id) => upstream.cryptoWithdrawals.read(id, scope)),
    bankWithdrawal: oneByOne((id) => upstream.bankWithdrawals.read(id, scope)),
    eWalletWithdrawal: oneByOne((id) => upstream.eWalletWithdrawals.read(id, scope)),
    voucherWithdrawal: oneByOne((id) => upstream.voucherWithdrawals.read(id, scope)),
    withdrawalWithExchange: oneByOne((id) => upstream.withdrawalsWithExchange.read(id, scope)),
    deposit: oneByOne((id) => upstream.deposits.read(id, scope)),
    cryptoDeposit: oneByOne((id) => upstream.cryptoDeposits.read(id, scope)),
    depositAddresses: addressLoader(upstream, scope),
    paymentMethods: once(() => upstream.paymentMethods.list(scope)),
    giftCard: oneByOne((id) => upstream.giftCards.read(id, scope)),
    giftCardPurchase: oneByOne((id) => upstream.giftCardPurchases.read(id, scope)),
    project: oneByOne((id) => upstream.projects.read(id, scope)),
    preorder: oneByOne((id) => upstream.preorders.read(id, scope)),
    order: oneByOne((id) => upstream.orders.read(id, scope)),
    merchantTransaction: oneByOne((id) => upstream.merchantTransactions.read(id, scope)),
    merchantCallback: oneByOne((id) => upstream.merchantCallbacks.read(id, scope)),
  }
}

/** The list is asked for once, and is at hand for all who come after that. */
function currencyLoader(list: () => Promise<ReadonlyMap<string, Currency>>): Loader<string, Currency | null> {
  let known: ReadonlyMap<string, Currency> | undefined
  const read = once(async () => (known = await list()))
  return {
    load: (code) => (known ? (known.get(code) ?? null) : read().then((all) => all.get(code) ?? null)),
  }
}

type AccountList = () => ReturnType<Upstream['accounts']['list']>

/**
 * One account is one call; several are the one call that lists them all, and so is a single one where the list was read anyway, or one was
 * read before: of accounts that are wanted one after the other, the second is not the last. A list that says that it is not whole is not
 * believed about what it lacks.
 */
function accountLoader(
  upstream: Upstream,
  scope: CallScope,
  list: AccountList & { started(): boolean },
): Loader<string, Account | null> {
  let alone = false
  return new DataLoader<string, Account | null>(async (ids) => {
    const read = (id: string): Promise<Account | null | Error> => upstream.accounts.read(id, scope).catch(asError)
    if (ids.length === 1 && !alone && !list.started()) {
      alone = true
      return Promise.all(ids.map(read))
    }
    const { rows, total } = await list()
    const byId = new Map(rows.map((account) => [account.id, account]))
    const whole = total === null || total <= rows.length
    return Promise.all(ids.map(async (id) => byId.get(id) ?? (whole ? null : read(id))))
  })
}

/**
 * The addresses of one account are one call; those of several the one that lists the addresses of all (of a chain), at once or one after
 * the other. Here too a list that says that it is not whole is not believed.
 */
function addressLoader(upstream: Upstream, scope: CallScope): Loader<AddressKey, readonly DepositAddress[]> {
  const { list } = upstream.depositAddresses
  const alone = new Set<string | undefined>()
  const wholes = new Map<string | undefined, ReturnType<typeof list>>()
  const read = async (
    key: AddressKey,
    whole: ReturnType<typeof list> | undefined,
  ): Promise<readonly DepositAddress[]> => {
    const found = await whole
    const usable = found && (found.total === null || found.total <= found.rows.length)
    const { rows } = usable ? found : await list({ accountId: key.accountId, network: key.network }, scope)
    return rows.filter((each) => belongs(each, key))
  }
  return new DataLoader<AddressKey, readonly DepositAddress[], string>(
    (keys) => {
      for (const [network, alike] of Map.groupBy(keys, (key) => key.network)) {
        if (wholes.has(network)) continue
        if (alike.length === 1 && !alone.has(network)) alone.add(network)
        else wholes.set(network, list({ network }, scope))
      }
      return Promise.all(keys.map((key) => read(key, wholes.get(key.network)).catch(asError)))
    },
    { cacheKeyFn: ({ accountId, network }) => JSON.stringify([accountId, network]) },
  )
}

/** Whose an address is says its account or, where the upstream does not say that, its currency. */
function belongs(address: DepositAddress, { accountId, currencyCode }: AddressKey): boolean {
  return address.accountId === null ? address.currencyCode === currencyCode : address.accountId === accountId
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

function oneByOne<K, V>(read: (key: K) => Promise<V>, keyOf?: (key: K) => string): Loader<K, V> {
  return new DataLoader<K, V, unknown>((keys) => Promise.all(keys.map((key) => read(key).catch(asError))), {
    ...(keyOf && { cacheKeyFn: keyOf }),
  })
}

/** What DataLoader makes one key's failure of, and nobody else's. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('not an error', { cause: error })
}

function once<T>(read: () => Promise<T>): (() => Promise<T>) & { started(): boolean } {
  let flight: Promise<T> | undefined
  return Object.assign(() => (flight ??= read()), { started: () => flight !== undefined })
}
