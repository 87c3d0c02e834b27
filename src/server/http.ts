// The HTTP side: one node server, a door in front of everything, health, metrics, files, callbacks, GraphiQL, and GraphQL.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createEnding } from '../ending.ts'
import { GatewayError } from '../errors.ts'
import { EXPORTS_PATH } from '../exports/links.ts'
import { ANSWERS, createReadAccept } from './accept.ts'
import { dropRest } from './body.ts'
import { CALLBACKS_PATH } from './callbacks.ts'
import { stackOf } from './errors.ts'
import { createGraphql } from './graphql.ts'
import { METRICS_PATH } from './metrics.ts'
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http'
import type { Caller } from '../context.ts'
import type { Ending } from '../ending.ts'
import type { ErrorCode } from '../errors.ts'
import type { Log } from '../log.ts'
import type { IdentifyCaller } from './callers.ts'
import type { Cors } from './cors.ts'
import type { Door } from './doors.ts'
import type { NoteRefusal } from './graphql.ts'
import type { Pipeline } from './pipeline.ts'
import type { Streams } from './streams.ts'
import type { Visitor, Visitors } from './visitors.ts'

export interface HttpOptions {
  readonly pipeline: Pipeline
  /** Writes subscriptions. */
  readonly streams: Streams
  /** Whether it is going, and should be sent nobody any more. */
  readonly isGoing: () => boolean
  readonly visitorOf: Visitors
  readonly identify: IdentifyCaller
  readonly door: Door
  readonly cors: Cors
  /** Those that every answer has; its own may take their place. */
  readonly headers: Readonly<OutgoingHttpHeaders>
  readonly requests: RequestLimits
  /** Answers with GraphiQL, where there is one. */
  readonly page: ((response: ServerResponse) => void) | undefined
  readonly exports: Route
  readonly callbacks: Route
  readonly metrics: Route
  /** Told the code of each request that is refused before it is an operation. */
  readonly countRefusal: (code: string) => void
  readonly log: Log
}

export interface RequestLimits {
  readonly maxBodyBytes: number
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
}

/** One request that is none of GraphQL's. */
export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly visitor: Visitor
  /** Fires when the client has gone. */
  readonly signal: Ending
  /** Answers with an error and ends. */
  readonly refuse: (status: number, code: ErrorCode, message: string, headers?: OutgoingHttpHeaders) => void
  /** Knows the request by its id. */
  readonly log: Log
}

export type Route = (visit: Visit) => Promise<void>

export const GRAPHQL_PATH = '/graphql'

/** How often it is looked for requests that take too long to come: one is cut off no later than that after its time. */
const LOOK_MS = 500

