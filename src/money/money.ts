// What makes a money-moving call happen at most once for a key: one flight at a time, and what came of it given again.
import { GatewayError } from '../errors.ts'
import { lineOf } from './audit.ts'
import { accountOf, fingerprintOf, operationOf, outcomeOf, placeKey, placeOf, underWay } from './operation.ts'
import { perform } from './perform.ts'
import type { Caller } from '../upstream/caller.ts'
import type { Result } from './answers.ts'
import type { Entry, Journal, Place } from './journal.ts'
import type { Flight, MoneyOperation, MoneyOutcome, MoneyRequest } from './operation.ts'
import type { Desk } from './perform.ts'

export interface Money {
  /** Claims the key and executes, or gives again what came of the first time. Same key at the same time: one waits for the other. */
  run<R extends Result>(request: MoneyRequest<R>): Promise<MoneyOutcome<R>>
  /** The caller's own operation under this key; null where there is none. */
  find(caller: Caller, idempotencyKey: string): Promise<MoneyOperation | null>
  /** How many calls have no outcome yet, by whether it may yet come. Throws where the journal cannot be read. */
  countOpen: Journal['countOpen']
  /** Sends nothing more from here on. */
  stop(): void
  /** The same, and resolves once all that has left has its outcome written down. */
  close(): Promise<void>
}

export interface MoneyOptions extends Desk {
  /** The API that the money is at. */
  readonly upstream: string
  /** How long a caller waits; the call runs on. */
  readonly patienceMs: number
  /** Told of each key of whose operation there is news. */
  readonly changed: (idempotencyKey: string) => void
}

export function createMoney(options: MoneyOptions): Money {
  const { journal, reconciler, owners, audit, now, changed, upstream, patienceMs } = options
  const flights = new Map<string, Flight>()
  let stopped: GatewayError | undefined

  const at = (place: Place): Flight | Entry | null => flights.get(placeKey(place)) ?? journal.find(place)

  /**
   * Uses a place in the very turn in which it is seen that what is there is this caller's, or nothing: a moment later it may be somebody
   * else's. Undefined where it is another's.
   */
  const asOwner = async <T>(
    place: Place,
    caller: Caller,
    use: (known: Flight | Entry | null) => T | Promise<T>,
    proven = caller.id,
  ): Promise<T | undefined> => {
    const known = at(place)
    if (!known || known.owner === caller.id || known.owner === proven) return use(known)
    if (!(await owners.isSame(place.scope, caller))) return undefined
    return asOwner(place, caller, use, known.owner)
  }

  const fly = async <R extends Result>(request: MoneyRequest<R>, flight: Flight): Promise<MoneyOutcome<R>> => {
    const { place } = flight
    try {
      return await perform(request, flight, options)
    } finally {
      // Before the count is written: whoever comes from here on is counted in the journal.
      flights.delete(placeKey(place))
      if (flight.replays > 0) await journal.addReplays(place, flight.replays).catch(() => {})
      changed(place.key)
    }
  }

  const begin = <R extends Result>(place: Place, request: MoneyRequest<R>): Flight => {
    const { caller, mutation } = request
    const flight: Flight = {
      place,
      owner: caller.id,
      account: accountOf(caller),
      mutation,
      fingerprint: fingerprintOf(place, request),
      startedAt: now(),
      replays: 0,
      hasLeft: false,
      ended: undefined,
      outcome: Promise.resolve({ kind: 'conflict' }),
    }
    flights.set(placeKey(place), flight)
    const outcome = fly(request, flight)
    // Whoever waits for it hears of its failure; where nobody does any more, it must not be the process.
    outcome.catch(() => {})
    flight.outcome = outcome
    changed(place.key)
    return flight
  }

  /** Its outcome, or after a while that it is still under way. */
  const patiently = async <R extends Result>(flight: Flight): Promise<MoneyOutcome<R>> => {
    const outcome = flight.outcome as Promise<MoneyOutcome<R>>
    const { promise: late, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(resolve, patienceMs)
    try {
      const first = await Promise.race([outcome, late])
      if (first) return first
      flight.ended ??= new GatewayError('UPSTREAM_TIMEOUT', 'SpectroCoin did not answer in time; nothing was sent.')
      // What has not left will not leave any more, and that is known soon.
      return flight.hasLeft ? { kind: 'unknown', operation: present(flight) } : await outcome
    } finally {
      clearTimeout(timer)
    }
  }

  /** As it stands: under way, or given up and looked for. */
  const present = (flight: Flight): MoneyOperation => {
    const entry = journal.find(flight.place)
    if (!entry || entry.state === 'IN_PROGRESS') return underWay(flight)
    return operationOf({ ...entry, replays: entry.replays + flight.replays })
  }

  const again = <R extends Result>(entry: Entry, request: MoneyRequest<R>): MoneyOutcome<R> => {
    journal.addReplays(entry.place, 1).catch(() => {})
    seen(request.caller, entry)
    audit('replayed', lineOf(request, entry.place, entry.state))
    changed(entry.place.key)
    return outcomeOf<R>({ ...entry, replays: entry.replays + 1 })
  }

  /** With its owner at hand, a history may be read that could not be before. */
  const seen = (caller: Caller, entry: Entry): void => {
    if (entry.settledAt === null && owners.lend(caller, entry)) void reconciler.look(entry)
  }

  const stop = (): void => {
    stopped ??= new GatewayError('UPSTREAM_UNAVAILABLE', 'The gateway is closing; nothing was sent.')
    for (const flight of flights.values()) flight.ended ??= stopped
  }

  const run = async <R extends Result>(request: MoneyRequest<R>): Promise<MoneyOutcome<R>> => {
    const place = placeOf(request, upstream)
    const outcome = await asOwner(place, request.caller, (known) => {
      if (known && !isSameRequest(known, place, request)) return undefined
      const flight = flights.get(placeKey(place))
      if (flight) return join(flight, request)
      if (known) return again<R>(known as Entry, request)
      if (stopped) throw stopped
      return patiently<R>(begin(place, request))
    })
    if (outcome) return outcome
    audit('conflict', lineOf(request, place))
    return { kind: 'conflict' }
  }

  /** Waits with the first one. Where that one went before anything was sent, it is this one's to send. */
  const join = async <R extends Result>(flight: Flight, request: MoneyRequest<R>): Promise<MoneyOutcome<R>> => {
    flight.replays += 1
    try {
      return await patiently<R>(flight)
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'CANCELLED') return run(request)
      throw error
    }
  }

  return {
    run,
    async find(caller, idempotencyKey) {
      const place = placeOf({ caller, idempotencyKey }, upstream)
      const found = await asOwner(place, caller, () => {
        const flight = flights.get(placeKey(place))
        if (flight) return present(flight)
        const entry = journal.find(place)
        if (!entry) return null
        seen(caller, entry)
        return operationOf(entry)
      })
      return found ?? null
    },
    countOpen: () => journal.countOpen(),
    stop,
    async close() {
      stop()
      await Promise.allSettled([...flights.values()].map(async ({ outcome }) => outcome))
    },
  }
}

function isSameRequest<R extends Result>(known: Flight | Entry, place: Place, request: MoneyRequest<R>): boolean {
  return known.mutation === request.mutation && known.fingerprint === fingerprintOf(place, request)
}
