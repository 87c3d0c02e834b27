// The ways in and out of the accounts: which currencies they take, their limits and fees.
import { currencies, type Currency, currencyOf } from './catalogue.ts'
import type { Tariff } from './tariff.ts'
import { parseUnits } from './units.ts'

export type Direction = 'DEPOSIT' | 'WITHDRAWAL'

type MethodType = 'BANK_TRANSFER' | 'CARD' | 'E_WALLET' | 'VOUCHER' | 'CRYPTO'

export type PaymentMethod = {
  readonly paymentMethodId: string
  readonly type: MethodType
  readonly name: string
  readonly direction: Direction
  readonly currencyCodes: readonly string[]
  readonly limits: readonly [min: string, max: string] | undefined
  readonly feeFixed: string
  readonly feePercent: string
  readonly enabled: boolean
  /** Vouchers come in these values only. */
  readonly denominations: readonly string[]
}

const cryptoCodes = currencies.filter(({ type, enabled }) => type === 'CRYPTO' && enabled).map(({ code }) => code)
const cryptoMethod = { type: 'CRYPTO', name: 'Crypto', currencyCodes: cryptoCodes, limits: undefined } as const
const free = { feeFixed: '0', feePercent: '0', enabled: true, denominations: [] } as const

// "id | name | currencies | smallest largest | fixed fee | percent [| off]"; a voucher's values stand for its limits.
export const paymentMethods: readonly PaymentMethod[] = [
  ...rows('BANK_TRANSFER', 'DEPOSIT', [
    'sepa-deposit-eur | SEPA transfer | EUR | 10 100000 | 0 | 0',
    'swift-deposit-usd | SWIFT transfer | USD | 50 100000 | 0 | 0',
    'swift-deposit-gbp | SWIFT transfer | GBP | 50 100000 | 0 | 0',
    'swift-deposit-pln | SWIFT transfer | PLN | 200 400000 | 0 | 0',
    'swift-deposit-jpy | SWIFT transfer | JPY | 8000 16000000 | 0 | 0',
  ]),
  ...rows('CARD', 'DEPOSIT', [
    'card-deposit | Card | EUR USD GBP | 10 5000 | 0 | 2.5',
    'card-deposit-old | Card, old terminal | EUR | 10 500 | 1 | 4 | off',
  ]),
  { ...cryptoMethod, ...free, paymentMethodId: 'crypto-deposit', direction: 'DEPOSIT' },
  ...rows('BANK_TRANSFER', 'WITHDRAWAL', [
    'sepa-withdrawal-eur | SEPA transfer | EUR | 10 100000 | 1 | 0',
    'sepa-instant-withdrawal-eur | SEPA instant transfer | EUR | 10 15000 | 2 | 0',
    'swift-withdrawal-eur | SWIFT transfer | EUR | 50 100000 | 15 | 0',
    'swift-withdrawal-usd | SWIFT transfer | USD | 50 100000 | 18 | 0',
    'swift-withdrawal-gbp | SWIFT transfer | GBP | 50 100000 | 13 | 0',
    'swift-withdrawal-pln | SWIFT transfer | PLN | 200 400000 | 60 | 0',
    'swift-withdrawal-jpy | SWIFT transfer | JPY | 8000 16000000 | 2400 | 0',
  ]),
  ...rows('E_WALLET', 'WITHDRAWAL', [
    'skrill | Skrill | EUR USD GBP PLN | 5 10000 | 0 | 1.5',
    'neteller | Neteller | EUR USD GBP | 5 5000 | 0.5 | 1',
    'docomo | d Wallet | JPY | 1000 1000000 | 100 | 0.5',
    'payeer | Payeer | EUR USD | 5 5000 | 0 | 2 | off',
  ]),
  ...rows('VOUCHER', 'WITHDRAWAL', [
    'flexepin | Flexepin | EUR USD GBP | 10 20 50 100 250 500 | 0 | 1',
    'cashlib-pln | CASHlib | PLN | 20 50 100 250 500 1000 | 0 | 1',
    'bitcash-jpy | BitCash | JPY | 1000 2000 5000 10000 20000 50000 | 0 | 1',
  ]),
  { ...cryptoMethod, ...free, paymentMethodId: 'crypto-withdrawal', direction: 'WITHDRAWAL' },
]

export function methodOf(id: string, direction: Direction, type?: MethodType): PaymentMethod | undefined {
  return paymentMethods.find(
    (method) =>
      method.paymentMethodId === id && method.direction === direction && method.type === (type ?? method.type),
  )
}

/** The first one that is in use for the currency. */
export function methodFor(type: MethodType, direction: Direction, currency: Currency): PaymentMethod {
  const method = paymentMethods.find((one) => {
    return one.type === type && one.direction === direction && one.enabled && one.currencyCodes.includes(currency.code)
  })
  if (method === undefined) throw new Error(`No ${type} for ${currency.code}.`)
  return method
}

export function tariffOf({ limits, feeFixed, feePercent }: PaymentMethod, currency: Currency): Tariff {
  const fixed = unitsOf(feeFixed, currency.scale)
  const hundredths = unitsOf(feePercent, 2)
  return {
    min: unitsOf(limits?.[0] ?? '0', currency.scale),
    max: unitsOf(limits?.[1] ?? '1000000000', currency.scale),
    fee: (amount) => fixed + roundedUp(amount * hundredths, 10_000n),
    gross: (net) => roundedUp((net + fixed) * 10_000n, 10_000n - hundredths) + (hundredths > 0n ? 1n : 0n),
  }
}

export function denominationsOf({ denominations }: PaymentMethod, { scale }: Currency): bigint[] {
  return denominations.map((value) => unitsOf(value, scale))
}

function rows(type: MethodType, direction: Direction, lines: readonly string[]): PaymentMethod[] {
  return lines.map((line) => {
    const cells = line.split(' | ')
    const [paymentMethodId = '', name = '', codes = '', values = '', feeFixed = '', feePercent = '', off] = cells
    const amounts = values.split(' ')
    return {
      paymentMethodId,
      type,
      name,
      direction,
      currencyCodes: codes.split(' ').filter((code) => currencyOf(code) !== undefined),
      limits: [amounts[0] ?? '', amounts.at(-1) ?? ''],
      feeFixed,
      feePercent,
      enabled: off === undefined,
      denominations: type === 'VOUCHER' ? amounts : [],
    }
  })
}

function unitsOf(text: string, scale: number): bigint {
  const units = parseUnits(text, scale)
  if (units === undefined) throw new Error(`${text} does not fit a scale of ${scale}.`)
  return units
}

function roundedUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}
