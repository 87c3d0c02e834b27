// Refuses a field to a caller who is known to lack a scope that it takes, before anything is read for it.
import { isObjectType } from 'graphql'
import { scopeRefusal } from '../errors.ts'
import { refuseFirst } from './checks.ts'
import { needsOf } from './needs.ts'
import type { GraphQLSchema } from 'graphql'

/**
 * Each field that takes one scope, or each of several. Where one of several is enough, which one depends on what it turns out to read: there
 * the upstream's rows decide, which hold for everything.
 */
export function requireScopes(schema: GraphQLSchema): GraphQLSchema {
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) ? Object.values(type.getFields()) : [],
  )
  for (const field of fields) {
    const { scopes = [], every } = needsOf(field.extensions) ?? {}
    if (scopes.length === 0 || (scopes.length > 1 && !every)) continue
    refuseFirst(field, ({ caller }) => {
      for (const scope of scopes) {
        const refused = scopeRefusal(caller, [scope])
        if (refused) return refused
      }
      return undefined
    })
  }
  return schema
}
