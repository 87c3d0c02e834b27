// What a client asks for, and which operation of its document that is.
import { getOperationAST, OperationTypeNode } from 'graphql'
import { requestError } from './errors.ts'
import type { DocumentNode, GraphQLError, OperationDefinitionNode } from 'graphql'
import type { RequestIdentity } from '../context.ts'
import type { Documents } from './documents.ts'
import type { Allowance } from './points.ts'

/** What a client asks for. */
export interface OperationRequest {
  readonly query?: string | null | undefined
  /** The id or hash of a trusted one, in place of its text. */
  readonly documentId?: unknown
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined
}

/** How it came, and from whom. */
export interface Arrival extends RequestIdentity {
  readonly transport: 'http' | 'websocket'
  /** An HTTP GET: it must change nothing. */
  readonly readOnly: boolean
  /** Whether the answer may go on: without, a subscription would be opened for nobody. */
  readonly streams: boolean
  /** Called before a subscription is opened: throws where there is no place for its events. */
  readonly beforeStream?: () => void
  /** Whether it asks what it costs, other than by its own extensions. */
  readonly explain?: boolean
  /** The IP address that it came from. */
  readonly address: string
  /** Told what is left of the caller's minute, where that is counted. */
  readonly allowed?: (allowance: Allowance) => void
}

export interface Prepared {
  readonly text: string
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** Whether nested fields have arguments to be looked at first. */
  readonly guarded: boolean
}

interface Refused {
  readonly errors: readonly GraphQLError[]
}

/** Finds the operation in the document, or tells why there is none to run. */
export function prepare(
  documents: Documents,
  text: string,
  { operationName }: OperationRequest,
  { readOnly, streams }: Arrival,
): Prepared | Refused {
  if (typeof operationName !== 'string' && operationName !== null && operationName !== undefined)
    return badRequest('The name of an operation is a string.', { status: 400 })
  const checked = documents(text)
  if ('errors' in checked) return checked
  const operation = getOperationAST(checked.document, operationName)
  if (!operation) {
    return {
      errors: [
        requestError(
          'OPERATION_RESOLUTION_FAILURE',
          'The request does not say which operation of its document to run.',
        ),
      ],
    }
  }
  if (readOnly && operation.operation === OperationTypeNode.MUTATION)
    return badRequest('A mutation must come by POST.', { status: 405, headers: { allow: 'POST' } })
  if (!streams && operation.operation === OperationTypeNode.SUBSCRIPTION)
    return badRequest('A subscription comes over the websocket, or to who accepts text/event-stream.', { status: 406 })
  return { ...checked, text, operation }
}

function badRequest(message: string, http: { status: number; headers?: Record<string, string> }): Refused {
  return { errors: [requestError('BAD_REQUEST', message, { http })] }
}
