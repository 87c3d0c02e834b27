// Documents that are to be refused on every transport before anything is sent, most of them beside one that is just within and is answered.
import type { Environment } from '../../src/config.ts'

export interface Ask {
  readonly query: string
  readonly variables?: Record<string, unknown>
}

export interface BadDocument {
  readonly name: string
  /** Of the gateway that refuses it. */
  readonly env: Environment
  /** Answered without errors by the sandbox; left out where nothing is just within. */
  readonly good?: Ask
  readonly bad: Ask
  readonly code: string
  /** What `extensions.limit` says. */
  readonly limit?: number
  /** What `extensions.argument` says. */
  readonly argument?: string
}

// Rows of one of these share a gateway.
/** Nothing is configured. */
const PLAIN: Environment = {}
const TIGHT: Environment = {
  MAX_DOCUMENT_BYTES: '1000',
  MAX_TOKENS: '70',
  MAX_DEPTH: '4',
  MAX_ROOT_FIELDS: '5',
  MAX_FIELDS: '40',
  MAX_ALIASES: '6',
  MAX_DIRECTIVES: '4',
  MAX_LIST_ARGUMENT: '3',
}
const LEAST: Environment = { MAX_DEPTH: '1', MAX_FIELDS: '1', MAX_ALIASES: '0', MAX_DIRECTIVES: '0' }
/** Nothing but the stack and the work of validation is in the way. */
const WIDE: Environment = {
  MAX_TOKENS: '1000000',
  MAX_DEPTH: '1000',
  MAX_ROOT_FIELDS: '100000',
  MAX_FIELDS: '1000000',
  MAX_ALIASES: '100000',
  MAX_DIRECTIVES: '100000',
  MAX_LIST_ARGUMENT: '100000',
}
const CLOSED: Environment = { INTROSPECTION: 'false' }

const INVALID = 'GRAPHQL_VALIDATION_FAILED'
const UNPARSED = 'GRAPHQL_PARSE_FAILED'

const many = (count: number, each: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => each(index)).join(' ')
const ids = (count: number): string => many(count, () => 'id')
const codes = (count: number): string[] => Array.from({ length: count }, (_, index) => `C${index}`)
const list = (count: number): string => `[${many(count, (index) => `"C${index}"`)}]`
const skips = (count: number): string => many(count, () => 'id @skip(if: false)')

/** One document at a limit, and one of one more. */
function limited(name: string, env: Environment, limit: number, document: (size: number) => string): BadDocument {
  return {
    name,
    env,
    good: { query: document(limit) },
    bad: { query: document(limit + 1) },
    code: 'DOCUMENT_TOO_LARGE',
    limit,
  }
}

function longList(name: string, env: Environment, limit: number, ask: (size: number) => Ask): BadDocument {
  return { name, env, good: ask(limit), bad: ask(limit + 1), code: 'BAD_USER_INPUT', argument: 'currencies' }
}

const bytes = (count: number): string => '{ viewer { id } }'.padEnd(count, ',')
const levels = (count: number): string =>
  `{ __schema { queryType { ${'ofType { '.repeat(count - 3)}name${' }'.repeat(count)}`
/** Each fragment asks twice for the next one, which is 2 to the power of `steps` fields in all, beside the first. */
const doubling = (steps: number): string =>
  `{ viewer { ...F0 } } ${many(steps, (step) => `fragment F${step} on Viewer { ...F${step + 1} ...F${step + 1} }`)} ` +
  `fragment F${steps} on Viewer { id }`
/** So many fields in a hundred places that are 49 each, and what is over in one of them. */
const openedFields = (count: number): string =>
  `{ ${many(100, (index) => `a${index}: viewer { ...F ${index === 0 ? ids(count - 5_000) : ''} }`)} } ` +
  `fragment F on Viewer { ${ids(24)} ${many(25, () => 'name')} }`
const allTokens = (count: number): string =>
  `{ ${many(24, () => `accounts(currencies: ${list(195)}) { id }`)} viewer { ${ids(count - 24 * 205 - 5)} } }`

