// Results as callers get them: every error in them made public.
import { GraphQLError } from 'graphql'
import { publicError } from './errors.ts'
import { lateInputError } from './input-errors.ts'
import type { DocumentNode, ExecutionResult } from 'graphql'
import type { ErrorContext } from './errors.ts'

/** `document`: what was run; undefined where it was refused before that was known. */
export function exposed(
  result: ExecutionResult,
  document: DocumentNode | undefined,
  context: ErrorContext,
): ExecutionResult {
  if (!result.errors) return result
  const errors = document ? result.errors.map(lateInputError.bind(undefined, document)) : result.errors
  return { ...result, errors: errors.map((error) => publicError(error, context)) }
}

/** Whatever was thrown, as the one error of a result. */
export function failed(error: unknown): ExecutionResult & { readonly errors: readonly GraphQLError[] } {
  if (error instanceof GraphQLError) return { errors: [error] }
  const cause = error instanceof Error ? error : new Error('not an error', { cause: error })
  return { errors: [new GraphQLError(cause.message, { originalError: cause })] }
}
