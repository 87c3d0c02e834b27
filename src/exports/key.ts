// The key that export links are signed with: made once, kept in the data folder, readable by its owner alone.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const BYTES = 32

/** The key of a data folder, which is made where it is missing. Throws where the folder cannot be used, or holds something else. */
export function exportKey(dataDir: string): Buffer {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, 'export-key')
  try {
    // Of two that start at once, one makes it.
    writeFileSync(file, randomBytes(BYTES).toString('hex'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex')
  if (key.length !== BYTES) throw new TypeError('export-key is no key of ours')
  return key
}