const AT_A_LIMIT: readonly BadDocument[] = [
  limited('bytes', TIGHT, 1_000, bytes),
  limited('bytes of UTF-8', TIGHT, 1_000, (size) => `${bytes(size - 301 * 3 - 1)}#${'€'.repeat(301)}`),
  limited('tokens', PLAIN, 5_000, allTokens),
  limited('few tokens', TIGHT, 70, (size) => `{ viewer { ${skips(4)} ${ids(size - 37)} } }`),
  limited('levels', PLAIN, 15, levels),
  limited('few levels', TIGHT, 4, levels),
  limited('levels in a fragment', TIGHT, 4, (size) => `{ ...Q } fragment Q on Query ${levels(size)}`),
  limited('levels below inline fragments, which are none', TIGHT, 4, (size) =>
    levels(size).replace('queryType {', 'queryType { ... { ... on __Type {').replace(/\}$/, '} } }'),
  ),
  limited('one level', LEAST, 1, (size) => (size === 1 ? '{ __typename }' : '{ viewer { id } }')),
  limited('root fields', PLAIN, 100, (size) => `{ ${many(size, () => 'viewer { id }')} }`),
  limited('root fields by other names', PLAIN, 100, (size) => `{ ${many(size, (index) => `a${index}: __typename`)} }`),
  limited(
    'root fields in a fragment',
    TIGHT,
    5,
    (size) => `{ ...Q viewer { id } } fragment Q on Query { ${many(size - 1, () => '__typename')} }`,
  ),
  limited(
    'root fields of a fragment that is spread inside of another',
    TIGHT,
    5,
    (size) =>
      `{ ... { ...Q } } fragment Q on Query { ...R __typename } fragment R on Query { ${many(size - 1, () => '__typename')} }`,
  ),
  limited('root fields of a mutation', TIGHT, 5, (size) => `mutation { ${many(size, () => '__typename')} }`),
  limited('fields, fragments opened', PLAIN, 5_000, openedFields),
  limited('few fields', TIGHT, 40, (size) => `{ viewer { ${ids(size - 1)} } }`),
  limited(
    'fields of a fragment in two places',
    TIGHT,
    40,
    (size) => `{ a: viewer { ...F } b: viewer { ...F ${ids(size - 40)} } } fragment F on Viewer { ${ids(19)} }`,
  ),
  limited('one field', LEAST, 1, (size) => `{ ${many(size, () => '__typename')} }`),
  limited('aliases', PLAIN, 200, (size) => `{ viewer { ${many(size, (index) => `a${index}: id`)} } }`),
  limited('few aliases', TIGHT, 6, (size) => `{ viewer { ${many(size, () => 'a: id')} } }`),
  limited(
    'aliases of a fragment in two places',
    TIGHT,
    6,
    (size) =>
      `{ viewer { ...F } b: viewer { ...F ${many(size - 5, () => 'd: id')} } } fragment F on Viewer { x: id y: id }`,
  ),
  limited('no alias', LEAST, 0, (size) => (size === 0 ? '{ __typename }' : '{ a: __typename }')),
  limited('directives', PLAIN, 100, (size) => `{ viewer { ${skips(size)} } }`),
  limited('few directives', TIGHT, 4, (size) => `{ viewer { ${skips(size)} } }`),
  limited(
    'directives of spreads and inline fragments',
    TIGHT,
    4,
    (size) =>
      `{ ...Q @include(if: true) ${many(size - 1, () => '... @include(if: true) { __typename }')} } fragment Q on Query { viewer { id } }`,
  ),
  limited(
    'directives of a fragment in two places',
    TIGHT,
    4,
    (size) => `{ viewer { ...F } b: viewer { ...F ${skips(size - 4)} } } fragment F on Viewer { ${skips(2)} }`,
  ),
  limited('no directive', LEAST, 0, (size) => `{ __typename ${many(size, () => '@include(if: true)')} }`),
]

