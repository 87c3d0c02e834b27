// How many calls are at the wire at once, whoever makes them: what waits, waits for its turn and not for a connection, where nothing could stop it.

export interface Connections {
  isFree(): boolean
  take(): void
  giveBack(): void
  /** Calls once, when one is free again; those who wait are called in the order of their asking. */
  whenFree(call: () => void): void
}

export function createConnections(most: number): Connections {
  const waiting = new Set<() => void>()
  let taken = 0
  return {
    isFree: () => taken < most,
    take() {
      taken += 1
    },
    giveBack() {
      taken -= 1
      while (taken < most) {
        const [next] = waiting
        if (!next) return
        waiting.delete(next)
        next()
      }
    },
    whenFree(call) {
      waiting.add(call)
    },
  }
}
