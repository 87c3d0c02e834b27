// What one row of the endpoint table says of a REST call.

/** The scopes of the API's reference page, as a credential is made with them. */
export const SCOPES = [
  'account:read',
  'account-transaction:read',
  'payment-method:read',
  'exchange:read',
  'exchange:create',
  'deposit:read',
  'deposit:create',
  'deposit-crypto:read',
  'deposit-crypto-address:read',
  'deposit-crypto-address:create',
  'withdraw-crypto:read',
  'withdraw-crypto:create',
  'withdraw-bank:read',
  'withdraw-bank:create',
  'withdraw-e-wallet:read',
  'withdraw-e-wallet:create',
  'withdraw-voucher:read',
  'withdraw-voucher:create',
  'withdraw-with-exchange:read',
  'withdraw-with-exchange:create',
  'merchants-projects:read',
  'merchants-projects:create',
  'merchants-projects:write',
  'merchants-preorders:read',
  'merchants-preorders:create',
  'merchants-orders:read',
  'merchants-orders:create',
  'merchants-orders:cancel',
  'merchants-orders:pay',
  'merchants-orders:callback',
  'merchants-callbacks:read',
  'merchants-transactions:read',
  'purchase-gift-card:read',
  'purchase-gift-card:pay',
] as const
export type Scope = (typeof SCOPES)[number]

/**
 * Drives every policy; the HTTP verb is not trusted. `read` is public reference data, `read-private` the caller's own;
 * a time-out of `creates` or `moves-money` leaves the outcome unknown.
 */
export type SafetyClass = 'read' | 'read-private' | 'creates' | 'moves-money'

/** Where a fact comes from: the documentation, a first-party client's code, or our guess after the house style. */
export type Provenance = 'documented' | 'client' | 'inferred'

export interface Endpoint {
  /** The row's key in the table, e.g. "accounts.list": the name by which configuration and logs know it. */
  readonly name: string
  readonly does: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** Relative to the base URL; `{name}` stands for one percent-encoded segment. */
  readonly path: string
  readonly encoding: 'json' | 'form'
  /** null: public, and called without a token. */
  readonly scope: Scope | null
  /** Another one that does as well. */
  readonly orScope?: Scope
  readonly safety: SafetyClass
  /** Of public data: for how long an answer serves, and is served as stale while the upstream is down. Left out: not at all. */
  readonly keep?: Keep
  readonly pathFrom: Provenance
  readonly answerFrom: Provenance
}

/** A cache policy, in milliseconds. */
export interface Keep {
  /** For how long an answer serves in place of a call. 0: never. */
  readonly forMs: number
  /** For how long after that it may be given, as stale, while the upstream does not answer. */
  readonly staleMs: number
}

/** A noun's rows: the table's keys without the noun. */
export type Rows = Readonly<
  Record<string, Omit<Endpoint, 'name' | 'encoding'> & { readonly encoding?: 'json' | 'form' }>
>

/** Completes a noun's rows: names them, and fills in JSON, which is what SpectroCoin's own clients send. */
export function defineEndpoints<const T extends Rows>(noun: string, rows: T): { readonly [K in keyof T]: Endpoint } {
  const named = Object.entries(rows).map(([key, row]) => [key, { encoding: 'json', ...row, name: `${noun}.${key}` }])
  return Object.fromEntries(named) as { readonly [K in keyof T]: Endpoint }
}
