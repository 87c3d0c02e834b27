// Reads: shared while they are under way, kept where their row says so, and tried again where trouble may pass.
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../errors.ts'
import { gone, unlessGone } from './failures.ts'
import { createKeeper } from './keeper.ts'
import { rankOf } from './turns.ts'
import type { CallOptions, Once } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Reply } from './decode.ts'
import type { Endpoint, Keep } from './endpoint.ts'
import type { Flight } from './flights.ts'
import type { Keeper } from './keeper.ts'
import type { Prepared } from './request.ts'

export type Read = (
  endpoint: Endpoint,
  request: Prepared,
  scope: CallScope,
  fits: ((reply: Reply) => unknown) | undefined,
) => Promise<Reply>

export interface ReadsOptions extends Pick<CallOptions, 'flights' | 'breaker' | 'retries' | 'policies' | 'meter'> {
  readonly once: Once
}

export function createReads({ once, flights, breaker, retries, policies, meter }: ReadsOptions): Read {
  const keepers = new Map<string, Keeper>()
  const keeperOf = ({ name }: Endpoint): Keeper => {
    // Apart, so that many searches of one catalogue leave the others what they have.
    const keeper = keepers.get(name) ?? createKeeper()
    keepers.set(name, keeper)
    return keeper
  }

  /** Tries a read until it has an answer, or there is no more to be had of trying. */
  const tries = async (endpoint: Endpoint, request: Prepared, scope: CallScope, flight: Flight): Promise<Reply> => {
    const { signal } = flight
    const { isRetried, sharedBy } = policies[endpoint.safety]
    const left = (): void => {
      if (!flight.hasLeft) retries.first()
      flight.hasLeft = true
    }
    for (let made = 1; ; made += 1) {
      try {
        const run = (): Promise<Reply> => {
          flight.hasBegun = true
          const asking = { signal, deadline: flight.deadline, rank: rankOf(endpoint, flight.lane), left }
          return once(endpoint, request, scope, asking, (status) => (flight.status = status))
        }
        // What is everybody's must not wait behind one operation's other calls.
        return await (sharedBy === 'everybody' ? run() : scope.limit(run))
      } catch (error) {
        // Polls and the gateway's own work come again by themselves.
        const isAwaited = isRetried && (flight.lane === 'query' || flight.lane === 'event') && !signal.aborted
        if (!(error instanceof GatewayError) || !isAwaited || breaker.isOpen()) throw error
        const pause = retries.pauseBefore(error, made, flight.deadline - performance.now())
        if (pause === undefined || !scope.ledger.repeat()) throw error
        retries.again()
        meter.retry(endpoint)
        await unlessGone(signal, sleep(pause)).catch(() => {
          throw error
        })
      }
    }
  }

  const read = (endpoint: Endpoint, request: Prepared, scope: CallScope): Promise<Reply> => {
    const owner = policies[endpoint.safety].sharedBy === 'everybody' ? null : scope.caller
    const key = keyOf(request)
    const joined = flights.find(key, owner, scope)
    if (!joined) {
      // It may leave at once: nobody must be waiting in vain.
      if (scope.signal?.aborted) throw gone(scope.signal)
      scope.ledger.reserve()
      return flights.wait(
        flights.start(key, owner, scope, (flight) => tries(endpoint, request, scope, flight)),
        scope,
      )
    }
    const began = performance.now()
    meter.saved(endpoint, 'flight')
    const note = (): void => {
      const ms = Math.round(performance.now() - began)
      scope.ledger.note({ method: endpoint.method, route: endpoint.path, status: joined.status, ms, from: 'flight' })
    }
    return flights.wait(joined, scope).finally(note)
  }

  const readKept = async (
    endpoint: Endpoint,
    keep: Keep,
    request: Prepared,
    scope: CallScope,
    fits: ((reply: Reply) => unknown) | undefined,
  ): Promise<Reply> => {
    const fetch = async (): Promise<Reply> => {
      const reply = await read(endpoint, request, scope)
      fits?.(reply)
      return reply
    }
    const keeper = keeperOf(endpoint)
    // Who polls wants what is new, and has the last value themselves.
    if (scope.lane === 'poll') return keeper.put(keyOf(request), await fetch())
    const { reply, from } = await keeper.read(keep, keyOf(request), fetch)
    if (from !== 'upstream') {
      meter.saved(endpoint, from)
      scope.ledger.note({ method: endpoint.method, route: endpoint.path, status: 200, ms: 0, from: 'cache' })
    }
    return reply
  }

  return (endpoint, request, scope, fits) => {
    const { keep } = endpoint
    return keep ? readKept(endpoint, keep, request, scope, fits) : read(endpoint, request, scope)
  }
}

/** All that makes one request another one; its owner comes to it. */
function keyOf({ method, path, body }: Prepared): string {
  return `${method} ${path}\n${body ?? ''}`
}
