// What each endpoint that only reads is asked once, with what earlier answers gave: as little of it as will do.
import { isZero } from '../decimal.ts'
import { GatewayError } from '../errors.ts'
import { FIELDS } from './callback-form.ts'
import type { CallScope } from './caller.ts'
import type { DepositAddress } from './deposit-addresses.ts'
import type { ExchangePair } from './exchange-pairs.ts'
import type { ExportEndpoint } from './exports.ts'
import type { Page } from './pages.ts'
import type { PaymentMethod } from './payment-methods.ts'
import type { Upstream } from './upstream.ts'
import type { WithdrawalKind, WithdrawalsOf } from './withdrawals.ts'

/** Why an endpoint was not asked: a sentence without its end. */
export class NotTried extends Error {
  override readonly name = 'NotTried'
}

/** Gives what an endpoint answered, and asks it when that is first wanted. Throws NotTried where it gave nothing that could be used. */
export type Asked<T> = () => Promise<T>

/** Says how the endpoint of a row is asked, and with what of earlier answers; null is its word that there is no such thing. */
export type Ask = <T, N>(
  row: string,
  takes: Asked<N>,
  call: (scope: CallScope, taken: N) => Promise<T | null>,
) => Asked<T>

type Identified = { readonly id: string }

const NOTHING: Asked<void> = async () => {}

/** The rows that a page is asked for. */
const ROWS = 5

export function defineTrials(ask: Ask, upstream: Upstream): void {
  const account = defineAccounts(ask, upstream)
  defineMarket(ask, upstream)
  defineWithdrawals(ask, upstream)
  const { deposits, cryptoDeposits, giftCards, giftCardPurchases } = upstream
  const listAndRead = listAndReadBy(ask, NOTHING)
  listAndRead('deposits', (scope) => deposits.list({}, 1, ROWS, scope), deposits.read)
  listAndRead('cryptoDeposits', (scope) => cryptoDeposits.list({}, 1, ROWS, scope), cryptoDeposits.read)
  listAndRead('giftCards', (scope) => giftCards.list({}, 1, ROWS, scope), giftCards.read)
  listAndRead('giftCardPurchases', (scope) => giftCardPurchases.list(1, ROWS, scope), giftCardPurchases.read)
  const project = defineMerchant(ask, upstream)
  defineExports(ask, upstream, account, project)
  ask('callbacks.publicKey', NOTHING, () => upstream.callbacks.readForm(UNSIGNED))
}

function defineAccounts(ask: Ask, { accounts, transactions }: Upstream): Asked<Identified> {
  const all = ask('accounts.list', NOTHING, accounts.list)
  const account = firstOf('accounts.list', async () => {
    const { rows, total } = await all()
    // One that is in use has more to show.
    return { rows: [...rows.filter(({ balance }) => !isZero(balance)), ...rows], total }
  })
  ask('accounts.read', account, (scope, { id }) => accounts.read(id, scope))
  const lines = ask('transactions.list', account, (scope, { id }) => transactions.list(id, {}, 1, ROWS, scope))
  ask('transactions.read', firstOf('transactions.list', lines), (scope, { accountId, id }) =>
    transactions.read(accountId, id, scope),
  )
  return account
}

function defineMarket(ask: Ask, { currencies, rates, exchangePairs, exchanges }: Upstream): void {
  ask('currencies.list', NOTHING, async (scope) => currencies.list(scope))
  ask('rates.list', NOTHING, (scope) => rates.list('EUR', scope))
  ask('rates.history', NOTHING, (scope) =>
    rates.history({ currencyCode: 'BTC', baseCode: 'EUR', from: daysAgo(1), to: undefined, interval: 'HOUR' }, scope),
  )
  const pairs = ask('exchangePairs.list', NOTHING, (scope) => exchangePairs.list(scope))
  const pair = async (): Promise<Pick<ExchangePair, 'payCode' | 'receiveCode' | 'minPayAmount'>> => {
    const all = await pairs().catch(() => [])
    return all.find(({ payCode, enabled }) => payCode === 'EUR' && enabled !== false) ?? all[0] ?? EUR_TO_BTC
  }
  ask('exchangePairs.rate', pair, (scope, { payCode, receiveCode }) => exchangePairs.rate(payCode, receiveCode, scope))
  ask('exchangePairs.quote', pair, (scope, { payCode, receiveCode, minPayAmount }) => {
    const payAmount = minPayAmount === null || isZero(minPayAmount) ? '10' : minPayAmount
    return exchangePairs.quote({ payCode, receiveCode }, { payAmount }, scope)
  })
  listAndReadBy(ask, NOTHING)('exchanges', (scope) => exchanges.list({}, 1, ROWS, scope), exchanges.read)
}

const EUR_TO_BTC = { payCode: 'EUR', receiveCode: 'BTC', minPayAmount: null }

