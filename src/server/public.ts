// Which operations give everybody the same answer: those that select nothing but what is public.
import { getNamedType, isAbstractType } from 'graphql'
import { needsOf } from '../schema/needs.ts'
import { createWalk } from './walk.ts'
import type { GraphQLNamedType, SelectionSetNode } from 'graphql'
import type { Validated } from './walk.ts'

/**
 * Its root fields must say of themselves that they are public; what is below them is public unless it says that it takes a scope: it is made of
 * what is above it.
 */
export function isPublic(validated: Validated): boolean {
  const { schema, operation } = validated
  const root = schema.getRootType(operation.operation)
  if (!root) return false
  const walk = createWalk(validated)
  // Fragments in one another ask for the same again and again, each level twice as often as the one above it.
  const looked = new Map<SelectionSetNode, Set<GraphQLNamedType>>()
  const hasPrivate = (set: SelectionSetNode, type: GraphQLNamedType): boolean => {
    const types = looked.get(set) ?? new Set()
    if (types.has(type)) return false
    looked.set(set, types.add(type))
    if (isAbstractType(type)) return schema.getPossibleTypes(type).some((each) => hasPrivate(set, each))
    return walk.fieldsOf([set], type).some(([node, definition]) => {
      const scopes = needsOf(definition.extensions)?.scopes ?? []
      return scopes.length > 0 || (node.selectionSet && hasPrivate(node.selectionSet, getNamedType(definition.type)))
    })
  }
  return (
    walk.fieldsOf([operation.selectionSet], root).every(([, { extensions }]) => needsOf(extensions) !== undefined) &&
    !hasPrivate(operation.selectionSet, root)
  )
}
