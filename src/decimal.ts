// Exact decimal numbers as plain strings: the only arithmetic on amounts and rates that this project has.

/** A plain decimal: optional minus, no leading zeros, no exponent, e.g. "-0.00012". Digits behind the point are kept as given. */
export type Decimal = string

/** Where a result has more places than it may keep: towards zero, away from zero, or to the nearest, ties to the even digit. */
export type Rounding = 'down' | 'up' | 'half-even'

/** The longest text that a decimal may have anywhere in the gateway, on the way in and on the way out. */
const MAX_DECIMAL_LENGTH = 64

const [MINUS, POINT, ZERO, NINE] = [0x2d, 0x2e, 0x30, 0x39]

const WITH_EXPONENT = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?[eE]([+-]?\d+)$/

/** Whether this text is a plain decimal of at most 64 characters. */
export function isDecimal(text: string): boolean {
  return text.length <= MAX_DECIMAL_LENGTH && isPlain(text)
}

/**
 * Reads a number as JSON writes one, exponent and all, into a plain decimal with the same digits; undefined where the text is
 * no number or would need more than 64 characters written out. "-0" becomes "0": an amount has no signed zero.
 */
export function readDecimal(text: string): Decimal | undefined {
  if (text.length > MAX_DECIMAL_LENGTH) return undefined
  if (isPlain(text)) return text.charCodeAt(0) === MINUS && isZero(text) ? text.slice(1) : text
  const match = WITH_EXPONENT.exec(text)
  if (!match) return undefined
  const [, minus = '', whole = '', fraction = '', exponent] = match
  const plain = writtenOut(whole, fraction, Number(exponent))
  if (plain === undefined) return undefined
  const signed = isZero(plain) ? plain : minus + plain
  return signed.length <= MAX_DECIMAL_LENGTH ? signed : undefined
}

/** Below zero, zero, or above: -1, 0 or 1. */
export function sign(a: Decimal): -1 | 0 | 1 {
  if (isZero(a)) return 0
  return a.startsWith('-') ? -1 : 1
}

export function isZero(a: Decimal): boolean {
  for (let at = 0; at < a.length; at += 1) {
    const code = a.charCodeAt(at)
    if (code > ZERO && code <= NINE) return false
  }
  return true
}

export function negate(a: Decimal): Decimal {
  if (isZero(a)) return a
  return a.startsWith('-') ? a.slice(1) : `-${a}`
}

/** How many digits stand behind the point, trailing zeros among them. */
export function scaleOf(a: Decimal): number {
  const point = a.indexOf('.')
  return point < 0 ? 0 : a.length - point - 1
}

/** The same number in its shortest spelling: "1.50" and "1.5" are equal, and this is how they show it. */
export function canonical(a: Decimal): Decimal {
  if (isZero(a)) return '0'
  return a.includes('.') ? a.replace(/\.?0+$/, '') : a
}

/** Compares as numbers, not as text: -1, 0 or 1. */
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const [x, y] = aligned(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b)
  return write(x + y, scale)
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, negate(b))
}

/** The exact product; its scale is the sum of both scales. */
export function multiply(a: Decimal, b: Decimal): Decimal {
  return write(unscaled(a) * unscaled(b), scaleOf(a) + scaleOf(b))
}

/** a / b to `scale` places. Throws a RangeError where b is zero. */
export function divide(a: Decimal, b: Decimal, scale: number, rounding: Rounding): Decimal {
  const shift = scale + scaleOf(b) - scaleOf(a)
  const numerator = shift >= 0 ? unscaled(a) * 10n ** BigInt(shift) : unscaled(a)
  const denominator = shift >= 0 ? unscaled(b) : unscaled(b) * 10n ** BigInt(-shift)
  return write(quotient(numerator, denominator, rounding), scale)
}

/** The number at exactly `scale` places: padded with zeros, or rounded as told. */
export function round(a: Decimal, scale: number, rounding: Rounding): Decimal {
  const surplus = scaleOf(a) - scale
  if (surplus <= 0) return write(unscaled(a) * 10n ** BigInt(-surplus), scale)
  return write(quotient(unscaled(a), 10n ** BigInt(surplus), rounding), scale)
}

/** Character by character, which costs a fraction of a regular expression: all amounts of all answers come this way. */
function isPlain(text: string): boolean {
  const first = text.charCodeAt(0) === MINUS ? 1 : 0
  const point = afterDigits(text, first)
  if (point === first || (text.charCodeAt(first) === ZERO && point > first + 1)) return false
  if (point === text.length) return true
  return text.charCodeAt(point) === POINT && point + 1 < text.length && afterDigits(text, point + 1) === text.length
}

function afterDigits(text: string, from: number): number {
  let at = from
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < ZERO || code > NINE) break
  }
  return at
}

function unscaled(a: Decimal): bigint {
  return BigInt(a.replace('.', ''))
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(scaleOf(a), scaleOf(b))
  const [x, y] = [a, b].map((value) => unscaled(value) * 10n ** BigInt(scale - scaleOf(value))) as [bigint, bigint]
  return [x, y, scale]
}

function quotient(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const result = numerator / denominator
  const rest = numerator % denominator
  if (rest === 0n || rounding === 'down') return result
  const away = numerator < 0n === denominator < 0n ? result + 1n : result - 1n
  if (rounding === 'up') return away
  const twice = 2n * (rest < 0n ? -rest : rest)
  const whole = denominator < 0n ? -denominator : denominator
  if (twice !== whole) return twice > whole ? away : result
  return result % 2n === 0n ? result : away
}

function write(value: bigint, scale: number): Decimal {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const plain = join(digits.slice(0, digits.length - scale), digits.slice(digits.length - scale))
  return value < 0n ? `-${plain}` : plain
}

function writtenOut(whole: string, fraction: string, exponent: number): string | undefined {
  const digits = whole + fraction
  if (isZero(digits) && exponent >= fraction.length) return '0'
  const point = whole.length + exponent
  // Judged before a single zero is written: 1e999999999 must not cost a gigabyte to refuse.
  if (Math.max(point, digits.length) - Math.min(point, 0) > MAX_DECIMAL_LENGTH) return undefined
  if (point <= 0) return join('0', '0'.repeat(-point) + digits)
  const padded = digits.padEnd(point, '0')
  return join(padded.slice(0, point).replace(/^0+(?=\d)/, ''), padded.slice(point))
}

function join(whole: string, fraction: string): string {
  return fraction === '' ? whole : `${whole}.${fraction}`
}
