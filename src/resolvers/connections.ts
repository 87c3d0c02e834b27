// Connections over lists that the upstream gives in numbered pages: a cursor names a row, so that rows which arrive in between are
// neither repeated nor skipped over.
import { badInput } from '../errors.ts'
import { formatCursor, listTag, parseCursor } from './cursors.ts'
import { createPages, cursorOf, rowsBehind } from './following.ts'
import type { Cursor } from './cursors.ts'
import type { ListOptions, Seen } from './following.ts'

/** What the first and the following page are asked for with. */
export interface PageArguments {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

export interface Edge<T> {
  readonly cursor: string
  readonly node: T
}

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

export interface Connection<T> {
  readonly nodes: readonly T[]
  readonly edges: () => readonly Edge<T>[]
  readonly pageInfo: () => PageInfo
  readonly totalCount: number | null
}

export const DEFAULT_FIRST = 25
export const LARGEST_FIRST = 100

/** Reads a page of a connection; null where there is no such list. Refuses `first` outside 1..100 and a cursor that is broken or another list's before anything is sent. */
export async function readConnection<T>(args: PageArguments, list: ListOptions<T>): Promise<Connection<T> | null> {
  let known: string | undefined
  const tag = (): string => (known ??= listTag(list.name))
  const { wanted, cursor } = checkedPage(args, tag)
  const pages = createPages(list)
  const { rows, atEnd } = cursor ? await rowsBehind(cursor, wanted, pages) : await pages.read(1, wanted)
  if (pages.missing()) return null
  const given = rows.slice(0, wanted)
  const cursorAt = (seen: Seen<T>): string => formatCursor(cursorOf(seen, list), tag())
  const [first] = given
  const last = given.at(-1)
  return {
    nodes: given.map(({ row }) => row),
    // To make a cursor takes longer than to read its row, and most who ask for rows ask for none.
    edges: () => given.map((seen) => ({ cursor: cursorAt(seen), node: seen.row })),
    pageInfo: () => ({
      // Without a total a full page may be the last one: then this is true, and the next page is empty.
      hasNextPage: given.length > 0 && (rows.length > wanted || !atEnd),
      hasPreviousPage: (first?.index ?? 0) > 0,
      startCursor: first ? cursorAt(first) : null,
      endCursor: last ? cursorAt(last) : null,
    }),
    totalCount: pages.total(),
  }
}

/** The same for rows that know when they were made, newest first. Under a status a row may be gone the next time; no other filter does that. */
export function readHistory<T extends { readonly id: string; readonly createdAt: Date | null }>(
  name: ListOptions<T>['name'],
  args: PageArguments,
  filter: { readonly status?: string | undefined },
  read: ListOptions<T>['read'],
): Promise<Connection<T> | null> {
  return readConnection(args, {
    name,
    read,
    idOf: ({ id }) => id,
    dateOf: ({ createdAt }) => createdAt,
    appendOnly: filter.status === undefined,
  })
}

/** How many rows from where. Refuses `first` outside 1..100, and a cursor that is broken or not of the list with this tag. */
export function checkedPage(
  { first, after }: PageArguments,
  tag?: () => string,
): { wanted: number; cursor: Cursor | undefined } {
  const wanted = first ?? DEFAULT_FIRST
  if (wanted < 1 || wanted > LARGEST_FIRST) throw badInput('first', `first must be from 1 to ${LARGEST_FIRST}.`)
  return { wanted, cursor: after === null || after === undefined ? undefined : parseCursor(after, tag?.()) }
}
