// How many calls a credential may make: shared out among callers in turn, money first, and kept to, whatever is asked for at once.
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startSandbox } from '../src/sandbox/sandbox.ts'
import { createBudget } from '../src/upstream/budget.ts'
import { createConnections } from '../src/upstream/connections.ts'
import { createTurns } from '../src/upstream/turns.ts'
import { startTestGateway } from './support/gateway.ts'
import { account, exchange, walletRoutes } from './support/rows.ts'
import { openGreeted } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { Environment } from '../src/config.ts'
import type { GatewayError } from '../src/errors.ts'
import type { Answer } from './support/gateway.ts'
import type { Rank } from '../src/upstream/lines.ts'
import type { Turn, Turns, Wish } from '../src/upstream/turns.ts'

const closing: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close()
})

const IDS = (prefix: string, count: number): string =>
  `{ ${Array.from({ length: count }, (_, n) => `a${n}: exchange(id: "Exchange:${prefix}-${n}") { id }`).join(' ')} }`

const codes = ({ errors = [] }: Answer): Record<string, number> =>
  Object.fromEntries(
    Map.groupBy(errors, ({ extensions }) => extensions.code)
      .entries()
      .map(([code, { length }]) => [code, length]),
  )

test('5,000 fields at once before an upstream that allows 60 a minute: not one 429, and the rest is told at once when to come again', async () => {
  const sandbox = await startSandbox()
  sandbox.control.limits.set({ callsPerMinute: 60 })
  const gateway = await startTestGateway({
    SPECTROCOIN_API_URL: sandbox.url,
    SPECTROCOIN_CLIENT_ID: sandbox.clientId,
    SPECTROCOIN_CLIENT_SECRET: sandbox.clientSecret,
    UPSTREAM_CALLS_PER_MINUTE: '60',
    // On a machine that is busy, too, nothing else than the budget is to stand in their way.
    OPERATION_TIMEOUT_MS: '30000',
    UPSTREAM_TIMEOUT_MS: '60000',
  })
  closing.push(sandbox, gateway)
  const began = performance.now()
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => gateway.ask(IDS(`none-${n}`, 100))))
  expect(performance.now() - began).toBeLessThan(25_000)
  const statuses = sandbox.control.requests.list().map(({ status }) => status)
  expect(statuses).not.toContain(429)
  // The margin of five in a hundred, of which the token took one.
  expect(statuses.length).toBeGreaterThanOrEqual(56)
  expect(statuses.length).toBeLessThanOrEqual(58)
  const refused = answers.reduce((sum, answer) => sum + (codes(answer)['RATE_LIMITED'] ?? 0), 0)
  expect(refused + statuses.length - 1).toBe(5_000)
  for (const { extensions } of answers.flatMap(({ errors = [] }) => errors)) {
    expect(extensions['retryAfter']).toBeGreaterThan(0)
    expect(extensions['retryAfter']).toBeLessThanOrEqual(61)
  }
  const { budget } = (await gateway.ask('{ viewer { budget { limit remaining resetsAt coolingDownUntil } } }')).data
    .viewer
  expect(budget).toEqual({ limit: 60, remaining: 0, resetsAt: expect.any(String), coolingDownUntil: null })
})

async function started(env: Environment) {
  const upstream = await startUpstream({ ...walletRoutes, 'POST /exchanges': { body: exchange() } })
  const gateway = await startTestGateway({ ...upstream.env, ...env })
  closing.push(upstream, gateway)
  return { upstream, ...gateway }
}

test('what the headers say is left is all that is sent before they say that it begins anew', async () => {
  const { upstream, ask } = await started({ OPERATION_TIMEOUT_MS: '3000' })
  const headers = { 'ratelimit-limit': '10', 'ratelimit-remaining': '4', 'ratelimit-reset': '1' }
  upstream.routes({ 'GET /accounts': { headers, body: [account()] } })
  await ask('{ accounts { id } }')
  upstream.routes({ 'GET /exchanges/{id}': { body: exchange() } })
  const began = performance.now()
  const asked = ask(IDS('E', 8))
  await expect.poll(() => upstream.count('GET /exchanges/{id}')).toBe(4)
  expect(performance.now() - began).toBeLessThan(900)
  const { errors } = await asked
  expect(errors).toBeUndefined()
  expect(upstream.count('GET /exchanges/{id}')).toBe(8)
  expect(performance.now() - began).toBeGreaterThan(500)
})

