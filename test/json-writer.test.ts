// What is written is what JSON.stringify writes, byte for byte, however long it grows and whatever is taken of it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createJsonWriter } from '../src/server/json-writer.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u0000', '\u007f', '\ud83e', '\udd89', '\u2028', 'é') }),
)
const anyValue = fc.oneof(
  anyText,
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, 1e21, 2 ** 53, 5e-324, NaN, Infinity, -Infinity),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue(),
)

/** What must be there: bytes as text, one character each. */
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const jsonOf = (value: unknown): string => latin(Buffer.from(JSON.stringify(value)))

test('whatever is written, copied, cut and taken, in any order, is what JSON.stringify makes of it', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: anyValue.map((value) => ({ value })) },
    fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ bytes })),
    fc.record({ does: fc.constantFrom('cut', 'copy', 'take'), from: fc.double({ min: 0, max: 1, noNaN: true }) }),
  )
  const writer = createJsonWriter()
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      writer.cut(0)
      let all = ''
      for (const each of steps) {
        if ('value' in each) {
          writer.value(each.value)
          all += jsonOf(each.value)
        } else if ('bytes' in each) {
          writer.bytes(each.bytes)
          all += latin(each.bytes)
        } else {
          const from = Math.floor(all.length * each.from)
          if (each.does === 'copy') expect(latin(writer.copy(from))).toBe(all.slice(from))
          if (each.does === 'take') expect(latin(writer.take(from))).toBe(all.slice(from))
          if (each.does === 'cut') writer.cut(from)
          if (each.does !== 'copy') all = all.slice(0, from)
        }
        expect(writer.length()).toBe(all.length)
      }
      expect(latin(writer.copy(0))).toBe(all)
    }),
    { numRuns: 2_000 },
  )
})

test('every UTF-16 unit is written as JSON.stringify writes it, alone and among others', () => {
  const writer = createJsonWriter()
  for (let code = 0; code <= 0xffff; code += 1) {
    const text = String.fromCharCode(code)
    for (const each of [text, `a${text}`]) writer.value(each)
    if (writer.copy(0).toString() !== JSON.stringify(text) + JSON.stringify(`a${text}`)) expect(code).toBeUndefined()
    writer.cut(0)
  }
})

/** As much as there is room for at first. */
const ROOM = 65_536

test('what fills the room to the last byte, and one more, is whole', () => {
  for (const before of [0, 1, ROOM - 3, ROOM - 2, ROOM - 1, ROOM]) {
    for (const unit of ['a', '"', '\u0000', 'é', '€', '🦉', '\ud800']) {
      for (const count of [0, 1, 2, ROOM - before - 2, ROOM, 4 * ROOM].filter((each) => each >= 0)) {
        const writer = createJsonWriter()
        const [head, text] = [Buffer.alloc(before, 'x'), unit.repeat(count)]
        writer.bytes(head)
        writer.value(text)
        writer.value(-1.5)
        // Compared as a whole: a difference is not worth telling letter by letter.
        expect(writer.take(0).equals(Buffer.concat([head, Buffer.from(`${JSON.stringify(text)}-1.5`)]))).toBe(true)
        writer.value('next')
        expect(writer.take(0).toString()).toBe('"next"')
      }
    }
  }
})

test('what was copied or taken is nobody else’s, and after a long answer it goes on as before', () => {
  const writer = createJsonWriter()
  writer.value('first')
  const [copied, taken] = [writer.copy(0), writer.take(0)]
  writer.value('other')
  expect([copied, taken].map(String)).toEqual(['"first"', '"first"'])
  for (let count = 0; count < 20; count += 1) writer.value('é'.repeat(ROOM))
  writer.take(3)
  expect(writer.copy(0).toString()).toBe('"ot')
  for (let count = 0; count < 20; count += 1) writer.value('é'.repeat(ROOM))
  expect(writer.take(0)).toHaveLength(3 + 20 * (2 * ROOM + 2))
  writer.value('after')
  expect(writer.take(0).toString()).toBe('"after"')
})
