// One call of one endpoint: its path built, its token found, sent, judged and parsed. Policy comes from the row's class alone.
import { GatewayError } from '../errors.ts'
import { misfit } from './decode.ts'
import { failureOf } from './failures.ts'
import { encodeBody, parseJson } from './json.ts'
import type { Agent } from './agent.ts'
import type { Auth } from './auth.ts'
import type { Budgets } from './budget.ts'
import type { CallScope } from './caller.ts'
import type { Reply } from './decode.ts'
import type { Drift } from './drift.ts'
import type { Endpoint } from './endpoint.ts'
import type { Answer } from './failures.ts'
import type { RequestBody } from './json.ts'

export interface Parameters {
  /** Values for the `{names}` of the path, as they are: encoding is done here. */
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: RequestBody
}

/** Calls an endpoint for a caller and gives the parsed answer of an exact 200. Throws a GatewayError otherwise. */
export type Call = (endpoint: Endpoint, parameters: Parameters, scope: CallScope) => Promise<Reply>

export interface CallOptions {
  readonly agent: Agent
  /** The gateway's own token; undefined where callers bring theirs. */
  readonly auth: Auth | undefined
  readonly budgets: Budgets
  readonly drift: Drift
  readonly timeoutMs: number
}

/** A money call that has left is worth a long wait: its answer is the difference between knowing and not knowing. */
const MONEY_TIMEOUT_MS = 60_000

export function createCall({ agent, auth, budgets, drift, timeoutMs }: CallOptions): Call {
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
    return scope.limit(async () => {
      if (scope.signal?.aborted) throw new GatewayError('CANCELLED', 'The caller has gone.')
      if (endpoint.scope === null) return judge(endpoint, drift, await send(undefined))
      if (!auth) return judge(endpoint, drift, await send(callersToken(scope)))
      const token = await auth.token(signal)
      const answer = await send(token)
      // A 401 proves that nothing ran, so that even a call that moves money may be made once more. Nothing else is ever repeated.
      if (answer.status !== 401) return judge(endpoint, drift, answer)
      return judge(endpoint, drift, await send(await auth.renewed(token, signal)))
    })
  }
  return async (endpoint, parameters, scope) => {
    try {
      return await perform(endpoint, parameters, scope)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const told = endpoint.safety === 'creates' && error.effect === 'unknown' ? mayHaveRun(error) : error
      told.endpoint ??= endpoint.name
      throw told
    }
  }
}

/** null in place of the upstream's word that there is no such thing: what a read by id makes of it. */
export async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read
  } catch (error) {
    if (error instanceof GatewayError && error.refusal?.kind === 'missing') return null
    throw error
  }
}

/** What was to be made may be there, and no journal will look for it: the caller must know that. */
function mayHaveRun({ code, message, details, effect, reason, cause }: GatewayError): GatewayError {
  return new GatewayError(code, `${message} What was to be made may have been made: look before you try again.`, {
    details: { ...details, outcome: 'UNKNOWN' },
    effect,
    ...(reason && { reason }),
    cause,
  })
}

function callersToken({ caller }: CallScope): string {
  if (caller.token !== undefined) return caller.token
  throw new GatewayError('UNAUTHENTICATED', 'This needs a SpectroCoin token: send it as "Authorization: Bearer …".')
}

function prepare(
  endpoint: Endpoint,
  { path = {}, query = {}, body }: Parameters,
): { method: string; path: string; headers: Record<string, string>; body?: string } {
  const filled = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => segment(path[name]))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.append(name, value)
  const whole = search.size > 0 ? `${filled}?${search}` : filled
  if (body === undefined) return { method: endpoint.method, path: whole, headers: {} }
  const { text, contentType } = encodeBody(body, endpoint.encoding)
  return { method: endpoint.method, path: whole, headers: { 'content-type': contentType }, body: text }
}

/**
 * One path segment. Dots alone would be resolved away and lead to another endpoint, and a lone surrogate cannot be written. A caller's
 * id was checked on its way in, so that one which cannot be asked for is the upstream's.
 */
function segment(value: string | undefined): string {
  if (value === undefined) throw new TypeError('a path without its parameter')
  if (value === '' || value === '.' || value === '..' || !value.isWellFormed())
    throw misfit('id', 'cannot be asked for')
  return encodeURIComponent(value)
}

function judge(endpoint: Endpoint, drift: Drift, answer: Answer): Reply {
  if (answer.status !== 200) throw failureOf(endpoint, answer)
  try {
    return { json: parseJson(answer.text), strange: (at, word) => drift.note(endpoint.name, at, word) }
  } catch {
    throw misfit(endpoint.name, answer.text.trim() === '' ? 'is empty' : 'is not JSON')
  }
}
