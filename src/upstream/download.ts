// One call of an endpoint whose answer is a file: passed on as it comes, whatever its length.
import { GatewayError } from '../errors.ts'
import { checkScope } from './authorized.ts'
import { failureOf, named } from './failures.ts'
import { prepare } from './request.ts'
import { rankOf } from './turns.ts'
import type { Readable } from 'node:stream'
import type { Agent, OpenAnswer } from './agent.ts'
import type { Attempts } from './attempt.ts'
import type { Authorized } from './authorized.ts'
import type { CallScope } from './caller.ts'
import type { Endpoint } from './endpoint.ts'
import type { Parameters } from './request.ts'

/** Opens an endpoint's file for a caller; its body must be read to the end or destroyed. Throws a GatewayError but for an exact 200. */
export type Download = (endpoint: Endpoint, parameters: Parameters, scope: CallScope) => Promise<OpenAnswer>

export interface DownloadOptions {
  readonly agent: Agent
  readonly attempts: Attempts
  readonly authorized: Authorized
}

/** Fewer than the agent has connections for: one more would wait where nothing could stop it. */
const MOST_OPEN = 100
const BUSY = 'Too many exports are being fetched; nothing was sent.'

/** A file may have to be written before its first byte can come. */
const SILENCE_MS = 60_000

/** An error body is short and comes at once; of anything else the beginning will do. */
const MOST_ERROR_BYTES = 20_000
const LONGEST_ERROR_MS = 5_000

export function createDownload({ agent, attempts, authorized }: DownloadOptions): Download {
  let open = 0
  return async (endpoint, parameters, scope) => {
    if (open >= MOST_OPEN) throw new GatewayError('RATE_LIMITED', BUSY, { details: { retryAfter: 5 } })
    const request = prepare(endpoint, parameters)
    const { caller, signal } = scope
    checkScope(endpoint, caller)
    const asking = { ...scope, rank: rankOf(endpoint, scope.lane) }
    let last: OpenAnswer | undefined
    const attempt = async (token: string | undefined): Promise<OpenAnswer> => {
      // That of the first attempt, which was refused.
      last?.body.destroy()
      const headers = { ...request.headers, ...(token && { authorization: `Bearer ${token}` }) }
      const send = (): Promise<OpenAnswer> => agent.open({ ...request, headers, timeoutMs: SILENCE_MS, signal })
      return (last = await attempts.make(endpoint, asking, send))
    }
    open += 1
    try {
      return await named(endpoint, async () => {
        const answer = await authorized(endpoint, caller, signal, attempt, () => true)
        if (answer.status !== 200) throw failureOf(endpoint, { ...answer, body: await beginning(answer.body) })
        if (answer.body.closed) open -= 1
        else answer.body.once('close', () => (open -= 1))
        return answer
      })
    } catch (error) {
      last?.body.destroy()
      open -= 1
      throw error
    }
  }
}

async function beginning(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  const timer = setTimeout(() => body.destroy(), LONGEST_ERROR_MS)
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length >= MOST_ERROR_BYTES) break
    }
  } catch {
    // It broke off: what has come will do, the status says the most.
  }
  clearTimeout(timer)
  body.destroy()
  return Buffer.concat(chunks)
}
