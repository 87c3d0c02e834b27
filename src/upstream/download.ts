// One call of an endpoint whose answer is a file: passed on as it comes, whatever its length.
import { failureOf, named } from './failures.ts'
import { prepare } from './request.ts'
import type { Readable } from 'node:stream'
import type { Agent, OpenAnswer } from './agent.ts'
import type { Authorized } from './authorized.ts'
import type { Budgets } from './budget.ts'
import type { CallScope } from './caller.ts'
import type { Endpoint } from './endpoint.ts'
import type { Parameters } from './request.ts'

/** Opens an endpoint's file for a caller; its body must be read to the end or destroyed. Throws a GatewayError but for an exact 200. */
export type Download = (endpoint: Endpoint, parameters: Parameters, scope: CallScope) => Promise<OpenAnswer>

export interface DownloadOptions {
  readonly agent: Agent
  readonly authorized: Authorized
  readonly budgets: Budgets
}

/** A file may have to be written before its first byte can come. */
const SILENCE_MS = 60_000

/** An error body is short; of anything else the beginning will do. */
const MOST_ERROR_BYTES = 20_000

export function createDownload({ agent, authorized, budgets }: DownloadOptions): Download {
  return async (endpoint, parameters, scope) => {
    const request = prepare(endpoint, parameters)
    let opened: OpenAnswer | undefined
    const attempt = async (token: string | undefined): Promise<OpenAnswer> => {
      // That of the first attempt, which was refused.
      opened?.body.destroy()
      opened = await agent.open({
        ...request,
        headers: { ...request.headers, ...(token && { authorization: `Bearer ${token}` }) },
        timeoutMs: SILENCE_MS,
        signal: scope.signal,
      })
      if (token) budgets.learn(scope.caller, opened)
      return opened
    }
    return named(endpoint, async () => {
      const answer = await authorized(endpoint, scope, scope.signal, attempt)
      if (answer.status === 200) return answer
      throw failureOf(endpoint, { ...answer, text: await beginning(answer.body) })
    })
  }
}

async function beginning(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length >= MOST_ERROR_BYTES) break
    }
  } catch {
    // It broke off: what has come will do, the status says the most.
  }
  body.destroy()
  return Buffer.concat(chunks).toString()
}
