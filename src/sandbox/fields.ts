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
  count(name: string, least: number, most: number): number | undefined
  time(name: string): number | undefined
  /** A known currency, spelled as the catalogue spells it. */
  currency(name: string): Currency | undefined
  /** More than zero and within the currency's scale. */
  amount(name: string, currency: Currency): bigint | undefined
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
  }
  return fields
}
