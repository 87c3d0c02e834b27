// The gateway's own token: fetched once however many callers wait for it, renewed before it ends, and on a 401 once.
import { GatewayError } from '../errors.ts'
import { count, may, must, source, text } from './decode.ts'
import { failureOf } from './failures.ts'
import { encodeBody, parseJson } from './json.ts'
import type { Agent, HttpRequest } from './agent.ts'
import type { Endpoint } from './endpoint.ts'

export interface Credential {
  readonly clientId: string
  readonly clientSecret: string
}

export interface Auth {
  /** A token that is good for a while yet. `signal` ends the wait, not the flight that others wait for too. */
  token(signal: AbortSignal | undefined): Promise<string>
  /** A token other than `refused`, which the upstream has just answered with a 401. */
  renewed(refused: string, signal: AbortSignal | undefined): Promise<string>
}

interface Token {
  readonly value: string
  /** When to fetch the next one: 30 s before the end, or a tenth of the life where that is shorter. */
  readonly renewAt: number
}

/** A token without a stated life is taken for a short one: fetching it anew costs a call, using it too long costs an answer. */
const UNSTATED_LIFE_SECONDS = 60

export interface AuthOptions {
  readonly agent: Agent
  readonly endpoint: Endpoint
  readonly credential: Credential
  readonly timeoutMs: number
}

export function createAuth({ agent, endpoint, credential, timeoutMs }: AuthOptions): Auth {
  let current: Token | undefined
  let flight: Promise<Token> | undefined

  const fetchToken = async (): Promise<Token> => {
    const asked = performance.now()
    const answer = await agent.send({ ...tokenRequest(endpoint, credential), timeoutMs }).catch((cause: unknown) => {
      throw withoutEffect(cause)
    })
    if (answer.status !== 200) throw tokenRefusal(endpoint, answer.status, withoutEffect(failureOf(endpoint, answer)))
    const { value, life } = decodeToken(answer.text)
    return { value, renewAt: asked + life - Math.min(30_000, life / 10) }
  }

  const fly = (): Promise<Token> => {
    flight ??= fetchToken()
      .then((token) => (current = token))
      .finally(() => (flight = undefined))
    return flight
  }

  return {
    async token(signal) {
      if (current && performance.now() < current.renewAt) return current.value
      return (await unless(signal, fly())).value
    },
    async renewed(refused, signal) {
      // Of many calls that were refused with one token, the first renews it for all.
      if (current?.value === refused) current = undefined
      return this.token(signal)
    },
  }
}

function tokenRequest(
  endpoint: Endpoint,
  { clientId, clientSecret }: Credential,
): Pick<HttpRequest, 'method' | 'path' | 'headers' | 'body'> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const { text: body, contentType } = encodeBody(form, endpoint.encoding)
  return { method: endpoint.method, path: endpoint.path, headers: { 'content-type': contentType }, body }
}

function decodeToken(body: string): { value: string; life: number } {
  try {
    const answer = source({ json: parseJson(body), strange: () => {} }, 'token')
    const value = must(answer, text, 'access_token')
    // Becomes a header: anything but visible characters is no token.
    if (!/^[\x21-\x7e]+$/.test(value)) throw new TypeError('not a token')
    return { value, life: (may(answer, count, 'expires_in') ?? UNSTATED_LIFE_SECONDS) * 1000 }
  } catch (cause) {
    throw new GatewayError(
      'UPSTREAM_INVALID',
      'SpectroCoin answered the token request with something that is no token.',
      {
        cause,
        reason: 'token',
      },
    )
  }
}

function tokenRefusal(endpoint: Endpoint, status: number, failure: GatewayError): GatewayError {
  if (status !== 400 && status !== 401 && status !== 403) return failure
  return new GatewayError('UNAUTHENTICATED', "SpectroCoin does not accept the gateway's credential.", {
    details: failure.details,
    reason: `${endpoint.name}: ${failure.reason}`,
  })
}

/** Without a token the call that needed it was never sent, whatever became of the token request. */
function withoutEffect(cause: unknown): GatewayError {
  if (!(cause instanceof GatewayError))
    return new GatewayError('INTERNAL_SERVER_ERROR', 'The gateway failed.', { cause })
  const { code, message, details, reason } = cause
  return new GatewayError(code, message, { details, effect: 'not-sent', ...(reason && { reason: `token: ${reason}` }) })
}

function unless<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new GatewayError('CANCELLED', 'The caller has gone.'))
    if (signal.aborted) gone()
    signal.addEventListener('abort', gone, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', gone))
  })
}
