// graphql-transport-ws, one socket's side of it: which message may come when, what each begins or ends, and with which code the socket is
// closed where it may not. Messages and codes are those of graphql-ws.
import { randomUUID } from 'node:crypto'
import { CloseCode, MessageType, parseMessage } from 'graphql-ws'
import { broken, EXPIRED, FAULT, INVALID, tooMany } from './dismissals.ts'
import { hasCode, stackOf } from './errors.ts'
import { createGate } from './gate.ts'
import { written } from './results.ts'
import type { CompleteMessage, PingMessage, SubscribeMessage } from 'graphql-ws'
import type { Caller } from '../context.ts'
import type { Log } from '../log.ts'
import type { Dismissal } from './dismissals.ts'
import type { Pipeline } from './pipeline.ts'
import type { Subscription } from './subscriptions.ts'

/** The socket, as far as the protocol needs it. */
export interface Wire {
  /** The IP address of the client. */
  readonly address: string
  send(text: string): void
  /** Whether nothing that was sent waits any longer: what is sent now leaves at once. */
  isClear(): boolean
  /** Whether what waits leaves room for more answers. */
  hasRoom(): boolean
  /** Says who is there, from the greeting's authorization; or why they may not stay. */
  greet(authorization: unknown): Caller | Dismissal
  /** Ends the socket. */
  close(dismissal: Dismissal): void
}

export interface Conversation {
  /** A message has come; undefined: one that is no text. */
  hear(text: string | undefined): void
  /** Something has come that is no message, and costs as much. */
  count(): void
  /** What had to wait may be sent. */
  flushed(): void
  /** Whether an answer is under way, other than that of a subscription. */
  isBusy(): boolean
  /** Ends all that is under way, and listens to nothing any more. */
  end(): void
}

export interface ProtocolOptions {
  readonly pipeline: Pipeline
  readonly maxSubscriptions: number
  readonly maxMessagesPerSecond: number
  readonly log: Log
}

interface Operation {
  readonly gone: AbortController
  subscription?: Subscription
}

/** How long a client may take to greet. */
const GREETING_MS = 3_000

/** Operations that run at a time, and subscriptions that are being opened. */
const MOST_AT_ONCE = 100

/** Ids are the client's own, and kept for as long as the operation. */
const LONGEST_ID = 256

