// Which web pages of others may read what they are answered: those of ALLOWED_ORIGINS, and without any, no word is said of it.
import { valuesOf } from './visitors.ts'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'

/** Adds leave to the headers of an answer, for whom there is any. True: a browser asked for leave alone, and they are all of its answer. */
export type Cors = (request: IncomingMessage, answer: OutgoingHttpHeaders) => boolean

export function createCors(allowedOrigins: readonly string[]): Cors {
  if (allowedOrigins.length === 0) return () => false
  return (request, answer) => {
    const { method, headers } = request
    // Also where no page asks: a cache must not give one what another was answered.
    answer['vary'] = 'origin'
    const [origin = '', second] = valuesOf(request, 'origin')
    if (second !== undefined || !allowedOrigins.includes(origin)) return false
    answer['access-control-allow-origin'] = origin
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) {
      answer['access-control-expose-headers'] = READABLE
      return false
    }
    Object.assign(answer, LEAVE)
    return true
  }
}

const READABLE = 'x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset'

/** What Apollo Client, urql, Relay, graphql-request, graphql-sse and yoga's own clients send. */
const SENDABLE = [
  'accept',
  'authorization',
  'content-type',
  'x-explain',
  'x-graphql-yoga-csrf',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-apollo-operation-id',
  'x-apollo-operation-type',
  'apollographql-client-name',
  'apollographql-client-version',
  'graphql-client-name',
  'graphql-client-version',
]

const LEAVE = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': SENDABLE.join(', '),
  'access-control-max-age': '600',
}
