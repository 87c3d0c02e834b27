// The one error class of the gateway and the closed list of codes that a caller can meet.

/** Each code with what it tells the caller. docs/errors.md carries the same table, and a test keeps the two equal. */
export const ERROR_CODES = {
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema, or holds more than one money-moving field.',
  OPERATION_RESOLUTION_FAILURE: 'The request names no operation of its document, or several without saying which.',
  BAD_REQUEST: 'The request is not GraphQL over HTTP: its method, content type, size or form.',
  BAD_USER_INPUT: 'A value is refused before anything is sent; `extensions.argument` says which.',
  UNAUTHENTICATED: 'A token or key is missing, or is not accepted.',
  FORBIDDEN:
    'The caller may not do this: `extensions.scope` names the scope that it takes, where that is what is missing.',
  NOT_FOUND: 'What a subscription, a callback or an outcome that is given again is about does not exist.',
  RATE_LIMITED: 'Too many calls; nothing was done. `extensions.retryAfter` says in how many seconds to come again.',
  OPERATION_TOO_EXPENSIVE:
    'The operation would make more upstream calls than one may (`MAX_UPSTREAM_CALLS`); `extensions.estimated` says how many.',
  DOCUMENT_TOO_LARGE:
    'The document is larger, deeper or wider than one may be; `extensions.limit` says how much, docs/limits.md of what.',
  DOCUMENT_NOT_TRUSTED: 'Only documents of the trusted list are run here, and this is none of them.',
  PERSISTED_QUERY_NOT_FOUND: 'No trusted document has this hash.',
  PERSISTED_QUERY_NOT_SUPPORTED: 'This gateway keeps no documents: send the text.',
  UPSTREAM_REJECTED: 'SpectroCoin refused the call; nothing was done.',
  UPSTREAM_UNAVAILABLE: 'SpectroCoin cannot be reached, or answers with a fault of its own.',
  UPSTREAM_TIMEOUT: 'SpectroCoin did not answer in time.',
  UPSTREAM_INVALID: 'SpectroCoin answered with something that does not fit the contract.',
  CANCELLED: 'The caller went away before the answer was there.',
  INTERNAL_SERVER_ERROR: 'A fault of the gateway; the log has the details under the request id.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** What became of the call behind an error: it never left or was turned away at the door, the upstream refused it, or nobody knows. */
export type Effect = 'not-sent' | 'refused' | 'unknown'

/** What an upstream refusal was about, for typed results. `field` is the upstream's own name of the field, where it gives one. */
export interface Refusal {
  readonly kind: 'funds' | 'range' | 'pair' | 'destination' | 'state' | 'duplicate' | 'missing' | 'input'
  readonly field?: string
  /** What is missing is what the path names (a 404), and no other id or code of the input. */
  readonly inPath?: true
}

/** What goes into `extensions` of a GraphQL error beside the code. Nothing here may hold a header, a body, a host or a secret. */
export interface ErrorDetails {
  /** The path of the refused argument, e.g. "input.payAmount". */
  readonly argument?: string
  /** The scope that the endpoint needs. */
  readonly scope?: string
  /** Seconds until another try makes sense. */
  readonly retryAfter?: number
  /** Upstream calls that an operation would make, at most. */
  readonly estimated?: number
  /** How much of it may be. */
  readonly limit?: number
  readonly upstreamCode?: string
  readonly upstreamKey?: string
  readonly traceId?: string
  /** What was to be made may have been made; nobody knows. */
  readonly outcome?: 'UNKNOWN'
}

export interface GatewayErrorOptions {
  readonly details?: ErrorDetails
  readonly effect?: Effect
  readonly refusal?: Refusal
  /** For the log only: where in the upstream's answer or which transport fault; never a value. */
  readonly reason?: string
  readonly cause?: unknown
}

/** An error that may be shown to the caller: its message is a sentence for them, and its code is from the closed list. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  readonly details: ErrorDetails
  readonly effect: Effect
  readonly refusal: Refusal | undefined
  readonly reason: string | undefined
  /** The row of the endpoint table that failed, for the log; set by the one place that knows it. */
  endpoint: string | undefined

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
    this.effect = options.effect ?? 'not-sent'
    this.refusal = options.refusal
    this.reason = options.reason
  }
}

/** What nobody may do without a token of their own. */
export function tokenNeeded(): GatewayError {
  return new GatewayError('UNAUTHENTICATED', 'This needs a SpectroCoin token: send it as "Authorization: Bearer …".')
}

/** Why a caller may not do what takes one of these scopes; undefined: they may, or what they may do is for the upstream to say. */
export function scopeRefusal(
  { kind, scopes }: { readonly kind: string; readonly scopes: readonly string[] | null },
  oneOf: readonly string[],
): GatewayError | undefined {
  if (scopes === null || oneOf.some((each) => scopes.includes(each))) return undefined
  if (kind === 'anonymous') return tokenNeeded()
  const scope = oneOf.join(' or ')
  return new GatewayError('FORBIDDEN', `This takes the scope ${scope}, which your key does not have.`, {
    details: { scope },
  })
}

/** An argument whose value is refused before anything is sent. `argument` is its path, e.g. "input.payAmount". */
export function badInput(argument: string, message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message, { details: { argument } })
}
