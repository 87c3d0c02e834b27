// One value that is fetched when it is first wanted, kept for a while, and fetched by one caller at a time.

/** Gives the kept value, or what `fetch` gives, which is then kept. A failure is not kept, and all who wait for it get it. */
export type Kept<T> = (fetch: () => Promise<T>) => T | Promise<T>

/** Keeps a value for `forMs` after it has come. Only for what is the same for every caller. */
export function createKept<T>(forMs: number): Kept<T> {
  let value: { readonly of: T; readonly until: number } | undefined
  let flight: Promise<T> | undefined
  return (fetch) => {
    if (value && performance.now() < value.until) return value.of
    flight ??= fetch()
      .then((of) => {
        value = { of, until: performance.now() + forMs }
        return of
      })
      .finally(() => (flight = undefined))
    return flight
  }
}