test('what the headers say of a far end holds nothing up for longer than a call takes to ask again', async () => {
  const { upstream, ask } = await started({})
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }
  upstream.routes({ 'GET /accounts': { headers, body: [account()] } })
  await ask('{ accounts { id } }')
  const { errors } = await ask('{ accounts { id } }')
  expect(errors).toMatchObject([{ path: ['accounts'], extensions: { code: 'RATE_LIMITED' } }])
  expect(errors?.[0]?.extensions['retryAfter']).toBeGreaterThanOrEqual(29)
  expect(upstream.count('GET /accounts')).toBe(1)
})

test('what events read comes last: while it finds no calls left, queries are answered, and wait for none of it', async () => {
  let balance = 0
  const upstream = await startUpstream({
    ...walletRoutes,
    'GET /accounts/A1': () => ({ body: account({ balance: (balance += 1) }) }),
  })
  const { gateway, ask, close } = await startTestGateway({
    ...upstream.env,
    UPSTREAM_CALLS_PER_MINUTE: '60',
    OPERATION_TIMEOUT_MS: '1500',
  })
  closing.push(upstream, { close })
  const linked = (first: number): string => `transactions(first: ${first}) { nodes { id } }`
  const listeners = await Promise.all(
    Array.from({ length: 9 }, async (_, nth) => {
      const { say, hear, socket } = await openGreeted(gateway.websocketUrl)
      const query = `subscription { accountUpdated(id: "Account:A1") { balance ${linked(nth + 1)} } }`
      say({ id: '1', type: 'subscribe', payload: { query } })
      return { hear, socket }
    }),
  )
  // Half of what is allowed, but for a margin, and the token.
  const read = (): number => upstream.requests.filter(({ path }) => path.startsWith('/accounts/A1')).length
  await expect.poll(read, { timeout: 5_000 }).toBeGreaterThanOrEqual(28)
  // Ten calls.
  const all = listeners.map((_, nth) => `of${nth}: ${linked(nth + 1)}`).join(' ')
  const answered = async (): Promise<void> =>
    expect((await ask(`{ account(id: "Account:A1") { ${all} } }`)).errors).toBeUndefined()
  await answered()
  const starved = listeners.map(async ({ hear }) => {
    for (;;) {
      const { payload } = await hear()
      if (payload.errors) return payload.errors[0].extensions.code
    }
  })
  expect(await Promise.any(starved)).toBe('RATE_LIMITED')
  await answered()
  for (const { socket } of listeners) socket.terminate()
  await Promise.allSettled(starved)
}, 10_000)

