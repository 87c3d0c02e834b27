// Pages of a list that moves between two reads: every row once, in order, and few upstream calls.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GatewayError } from '../src/errors.ts'
import { readConnection } from '../src/resolvers/connections.ts'
import { formatCursor, listTag, parseCursor } from '../src/resolvers/cursors.ts'
import { id, may, must, NOBODY_TOLD, time } from '../src/upstream/decode.ts'
import { parseJson } from '../src/upstream/json.ts'
import { decodeList } from '../src/upstream/pages.ts'
import { startTestGateway } from './support/gateway.ts'
import { cryptoDeposit, deposit, exchange, merchantCallback, order, walletRoutes, withdrawal } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Row as RestRow } from './support/rows.ts'
import type { Connection, PageArguments } from '../src/resolvers/connections.ts'

interface Row {
  readonly id: string
  readonly date: Date | null
}

interface Habits {
  /** Where the rows stand in the answer; undefined: a bare array. */
  readonly wrapper: 'data' | 'history' | 'rows' | undefined
  readonly totals: boolean
  /** False: every answer holds everything. */
  readonly pages: boolean
}

/** That of the lists of these tests. */
const TAG = listTag(['rows'])

/** A list behind an upstream, newest first. */
/** A page with all that can be asked of it. */
type Page = Omit<Connection<Row>, 'edges' | 'pageInfo'> & {
  readonly edges: ReturnType<Connection<Row>['edges']>
  readonly pageInfo: ReturnType<Connection<Row>['pageInfo']>
}

class MovingList {
  calls: [page: number, size: number][] = []
  rows: Row[]
  readonly habits: Habits
  readonly appendOnly: boolean
  /** Runs after each read. */
  meanwhile: () => void = () => {}

  constructor(rows: readonly Row[], habits: Partial<Habits> = {}, appendOnly = true) {
    this.rows = [...rows]
    this.habits = { wrapper: 'data', totals: true, pages: true, ...habits }
    this.appendOnly = appendOnly
  }

  get upstreamAnswer(): (page: number, size: number) => string {
    return (page, size) => {
      const { wrapper, totals, pages } = this.habits
      const rows = pages ? this.rows.slice((page - 1) * size, page * size) : this.rows
      return JSON.stringify(wrapper ? { [wrapper]: rows, ...(totals && { totalCount: this.rows.length }) } : rows)
    }
  }

  async page(args: PageArguments): Promise<Page> {
    this.calls = []
    const page = await readConnection(args, {
      name: ['rows'],
      read: async (number, size) => {
        this.calls.push([number, size])
        const answer = this.upstreamAnswer(number, size)
        this.meanwhile()
        return decodeList({ json: parseJson(Buffer.from(answer)), told: NOBODY_TOLD }, 'rows', (row) => ({
          id: must(row, id, 'id'),
          date: may(row, time, 'date'),
        }))
      },
      idOf: (row) => row.id,
      dateOf: ({ date }) => date,
      appendOnly: this.appendOnly,
    })
    if (!page) throw new Error('the list is there')
    return { ...page, edges: page.edges(), pageInfo: page.pageInfo() }
  }
}

interface Walk {
  readonly ids: string[]
  readonly calls: number[]
}

/** Reads page after page to the end. */
async function walk(
  list: MovingList,
  firsts: () => number,
  between: (cursor: string) => void = () => {},
): Promise<Walk> {
  const ids: string[] = []
  const calls: number[] = []
  let after: string | null = null
  for (;;) {
    const first = firsts()
    const { edges, pageInfo, totalCount } = await list.page({ first, after })
    calls.push(list.calls.length)
    ids.push(...edges.map(({ node }) => node.id))
    expect(edges.length).toBeLessThanOrEqual(first)
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null)
    expect(pageInfo.startCursor).toBe(edges[0]?.cursor ?? null)
    if (totalCount === null) expect(list.habits.totals && list.habits.wrapper).toBeFalsy()
    if (!pageInfo.hasNextPage) return { ids, calls }
    expect(pageInfo.endCursor).not.toBeNull()
    after = pageInfo.endCursor
    between(edges.at(-1)?.node.id ?? '')
  }
}

