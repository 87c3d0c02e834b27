// Wires what is live: the hub that polls, what listens to it, and how many may.
import { createChannels } from './live/channels.ts'
import { createLiveExchangeRates } from './live/exchange-rates.ts'
import { createHub } from './live/hub.ts'
import { createLiveObjects } from './live/objects.ts'
import { createLiveRates } from './live/rates.ts'
import { failureFields } from './server/errors.ts'
import { createPlaces } from './server/places.ts'
import { createWatch } from './server/watch.ts'
import { NOBODY } from './upstream/caller.ts'
import type { LiveConfig } from './config-limits.ts'
import type { Live } from './context.ts'
import type { GatewayError } from './errors.ts'
import type { Channels } from './live/channels.ts'
import type { Hub } from './live/hub.ts'
import type { Log } from './log.ts'
import type { Places } from './server/places.ts'
import type { Watch } from './server/watch.ts'
import type { Scopes } from './upstream/scopes.ts'
import type { Upstream } from './upstream/upstream.ts'

export interface LiveDesk {
  readonly hub: Hub
  readonly channels: Channels
  readonly places: Places
  readonly watch: Watch
  /** What resolvers listen to. */
  readonly live: Live
}

export function openLiveDesk(
  config: LiveConfig,
  { upstream, scopes, log }: { readonly upstream: Upstream; readonly scopes: Scopes; readonly log: Log },
): LiveDesk {
  const { intervalMs } = config
  const hub = createHub({
    intervalMs,
    maxKeys: config.maxKeys,
    failed: tellOnce(log),
  })
  return {
    hub,
    channels: createChannels({ freshMs: intervalMs, maxChannels: config.maxSelections }),
    places: createPlaces(config),
    watch: createWatch(config),
    live: {
      rates: createLiveRates(hub, upstream.rates, {
        first: (signal) => scopes.operation(NOBODY, signal),
        poll: (signal) => scopes.poll(NOBODY, signal),
      }),
      exchangeRates: createLiveExchangeRates(hub, upstream.exchangePairs, scopes.poll),
      objects: createLiveObjects(hub, scopes.poll),
    },
  }
}

const A_MINUTE = 60_000

/** Many polls fail for one reason: a line for each of those a minute is enough. */
function tellOnce(log: Log): (error: GatewayError) => void {
  const toldAt = new Map<string, number>()
  return (error) => {
    const fields = { kind: 'poll', codes: [error.code], ...failureFields(error) }
    const reason = `${error.endpoint} ${error.code} ${error.reason}`
    const now = performance.now()
    if (now - (toldAt.get(reason) ?? Number.NEGATIVE_INFINITY) < A_MINUTE) return
    toldAt.set(reason, now)
    log.warn(fields, 'a poll failed')
  }
}
