// The arguments that fields are run with: those that are always the same once a document, all others once an execution.
import { getArgumentValues, Kind } from 'graphql'
import type { FieldNode, GraphQLField, ValidatedExecutionArgs, ValueNode } from 'graphql'
import type { FieldPlan } from './plan.ts'

/** What is the same whenever it is run. */
export function fixedArguments(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Readonly<Record<string, unknown>> | undefined {
  if (definition.args.length === 0) return NO_ARGUMENTS
  if (node.arguments?.some(({ value }) => hasVariables(value))) return undefined
  try {
    return getArgumentValues(definition, node)
  } catch {
    return undefined
  }
}

const NO_ARGUMENTS = Object.freeze({})

function hasVariables(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true
  if (value.kind === Kind.LIST) return value.values.some(hasVariables)
  return value.kind === Kind.OBJECT && value.fields.some((field) => hasVariables(field.value))
}

/** Arguments that are read when they are needed. Throws where they cannot be used. */
export function lateArguments(
  validated: ValidatedExecutionArgs,
  { definition, nodes }: FieldPlan,
): Readonly<Record<string, unknown>> {
  const [node] = nodes
  if (!node) throw new TypeError('a field that nobody asks for')
  return getArgumentValues(definition, node, validated.variableValues, undefined, validated.hideSuggestions)
}
