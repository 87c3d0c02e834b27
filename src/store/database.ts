// A SQLite file that outlives the process: what it says is written is on the disk, and one process at a time has it.
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'

export interface Database {
  prepare(sql: string): StatementSync
  /**
   * Makes a change, and resolves once it is on the disk. Those of one turn of the event loop share a commit, so that a thousand at once wait
   * for the disk once. One that throws is undone alone.
   */
  write<T>(change: () => T): Promise<T>
  /** Commits what waits, and gives the file up. */
  close(): void
}

/** Why a file cannot be opened: another process has it, or it holds no database of this version. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly why: 'in-use' | 'unreadable' | 'newer'

  constructor(why: DatabaseError['why'], cause?: unknown) {
    super(`the database is ${why}`, { cause })
    this.why = why
  }
}

/** What makes a version out of the one before it; the file remembers how far it has come. */
export type Migrations = readonly string[]

/** Opens a file, or makes it, readable by its owner alone. Throws a DatabaseError. */
export function openDatabase(file: string, migrations: Migrations): Database {
  create(file)
  const database = open(file, migrations)
  let waiting: Change[] = []

  const flush = (): void => {
    const changes = waiting
    waiting = []
    if (changes.length > 0) commit(database, changes)
  }

  return {
    prepare: (sql) => database.prepare(sql),
    write<T>(change: () => T) {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({
        make: () => {
          const value = change()
          return () => resolve(value)
        },
        reject,
      })
      return promise
    },
    close() {
      flush()
      database.close()
    },
  }
}

interface Change {
  /** Makes it, and gives what is to be done once it is on the disk. */
  make(): () => void
  reject(error: unknown): void
}

function commit(database: DatabaseSync, changes: readonly Change[]): void {
  const done: (() => void)[] = []
  try {
    database.exec('BEGIN IMMEDIATE')
    for (const change of changes) {
      database.exec('SAVEPOINT change')
      try {
        done.push(change.make())
      } catch (error) {
        database.exec('ROLLBACK TO change')
        done.push(() => change.reject(error))
      }
      database.exec('RELEASE change')
    }
    database.exec('COMMIT')
  } catch (error) {
    for (const change of changes) change.reject(error)
    rollBack(database)
    return
  }
  for (const tell of done) tell()
}

/** A file that cannot even do that is told of by what it refused first. */
function rollBack(database: DatabaseSync): void {
  try {
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
  } catch {
    // It is rolled back where it is opened next.
  }
}

/** Only a missing file is opened here: closing one that this process has locked would give up its lock. */
function create(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function open(file: string, migrations: Migrations): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file)
    // Exclusive: the lock is the operating system's, ends with the process however that ends, and is held from the first write on.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec('BEGIN IMMEDIATE')
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (version > migrations.length) throw new DatabaseError('newer')
    for (const step of migrations.slice(version)) database.exec(step)
    // Written each time, so that the lock is held from here on.
    database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof DatabaseError) throw error
    throw new DatabaseError((error as { errcode?: number }).errcode === SQLITE_BUSY ? 'in-use' : 'unreadable', error)
  }
}

const SQLITE_BUSY = 5
