// What can be exported, and the columns of each: the fields of the list's rows, but for objects, secrets and external ids.

export type ExportList = {
  /** The endpoint whose rows these are. */
  readonly path: string
  /** The first one is the row's id. */
  readonly columns: readonly string[]
  readonly dateColumn: string
  readonly needsAccount: boolean
}

export const kindsOfWithdrawals = ['CRYPTO', 'BANK', 'E_WALLET', 'VOUCHER', 'WITH_EXCHANGE'] as const
type KindOfWithdrawal = (typeof kindsOfWithdrawals)[number]

export const exportLists: Readonly<Record<string, ExportList>> = {
  'account-transactions': {
    path: '/accounts/{accountId}/transactions',
    columns: words('transactionId accountId type amount currencyCode description status date balanceAfter referenceId'),
    dateColumn: 'date',
    needsAccount: true,
  },
  exchanges: list(
    '/exchanges',
    'exchangeId status payAmount payCurrencyCode receiveAmount receiveCurrencyCode rate exchangePairId payAccountId ' +
      'receiveAccountId createdAt',
  ),
  deposits: list(
    '/deposits',
    'depositId status amount feeAmount receiveAmount currencyCode accountId paymentMethodId redirectUrl ' +
      'bankDetails.beneficiaryName bankDetails.iban bankDetails.bic bankDetails.bankName bankDetails.reference ' +
      'createdAt updatedAt',
  ),
  'crypto-deposits': list(
    '/deposits/crypto',
    'depositId status amount feeAmount currencyCode networkCode accountId address memo transactionHash confirmations ' +
      'requiredConfirmations createdAt updatedAt',
  ),
  ...withdrawals('CRYPTO', 'crypto', 'networkCode address memo transactionHash confirmations'),
  ...withdrawals(
    'BANK',
    'bank',
    'transferType beneficiaryName iban accountNumber bic beneficiaryAddress beneficiaryCountryCode reference',
  ),
  ...withdrawals('E_WALLET', 'e-wallet', 'provider recipient'),
  // Without the codes: a file is passed on.
  ...withdrawals('VOUCHER', 'voucher', 'provider'),
  ...withdrawals(
    'WITH_EXCHANGE',
    'with-exchange',
    'method.type payAccountId exchangeRate payAmount payCurrencyCode receiveCurrencyCode exchangeId withdrawalId',
  ),
  'merchant-orders': list(
    '/merchants/orders',
    'id orderId merchantPreOrderId projectId status description payCurrencyCode payNetworkCode payAmount receivedAmount ' +
      'receiveCurrencyCode receiveAmount depositAddress memo callbackUrl successUrl failureUrl redirectUrl payerEmail ' +
      'validUntil createdAt updatedAt paidAt',
  ),
  'merchant-transactions': list(
    '/merchants/transactions',
    'id projectId orderId type amount currencyCode networkCode transactionHash feeAmount feeCurrencyCode status createdAt',
  ),
}

function list(path: string, columns: string): ExportList {
  return { path, columns: words(columns), dateColumn: 'createdAt', needsAccount: false }
}

function withdrawals(kind: KindOfWithdrawal, path: string, own: string): Record<string, ExportList> {
  const common = 'id type status accountId currencyCode withdrawAmount feeAmount receiveAmount'
  return {
    [`withdrawals ${kind}`]: list(`/withdrawals/${path}`, `${common} ${own} failureReason createdAt updatedAt`),
  }
}

function words(text: string): readonly string[] {
  return text.split(' ')
}