describe('turns', () => {
  const make = (callsPerMinute?: number, connections = createConnections(100)): Turns =>
    createTurns({ callsPerMinute, connections, moneyConnections: createConnections(100), meter: { notMade() {} } })
  const wish = (line: string, rank: Rank = 'query', within = 10_000): Wish => ({
    line,
    rank,
    deadline: performance.now() + within,
    signal: undefined,
  })
  const limited = { status: 429, retryAfter: '1', date: undefined, rateLimit: {} }
  const well = { status: 200, retryAfter: undefined, date: undefined, rateLimit: {} }

  /** After a 429, of a second. */
  async function cooling(): Promise<Turns> {
    const turns = make()
    const turn = await turns.take(wish('first'))
    turns.learn(limited)
    turn.end()
    return turns
  }

  /** Takes a turn for each, and tells in which order they came; each call ends at once. */
  async function orderOf(turns: Turns, wishes: readonly (readonly [name: string, Wish])[]): Promise<string[]> {
    const order: string[] = []
    const all = wishes.map(async ([name, each]) => {
      const turn = await turns.take(each)
      order.push(name)
      turns.learn(well)
      turn.end()
    })
    await Promise.all(all)
    return order
  }

  const takes = (turns: Turns, count: number, each: Wish): Promise<PromiseSettledResult<Turn>[]> =>
    Promise.allSettled(Array.from({ length: count }, () => turns.take(each)))
  const given = (results: readonly PromiseSettledResult<Turn>[]): number =>
    results.filter(({ status }) => status === 'fulfilled').length

  test('are given to money first, then to queries, then to polls', async () => {
    const wishes = [
      ['poll', wish('a', 'poll')],
      ['query', wish('a')],
      ['money', wish('a', 'money')],
      ['other money', wish('b', 'money')],
    ] as const
    expect(await orderOf(await cooling(), wishes)).toEqual(['money', 'other money', 'query', 'poll'])
  })

  test('go round the lines: who asks for a hundred things does not keep who asks for one waiting', async () => {
    const greedy = Array.from({ length: 100 }, (_, n) => [`greedy ${n}`, wish('greedy')] as const)
    const modest = [0, 1].map((n) => [`modest ${n}`, wish('modest')] as const)
    const order = await orderOf(await cooling(), [...greedy, ...modest])
    expect(order.indexOf('modest 0')).toBeLessThanOrEqual(1)
    expect(order.indexOf('modest 1')).toBeLessThanOrEqual(3)
    expect(order.filter((each) => each.startsWith('greedy'))).toEqual(greedy.map(([name]) => name))
  })

  test('that cannot come in time are refused at once', async () => {
    const turns = make(12)
    const first = await takes(turns, 30, wish('greedy'))
    expect(given(first)).toBe(11)
    const refused = first.filter((each) => each.status === 'rejected').map(({ reason }) => reason as GatewayError)
    for (const { code, details, effect } of refused) {
      expect([code, effect]).toEqual(['RATE_LIMITED', 'not-sent'])
      expect(details.retryAfter).toBeGreaterThan(50)
    }
    await expect(turns.take(wish('modest'))).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  test('that wait make room: a newcomer’s one is let in for the last one of who waits with most', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const turns = make(5)
    for (let n = 0; n < 4; n += 1) (await turns.take(wish('earlier'))).end()
    const outcomes: string[] = []
    const take = (line: string): Promise<void> =>
      turns.take(wish(line, 'query', 61_000)).then(
        () => void outcomes.push(`${line} goes`),
        ({ code }: GatewayError) => void outcomes.push(`${line}: ${code}`),
      )
    const all = [take('greedy'), take('greedy'), take('greedy'), take('greedy'), take('modest')]
    await vi.advanceTimersByTimeAsync(59_000)
    expect(outcomes).toEqual(['greedy: RATE_LIMITED'])
    await vi.advanceTimersByTimeAsync(1_001)
    await Promise.all(all)
    expect(outcomes.slice(1)).toEqual(['greedy goes', 'modest goes', 'greedy goes', 'greedy goes'])
  })

  test('leave polls no more than half of a known allocation, and all of that, however much is queried', async () => {
    const turns = make(40)
    for (const turn of await takes(turns, 19, wish('q'))) if (turn.status === 'fulfilled') turn.value.end()
    expect(given(await takes(turns, 19, wish('p', 'poll', 50)))).toBe(19)
    const more = make(40)
    expect(given(await takes(more, 30, wish('p', 'poll', 50)))).toBe(19)
    expect(given(await takes(more, 30, wish('q', 'query', 50)))).toBe(19)
  })

  test('are given up by who goes, and the next one has them', async () => {
    const turns = await cooling()
    const gone = new AbortController()
    const first = turns.take({ ...wish('a'), signal: gone.signal })
    const second = turns.take(wish('a'))
    gone.abort()
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' })
    await second
  })

  test('that a cool-down puts off for too long are refused when it opens', async () => {
    const turns = make(undefined, createConnections(1))
    const first = await turns.take(wish('a'))
    const late = turns.take(wish('b', 'query', 500))
    const later = turns.take(wish('b', 'query', 5_000))
    const began = performance.now()
    turns.learn(limited)
    await expect(late).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: 1 } })
    expect(performance.now() - began).toBeLessThan(300)
    first.end()
    await later
  })

  test('of one that was not used are another’s at once', async () => {
    const turns = make(1)
    ;(await turns.take(wish('a'))).giveBack()
    await turns.take(wish('b'))
    await expect(turns.take(wish('c'))).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  test('wait for a connection of those that all share, but for money; and have them in turn', async () => {
    const connections = createConnections(2)
    const [ann, bob] = [make(undefined, connections), make(undefined, connections)]
    const first = await ann.take(wish('a'))
    await ann.take(wish('a'))
    const order: string[] = []
    const waiting = [
      ann.take(wish('a')).then((turn) => {
        order.push('ann')
        turn.end()
      }),
      bob.take(wish('b')).then((turn) => {
        order.push('bob')
        turn.end()
      }),
    ]
    await ann.take(wish('a', 'money'))
    expect(order).toEqual([])
    first.end()
    await Promise.all(waiting)
    expect(order.toSorted()).toEqual(['ann', 'bob'])
  })

  test('for money have connections of their own, and wait for those where their deadline still counts', async () => {
    const turns = createTurns({
      callsPerMinute: undefined,
      connections: createConnections(1),
      moneyConnections: createConnections(1),
      meter: { notMade() {} },
    })
    const [read, money] = [await turns.take(wish('a')), await turns.take(wish('a', 'money'))]
    const late = turns.take(wish('b', 'money', 200))
    const next = turns.take(wish('c', 'money'))
    await expect(late).rejects.toMatchObject({ code: 'RATE_LIMITED', effect: 'not-sent' })
    money.end()
    const second = await next
    // A read is not held up by money that waits, nor the other way round.
    read.end()
    await turns.take(wish('d'))
    turns.stop()
    await expect(turns.take(wish('e', 'money'))).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    second.end()
  })

  test('where ten thousand wait are refused to the last of the last rank, and not to money', async () => {
    const turns = await cooling()
    const refused: string[] = []
    const polls = Array.from({ length: 10_000 }, (_, n) =>
      turns.take(wish('polls', 'poll')).then(
        (turn) => turn.end(),
        () => void refused.push(`${n}`),
      ),
    )
    const money = turns.take(wish('m', 'money'))
    await expect.poll(() => refused).toEqual(['9999'])
    ;(await money).end()
    turns.learn({ ...limited, retryAfter: '60' })
    await Promise.all(polls)
  })

  test('of eight thousand who wait at once are given and given up within a moment', async () => {
    const turns = await cooling()
    const began = performance.now()
    const leaving = Array.from({ length: 8_000 }, () => new AbortController())
    const all = leaving.map(({ signal }, n) => turns.take({ ...wish(`caller ${n}`), signal }))
    for (const gone of leaving) gone.abort()
    await Promise.allSettled(all)
    expect(performance.now() - began).toBeLessThan(3_000)
  })
})

