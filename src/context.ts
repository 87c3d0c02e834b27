// What a resolver may reach: who asks, the upstream on their behalf, loaders that live as long as the request, live feeds, money.
import pLimit from 'p-limit'
import { createLoaders } from './upstream/loaders.ts'
import type { LiveExchangeRates } from './live/exchange-rates.ts'
import type { LiveObjects } from './live/objects.ts'
import type { LiveRates } from './live/rates.ts'
import type { ExportLinks } from './exports/links.ts'
import type { Money } from './money/money.ts'
import type { Caller, CallScope } from './upstream/caller.ts'
import type { Loaders } from './upstream/loaders.ts'
import type { Upstream } from './upstream/upstream.ts'

export type { Caller }

export interface GatewayContext {
  readonly requestId: string
  readonly caller: Caller
  /** What upstream calls of this request are made with. */
  readonly scope: CallScope
  readonly upstream: Upstream
  readonly loaders: Loaders
  readonly live: Live
  readonly money: Money
  readonly exports: ExportDesk
  /** Root fields that give this error in place of being run, by their keys in the answer. */
  refused: ReadonlyMap<string, Error>
  /** Makes the loaders new: what they hold is from before a mutation, or from an earlier event of a subscription. */
  forget(): void
}

/** Makes links to exports. */
export interface ExportDesk {
  readonly sign: ExportLinks['sign']
  /** Where browsers find the gateway, e.g. "http://127.0.0.1:4000". */
  origin(): string
}

/** What is polled for those who listen. */
export interface Live {
  readonly rates: LiveRates
  readonly exchangeRates: LiveExchangeRates
  readonly objects: LiveObjects
}

/** What all requests share. */
export interface Services {
  readonly upstream: Upstream
  readonly live: Live
  readonly money: Money
  readonly exports: ExportDesk
}

export interface RequestIdentity {
  readonly requestId: string
  readonly caller: Caller
  /** Fires when the client has gone. */
  readonly signal: AbortSignal | undefined
}

/** Only single-object calls exist upstream, so that one request may want many: so many of them at a time. */
const CALLS_AT_ONCE = 10

export function createContext(services: Services, { requestId, caller, signal }: RequestIdentity): GatewayContext {
  const scope = createScope(caller, signal)
  let loaders: Loaders | undefined
  return {
    ...services,
    requestId,
    caller,
    scope,
    refused: new Map(),
    get loaders() {
      return (loaders ??= createLoaders(services.upstream, scope))
    },
    forget() {
      loaders = undefined
    },
  }
}

/** A share of calls at once for one request, or for one poll. */
export function createScope(caller: Caller, signal: AbortSignal | undefined): CallScope {
  return { caller, signal, limit: pLimit(CALLS_AT_ONCE) }
}
