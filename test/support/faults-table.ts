// The table of what goes wrong upstream and what each kind of call makes of it.
import type { ErrorCode } from '../../src/errors.ts'
import type { Plant } from './lanes.ts'

/** What a call makes of it. */
export interface Outcome {
  /** The code of its error; 'data': it is answered as if nothing had happened; 'null': there is no such thing. Else the type of its result. */
  readonly gives: ErrorCode | 'data' | 'null' | 'InvalidInput'
  /** How often it is tried. */
  readonly tries: number
  /** How many new tokens it takes. */
  readonly tokens?: number
  readonly retryAfter?: number
  /** Of a call that makes something: nobody knows whether it has. */
  readonly isUnknown?: true
  /** What becomes of the next field of a mutation; left out: it is done. */
  readonly next?: ErrorCode
}

/** What a poll makes of it: it goes on, goes on and calls the last value stale meanwhile, waits as it was told to, or ends with a code. */
export type PollOutcome = 'unharmed' | 'goes on' | 'waits' | ErrorCode

export interface Row {
  readonly name: string
  readonly plant: Plant
  /** It takes as long as it is waited for, so that it is met with less patience. */
  readonly isSlow?: true
  /** It is about the connections, so that no other call may use them in the same operation. */
  readonly isAlone?: true
  /** Whether what is to be made is made, though its answer does not arrive. */
  readonly makes?: true
  /** A read while it lasts, and when it comes once. */
  readonly read: Outcome
  readonly once?: Outcome
  /** Where they differ from that. */
  readonly rates?: Outcome
  readonly account?: Outcome
  /** A call that creates something, and when it comes once, where that differs. */
  readonly create: Outcome
  readonly createOnce?: Outcome
  /** The request for a token, with a read behind it, which is tried as often. */
  readonly token: Outcome
  readonly tokenOnce?: Outcome
  readonly tokenOfCreate: Outcome
  readonly poll: PollOutcome
  readonly ratesPoll?: PollOutcome
  /** How often it meets the poll. */
  readonly polls?: number
}

type Expected = Omit<Row, 'name' | 'plant'>

const fails = (gives: ErrorCode, more: Partial<Outcome> = {}): Outcome => ({ gives, tries: 1, ...more })
const data = (tries = 1): Outcome => ({ gives: 'data', tries })

/** Trouble that may be over the next time: a read is tried three times, what creates something once. */
function passing(code: ErrorCode, more: Partial<Row> = {}): Expected {
  return {
    read: fails(code, { tries: 3 }),
    once: data(2),
    create: fails(code, { isUnknown: true }),
    token: fails(code, { tries: 3 }),
    tokenOnce: data(2),
    tokenOfCreate: fails(code),
    poll: 'goes on',
    ...more,
  }
}

/** No connection ever stood: nothing was sent. */
const unreachable = (code: ErrorCode): Expected => passing(code, { isAlone: true, create: fails(code) })

/** It says nothing about what happened, and would say nothing the next time. */
const senseless = (more: Partial<Row> = {}): Expected => ({
  read: fails('UPSTREAM_INVALID'),
  create: fails('UPSTREAM_INVALID', { isUnknown: true }),
  token: fails('UPSTREAM_INVALID'),
  tokenOfCreate: fails('UPSTREAM_INVALID'),
  poll: 'goes on',
  ...more,
})

/** The right answer in other words. */
const harmless: Expected = {
  makes: true,
  read: data(),
  create: data(),
  token: data(),
  tokenOfCreate: data(),
  poll: 'unharmed',
}

const refusal = (code: ErrorCode, ofToken: ErrorCode, more: Partial<Row> = {}): Expected => ({
  read: fails(code),
  create: { gives: 'InvalidInput', tries: 1 },
  token: fails(ofToken),
  tokenOfCreate: fails(ofToken),
  poll: code,
  ...more,
})

const status = (code: number, more: { readonly retryAfter?: number } = {}): Plant => ({
  kind: 'status',
  status: code,
  ...more,
})
const limited = (tries: number, retryAfter: number, more: Partial<Outcome> = {}): Outcome =>
  fails('RATE_LIMITED', { tries, retryAfter, ...more })

const UNAVAILABLE = 'UPSTREAM_UNAVAILABLE'
const TIMEOUT = 'UPSTREAM_TIMEOUT'
const UNAUTHENTICATED = fails('UNAUTHENTICATED')

