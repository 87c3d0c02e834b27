// The gateway's own token: fetched once however many callers wait for it, renewed before it ends, and on a 401 once.
import { GatewayError } from '../errors.ts'
import { count, may, misfit, must, parseReply, source, text } from './decode.ts'
import { failureOf, gone, named, unlessGone } from './failures.ts'
import { encodeBody } from './json.ts'
import type { Ending } from '../ending.ts'
import type { HttpRequest } from './agent.ts'
import type { Told } from './decode.ts'
import type { Endpoint } from './endpoint.ts'
import type { Answer } from './failures.ts'
import type { Policy } from './policy.ts'

export interface Credential {
  readonly clientId: string
  readonly clientSecret: string
}

export interface Auth {
  /** A token that is good for a while yet. `signal` ends the wait, not the flight that others wait for too. */
  token(signal: Ending | undefined): Promise<string>
  /** A token other than `refused`, which the upstream has just answered with a 401. */
  renewed(refused: string, signal: Ending | undefined): Promise<string>
}

interface Token {
  readonly value: string
  /** When to fetch the next one: 30 s before the end, or a tenth of the life where that is shorter. */
  readonly renewAt: number
}

/** A credential that is refused for the third time is not tried again at once: each time twice as long passes, up to a minute. */
const REFUSALS_BEFORE_REST = 3
const FIRST_REST_MS = 1_000
const LONGEST_REST_MS = 60_000

/** A token without a stated life is taken for a short one: fetching it anew costs a call, using it too long costs an answer. */
const UNSTATED_LIFE_SECONDS = 60

export interface AuthOptions {
  readonly send: (request: HttpRequest) => Promise<Answer>
  readonly endpoint: Endpoint
  readonly credential: Credential
  readonly policy: Pick<Policy, 'timeoutMs' | 'firstByteMs'>
  readonly told: Told
}

export function createAuth({ send, endpoint, credential, policy, told }: AuthOptions): Auth {
  let current: Token | undefined
  let flight: Promise<Token> | undefined
  let refusal: { readonly error: GatewayError; readonly until: number } | undefined
  let refusals = 0

  const fetchToken = async (): Promise<Token> => {
    const asked = performance.now()
    if (refusal && asked < refusal.until) throw refusal.error
    const { timeoutMs, firstByteMs } = policy
    const request = { ...tokenRequest(endpoint, credential), timeoutMs, firstByteMs }
    const answer = await send(request).catch((cause: unknown) => {
      throw withoutEffect(cause)
    })
    if (answer.status !== 200) throw tokenRefusal(endpoint, answer.status, withoutEffect(failureOf(endpoint, answer)))
    const { value, life } = decodeToken(answer.body, told)
    refusals = 0
    return { value, renewAt: asked + life - Math.min(30_000, life / 10) }
  }

  /** What is no trouble that passes by itself, and would be met again by each call that comes. */
  const remember = (error: unknown): never => {
    if (error instanceof GatewayError && LASTING.has(error.code) && error !== refusal?.error) {
      refusals += 1
      const repeats = refusals - REFUSALS_BEFORE_REST
      const rest = repeats < 0 ? 0 : Math.min(FIRST_REST_MS * 2 ** repeats, LONGEST_REST_MS)
      refusal = { error, until: performance.now() + rest }
    }
    throw error
  }

  const fly = (): Promise<Token> => {
    flight ??= named(endpoint, fetchToken)
      .catch(remember)
      .then((token) => (current = token))
      .finally(() => (flight = undefined))
    // Who waited for it may have gone by then.
    flight.catch(() => {})
    return flight
  }

  return {
    async token(signal) {
      if (current && performance.now() < current.renewAt) return current.value
      if (signal?.aborted) throw gone(signal)
      return (await unlessGone(signal, fly())).value
    },
    async renewed(refused, signal) {
      // Of many calls that were refused with one token, the first renews it for all.
      if (current?.value === refused) current = undefined
      return this.token(signal)
    },
  }
}

const LASTING: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'UPSTREAM_REJECTED', 'UPSTREAM_INVALID'])

function tokenRequest(
  endpoint: Endpoint,
  { clientId, clientSecret }: Credential,
): Pick<HttpRequest, 'method' | 'path' | 'headers' | 'body'> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const { text: body, contentType } = encodeBody(form, endpoint.encoding)
  return { method: endpoint.method, path: endpoint.path, headers: { 'content-type': contentType }, body }
}

function decodeToken(body: Buffer, told: Told): { value: string; life: number } {
  try {
    const answer = source(parseReply(body, told), 'token')
    const value = must(answer, text, 'access_token')
    // Becomes a header: anything but visible characters is no token.
    if (!/^[\x21-\x7e]+$/.test(value)) throw misfit(told, 'token.access_token', 'is no token')
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
