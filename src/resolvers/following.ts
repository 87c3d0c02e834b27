// The rows behind a cursor, in a list that is read in numbered pages while it moves.
import type { Page } from '../upstream/pages.ts'
import type { Cursor } from './cursors.ts'

export interface ListOptions<T> {
  /** What it is a list of, and whose: a cursor is good for that alone. */
  readonly name: readonly (string | null)[]
  /** Reads one page, counted from 1, of 1 to 100 rows; null where there is no such list. */
  readonly read: (page: number, size: number) => Promise<Page<T> | null>
  readonly idOf: (row: T) => string
  /** When the row came into being, by which the list is sorted, newest first; null where the list has no such order. */
  readonly dateOf: (row: T) => Date | null
  /** Whether rows only ever arrive at the head and none leaves, as under a filter that a row can outgrow. */
  readonly appendOnly: boolean
}

/** A row with the place that it had when it was read. */
export interface Seen<T> {
  readonly row: T
  readonly index: number
  readonly total: number | null
}

/** Neighbouring rows: one page, or several that were read one beside the other. */
interface Stretch<T> {
  readonly start: number
  readonly rows: readonly Seen<T>[]
  /** Whether nothing is known to follow; false also where that is not known. */
  readonly atEnd: boolean
  readonly size: number
  /** The first and the last of its pages. */
  readonly from: number
  readonly to: number
}

export interface Pages<T> {
  readonly list: ListOptions<T>
  read(number: number, size: number): Promise<Stretch<T>>
  calls(): number
  /** How many rows there are, as the last answer told. */
  total(): number | null
  /** Whether the upstream has said that there is no such list. */
  missing(): boolean
}

const LARGEST_PAGE = 100
/** One call that is needed anyway, and at most five more. */
export const MOST_CALLS = 6
/** The search leaves two of them for what is behind the place that it finds. */
const SEARCH_CALLS = 4

export function cursorOf<T>({ row, index, total }: Seen<T>, list: ListOptions<T>): Cursor {
  const date = list.dateOf(row)?.getTime() ?? null
  return { id: list.idOf(row), index, rank: total === null ? null : total - index, date }
}

export function createPages<T>(list: ListOptions<T>): Pages<T> {
  let calls = 0
  let known: number | null = null
  let missing = false
  return {
    list,
    calls: () => calls,
    total: () => known,
    missing: () => missing,
    async read(number, size) {
      calls += 1
      const page = await list.read(number, size)
      missing ||= page === null
      const rows = page?.rows ?? []
      // More than was asked for: this upstream does not page, and has given everything.
      const whole = rows.length > size
      const start = whole ? 0 : (number - 1) * size
      const total = whole ? rows.length : (page?.total ?? totalOf(start, rows.length, size))
      known = total ?? known
      return {
        start,
        rows: rows.map((row, offset) => ({ row, index: start + offset, total })),
        atEnd: whole || rows.length < size || (total !== null && start + rows.length >= total),
        size,
        from: number,
        to: number,
      }
    },
  }
}

/** A page that is not full is the last one; an empty one may be any behind it. */
function totalOf(start: number, count: number, size: number): number | null {
  return count < size && (start === 0 || count > 0) ? start + count : null
}

type Found<T> = Pick<Stretch<T>, 'rows' | 'atEnd'>

/** At least `wanted` rows behind the cursor's, or all; fewer only where the list moves faster than it can be read. */
export async function rowsBehind<T>(cursor: Cursor, wanted: number, pages: Pages<T>): Promise<Found<T>> {
  const found: Seen<T>[] = []
  let anchor = cursor
  let adjacent = pages.list.appendOnly
  for (;;) {
    const { stretch, offset, lost } = await findBehind(anchor, wanted - found.length, adjacent, pages)
    if (lost && found.length > 0) return { rows: found, atEnd: false }
    const rows = stretch.rows.slice(offset)
    found.push(...rows)
    if (found.length >= wanted || stretch.atEnd) return { rows: found, atEnd: stretch.atEnd }
    if (pages.calls() >= MOST_CALLS) return { rows: found, atEnd: false }
    // Up to the very row that was to be followed: as many have arrived in between, or each page of this upstream is the whole list.
    if (rows.length === 0 && adjacent && pages.total() === null && (await pages.read(1, 1)).rows.length > 1)
      return { rows: found, atEnd: true }
    const last = found.at(-1) ?? stretch.rows.at(-1)
    if (last) anchor = cursorOf(last, pages.list)
    // Within one request the next page follows, unless the total or a date says otherwise.
    adjacent = true
  }
}

interface Place<T> {
  readonly stretch: Stretch<T>
  /** Of the first row behind the anchor. */
  readonly offset: number
  /** Whether the anchor was neither found nor shown to have gone. */
  readonly lost: boolean
}

/**
 * The first page that is read should hold all that is wanted, and the anchor before it as the proof. Where the anchor may end the page
 * before (`adjacent`), the proof is that the list has not moved.
 */
