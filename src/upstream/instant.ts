// Instants as the upstream may write them.

/** ISO 8601 (without a zone it is UTC, a day is its midnight), or epoch milliseconds; undefined where it is neither, or no day of the calendar. */
export function readInstant(text: string): Date | undefined {
  const date = usualTime(text) ?? (/^-?\d+$/.test(text) ? new Date(Number(text)) : isoTime(text))
  return date && !Number.isNaN(date.getTime()) ? date : undefined
}

/**
 * The spelling that nearly all have, `2026-03-10T14:27:31.000Z` with or without the milliseconds, on a day that every month has: a fraction of
 * the cost, which every row of a list has. undefined: it may be right all the same.
 */
function usualTime(text: string): Date | undefined {
  const { length } = text
  const isUsual =
    (length === 20 || (length === 24 && text.charCodeAt(19) === POINT)) &&
    text.charCodeAt(4) === MINUS &&
    text.charCodeAt(7) === MINUS &&
    text.charCodeAt(10) === T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    text.charCodeAt(length - 1) === Z
  if (!isUsual) return undefined
  const year = 100 * twoDigits(text, 0) + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  const thousandths = length === 20 ? 0 : 10 * twoDigits(text, 20) + (twoDigits(text, 21) % 10)
  const isRight =
    year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60
  return isRight ? new Date(Date.UTC(year, month - 1, day, hour, minute, second, thousandths)) : undefined
}

const [MINUS, POINT, COLON, T, Z] = [0x2d, 0x2e, 0x3a, 0x54, 0x5a]

/** NaN, which is neither above nor below anything, where they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30
  const ones = text.charCodeAt(at + 1) - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN
}

function isoTime(value: string): Date | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(value)
  if (!match) return undefined
  const [, day = '', clock = '00:00', zone = 'Z'] = match
  // JavaScript would roll the 30th of February over into March.
  if (new Date(day).getUTCDate() !== Number(day.slice(8))) return undefined
  // JavaScript reads no offset without a colon, which is how older Java writers spell it.
  return new Date(`${day}T${clock}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`)
}
