// Reads under way: identical ones of one owner are one call, which is aborted when nobody waits for it any more.
import { createEnding } from '../ending.ts'
import { comesLast } from './caller.ts'
import { createDeadlines } from './deadlines.ts'
import { gone, tooLate } from './failures.ts'
import type { Ending } from '../ending.ts'
import type { GatewayError } from '../errors.ts'
import type { Caller, CallScope, Lane } from './caller.ts'
import type { Deadline } from './deadlines.ts'

export interface Flight {
  /** What it is for: a query that joins a poll makes it one. */
  readonly lane: Lane
  /** Aborted when the last who waited has gone; with an UPSTREAM_TIMEOUT as its reason where that was their deadline. */
  readonly signal: Ending
  /** When the last one gives up, in milliseconds of `performance.now()`. */
  readonly deadline: number
  /** Whether it waits no longer behind other calls of the operation that began it. */
  hasBegun: boolean
  /** Whether its turn has come: from then on it is nobody's rank that decides. */
  hasLeft: boolean
  /** The last status that came. */
  status: number | null
}

/** Whose it is: null is everybody's. */
type Owner = Caller | null

export interface Flights<T> {
  /** One that a read may join: the same request of the same owner, and none that waits where the read would not. */
  find(request: string, owner: Owner, scope: CallScope): Flight | undefined
  start(request: string, owner: Owner, scope: CallScope, fly: (flight: Flight) => Promise<T>): Flight
  /** Waits for it, until the scope's own end or deadline. */
  wait(flight: Flight, scope: CallScope): Promise<T>
  /** Lets nobody join any more what is under way for this caller's account: it may be from before something changed. */
  close(caller: Caller): void
}

interface Entry<T> extends Flight {
  readonly key: string
  readonly owner: Owner
  readonly signal: ReturnType<typeof createEnding>
  readonly begunBy: CallScope
  lane: Lane
  deadline: number
  readonly waiting: Set<Waiter<T>>
}

interface Waiter<T> {
  readonly signal: Ending | undefined
  readonly resolve: (answer: T) => void
  readonly reject: (error: unknown) => void
  readonly late: Deadline
  readonly abandon: () => void
}

export function createFlights<T>(): Flights<T> {
  const open = new Map<string, Entry<T>>()
  const deadlines = createDeadlines()
  const forget = (entry: Entry<T>): void => {
    if (open.get(entry.key) === entry) open.delete(entry.key)
  }
  /** Those who waited. What has been in a Map can be held by what V8 has in its place later: it must not hold them, and their answers. */
  const end = (entry: Entry<T>): readonly Waiter<T>[] => {
    forget(entry)
    const waited = [...entry.waiting]
    entry.waiting.clear()
    return waited
  }
  const settle = ({ late, signal, abandon }: Waiter<T>): void => {
    deadlines.remove(late)
    signal?.removeEventListener('abort', abandon)
  }
  const giveUp = (entry: Entry<T>, waiter: Waiter<T>, error: GatewayError): void => {
    settle(waiter)
    waiter.reject(error)
    entry.waiting.delete(waiter)
    if (entry.waiting.size > 0) return
    forget(entry)
    entry.signal.abort(error.code === 'CANCELLED' ? undefined : error)
  }
  return {
    find(request, owner, scope) {
      const entry = open.get(keyOf(request, owner))
      if (!entry || !(entry.hasBegun || entry.begunBy === scope)) return undefined
      return entry.hasLeft || !comesLast(entry.lane) || comesLast(scope.lane) ? entry : undefined
    },
    start(request, owner, scope, fly) {
      const { lane, deadline } = scope
      const key = keyOf(request, owner)
      const entry: Entry<T> = {
        key,
        owner,
        signal: createEnding(),
        begunBy: scope,
        lane,
        deadline,
        hasBegun: false,
        hasLeft: false,
        status: null,
        waiting: new Set(),
      }
      open.set(key, entry)
      // Whoever waits hears of its failure; where nobody does any more, it must not be the process.
      void fly(entry).then(
        (answer) => {
          for (const each of end(entry)) {
            settle(each)
            each.resolve(answer)
          }
        },
        (error: unknown) => {
          for (const each of end(entry)) {
            settle(each)
            each.reject(error)
          }
        },
      )
      return entry
    },
    wait(flight, { signal, deadline, lane }) {
      const entry = flight as Entry<T>
      if (lane === 'query' || (lane === 'event' && entry.lane === 'poll')) entry.lane = lane
      entry.deadline = Math.max(entry.deadline, deadline)
      return new Promise((resolve, reject) => {
        const abandon = (): void => giveUp(entry, waiter, gone(signal))
        const late = deadlines.add(deadline, () => giveUp(entry, waiter, tooLate('unknown')))
        const waiter = { signal, resolve, reject, late, abandon }
        entry.waiting.add(waiter)
        if (signal?.aborted) abandon()
        else signal?.addEventListener('abort', abandon, { once: true })
      })
    },
    close(caller) {
      for (const { owner, key } of open.values()) if (owner && isSameAccount(owner, caller)) open.delete(key)
    },
  }
}

/** Without tokens all callers stand before the same account. */
function isSameAccount(a: Caller, b: Caller): boolean {
  return a.token === undefined || a.id === b.id || (a.subject !== undefined && a.subject === b.subject)
}

/** The identity comes first and cannot hold what separates it, so that no request of one owner reads like another's. */
function keyOf(request: string, owner: Owner): string {
  return `${owner?.id ?? ''}\n${request}`
}
