// One withdrawal of each kind that the sandbox makes as it stands: what is posted, by its path.
const bank = { beneficiaryName: 'Harbour Books UAB', iban: 'LT121000011101001000' }

export const withdrawals = {
  '/withdrawals/crypto': { currencyCode: 'BTC', amount: '0.01', address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' },
  '/withdrawals/bank': { currencyCode: 'EUR', amount: '250', ...bank },
  '/withdrawals/e-wallet': { currencyCode: 'EUR', amount: '100', provider: 'skrill', recipient: 'ona@example.com' },
  '/withdrawals/voucher': { currencyCode: 'EUR', amount: '50', provider: 'flexepin' },
  '/withdrawals/with-exchange': {
    payCurrencyCode: 'USD',
    receiveCurrencyCode: 'EUR',
    payAmount: '200',
    method: { type: 'BANK', ...bank },
  },
}
