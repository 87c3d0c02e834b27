// What a document and its variables may be, before anything else is made of them.
import { GraphQLError, visit } from 'graphql'
import { requestError } from './errors.ts'
import { pathOfValue, pathOfVariable, refusedValue } from './input-errors.ts'
import { createMeasure } from './measure.ts'
import type { DefinitionNode, DocumentNode, ListValueNode, OperationDefinitionNode } from 'graphql'

export interface DocumentLimits {
  readonly maxDocumentBytes: number
  readonly maxTokens: number
  readonly maxDepth: number
  readonly maxRootFields: number
  readonly maxFields: number
  readonly maxAliases: number
  readonly maxDirectives: number
  readonly maxListArgument: number
}

/** The schema costs nobody a call, but each alias may write much of it down again. */
export const MOST_SCHEMA_ALIASES = 10

const BOUNDS = [
  { count: 'depth', limit: 'maxDepth', variable: 'MAX_DEPTH', of: 'levels of selections' },
  { count: 'rootFields', limit: 'maxRootFields', variable: 'MAX_ROOT_FIELDS', of: 'root fields' },
  { count: 'fields', limit: 'maxFields', variable: 'MAX_FIELDS', of: 'fields' },
  { count: 'aliases', limit: 'maxAliases', variable: 'MAX_ALIASES', of: 'aliases' },
  { count: 'directives', limit: 'maxDirectives', variable: 'MAX_DIRECTIVES', of: 'directives' },
] as const

/** Why a text is not even read. */
export function tooLong(text: string, { maxDocumentBytes }: DocumentLimits): GraphQLError | undefined {
  const bytes = Buffer.byteLength(text)
  return bytes > maxDocumentBytes ? tooLarge('MAX_DOCUMENT_BYTES', `${bytes} bytes`, maxDocumentBytes) : undefined
}

/** A refusal of the parser that is none of grammar; nothing that a text holds can make it say this of itself. */
export function tooManyTokens({ message }: GraphQLError, { maxTokens }: DocumentLimits): GraphQLError | undefined {
  return message.startsWith('Syntax Error: Document contains more than ')
    ? tooLarge('MAX_TOKENS', `more than ${maxTokens} tokens`, maxTokens)
    : undefined
}

/** A refusal of validation that says nothing of why: comparing the fields under one name in pairs took more steps than its rule takes. */
export function tooMuchAlike({ message }: GraphQLError): GraphQLError | undefined {
  return message === 'Validation aborted.'
    ? requestError(
        'DOCUMENT_TOO_LARGE',
        'The document selects the same fields, or spreads fragments side by side, too often to compare them all.',
      )
    : undefined
}

/** graphql-js goes down into a document by recursion, and the stack is what ends first. */
export function tooDeep({ maxDepth }: DocumentLimits): GraphQLError {
  return requestError('DOCUMENT_TOO_LARGE', 'The document is nested too deeply (MAX_DEPTH).', { limit: maxDepth })
}

/**
 * The first of its limits that a document exceeds. A fragment is opened wherever it is spread, and held to the same limits by itself, so that
 * one that nobody spreads is no way around them. Throws where one is spread within itself.
 */
export function overLimits(document: DocumentNode, limits: DocumentLimits): GraphQLError | undefined {
  const measure = createMeasure(document)
  for (const definition of document.definitions) {
    const size = measure(definition)
    if (size.schemaAliases > MOST_SCHEMA_ALIASES) return tooManySchemaAliases(size.schemaAliases, definition)
    for (const { count, limit, variable, of } of BOUNDS) {
      if (size[count] > limits[limit]) {
        const { message, extensions } = tooLarge(variable, `${Math.min(size[count], UNCOUNTED)} ${of}`, limits[limit])
        return new GraphQLError(message, { nodes: [definition], extensions })
      }
    }
  }
  return longLiteral(document, limits.maxListArgument)
}

/** Lists in the variables of an operation, as they came, that are longer than one may be, and objects of more members than any input has. */
export function longLists(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  max: number,
): readonly GraphQLError[] {
  const errors: GraphQLError[] = []
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value
    const found = Object.hasOwn(variables, name) && longIn(variables[name], max)
    if (!found) continue
    const argument = [pathOfVariable(document, name), ...found.path].join('.')
    errors.push(refusedValue(found.error, argument, [definition]))
    if (errors.length === MOST_ERRORS) break
  }
  return errors
}

const MOST_ERRORS = 20
/** graphql-js writes a whole object down for each member that it does not know. */
export const MOST_MEMBERS = 200

/** Fragments in one another double what is asked for with each level: more than this is not told apart. */
const UNCOUNTED = Number.MAX_SAFE_INTEGER

function tooManySchemaAliases(count: number, definition: DefinitionNode): GraphQLError {
  const message = `The document asks things of the schema under ${Math.min(count, UNCOUNTED)} aliases, and one may have ${MOST_SCHEMA_ALIASES} there.`
  const { extensions } = requestError('DOCUMENT_TOO_LARGE', message, { limit: MOST_SCHEMA_ALIASES })
  return new GraphQLError(message, { nodes: [definition], extensions })
}

/** The first list that is written down longer than one may be: in an argument, or as what a variable is where it is not given. */
function longLiteral(document: DocumentNode, max: number): GraphQLError | undefined {
  let found: ListValueNode | undefined
  let variable: string | undefined
  let current: string | undefined
  visit(document, {
    VariableDefinition: {
      enter: (definition) => void (current = definition.variable.name.value),
      leave: () => void (current = undefined),
    },
    ListValue(list) {
      if (found || list.values.length <= max) return
      found = list
      variable = current
    },
  })
  if (!found) return undefined
  const argument = variable === undefined ? pathOfValue(document, found) : pathOfVariable(document, variable)
  return refusedValue(tooManyValues(found.values.length, max), argument, [found])
}

/** A value inside of a variable's. */
interface Place {
  readonly value: unknown
  readonly key?: string
  readonly within?: Place
}

/** What is too long in a value, the first of it. It looks without recursion: a body may hold values tens of thousands deep. */
function longIn(value: unknown, max: number): { error: GraphQLError; path: string[] } | undefined {
  const ahead: Place[] = [{ value }]
  for (let place = ahead.pop(); place; place = ahead.pop()) {
    const { value: each } = place
    if (typeof each !== 'object' || each === null) continue
    const inner = Object.entries(each)
    if (Array.isArray(each) && inner.length > max)
      return { error: tooManyValues(inner.length, max), path: pathTo(place) }
    if (!Array.isArray(each) && inner.length > MOST_MEMBERS)
      return { error: tooManyMembers(inner.length), path: pathTo(place) }
    for (const [key, one] of inner) ahead.push({ value: one, key, within: place })
  }
  return undefined
}

function pathTo(place: Place): string[] {
  const path: string[] = []
  for (let at: Place | undefined = place; at?.key !== undefined; at = at.within) path.push(at.key)
  return path.reverse()
}

function tooManyValues(values: number, max: number): GraphQLError {
  return new GraphQLError(`The list has ${values} values, and one may have ${max} (MAX_LIST_ARGUMENT).`)
}

function tooManyMembers(members: number): GraphQLError {
  return new GraphQLError(`The object has ${members} members, and one may have ${MOST_MEMBERS}.`)
}

function tooLarge(variable: string, has: string, limit: number): GraphQLError {
  return requestError('DOCUMENT_TOO_LARGE', `The document has ${has}, and one may have ${limit} (${variable}).`, {
    limit,
  })
}
