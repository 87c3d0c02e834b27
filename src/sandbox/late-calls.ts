// Calls that are carried out only after their client was told of a fault, whether or not it is still there.

export type LateCalls = {
  /** In real time, whatever the sandbox's clock does. */
  add(milliseconds: number, run: () => void): void
  cancel(): void
}

export function createLateCalls(): LateCalls {
  const waiting = new Set<NodeJS.Timeout>()
  return {
    add(milliseconds, run) {
      const timer = setTimeout(() => {
        waiting.delete(timer)
        try {
          run()
        } catch {
          // A fault of the sandbox's own must not end the process around it.
        }
      }, milliseconds).unref()
      waiting.add(timer)
    },
    cancel() {
      for (const timer of waiting) clearTimeout(timer)
      waiting.clear()
    },
  }
}
