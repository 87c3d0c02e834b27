// One money-moving call, from its check to what is known of it: journaled before it leaves, sent once, its outcome written down.
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../errors.ts'
import { keptOf, partsOf, rowOf } from './answers.ts'
import { lineOf } from './audit.ts'
import { externalIdOf, HOUSE, outcomeOf, refusalAnswer, underWay } from './operation.ts'
import { keptSought } from './sought.ts'
import type { Result } from './answers.ts'
import type { Audit, Step } from './audit.ts'
import type { Journal, MoneyState, Settlement } from './journal.ts'
import type { Flight, MoneyOutcome, MoneyRequest } from './operation.ts'
import type { Owners } from './owners.ts'
import type { Reconciler } from './reconcile.ts'

export interface Desk {
  readonly journal: Journal
  readonly reconciler: Reconciler
  readonly owners: Owners
  readonly credential: string
  /** How long the history is waited for, where no answer told the outcome. */
  readonly lookMs: number
  readonly audit: Audit
  readonly now: () => Date
}

export async function perform<R extends Result>(
  request: MoneyRequest<R>,
  flight: Flight,
  desk: Desk,
): Promise<MoneyOutcome<R>> {
  const note = (step: Step, state?: MoneyState, cause?: unknown): void =>
    desk.audit(step, { ...lineOf(request, flight.place, state), cause })
  const refused = await request.check()
  if (refused !== undefined) {
    note('refused')
    return { kind: 'refused-before-sending', result: refused }
  }
  const late = whyEnded(flight)
  if (late) throw late
  await claim(request, flight, desk)
  // The disk may have taken its time.
  const ended = whyEnded(flight)
  if (ended) {
    await written(desk, flight, () => desk.journal.free(flight.place))
    throw ended
  }
  flight.hasLeft = true
  note('journaled', 'IN_PROGRESS')
  const sent = await send(request, externalIdOf(flight.place))
  switch (sent.effect) {
    case 'done': {
      const { result } = sent
      const [row, parts] = [rowOf(result), partsOf(result)]
      await settle(flight, desk, { state: 'SUCCEEDED', answer: { result: keptOf(result) }, row, parts })
      desk.owners.prove(request.caller)
      note('succeeded', 'SUCCEEDED')
      return { kind: 'settled', result, fault: undefined }
    }
    case 'not-sent':
      await written(desk, flight, () => desk.journal.free(flight.place))
      note('notSent', undefined, sent.error)
      throw sent.error
    case 'refused': {
      const result = request.refusal(sent.error)
      const answer = refusalAnswer(result, sent.error)
      await settle(flight, desk, { state: 'REJECTED', answer })
      note('rejected', 'REJECTED', sent.error)
      return { kind: 'settled', result, fault: answer.fault && sent.error }
    }
    case 'unknown': {
      const at = desk.now()
      await written(desk, flight, () => desk.journal.markUnknown(flight.place, at))
      note('unknown', 'UNKNOWN', sent.error)
      return lookInto(request, flight, desk)
    }
  }
}

function whyEnded({ ended }: Flight): GatewayError | undefined {
  return ended
}

/** On the disk once this resolves; where it cannot be, nothing is sent. */
async function claim<R extends Result>(request: MoneyRequest<R>, flight: Flight, desk: Desk): Promise<void> {
  const { place, owner, account, mutation, fingerprint, startedAt } = flight
  try {
    await desk.journal.claim({
      place,
      owner,
      account,
      credential: account === HOUSE ? desk.credential : '',
      mutation,
      fingerprint,
      externalId: externalIdOf(place),
      sought: keptSought(request.sought, place),
      startedAt,
    })
  } catch (cause) {
    const text = 'The journal of the gateway could not be written; nothing was sent.'
    desk.audit('unwritten', { ...lineOf(request, place), cause })
    throw new GatewayError('INTERNAL_SERVER_ERROR', text, { cause })
  }
}

type Sent<R> =
  | { readonly effect: 'done'; readonly result: R }
  | { readonly effect: 'not-sent' | 'refused'; readonly error: GatewayError }
  | { readonly effect: 'unknown'; readonly error: unknown }

/** The one place from which money moves. It is not tried again, whatever comes of it. */
async function send<R extends Result>(request: MoneyRequest<R>, externalId: string): Promise<Sent<R>> {
  try {
    return { effect: 'done', result: await request.send(externalId) }
  } catch (error) {
    // A fault of the gateway's own tells nothing of what has run.
    if (error instanceof GatewayError && error.effect !== 'unknown') return { effect: error.effect, error }
    return { effect: 'unknown', error }
  }
}

function settle(flight: Flight, desk: Desk, settlement: Omit<Settlement, 'at'>): Promise<void> {
  const at = desk.now()
  return written(desk, flight, () => desk.journal.settle(flight.place, { ...settlement, at }))
}

/** What is known stays true where it cannot be written down now. It is tried again for a while, and looked up after a restart. */
async function written(desk: Desk, flight: Flight, write: () => Promise<void>, tries = 0): Promise<void> {
  const { owner, mutation, place } = flight
  try {
    await write()
    const entry = tries > 0 ? desk.journal.find(place) : null
    if (entry?.state === 'UNKNOWN') void desk.reconciler.look(entry)
  } catch (cause) {
    desk.audit('unwritten', { caller: owner, mutation, key: place.key, cause })
    if (tries < MOST_TRIES) setTimeout(() => void written(desk, flight, write, tries + 1), TRY_AGAIN_MS).unref()
  }
}

const TRY_AGAIN_MS = 5_000
const MOST_TRIES = 100

/** Waits a while for what the history tells. Whatever goes wrong here, it was sent: that nobody knows is what there is to say. */
async function lookInto<R extends Result>(
  request: MoneyRequest<R>,
  flight: Flight,
  { journal, owners, reconciler, lookMs, audit }: Desk,
): Promise<MoneyOutcome<R>> {
  const { place } = flight
  try {
    const open = journal.find(place)
    if (!open) throw new TypeError('an entry that is not there')
    owners.lend(request.caller, open)
    const patience = new AbortController()
    const waited = sleep(lookMs, undefined, { signal: patience.signal }).catch(() => {})
    await Promise.race([reconciler.look(open), waited])
    patience.abort()
    return outcomeOf<R>(journal.find(place) ?? open)
  } catch (cause) {
    audit('lookFailed', { ...lineOf(request, place, 'UNKNOWN'), cause })
    return { kind: 'unknown', operation: { ...underWay(flight), state: 'UNKNOWN' } }
  }
}
