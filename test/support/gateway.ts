// A real gateway on a port of its own, and a plain HTTP client to ask it. Whatever it tells is looked through for secrets: see secrets.ts.
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { openLog, startGateway } from '../../src/gateway.ts'
import { collectCredential, collectSecret, lookThrough, lookThroughAnswer, unwatchPort, watchPort } from './secrets.ts'
import type { Environment } from '../../src/config.ts'
import type { Gateway } from '../../src/gateway.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'

/** A GraphQL answer, loosely typed: tests look into it freely. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- as the query shapes it
  readonly data: any
  readonly errors: readonly AnswerError[] | undefined
  readonly text: string
}

export interface AnswerError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string }
}

export interface TestGateway {
  readonly gateway: Gateway
  /** What the gateway has logged, a JSON line each. */
  readonly log: string[]
  /** The gateway keys that it was started with, by name. */
  readonly keys: Readonly<Record<string, string>>
  /** Asks by POST. */
  ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

/** A row of a keys file, but for the key itself. */
export interface KeyRow {
  readonly name: string
  readonly scopes: readonly string[]
  readonly origins?: readonly string[]
  readonly expiresAt?: string
  readonly adhoc?: boolean
}

/** Makes a key, which is a secret from now on, and its row for a keys file. */
export function makeKey(row: KeyRow): { readonly key: string; readonly row: KeyRow & { readonly sha256: string } } {
  const key = `scgw_${randomBytes(32).toString('base64url')}`
  collectSecret(`the gateway key "${row.name}"`, key)
  return { key, row: { ...row, sha256: createHash('sha256').update(key).digest('hex') } }
}

/** Starts a gateway with this environment alone: with an empty one, on the embedded sandbox. With `keys`, for those alone who have one. */
export async function startTestGateway(
  env: Environment = {},
  { keys }: { readonly keys?: readonly KeyRow[] } = {},
): Promise<TestGateway> {
  const { currentTestName, testPath } = expect.getState()
  const name = `the gateway that was started in "${currentTestName ?? testPath}"`
  collectCredential(env)
  const log: string[] = []
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-data-'))
  const made = keys?.map(makeKey)
  const keysFile = join(dataDir, 'keys.json')
  if (made) writeFileSync(keysFile, JSON.stringify({ keys: made.map(({ row }) => row) }))
  const config = loadConfig({
    PORT: '0',
    LOG_LEVEL: 'debug',
    LIVE_INTERVAL_MS: '250',
    SHUTDOWN_MS: '0',
    DATA_DIR: dataDir,
    ...(made && { GATEWAY_KEYS_FILE: keysFile }),
    ...env,
  })
  const write = (line: string): void => {
    lookThrough(`The log of ${name}`, line)
    log.push(line)
  }
  const gateway = await startGateway(config, openLog(config, { write }))
  watchPort(gateway.url, name)
  const close = async (): Promise<void> => {
    await gateway.close()
    // Another server may have the port next.
    unwatchPort(gateway.url)
  }
  return {
    gateway: { ...gateway, close },
    log,
    keys: Object.fromEntries((made ?? []).map(({ key, row }) => [row.name, key])),
    ask: (query, variables, headers) => post(gateway.url, JSON.stringify({ query, variables }), headers),
    async close() {
      lookThrough(`The metrics of ${name}`, await gateway.registry.metrics())
      await close()
      for (const file of filesIn(config.dataDir))
        lookThrough(`The file ${file} of ${name}`, readFileSync(file, 'latin1'))
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function filesIn(folder: string): string[] {
  // A test may have taken its folder away.
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []
  return entries.filter((each) => each.isFile()).map(({ name }) => join(folder, name))
}

/** The same, for tests of the sandbox mode, with the sandbox at hand. */
export async function startSandboxGateway(
  ...given: Parameters<typeof startTestGateway>
): Promise<TestGateway & { readonly sandbox: Sandbox }> {
  const started = await startTestGateway(...given)
  if (!started.gateway.sandbox) throw new Error('this environment does not start the sandbox')
  return { ...started, sandbox: started.gateway.sandbox }
}

/** Posts a body as it is. */
export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body,
  })
  return readAnswer(response)
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  // A gateway in a process of its own tells nobody but us.
  lookThroughAnswer(`An answer of ${response.url}`, text)
  const body = text.startsWith('{') ? (JSON.parse(text) as { data?: unknown; errors?: readonly AnswerError[] }) : {}
  return { status: response.status, headers: response.headers, data: body.data, errors: body.errors, text }
}
