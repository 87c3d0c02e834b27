// Values that are at hand already or on their way: a promise for each of a thousand rows would cost more than what is done with them.

export type Eventual<T> = T | Promise<T>

/** Goes on with a value, now where it is at hand. */
export function whenHere<T, U>(value: Eventual<T>, use: (value: T) => Eventual<U>): Eventual<U> {
  return value instanceof Promise ? value.then(use) : use(value)
}
