// What a document may be: at each limit it is answered, one more and it is refused with nothing sent, however hostile it is.
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { schema } from '../src/schema/index.ts'
import { createDocuments } from '../src/server/documents.ts'
import { BAD_DOCUMENTS } from './support/bad-documents.ts'
import { startSandboxGateway } from './support/gateway.ts'
import type { Answer } from './support/gateway.ts'
import type { BadDocument } from './support/bad-documents.ts'

type Started = Awaited<ReturnType<typeof startSandboxGateway>>

const environments = new Set(BAD_DOCUMENTS.map(({ env }) => env))
const gateways = new Map<unknown, Started>()
const gatewayOf = ({ env }: Pick<BadDocument, 'env'>): Started => gateways.get(env) as Started

const row = (wanted: string): BadDocument => {
  const found = BAD_DOCUMENTS.find(({ name }) => name === wanted)
  if (!found) throw new Error(`no row is named ${wanted}`)
  return found
}

beforeAll(async () => {
  for (const env of environments) gateways.set(env, await startSandboxGateway(env))
})
afterAll(async () => {
  for (const started of gateways.values()) await started.close()
})

test('there are at least forty-five', () => {
  expect(BAD_DOCUMENTS.length).toBeGreaterThanOrEqual(45)
  expect(new Set(BAD_DOCUMENTS.map(({ name }) => name)).size).toBe(BAD_DOCUMENTS.length)
})

test.each(BAD_DOCUMENTS)('$name: $code, with nothing sent', async ({ good, bad, code, limit, argument, env }) => {
  const { ask, sandbox, log } = gatewayOf({ env })
  if (good) {
    const answer = await ask(good.query, good.variables)
    expect(answer.errors).toBeUndefined()
    expect(answer.data).toBeTruthy()
  }
  const before = sandbox.count()
  const answer = await ask(bad.query, bad.variables)
  expect(answer.data).toBeUndefined()
  expect(new Set(answer.errors?.map(({ extensions }) => extensions.code))).toEqual(new Set([code]))
  if (limit !== undefined) expect(answer.errors?.[0]?.extensions['limit']).toBe(limit)
  if (argument !== undefined) expect(answer.errors?.[0]?.extensions['argument']).toBe(argument)
  expect(answer.text.length).toBeLessThan(20_000)
  expect(sandbox.count()).toBe(before)
  expect(log.filter((line) => line.includes('the gateway failed'))).toEqual([])
})

describe('a refusal', () => {
  const tight = row('few levels')
  const first = ({ errors = [] }: Answer) => errors[0]

  test('names the variable, what there is and what may be, and where', async () => {
    const answer = await gatewayOf(tight).ask(tight.bad.query)
    expect(answer.errors).toHaveLength(1)
    expect(first(answer)).toMatchObject({
      message: 'The document has 5 levels of selections, and one may have 4 (MAX_DEPTH).',
      locations: [{ line: 1, column: 1 }],
    })
  })

  test.each([
    ['bytes', 'The document has 1001 bytes, and one may have 1000 (MAX_DOCUMENT_BYTES).'],
    ['few tokens', 'The document has more than 70 tokens, and one may have 70 (MAX_TOKENS).'],
    ['few fields', 'The document has 41 fields, and one may have 40 (MAX_FIELDS).'],
    ['root fields', 'The document has 101 root fields, and one may have 100 (MAX_ROOT_FIELDS).'],
    ['few aliases', 'The document has 7 aliases, and one may have 6 (MAX_ALIASES).'],
    ['few directives', 'The document has 5 directives, and one may have 4 (MAX_DIRECTIVES).'],
    [
      'one field 4,900 times',
      'The document selects the same fields, or spreads fragments side by side, too often to compare them all.',
    ],
    ['a short list', 'The list has 4 values, and one may have 3 (MAX_LIST_ARGUMENT).'],
    ['a short list in a variable', 'The list has 4 values, and one may have 3 (MAX_LIST_ARGUMENT).'],
  ])('says of %s: %s', async (name, message) => {
    const { bad, env } = row(name)
    expect(first(await gatewayOf({ env }).ask(bad.query, bad.variables))?.message).toBe(message)
  })

  test('holds for each operation by itself, whichever of them is run', async () => {
    const { ask } = gatewayOf(tight)
    const operation = (name: string): string => `query ${name} { viewer { id name } __typename }`
    const fragment = 'fragment F on Viewer { id name }'
    const many = Array.from({ length: 6 }, (_, index) => operation(`Q${index}`)).join(' ')
    // 24 fields in all, 4 in each, 12 root fields in all, and 2 in each.
    expect(first(await ask(many))?.extensions.code).toBe('OPERATION_RESOLUTION_FAILURE')
    const over = `query A { viewer { ...F } } query B { ${'viewer { ...F } '.repeat(6)} } ${fragment}`
    expect(first(await ask(over))?.message).toContain('6 root fields')
  })
})

