// Carries out a fault at the wire, in place of or upon the answer that would have been right.
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Api, ApiAnswer } from './api.ts'
import { failure, type FailureCode, isFailureCode } from './failure.ts'
import type { Fault } from './faults.ts'
import { drip, oversize, sendBomb } from './floods.ts'
import { withDepths, withDuplicateKeys, withLongNumbers, withoutIds, withProtoKeys } from './odd-json.ts'

type Wire = { readonly response: ServerResponse; readonly api: Api; readonly basePath: string }

const usualCodes: Readonly<Record<number, FailureCode>> = {
  400: 'GEN_5',
  401: 'GEN_2',
  403: 'GEN_3',
  404: 'GEN_8',
  422: 'GEN_6',
  429: 'GEN_7',
}

/** Done once it is written: a file goes out no faster than it is read, and no further once its reader has gone. */
export async function send(response: ServerResponse, { status, headers, body }: ApiAnswer): Promise<void> {
  if (typeof body === 'string') return sendWhole(response, { status, headers, bytes: Buffer.from(body) })
  response.writeHead(status, headers)
  return pipeline(Readable.from(body), response)
}

/** Its head is written at once, where it has one; done as `send` is. */
export async function misbehave(
  fault: Fault,
  right: ApiAnswer | undefined,
  { response, api, basePath }: Wire,
): Promise<void> {
  const answer = whole(right ?? { status: 200, headers: jsonHeaders, body: '{}' })
  switch (fault.kind) {
    case 'status':
      return sendWhole(response, whole(errorAnswer(fault, api)))
    case 'html':
      return sendWhole(response, {
        status: fault.status ?? 502,
        headers: { 'content-type': 'text/html' },
        bytes: proxyPage,
      })
    case 'redirect':
      return sendWhole(response, { status: 302, headers: { location: `${basePath}/redirected` }, bytes: nothing })
    case 'hang':
      return undefined
    case 'reset-before':
    case 'keep-alive-race':
    case 'reset-after':
      return reset(response)
    case 'half-body':
      return sendHalf(response, answer, typeof right?.body === 'string')
    case 'empty':
      return sendWhole(response, { ...answer, status: 200, bytes: nothing })
    case 'non-authoritative':
      return sendWhole(response, { ...answer, status: 203 })
    case 'invalid-json':
      return sendWhole(response, { ...answer, bytes: Buffer.concat([answer.bytes.subarray(0, -1), Buffer.from(',')]) })
    case 'wrong-length':
      response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.bytes.length >> 1 })
      response.end(answer.bytes)
      return undefined
    case 'missing-id':
      return sendWhole(response, rewritten(answer, withoutIds))
    case 'drip':
      return drip(response, answer, answer.bytes)
    case 'gzip-bomb':
      return sendBomb(response, answer)
    case 'oversize':
      return oversize(response, answer)
    case 'duplicate-keys':
      return sendWhole(response, rewritten(answer, withDuplicateKeys))
    case 'proto-keys':
      return sendWhole(response, rewritten(answer, withProtoKeys))
    case 'long-numbers':
      return sendWhole(response, rewritten(answer, withLongNumbers))
    case 'deep':
      return sendWhole(response, rewritten(answer, withDepths))
  }
}

type Whole = Omit<ApiAnswer, 'body'> & { readonly bytes: Buffer }

// A file that goes wrong is made as a whole first, however long it is: half of it is counted from its end.
function whole({ status, headers, body }: ApiAnswer): Whole {
  return { status, headers, bytes: typeof body === 'string' ? Buffer.from(body) : Buffer.concat([...body]) }
}

function sendWhole(response: ServerResponse, { status, headers, bytes }: Whole): void {
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.end(bytes)
}

function errorAnswer({ status = 500, errorCode, retryAfter }: Fault, api: Api): ApiAnswer {
  const code = errorCode !== undefined && isFailureCode(errorCode) ? errorCode : (usualCodes[status] ?? 'GEN_1')
  return api.refuse(failure(code, {}, status), retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

// A file has no length beforehand: its chunks just stop coming.
function sendHalf(response: ServerResponse, { status, headers, bytes }: Whole, hasLength: boolean): void {
  response.writeHead(status, { ...headers, ...(hasLength && { 'content-length': bytes.length }) })
  response.write(bytes.subarray(0, bytes.length >> 1), () => reset(response))
}

function rewritten(answer: Whole, rewrite: (json: string) => string): Whole {
  return { ...answer, bytes: Buffer.from(rewrite(answer.bytes.toString())) }
}

const jsonHeaders = { 'content-type': 'application/json;charset=UTF-8' }
const nothing = Buffer.alloc(0)
const proxyPage = Buffer.from(
  '<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
)
