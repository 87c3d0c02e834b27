// Readers for the parts of an answer: tolerant where the contract leaves a habit open, strict where a wrong reading costs money.
import { isDecimal, readDecimal } from '../decimal.ts'
import { GatewayError } from '../errors.ts'
import { readInstant } from './instant.ts'
import { parseJson } from './json.ts'
import type { Decimal } from '../decimal.ts'
import type { Json } from './json.ts'

/** Who is told of what does not fit in the answers of an endpoint: of its place, e.g. `orders[3].status`, and never of a value. */
export interface Told {
  /** The row of the endpoint table; undefined where it is no call's answer that is read. */
  readonly endpoint: string | undefined
  /** A word that a closed list does not have yet. */
  word(at: string): void
  /** What makes an answer unreadable. */
  misfit(at: string, what: string): void
  /** Which names of an object a decoder looks for. */
  sought?(from: Source, names: readonly string[]): void
}

export const NOBODY_TOLD: Told = { endpoint: undefined, word() {}, misfit() {} }

/** An answer, parsed. */
export interface Reply {
  readonly json: Json
  /** As it came; undefined for a part of an answer. */
  readonly body?: Buffer
  /** Whether it is the last that the upstream said, which does not answer now. */
  readonly stale?: boolean
  readonly told: Told
}

/** One object of an answer, with its place for the message of a failure (a path, never a value). */
export interface Source {
  readonly at: string
  readonly fields: { readonly [key: string]: Json }
  readonly told: Told
}

/** A whole answer, taken apart. Throws UPSTREAM_INVALID where it is no JSON. */
export function parseReply(body: Buffer, told: Told): Reply {
  try {
    return { json: parseJson(body), body, told }
  } catch (cause) {
    if (cause instanceof RangeError) throw misfit(told, 'body', 'is nested too deep')
    throw misfit(told, 'body', body.toString().trim() === '' ? 'is empty' : 'is not JSON')
  }
}

/** A decoder that reads the same answer once, however often it is given: one that is kept serves many. */
export function readOnce<T>(decode: (reply: Reply) => T): (reply: Reply) => T {
  const known = new WeakMap<object, { readonly value: T }>()
  return (reply) => {
    const key = Object(reply.json) as object
    const entry = known.get(key) ?? { value: decode(reply) }
    known.set(key, entry)
    return entry.value
  }
}

/** The object at the top of an answer or in a list. */
export function source({ json, told }: Reply, at: string): Source {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw misfit(told, at, 'is no object')
  return { at, fields: json as Source['fields'], told }
}

