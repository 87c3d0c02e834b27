// The arithmetic on amounts, against fractions of whole numbers that know no rounding.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  add,
  canonical,
  compare,
  divide,
  isDecimal,
  isZero,
  multiply,
  negate,
  readDecimal,
  round,
  scaleOf,
  sign,
  subtract,
} from '../src/decimal.ts'
import type { Rounding } from '../src/decimal.ts'

interface Fraction {
  readonly over: bigint
  readonly under: bigint
}

/** Reads any JSON number; written here on its own, so that it cannot share a mistake with the code under test. */
function fraction(text: string): Fraction {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', behind = ''] = mantissa.split('.')
  const power = Number(exponent) - behind.length
  const digits = BigInt((whole + behind).replace('-', ''))
  const over = mantissa.startsWith('-') ? -digits : digits
  return power >= 0 ? { over: over * 10n ** BigInt(power), under: 1n } : { over, under: 10n ** BigInt(-power) }
}

const same = (a: Fraction, b: Fraction): boolean => a.over * b.under === b.over * a.under
const abs = (value: bigint): bigint => (value < 0n ? -value : value)

/** The fraction in units of 10^-scale, rounded by looking at both neighbours. */
function rounded({ over, under }: Fraction, scale: number, mode: Rounding): bigint {
  const top = abs(over) * 10n ** BigInt(scale)
  const below = top / under
  const exact = below * under === top
  const toNext = (below + 1n) * under - top
  const toThis = top - below * under
  const up = mode === 'up' || (mode === 'half-even' && (toNext < toThis || (toNext === toThis && below % 2n === 1n)))
  const units = exact || !up ? below : below + 1n
  return over < 0n ? -units : units
}

const digits = (most: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most }).map((each) => each.join(''))
const whole = digits(12).map((text) => text.replace(/^0+(?=\d)/, ''))
/** To 12 digits before the point and to 18 behind it. */
const decimal = fc
  .tuple(fc.constantFrom('', '-'), whole, fc.option(digits(18), { nil: undefined }))
  .map(([minus, before, behind]) => minus + before + (behind === undefined ? '' : `.${behind}`))
const withExponent = fc
  .tuple(decimal, fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.integer({ min: 0, max: 20 }))
  .map(([mantissa, letter, way, power]) => `${mantissa}${letter}${way}${power}`)
/** As they stand inside: zero has no sign. */
const unsignedZero = decimal.map((text) => (/[1-9]/.test(text) ? text : text.replace('-', '')))
const modes = fc.constantFrom<Rounding[]>('down', 'up', 'half-even')
const runs = { numRuns: 10_000, seed: 18 }

describe('readDecimal', () => {
  test('gives the same number, written out, for 10,000 numbers with and without exponents', () => {
    fc.assert(
      fc.property(fc.oneof(decimal, withExponent), (text) => {
        const plain = readDecimal(text)
        if (plain === undefined) {
          const { over, under } = fraction(text)
          const power = Math.abs(Number(text.toLowerCase().split('e')[1] ?? 0))
          expect(text.length + power).toBeGreaterThan(60)
          expect(over === 0n && under === 1n).toBe(false)
          return
        }
        expect(isDecimal(plain)).toBe(true)
        expect(same(fraction(plain), fraction(text))).toBe(true)
        expect(plain).not.toMatch(/^-[0.]*$/)
      }),
      runs,
    )
  })

  test('leaves each digit of a plain number as it is, trailing zeros too', () => {
    fc.assert(
      fc.property(decimal, (text) => {
        expect(readDecimal(text)).toBe(/[1-9]/.test(text) ? text : text.replace('-', ''))
      }),
      runs,
    )
  })

  test.each([
    ['1.50', '1.50'],
    ['-0', '0'],
    ['-0.00', '0.00'],
    ['1e3', '1000'],
    ['1.20e1', '12.0'],
    ['1.2e-1', '0.12'],
    ['12E-1', '1.2'],
    ['0.000001e6', '1'],
    ['-5e-18', '-0.000000000000000005'],
    ['0e999999999', '0'],
    ['1e63', `1${'0'.repeat(63)}`],
    ['1e-62', `0.${'0'.repeat(61)}1`],
    ['9'.repeat(64), '9'.repeat(64)],
  ])('reads %s as %s', (text, plain) => {
    expect(readDecimal(text)).toBe(plain)
  })

  test.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '01',
    '.5',
    '5.',
    '1,0',
    '0x1',
    'NaN',
    'Infinity',
    '1e',
    '1e1.5',
    '--1',
    '1_000',
    '١',
    '1\n',
    '1e64',
    '1e-63',
    '-1e63',
    '9'.repeat(65),
    '1e999999999',
    '-1e999999999',
    '1e-999999999',
    `1e${'9'.repeat(60)}`,
    `1e-${'9'.repeat(60)}`,
  ])('refuses %j', (text) => {
    expect(readDecimal(text)).toBeUndefined()
  })

  test.each([
    ['0E-8', '0.00000000'],
    ['0e-2', '0.00'],
    ['-0E-2', '0.00'],
    ['0.00e1', '0.0'],
    ['0.0e3', '0'],
    ['0e999999999', '0'],
    ['0E-62', `0.${'0'.repeat(62)}`],
    ['0E-63', undefined],
    ['0e-999999999', undefined],
  ])('a zero keeps its places too: %s', (text, plain) => {
    expect(readDecimal(text)).toBe(plain)
  })

  test('refuses what would be long in microseconds, whatever the exponent or the length', () => {
    const hostile = [
      '1e999999999',
      '1e-999999999',
      '1e9999999',
      '1e-9999999',
      `1e${'9'.repeat(60)}`,
      '9'.repeat(1_000_000),
      `0.${'0'.repeat(1e6)}`,
    ]
    const began = performance.now()
    for (let n = 0; n < 1000; n += 1) for (const text of hostile) readDecimal(text)
    expect((performance.now() - began) / (1000 * hostile.length)).toBeLessThan(0.05)
  })
})

