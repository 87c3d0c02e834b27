// The journal: each money-moving call as it stands, on the disk before the call leaves. It holds no secret and no destination in full.
import { join } from 'node:path'
import { openDatabase } from '../store/database.ts'
import { fromJson, toJson } from './answers.ts'
import type { SQLOutputValue } from 'node:sqlite'
import type { ErrorCode, ErrorDetails } from '../errors.ts'
import type { Result } from './answers.ts'
import type { KeptSought } from './sought.ts'

/** Without an outcome, that is. */
export type OpenState = 'IN_PROGRESS' | 'UNKNOWN'
export type MoneyState = OpenState | 'SUCCEEDED' | 'REJECTED'

/** Where an idempotency key is unique, and the key. */
export interface Place {
  /** The API that the money is at: keys of the sandbox are none of the real one's. */
  readonly upstream: string
  /** Whose keys they are. */
  readonly scope: string
  readonly key: string
}

/** What a call is journaled as before it leaves. */
export interface Intent {
  readonly place: Place
  /** The one who may be told of it: an id of a caller. */
  readonly owner: string
  /** Whose money it is, as far as the gateway knows: what is open in one account may fit the same row of its history. */
  readonly account: string
  /** Which credential's history it will be in; empty for a caller's own token. */
  readonly credential: string
  readonly mutation: string
  readonly fingerprint: string
  readonly externalId: string
  readonly sought: KeptSought
  readonly startedAt: Date
}

/** What it ended in, as it is given again. `fault`: the mutation gives this error, and the result is how an operation tells of it. */
export interface Answer {
  readonly result: Result
  readonly fault?: { readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails }
}

export interface Entry extends Intent {
  readonly state: MoneyState
  /** When it was given up to wait for an answer. */
  readonly unknownAt: Date | null
  readonly settledAt: Date | null
  readonly replays: number
  readonly answer: Answer | null
  /** Rows of the history that it might be. */
  readonly candidates: readonly Result[]
}

export interface Settlement {
  readonly state: 'SUCCEEDED' | 'REJECTED'
  readonly answer: Answer
  readonly at: Date
  /** The upstream's row that it is, e.g. "Exchange:E1", which no other entry can be found to be then. */
  readonly row?: string | null
  /** Rows of other histories that belong to it. */
  readonly parts?: readonly string[]
}

/** Each change resolves once it is on the disk. */
export interface Journal {
  find(place: Place): Entry | null
  /** Claims a key. Rejects where it is taken. */
  claim(intent: Intent): Promise<void>
  settle(place: Place, settlement: Settlement): Promise<void>
  /** Settles an open entry by a row that was found. Rejects, and changes nothing, where that row is another entry's, or it is open no more. */
  settleByRow(place: Place, settlement: Settlement & { readonly row: string }): Promise<void>
  markUnknown(place: Place, at: Date): Promise<void>
  setCandidates(place: Place, candidates: readonly Result[]): Promise<void>
  addReplays(place: Place, count: number): Promise<void>
  /** Forgets a call that never left. */
  free(place: Place): Promise<void>
  /** What has no outcome yet, oldest first; of one account and mutation, or all. */
  open(of?: { readonly account: string; readonly mutation: string }): readonly Entry[]
  /** How many these are. */
  countOpen(): Readonly<Record<OpenState, number>>
  /** What was settled since then. */
  settledSince(of: { readonly account: string; readonly mutation: string }, since: Date): readonly Entry[]
  isOwned(row: string): boolean
  /** Whether it is the reference of some entry. */
  isReference(externalId: string): boolean
  close(): void
}

export interface JournalOptions {
  /** The folder, and the API that the money of this process is at. */
  readonly dataDir: string
  readonly upstream: string
  /** What tells the rows of its history from those of another one with the same ids. */
  readonly world: string
  readonly days: number
  readonly now: () => Date
}

