// The contract held against a live API: each endpoint that only reads is asked once, and what of its row holds is told.
import { GatewayError } from '../errors.ts'
import { defineTrials, NotTried } from './contract-trials.ts'
import { differs, findingOf, findingOfFailure, notTried } from './contract-verdicts.ts'
import { createWitness } from './contract-witness.ts'
import { endpointRows } from './endpoints.ts'
import type { ErrorCode } from '../errors.ts'
import type { CallScope } from './caller.ts'
import type { Ask, Asked } from './contract-trials.ts'
import type { Finding } from './contract-verdicts.ts'
import type { Drift } from './drift.ts'
import type { Endpoint } from './endpoint.ts'
import type { Endpoints } from './endpoints.ts'
import type { Upstream } from './upstream.ts'

export interface ContractCheckOptions {
  readonly endpoints: Endpoints
  readonly open: (drift: Drift) => Upstream
  /** What each call is made with. */
  readonly scopeOf: () => CallScope
}

export interface ContractCheck {
  /** Asks for one row, and before that for what it takes. */
  find(row: Endpoint): Promise<Finding>
  /** Whether the credential was turned away, and nothing was answered with it. */
  isRefused(): boolean
  close(): Promise<void>
}

interface Outcome<T> {
  readonly finding: Finding
  readonly value?: T
}

/** Calls with a token that is not accepted, before there are no more of them. */
const MOST_REFUSED = 3

/** The rows that can be asked for: what they do changes nothing. */
export function readRows(endpoints: Endpoints): readonly Endpoint[] {
  return endpointRows(endpoints).filter(({ safety }) => safety === 'read' || safety === 'read-private')
}

export function createContractCheck({ endpoints, open, scopeOf }: ContractCheckOptions): ContractCheck {
  const witness = createWitness()
  const upstream = open(witness)
  const rows = new Map(readRows(endpoints).map((row) => [row.name, row]))
  const trials = new Map<string, () => Promise<Outcome<unknown>>>()
  const { create: tokenRow } = endpoints.token
  let tokenFailure: GatewayError | undefined
  let accepted = false
  let refused = 0

  const judge = (row: Endpoint, error: unknown): Finding => {
    if (error instanceof NotTried) return notTried(row, error.message)
    if (!(error instanceof GatewayError)) throw error
    if (error.endpoint === tokenRow.name) {
      tokenFailure = error
      return notTried(row, NO_TOKEN)
    }
    if (row.scope !== null) {
      if (error.code === 'UNAUTHENTICATED') refused += 1
      if (ANSWERED.has(error.code)) accepted = true
    }
    return findingOfFailure(row, error, witness)
  }

  const attempt = async <T, N>(
    row: Endpoint,
    takes: Asked<N>,
    call: (scope: CallScope, taken: N) => Promise<T | null>,
  ): Promise<Outcome<T>> => {
    try {
      if (row.scope !== null && tokenFailure) throw new NotTried(NO_TOKEN)
      if (row.scope !== null && !accepted && refused >= MOST_REFUSED) throw new NotTried(NOT_ACCEPTED)
      const taken = await takes()
      // Only now: its time runs.
      const scope = scopeOf()
      const value = await call(scope, taken)
      if (row.scope !== null) accepted = true
      if (value !== null) return { finding: findingOf(row, value, witness), value }
      return { finding: differs(row, `status ${scope.ledger.costs().calls.at(-1)?.status ?? 404}`) }
    } catch (error) {
      return { finding: judge(row, error) }
    }
  }

  const ask: Ask = (name, takes, call) => {
    const row = rows.get(name)
    if (!row) throw new TypeError(`${name} is no row that can be asked for`)
    const trial = once(() => attempt(row, takes, call))
    trials.set(name, trial)
    return async () => {
      const { value } = await trial()
      if (value === undefined) throw new NotTried(`${name} gave nothing to ask with`)
      return value
    }
  }

  const askForToken = async (): Promise<Outcome<unknown>> => {
    if (scopeOf().caller.token !== undefined) return { finding: notTried(tokenRow, 'a token was given') }
    await trials.get(endpoints.accounts.list.name)?.()
    if (!tokenFailure) return { finding: findingOf(tokenRow, {}, witness) }
    if (tokenFailure.code === 'UNAUTHENTICATED') return { finding: notTried(tokenRow, NOT_ACCEPTED) }
    return { finding: findingOfFailure(tokenRow, tokenFailure, witness) }
  }

  defineTrials(ask, upstream)
  trials.set(tokenRow.name, once(askForToken))
  return {
    async find(row) {
      const trial = trials.get(row.name)
      if (!trial) throw new TypeError(`nobody knows how to ask for ${row.name}`)
      return (await trial()).finding
    },
    isRefused: () => tokenFailure?.code === 'UNAUTHENTICATED' || (refused > 0 && !accepted),
    close: () => upstream.close(),
  }
}

const NO_TOKEN = 'there is no token'
const NOT_ACCEPTED = 'the credential is not accepted'

/** What can only fail so when the token was taken. */
const ANSWERED: ReadonlySet<ErrorCode> = new Set(['UPSTREAM_INVALID', 'UPSTREAM_REJECTED', 'FORBIDDEN'])

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined
  return () => (started ??= run())
}
