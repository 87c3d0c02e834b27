// One listener of a feed: a slot that holds the latest value, never a queue, so that a slow reader costs one value.

/** What the hub does to a listener. */
export interface Listener<T> {
  /** Puts a value into the slot, over one that was not yet taken; one that equals what was taken last is no change and empties it. */
  offer(value: T): void
  /** Ends it with an error, once a value in the slot has been taken. */
  fail(error: Error): void
  /** Ends it. */
  end(): void
  readonly values: LiveValues<T>
}

/** The latest values, one at a time. */
export interface LiveValues<T> extends AsyncIterableIterator<T> {
  /** Whether from one to the other is no change. */
  isSame(a: T, b: T): boolean
  /** Somebody more gets them: what is looked at less and less is looked at now. */
  renew(): void
}

/** Makes a listener. `left` runs once, whichever way it ends: returned by its reader, failed, or ended. */
export function createListener<T>(
  equal: (a: T, b: T) => boolean,
  left: () => void,
  renew = (): void => {},
): Listener<T> {
  let taken: { readonly value: T } | undefined
  let slot: { readonly value: T } | undefined
  let failure: { readonly error: Error } | undefined
  let open = true
  // More than one where a reader asks again before it was answered.
  let waiting: { resolve(result: IteratorResult<T>): void; reject(error: Error): void }[] = []

  const close = (): void => {
    if (!open) return
    open = false
    left()
  }
  const done = (): IteratorResult<T> => ({ done: true, value: undefined })
  const take = (of: { readonly value: T }): IteratorResult<T> => {
    taken = of
    slot = undefined
    return { done: false, value: of.value }
  }
  const dismiss = (): void => {
    for (const { resolve } of waiting) resolve(done())
    waiting = []
  }

  return {
    offer(value) {
      if (!open) return
      slot = taken && equal(taken.value, value) ? undefined : { value }
      if (slot && waiting.length > 0) waiting.shift()?.resolve(take(slot))
    },
    fail(error) {
      if (!open) return
      close()
      const first = waiting.shift()
      if (first) first.reject(error)
      else failure = { error }
      dismiss()
    },
    end() {
      close()
      dismiss()
    },
    values: {
      isSame: equal,
      renew,
      [Symbol.asyncIterator]() {
        return this
      },
      next() {
        if (slot) return Promise.resolve(take(slot))
        if (failure) {
          const { error } = failure
          failure = undefined
          return Promise.reject(error)
        }
        if (!open) return Promise.resolve(done())
        return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
      },
      return() {
        slot = undefined
        failure = undefined
        close()
        dismiss()
        return Promise.resolve(done())
      },
    },
  }
}
