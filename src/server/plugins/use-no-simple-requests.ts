// Refuses what a browser sends for any page without asking leave first, "simple requests": all bodies but JSON, and a GET without one of the
// headers that only leave lets through. Reads what is left.
import { readBody } from '../body.ts'
import { requestError } from '../errors.ts'
import type { IncomingMessage } from 'node:http'
import type { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'

/** What yoga says of a request that Node has heard. */
interface NodeContext {
  readonly req: IncomingMessage
}

export function useNoSimpleRequests(maxBodyBytes: number): Plugin<object, NodeContext> {
  return {
    onRequestParse({ request: { method, headers }, url, serverContext: { req }, setRequestParser }) {
      if (method === 'GET') {
        if (!LEAVE.some((name) => headers.get(name)) && !isJson(headers)) throw refusal(400, LEAVE_NEEDED)
        return checkSearch(url.searchParams)
      }
      if (method !== 'POST') return
      if (!isJson(headers)) throw refusal(415, 'The body must be JSON, with content-type: application/json.')
      // Yoga's own knows the media type in one spelling only, and takes a client that has gone for a fault of the gateway.
      setRequestParser(() => paramsOf(req, maxBodyBytes))
    },
  }
}

const LEAVE = ['x-graphql-yoga-csrf', 'apollo-require-preflight', 'x-apollo-operation-name']
const LEAVE_NEEDED = `A GET must have one of the headers ${LEAVE.join(', ')}, or content-type: application/json, which no foreign web page can send unasked.`

function isJson(headers: Headers): boolean {
  const [mediaType = ''] = (headers.get('content-type') ?? '').split(';')
  return /^application\/(graphql\+)?json$/i.test(mediaType.trim())
}

/** Yoga would parse these too, and take its own failure for a fault of the gateway. */
function checkSearch(search: URLSearchParams): void {
  for (const name of ['variables', 'extensions']) {
    const text = search.get(name)
    if (text) parse(text, `"${name}" must be JSON.`)
  }
}

async function paramsOf(request: IncomingMessage, maxBytes: number): Promise<GraphQLParams> {
  const text = await readBody(request, maxBytes).catch(() => {
    throw requestError('CANCELLED', 'The caller went away before the request was whole.')
  })
  if (text === undefined) throw refusal(413, `The body may have ${maxBytes} bytes (MAX_BODY_BYTES).`)
  const body = parse(text, 'The body is not JSON.')
  if (typeof body !== 'object' || body === null) throw refusal(400, 'The body must be a JSON object.')
  return body
}

/** What JSON.parse says of a text quotes it, and stays here. */
function parse(text: string, message: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw refusal(400, message)
  }
}

function refusal(status: number, message: string): GraphQLError {
  return requestError('BAD_REQUEST', message, { http: { status } })
}