const MIGRATIONS = [
  `CREATE TABLE operations (
     upstream TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL,
     owner TEXT NOT NULL, account TEXT NOT NULL, credential TEXT NOT NULL,
     mutation TEXT NOT NULL, fingerprint TEXT NOT NULL, external_id TEXT NOT NULL, sought TEXT NOT NULL,
     state TEXT NOT NULL, started_at INTEGER NOT NULL, unknown_at INTEGER, settled_at INTEGER,
     replays INTEGER NOT NULL DEFAULT 0, answer TEXT, candidates TEXT,
     PRIMARY KEY (upstream, scope, key)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX open_operations ON operations (upstream, account, mutation, started_at) WHERE settled_at IS NULL;
   CREATE INDEX references_of_operations ON operations (external_id);
   CREATE INDEX settled_operations ON operations (settled_at) WHERE settled_at IS NOT NULL;
   CREATE TABLE owned_rows (
     world TEXT NOT NULL, row TEXT NOT NULL,
     upstream TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL,
     PRIMARY KEY (world, row)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX rows_of_operations ON owned_rows (upstream, scope, key);`,
]

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const AT_PLACE = 'upstream = ? AND scope = ? AND key = ?'

/** Opens the journal of a folder. What was under way when the process before ended is UNKNOWN from here on. Throws a DatabaseError. */
export function openJournal({ dataDir, upstream, world, days, now }: JournalOptions): Journal {
  const database = openDatabase(join(dataDir, 'journal.db'), MIGRATIONS)
  const statement = (sql: string) => database.prepare(sql)
  const find = statement(`SELECT * FROM operations WHERE ${AT_PLACE}`)
  const claim = statement(
    `INSERT INTO operations (upstream, scope, key, owner, account, credential, mutation, fingerprint, external_id, sought, state, started_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'IN_PROGRESS', ?)`,
  )
  const settle = statement(
    `UPDATE operations SET state = ?, answer = ?, settled_at = ?, candidates = NULL
     WHERE ${AT_PLACE} AND settled_at IS NULL`,
  )
  const own = statement('INSERT INTO owned_rows (world, row, upstream, scope, key) VALUES (?, ?, ?, ?, ?)')
  const ownIfFree = statement(
    'INSERT OR IGNORE INTO owned_rows (world, row, upstream, scope, key) VALUES (?, ?, ?, ?, ?)',
  )
  const reference = statement('SELECT 1 FROM operations WHERE external_id = ?')
  const owner = statement('SELECT 1 FROM owned_rows WHERE world = ? AND row = ?')
  const unknown = statement(`UPDATE operations SET state = 'UNKNOWN', unknown_at = ? WHERE ${AT_PLACE}`)
  const candidates = statement(`UPDATE operations SET candidates = ? WHERE ${AT_PLACE} AND settled_at IS NULL`)
  const replay = statement(`UPDATE operations SET replays = replays + ? WHERE ${AT_PLACE}`)
  const free = statement(`DELETE FROM operations WHERE ${AT_PLACE}`)
  const open = statement(
    'SELECT * FROM operations WHERE upstream = ? AND account = ? AND mutation = ? AND settled_at IS NULL ORDER BY started_at',
  )
  const allOpen = statement('SELECT * FROM operations WHERE upstream = ? AND settled_at IS NULL ORDER BY started_at')
  const countOpen = statement(
    'SELECT state, count(*) AS count FROM operations INDEXED BY open_operations WHERE upstream = ? AND settled_at IS NULL GROUP BY state',
  )
  const settledSince = statement(
    'SELECT * FROM operations WHERE settled_at >= ? AND upstream = ? AND account = ? AND mutation = ?',
  )
  const interrupted = statement(`UPDATE operations SET state = 'UNKNOWN', unknown_at = ? WHERE state = 'IN_PROGRESS'`)
  // What is open may yet be taken for a row: none is anybody's again before nothing is.
  const oldRows = statement(
    `DELETE FROM owned_rows WHERE NOT EXISTS (SELECT 1 FROM operations o
     WHERE o.upstream = owned_rows.upstream AND o.scope = owned_rows.scope AND o.key = owned_rows.key AND o.settled_at >= ?)
     AND NOT EXISTS (SELECT 1 FROM operations WHERE settled_at IS NULL)`,
  )
  const old = statement('DELETE FROM operations WHERE settled_at < ?')

  const at = ({ upstream: api, scope, key }: Place): [string, string, string] => [api, scope, key]
  const forgetOld = (): void => {
    const before = now().getTime() - days * DAY_MS
    oldRows.run(before)
    old.run(before)
  }
  const update = (place: Place, { state, answer, at: when }: Settlement): void => {
    const { changes } = settle.run(state, toJson(answer), when.getTime(), ...at(place))
    if (changes !== 1) throw new TypeError('an entry that is open no more')
  }

  interrupted.run(now().getTime())
  forgetOld()
  // What cannot be forgotten now is forgotten the next time.
  const hourly = setInterval(() => void database.write(forgetOld).catch(() => {}), HOUR_MS).unref()

  return {
    find(place) {
      const row = find.get(...at(place))
      return row ? entryOf(row) : null
    },
    claim: (intent) =>
      database.write(() => {
        const { owner: by, account, credential, mutation, fingerprint, externalId, sought, startedAt } = intent
        const facts = [by, account, credential, mutation, fingerprint, externalId, toJson(sought)]
        claim.run(...at(intent.place), ...facts, startedAt.getTime())
      }),
    settle: (place, settlement) =>
      database.write(() => {
        update(place, settlement)
        const { row, parts = [] } = settlement
        for (const each of row ? [row, ...parts] : []) ownIfFree.run(world, each, ...at(place))
      }),
    settleByRow: (place, settlement) =>
      database.write(() => {
        own.run(world, settlement.row, ...at(place))
        for (const each of settlement.parts ?? []) ownIfFree.run(world, each, ...at(place))
        update(place, settlement)
      }),
    markUnknown: (place, when) => database.write(() => void unknown.run(when.getTime(), ...at(place))),
    setCandidates: (place, rows) => database.write(() => void candidates.run(toJson(rows), ...at(place))),
    addReplays: (place, count) => database.write(() => void replay.run(count, ...at(place))),
    free: (place) => database.write(() => void free.run(...at(place))),
    open: (of) => (of ? open.all(upstream, of.account, of.mutation) : allOpen.all(upstream)).map(entryOf),
    countOpen() {
      const counted = countOpen.all(upstream).map((row) => [row['state'], Number(row['count'])])
      return { IN_PROGRESS: 0, UNKNOWN: 0, ...Object.fromEntries(counted) }
    },
    settledSince: ({ account, mutation }, since) =>
      settledSince.all(since.getTime(), upstream, account, mutation).map(entryOf),
    isOwned: (row) => owner.get(world, row) !== undefined,
    isReference: (externalId) => reference.get(externalId) !== undefined,
    close() {
      clearInterval(hourly)
      database.close()
    },
  }
}

function entryOf(row: Record<string, SQLOutputValue>): Entry {
  const text = (name: string): string => String(row[name])
  const time = (name: string): Date | null => (row[name] === null ? null : new Date(Number(row[name])))
  const json = <T>(name: string): T | null => (row[name] === null ? null : (fromJson(text(name)) as T))
  return {
    place: { upstream: text('upstream'), scope: text('scope'), key: text('key') },
    owner: text('owner'),
    account: text('account'),
    credential: text('credential'),
    mutation: text('mutation'),
    fingerprint: text('fingerprint'),
    externalId: text('external_id'),
    sought: fromJson(text('sought')) as KeptSought,
    state: text('state') as MoneyState,
    startedAt: new Date(Number(row['started_at'])),
    unknownAt: time('unknown_at'),
    settledAt: time('settled_at'),
    replays: Number(row['replays']),
    answer: json<Answer>('answer'),
    candidates: json<readonly Result[]>('candidates') ?? [],
  }
}
