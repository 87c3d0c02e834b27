// What the upstream of the benchmark knows: 20 accounts, 50 transactions each, and the rates of all their currencies in 100 bases.

/** Numbers as they are written in JSON. One of 12 digits, the last no zero, is a float's own text: peers that read floats answer the same. */
type Amount = string

const CODES = 'BTC ETH USDT USDC XRP TRX LTC SOL ADA DOT BNB XLM DASH XEM EUR USD GBP CHF PLN CZK'.split(' ')

export const BASES = Array.from({ length: 100 }, (_, index) => `B${twoDigits(index)}`)

export interface Account {
  readonly id: string
  readonly code: string
  readonly balance: Amount
  readonly available: Amount
}

export const ACCOUNTS: readonly Account[] = CODES.map((code, index) => ({
  id: (0x7f0c5b52 + index * 7919).toString(16),
  code,
  balance: amount(index + 1),
  available: amount(index + 101),
}))

export interface Transaction {
  readonly id: string
  readonly amount: Amount
  readonly balanceAfter: Amount
}

/** Newest first. Of two accounts none have an id or an amount in common. */
export const TRANSACTIONS: ReadonlyMap<string, readonly Transaction[]> = new Map(
  ACCOUNTS.map(({ id }, account) => [
    id,
    Array.from({ length: 50 }, (_, index) => {
      const seed = 1000 + account * 50 + index
      const sign = index % 3 === 0 ? '-' : ''
      return {
        id: `SC${String(seed).padStart(9, '0')}`,
        amount: sign + amount(seed),
        balanceAfter: amount(seed + 5000),
      }
    }),
  ]),
)

/** Of one unit of a currency; no two bases have one in common, and all are equally long. */
export function priceOf(code: string, base: string): Amount {
  return `${1000 + CODES.indexOf(code)}.${base.slice(1)}${54321 + CODES.indexOf(code) * 10}`
}

export const accountsJson = `[${ACCOUNTS.map((account) => accountJson(account.id, account)).join()}]`

/** One account under any id. */
export function accountJson(id: string, { code, balance, available }: Account = ACCOUNTS[0] as Account): string {
  return `{"accountId":"${id}","currencyCode":"${code}","balance":${balance},"availableBalance":${available},"reservedAmount":0.5}`
}

export function transactionsJson({ id: accountId, code }: Account): string {
  const rows = TRANSACTIONS.get(accountId) ?? []
  return `[${rows
    .map(
      ({ id, amount: moved, balanceAfter }, index) =>
        `{"transactionId":"${id}","type":"EXCHANGE","status":"PROCESSED","amount":${moved},"currencyCode":"${code}",` +
        `"description":"Exchange of ${code}, order ${id}","date":"2026-03-${twoDigits(28 - (index >> 1))}T10:20:30.123Z",` +
        `"balanceAfter":${balanceAfter},"referenceId":"e0a1c2d3-${id}"}`,
    )
    .join()}]`
}

export function ratesJson(base: string): string {
  return `[${CODES.map(
    (code) =>
      `{"currencyCode":"${code}","rate":${priceOf(code, base)},"change24h":-1.25,"timestamp":"2026-03-28T10:20:30.123Z"}`,
  ).join()}]`
}

export const currenciesJson = JSON.stringify(
  CODES.map((code, index) => ({
    code,
    name: code,
    type: index < 14 ? 'CRYPTO' : 'FIAT',
    scale: index < 14 ? 8 : 2,
    enabled: true,
    depositEnabled: true,
    withdrawalEnabled: true,
    exchangeEnabled: true,
    networks: index < 14 ? [{ code, name: code, memoRequired: false, confirmations: 3, minDepositAmount: 0.01 }] : [],
  })),
)

export const ADDRESS = {
  id: 'e0a1c2d3',
  address: 'TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf',
  currencyCode: 'USDT',
  network: 'TRX',
}

export const addressJson = JSON.stringify({
  addressId: ADDRESS.id,
  address: ADDRESS.address,
  currencyCode: ADDRESS.currencyCode,
  networkCode: ADDRESS.network,
})

export const pairsJson =
  '[{"exchangePairId":"7c3a","payCurrencyCode":"BTC","receiveCurrencyCode":"EUR","minPayAmount":0.1}]'

/** What every exchange comes to. */
export const EXCHANGED = { id: 'a1b2c3d4', status: 'PAID', payAmount: '1.5', receiveAmount: '90123.45' }

export const exchangeJson = JSON.stringify({
  exchangeId: EXCHANGED.id,
  status: EXCHANGED.status,
  payAmount: EXCHANGED.payAmount,
  payCurrencyCode: 'BTC',
  receiveAmount: EXCHANGED.receiveAmount,
  receiveCurrencyCode: 'EUR',
})

/** The account that nobody may read. */
export const FORBIDDEN_ID = 'f0f0f0f0'

function amount(seed: number): Amount {
  return `${1000 + ((seed * 7919) % 9000)}.${String((seed * 104_729) % 10_000_000).padStart(7, '0')}${1 + (seed % 9)}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
