// A real gateway on a port of its own, and a plain HTTP client to ask it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { startGateway } from '../../src/gateway.ts'
import { createLog } from '../../src/log.ts'
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
  /** Asks by POST. */
  ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

/** Starts a gateway with this environment alone: with an empty one, on the embedded sandbox. */
export async function startTestGateway(env: Environment = {}): Promise<TestGateway> {
  const log: string[] = []
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-data-'))
  const config = loadConfig({
    PORT: '0',
    LOG_LEVEL: 'debug',
    LIVE_INTERVAL_MS: '250',
    SHUTDOWN_MS: '0',
    DATA_DIR: dataDir,
    ...env,
  })
  const gateway = await startGateway(config, createLog(config.logLevel, { write: (line) => void log.push(line) }))
  return {
    gateway,
    log,
    ask: (query, variables, headers) => post(gateway.url, JSON.stringify({ query, variables }), headers),
    async close() {
      await gateway.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The same, for tests of the sandbox mode, with the sandbox at hand. */
export async function startSandboxGateway(env: Environment = {}): Promise<TestGateway & { readonly sandbox: Sandbox }> {
  const started = await startTestGateway(env)
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
  const body = text.startsWith('{') ? (JSON.parse(text) as { data?: unknown; errors?: readonly AnswerError[] }) : {}
  return { status: response.status, headers: response.headers, data: body.data, errors: body.errors, text }
}
