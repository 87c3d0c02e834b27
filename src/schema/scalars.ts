// The scalars: how amounts, times and currency codes look on the wire, and which spellings are refused.
import { isDecimal, isZero } from '../decimal.ts'
import { builder } from './builder.ts'

builder.scalarType('Decimal', {
  description:
    'An exact decimal number as a string, e.g. "0.000000012345678901": no exponent, no leading zeros, no plus, no float, at most 64 characters. Digits come as SpectroCoin sent them, trailing zeros too.',
  serialize: (value) => value,
  parseValue(value) {
    if (typeof value !== 'string')
      throw new TypeError('A Decimal is a string such as "12.50", never a number: a number may lose digits on its way.')
    if (!isDecimal(value) || (value.startsWith('-') && isZero(value))) {
      throw new TypeError(
        'A Decimal is written like "12.50": digits, at most one point, no exponent, no spaces, at most 64 characters.',
      )
    }
    return value
  },
})

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/

builder.scalarType('DateTime', {
  description:
    'An instant in ISO 8601, in UTC on the way out; any offset, but one, on the way in: "2026-03-10T14:27:31.000Z".',
  serialize: (value) => value.toISOString(),
  parseValue(value) {
    const date = typeof value === 'string' && ISO_TIME.test(value) && isCalendarDay(value) ? new Date(value) : undefined
    if (!date || Number.isNaN(date.getTime())) throw new TypeError('A DateTime is written like "2026-03-10T14:27:31Z".')
    return date
  },
})

builder.scalarType('CurrencyCode', {
  description:
    'A currency code of 2 to 10 letters and digits with at least one upper-case letter, passed on as written: "BTC", "EUR", "1INCH"; SpectroCoin wants upper case, and yet spells "wBTC" so.',
  serialize: (value) => value,
  parseValue(value) {
    if (typeof value !== 'string' || !/^(?=.*[A-Z])[A-Za-z0-9]{2,10}$/.test(value)) {
      throw new TypeError('A CurrencyCode is 2 to 10 letters and digits, upper case as SpectroCoin spells it: "BTC".')
    }
    return value
  },
})

/** JavaScript would roll the 31st of a shorter month over into the next one. */
function isCalendarDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
}
