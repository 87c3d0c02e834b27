// Whose an entry of the journal is: who may be told of it, and who can read the history that it is in.
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../errors.ts'
import { HOUSE } from './operation.ts'
import type { Caller, CallScope } from '../upstream/caller.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { Entry } from './journal.ts'

export interface Owners {
  /**
   * Whether a caller is the owner, though its token is another one of the same subject. What a token says of itself is not believed before the
   * upstream has taken it: the accounts are read with it once. Throws where that may not be, or cannot be, read.
   */
  isSame(scope: string, caller: Caller): Promise<boolean>
  /** Notes that the upstream has taken this caller's token. */
  prove(caller: Caller): void
  /** Lets histories be read with a caller's token, for as long as the process lives. True where that one could not be before. */
  lend(caller: Caller, entry: Entry): boolean
  reader(entry: Entry): Caller | undefined
}

export interface OwnersOptions {
  readonly accounts: Upstream['accounts']
  /** Who acts with the gateway's own credential, and which one that is. */
  readonly house: Caller | undefined
  readonly credential: string
  readonly scopeOf: (caller: Caller) => CallScope
}

const MOST = 10_000
const PROVEN_FOR_MS = 300_000

export function createOwners({ accounts, house, credential, scopeOf }: OwnersOptions): Owners {
  const proven = new LRUCache<string, true>({ max: MOST, ttl: PROVEN_FOR_MS })
  /** By the caller's id, and by its subject where that is proven. */
  const readers = new LRUCache<string, Caller>({ max: MOST })

  return {
    async isSame(scope, caller) {
      if (caller.subject !== scope) return false
      if (proven.has(caller.id)) return true
      try {
        await accounts.list(scopeOf(caller))
      } catch (error) {
        if (error instanceof GatewayError && error.code === 'UNAUTHENTICATED') return false
        throw error
      }
      proven.set(caller.id, true)
      return true
    },
    prove({ id }) {
      proven.set(id, true)
    },
    lend(caller, { account, owner }) {
      if (account === HOUSE) return false
      const known = readers.get(proven.has(caller.id) && caller.subject !== undefined ? caller.subject : owner)
      if (caller.id === owner) readers.set(owner, caller)
      if (proven.has(caller.id) && caller.subject !== undefined) readers.set(caller.subject, caller)
      return known?.id !== caller.id
    },
    reader({ account, owner, place, credential: by }) {
      if (account === HOUSE) return by === credential ? house : undefined
      return readers.get(place.scope) ?? readers.get(owner)
    },
  }
}
