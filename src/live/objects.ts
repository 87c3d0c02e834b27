// Single objects of a caller, watched by polling: one poll for an object and a caller, slower while nothing happens.
import { compare, isDecimal } from '../decimal.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, CallScope } from '../upstream/caller.ts'
import type { Hub, Subject } from './hub.ts'
import type { LiveValues } from './listener.ts'

export interface LiveObject<T extends object> extends Subject {
  /** Gives null where there is no such thing. */
  readonly read: (scope: CallScope) => Promise<T | null>
  /** Whether it can still change; left out: always. */
  readonly final?: (value: T) => boolean
}

export interface LiveObjects {
  /** The object at once, and whenever it has changed; an unknown one is NOT_FOUND. Ends where it can change no more. */
  listen<T extends object>(caller: Caller, object: LiveObject<T>): LiveValues<T>
}

/** What is private is polled with the listener's own identity, which is in the key with what it may do: that may become less. */
export function createLiveObjects(hub: Hub, polled: (caller: Caller, signal: AbortSignal) => CallScope): LiveObjects {
  return {
    listen<T extends object>(caller: Caller, { type, id, read, final }: LiveObject<T>) {
      const poll = async (signal: AbortSignal): Promise<T> => {
        const value = await read(polled(caller, signal))
        if (value === null) throw new GatewayError('NOT_FOUND', `There is no such ${type}.`)
        return value
      }
      return hub.listen<T, T>(
        {
          key: JSON.stringify([type, id, caller.id, caller.scopes]),
          subject: { type, id },
          poll,
          quiet: sameObject,
          ...(final && { final }),
        },
        { select: ({ value }) => value, equal: sameObject },
      )
    },
  }
}

/** Amounts are compared as numbers: 1.0 is 1.00, and no news. */
function sameObject(a: object, b: object): boolean {
  const other = b as Readonly<Record<string, unknown>>
  const fields = Object.entries(a)
  return fields.length === Object.keys(b).length && fields.every(([name, value]) => sameValue(value, other[name]))
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (typeof a === 'string' && typeof b === 'string')
    return a === b || (isDecimal(a) && isDecimal(b) && compare(a, b) === 0)
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
