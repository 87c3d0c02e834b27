// Fields that the journal of money does not keep.
import { withheld } from '../resolvers/nodes.ts'
import type { GatewayContext } from '../context.ts'
import type { Node } from '../resolvers/nodes.ts'

/** Resolves such a field: as it is, or read anew where an outcome is given again. */
export function orAnew<K extends string>(field: K) {
  return <T extends Node & { readonly id: string } & { readonly [F in K]: unknown }>(
    self: T,
    _args: unknown,
    context: GatewayContext,
  ): T[K] | Promise<T[K]> => withheld<T, K>(self, field, context)
}