const BASE = Date.UTC(2026, 2, 10)
const anyHabits: fc.Arbitrary<Habits> = fc.record({
  wrapper: fc.constantFrom('data' as const, 'history' as const, 'rows' as const, undefined),
  totals: fc.boolean(),
  pages: fc.boolean(),
})
const anyIds = (maxLength: number): fc.Arbitrary<string[]> =>
  fc.oneof(
    fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { maxLength: 60 }),
    fc
      .integer({ min: 0, max: maxLength })
      .map((length) => Array.from({ length }, (_, n) => `id ${(n * 7919) % 10007}`)),
  )
/** The same numbers for the same seed, as many as a walk turns out to need. */
function numbers(seed: number): (most: number) => number {
  let state = seed >>> 0
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * (most + 1))
  }
}

const numberedRows = (count: number, date: (n: number) => Date | null = (n) => new Date(BASE - n * 1000)): Row[] =>
  Array.from({ length: count }, (_, n) => ({ id: `row-${n}`, date: date(n) }))

describe('a list to whose head rows arrive', () => {
  test('gives every row that was there at the start once and in order, whatever arrives between two pages and within one', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyIds(400),
        anyHabits,
        fc.record({ seed: fc.integer(), tie: fc.constantFrom(0, 1, 3, 40, Infinity), dated: fc.boolean() }),
        fc.record({ small: fc.boolean(), most: fc.constantFrom(0, 5, 60), within: fc.constantFrom(0, 0, 20) }),
        async (ids, habits, { seed, tie, dated }, { small, most, within }) => {
          const next = numbers(seed)
          const rows = ids.map((each, n) => ({
            id: each,
            date: dated ? new Date(BASE - (tie === 0 ? n : Math.floor(n / (tie + 1))) * 1000) : null,
          }))
          const list = new MovingList(rows, habits)
          let arrived = 0
          const arrive = (count: number): void => {
            for (let n = 0; n < count; n += 1) {
              arrived += 1
              const late = new Date(BASE + (tie === 0 ? arrived : Math.floor(arrived / (tie + 1))) * 1000)
              list.rows.unshift({ id: `arrived ${next(1e9)} ${arrived}`, date: dated ? late : null })
            }
          }
          list.meanwhile = () => arrive(dated ? next(within) : 0)
          const { ids: walked, calls } = await walk(
            list,
            () => 1 + next(small ? 9 : 99),
            () => arrive(next(most)),
          )
          expect(walked).toEqual(ids)
          expect(Math.max(...calls)).toBeLessThanOrEqual(6)
        },
      ),
      { numRuns: 120, seed: 20260310 },
    )
  })

  test('says hasNextPage true only where a row follows, or where a full page came without a total', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 250 }),
        fc.integer({ min: 1, max: 100 }),
        anyHabits,
        async (count, first, habits) => {
          const list = new MovingList(numberedRows(count), habits)
          let after: string | null = null
          let given = 0
          for (;;) {
            const { edges, pageInfo, totalCount }: Page = await list.page({ first, after })
            given += edges.length
            expect(pageInfo.hasPreviousPage).toBe(edges.length > 0 && given > edges.length)
            if (totalCount !== null) expect(totalCount).toBe(count)
            if (!pageInfo.hasNextPage) break
            if (given === count) expect([totalCount, edges.length]).toEqual([null, first])
            after = pageInfo.endCursor
          }
          expect(given).toBe(count)
        },
      ),
      { numRuns: 100, seed: 7 },
    )
  })
})

