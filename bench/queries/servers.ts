// The servers under test: the gateway as shipped, the yardstick, and the peers.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, startServer } from '../server.ts'
import type { Server } from '../server.ts'

export interface ServerKind {
  readonly name: string
  /** For the report. */
  readonly what: string
  readonly script: string
  readonly flags: readonly string[]
  readonly isPeer: boolean
}

export const SERVERS: readonly ServerKind[] = [
  {
    name: 'raw',
    what: 'tuned raw: node:http and undici, no GraphQL',
    script: 'bench/queries/raw.ts',
    flags: ['--max-semi-space-size=64'],
    isPeer: false,
  },
  { name: 'gateway', what: 'the gateway as shipped', script: 'src/main.ts', flags: [], isPeer: false },
  peer('yoga', 'graphql-yoga, Pothos, dataloader as they come'),
  peer('mercurius', 'mercurius with JIT'),
  peer('apollo', 'Apollo Server with RESTDataSource'),
]

/** A server that runs, with what it may write to. */
export interface Running extends ServerKind, Server {}

/** The core of whichever server is measured: those that are not do nothing meanwhile. */
export const SERVER_CORE = 0

/** The environment of any of them: of the gateway it makes one in which each caller brings a token. */
export function environment(upstreamUrl: string, dataDir: string): Record<string, string> {
  return { SPECTROCOIN_API_URL: upstreamUrl, DATA_DIR: dataDir, PORT: '0' }
}

/** Starts them all, and installs the peers where they are not. */
export async function startServers(
  kinds: readonly ServerKind[],
  upstreamUrl: string,
): Promise<{ readonly running: readonly Running[]; close(): Promise<void> }> {
  if (kinds.some(({ isPeer }) => isPeer)) installPeers()
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-queries-'))
  const running: Running[] = []
  const close = async (): Promise<void> => {
    await Promise.all(running.map((each) => each.close()))
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    for (const kind of kinds) {
      const place = { core: SERVER_CORE, log: join(dataDir, `${kind.name}.log`) }
      const server = await startServer(kind.script, environment(upstreamUrl, dataDir), kind.flags, place)
      running.push({ ...kind, ...server })
    }
  } catch (error) {
    await close()
    throw error
  }
  return { running, close }
}

function peer(name: string, what: string): ServerKind {
  return { name, what, script: `bench/peers/${name}.js`, flags: [], isPeer: true }
}

/** Brings them where they are not yet, or are not those of the lock file. */
function installPeers(): void {
  const lock = join(root, 'bench/peers/package-lock.json')
  const installed = join(root, 'bench/peers/node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.log('Installing the peers into bench/peers …')
  try {
    execFileSync('npm', ['ci', '--prefix', 'bench/peers', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: 'inherit',
    })
  } catch (error) {
    throw new Error('The peers could not be installed; "--servers raw,gateway" does without them.', { cause: error })
  }
}
