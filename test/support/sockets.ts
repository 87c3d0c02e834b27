// Websockets for the tests: the graphql-ws client, the protocol spoken by hand, and bytes written to a bare TCP socket.
import { connect } from 'node:net'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Socket } from 'node:net'
import type { Client, ClientOptions, FormattedExecutionResult } from 'graphql-ws'
import type { AnswerError } from './gateway.ts'

/** One result of an operation, loosely typed: tests look into it freely. */
export interface Result {
  // oxlint-disable-next-line typescript/no-explicit-any -- as the query shapes it
  readonly data: any
  readonly errors: readonly AnswerError[] | undefined
}

/** What comes of an operation: results until it ends. `next` rejects with the errors that end it, or with the close event of the socket. */
export interface Results {
  /** The next result; undefined: it has ended. */
  next(): Promise<Result | undefined>
  /** Says that no more is wanted. */
  stop(): Promise<void>
}

export interface TestClient {
  readonly client: Client
  run(query: string, variables?: Record<string, unknown>): Results
  /** The verdict of an operation that gives one result: its data and errors, or the errors that were its end. */
  ask(query: string, variables?: Record<string, unknown>, operationName?: string): Promise<Result>
  close(): Promise<void>
}

/** The graphql-ws client on one socket, which tries nothing twice. */
export function connectClient(url: string, options: Partial<ClientOptions> = {}): TestClient {
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: true,
    lazyCloseTimeout: 60_000,
    ...options,
  })
  const run = (query: string, variables?: Record<string, unknown>, operationName?: string): Results => {
    const results = client.iterate<Record<string, unknown>>({
      query,
      ...(variables && { variables }),
      ...(operationName !== undefined && { operationName }),
    })
    return {
      async next() {
        const step = await results.next()
        return step.done ? undefined : resultOf(step.value)
      },
      async stop() {
        await results.return?.()
      },
    }
  }
  return {
    client,
    run,
    async ask(query, variables, operationName) {
      const results = run(query, variables, operationName)
      try {
        const result = await results.next()
        await results.stop()
        return result ?? { data: undefined, errors: undefined }
      } catch (ended) {
        if (!Array.isArray(ended)) throw ended
        return { data: undefined, errors: ended as AnswerError[] }
      }
    },
    async close() {
      await client.dispose()
    },
  }
}

function resultOf({ data, errors }: FormattedExecutionResult<Record<string, unknown>, unknown>): Result {
  return { data, errors: errors as readonly AnswerError[] | undefined }
}

export interface Message {
  readonly id?: string
  readonly type: string
  // oxlint-disable-next-line typescript/no-explicit-any -- as the query shapes it
  readonly payload?: any
}

/** A socket on which a test says every message itself. */
export interface HandSocket {
  readonly socket: WebSocket
  /** Sends a message: an object as JSON, a text as it is, bytes as a binary one. */
  say(message: object | string | Buffer): void
  /** Sends several so that they come in one piece. */
  sayAtOnce(messages: readonly (object | string | Buffer)[]): void
  /** The next message; rejects when the socket closes instead, or has closed. */
  hear(): Promise<Message>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

/** Opens a websocket; rejects with "Unexpected server response: 403" where it is refused. */
export async function openSocket(
  url: string,
  {
    protocols = ['graphql-transport-ws'],
    headers = {},
  }: { protocols?: string[]; headers?: Record<string, string> } = {},
): Promise<HandSocket> {
  const socket = new WebSocket(url, protocols, { headers })
  const heard: Message[] = []
  const waiting: { resolve(message: Message): void; reject(error: Error): void }[] = []
  let ended: Error | undefined
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message
    const first = waiting.shift()
    if (first) first.resolve(message)
    else heard.push(message)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      ended = new Error(`closed with ${code}`)
      for (const each of waiting) each.reject(ended)
      resolve({ code, reason: reason.toString() })
    })
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  // What breaks it later shows in how it closes.
  socket.on('error', () => undefined)
  const say: HandSocket['say'] = (message) =>
    socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  return {
    socket,
    say,
    sayAtOnce(messages) {
      const { _socket: tcp } = socket as unknown as { readonly _socket: Socket }
      tcp.cork()
      for (const message of messages) say(message)
      tcp.uncork()
    },
    hear() {
      const message = heard.shift()
      if (message) return Promise.resolve(message)
      if (ended) return Promise.reject(ended)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    closed,
  }
}

/** The same, with the greeting done. */
export async function openGreeted(url: string, payload?: object): Promise<HandSocket> {
  const opened = await openSocket(url)
  opened.say({ type: 'connection_init', ...(payload && { payload }) })
  const { type } = await opened.hear()
  if (type !== 'connection_ack') throw new Error(`greeted with ${type}`)
  return opened
}

/** A text message of a client as the bytes of one frame, for who writes to a bare socket. */
export function frameOf(text: string): Buffer {
  const payload = Buffer.from(text)
  if (payload.length > 125) throw new Error('such a frame has a longer head')
  // What a mask of zeros masks is what it was.
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

/** Writes these bytes to the gateway and gives all that comes back until the other side ends it. */
export async function rawExchange(url: string, bytes: string): Promise<string> {
  const socket = await openBytes(url)
  socket.setEncoding('latin1')
  let text = ''
  socket.on('data', (chunk: string) => (text += chunk))
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.write(bytes)
  await ended
  return text
}

/** A bare TCP socket to where this URL points. */
export async function openBytes(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => undefined)
  return socket
}
