// Who waits: by rank, and within each in lines that are served one each in turn.

/** Whose turn comes first. `own`: what others wait for, such as a token. */
export type Rank = 'own' | 'money' | 'query' | 'poll'

export const RANKS: readonly Rank[] = ['own', 'money', 'query', 'poll']

export interface Place {
  readonly rank: Rank
  /** Among whom turns are shared out. */
  readonly line: unknown
}

export interface Lines<T extends Place> {
  add(item: T): void
  /** Takes it out; false where it is no longer in. */
  remove(item: T): boolean
  /** Takes out the next one of a rank. */
  next(rank: Rank): T | undefined
  /** How many wait, of a rank or in all. */
  count(rank?: Rank): number
  /** How many leave before the last one of this line does, itself among them. */
  position(place: Place): number
  /** The last one of the longest line of the last rank. */
  last(): T | undefined
  of(rank: Rank): readonly T[]
}

export function createLines<T extends Place>(): Lines<T> {
  /** Each line in the order of their coming; the lines in the order of their turns. */
  const ranks: Readonly<Record<Rank, Map<unknown, T[]>>> = {
    own: new Map(),
    money: new Map(),
    query: new Map(),
    poll: new Map(),
  }
  const counts: Record<Rank, number> = { own: 0, money: 0, query: 0, poll: 0 }
  return {
    add(item) {
      const line = ranks[item.rank].get(item.line)
      if (line) line.push(item)
      else ranks[item.rank].set(item.line, [item])
      counts[item.rank] += 1
    },
    remove(item) {
      const line = ranks[item.rank].get(item.line)
      const index = line?.indexOf(item) ?? -1
      if (!line || index < 0) return false
      line.splice(index, 1)
      if (line.length === 0) ranks[item.rank].delete(item.line)
      counts[item.rank] -= 1
      return true
    },
    next(rank) {
      const [entry] = ranks[rank]
      if (!entry) return undefined
      const [name, line] = entry
      const item = line.shift()
      counts[rank] -= 1
      // The next turn is another one's.
      ranks[rank].delete(name)
      if (line.length > 0) ranks[rank].set(name, line)
      return item
    },
    count: (rank) => (rank ? counts[rank] : RANKS.reduce((sum, each) => sum + counts[each], 0)),
    position({ rank, line }) {
      const length = ranks[rank].get(line)?.length ?? 0
      const before = RANKS.slice(0, RANKS.indexOf(rank)).reduce((sum, each) => sum + counts[each], 0)
      return ranks[rank].values().reduce((sum, each) => sum + Math.min(each.length, length), before)
    },
    last() {
      const rank = RANKS.findLast((each) => counts[each] > 0)
      return (
        rank &&
        ranks[rank]
          .values()
          .reduce((a, b) => (b.length >= a.length ? b : a))
          .at(-1)
      )
    },
    of: (rank) => [...ranks[rank].values()].flat(),
  }
}
