// Those who listen, by either transport, as fast or as slowly as a test lets them, and a TCP line to them that can be throttled or cut.
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { LEAVE } from './requests.ts'
import { openGreeted } from './sockets.ts'
import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Gateway } from '../../src/gateway.ts'
import type { Result } from './sockets.ts'

export const TRANSPORTS = ['websocket', 'event-stream'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** One who listens to one subscription. */
export interface Reader {
  /** The next result; undefined: it is complete. Rejects where it has ended without that. */
  next(): Promise<Result | undefined>
  /** Takes no byte any more. */
  pause(): void
  resume(): void
  /** Breaks off. */
  leave(): void
}

type Where = Pick<Gateway, 'url' | 'websocketUrl'>

/** Subscribes over a connection of its own. */
export function openReader(transport: Transport, where: Where, query: string): Promise<Reader> {
  return transport === 'websocket' ? openOverWebSocket(where, query) : openOverEvents(where, query)
}

async function openOverWebSocket({ websocketUrl }: Where, query: string): Promise<Reader> {
  const { socket, say, hear } = await openGreeted(websocketUrl)
  say({ id: '1', type: 'subscribe', payload: { query } })
  return {
    async next() {
      const { type, payload } = await hear()
      if (type === 'complete') return undefined
      return type === 'error' ? { data: undefined, errors: payload } : { data: payload.data, errors: payload.errors }
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    leave: () => socket.terminate(),
  }
}

async function openOverEvents({ url }: Where, query: string): Promise<Reader> {
  const { next, response, leave } = await openEvents(url, query)
  return {
    async next() {
      const event = await next()
      if (!event) throw new Error('ended without complete')
      return event.name === 'complete' ? undefined : { data: event.payload.data, errors: event.payload.errors }
    },
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    leave,
  }
}

export interface StreamEvent {
  readonly name: string
  // oxlint-disable-next-line typescript/no-explicit-any -- as the query shapes it; undefined where there are no data
  readonly payload: any
}

export interface EventStream {
  readonly response: IncomingMessage
  /** The next event, comments left out; undefined: the stream has ended. Rejects where it was broken off. */
  next(): Promise<StreamEvent | undefined>
  /** What has come, as it came. */
  text(): string
  /** Breaks it off. */
  leave(): void
}

/** Subscribes over an event stream. Resolves with the head of the answer, whatever its status. */
export async function openEvents(
  url: string,
  query: string,
  { method = 'POST', headers = {}, ...options }: EventOptions = {},
): Promise<EventStream> {
  const asked = askForEvents(url, query, { method, headers, ...options })
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve)
    asked.once('error', reject)
  })
  const blocks: string[] = []
  let text = ''
  let part = ''
  let end: 'open' | 'ended' | 'broken' = 'open'
  let changed = Promise.withResolvers<void>()
  const change = (): void => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    if (text.length < MOST_KEPT) text += chunk
    const ends = `${part.at(-1) ?? ''}${chunk}`.includes('\n\n')
    part += chunk
    if (!ends) return
    blocks.push(...part.split('\n\n'))
    part = blocks.pop() ?? ''
    change()
  })
  response.on('error', () => undefined)
  response.once('close', () => {
    end = response.complete ? 'ended' : 'broken'
    change()
  })
  return {
    response,
    async next() {
      for (;;) {
        const block = blocks.shift()
        if (block?.startsWith(':')) continue
        if (block !== undefined) return eventOf(block)
        if (end === 'ended') return undefined
        if (end === 'broken') throw new Error('the stream was broken off')
        await changed.promise
      }
    },
    text: () => text,
    leave: () => asked.destroy(),
  }
}

/** What a stream says is kept as it came up to here, in characters. */
const MOST_KEPT = 100_000

export interface EventOptions {
  readonly method?: 'GET' | 'POST'
  readonly headers?: OutgoingHttpHeaders
  readonly agent?: Agent
}

/** The same, for who does not wait for an answer. */
export function askForEvents(
  url: string,
  query: string,
  { method = 'POST', headers = {}, agent }: EventOptions = {},
): ClientRequest {
  const search = method === 'GET' ? `?query=${encodeURIComponent(query)}` : ''
  const asked = request(`${url}${search}`, {
    method,
    headers: {
      accept: 'text/event-stream',
      ...(method === 'POST' ? { 'content-type': 'application/json' } : LEAVE),
      ...headers,
    },
    ...(agent && { agent }),
  })
  asked.on('error', () => undefined)
  asked.end(method === 'POST' ? JSON.stringify({ query }) : undefined)
  return asked
}

function eventOf(block: string): StreamEvent {
  const fields = new Map(
    block.split('\n').map((line) => {
      const [, name = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
      return [name, value]
    }),
  )
  const data = fields.get('data')
  return { name: fields.get('event') ?? 'message', payload: data ? JSON.parse(data) : undefined }
}

/** A line to a gateway. */
export interface Tap extends Where {
  /** Lets no byte pass any more, in either direction, and not the end of a connection. */
  freeze(): void
  /** Lets so many bytes, or a few more, come from the gateway every so often. */
  sip(bytes: number, everyMs: number): void
  close(): Promise<void>
}

export async function startTap({ url, websocketUrl }: Where): Promise<Tap> {
  const target = new URL(url)
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>()
  let timer: NodeJS.Timeout | undefined
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    const pair = { near, far }
    pairs.add(pair)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => undefined)
      from.once('close', () => {
        pairs.delete(pair)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const moved = (address: string): string => {
    const at = new URL(address)
    at.port = String(port)
    return at.href
  }
  return {
    url: moved(url),
    websocketUrl: moved(websocketUrl),
    freeze() {
      for (const { near, far } of pairs) {
        near.unpipe().pause()
        far.unpipe().pause()
      }
    },
    sip(bytes, everyMs) {
      for (const { near, far } of pairs) {
        let left = 0
        far.unpipe().pause()
        far.on('data', (chunk: Buffer) => {
          near.write(chunk)
          left -= chunk.length
          if (left <= 0) far.pause()
        })
        timer = setInterval(() => {
          left = bytes
          far.resume()
        }, everyMs)
      }
    },
    async close() {
      clearInterval(timer)
      for (const { near, far } of pairs) {
        near.destroy()
        far.destroy()
      }
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** How many connections the gateway has refused or ended, by why. */
export async function endsOf({ registry }: Gateway, transport: Transport): Promise<Record<string, number>> {
  const text = await registry.metrics()
  const lines = text.matchAll(/sockets_ended_total\{transport="([\w-]+)",why="([\w-]+)"\} (\d+)/g)
  const counts = [...lines].filter(([, which, , count]) => which === transport && count !== '0')
  return Object.fromEntries(counts.map(([, , why, count]) => [why, Number(count)]))
}

/** What there is of all that is live: feeds, selections, listeners, websockets. */
export async function liveOf({ registry }: Gateway): Promise<number[]> {
  const text = await registry.metrics()
  return ['live_feeds', 'live_selections', 'live_listeners', 'websockets'].map((name) =>
    Number(new RegExp(`^spectrocoin_gateway_${name} (\\d+)$`, 'm').exec(text)?.[1]),
  )
}