function defineWithdrawals(ask: Ask, upstream: Upstream): void {
  const { cryptoWithdrawals, bankWithdrawals, eWalletWithdrawals, voucherWithdrawals, withdrawalsWithExchange } =
    upstream
  const define = <T extends Identified>(noun: string, { list, read }: WithdrawalsOf<T, never>): void =>
    void listAndReadBy(ask, NOTHING)(noun, (scope) => list({}, 1, ROWS, scope), read)
  define('cryptoWithdrawals', cryptoWithdrawals)
  define('bankWithdrawals', bankWithdrawals)
  define('eWalletWithdrawals', eWalletWithdrawals)
  define('voucherWithdrawals', voucherWithdrawals)
  define('withdrawalsWithExchange', withdrawalsWithExchange)

  const addresses = ask('depositAddresses.list', NOTHING, (scope) => upstream.depositAddresses.list({}, scope))
  const methods = ask('paymentMethods.list', NOTHING, (scope) => upstream.paymentMethods.list(scope))
  ask('cryptoWithdrawals.fee', NOTHING, (scope) =>
    cryptoWithdrawals.fee({ currency: 'BTC', amount: undefined, network: undefined }, scope),
  )
  ask('bankWithdrawals.fee', NOTHING, (scope) =>
    bankWithdrawals.fee({ currency: 'EUR', amount: '50', type: 'SEPA' }, scope),
  )
  const wallet = async (): Promise<PaymentMethod | undefined> =>
    (await methods().catch(() => [])).find(({ type, direction }) => type === 'E_WALLET' && direction === 'WITHDRAWAL')
  ask('eWalletWithdrawals.fee', wallet, (scope, method) => {
    const currency = method?.currencyCodes[0] ?? 'EUR'
    return eWalletWithdrawals.fee({ currency, amount: '50', provider: method?.id }, scope)
  })
  const address = async (): Promise<DepositAddress> => {
    const own = (await addresses()).rows.find(({ currencyCode }) => currencyCode !== 'EUR')
    if (!own) throw new NotTried('it takes a crypto address, and depositAddresses.list has none')
    return own
  }
  ask('withdrawalsWithExchange.quote', address, (scope, { address, network, memo, currencyCode: receiveCode }) => {
    const method = { crypto: { address, network: network ?? undefined, memo: memo ?? undefined } }
    const from = { currencyCode: 'EUR' }
    return withdrawalsWithExchange.quote({ from, receiveCode, side: { payAmount: '50' }, method }, scope)
  })
}

function defineMerchant(ask: Ask, upstream: Upstream): Asked<Identified> {
  const { projects, preorders, orders, merchantTransactions, merchantCallbacks } = upstream
  const project = listAndReadBy(ask, NOTHING)('projects', (scope) => projects.list(1, ROWS, scope), projects.read)
  const listAndRead = listAndReadBy(ask, project)
  listAndRead('preorders', (scope, { id }) => preorders.list(id, 1, ROWS, scope), preorders.read)
  listAndRead('orders', (scope, { id }) => orders.list(id, {}, 1, ROWS, scope), orders.read)
  listAndRead(
    'merchantTransactions',
    (scope, { id }) => merchantTransactions.list(id, {}, 1, ROWS, scope),
    merchantTransactions.read,
  )
  listAndRead(
    'merchantCallbacks',
    (scope, { id }) => merchantCallbacks.list(id, {}, 1, ROWS, scope),
    merchantCallbacks.read,
  )
  return project
}

function defineExports(ask: Ask, { exports }: Upstream, account: Asked<Identified>, project: Asked<Identified>): void {
  const define = (endpoint: ExportEndpoint, takes: Asked<Readonly<Record<string, string>>>): void =>
    void ask(`exports.${endpoint}`, takes, async (scope, owner) => {
      const query = { ...owner, dateFrom: daysAgo(30).toISOString(), dateTo: daysAgo(0).toISOString() }
      const { body } = await exports.open({ endpoint, format: 'CSV', query }, scope)
      try {
        // Its beginning will do: leaving the loop ends it.
        for await (const _ of body) return endpoint
      } catch {
        throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The file broke off.', { reason: 'the file broke off' })
      }
      return []
    })
  define('accountTransactions', async () => ({ accountId: (await account()).id }))
  for (const endpoint of ['exchanges', 'deposits', 'cryptoDeposits'] as const) define(endpoint, async () => ({}))
  for (const [endpoint, type] of WITHDRAWALS) define(endpoint, async () => ({ type }))
  for (const endpoint of ['merchantOrders', 'merchantTransactions'] as const)
    define(endpoint, async () => ({ projectId: (await project()).id }))
}

/** Of all kinds by one path. */
const WITHDRAWALS: readonly (readonly [ExportEndpoint, WithdrawalKind])[] = [
  ['cryptoWithdrawals', 'CRYPTO'],
  ['bankWithdrawals', 'BANK'],
  ['eWalletWithdrawals', 'E_WALLET'],
  ['voucherWithdrawals', 'VOUCHER'],
  ['withdrawalsWithExchange', 'WITH_EXCHANGE'],
]

/** Defines the list of a noun and the read of its first row, and gives that row. */
function listAndReadBy<N>(ask: Ask, takes: Asked<N>) {
  return <T extends Identified>(
    noun: string,
    list: (scope: CallScope, taken: N) => Promise<Page<T> | null>,
    read: (id: string, scope: CallScope) => Promise<T | null>,
  ): Asked<T> => {
    const first = firstOf(`${noun}.list`, ask(`${noun}.list`, takes, list))
    ask(`${noun}.read`, first, (scope, { id }) => read(id, scope))
    return first
  }
}

function firstOf<T>(row: string, list: Asked<Page<T>>): Asked<T> {
  return async () => {
    const [first] = (await list()).rows
    if (first === undefined) throw new NotTried(`${row} has no row to ask for`)
    return first
  }
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000)
}

/** A callback that nobody has signed: the key is fetched to see that. */
const UNSIGNED = new URLSearchParams(FIELDS.map((name) => [name, '1'])).toString()
