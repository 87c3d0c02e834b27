// Faults on order: which calls go wrong, how, and how often.
import { fits } from './router.ts'

export const faultKinds = {
  /** An error with the documented body: `status` (default 500), and `errorCode` where its usual one is not meant. */
  status: { executes: false },
  /** A proxy's page: HTML with `status` (default 502). */
  html: { executes: false },
  /** 302 to `/redirected` below the base path. */
  redirect: { executes: false },
  /** Never an answer. */
  hang: { executes: false },
  'reset-before': { executes: false },
  'reset-after': { executes: true },
  /** Half of the body, then the connection is reset. */
  'half-body': { executes: true },
  /** 200 with no body at all. */
  empty: { executes: true },
  /** The right body under 203, the older API's status for errors. */
  'non-authoritative': { executes: true },
  'invalid-json': { executes: true },
  /** A content-length of half of what is sent. */
  'wrong-length': { executes: true },
  /** The answer, or each row of it, without its own id. */
  'missing-id': { executes: true },
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
}

export type Faults = {
  add(fault: Fault): void
  /** The first fault that meets this call, counted as met. */
  take(method: string, path: string): Fault | undefined
  list(): readonly Fault[]
  clear(): void
}

export function createFaults(): Faults {
  let waiting: Fault[] = []
  return {
    add(fault) {
      waiting.push(fault)
    },
    take(method, path) {
      const fault = waiting.find((candidate) => meets(candidate, method, path))
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

export function executes({ kind, execute }: Fault): boolean {
  return execute ?? faultKinds[kind].executes
}
