// Filters as GraphQL hands them over, made plain: no nulls, no value that only the upstream's answers may have.
import { badInput } from '../errors.ts'
import { checkedPage } from './connections.ts'
import { checkedText } from './texts.ts'
import type { Period } from '../upstream/pages.ts'
import type { PageArguments } from './connections.ts'

/** Each field may also be null or left out, and so may the whole. */
export type Given<T> = { readonly [K in keyof T]?: T[K] | null | undefined } | null | undefined

/**
 * The filter without its nulls. Refuses UNRECOGNIZED, which an enum may hold on the way out only, empty texts, by which an upstream might
 * filter nothing, and times in the wrong order.
 */
export function plainFilter<T extends object>(filter: Given<T>): Partial<T> {
  const plain = Object.fromEntries(
    Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined),
  )
  for (const [name, value] of Object.entries(plain)) {
    refuseUnrecognized(value, `filter.${name}`)
    if (typeof value === 'string') checkedText(value, `filter.${name}`)
  }
  refuseReversed(plain, 'filter.to')
  return plain as Partial<T>
}

/** UNRECOGNIZED is what answers hold in place of a word that the gateway does not know; nothing can be asked for by it. */
export function refuseUnrecognized(value: unknown, argument: string): void {
  if (value !== 'UNRECOGNIZED') return
  throw badInput(argument, 'UNRECOGNIZED stands for what the gateway does not know and cannot be asked for.')
}

/** A period that ends before it begins is somebody's mistake, and no empty list. */
export function refuseReversed({ from, to }: Period, argument: string): void {
  if (from && to && from > to) throw badInput(argument, 'to must not be before from.')
}

/** What a filtered list refuses before it is read. */
export function checkList(args: PageArguments & { readonly filter?: Given<Period> }): void {
  checkedPage(args)
  plainFilter(args.filter)
}