/** The first of these names that holds something; null, an empty text (as in a memo, merchant 3.1) and an absent field are the same. */
function pick(from: Source, names: readonly string[]): Json | undefined {
  from.told.sought?.(from, names)
  for (const name of names) {
    // Not asked for as its own, which costs a fifth of all decoding: no decoder looks for a name that every object has.
    const value = from.fields[name]
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}

/** Reads one value, the field `name` of `from`; undefined where it has another form. */
export type Read<T> = (value: Json, from: Source, name: string) => T | undefined

/** Reads a field that must be there and must be right; its alternative names follow the first one. */
export function must<T>(from: Source, read: Read<T>, ...names: readonly [string, ...string[]]): T {
  const value = may(from, read, ...names)
  if (value === null) throw misfit(from.told, `${from.at}.${names[0]}`, 'is missing')
  return value
}

/** Reads a field that may be absent or null; where it is there it must be right. */
export function may<T>(from: Source, read: Read<T>, ...names: readonly [string, ...string[]]): T | null {
  const value = pick(from, names)
  if (value === undefined) return null
  const result = read(value, from, names[0])
  if (result === undefined) throw misfit(from.told, `${from.at}.${names[0]}`, 'has an unexpected form')
  return result
}

/** Any text; a number counts as its digits. */
export const text: Read<string> = (value) => (typeof value === 'string' ? value : undefined)

/** An opaque identifier, number or string; half a surrogate pair could be put into no path and no global id. */
export const id: Read<string> = (value) =>
  typeof value === 'string' && value !== '' && value.isWellFormed() ? value : undefined

/** An amount or a rate, number or string, with each of its digits. */
export const amount: Read<Decimal> = (value) => (typeof value === 'string' ? readDecimal(value) : undefined)

export const flag: Read<boolean> = (value) => {
  if (typeof value === 'boolean') return value
  return value === 'true' ? true : value === 'false' ? false : undefined
}

/** A whole number between 0 and 2^31 - 1, which is what GraphQL's Int holds. */
export const count: Read<number> = (value) => {
  if (typeof value !== 'string') return undefined
  const plain = readDecimal(value)
  if (plain === undefined || !isDecimal(plain)) return undefined
  const whole = Number(plain.replace(/\.0+$/, ''))
  return Number.isInteger(whole) && whole >= 0 && whole <= 0x7fff_ffff ? whole : undefined
}

export const time: Read<Date> = (value) => (typeof value === 'string' ? readInstant(value) : undefined)

/**
 * A word of a closed list, or UNRECOGNIZED, and counted, where the upstream has learned a new one since. To be made once, and not for each row.
 */
export function word<const T extends string>(
  known: readonly T[],
  alias: Readonly<Record<string, T>> = {},
): Read<T | 'UNRECOGNIZED'> {
  return (value, from, name) => {
    if (typeof value !== 'string') return undefined
    const found = Object.hasOwn(alias, value) ? alias[value] : known.find((each) => each === value)
    if (found === undefined) from.told.word(`${from.at}.${name}`)
    return found ?? 'UNRECOGNIZED'
  }
}

/** A list of plain values, each read alike. */
export function many<T>(read: Read<T>): Read<readonly T[]> {
  return (value, from, name) => {
    if (!Array.isArray(value) || value.length > MOST_ELEMENTS) return undefined
    const values = value.map((each: Json) => read(each, from, name))
    return values.every((each) => each !== undefined) ? values : undefined
  }
}

/**
 * An id by which a list was asked for. A row need not repeat it; one that names another was not asked for, by an upstream that does not
 * know the filter and left it out without a word.
 */
export function idAsAsked(
  from: Source,
  asked: string | null | undefined,
  ...names: readonly [string, ...string[]]
): string | null {
  const found = may(from, id, ...names)
  if (found !== null && typeof asked === 'string' && found.toLowerCase() !== asked.toLowerCase())
    throw misfit(from.told, `${from.at}.${names[0]}`, 'is another than was asked for')
  return found ?? asked ?? null
}

/** An object inside an object. */
export function part<T>(read: (inner: Source) => T): Read<T> {
  return (json, { at, told }, name) => read(source({ json, told }, `${at}.${name}`))
}

/** A list inside an object, each element read alike; a missing one is empty. */
export function listOf<T>(from: Source, name: string, read: (element: Source) => T): readonly T[] {
  const value = pick(from, [name])
  if (value === undefined) return []
  if (!Array.isArray(value)) throw misfit(from.told, `${from.at}.${name}`, 'is no list')
  const { told } = from
  return bounded(value as readonly Json[], told, `${from.at}.${name}`).map((json, index) =>
    read(source({ json, told }, `${from.at}.${name}[${index}]`)),
  )
}

/** A list as it came, unless there is more in it than anybody asks for. */
export function bounded(list: readonly Json[], told: Told, at: string): readonly Json[] {
  if (list.length > MOST_ELEMENTS) throw misfit(told, at, 'is too long')
  return list
}

/** Pages have at most 100 rows; what comes whole, such as currencies and their pairs, has thousands. */
const MOST_ELEMENTS = 10_000

/** A failure to read an answer, which is told. It says where in the body and what is wrong there; a value never. */
export function misfit(told: Told, at: string, what: string): GatewayError {
  told.misfit(at, what)
  const message = 'SpectroCoin answered with something that does not fit the contract.'
  const error = new GatewayError('UPSTREAM_INVALID', message, { effect: 'unknown', reason: `${at} ${what}` })
  error.endpoint = told.endpoint
  return error
}
