// Wires where upstream calls go and as whom: a URL with a credential, with callers' own tokens, or the embedded sandbox.
import { readFileSync } from 'node:fs'
import { startSandbox } from './sandbox/sandbox.ts'
import type { UpstreamConfig } from './config.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import type { Credential } from './upstream/auth.ts'

export interface Target {
  readonly url: string
  readonly credential: Credential | undefined
  readonly sandbox: Sandbox | undefined
}

/** Where upstream calls go, and as whom; the sandbox is started here, and is a URL like any other from then on. */
export async function openTarget(upstream: UpstreamConfig): Promise<Target> {
  switch (upstream.mode) {
    case 'sandbox': {
      const sandbox = await startSandbox()
      return { url: sandbox.url, credential: sandbox, sandbox }
    }
    case 'credential':
      return { url: upstream.url, credential: upstream, sandbox: undefined }
    case 'callers':
      return { url: upstream.url, credential: undefined, sandbox: undefined }
  }
}

/** Of the gateway, as package.json has it. */
export function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}
