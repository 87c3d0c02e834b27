// Arguments of nested fields, looked at before anything is sent: such a field is only reached when its parent's call is made, so that it is
// its root field that is refused.
import { getArgumentValues, getNamedType, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import { GatewayError } from '../errors.ts'
import { argumentCheckOf } from '../schema/checks.ts'
import { createWalk } from './walk.ts'
import type { DocumentNode, FieldNode, GraphQLNamedType, GraphQLSchema, SelectionSetNode } from 'graphql'
import type { Field, Validated } from './walk.ts'

/** Whether a document has fields whose arguments are to be looked at; asked once a document. */
export function needsGuard(schema: GraphQLSchema, document: DocumentNode): boolean {
  let found = false
  const types = new TypeInfo(schema)
  const look = (): void => {
    found ||= argumentCheckOf(types.getFieldDef()?.extensions ?? {}) !== undefined
  }
  visit(document, visitWithTypeInfo(types, { Field: look }))
  return found
}

/** The root fields of an operation that hold a refused argument somewhere below, by their keys in the answer. */
export function refusedRoots(validated: Validated): ReadonlyMap<string, GatewayError> {
  const { schema, operation, variableValues } = validated
  const walk = createWalk(validated)
  // Each node is judged once, however often its fragment is spread.
  const judged = new Map<FieldNode, GatewayError | undefined>()
  const judge = (field: Field): GatewayError | undefined => {
    const [node, definition] = field
    if (judged.has(node)) return judged.get(node)
    let error = refusalOf(field, variableValues)
    for (const each of below(node.selectionSet, getNamedType(definition.type))) error ??= judge(each)
    judged.set(node, error)
    return error
  }
  const below = (set: SelectionSetNode | undefined, parent: GraphQLNamedType | undefined): readonly Field[] =>
    set && parent ? walk.fieldsOf([set], parent) : []

  const refused = new Map<string, GatewayError>()
  for (const field of below(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined)) {
    const error = judge(field)
    if (error) refused.set((field[0].alias ?? field[0].name).value, error)
  }
  return refused
}

function refusalOf([node, definition]: Field, variableValues: Validated['variableValues']): GatewayError | undefined {
  try {
    argumentCheckOf(definition.extensions)?.(getArgumentValues(definition, node, variableValues))
    return undefined
  } catch (error) {
    // What else is wrong with them, execution finds and says.
    return error instanceof GatewayError ? error : undefined
  }
}
