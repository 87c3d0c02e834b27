// What a resolver may reach: who asks, the upstream on their behalf, loaders that live as long as the request, live feeds, money.
import { createLoaders } from './upstream/loaders.ts'
import type { LiveExchangeRates } from './live/exchange-rates.ts'
import type { LiveObjects } from './live/objects.ts'
import type { LiveRates } from './live/rates.ts'
import type { Ending } from './ending.ts'
import type { ExportLinks } from './exports/links.ts'
import type { Money } from './money/money.ts'
import type { Caller, CallScope } from './upstream/caller.ts'
import type { Loaders } from './upstream/loaders.ts'
import type { Scopes } from './upstream/scopes.ts'
import type { Upstream } from './upstream/upstream.ts'

export type { Caller }

export interface GatewayContext {
  readonly requestId: string
  readonly caller: Caller
  /** What upstream calls of this request, or of this event of a subscription, are made with. */
  readonly scope: CallScope
  readonly upstream: Upstream
  loaders: Loaders
  readonly live: Live
  readonly money: Money
  readonly exports: ExportDesk
  /** Root fields that give this error in place of being run, by their keys in the answer. */
  refused: ReadonlyMap<string, Error>
  /** How many upstream calls this may make, as estimated before it ran; undefined until then. */
  estimated: number | undefined
  /** Makes the loaders new, and lets nobody join what is being read now: it may be from before a mutation. */
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
  readonly scopes: Scopes
  readonly live: Live
  readonly money: Money
  readonly exports: ExportDesk
}

export interface RequestIdentity {
  readonly requestId: string
  readonly caller: Caller
  /** Fires when the client has gone. */
  readonly signal: Ending | undefined
}

/** `of`: a request's operation, or one event of a subscription. */
export function createContext(
  services: Services,
  { requestId, caller, signal }: RequestIdentity,
  of: 'operation' | 'event' = 'operation',
): GatewayContext {
  const scope = services.scopes[of](caller, signal)
  // No getter: V8 makes a hidden class for each object that is written down with one, which holds what that one reaches for long after.
  const context: GatewayContext = {
    ...services,
    requestId,
    caller,
    scope,
    loaders: createLoaders(services.upstream, scope),
    refused: NONE,
    estimated: undefined,
    forget() {
      context.loaders = createLoaders(services.upstream, scope)
      services.upstream.forget(caller)
    },
  }
  return context
}

const NONE: ReadonlyMap<string, Error> = new Map()
