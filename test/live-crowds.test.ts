// Crowds of listeners on real sockets: what they cost is one request a tick, each change reaches each of them, and nothing is left of who has gone.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { byHand } from './support/by-hand.ts'
import { startCrowd } from './support/crowd.ts'
import { startTestGateway } from './support/gateway.ts'
import { startUpstream } from './support/upstream.ts'
import type { Environment } from '../src/config.ts'
import type { HandRoute } from './support/by-hand.ts'
import type { Crowd } from './support/crowd.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const RATES = 'GET /currencies/rates'
const CODES = Array.from({ length: 50 }, (_, index) => `C${index}`)
const RATE = 'subscription ($code: CurrencyCode!) { liveRate(currency: $code) { price asOf stale } }'
const listeningBy = (sockets: number) => ({ sockets, query: RATE, variables: CODES.map((code) => ({ code })) })

let polls: HandRoute
let upstream: FakeUpstream
let started: TestGateway
let crowd: Crowd
beforeEach(async () => {
  polls = byHand()
  upstream = await startUpstream({ [RATES]: polls.route })
  crowd = startCrowd()
})
afterEach(async () => {
  await crowd.kill()
  await started.close()
  await upstream.close()
})
const start = async (env: Environment = {}): Promise<void> => {
  // A poll waits for a crowd to hear of the one before.
  const patient = { UPSTREAM_TIMEOUT_MS: '30000', OPERATION_TIMEOUT_MS: '30000', LOG_LEVEL: 'warn' }
  started = await startTestGateway({ ...upstream.env, ...patient, ...env })
}

/** All prices change to this. */
const tick = (price: number): Promise<void> => {
  const timestamp = new Date().toISOString()
  return polls.answer({
    body: CODES.map((currencyCode) => ({ currencyCode, baseCurrencyCode: 'EUR', rate: price, timestamp })),
  })
}
/** All change to this, and all hear of it. */
const heardByAll = async (price: number): Promise<void> => {
  await tick(price)
  await expect.poll(async () => (await crowd.tell()).least, { timeout: 15_000, interval: 20 }).toBe(price)
}

interface Left {
  readonly feeds: number
  readonly selections: number
  readonly listeners: number
  readonly websockets: number
}

const gauge = async (name: string): Promise<number> => {
  const text = await started.gateway.registry.getSingleMetricAsString(`spectrocoin_gateway_${name}`)
  return Number(text.slice(text.lastIndexOf(' ') + 1))
}
/** What there is for those who listen. */
const left = async (): Promise<Left> => ({
  feeds: started.gateway.liveFeeds(),
  selections: await gauge('live_selections'),
  listeners: await gauge('live_listeners'),
  websockets: await gauge('websockets'),
})
/** In this process, the gateway's among them. */
const timers = (): number => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length
const NOBODY: Left = { feeds: 0, selections: 0, listeners: 0, websockets: 0 }

test('five thousand listeners on fifty rates cost one request a tick, are fifty selections, and each hears each change', async () => {
  await start()
  await crowd.listen(started.gateway, listeningBy(5000))
  await heardByAll(1)
  expect(await left()).toEqual({ feeds: 1, selections: 50, listeners: 5000, websockets: 5000 })
  for (const price of [2, 3, 4]) await heardByAll(price)
  // The next one may be waiting for its answer by now.
  expect([4, 5]).toContain(upstream.count(RATES))
  const { values, skipped, faults, errors, closed } = await crowd.tell()
  expect({ values, skipped, faults, errors, closed }).toEqual({
    values: 20_000,
    skipped: 0,
    faults: [],
    errors: 0,
    closed: 0,
  })
})

describe('when a thousand listeners', () => {
  const SOCKETS = 1000
  let timersBefore: number
  const arrive = async (env?: Environment): Promise<void> => {
    timersBefore = timers()
    await start(env)
    await crowd.listen(started.gateway, listeningBy(SOCKETS))
    await heardByAll(1)
    expect(await left()).toEqual({ feeds: 1, selections: 50, listeners: SOCKETS, websockets: SOCKETS })
  }
  /** Within so many milliseconds. */
  const isLeft = async (expected: Left, timeout: number): Promise<void> => {
    await expect.poll(left, { timeout, interval: 20 }).toEqual(expected)
  }
  const timersAreBack = async (): Promise<void> => {
    await expect.poll(timers, { timeout: 1000, interval: 20 }).toBeLessThanOrEqual(timersBefore)
  }

  test.each(['close', 'terminate'] as const)('%s, nothing is left of them within a second', async (how) => {
    await arrive()
    await crowd.leave(how)
    await isLeft(NOBODY, 1000)
    await timersAreBack()
  })

  test('complete, their sockets alone are left within a second, and can be used again', async () => {
    await arrive()
    await crowd.leave('complete')
    await isLeft({ ...NOBODY, websockets: SOCKETS }, 1000)
    expect((await crowd.tell()).closed).toBe(0)
    await crowd.leave('close')
    await isLeft(NOBODY, 1000)
    await timersAreBack()
  })

  test('are told an error that is the end, their sockets alone are left within a second', async () => {
    await arrive()
    await polls.answer({ status: 400, body: { errorCode: 'GEN_2', key: 'bad', defaultMessage: 'No.' } })
    await expect.poll(async () => (await crowd.tell()).errors, { timeout: 5000, interval: 20 }).toBe(SOCKETS)
    await isLeft({ ...NOBODY, websockets: SOCKETS }, 1000)
    await crowd.leave('close')
    await isLeft(NOBODY, 1000)
    await timersAreBack()
  })

  test('fall silent without a word, nothing is left of them within one ping interval', async () => {
    const pingMs = 2000
    await arrive({ WS_PING_MS: String(pingMs) })
    process.kill(crowd.pid, 'SIGSTOP')
    // And the second in which what is left of them goes.
    await isLeft(NOBODY, pingMs + 1000)
    await timersAreBack()
    const ended = await started.gateway.registry.getSingleMetricAsString('spectrocoin_gateway_sockets_ended_total')
    expect(ended).toContain(`{transport="websocket",why="silent"} ${SOCKETS}`)
  })
})
