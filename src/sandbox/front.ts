// The sandbox's HTTP side: notes each call, keeps it waiting or lets it go wrong as ordered, and has it answered.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'
import type { Api, ApiAnswer } from './api.ts'
import { readBody } from './body.ts'
import { publicKeyPath } from './callback-key.ts'
import type { Clock } from './clock.ts'
import { notFound } from './failure.ts'
import { executesFirst, type Faults } from './faults.ts'
import type { LateCalls } from './late-calls.ts'
import type { Latency } from './latency.ts'
import { misbehave, send } from './misbehave.ts'
import type { RequestLog } from './request-log.ts'

export const basePath = '/api/public'

type FrontDependencies = {
  readonly api: Api
  readonly clock: Clock
  readonly faults: Faults
  readonly lateCalls: LateCalls
  readonly latency: Latency
  readonly requests: RequestLog
  /** PEM, for who verifies the older callbacks. */
  readonly publicKey: () => string
}

export type Front = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export function createFront(dependencies: FrontDependencies): Front {
  const { api, clock, faults, lateCalls, latency, requests, publicKey } = dependencies
  const met = new WeakSet<Socket>()
  return async (request, response) => {
    const { method = 'GET', url = '/', headers } = request
    const { authorization, 'content-type': contentType } = headers
    const mark = url.indexOf('?')
    const [target, query] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
    const isInside = target.startsWith(`${basePath}/`)
    const path = isInside ? target.slice(basePath.length) : target
    const note = requests.add({ method, path, query, at: clock.now(), authorization: authorization !== undefined })
    const body = await readBody(request)
    const remote = request.socket.remoteAddress ?? ''

    function execute(): ApiAnswer {
      if (path === publicKeyPath && method === 'GET') {
        return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: publicKey() }
      }
      if (!isInside) return api.refuse(notFound(path))
      return api.answer({ method, path, query, contentType, authorization, remote, body })
    }

    const fault = faults.take(method, path, met.has(request.socket))
    met.add(request.socket)
    const delay = latency.delayOf(method, path)
    // Unref'd: a caller kept waiting must not keep the process.
    if (delay !== undefined && delay.before !== false) await pass(delay.ms, undefined, { ref: false })
    const answer = fault === undefined || executesFirst(fault) ? execute() : undefined
    if (delay?.before === false) await pass(delay.ms, undefined, { ref: false })
    let sending: Promise<void> | undefined
    if (fault !== undefined) sending = misbehave(fault, answer, { response, api, basePath })
    else if (answer !== undefined) sending = send(response, answer)
    if (fault?.executeAfterMs !== undefined) lateCalls.add(fault.executeAfterMs, execute)
    if (response.headersSent) note(response.statusCode)
    await sending
  }
}
