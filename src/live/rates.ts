// Live rates: all of a base by one poll, whoever listens to whichever of them.
import { compare } from '../decimal.ts'
import type { CallScope } from '../upstream/caller.ts'
import type { Rate, Rates } from '../upstream/rates.ts'
import type { Hub, Snapshot } from './hub.ts'
import type { LiveValues } from './listener.ts'

export interface LiveRates {
  /** The rates of these currencies in a base, in this order: at once, and whenever one of them has changed. */
  listen(currencyCodes: readonly string[], baseCode: string): LiveValues<readonly Rate[]>
}

export interface LiveRatesScopes {
  /** For who waits for a first value: a kept one, called stale, will do while the upstream is away. */
  readonly first: (signal: AbortSignal) => CallScope
  readonly poll: (signal: AbortSignal) => CallScope
}

type RateTable = ReadonlyMap<string, Rate> | null

/** Rates are public, so that the poll belongs to nobody, and neither does its key. */
export function createLiveRates(hub: Hub, rates: Rates, scopes: LiveRatesScopes): LiveRates {
  return {
    listen: (currencyCodes, baseCode) =>
      hub.listen<RateTable, readonly Rate[]>(
        {
          key: JSON.stringify(['rates', baseCode]),
          poll: (signal, isFirst) => rates.list(baseCode, isFirst ? scopes.first(signal) : scopes.poll(signal)),
        },
        {
          select: ({ value, stale }: Snapshot<RateTable>) => {
            const found = currencyCodes.flatMap((code) => value?.get(code) ?? [])
            if (found.length < currencyCodes.length) return undefined
            return stale ? found.map((rate) => ({ ...rate, stale })) : found
          },
          equal: (a, b) => a.every((rate, index) => sameRate(rate, b[index])),
          absent: 'There is no live rate for this currency in this base.',
        },
      ),
  }
}

/** A new time stamp on an old price is no change. */
function sameRate(a: Rate, b: Rate | undefined): boolean {
  if (!b || a.stale !== b.stale || compare(a.price, b.price) !== 0) return false
  if (a.change24h === null || b.change24h === null) return a.change24h === b.change24h
  return compare(a.change24h, b.change24h) === 0
}
