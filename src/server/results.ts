// Results as callers get them: every error in them made public, and written down.
import { GraphQLError } from 'graphql'
import { publicError } from './errors.ts'
import { lateInputError } from './input-errors.ts'
import type { DocumentNode, ExecutionResult } from 'graphql'
import type { ErrorContext } from './errors.ts'

/** What an operation came to. */
export interface Result extends ExecutionResult {
  /** The data as JSON, in place of `data`. */
  readonly json?: Buffer
}

/** `document`: what was run; undefined where it was refused before that was known. */
export function exposed(result: Result, document: DocumentNode | undefined, context: ErrorContext): Result {
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

/** As JSON. `errors`: as they are to be told, where that is not as they are. */
export function written({ json, ...result }: Result, errors: readonly object[] | undefined = result.errors): Buffer {
  if (!json) return Buffer.from(JSON.stringify(errors ? { ...result, errors } : result))
  const { extensions } = result
  const head = errors ? `{"errors":${JSON.stringify(errors)},"data":` : '{"data":'
  const tail = extensions ? `,"extensions":${JSON.stringify(extensions)}}` : '}'
  return Buffer.concat([Buffer.from(head), json, Buffer.from(tail)])
}
