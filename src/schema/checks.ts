// Checks of a nested field's arguments, declared as data on the field, so that they can be made before its parent is read.
import type { GraphQLSchema } from 'graphql'
import type { GatewayContext } from '../context.ts'

/** Throws BAD_USER_INPUT where the arguments cannot be used. */
export type ArgumentCheck = (args: Readonly<Record<string, unknown>>) => void

/** The part of a field's `extensions` that says so. */
export function checks<A>(check: (args: A) => void): { readonly check: ArgumentCheck } {
  return { check: check as ArgumentCheck }
}

export function argumentCheckOf(extensions: Readonly<Record<string, unknown>>): ArgumentCheck | undefined {
  return extensions['check'] as ArgumentCheck | undefined
}

/** Makes each root field give the refusal that the context holds for it, in place of being run. */
export function refuseRoots(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  for (const field of roots.flatMap((root) => Object.values(root?.getFields() ?? {}))) {
    // A subscription is refused when it is opened, all others when they are run.
    const step = field.subscribe ? 'subscribe' : 'resolve'
    const run = field[step]
    if (!run) continue
    field[step] = (source, args, context: GatewayContext, info) => {
      const refused = context.refused.get(String(info.path.key))
      if (refused) throw refused
      return run(source, args, context, info)
    }
  }
  return schema
}
