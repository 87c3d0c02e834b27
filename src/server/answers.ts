// How a result is written down for HTTP: as JSON, or as an event stream of one event for who takes nothing else.
import { EVENT_STREAM, RESPONSE_JSON } from './accept.ts'
import { written } from './results.ts'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { GraphQLError } from 'graphql'
import type { AnswerType } from './accept.ts'
import type { Result } from './results.ts'

/** What an error says of the HTTP answer that it is in; never a part of it. */
interface HttpOf {
  readonly status?: number
  /** The status is for those who want one that tells of errors: application/graphql-response+json. */
  readonly spec?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** Node puts a text and the head before it into one packet, and writes bytes apart: up to here the copy is cheaper. */
const LONGEST_TEXT = 200_000

/** `headers` are those that the answer has whatever it holds. */
export function writeAnswer(
  response: ServerResponse,
  headers: OutgoingHttpHeaders,
  result: Result,
  type: AnswerType,
): void {
  let status = 0
  for (const { extensions } of result.errors ?? []) {
    const http = (extensions['http'] ?? {}) as HttpOf
    Object.assign(headers, http.headers)
    if (http.spec !== true || type === RESPONSE_JSON) status = Math.max(status, http.status ?? 0)
  }
  const json = written(result, result.errors?.map(withoutHttp))
  const isEvent = type === EVENT_STREAM
  const body = isEvent ? Buffer.concat([EVENT, json, COMPLETE]) : json
  headers['content-type'] = CONTENT_TYPES[type]
  headers['content-length'] = body.length
  response.writeHead(status || 200, headers)
  // Latin 1 is each byte as it is.
  if (body.length > LONGEST_TEXT) response.end(body)
  else response.end(body.toString('latin1'), 'latin1')
}

const [EVENT, COMPLETE] = [Buffer.from(':\n\nevent: next\ndata: '), Buffer.from('\n\nevent: complete\ndata:\n\n')]

const CONTENT_TYPES: Readonly<Record<AnswerType, string>> = {
  'application/json': 'application/json; charset=utf-8',
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
  'text/event-stream': EVENT_STREAM,
}

function withoutHttp(error: GraphQLError): object {
  const { extensions, ...rest } = error.toJSON()
  const { http: _, ...told } = extensions ?? {}
  return { ...rest, extensions: told }
}
