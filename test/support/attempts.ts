// Attempts to move money: a gateway that is reached by a test, a sandbox that is reached by a line which can be broken, and all that can be counted.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { startTestGateway } from './gateway.ts'
import { startLine } from './line.ts'
import type { Environment } from '../../src/config.ts'
import type { Fault } from '../../src/sandbox/faults.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { ConnectFault } from './line.ts'
import type { Input, Movement } from './movements.ts'

/** One movement under its key, to be asked for as often as one likes. */
export interface Attempt {
  /** What the client is told: `result`, or the code of an error and when to come again. */
  ask(): Promise<Told>
  /** What the journal says; null: nothing. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as the query shapes it
  operation(): Promise<any>
  /** Whether it is written in the journal, by the bytes of the file that a write goes to first. */
  isWritten(): boolean
  readonly input: Input
}

export interface Told {
  // oxlint-disable-next-line typescript/no-explicit-any -- as the query shapes it
  readonly result: any
  readonly errors: readonly { readonly code: string; readonly retryAfter: unknown }[]
}

export interface Desk {
  readonly sandbox: Sandbox
  /** Makes ready to move money as never before, or by an input that was used, under a new key; the counts begin at zero. */
  attempt(used?: Input): Promise<Attempt>
  /** Lets the next calls that move money go wrong, one each. */
  fault(...faults: readonly Omit<Fault, 'method' | 'path' | 'count'>[]): void
  /** Keeps back the call that moves money, or those that look for its trace. */
  hold(what: 'post' | 'looks'): void
  break(how: ConnectFault): void
  /** Lets go and mends all that a test has done. */
  mend(): void
  /** How many calls came to move money, how many of them did, and how often its trace was looked for. */
  counts(): { readonly posts: number; readonly executions: number | undefined; readonly looks: number }
  /** The id of what was made last. */
  newest(): Promise<string>
  close(): Promise<void>
}

/** A gateway with a line of its own to a sandbox of its own. */
export async function openDesk(movement: Movement, env: Environment): Promise<Desk> {
  const { mutation, route, look, list, input } = movement
  const sandbox = await startSandbox()
  sandbox.control.limits.set({ callsPerMinute: 1e6, burst: 1e6 })
  const line = await startLine(sandbox.url)
  const dataDir = mkdtempSync(join(tmpdir(), 'attempts-'))
  const gateway = await startTestGateway({
    DATA_DIR: dataDir,
    SPECTROCOIN_API_URL: line.url,
    SPECTROCOIN_CLIENT_ID: sandbox.clientId,
    SPECTROCOIN_CLIENT_SECRET: sandbox.clientSecret,
    ...env,
  })
  const [method = '', path = ''] = route.split(' ')
  let attempts = 0

  return {
    sandbox,
    async attempt(used) {
      attempts += 1
      const idempotencyKey = `key-${attempts}-of-${mutation}`
      const nth = attempts
      const given = used ?? (await patiently(async () => input(nth, gateway.ask, sandbox)))
      sandbox.control.requests.clear()
      return {
        input: given,
        async ask() {
          const { data, errors = [] } = await gateway.ask(mutationOf(mutation), { input: { idempotencyKey, ...given } })
          const told = errors.map(({ extensions: { code, retryAfter } }) => ({ code, retryAfter }))
          return { result: data.result, errors: told }
        },
        operation: async () => (await gateway.ask(OPERATION, { idempotencyKey })).data.operation,
        isWritten: () => readFileSync(join(dataDir, 'journal.db-wal'), 'latin1').includes(idempotencyKey),
      }
    },
    fault(...faults) {
      for (const fault of faults) sandbox.control.faults.add({ ...fault, method, path, count: 1 })
    },
    hold: (what) => line.hold(what === 'post' ? route : look),
    break: line.break,
    mend() {
      sandbox.control.faults.clear()
      line.mend()
    },
    counts: () => ({
      posts: sandbox.count(route),
      executions: sandbox.control.executions()[route],
      looks: sandbox.count(look),
    }),
    newest: () =>
      patiently(async () => (await gateway.ask(`{ list: ${list} { nodes { id } } }`)).data.list.nodes[0].id),
    async close() {
      await gateway.close()
      await line.close()
      await sandbox.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** For what is not under test: a gateway that is told to be hasty gives up reads on a machine that is busy. */
function patiently<T>(run: () => Promise<T>): Promise<T> {
  return vi.waitFor(run, { timeout: 10_000 })
}

const mutationOf = (mutation: string): string =>
  `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) { result: ${mutation}(input: $input) {
    __typename
    ... on Error { message }
    ... on Node { id }
    ... on Refused { code }
    ... on OutcomeUnknown { operation { mutation state settledAt candidates { id } result { __typename } } }
  } }`

const OPERATION = `query ($idempotencyKey: ID!) { operation(idempotencyKey: $idempotencyKey) {
  mutation state replays candidates { id }
  result { __typename ... on Error { message } ... on Node { id } ... on Refused { code } }
} }`
