// Queries are run by an executor of our own: held against graphql-js, which says what is right.
import fc from 'fast-check'
import {
  buildSchema,
  executeRootSelectionSet,
  executeSubscriptionEvent,
  getIntrospectionQuery,
  isAbstractType,
  isObjectType,
  parse,
  validate,
  validateExecutionArgs,
  validateSubscriptionArgs,
} from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../src/schema/index.ts'
import { createExecute } from '../src/server/execute.ts'
import { written } from '../src/server/results.ts'
import { createWorld, lab } from './support/lab.ts'
import type { DocumentNode, GraphQLError, ValidatedExecutionArgs, ValidatedSubscriptionArgs } from 'graphql'
import type { Result } from '../src/server/results.ts'
import type { World } from './support/lab.ts'

const LEAVES = [
  'id',
  'name',
  'sure',
  'wrong',
  'text',
  'number',
  'isOdd',
  'leaf',
  'leaves',
  'colour',
  'where',
  'grid',
  '__typename',
  '__proto__: name',
  'constructor: sure',
  'echo',
  'echoA: echo(a: $i, b: [1, $i])',
  'echoB: echo(c: $maybe)',
  'echoC: echo(b: [$i], d: { x: $i })',
  'echoD: echo(d: { y: $text })',
  'echoE: echo(a: null, b: 1, d: {})',
]
const LINKS = ['next', 'must', 'some', 'each', 'rows', 'same', 'mustSame', 'sames', 'awaited', 'mustAwaited']
const SOME_DIRECTIVES = ['@include(if: $yes)', '@skip(if: $no)', '@skip(if: true)', '@include(if: false)']
const NULL_DIRECTIVES = ['@skip(if: $maybe)', '@include(if: $maybe)', '@skip(if: $no) @include(if: $maybe)']
const DIRECTIVES = ['', '', '', '', ...SOME_DIRECTIVES, ...NULL_DIRECTIVES]

/** Selections that are valid wherever they stand. */
const selections = fc.letrec<{ set: string }>((tie) => {
  const directives = fc.constantFrom(...DIRECTIVES)
  return {
    set: fc
      .array(
        fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          fc.tuple(fc.constantFrom(...LEAVES), directives, fc.boolean()).map(([leaf, directive, isAliased]) => {
            const alias = isAliased && /^\w+$/.test(leaf) ? `x_${leaf}: ` : ''
            return `${alias}${leaf} ${directive}`
          }),
          fc
            .tuple(fc.constantFrom(...LINKS), directives, tie('set'))
            .map(([name, directive, set]) => `${name} ${directive} { ${set} }`),
          tie('set').map(
            (set) => `other { __typename ...U ... on A { ${set} } ... on B { own } ... on Node { ${set} } }`,
          ),
          fc.tuple(tie('set'), directives).map(([set, directive]) => `... ${directive} { ${set} }`),
          fc.tuple(fc.constantFrom('F', 'W'), directives).map(([name, directive]) => `...${name} ${directive}`),
        ),
        { minLength: 1, maxLength: 5 },
      )
      .map((all) => all.join(' ')),
  }
})

const HEAD = '($i: Int = 5, $yes: Boolean!, $no: Boolean = false, $maybe: Boolean = true, $text: String = "t")'
const FRAGMENTS = `
  fragment F on Node { id name G: next { id where ... on B { own } } same { id ...H } }
  fragment W on Node { rows { same { id where } } sames { same { where ...H } } }
  fragment H on Node { name text @include(if: $yes) }
  fragment U on Any { ... on Node { ...H } ... on B { x_own: own @skip(if: $maybe) } }`

const isAsked = fc.boolean()
/** Of those that have a default null is another thing than nothing. */
const variables = fc.record(
  {
    i: fc.option(fc.nat(9)),
    yes: isAsked,
    no: isAsked,
    maybe: fc.oneof({ weight: 5, arbitrary: isAsked }, { weight: 1, arbitrary: fc.constant(null) }),
    text: fc.option(fc.string()),
  },
  { requiredKeys: ['yes'] },
)

function validated(document: DocumentNode, seed: number, given: object): ValidatedExecutionArgs {
  const isToWatch = document.definitions.some((each) => 'operation' in each && each.operation === 'subscription')
  const found = (isToWatch ? validateSubscriptionArgs : validateExecutionArgs)({
    schema: lab,
    document,
    rootValue: { seed },
    variableValues: { ...given },
    contextValue: createWorld(seed),
  })
  if (!('schema' in found)) throw new Error(String(found))
  return found
}

const isEvent = (args: ValidatedExecutionArgs): args is ValidatedSubscriptionArgs =>
  args.operation.operation === 'subscription'

