// Reads under way: identical ones of one owner are one call, which is aborted when nobody waits for it any more.
import { comesLast } from './caller.ts'
import { gone, tooLate } from './failures.ts'
import type { GatewayError } from '../errors.ts'
import type { Caller, CallScope, Lane } from './caller.ts'

export interface Flight<T> {
  /** What it is for: a query that joins a poll makes it one. */
  readonly lane: Lane
  /** Aborted when the last who waited has gone; with an UPSTREAM_TIMEOUT as its reason where that was their deadline. */
  readonly signal: AbortSignal
  /** When the last one gives up, in milliseconds of `performance.now()`. */
  readonly deadline: number
  /** Whether it waits no longer behind other calls of the operation that began it. */
  hasBegun: boolean
  /** Whether its turn has come: from then on it is nobody's rank that decides. */
  hasLeft: boolean
  /** The last status that came. */
  status: number | null
  readonly answer: Promise<T>
}

/** Whose it is: null is everybody's. */
type Owner = Caller | null

export interface Flights<T> {
  /** One that a read may join: the same request of the same owner, and none that waits where the read would not. */
  find(request: string, owner: Owner, scope: CallScope): Flight<T> | undefined
  start(request: string, owner: Owner, scope: CallScope, fly: (flight: Flight<T>) => Promise<T>): Flight<T>
  /** Waits for it, until the scope's own end or deadline. */
  wait(flight: Flight<T>, scope: CallScope): Promise<T>
  /** Lets nobody join any more what is under way for this caller's account: it may be from before something changed. */
  close(caller: Caller): void
}

interface Entry<T> extends Flight<T> {
  readonly key: string
  readonly owner: Owner
  readonly controller: AbortController
  readonly begunBy: CallScope
  lane: Lane
  deadline: number
  answer: Promise<T>
  waiting: number
}

export function createFlights<T>(): Flights<T> {
  const open = new Map<string, Entry<T>>()
  const forget = (entry: Entry<T>): void => {
    if (open.get(entry.key) === entry) open.delete(entry.key)
  }
  const leave = (entry: Entry<T>, reason?: GatewayError): void => {
    entry.waiting -= 1
    if (entry.waiting > 0) return
    forget(entry)
    entry.controller.abort(reason)
  }
  return {
    find(request, owner, scope) {
      const entry = open.get(keyOf(request, owner))
      if (!entry || !(entry.hasBegun || entry.begunBy === scope)) return undefined
      return entry.hasLeft || !comesLast(entry.lane) || comesLast(scope.lane) ? entry : undefined
    },
    start(request, owner, scope, fly) {
      const { lane, deadline } = scope
      const controller = new AbortController()
      const key = keyOf(request, owner)
      const entry: Entry<T> = {
        key,
        owner,
        controller,
        signal: controller.signal,
        begunBy: scope,
        lane,
        deadline,
        hasBegun: false,
        hasLeft: false,
        status: null,
        waiting: 0,
        answer: NEVER,
      }
      open.set(key, entry)
      entry.answer = fly(entry).finally(() => forget(entry))
      // Whoever waits hears of its failure; where nobody does any more, it must not be the process.
      entry.answer.catch(() => {})
      return entry
    },
    wait(flight, { signal, deadline, lane }) {
      const entry = flight as Entry<T>
      entry.waiting += 1
      if (lane === 'query' || (lane === 'event' && entry.lane === 'poll')) entry.lane = lane
      entry.deadline = Math.max(entry.deadline, deadline)
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', abandon)
        }
        const giveUp = (error: GatewayError): void => {
          settle()
          leave(entry, error.code === 'CANCELLED' ? undefined : error)
          reject(error)
        }
        const abandon = (): void => giveUp(gone(signal))
        const late = (): void => giveUp(tooLate('unknown'))
        const timer = setTimeout(late, Math.max(0, deadline - performance.now()))
        if (signal?.aborted) return abandon()
        signal?.addEventListener('abort', abandon, { once: true })
        entry.answer.then(resolve, reject).finally(settle)
      })
    },
    close(caller) {
      for (const { owner, key } of open.values()) if (owner && isSameAccount(owner, caller)) open.delete(key)
    },
  }
}

const NEVER = new Promise<never>(() => {})

/** Without tokens all callers stand before the same account. */
function isSameAccount(a: Caller, b: Caller): boolean {
  return a.token === undefined || a.id === b.id || (a.subject !== undefined && a.subject === b.subject)
}

/** The identity comes first and cannot hold what separates it, so that no request of one owner reads like another's. */
function keyOf(request: string, owner: Owner): string {
  return `${owner?.id ?? ''}\n${request}`
}