export function createHttpServer(options: HttpOptions): Server {
  const { pipeline, streams, identify, page, log } = options
  const noteRefusal: NoteRefusal = (requestId, codes) => {
    log.info({ requestId, transport: 'http', codes }, 'refused')
    for (const code of new Set(codes)) options.countRefusal(code)
  }
  const { maxBodyBytes, headersTimeoutMs, requestTimeoutMs } = options.requests
  const graphql = createGraphql({ pipeline, streams, maxBodyBytes, noteRefusal, log })
  const readAccept = createReadAccept()

  const attend = async (visit: Visit, requestId: string, headers: OutgoingHttpHeaders): Promise<void> => {
    const { request, response, visitor, signal, refuse } = visit
    const refused = options.door(request)
    if (refused) return refuse(403, 'FORBIDDEN', TURNED_AWAY[refused])
    const path = request.url?.split('?', 1)[0]
    if (isForPages(path) && options.cors(request, headers)) return void response.writeHead(204, headers).end()
    if (path === '/healthz') {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return refuse(405, 'BAD_REQUEST', 'Health is asked for by GET.', { allow: 'GET, HEAD' })
      const [status, word] = options.isGoing() ? [503, 'closing\n'] : [200, 'ok\n']
      return void response.writeHead(status, { ...headers, 'content-type': 'text/plain' }).end(word)
    }
    const route = routeTo(path, options)
    if (route) return route(withHeaders(visit, headers))
    if (path === '/' && page) return void response.writeHead(302, { ...headers, location: GRAPHQL_PATH }).end()
    if (path !== GRAPHQL_PATH) return refuse(404, 'BAD_REQUEST', `GraphQL is at ${GRAPHQL_PATH}.`)
    // It asks nothing yet, and a browser that opens it can name nobody.
    if (page && wantsPage(request)) return page(withHeaders(visit, headers).response)
    let caller: Caller
    try {
      caller = identify(visitor)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      if (error.code === 'FORBIDDEN') return refuse(403, error.code, error.message)
      return refuse(401, error.code, error.message, { 'www-authenticate': 'Bearer' })
    }
    const accepted = readAccept(request.headers.accept)
    if (!accepted)
      return refuse(406, 'BAD_REQUEST', `Answers are ${ANSWERS.join(', ')}: the Accept header takes none of them.`)
    await graphql(request, response, { requestId, headers, caller, signal, address: visitor.address }, accepted)
  }

  const settings = {
    // Whoever offers HTTP/2 instead is answered as if they had not: without this, Node takes any offer for a websocket's.
    shouldUpgradeCallback: isWebSocket,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: LOOK_MS,
    // Whatever NODE_OPTIONS says.
    insecureHTTPParser: false,
  }
  const server = createServer(settings, (request, response) => {
    const requestId = randomUUID()
    const headers: OutgoingHttpHeaders = { ...options.headers, 'x-request-id': requestId }
    dropRest(request, response)
    const visit: Visit = {
      request,
      response,
      visitor: options.visitorOf(request),
      signal: gone(request, response),
      refuse(status, code, message, own = {}) {
        noteRefusal(requestId, [code])
        response.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8', ...own })
        response.end(JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] }))
      },
      log: withRequest(log, requestId),
    }
    // Should anything here fail, the client's connection goes and the process stays.
    attend(visit, requestId, headers).catch((error: unknown) => {
      if (!request.errored) log.error({ requestId, stack: stackOf(error) }, 'the gateway failed')
      response.destroy()
    })
  })
  // Node lets fall in silence what is above a count, and a second Host or Origin with it. All of them together have 16 KB.
  server.maxHeadersCount = 0
  return server
}

const TURNED_AWAY = {
  host: 'The gateway is not known by this Host: PUBLIC_URL says by which it is.',
  origin: 'Pages of this origin may not ask here: ALLOWED_ORIGINS says which may.',
} as const

/** Where pages of others may ask. */
function isForPages(path: string | undefined): boolean {
  return path === GRAPHQL_PATH || (path?.startsWith(EXPORTS_PATH) ?? false)
}

function wantsPage({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && (headers.accept?.includes('text/html') ?? false)
}

function routeTo(path: string | undefined, { metrics, callbacks, exports }: HttpOptions): Route | undefined {
  if (path === METRICS_PATH) return metrics
  if (path === CALLBACKS_PATH) return callbacks
  return path?.startsWith(EXPORTS_PATH) ? exports : undefined
}

/** Sets them, for an answer that is written elsewhere: one by one they cost more than all at once, which is what GraphQL's have. */
function withHeaders(visit: Visit, headers: OutgoingHttpHeaders): Visit {
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) visit.response.setHeader(name, value)
  return visit
}

function withRequest(log: Log, requestId: string): Log {
  return {
    error: (fields, message) => log.error({ requestId, ...fields }, message),
    warn: (fields, message) => log.warn({ requestId, ...fields }, message),
    info: (fields, message) => log.info({ requestId, ...fields }, message),
  }
}

/** Fires when the client has gone before its answer was complete. */
function gone(request: IncomingMessage, response: ServerResponse): Ending {
  const ending = createEnding()
  response.on('close', () => {
    if (!response.writableFinished) ending.abort(undefined)
  })
  request.on('error', () => ending.abort(undefined))
  return ending
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}