/** What only a fault of the gateway can be is told in fewer words; no caller sees them. */
function inOurWords(message: string): string {
  if (message.startsWith('Abstract type') || /^What \w+\.\w+ gave is no/.test(message)) return 'of no such type'
  return /^Expected `\w+\.coerceOutputValue|^\w+\.\w+ cannot be written down/.test(message) ? 'nothing' : message
}

/** Errors are told in the order in which they come, but those of one moment. */
function comparable(data: string, errors: readonly GraphQLError[], isJoined: boolean): unknown {
  const told = errors.map((error) => {
    const { message, path = [], locations } = error
    const lost = isJoined ? lostBy(path, JSON.parse(data)) : path.length
    // Where several things that may not fail do so in one moment, each executor names another of them.
    return JSON.stringify(
      lost < path.length ? ['lost', path.slice(0, lost)] : [inOurWords(message), error.path, locations],
    )
  })
  return { data, errors: isJoined ? [...new Set(told)].sort() : told.sort() }
}

/** How much of a path leads to what became null. */
function lostBy(path: readonly (string | number)[], data: unknown): number {
  let at = data
  for (const [depth, key] of path.entries()) {
    if (at === null) return depth
    at = (at as Record<string | number, unknown>)[key]
  }
  return path.length
}

/** What is written, which is JSON. */
function jsonOf(result: Result): string {
  const all = written(result, []).toString()
  const json = String(result.json)
  expect(all).toBe(`{"errors":[],"data":${json}}`)
  return json
}

const RUNS = Number(process.env['EXECUTION_RUNS'] ?? 1_000)

test('every answer and every error is that of graphql-js', { timeout: RUNS * 60 }, async () => {
  const execute = createExecute()
  const seen = { runs: 0, failures: 0, joined: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('query', 'query', 'query', 'subscription'),
      selections.set,
      fc.integer({ min: 1, max: 1e9 }),
      fc.array(variables, { minLength: 1, maxLength: 3 }),
      async (kind, set, seed, given) => {
        const text =
          kind === 'query'
            ? `query ${HEAD} { ${set} ... on Query { next { ...F } } } ${FRAGMENTS}`
            : `subscription ${HEAD} { next { ${set} ...F other { ...U } } } ${FRAGMENTS}`
        const document = parse(text)
        const isUnused = ({ message }: GraphQLError): boolean => message.includes('is never used')
        if (!validate(lab, document).every(isUnused)) return void (seen.refused += 1)
        // The same document again and again, by the plan that is kept where one may be.
        for (const [index, each] of [...given, ...given].entries()) {
          const args = validated(document, seed + index, each)
          const theirs = await (isEvent(args) ? executeSubscriptionEvent(args) : executeRootSelectionSet(args))
          const { errors = [] } = theirs
          const isJoined = (args.contextValue as World).isJoined()
          const ours = await execute({ ...args, contextValue: createWorld(seed + index) })
          expect(comparable(jsonOf(ours), ours.errors ?? [], isJoined)).toEqual(
            comparable(JSON.stringify(theirs.data), errors, isJoined),
          )
          seen.runs += 1
          seen.failures += errors.length > 0 ? 1 : 0
          seen.joined += isJoined ? 1 : 0
        }
      },
    ),
    { numRuns: RUNS },
  )
  // What is compared is worth it.
  expect(seen.refused).toBe(0)
  expect(seen.failures).toBeGreaterThan(RUNS / 2)
  expect(seen.joined).toBeGreaterThan(RUNS / 50)
})

test('our own schema is told about itself in the words of graphql-js', async () => {
  const document = parse(
    getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, oneOf: true }),
  )
  const args = validateExecutionArgs({ schema, document })
  if (!('schema' in args)) throw new Error(String(args))
  const theirs = await executeRootSelectionSet(args)
  const json = jsonOf(await createExecute()(args))
  // Compared as a whole: a difference would fill many pages.
  expect(json === JSON.stringify(theirs.data)).toBe(true)
  expect(json.length).toBeGreaterThan(100_000)
})

test('our own schema is one that it can run: of which type a value is, is told at once, and no type looks at its values', () => {
  const types = Object.values(schema.getTypeMap())
  expect(types.filter((each) => isObjectType(each) && each.isTypeOf)).toEqual([])
  const told = types.filter(isAbstractType).map(({ name, resolveType }) => {
    const type = resolveType?.({ __typename: name }, {}, undefined as never, undefined as never)
    return [name, type]
  })
  expect(told.length).toBeGreaterThan(5)
  expect(told.filter(([name, type]) => type !== name)).toEqual([])
})

test('a resolver that wants to know where it is has a fourth parameter that is counted', () => {
  const resolvers = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()))
    .flatMap(({ resolve, subscribe }) => [resolve, subscribe])
  const hidden = resolvers.filter(
    (each) => each && each.length < 4 && /arguments|\.\.\.|info/.test(String(each).split('{', 1)[0] ?? ''),
  )
  expect(hidden.map(String)).toEqual([])
})

test('what nobody goes on with may fail, and nobody need look at it: what is left of a list, and a list that comes too late', async () => {
  const unseen: unknown[] = []
  const note = (error: unknown): void => void unseen.push(error)
  process.on('unhandledRejection', note)
  const failing = (): Promise<never> => Promise.reject(new Error('too late'))
  const strict = buildSchema('type Query { grid: [[Int!]!] box: Box } type Box { sure: Int! grid: [[Int]] }')
  const args = validateExecutionArgs({
    schema: strict,
    document: parse('{ grid box { sure grid } }'),
    rootValue: {
      grid: [[1], Promise.resolve([2]), [null, failing()], [failing()], Promise.resolve([failing()])],
      box: { sure: failing, grid: () => new Promise((resolve) => setImmediate(() => resolve([[failing()]]))) },
    },
  })
  if (!('schema' in args)) throw new Error(String(args))
  const { json, errors } = await createExecute()(args)
  expect([String(json), errors?.length]).toEqual(['{"grid":null,"box":null}', 2])
  await new Promise(setImmediate)
  process.off('unhandledRejection', note)
  expect(unseen).toEqual([])
})
