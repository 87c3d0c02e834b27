// The events of a selection: each executed, its errors made public and told in the log once, and written down.
import { hasCode } from './errors.ts'
import { explained } from './explain.ts'
import { exposed, written } from './results.ts'
import type { ValidatedSubscriptionArgs } from 'graphql'
import type { Caller, GatewayContext } from '../context.ts'
import type { Log } from '../log.ts'
import type { Execute } from './execute.ts'
import type { Result } from './results.ts'

export interface EventsOptions {
  readonly execute: Execute
  /** A context for one event. */
  readonly newContext: () => GatewayContext
  readonly caller: Caller
  /** Whether the event's cost is told with it. */
  readonly isExplained: boolean
  readonly requestId: string
  readonly log: Log
}

/** Executes an event with this root value and gives its result as JSON. Throws where the token has come to its end meanwhile. */
export function createEvents(
  validated: ValidatedSubscriptionArgs,
  { execute, newContext, caller, isExplained, requestId, log }: EventsOptions,
): (rootValue: unknown) => Promise<string> {
  // Kept for as long as somebody listens: without what was only there to open it.
  const args = { ...validated, contextValue: undefined, rawVariableValues: undefined }
  let before = ''
  let hasWorked = false
  return async (rootValue) => {
    const contextValue = newContext()
    const result = await execute({ ...args, rootValue, contextValue })
    const complete = isExplained ? explained(result, contextValue) : result
    const trouble = troubleOf(result)
    const context = { requestId, transport: 'websocket', log: trouble === before ? SILENT : log } as const
    before = trouble
    const told = exposed(complete, validated.document, context)
    const refusal =
      caller.kind === 'token' ? told.errors?.find((error) => hasCode(error, 'UNAUTHENTICATED')) : undefined
    if (refusal && hasWorked) throw refusal
    hasWorked ||= !refusal
    return written(told).toString()
  }
}

/** What went wrong and where: the same in one event after the other is told once. */
function troubleOf({ errors = [] }: Result): string {
  return errors.length === 0 ? '' : JSON.stringify(errors.map(({ path, message }) => [path, message]))
}

const SILENT: Log = { error: () => {}, warn: () => {}, info: () => {} }
