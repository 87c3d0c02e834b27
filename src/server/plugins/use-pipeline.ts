// Hands the operations that yoga has read off HTTP to the pipeline that the websocket uses too.
import type { Plugin } from 'graphql-yoga'
import type { Pipeline } from '../pipeline.ts'
import type { Arrival } from '../prepare.ts'

/** What the HTTP server tells yoga about a request. */
export interface HttpContext {
  readonly arrival: Omit<Arrival, 'readOnly' | 'streams' | 'transport'>
}

export function usePipeline(pipeline: Pipeline): Plugin<object, HttpContext> {
  return {
    onParams({ request, setParamsHandler }) {
      setParamsHandler(({ params, context }) =>
        pipeline(params, {
          ...context.arrival,
          transport: 'http',
          readOnly: request.method === 'GET',
          explain: request.headers.get('x-explain') === '1',
          streams: /\btext\/event-stream\b/i.test(request.headers.get('accept') ?? ''),
        }),
      )
    },
  }
}
