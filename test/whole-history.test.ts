// A history read to where it is known that nothing was missed, by upstreams of all habits.
import { describe, expect, test } from 'vitest'
import { readHistory } from '../src/money/whole-history.ts'
import type { Page, Period } from '../src/upstream/pages.ts'

interface Row {
  readonly id: string
  readonly createdAt: Date | null
}

const SINCE = new Date('2026-11-22T12:00:00Z')
const HOUR = 3_600_000
const minutesAfter = (minutes: number): Date => new Date(SINCE.getTime() + minutes * 60_000)

/** Rows from new to old, the oldest a minute after the time asked for. */
const recent = (count: number): Row[] =>
  Array.from({ length: count }, (_, n) => ({ id: `R${count - n}`, createdAt: minutesAfter(count - n) }))
/** Rows that are older than any margin, from new to old. */
const old = (count: number): Row[] =>
  Array.from({ length: count }, (_, n) => ({ id: `old ${count - n}`, createdAt: minutesAfter(-120 - n) }))

interface Habits {
  /** The most rows that it gives in a page, whatever was asked for. */
  readonly cap?: number
  readonly isFiltered?: boolean
  readonly isPaged?: boolean
  /** What it says of how many there are. */
  readonly total?: (rows: readonly Row[], page: number) => number | null
  /** What happens between two pages. */
  readonly between?: (rows: Row[]) => void
}

type Read = (filter: Period, page: number, size: number) => Promise<Page<Row>>

/** An upstream with this history; `pages` are those that were asked for. */
function upstream(rows: Row[], habits: Habits = {}): { read: Read; pages: number[]; filters: Period[] } {
  const { cap = 100, isFiltered = true, isPaged = true, total = () => null, between } = habits
  const pages: number[] = []
  const filters: Period[] = []
  return {
    pages,
    filters,
    async read(filter, page, size) {
      pages.push(page)
      filters.push(filter)
      const { from } = filter
      const all = rows.filter(({ createdAt }) => !isFiltered || !from || !createdAt || createdAt >= from)
      const most = Math.min(size, cap)
      const given = isPaged ? all.slice((page - 1) * most, page * most) : all.slice(0, cap)
      const answer = { rows: given, total: total(all, page) }
      between?.(rows)
      return answer
    },
  }
}

const ids = (rows: readonly Row[]): string[] => rows.map(({ id }) => id).toSorted()

async function expectWhole(rows: Row[], habits: Habits, pages: number): Promise<void> {
  const { read, pages: asked } = upstream([...rows], habits)
  const whole = await readHistory({ since: SINCE }, read)
  expect(whole.complete).toBe(true)
  const wanted = ids(rows.filter(({ createdAt }) => !createdAt || createdAt >= SINCE))
  expect(ids(whole.rows)).toEqual(expect.arrayContaining(wanted))
  expect(asked).toHaveLength(pages)
}

async function expectIncomplete(rows: Row[], habits: Habits): Promise<number> {
  const { read, pages } = upstream([...rows], habits)
  expect((await readHistory({ since: SINCE }, read)).complete).toBe(false)
  return pages.length
}

const counted = (rows: readonly Row[]): number => rows.length

describe('a history is read whole', () => {
  test('from an hour before the time, since the clock of the server may be another', async () => {
    const { read, filters } = upstream(recent(1))
    await readHistory({ since: SINCE }, read)
    expect(filters[0]).toEqual({ from: new Date(SINCE.getTime() - HOUR) })
  })

  test('of a time that is over up to 15 hours later, since the clock may be of another zone', async () => {
    const { read, filters } = upstream(recent(1))
    await readHistory({ since: SINCE, until: minutesAfter(15) }, read)
    expect(filters[0]?.to).toEqual(new Date(minutesAfter(15).getTime() + 15 * HOUR))
  })

  test('in one page where the total says that this is all', () => expectWhole(recent(100), { total: counted }, 1))
  test('in as many pages as the total takes', () => expectWhole(recent(250), { total: counted }, 3))
  test('of nothing, with a total and without', async () => {
    await expectWhole([], { total: counted }, 1)
    await expectWhole([], {}, 1)
  })
  test('without a total up to an empty page', () => expectWhole(recent(250), {}, 4))
  test('of short pages, where a server gives ten at most: a short page is not the last one', async () => {
    await expectWhole(recent(95), { cap: 10 }, 11)
    await expectWhole(recent(95), { cap: 10, total: counted }, 10)
  })
  test('in one page of a server that does not page and gives more than was asked for', () =>
    expectWhole(recent(250), { isPaged: false, cap: 1000 }, 1))
  test('in two pages of a server that does not page, and gives fewer rows than any page has', () =>
    expectWhole(recent(9), { isPaged: false, cap: 1000 }, 2))
  test('in one page of a server that does not page, where that goes back to what is too old', () =>
    expectWhole([...recent(9), ...old(5)], { isPaged: false, isFiltered: false, cap: 10 }, 1))
  test('from old to new', () => expectWhole(recent(250).toReversed(), { total: counted }, 3))
  test('in no order, and with rows that say no time', () => {
    const rows = recent(150).map((row, n) => (n % 3 === 0 ? { ...row, createdAt: null } : row))
    return expectWhole([...rows.slice(70), ...rows.slice(0, 70)], {}, 3)
  })
})

