// What goes wrong with a call, told apart by what is known of its effect: never sent, refused, or unknown.
import { GatewayError } from '../errors.ts'
import { errorBody, refusalOf, upstreamDetails } from './refusals.ts'
import { retryAfterSeconds } from './retry-after.ts'
import type { Caller } from './caller.ts'
import type { Endpoint } from './endpoint.ts'

/** What the usual headers say of a limit, in whole numbers; none is documented. `reset` is in seconds, from now or since 1970. */
export interface RateLimitHeaders {
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  readonly reset?: number | undefined
}

/** An answer as it came off the wire. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  /** When it was sent, by the upstream's clock. */
  readonly date: string | undefined
  readonly rateLimit: RateLimitHeaders
  readonly text: string
}

/** Runs a call; where it fails, the error knows of which endpoint, for the log. */
export async function named<T>(endpoint: Endpoint, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof GatewayError) error.endpoint ??= endpoint.name
    throw error
  }
}

/**
 * Judges an answer whose status is not 200. The documented statuses have a meaning each; any other one, a redirect or a 203 among
 * them, says nothing about what happened.
 */
export function failureOf(endpoint: Endpoint, answer: Answer, caller?: Caller): GatewayError {
  const body = errorBody(answer.text)
  const details = upstreamDetails(body)
  const reason = `status ${answer.status}`
  // A page of some proxy is no word of the API; an answer without a body says no less than its status.
  const isPage = body === undefined && answer.text.trim() !== ''
  const refused = isPage ? 'unknown' : 'refused'
  switch (answer.status) {
    case 400:
    case 422:
      return new GatewayError('UPSTREAM_REJECTED', 'SpectroCoin refused the input.', {
        effect: refused,
        details,
        refusal: refusalOf(body),
        reason,
      })
    case 401:
      // Nothing ran. A caller brings another token next time; after the gateway's own was renewed it is SpectroCoin's last word.
      return new GatewayError('UNAUTHENTICATED', 'SpectroCoin does not accept the token.', {
        effect: caller?.token === undefined ? 'refused' : 'not-sent',
        details,
        reason,
      })
    case 403:
      return new GatewayError(
        'FORBIDDEN',
        endpoint.scope
          ? `SpectroCoin refused access. It takes the scope ${endpoint.scope}, an allowed address and a verified account.`
          : 'SpectroCoin refused access: the address may not be allowed, or the account not verified.',
        { effect: refused, details: { ...details, ...(endpoint.scope && { scope: endpoint.scope }) }, reason },
      )
    case 404:
      if (isPage) return unexpected(reason)
      return new GatewayError('UPSTREAM_REJECTED', 'SpectroCoin knows no such thing.', {
        effect: 'refused',
        details,
        refusal: { ...refusalOf(body), kind: 'missing', inPath: true },
        reason,
      })
    case 429:
      return new GatewayError('RATE_LIMITED', 'SpectroCoin limits the number of calls; nothing was done.', {
        effect: 'not-sent',
        details: { ...details, retryAfter: retryAfterSeconds(answer.retryAfter) },
        reason,
      })
    case 500:
    case 502:
    case 503:
    case 504:
      return new GatewayError('UPSTREAM_UNAVAILABLE', 'SpectroCoin answered with a fault of its own.', {
        effect: 'unknown',
        details,
        reason,
      })
    default:
      return unexpected(reason)
  }
}

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])
const TOO_SLOW = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'])

/** Judges what the transport threw. The cause is kept for the log's reason alone: its message may name a host. */
export function transportFailure(cause: unknown, timedOut: boolean): GatewayError {
  const code = errorCode(cause)
  const effect = NEVER_CONNECTED.has(code) && isConnecting(cause) ? 'not-sent' : 'unknown'
  if (timedOut || TOO_SLOW.has(code)) {
    return new GatewayError('UPSTREAM_TIMEOUT', 'SpectroCoin did not answer in time.', {
      effect,
      reason: code || 'time-out',
    })
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return unexpected('longer than any documented answer')
  return new GatewayError('UPSTREAM_UNAVAILABLE', 'SpectroCoin cannot be reached.', {
    effect,
    reason: code || 'transport',
  })
}

function unexpected(reason: string): GatewayError {
  return new GatewayError('UPSTREAM_INVALID', 'SpectroCoin answered with something that does not fit the contract.', {
    effect: 'unknown',
    reason,
  })
}

function errorCode(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : ''
}

/** Whether it was met on the way to a connection: the system gives the same codes to one that stood. */
function isConnecting(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.every(isConnecting)
  const call = cause instanceof Error && 'syscall' in cause ? cause.syscall : undefined
  return call === undefined || call === 'connect' || call === 'getaddrinfo'
}
