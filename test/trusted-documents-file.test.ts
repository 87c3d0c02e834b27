// A manifest of trusted documents: what it may hold, and which document an id or a text means.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createTrustedDocuments, parseManifest } from '../src/access/trusted-documents.ts'

const CANARY = 'canary7hidden'
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const ACCOUNTS = 'query Accounts { accounts { id balance } }'
const RATES = 'query Rates {\n  rates {\n    price\n  }\n}'
const apollo = (operations: unknown, version: unknown = 1): string =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version, operations })

describe('a manifest', () => {
  test('maps ids to texts, as GraphQL Code Generator and Relay write it', () => {
    const { format, texts, faults } = parseManifest(JSON.stringify({ '0b5ea73c': ACCOUNTS, [sha256(RATES)]: RATES }))
    expect([format, [...texts], faults]).toEqual([
      'map',
      [
        ['0b5ea73c', ACCOUNTS],
        [sha256(RATES), RATES],
      ],
      [],
    ])
  })

  test('lists operations, as Apollo writes it', () => {
    const rows = [{ id: 'a', name: 'Accounts', type: 'query', body: ACCOUNTS, clientName: 'web' }]
    const { format, texts, faults } = parseManifest(apollo(rows))
    expect([format, [...texts], faults]).toEqual(['apollo', [['a', ACCOUNTS]], []])
  })

  test.each(['', ' \n', '{}', apollo([])])('may hold no documents: %j', (text) => {
    const { texts, faults } = parseManifest(text)
    expect([texts.size, faults]).toEqual([0, []])
    expect(createTrustedDocuments(texts).byText(ACCOUNTS)).toBeUndefined()
  })

  test('may have ids that every object has', () => {
    const text = `{"__proto__": ${JSON.stringify(ACCOUNTS)}, "constructor": ${JSON.stringify(RATES)}}`
    const documents = createTrustedDocuments(parseManifest(text).texts)
    expect([documents.byId('__proto__'), documents.byId('constructor')]).toEqual([ACCOUNTS, RATES])
    expect(documents.byId('toString')).toBeUndefined()
  })

  test.each<[string, string, readonly string[]]>([
    ['no JSON', CANARY, ['it must hold one JSON object.']],
    ['a list', `["${CANARY}"]`, ['it must hold one JSON object.']],
    ['null', 'null', ['it must hold one JSON object.']],
    ['a document that is an object', JSON.stringify({ a: ACCOUNTS, [CANARY]: { a: 1 } }), ['document 2 has no text.']],
    ['a document that is no GraphQL', JSON.stringify({ [CANARY]: `{ ${CANARY}` }), ['document 1 is not GraphQL.']],
    ['an empty document', JSON.stringify({ a: '' }), ['document 1 is not GraphQL.']],
    ['a document that is too deep', JSON.stringify({ a: '{a'.repeat(100_000) }), ['document 1 is not GraphQL.']],
    ['an empty id', JSON.stringify({ '': ACCOUNTS }), ['document 1 has no id.']],
    ['a format of Apollo’s to come', apollo([], 2), ['version must be 1.']],
    ['no operations', apollo(undefined), ['operations must be a list.']],
    ['operations by name', apollo({ [CANARY]: ACCOUNTS }), ['operations must be a list.']],
    [
      'operations without what they take',
      apollo([{ body: ACCOUNTS }, { id: CANARY }, CANARY, { id: 7, body: ACCOUNTS }]),
      ['document 1 has no id.', 'document 2 has no text.', 'document 3 has no id.', 'document 4 has no id.'],
    ],
    [
      'an id for two texts',
      apollo([ACCOUNTS, ACCOUNTS, RATES].map((body) => ({ id: CANARY, body }))),
      ['document 3 has the id of another before it.'],
    ],
    [
      'a format that nobody knows',
      JSON.stringify({ format: CANARY, version: 1 }),
      ['document 1 is not GraphQL.', 'document 2 has no text.'],
    ],
  ])('is not %s', (_, text, expected) => {
    const { texts, faults } = parseManifest(text)
    expect([texts.size, faults]).toEqual([0, expected])
    expect(faults.join()).not.toContain(CANARY)
  })
})

