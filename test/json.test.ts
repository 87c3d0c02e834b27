// JSON as the upstream writes it: what the platform's parser takes, with each number as the text that it was.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeBody, parseJson } from '../src/upstream/json.ts'
import type { Json } from '../src/upstream/json.ts'

const parse = (text: string): Json => parseJson(Buffer.from(text))

/** What the platform makes of it, number by number: slow, and right. */
function byThePlatform(body: Buffer): Json {
  type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
  return (JSON.parse as (text: string, reviver: Reviver) => Json)(
    new TextDecoder().decode(body),
    (_key, value, { source }) => (typeof value === 'number' ? source : value),
  )
}

/** As a text, in which the order of keys and a key `__proto__` show too. */
function outcome(read: () => Json): { value: string } | { refused: string } {
  try {
    return { value: JSON.stringify(read()) }
  } catch (error) {
    return { refused: (error as Error).name }
  }
}

function expectSame(body: Buffer): void {
  expect(outcome(() => parseJson(body))).toEqual(outcome(() => byThePlatform(body)))
}

const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.bigInt({ min: 0n, max: 10n ** 40n }),
    fc.constantFrom('', '.0', '.50', '.000000000000000001', 'e9', 'E-7', 'e+0', '.10e+400', '.0E00'),
  )
  .map((parts) => parts.join(''))

/** Of every length about the few bytes that are read at once, with all that may be taken for its end. */
const unit = fc.constantFrom(
  'a',
  'e',
  '"',
  '\\',
  '1',
  '-',
  ',',
  ':',
  '[',
  '}',
  ' ',
  '\n',
  '\u0000',
  'é',
  '€',
  '🪙',
  '\ud83e',
)
const text = fc.tuple(fc.string({ unit, maxLength: 18 }), fc.boolean()).map(([plain, escaped]) =>
  escaped
    ? `"${plain
        .split('')
        .map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('')}"`
    : JSON.stringify(plain),
)

const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 2 })
const spaced = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(space, inner, space).map((parts) => parts.join(''))

/** JSON as somebody may write it, of all kinds and in all spellings. */
const { json } = fc.letrec<{ json: string; list: string; object: string }>((tie) => ({
  json: spaced(
    fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(number, text, fc.constantFrom('true', 'false', 'null')),
      tie('list'),
      tie('object'),
    ),
  ),
  list: fc.array(tie('json'), { maxLength: 4 }).map((rows) => `[${rows.join(',') || ' '}]`),
  object: fc
    .array(fc.tuple(spaced(fc.oneof(text, fc.constantFrom('"__proto__"', '"1"', '""'))), tie('json')), { maxLength: 4 })
    .map((fields) => `{${fields.map((field) => field.join(':')).join(',')}}`),
}))

const MARKS = ', : [ ] { } " \\ "a" "1" true null NaN Infinity e E . - + _ 0 1 9 00 10 0x1 1.5 1e5 -1 -0 // é u0031'
const SPACES = ['', ' ', '\n', '\0', '\u00a0', '\u2028', '\ufeff']
const PIECES = [...MARKS.split(' '), ...SPACES].map((each) => Buffer.from(each))
const piece = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
)

/** A body with some spots cut out and others put in, most of them no JSON any more. */
const mutated = fc
  .tuple(json, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 }), piece), { minLength: 1, maxLength: 3 }))
  .map(([before, changes]) =>
    changes.reduce((body, [somewhere, cut, put]) => {
      const at = somewhere % (body.length + 1)
      return Buffer.concat([body.subarray(0, at), put, body.subarray(at + cut)])
    }, Buffer.from(before)),
  )

