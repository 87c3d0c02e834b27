// The sandbox's time: the machine's own, moved forward or held still on demand.

export type Clock = {
  now(): number
  advance(milliseconds: number): void
  freeze(): void
  resume(): void
  /** Back to the machine's time. */
  reset(): void
}

export function createClock(machine: () => number = Date.now): Clock {
  let ahead = 0
  let frozenAt: number | undefined
  const now = (): number => frozenAt ?? machine() + ahead
  return {
    now,
    advance(milliseconds) {
      if (frozenAt === undefined) ahead += milliseconds
      else frozenAt += milliseconds
    },
    freeze() {
      frozenAt = now()
    },
    resume() {
      if (frozenAt === undefined) return
      ahead = frozenAt - machine()
      frozenAt = undefined
    },
    reset() {
      ahead = 0
      frozenAt = undefined
    },
  }
}
