// Which web pages of others may read what they are answered: those of ALLOWED_ORIGINS, and without any, no word is said of it.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Puts leave on an answer, for whom there is any. True: a browser asked for leave alone, and has been answered. */
export type Cors = (request: IncomingMessage, response: ServerResponse) => boolean

export function createCors(allowedOrigins: readonly string[]): Cors {
  if (allowedOrigins.length === 0) return () => false
  return ({ method, headers, headersDistinct }, response) => {
    // Also where no page asks: a cache must not give one what another was answered.
    response.setHeader('vary', 'origin')
    const [origin = '', second] = headersDistinct['origin'] ?? []
    if (second !== undefined || !allowedOrigins.includes(origin)) return false
    response.setHeader('access-control-allow-origin', origin)
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) {
      response.setHeader('access-control-expose-headers', READABLE)
      return false
    }
    response.writeHead(204, LEAVE).end()
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
