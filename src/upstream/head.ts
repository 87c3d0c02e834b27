// What the head of an answer says to a gateway: its status, its time, its limits, and whether its body can be read as it comes.
import type { Answer, RateLimitHeaders } from './failures.ts'

/** What is known of an answer when its head is there. */
export type Head = Omit<Answer, 'body'>

/** By their names in lower case; one that came several times is a list. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

export function headOf(status: number, headers: Headers): Head {
  return {
    status,
    retryAfter: textOf(headers['retry-after']),
    date: textOf(headers['date']),
    rateLimit: rateLimitOf(headers),
  }
}

export function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

/** None was asked for, and a few bytes of one can stand for a full memory. */
export function isEncoded(headers: Headers): boolean {
  return (headers['content-encoding'] ?? 'identity') !== 'identity'
}

function rateLimitOf(headers: Headers): RateLimitHeaders {
  return {
    limit: wholeNumber(headers['ratelimit-limit'] ?? headers['x-ratelimit-limit']),
    remaining: wholeNumber(headers['ratelimit-remaining'] ?? headers['x-ratelimit-remaining']),
    reset: wholeNumber(headers['ratelimit-reset'] ?? headers['x-ratelimit-reset']),
  }
}

function wholeNumber(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,10}$/.test(value) ? Math.min(Number(value), 0x7fff_ffff) : undefined
}
