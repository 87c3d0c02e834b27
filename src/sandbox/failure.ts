// The API's refusals. Only GEN_1 and GEN_8 are the real API's; the other codes are the contract's own (wallet 2.8, merchant 1.2).

const causes = {
  GEN_1: [500, 'internal_server_error', 'internal', 'Internal server error occurred'],
  GEN_2: [401, 'unauthorized', 'security', 'A valid access token is required.'],
  GEN_3: [403, 'access_denied', 'security', 'The credential is not allowed to do this.'],
  GEN_4: [400, 'parameter_required', 'validation', 'A required parameter is missing.'],
  GEN_5: [400, 'parameter_invalid', 'validation', 'A parameter is not valid.'],
  GEN_6: [422, 'malformed_request', 'validation', 'The body could not be parsed.'],
  GEN_7: [429, 'too_many_requests', 'limit', 'The request limit is exceeded.'],
  GEN_8: [400, 'entity_not_found', 'validation', 'Requested entity was not found.'],
  CUR_1: [400, 'currency_not_usable', 'business', 'The currency or network cannot be used here.'],
  AMT_2: [400, 'amount_too_small', 'business', 'The amount is under the minimum.'],
  AMT_3: [400, 'amount_too_large', 'business', 'The amount is over the limit.'],
  ACC_1: [400, 'insufficient_balance', 'business', 'The balance is not enough.'],
  ACC_2: [404, 'account_not_found', 'validation', 'There is no such account.'],
  EXC_1: [400, 'exchange_pair_not_supported', 'business', 'These currencies cannot be exchanged.'],
  EXC_2: [400, 'pay_amount_too_small', 'business', 'The pay amount is too small.'],
  EXC_3: [400, 'receive_amount_too_small', 'business', 'The receive amount is too small.'],
  EXC_4: [400, 'pay_limit_exceeded', 'business', 'The pay amount is over the limit.'],
  EXC_5: [400, 'receive_limit_exceeded', 'business', 'The receive amount is over the limit.'],
  DEP_1: [400, 'not_crypto_currency', 'validation', 'The currency is not a crypto currency.'],
  DEP_2: [400, 'network_not_supported', 'validation', 'The network is not supported.'],
  USR_1: [403, 'user_not_verified', 'business', 'The user is not verified.'],
  MER_1: [400, 'order_id_already_used', 'business', 'The orderId is already used in this project.'],
  MER_2: [400, 'project_not_usable', 'business', 'The project is unknown, disabled or not yours.'],
  MER_3: [400, 'state_does_not_allow', 'business', 'The state does not allow this.'],
  MER_4: [400, 'project_setting_frozen', 'business', 'The setting can no longer be changed.'],
  WDR_1: [400, 'address_or_memo_invalid', 'validation', 'The address or the memo is not valid.'],
  WDR_2: [400, 'bank_details_invalid', 'validation', 'The IBAN or BIC is not valid.'],
  GFT_1: [400, 'product_unavailable', 'business', 'The product is not available.'],
  GFT_2: [400, 'purchase_expired', 'business', 'The purchase has expired.'],
} as const satisfies Record<string, readonly [status: number, key: string, category: string, message: string]>

export type FailureCode = keyof typeof causes

export type Parameters = Readonly<Record<string, string>>

export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly code: FailureCode | undefined
  readonly status: number
  readonly key: string
  readonly category: string
  readonly parameters: Parameters

  constructor(code: FailureCode | undefined, status: number, cause: readonly string[], parameters: Parameters) {
    const [key = '', category = '', message = ''] = cause
    super(message)
    this.code = code
    this.status = status
    this.key = key
    this.category = category
    this.parameters = parameters
  }
}

/** The status is that of the table unless the place of the fault changes it. */
export function failure(code: FailureCode, parameters: Parameters = {}, status?: number): ApiFailure {
  const [usual, ...cause] = causes[code]
  return new ApiFailure(code, status ?? usual, cause, parameters)
}

export function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(causes, text)
}

/** An id in the path that nothing has is a 404; a code or id elsewhere in the call a 400 (wallet 2.8). */
export function notFound(id: string): ApiFailure {
  return failure('GEN_8', { Id: id }, 404)
}

// 405 is outside the documented table, so no code is made up for it.
export function wrongMethod(): ApiFailure {
  return new ApiFailure(undefined, 405, ['method_not_allowed', 'validation', 'This method is not allowed here.'], {})
}
