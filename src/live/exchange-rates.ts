// Live exchange rates: what a caller would get now, one poll for a pair and a caller.
import { compare } from '../decimal.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, CallScope } from '../upstream/caller.ts'
import type { ExchangePairs, ExchangeRate } from '../upstream/exchange-pairs.ts'
import type { Hub } from './hub.ts'
import type { LiveValues } from './listener.ts'

export interface LiveExchangeRates {
  /** The rate of a pair at once, and whenever it has changed; a pair that cannot be exchanged is NOT_FOUND. */
  listen(caller: Caller, payCode: string, receiveCode: string): LiveValues<ExchangeRate>
}

/** It takes a scope, so that it is polled with the listener's own identity, which is in the key with what it may do. */
export function createLiveExchangeRates(
  hub: Hub,
  pairs: ExchangePairs,
  polled: (caller: Caller, signal: AbortSignal) => CallScope,
): LiveExchangeRates {
  return {
    listen(caller, payCode, receiveCode) {
      const poll = async (signal: AbortSignal): Promise<ExchangeRate> => {
        const rate = await pairs.rate(payCode, receiveCode, polled(caller, signal))
        if (!rate) throw new GatewayError('NOT_FOUND', 'These currencies cannot be exchanged for one another.')
        return rate
      }
      return hub.listen<ExchangeRate, ExchangeRate>(
        { key: JSON.stringify(['exchange-rate', payCode, receiveCode, caller.id, caller.scopes]), poll },
        {
          select: ({ value, stale }) => (stale ? { ...value, stale } : value),
          equal: (a, b) => a.stale === b.stale && compare(a.rate, b.rate) === 0,
        },
      )
    },
  }
}
