// An upstream that fails: it is not met with a storm of tries, is left alone when it fails again and again, and is tried out by one call.
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { GatewayError } from '../src/errors.ts'
import { createBreaker } from '../src/upstream/breaker.ts'
import { createPolicies } from '../src/upstream/policy.ts'
import { createRetries } from '../src/upstream/retries.ts'
import { startTestGateway } from './support/gateway.ts'
import { account, gate, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { Environment } from '../src/config.ts'
import type { BreakerState } from '../src/upstream/meter.ts'
import type { Answer } from './support/gateway.ts'
import type { FakeUpstream, Reply } from './support/upstream.ts'

const closing: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close()
})

const BROKEN: Reply = { status: 503, body: '' }
const READ = 'GET /exchanges/{id}'
const PATIENT = { OPERATION_TIMEOUT_MS: '60000', UPSTREAM_TIMEOUT_MS: '60000' }

async function start(env: (upstream: FakeUpstream) => Environment) {
  const upstream = await startUpstream({ ...walletRoutes, [READ]: BROKEN })
  const gateway = await startTestGateway({ ...PATIENT, ...env(upstream) })
  closing.push(upstream, gateway)
  return { upstream, ...gateway }
}

const reads = (prefix: string): string =>
  `{ ${Array.from({ length: 100 }, (_, n) => `a${n}: exchange(id: "Exchange:${prefix}-${n}") { id }`).join(' ')} }`

/** 10,000 reads, a thousand at a time. */
async function tenThousand(ask: (query: string) => Promise<Answer>): Promise<Set<string>> {
  const codes = new Set<string>()
  for (let round = 0; round < 10; round += 1) {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => ask(reads(`${round}-${n}`))))
    for (const { data, errors = [] } of answers) {
      expect(Object.values(data).every((each) => each === null)).toBe(true)
      expect(errors).toHaveLength(100)
      for (const { extensions } of errors) codes.add(extensions.code)
    }
  }
  return codes
}

describe('10,000 reads while everything fails', () => {
  test('are met with a tenth more requests at most, by the budget of retries alone', { timeout: 60_000 }, async () => {
    const { upstream, ask } = await start(({ env }) => ({
      ...env,
      BREAKER_FAILURES: '1000000',
      MAX_UPSTREAM_CALLS: '1000',
    }))
    expect(await tenThousand(ask)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']))
    const count = upstream.count(READ)
    expect(count).toBeGreaterThan(10_000)
    expect(count).toBeLessThanOrEqual(11_000)
  })

  test('are met with next to none once the breaker is open', async () => {
    const { upstream, ask } = await start(({ env }) => env)
    expect(await tenThousand(ask)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']))
    expect(upstream.count(READ)).toBeLessThan(400)
  })
})

describe('while the breaker is half open', () => {
  /** A gateway whose breaker has opened, for callers with tokens of their own; resolves when its rest is over. */
  async function opened() {
    const started = await start(({ url }) => ({ SPECTROCOIN_API_URL: url }))
    const as = (name: string): Record<string, string> => ({ authorization: `Bearer ${name}` })
    await started.ask(reads('first'), {}, as('first'))
    const { errors } = await started.ask('{ exchange(id: "Exchange:E1") { id } }', {}, as('second'))
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryAfter: expect.any(Number) } }])
    const failed = started.upstream.count(READ)
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, 1_200)
    await promise
    expect(started.upstream.count(READ)).toBe(failed)
    const thousand = (): Promise<Answer[]> =>
      Promise.all(Array.from({ length: 1_000 }, (_, n) => started.ask('{ accounts { id } }', {}, as(`caller-${n}`))))
    return { ...started, thousand }
  }

  test('1,000 callers are one probe, and when it is well they all go', { timeout: 60_000 }, async () => {
    const { upstream, thousand } = await opened()
    const held = gate()
    let most = 0
    upstream.routes({
      'GET /accounts': async () => {
        most = Math.max(most, upstream.count('GET /accounts'))
        await held.opened
        return { body: [account()] }
      },
    })
    const answers = thousand()
    await expect.poll(() => upstream.count('GET /accounts')).toBe(1)
    // Whoever would come has come by then.
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, 500)
    await promise
    expect([upstream.count('GET /accounts'), most]).toEqual([1, 1])
    held.open()
    for (const { data } of await answers) expect(data.accounts).toHaveLength(1)
    expect(upstream.count('GET /accounts')).toBe(1_000)
  })

  test('1,000 callers are one probe, and when it fails they are all told', { timeout: 60_000 }, async () => {
    const { upstream, thousand } = await opened()
    upstream.routes({ 'GET /accounts': () => new Promise((resolve) => setTimeout(() => resolve(BROKEN), 800)) })
    const began = performance.now()
    for (const { data, errors } of await thousand()) {
      expect(data.accounts).toBeNull()
      expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }])
    }
    // One, and one more after each rest of two seconds and its like that a busy machine gave them time for.
    const rests = Math.floor((performance.now() - began) / (800 + 1_800))
    expect(upstream.count('GET /accounts')).toBeGreaterThanOrEqual(1)
    expect(upstream.count('GET /accounts')).toBeLessThanOrEqual(1 + rests)
  })
})

