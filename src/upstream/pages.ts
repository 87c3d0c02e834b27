// Lists as the upstream gives them: bare or wrapped, with a total or without, in pages or whole.
import { bounded, count, misfit, source } from './decode.ts'
import type { Reply, Source } from './decode.ts'
import type { Json } from './json.ts'

/** One page of rows as it came. */
export interface Page<T> {
  readonly rows: readonly T[]
  /** How many rows there are in all, where the upstream says so. */
  readonly total: number | null
}

/** Bounds on the date of the rows: not before `from`, before `to`. */
export interface Period {
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

/** What all paged lists are asked with: a page counted from 1, its size of 1 to 100, and a period. */
export function pageQuery(page: number, size: number, { from, to }: Period = {}): Record<string, string | undefined> {
  return { page: String(page), size: String(size), dateFrom: from?.toISOString(), dateTo: to?.toISOString() }
}

const WRAPPERS = ['data', 'content', 'items', 'history']
const TOTALS = ['totalCount', 'totalElements']

/**
 * Decodes a list: a bare array, or an object with the array under a usual name or the resource's own and perhaps a total
 * beside it. Where a bare array holds more than was asked for, the upstream does not page: all of it is there.
 */
export function decodeList<T>(reply: Reply, resource: string, decode: (row: Source) => T): Page<T> {
  const { told } = reply
  const { array, total } = unwrap(reply, resource)
  return {
    rows: bounded(array, told, resource).map((json, index) => decode(source({ json, told }, `${resource}[${index}]`))),
    total,
  }
}

function unwrap(reply: Reply, resource: string): { array: readonly Json[]; total: number | null } {
  if (Array.isArray(reply.json)) return { array: reply.json as readonly Json[], total: null }
  const wrapper = source(reply, resource)
  const name = [...WRAPPERS, resource].find((each) => Array.isArray(wrapper.fields[each]))
  if (name === undefined) {
    reply.told.sought?.(wrapper, [])
    throw misfit(reply.told, resource, 'holds no list')
  }
  const totals = TOTALS.map((each) => count(wrapper.fields[each] ?? null, wrapper, each))
  return { array: wrapper.fields[name] as readonly Json[], total: totals.find((each) => each !== undefined) ?? null }
}
