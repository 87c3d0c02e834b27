// Wires the links to exports: their key, which outlives the process, and whose they are.
import { createHmac } from 'node:crypto'
import { ConfigError } from './config.ts'
import { exportKey } from './exports/key.ts'
import { createExportLinks } from './exports/links.ts'
import type { Config } from './config.ts'
import type { ExportLinks, ExportLinksOptions } from './exports/links.ts'

interface Wiring extends Pick<ExportLinksOptions, 'callerOf'> {
  readonly url: string
  readonly clientId: string | undefined
}

/** Another account, or another world of the sandbox, is not what a link was made for. */
export function openExportLinks(key: Buffer, { url, clientId, callerOf }: Wiring): ExportLinks {
  const digest = createHmac('sha256', key)
    .update(JSON.stringify([url, clientId]))
    .digest()
  return createExportLinks({ key: digest, callerOf, now: () => Date.now() })
}

/** The key in DATA_DIR. Throws a ConfigError where that holds none of ours. */
export function exportKeyOf({ dataDir }: Config): Buffer {
  try {
    return exportKey(dataDir)
  } catch (error) {
    throw new ConfigError([
      error instanceof TypeError
        ? 'DATA_DIR holds an export-key that the gateway did not make: remove it.'
        : 'DATA_DIR cannot be made, read or written to.',
    ])
  }
}
