// What no longer fits the contract: counted by endpoint, place and what is wrong there, so that somebody learns of a changed API.
import type { Told } from './decode.ts'

/** `word`: a closed list does not have it, and the rest of the answer stands; `misfit`: an answer could not be read. */
export type DriftKind = 'word' | 'misfit'

/** A way of not fitting. All of it is our own words for it, a value or a key of the answer never is: there are only so many. */
export interface Shape {
  readonly endpoint: string
  readonly kind: DriftKind
  /** The place in the body, e.g. `orders[].status`. */
  readonly at: string
  /** E.g. "is missing". */
  readonly what: string
}

export interface Drift {
  /** Who is told of what is met in the answers of an endpoint. */
  of(endpoint: string): Told
  /** How often each shape was met. */
  counts(): readonly (Shape & { readonly times: number })[]
}

/** `first` is told of each shape when it is met for the first time. */
export function createDrift(first: (shape: Shape) => void): Drift {
  const counted = new Map<string, Shape & { times: number }>()
  const count = (endpoint: string, kind: DriftKind, where: string, what: string): void => {
    const at = where.replace(/\[\d+\]/g, '[]')
    const key = `${endpoint} ${at} ${what}`
    const known = counted.get(key)
    if (known) {
      known.times += 1
      return
    }
    const shape = { endpoint, kind, at, what }
    counted.set(key, { ...shape, times: 1 })
    first(shape)
  }
  return {
    of: (endpoint) => ({
      endpoint,
      word: (at) => count(endpoint, 'word', at, 'is a word that the gateway does not know'),
      misfit: (at, what) => count(endpoint, 'misfit', at, what),
    }),
    counts: () => [...counted.values()],
  }
}
