// The one way of every operation, whichever transport it came over: parse, validate, find the operation, coerce, estimate, guard, execute, make errors public.
import { executeRootSelectionSet, OperationTypeNode, validateSubscriptionArgs } from 'graphql'
import { createContext } from '../context.ts'
import { plainName } from '../log.ts'
import { createCoerce } from './coerce.ts'
import { requestError } from './errors.ts'
import { createEstimate, tooExpensive } from './estimate.ts'
import { createExecute } from './execute.ts'
import { asksToExplain, explained } from './explain.ts'
import { refusedRoots } from './guard.ts'
import { variableErrors } from './input-errors.ts'
import { longLists } from './limits.ts'
import { prepare } from './prepare.ts'
import { exposed, failed } from './results.ts'
import { createWaiting } from './shared-queries.ts'
import type {
  DocumentNode,
  ExecutionArgs,
  GraphQLError,
  GraphQLSchema,
  OperationDefinitionNode,
  ValidatedExecutionArgs,
} from 'graphql'
import type { Caller, GatewayContext, Services } from '../context.ts'
import type { Log } from '../log.ts'
import type { Documents } from './documents.ts'
import type { TakePoints } from './points.ts'
import type { Arrival, OperationRequest, Prepared } from './prepare.ts'
import type { OpenSubscription, Subscription } from './subscriptions.ts'
import type { Result } from './results.ts'
import type { SharedQueries, Waiting } from './shared-queries.ts'
import type { FindDocument } from './trusted.ts'

/** Runs an operation, or opens a subscription. Never rejects: whatever goes wrong is in the result. */
export type Pipeline = (request: OperationRequest, arrival: Arrival) => Promise<Result | Subscription>

export interface PipelineOptions {
  readonly schema: GraphQLSchema
  readonly find: FindDocument
  /** Whether a caller may run what is in no list of trusted documents. */
  readonly mayAdhoc: (caller: Caller) => boolean
  readonly documents: Documents
  readonly services: Services
  readonly subscribe: OpenSubscription
  /** How many upstream calls an operation may make, as estimated. */
  readonly maxUpstreamCalls: number
  /** Values of a list in a variable, at most. */
  readonly maxListArgument: number
  /** Whether misspelt names are told what they may have meant. */
  readonly introspection: boolean
  /** Takes what an operation costs off the caller's minute; undefined: nobody counts. */
  readonly takePoints: TakePoints | undefined
  /** Whether who asks is told what an operation has cost. */
  readonly explain: boolean
  /** Joins identical queries; undefined: each is executed. */
  readonly shared: SharedQueries | undefined
  readonly count: CountOperation
  readonly log: Log
}

/** Told of each operation when it has its answer, and of a subscription when it has begun: its kind and the codes of its errors, each once. */
export type CountOperation = (kind: OperationKind, codes: readonly string[], ms: number) => void

/** `none`: it was refused before that was known. */
export type OperationKind = `${OperationTypeNode}` | 'none'

export function createPipeline({
  schema,
  find,
  mayAdhoc,
  documents,
  services,
  subscribe,
  maxUpstreamCalls,
  maxListArgument,
  introspection,
  takePoints,
  explain,
  shared,
  count,
  log,
}: PipelineOptions): Pipeline {
  const estimate = createEstimate()
  const execute = createExecute()
  const coerce = createCoerce()
  /** The last step before it runs: throws where it would cost too much, and tells the context which root fields are not to be run. */
  const admit = (validated: ValidatedExecutionArgs, { guarded }: Prepared, arrival: Arrival): void => {
    const context = validated.contextValue as GatewayContext
    context.estimated = estimate(validated)
    if (context.estimated > maxUpstreamCalls) throw tooExpensive(context.estimated, maxUpstreamCalls)
    // Taken first: where nobody is told of what is left, an argument of that call would not even be looked at.
    const left = takePoints?.(arrival, context.estimated)
    if (left) arrival.allowed?.(left)
    if (guarded) context.refused = refusedRoots(validated)
  }
  /** Runs a query, or waits for an identical one. */
  const joined = (
    validated: ValidatedExecutionArgs,
    waiting: Waiting,
    { caller, signal }: Arrival,
  ): Result | Promise<Result> => {
    const { document, operation, variableValues } = validated
    const query = { document, operation, variables: variableValues.coerced, caller }
    const underWay = shared?.join(query, signal)
    if (underWay) return underWay
    const result = execute(validated)
    if (result instanceof Promise) shared?.share(query, waiting, result)
    return result
  }
  return async (request, arrival) => {
    const began = performance.now()
    let document: DocumentNode | undefined
    let operation: OperationDefinitionNode | undefined
    const note = ({ errors = [] }: Result): void => {
      const codes = [...new Set(errors.map(({ extensions }) => String(extensions['code'])))]
      const ms = performance.now() - began
      count(operation?.operation ?? 'none', codes, ms)
      logOperation(log, arrival, operation, codes, ms)
    }
    const answer = (result: Result): Result => {
      const answered = result.errors ? exposed(result, document, { ...arrival, log }) : result
      note(answered)
      return answered
    }
    try {
      const text = find(request, mayAdhoc(arrival.caller))
      const prepared = prepare(documents, text, request, arrival)
      if ('errors' in prepared) return answer(prepared)
      operation = prepared.operation
      document = prepared.document
      const isExplained = explain && asksToExplain(request, arrival)
      const isQuery = operation.operation === OperationTypeNode.QUERY
      // Others may come to wait for it, and then its end is no longer that of who came first.
      const waiting = shared && isQuery && !isExplained ? createWaiting(arrival.signal) : undefined
      const { requestId, caller } = arrival
      const context = createContext(services, { requestId, caller, signal: waiting?.signal ?? arrival.signal })
      const args: ExecutionArgs = {
        schema,
        document,
        operationName: request.operationName ?? null,
        variableValues: request.variables ?? {},
        contextValue: context,
        hideSuggestions: !introspection,
      }
      const tooLong = longLists(document, operation, args.variableValues ?? {}, maxListArgument)
      if (tooLong.length > 0) return answer({ errors: tooLong })
      if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
        const validated = validateSubscriptionArgs(args)
        if (!('schema' in validated)) return answer({ errors: coercionErrors(args, operation, validated) })
        admit(validated, prepared, arrival)
        arrival.beforeStream?.()
        const opened = await subscribe(validated, { ...arrival, text, isExplained })
        note({})
        return opened
      }
      const validated = coerce(operation, args)
      if (!('schema' in validated)) return answer({ errors: coercionErrors(args, operation, validated) })
      admit(validated, prepared, arrival)
      if (waiting) return answer(await joined(validated, waiting, arrival))
      // Each mutation must see what the one before it has done.
      const result = await (isQuery ? execute(validated) : executeRootSelectionSet(validated))
      if (!isQuery) shared?.close()
      return answer(isExplained ? explained(result, context) : result)
    } catch (error) {
      return answer(failed(error))
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

/** graphql-js says in words what is wrong with the variables; ours have a code and a path. */
function coercionErrors(
  { schema, document, variableValues, hideSuggestions }: ExecutionArgs,
  operation: OperationDefinitionNode,
  errors: readonly GraphQLError[],
): readonly GraphQLError[] {
  const found = variableErrors(schema, document, operation, variableValues ?? {}, hideSuggestions ?? false)
  return found.length > 0 ? found : errors.map(({ message }) => requestError('BAD_USER_INPUT', message))
}
