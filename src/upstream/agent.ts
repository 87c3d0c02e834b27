// The connections to the upstream: one undici pool, exact statuses, bounded answers, no redirects followed.
import { Pool } from 'undici'
import { GatewayError } from '../errors.ts'
import { transportFailure } from './failures.ts'
import type { Answer, RateLimitHeaders } from './failures.ts'

export interface AgentOptions {
  /** The base URL, with the path under which all endpoints lie. */
  readonly url: string
  readonly userAgent: string
  readonly versionHeader?: { readonly name: string; readonly value: string } | undefined
}

export interface HttpRequest {
  readonly method: string
  /** Path and query below the base URL, already encoded. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly timeoutMs: number
  /** Ends the call early; left out for calls that must run on once they have left. */
  readonly signal?: AbortSignal | undefined
}

export interface Agent {
  /** Sends one request, once. Throws a GatewayError where no whole answer came back. */
  send(request: HttpRequest): Promise<Answer>
  close(): Promise<void>
}

/** More than any documented answer needs (100 rows are some 40 kB); a longer one is a failure, not a full memory. */
const MAX_ANSWER_BYTES = 4_000_000

export function createAgent({ url, userAgent, versionHeader }: AgentOptions): Agent {
  const base = new URL(url)
  const prefix = base.pathname.replace(/\/+$/, '')
  const pool = new Pool(base.origin, {
    connections: 128,
    connect: { timeout: 5_000 },
    maxResponseSize: MAX_ANSWER_BYTES,
  })
  const common = {
    accept: 'application/json',
    'user-agent': userAgent,
    // In lower case like the others, so that one of their names takes their place instead of going along twice.
    ...(versionHeader && { [versionHeader.name.toLowerCase()]: versionHeader.value }),
  }

  return {
    async send({ method, path, headers, body, timeoutMs, signal }) {
      const timeout = AbortSignal.timeout(timeoutMs)
      try {
        const response = await pool.request({
          method,
          path: prefix + path,
          headers: { ...common, ...headers },
          body: body ?? null,
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        })
        const text = await response.body.text()
        const { 'retry-after': retryAfter } = response.headers
        return {
          status: response.statusCode,
          retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
          rateLimit: rateLimitOf(response.headers),
          text,
        }
      } catch (cause) {
        if (signal?.aborted) throw new GatewayError('CANCELLED', 'The caller has gone.', { effect: 'unknown', cause })
        throw transportFailure(cause, timeout.aborted)
      }
    },
    close: () => pool.destroy(),
  }
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
