// The sandbox's currencies: scales from 0 to 18, codes of two to six characters, one of them in mixed case.
import { parseUnits, tenTo } from './units.ts'

export type CurrencyType = 'FIAT' | 'CRYPTO'

export type Network = {
  readonly code: string
  readonly name: string
  readonly memoRequired: boolean
  readonly confirmations: number
  readonly minDeposit: bigint
  readonly withdrawalFee: bigint
  readonly minWithdrawal: bigint
}

export type Currency = {
  readonly code: string
  readonly name: string
  readonly symbol: string | null
  readonly type: CurrencyType
  readonly scale: number
  readonly enabled: boolean
  /** Where the price starts, in units of 10^-18 EUR. */
  readonly reference: bigint
  /** How far the slowest wave of the price goes, in thousandths of it. */
  readonly sway: number
  /** The price moves at each so many steps. */
  readonly beat: number
  readonly networks: readonly Network[]
}

export const priceScale = 18

const networkNames: Readonly<Record<string, string>> = {
  BTC: 'Bitcoin',
  ETH: 'Ethereum',
  TRX: 'Tron',
  BSC: 'BNB Smart Chain',
  SOL: 'Solana',
  POLYGON: 'Polygon',
  XRP: 'XRP Ledger',
  XLM: 'Stellar',
  LTC: 'Litecoin',
  DOGE: 'Dogecoin',
}

export const currencies: readonly Currency[] = [
  fiat('EUR', 'Euro', '€', 2, '1', 0, 1),
  fiat('USD', 'US Dollar', '$', 2, '0.9214', 30, 2),
  fiat('GBP', 'Pound Sterling', '£', 2, '1.1712', 30, 3),
  fiat('PLN', 'Polish Zloty', 'zł', 2, '0.2338', 25, 4),
  fiat('JPY', 'Japanese Yen', '¥', 0, '0.00614', 40, 3),
  fiat('CHF', 'Swiss Franc', null, 2, '1.0655', 25, 5),
  crypto('BTC', 'Bitcoin', '₿', 8, '61250', 220, 1, ['BTC 3 0.0001 0.00002 0.0002']),
  crypto('ETH', 'Ether', 'Ξ', 18, '2875.5', 240, 1, ['ETH 12 0.001 0.0006 0.002']),
  crypto('USDT', 'Tether', '₮', 6, '0.9209', 30, 2, ['TRX 20 1 1 5', 'ETH 12 5 3.5 10', 'BSC 15 1 0.3 2']),
  crypto('USDC', 'USD Coin', null, 6, '0.9213', 30, 2, ['ETH 12 5 3.5 10', 'SOL 32 1 0.5 2', 'POLYGON 64 1 0.2 2']),
  crypto('XRP', 'XRP', null, 6, '0.5342', 230, 1, ['XRP 4 1 0.2 1 memo']),
  crypto('XLM', 'Stellar Lumen', null, 7, '0.1104', 230, 2, ['XLM 2 1 0.1 1 memo']),
  crypto('LTC', 'Litecoin', 'Ł', 8, '78.41', 200, 1, ['LTC 6 0.01 0.001 0.01']),
  crypto('DOGE', 'Dogecoin', 'Ð', 8, '0.1432', 250, 1, ['DOGE 20 5 2 10']),
  crypto('SOL', 'Solana', null, 9, '148.27', 240, 1, ['SOL 32 0.01 0.008 0.02']),
  crypto('TRX', 'Tron', null, 6, '0.1187', 180, 2, ['TRX 20 1 1.1 3']),
  crypto('MATIC', 'Polygon', null, 18, '0.6217', 240, 2, ['POLYGON 64 1 0.1 1', 'ETH 12 5 3 10']),
  crypto('OP', 'Optimism', null, 18, '1.8429', 240, 3, ['ETH 12 1 0.9 3']),
  crypto('RENDER', 'Render', null, 8, '6.9134', 240, 2, ['SOL 32 0.1 0.05 0.2']),
  crypto('SHIB', 'Shiba Inu', null, 18, '0.00001274', 250, 1, ['ETH 12 100000 60000 200000']),
  crypto('wBTC', 'Wrapped Bitcoin', null, 8, '61190', 220, 1, ['ETH 12 0.0001 0.00006 0.0004']),
  crypto('1INCH', '1inch', null, 18, '0.3518', 240, 2, ['ETH 12 1 4.2 9']),
  crypto('BUSD', 'Binance USD', null, 18, '0.9211', 30, 2, ['BSC 15 1 0.3 2'], false),
]

export const networkCodes: readonly string[] = Object.keys(networkNames)

const byCode = new Map(currencies.map((currency) => [currency.code, currency]))

export function currencyOf(code: string): Currency | undefined {
  return byCode.get(code)
}

/** How much of the currency this many euros bought at the start, cut to one digit: the stuff of limits. */
export function roughly(euros: number, currency: Currency): bigint {
  const units = (BigInt(euros) * tenTo(currency.scale + priceScale)) / currency.reference
  const lastPlaces = tenTo(Math.max(units.toString().length - 1, 0))
  const cut = (units / lastPlaces) * lastPlaces
  return cut > 0n ? cut : 1n
}

function fiat(
  code: string,
  name: string,
  symbol: string | null,
  scale: number,
  euros: string,
  sway: number,
  beat: number,
): Currency {
  return { code, name, symbol, type: 'FIAT', scale, enabled: true, reference: price(euros), sway, beat, networks: [] }
}

function crypto(
  code: string,
  name: string,
  symbol: string | null,
  scale: number,
  euros: string,
  sway: number,
  beat: number,
  rows: readonly string[],
  enabled = true,
): Currency {
  const networks = rows.map((row) => network(row, scale))
  return { code, name, symbol, type: 'CRYPTO', scale, enabled, reference: price(euros), sway, beat, networks }
}

// "code confirmations smallest-deposit withdrawal-fee smallest-withdrawal [memo]"
function network(row: string, scale: number): Network {
  const [code = '', confirmations, deposit = '', fee = '', withdrawal = '', memo] = row.split(' ')
  return {
    code,
    name: networkNames[code] ?? code,
    memoRequired: memo === 'memo',
    confirmations: Number(confirmations),
    minDeposit: exact(deposit, scale),
    withdrawalFee: exact(fee, scale),
    minWithdrawal: exact(withdrawal, scale),
  }
}

function price(euros: string): bigint {
  return exact(euros, priceScale)
}

function exact(text: string, scale: number): bigint {
  const units = parseUnits(text, scale)
  if (units === undefined) throw new Error(`${text} does not fit a scale of ${scale}.`)
  return units
}
