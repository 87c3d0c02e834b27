// The tables of docs/configuration.md and docs/limits.md, held against the code: each variable, its default, and what it may be.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../src/config.ts'
import { MOST_MEMBERS, MOST_SCHEMA_ALIASES } from '../src/server/limits.ts'
import type { Config } from '../src/config.ts'

interface Row {
  readonly variable: string
  readonly default: string
  readonly mayBe: string
}

const page = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8')
const cells = (text: string): string[][] =>
  [...text.matchAll(/^\| `[A-Z].*\|$/gm)].map(([line]) => line.split('|').map((cell) => cell.trim()))

const rows: readonly Row[] = cells(page('configuration.md')).flatMap(([, variable = '', byDefault = '', mayBe = '']) =>
  /^`[A-Z_]+`$/.test(variable) ? [{ variable: variable.slice(1, -1), default: byDefault, mayBe }] : [],
)

/** What the code looks at. */
function variablesRead(): Set<string> {
  const read = new Set<string>()
  const env = new Proxy<Record<string, string>>({}, { get: (_target, name) => void read.add(String(name)) })
  loadConfig(env)
  return read
}

function load(env: Record<string, string>): Config | readonly string[] {
  try {
    return loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

const isFault = (env: Record<string, string>): boolean => Array.isArray(load(env))
const number = (text: string): number => Number(text.replaceAll(',', ''))

test('docs/configuration.md names each variable that is read, and no other', () => {
  expect(rows.map(({ variable }) => variable).toSorted()).toEqual([...variablesRead()].toSorted())
})

const numbers = rows.flatMap((row) => {
  const [, from, to] = /^(?:`MAX_BODY_BYTES`|([\d,]+)) to ([\d,]+)$/.exec(row.mayBe) ?? []
  return to === undefined ? [] : [{ ...row, from: from === undefined ? 100_000 : number(from), to: number(to) }]
})

describe.each(numbers)('$variable', ({ variable, default: byDefault, from, to }) => {
  // A bound that holds by itself may be one for another variable as well.
  const beside =
    variable === 'HEADERS_TIMEOUT_MS'
      ? { REQUEST_TIMEOUT_MS: '600000' }
      : variable === 'REQUEST_TIMEOUT_MS'
        ? { HEADERS_TIMEOUT_MS: '100' }
        : {}

  test('may be what docs/configuration.md says, and nothing below or above it', () => {
    expect([from, to].map((each) => isFault({ ...beside, [variable]: String(each) }))).toEqual([false, false])
    expect([from - 1, to + 1].map((each) => isFault({ ...beside, [variable]: String(each) }))).toEqual([true, true])
  })

  test('is by default what docs/configuration.md says', () => {
    const [, text] = /^`(\d+)`$/.exec(byDefault) ?? []
    if (text === undefined) {
      expect(byDefault).toBe('')
    } else {
      expect(load({ [variable]: text })).toEqual(load({}))
    }
    // It is read at all.
    expect(load({ ...beside, [variable]: String(to) })).not.toEqual(load(beside))
  })
})

test('each number has its bounds in docs/configuration.md', () => {
  const others = rows.filter(({ variable }) => !numbers.some((each) => each.variable === variable))
  const taken = others.filter(({ variable }) => JSON.stringify(load({ [variable]: 'x' })).includes('a whole number'))
  expect(taken).toEqual([])
})

describe.each(rows.filter(({ mayBe }) => mayBe === '`true`, `false`'))(
  '$variable',
  ({ variable, default: byDefault }) => {
    test('is a flag, and by default what docs/configuration.md says', () => {
      expect(isFault({ [variable]: 'yes' })).toBe(true)
      const [, open, closed = open] = /^`(true|false)`(?:; `(true|false)` in production)?$/.exec(byDefault) ?? []
      const production = { NODE_ENV: 'production', SPECTROCOIN_API_URL: 'https://api.example.com' }
      expect(load({ [variable]: String(open) })).toEqual(load({}))
      expect(load({ ...production, [variable]: String(closed) })).toEqual(load(production))
    })
  },
)

test('docs/limits.md lists the limits of documents with their defaults, and no other', () => {
  const documented = cells(page('limits.md')).map(([, variable = '', value = '']) => [
    variable.slice(1, -1),
    number(value),
  ])
  const { documents } = loadConfig({})
  const names = Object.keys(documents).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())
  expect(documented).toEqual(names.map((name, index) => [name, Object.values(documents)[index]]))
})

test('docs/limits.md says what the limits without a variable are', () => {
  const [, told = ''] = /Two limits have no variable,([^.]*)\./.exec(page('limits.md')) ?? []
  expect([...told.matchAll(/[\d,]*\d/g)].map(([digits]) => number(digits))).toEqual([MOST_SCHEMA_ALIASES, MOST_MEMBERS])
})
