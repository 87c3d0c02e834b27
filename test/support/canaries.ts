// A gateway before an upstream whose every secret is a canary: what it answers, explains, logs and counts is looked through for them.
import { expect } from 'vitest'
import { ERROR_CODES } from '../../src/errors.ts'
import { startTestGateway } from './gateway.ts'
import { startUpstream, TOKEN_ROUTE } from './upstream.ts'
import type { Environment } from '../../src/config.ts'
import type { Answer, TestGateway } from './gateway.ts'
import type { FakeUpstream, Route } from './upstream.ts'

/** To be put into bodies and headers of the upstream that nobody may see. */
export const BODY_CANARY = 'canary-in-a-body'
export const HEADER_CANARY = 'canary-in-a-header'
const SECRETS = [
  'canary-client',
  'canary-secret',
  'canary-token',
  BODY_CANARY,
  HEADER_CANARY,
  'authorization',
  'Bearer',
]

/** Fails where something that came out tells a secret. `which` says what came out, e.g. "the log". */
export function expectNoSecret(which: string, text: string, secrets: Iterable<string>): void {
  for (const secret of secrets) if (text.includes(secret)) expect.fail(`${which} tells ${secret}: ${text}`)
}

/** What a gateway has counted, as it tells everybody. */
export async function metricsOf(url: string): Promise<string> {
  return (await fetch(new URL('/metrics', url))).text()
}

/** For tests that are about no time-out: a machine that is busy is no upstream that is slow. */
export const PATIENT: Environment = { UPSTREAM_TIMEOUT_MS: '5000' }

export interface WatchedGateway {
  readonly upstream: FakeUpstream
  readonly ask: TestGateway['ask']
  readonly url: string
  readonly log: readonly string[]
  /** Fails where an answer or a log line tells a secret, or an error lacks its code, or its request id is not in the log. */
  check(): void
  /** Fails where the metrics tell a secret. */
  close(): Promise<void>
}

export async function startWatchedGateway(
  routes: Record<string, Route>,
  env: Environment = {},
): Promise<WatchedGateway> {
  const upstream = await startUpstream(routes)
  upstream.routes({ [TOKEN_ROUTE]: { body: { access_token: 'canary-token', expires_in: 3600 } } })
  const credential = { SPECTROCOIN_CLIENT_ID: 'canary-client', SPECTROCOIN_CLIENT_SECRET: 'canary-secret' }
  const gateway = await startTestGateway({ ...upstream.env, ...credential, UPSTREAM_TIMEOUT_MS: '600', ...env })
  const answers: Answer[] = []
  const secrets = [...SECRETS, `:${new URL(upstream.url).port}`]
  return {
    upstream,
    url: gateway.gateway.url,
    log: gateway.log,
    // What an operation has cost is told to who asks for it: nobody's secret either.
    async ask(query, variables, headers) {
      const answer = await gateway.ask(query, variables, { 'x-explain': '1', ...headers })
      answers.push(answer)
      return answer
    },
    check() {
      const log = gateway.log.join('')
      expectNoSecret('the log', log, secrets)
      for (const { text } of answers) expectNoSecret('an answer', text, secrets)
      for (const { errors = [] } of answers) {
        for (const { message, extensions } of errors) {
          expect(Object.keys(ERROR_CODES)).toContain(extensions.code)
          expect(message).toMatch(/^\S.*[.…]$/)
          expect(extensions['requestId']).toEqual(expect.stringMatching(/./))
          expect(log).toContain(`"requestId":"${String(extensions['requestId'])}"`)
        }
      }
    },
    async close() {
      const metrics = await metricsOf(gateway.gateway.url)
      await gateway.close()
      await upstream.close()
      expectNoSecret('the metrics', metrics, secrets)
    },
  }
}