export function converse(
  wire: Wire,
  { pipeline, maxSubscriptions, maxMessagesPerSecond, log }: ProtocolOptions,
): Conversation {
  const operations = new Map<string, Operation>()
  /** Those with something to say that had to wait, the longest waiting first. */
  const waiting = new Set<Operation>()
  const gate = createGate<Operation>(MOST_AT_ONCE, wire.hasRoom)
  let isGreeted = false
  let caller: Caller | undefined
  let isOver = false
  let messages = 0
  let secondBegan = performance.now()
  const greeting = setTimeout(
    () => close(broken(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout')),
    GREETING_MS,
  )

  const leave = (operation: Operation): void => {
    gate.leave(operation)
    waiting.delete(operation)
    operation.gone.abort()
  }
  const end = (): void => {
    isOver = true
    clearTimeout(greeting)
    for (const operation of operations.values()) leave(operation)
    operations.clear()
  }
  const close = (dismissal: Dismissal): void => {
    if (isOver) return
    end()
    wire.close(dismissal)
  }
  const send = (message: object): void => wire.send(JSON.stringify(message))

  /** A fault of the gateway's own costs one socket, and not the process. */
  const fail = (error: unknown): void => {
    log.error({ transport: 'websocket', stack: stackOf(error) }, 'the websocket side failed')
    close(FAULT)
  }

  const count = (): void => {
    const now = performance.now()
    if (now - secondBegan >= 1000) {
      secondBegan = now
      messages = 0
    }
    messages += 1
    if (messages > maxMessagesPerSecond) close(tooMany('messages', 'too-many-messages'))
  }
  const greet = (authorization: unknown): void => {
    if (isGreeted) return close(tooMany('initialisation requests', 'protocol'))
    isGreeted = true
    clearTimeout(greeting)
    const greeted = wire.greet(authorization)
    if ('why' in greeted) return close(greeted)
    caller = greeted
    send({ type: MessageType.ConnectionAck })
  }
  const answer = ({ payload }: PingMessage): void => {
    let pong: string
    try {
      pong = JSON.stringify({ type: MessageType.Pong, ...(payload && { payload }) })
    } catch {
      // What is nested too deeply can be read, but not written.
      return close(INVALID)
    }
    wire.send(pong)
  }
  const subscribe = ({ id, payload }: SubscribeMessage): void => {
    if (!caller) return close(broken(CloseCode.Unauthorized, 'Unauthorized'))
    if (id.length > LONGEST_ID) return close(broken(CloseCode.BadRequest, 'The id is too long'))
    if (operations.has(id)) return close(broken(CloseCode.SubscriberAlreadyExists, alreadyExists(id)))
    if (operations.size >= maxSubscriptions) return close(tooMany('subscriptions', 'too-many-subscriptions'))
    const operation: Operation = { gone: new AbortController() }
    operations.set(id, operation)
    const asking = caller
    gate.enter(operation, () => run(id, payload, asking, operation).catch(fail))
  }
  const run = async (
    id: string,
    payload: SubscribeMessage['payload'],
    asking: Caller,
    operation: Operation,
  ): Promise<void> => {
    const { signal } = operation.gone
    const { address } = wire
    const arrival = { requestId: randomUUID(), caller: asking, signal, address, transport: 'websocket' } as const
    const result = await pipeline(payload, { ...arrival, readOnly: false, streams: true })
    if (signal.aborted) return
    if ('begin' in result) return stream(id, asking, operation, result)
    operations.delete(id)
    if (!result.json && result.data === undefined && result.errors)
      return send({ id, type: MessageType.Error, payload: result.errors })
    wire.send(`{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":${written(result).toString()}}`)
    send({ id, type: MessageType.Complete })
  }
  const stream = (id: string, asking: Caller, operation: Operation, subscription: Subscription): void => {
    // Joined, not added up: what is added up lies in pieces, which each event would have to find again.
    const before = ['{"id":', JSON.stringify(id), `,"type":"${MessageType.Next}","payload":`].join('')
    let hasWorked = false
    operation.subscription = subscription
    subscription.begin({
      isReady() {
        const isClear = wire.isClear()
        if (!isClear) waiting.add(operation)
        return isClear
      },
      take(text) {
        hasWorked = true
        wire.send(`${before}${text}}`)
      },
      end(errors) {
        operations.delete(id)
        if (!errors) return send({ id, type: MessageType.Complete })
        // A token that was taken before and is not now has come to its end: who comes back with a new one can go on.
        const isExpired =
          hasWorked && asking.kind === 'token' && errors.some((error) => hasCode(error, 'UNAUTHENTICATED'))
        if (isExpired) return close(EXPIRED)
        send({ id, type: MessageType.Error, payload: errors })
      },
    })
  }
  const complete = ({ id }: CompleteMessage): void => {
    const operation = operations.get(id)
    if (!operation) return
    operations.delete(id)
    leave(operation)
  }

  const heed = (message: ReturnType<typeof parseMessage> | undefined): void => {
    switch (message?.type) {
      case MessageType.ConnectionInit:
        return greet(message.payload?.['authorization'] ?? message.payload?.['Authorization'] ?? undefined)
      case MessageType.Ping:
        return answer(message)
      case MessageType.Pong:
        return
      case MessageType.Subscribe:
        return subscribe(message)
      case MessageType.Complete:
        return complete(message)
      default:
        close(INVALID)
    }
  }

  return {
    hear(text) {
      if (!isOver) count()
      if (isOver) return
      try {
        heed(messageOf(text))
      } catch (error) {
        fail(error)
      }
    },
    count,
    flushed() {
      gate.look()
      for (const operation of waiting) {
        if (!wire.isClear()) return
        waiting.delete(operation)
        operation.subscription?.resume()
      }
    },
    isBusy: () => operations.values().some(({ subscription }) => !subscription),
    end,
  }
}

/** A reason has room for 123 bytes. */
function alreadyExists(id: string): string {
  const reason = `Subscriber for ${id} already exists`
  return Buffer.byteLength(reason) <= 123 ? reason : 'Subscriber already exists'
}

function messageOf(text: string | undefined): ReturnType<typeof parseMessage> | undefined {
  if (text === undefined) return undefined
  try {
    return parseMessage(text)
  } catch {
    return undefined
  }
}
