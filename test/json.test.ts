// JSON as the upstream writes it: what the platform's parser takes, with each number as the text that it was.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeBody, parseJson } from '../src/upstream/json.ts'
import type { Json } from '../src/upstream/json.ts'

/** Numbers from their text, as the platform would have read them. */
function evaluated(json: Json, plain: unknown): unknown {
  if (typeof plain === 'number') return Number(json)
  if (Array.isArray(plain)) return plain.map((each, index) => evaluated((json as readonly Json[])[index] as Json, each))
  if (plain !== null && typeof plain === 'object') {
    const pairs = Object.entries(plain).map(([key, each]) => {
      const own = Object.getOwnPropertyDescriptor(json, key)
      return [key, evaluated(own?.value as Json, each)] as const
    })
    expect(Object.keys(json as object)).toEqual(Object.keys(plain))
    return Object.fromEntries(pairs)
  }
  return json
}

function outcome(parse: () => unknown): { value: unknown } | { refused: string } {
  try {
    return { value: parse() }
  } catch (error) {
    return { refused: (error as Error).name }
  }
}

/** Texts with one spot changed, most of them no JSON any more. */
const mutated = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('', ',', '"', '{', ']', '\\', '0', '-', 'e', '.', '\u0000', '\u2028', ' ', 'null'),
  )
  .map(([text, at, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + 1))

const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.bigInt({ min: 0n, max: 10n ** 40n }),
    fc.constantFrom('', '.0', '.50', '.000000000000000001', 'e9', 'E-7', '.10e+400'),
  )
  .map((parts) => parts.join(''))

describe('parseJson', () => {
  test('agrees with JSON.parse on every text, in what it gives and in what it refuses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), mutated, fc.string({ maxLength: 12 })), (text) => {
        const plain = outcome(() => JSON.parse(text) as unknown)
        const ours = outcome(() => parseJson(text))
        if ('refused' in plain) expect(ours).toEqual({ refused: 'SyntaxError' })
        else if ('value' in ours) expect(evaluated(ours.value as Json, plain.value)).toEqual(plain.value)
        else expect.unreachable(`refused: ${text}`)
      }),
      { numRuns: 5000, seed: 30 },
    )
  })

  test('keeps the text of a number at any depth and beside any neighbours', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 29 }),
        fc.string(),
        (texts, depth, key) => {
          const name = JSON.stringify(key)
          const inner = `[${texts.map((text) => `{${name}: ${text} ,"b":[ ${text}\n]}`).join(',')}]`
          let found = parseJson(`${'[true,'.repeat(depth)}${inner}${']'.repeat(depth)}`) as readonly Json[]
          for (let n = 0; n < depth; n += 1) found = found[1] as readonly Json[]
          expect(found.map((each) => Object.entries(each as object))).toEqual(
            texts.map((text) =>
              Object.entries(
                Object.fromEntries([
                  [key, text],
                  ['b', [text]],
                ]),
              ),
            ),
          )
        },
      ),
      { numRuns: 1000, seed: 31 },
    )
    expect(parseJson('-0')).toBe('-0')
    expect(parseJson('1e999999999')).toBe('1e999999999')
  })

  test('takes the last of duplicate keys with its own text, as JSON.parse does', () => {
    expect(parseJson('{"a":1.10,"a":2.20}')).toEqual({ a: '2.20' })
    expect(parseJson('{"a":1.10,"a":"text"}')).toEqual({ a: 'text' })
    expect(parseJson('{"a":{"b":1.0},"a":[3.0]}')).toEqual({ a: ['3.0'] })
    expect(parseJson('{"a":[3.0,4.0],"a":{"0":5.0}}')).toEqual({ a: { 0: '5.0' } })
  })

  test('makes __proto__ a key like any other', () => {
    const json = parseJson('{"__proto__":{"polluted":1.0},"constructor":{"prototype":{"polluted":2}}}')
    expect(Object.keys(json as object)).toEqual(['__proto__', 'constructor'])
    expect(Object.getOwnPropertyDescriptor(json, '__proto__')?.value).toEqual({ polluted: '1.0' })
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('tells a number from a string by nothing but what a decoder makes of it', () => {
    expect(parseJson('[1, "1", true, null, "true"]')).toEqual(['1', '1', true, null, 'true'])
  })

  test('takes 32 levels of lists and objects, and not one more', () => {
    const nested = (depth: number): string =>
      '{"a":[1,'.repeat(depth / 2) + '[]'.repeat(depth % 2) + ']}'.repeat(depth / 2)
    expect(outcome(() => parseJson('['.repeat(32) + ']'.repeat(32)))).toHaveProperty('value')
    expect(outcome(() => parseJson('['.repeat(33) + ']'.repeat(33)))).toEqual({ refused: 'RangeError' })
    expect(outcome(() => parseJson(nested(31)))).toHaveProperty('value')
    expect(outcome(() => parseJson(nested(33)))).toEqual({ refused: 'RangeError' })
    for (const text of ['['.repeat(1_000_000), '{"a":'.repeat(200_000), `[1,${nested(200_001)}]`])
      expect(outcome(() => parseJson(text))).toEqual({ refused: 'RangeError' })
  })

  test('counts levels and no brackets: not those of neighbours, nor those in texts and keys', () => {
    expect(parseJson(`[${'[[]],{},'.repeat(100)}1]`)).toHaveLength(201)
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', ']', '}', 'a', '\n'), maxLength: 200 }),
        (text) => {
          expect(parseJson(JSON.stringify({ [text]: [text] }))).toEqual({ [text]: [text] })
          const deep = `{${JSON.stringify(text)}:${'['.repeat(32)}${']'.repeat(32)}}`
          expect(outcome(() => parseJson(deep))).toEqual({ refused: 'RangeError' })
        },
      ),
      { numRuns: 500, seed: 32 },
    )
  })
})

describe('encodeBody', () => {
  test('writes amounts as strings in JSON and digit for digit in a form, which has no null', () => {
    const body = {
      payAmount: '0.000000000000000001',
      on: true,
      left: undefined,
      none: null,
      payer: { name: 'Å & "b"' },
    }
    expect(encodeBody(body, 'json')).toEqual({
      text: '{"payAmount":"0.000000000000000001","on":true,"none":null,"payer":{"name":"Å & \\"b\\""}}',
      contentType: 'application/json',
    })
    const form = encodeBody(body, 'form')
    expect(form.contentType).toBe('application/x-www-form-urlencoded')
    expect([...new URLSearchParams(form.text)]).toEqual([
      ['payAmount', '0.000000000000000001'],
      ['on', 'true'],
      ['payer', '{"name":"Å & \\"b\\""}'],
    ])
  })
})
