// One call of one endpoint: its path built, its token found, sent, judged and parsed. Policy comes from the row's class alone.
import { GatewayError } from '../errors.ts'
import { misfit, source } from './decode.ts'
import { failureOf, named } from './failures.ts'
import { parseJson } from './json.ts'
import { prepare } from './request.ts'
import type { Refusal } from '../errors.ts'
import type { Agent } from './agent.ts'
import type { Authorized } from './authorized.ts'
import type { Budget, Budgets } from './budget.ts'
import type { CallScope } from './caller.ts'
import type { Reply, Source } from './decode.ts'
import type { Clock } from './clock.ts'
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
  readonly clock: Clock
  readonly drift: Drift
  readonly timeoutMs: number
  /** The same for a call that moves money: its answer is the difference between knowing and not knowing. */
  readonly moneyTimeoutMs: number
}

export function createCall({ agent, authorized, budgets, clock, drift, timeoutMs, moneyTimeoutMs }: CallOptions): Call {
  const perform: Call = (endpoint, parameters, scope) => {
    const request = prepare(endpoint, parameters)
    const runsOn = endpoint.safety === 'creates' || endpoint.safety === 'moves-money'
    const signal = runsOn ? undefined : scope.signal
    const movesMoney = endpoint.safety === 'moves-money'
    const send = async (token: string | undefined): Promise<Answer> => {
      const answer = await agent.send({
        ...request,
        headers: { ...request.headers, ...(token && { authorization: `Bearer ${token}` }) },
        timeoutMs: movesMoney ? moneyTimeoutMs : timeoutMs,
        fresh: movesMoney,
        signal,
      })
      if (token) {
        budgets.learn(scope.caller, answer)
        clock.learn(answer.date)
      }
      return answer
    }
    return scope.limit(async () => {
      if (movesMoney) refuseWhileCoolingDown(budgets.of(scope.caller))
      const answer = await authorized(endpoint, scope, signal, send)
      if (answer.status !== 200) throw failureOf(endpoint, answer, scope.caller)
      return parsed(endpoint, drift, answer)
    })
  }
  return (endpoint, parameters, scope) => named(endpoint, async () => perform(endpoint, parameters, scope))
}

/** A 429 told everybody to wait; a call that moves money is not what it is tried out with. */
function refuseWhileCoolingDown({ coolingDownUntil }: Budget): void {
  if (!coolingDownUntil) return
  const retryAfter = Math.ceil((coolingDownUntil.getTime() - Date.now()) / 1000)
  throw new GatewayError('RATE_LIMITED', 'SpectroCoin wants no calls for a while; nothing was sent.', {
    details: { retryAfter },
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

function parsed(endpoint: Endpoint, drift: Drift, answer: Answer): Reply {
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
