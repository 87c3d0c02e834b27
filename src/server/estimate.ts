// How many upstream calls an operation may make, told before anything runs: a walk over what it asks for and what each field declares.
import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  OperationTypeNode,
} from 'graphql'
import { needsOf } from '../schema/needs.ts'
import { pageSize, sizeOf, WHOLE_LIST } from '../schema/sizes.ts'
import { requestError } from './errors.ts'
import { createWalk } from './walk.ts'
import type { GraphQLError, GraphQLField, GraphQLNamedType, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import type { Calls, FieldArguments } from '../schema/needs.ts'
import type { Field, Validated } from './walk.ts'

/**
 * Gives the number of calls, at most, where no list is longer than it is taken to be and no call is repeated. Infinity: the operation asks
 * for too much for its calls to be counted. Of a subscription it is one event, with the poll behind it.
 */
export type Estimate = (validated: Validated) => number

/** Estimates, and remembers that of an operation without variables for as long as its document is kept. */
export function createEstimate(): Estimate {
  const known = new WeakMap<OperationDefinitionNode, number>()
  return (validated) => {
    const { operation } = validated
    const estimated = known.get(operation) ?? estimate(validated)
    if (!operation.variableDefinitions?.length) known.set(operation, estimated)
    return estimated
  }
}

/** Why an operation with this estimate is not run. */
export function tooExpensive(estimated: number, limit: number): GraphQLError {
  const counted = Number.isFinite(estimated)
  const asks = counted
    ? `may take ${estimated} upstream calls`
    : 'asks for too much for its upstream calls to be counted'
  return requestError(
    'OPERATION_TOO_EXPENSIVE',
    `This operation ${asks}, and one may take ${limit}: ask for less at a time, with a smaller "first" or in several operations.`,
    { ...(counted && { estimated }), limit },
  )
}

/** Selections that are looked at, and levels of them, before it is too much: fragments in one another grow without end. */
const MOST_LOOKED_AT = 20_000
const MOST_LEVELS = 200

/** What a selection costs for one object: calls of its own, and those that the whole operation makes together, by their names. */
interface Cost {
  own: number
  readonly shared: Map<string, { wanted: number; readonly most: number }>
}

function estimate(validated: Validated): number {
  const { schema, operation } = validated
  const root = schema.getRootType(operation.operation)
  if (!root) return 0
  const walk = createWalk(validated)
  let level = 0
  let isEndless = false

  /** `page`: how many rows the page has that the selection is of. */
  const costOf = (sets: readonly SelectionSetNode[], type: GraphQLNamedType, page: number): Cost => {
    isEndless ||= walk.looked() > MOST_LOOKED_AT || level > MOST_LEVELS
    if (isEndless || sets.length === 0) return nothing()
    if (!isAbstractType(type)) return costOfFields(walk.fieldsOf(sets, type), page)
    const cost = nothing()
    for (const each of schema.getPossibleTypes(type)) raise(cost, costOf(sets, each, page))
    return cost
  }
  const costOfFields = (fields: readonly Field[], page: number): Cost => {
    const cost = nothing()
    level += 1
    for (const { definition, args, sets } of merged(fields, validated)) {
      const { type, extensions } = definition
      const needs = needsOf(extensions)
      for (const call of needs?.callsWith(args) ?? []) addCall(cost, call, args)
      const size = isListType(getNullableType(type)) ? (sizeOf(extensions)?.(args, page) ?? WHOLE_LIST) : 1
      add(cost, costOf(sets, getNamedType(type), needs?.paged ? pageSize(args) : page), size)
    }
    level -= 1
    return cost
  }

  const fields = walk.fieldsOf([operation.selectionSet], root)
  // Mutations run one after the other, and each believes nothing that was read before it.
  const steps =
    operation.operation === OperationTypeNode.MUTATION
      ? [...Map.groupBy(fields, ([{ alias, name }]) => (alias ?? name).value).values()]
      : [fields]
  const total = steps.reduce((sum, step) => sum + totalOf(costOfFields(step, 0)), 0)
  return isEndless ? Infinity : Math.min(total, Number.MAX_SAFE_INTEGER)
}

/** A field with its arguments, and all that is asked of what it gives. */
interface Asked {
  readonly definition: GraphQLField<unknown, unknown>
  readonly args: FieldArguments
  readonly sets: SelectionSetNode[]
}

/** The same field with the same arguments is one, whatever its aliases. What costs nothing is left out. */
function merged(fields: readonly Field[], { variableValues }: Validated): Iterable<Asked> {
  const found = new Map<string, Asked>()
  const words = createWords()
  for (const [node, definition] of fields) {
    if (isLeafType(getNamedType(definition.type)) && !needsOf(definition.extensions)) continue
    const args = argumentsOf([node, definition], variableValues)
    // It fails before it is run.
    if (!args) continue
    const key = [definition.name, ...Object.entries(args).map(([name, value]) => `${name}:${words(value)}`)].join(' ')
    const asked = found.get(key) ?? { definition, args, sets: [] }
    if (node.selectionSet) asked.sets.push(node.selectionSet)
    found.set(key, asked)
  }
  return found.values()
}

/** Writes values down; a large one that many aliases are given by one variable once. */
function createWords(): (value: unknown) => string {
  const known = new WeakMap<object, string>()
  return (value) => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
    const word = known.get(value) ?? JSON.stringify(value)
    known.set(value, word)
    return word
  }
}

function argumentsOf(
  [node, definition]: Field,
  variableValues: Validated['variableValues'],
): FieldArguments | undefined {
  if (definition.args.length === 0) return {}
  try {
    return getArgumentValues(definition, node, variableValues)
  } catch {
    return undefined
  }
}

function nothing(): Cost {
  return { own: 0, shared: new Map() }
}

function addCall(cost: Cost, call: Calls, args: FieldArguments): void {
  if (typeof call === 'number') cost.own += call
  else want(cost, call.by === undefined ? call.name : `${call.name} ${JSON.stringify(args[call.by])}`, 1, call.most)
}

function add(cost: Cost, more: Cost, times: number): void {
  cost.own += more.own * times
  for (const [name, { wanted, most }] of more.shared) want(cost, name, wanted * times, most)
}

/** Of things that exclude one another the dearest counts, call by call. */
function raise(cost: Cost, other: Cost): void {
  cost.own = Math.max(cost.own, other.own)
  for (const [name, { wanted, most }] of other.shared)
    want(cost, name, Math.max(0, wanted - (cost.shared.get(name)?.wanted ?? 0)), most)
}

function want(cost: Cost, name: string, times: number, most: number): void {
  const known = cost.shared.get(name)
  if (known) known.wanted += times
  else cost.shared.set(name, { wanted: times, most })
}

function totalOf({ own, shared }: Cost): number {
  return own + [...shared.values()].reduce((sum, { wanted, most }) => sum + Math.min(wanted, most), 0)
}
