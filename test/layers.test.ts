// The floors hold: every import between two floors, and each forbidden thing, planted in a copy of the tree and linted once.

import { posix } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Broken } from './support/lint-planted.ts'
import { lintPlanted } from './support/lint-planted.ts'

/** One file of each floor, as something to import. */
const targets = {
  main: 'src/main.ts',
  gateway: 'src/gateway.ts',
  config: 'src/config.ts',
  context: 'src/context.ts',
  errors: 'src/errors.ts',
  decimal: 'src/decimal.ts',
  log: 'src/log.ts',
  metrics: 'src/metrics.ts',
  server: 'src/server/http.ts',
  schema: 'src/schema/accounts.ts',
  resolvers: 'src/resolvers/accounts.ts',
  live: 'src/live/hub.ts',
  money: 'src/money/journal.ts',
  exports: 'src/exports/links.ts',
  access: 'src/access/keys.ts',
  upstream: 'src/upstream/accounts.ts',
  store: 'src/store/memory.ts',
  sandbox: 'src/sandbox/ledger.ts',
} as const
type Floor = keyof typeof targets

/** Packages that some floor may not have. */
const graphLibraries = ['graphql', 'graphql/language', 'graphql-yoga', 'graphql-ws', '@pothos/core']
const watchedLibraries = [...graphLibraries, 'undici', 'redis', 'ioredis', '@redis/client', 'node:process']

/** What a file may import beside its own floor. Whatever is not listed is refused, values and types alike. */
type Row = { floor?: Floor; values: Floor[]; types?: Floor[]; libraries?: string[] }
const everything: Row = { values: Object.keys(targets) as Floor[], libraries: [...graphLibraries, 'undici'] }
const nothing: Row = { values: [] }
const server: Row = { floor: 'server', values: ['schema', 'context', 'live', 'exports', 'access', 'errors', 'log'] }
const schema: Row = {
  floor: 'schema',
  values: ['resolvers', 'decimal', 'errors'],
  types: ['context', 'upstream', 'live', 'money'],
}
const command: Row = { floor: 'access', values: ['schema', 'upstream', 'errors', 'log'] }
const upstream: Row = {
  floor: 'upstream',
  values: ['store', 'decimal', 'errors', 'log'],
  libraries: [...graphLibraries, 'undici'],
}
const mayImport: Record<string, Row> = {
  'src/main.ts': everything,
  'src/contract.ts': everything,
  'src/gateway.ts': everything,
  'src/gateway-access.ts': everything,
  'src/gateway-listen.ts': everything,
  'src/gateway-live.ts': everything,
  'src/gateway-money.ts': everything,
  'src/gateway-metrics.ts': everything,
  'src/gateway-target.ts': everything,
  'src/config.ts': nothing,
  'src/errors.ts': nothing,
  'src/decimal.ts': nothing,
  'src/log.ts': nothing,
  'src/metrics.ts': nothing,
  'src/context.ts': { values: [], types: ['upstream', 'live', 'money', 'exports'] },
  'src/server/yoga.ts': server,
  'src/server/plugins/use-limit.ts': server,
  'src/schema/orders.ts': schema,
  'src/schema/print.ts': schema,
  'src/resolvers/orders.ts': {
    floor: 'resolvers',
    values: ['decimal', 'errors'],
    types: ['context', 'upstream', 'live', 'money'],
    libraries: [],
  },
  'src/live/feed.ts': { floor: 'live', values: ['store', 'decimal', 'errors'], types: ['upstream'] },
  'src/money/claim.ts': { floor: 'money', values: ['store', 'decimal', 'errors'], types: ['upstream'] },
  'src/exports/archive.ts': { floor: 'exports', values: ['store', 'decimal', 'errors'], types: ['upstream'] },
  'src/access/visits.ts': { floor: 'access', values: ['errors', 'log'], types: ['upstream'] },
  'src/access/key.ts': command,
  'src/access/trusted.ts': command,
  'src/upstream/orders.ts': upstream,
  'src/upstream/print.ts': upstream,
  'src/store/sqlite.ts': { floor: 'store', values: ['log'] },
  'src/store/redis.ts': {
    floor: 'store',
    values: ['log'],
    libraries: [...graphLibraries, 'redis', 'ioredis', '@redis/client'],
  },
  'src/sandbox/prices.ts': { floor: 'sandbox', values: ['decimal'] },
  'src/sandbox/main.ts': { floor: 'sandbox', values: ['decimal'] },
  'src/newcomer/file.ts': nothing,
  'test/accounts.test.ts': { ...everything, libraries: watchedLibraries },
}