async function findBehind<T>(anchor: Cursor, wanted: number, adjacent: boolean, pages: Pages<T>): Promise<Place<T>> {
  const { list } = pages
  const from = adjacent ? anchor.index + 1 : anchor.index
  let stretch = await pages.read(...pageOver(from, anchor.index + wanted, pages.calls() === 0 ? 'smallest' : 'largest'))
  if (adjacent && stretch.start === from && isUnmoved(anchor, stretch, pages))
    return { stretch, offset: 0, lost: false }
  for (;;) {
    const offset = offsetBehind(anchor, stretch, pages)
    if (typeof offset === 'number') return { stretch, offset, lost: false }
    // Lost: it goes on behind what is surely newer. That may repeat a row, and skips none that was met.
    if (pages.calls() >= SEARCH_CALLS) return { stretch, offset: countNewer(anchor, stretch, list), lost: true }
    const expected = expectedIndex(anchor, pages)
    const [number, size] = pageOver(expected, expected + wanted, 'largest')
    if (stretch.size !== size || number < stretch.from || number > stretch.to) {
      stretch = await pages.read(number, size)
      continue
    }
    if (offset === 'below') stretch = joined(stretch, await pages.read(stretch.to + 1, size))
    else stretch = joined(await pages.read(stretch.from - 1, size), stretch)
  }
}

/** The page, by number and size, that holds all indices between two, or else the first of them. */
function pageOver(from: number, to: number, which: 'smallest' | 'largest'): [number: number, size: number] {
  const least = Math.min(to - from + 1, LARGEST_PAGE)
  const sizes = Array.from({ length: LARGEST_PAGE - least + 1 }, (_, more) => least + more)
  const fitting = sizes.filter((size) => Math.floor(from / size) === Math.floor(to / size))
  const size = which === 'smallest' ? (fitting[0] ?? least) : (fitting.at(-1) ?? LARGEST_PAGE)
  return [Math.floor(from / size) + 1, size]
}

/** Whether a page that was to begin behind the anchor does. */
function isUnmoved<T>(anchor: Cursor, { rows }: Stretch<T>, pages: Pages<T>): boolean {
  const [first] = rows
  const total = pages.total()
  if (total !== null && anchor.rank !== null) return total - anchor.rank === anchor.index
  return first === undefined || side(first.row, anchor, pages.list) < 0
}

/** Rows at the head move the anchor down by as many, but leave its place from the end as it was. */
function expectedIndex<T>({ index, rank }: Cursor, pages: Pages<T>): number {
  const total = pages.total()
  return total === null || rank === null ? index : Math.max(total - rank, 0)
}

/** Where the rows behind the anchor begin in a stretch, or where to look for that. */
function offsetBehind<T>(anchor: Cursor, stretch: Stretch<T>, pages: Pages<T>): number | 'above' | 'below' {
  const { list } = pages
  const { rows, start, atEnd } = stretch
  const there = indexOf(anchor, stretch, list)
  if (there >= 0) return there + 1
  // The anchor stood between the rows that are newer and those that are older; between them are those of the same instant.
  const newer = countNewer(anchor, stretch, list)
  const older = countWhile(rows, newer, ({ row }) => side(row, anchor, list) === 0)
  if (older === rows.length && !atEnd) return 'below'
  if (newer === 0 && start > 0) return 'above'
  if (anchor.date === null) {
    const gone = expectedIndex(anchor, pages) + (anchor.rank === null || pages.total() === null ? 0 : 1)
    return Math.min(Math.max(gone - start, newer), older)
  }
  return countWhile(rows.slice(0, older), newer, ({ row }) => list.idOf(row) > anchor.id)
}

function countNewer<T>(anchor: Cursor, { rows }: Stretch<T>, list: ListOptions<T>): number {
  return countWhile(rows, 0, ({ row }) => side(row, anchor, list) > 0)
}

function indexOf<T>(anchor: Cursor, { rows }: Stretch<T>, list: ListOptions<T>): number {
  return rows.findIndex(({ row }) => list.idOf(row) === anchor.id)
}

/** The first index from `from` on at which this no longer holds. */
function countWhile<T>(rows: readonly T[], from: number, holds: (row: T) => boolean): number {
  const end = rows.findIndex((row, index) => index >= from && !holds(row))
  return end < 0 ? rows.length : end
}

/** Above zero: newer than the anchor, so before it; below: older; zero: the same instant, or not known. */
function side<T>(row: T, anchor: Cursor, list: ListOptions<T>): number {
  const date = list.dateOf(row)?.getTime()
  return date === undefined || anchor.date === null ? 0 : date - anchor.date
}

function joined<T>(above: Stretch<T>, below: Stretch<T>): Stretch<T> {
  return { ...below, start: above.start, rows: [...above.rows, ...below.rows], from: above.from }
}
