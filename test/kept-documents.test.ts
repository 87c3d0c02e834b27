// How much memory the kept documents take: those of one caller, however they are made, are no danger to the gateway.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { schema } from '../src/schema/index.ts'
import { createDocuments } from '../src/server/documents.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const many = (count: number, each: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => each(index)).join(' ')

const open = () => createDocuments(schema, { limits: loadConfig({}).documents, introspection: true })

/** Megabytes that are held once so many documents have been checked. */
function heldAfter(count: number, document: (index: number) => string): number {
  const check = open()
  check(document(count))
  const before = heap()
  for (let index = 0; index < count; index += 1) check(document(index))
  const held = heap() - before
  expect(check('{ viewer { id } }')).toHaveProperty('document')
  return held
}

function heap(): number {
  collect()
  return process.memoryUsage().heapUsed / 1_000_000
}

const names = many(4_900, (index) => `z${index.toString(36)}`)

test.each<[string, number, (index: number) => string]>([
  ['inline fragments', 200, (index) => `{a${index}:viewer{${'...{'.repeat(1_640)}id${'}'.repeat(1_640)}}}`],
  ['short fields', 700, (index) => `{a${index}:viewer{${'id '.repeat(440)}}}`],
  ['comments', 60, (index) => `{a${index}:viewer{id}}${'#\n'.repeat(49_900)}`],
  ['escapes', 80, (index) => `{a${index}:node(id:"${String.raw`a\n`.repeat(33_000)}"){id}}`],
])('many of %s take 100 MB at most', (_what, count, document) => {
  expect(heldAfter(count, document)).toBeLessThan(110)
})

test.each<[string, number, (index: number) => string]>([
  ['fields that are unknown', 40, (index) => `{a${index}:viewer{${names}}}`],
  [
    'a fragment that is in itself',
    40,
    (index) => `{a${index}:viewer{${'id '.repeat(4_900)}...F}}fragment F on Viewer{...F}`,
  ],
  ['more levels than there may be', 100, (index) => `{a${index}:${'viewer{'.repeat(800)}id${'}'.repeat(801)}`],
  ['a list that is too long', 40, (index) => `{a${index}:accounts(currencies:[${'1 '.repeat(4_800)}]){id}}`],
])('refused ones keep no syntax tree: %s', (_what, count, document) => {
  expect(heldAfter(count, document)).toBeLessThan(8)
})

test('a refusal says where it was, all the same', () => {
  const checked = open()('{ viewer { id\n nam } }')
  if (!('errors' in checked)) return expect.unreachable()
  expect(checked.errors.map(({ locations, nodes }) => ({ locations, nodes }))).toEqual([
    { locations: [{ line: 2, column: 2 }], nodes: undefined },
  ])
})
