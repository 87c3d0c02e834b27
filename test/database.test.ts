// The file that outlives the process: what is told to be written is on the disk, and one process at a time has it.
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DatabaseError, openDatabase } from '../src/store/database.ts'
import type { Database } from '../src/store/database.ts'

const run = promisify(execFile)

const TABLES = [
  `CREATE TABLE words (word TEXT PRIMARY KEY) STRICT;
   CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
   CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED) STRICT;`,
]

let folder: string
let file: string
const opened: Database[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-'))
  file = join(folder, 'journal.db')
})
afterEach(() => {
  for (const database of opened.splice(0)) close(database)
  rmSync(folder, { recursive: true, force: true })
})

function open(at = file, migrations: readonly string[] = TABLES): Database {
  const database = openDatabase(at, migrations)
  opened.push(database)
  return database
}

function close(database: Database): void {
  try {
    database.close()
  } catch {
    // The test has closed it.
  }
}

const wordsIn = (database: Database): unknown[] =>
  database
    .prepare('SELECT word FROM words ORDER BY word')
    .all()
    .map(({ word }) => word)

function writerInto(database: Database): (word: string) => Promise<string> {
  const insert = database.prepare('INSERT INTO words (word) VALUES (?)')
  return (word) =>
    database.write(() => {
      insert.run(word)
      return word
    })
}

/** What a process that starts now would find, were this one killed: the bytes of the files as they are. */
function afterKill(): unknown[] {
  const copy = join(folder, 'copy.db')
  for (const end of ['', '-wal']) {
    rmSync(copy + end, { force: true })
    if (existsSync(file + end)) copyFileSync(file + end, copy + end)
  }
  const database = openDatabase(copy, TABLES)
  const words = wordsIn(database)
  database.close()
  return words
}

/** Of the write-ahead log: a frame that ends a commit tells the size of the database then (sqlite.org/fileformat, 4.1). */
function commits(): number {
  const log = readFileSync(`${file}-wal`)
  const frame = 24 + log.readUInt32BE(8)
  let found = 0
  for (let at = 32; at + frame <= log.length; at += frame) if (log.readUInt32BE(at + 4) !== 0) found += 1
  return found
}

describe('what is written', () => {
  test('is on the disk once that is told, though nothing was closed', async () => {
    const write = writerInto(open())
    expect(await write('one')).toBe('one')
    expect(afterKill()).toEqual(['one'])
  })

  test('waits for the disk itself, with a log that is written ahead', () => {
    const database = open()
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  })

  test('a thousand times in one turn is one commit, and all of it is there', async () => {
    const write = writerInto(open())
    const before = commits()
    const words = Array.from({ length: 1000 }, (_, n) => `word ${String(n).padStart(4, '0')}`)
    expect(await Promise.all(words.map(write))).toEqual(words)
    expect(commits() - before).toBe(1)
    expect(afterKill()).toEqual(words)
  })

  test('in two turns is two commits', async () => {
    const write = writerInto(open())
    const before = commits()
    await write('one')
    await write('two')
    expect(commits() - before).toBe(2)
  })

  test('is told of only after the commit: nobody acts on what could yet be lost', async () => {
    const write = writerInto(open())
    const written = write('one')
    expect(afterKill()).toEqual([])
    expect(await written.then(afterKill)).toEqual(['one'])
  })
})

describe('a change that fails', () => {
  test('is undone alone: the others of its turn are written', async () => {
    const database = open()
    const write = writerInto(database)
    const insert = database.prepare('INSERT INTO words (word) VALUES (?)')
    const half = database.write(() => {
      insert.run('half')
      throw new RangeError('in the middle')
    })
    const settled = await Promise.allSettled([write('before'), half, write('before'), write('after')])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect((settled[1] as PromiseRejectedResult).reason).toBeInstanceOf(RangeError)
    expect(afterKill()).toEqual(['after', 'before'])
  })

  test('at the commit itself fails all of the turn, and nothing of it is there', async () => {
    const database = open()
    const write = writerInto(database)
    const orphan = database.prepare('INSERT INTO children (parent) VALUES (7)')
    const settled = await Promise.allSettled([write('one'), database.write(() => orphan.run()), write('two')])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(wordsIn(database)).toEqual([])
    expect(await write('later')).toBe('later')
    expect(afterKill()).toEqual(['later'])
  })
})

describe('closing', () => {
  test('commits what waits', async () => {
    const database = open()
    const written = writerInto(database)('one')
    database.close()
    expect(await written).toBe('one')
    expect(wordsIn(open())).toEqual(['one'])
  })

  test('rejects what is written later', { timeout: 2000 }, async () => {
    const database = open()
    database.close()
    await expect(database.write(() => 1)).rejects.toThrow()
  })
})

describe('a file', () => {
  test('is one opener’s at a time, in one process too, and a refused one does not loosen its hold', async () => {
    const first = open()
    expect(() => open()).toThrow(expect.objectContaining({ name: 'DatabaseError', why: 'in-use' }))
    // The locks of a process end with any descriptor of the file that it closes.
    const other = `
      const { DatabaseSync } = require('node:sqlite')
      try { new DatabaseSync(process.argv[1]).exec('BEGIN IMMEDIATE'); console.log('got it') }
      catch (error) { console.log(error.errcode) }`
    expect((await run(process.execPath, ['-e', other, file])).stdout.trim()).toBe('5')
    expect(await writerInto(first)('mine')).toBe('mine')
    first.close()
    expect((await run(process.execPath, ['-e', other, file])).stdout.trim()).toBe('got it')
    expect(wordsIn(open())).toEqual(['mine'])
  })

  test('can be read by its owner alone', async () => {
    await writerInto(open())('one')
    expect([file, `${file}-wal`].map((each) => statSync(each).mode & 0o777)).toEqual([0o600, 0o600])
  })

  test('of an older version is brought up to the present one, with what it holds', async () => {
    const old = open()
    await writerInto(old)('kept')
    old.close()
    const present = open(file, [...TABLES, 'ALTER TABLE words ADD COLUMN length INTEGER; UPDATE words SET length = 4'])
    expect(present.prepare('SELECT word, length FROM words').all()).toEqual([{ word: 'kept', length: 4 }])
  })

  test('of a newer version is left as it is', () => {
    open(file, [...TABLES, 'CREATE TABLE more (id INTEGER)']).close()
    expect(() => open()).toThrow(expect.objectContaining({ why: 'newer' }))
    expect(
      open(file, [...TABLES, 'CREATE TABLE other (id INTEGER)'])
        .prepare('SELECT * FROM more')
        .all(),
    ).toEqual([])
  })

  test('whose version cannot be made in whole is not made at all', () => {
    expect(() => open(file, [...TABLES, 'CREATE TABLE words (word TEXT)'])).toThrow(DatabaseError)
    expect(wordsIn(open())).toEqual([])
  })

  test('that is no database is refused, and left as it is', () => {
    writeFileSync(file, 'a letter to somebody, long enough to be no empty file')
    expect(() => open()).toThrow(expect.objectContaining({ why: 'unreadable' }))
    expect(readFileSync(file, 'utf8')).toContain('a letter')
  })
})
