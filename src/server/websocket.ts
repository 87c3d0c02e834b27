// The websocket side: at the same address and port as everything else, its operations through the same pipeline.
import { CloseCode, handleProtocols } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import { EXPIRED, FORBIDDEN, tooMany } from './dismissals.ts'
import { frameOf } from './frames.ts'
import { RETRY_AFTER } from './places.ts'
import { converse } from './protocol.ts'
import { networkOf } from './visitors.ts'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ServerOptions, WebSocket } from 'ws'
import type { Caller } from '../context.ts'
import type { IdentifyCaller } from './callers.ts'
import type { Dismissal, Rule } from './dismissals.ts'
import type { Door } from './doors.ts'
import type { Owner, Place, Places } from './places.ts'
import type { ProtocolOptions } from './protocol.ts'
import type { Visitor, Visitors } from './visitors.ts'
import type { Fate, Watch, Watched } from './watch.ts'

export interface WebSocketOptions extends ProtocolOptions {
  readonly visitorOf: Visitors
  readonly identify: IdentifyCaller
  /** Whether a caller who came in would still be let in. */
  readonly isCurrent: (caller: Caller) => boolean
  readonly door: Door
  readonly places: Places
  readonly watch: Watch
  readonly maxFrameBytes: number
  readonly path: string
  /** Told of each socket that is refused, or ended by the gateway. */
  readonly count: (why: SocketEnd) => void
}

export type SocketEnd = Fate | Rule | 'too-many' | 'too-many-of-caller' | 'frame'

export interface WebSockets {
  /** How many are open. */
  readonly size: number
  /** Takes no more. Those that there are are ended by the watch. */
  stop(): void
  /** Waits until the last has gone, and breaks off who takes too long. */
  close(): Promise<void>
}

/** How long a client may take to answer that it is being closed. */
const CLOSING_MS = 2_000

/** Answers that wait for a client, in bytes, before its next question does. */
const MOST_UNSENT = 1_000_000

/** Serves websockets on the HTTP server. */
export function serveWebSocket(server: Server, options: WebSocketOptions): WebSockets {
  const { visitorOf, identify, door, places, path, count, log } = options
  // Its types do not know the last one yet.
  const settings: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    maxPayload: options.maxFrameBytes,
    // What is compressed is written later than it is sent: frames of ours could come between.
    perMessageDeflate: false,
    handleProtocols,
    closeTimeout: CLOSING_MS,
  }
  const sockets = new WebSocketServer(settings)
  let isStopped = false
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (door(request)) {
      count('refused')
      log.info({ transport: 'websocket', codes: ['FORBIDDEN'] }, 'refused')
      return refuse(socket, '403 Forbidden')
    }
    if (request.url?.split('?', 1)[0] !== path) return refuse(socket, '404 Not Found')
    const visitor = visitorOf(request)
    const place = isStopped ? 'going' : places.take(ownerAtDoor(identify, visitor))
    if (typeof place === 'string') {
      count(place)
      log.info({ transport: 'websocket', codes: ['RATE_LIMITED'], reason: place }, 'refused')
      return refuse(socket, `503 Service Unavailable\r\nRetry-After: ${RETRY_AFTER}`)
    }
    // Whatever becomes of it, also before it is a websocket.
    socket.once('close', place.leave)
    sockets.handleUpgrade(request, socket, head, (opened) => {
      attend(opened, socket as Socket, place, visitor, options)
    })
  }
  server.on('upgrade', upgrade)
  return {
    get size() {
      return sockets.clients.size
    },
    stop: () => void (isStopped = true),
    async close() {
      server.off('upgrade', upgrade)
      const patience = setTimeout(() => sockets.clients.forEach((each) => each.terminate()), CLOSING_MS)
      await new Promise<void>((resolve) => sockets.close(() => resolve()))
      clearTimeout(patience)
    },
  }
}

/** Whom a place is counted for before the greeting: no caller, where the greeting may yet say who it is. */
function ownerAtDoor(identify: IdentifyCaller, visitor: Visitor): Owner {
  const caller = identified(identify, visitor)
  return caller && caller.kind !== 'anonymous' ? { callerId: caller.id } : { network: networkOf(visitor.address) }
}

