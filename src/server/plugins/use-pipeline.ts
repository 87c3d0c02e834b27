// Hands the operations that yoga has read off HTTP to the pipeline that the websocket uses too, and gives their results back to it:
// subscriptions as event streams.
import { Readable } from 'node:stream'
import { processRegularResult } from 'graphql-yoga'
import { EVENT_STREAM, takesEvents } from '../accept.ts'
import type { ServerResponse } from 'node:http'
import type { ExecutionResult } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import type { Pipeline } from '../pipeline.ts'
import type { Arrival } from '../prepare.ts'
import type { Streams } from '../streams.ts'

/** What the HTTP server tells yoga about a request. */
export interface HttpContext {
  readonly arrival: Omit<Arrival, 'readOnly' | 'streams' | 'transport'>
  readonly response: ServerResponse
}

/** The name of what a request may hold in place of a text. */
export const DOCUMENT_ID = 'documentId'

export function usePipeline(pipeline: Pipeline, streams: Streams): Plugin<object, HttpContext> {
  const refusals = new WeakSet<ExecutionResult>()
  return {
    onParams({ params: asked, request, setParams, setParamsHandler }) {
      const documentId = documentIdOf(asked, request)
      // Yoga wants a text, whichever it is.
      if (documentId !== undefined || asked.extensions?.['persistedQuery'] !== undefined)
        setParams({ ...asked, query: asked.query ?? '' })
      setParamsHandler(async ({ params, context: { arrival, response } }) => {
        let reserved: ReturnType<Streams['reserve']> | undefined
        const result = await pipeline(
          { ...params, documentId },
          {
            ...arrival,
            transport: 'http',
            readOnly: request.method === 'GET',
            explain: request.headers.get('x-explain') === '1',
            streams: takesEvents(request.headers.get('accept') ?? ''),
            allowed({ limit, remaining, resetsIn }) {
              response.setHeader('ratelimit-limit', limit)
              response.setHeader('ratelimit-remaining', remaining)
              response.setHeader('ratelimit-reset', resetsIn)
            },
            beforeStream() {
              reserved = streams.reserve(arrival)
              if (reserved instanceof Error) throw reserved
            },
          },
        )
        if ('begin' in result && reserved && !(reserved instanceof Error)) {
          // Yoga hands on what it is given, and asks below how that is written.
          return streams.open(result, reserved, arrival, response) as AsyncIterable<ExecutionResult>
        }
        if (reserved instanceof Error) refusals.add(result as ExecutionResult)
        else reserved?.leave()
        return result as ExecutionResult
      })
    },
    onResultProcess({ result, setResultProcessor }) {
      // Who reads events alone takes any status but 200 for a failure, and its body for text.
      if (refusals.has(result as ExecutionResult)) return setResultProcessor(processRegularResult, JSON_RESULT)
      if (!(result instanceof Readable)) return
      setResultProcessor(
        (_result, { Response }) => new Response(result as unknown as BodyInit, { headers: STREAM_HEADERS }),
        EVENT_STREAM,
      )
    },
  }
}

const JSON_RESULT = 'application/graphql-response+json'
const STREAM_HEADERS = { 'content-type': EVENT_STREAM, 'cache-control': 'no-cache' }

/** Yoga reads what it knows out of an address, and this it does not. */
function documentIdOf(params: GraphQLParams, { method, url }: Request): unknown {
  if (method === 'GET') return new URL(url).searchParams.get(DOCUMENT_ID) ?? undefined
  return (params as { readonly [DOCUMENT_ID]?: unknown })[DOCUMENT_ID]
}