describe('introspection', () => {
  const ALL = {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    experimentalDirectiveDeprecation: true,
    oneOf: true,
  }

  test('of everything is within the limits, and so is what the GraphiQL that is served sends', async () => {
    const { ask, gateway } = gatewayOf(row('tokens'))
    for (const query of [getIntrospectionQuery(ALL), await graphiqlsQuery(gateway.url)]) {
      const answer = await ask(query)
      expect(answer.errors).toBeUndefined()
      expect(answer.data.__schema.types.length).toBeGreaterThan(100)
    }
  })

  test.each([
    ['a field', '{ viewr { id } }'],
    ['a field of a type', '{ viewer { nam } }'],
    ['an argument', '{ nodes(idz: ["x"]) { id } }'],
    ['a type', '{ node(id: "x") { ... on Acount { id } } }'],
    ['the type of a variable', 'query ($a: Strin) { node(id: $a) { id } }'],
    ['the argument of a directive', '{ viewer { id @skip(iff: true) } }'],
    ['a field of an abstract type', '{ node(id: "x") { balance } }'],
    ['no selection', '{ viewer }'],
    ['a value of an enum', '{ orders(projectId: "x", filter: { status: PAI }) { totalCount } }'],
    ['a member', '{ exchangeQuote(input: { payCod: "EUR" }) { __typename } }'],
    ['a default', 'query ($a: ExchangeQuoteInput = { payCod: "EUR" }) { exchangeQuote(input: $a) { __typename } }'],
    [
      'a member in a variable',
      'query ($a: ExchangeQuoteInput!) { exchangeQuote(input: $a) { __typename } }',
      { a: { payCod: 'EUR' } },
    ],
    [
      'a value of an enum in a variable',
      'query ($a: OrderFilter) { orders(projectId: "x", filter: $a) { totalCount } }',
      { a: { status: 'PAI' } },
    ],
  ])('that is off suggests nothing for %s', async (_what, query, variables: Record<string, unknown> = {}) => {
    const open = gatewayOf(row('tokens'))
    const { ask } = gatewayOf(row('a type of it'))
    expect((await open.ask(query, variables)).text).toContain('Did you mean')
    const answer = await ask(query, variables)
    expect(answer.errors?.length).toBeGreaterThan(0)
    expect(answer.text).not.toContain('Did you mean')
  })
})

/** Made by the function of the page that is served, given what the page gives it. */
async function graphiqlsQuery(url: string): Promise<string> {
  const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
  const [source, name] =
    /function (\w+)\(n\)\{const e=\{descriptions:!0,.*?e\.typeDepth,"      "\)\}\n    \}\n  `\}/s.exec(page) ?? []
  const [, given] = new RegExp(`b=${name}\\((\\{inputValueDeprecation:l,schemaDescription:c\\})\\)`).exec(page) ?? []
  // oxlint-disable-next-line typescript/no-implied-eval -- it is the page's own
  return String(new Function('l', 'c', `${source}; return ${name}(${given})`)(true, true))
}

test('nothing within the limits takes long to check', () => {
  const { documents } = loadConfig({})
  for (const { bad } of BAD_DOCUMENTS) {
    const check = createDocuments(schema, { limits: documents, introspection: true })
    const began = performance.now()
    check(bad.query)
    // Some 60 ms at most where nothing else runs.
    expect(performance.now() - began).toBeLessThan(500)
  }
})
