// Lists in pages, newest first (wallet 2.7), and the filters that most of them share.
import type { Fields } from './fields.ts'

export type Page = {
  readonly totalCount: number
  readonly page: number
  readonly size: number
  readonly data: readonly unknown[]
}

/** One page of rows that come oldest first, as they were written. */
export function pageOf<Row>(rows: readonly Row[], query: Fields, show: (row: Row) => unknown): Page {
  const page = query.count('page', 1, 999_999_999) ?? 1
  const size = query.count('size', 1, 100) ?? 25
  const end = Math.max(rows.length - (page - 1) * size, 0)
  const data = rows
    .slice(Math.max(end - size, 0), end)
    .reverse()
    .map(show)
  return { totalCount: rows.length, page, size, data }
}

/** `dateFrom` is inclusive, `dateTo` exclusive. */
export function inRange(query: Fields): (date: Date) => boolean {
  const from = query.time('dateFrom') ?? -Infinity
  const to = query.time('dateTo') ?? Infinity
  return (date) => date.getTime() >= from && date.getTime() < to
}

/** True for all values while nothing is asked for. */
export function same<Value>(asked: Value | undefined): (value: Value | null) => boolean {
  return (value) => asked === undefined || value === asked
}
