// How many may listen at a time, over websockets and event streams together: in all, and for one caller.

export interface Places {
  /** Takes a place, this caller's where that is known by now; or says which limit it would be above. */
  take(callerId: string | undefined): Place | 'too-many' | 'too-many-of-caller'
}

export interface Place {
  /** Counts it as this caller's from now on. False where the caller has as many as one may: then it is nobody's. */
  claim(callerId: string): boolean
  leave(): void
}

/** When whoever was turned away may come again, in seconds. */
export const RETRY_AFTER = 5

export interface PlacesOptions {
  readonly maxSockets: number
  readonly maxSocketsPerCaller: number
}

export function createPlaces({ maxSockets, maxSocketsPerCaller }: PlacesOptions): Places {
  const taken = new Map<string, number>()
  let all = 0

  const count = (callerId: string, change: 1 | -1): boolean => {
    const next = (taken.get(callerId) ?? 0) + change
    if (next > maxSocketsPerCaller) return false
    if (next === 0) taken.delete(callerId)
    else taken.set(callerId, next)
    return true
  }

  return {
    take(callerId) {
      if (all >= maxSockets) return 'too-many'
      if (callerId !== undefined && !count(callerId, 1)) return 'too-many-of-caller'
      all += 1
      let owner = callerId
      let isLeft = false
      const disown = (): void => {
        if (owner !== undefined) count(owner, -1)
        owner = undefined
      }
      return {
        claim(next) {
          if (isLeft || next === owner) return true
          disown()
          if (!count(next, 1)) return false
          owner = next
          return true
        },
        leave() {
          if (isLeft) return
          isLeft = true
          all -= 1
          disown()
        },
      }
    },
  }
}