describe('a list that rows leave', () => {
  const byAge = (a: Row, b: Row): number => Number(b.date) - Number(a.date) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)

  test('neither skips nor repeats a row that stays, whichever others go, arrive or appear by their date', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        anyHabits,
        fc.integer(),
        fc.record({ tie: fc.constantFrom(1, 2, 5), small: fc.boolean(), most: fc.constantFrom(1, 8, 25) }),
        async (count, habits, seed, { tie, small, most }) => {
          const next = numbers(seed)
          const rows = numberedRows(count, (n) => new Date(BASE - Math.floor(n / tie) * 1000))
          const list = new MovingList(rows.toSorted(byAge), habits, false)
          const start = new Set(list.rows.map((row) => row.id))
          const gone = new Set<string>()
          let made = 0
          const drop = (at: number): void => {
            for (const row of list.rows.splice(at, 1)) gone.add(row.id)
          }
          const between = (cursorId: string): void => {
            if (next(1) === 1)
              drop(
                Math.max(
                  list.rows.findIndex((row) => row.id === cursorId),
                  0,
                ),
              )
            for (let n = next(most); n > 0; n -= 1) drop(next(Math.max(list.rows.length - 1, 0)))
            for (let n = next(most); n > 0; n -= 1) {
              made += 1
              const age = next(2) === 0 ? next(count) : -made
              list.rows.push({ id: `made ${next(99)} ${made}`, date: new Date(BASE - Math.floor(age / tie) * 1000) })
            }
            list.rows.sort(byAge)
          }
          const all = [...list.rows]
          const { ids, calls } = await walk(list, () => 1 + next(small ? 9 : 99), between)
          const stayed = all.filter((row) => !gone.has(row.id)).map((row) => row.id)
          expect(ids.filter((each) => start.has(each) && !gone.has(each))).toEqual(stayed)
          expect(new Set(ids).size).toBe(ids.length)
          expect(Math.max(...calls)).toBeLessThanOrEqual(6)
        },
      ),
      { numRuns: 100, seed: 20260311 },
    )
  })

  test('goes on behind the place of a cursor whose row has gone, by its date', async () => {
    const list = new MovingList(numberedRows(200), {}, false)
    const { pageInfo } = await list.page({ first: 10 })
    list.rows.splice(9, 1)
    const { edges } = await list.page({ first: 3, after: pageInfo.endCursor })
    expect(edges.map(({ node }) => node.id)).toEqual(['row-10', 'row-11', 'row-12'])
  })

  test('goes on by the rank from the end where the list has no dates', async () => {
    const list = new MovingList(
      numberedRows(60, () => null),
      {},
      false,
    )
    const { pageInfo } = await list.page({ first: 10 })
    list.rows.splice(9, 1)
    list.rows.unshift({ id: 'new', date: null })
    const { edges } = await list.page({ first: 3, after: pageInfo.endCursor })
    expect(edges.map(({ node }) => node.id)).toEqual(['row-10', 'row-11', 'row-12'])
  })

  test('finds its place again after a thousand rows have arrived, with a total in two calls', async () => {
    const list = new MovingList(numberedRows(200), {}, false)
    const { pageInfo } = await list.page({ first: 10 })
    list.rows.unshift(
      ...numberedRows(1000, (n) => new Date(BASE + (1000 - n) * 1000)).map((row) => ({ ...row, id: `new ${row.id}` })),
    )
    const { edges } = await list.page({ first: 3, after: pageInfo.endCursor })
    expect(edges.map(({ node }) => node.id)).toEqual(['row-10', 'row-11', 'row-12'])
    expect(list.calls).toHaveLength(2)
  })

  test('skips nothing where a thousand rows have arrived and no total tells: it goes on with what it met, and in six calls', async () => {
    const list = new MovingList(numberedRows(200), { totals: false })
    const { pageInfo } = await list.page({ first: 10 })
    const arrived = numberedRows(1000, (n) => new Date(BASE + (1000 - n) * 1000)).map((row) => ({
      ...row,
      id: `new ${row.id}`,
    }))
    list.rows.unshift(...arrived)
    const page = await list.page({ first: 25, after: pageInfo.endCursor })
    expect(list.calls.length).toBeLessThanOrEqual(6)
    expect(page.edges).toHaveLength(25)
    expect(page.edges[0]?.node.id).toMatch(/^new /)
    const rest = page.edges.map(({ node }) => node.id)
    for (let { hasNextPage, endCursor } = page.pageInfo; hasNextPage;) {
      const more: Page = await list.page({ first: 100, after: endCursor })
      rest.push(...more.edges.map(({ node }) => node.id))
      ;({ hasNextPage, endCursor } = more.pageInfo)
    }
    expect(rest.slice(-190)).toEqual(
      numberedRows(200)
        .slice(10)
        .map((row) => row.id),
    )
  })
})

