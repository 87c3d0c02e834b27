// Refused argument values, literal or by variable: BAD_USER_INPUT with the argument's path, and a message that repeats no value.
import {
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
        const argument = node ? argumentOf(context.getDocument(), node) : undefined
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
  const argument = node && isValueNode(node) ? argumentOf(document, node) : undefined
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
): readonly GraphQLError[] {
  const errors: GraphQLError[] = []
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value
    const type = typeFromAST(schema, definition.type)
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (!isInputType(type) || (value === undefined && definition.defaultValue)) continue
    const argument = variableUse(document, name) ?? name
    validateInputValue(value, type, (error, path) => {
      if (errors.length < MOST_ERRORS)
        errors.push(refusedValue(error, withMember([argument, ...path].join('.'), error), [definition]))
    })
  }
  return errors
}

const MOST_ERRORS = 20

/** What is wrong with an input object may be a member that it lacks or has too much, which graphql-js names in its words alone. */
function withMember(argument: string | undefined, { message }: GraphQLError): string | undefined {
  const [, member] = /(?:to include required|not to include unknown) field "(\w+)"/.exec(message) ?? []
  return argument === undefined || member === undefined ? argument : `${argument}.${member}`
}

function refusedValue(error: GraphQLError, argument: string | undefined, nodes: readonly ASTNode[]): GraphQLError {
  const { message, extensions } = requestError(
    'BAD_USER_INPUT',
    plainMessage(error),
    argument === undefined ? {} : { argument },
  )
  return new GraphQLError(message, { nodes, extensions })
}

/** Our scalars' own words, or graphql-js' without the value that it quotes. */
function plainMessage(error: GraphQLError): string {
  let thrown = error.originalError
  while (thrown instanceof GraphQLError) thrown = thrown.originalError
  if (thrown) return thrown.message
  return error.message
    .replace(/^Argument "[^"]*" has invalid value( at "[^"]*")?: /, '')
    .replace(/^Value ".*" does not exist in ("\w+" enum\.)/s, 'The value does not exist in $1')
    .replace(/(cannot represent) value:.*$/s, '$1 this value')
    .replace(/[,;:]? (found|value):.*$/is, '')
    .replace(/("[^"]{64})[^"]*"/g, '$1…"')
    .slice(0, 300)
    .replace(/([^.!?])$/, '$1.')
}

function variableUse(document: DocumentNode, name: string): string | undefined {
  let use: ASTNode | undefined
  visit(document, {
    Argument: {
      enter(argument) {
        if (use) return false
        visit(argument.value, {
          Variable: (variable) => {
            if (variable.name.value === name) use ??= variable
          },
        })
        return undefined
      },
    },
  })
  return use && argumentOf(document, use)
}

/** The path of a value within its argument, e.g. "input.payAmount" or "ids.3"; undefined for a value in no argument. */
function argumentOf(document: DocumentNode, target: ASTNode): string | undefined {
  let found: string | undefined
  visit(document, {
    enter(node, _key, _parent, path) {
      // graphql-js may report a copy of a list or an object, so that a node is known by its place.
      if (node.kind !== target.kind || node.loc?.start !== target.loc?.start) return undefined
      found = namesAlong(document, path)
      return false
    },
  })
  return found || undefined
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
