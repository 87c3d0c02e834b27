// The gateway as a process of its own, with nothing in its environment but what a test gives it. What it writes is looked through for secrets.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collectCredential, lookThrough } from './secrets.ts'
import type { ChildProcess } from 'node:child_process'
import type { Environment } from '../../src/config.ts'

export interface GatewayProcess {
  readonly child: ChildProcess
  /** Resolves with the line that it prints when it listens; rejects when it ends before. */
  readonly listening: Promise<string>
  readonly ended: Promise<{
    readonly code: number | null
    readonly signal: string | null
    readonly stdout: string
    readonly stderr: string
  }>
}

const root = join(import.meta.dirname, '../..')

/** Starts it on a free port, unless told otherwise. */
export function startProcess(
  env: Environment = {},
  { node = process.execPath, args = ['--import', './src/need-node.mjs', 'src/main.ts'] } = {},
): GatewayProcess {
  const { NODE_COMPILE_CACHE } = process.env
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-data-'))
  const given = Object.entries({ PORT: '0', DATA_DIR: dataDir, NODE_COMPILE_CACHE, ...env }).filter(
    ([, value]) => value !== undefined,
  )
  collectCredential(env)
  const child = spawn(node, args, { cwd: root, env: Object.fromEntries(given), stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  const listening = Promise.withResolvers<string>()
  // Most tests look at how it ends and not at this.
  listening.promise.catch(() => undefined)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (stdout.includes('\n')) listening.resolve(stdout)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Awaited<GatewayProcess['ended']>>((resolve) => {
    child.on('close', (code, signal) => {
      for (const text of [stdout, stderr]) lookThrough(`What ${args.join(' ')} wrote`, text)
      rmSync(dataDir, { recursive: true, force: true })
      listening.reject(new Error(`it ended with ${code ?? signal}: ${stderr}`))
      resolve({ code, signal, stdout, stderr })
    })
  })
  return { child, listening: listening.promise, ended }
}

/** The addresses in the line. */
export function addressesIn(line: string): {
  readonly url: string
  readonly websocketUrl: string
  readonly healthUrl: string
} {
  const [url = ''] = /http:\/\/\S+\/graphql/.exec(line) ?? []
  const [websocketUrl = ''] = /ws:\/\/\S+\/graphql/.exec(line) ?? []
  const [healthUrl = ''] = /http:\/\/\S+\/healthz/.exec(line) ?? []
  return { url, websocketUrl, healthUrl }
}