describe('a trusted document', () => {
  const documents = createTrustedDocuments(
    new Map([
      ['relay-id', ACCOUNTS],
      ['sha1:77', 'query { rates { price } }'],
      ['c', RATES],
    ]),
  )

  test('is known by its id, and by the hash of its text or of that as clients print it', () => {
    expect(documents.size).toBe(3)
    expect(documents.byId('relay-id')).toBe(ACCOUNTS)
    expect(documents.byId(sha256(ACCOUNTS))).toBe(ACCOUNTS)
    expect(documents.byId(`sha256:${sha256(ACCOUNTS)}`)).toBe(ACCOUNTS)
    const printed = 'query Accounts {\n  accounts {\n    id\n    balance\n  }\n}'
    expect(documents.byId(sha256(printed))).toBe(ACCOUNTS)
    expect(documents.byId(`sha256:${sha256(printed)}`)).toBe(ACCOUNTS)
  })

  test('goes by its own id before the hash of another', () => {
    const both = createTrustedDocuments(
      new Map([
        ['a', ACCOUNTS],
        [sha256(ACCOUNTS), RATES],
      ]),
    )
    expect(both.byId(sha256(ACCOUNTS))).toBe(RATES)
  })

  test.each([
    '',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'size',
    'sha256:',
    'sha256:relay-id',
    'sha256:__proto__',
    'Relay-id',
    ' relay-id',
    'relay-id\0',
    sha256(ACCOUNTS).toUpperCase(),
    sha256(ACCOUNTS).slice(0, 63),
    sha256(`${ACCOUNTS} `),
    ACCOUNTS,
    'a'.repeat(1_000_000),
  ])('is none that is asked for as %.20j', (id) => {
    expect(documents.byId(id)).toBeUndefined()
  })

  test.each([
    ACCOUNTS,
    `${ACCOUNTS}\n`,
    `\uFEFF# generated\nquery Accounts {\r\n\taccounts { id, balance, }\r\n}`,
    'query Accounts{accounts{id balance}}',
  ])('is its text, but for characters that mean nothing: %j', (text) => {
    expect([documents.byText(text), documents.byText(text)]).toEqual([ACCOUNTS, ACCOUNTS])
  })

  test('without a name is the same in short', () => {
    expect(documents.byText('{ rates { price } }')).toBe('query { rates { price } }')
  })

  test.each([
    '',
    ' ',
    '#',
    'query Accounts { accounts { balance id } }',
    'query Accounts { accounts { id } }',
    'query Accounts { accounts { id balance currencyCode } }',
    'query accounts { accounts { id balance } }',
    'query Accounts { accounts { idbalance } }',
    `${ACCOUNTS} ${ACCOUNTS}`,
    `${ACCOUNTS} }`,
    `${ACCOUNTS} "`,
    `${ACCOUNTS} """`,
    `${ACCOUNTS}\0`,
    'query Accounts { accounts { id\u00A0balance } }',
    '__proto__',
    'constructor',
    'toString',
    'relay-id',
    sha256(ACCOUNTS),
  ])('is none that has another text: %j', (text) => {
    expect(documents.byText(text)).toBeUndefined()
  })

  test('keeps its texts apart: what is quoted means something', () => {
    const quoted = createTrustedDocuments(new Map([['a', '{ account(id: "a b") { id } }']]))
    expect(quoted.byText('{account(id:"a b"){id}}')).toBeDefined()
    for (const text of ['{account(id:"a  b"){id}}', '{account(id:"ab"){id}}', '{account(id:"a,b"){id}}'])
      expect(quoted.byText(text)).toBeUndefined()
  })

  test.each<[string, string]>([
    ['braces', '{'.repeat(1_000_000)],
    ['names', 'a '.repeat(500_000)],
    ['comments', '#\n'.repeat(500_000)],
    ['one text of many lines', `"""${'\n '.repeat(500_000)}"""`],
  ])('is not looked for in a megabyte of %s, which is far longer than any', (_, text) => {
    const began = performance.now()
    expect(documents.byText(text)).toBeUndefined()
    expect(performance.now() - began).toBeLessThan(50)
  })

  test.each<[string, string]>([
    ['braces', '{'.repeat(100_000)],
    ['names', 'a '.repeat(50_000)],
    ['comments', '#\n'.repeat(50_000)],
    ['empty lines', '\r'.repeat(100_000)],
    ['quotation marks', '"'.repeat(100_000)],
    ['texts of several lines', '"""a"""'.repeat(14_000)],
    ['one text of many lines', `"""${'\n '.repeat(50_000)}"""`],
    ['escapes', `"${'\\u0061'.repeat(16_000)}"`],
    ['half characters', '\uD800'.repeat(100_000)],
  ])('as long as that is not looked for long in %s, and once', (_, text) => {
    const long = createTrustedDocuments(new Map([['a', `{ viewer { ${'id '.repeat(10_000)} } }`]]))
    const ask = (): number => {
      const began = performance.now()
      expect(long.byText(text)).toBeUndefined()
      return performance.now() - began
    }
    expect(ask()).toBeLessThan(500)
    expect(Math.min(ask(), ask(), ask())).toBeLessThan(2)
  })

  test('is told from others at four times its length, whatever is asked for in between', () => {
    const padded = (length: number): string => `${ACCOUNTS}${','.repeat(length - ACCOUNTS.length)}`
    // Printed it is longer than it is written.
    const longest = Math.max('query Accounts {\n  accounts {\n    id\n    balance\n  }\n}'.length, RATES.length)
    for (let index = 0; index < 1_500; index += 1) expect(documents.byText(`{ a${index} }`)).toBeUndefined()
    expect(documents.byText(padded(4 * longest))).toBe(ACCOUNTS)
    expect(documents.byText(padded(4 * longest + 1))).toBeUndefined()
    expect(documents.byText('{ a0 }')).toBeUndefined()
    expect(documents.byText(`${ACCOUNTS} #`)).toBe(ACCOUNTS)
  })
})
