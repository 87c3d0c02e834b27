// A file that a gateway reads, and reads again whenever a test has changed it.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ChangedFile {
  readonly path: string
  /** In one stroke, as those who write such files do: a text as it is, an object as JSON. */
  write(content: string | object): void
  remove(): void
}

export function makeFile(content: string | object): ChangedFile {
  const folder = mkdtempSync(join(tmpdir(), 'changed-file-'))
  const path = join(folder, 'file.json')
  const write = (next: string | object): void => {
    writeFileSync(`${path}.new`, typeof next === 'string' ? next : JSON.stringify(next))
    renameSync(`${path}.new`, path)
  }
  write(content)
  return { path, write, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
