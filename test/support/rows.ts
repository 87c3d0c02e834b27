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
  address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  memo: null,
  transactionHash: null,
  createdAt: '2026-11-22T11:00:00Z',
  ...more,
})

export const bankWithdrawal = (more: Row = {}): Row => ({
  id: 'B1',
  type: 'BANK',
  status: 'PENDING',
  accountId: 'A1',
  currencyCode: 'EUR',
  withdrawAmount: raw('250.50'),
  feeAmount: raw('0.50'),
  receiveAmount: 250,
  transferType: 'SEPA',
  beneficiaryName: 'Harbour Books UAB',
  iban: 'LT601010012345678901',
  accountNumber: null,
  bic: null,
  reference: 'Payout 881',
  createdAt: '2026-11-22T11:00:00Z',
  ...more,
})

export const eWalletWithdrawal = (more: Row = {}): Row => ({
  id: 'E1',
  type: 'E_WALLET',
  status: 'PAID',
  accountId: 'A1',
  currencyCode: 'EUR',
  withdrawAmount: raw('50.75'),
  feeAmount: raw('0.75'),
  receiveAmount: 50,
  provider: 'skrill',
  recipient: 'reader@example.com',
  createdAt: '2026-11-22T11:00:00Z',
  ...more,
})

/** Paid, and so with what it is spent with. */
export const voucherWithdrawal = (more: Row = {}): Row => ({
  id: 'V1',
  type: 'VOUCHER',
  status: 'PAID',
  accountId: 'A1',
  currencyCode: 'EUR',
  withdrawAmount: raw('50.50'),
  feeAmount: raw('0.50'),
  receiveAmount: 50,
  provider: 'flexepin',
  voucherCode: 'ABCD-1234',
  voucherPin: '0077',
  expiresAt: '2027-11-22T11:00:00Z',
  createdAt: '2026-11-22T11:00:00Z',
  ...more,
})

/** By an exchange to BTC, and then as the crypto withdrawal W1. */
export const withdrawalWithExchange = (more: Row = {}): Row => ({
  id: 'X1',
  type: 'WITH_EXCHANGE',
  status: 'NEW',
  accountId: 'A2',
  currencyCode: 'BTC',
  withdrawAmount: raw('0.00163307'),
  feeAmount: raw('0.00002'),
  receiveAmount: raw('0.00161307'),
  method: { type: 'CRYPTO' },
  exchangeRate: raw('0.0000163307'),
  payAmount: 100,
  payCurrencyCode: 'EUR',
  receiveCurrencyCode: 'BTC',
  exchangeId: 'E1',
  withdrawalId: 'W1',
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
  depositAddress: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  memo: null,
  validUntil: '2026-11-22T10:30:00Z',
  createdAt: '2026-11-22T10:15:00Z',
  ...more,
})

export const preorder = (more: Row = {}): Row => ({
  id: 'P1',
  projectId: 'J1',
  orderId: '7055',
  isMultiple: true,
  description: 'Haircut',
  receiveAmount: 25,
  receiveCurrencyCode: 'EUR',
  payAmount: null,
  payCurrencyCode: null,
  redirectUrl: 'https://spectrocoin.com/en/payment/preorder/P1',
  validUntil: null,
  orderCount: 2,
  createdAt: '2026-11-20T08:00:00Z',
  ...more,
})

export const merchantTransaction = (more: Row = {}): Row => ({
  id: 'M1',
  projectId: 'J1',
  orderId: 'O1',
  type: 'DEPOSIT',
  amount: raw('0.00061234'),
  currencyCode: 'BTC',
  networkCode: 'BTC',
  transactionHash: '4f1c',
  feeAmount: raw('0.00000612'),
  feeCurrencyCode: 'BTC',
  status: 'COMPLETED',
  createdAt: '2026-11-22T10:24:55Z',
  ...more,
})

