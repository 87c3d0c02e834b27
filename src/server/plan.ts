// What an operation asks for, worked out once for as long as its document is kept: which fields of which type, what resolves each, and what its
// value is completed as.
import {
  defaultFieldResolver,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
} from 'graphql'
import { fixedArguments } from './field-arguments.ts'
import type {
  FieldNode,
  GraphQLAbstractType,
  GraphQLField,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  OperationDefinitionNode,
  SelectionSetNode,
  ValidatedExecutionArgs,
} from 'graphql'

/** The fields of one object type, in the order of the answer. */
export interface SelectionPlan {
  readonly fields: readonly FieldPlan[]
  /** Whether nothing of what is written of an object depends on where it is: the same one, asked the same, is written once. */
  readonly isAnywhere: () => boolean
}

export interface FieldPlan {
  /** Its name in the answer. */
  readonly key: string
  /** What stands before its value: the name, and the bracket or comma before that. */
  readonly lead: Uint8Array
  readonly parent: GraphQLObjectType
  readonly definition: GraphQLField<unknown, unknown>
  readonly nodes: readonly FieldNode[]
  readonly resolve: NonNullable<GraphQLField<unknown, unknown>['resolve']>
  /** Whether its resolver asks where it is; what declares no fourth parameter is not told. */
  readonly wantsInfo: boolean
  readonly type: TypePlan
  /** undefined: they hold variables, or cannot be used, and are read when it is run. */
  readonly args: Readonly<Record<string, unknown>> | undefined
  /** Its place among the fields whose arguments are read when they are run. */
  readonly index: number
}

/** What a value is completed as: the value of a field, or of an item of a list. */
export interface TypePlan {
  readonly nullable: boolean
  readonly leaf: GraphQLLeafType | undefined
  readonly object: GraphQLObjectType | undefined
  readonly abstract: GraphQLAbstractType | undefined
  readonly item: TypePlan | undefined
  readonly isItem: boolean
  /** What is asked of it where it turns out to be of this type. */
  readonly selectionOf: (type: GraphQLObjectType) => SelectionPlan
}

type Validated = Pick<ValidatedExecutionArgs, 'schema' | 'operation' | 'variableValues' | 'fragmentDefinitions'>
/** With the variables where they decide. */
type Planned = Omit<Validated, 'variableValues'> & Partial<Pick<Validated, 'variableValues'>>

/** Fields in all plans that are kept, some 700 bytes each: when there are more, all are forgotten, and made again where they are needed. */
const MOST_KEPT = 100_000

/**
 * Plans, and remembers the plan of an operation for as long as its document is kept, unless variables decide what is left out of it. What is
 * asked of a type that a value may turn out to be is planned when there is one.
 */
export function createPlanner(): (validated: Validated) => SelectionPlan {
  let known = new WeakMap<OperationDefinitionNode, SelectionPlan>()
  let fields = 0
  const count = (): void => {
    fields += 1
    if (fields <= MOST_KEPT) return
    known = new WeakMap()
    fields = 0
  }
  return (validated) => {
    const { operation } = validated
    const kept = known.get(operation)
    if (kept) return kept
    const isKept = !dependsOnVariables(validated)
    const { schema, fragmentDefinitions } = validated
    // A plan that is kept must hold nothing of who asked first.
    const plan = isKept ? planOf({ schema, operation, fragmentDefinitions }, count) : planOf(validated, () => {})
    if (isKept) known.set(operation, plan)
    return plan
  }
}

/** Whether a directive decides by a variable what is left out. */
function dependsOnVariables({ operation, fragmentDefinitions }: Validated): boolean {
  const depends = ({ selections }: SelectionSetNode): boolean =>
    selections.some(
      (each) =>
        each.directives?.some((directive) => directive.arguments?.some(({ value }) => value.kind === Kind.VARIABLE)) ||
        (each.kind !== Kind.FRAGMENT_SPREAD && each.selectionSet !== undefined && depends(each.selectionSet)),
    )
  return [operation, ...Object.values(fragmentDefinitions)].some((each) => each && depends(each.selectionSet))
}

