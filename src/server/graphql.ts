// GraphQL over HTTP: what is asked is read off a request, run by the pipeline that the websocket uses too, and answered; subscriptions as event
// streams.
import { EVENT_STREAM, RESPONSE_JSON } from './accept.ts'
import { writeAnswer } from './answers.ts'
import { publicError } from './errors.ts'
import { readParams } from './params.ts'
import { failed } from './results.ts'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Accepted, AnswerType } from './accept.ts'
import type { Log } from '../log.ts'
import type { Pipeline } from './pipeline.ts'
import type { Arrival, OperationRequest } from './prepare.ts'
import type { Streams } from './streams.ts'

export interface GraphqlOptions {
  readonly pipeline: Pipeline
  /** Writes subscriptions. */
  readonly streams: Streams
  readonly maxBodyBytes: number
  readonly noteRefusal: NoteRefusal
  readonly log: Log
}

/** Told of a request that was refused before it was an operation. */
export type NoteRefusal = (requestId: string, codes: readonly string[]) => void

/** Who asks, as far as it is known without looking at what. */
export interface Asking extends Pick<Arrival, 'requestId' | 'caller' | 'signal' | 'address'> {
  /** Of the answer, whatever it will be: this one's own, to add to. */
  readonly headers: OutgoingHttpHeaders
}

/** Answers a request for GraphQL. */
export type AnswerGraphql = (
  request: IncomingMessage,
  response: ServerResponse,
  asking: Asking,
  accepted: Accepted,
) => Promise<void>

export function createGraphql({ pipeline, streams, maxBodyBytes, noteRefusal, log }: GraphqlOptions): AnswerGraphql {
  const run = async (
    params: OperationRequest,
    request: IncomingMessage,
    response: ServerResponse,
    { headers, ...asking }: Asking,
    { answer, events }: Accepted,
  ): Promise<void> => {
    let reserved: ReturnType<Streams['reserve']> | undefined
    const result = await pipeline(params, {
      ...asking,
      transport: 'http',
      readOnly: request.method === 'GET',
      explain: request.headers['x-explain'] === '1',
      streams: events,
      allowed({ limit, remaining, resetsIn }) {
        headers['ratelimit-limit'] = limit
        headers['ratelimit-remaining'] = remaining
        headers['ratelimit-reset'] = resetsIn
      },
      beforeStream() {
        reserved = streams.reserve(asking)
        if (reserved instanceof Error) throw reserved
      },
    })
    if ('begin' in result) {
      if (!reserved || reserved instanceof Error) throw new TypeError('a subscription without a place')
      response.writeHead(200, { ...headers, ...STREAM_HEADERS })
      streams.open(result, reserved, asking, response).pipe(response)
      return
    }
    // Who reads events alone takes any status but 200 for a failure, and its body for text.
    const type: AnswerType = reserved instanceof Error ? RESPONSE_JSON : answer
    if (reserved && !(reserved instanceof Error)) reserved.leave()
    writeAnswer(response, headers, result, type)
  }

  return async (request, response, asking, accepted) => {
    let params: OperationRequest
    try {
      params = await readParams(request, maxBodyBytes)
    } catch (error) {
      const { requestId, headers } = asking
      const errors = failed(error).errors.map((each) => publicError(each, { requestId, log, transport: 'http' }))
      noteRefusal(
        requestId,
        errors.map(({ extensions }) => String(extensions['code'])),
      )
      return writeAnswer(response, headers, { errors }, accepted.answer)
    }
    await run(params, request, response, asking, accepted)
  }
}

const STREAM_HEADERS = { 'content-type': EVENT_STREAM, 'cache-control': 'no-cache' }
