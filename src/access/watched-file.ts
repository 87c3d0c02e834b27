// A file that others may change while the gateway runs: read again and again, which also sees one that is replaced or mounted anew.
import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export interface WatchedFile {
  /** What it held when the watch began; undefined: it was missing, unreadable, not UTF-8, or larger than 10 MB. */
  readonly text: string | undefined
  /** Nothing is told after it. */
  close(): void
}

const LARGEST_BYTES = 10_000_000

/** Some editors empty a file before they write it: what has changed is believed once it is read twice the same. */
const SETTLE_MS = 50
/** Of a file that never settles the last reading is believed: it may be that somebody was to be shut out. */
const MOST_READINGS = 5

/** Reads the file at once, and then every `everyMs`. Tells of each text that differs from the one before, undefined as above. */
export function watchFile(path: string, everyMs: number, changed: (text: string | undefined) => void): WatchedFile {
  const text = readNow(path)
  let told = text
  let closed = false
  const later = (): NodeJS.Timeout => setTimeout(() => void look(), everyMs)
  let timer = later()

  async function look(): Promise<void> {
    const now = await settled(path, told)
    if (closed) return
    timer = later()
    if (now === told) return
    told = now
    changed(now)
  }

  return {
    text,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

async function settled(path: string, told: string | undefined): Promise<string | undefined> {
  let text = await read(path, told)
  for (let readings = 1; text !== told && readings < MOST_READINGS; readings += 1) {
    await sleep(SETTLE_MS)
    const again = await read(path, told)
    if (again === text) break
    text = again
  }
  return text
}

async function read(path: string, told: string | undefined): Promise<string | undefined> {
  try {
    return fits(await stat(path)) ? decode(await readFile(path)) : undefined
  } catch (error) {
    // That too many files and sockets are open says nothing of this one.
    return ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '') ? told : undefined
  }
}

function readNow(path: string): string | undefined {
  try {
    return fits(statSync(path)) ? decode(readFileSync(path)) : undefined
  } catch {
    return undefined
  }
}

/** A pipe would hold the reader until somebody writes. */
function fits(file: { isFile(): boolean; readonly size: number }): boolean {
  return file.isFile() && file.size <= LARGEST_BYTES
}

/** Without a byte order mark, which JSON does not know. */
function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
