// How long the sandbox keeps its callers waiting.
import { meets } from './faults.ts'

export type Delay = {
  readonly ms: number
  readonly method?: string
  /** As in a fault; none: all calls. */
  readonly path?: string
  /** False: the call is carried out at once and its answer kept back; true, as usual: it waits to be carried out. */
  readonly before?: boolean
}

export type Latency = {
  /** The latest delay that meets a call is the one that counts. */
  set(delay: Delay): void
  delayOf(method: string, path: string): Delay | undefined
  clear(): void
}

export function createLatency(): Latency {
  let delays: Delay[] = []
  return {
    set(delay) {
      delays.unshift(delay)
    },
    delayOf: (method, path) => delays.find((delay) => meets(delay, method, path)),
    clear() {
      delays = []
    },
  }
}
