// Exact amounts inside the sandbox: whole numbers of the smallest unit, read from and written as plain decimals.

const decimalForm = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/
const longestAmount = 64

const powersOfTen = Array.from({ length: 3 * longestAmount }, (_, exponent) => 10n ** BigInt(exponent))

export function tenTo(exponent: number): bigint {
  return powersOfTen[exponent] ?? 10n ** BigInt(exponent)
}

/** The units of a decimal, or undefined when the text is no decimal or has more places than the scale holds. */
export function parseUnits(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = '', exponent = '0'] = decimalForm.exec(text) ?? []
  if (sign === undefined || whole === undefined || text.length > longestAmount) return undefined
  // An exponent is a legal JSON number, and the API's Java reads one exactly.
  const shift = scale - fraction.length + Number(exponent)
  if (Math.abs(shift) > 2 * longestAmount) return undefined
  const digits = BigInt(sign + whole + fraction)
  if (shift >= 0) return digits * tenTo(shift)
  return digits % tenTo(-shift) === 0n ? digits / tenTo(-shift) : undefined
}

/** Units as a plain decimal: no exponent, no trailing zeros, every other digit. */
export function formatUnits(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '')
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** Division that rounds to the nearest, halves away from zero; the divisor is positive. */
export function divideToNearest(dividend: bigint, divisor: bigint): bigint {
  const half = dividend < 0n ? -divisor : divisor
  return (2n * dividend + half) / (2n * divisor)
}