export const merchantCallback = (more: Row = {}): Row => ({
  id: 'C1',
  orderId: 'O1',
  merchantOrderId: '7055',
  projectId: 'J1',
  url: 'https://shop.example.com/sc',
  orderStatus: 'PAID',
  status: 'SENT',
  httpStatus: 200,
  responseBody: '*ok*',
  attempts: 1,
  createdAt: '2026-11-22T10:25:01Z',
  lastAttemptAt: '2026-11-22T10:25:02Z',
  nextAttemptAt: null,
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

export const deposit = (more: Row = {}): Row => ({
  depositId: 'D1',
  status: 'NEW',
  amount: raw('250.00'),
  feeAmount: raw('1.50'),
  receiveAmount: raw('248.50'),
  currencyCode: 'EUR',
  accountId: 'A1',
  paymentMethodId: 'sepa-deposit-eur',
  redirectUrl: null,
  bankDetails: {
    beneficiaryName: 'Example Beneficiary',
    iban: 'LT601010012345678901',
    bic: 'EXAMLT21',
    bankName: 'Example Bank',
    reference: 'SC-250310-77',
  },
  createdAt: '2026-03-09T14:30:00.000Z',
  updatedAt: '2026-03-09T14:30:00.000Z',
  ...more,
})

export const cryptoDeposit = (more: Row = {}): Row => ({
  depositId: 'C1',
  status: 'PENDING',
  amount: raw('0.015'),
  feeAmount: 0,
  currencyCode: 'BTC',
  networkCode: 'BTC',
  accountId: 'A2',
  address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  memo: null,
  transactionHash: '4e1f',
  confirmations: 1,
  requiredConfirmations: 3,
  createdAt: '2026-03-10T13:02:11.000Z',
  updatedAt: '2026-03-10T13:12:40.000Z',
  ...more,
})

export const depositAddress = (more: Row = {}): Row => ({
  addressId: 'L1',
  address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  memo: null,
  currencyCode: 'BTC',
  networkCode: 'BTC',
  accountId: 'A2',
  createdAt: '2026-01-05T09:00:00.000Z',
  ...more,
})

export const paymentMethod = (more: Row = {}): Row => ({
  paymentMethodId: 'sepa-deposit-eur',
  type: 'BANK_TRANSFER',
  name: 'SEPA transfer',
  direction: 'DEPOSIT',
  currencyCodes: ['EUR'],
  minAmount: 10,
  maxAmount: 100000,
  feeFixed: 0,
  feePercent: raw('0.10'),
  enabled: true,
  ...more,
})

export const giftCard = (more: Row = {}): Row => ({
  id: 'steam-eur',
  name: 'Steam EUR',
  brand: 'Steam',
  countryCode: 'DE',
  currencyCode: 'EUR',
  category: 'GAMES',
  imageUrl: 'https://example.com/steam.png',
  denominations: [20, raw('50.00')],
  instructions: 'Redeem it in the shop.',
  available: true,
  ...more,
})

/** Not paid for yet; `cards` come with PAID. */
export const giftCardPurchase = (more: Row = {}): Row => ({
  id: 'G1',
  productId: 'steam-eur',
  productName: 'Steam EUR',
  quantity: 1,
  amount: 20,
  currencyCode: 'EUR',
  payAmount: raw('0.00024531'),
  payCurrencyCode: 'BTC',
  status: 'NEW',
  validUntil: '2026-11-22T11:20:00Z',
  createdAt: '2026-11-22T11:05:00Z',
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

// Enough in both for whatever a test lets leave.
const euros = account({ availableBalance: 9_500 })
const bitcoins = account({ accountId: 'A2', currencyCode: 'BTC', balance: raw('0.5'), availableBalance: 9_500 })

/** Accounts A1 in EUR and A2 in BTC, with what belongs to them. */
export const walletRoutes: Readonly<Record<string, Route>> = {
  'GET /accounts': { body: [euros, bitcoins] },
  'GET /accounts/A1': { body: euros },
  'GET /accounts/A2': { body: bitcoins },
  'GET /accounts/{id}/transactions': { body: page(transaction()) },
  'GET /currencies': {
    body: [currency(), currency({ code: 'BTC', name: 'Bitcoin', type: 'CRYPTO', scale: 8 })],
  },
  'GET /currencies/rates': { body: [rate(), rate({ currencyCode: 'EUR', rate: 1 })] },
  'GET /exchanges': { body: page(exchange()) },
  'GET /exchanges/E1': { body: exchange() },
  'GET /withdrawals/crypto': { body: page(withdrawal()) },
  'GET /withdrawals/crypto/W1': { body: withdrawal() },
  'GET /withdrawals/bank': { body: page(bankWithdrawal()) },
  'GET /withdrawals/bank/B1': { body: bankWithdrawal() },
  'GET /withdrawals/e-wallet': { body: page(eWalletWithdrawal()) },
  'GET /withdrawals/e-wallet/E1': { body: eWalletWithdrawal() },
  'GET /withdrawals/voucher': { body: page(voucherWithdrawal()) },
  'GET /withdrawals/voucher/V1': { body: voucherWithdrawal() },
  'GET /withdrawals/with-exchange': { body: page(withdrawalWithExchange()) },
  'GET /withdrawals/with-exchange/X1': { body: withdrawalWithExchange() },
  'GET /deposits': { body: page(deposit()) },
  'GET /deposits/D1': { body: deposit() },
  'GET /deposits/crypto': { body: page(cryptoDeposit()) },
  'GET /deposits/crypto/C1': { body: cryptoDeposit() },
  'GET /deposits/crypto/addresses': { body: [depositAddress()] },
  'GET /payment-methods': { body: [paymentMethod()] },
  'GET /gift-cards': { body: page(giftCard()) },
  'GET /gift-cards/steam-eur': { body: giftCard() },
  'GET /purchases/gift-cards': { body: page(giftCardPurchase()) },
  'GET /purchases/gift-cards/G1': { body: giftCardPurchase() },
  'GET /merchants/projects': { body: page(project()) },
  'GET /merchants/projects/J1': { body: project() },
  'GET /merchants/orders': { body: page(order()) },
  'GET /merchants/orders/O1': { body: order() },
  'GET /merchants/preorders': { body: page(preorder()) },
  'GET /merchants/preorders/P1': { body: preorder() },
  'GET /merchants/transactions': { body: page(merchantTransaction()) },
  'GET /merchants/transactions/M1': { body: merchantTransaction() },
  'GET /merchants/callbacks': { body: page(merchantCallback()) },
  'GET /merchants/callbacks/C1': { body: merchantCallback() },
}

/** Something that is waited for and settled by hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}
