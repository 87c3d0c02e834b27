// How long a list is taken to be before it is read, declared as data on the field that gives it.
import { DEFAULT_FIRST, LARGEST_FIRST } from '../resolvers/connections.ts'
import type { FieldArguments } from './needs.ts'

/** Gives the length from the field's arguments, or from those of the field that gave the page which it is a part of. */
export type Size = (args: FieldArguments, page: number) => number

/** How long a list is taken to be that the upstream gives whole: nothing tells before it is there. */
export const WHOLE_LIST = 20

/** The part of a field's `extensions` that says so. */
export function sized(size: number | Size): { readonly size: Size } {
  return { size: typeof size === 'number' ? () => size : size }
}

/** As many as the argument names, and a whole list where it names none. */
export function sizedBy(argument: string): { readonly size: Size } {
  return sized((args) => {
    const named = args[argument]
    return Array.isArray(named) ? new Set(named).size : WHOLE_LIST
  })
}

/** The rows of a page. */
export const SIZE_OF_PAGE = sized((_args, page) => page)

export function sizeOf(extensions: Readonly<Record<string, unknown>>): Size | undefined {
  return extensions['size'] as Size | undefined
}

/** How many rows a page has at most. What is outside of the bounds is refused later, when the field is run. */
export function pageSize({ first }: FieldArguments): number {
  return typeof first === 'number' ? Math.min(Math.max(first, 1), LARGEST_FIRST) : DEFAULT_FIRST
}
