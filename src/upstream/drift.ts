// Words that an answer holds and the gateway does not know yet: counted by their place, so that somebody learns of a changed API.

export interface Drift {
  /** A word at a place of an endpoint's answer, e.g. `orders[3].status`. */
  note(endpoint: string, at: string, word: string): void
  /** How often, by endpoint and place: "orders.list orders[].status". As many keys as there are enums in the table. */
  counts(): ReadonlyMap<string, number>
}

/** `first` is told of each word when it is met for the first time at its place, as far as that can be remembered. */
export function createDrift(first: (endpoint: string, place: string, word: string) => void): Drift {
  const counts = new Map<string, number>()
  const met = new Set<string>()
  return {
    note(endpoint, at, word) {
      const place = at.replace(/\[\d+\]/g, '[]')
      const key = `${endpoint} ${place}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
      const what = `${key} ${word}`
      if (met.has(what) || met.size >= MOST_WORDS) return
      met.add(what)
      first(endpoint, place, word)
    },
    counts: () => counts,
  }
}

const MOST_WORDS = 200
