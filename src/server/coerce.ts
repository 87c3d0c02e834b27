// Operations with their variables coerced, as graphql-js has it.
import { validateExecutionArgs } from 'graphql'
import type { ExecutionArgs, GraphQLError, OperationDefinitionNode, ValidatedExecutionArgs } from 'graphql'

/** Coerces the variables of this operation of the document, or tells what is wrong with them. */
export type Coerce = (
  operation: OperationDefinitionNode,
  args: ExecutionArgs,
) => ValidatedExecutionArgs | readonly GraphQLError[]

/** What has no variables is remembered for as long as its document is kept: nothing in it is a request's but the context. */
export function createCoerce(): Coerce {
  const known = new WeakMap<OperationDefinitionNode, ValidatedExecutionArgs>()
  return (operation, args) => {
    const kept = known.get(operation)
    if (kept) return { ...kept, contextValue: args.contextValue }
    const validated = validateExecutionArgs(args)
    if ('schema' in validated && !operation.variableDefinitions?.length)
      known.set(operation, { ...validated, contextValue: undefined, rawVariableValues: undefined })
    return validated
  }
}
