// The whole endpoint table, and the corrections that a configuration file may make to it.
import { readFileSync } from 'node:fs'
import { accountEndpoints } from './accounts.ts'
import { bankWithdrawalEndpoints } from './bank-withdrawals.ts'
import { callbackEndpoints } from './callbacks.ts'
import { cryptoDepositEndpoints } from './crypto-deposits.ts'
import { cryptoWithdrawalEndpoints } from './crypto-withdrawals.ts'
import { currencyEndpoints } from './currencies.ts'
import { depositAddressEndpoints } from './deposit-addresses.ts'
import { depositEndpoints } from './deposits.ts'
import { eWalletWithdrawalEndpoints } from './e-wallet-withdrawals.ts'
import { exchangePairEndpoints } from './exchange-pairs.ts'
import { exchangeEndpoints } from './exchanges.ts'
import { exportEndpoints } from './exports.ts'
import { giftCardPurchaseEndpoints } from './gift-card-purchases.ts'
import { giftCardEndpoints } from './gift-cards.ts'
import { merchantCallbackEndpoints } from './merchant-callbacks.ts'
import { merchantTransactionEndpoints } from './merchant-transactions.ts'
import { orderActionEndpoints } from './order-actions.ts'
import { orderEndpoints } from './orders.ts'
import { paymentMethodEndpoints } from './payment-methods.ts'
import { preorderEndpoints } from './preorders.ts'
import { projectEndpoints } from './projects.ts'
import { rateEndpoints } from './rates.ts'
import { tokenEndpoints } from './token.ts'
import { transactionEndpoints } from './transactions.ts'
import { voucherWithdrawalEndpoints } from './voucher-withdrawals.ts'
import { withdrawalWithExchangeEndpoints } from './withdrawals-with-exchange.ts'
import type { Endpoint } from './endpoint.ts'

/** Every call that the gateway can make, by noun. */
export const endpoints = {
  token: tokenEndpoints,
  accounts: accountEndpoints,
  transactions: transactionEndpoints,
  currencies: currencyEndpoints,
  rates: rateEndpoints,
  exchangePairs: exchangePairEndpoints,
  exchanges: exchangeEndpoints,
  cryptoWithdrawals: cryptoWithdrawalEndpoints,
  bankWithdrawals: bankWithdrawalEndpoints,
  eWalletWithdrawals: eWalletWithdrawalEndpoints,
  voucherWithdrawals: voucherWithdrawalEndpoints,
  withdrawalsWithExchange: withdrawalWithExchangeEndpoints,
  deposits: depositEndpoints,
  cryptoDeposits: cryptoDepositEndpoints,
  depositAddresses: depositAddressEndpoints,
  paymentMethods: paymentMethodEndpoints,
  giftCards: giftCardEndpoints,
  giftCardPurchases: giftCardPurchaseEndpoints,
  projects: projectEndpoints,
  preorders: preorderEndpoints,
  orders: orderEndpoints,
  orderActions: orderActionEndpoints,
  merchantTransactions: merchantTransactionEndpoints,
  merchantCallbacks: merchantCallbackEndpoints,
  exports: exportEndpoints,
  callbacks: callbackEndpoints,
}

export type Endpoints = typeof endpoints

/** All rows, in the order of the table. */
export function endpointRows(table: Endpoints): readonly Endpoint[] {
  return Object.values(table).flatMap((noun) => Object.values(noun))
}

/** The table with the corrections of a file, and every fault of theirs as a sentence. */
export function readEndpoints(file: string | undefined): { corrected: Endpoints; faults: readonly string[] } {
  if (file === undefined) return { corrected: endpoints, faults: [] }
  let corrections: unknown
  try {
    corrections = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { corrected: endpoints, faults: ['ENDPOINTS_FILE cannot be read as JSON.'] }
  }
  const { corrected, faults } = correctEndpoints(endpoints, corrections)
  return { corrected, faults: faults.map((fault) => `ENDPOINTS_FILE: ${fault}`) }
}

/**
 * The table with corrections: `{"accounts.list": {"method": "GET", "path": "/v2/accounts", "encoding": "json"}}`, and what is wrong with
 * them.
 */
function correctEndpoints(table: Endpoints, corrections: unknown): { corrected: Endpoints; faults: readonly string[] } {
  if (!isRecord(corrections)) return { corrected: table, faults: ['it must hold one JSON object.'] }
  const known = new Set(endpointRows(table).map(({ name }) => name))
  const faults = Object.keys(corrections).flatMap((name) => (known.has(name) ? [] : [`"${name}" is no endpoint.`]))
  const corrected = mapRows(table, (row) => {
    const correction = Object.hasOwn(corrections, row.name) ? corrections[row.name] : {}
    faults.push(...faultsOf(row, correction))
    return { ...row, ...(correction as Partial<Endpoint>) }
  })
  return { corrected, faults }
}

function faultsOf(row: Endpoint, correction: unknown): string[] {
  if (!isRecord(correction)) return [`"${row.name}" must be an object.`]
  return Object.entries(correction).flatMap(([field, value]) => {
    if (field === 'method')
      return ['GET', 'POST', 'PUT', 'PATCH'].includes(value as string) ? [] : [`"${row.name}" has a bad method.`]
    if (field === 'encoding')
      return ['json', 'form'].includes(value as string) ? [] : [`"${row.name}" has a bad encoding.`]
    if (field === 'path')
      return goodPath(row, value)
        ? []
        : [
            `"${row.name}" has a bad path: it must begin with / and use only ${placeholders(row.path).join(', ') || 'no placeholders'}.`,
          ]
    return [`"${row.name}" has an unknown field; method, path and encoding can be corrected.`]
  })
}

function goodPath(row: Endpoint, path: unknown): boolean {
  if (typeof path !== 'string' || !/^(\/([\w.~:@!$&'()*+,;=-]|\{\w+\})+)+$/.test(path) || /\/\.\.?(\/|$)/.test(path))
    return false
  const allowed = placeholders(row.path)
  const used = placeholders(path)
  return used.every((each) => allowed.includes(each)) && allowed.every((each) => used.includes(each))
}

function placeholders(path: string): string[] {
  return path.match(/\{\w+\}/g) ?? []
}

function mapRows(table: Endpoints, map: (row: Endpoint) => Endpoint): Endpoints {
  const nouns = Object.entries(table).map(([noun, rows]) => {
    return [noun, Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, map(row)]))]
  })
  return Object.fromEntries(nouns) as Endpoints
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