describe('a server that ignores the dates', () => {
  test('is read from new to old as far as to what is too old', () =>
    expectWhole([...recent(150), ...old(4000)], { isFiltered: false }, 2))

  test('is read to its end from old to new', () =>
    expectWhole([...old(250).toReversed(), ...recent(30).toReversed()], { isFiltered: false }, 4))

  test('and sorts from old to new is not believed to end where a whole page is of one time', () => {
    const sameTime = old(100).map((row) => ({ ...row, createdAt: minutesAfter(-500) }))
    return expectWhole([...sameTime, ...recent(30).toReversed()], { isFiltered: false }, 3)
  })

  test('is not believed to have ended where a page is in no order', () => {
    const rows = recent(150)
    const mixed = [...rows.slice(1, 100).toReversed(), ...old(1), ...rows.slice(0, 1), ...rows.slice(100)]
    return expectWhole(mixed, { isFiltered: false }, 3)
  })

  test('is read up to 50 pages, and then it is not known what is missing', async () => {
    expect(await expectIncomplete([...old(9000).toReversed(), ...recent(1)], { isFiltered: false })).toBe(50)
  })
})

describe('a history is known to be incomplete', () => {
  test('after 50 pages', async () => {
    expect(await expectIncomplete(recent(5001), { total: counted })).toBe(50)
    expect(await expectIncomplete(recent(501), { cap: 10 })).toBe(50)
  })

  test('where the total promises more than comes', async () => {
    expect(await expectIncomplete(recent(30), { total: () => 31 })).toBe(2)
    expect(await expectIncomplete([], { total: () => 1 })).toBe(1)
    expect(await expectIncomplete(recent(250), { isPaged: false, cap: 100, total: counted })).toBe(2)
    expect(await expectIncomplete(recent(250), { isPaged: false, cap: 250, total: () => 251 })).toBe(1)
  })

  test('where the same page comes for each number, and no total, be it a short one: it may be cut off', async () => {
    for (const cap of [100, 30, 10]) expect(await expectIncomplete(recent(250), { isPaged: false, cap })).toBe(2)
    expect(await expectIncomplete(recent(30), { isPaged: false, cap: 1000 })).toBe(2)
  })
})

describe('a total that lies', () => {
  test('of less than has come is not believed', async () => {
    await expectWhole(recent(250), { total: () => 25 }, 4)
    await expectWhole(recent(250), { total: () => 0 }, 4)
  })
})

describe('while it is read', () => {
  test('rows that arrive move others down, and none is missed or there twice', async () => {
    let arrived = 0
    const between = (rows: Row[]): void => {
      arrived += 1
      rows.unshift({ id: `new ${arrived}`, createdAt: minutesAfter(1000 + arrived) })
    }
    for (const total of [undefined, counted]) {
      arrived = 0
      const { read } = upstream(recent(250), { between, ...(total && { total }) })
      const { rows, complete } = await readHistory({ since: SINCE }, read)
      expect(ids(rows).filter((id) => id.startsWith('R'))).toEqual(ids(recent(250)))
      expect(new Set(ids(rows)).size).toBe(rows.length)
      // Where the total counts what came too late to be seen, it is not known whether all was seen.
      expect(complete).toBe(total === undefined)
    }
  })

  test('a failing page is the failure of the whole', async () => {
    const { read } = upstream(recent(250))
    const failing: Read = (filter, page, size) =>
      page === 2 ? Promise.reject(new Error('down')) : read(filter, page, size)
    await expect(readHistory({ since: SINCE }, failing)).rejects.toThrow('down')
  })
})
