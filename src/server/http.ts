// The HTTP side: one node server, a door in front of everything, health, metrics, files, callbacks, GraphiQL, and yoga for GraphQL.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createYoga } from 'graphql-yoga'
import { EXPORTS_PATH } from '../exports/links.ts'
import { CALLBACKS_PATH } from './callbacks.ts'
import { stackOf } from './errors.ts'
import { graphiqlOptions, renderPage } from './graphiql.ts'
import { METRICS_PATH } from './metrics.ts'
import { useCodedErrors } from './plugins/use-coded-errors.ts'
import { useJsonOnly } from './plugins/use-json-only.ts'
import { usePipeline } from './plugins/use-pipeline.ts'
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http'
import type { Caller } from '../context.ts'
import type { ErrorCode, GatewayError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { IdentifyCaller } from './callers.ts'
import type { Door } from './doors.ts'
import type { Pipeline } from './pipeline.ts'
import type { Streams } from './streams.ts'
import type { HttpContext } from './plugins/use-pipeline.ts'

export interface HttpOptions {
  readonly pipeline: Pipeline
  /** Writes subscriptions. */
  readonly streams: Streams
  /** Whether it is going, and should be sent nobody any more. */
  readonly isGoing: () => boolean
  readonly identify: IdentifyCaller
  readonly door: Door
  readonly graphiql: boolean
  readonly sandbox: boolean
  readonly exports: Route
  readonly callbacks: Route
  readonly metrics: Route
  readonly log: Log
}

/** One request that is none of GraphQL's. */
export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Fires when the client has gone. */
  readonly signal: AbortSignal
  /** Answers with an error and ends. */
  readonly refuse: (status: number, code: ErrorCode, message: string, headers?: OutgoingHttpHeaders) => void
  /** Knows the request by its id. */
  readonly log: Log
}

export type Route = (visit: Visit) => Promise<void>

export const GRAPHQL_PATH = '/graphql'
/** A message over the websocket may be no smaller: MAX_FRAME_BYTES. */
const MAX_BODY_BYTES = 100_000

const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  // A page that holds GraphiQL in a frame could have its visitor click on a mutation that it wrote.
  'content-security-policy': "frame-ancestors 'none'",
  'x-frame-options': 'DENY',
}

export function createHttpServer(options: HttpOptions): Server {
  const { pipeline, streams, identify, door, graphiql, sandbox, log } = options
  const yoga = createYoga<HttpContext>({
    graphqlEndpoint: GRAPHQL_PATH,
    plugins: [useJsonOnly(), usePipeline(pipeline, streams), useCodedErrors(log)],
    maxRequestBodySize: MAX_BODY_BYTES,
    graphiql: graphiql && graphiqlOptions(sandbox),
    renderGraphiQL: renderPage,
    // The pipeline does these, on every transport.
    maskedErrors: false,
    parserAndValidationCache: false,
    batching: false,
    multipart: false,
    cors: false,
    landingPage: false,
    logging: false,
  })

  // Whoever offers HTTP/2 instead is answered as if they had not: without this, Node takes any offer for a websocket's.
  return createServer({ shouldUpgradeCallback: isWebSocket }, (request, response) => {
    const requestId = randomUUID()
    response.setHeader('x-request-id', requestId)
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value)
    const refuse: Visit['refuse'] = (status, code, message, headers = {}) => {
      log.info({ requestId, transport: 'http', codes: [code] }, 'refused')
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close', ...headers })
      response.end(JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] }))
    }
    const refused = door(request)
    if (refused) return refuse(403, 'FORBIDDEN', `The ${refused} of this request may not come in here.`)
    const path = request.url?.split('?', 1)[0]
    if (path === '/healthz') {
      const [status, word] = options.isGoing() ? [503, 'closing\n'] : [200, 'ok\n']
      return void response.writeHead(status, { 'content-type': 'text/plain' }).end(word)
    }
    const route = routeTo(path, options)
    if (route) {
      const visit = {
        request,
        response,
        signal: gone(request, response),
        refuse,
        log: withRequest(log, requestId),
      }
      return void route(visit).catch((error: unknown) => {
        if (!request.errored) log.error({ requestId, stack: stackOf(error) }, 'the gateway failed')
        response.destroy()
      })
    }
    if (path === '/' && graphiql) return void response.writeHead(302, { location: GRAPHQL_PATH }).end()
    if (path !== GRAPHQL_PATH) return refuse(404, 'BAD_REQUEST', `GraphQL is at ${GRAPHQL_PATH}.`)
    let caller: Caller
    try {
      caller = identify(request.headers.authorization)
    } catch (error) {
      return refuse(401, 'UNAUTHENTICATED', (error as GatewayError).message)
    }
    const arrival = { requestId, caller, signal: gone(request, response) }
    // Yoga answers whatever fails; should it fail itself, the client's connection goes and the process stays.
    Promise.resolve(yoga(request, response, { arrival, response })).catch((error: unknown) => {
      log.error({ requestId, stack: stackOf(error) }, 'the HTTP side failed')
      response.destroy()
    })
  })
}

function routeTo(path: string | undefined, { metrics, callbacks, exports }: HttpOptions): Route | undefined {
  if (path === METRICS_PATH) return metrics
  if (path === CALLBACKS_PATH) return callbacks
  return path?.startsWith(EXPORTS_PATH) ? exports : undefined
}

function withRequest(log: Log, requestId: string): Log {
  return {
    error: (fields, message) => log.error({ requestId, ...fields }, message),
    warn: (fields, message) => log.warn({ requestId, ...fields }, message),
    info: (fields, message) => log.info({ requestId, ...fields }, message),
  }
}

/** Fires when the client has gone before its answer was complete. */
function gone(request: IncomingMessage, response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  request.once('error', () => controller.abort())
  return controller.signal
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}