describe('a list of the graph that is filtered by a status, which its rows can outgrow,', () => {
  const LISTS: [field: string, route: string, row: (more: RestRow) => RestRow, idName: string][] = [
    ['exchanges(PAGE)', 'GET /exchanges', exchange, 'exchangeId'],
    ['withdrawals(kind: CRYPTO, PAGE)', 'GET /withdrawals/crypto', withdrawal, 'id'],
    ['deposits(PAGE)', 'GET /deposits', deposit, 'depositId'],
    ['cryptoDeposits(PAGE)', 'GET /deposits/crypto', cryptoDeposit, 'depositId'],
    ['orders(projectId: "Project:J1", PAGE)', 'GET /merchants/orders', order, 'id'],
    ['merchantCallbacks(projectId: "Project:J1", PAGE)', 'GET /merchants/callbacks', merchantCallback, 'id'],
  ]

  test.each(LISTS)('skips no row where one has left: %s', async (field, route, row, idName) => {
    let names = ['a', 'b', 'c', 'd', 'e', 'f']
    const upstream = await startUpstream({
      ...walletRoutes,
      [route]: ({ query }) => {
        const [number, size] = [Number(query.get('page')), Number(query.get('size'))]
        const dated = (name: string): RestRow => row({ [idName]: name, createdAt: 1e12 - name.charCodeAt(0) })
        return { body: names.slice((number - 1) * size, number * size).map(dated) }
      },
    })
    const { ask, close } = await startTestGateway(upstream.env)
    const status = field.startsWith('merchantCallbacks') ? 'FAILED' : 'PENDING'
    const read = async (after: string | null): Promise<{ ids: string[]; end: string }> => {
      const list = field.replace('PAGE', `first: 2, after: $after, filter: { status: ${status} }`)
      const { data } = await ask(`query ($after: String) { it: ${list} { nodes { id } pageInfo { endCursor } } }`, {
        after,
      })
      const { nodes, pageInfo } = data.it
      return { ids: nodes.map(({ id: each }: { id: string }) => each.split(':')[1]), end: pageInfo.endCursor }
    }
    const first = await read(null)
    expect(first.ids).toEqual(['a', 'b'])
    names = names.slice(1)
    expect((await read(first.end)).ids).toEqual(['c', 'd'])
    await close()
    await upstream.close()
  })
})

describe('the calls of a page', () => {
  const all = numberedRows(2000)
  const sum = (calls: readonly number[]): number => calls.reduce((a, b) => a + b, 0)

  test('are one for the first page, of exactly the size that was asked for', async () => {
    const list = new MovingList(all)
    await list.page({})
    expect(list.calls).toEqual([[1, 25]])
    await list.page({ first: 7, after: null })
    expect(list.calls).toEqual([[1, 7]])
  })

  test.each([
    [25, true, 80],
    [100, true, 20],
    [60, true, 34],
    [1, true, 2000],
    [25, false, 80],
    [49, false, 41],
    [100, false, 39],
  ])('first %i over 2,000 rows, append-only %s: %i in all', async (first, appendOnly, expected) => {
    const { calls, ids } = await walk(new MovingList(all, {}, appendOnly), () => first)
    expect(ids).toHaveLength(2000)
    expect(sum(calls)).toBe(expected)
  })

  test.each([
    [25, 81],
    [100, 21],
  ])('first %i over 2,000 rows without totals: %i in all, the last one empty', async (first, expected) => {
    const { calls } = await walk(new MovingList(all, { totals: false }), () => first)
    expect(sum(calls)).toBe(expected)
  })

  test('are one for a next page of up to 49 and two for a larger one, wherever the cursor stands', async () => {
    for (const appendOnly of [true, false]) {
      for (let index = 0; index < 1500; index += 37) {
        const list = new MovingList(all, {}, appendOnly)
        const row = all[index]
        const after = formatCursor({ id: row?.id ?? '', index, rank: 2000 - index, date: Number(row?.date) }, TAG)
        for (const first of [1, 24, 25, 49, 50, 77, 100]) {
          const { edges } = await list.page({ first, after })
          expect(edges.map(({ node }) => node.id)).toEqual(
            all.slice(index + 1, index + 1 + first).map((each) => each.id),
          )
          expect(list.calls.length).toBeLessThanOrEqual(first < 50 ? 1 : 2)
        }
      }
    }
  })

  test('are two where a few rows have arrived', async () => {
    const list = new MovingList(all)
    const { pageInfo } = await list.page({ first: 100 })
    list.rows.unshift({ id: 'new', date: new Date(BASE + 1) })
    await list.page({ first: 100, after: pageInfo.endCursor })
    expect(list.calls).toHaveLength(2)
  })

  test.each([60, 100])(
    'are at most two where an upstream that does not page has filled the first page of %i to the last row',
    async (first) => {
      const list = new MovingList(numberedRows(first), { wrapper: undefined, pages: false })
      const { ids, calls } = await walk(list, () => first)
      expect(ids).toEqual(numberedRows(first).map((row) => row.id))
      expect(calls).toEqual([1, 2])
    },
  )

  test('end with fewer rows than were asked for where the list runs away between two of them, and with none repeated', async () => {
    const list = new MovingList(
      numberedRows(300, () => null),
      { totals: false },
    )
    const { pageInfo } = await list.page({ first: 10 })
    list.meanwhile = () =>
      list.rows.unshift(...numberedRows(1000, () => null).map(({ id: row }) => ({ id: `new ${row}`, date: null })))
    const page = await list.page({ first: 100, after: pageInfo.endCursor })
    expect(page.edges.map(({ node }) => node.id)).toEqual(
      numberedRows(100)
        .slice(10)
        .map((row) => row.id),
    )
    expect(page.pageInfo.hasNextPage).toBe(true)
    expect(list.calls.length).toBeLessThanOrEqual(6)
  })
})

