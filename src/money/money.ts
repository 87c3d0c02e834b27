// What makes a money-moving call happen at most once: a key is claimed before anything is sent, and its outcome is kept.
// The memory is this process's own; it forgets with it.
import { createHash } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import type { Caller } from '../upstream/caller.ts'

export type MoneyState = 'IN_PROGRESS' | 'SUCCEEDED' | 'REJECTED' | 'UNKNOWN'

/** One money-moving mutation under its key. */
export interface MoneyOperation<R = unknown> {
  readonly __typename: 'MoneyOperation'
  readonly idempotencyKey: string
  readonly mutation: string
  readonly state: MoneyState
  readonly startedAt: Date
  readonly settledAt: Date | null
  /** How often the stored answer was handed out again. */
  readonly replays: number
  /** What it ended in, once that is known: the thing made, or the refusal. */
  readonly result: R | null
}

export interface MoneyRequest<R> {
  readonly caller: Caller
  readonly idempotencyKey: string
  readonly mutation: string
  /** The input in canonical form: two that mean the same are the same text. */
  readonly fingerprint: string
  /** What is to be found out first; a value refuses the operation. Whatever happens here, nothing was sent and the key is free again. */
  readonly check: () => Promise<R | undefined>
  /**
   * Makes the one call, and gives what was made. `externalId` finds it again in the upstream's history. The `effect` of a GatewayError
   * decides what is known of it.
   */
  readonly send: (externalId: string) => Promise<R>
  /** How a refusal of the upstream is remembered. */
  readonly refusal: (error: GatewayError) => R
}

export type MoneyOutcome<R> =
  /** `fault` is the upstream's refusal, where it ended in one. */
  | { readonly kind: 'settled'; readonly result: R; readonly fault: GatewayError | undefined }
  | { readonly kind: 'refused-before-sending'; readonly result: R }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown'; readonly operation: MoneyOperation<R> }

export interface Money {
  /** Claims the key and executes, or gives again what came of the first time. Same key at the same time: one waits for the other. */
  run<R>(request: MoneyRequest<R>): Promise<MoneyOutcome<R>>
  /** The caller's own operation under this key; null where there is none. */
  find(caller: Caller, idempotencyKey: string): MoneyOperation | null
}

interface Entry {
  readonly callerId: string
  readonly fingerprint: string
  operation: MoneyOperation
  outcome: Promise<MoneyOutcome<unknown>>
}

export interface MoneyOptions {
  /** Told of each operation that nobody knows the outcome of, and why: somebody may want to look. */
  readonly unknown: (operation: MoneyOperation, cause: unknown) => void
}

export function createMoney({ unknown }: MoneyOptions): Money {
  const entries = new Map<string, Entry>()

  const settle = (entry: Entry, change: Partial<MoneyOperation>): MoneyOperation => {
    entry.operation = { ...entry.operation, ...change }
    return entry.operation
  }

  const begin = <R>(place: string, request: MoneyRequest<R>): Promise<MoneyOutcome<R>> => {
    const { caller, idempotencyKey, mutation, fingerprint } = request
    const entry: Entry = {
      callerId: caller.id,
      fingerprint,
      operation: {
        __typename: 'MoneyOperation',
        idempotencyKey,
        mutation,
        state: 'IN_PROGRESS',
        startedAt: new Date(),
        settledAt: null,
        replays: 0,
        result: null,
      },
      outcome: Promise.resolve({ kind: 'conflict' }),
    }
    entries.set(place, entry)
    const outcome = perform(request, {
      externalId: createHash('sha256').update(place).digest('hex'),
      settle: (change) => settle(entry, change),
      free: () => void entries.delete(place),
      unknown,
    })
    entry.outcome = outcome
    return outcome
  }

  return {
    run<R>(request: MoneyRequest<R>): Promise<MoneyOutcome<R>> {
      const place = placeOf(request.caller, request.idempotencyKey)
      const entry = entries.get(place)
      if (!entry) return begin(place, request)
      const same =
        entry.callerId === request.caller.id &&
        entry.operation.mutation === request.mutation &&
        entry.fingerprint === request.fingerprint
      if (!same) return Promise.resolve({ kind: 'conflict' })
      settle(entry, { replays: entry.operation.replays + 1 })
      return (entry.outcome as Promise<MoneyOutcome<R>>).then((outcome) => current(outcome, entry))
    },
    find(caller, idempotencyKey) {
      const entry = entries.get(placeOf(caller, idempotencyKey))
      return entry?.callerId === caller.id ? entry.operation : null
    },
  }
}

/** An outcome that is still open is told with the operation as it is now. */
function current<R>(outcome: MoneyOutcome<R>, { operation }: Entry): MoneyOutcome<R> {
  return outcome.kind === 'unknown' ? { ...outcome, operation: operation as MoneyOperation<R> } : outcome
}

/** A token tells nobody's name, and a renewed one is another: with tokens a key is unique in the whole gateway. */
function placeOf(caller: Caller, idempotencyKey: string): string {
  return JSON.stringify([caller.kind === 'token' ? 'token' : caller.id, idempotencyKey])
}

interface Memory extends MoneyOptions {
  readonly externalId: string
  settle(change: Partial<MoneyOperation>): MoneyOperation
  free(): void
}

async function perform<R>(request: MoneyRequest<R>, memory: Memory): Promise<MoneyOutcome<R>> {
  try {
    const refused = await request.check()
    if (refused !== undefined) {
      memory.free()
      return { kind: 'refused-before-sending', result: refused }
    }
  } catch (error) {
    memory.free()
    throw error
  }
  try {
    const result = await request.send(memory.externalId)
    memory.settle({ state: 'SUCCEEDED', settledAt: new Date(), result })
    return { kind: 'settled', result, fault: undefined }
  } catch (error) {
    const effect = error instanceof GatewayError ? error.effect : 'unknown'
    if (effect === 'not-sent') {
      memory.free()
      throw error
    }
    if (error instanceof GatewayError && effect === 'refused') {
      const result = request.refusal(error)
      memory.settle({ state: 'REJECTED', settledAt: new Date(), result })
      return { kind: 'settled', result, fault: error }
    }
    // The call may have run: from here on nobody knows, and it is never sent again.
    const operation = memory.settle({ state: 'UNKNOWN' }) as MoneyOperation<R>
    memory.unknown(operation, error)
    return { kind: 'unknown', operation }
  }
}
