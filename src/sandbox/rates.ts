// Rates, live and past (wallet 5.3, 5.4): public. A base is not priced in itself, so its own row is left out.
import { rateNumber } from './answers.ts'
import { currencies, type Currency, currencyOf } from './catalogue.ts'
import { failure } from './failure.ts'
import type { Fields } from './fields.ts'
import type { Prices } from './prices.ts'
import type { Route } from './router.ts'

const hour = 3_600_000
const intervals = { HOUR: hour, DAY: 24 * hour, WEEK: 168 * hour }
// The epoch was a Thursday; weeks begin on Monday.
const offsets = { HOUR: 0, DAY: 0, WEEK: 4 * 24 * hour }
const mostPoints = 1000

export const rateRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/currencies/rates',
    list: 'rates',
    run({ world, now, query }) {
      const base = baseOf(query)
      return pricedIn(query)
        .filter((currency) => currency !== base)
        .map((currency) => showRate(world.prices, currency, base, now))
    },
  },
  {
    method: 'GET',
    path: '/currencies/rates/history',
    run({ world, now, query }) {
      query.required('currencyCode')
      query.required('dateFrom')
      const currency = query.currency('currencyCode') ?? baseOf(query)
      const base = baseOf(query)
      const interval = query.choice('interval', ['HOUR', 'DAY', 'WEEK']) ?? 'DAY'
      const times = timesOf(query.time('dateFrom') ?? now, Math.min(query.time('dateTo') ?? now, now), interval)
      return {
        currencyCode: currency.code,
        baseCurrencyCode: base.code,
        interval,
        rates: times.map((time) => ({
          timestamp: new Date(time),
          rate: rateNumber(world.prices.rate(currency, base, time)),
        })),
      }
    },
  },
]

function showRate(prices: Prices, currency: Currency, base: Currency, now: number): object {
  return {
    currencyCode: currency.code,
    baseCurrencyCode: base.code,
    rate: rateNumber(prices.rate(currency, base, now)),
    change24h: rateNumber(prices.change24h(currency, base, now)),
    timestamp: new Date(prices.movedAt(currency, base, now)),
  }
}

function baseOf(query: Fields): Currency {
  const base = query.currency('baseCurrencyCode') ?? currencyOf('EUR')
  if (base === undefined) throw failure('GEN_1')
  return base
}

function pricedIn(query: Fields): readonly Currency[] {
  const codes = query.text('currencyCodes')?.split(',')
  if (codes === undefined) return currencies
  return codes.map((code) => {
    const currency = currencyOf(code.trim())
    if (currency === undefined) throw failure('GEN_8', { Id: code })
    return currency
  })
}

// Whole hours, days or weeks, the oldest first: this is for a chart.
function timesOf(from: number, to: number, interval: keyof typeof intervals): number[] {
  const [length, offset] = [intervals[interval], offsets[interval]]
  const first = Math.ceil((from - offset) / length) * length + offset
  const points = Math.max(Math.ceil((to - first) / length), 0)
  if (points > mostPoints) throw failure('GEN_5', { interval: `${points} points, at most ${mostPoints}` })
  return Array.from({ length: points }, (_, index) => first + index * length)
}
