// Identical queries of one caller that are under way at once: one execution, whose result each of them is told.
import { createEnding } from '../ending.ts'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import type { Ending } from '../ending.ts'
import type { Caller } from '../context.ts'
import type { Result } from './results.ts'

export interface SharedQueries {
  /** Waits for the same query of the same caller, if it has begun just now and nothing has changed since. */
  join(query: Query, signal: Ending | undefined): Promise<Result> | undefined
  /** Lets others join one that has begun, until its result is there. */
  share(query: Query, waiting: Waiting, result: Promise<Result>): void
  /** Something may have changed: what is under way may be from before that, and nobody joins it any more. */
  close(): void
}

/** What makes two of them the same: not a letter of the document may differ. */
export interface Query {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** As they are coerced: what nobody asked for is none of them. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: Caller
}

/** Those who wait for one execution, until it is there or they have gone. */
export interface Waiting {
  /** Fires when the last of them has gone. */
  readonly signal: Ending
  join(signal: Ending | undefined): void
}

/** The share of its time in which a query may be joined: who joins it has what it has read, and no more time than it has left. */
const JOINED_FOR = 0.05

/** `timeMs`: what an operation has. `joined` is told of each query that is no execution of its own. */
export function createSharedQueries(timeMs: number, joined: () => void): SharedQueries {
  const open = new Map<DocumentNode, Map<string, Shared>>()
  return {
    join(query, signal) {
      const found = open.get(query.document)?.get(keyOf(query))
      if (!found || performance.now() > found.until) return undefined
      joined()
      found.waiting.join(signal)
      return found.result
    },
    share(query, waiting, result) {
      const { document } = query
      const key = keyOf(query)
      const alike = open.get(document) ?? new Map<string, Shared>()
      const shared = { waiting, result, until: performance.now() + timeMs * JOINED_FOR }
      open.set(document, alike)
      alike.set(key, shared)
      const forget = (): void => {
        if (alike.get(key) === shared) alike.delete(key)
        if (alike.size === 0 && open.get(document) === alike) open.delete(document)
      }
      // Who joined what is being given up would be given up with it.
      waiting.signal.addEventListener('abort', forget, { once: true })
      void result.then(forget, forget)
    },
    close: () => open.clear(),
  }
}

interface Shared {
  /** In milliseconds of `performance.now()`. */
  readonly until: number
  readonly waiting: Waiting
  readonly result: Promise<Result>
}

/** Begins with the one who asks. */
export function createWaiting(first: Ending | undefined): Waiting {
  const signal = createEnding()
  let count = 0
  const leave = (): void => {
    count -= 1
    if (count === 0) signal.abort(undefined)
  }
  const join = (of: Ending | undefined): void => {
    count += 1
    if (of?.aborted) leave()
    else of?.addEventListener('abort', leave, { once: true })
  }
  join(first)
  return { signal, join }
}

/** Whoever it is comes first, and what could be another's word for it last. */
function keyOf({ caller, operation, variables }: Query): string {
  return JSON.stringify([caller.id, caller.scopes, operation.name?.value ?? null, variables])
}
