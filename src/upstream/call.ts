// One call of one endpoint: its path built, its token found, sent, judged and parsed. Policy comes from the row's class alone.
import { GatewayError } from '../errors.ts'
import { misfit, source } from './decode.ts'
import { failureOf, named } from './failures.ts'
import { parseJson } from './json.ts'
import { prepare } from './request.ts'
import type { Refusal } from '../errors.ts'
import type { Agent } from './agent.ts'
import type { Authorized } from './authorized.ts'
import type { Budgets } from './budget.ts'
import type { CallScope } from './caller.ts'
import type { Reply, Source } from './decode.ts'
import type { Drift } from './drift.ts'
import type { Endpoint } from './endpoint.ts'
import type { Answer } from './failures.ts'
import type { Parameters } from './request.ts'

/** Calls an endpoint for a caller and gives the parsed answer of an exact 200. Throws a GatewayError otherwise. */
export type Call = (endpoint: Endpoint, parameters: Parameters, scope: CallScope) => Promise<Reply>

export interface CallOptions {
  readonly agent: Agent
  readonly authorized: Authorized
  readonly budgets: Budgets
  readonly drift: Drift
  readonly timeoutMs: number
}

/** A money call that has left is worth a long wait: its answer is the difference between knowing and not knowing. */
const MONEY_TIMEOUT_MS = 60_000

export function createCall({ agent, authorized, budgets, drift, timeoutMs }: CallOptions): Call {
  const perform: Call = (endpoint, parameters, scope) => {
    const request = prepare(endpoint, parameters)
    const runsOn = endpoint.safety === 'creates' || endpoint.safety === 'moves-money'
    const signal = runsOn ? undefined : scope.signal
    const send = async (token: string | undefined): Promise<Answer> => {
      const answer = await agent.send({
        ...request,
        headers: { ...request.headers, ...(token && { authorization: `Bearer ${token}` }) },
        timeoutMs: endpoint.safety === 'moves-money' ? Math.max(MONEY_TIMEOUT_MS, timeoutMs) : timeoutMs,
        signal,
      })
      if (token) budgets.learn(scope.caller, answer)
      return answer
    }
    return scope.limit(async () => judge(endpoint, drift, await authorized(endpoint, scope, signal, send)))
  }
  return (endpoint, parameters, scope) => named(endpoint, async () => perform(endpoint, parameters, scope))
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

function judge(endpoint: Endpoint, drift: Drift, answer: Answer): Reply {
  if (answer.status !== 200) throw failureOf(endpoint, answer)
  try {
    return {
      json: parseJson(answer.text),
      text: answer.text,
      strange: (at, word) => drift.note(endpoint.name, at, word),
    }
  } catch {
    throw misfit(endpoint.name, answer.text.trim() === '' ? 'is empty' : 'is not JSON')
  }
}
