// Which entries one reading of a history can settle, and of which time that reading must be.
import { SKEW_MS } from './judge.ts'
import { HOUSE } from './operation.ts'
import type { Entry } from './journal.ts'

/** Entries that began further from one another are looked for apart: what stays in doubt must not make each later look a long one. */
const SPAN_MS = 3_600_000

/** What one reading can settle: entries of one mutation and about one time, in the history of the gateway's own credential or of their token. */
export function groupKey({
  account,
  credential,
  owner,
  place,
  mutation,
  sought: { object },
  startedAt,
}: Entry): string {
  const span = Math.floor(startedAt.getTime() / SPAN_MS)
  const reader = account === HOUSE ? credential : [place.scope, owner]
  return JSON.stringify([account, reader, mutation, object, span])
}

/** From the first of them to the end of the last one's window, where that is over. */
export function spanOf(
  entries: readonly Entry[],
  readAt: Date,
  windowMs: number,
): { readonly since: Date; readonly until?: Date } {
  const since = new Date(Math.min(...entries.map(({ startedAt }) => startedAt.getTime())) - SKEW_MS)
  const end = Math.max(...entries.map(({ unknownAt }) => (unknownAt ?? readAt).getTime())) + windowMs + SKEW_MS
  return end < readAt.getTime() ? { since, until: new Date(end) } : { since }
}