describe('arithmetic', () => {
  test('compares, adds, subtracts and multiplies exactly', () => {
    fc.assert(
      fc.property(unsignedZero, unsignedZero, (a, b) => {
        const [x, y] = [fraction(a), fraction(b)]
        const difference = x.over * y.under - y.over * x.under
        expect(compare(a, b)).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0)
        const under = x.under * y.under
        expect(same(fraction(add(a, b)), { over: x.over * y.under + y.over * x.under, under })).toBe(true)
        expect(same(fraction(subtract(a, b)), { over: difference, under })).toBe(true)
        expect(same(fraction(multiply(a, b)), { over: x.over * y.over, under })).toBe(true)
        expect(scaleOf(add(a, b))).toBe(Math.max(scaleOf(a), scaleOf(b)))
        for (const result of [add(a, b), subtract(a, b), multiply(a, b), negate(a)])
          expect(result).toMatch(/^(?!-[0.]*$)-?(0|[1-9]\d*)(\.\d+)?$/)
      }),
      { numRuns: 5000, seed: 19 },
    )
  })

  test('rounds and divides as told, at exactly the scale that was asked for', () => {
    fc.assert(
      fc.property(decimal, decimal, fc.integer({ min: 0, max: 24 }), modes, (a, b, scale, mode) => {
        const [x, y] = [fraction(a), fraction(b)]
        const units = (result: string): bigint => BigInt(result.replace('.', ''))
        expect(units(round(a, scale, mode))).toBe(rounded(x, scale, mode))
        expect(scaleOf(round(a, scale, mode))).toBe(scale)
        if (y.over === 0n) {
          expect(() => divide(a, b, scale, mode)).toThrow(RangeError)
          return
        }
        const flipped = y.over < 0n ? -1n : 1n
        const quotient = { over: x.over * y.under * flipped, under: x.under * abs(y.over) }
        expect(units(divide(a, b, scale, mode))).toBe(rounded(quotient, scale, mode))
        expect(divide(a, b, scale, mode)).not.toMatch(/^-[0.]*$/)
      }),
      { numRuns: 5000, seed: 20 },
    )
  })

  test.each([
    ['0.5', '0'],
    ['1.5', '2'],
    ['2.5', '2'],
    ['-0.5', '0'],
    ['-1.5', '-2'],
    ['-2.5', '-2'],
    ['2.500000000000000001', '3'],
    ['2.499999999999999999', '2'],
  ])('rounds %s half to even to %s', (value, result) => {
    expect(round(value, 0, 'half-even')).toBe(result)
  })

  test('has one shortest spelling for equal numbers, and it is the same number', () => {
    fc.assert(
      fc.property(decimal, fc.integer({ min: 0, max: 6 }), (value, zeros) => {
        const padded = (value.includes('.') ? value : `${value}.0`) + '0'.repeat(zeros)
        expect(canonical(padded)).toBe(canonical(value))
        expect(compare(canonical(value), value)).toBe(0)
        expect(canonical(value)).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/)
        expect(canonical(value)).not.toBe('-0')
      }),
      { numRuns: 3000, seed: 21 },
    )
    expect(['100', '1.50', '-0.0', '10.00', '-1.10'].map(canonical)).toEqual(['100', '1.5', '0', '10', '-1.1'])
  })

  test('tells zero and the sign whatever the spelling', () => {
    expect(['0', '0.000', '-0.0', '-0.1', '10'].map(sign)).toEqual([0, 0, 0, -1, 1])
    expect(['0', '0.00', '0.01'].map(isZero)).toEqual([true, true, false])
  })
})