describe('the breaker', () => {
  let time = 0
  const states: BreakerState[] = []
  const make = () => {
    time = 0
    states.length = 0
    return createBreaker({
      failures: 10,
      now: () => time,
      meter: { breaker: (state) => void states.push(state), notMade() {} },
    })
  }
  const enter = (breaker: ReturnType<typeof make>) => {
    const pass = breaker.enter()
    if ('found' in pass) throw new Error('another one tries')
    return pass
  }
  function report(breaker: ReturnType<typeof make>, verdict: 'well' | 'failed' | 'nothing', times: number): void {
    for (let n = 0; n < times; n += 1) enter(breaker).end(verdict)
  }

  test('opens at ten failures within ten seconds, not at nine', async () => {
    const breaker = make()
    report(breaker, 'failed', 9)
    expect(breaker.isOpen()).toBe(false)
    report(breaker, 'failed', 1)
    expect(breaker.isOpen()).toBe(true)
    expect(() => enter(breaker)).toThrow(expect.objectContaining({ code: 'UPSTREAM_UNAVAILABLE', effect: 'not-sent' }))
  })

  test('does not open where fewer than half of the calls fail, nor by failures of long ago, nor by what tells nothing', async () => {
    const breaker = make()
    report(breaker, 'well', 40)
    report(breaker, 'failed', 30)
    expect(breaker.isOpen()).toBe(false)
    time = 11_000
    report(breaker, 'failed', 9)
    report(breaker, 'nothing', 100)
    expect(breaker.isOpen()).toBe(false)
  })

  test('rests twice as long after each probe that fails, half a minute at most, and closes by one that is well', async () => {
    const breaker = make()
    report(breaker, 'failed', 10)
    for (const rest of [1, 2, 4, 8, 16, 30, 30]) {
      time += rest * 1000 * 0.89
      expect(() => enter(breaker)).toThrow(GatewayError)
      time += rest * 1000 * 0.22
      enter(breaker).end('failed')
    }
    time += 33_000
    enter(breaker).end('well')
    report(breaker, 'failed', 9)
    expect(breaker.isOpen()).toBe(false)
    expect(states.slice(0, 4)).toEqual(['open', 'half-open', 'open', 'half-open'])
    expect(states.at(-1)).toBe('closed')
  })

  test('lets the next one be the probe where the first has told nothing', async () => {
    const breaker = make()
    report(breaker, 'failed', 10)
    time += 1_200
    const first = enter(breaker)
    const second = breaker.enter()
    if (!('found' in second)) throw new Error('two probes')
    first.end('nothing')
    await second.found
    enter(breaker).end('well')
    expect(states).toEqual(['open', 'half-open', 'closed'])
  })

  test('has had enough of a probe without an answer after five seconds, and hears no more of it', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const breaker = make()
    report(breaker, 'failed', 10)
    time += 1_200
    const hung = enter(breaker)
    expect(breaker.isOpen()).toBe(false)
    // Others wait for it no longer than two.
    vi.advanceTimersByTime(2_001)
    expect(() => enter(breaker)).toThrow(GatewayError)
    vi.advanceTimersByTime(3_000)
    expect(breaker.isOpen()).toBe(true)
    time += 2_400
    const second = enter(breaker)
    hung.end('well')
    expect(states.at(-1)).toBe('half-open')
    second.end('well')
    expect(states.at(-1)).toBe('closed')
  })
})

describe('retries', () => {
  const failure = (code: GatewayError['code'], retryAfter?: number): GatewayError =>
    new GatewayError(code, 'No.', { details: retryAfter === undefined ? {} : { retryAfter } })
  const make = () => {
    const retries = createRetries(() => 0)
    retries.first()
    return retries
  }

  test('are three tries at most, for trouble that may pass, while somebody waits', () => {
    const retries = make()
    const down = failure('UPSTREAM_UNAVAILABLE')
    expect(retries.pauseBefore(down, 1, 1000)).toBeLessThan(150)
    expect(retries.pauseBefore(down, 2, 1000)).toBeLessThan(300)
    expect(retries.pauseBefore(down, 3, 1000)).toBeUndefined()
    expect(retries.pauseBefore(down, 1, 0)).toBeUndefined()
    for (const code of ['UPSTREAM_INVALID', 'UPSTREAM_REJECTED', 'FORBIDDEN', 'UNAUTHENTICATED', 'CANCELLED'] as const)
      expect(retries.pauseBefore(failure(code), 1, 1000)).toBeUndefined()
  })

  test('are of reads, and of nothing that makes or moves something', () => {
    const policies = createPolicies({ timeoutMs: 1, moneyTimeoutMs: 1 })
    const retried = Object.entries(policies).filter(([, { isRetried }]) => isRetried)
    expect(retried.map(([name]) => name)).toEqual(['read', 'read-private'])
  })

  test('after a 429 are made where the cool-down ends in time', () => {
    const retries = make()
    expect(retries.pauseBefore(failure('RATE_LIMITED', 2), 1, 2_500)).toBe(0)
    expect(retries.pauseBefore(failure('RATE_LIMITED', 3), 1, 2_500)).toBeUndefined()
  })

  test('are a tenth of the calls of a minute, and ten whatever those are', () => {
    const retries = make()
    const down = failure('UPSTREAM_UNAVAILABLE')
    const made = (): number => {
      let count = 0
      while (count < 10_000 && retries.pauseBefore(down, 1, 1000) !== undefined) {
        retries.again()
        count += 1
      }
      return count
    }
    expect(made()).toBe(10)
    for (let n = 1; n < 1_000; n += 1) retries.first()
    expect(made()).toBe(90)
  })

  test('wait anything from nothing to their most, and not all the same', () => {
    const pauses = Array.from({ length: 8 }, () => make().pauseBefore(failure('UPSTREAM_TIMEOUT'), 1, 1000) ?? -1)
    expect(new Set(pauses).size).toBeGreaterThan(4)
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0)
  })
})
