// How an error looks to the caller: its code from the closed list and the request's id; whatever is not meant for them is masked and logged.
import { GraphQLError } from 'graphql'
import { ERROR_CODES, GatewayError } from '../errors.ts'
import { plainName } from '../log.ts'
import type { ErrorCode } from '../errors.ts'
import type { Log, LogFields } from '../log.ts'

export interface ErrorContext {
  readonly requestId: string
  readonly log: Log
  /** Only an answer over HTTP has a status for an error to say. */
  readonly transport: 'http' | 'websocket'
}

/** An error of the GraphQL request itself, with the HTTP status that it has where the client asks for one. */
export function requestError(
  code: ErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400, spec: true }, ...details } })
}

/** The error as the caller gets it. An error that is none of ours says nothing of itself. */
export function publicError(error: GraphQLError, context: ErrorContext): GraphQLError {
  const { requestId, log, transport } = context
  const cause = rootCause(error)
  if (cause instanceof GatewayError) {
    logFailure(cause, error, context)
    return copy(error, cause.message, { code: cause.code, ...cause.details, requestId })
  }
  const { http, ...extensions } = error.extensions
  const { code } = extensions
  if (typeof code === 'string' && Object.hasOwn(ERROR_CODES, code))
    return copy(error, error.message, { ...extensions, ...(transport === 'http' && http ? { http } : {}), requestId })
  log.error({ requestId, paths: pathOf(error), stack: stackOf(cause) }, 'the gateway failed')
  return copy(error, 'The gateway failed. Its log has the details under this request id.', {
    code: 'INTERNAL_SERVER_ERROR',
    requestId,
  })
}

function rootCause(error: GraphQLError): unknown {
  let cause: unknown = error
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError
  return cause
}

function copy(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions,
  })
}

/** Whether this is a public error's code. */
export function hasCode({ extensions }: GraphQLError, code: ErrorCode): boolean {
  return extensions['code'] === code
}

/** What the log may know of a failed upstream call. */
export function failureFields({ endpoint, reason, details: { upstreamCode, traceId } }: GatewayError): LogFields {
  return {
    ...(endpoint && { endpoint }),
    ...(reason && { reason }),
    ...(upstreamCode && { upstreamCode }),
    ...(traceId && { traceId }),
  }
}

/** Where a fault of the gateway itself was. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : 'not an error'
}

/** Trouble of the upstream is worth a line; a caller's own mistake is not. */
function logFailure(failure: GatewayError, error: GraphQLError, { requestId, log }: ErrorContext): void {
  if (!failure.endpoint && !failure.reason) return
  const fields = { requestId, codes: [failure.code], paths: pathOf(error), ...failureFields(failure) }
  log.warn(fields, 'an upstream call failed')
}

/** The last fields on the way to it. They may be aliases, which are a caller's own words. */
function pathOf({ path }: GraphQLError): string[] {
  const names = path?.filter((each) => typeof each === 'string').slice(-8)
  return names ? [names.map(plainName).join('.')] : []
}
