// Cursors: a row by its id, with what finds it again when the list has moved.
import { createHash } from 'node:crypto'
import { badInput } from '../errors.ts'

/** A row as a cursor names it: by its id, its place from the head and from the end when it was seen, and its date. */
export interface Cursor {
  readonly id: string
  readonly index: number
  readonly rank: number | null
  readonly date: number | null
}

export function formatCursor({ id, index, rank, date }: Cursor, tag: string): string {
  return Buffer.from(JSON.stringify([tag, id, index, rank, date])).toString('base64url')
}

/** A short name for a list, from what it is of and whose it is: a cursor is good for that list alone. */
export function listTag(name: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(name)).digest('base64url').slice(0, 8)
}

/** Reads a cursor, of whichever list where none is named. Throws BAD_USER_INPUT for anything that `formatCursor` did not write for it. */
export function parseCursor(text: string, tag?: string): Cursor {
  const broken = badInput('after', 'after must be a cursor that this list gave.')
  if (text.length > LONGEST || !/^[\w-]+$/.test(text)) throw broken
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    throw broken
  }
  if (!Array.isArray(parts) || parts.length !== 5) throw broken
  const [found, id, index, rank, date] = parts as unknown[]
  if (
    typeof found !== 'string' ||
    found !== (tag ?? found) ||
    typeof id !== 'string' ||
    !isCount(index) ||
    !(rank === null || isCount(rank)) ||
    !(date === null || isTime(date))
  )
    throw broken
  const cursor = { id, index, rank, date }
  // Base64 is read leniently: a letter too many, or another last one, would mean the same.
  if (formatCursor(cursor, found) !== text) throw broken
  return cursor
}

/** No id of more than 200 characters can be asked for, and JSON writes one in at most six bytes a character. */
const LONGEST = 2000

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 1e9
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= 8.64e15
}
