// Who is asking, and what a call to the upstream needs to know of the request that it is made for.

/** The identity behind a request. `id` is in the key of everything that is kept for a caller, and is safe to log. */
export interface Caller {
  /** Stable and unique for the identity: for a token its digest, never the token itself. */
  readonly id: string
  readonly kind: 'sandbox' | 'gateway' | 'token' | 'anonymous'
  /** What the caller may do; null: not known, the upstream decides. */
  readonly scopes: readonly string[] | null
  /** Whom the token says that it is for: the same after it is renewed. A word of its bearer's, until the upstream has taken the token. */
  readonly subject?: string
  /** The caller's own SpectroCoin token, passed on as it came. */
  readonly token?: string
}

/** The request that upstream calls belong to: its caller, its end, and its share of calls at once. */
export interface CallScope {
  readonly caller: Caller
  /** Aborts reads when the client has gone. Calls that create or move something run on. */
  readonly signal: AbortSignal | undefined
  /** Runs a call when fewer than ten others of this request are under way. */
  readonly limit: <T>(run: () => Promise<T>) => Promise<T>
}
