// The connections to the upstream: undici pools for calls, for calls that move money, and for downloads; exact statuses, bounded answers, no redirects followed.
import { Pool } from 'undici'
import { GatewayError } from '../errors.ts'
import { createDeadlines } from './deadlines.ts'
import { transportFailure, unexpected } from './failures.ts'
import { headOf, isEncoded, textOf } from './head.ts'
import { MAX_ANSWER_BYTES, overTheWire } from './wire.ts'
import type { Readable } from 'node:stream'
import type { Ending } from '../ending.ts'
import type { Answer } from './failures.ts'
import type { Head } from './head.ts'

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
  readonly signal?: Ending | undefined
  /** Over a connection of its own: one that was kept may be dead, and a call that fails on it may have arrived or not. */
  readonly fresh?: boolean
  /** Counts from the origin and not from the base URL. */
  readonly fromOrigin?: boolean
}

export type OpenRequest = Pick<HttpRequest, 'method' | 'path' | 'headers' | 'timeoutMs' | 'signal'>

/** An answer whose body is still coming: it must be read to its end or destroyed. */
export interface OpenAnswer extends Head {
  readonly contentType: string
  /** In bytes, where it was told. */
  readonly contentLength: string | undefined
  readonly body: Readable
}

export interface Agent {
  /** Sends one request, once. Throws a GatewayError where no whole answer came back. */
  send(request: HttpRequest): Promise<Answer>
  /** The same, and gives the answer as soon as it begins. `timeoutMs` is for that, and for each silence after it. */
  open(request: OpenRequest): Promise<OpenAnswer>
  close(): Promise<void>
}

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
  const pool = new Pool(base.origin, { ...every, connections: CALLS_AT_ONCE, maxResponseSize: MAX_ANSWER_BYTES })
  const fresh = new Pool(base.origin, {
    ...every,
    connections: CALLS_AT_ONCE,
    maxResponseSize: MAX_ANSWER_BYTES,
    pipelining: 0,
  })
  const [deadlines, freshDeadlines] = [createDeadlines(), createDeadlines()]
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
    send({ method, path, headers, body, timeoutMs, firstByteMs = timeoutMs, signal, fresh: isFresh, fromOrigin }) {
      return overTheWire(
        isFresh ? fresh : pool,
        {
          method,
          path: fromOrigin ? path : prefix + path,
          headers: { ...common, ...headers },
          body: body ?? null,
        },
        { deadlines: isFresh ? freshDeadlines : deadlines, timeoutMs, firstByteMs, signal },
      )
    },
    async open({ method, path, headers, timeoutMs, signal }) {
      const control = new AbortController()
      const gone = (): void => control.abort()
      const settle = (): void => signal?.removeEventListener('abort', gone)
      if (signal?.aborted) gone()
      else signal?.addEventListener('abort', gone, { once: true })
      try {
        const response = await downloads.request({
          method,
          path: prefix + path,
          headers: { ...common, accept: '*/*', ...headers },
          signal: control.signal,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        })
        // Whoever reads it hears of its failure; where nobody does, it must not be the process.
        response.body.on('error', () => {}).on('close', settle)
        if (isEncoded(response.headers)) {
          // Its connection goes with it: nothing more of it is read.
          response.body.destroy()
          throw unexpected('encoded')
        }
        return {
          ...headOf(response.statusCode, response.headers),
          contentType: textOf(response.headers['content-type']) ?? '',
          contentLength: textOf(response.headers['content-length']),
          body: response.body,
        }
      } catch (cause) {
        settle()
        if (signal?.aborted) throw new GatewayError('CANCELLED', 'The caller has gone.', { cause })
        throw transportFailure(cause, false)
      }
    },
    async close() {
      await Promise.all([pool.destroy(), fresh.destroy(), downloads.destroy()])
    },
  }
}

/** In each pool: more than may be made at once (attempt.ts), which waits for its turn and never for a connection. */
const CALLS_AT_ONCE = 288
const DOWNLOADS_AT_ONCE = 128
