// How an answer is written: the contract's form by default, and the other forms that a reader must bear.
import type { Currency } from './catalogue.ts'
import type { ApiFailure } from './failure.ts'
import type { Page } from './paging.ts'
import { formatRate, type Rate } from './prices.ts'
import { formatUnits } from './units.ts'

export type Formats = {
  amounts: 'numbers' | 'strings'
  ids: 'strings' | 'numbers'
  dates: 'iso' | 'epoch'
  /** `plain`: bare arrays, and pages as in wallet 2.7; else all lists bare, or wrapped under that word or their `name`. */
  lists: 'plain' | 'bare' | 'data' | 'content' | 'items' | 'history' | 'name'
  errors: 'full' | 'short'
  /** Whether a withdrawal shows its `externalId`: that it does is only inferred. */
  externalIds: 'shown' | 'hidden'
}

export const contractFormats: Formats = {
  amounts: 'numbers',
  ids: 'strings',
  dates: 'iso',
  lists: 'plain',
  errors: 'full',
  externalIds: 'shown',
}

// The compiler's library does not know raw JSON yet: a number whose digits are written as they are.
type Raw = { readonly rawJSON: string }
const json = JSON as typeof JSON & { rawJSON(text: string): Raw; isRawJSON(value: unknown): value is Raw }

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function amount(units: bigint, { scale }: Currency): unknown {
  return json.rawJSON(formatUnits(units, scale))
}

export function decimal(text: string): unknown {
  return json.rawJSON(text)
}

/** The digits of an amount or a rate; undefined for all else. */
export function digitsOf(value: unknown): string | undefined {
  return json.isRawJSON(value) ? value.rawJSON : undefined
}

export function rateNumber(rate: Rate): unknown {
  return json.rawJSON(formatRate(rate))
}

export type Writer = {
  answer(value: unknown, listName: string | undefined, formats: Formats): string
  failure(failure: ApiFailure, trace: { readonly spanId: string; readonly traceId: string }, formats: Formats): string
  /** The id behind a number that an answer gave out. */
  resolveId(text: string): string
}

export function createWriter(): Writer {
  const numbered = new Map<string, string>()

  function numberOf(id: string): unknown {
    // Sixty bits: the old API's ids were Java longs, and one beyond 2^53 shows who reads them through a float.
    const digits = BigInt(`0x${id.replaceAll('-', '').slice(0, 15)}`).toString()
    numbered.set(digits, id)
    return json.rawJSON(digits)
  }

  function write(value: unknown, key: string, formats: Formats): unknown {
    if (json.isRawJSON(value)) return formats.amounts === 'strings' ? value.rawJSON : value
    if (value instanceof Date) return formats.dates === 'epoch' ? value.getTime() : value.toISOString()
    if (Array.isArray(value)) return value.map((item: unknown) => write(item, key, formats))
    if (typeof value === 'object' && value !== null) {
      const fields = Object.entries(value).filter(([name]) => name !== 'externalId' || formats.externalIds === 'shown')
      return Object.fromEntries(fields.map(([name, item]) => [name, write(item, name, formats)]))
    }
    // An external id is the client's own text, whatever it looks like.
    const isNumbered = formats.ids === 'numbers' && /^id$|(?<!external)Id$/.test(key)
    return isNumbered && typeof value === 'string' && uuidForm.test(value) ? numberOf(value) : value
  }

  return {
    answer: (value, listName, formats) =>
      JSON.stringify(write(listName === undefined ? value : wrap(value, listName, formats), '', formats)),
    failure: (failure, trace, formats) => JSON.stringify(describe(failure, trace, formats)),
    resolveId: (text) => numbered.get(text) ?? text,
  }
}

function wrap(value: unknown, listName: string, { lists }: Formats): unknown {
  if (lists === 'plain') return value
  const page = Array.isArray(value) ? undefined : (value as Page)
  const rows = page === undefined ? value : page.data
  if (lists === 'bare') return rows
  const word = lists === 'name' ? listName : lists
  if (page === undefined) return { [word]: rows }
  // Spring Data's names go together.
  if (lists === 'content') return { content: rows, totalElements: page.totalCount, number: page.page, size: page.size }
  return { totalCount: page.totalCount, page: page.page, size: page.size, [word]: rows }
}

function describe(failure: ApiFailure, trace: object, { errors }: Formats): object {
  const { code, key, category, message, parameters } = failure
  if (errors === 'short') return { defaultMessage: message, errorCode: code && `${code} - ${message}`, ...trace }
  const errorParameters = Object.entries(parameters).map(([name, value]) => ({ key: name, value }))
  return { errorCode: code, category, key, defaultMessage: message, ...trace, errorParameters }
}
