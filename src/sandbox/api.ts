// One call to the API, from its text to its answer: route, rate limit, token, scope, body, endpoint.
import { randomBytes } from 'node:crypto'
import type { Formats, Writer } from './answers.ts'
import { parseBody, parseForm } from './body.ts'
import type { Clock } from './clock.ts'
import type { Credentials, Holder } from './credentials.ts'
import { Download } from './download.ts'
import type { Executions } from './executions.ts'
import { ApiFailure, failure, notFound, wrongMethod } from './failure.ts'
import { createFields } from './fields.ts'
import type { RateLimit } from './rate-limit.ts'
import type { Call, Route, Router } from './router.ts'
import { answerToken } from './token.ts'
import type { World } from './world.ts'

export type ApiRequest = {
  readonly method: string
  /** Below the base path, still percent-encoded. */
  readonly path: string
  readonly query: string
  readonly contentType: string | undefined
  readonly authorization: string | undefined
  readonly remote: string
  readonly body: string
}

export type ApiAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Text, or the chunks of a file. */
  readonly body: string | Iterable<Buffer>
}

export type Api = {
  answer(request: ApiRequest): ApiAnswer
  refuse(refusal: ApiFailure, headers?: Readonly<Record<string, string>>): ApiAnswer
}

type ApiDependencies = {
  readonly world: () => World
  readonly formats: () => Formats
  readonly clock: Clock
  readonly credentials: Credentials
  readonly rateLimit: RateLimit
  readonly router: Router
  readonly writer: Writer
  readonly executions: Executions
}

export function createApi(dependencies: ApiDependencies): Api {
  const { world, formats, clock, credentials, rateLimit, router, writer, executions } = dependencies

  function answer(request: ApiRequest): ApiAnswer {
    const now = clock.now()
    world().agenda.runUntil(now)
    if (request.path === '/oauth/token') {
      return limited(request.remote) ?? answerToken(request, credentials)
    }
    const match = router.match(request.method, request.path)
    if (match === undefined) return refuseUnrouted(request.path)
    const { route, parameters } = match
    const holder = route.scope === undefined ? undefined : credentials.holder(bearerOf(request.authorization))
    const tooMany = limited(holder?.clientId ?? request.remote)
    if (tooMany !== undefined) return tooMany
    try {
      const question = {
        world: world(),
        now,
        query: createFields(withIds(parseForm(request.query))),
        parameter: (name: string) => writer.resolveId(parameters.get(name) ?? ''),
      }
      checkScope(route, holder, question)
      const body = request.method === 'GET' ? new Map<string, string>() : parseBody(request.body, request.contentType)
      const value = route.run({ ...question, body: createFields(withIds(body)) })
      executions.note(route)
      if (value instanceof Download) return answerFile(value)
      return { status: 200, headers: jsonHeaders, body: writer.answer(value, route.list, formats()) }
    } catch (fault) {
      // A fault of the sandbox's own is a 500, with what went wrong where a reader of the answer can see it.
      return refuse(fault instanceof ApiFailure ? fault : failure('GEN_1', { sandbox: String(fault) }))
    }
  }

  function refuse(refusal: ApiFailure, headers: Readonly<Record<string, string>> = {}): ApiAnswer {
    const trace = { spanId: randomBytes(8).toString('hex'), traceId: randomBytes(8).toString('hex') }
    const body = writer.failure(refusal, trace, formats())
    return { status: refusal.status, headers: { ...jsonHeaders, ...headers }, body }
  }

  function refuseUnrouted(path: string): ApiAnswer {
    const methods = router.methods(path)
    return methods.length === 0 ? refuse(notFound(path)) : refuse(wrongMethod(), { allow: methods.join(', ') })
  }

  function limited(caller: string): ApiAnswer | undefined {
    const seconds = rateLimit.take(caller)
    if (seconds === undefined) return undefined
    return refuse(failure('GEN_7'), rateLimit.limits().retryAfter ? { 'retry-after': String(seconds) } : {})
  }

  // Ids that were given out as numbers come back as numbers.
  function withIds(values: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
    const resolve = (value: unknown): unknown => (typeof value === 'string' ? writer.resolveId(value) : value)
    return new Map([...values].map(([name, value]) => [name, name.endsWith('Id') ? resolve(value) : value]))
  }

  return { answer, refuse }
}

const jsonHeaders = { 'content-type': 'application/json;charset=UTF-8' }

function answerFile({ contentType, fileName, chunks }: Download): ApiAnswer {
  const headers = { 'content-type': contentType, 'content-disposition': `attachment; filename="${fileName}"` }
  return { status: 200, headers, body: chunks }
}

function checkScope({ scope }: Route, holder: Holder | undefined, question: Omit<Call, 'body'>): void {
  if (scope === undefined) return
  if (holder === undefined) throw failure('GEN_2')
  const enough = [typeof scope === 'function' ? scope(question) : scope].flat()
  if (!enough.some((one) => holder.scopes.includes(one))) throw failure('GEN_3', { scope: enough.join(' or ') })
}

function bearerOf(authorization: string | undefined): string {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
}
