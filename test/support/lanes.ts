// Lanes for cells of a fault table: each cell has a gateway of its own, and for its time a sandbox with a line to it, whose secrets are known.
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { expectNoSecret, metricsOf } from './canaries.ts'
import { startTestGateway } from './gateway.ts'
import { startLine } from './line.ts'
import { connectClient } from './sockets.ts'
import type { Environment } from '../../src/config.ts'
import type { Fault } from '../../src/sandbox/faults.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { Answer } from './gateway.ts'
import type { ConnectFault, Line } from './line.ts'

/** What goes wrong: a fault of the sandbox, one in the line to it, or answers that come late. */
export type Plant =
  Omit<Fault, 'method' | 'path' | 'count'> | { readonly line: ConnectFault } | { readonly lateMs: number }

export interface Cell {
  readonly sandbox: Sandbox
  /** Lets the calls of a route go wrong, all of them or the next so many; the line does so for all routes. */
  plant(what: Plant, route: string, times?: number): void
  /** Asks, and to be told what it has cost. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Told>
  /** Subscribes over a websocket. */
  listen(query: string, variables?: Record<string, unknown>): AsyncIterableIterator<Event>
  /** Asks the sandbox itself. */
  look(path: string): Promise<Row>
  /** All that nobody may be told, as far as it has passed the line. */
  secrets(): ReadonlySet<string>
  /** How many feeds are polled. */
  feeds(): number
  metrics(): Promise<string>
}

// oxlint-disable-next-line typescript/no-explicit-any -- as the sandbox shapes it
type Row = any

export interface Told extends Answer {
  /** `extensions.upstream`. */
  readonly costs: { readonly calls: readonly { readonly method: string; readonly route: string }[] }
  readonly ms: number
}

export interface Event {
  // oxlint-disable-next-line typescript/no-explicit-any -- as the query shapes it
  readonly data?: any
}

export interface Lanes {
  /** Runs a cell in a lane that is free; when it is over, all that came out of its gateway is looked through for all that is secret. */
  run(env: Environment, cell: (cell: Cell) => Promise<void>): Promise<void>
  close(): Promise<void>
}

interface Lane {
  readonly sandbox: Sandbox
  readonly line: Line
}

/** In a request, as what its caller wrote. */
export const NOTE_CANARY = 'canary-in-a-note'

const CREDENTIAL = { clientId: 'canary-client', clientSecret: 'canary-secret' }

export function createLanes(): Lanes {
  const all: Lane[] = []
  const free: Lane[] = []
  const open = async (): Promise<Lane> => {
    // Prices that stand still: what is new is what a cell makes new.
    const sandbox = await startSandbox({ ...CREDENTIAL, tickMs: 1e9 })
    const lane = { sandbox, line: await startLine(sandbox.url) }
    all.push(lane)
    return lane
  }

  return {
    async run(env, cell) {
      const lane = free.pop() ?? (await open())
      const { sandbox, line } = lane
      sandbox.control.limits.set({ callsPerMinute: 1e6, burst: 1e6 })
      const { gateway, log, ask, close } = await startTestGateway({
        SPECTROCOIN_API_URL: line.url,
        SPECTROCOIN_CLIENT_ID: sandbox.clientId,
        SPECTROCOIN_CLIENT_SECRET: sandbox.clientSecret,
        // It has tests of its own.
        BREAKER_FAILURES: '1000000',
        ...env,
      })
      const answers: string[] = []
      const client = connectClient(gateway.websocketUrl, {
        on: { message: (message) => void answers.push(JSON.stringify(message)) },
      })
      const token = sandbox.control.tokens.create()
      let metrics = ''
      let secrets: ReadonlySet<string> = new Set()
      let timer: NodeJS.Timeout | undefined
      try {
        await cell({
          sandbox,
          plant(what, route, count) {
            const [method = '', path = ''] = route.split(' ')
            if ('line' in what) line.break(what.line, count)
            else if ('kind' in what) sandbox.control.faults.add({ ...what, method, path, ...(count && { count }) })
            else {
              sandbox.control.latency.set({ ms: what.lateMs, method, path, before: false })
              const met = (): void => {
                if (sandbox.count(route) < (count ?? Number.POSITIVE_INFINITY)) timer = setTimeout(met, 10)
                else sandbox.control.latency.clear()
              }
              met()
            }
          },
          async ask(query, variables) {
            const began = performance.now()
            const answer = await ask(query, variables, { 'x-explain': '1' })
            const ms = performance.now() - began
            answers.push(answer.text, JSON.stringify([...answer.headers]))
            return { ...answer, costs: JSON.parse(answer.text).extensions.upstream, ms }
          },
          listen: (query, variables = {}) =>
            client.client.iterate({ query, variables, extensions: { explain: true } }) as AsyncIterableIterator<Event>,
          look: async (path) =>
            (await fetch(sandbox.url + path, { headers: { authorization: `Bearer ${token}` } })).json(),
          secrets: () => secretsIn(line.passed(), lane),
          feeds: gateway.liveFeeds,
          metrics: () => metricsOf(gateway.url),
        })
        metrics = await metricsOf(gateway.url)
      } finally {
        clearTimeout(timer)
        await client.close()
        await close()
        sandbox.control.faults.clear()
        sandbox.control.latency.clear()
        secrets = secretsIn(line.passed(), lane)
        line.mend()
        free.push(lane)
      }
      for (const answer of answers) expectNoSecret('an answer', answer, secrets)
      expectNoSecret('the metrics', metrics, secrets)
      expectNoSecret('the log', log.join(''), secrets)
    },
    async close() {
      for (const { sandbox, line } of all) {
        await line.close()
        await sandbox.close()
      }
    },
  }
}

/** What passed the line and is nobody's but its owner's; what is shorter than six characters would be found by chance. */
function secretsIn(passed: string, { sandbox, line }: Lane): ReadonlySet<string> {
  const found = [...passed.matchAll(SECRET_MEMBERS), ...passed.matchAll(/bearer (\S+)/gi)].map(
    ([, value = '']) => value,
  )
  const ports = [sandbox.origin, line.url].map((url) => `:${new URL(url).port}`)
  return new Set([
    ...Object.values(CREDENTIAL),
    NOTE_CANARY,
    'authorization',
    'earer ',
    ...SENTENCES,
    ...ports,
    ...found,
  ])
}

const SECRET_MEMBERS =
  /"(?:access_token|(?!traceId|spanId)\w*[iI]d|iban|bic|reference|address|voucherCode|voucherPin|redirectUrl)":"([^"]{6,})"/g

/** What stands in the bodies of the upstream's refusals, and in the page of its proxy. */
const SENTENCES = [
  'Internal server error',
  'A parameter is',
  'A valid access',
  'Requested entity',
  '<html',
  'Bad Gateway',
]

/** An amount is the same with zeros at its end. */
export function exact<T>(data: T): T {
  return JSON.parse(JSON.stringify(data).replace(/"(\d+)\.0+"|"(\d+\.\d*[1-9])0+"/g, '"$1$2"'))
}
