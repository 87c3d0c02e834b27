// Faults on order: which calls go wrong, how, and how often.
import { fits } from './router.ts'

// `executes`: whether the call is carried out unless told otherwise. `spoils`: it is the right answer that goes wrong.
export const faultKinds = {
  /** An error with the documented body: `status` (default 500), and `errorCode` where its usual one is not meant. */
  status: { executes: false, spoils: false },
  /** A proxy's page: HTML with `status` (default 502). */
  html: { executes: false, spoils: false },
  /** 302 to `/redirected` below the base path. */
  redirect: { executes: false, spoils: false },
  /** Never an answer. */
  hang: { executes: false, spoils: false },
  'reset-before': { executes: false, spoils: false },
  /** A kept connection is reset when the next call arrives on it; calls on a new one are not met. */
  'keep-alive-race': { executes: false, spoils: false },
  'reset-after': { executes: true, spoils: false },
  /** Half of the body, then the connection is reset. */
  'half-body': { executes: true, spoils: true },
  /** 200 with no body at all. */
  empty: { executes: true, spoils: true },
  /** The right body under 203, the older API's status for errors. */
  'non-authoritative': { executes: true, spoils: true },
  'invalid-json': { executes: true, spoils: true },
  /** A content-length of half of what is sent. */
  'wrong-length': { executes: true, spoils: true },
  /** The answer, or each row of it, without its own id. */
  'missing-id': { executes: true, spoils: true },
  /** The right head, then a byte every 50 ms for ever. */
  drip: { executes: true, spoils: true },
  /** Half a gigabyte of zeros as gzip, half a megabyte at the wire, whatever encoding was asked for. */
  'gzip-bomb': { executes: true, spoils: true },
  /** 60 MB of JSON without a length. */
  oversize: { executes: true, spoils: true },
  /** The right answer, but each object has its first field once more with another value, before the right one. */
  'duplicate-keys': { executes: true, spoils: true },
  /** The right answer, and `__proto__` and `constructor` in each object. */
  'proto-keys': { executes: true, spoils: true },
  /** The right answer, its numbers written with 30 digits. */
  'long-numbers': { executes: true, spoils: true },
  /** The right answer, and an unknown member nested 100,000 deep. */
  deep: { executes: true, spoils: true },
} as const

export type FaultKind = keyof typeof faultKinds

export type Fault = {
  readonly kind: FaultKind
  readonly method?: string
  /** A path below the base path, a template such as `/accounts/{accountId}`, or a beginning with `*`; none: all. */
  readonly path?: string
  /** How many calls it meets; none: all until it is cleared. */
  readonly count?: number
  readonly status?: number
  readonly errorCode?: string
  /** For `status`: Retry-After, in seconds. */
  readonly retryAfter?: number
  /** Whether the call is carried out before it goes wrong; each kind has its usual way. */
  readonly execute?: boolean
  /** It is carried out only so long after the fault was shown, in real time, though the client may have gone by then. */
  readonly executeAfterMs?: number
}

export type Faults = {
  add(fault: Fault): void
  /** The first fault that meets this call, counted as met. */
  take(method: string, path: string, isKept: boolean): Fault | undefined
  list(): readonly Fault[]
  clear(): void
}

export function createFaults(): Faults {
  let waiting: Fault[] = []
  return {
    add(fault) {
      waiting.push(fault)
    },
    take(method, path, isKept) {
      const fault = waiting.find(
        (candidate) => (isKept || candidate.kind !== 'keep-alive-race') && meets(candidate, method, path),
      )
      if (fault?.count !== undefined) {
        const rest = fault.count > 1 ? [{ ...fault, count: fault.count - 1 }] : []
        waiting = waiting.flatMap((candidate) => (candidate === fault ? rest : [candidate]))
      }
      return fault
    },
    list: () => [...waiting],
    clear() {
      waiting = []
    },
  }
}

/** Whether a rule with an optional method and path pattern is about this call. */
export function meets(
  rule: { readonly method?: string; readonly path?: string },
  method: string,
  path: string,
): boolean {
  return (rule.method ?? method) === method && (rule.path === undefined || fits(rule.path, path))
}

/** Whether the call is carried out before the fault is shown. */
export function executesFirst(fault: Fault): boolean {
  return fault.executeAfterMs === undefined && executes(fault)
}

/** Whether it can be carried out after the fault was shown: it is carried out at all, and nothing of its answer is shown. */
export function canBeLate(fault: Fault): boolean {
  return executes(fault) && !faultKinds[fault.kind].spoils
}

function executes({ kind, execute }: Fault): boolean {
  return execute ?? faultKinds[kind].executes
}