describe('what headers teach', () => {
  const headers = (limit: number | undefined, remaining: number, reset: number) => ({
    status: 200,
    retryAfter: undefined,
    date: undefined,
    rateLimit: { limit, remaining, reset },
  })
  /** How many may leave now. */
  const leaving = (budget: ReturnType<typeof createBudget>): number => {
    let count = 0
    while (count < 10_000 && budget.waitMs(false) === 0) {
      budget.begin(false)
      count += 1
    }
    return count
  }

  test.each([5000, undefined])(
    'of a far end with a limit of %s lets one call find out each minute, and no more',
    (limit) => {
      let time = 0
      const budget = createBudget(undefined, () => time)
      budget.begin(false)
      budget.learn(headers(limit, 0, 3600))
      budget.end(false)
      expect(leaving(budget)).toBe(0)
      time = 60_001
      expect(leaving(budget)).toBe(1)
      time = 120_002
      expect(leaving(budget)).toBe(1)
    },
  )

  test('at the end of the window is its limit but for the margin, and anything where none was said', () => {
    for (const [limit, expected] of [
      [100, 95],
      [undefined, 10_000],
    ] as const) {
      let time = 0
      const budget = createBudget(undefined, () => time)
      budget.begin(false)
      budget.learn(headers(limit, 0, 30))
      budget.end(false)
      expect(leaving(budget)).toBe(0)
      time = 30_500
      expect(leaving(budget)).toBe(expected)
    }
  })

  test('whose end moves on with each answer never stops what has calls left', () => {
    let time = 0
    const budget = createBudget(undefined, () => time)
    const sent: number[] = []
    for (; time < 300_000; time += 1_000) {
      if (budget.waitMs(false) > 0) continue
      budget.begin(false)
      sent.push(time)
      budget.learn(headers(100, 100 - sent.filter((each) => each > time - 60_000).length, 60))
      budget.end(false)
    }
    expect(sent).toHaveLength(300)
  })

  test('late, of an earlier time of the same window, gives back nothing', () => {
    const budget = createBudget(undefined, () => 0)
    budget.begin(false)
    budget.learn(headers(100, 5, 60))
    budget.end(false)
    budget.begin(false)
    budget.learn(headers(100, 99, 60))
    expect(leaving(budget)).toBeLessThanOrEqual(5)
  })
})

