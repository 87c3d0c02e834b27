// One call of one endpoint: prepared, made as its class says, its answer judged and parsed.
import { GatewayError } from '../errors.ts'
import { checkScope } from './authorized.ts'
import { createChanges } from './changes.ts'
import { parseReply, source } from './decode.ts'
import { failureOf, named } from './failures.ts'
import { createReads } from './reads.ts'
import { prepare } from './request.ts'
import type { Refusal } from '../errors.ts'
import type { Agent } from './agent.ts'
import type { Asking, Attempts } from './attempt.ts'
import type { Authorized } from './authorized.ts'
import type { Breaker } from './breaker.ts'
import type { CallScope } from './caller.ts'
import type { Reply, Source } from './decode.ts'
import type { Drift } from './drift.ts'
import type { Endpoint } from './endpoint.ts'
import type { Answer } from './failures.ts'
import type { Flights } from './flights.ts'
import type { Meter } from './meter.ts'
import type { Policies } from './policy.ts'
import type { Parameters, Prepared } from './request.ts'
import type { Retries } from './retries.ts'

/**
 * Calls an endpoint for a caller and gives the parsed answer of an exact 200. Throws a GatewayError otherwise. `fits` reads an answer before it is
 * kept, and throws where it does not fit the contract.
 */
export type Call = (
  endpoint: Endpoint,
  parameters: Parameters,
  scope: CallScope,
  fits?: (reply: Reply) => unknown,
) => Promise<Reply>

/** Makes a call once, but for the one repeat after a 401. `came` is told of the status. */
export type Once = (
  endpoint: Endpoint,
  request: Prepared,
  scope: CallScope,
  asking: Pick<Asking, 'signal' | 'deadline' | 'rank' | 'left'>,
  came?: (status: number) => void,
) => Promise<Reply>

export interface CallOptions {
  readonly agent: Agent
  readonly attempts: Attempts
  readonly authorized: Authorized
  readonly breaker: Breaker
  readonly flights: Flights<Reply>
  readonly retries: Retries
  readonly policies: Policies
  readonly drift: Drift
  readonly meter: Meter
}

export function createCall(options: CallOptions): Call {
  const { agent, attempts, authorized, flights, policies, drift } = options
  const once: Once = async (endpoint, request, scope, asking, came = () => {}) => {
    const { timeoutMs, firstByteMs, isFresh, changes } = policies[endpoint.safety]
    const { caller, ledger } = scope
    // What changes something is not given up once it has left: its signal ends the wait for that alone.
    const signal = changes ? undefined : asking.signal
    const attempt = (token: string | undefined): Promise<Answer> => {
      const headers = token ? { ...request.headers, authorization: `Bearer ${token}` } : request.headers
      const whole = { ...request, headers, timeoutMs, firstByteMs, fresh: isFresh, signal }
      return attempts.make(endpoint, { ...asking, caller, ledger }, () => agent.send(whole))
    }
    // A change that was not let in must be told by what it is, whatever it costs.
    const mayRepeat = (): boolean => ledger.repeat() || changes
    const answer = await authorized(endpoint, caller, asking.signal, attempt, mayRepeat)
    came(answer.status)
    if (answer.status !== 200) throw failureOf(endpoint, answer, caller)
    return parseReply(answer.body, drift.of(endpoint.name))
  }
  const read = createReads({ ...options, once })
  const change = createChanges({ once, flights })
  return (endpoint, parameters, scope, fits) =>
    named(endpoint, () => {
      checkScope(endpoint, scope.caller)
      const request = prepare(endpoint, parameters)
      return policies[endpoint.safety].changes ? change(endpoint, request, scope) : read(endpoint, request, scope, fits)
    })
}

/** null in place of the upstream's word that there is no such thing (or no such pair): what a read by id makes of it. */
export async function orNull<T>(read: Promise<T>, ...kinds: readonly Refusal['kind'][]): Promise<T | null> {
  try {
    return await read
  } catch (error) {
    const kind = error instanceof GatewayError ? error.refusal?.kind : undefined
    if (kind === 'missing' || (kind && kinds.includes(kind))) return null
    throw error
  }
}

/** What an answer to a read by id is about; null where there is no such thing. */
export function readOne<T>(reply: Promise<Reply>, at: string, decode: (from: Source) => T): Promise<T | null> {
  return orNull(reply.then((answer) => decode(source(answer, at))))
}
