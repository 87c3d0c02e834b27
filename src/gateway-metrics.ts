// Wires what is counted: the words of each floor made labels, and those that an alert waits for there from the start.
import { ERROR_CODES } from './errors.ts'
import { createMetrics } from './metrics.ts'
import { HISTORIES } from './money/histories.ts'
import { endpointRows } from './upstream/endpoints.ts'
import type { Sources } from './metrics.ts'
import type { Step } from './money/audit.ts'
import type { CountOperation } from './server/pipeline.ts'
import type { SocketEnd } from './server/websocket.ts'
import type { Drift } from './upstream/drift.ts'
import type { Endpoints } from './upstream/endpoints.ts'
import type { BreakerState, Meter } from './upstream/meter.ts'
import type { Registry } from 'prom-client'

export interface GatewayMetrics {
  readonly registry: Registry
  readonly meter: Meter
  readonly countOperation: CountOperation
  readonly countRefusal: (code: string) => void
  readonly countSharedQuery: () => void
  readonly countSocketEnd: (transport: 'websocket' | 'event-stream', why: SocketEnd) => void
  readonly countMoneyStep: (step: Step, mutation: string) => void
}

export interface GatewayMetricsOptions extends Omit<Sources, 'drift'> {
  /** As they are called, with their corrections. */
  readonly endpoints: Endpoints
  readonly drift: () => ReturnType<Drift['counts']>
}

export function createGatewayMetrics({
  endpoints,
  drift,
  openMoney,
  ...sources
}: GatewayMetricsOptions): GatewayMetrics {
  const routes = new Map(endpointRows(endpoints).map((row) => [row.name, routeOf(row)]))
  const metrics = createMetrics({
    ...sources,
    openMoney: () => orNothing(openMoney),
    drift: () => driftByRoute(routes, drift()),
  })
  const { registry, requests, requestSeconds, retries, saved, notMade, coolDowns } = metrics

  // A rate sees a counter grow from 0 to 1 only if it has seen the 0.
  for (const why of ['budget', 'cool-down', 'busy', 'breaker']) notMade.inc({ why }, 0)
  for (const kind of ['query', 'mutation', 'subscription']) metrics.operations.inc({ kind, code: 'ok' }, 0)
  for (const code of ['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_REQUEST']) metrics.refusals.inc({ code }, 0)
  for (const why of WATCHED_ENDS)
    for (const transport of ['websocket', 'event-stream']) metrics.socketsEnded.inc({ transport, why }, 0)
  for (const step of WATCHED_STEPS)
    for (const mutation of Object.keys(HISTORIES)) metrics.moneySteps.inc({ step, mutation }, 0)

  return {
    registry,
    meter: {
      request(endpoint, outcome, ms) {
        requests.inc({ route: routeOf(endpoint), outcome })
        requestSeconds.observe({ class: endpoint.safety }, ms / 1000)
      },
      retry: (endpoint) => retries.inc({ route: routeOf(endpoint) }),
      saved: (endpoint, by) => saved.inc({ route: routeOf(endpoint), by }),
      notMade: (why) => notMade.inc({ why }),
      coolDown: () => coolDowns.inc(),
      breaker(state) {
        metrics.breaker.set(BREAKER_STATES[state])
        if (state === 'open') metrics.breakerOpenings.inc()
      },
    },
    countOperation(kind, codes, ms) {
      for (const code of codes.length > 0 ? codes : ['ok']) metrics.operations.inc({ kind, code: known(code) })
      metrics.operationSeconds.observe({ kind }, ms / 1000)
    },
    countSharedQuery: () => metrics.queriesShared.inc(),
    countRefusal: (code) => metrics.refusals.inc({ code: known(code) }),
    countSocketEnd: (transport, why) => metrics.socketsEnded.inc({ transport, why }),
    countMoneyStep: (step, mutation) => metrics.moneySteps.inc({ step, mutation }),
  }
}

const BREAKER_STATES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Whoever meets these is either an attacker or a front end that has outgrown its limits. */
const WATCHED_ENDS: readonly SocketEnd[] = [
  'refused',
  'too-many',
  'too-many-of-caller',
  'too-many-subscriptions',
  'too-many-messages',
  'frame',
  'stalled',
]

/** What somebody has to look at. */
const WATCHED_STEPS: readonly Step[] = ['unknown', 'ambiguous', 'unwritten']

function routeOf({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path}`
}

/** Whatever an error may say of itself, a label is from the list. */
function known(code: string): string {
  return code === 'ok' || Object.hasOwn(ERROR_CODES, code) ? code : 'INTERNAL_SERVER_ERROR'
}

/** Where the journal cannot be read, the other numbers are wanted most. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Places are summed up: an alert wants to know which call has changed, and the log says where. */
function driftByRoute(
  routes: ReadonlyMap<string, string>,
  counts: ReturnType<Drift['counts']>,
): ReturnType<Sources['drift']> {
  return counts.map(({ endpoint, kind, times }) => ({ route: routes.get(endpoint) ?? 'none', kind, count: times }))
}
