// The one way of every operation, whichever transport it came over: parse, validate, find the operation, coerce, estimate, guard, execute, make errors public.
import {
  createSourceEventStream,
  executeRootSelectionSet,
  GraphQLError,
  mapSourceToResponseEvent,
  OperationTypeNode,
  validateExecutionArgs,
  validateSubscriptionArgs,
} from 'graphql'
import { createContext } from '../context.ts'
import { plainName } from '../log.ts'
import { publicError, requestError } from './errors.ts'
import { createEstimate, tooExpensive } from './estimate.ts'
import { asksToExplain, explained } from './explain.ts'
import { refusedRoots } from './guard.ts'
import { lateInputError, variableErrors } from './input-errors.ts'
import { prepare } from './prepare.ts'
import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  GraphQLSchema,
  OperationDefinitionNode,
  ValidatedExecutionArgs,
} from 'graphql'
import type { GatewayContext, Services } from '../context.ts'
import type { Log } from '../log.ts'
import type { Documents } from './documents.ts'
import type { Arrival, OperationRequest, Prepared } from './prepare.ts'

/** Runs an operation. Never rejects: whatever goes wrong is in the result. A subscription gives a stream of results. */
export type Pipeline = (
  request: OperationRequest,
  arrival: Arrival,
) => Promise<ExecutionResult | AsyncIterable<ExecutionResult>>

export interface PipelineOptions {
  readonly schema: GraphQLSchema
  readonly documents: Documents
  readonly services: Services
  /** How many upstream calls an operation may make, as estimated. */
  readonly maxUpstreamCalls: number
  /** Whether who asks is told what an operation has cost. */
  readonly explain: boolean
  readonly count: CountOperation
  readonly log: Log
}

/** Told of each operation when it has its answer, and of a subscription when it has begun: its kind and the codes of its errors, each once. */
export type CountOperation = (kind: OperationKind, codes: readonly string[], ms: number) => void

/** `none`: it was refused before that was known. */
export type OperationKind = `${OperationTypeNode}` | 'none'

export function createPipeline({
  schema,
  documents,
  services,
  maxUpstreamCalls,
  explain,
  count,
  log,
}: PipelineOptions): Pipeline {
  const estimate = createEstimate()
  /** The last step before it runs: throws where it would cost too much, and tells the context which root fields are not to be run. */
  const admit = (validated: ValidatedExecutionArgs, { guarded }: Prepared): void => {
    const context = validated.contextValue as GatewayContext
    context.estimated = estimate(validated)
    if (context.estimated > maxUpstreamCalls) throw tooExpensive(context.estimated, maxUpstreamCalls)
    if (guarded) context.refused = refusedRoots(validated)
  }
  return async (request, arrival) => {
    const began = performance.now()
    let document: DocumentNode | undefined
    const expose = (result: ExecutionResult): ExecutionResult => {
      if (!result.errors) return result
      const errors = document ? result.errors.map(lateInputError.bind(undefined, document)) : result.errors
      return { ...result, errors: errors.map((error) => publicError(error, { ...arrival, log })) }
    }
    const note = (operation: OperationDefinitionNode | undefined, { errors = [] }: ExecutionResult): void => {
      const codes = [...new Set(errors.map(({ extensions }) => String(extensions['code'])))]
      const ms = performance.now() - began
      count(operation?.operation ?? 'none', codes, ms)
      logOperation(log, arrival, operation, codes, ms)
    }
    const answer = (operation: OperationDefinitionNode | undefined, result: ExecutionResult): ExecutionResult => {
      const exposed = expose(result)
      note(operation, exposed)
      return exposed
    }
    let operation: OperationDefinitionNode | undefined
    try {
      const prepared = prepare(documents, request, arrival)
      if ('errors' in prepared) return answer(undefined, prepared)
      operation = prepared.operation
      document = prepared.document
      const context = createContext(services, arrival)
      const isExplained = explain && asksToExplain(request, arrival)
      const complete = (result: ExecutionResult): ExecutionResult => (isExplained ? explained(result, context) : result)
      const args: ExecutionArgs = {
        schema,
        document,
        operationName: request.operationName ?? null,
        variableValues: request.variables ?? {},
        contextValue: context,
      }
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
        return answer(operation, complete(await executeOnce(args, prepared, admit)))
      const opened = await openStream(args, prepared, admit)
      if (!(Symbol.asyncIterator in opened)) return answer(operation, opened)
      note(operation, {})
      return exposeEach(opened, (result) => expose(complete(result)))
    } catch (error) {
      return answer(operation, { errors: [asGraphQLError(error)] })
    }
  }
}

/** One line for an operation; a subscription has it when it begins, not for each event. */
function logOperation(
  log: Log,
  { requestId, transport, caller }: Arrival,
  operation: OperationDefinitionNode | undefined,
  codes: readonly string[],
  ms: number,
): void {
  log.info(
    {
      requestId,
      transport,
      caller: caller.id,
      kind: operation?.operation ?? 'none',
      ...(operation?.name && { operation: plainName(operation.name.value) }),
      ...(codes.length > 0 && { codes }),
      ms: Math.round(ms),
    },
    'operation',
  )
}

type Admit = (validated: ValidatedExecutionArgs, prepared: Prepared) => void

async function executeOnce(args: ExecutionArgs, prepared: Prepared, admit: Admit): Promise<ExecutionResult> {
  const validated = validateExecutionArgs(args)
  if (!('schema' in validated)) return { errors: coercionErrors(args, prepared.operation, validated) }
  admit(validated, prepared)
  return executeRootSelectionSet(validated)
}

async function openStream(
  args: ExecutionArgs,
  prepared: Prepared,
  admit: Admit,
): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> {
  const validated = validateSubscriptionArgs(args)
  if (!('schema' in validated)) return { errors: coercionErrors(args, prepared.operation, validated) }
  admit(validated, prepared)
  const source = await createSourceEventStream(validated)
  return Symbol.asyncIterator in source ? mapSourceToResponseEvent(validated, source) : source
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
