// A history read to where it is known that nothing was missed.
import type { Page, Period } from '../upstream/pages.ts'

export interface WholeHistory<T> {
  readonly rows: readonly T[]
  /** Whether all that happened since then is in it. */
  readonly complete: boolean
}

const SIZE = 100
const MOST_PAGES = 50
/** No page is cut off at fewer rows. */
const SMALLEST_PAGE = 10

/** How far the filter is not trusted: it is the upstream's clock, and its idea of a day. */
const MARGIN_MS = 3_600_000

/** The same towards the future: a clock of another zone is up to 14 hours ahead. */
const ZONES_MS = 14 * 3_600_000 + MARGIN_MS

/**
 * Reads all rows since a time, or of a time that is over, page by page. Rows that arrive meanwhile move others down: those come twice, and
 * none is missed.
 */
export async function readHistory<T extends { readonly id: string; readonly createdAt: Date | null }>(
  { since, until }: { readonly since: Date; readonly until?: Date | undefined },
  read: (filter: Period, page: number, size: number) => Promise<Page<T>>,
): Promise<WholeHistory<T>> {
  const from = new Date(since.getTime() - MARGIN_MS)
  const filter = { from, ...(until && { to: new Date(until.getTime() + ZONES_MS) }) }
  const found = new Map<string, T>()
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { rows, total } = await read(filter, page, SIZE)
    const before = found.size
    for (const row of rows) if (!found.has(row.id)) found.set(row.id, row)
    // A total of less than has come is none.
    const all = total !== null && total >= found.size ? total : null
    if (all === found.size) return { rows: [...found.values()], complete: true }
    if (reaches(rows, from)) return { rows: [...found.values()], complete: true }
    // More than was asked for: it is not paged. Nothing new: it is over, or the same first page for every number.
    if (rows.length > SIZE || found.size === before) {
      const isWhole = rows.length > SIZE || rows.length < SMALLEST_PAGE
      return { rows: [...found.values()], complete: all === null && isWhole }
    }
  }
  return { rows: [...found.values()], complete: false }
}

/** Whether a page that goes from new to old ends with what is older than that. */
function reaches(rows: readonly { readonly createdAt: Date | null }[], from: Date): boolean {
  const times = rows.map(({ createdAt }) => createdAt?.getTime() ?? Number.NaN)
  const isNewestFirst = times.every((time, at) => at === 0 || time <= (times[at - 1] ?? Number.NaN))
  const [first = Number.NaN] = times
  const last = times.at(-1) ?? Number.NaN
  // Where all are of one time, it may as well go from old to new.
  return isNewestFirst && last < first && last < from.getTime()
}
