// The clients, a process of its own: so many connections, each of which asks again as soon as it has its answer.
import { setTimeout as delay } from 'node:timers/promises'
import { cpuOf } from '../server.ts'
import { connect, createPost } from './connection.ts'
import { isAnswer, scenarioOf, tokenOf } from './scenarios.ts'
import type { Connection } from './connection.ts'
import type { Scenario } from './scenarios.ts'

export interface Order {
  readonly url: string
  /** Of the server. */
  readonly pid: number
  readonly scenario: string
  readonly connections: number
  /** How much CPU the server is to spend on it: on a busy machine that takes longer, and tells as much. */
  readonly cpuMs: number
}

/** The fault of an answer that is not as it must be, or what was measured. */
export type Outcome =
  | { readonly fault: string }
  | {
      /** CPU of the server for one request, in microseconds. */
      readonly cpu: number
      /** In milliseconds. */
      readonly p50: number
      readonly p99: number
      /** All that were sent, those that were not measured too. */
      readonly sent: number
    }

/** One in so many is looked at as a whole, all others at their status and length. A prime, so that each kind of request has its turn. */
const LOOKED_AT = 47

/** However little a server does meanwhile, it is not waited for longer than so many times the CPU that it is to spend. */
const PATIENCE = 2

/** Of fewer nothing can be told. */
const LEAST_ANSWERS = 20

/** The first ones were asked when answers were compared, and a key for money is good once. */
let asked = 1_000

process.on('message', (order: Order) => {
  measure(order).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => process.send?.({ fault: error instanceof Error ? error.message : String(error) }),
  )
})
process.once('disconnect', () => process.exit())
process.send?.('ready')

/** From the first request to the last answer, so that what was spent belongs to these requests and no others. */
async function measure({ url, pid, scenario: name, connections, cpuMs }: Order): Promise<Outcome> {
  const scenario = scenarioOf(name)
  const sockets = await Promise.all(Array.from({ length: connections }, () => connect(url)))
  const before = asked
  const ask = createAsk(url, scenario)
  const waits: number[] = []
  let isOver = false
  const askOn = async (socket: Connection): Promise<void> => {
    while (!isOver) waits.push(await ask(socket))
  }
  const endInTime = async (): Promise<void> => {
    const began = { cpu: cpuOf(pid), at: performance.now() }
    const isEnough = (): boolean =>
      cpuOf(pid) - began.cpu >= cpuMs * 1_000 || performance.now() - began.at >= cpuMs * PATIENCE
    while (!isOver && (waits.length < LEAST_ANSWERS || !isEnough())) await delay(20)
    isOver = true
  }
  try {
    await Promise.all(sockets.map(ask))
    const cpu = cpuOf(pid)
    await Promise.all([endInTime(), ...sockets.map(askOn)])
    const spent = cpuOf(pid) - cpu
    waits.sort((a, b) => a - b)
    const [p50 = 0, p99 = 0] = [0.5, 0.99].map((share) => waits[Math.floor(waits.length * share)])
    return { cpu: spent / waits.length, p50, p99, sent: asked - before }
  } finally {
    isOver = true
    for (const socket of sockets) socket.close()
  }
}

/** Sends the next request, and gives how many milliseconds its answer took. Throws where that is not as it must be. */
function createAsk(url: string, scenario: Scenario): (socket: Connection) => Promise<number> {
  const post = createPost(url)
  let length: number | undefined
  return async (socket) => {
    const n = asked
    asked += 1
    const request = post(tokenOf(n), scenario.request(n))
    const began = performance.now()
    const { status, body } = await socket.ask(request)
    const took = performance.now() - began
    length ??= body.length
    const isRight =
      status === 200 && body.length === length && (n % LOOKED_AT > 0 || isAnswer(scenario, n, body.toString()))
    if (!isRight) throw new Error(`answered ${scenario.name} with ${status} ${body.toString().slice(0, 300)}`)
    return took
  }
}
