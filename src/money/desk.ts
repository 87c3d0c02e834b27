// The desk where money is moved: its journal opened, what the process before left open looked for, and all of it closed in order.
import { openJournal } from './journal.ts'
import { createMoney } from './money.ts'
import { createOwners } from './owners.ts'
import { createReconciler } from './reconcile.ts'
import type { Caller, CallScope } from '../upstream/caller.ts'
import type { Audit } from './audit.ts'
import type { History } from './histories.ts'
import type { Money } from './money.ts'

export interface MoneyDeskOptions {
  /** A folder that is there; its journal is this process's alone. */
  readonly dataDir: string
  /** How long an outcome is remembered; what is UNKNOWN is so for ever. */
  readonly days: number
  /** The API that the money is at. */
  readonly upstream: string
  /** What tells the rows of its history from those of another one with the same ids. */
  readonly world: string
  /** Who acts with the gateway's own credential, and what tells that credential from another one. */
  readonly house: Caller | undefined
  readonly credential: string
  readonly history: History
  readonly scopeOf: (caller: Caller, signal: AbortSignal | undefined) => CallScope
  /** How long after it was sent a call may yet be executed. */
  readonly windowMs: number
  /** How long a caller waits for its outcome, and how much of that for the history. */
  readonly patienceMs: number
  readonly lookMs: number
  /** Told of each key of whose operation there is news. */
  readonly changed: (idempotencyKey: string) => void
  readonly audit: Audit
  readonly now?: () => Date
}

/** Throws a DatabaseError where the journal cannot be opened, as when another process has it. */
export function openMoney({ now = () => new Date(), ...options }: MoneyDeskOptions): Money {
  const { dataDir, days, upstream, world, house, credential, history, scopeOf, windowMs, changed, audit } = options
  const journal = openJournal({ dataDir, upstream, world, days, now })
  const owners = createOwners({
    accounts: history.accounts,
    house,
    credential,
    scopeOf: (caller) => scopeOf(caller, undefined),
  })
  const { reader } = owners
  const reconciler = createReconciler({ journal, history, reader, scopeOf, windowMs, now, changed, audit })
  const money = createMoney({ ...options, journal, reconciler, owners, now })
  reconciler.lookForAll()
  return {
    ...money,
    async close() {
      await money.close()
      await reconciler.close()
      journal.close()
    },
  }
}
