// The connections to the upstream: undici pools for calls, for calls that move money, and for downloads; exact statuses, bounded answers, no redirects followed.
import { Pool } from 'undici'
import { GatewayError } from '../errors.ts'
import { TOO_LONG, transportFailure, unexpected } from './failures.ts'
import { createPatience } from './patience.ts'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Answer, RateLimitHeaders } from './failures.ts'

export interface AgentOptions {
  /** The base URL, with the path under which all endpoints lie. */
  readonly url: string
  readonly userAgent: string
  /** For a connection to stand. What fails before that was never sent. */
  readonly connectTimeoutMs: number
  readonly versionHeader?: { readonly name: string; readonly value: string } | undefined
}

export interface HttpRequest {
  readonly method: string
  /** Path and query below the base URL, already encoded. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** For the whole, its connection included. */
  readonly timeoutMs: number
  /** Until the answer begins, its connection included; the whole time unless told. */
  readonly firstByteMs?: number
  /** Ends the call early; left out for calls that must run on once they have left. */
  readonly signal?: AbortSignal | undefined
  /** Over a connection of its own: one that was kept may be dead, and a call that fails on it may have arrived or not. */
  readonly fresh?: boolean
  /** Counts from the origin and not from the base URL. */
  readonly fromOrigin?: boolean
}

/** An answer whose body is still coming: it must be read to its end or destroyed. */
export interface OpenAnswer extends Omit<Answer, 'text'> {
  readonly contentType: string
  /** In bytes, where it was told. */
  readonly contentLength: string | undefined
  readonly body: Readable
}

export interface Agent {
  /** Sends one request, once. Throws a GatewayError where no whole answer came back. */
  send(request: HttpRequest): Promise<Answer>
  /** The same, and gives the answer as soon as it begins. `timeoutMs` is for that, and for each silence after it. */
  open(request: HttpRequest): Promise<OpenAnswer>
  close(): Promise<void>
}

/** More than any documented answer needs (100 rows are some 40 kB); a longer one is a failure, not a full memory. */
const MAX_ANSWER_BYTES = 1_000_000

export function createAgent({ url, userAgent, versionHeader, connectTimeoutMs }: AgentOptions): Agent {
  const base = new URL(url)
  const prefix = base.pathname.replace(/\/+$/, '')
  // HTTP/1.1 alone: over HTTP/2 undici puts no bound on an answer, and sends a request again that the upstream says it has not handled.
  // Over this it sends none twice: one at a time is on a connection, and what was written fails with it.
  const every = {
    allowH2: false,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  }
  const pool = new Pool(base.origin, { ...every, connections: 128, maxResponseSize: MAX_ANSWER_BYTES })
  const fresh = new Pool(base.origin, { ...every, connections: 128, maxResponseSize: MAX_ANSWER_BYTES, pipelining: 0 })
  // Apart, so that long downloads leave the calls their connections, and with no limit: nothing of them is held.
  const downloads = new Pool(base.origin, { ...every, connections: DOWNLOADS_AT_ONCE })
  const common = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': userAgent,
    // In lower case like the others, so that one of their names takes their place instead of going along twice.
    ...(versionHeader && { [versionHeader.name.toLowerCase()]: versionHeader.value }),
  }

  return {
    async send({
      method,
      path,
      headers,
      body,
      timeoutMs,
      firstByteMs = timeoutMs,
      signal,
      fresh: isFresh,
      fromOrigin,
    }) {
      const patience = createPatience(signal, firstByteMs, timeoutMs)
      try {
        const response = await (isFresh ? fresh : pool).request({
          method,
          path: fromOrigin ? path : prefix + path,
          headers: { ...common, ...headers },
          body: body ?? null,
          signal: patience.signal,
        })
        patience.begun()
        return { ...headOf(response), text: await boundedText(response) }
      } catch (cause) {
        if (signal?.aborted) throw new GatewayError('CANCELLED', 'The caller has gone.', { effect: 'unknown', cause })
        throw transportFailure(cause, patience.timedOut())
      } finally {
        patience.end()
      }
    },
    async open({ method, path, headers, timeoutMs, signal }) {
      try {
        const response = await downloads.request({
          method,
          path: prefix + path,
          headers: { ...common, accept: '*/*', ...headers },
          signal: signal ?? null,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        })
        // Whoever reads it hears of its failure; where nobody does, it must not be the process.
        response.body.on('error', () => {})
        refuseEncoded(response)
        return {
          ...headOf(response),
          contentType: textOf(response.headers['content-type']) ?? '',
          contentLength: textOf(response.headers['content-length']),
          body: response.body,
        }
      } catch (cause) {
        if (signal?.aborted) throw new GatewayError('CANCELLED', 'The caller has gone.', { cause })
        throw transportFailure(cause, false)
      }
    },
    async close() {
      await Promise.all([pool.destroy(), fresh.destroy(), downloads.destroy()])
    },
  }
}

const DOWNLOADS_AT_ONCE = 128

/** The whole body, where its head promises nothing that cannot be borne. */
async function boundedText(response: Dispatcher.ResponseData): Promise<string> {
  try {
    refuseEncoded(response)
    if (Number(response.headers['content-length']) > MAX_ANSWER_BYTES) throw refuse(response, TOO_LONG)
    return await response.body.text()
  } catch (cause) {
    // Its head says all: nothing in its body may keep the cool-down from being heard of, or a failure from being taken for one.
    if (response.statusCode === 429 || response.statusCode >= 500) return ''
    throw cause
  }
}

/** None was asked for, and a few bytes of one can stand for a full memory. */
function refuseEncoded(response: Dispatcher.ResponseData): void {
  if ((response.headers['content-encoding'] ?? 'identity') !== 'identity') throw refuse(response, 'encoded')
}

/** Gives an answer up with its connection: nothing more of it is read. */
function refuse({ body }: Dispatcher.ResponseData, reason: string): GatewayError {
  body.on('error', () => {}).destroy()
  return unexpected(reason)
}

function headOf({ statusCode, headers }: { statusCode: number; headers: Headers }): Omit<Answer, 'text'> {
  return {
    status: statusCode,
    retryAfter: textOf(headers['retry-after']),
    date: textOf(headers.date),
    rateLimit: rateLimitOf(headers),
  }
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

function rateLimitOf(headers: Headers): RateLimitHeaders {
  return {
    limit: wholeNumber(headers, 'limit'),
    remaining: wholeNumber(headers, 'remaining'),
    reset: wholeNumber(headers, 'reset'),
  }
}

function wholeNumber(headers: Headers, name: string): number | undefined {
  const value = headers[`ratelimit-${name}`] ?? headers[`x-ratelimit-${name}`]
  return typeof value === 'string' && /^\d{1,10}$/.test(value) ? Math.min(Number(value), 0x7fff_ffff) : undefined
}