function planOf(planned: Planned, count: () => void): SelectionPlan {
  const { schema, operation, variableValues, fragmentDefinitions } = planned
  let late = 0
  const isLeftOut = (node: Pick<FieldNode, 'directives'>): boolean =>
    (node.directives?.length ?? 0) > 0 &&
    (getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] === true ||
      getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] === false)

  const isFor = (condition: string | undefined, type: GraphQLObjectType): boolean => {
    const asked = condition === undefined ? type : schema.getType(condition)
    return asked === type || (isAbstractType(asked) && schema.isSubType(asked, type))
  }

  const collect = (
    set: SelectionSetNode,
    type: GraphQLObjectType,
    found: Map<string, FieldNode[]>,
    spread: Set<string>,
  ): void => {
    for (const selection of set.selections) {
      if (isLeftOut(selection)) continue
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value
        const nodes = found.get(key)
        if (nodes) nodes.push(selection)
        else found.set(key, [selection])
        continue
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(selection.name.value)) continue
        const fragment = fragmentDefinitions[selection.name.value]
        if (!fragment || !isFor(fragment.typeCondition.name.value, type)) continue
        spread.add(selection.name.value)
        collect(fragment.selectionSet, type, found, spread)
      } else if (isFor(selection.typeCondition?.name.value, type)) {
        collect(selection.selectionSet, type, found, spread)
      }
    }
  }

  const selectionOf = (sets: readonly SelectionSetNode[], type: GraphQLObjectType): SelectionPlan => {
    const found = new Map<string, FieldNode[]>()
    const spread = new Set<string>()
    for (const set of sets) collect(set, type, found, spread)
    const fields: FieldPlan[] = []
    for (const [key, nodes] of found) {
      const lead = Buffer.from(`${fields.length === 0 ? '{' : ','}"${key}":`)
      const field = fieldOf(key, lead, nodes, type)
      if (field) fields.push(field)
    }
    let isAnywhere: boolean | undefined
    return { fields, isAnywhere: () => (isAnywhere ??= fields.every(isFieldAnywhere)) }
  }

  const fieldOf = (
    key: string,
    lead: Uint8Array,
    nodes: readonly FieldNode[],
    parent: GraphQLObjectType,
  ): FieldPlan | undefined => {
    const [node] = nodes
    const definition = node && schema.getField(parent, node.name.value)
    if (!definition) return undefined
    count()
    const resolve = node.name.value === '__typename' ? () => parent.name : (definition.resolve ?? defaultFieldResolver)
    const args = fixedArguments(definition, node)
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    return {
      key,
      lead,
      parent,
      definition,
      nodes,
      resolve,
      wantsInfo: resolve.length > 3,
      type: typeOf(definition.type, sets, false),
      args,
      index: args ? -1 : late++,
    }
  }

  const typeOf = (type: GraphQLOutputType, sets: readonly SelectionSetNode[], isItem: boolean): TypePlan => {
    const bare = isNonNullType(type) ? type.ofType : type
    let [latest, latestSelection]: [GraphQLObjectType?, SelectionPlan?] = []
    let selections: Map<GraphQLObjectType, SelectionPlan> | undefined
    const plan: { -readonly [K in keyof TypePlan]: TypePlan[K] } = {
      nullable: !isNonNullType(type),
      leaf: isLeafType(bare) ? bare : undefined,
      object: isObjectType(bare) ? bare : undefined,
      abstract: isAbstractType(bare) ? bare : undefined,
      item: undefined,
      isItem,
      selectionOf(of) {
        // Rows are of one type, as a rule.
        if (latestSelection && of === latest) return latestSelection
        selections ??= new Map()
        const selection = selections.get(of) ?? selectionOf(sets, of)
        selections.set(of, selection)
        latest = of
        latestSelection = selection
        return selection
      },
    }
    if (isListType(bare)) plan.item = typeOf(bare.ofType, sets, true)
    return plan
  }

  const root = schema.getRootType(operation.operation)
  if (!root) throw new TypeError(`the schema has no ${operation.operation}`)
  return selectionOf([operation.selectionSet], root)
}

/** Which type an abstract one turns out to be is not known, and so neither is what is asked of it. */
function isFieldAnywhere({ wantsInfo, type }: FieldPlan): boolean {
  let inner = type
  while (inner.item) inner = inner.item
  if (wantsInfo || inner.abstract) return false
  try {
    return !inner.object || inner.selectionOf(inner.object).isAnywhere()
  } catch {
    return false // What cannot be planned is an error of those alone who come to it.
  }
}
