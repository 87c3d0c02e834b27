// What goes wrong with a call, told apart by what is known of its effect: never sent, refused, or unknown.
import { GatewayError } from '../errors.ts'
import { errorBody, refusalOf, upstreamDetails } from './refusals.ts'
import { COOL_DOWN_SECONDS, retryAfterSeconds } from './retry-after.ts'
import type { Ending } from '../ending.ts'
import type { Effect } from '../errors.ts'
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
  /** Bounded; empty where there was none. */
  readonly body: Buffer
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
  const body = errorBody(answer.body)
  const details = upstreamDetails(body)
  const reason = `status ${answer.status}`
  // A page of some proxy is no word of the API; an answer without a body says no less than its status.
  const isPage = body === undefined && answer.body.toString().trim() !== ''
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
        details: { ...details, retryAfter: retryAfterSeconds(answer.retryAfter, answer.date) ?? COOL_DOWN_SECONDS },
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
  if (cause instanceof GatewayError) return cause
  const code = errorCode(cause)
  const effect = NEVER_CONNECTED.has(code) && isConnecting(cause) ? 'not-sent' : 'unknown'
  if (timedOut || TOO_SLOW.has(code)) {
    return new GatewayError('UPSTREAM_TIMEOUT', 'SpectroCoin did not answer in time.', {
      effect,
      reason: code || 'time-out',
    })
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return unexpected(TOO_LONG)
  return new GatewayError('UPSTREAM_UNAVAILABLE', 'SpectroCoin cannot be reached.', {
    effect,
    reason: code || 'transport',
  })
}

export const TOO_LONG = 'longer than any documented answer'

/** An answer that says nothing about what happened. The reason is for the log and holds none of it. */
export function unexpected(reason: string): GatewayError {
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

/** Nobody waits any more. `signal` says why, where it was not the caller who left. */
export function gone(signal?: Ending): GatewayError {
  if (signal?.reason instanceof GatewayError) return signal.reason
  return new GatewayError('CANCELLED', 'The caller has gone.')
}

/** What a caller is told when the time of the operation is up. */
export function tooLate(effect: Effect): GatewayError {
  const message =
    effect === 'not-sent'
      ? 'The time of this operation was up before this could be sent; nothing was.'
      : 'SpectroCoin did not answer before the time of this operation was up.'
  return new GatewayError('UPSTREAM_TIMEOUT', message, { effect, reason: 'deadline' })
}

/** Waits no longer than its signal says. */
export function unlessGone<T>(signal: Ending | undefined, promise: Promise<T>): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(gone(signal))
    if (signal.aborted) {
      // Nobody hears of its failure now, and it must not be the process.
      promise.catch(() => {})
      return leave()
    }
    signal.addEventListener('abort', leave, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