describe('parseJson', () => {
  test.each([
    ['JSON of all kinds', json.map((body) => Buffer.from(body)), 4000],
    ['JSON with something wrong in it', mutated, 8000],
    ['pieces of JSON in any order', fc.array(piece, { maxLength: 7 }).map((pieces) => Buffer.concat(pieces)), 20_000],
    ['any bytes', fc.uint8Array({ maxLength: 16 }).map((bytes) => Buffer.from(bytes)), 4000],
  ])('agrees with JSON.parse on %s, in what it gives and in what it refuses', (_kind, bodies, numRuns) => {
    fc.assert(fc.property(bodies, expectSame), { numRuns, seed: 30 })
  })

  test('refuses what JSON.parse refuses, whatever quotes around what looks like a number would make of it', () => {
    const none = [
      ...'007 -01 00 1. - --1 1e 1e+ 1.e5 .5 +1 1.5.5 1-2 1e5e5 1_0 0x1 0b1 1n ١ Infinity -Infinity NaN'.split(' '),
      ...'[1"a"] ["a"1] {"a"1} [1,] -"a" tru1e 1true true1 {1:2} [1:2] 1: {1} {"a":1,2:3} 1// ,1 [1]] [[1] 1" "1 [1,"'.split(
        ' ',
      ),
      '1 2',
      '[1 2]',
      '{1 :2}',
      '{-1.5e3\n:2}',
      '1\\',
      '"\\"',
      '[1,"\\',
      '1\u00a0',
      '\u000b1',
      '1\ufeff',
      '1\0',
      '',
      ' ',
    ]
    const isTaken = (body: string): boolean => 'value' in outcome(() => parse(body))
    expect(none.flatMap((body) => [body, `[${body},1]`, `{"a":${body}}`]).filter(isTaken)).toEqual([])
  })

  test('reads text as the transport does: with a mark before it, and with bytes that are no UTF-8', () => {
    expect(parse('\ufeff{"a":1.0}')).toEqual({ a: '1.0' })
    expect(parseJson(Buffer.from('["\xe9\xff",1.0,"\xe2\x82"]', 'latin1'))).toEqual(['\ufffd\ufffd', '1.0', '\ufffd'])
    expect(parse('["é€🪙",1.0]')).toEqual(['é€🪙', '1.0'])
  })

  test('reads what is longer than usual, what follows it, and what is nothing but numbers', () => {
    const rows = (count: number): Buffer => Buffer.from(`[${'1.50,{"é\\\\":-2.0},'.repeat(count)}1]`)
    for (const body of [rows(6_000), rows(1), rows(60_000), Buffer.from(`[${'1,'.repeat(32_767)}1]`)]) expectSame(body)
    for (const body of ['1'.repeat(100_000), `-${'0'.repeat(65_534)}`, `${'9'.repeat(400_000)}.`, '1-'.repeat(30_000)])
      expectSame(Buffer.from(body))
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
          let found = parse(`${'[true,'.repeat(depth)}${inner}${']'.repeat(depth)}`) as readonly Json[]
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
    expect(parse('-0')).toBe('-0')
    expect(parse('1e999999999')).toBe('1e999999999')
  })

  test('takes the last of duplicate keys with its own text, as JSON.parse does', () => {
    expect(parse('{"a":1.10,"a":2.20}')).toEqual({ a: '2.20' })
    expect(parse('{"a":1.10,"a":"text"}')).toEqual({ a: 'text' })
    expect(parse('{"a":{"b":1.0},"a":[3.0]}')).toEqual({ a: ['3.0'] })
    expect(parse('{"a":[3.0,4.0],"a":{"0":5.0}}')).toEqual({ a: { 0: '5.0' } })
  })

  test('makes __proto__ a key like any other', () => {
    const json = parse('{"__proto__":{"polluted":1.0},"constructor":{"prototype":{"polluted":2}}}')
    expect(Object.keys(json as object)).toEqual(['__proto__', 'constructor'])
    expect(Object.getOwnPropertyDescriptor(json, '__proto__')?.value).toEqual({ polluted: '1.0' })
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('tells a number from a string by nothing but what a decoder makes of it', () => {
    expect(parse('[1, "1", true, null, "true"]')).toEqual(['1', '1', true, null, 'true'])
  })

  test('takes 32 levels of lists and objects, and not one more', () => {
    const nested = (depth: number): string =>
      '{"a":[1,'.repeat(depth / 2) + '[]'.repeat(depth % 2) + ']}'.repeat(depth / 2)
    expect(outcome(() => parse('['.repeat(32) + ']'.repeat(32)))).toHaveProperty('value')
    expect(outcome(() => parse('['.repeat(33) + ']'.repeat(33)))).toEqual({ refused: 'RangeError' })
    expect(outcome(() => parse(nested(31)))).toHaveProperty('value')
    expect(outcome(() => parse(nested(33)))).toEqual({ refused: 'RangeError' })
    for (const text of ['['.repeat(1_000_000), '{"a":'.repeat(200_000), `[1,${nested(200_001)}]`])
      expect(outcome(() => parse(text))).toEqual({ refused: 'RangeError' })
  })

  test('counts levels and no brackets: not those of neighbours, nor those in texts and keys', () => {
    expect(parse(`[${'[[]],{},'.repeat(100)}1]`)).toHaveLength(201)
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', ']', '}', 'a', '\n'), maxLength: 200 }),
        (text) => {
          expect(parse(JSON.stringify({ [text]: [text] }))).toEqual({ [text]: [text] })
          const deep = `{${JSON.stringify(text)}:${'['.repeat(32)}${']'.repeat(32)}}`
          expect(outcome(() => parse(deep))).toEqual({ refused: 'RangeError' })
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
