// Lets what a client asks for begin: not all of it at a time, and nothing while it does not take what it was answered.

export interface Gate<K> {
  /** Runs it, or has it wait for its turn. It must not reject. */
  enter(key: K, run: () => Promise<void>): void
  /** It is not wanted any more. */
  leave(key: K): void
  /** What waited for the gate to be open may begin. */
  look(): void
}

/** `most`: of what may be under way at a time. */
export function createGate<K>(most: number, isOpen: () => boolean): Gate<K> {
  const waiting = new Map<K, () => Promise<void>>()
  let running = 0
  const look = (): void => {
    for (const [key, run] of waiting) {
      if (running >= most || !isOpen()) return
      waiting.delete(key)
      running += 1
      void run().finally(() => {
        running -= 1
        look()
      })
    }
  }
  return {
    enter(key, run) {
      waiting.set(key, run)
      look()
    },
    leave: (key) => void waiting.delete(key),
    look,
  }
}