describe('a page', () => {
  test('of an empty list has no rows, no edges, no cursors and a total of 0', async () => {
    for (const habits of [{}, { totals: false }, { wrapper: undefined }]) {
      expect(await new MovingList([], habits).page({})).toEqual({
        nodes: [],
        edges: [],
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
        totalCount: 0,
      })
    }
  })

  test('that holds the whole list has no next page', async () => {
    const page = await new MovingList(numberedRows(25)).page({ first: 25 })
    expect([page.edges.length, page.pageInfo.hasNextPage, page.totalCount]).toEqual([25, false, 25])
  })

  test('behind the last row is empty', async () => {
    const list = new MovingList(numberedRows(25))
    const { pageInfo } = await list.page({ first: 25 })
    const next = await list.page({ first: 25, after: pageInfo.endCursor })
    expect([next.edges.length, next.pageInfo.hasNextPage, next.totalCount]).toEqual([0, false, 25])
  })

  test('is null where the upstream has no such list', async () => {
    const options = { name: ['rows'], read: async () => null, idOf: String, dateOf: () => null, appendOnly: true }
    expect(await readConnection({}, options)).toBeNull()
    const after = formatCursor({ id: 'a', index: 24, rank: 3, date: 0 }, TAG)
    expect(await readConnection({ after }, options)).toBeNull()
  })
})

describe('a cursor', () => {
  const anyCursor = fc.record({
    id: fc.string({ unit: 'grapheme', maxLength: 200 }).filter((text) => text.length <= 200),
    index: fc.nat({ max: 1e9 - 1 }),
    rank: fc.option(fc.nat({ max: 1e9 - 1 })),
    date: fc.option(fc.date({ noInvalidDate: true }).map(Number)),
  })

  test('round-trips with any id that can be asked for', () => {
    fc.assert(
      fc.property(anyCursor, (cursor) => {
        expect(parseCursor(formatCursor(cursor, TAG), TAG)).toEqual(cursor)
      }),
      { numRuns: 1000, seed: 3 },
    )
    const controls = { id: '\u0001'.repeat(200), index: 0, rank: null, date: null }
    expect(parseCursor(formatCursor(controls, TAG))).toEqual(controls)
  })

  test('a letter too many, or another one at the end, makes it broken', () => {
    for (let length = 1; length <= 12; length += 1) {
      const text = formatCursor({ id: 'x'.repeat(length), index: 3, rank: 5, date: 7 }, TAG)
      for (const letter of 'AQgwx0_-') {
        expect(() => parseCursor(text + letter)).toThrow(/after/)
        if (!text.endsWith(letter)) expect(() => parseCursor(text.slice(0, -1) + letter)).toThrow(/after/)
      }
    }
  })

  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  test.each([
    '',
    ' ',
    '%',
    'x',
    'MQ==',
    'a'.repeat(10_000),
    encoded(null),
    encoded({}),
    encoded([]),
    encoded([TAG, 'id', 0, null]),
    encoded(['id', 0, null, null]),
    encoded([1, 'id', 0, null, null]),
    encoded([listTag(['other rows']), 'id', 0, null, null]),
    encoded([TAG, 'id', 0, null, null, null]),
    encoded([TAG, 1, 0, null, null]),
    encoded([TAG, 'id', -1, null, null]),
    encoded([TAG, 'id', 0.5, null, null]),
    encoded([TAG, 'id', 1e9, null, null]),
    encoded([TAG, 'id', '0', null, null]),
    encoded([TAG, 'id', 0, -1, null]),
    encoded([TAG, 'id', 0, null, 8.64e15 + 1]),
    encoded([TAG, 'id', 0, null, '2026']),
    Buffer.from(`["${TAG}","id",0,null,null`).toString('base64url'),
  ])('no. %$ that no list gave is BAD_USER_INPUT for `after`, before anything is sent', async (after) => {
    const list = new MovingList(numberedRows(3))
    const error = await list.page({ after }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', details: { argument: 'after' } })
    expect(list.calls).toEqual([])
  })

  test('that was forged from any text is refused, or leads to a page of at most six calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.base64String(),
          anyCursor.map((cursor) => formatCursor(cursor, TAG)),
        ),
        async (after) => {
          const list = new MovingList(numberedRows(30))
          const page = await list.page({ after, first: 5 }).catch((error: unknown) => error)
          if (page instanceof Error) expect(page).toMatchObject({ code: 'BAD_USER_INPUT' })
          expect(list.calls.length).toBeLessThanOrEqual(6)
        },
      ),
      { numRuns: 500, seed: 4 },
    )
  })

  test.each([0, -1, 101, 1e9])('is not needed to refuse first: %i, before anything is sent', async (first) => {
    const list = new MovingList(numberedRows(3))
    await expect(list.page({ first })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { argument: 'first' } })
    expect(list.calls).toEqual([])
  })
})

