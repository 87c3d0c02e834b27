// Rows as the contract has them, for scripted upstreams: a test changes what it is about.
import type { Route } from './upstream.ts'

export type Row = Readonly<Record<string, unknown>>

/** A JSON number with exactly these digits, or any other raw JSON text. */
export function raw(text: string): unknown {
  return (JSON as typeof JSON & { rawJSON(text: string): unknown }).rawJSON(text)
}

export const account = (more: Row = {}): Row => ({
  accountId: 'A1',
  currencyCode: 'EUR',
  currencyName: 'Euro',
  currencyType: 'FIAT',
  balance: 10,
  availableBalance: 9.5,
  reservedAmount: 0.5,
  ...more,
})

export const transaction = (more: Row = {}): Row => ({
  transactionId: 'T1',
  type: 'EXCHANGE',
  amount: -1.15,
  currencyCode: 'EUR',
  description: 'EUR sold',
  status: 'PROCESSED',
  date: '2026-03-10T14:27:31.000Z',
  balanceAfter: 8.85,
  referenceId: 'E1',
  ...more,
})

export const exchange = (more: Row = {}): Row => ({
  exchangeId: 'E1',
  status: 'PAID',
  payAmount: 100,
  payCurrencyCode: 'EUR',
  payAccountId: 'A1',
  receiveAmount: raw('0.00163307'),
  receiveCurrencyCode: 'BTC',
  receiveAccountId: 'A2',
  rate: raw('0.0000163307'),
  createdAt: '2026-03-10T14:27:31.000Z',
  ...more,
})

export const withdrawal = (more: Row = {}): Row => ({
  id: 'W1',
  type: 'CRYPTO',
  status: 'NEW',
  accountId: 'A2',
  currencyCode: 'BTC',
  networkCode: 'BTC',
  withdrawAmount: raw('0.01002'),
  feeAmount: raw('0.00002'),
  receiveAmount: raw('0.01'),
  address: 'bc1qexample',
  memo: null,
  transactionHash: null,
  createdAt: '2026-11-22T11:00:00Z',
  ...more,
})

export const order = (more: Row = {}): Row => ({
  id: 'O1',
  orderId: '7055',
  merchantPreOrderId: 'P1',
  projectId: 'J1',
  status: 'PENDING',
  payCurrencyCode: 'BTC',
  payNetworkCode: 'BTC',
  payAmount: raw('0.00061234'),
  receivedAmount: null,
  receiveCurrencyCode: 'EUR',
  receiveAmount: raw('49.90'),
  depositAddress: 'bc1qexample',
  memo: null,
  validUntil: '2026-11-22T10:30:00Z',
  createdAt: '2026-11-22T10:15:00Z',
  ...more,
})

export const project = (more: Row = {}): Row => ({
  id: 'J1',
  name: 'Harbour Books',
  description: 'Online shop',
  autoConvert: true,
  receiveCurrencyCode: 'EUR',
  acceptAllCurrencies: false,
  acceptedCurrencyCodes: ['BTC', 'ETH'],
  enabled: true,
  testMode: false,
  createdAt: '2026-03-02T09:15:00Z',
  ...more,
})

export const currency = (more: Row = {}): Row => ({
  code: 'EUR',
  name: 'Euro',
  symbol: '€',
  type: 'FIAT',
  scale: 2,
  enabled: true,
  depositEnabled: true,
  withdrawalEnabled: true,
  exchangeEnabled: true,
  networks: [],
  ...more,
})

export const rate = (more: Row = {}): Row => ({
  currencyCode: 'BTC',
  baseCurrencyCode: 'EUR',
  rate: raw('61234.56'),
  change24h: 1.27,
  timestamp: '2026-03-10T14:27:00.000Z',
  ...more,
})

/** One page of a list, as wallet 2.7 has it. */
export const page = (...rows: readonly Row[]): Row => ({ totalCount: rows.length, page: 1, size: 25, data: rows })

/** Accounts A1 in EUR and A2 in BTC, with what belongs to them. */
export const walletRoutes: Readonly<Record<string, Route>> = {
  'GET /accounts': { body: [account(), account({ accountId: 'A2', currencyCode: 'BTC', balance: raw('0.5') })] },
  'GET /accounts/A1': { body: account() },
  'GET /accounts/A2': { body: account({ accountId: 'A2', currencyCode: 'BTC', balance: raw('0.5') }) },
  'GET /accounts/{id}/transactions': { body: page(transaction()) },
  'GET /currencies': {
    body: [currency(), currency({ code: 'BTC', name: 'Bitcoin', type: 'CRYPTO', scale: 8 })],
  },
  'GET /currencies/rates': { body: [rate(), rate({ currencyCode: 'EUR', rate: 1 })] },
  'GET /exchanges': { body: page(exchange()) },
  'GET /exchanges/E1': { body: exchange() },
  'GET /withdrawals/crypto': { body: page(withdrawal()) },
  'GET /withdrawals/crypto/W1': { body: withdrawal() },
  'GET /merchants/projects': { body: page(project()) },
  'GET /merchants/projects/J1': { body: project() },
  'GET /merchants/orders': { body: page(order()) },
  'GET /merchants/orders/O1': { body: order() },
}

/** Something that is waited for and settled by hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}