const LONG_LISTS: readonly BadDocument[] = [
  longList('a list', PLAIN, 200, (size) => ({ query: `{ accounts(currencies: ${list(size)}) { id } }` })),
  longList('a short list', TIGHT, 3, (size) => ({ query: `{ accounts(currencies: ${list(size)}) { id } }` })),
  longList('a list in a fragment', TIGHT, 3, (size) => ({
    query: `{ ...Q } fragment Q on Query { accounts(currencies: ${list(size)}) { id } }`,
  })),
  longList('a list that a variable is by default', TIGHT, 3, (size) => ({
    query: `query ($codes: [CurrencyCode!] = ${list(size)}) { accounts(currencies: $codes) { id } }`,
  })),
  longList('a list in a variable', PLAIN, 200, (size) => ({
    query: 'query ($codes: [CurrencyCode!]) { accounts(currencies: $codes) { id } }',
    variables: { codes: codes(size) },
  })),
  longList('a short list in a variable', TIGHT, 3, (size) => ({
    query: 'query ($codes: [CurrencyCode!]) { accounts(currencies: $codes) { id } }',
    variables: { codes: codes(size) },
  })),
  {
    name: 'a list in an object',
    env: TIGHT,
    bad: {
      query: `mutation { createProject(input: { name: "N", acceptedCurrencyCodes: ${list(4)} }) { __typename } }`,
    },
    code: 'BAD_USER_INPUT',
    argument: 'input.acceptedCurrencyCodes',
  },
  {
    name: 'a list in an object in a variable',
    env: TIGHT,
    bad: {
      query: 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { __typename } }',
      variables: { input: { name: 'N', acceptedCurrencyCodes: codes(4) } },
    },
    code: 'BAD_USER_INPUT',
    argument: 'input.acceptedCurrencyCodes',
  },
  {
    name: 'a list deep inside of a variable',
    env: TIGHT,
    bad: {
      query: 'query ($codes: [CurrencyCode!]) { accounts(currencies: $codes) { id } }',
      variables: { codes: ['C', [[{ a: codes(4) }]]] },
    },
    code: 'BAD_USER_INPUT',
    argument: 'currencies.1.0.0.a',
  },
  {
    name: 'an object of more members than any input has',
    env: PLAIN,
    bad: {
      query: 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { __typename } }',
      variables: { input: Object.fromEntries(codes(5_000).map((code) => [code, 1])) },
    },
    code: 'BAD_USER_INPUT',
    argument: 'input',
  },
  {
    name: 'a variable 1,000 lists deep',
    env: PLAIN,
    bad: {
      query: 'query ($codes: [CurrencyCode!]) { accounts(currencies: $codes) { id } }',
      variables: { codes: JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`) as unknown },
    },
    code: 'BAD_USER_INPUT',
    argument: 'currencies.0',
  },
]

function hostile(name: string, query: string, code: string, more: Partial<BadDocument> = {}): BadDocument {
  return { name, env: PLAIN, bad: { query }, code, ...more }
}

const TYPENAME = { query: '{ __typename viewer { __typename } }' }

const HOSTILE: readonly BadDocument[] = [
  hostile(
    'too many levels in an operation that is not the first',
    `query A { viewer { id } } query B ${levels(16)}`,
    'DOCUMENT_TOO_LARGE',
    { limit: 15 },
  ),
  hostile('no document', '', 'BAD_REQUEST'),
  hostile('a space', ' ', UNPARSED),
  hostile('commas', ',,,', UNPARSED),
  hostile('only a fragment', 'fragment F on Viewer { id }', INVALID),
  hostile('a schema', 'type Query { viewer: String }', INVALID),
  hostile('a second byte order mark, in a name', '\uFEFF{ viewer { i\uFEFFd } }', INVALID, {
    good: { query: '\uFEFF{ viewer { id } }' },
  }),
  hostile('a NUL', '{ viewer { id } }\0', UNPARSED),
  hostile('half of a surrogate pair', '{ node(id: "\uD83D") { id } }', UNPARSED),
  hostile('half of a surrogate pair, escaped', String.raw`{ node(id: "\uD83D") { id } }`, UNPARSED),
  hostile('a fragment in itself', '{ ...F } fragment F on Query { ...F }', INVALID),
  hostile(
    'a fragment in itself by way of a field',
    '{ node(id: "x") { ...F } } fragment F on Account { currency { account { ...F } } }',
    INVALID,
  ),
  hostile(
    'forty fragments, each in each',
    `{ ...F0 } ${many(40, (index) => `fragment F${index} on Query { ${many(40, (other) => `...F${other}`)} }`)}`,
    INVALID,
  ),
  hostile(
    'fragments in themselves that nobody spreads',
    `{ viewer { id } } fragment F on Query { ...G } fragment G on Query { ...F }`,
    INVALID,
  ),
  hostile('an unknown fragment', '{ ...F }', INVALID),
  hostile('a thousand unknown fragments', `{ ${many(1_000, (index) => `...F${index}`)} }`, INVALID),
  hostile(
    'two fragments of one name',
    '{ ...F } fragment F on Query { viewer { id } } fragment F on Query { __typename }',
    INVALID,
  ),
  hostile(
    'a fragment that nobody spreads, too deep',
    `{ viewer { id } } fragment F on Query ${levels(16)}`,
    'DOCUMENT_TOO_LARGE',
    { limit: 15 },
  ),
  hostile(
    'directives of a fragment',
    `{ ...F } fragment F on Query ${many(5, () => '@d')} { viewer { id } }`,
    'DOCUMENT_TOO_LARGE',
    { env: TIGHT, limit: 4 },
  ),
  hostile(
    'directives of an operation and its variables',
    `query ($a: ID @d @d) @d @d @d { node(id: $a) { id } }`,
    'DOCUMENT_TOO_LARGE',
    { env: TIGHT, limit: 4 },
  ),
  hostile('fragments that double 13 times', doubling(13), 'DOCUMENT_TOO_LARGE', {
    good: { query: doubling(12) },
    limit: 5_000,
  }),
  hostile('fragments that double 300 times', doubling(300), 'DOCUMENT_TOO_LARGE', { limit: 5_000 }),
  hostile('a nesting of 1,600', `{ ${'accounts { '.repeat(1_600)}id${' }'.repeat(1_601)}`, 'DOCUMENT_TOO_LARGE', {
    limit: 15,
  }),
  // Which of the two is met first, the number of tokens or the end of the stack, depends on how warm the parser is.
  hostile('a nesting of 20,000', `{${'a{'.repeat(20_000)}a${'}'.repeat(20_001)}`, 'DOCUMENT_TOO_LARGE'),
  hostile(
    'a nesting of 20,000 with nothing but the stack in its way',
    `{${'a{'.repeat(20_000)}a${'}'.repeat(20_001)}`,
    'DOCUMENT_TOO_LARGE',
    { env: WIDE, limit: 1_000 },
  ),
  hostile(
    '20,000 inline fragments in one another',
    `{${'...{'.repeat(15_000)}a${'}'.repeat(15_001)}`,
    'DOCUMENT_TOO_LARGE',
    { env: WIDE },
  ),
  hostile('a list 20,000 deep', `{node(id:${'['.repeat(20_000)}1${']'.repeat(20_000)}){id}}`, 'DOCUMENT_TOO_LARGE', {
    env: WIDE,
  }),
  hostile(
    'a type 20,000 deep',
    `query($a:${'['.repeat(20_000)}ID${']'.repeat(20_000)}){viewer{id}}`,
    'DOCUMENT_TOO_LARGE',
    { env: WIDE },
  ),
  hostile('one field 4,900 times', `{ viewer { ${ids(4_900)} } }`, 'DOCUMENT_TOO_LARGE', {
    good: { query: `{ viewer { ${ids(700)} } }` },
  }),
  hostile(
    'one field with a selection 1,200 times',
    `{ accounts { ${many(1_200, () => 'currency { code }')} } }`,
    'DOCUMENT_TOO_LARGE',
  ),
  hostile(
    '500 fragments side by side',
    `{ viewer { ${many(500, (index) => `...F${index}`)} } } ${many(500, (index) => `fragment F${index} on Viewer { id }`)}`,
    'DOCUMENT_TOO_LARGE',
  ),
  hostile(
    'introspection in a circle',
    '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
    INVALID,
    {
      good: { query: '{ __schema { types { fields { type { fields { name } } } } } }' },
    },
  ),
  hostile(
    'introspection in a circle by fragments',
    '{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { fields { type { ...C } } } fragment C on __Type { interfaces { name } }',
    INVALID,
  ),
  hostile(
    'introspection of a type in a circle',
    '{ __type(name: "Query") { possibleTypes { interfaces { possibleTypes { name } } } } }',
    INVALID,
  ),
  limited(
    'aliases in the schema',
    PLAIN,
    10,
    (size) =>
      `{ a: __schema { ...S } } fragment S on __Schema { ${many(size - 1, (index) => `a${index}: types { name }`)} }`,
  ),
  hostile('the schema, where that is closed', '{ __schema { queryType { name } } }', INVALID, {
    env: CLOSED,
    good: TYPENAME,
  }),
  hostile('a type of it', '{ __type(name: "Query") { name } }', INVALID, { env: CLOSED, good: TYPENAME }),
  hostile(
    'the schema in a fragment',
    'query A { viewer { id } } query B { ...Q } fragment Q on Query { x: __schema { __typename } }',
    INVALID,
    { env: CLOSED },
  ),
  hostile('the field __proto__', '{ __proto__ }', INVALID),
  hostile('the field constructor', '{ viewer { constructor } }', INVALID),
  hostile('the fragment __proto__', '{ ...__proto__ }', INVALID, {
    good: { query: '{ ...__proto__ } fragment __proto__ on Query { viewer { id } }' },
  }),
  hostile('the fragment constructor', '{ ...constructor }', INVALID),
  hostile('the type constructor', '{ ... on constructor { id } }', INVALID),
  hostile('the argument __proto__', '{ node(__proto__: "x") { id } }', INVALID),
  hostile('the directive @constructor', '{ viewer { id @constructor } }', INVALID),
  hostile('the variable $__proto__', '{ node(id: $__proto__) { id } }', INVALID, {
    good: {
      query: 'query __proto__($__proto__: Boolean = true) { __proto__: viewer { id @include(if: $__proto__) } }',
    },
  }),
  hostile('a variable twice', 'query ($a: Boolean!, $a: Boolean!) { viewer { id @skip(if: $a) } }', INVALID),
  hostile('a variable 900 times', `query (${many(900, () => '$a: ID')}) { node(id: $a) { id } }`, INVALID),
  hostile(
    '700 variables, none of them given',
    `query (${many(700, (index) => `$a${index}: CurrencyCode!`)}) { ${many(4, (part) => `p${part}: accounts(currencies: [${many(175, (index) => `$a${part * 175 + index}`)}]) { id }`)} }`,
    'BAD_USER_INPUT',
  ),
  hostile('a name of 90,000 letters', `{ ${'x'.repeat(90_000)} }`, INVALID),
  hostile('a variable of 90,000 letters', `{ node(id: $${'x'.repeat(90_000)}) { id } }`, INVALID),
  hostile(
    'an operation of 90,000 letters, and 30 mistakes',
    `query ${'x'.repeat(90_000)} { ${many(30, (index) => `node(id: $a${index}) { id }`)} }`,
    INVALID,
  ),
  hostile('a fragment of 45,000 letters, unknown', `{ ...${'x'.repeat(45_000)} ...${'x'.repeat(45_000)} }`, INVALID),
  hostile('a syntax error of 90,000 letters', `{ viewer { id } } ${'x'.repeat(90_000)}`, UNPARSED),
  hostile(
    'a member of 90,000 letters',
    `{ exchangeQuote(input: { ${'x'.repeat(90_000)}: 1 }) { __typename } }`,
    'BAD_USER_INPUT',
  ),
]

export const BAD_DOCUMENTS: readonly BadDocument[] = [...AT_A_LIMIT, ...LONG_LISTS, ...HOSTILE]
