// Every misfortune of an upstream call, met by the poll of a subscription over a real websocket: what passes is lived through, ever more slowly,
// what does not ends it with a code, and nothing is told that is anybody's secret. What one call makes of each is in upstream-faults.test.ts.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { ROWS } from './support/faults-table.ts'
import { createLanes, exact } from './support/lanes.ts'
import type { Outcome, PollOutcome, Row } from './support/faults-table.ts'
import type { Cell, Event } from './support/lanes.ts'

// Most of a cell is waiting.
vi.setConfig({ maxConcurrency: 10, testTimeout: 40_000 })

const lanes = createLanes()
afterAll(() => lanes.close())

const INTERVAL_MS = 250
const PATIENT = { LIVE_INTERVAL_MS: String(INTERVAL_MS), UPSTREAM_TIMEOUT_MS: '10000', OPERATION_TIMEOUT_MS: '5000' }
const HASTY = { ...PATIENT, UPSTREAM_TIMEOUT_MS: '1600' }

/** Two failures, and the third poll; and some for a machine that is busy. */
const CAP_MS = 15_000

interface Feed {
  readonly route: string
  /** Of the account in bitcoin, or of the rate of it. */
  readonly query: (accountId: string) => string
  readonly valueOf: (event: Event) => object
  /** Gives it another value at once, and tells which. */
  readonly change: (cell: Cell) => Promise<object>
  /** Its last value as it is told while the upstream fails; left out: nothing is told. */
  readonly stale?: (value: object) => object
  readonly poll: (row: Row) => PollOutcome
  /** What a call by itself makes of the fault. */
  readonly read: (row: Row) => Outcome
}

const ACCOUNT: Feed = {
  route: 'GET /accounts/{accountId}',
  query: (id) => `subscription { accountUpdated(id: "Account:${id}") { balance } }`,
  valueOf: ({ data }) => data.accountUpdated,
  async change(cell) {
    const { deposits, cryptoDeposits } = cell.sandbox.control
    deposits.move(cryptoDeposits.arrive({ currencyCode: 'BTC', amount: '1' }), 'PAID')
    return { balance: String((await bitcoins(cell)).balance) }
  },
  poll: ({ poll }) => poll,
  read: ({ account, read }) => account ?? read,
}

const RATES: Feed = {
  route: 'GET /currencies/rates',
  query: () => 'subscription { liveRates(currencies: ["BTC"]) { price stale } }',
  valueOf: ({ data }) => data.liveRates[0],
  async change({ sandbox }) {
    sandbox.control.prices.set('BTC', '65000')
    return { price: '65000', stale: false }
  },
  stale: (value) => ({ ...value, stale: true }),
  poll: ({ poll, ratesPoll }) => ratesPoll ?? poll,
  read: ({ rates, read }) => rates ?? read,
}

async function bitcoins({ look }: Cell): Promise<{ readonly accountId: string; readonly balance: number }> {
  return (await look('/accounts')).find((each: { currencyCode: string }) => each.currencyCode === 'BTC')
}

describe.concurrent('an account that is polled for, and meets', () => {
  test.each(ROWS)('$name', async (row) => meet(row, ACCOUNT))
})

describe.concurrent('a rate that is polled for, and meets', () => {
  test.each(ROWS)('$name', async (row) => meet(row, RATES))
})

async function meet(row: Row, feed: Feed): Promise<void> {
  const { route, query, valueOf, change, stale } = feed
  await lanes.run(row.isSlow ? HASTY : PATIENT, async (cell) => {
    const { sandbox } = cell
    sandbox.control.prices.set('BTC', '64000')
    const events = cell.listen(query((await bitcoins(cell)).accountId))
    const next = async (): Promise<object> => exact(valueOf((await events.next()).value))
    const before = await next()

    sandbox.control.requests.clear()
    const began = performance.now()
    const outcome = feed.poll(row)
    const polls = row.polls ?? 2
    const passes = outcome === 'goes on' || outcome === 'unharmed'
    cell.plant(row.plant, route, passes ? polls : undefined)
    const news = await change(cell)
    const tellsStale = async (): Promise<void> => {
      if (stale) expect(await next()).toEqual(stale(before))
    }

    if (outcome === 'unharmed') {
      expect(await next()).toEqual(news)
    } else if (outcome === 'goes on') {
      await tellsStale()
      expect(await next()).toEqual(news)
      // Each failure doubles the time to the next poll, of which a tenth is left to chance.
      expect(performance.now() - began).toBeGreaterThan(0.85 * INTERVAL_MS * (2 ** (polls + 1) - 2))
      const atTheWire = 'line' in row.plant ? 1 : polls + 1
      // The next one may be on its way.
      expect([atTheWire, atTheWire + 1]).toContain(sandbox.count(route))
    } else if (outcome === 'waits') {
      await tellsStale()
      // It comes when it was told to: a poll that cannot be made is not even tried.
      await sleep(6 * INTERVAL_MS)
      expect([sandbox.count(route), refused(await cell.metrics())]).toEqual([1, 0])
    } else {
      await expect(next()).rejects.toMatchObject([{ extensions: { code: outcome } }])
      expect(sandbox.count(route)).toBe(feed.read(row).tries)
    }
    expect(performance.now() - began).toBeLessThan(CAP_MS)
    expect(cell.feeds()).toBe(passes || outcome === 'waits' ? 1 : 0)
  })
}

/** How many polls were not made for the sake of a cool-down. */
function refused(metrics: string): number {
  return Number(/calls_not_made_total\{why="cool-down"\} (\d+)/.exec(metrics)?.[1])
}
