// The upstream's clock, as its answers tell the time.

export interface Clock {
  /** Takes in the Date of an answer, in whole seconds. */
  learn(date: string | undefined): void
  /** How far it is ahead of ours, in milliseconds; 0 where it is not, or is not known to be. */
  aheadMs(): number
}

/** Less than that is the way of an answer, and the rounding of its Date. */
const NOTHING_MS = 3_000

export function createClock(): Clock {
  let ahead = 0
  /** That of the last answer, which many others have within its second. */
  let last: string | undefined
  let time = Number.NaN
  return {
    learn(date) {
      if (date === undefined) return
      if (date !== last) time = Date.parse(date)
      last = date
      if (Number.isNaN(time)) return
      const off = time - Date.now()
      ahead = Math.abs(off) < NOTHING_MS ? 0 : off
    },
    aheadMs: () => ahead,
  }
}
