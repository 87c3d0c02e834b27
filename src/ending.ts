// The end of somebody's wait: what an AbortSignal says, for a fraction of what one costs.

/** Each AbortSignal is one. */
export interface Ending {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** One that ends when it is told to; once. */
export function createEnding(): Ending & { abort(reason: unknown): void } {
  let listeners: Set<() => void> | undefined
  const ending = {
    aborted: false,
    reason: undefined as unknown,
    addEventListener(_type: 'abort', listener: () => void) {
      listeners ??= new Set()
      listeners.add(listener)
    },
    removeEventListener(_type: 'abort', listener: () => void) {
      listeners?.delete(listener)
    },
    abort(reason: unknown) {
      if (ending.aborted) return
      ending.aborted = true
      ending.reason = reason
      const told = listeners
      listeners = undefined
      for (const each of told ?? []) each()
    },
  }
  return ending
}
