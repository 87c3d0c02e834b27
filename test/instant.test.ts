// Instants as the upstream may write them: each spelling as the platform understands it, and no day that the calendar does not have.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readInstant } from '../src/upstream/instant.ts'

const instant = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})

test('every instant is read as it was written, with its milliseconds and without', () => {
  fc.assert(
    fc.property(instant, (date) => {
      const iso = date.toISOString()
      const toTheSecond = iso.replace(/\.\d+/, '')
      expect(readInstant(iso)).toEqual(date)
      expect(readInstant(toTheSecond)).toEqual(new Date(toTheSecond))
      expect(readInstant(String(date.getTime()))).toEqual(date)
    }),
    { numRuns: 3000, seed: 50 },
  )
})

const RIGHT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{3})?Z$/

test('one with another character in it is what the platform makes of it, or none', () => {
  const spelled = fc.tuple(instant, fc.boolean()).map(([date, isShort]) => {
    const iso = date.toISOString()
    return isShort ? iso.replace(/\.\d+/, '') : iso
  })
  const character = fc.constantFrom(...'0123456789-:.TZ+ /;@t\0é'.split(''))
  fc.assert(
    fc.property(spelled, fc.nat({ max: 23 }), character, (iso, at, put) => {
      const changed = iso.slice(0, at) + put + iso.slice(at + 1)
      const found = readInstant(changed)
      if (found) expect(found).toEqual(new Date(changed.endsWith('Z') ? changed : `${changed}Z`))
      else expect(changed).not.toMatch(RIGHT)
    }),
    { numRuns: 20_000, seed: 51 },
  )
})

test.each([
  ['2024-02-29T12:00:00.000Z', '2024-02-29T12:00:00.000Z'],
  ['2023-02-29T12:00:00.000Z', undefined],
  ['2026-04-31T00:00:00Z', undefined],
  ['2026-12-31T23:59:59.999Z', '2026-12-31T23:59:59.999Z'],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-00-01T00:00:00Z', undefined],
  ['2026-01-00T00:00:00Z', undefined],
  ['2026-01-01T24:00:00Z', '2026-01-02T00:00:00.000Z'],
  ['2026-01-01T25:00:00Z', undefined],
  ['2026-01-01T00:60:00Z', undefined],
  ['2026-01-01T00:00:60Z', undefined],
  ['0050-01-01T00:00:00Z', '0050-01-01T00:00:00.000Z'],
  ['2026-03-10', '2026-03-10T00:00:00.000Z'],
  ['2026-03-10 14:27', '2026-03-10T14:27:00.000Z'],
  ['2026-03-10T14:27:31', '2026-03-10T14:27:31.000Z'],
  ['2026-03-10T14:27:31.123456Z', '2026-03-10T14:27:31.123Z'],
  ['2026-03-10T14:27:31.5Z', '2026-03-10T14:27:31.500Z'],
  ['2026-03-10T14:27:31+0200', '2026-03-10T12:27:31.000Z'],
  ['2026-03-10T14:27:31-02:00', '2026-03-10T16:27:31.000Z'],
  ['1773152851000', '2026-03-10T14:27:31.000Z'],
  ['-1', '1969-12-31T23:59:59.999Z'],
  ['9'.repeat(30), undefined],
  ['10.03.2026', undefined],
  ['', undefined],
])('%s is %s', (text, iso) => {
  expect(readInstant(text)?.toISOString()).toBe(iso)
})
