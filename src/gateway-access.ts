// Wires who may come in and what they may run: the files that say so, read again whenever they change.
import { createKeyring, parseKeys } from './access/keys.ts'
import { createTrustedDocuments, parseManifest } from './access/trusted-documents.ts'
import { watchFile } from './access/watched-file.ts'
import { ConfigError } from './config.ts'
import { createCallers } from './server/callers.ts'
import { createFindDocument } from './server/trusted.ts'
import { SCOPES } from './upstream/endpoint.ts'
import type { TrustedDocuments } from './access/trusted-documents.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import type { Callers } from './server/callers.ts'
import type { FindDocument } from './server/trusted.ts'

export interface AccessDesk {
  readonly callers: Callers
  readonly find: FindDocument
  close(): void
}

const LOOK_MS = 500

/** Reads the files. Throws a ConfigError where one cannot be used; one that becomes so later lets nobody in, and nothing run, until it is mended. */
export function openAccessDesk(
  { upstream, keysFile, trustedDocumentsFile }: Pick<Config, 'upstream' | 'keysFile' | 'trustedDocumentsFile'>,
  log: Log,
): AccessDesk {
  const closes: (() => void)[] = []
  const faults: string[] = []

  /** Hands out what a file holds, now and whenever that has changed; nothing where it is faulty. */
  const follow = <T>(
    name: string,
    path: string,
    read: (text: string) => Read<T>,
    take: (found: T | undefined) => void,
  ) => {
    const readAll = (text: string | undefined): Read<T> =>
      text === undefined ? { faults: ['it is missing, or cannot be read.'] } : read(text)
    const watched = watchFile(path, LOOK_MS, (text) => {
      const { found, faults: later } = readAll(text)
      take(found)
      if (found === undefined)
        log.error({ reason: later[0] ?? '' }, `${name} cannot be used: nothing of it holds until it is mended`)
      else log.info({}, `${name} was read again`)
    })
    closes.push(watched.close)
    const { found, faults: first } = readAll(watched.text)
    take(found)
    if (found === undefined) faults.push(...first.slice(0, MOST_FAULTS).map((fault) => `${name}: ${fault}`))
  }

  const keyring = keysFile === undefined ? undefined : createKeyring()
  if (keyring && keysFile) follow('GATEWAY_KEYS_FILE', keysFile, readKeys, (keys = []) => keyring.replace(keys))
  let trusted = createTrustedDocuments(new Map())
  if (trustedDocumentsFile) {
    follow('TRUSTED_DOCUMENTS_FILE', trustedDocumentsFile, readTrusted, (found) => {
      trusted = found ?? createTrustedDocuments(new Map())
    })
  }
  const close = (): void => closes.forEach((each) => each())
  if (faults.length > 0) {
    close()
    throw new ConfigError(faults)
  }
  return {
    callers: createCallers(upstream.mode, keyring),
    find: createFindDocument(trustedDocumentsFile === undefined ? undefined : () => trusted),
    close,
  }
}

/** What was found; else why nothing was. */
interface Read<T> {
  readonly found?: T
  readonly faults: readonly string[]
}

const MOST_FAULTS = 10

function readKeys(text: string): Read<ReturnType<typeof parseKeys>['keys']> {
  const { keys, faults } = parseKeys(text, SCOPES)
  return faults.length > 0 ? { faults } : { found: keys, faults }
}

function readTrusted(text: string): Read<TrustedDocuments> {
  const { texts, faults } = parseManifest(text)
  return faults.length > 0 ? { faults } : { found: createTrustedDocuments(texts), faults }
}
