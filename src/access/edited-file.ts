// A file that a command changes: one command at a time, and whoever reads it meanwhile sees it whole, as before or as after.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refused } from './command.ts'
import type { Stats } from 'node:fs'

/** The file's next text by its text; undefined: there is no file yet, or the text stays. */
export type Edit = (text: string | undefined) => string | undefined

/** A change takes milliseconds; the rest is for machines that are busy. */
const LOCK_PATIENCE_MS = 5_000
const LOCK_AGAIN_MS = 20

/** Changes a file, or makes it with this mode. Throws Refused where that cannot be done; what `edit` throws leaves the file as it was. */
export async function editFile(path: string, mode: number, edit: Edit): Promise<void> {
  const file = target(path)
  const lock = `${file}.lock`
  await take(lock)
  try {
    const before = statOf(file)
    const text = edit(before && tried('read', () => readFileSync(file, 'utf8')))
    if (text !== undefined) tried('written', () => replace(file, text, mode, before))
  } finally {
    rmSync(lock, { force: true })
  }
}

/** The text of a file that a command only reads; undefined: there is none. */
export function readText(path: string): string | undefined {
  return statOf(path) && tried('read', () => readFileSync(path, 'utf8'))
}

/** What a link points to: the link itself stays. */
function target(path: string): string {
  return statOf(path) ? tried('read', () => realpathSync(path)) : path
}

/** Others that change the same file are at work as long as the lock is there. */
async function take(lock: string): Promise<void> {
  for (const until = performance.now() + LOCK_PATIENCE_MS; ; await sleep(LOCK_AGAIN_MS)) {
    try {
      closeSync(openSync(lock, 'wx', 0o600))
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannot('written', error)
    }
    if (performance.now() > until)
      throw new Refused(
        'The file beside it whose name ends in .lock says that it is being changed: remove that one if nothing does.',
      )
  }
}

function replace(file: string, text: string, mode: number, before: Stats | undefined): void {
  const made = `${file}.${randomUUID()}`
  const descriptor = openSync(made, 'wx', 0o600)
  try {
    try {
      writeFileSync(descriptor, text)
      keepOwner(descriptor, mode, before)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(made, file)
  } finally {
    rmSync(made, { force: true })
  }
}

/** A gateway that runs as another user reads the file after the change as before. */
function keepOwner(descriptor: number, mode: number, before: Stats | undefined): void {
  const { uid, gid } = fstatSync(descriptor)
  if (before && (before.uid !== uid || before.gid !== gid)) fchownSync(descriptor, before.uid, before.gid)
  fchmodSync(descriptor, before ? before.mode & 0o777 : mode)
}

function statOf(path: string): Stats | undefined {
  return tried('read', () => statSync(path, { throwIfNoEntry: false }))
}

function tried<T>(done: 'read' | 'written', run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw cannot(done, error)
  }
}

/** The system's word for it, without the path. */
function cannot(done: 'read' | 'written', error: unknown): Refused {
  return new Refused(`The file cannot be ${done} (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`)
}
