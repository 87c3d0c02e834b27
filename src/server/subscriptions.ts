// Subscriptions: checked for each who asks, executed once for all who ask for the same.
import { createHash, randomUUID } from 'node:crypto'
import { createSourceEventStream } from 'graphql'
import { createContext } from '../context.ts'
import { createEvents } from './events.ts'
import { createExecute } from './execute.ts'
import { createHoldings } from './holdings.ts'
import { isPublic } from './public.ts'
import { exposed, failed } from './results.ts'
import type { DocumentNode, GraphQLError, ValidatedSubscriptionArgs } from 'graphql'
import type { Caller, GatewayContext, RequestIdentity, Services } from '../context.ts'
import type { Ending } from '../ending.ts'
import type { Channels, Open } from '../live/channels.ts'
import type { LiveValues } from '../live/listener.ts'
import type { Reader, Seat } from '../live/seat.ts'
import type { Log } from '../log.ts'
import type { ErrorContext } from './errors.ts'

/** A subscription that has been opened. It is left where the signal of who asks fires. */
export interface Subscription extends Omit<Seat, 'begin'> {
  /** Begins to hand out results, each written down as JSON, until `end`. Once. */
  begin(reader: ResultReader): void
}

export interface ResultReader extends Omit<Reader, 'end'> {
  /** It is complete; with errors, these are its end. */
  end(errors?: readonly GraphQLError[]): void
}

export interface SubscriptionsOptions {
  readonly services: Services
  readonly channels: Channels
  /** Executes what is everybody's: whoever that is, nothing private is theirs. */
  readonly nobody: Caller
  readonly log: Log
}

/** Who asks, and whether they are told what each event costs. */
export interface Asked extends RequestIdentity {
  readonly transport: ErrorContext['transport']
  /** The document's text. */
  readonly text: string
  readonly isExplained: boolean
}

/** Opens a subscription, or throws why not. */
export type OpenSubscription = (validated: ValidatedSubscriptionArgs, asked: Asked) => Promise<Subscription>

export function createSubscriptions({ services, channels, nobody, log }: SubscriptionsOptions): OpenSubscription {
  const holdings = createHoldings()
  const execute = createExecute()
  /** How a selection came to its end, as all its listeners are told. */
  const ends = new WeakMap<object, readonly GraphQLError[]>()

  const opener =
    (validated: ValidatedSubscriptionArgs, caller: Caller, isExplained: boolean, variables: string): Open<unknown> =>
    async (signal) => {
      // An error in an event is everybody's, and so is the id that it is found in the log by.
      const requestId = randomUUID()
      const { estimated, refused } = validated.contextValue as GatewayContext
      // A context is for one event: its loaders, its deadline and its calls are.
      const newContext = (): GatewayContext =>
        Object.assign(createContext(services, { requestId, caller, signal }, 'event'), { estimated, refused })
      const source = await createSourceEventStream({ ...validated, contextValue: newContext() })
      if (!(Symbol.asyncIterator in source)) throw source.errors?.[0] ?? new TypeError('no events and no error')
      const values = source as LiveValues<unknown>
      if (!holdings.take(validated.document, variables.length, signal)) {
        await values.return?.()
        throw holdings.full()
      }
      return { values, render: createEvents(validated, { execute, newContext, caller, isExplained, requestId, log }) }
    }
  /** Made public once, for all who are told of it. */
  const endOf = (error: unknown, document: DocumentNode, context: ErrorContext): readonly GraphQLError[] => {
    const key = error instanceof Error ? error : context
    const known = ends.get(key) ?? exposed(failed(error), document, context).errors ?? []
    ends.set(key, known)
    return known
  }

  return async (validated, { text, isExplained, requestId, transport, signal, caller: asking }) => {
    const caller = isPublic(validated) ? nobody : asking
    const { document, operation, variableValues } = validated
    const variables = JSON.stringify(variableValues.coerced)
    const key = JSON.stringify([text, operation.name?.value, variables, caller.id, caller.scopes, isExplained])
    const seat = await channels.join(digest(key), opener(validated, caller, isExplained, variables))
    leaveWith(signal, seat)
    return subscriptionOf(seat, (error) => endOf(error, document, { requestId, transport, log }))
  }
}

/** Apart from what opens it: it lives as long as it is listened to, and must not keep arguments and a context for that long. */
function subscriptionOf(seat: Seat, endOf: (error: unknown) => readonly GraphQLError[]): Subscription {
  return {
    begin: ({ isReady, take, end }) =>
      seat.begin({ isReady, take, end: (error) => (error === undefined ? end() : end(endOf(error))) }),
    resume: seat.resume,
    leave: seat.leave,
  }
}

function leaveWith(signal: Ending | undefined, seat: Seat): void {
  if (signal?.aborted) seat.leave()
  signal?.addEventListener('abort', seat.leave, { once: true })
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
