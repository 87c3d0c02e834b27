// The numbers that a gateway tells of itself, in a registry of its own: each with its name, its labels, and what it says.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What is read where it is, whenever somebody asks. */
export interface Sources {
  readonly liveFeeds: () => number
  readonly liveSelections: () => number
  readonly liveListeners: () => number
  readonly websockets: () => number
  /** By state; undefined where it cannot be read now. */
  readonly openMoney: () => Readonly<Record<string, number>> | undefined
  readonly drift: () => Iterable<{ readonly route: string; readonly kind: string; readonly count: number }>
}

const PREFIX = 'spectrocoin_gateway_'

/** Up to the minute that a call that moves money has. */
const UPSTREAM_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const OPERATION_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * Every label has its values from a closed list, a route from the endpoint table: no id, no caller, no host and no name that a caller
 * chose. docs/metrics.md carries the same names, labels and sentences, and a test keeps the two equal.
 */
export function createMetrics(sources: Sources) {
  const registry = new Registry()
  const registers = [registry]
  const counter = <const L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers })
  const histogram = <const L extends string>(name: string, help: string, labelNames: readonly L[], buckets: number[]) =>
    new Histogram({ name: PREFIX + name, help, labelNames, buckets, registers })
  const gauge = (name: string, help: string, read?: () => number) =>
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      ...(read && {
        collect() {
          this.set(read())
        },
      }),
    })

  const metrics = {
    registry,
    requests: counter('upstream_requests_total', 'Requests that the upstream was sent, by what became of them.', [
      'route',
      'outcome',
    ]),
    requestSeconds: histogram(
      'upstream_request_seconds',
      'How long such requests took, in seconds, by the safety class of the endpoint.',
      ['class'],
      UPSTREAM_SECONDS,
    ),
    queriesShared: counter('queries_shared_total', 'Queries that joined an identical one of their caller under way.'),
    retries: counter('upstream_retries_total', 'Those among them that repeated a read.', ['route']),
    saved: counter('upstream_reads_saved_total', 'Reads that took no request, by what served them.', ['route', 'by']),
    notMade: counter('upstream_calls_not_made_total', 'Calls that failed without a request, by why.', ['why']),
    coolDowns: counter('upstream_cool_downs_total', 'Cool-downs that an answer of 429 has opened.'),
    breaker: gauge('upstream_breaker_state', 'The circuit breaker: 0 closed, 1 half open, 2 open.'),
    breakerOpenings: counter('upstream_breaker_openings_total', 'How often it has opened, after a failed probe too.'),
    operations: counter(
      'operations_total',
      'GraphQL operations by kind and error code; one with errors of two codes counts under both, a subscription when it begins.',
      ['kind', 'code'],
    ),
    operationSeconds: histogram(
      'operation_seconds',
      'How long operations took, in seconds, each once; a subscription until it has begun.',
      ['kind'],
      OPERATION_SECONDS,
    ),
    refusals: counter(
      'http_refusals_total',
      'HTTP requests that were refused before they were an operation, by error code: at the door, for their key, their body or their form.',
      ['code'],
    ),
    socketsEnded: counter(
      'sockets_ended_total',
      'Websockets and event streams that were refused, or ended by the gateway, by why.',
      ['transport', 'why'],
    ),
    moneySteps: counter('money_steps_total', 'Steps of money-moving calls.', ['step', 'mutation']),
  }
  gauge('live_feeds', 'Feeds that are polled now.', sources.liveFeeds)
  gauge('live_selections', 'Distinct selections of them, each executed once an event.', sources.liveSelections)
  gauge('live_listeners', 'Subscriptions that listen to them now, over whichever transport.', sources.liveListeners)
  gauge('websockets', 'Websockets that are open now.', sources.websockets)
  new Gauge({
    name: `${PREFIX}money_open`,
    help: 'Money-moving calls that have no outcome yet, by state.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset()
      for (const [state, count] of Object.entries(sources.openMoney() ?? {})) this.set({ state }, count)
    },
  })
  new Counter({
    name: `${PREFIX}upstream_drift_total`,
    help: 'What answers hold that the contract does not have, each time, by what it is.',
    labelNames: ['route', 'kind'],
    registers,
    collect() {
      this.reset()
      for (const { route, kind, count } of sources.drift()) this.inc({ route, kind }, count)
    },
  })
  return metrics
}
