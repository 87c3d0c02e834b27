// The four ways to ask a gateway, each given the same thing, and what came of it in words that are the same for all of them.
import { request } from 'node:http'
import { WebSocket } from 'ws'
import { ERROR_CODES } from '../../src/errors.ts'
import { LEAVE } from './requests.ts'
import type { OutgoingHttpHeaders } from 'node:http'
import type { ErrorCode } from '../../src/errors.ts'
import type { Gateway } from '../../src/gateway.ts'
import type { AnswerError } from './gateway.ts'
import type { Message } from './sockets.ts'

export const TRANSPORTS = ['POST', 'GET', 'SSE', 'websocket'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** Which of them carry what: a GET changes nothing, and an answer that goes on needs a way to. */
const CARRIERS = {
  query: TRANSPORTS,
  mutation: ['POST', 'SSE', 'websocket'],
  subscription: ['SSE', 'websocket'],
} as const satisfies Record<string, readonly Transport[]>
export type Kind = keyof typeof CARRIERS

/** What is asked, and by whom. Its values are of any type: a test may want to see one refused. */
export interface Thing {
  readonly query?: unknown
  readonly variables?: unknown
  readonly operationName?: unknown
  readonly documentId?: unknown
  readonly extensions?: unknown
  /** All that is asked, as JSON or what is none, in place of the above. Nothing that a GET could carry. */
  readonly body?: string
  /** Behind the address's "?". */
  readonly search?: Readonly<Record<string, string>>
  /** The Authorization header; over a websocket that of the greeting. */
  readonly authorization?: string | undefined
  /** More headers of the request, or of the upgrade. */
  readonly headers?: OutgoingHttpHeaders
}

export interface Verdict {
  /** The code of the first error. */
  readonly code: ErrorCode | 'OK' | typeof NOT_LET_IN
  /** Of a subscription the first event, upon which it is left. */
  readonly data?: unknown
  /** What the first error has beside its code and its request's id. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** Who asks is refused, whatever it is that they ask: 401 or 403 over HTTP, and over a websocket no more than that it is closed. */
export const NOT_LET_IN = 'NOT_LET_IN'

/** What a websocket is closed with in place of an answer. */
const CLOSES: Readonly<Record<number, Verdict['code']>> = {
  1009: 'BAD_REQUEST',
  4400: 'BAD_REQUEST',
  4403: NOT_LET_IN,
  4429: 'RATE_LIMITED',
}
/** What an upgrade is answered with in place of a websocket. */
const UPGRADES: Readonly<Record<number, Verdict['code']>> = { 403: NOT_LET_IN, 503: 'RATE_LIMITED' }

type Where = Pick<Gateway, 'url' | 'websocketUrl'>

/** Hears what the errors say in words. */
type Told = (message: string) => void

/** Throws for an answer that no caller is to see: of no code, or of a fault of the gateway. */
export async function give(transport: Transport, where: Where, thing: Thing, told: Told = () => {}): Promise<Verdict> {
  try {
    return await (transport === 'websocket'
      ? overWebSocket(where, thing, told)
      : overHttp(transport, where, thing, told))
  } catch (error) {
    throw new Error(`${transport}: ${String(error)}`, { cause: error })
  }
}

/** Gives it to each of these, and tells by transport what came of it. */
export async function giveEach(
  where: Where,
  thing: Thing,
  transports: readonly Transport[] = TRANSPORTS,
): Promise<Record<string, Verdict>> {
  const given = transports.map(async (each) => [each, await give(each, where, thing)] as const)
  return Object.fromEntries(await Promise.all(given))
}

/** The same from each of these. */
export function fromEach<V>(verdict: V, transports: readonly Transport[] = TRANSPORTS): Record<string, V> {
  return Object.fromEntries(transports.map((each) => [each, verdict]))
}

/** The same from each that carries such an operation at all; the others refuse its form. */
export function fromCarriers<V>(kind: Kind, verdict: V): Record<string, V | { readonly code: 'BAD_REQUEST' }> {
  return { ...fromEach({ code: 'BAD_REQUEST' as const }), ...fromEach(verdict, CARRIERS[kind]) }
}

async function overHttp(
  transport: Exclude<Transport, 'websocket'>,
  { url }: Where,
  { authorization, headers, body, search, ...asked }: Thing,
  told: Told,
): Promise<Verdict> {
  const isGet = transport === 'GET'
  const { status, text } = await exchange(`${url}?${searchOf({ ...(isGet && asked), ...search })}`, {
    method: isGet ? 'GET' : 'POST',
    headers: {
      accept: transport === 'SSE' ? 'text/event-stream' : 'application/json',
      ...(isGet ? LEAVE : { 'content-type': 'application/json' }),
      ...(authorization !== undefined && { authorization }),
      ...headers,
    },
    body: isGet ? undefined : (body ?? JSON.stringify(asked)),
  })
  if (status >= 500 && status !== 503) throw new Error(`the status is ${status}`)
  const [, event] = /^event: next\ndata: (.*)$/m.exec(text) ?? []
  const { code, ...verdict } = verdictOf(event ?? text, told)
  const isLetIn = status !== 401 && (status !== 403 || code !== 'FORBIDDEN')
  return isLetIn ? { code, ...verdict } : { code: NOT_LET_IN }
}

/** As text what is text, and as JSON what is not. */
function searchOf(asked: object): string {
  const given = Object.entries<unknown>({ ...asked }).filter(([, value]) => value !== undefined)
  const isJson = (name: string, value: unknown): boolean =>
    name === 'variables' || name === 'extensions' || typeof value !== 'string'
  return new URLSearchParams(
    given.map(([name, value]) => [name, isJson(name, value) ? JSON.stringify(value) : String(value)]),
  ).toString()
}

/** Of an event stream no more than the first result is read. */
function exchange(
  url: string,
  { method, headers, body }: { method: string; headers: OutgoingHttpHeaders; body: string | undefined },
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false }, (response) => {
      let text = ''
      const done = (): void => {
        resolve({ status: response.statusCode ?? 0, text })
        asking.destroy()
      }
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (/^event: next\ndata: .*\n\n/m.test(text)) done()
      })
      response.on('end', done)
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

async function overWebSocket(
  { websocketUrl }: Where,
  { authorization, headers = {}, body, search, ...asked }: Thing,
  told: Told,
): Promise<Verdict> {
  // The protocol wants a text; who names a document by its hash sends an empty one.
  const isNamed = asked.documentId !== undefined || asked.extensions !== undefined
  const asking = body ?? JSON.stringify({ ...(isNamed && { query: '' }), ...asked })
  const socket = new WebSocket(`${websocketUrl}?${searchOf({ ...search })}`, 'graphql-transport-ws', { headers })
  const judged = new Promise<() => Verdict>((resolve, reject) => {
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })))
    socket.on('message', (bytes: Buffer) => {
      const { type, payload } = JSON.parse(bytes.toString()) as Message
      if (type === 'connection_ack') return socket.send(`{"id":"1","type":"subscribe","payload":${asking}}`)
      resolve(() => verdictOf(JSON.stringify(type === 'error' ? { errors: payload } : payload), told))
    })
    socket.on('unexpected-response', (upgrade, { statusCode = 0 }) => {
      resolve(() => ({ code: codeOf(UPGRADES, statusCode) }))
      upgrade.destroy()
    })
    socket.on('close', (code) => resolve(() => ({ code: codeOf(CLOSES, code) })))
    socket.on('error', reject)
  })
  const verdict = await judged
  socket.terminate()
  return verdict()
}

function codeOf(codes: Readonly<Record<number, Verdict['code']>>, number: number): Verdict['code'] {
  const code = codes[number]
  if (code === undefined) throw new Error(`${number} is no verdict`)
  return code
}

function verdictOf(text: string, told: Told): Verdict {
  const { data, errors = [] } = JSON.parse(text) as { data?: unknown; errors?: readonly AnswerError[] }
  for (const { message } of errors) told(message)
  for (const { extensions: { code, requestId } = {} } of errors as readonly {
    extensions?: Partial<AnswerError['extensions']>
  }[]) {
    if (code === 'INTERNAL_SERVER_ERROR') throw new Error('the gateway failed')
    if (typeof requestId !== 'string' || !Object.hasOwn(ERROR_CODES, code ?? ''))
      throw new Error(`a bare error: ${text}`)
  }
  const [error] = errors
  if (!error) return { code: 'OK', data }
  const { code, requestId: _, ...details } = error.extensions
  return { code: code as ErrorCode, ...(data !== undefined && { data }), details }
}