describe('a cursor of another list', () => {
  const PAGE = 'pageInfo { endCursor } nodes { id }'
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startTestGateway()
  })
  afterAll(() => gateway.close())

  const cursors = async (): Promise<Readonly<Record<string, string>>> => {
    const { data, errors } = await gateway.ask(`{
      exchanges(first: 1) { ${PAGE} } deposits(first: 1) { ${PAGE} }
      bank: withdrawals(kind: BANK, first: 1) { ${PAGE} } crypto: withdrawals(kind: CRYPTO, first: 1) { ${PAGE} }
      accounts(currencies: ["BTC", "EUR"]) { transactions(first: 1) { ${PAGE} } }
      projects(first: 2) { nodes { orders(first: 1) { ${PAGE} } } }
    }`)
    expect(errors).toBeUndefined()
    const { accounts, projects, ...roots } = data
    const lists: Readonly<Record<string, { pageInfo: { endCursor: string } }>> = {
      ...roots,
      a: accounts[0].transactions,
      b: accounts[1].transactions,
      p: projects.nodes[0].orders,
    }
    return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.pageInfo.endCursor]))
  }

  test.each([
    ['deposits', 'exchanges(after: $after)'],
    ['bank', 'withdrawals(kind: CRYPTO, after: $after)'],
    ['exchanges', 'deposits(after: $after)'],
    ['p', 'projects(after: $after)'],
  ])('is refused by a list of another sort or kind: that of %s by %s', async (name, field) => {
    const after = (await cursors())[name]
    const { errors } = await gateway.ask(`query ($after: String) { it: ${field} { totalCount } }`, { after })
    expect(errors).toMatchObject([{ path: ['it'], extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }])
  })

  test('is refused by the list of another account, while each account takes its own', async () => {
    const { a, b } = await cursors()
    const ask = (after?: string) =>
      gateway.ask(
        'query ($after: String) { accounts(currencies: ["BTC", "EUR"]) { transactions(first: 1, after: $after) { nodes { id } } } }',
        { after },
      )
    for (const [own, after] of [a, b].entries()) {
      const { data, errors } = await ask(after)
      expect(data.accounts[own].transactions.nodes).toHaveLength(1)
      expect(data.accounts[1 - own].transactions).toBeNull()
      expect(errors).toMatchObject([{ path: ['accounts', 1 - own, 'transactions'], extensions: { argument: 'after' } }])
    }
  })

  test('is none where the list is the same, whichever way led to it', async () => {
    const { p: after } = await cursors()
    const { data, errors } = await gateway.ask(
      `query ($after: String) { projects(first: 1) { nodes { id orders(first: 1, after: $after) { nodes { id } } } } }`,
      { after },
    )
    expect(errors).toBeUndefined()
    const [{ id, orders }] = data.projects.nodes
    const root = await gateway.ask(
      `query ($id: ID!, $after: String) { orders(projectId: $id, first: 1, after: $after) { nodes { id } } }`,
      { id, after },
    )
    expect(root.data.orders).toEqual(orders)
  })
})
