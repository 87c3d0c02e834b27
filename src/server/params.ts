// What a client asks for, read off an HTTP request. Refuses what a browser sends for any page without asking leave first, "simple requests": all
// bodies but JSON, and a GET without one of the headers that only leave lets through.
import { readBody } from './body.ts'
import { requestError } from './errors.ts'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { GraphQLError } from 'graphql'
import type { OperationRequest } from './prepare.ts'

/** Reads it, to its end or to `maxBodyBytes`. Rejects with a GraphQLError that has a code and an HTTP status, and says nothing of what was sent. */
export async function readParams(request: IncomingMessage, maxBodyBytes: number): Promise<OperationRequest> {
  if (request.method === 'POST') return checked(await bodyOf(request, maxBodyBytes))
  if (request.method === 'GET') return checked(searchOf(request))
  throw refusal(405, 'GraphQL only supports GET and POST requests.', { allow: 'GET, POST' })
}

const LEAVE = ['x-graphql-yoga-csrf', 'apollo-require-preflight', 'x-apollo-operation-name']
const LEAVE_NEEDED = `A GET must have one of the headers ${LEAVE.join(', ')}, or content-type: application/json, which no foreign web page can send unasked.`

/** What a request may hold. `documentId` is the name of a trusted document, in place of its text. */
const PARAMS: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions', 'documentId'])

type Params = Readonly<Record<string, unknown>>

async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!isJson(request)) throw refusal(415, 'The body must be JSON, with content-type: application/json.')
  const text = await readBody(request, maxBytes).catch(() => {
    throw requestError('CANCELLED', 'The caller went away before the request was whole.')
  })
  if (text === undefined) throw refusal(413, `The body may have ${maxBytes} bytes (MAX_BODY_BYTES).`)
  return parse(text, 'The body is not JSON.')
}

function searchOf(request: IncomingMessage): Params {
  if (!LEAVE.some((name) => request.headers[name]) && !isJson(request)) throw refusal(400, LEAVE_NEEDED)
  const { url = '' } = request
  const search = new URLSearchParams(url.slice(url.indexOf('?') + 1))
  const named = (name: string): string | undefined => search.get(name) || undefined
  const json = (name: string): unknown => {
    const text = named(name)
    return text && parse(text, `"${name}" must be JSON.`)
  }
  return {
    query: named('query'),
    operationName: named('operationName'),
    documentId: search.get('documentId') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  }
}

function isJson({ headers }: IncomingMessage): boolean {
  const contentType = headers['content-type'] ?? ''
  if (contentType === 'application/json') return true
  const [mediaType = ''] = contentType.split(';')
  return /^application\/(graphql\+)?json$/i.test(mediaType.trim())
}

/** What JSON.parse says of a text quotes it, and stays here. */
function parse(text: string, message: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw refusal(400, message)
  }
}

function checked(params: unknown): OperationRequest {
  if (Array.isArray(params)) throw refusal(400, 'Batching is not supported.')
  if (!isObject(params)) throw refusal(400, 'The body must be a JSON object.')
  for (const name of Object.keys(params))
    if (!PARAMS.has(name) && params[name] != null)
      throw refusal(400, `A request has no parameters but ${[...PARAMS].join(', ')}.`)
  const { query, documentId, variables, extensions } = params
  for (const [name, value] of [
    ['variables', variables],
    ['extensions', extensions],
  ] as const)
    if (value != null && !isObject(value)) throw refusal(400, `"${name}" must be an object.`)
  const isNamed = documentId !== undefined || (extensions as Params | undefined)?.['persistedQuery'] !== undefined
  if (query == null && !isNamed) throw refusal(400, 'The request has no "query".')
  if (query != null && typeof query !== 'string') throw refusal(400, '"query" must be a string.')
  return params
}

function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refusal(status: number, message: string, headers: OutgoingHttpHeaders = {}): GraphQLError {
  return requestError('BAD_REQUEST', message, { http: { status, headers } })
}
