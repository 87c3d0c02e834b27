// Carries out a fault at the wire, in place of or upon the answer that would have been right.
import type { ServerResponse } from 'node:http'
import type { Api, ApiAnswer } from './api.ts'
import { failure, type FailureCode, isFailureCode } from './failure.ts'
import type { Fault } from './faults.ts'

type Wire = { readonly response: ServerResponse; readonly api: Api; readonly basePath: string }

const usualCodes: Readonly<Record<number, FailureCode>> = {
  400: 'GEN_5',
  401: 'GEN_2',
  403: 'GEN_3',
  404: 'GEN_8',
  422: 'GEN_6',
  429: 'GEN_7',
}

export function send(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

export function misbehave(fault: Fault, right: ApiAnswer | undefined, { response, api, basePath }: Wire): void {
  const answer = right ?? { status: 200, headers: { 'content-type': 'application/json;charset=UTF-8' }, body: '{}' }
  switch (fault.kind) {
    case 'status':
      return send(response, errorAnswer(fault, api))
    case 'html':
      return send(response, { status: fault.status ?? 502, headers: { 'content-type': 'text/html' }, body: proxyPage })
    case 'redirect':
      return send(response, { status: 302, headers: { location: `${basePath}/redirected` }, body: '' })
    case 'hang':
      return undefined
    case 'reset-before':
    case 'reset-after':
      return reset(response)
    case 'half-body':
      return sendHalf(response, answer)
    case 'empty':
      return send(response, { ...answer, status: 200, body: '' })
    case 'non-authoritative':
      return send(response, { ...answer, status: 203 })
    case 'invalid-json':
      return send(response, { ...answer, body: `${answer.body.slice(0, -1)},` })
    case 'wrong-length':
      response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) >> 1 })
      response.end(answer.body)
      return undefined
    case 'missing-id':
      return send(response, { ...answer, body: withoutIds(answer.body) })
  }
}

function errorAnswer({ status = 500, errorCode, retryAfter }: Fault, api: Api): ApiAnswer {
  const code = errorCode !== undefined && isFailureCode(errorCode) ? errorCode : (usualCodes[status] ?? 'GEN_1')
  return api.refuse(failure(code, {}, status), retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

function sendHalf(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.write(bytes.subarray(0, bytes.length >> 1), () => reset(response))
}

// Only the outermost objects lose theirs; an answer's first field is its own id. Digits stay as they are: no JSON is parsed.
function withoutIds(body: string): string {
  return body.replace(/(^|[[,])\{"(?:id|\w+Id)":(?:"[^"]*"|\d+),/g, '$1{')
}

const proxyPage =
  '<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'