function identified(identify: IdentifyCaller, visitor: Visitor): Caller | undefined {
  try {
    return identify(visitor)
  } catch {
    return undefined // Why is no business of whoever has no good token.
  }
}

function attend(opened: WebSocket, socket: Socket, place: Place, visitor: Visitor, options: WebSocketOptions): void {
  const { identify, isCurrent, watch, count, log } = options
  let asking: Caller | undefined
  let isNoted = false
  const note = (why: SocketEnd): void => {
    // What comes behind the reason for which it is ended may be broken too.
    if (isNoted) return
    isNoted = true
    count(why)
    // A gateway that goes need not say so of each.
    if (why === 'going') return
    log.info({ transport: 'websocket', ...(asking && { caller: asking.id }), reason: why }, 'a websocket was ended')
  }
  /** Ends it by the rules of closing, or at once, for who cannot be told. */
  const dismiss = ({ code, reason, why }: Dismissal | Departure): void => {
    leave()
    note(why)
    if (code === undefined) opened.terminate()
    else opened.close(code, reason)
  }
  const leave = (): void => {
    watched.remove()
    conversation.end()
  }
  const hasRoom = (): boolean => socket.writableLength <= MOST_UNSENT
  let isAwaited = false
  /** Has `sent` called when what waits has left: most of the time nothing does, and a callback for each write would be dear. */
  const awaitRoom = (): void => {
    if (!isAwaited) socket.write('', sent)
    isAwaited = true
  }
  const sent = (): void => {
    isAwaited = false
    if (opened.readyState !== opened.OPEN) return
    if (socket.writableLength > 0) return awaitRoom()
    if (opened.isPaused) opened.resume()
    conversation.flushed()
  }
  const conversation = converse(
    {
      send(text) {
        if (opened.readyState !== opened.OPEN) return
        const frame = frameOf(text)
        if (frame === undefined) opened.send(text)
        else socket.write(frame, 'latin1')
        if (socket.writableLength === 0) return
        awaitRoom()
        if (!hasRoom()) opened.pause()
      },
      isClear: () => socket.writableLength === 0,
      hasRoom,
      address: visitor.address,
      greet(authorization = visitor.authorization) {
        if (typeof authorization !== 'string' && authorization !== undefined) return FORBIDDEN
        asking = identified(identify, { ...visitor, authorization })
        if (!asking) return FORBIDDEN
        if (!place.claim(asking.id)) return tooMany('sockets', 'too-many-of-caller')
        watched.expireAt(asking.expiresAt)
        return asking
      },
      close: dismiss,
    },
    options,
  )
  const watched: Watched = watch.add({
    socket,
    ping: () => opened.ping(),
    isShutOut: () => asking !== undefined && !isCurrent(asking),
    isBusy: () => conversation.isBusy(),
    end: (fate) => dismiss({ ...FAREWELLS[fate], why: fate }),
  })
  opened.on('message', (data: Buffer, isBinary) => {
    watched.heard()
    conversation.hear(isBinary ? undefined : data.toString())
  })
  for (const each of ['ping', 'pong'] as const) {
    opened.on(each, () => {
      watched.heard()
      conversation.count()
    })
  }
  // By then ws has closed the socket with the code for what broke it.
  opened.on('error', (error: Error & { readonly code?: string }) => {
    leave()
    note(error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'frame' : 'protocol')
  })
  opened.once('close', leave)
  if (opened.protocol === '')
    dismiss({ code: CloseCode.SubprotocolNotAcceptable, reason: 'Subprotocol not acceptable', why: 'protocol' })
}

/** How one is ended that has broken no rule. */
interface Departure {
  readonly code?: number
  readonly reason?: string
  readonly why: Fate
}

/** Left out: nobody is there to hear it. */
const FAREWELLS: Readonly<Partial<Record<Fate, Pick<Departure, 'code' | 'reason'>>>> = {
  age: { code: 1001, reason: 'Going away' },
  going: { code: 1001, reason: 'Going away' },
  expired: EXPIRED,
}

function refuse(socket: Duplex, status: string): void {
  // Node leaves an upgraded socket to us: its errors, which would end the process, and a client that never closes its side.
  socket.once('error', () => socket.destroy()).once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
