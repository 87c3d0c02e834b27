// Checks of a nested field's arguments, declared as data on the field, so that they can be made before its parent is read.
import type { GraphQLField, GraphQLResolveInfo, GraphQLSchema } from 'graphql'
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
  for (const field of roots.flatMap((root) => Object.values(root?.getFields() ?? {})))
    refuseFirst(field, ({ refused }, { path }) => refused.get(String(path.key)))
  return schema
}

/** Makes a field give a refusal, where there is one, in place of being run. */
export function refuseFirst(
  field: GraphQLField<unknown, unknown>,
  refusal: (context: GatewayContext, info: GraphQLResolveInfo) => Error | undefined,
): void {
  // A subscription is refused when it is opened, all others when they are run.
  const step = field.subscribe ? 'subscribe' : 'resolve'
  const run = field[step]
  if (!run) throw new TypeError(`${field.name} has nothing that could be refused`)
  const guarded: typeof run = (source, args, context, info) => {
    const refused = refusal(context as GatewayContext, info)
    if (refused) throw refused
    return run(source, args, context, info)
  }
  // To tell a field where it is costs something, which is left out where nobody asks.
  const asks = run.length > 3 || refusal.length > 1
  field[step] = asks ? guarded : (source, args, context) => guarded(source, args, context, undefined as never)
}
