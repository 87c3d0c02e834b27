// The fields that an operation asks for, level by level: fragments opened, and without what is skipped.
import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
} from 'graphql'
import type {
  FieldNode,
  GraphQLField,
  GraphQLNamedType,
  SelectionNode,
  SelectionSetNode,
  TypeNode,
  ValidatedExecutionArgs,
} from 'graphql'

/** What of a validated operation tells which fields those are. */
export type Validated = Pick<ValidatedExecutionArgs, 'schema' | 'operation' | 'variableValues' | 'fragmentDefinitions'>

export type Field = readonly [node: FieldNode, definition: GraphQLField<unknown, unknown>]

export interface Walk {
  /** What selection sets ask of a type; of an abstract one, what they ask of whatever it may turn out to be. */
  fieldsOf(sets: readonly SelectionSetNode[], parent: GraphQLNamedType): readonly Field[]
  /** How many selections have been looked at so far. */
  looked(): number
}

export function createWalk({ schema, variableValues, fragmentDefinitions }: Validated): Walk {
  let looked = 0

  const isSkipped = (selection: SelectionNode): boolean =>
    (selection.directives?.length ?? 0) > 0 &&
    (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true ||
      getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] === false)

  /** What the parent is known to be inside a fragment; undefined where the fragment is not for it. */
  const inside = (condition: TypeNode | undefined, parent: GraphQLNamedType): GraphQLNamedType | undefined => {
    const type = condition?.kind === Kind.NAMED_TYPE ? schema.getType(condition.name.value) : parent
    if (!type || !isObjectType(parent) || type === parent) return type
    return isAbstractType(type) && schema.isSubType(type, parent) ? parent : undefined
  }

  const collect = (set: SelectionSetNode, parent: GraphQLNamedType, fields: Field[], spread: Set<string>): void => {
    for (const selection of set.selections) {
      looked += 1
      if (isSkipped(selection)) continue
      if (selection.kind === Kind.FIELD) {
        const has = isObjectType(parent) || isInterfaceType(parent)
        const definition = has ? parent.getFields()[selection.name.value] : undefined
        if (definition) fields.push([selection, definition])
        continue
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentDefinitions[selection.name.value]
      const type = fragment && inside(fragment.typeCondition, parent)
      if (!type) continue
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const place = `${selection.name.value} ${type.name}`
        if (spread.has(place)) continue
        spread.add(place)
      }
      collect(fragment.selectionSet, type, fields, spread)
    }
  }

  return {
    fieldsOf(sets, parent) {
      const fields: Field[] = []
      const spread = new Set<string>()
      for (const set of sets) collect(set, parent, fields, spread)
      return fields
    },
    looked: () => looked,
  }
}
