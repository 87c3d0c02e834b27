// The gift cards that can be bought, of fixed values or of any value within limits.
import { type Currency, currencyOf } from './catalogue.ts'
import { parseUnits } from './units.ts'

export type Product = {
  readonly id: string
  readonly name: string
  readonly brand: string
  readonly countryCode: string
  readonly currency: Currency
  readonly category: string
  /** Empty where any value between the least and the most will do. */
  readonly denominations: readonly bigint[]
  readonly min: bigint
  readonly max: bigint
  readonly available: boolean
}

// "id | brand | country | currency | category | values, or least-most [| off]"
export const products: readonly Product[] = [
  'steam-eur | Steam | LT | EUR | GAMES | 5 10 20 50 100',
  'steam-usd | Steam | US | USD | GAMES | 10 20 50 100',
  'nintendo-eur | Nintendo eShop | DE | EUR | GAMES | 15-150',
  'xbox-gbp | Xbox | GB | GBP | GAMES | 10 25 50',
  'playstation-pln | PlayStation | PL | PLN | GAMES | 50 100 200 | off',
  'airbnb-eur | Airbnb | FR | EUR | TRAVEL | 25-500',
  'hotels-usd | Hotels.com | US | USD | TRAVEL | 20-1000',
  'flixbus-eur | FlixBus | DE | EUR | TRAVEL | 10 25 50 100',
  'eurostar-gbp | Eurostar | GB | GBP | TRAVEL | 20-400',
  'thalia-eur | Thalia | DE | EUR | BOOKS | 10-150',
  'waterstones-gbp | Waterstones | GB | GBP | BOOKS | 5 10 20 50',
  'kinokuniya-jpy | Kinokuniya | JP | JPY | BOOKS | 1000 3000 5000 10000',
  'empik-pln | Empik | PL | PLN | BOOKS | 20-500',
  'zalando-eur | Zalando | DE | EUR | FASHION | 10-150',
  'amazon-usd | Amazon.com | US | USD | SHOPPING | 1-500',
  'allegro-pln | Allegro | PL | PLN | SHOPPING | 50-1000 | off',
].map(product)

export function productOf(id: string): Product | undefined {
  return products.find((product) => product.id === id)
}

function product(row: string): Product {
  const [id = '', brand = '', countryCode = '', code = '', category = '', values = '', off] = row.split(' | ')
  const currency = currencyOf(code)
  if (currency === undefined) throw new Error(`The catalogue has no ${code}.`)
  const amounts = values.split(/[ -]/).map((value) => parseUnits(value, currency.scale) ?? 0n)
  return {
    id,
    name: `${brand} ${code}`,
    brand,
    countryCode,
    currency,
    category,
    denominations: values.includes('-') ? [] : amounts,
    min: amounts[0] ?? 0n,
    max: amounts.at(-1) ?? 0n,
    available: off === undefined,
  }
}
