// Errors that yoga makes of a request before it is an operation: given our codes and the request's id like all others.
import { GraphQLError } from 'graphql'
import { ERROR_CODES } from '../../errors.ts'
import { publicError } from '../errors.ts'
import type { Plugin } from 'graphql-yoga'
import type { Log } from '../../log.ts'
import type { HttpContext } from './use-pipeline.ts'

/** Told of a request that was refused before it was an operation. */
export type NoteRefusal = (requestId: string, codes: readonly string[]) => void

export function useCodedErrors(log: Log, refused: NoteRefusal): Plugin<object, HttpContext> {
  return {
    onResultProcess({ result, setResult, serverContext }) {
      if (Array.isArray(result) || !('errors' in result) || !result.errors) return
      const { requestId } = serverContext.arrival
      const errors = result.errors.map((error) => {
        if (error.extensions?.['requestId'] === requestId) return error
        return publicError(coded(error), { requestId, log, transport: 'http' })
      })
      // The pipeline has its own line for what got as far as that.
      if (errors.some((error, index) => error !== result.errors?.[index])) refused(requestId, errors.map(codeOf))
      setResult({ ...result, errors })
    },
  }
}

/** Yoga says what was wrong with the request by an HTTP status; a fault of ours has none. */
function coded(error: GraphQLError): GraphQLError {
  const { code, http } = error.extensions as { code?: unknown; http?: { status?: number } }
  const isOurs = typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
  if (!isOurs && (!http?.status || http.status >= 500)) return error
  // Nothing else of it: yoga adds what JSON.parse said, which quotes the body.
  return new GraphQLError(error.message, {
    extensions: { code: isOurs ? code : 'BAD_REQUEST', http: { status: 400, ...http, spec: false } },
  })
}

function codeOf({ extensions }: GraphQLError): string {
  return String(extensions['code'])
}
