// The websocket side: graphql-transport-ws on the same address and port, its operations through the same pipeline.
import { randomUUID } from 'node:crypto'
import { GraphQLError } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ExecutionResult, GraphQLSchema } from 'graphql'
import type { Context } from 'graphql-ws'
import type { Extra } from 'graphql-ws/use/ws'
import type { Caller } from '../context.ts'
import type { ErrorCode } from '../errors.ts'
import type { Log } from '../log.ts'
import type { IdentifyCaller } from './callers.ts'
import type { Documents } from './documents.ts'
import type { Door } from './doors.ts'
import type { Pipeline } from './pipeline.ts'

export interface WebSocketOptions {
  readonly schema: GraphQLSchema
  readonly documents: Documents
  readonly pipeline: Pipeline
  readonly identify: IdentifyCaller
  readonly door: Door
  readonly path: string
  readonly log: Log
}

export interface WebSockets {
  /** How many are open. */
  readonly size: number
  close(): Promise<void>
}

/** What a socket carries once it has said who it is. */
type Identity = Record<PropertyKey, unknown> & {
  caller?: Caller
  /** Aborts what the socket's operations have under way. */
  gone?: AbortController
}

type SocketContext = Context<Record<string, unknown>, Extra & Identity>

/** As the HTTP body: a document and its variables. */
const MAX_FRAME_BYTES = 100_000

/** How long a client may take to answer that the gateway is going. */
const CLOSING_MS = 1_000

/** Serves websockets on the HTTP server. */
export function serveWebSocket(
  server: Server,
  { schema, documents, pipeline, identify, door, path, log }: WebSocketOptions,
): WebSockets {
  const note = (code: ErrorCode): void => log.info({ transport: 'websocket', codes: [code] }, 'refused')
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES })
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (door(request)) return refuse(socket, '403 Forbidden')
    if (request.url?.split('?', 1)[0] !== path) return refuse(socket, '404 Not Found')
    sockets.handleUpgrade(request, socket, head, (opened) => {
      sockets.emit('connection', opened, request)
      // By then ws has closed the socket with the code for what broke it; the protocol's own listener would only print it beside the log.
      opened.removeAllListeners('error').on('error', () => note('BAD_REQUEST'))
    })
  }
  server.on('upgrade', upgrade)

  const protocol = useServer<Record<string, unknown>, Extra & Identity>(
    {
      onConnect({ connectionParams, extra }) {
        const given =
          connectionParams?.['authorization'] ??
          connectionParams?.['Authorization'] ??
          extra.request.headers.authorization
        if (given !== undefined && typeof given !== 'string') return false
        try {
          extra.caller = identify(given)
        } catch {
          note('UNAUTHENTICATED')
          return false // Closes the socket as forbidden; why is no business of whoever has no good token.
        }
        extra.gone = new AbortController()
        return true
      },
      // Errors before there is any data are one error message, and the socket lives on.
      async onSubscribe(context, _id, request) {
        const result = await pipeline(request, arrivalOf(context))
        if (!(Symbol.asyncIterator in result) && result.data === undefined && result.errors) return result.errors
        const checked = documents(request.query)
        if ('errors' in checked) return checked.errors
        return {
          schema,
          document: checked.document,
          operationName: request.operationName ?? null,
          contextValue: result,
        }
      },
      execute: ({ contextValue }) => contextValue as ExecutionResult,
      subscribe: ({ contextValue }) => contextValue as AsyncIterable<ExecutionResult>,
      // The protocol wraps an error that ends a stream; inside is the one that was made public.
      onError: (_context, _id, _request, errors) =>
        errors.map((error) => (error.cause instanceof GraphQLError ? error.cause : error).toJSON()),
      onClose({ extra }) {
        extra.gone?.abort()
      },
    },
    sockets,
  )

  return {
    get size() {
      return sockets.clients.size
    },
    async close() {
      server.off('upgrade', upgrade)
      const patience = setTimeout(() => sockets.clients.forEach((each) => each.terminate()), CLOSING_MS)
      await protocol.dispose()
      clearTimeout(patience)
    },
  }
}

function arrivalOf({ extra }: SocketContext): Parameters<Pipeline>[1] {
  const { caller, gone } = extra
  if (!caller || !gone) throw new TypeError('the protocol lets nobody subscribe before onConnect')
  return {
    requestId: randomUUID(),
    caller,
    signal: gone.signal,
    transport: 'websocket',
    readOnly: false,
    streams: true,
  }
}

function refuse(socket: Duplex, status: string): void {
  // Node leaves an upgraded socket to us: its errors, which would end the process, and a client that never closes its side.
  socket.once('error', () => socket.destroy()).once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
