// The fields of a call, from its query or its body: read one by one, each refusal naming the field (GEN_4, GEN_5).
import { type Currency, currencyOf } from './catalogue.ts'
import { failure } from './failure.ts'
import { parseUnits } from './units.ts'

export type Fields = {
  text(name: string): string | undefined
  required(name: string): string
  limited(name: string, longest: number): string | undefined
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined
  flag(name: string): boolean
  /** An array, or words with commas between them as a form has them. */
  list(name: string): readonly string[] | undefined
  /** A web address. */
  url(name: string): string | undefined
  count(name: string, least: number, most: number): number | undefined
  time(name: string): number | undefined
  /** A known currency, spelled as the catalogue spells it. */
  currency(name: string): Currency | undefined
  /** More than zero and within the currency's scale. */
  amount(name: string, currency: Currency): bigint | undefined
  /** The fields of an object in the body, which a form writes as `name.field`. */
  inner(name: string): Fields
}

const dateForm = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/

export function createFields(values: ReadonlyMap<string, unknown>): Fields {
  function text(name: string): string | undefined {
    const value = values.get(name)
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'string') return value
    if (typeof value === 'boolean') return String(value)
    throw failure('GEN_5', { [name]: 'not a single value' })
  }

  const fields: Fields = {
    text,
    required(name) {
      const value = text(name)
      if (value === undefined) throw failure('GEN_4', { [name]: '' })
      return value
    },
    limited(name, longest) {
      const value = text(name)
      if (value !== undefined && value.length > longest) throw failure('GEN_5', { [name]: value })
      return value
    },
    choice(name, choices) {
      const value = text(name)
      const chosen = choices.find((choice) => choice === value)
      if (value !== undefined && chosen === undefined) throw failure('GEN_5', { [name]: value })
      return chosen
    },
    flag: (name) => fields.choice(name, ['true', 'false']) === 'true',
    list(name) {
      const value = values.get(name)
      if (!Array.isArray(value)) return text(name)?.split(',')
      return value.map((item: unknown) => {
        if (typeof item !== 'string' || item === '') throw failure('GEN_5', { [name]: 'not a list of words' })
        return item
      })
    },
    url(name) {
      const value = fields.limited(name, 500)
      if (value !== undefined && !/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
        throw failure('GEN_5', { [name]: value })
      }
      return value
    },
    count(name, least, most) {
      const value = text(name)
      if (value === undefined) return undefined
      const count = /^\d{1,9}$/.test(value) ? Number(value) : -1
      if (count < least || count > most) throw failure('GEN_5', { [name]: value })
      return count
    },
    time(name) {
      const value = text(name)
      if (value === undefined) return undefined
      const time = dateForm.test(value) ? Date.parse(value) : Number.NaN
      if (Number.isNaN(time)) throw failure('GEN_5', { [name]: value })
      return time
    },
    currency(name) {
      const value = text(name)
      const currency = value === undefined ? undefined : currencyOf(value)
      if (value !== undefined && currency === undefined) throw failure('GEN_8', { Id: value })
      return currency
    },
    amount(name, currency) {
      const value = text(name)
      if (value === undefined) return undefined
      const units = parseUnits(value, currency.scale)
      if (units === undefined || units <= 0n) throw failure('GEN_5', { [name]: value })
      return units
    },
    inner(name) {
      const value = values.get(name)
      if (typeof value === 'object' && value !== null) return createFields(new Map(Object.entries(value)))
      const named = [...values].filter(([key]) => key.startsWith(`${name}.`))
      if (value !== undefined) throw failure('GEN_5', { [name]: 'not an object' })
      if (named.length === 0) throw failure('GEN_4', { [name]: '' })
      return createFields(new Map(named.map(([key, inside]) => [key.slice(name.length + 1), inside])))
    },
  }
  return fields
}
