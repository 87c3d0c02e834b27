// Arguments of nested fields, looked at before anything is sent: such a field is only reached when its parent's call is made, so that it is
// its root field that is refused.
import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isInterfaceType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { GatewayError } from '../errors.ts'
import { argumentCheckOf } from '../schema/checks.ts'
import type {
  DocumentNode,
  FieldNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  SelectionSetNode,
  ValidatedExecutionArgs,
} from 'graphql'

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

type Validated = Pick<ValidatedExecutionArgs, 'schema' | 'operation' | 'variableValues'>
type Field = readonly [node: FieldNode, definition: GraphQLField<unknown, unknown>]

/** The root fields of an operation that hold a refused argument somewhere below, by their keys in the answer. */
export function refusedRoots(
  { schema, operation, variableValues }: Validated,
  document: DocumentNode,
): ReadonlyMap<string, GatewayError> {
  // Each node is judged once, however often its fragment is spread.
  const judged = new Map<FieldNode, GatewayError | undefined>()
  const judge = ([node, definition]: Field): GatewayError | undefined => {
    if (judged.has(node)) return judged.get(node)
    let error = refusalOf(node, definition, variableValues)
    for (const field of below(node.selectionSet, getNamedType(definition.type))) error ??= judge(field)
    judged.set(node, error)
    return error
  }
  const below = (set: SelectionSetNode | undefined, parent: GraphQLNamedType | undefined): readonly Field[] =>
    set ? fieldsOf(set, parent, { schema, variableValues }, document) : []

  const refused = new Map<string, GatewayError>()
  for (const field of below(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined)) {
    const error = judge(field)
    if (error) refused.set((field[0].alias ?? field[0].name).value, error)
  }
  return refused
}

function refusalOf(
  node: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  variableValues: Validated['variableValues'],
): GatewayError | undefined {
  try {
    argumentCheckOf(definition.extensions)?.(getArgumentValues(definition, node, variableValues))
    return undefined
  } catch (error) {
    // What else is wrong with them, execution finds and says.
    return error instanceof GatewayError ? error : undefined
  }
}

/** The fields that a selection set asks for, those of its fragments too, without what is skipped. */
function fieldsOf(
  set: SelectionSetNode,
  parent: GraphQLNamedType | undefined,
  values: Pick<Validated, 'schema' | 'variableValues'>,
  document: DocumentNode,
  spread = new Set<string>(),
): readonly Field[] {
  const { schema, variableValues } = values
  return set.selections.flatMap((selection): readonly Field[] => {
    if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return []
    if (getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] === false) return []
    if (selection.kind === Kind.FIELD) {
      const fields = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields() : {}
      const definition = fields[selection.name.value]
      return definition ? [[selection, definition]] : []
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : parent
      return fieldsOf(selection.selectionSet, type, values, document, spread)
    }
    const name = selection.name.value
    const fragment = document.definitions.find(
      (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name,
    )
    if (fragment?.kind !== Kind.FRAGMENT_DEFINITION || spread.has(name)) return []
    spread.add(name)
    return fieldsOf(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value), values, document, spread)
  })
}
