// A gateway before an upstream whose every secret is a canary: what it answers and logs is looked through for them.
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

/** For tests that are about no time-out: a machine that is busy is no upstream that is slow. */
export const PATIENT: Environment = { UPSTREAM_TIMEOUT_MS: '5000' }

export interface WatchedGateway {
  readonly upstream: FakeUpstream
  readonly ask: TestGateway['ask']
  readonly url: string
  readonly log: readonly string[]
  /** Fails where an answer or a log line tells a secret, or an error lacks its code, or its request id is not in the log. */
  check(): void
  close(): Promise<void>
}

export async function startWatchedGateway(
  routes: Record<string, Route>,
  env: Environment = {},
): Promise<WatchedGateway> {
  const upstream = await startUpstream(routes)
  upstream.routes({ [TOKEN_ROUTE]: { body: { access_token: 'canary-token', expires_in: 3600 } } })
  const credential = { SPECTROCOIN_CLIENT_ID: 'canary-client', SPECTROCOIN_CLIENT_SECRET: 'canary-secret' }
  const gateway = await startTestGateway({ ...upstream.env, ...credential, UPSTREAM_TIMEOUT_MS: '300', ...env })
  const answers: Answer[] = []
  const port = new URL(upstream.url).port
  return {
    upstream,
    url: gateway.gateway.url,
    log: gateway.log,
    async ask(...question) {
      const answer = await gateway.ask(...question)
      answers.push(answer)
      return answer
    },
    check() {
      const log = gateway.log.join('')
      for (const secret of [...SECRETS, `:${port}`]) {
        expect(log).not.toContain(secret)
        for (const { text } of answers) expect(text).not.toContain(secret)
      }
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
      await gateway.close()
      await upstream.close()
    },
  }
}
