// Refused argument values, literal or by variable: BAD_USER_INPUT with the argument's path, and a message that repeats no value.
import {
  BREAK,
  GraphQLError,
  isInputObjectType,
  isInputType,
  isNonNullType,
  isValueNode,
  Kind,
  typeFromAST,
  validateInputValue,
  ValuesOfCorrectTypeRule,
  visit,
} from 'graphql'
import type {
  ASTNode,
  ASTVisitor,
  DocumentNode,
  GraphQLSchema,
  OperationDefinitionNode,
  ValidationContext,
} from 'graphql'
import { requestError } from './errors.ts'

/** The rule of graphql-js for literals, with our code, path and message. */
export function InputValuesRule(context: ValidationContext): ASTVisitor {
  const reporting = Object.create(context, {
    reportError: {
      value: (error: GraphQLError) => {
        const [node] = error.nodes ?? []
        const argument = node ? pathOfValue(context.getDocument(), node) : undefined
        context.reportError(refusedValue(error, withMember(argument, error), node ? [node] : []))
      },
    },
  }) as ValidationContext
  return ValuesOfCorrectTypeRule(reporting)
}

/** graphql-js refuses a variable that may be null as the value of a @oneOf, but overlooks those of a @oneOf that is itself non-null. */
export function OneOfVariablesRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      for (const { node, parentType } of context.getRecursiveVariableUsages(operation)) {
        if (!isNonNullType(parentType) || !isInputObjectType(parentType.ofType) || !parentType.ofType.isOneOf) continue
        const name = node.name.value
        const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name)
        if (!definition || definition.type.kind === Kind.NON_NULL_TYPE) continue
        const message = `Variable "$${name}" must be of a non-null type to be the one value of "${parentType.ofType.name}".`
        const { extensions } = requestError('GRAPHQL_VALIDATION_FAILED', message)
        context.reportError(new GraphQLError(message, { nodes: [definition, node], extensions }))
      }
    },
  }
}

/** A null that a variable brought to where none may be: the rules let it pass, as it might have been a value, and only execution finds it. */
export function lateInputError(document: DocumentNode, error: GraphQLError): GraphQLError {
  const cause = error.originalError ?? error
  if (!(cause instanceof GraphQLError) || cause.originalError || cause.extensions['code']) return error
  const [node] = cause.nodes ?? []
  const argument = node && isValueNode(node) ? pathOfValue(document, node) : undefined
  if (!node || argument === undefined) return error
  return new GraphQLError(plainMessage(cause), {
    nodes: [node],
    path: error.path ?? null,
    extensions: { code: 'BAD_USER_INPUT', argument },
  })
}

/** What is wrong with the variables of an operation that did not coerce. */
export function variableErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  hideSuggestions = false,
): readonly GraphQLError[] {
  const errors: GraphQLError[] = []
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value
    const type = typeFromAST(schema, definition.type)
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (!isInputType(type) || (value === undefined && definition.defaultValue)) continue
    // Where it is used is only looked for once something is wrong with it: a document may have a thousand variables.
    let argument: string | undefined
    const report = (error: GraphQLError, path: readonly (string | number)[]): void => {
      if (errors.length === MOST_ERRORS) throw ENOUGH
      argument ??= pathOfVariable(document, name)
      errors.push(refusedValue(error, withMember([argument, ...path].join('.'), error), [definition]))
    }
    try {
      validateInputValue(value, type, report, hideSuggestions)
    } catch (error) {
      if (error !== ENOUGH) throw error
      break
    }
  }
  return errors
}

const MOST_ERRORS = 20
const ENOUGH = new Error('enough errors')

/** What is wrong with an input object may be a member that it lacks or has too much, which graphql-js names in its words alone. */
function withMember(argument: string | undefined, { message }: GraphQLError): string | undefined {
  const [, member] = /(?:to include required|not to include unknown) field "(\w+)"/.exec(message) ?? []
  return argument === undefined || member === undefined ? argument : `${argument}.${member}`
}

/** An error of graphql-js about a value, in our words. */
export function refusedValue(
  error: GraphQLError,
  argument: string | undefined,
  nodes: readonly ASTNode[],
): GraphQLError {
  const { message, extensions } = requestError(
    'BAD_USER_INPUT',
    plainMessage(error),
    argument === undefined ? {} : { argument: argument.slice(0, LONGEST_TEXT) },
  )
  return new GraphQLError(message, { nodes, extensions })
}

/** Our scalars' own words, or graphql-js' without the value that it quotes. */
function plainMessage(error: GraphQLError): string {
  let thrown = error.originalError
  while (thrown instanceof GraphQLError) thrown = thrown.originalError
  if (thrown) return thrown.message
  const plain = error.message
    .replace(/^Argument "[^"]*" has invalid value( at "[^"]*")?: /, '')
    .replace(/^Value ".*" does not exist in ("\w+" enum\.)/s, 'The value does not exist in $1')
    .replace(/(cannot represent) value:.*$/s, '$1 this value')
    .replace(/[,;:]? (found|value):.*$/is, '')
  return shortened(plain).replace(/([^.!?…])$/, '$1.')
}

/** A message with what it quotes cut short: names are the caller's own, and may be as long as the document. */
export function shortened(message: string): string {
  const short = message.replace(/("[^"]{64})[^"]*"/g, '$1…"')
  return short.length > LONGEST_TEXT ? `${short.slice(0, LONGEST_TEXT)}…` : short
}

const LONGEST_TEXT = 300

/** The path of the first value that a variable is given for; its own name where it is given for none. */
export function pathOfVariable(document: DocumentNode, name: string): string {
  return pathOfFirst(document, (node) => node.kind === Kind.VARIABLE && node.name.value === name) ?? name
}

/** The path of a value within its argument, e.g. "input.payAmount" or "ids.3"; undefined for a value in no argument. */
export function pathOfValue(document: DocumentNode, { kind, loc }: ASTNode): string | undefined {
  // graphql-js may report a copy of a list or an object, so that a node is known by its place.
  return pathOfFirst(document, (node) => node.kind === kind && node.loc?.start === loc?.start)
}

/** The first that is in an argument. */
function pathOfFirst(document: DocumentNode, isIt: (node: ASTNode) => boolean): string | undefined {
  let found: string | undefined
  visit(document, {
    enter(node, _key, _parent, path) {
      if (isIt(node)) found = namesAlong(document, path) || undefined
      return found === undefined ? undefined : BREAK
    },
  })
  return found
}

function namesAlong(document: DocumentNode, path: readonly (string | number)[]): string {
  const names: (string | number)[] = []
  let place: unknown = document
  let key: string | number | undefined
  for (const step of path) {
    if (key === 'values' && typeof step === 'number') names.push(step)
    key = step
    place = (place as Readonly<Record<string | number, unknown>>)[step]
    const node = place as Partial<ASTNode>
    if ((node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) && node.name) names.push(node.name.value)
  }
  return names.join('.')
}
