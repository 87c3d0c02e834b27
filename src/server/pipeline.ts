// The one way of every operation, whichever transport it came over: parse, validate, find the operation, coerce, guard, execute, make errors public.
import {
  createSourceEventStream,
  executeRootSelectionSet,
  getOperationAST,
  GraphQLError,
  mapSourceToResponseEvent,
  OperationTypeNode,
  validateExecutionArgs,
  validateSubscriptionArgs,
} from 'graphql'
import { createContext } from '../context.ts'
import { plainName } from '../log.ts'
import { publicError, requestError } from './errors.ts'
import { refusedRoots } from './guard.ts'
import { lateInputError, variableErrors } from './input-errors.ts'
import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  GraphQLSchema,
  OperationDefinitionNode,
  ValidatedExecutionArgs,
} from 'graphql'
import type { GatewayContext, RequestIdentity, Services } from '../context.ts'
import type { Log } from '../log.ts'
import type { Documents } from './documents.ts'

/** What a client asks for. */
export interface OperationRequest {
  readonly query?: string | null | undefined
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

/** How it came, and from whom. */
export interface Arrival extends RequestIdentity {
  readonly transport: 'http' | 'websocket'
  /** An HTTP GET: it must change nothing. */
  readonly readOnly: boolean
  /** Whether the answer may go on: without, a subscription would be opened for nobody. */
  readonly streams: boolean
}

/** Runs an operation. Never rejects: whatever goes wrong is in the result. A subscription gives a stream of results. */
export type Pipeline = (
  request: OperationRequest,
  arrival: Arrival,
) => Promise<ExecutionResult | AsyncIterable<ExecutionResult>>

export interface PipelineOptions {
  readonly schema: GraphQLSchema
  readonly documents: Documents
  readonly services: Services
  readonly log: Log
}

export function createPipeline({ schema, documents, services, log }: PipelineOptions): Pipeline {
  return async (request, arrival) => {
    const began = performance.now()
    let document: DocumentNode | undefined
    const expose = (result: ExecutionResult): ExecutionResult => {
      if (!result.errors) return result
      const errors = document ? result.errors.map(lateInputError.bind(undefined, document)) : result.errors
      return { ...result, errors: errors.map((error) => publicError(error, { ...arrival, log })) }
    }
    const answer = (operation: OperationDefinitionNode | undefined, result: ExecutionResult): ExecutionResult => {
      const exposed = expose(result)
      noteOperation(log, arrival, operation, exposed, performance.now() - began)
      return exposed
    }
    let operation: OperationDefinitionNode | undefined
    try {
      const prepared = prepare(documents, request, arrival)
      if ('errors' in prepared) return answer(undefined, prepared)
      operation = prepared.operation
      document = prepared.document
      const args: ExecutionArgs = {
        schema,
        document,
        operationName: request.operationName ?? null,
        variableValues: request.variables ?? {},
        contextValue: createContext(services, arrival),
      }
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
        return answer(operation, await executeOnce(args, prepared))
      const opened = await openStream(args, prepared)
      if (!(Symbol.asyncIterator in opened)) return answer(operation, opened)
      noteOperation(log, arrival, operation, {}, performance.now() - began)
      return exposeEach(opened, expose)
    } catch (error) {
      return answer(operation, { errors: [asGraphQLError(error)] })
    }
  }
}

/** One line for an operation; a subscription has it when it begins, not for each event. */
function noteOperation(
  log: Log,
  { requestId, transport, caller }: Arrival,
  operation: OperationDefinitionNode | undefined,
  { errors }: ExecutionResult,
  ms: number,
): void {
  log.info(
    {
      requestId,
      transport,
      caller: caller.id,
      kind: operation?.operation ?? 'none',
      ...(operation?.name && { operation: plainName(operation.name.value) }),
      ...(errors && { codes: [...new Set(errors.map(({ extensions }) => String(extensions['code'])))] }),
      ms: Math.round(ms),
    },
    'operation',
  )
}

interface Prepared {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** Whether nested fields have arguments to be looked at first. */
  readonly guarded: boolean
}

interface Refused {
  readonly errors: readonly GraphQLError[]
}

function prepare(
  documents: Documents,
  { query, operationName }: OperationRequest,
  { readOnly, streams }: Arrival,
): Prepared | Refused {
  if (typeof query !== 'string' || query === '')
    return badRequest('The request holds no document: send it as "query".', { status: 400 })
  if (typeof operationName !== 'string' && operationName !== null && operationName !== undefined)
    return badRequest('The name of an operation is a string.', { status: 400 })
  const checked = documents(query)
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
  return { ...checked, operation }
}

function badRequest(message: string, http: { status: number; headers?: Record<string, string> }): Refused {
  return { errors: [requestError('BAD_REQUEST', message, { http })] }
}

async function executeOnce(args: ExecutionArgs, prepared: Prepared): Promise<ExecutionResult> {
  const validated = validateExecutionArgs(args)
  if (!('schema' in validated)) return { errors: coercionErrors(args, prepared.operation, validated) }
  guard(validated, prepared)
  return executeRootSelectionSet(validated)
}

async function openStream(
  args: ExecutionArgs,
  prepared: Prepared,
): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> {
  const validated = validateSubscriptionArgs(args)
  if (!('schema' in validated)) return { errors: coercionErrors(args, prepared.operation, validated) }
  guard(validated, prepared)
  const source = await createSourceEventStream(validated)
  return Symbol.asyncIterator in source ? mapSourceToResponseEvent(validated, source) : source
}

/** Tells the context which root fields are not to be run. */
function guard(validated: ValidatedExecutionArgs, { document, guarded }: Prepared): void {
  if (guarded) (validated.contextValue as GatewayContext).refused = refusedRoots(validated, document)
}

/** graphql-js says in words what is wrong with the variables; ours have a code and a path. */
function coercionErrors(
  { schema, document, variableValues }: ExecutionArgs,
  operation: OperationDefinitionNode,
  errors: readonly GraphQLError[],
): readonly GraphQLError[] {
  const found = variableErrors(schema, document, operation, variableValues ?? {})
  return found.length > 0 ? found : errors.map(({ message }) => requestError('BAD_USER_INPUT', message))
}

/** Each result of a stream made public, and so is the error that ends it, which each transport tells in its own way. */
function exposeEach(
  stream: AsyncIterable<ExecutionResult>,
  expose: (result: ExecutionResult) => ExecutionResult,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = stream[Symbol.asyncIterator]()
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      try {
        const step = await iterator.next()
        return step.done ? { done: true, value: undefined } : { done: false, value: expose(step.value) }
      } catch (error) {
        const [exposed] = expose({ errors: [asGraphQLError(error)] }).errors ?? []
        throw exposed ?? error
      }
    },
    async return() {
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error
  const cause = error instanceof Error ? error : new Error('not an error', { cause: error })
  return new GraphQLError(cause.message, { originalError: cause })
}
