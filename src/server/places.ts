// How many may listen at a time, over websockets and event streams together: in all, for one caller, and of those who have not said who they are.

export interface Places {
  /** Takes a place; or says which limit it would be above. */
  take(owner: Owner): Place | 'too-many' | 'too-many-of-caller'
}

/** Whose a place is: a caller's, or, where it is not known yet who that is, that of whoever comes from the same network. */
export type Owner = { readonly callerId: string } | { readonly network: string }

export interface Place {
  /** Counts it as this caller's from now on. False where the caller has as many as one may: then it stays whose it was, until it is left. */
  claim(callerId: string): boolean
  leave(): void
}

/** When whoever was turned away may come again, in seconds. */
export const RETRY_AFTER = 5

export interface PlacesOptions {
  readonly maxSockets: number
  readonly maxSocketsPerCaller: number
}

/** Nobody's places come back within seconds; a few may be in use at once by all who share an address. */
const FEWEST_OF_NETWORK = 10

export function createPlaces({ maxSockets, maxSocketsPerCaller }: PlacesOptions): Places {
  const callers = createCounts(maxSocketsPerCaller)
  // Strangers from one place leave half of it to everybody else.
  const networks = createCounts(Math.max(FEWEST_OF_NETWORK, Math.floor(maxSockets / 2)))
  let all = 0

  return {
    take(owner) {
      if (all >= maxSockets) return 'too-many'
      let giveBack = 'callerId' in owner ? callers.take(owner.callerId) : networks.take(owner.network)
      if (!giveBack) return 'too-many-of-caller'
      all += 1
      let callerId = 'callerId' in owner ? owner.callerId : undefined
      return {
        claim(next) {
          if (!giveBack || next === callerId) return true
          const giveNextBack = callers.take(next)
          if (!giveNextBack) return false
          giveBack()
          giveBack = giveNextBack
          callerId = next
          return true
        },
        leave() {
          if (!giveBack) return
          all -= 1
          giveBack()
          giveBack = undefined
        },
      }
    },
  }
}

/** Counts by key; what is taken is given back once. */
function createCounts(limit: number): { take(key: string): (() => void) | undefined } {
  const taken = new Map<string, number>()
  return {
    take(key) {
      const count = taken.get(key) ?? 0
      if (count >= limit) return undefined
      taken.set(key, count + 1)
      return () => {
        const left = (taken.get(key) ?? 0) - 1
        if (left > 0) taken.set(key, left)
        else taken.delete(key)
      }
    },
  }
}