/** Single lines: what else is refused, by which rule, and what stays allowed beside it. */
const lines: { file: string; refused?: Record<string, string[]>; allowed?: string[] }[] = [
  {
    file: 'src/resolvers/spellings.ts',
    refused: {
      'no-restricted-imports': [
        "import '../upstream/side-effect.ts'",
        "import * as everything from '../upstream/accounts.ts'",
        "import { type Account, listAccounts } from '../upstream/accounts.ts'",
        "export { getAccount } from '../upstream/accounts.ts'",
        "export * from '../upstream/accounts.ts'",
        "export const later = import('../upstream/accounts.ts')",
        "import { decimal } from './../decimal.ts'",
        "import { around } from '../../src/decimal.ts'",
      ],
      'consistent-type-imports': ["export type Hidden = import('../server/http.ts').Hidden"],
      'no-import-type-side-effects': ["import { type Order } from '../upstream/orders.ts'"],
    },
    allowed: [
      "import type { Currency } from '../upstream/currencies.ts'",
      "export type { Rate } from '../upstream/rates.ts'",
      "import { sibling } from './sibling.ts'",
    ],
  },
  {
    file: 'src/gateway.ts',
    refused: {
      'no-restricted-globals': ['export const { HOME } = process.env'],
    },
  },
  {
    file: 'src/server/plugins/use-limit.ts',
    allowed: ["import { sibling } from './use-size.ts'", "import { owner } from '../http.ts'"],
  },
  {
    file: 'src/context.ts',
    refused: { 'no-restricted-imports': ["import { createLoader } from './upstream/loaders.ts'"] },
    allowed: ["import { createLoaders } from './upstream/loaders.ts'"],
  },
  {
    file: 'src/upstream/forbidden.ts',
    refused: {
      'no-restricted-globals': [
        'export const port = process.env.PORT',
        'export const arch = globalThis.process.arch',
        "export const one = parseFloat('1')",
      ],
      'no-restricted-properties': ["export const two = Number.parseFloat('2')"],
      'no-floating-promises': ['Promise.resolve(1)'],
      'no-misused-promises': ['if (Promise.resolve(true)) console.log(1)'],
      'no-explicit-any': ['export let anything: any'],
    },
  },
  ...[
    'src/main.ts',
    'src/need-node.mjs',
    'src/sandbox/main.ts',
    'src/schema/print.ts',
    'src/upstream/print.ts',
    'src/access/key.ts',
    'src/access/trusted.ts',
  ].map((file) => ({
    file,
    refused: { 'no-restricted-globals': ["export const half = parseFloat('0.5')"] },
    allowed: ['export const args = process.argv'],
  })),
  {
    file: 'src/live/circle-a.ts',
    refused: { 'no-cycle': ["export { b } from './circle-b.ts'"] },
    allowed: ["export type { C } from './circle-c.ts'"],
  },
  { file: 'src/live/circle-b.ts', refused: { 'no-cycle': ["export { a } from './circle-a.ts'"] } },
  { file: 'src/live/circle-c.ts', allowed: ["export type { A } from './circle-a.ts'"] },
  {
    file: 'test/habits.test.ts',
    refused: {
      'no-focused-tests': ["test.only('one', () => {})"],
      'no-disabled-tests': ["test.skip('two', () => {})"],
      'no-identical-title': ["test('three', () => {}); test('three', () => {})"],
    },
  },
]

/** The planted files: each line of code at its line number. */
const planted = new Map<string, string[]>()
let found: Broken

beforeAll(() => {
  for (const [file, row] of Object.entries(mayImport)) plant(file, ...Object.keys(importsOf(file, row)))
  for (const { file, refused, allowed } of lines) {
    plant(file, ...Object.values(refused ?? {}).flat(), ...(allowed ?? []))
  }
  found = lintPlanted(planted)
})

test('every planted line is one that the linter could read', () => {
  for (const byLine of found.values()) expect([...byLine.values()].flat()).not.toContain('a syntax error')
})

describe('imports between floors', () => {
  test.each(Object.entries(mayImport))('%s imports what its floor may and nothing else', (file, row) => {
    const expected = importsOf(file, row)
    const refused = (line: string) => broken(file, line).includes('no-restricted-imports')
    expect(Object.fromEntries(Object.keys(expected).map((it) => [it, refused(it) ? 'refused' : 'allowed']))).toEqual(
      expected,
    )
  })
})

describe('single lines', () => {
  const refused = lines.flatMap(({ file, refused }) =>
    Object.entries(refused ?? {}).flatMap(([rule, codes]) => codes.map((code) => ({ file, rule, code }))),
  )
  test.each(refused)('$file may not say: $code', ({ file, rule, code }) => {
    expect(broken(file, code)).toContain(rule)
  })

  const allowed = lines.flatMap(({ file, allowed }) => (allowed ?? []).map((code) => ({ file, code })))
  test.each(allowed)('$file may say: $code', ({ file, code }) => {
    expect(broken(file, code).filter((rule) => rule !== 'no-unused-vars')).toEqual([])
  })
})

function plant(file: string, ...code: string[]) {
  planted.set(file, [...(planted.get(file) ?? []), ...code])
}

function broken(file: string, line: string) {
  expect(planted.get(file)).toContain(line)
  return found.get(file)?.get(line) ?? []
}

/** Every import worth trying in a file, and what its floor says to it. */
function importsOf(file: string, row: Row) {
  const verdicts: Record<string, 'allowed' | 'refused'> = {}
  for (const target of Object.keys(targets) as Floor[]) {
    if (targets[target] === file) continue
    const from = specifier(file, targets[target])
    const own = target === row.floor
    const value = own || row.values.includes(target)
    const type = value || row.types?.includes(target)
    verdicts[`import { value as ${target} } from '${from}'`] = value ? 'allowed' : 'refused'
    verdicts[`import type { Shape as ${target}Shape } from '${from}'`] = type ? 'allowed' : 'refused'
    if (row === everything || file.startsWith('test/')) continue
    // By way of a folder that is open, into one that is not.
    verdicts[`export type * from '${posix.dirname(from)}/detour/../../newcomer/${target}.ts'`] = 'refused'
  }
  if (row !== everything && !file.startsWith('test/')) {
    verdicts["export type * from './detour/../../newcomer/file.ts'"] = 'refused'
  }
  for (const library of watchedLibraries) {
    const allowed = (row.libraries ?? graphLibraries).includes(library)
    verdicts[`export * from '${library}'`] = allowed ? 'allowed' : 'refused'
    verdicts[`export type * from '${library}'`] = allowed ? 'allowed' : 'refused'
  }
  return verdicts
}

function specifier(file: string, target: string) {
  const path = posix.relative(posix.dirname(file), target)
  return path.startsWith('.') ? path : `./${path}`
}