describe('what several 429s teach', () => {
  const limited = { status: 429, retryAfter: '1', date: undefined, rateLimit: {} }
  const well = { status: 200, retryAfter: undefined, date: undefined, rateLimit: {} }

  /** An upstream with a bucket of `size` that fills by one a second, and a budget that sends whenever it may: how often it was refused, by the minute. */
  function refusals(minutes: number, size: number): number[] {
    let time = 0
    let left = size
    const budget = createBudget(undefined, () => time)
    const counts = Array.from({ length: minutes }, () => 0)
    for (; time < minutes * 60_000; time += 10) {
      left = Math.min(size, left + 0.01)
      while (budget.waitMs(false) === 0) {
        budget.begin(false)
        if (left >= 1) {
          left -= 1
          budget.learn(well)
        } else {
          counts[Math.floor(time / 60_000)] = (counts[Math.floor(time / 60_000)] ?? 0) + 1
          budget.learn(limited)
        }
        budget.end(false)
      }
    }
    return counts
  }

  test('is the pace that is let through: the wall is met now and then, to find out whether it has moved, and not all the time', () => {
    const [first, ...others] = refusals(10, 60)
    expect(first).toBeLessThanOrEqual(6)
    for (const each of others) expect(each).toBeLessThanOrEqual(3)
  })

  test('leaves quiet times out: who rarely calls much is not taken for slow', () => {
    let time = 0
    const budget = createBudget(undefined, () => time)
    const call = (answer: typeof well | typeof limited): void => {
      budget.begin(false)
      budget.learn(answer)
      budget.end(false)
      time += 20
    }
    for (let burst = 0; burst < 3; burst += 1) {
      for (let n = 0; n < 10; n += 1) call(well)
      call(limited)
      time += 120_000
    }
    call(well)
    expect(budget.waitMs(false)).toBeLessThan(1_000)
  })

  test('is not used up by what did not leave', () => {
    let time = 0
    const budget = createBudget(undefined, () => time)
    for (let n = 0; n < 3; n += 1) {
      for (let good = 0; good < 5; good += 1) {
        budget.begin(false)
        budget.learn(well)
        budget.end(false)
        time += 100
      }
      budget.begin(false)
      budget.learn(limited)
      budget.end(false)
      time += 1_000
    }
    time += 2_000
    const before = budget.room(10_000)
    for (let n = 0; n < 100; n += 1) {
      budget.begin(false)
      budget.giveBack(false)
    }
    expect(budget.room(10_000)).toBeGreaterThanOrEqual(before - 1)
  })

  test('is nothing where there was one, or two', () => {
    let time = 0
    const budget = createBudget(undefined, () => time)
    for (let n = 0; n < 2; n += 1) {
      budget.begin(false)
      budget.learn(limited)
      budget.end(false)
      time += 1_000
    }
    // One more may be under way for each that was let through.
    for (let n = 0; n < 100; n += 1) {
      expect(budget.waitMs(false)).toBe(0)
      budget.begin(false)
      budget.learn(well)
      budget.end(false)
    }
  })

  test('is forgotten when there were no more for ten minutes', () => {
    let time = 0
    const budget = createBudget(undefined, () => time)
    for (let n = 0; n < 3; n += 1) {
      budget.begin(false)
      budget.learn(limited)
      budget.end(false)
      time += 1_000
    }
    budget.begin(false)
    budget.learn(well)
    budget.end(false)
    expect(budget.waitMs(false)).toBeGreaterThan(500)
    time += 600_001
    budget.begin(false)
    expect(budget.waitMs(false)).toBe(0)
  })
})
