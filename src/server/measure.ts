// How much the definitions of a document ask for, counted in one walk with fragments opened.
import { GraphQLError, Kind } from 'graphql'
import { requestError } from './errors.ts'
import { shortened } from './input-errors.ts'
import type { DefinitionNode, DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql'

/** What a selection asks for. */
export interface Size {
  /** Levels of selections; fragments add none. */
  depth: number
  /** Fields of the first level. */
  rootFields: number
  fields: number
  aliases: number
  /** Those among them that ask something of the schema. */
  schemaAliases: number
  directives: number
}

const NOTHING: Size = { depth: 0, rootFields: 0, fields: 0, aliases: 0, schemaAliases: 0, directives: 0 }

/** Each fragment is measured once. Throws where one is spread within itself: that has no end, so that nothing else can be said of it. */
export function createMeasure(document: DocumentNode): (definition: DefinitionNode) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const measured = new Map<FragmentDefinitionNode, Size | undefined>()

  const measureSet = ({ selections }: SelectionSetNode): Size => {
    const size = { ...NOTHING, depth: 1 }
    for (const selection of selections) {
      size.directives += selection.directives?.length ?? 0
      if (selection.kind === Kind.FIELD) {
        const below = selection.selectionSet ? measureSet(selection.selectionSet) : NOTHING
        size.rootFields += 1
        size.fields += 1
        if (selection.alias) size.aliases += 1
        if (isOfSchema(selection)) size.schemaAliases += below.aliases + (selection.alias ? 1 : 0)
        add(size, { ...below, depth: below.depth + 1, rootFields: 0 })
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        add(size, measureSet(selection.selectionSet))
      } else {
        const fragment = fragments.get(selection.name.value)
        if (fragment) add(size, measureFragment(fragment))
      }
    }
    return size
  }
  const measureFragment = (fragment: FragmentDefinitionNode): Size => {
    const known = measured.get(fragment)
    if (known) return known
    if (measured.has(fragment)) throw endless(fragment)
    measured.set(fragment, undefined)
    const size = measureSet(fragment.selectionSet)
    size.directives += fragment.directives?.length ?? 0
    measured.set(fragment, size)
    return size
  }
  return (definition) => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) return { ...measureFragment(definition), rootFields: 0 }
    if (definition.kind !== Kind.OPERATION_DEFINITION) return NOTHING
    const size = measureSet(definition.selectionSet)
    for (const { directives } of [definition, ...(definition.variableDefinitions ?? [])])
      size.directives += directives?.length ?? 0
    return size
  }
}

function isOfSchema({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type'
}

function endless({ name }: FragmentDefinitionNode): GraphQLError {
  const message = shortened(`Cannot spread fragment "${name.value}" within itself.`)
  const { extensions } = requestError('GRAPHQL_VALIDATION_FAILED', message)
  return new GraphQLError(message, { nodes: [name], extensions })
}

function add(size: Size, more: Size): void {
  size.depth = Math.max(size.depth, more.depth)
  size.rootFields += more.rootFields
  size.fields += more.fields
  size.aliases += more.aliases
  size.schemaAliases += more.schemaAliases
  size.directives += more.directives
}
