// Bounds of what callers may ask and hold: documents, requests, sockets.
import { readInteger } from './config-values.ts'
import type { Fault, Get } from './config-values.ts'

export interface LiveConfig {
  readonly intervalMs: number
  /** How many different things are polled at a time. */
  readonly maxKeys: number
  /** How many different selections of them are executed. */
  readonly maxSelections: number
  /** Websockets and event streams. */
  readonly maxSockets: number
  readonly maxSocketsPerCaller: number
  readonly maxSubscriptions: number
  readonly maxMessagesPerSecond: number
  readonly maxFrameBytes: number
  readonly maxAgeMs: number
  /** Silent for half of it, a websocket is pinged; for all of it, it is dropped. */
  readonly pingMs: number
  readonly stallMs: number
}

/** What a document may be, before it is run. Fragments count wherever they are spread. */
export interface DocumentLimits {
  readonly maxDocumentBytes: number
  readonly maxTokens: number
  /** Levels of selections; the root fields are the first. */
  readonly maxDepth: number
  readonly maxRootFields: number
  readonly maxFields: number
  readonly maxAliases: number
  readonly maxDirectives: number
  /** Values of a list in an argument or a variable. */
  readonly maxListArgument: number
}

/** What a request may be, before it is read. */
export interface RequestLimits {
  readonly maxBodyBytes: number
  /** From the first byte to the end of the headers. */
  readonly headersTimeoutMs: number
  /** From the first byte to the last one of the body. */
  readonly requestTimeoutMs: number
}

export function readDocumentLimits(get: Get, fault: Fault): DocumentLimits {
  return {
    maxDocumentBytes: readInteger('MAX_DOCUMENT_BYTES', get, 100_000, 1, 100_000_000, fault),
    maxTokens: readInteger('MAX_TOKENS', get, 5_000, 1, 1_000_000, fault),
    maxDepth: readInteger('MAX_DEPTH', get, 15, 1, 1_000, fault),
    maxRootFields: readInteger('MAX_ROOT_FIELDS', get, 100, 1, 100_000, fault),
    maxFields: readInteger('MAX_FIELDS', get, 5_000, 1, 1_000_000, fault),
    maxAliases: readInteger('MAX_ALIASES', get, 200, 0, 100_000, fault),
    maxDirectives: readInteger('MAX_DIRECTIVES', get, 100, 0, 100_000, fault),
    maxListArgument: readInteger('MAX_LIST_ARGUMENT', get, 200, 0, 100_000, fault),
  }
}

export function readRequestLimits(get: Get, fault: Fault): RequestLimits {
  const requests = {
    maxBodyBytes: readInteger('MAX_BODY_BYTES', get, 100_000, 1_000, 10_000_000, fault),
    headersTimeoutMs: readInteger('HEADERS_TIMEOUT_MS', get, 10_000, 100, 600_000, fault),
    requestTimeoutMs: readInteger('REQUEST_TIMEOUT_MS', get, 30_000, 100, 600_000, fault),
  }
  if (requests.requestTimeoutMs < requests.headersTimeoutMs)
    fault('REQUEST_TIMEOUT_MS must not be less than HEADERS_TIMEOUT_MS, which is a part of it.')
  return requests
}

export function readLive(get: Get, { maxBodyBytes }: RequestLimits, fault: Fault): LiveConfig {
  return {
    intervalMs: readInteger('LIVE_INTERVAL_MS', get, 2000, 250, 60_000, fault),
    maxKeys: readInteger('LIVE_MAX_KEYS', get, 5_000, 1, 1_000_000, fault),
    maxSelections: readInteger('LIVE_MAX_SELECTIONS', get, 10_000, 1, 1_000_000, fault),
    maxSockets: readInteger('MAX_SOCKETS', get, 10_000, 1, 1_000_000, fault),
    maxSocketsPerCaller: readInteger('MAX_SOCKETS_PER_CALLER', get, 6_000, 1, 1_000_000, fault),
    maxSubscriptions: readInteger('MAX_SUBSCRIPTIONS_PER_SOCKET', get, 1_000, 1, 1_000_000, fault),
    maxMessagesPerSecond: readInteger('MAX_MESSAGES_PER_SECOND', get, 2_000, 1, 1_000_000, fault),
    // Never less than the body of a request may have: what can be asked by POST can be asked over a websocket.
    maxFrameBytes: readInteger('MAX_FRAME_BYTES', get, maxBodyBytes + 10_000, maxBodyBytes, 100_000_000, fault),
    maxAgeMs: readInteger('MAX_SOCKET_AGE_MS', get, 43_200_000, 1_000, 604_800_000, fault),
    pingMs: readInteger('WS_PING_MS', get, 25_000, 200, 600_000, fault),
    stallMs: readInteger('WS_STALL_MS', get, 30_000, 200, 600_000, fault),
  }
}