export const ROWS: readonly Row[] = [
  { name: 'a refused connection', plant: { line: 'refused' }, ...unreachable(UNAVAILABLE) },
  { name: 'a host that DNS does not know', plant: { line: 'unknown-host' }, ...unreachable(UNAVAILABLE) },
  { name: 'a connection that never stands', plant: { line: 'never' }, isSlow: true, ...unreachable(TIMEOUT) },
  { name: 'a reset', plant: { kind: 'reset-before' }, ...passing(UNAVAILABLE) },
  { name: 'a reset once it is done', plant: { kind: 'reset-after' }, makes: true, ...passing(UNAVAILABLE) },
  {
    name: 'a kept connection that is reset',
    plant: { kind: 'keep-alive-race' },
    isAlone: true,
    // The next try has a connection of its own.
    ...passing(UNAVAILABLE, { read: data(2), token: data(2), polls: 1 }),
  },
  { name: 'no answer', plant: { kind: 'hang' }, isSlow: true, ...passing(TIMEOUT) },
  { name: 'an answer that is late', plant: { lateMs: 3_000 }, isSlow: true, makes: true, ...passing(TIMEOUT) },
  { name: 'an answer that drips', plant: { kind: 'drip' }, isSlow: true, makes: true, ...passing(TIMEOUT) },
  { name: 'half a body', plant: { kind: 'half-body' }, makes: true, ...passing(UNAVAILABLE) },
  { name: 'a body that is longer than its length', plant: { kind: 'wrong-length' }, ...senseless({ makes: true }) },
  { name: 'an empty 200', plant: { kind: 'empty' }, ...senseless({ makes: true }) },
  { name: 'a 200 with an HTML page', plant: { kind: 'html', status: 200 }, ...senseless() },
  { name: 'a body that is no JSON', plant: { kind: 'invalid-json' }, ...senseless({ makes: true }) },
  {
    name: 'an answer without an id',
    plant: { kind: 'missing-id' },
    // Rates and tokens have none.
    ...senseless({ makes: true, rates: data(), ratesPoll: 'unharmed', token: data(), tokenOfCreate: data() }),
  },
  { name: 'a 203', plant: { kind: 'non-authoritative' }, ...senseless({ makes: true }) },
  { name: 'a 302', plant: { kind: 'redirect' }, ...senseless() },
  { name: 'a 400', plant: status(400), ...refusal('UPSTREAM_REJECTED', 'UNAUTHENTICATED') },
  {
    name: 'a 401',
    plant: status(401),
    // With another token the same; who needs none has no other.
    read: fails('UNAUTHENTICATED', { tries: 2, tokens: 1 }),
    once: { ...data(2), tokens: 1 },
    rates: UNAUTHENTICATED,
    create: fails('UNAUTHENTICATED', { tries: 2, tokens: 1 }),
    createOnce: { ...data(2), tokens: 1 },
    token: UNAUTHENTICATED,
    tokenOfCreate: UNAUTHENTICATED,
    poll: 'UNAUTHENTICATED',
  },
  { name: 'a 403', plant: status(403), ...refusal('FORBIDDEN', 'UNAUTHENTICATED', { create: fails('FORBIDDEN') }) },
  {
    name: 'a 404',
    plant: status(404),
    ...refusal('UPSTREAM_REJECTED', 'UPSTREAM_REJECTED', {
      rates: { gives: 'null', tries: 1 },
      account: { gives: 'null', tries: 1 },
      poll: 'NOT_FOUND',
      ratesPoll: 'unharmed',
    }),
  },
  { name: 'a 409', plant: status(409), ...senseless() },
  { name: 'a 422', plant: status(422), ...refusal('UPSTREAM_REJECTED', 'UPSTREAM_REJECTED') },
  {
    name: 'a 429 that says to come again in a second',
    plant: status(429, { retryAfter: 1 }),
    read: limited(3, 1),
    once: data(2),
    create: limited(1, 1),
    token: limited(3, 1),
    tokenOnce: data(2),
    tokenOfCreate: limited(1, 1),
    poll: 'goes on',
  },
  {
    name: 'a 429 that says to come again when nobody waits any longer',
    plant: status(429, { retryAfter: 60 }),
    read: limited(1, 60),
    create: limited(1, 60, { next: 'RATE_LIMITED' }),
    token: limited(1, 60),
    tokenOfCreate: limited(1, 60, { next: 'RATE_LIMITED' }),
    poll: 'waits',
  },
  {
    name: 'a 429 that does not say when to come again',
    plant: status(429),
    // Two seconds, then four: that is longer than anybody waits.
    read: limited(2, 4),
    once: data(2),
    create: limited(1, 2),
    token: limited(2, 4),
    tokenOnce: data(2),
    tokenOfCreate: limited(1, 2),
    poll: 'goes on',
    polls: 1,
  },
  { name: 'a 500', plant: status(500), ...passing(UNAVAILABLE) },
  { name: "a 502 with some proxy's page", plant: { kind: 'html', status: 502 }, ...passing(UNAVAILABLE) },
  { name: 'a 503', plant: status(503), ...passing(UNAVAILABLE) },
  { name: 'a 504', plant: status(504), ...passing(UNAVAILABLE) },
  { name: 'a gzip bomb', plant: { kind: 'gzip-bomb' }, ...senseless({ makes: true }) },
  { name: '60 MB', plant: { kind: 'oversize' }, ...senseless({ makes: true }) },
  { name: 'brackets 100,000 deep', plant: { kind: 'deep' }, ...senseless({ makes: true }) },
  { name: 'keys that come twice', plant: { kind: 'duplicate-keys' }, ...harmless },
  { name: 'keys that mean something to JavaScript', plant: { kind: 'proto-keys' }, ...harmless },
  { name: 'numbers of 30 digits', plant: { kind: 'long-numbers' }, ...harmless },
]
