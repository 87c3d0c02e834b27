// Runs a query by its plan, with the results and errors of graphql-js, written as JSON as they come: one pass over what is there, and on from
// each promise when it has come.
import { GraphQLError, locatedError } from 'graphql'
import {
  addPiece,
  createPiece,
  enclose,
  finish,
  infoOf,
  leave,
  located,
  nameOf,
  objectTypeOf,
  NULL,
  replaceWithNull,
  resultOf,
} from './execution.ts'
import { lateArguments } from './field-arguments.ts'
import { createJsonWriter } from './json-writer.ts'
import { createPlanner } from './plan.ts'
import type { GraphQLObjectType, GraphQLResolveInfo, ValidatedExecutionArgs } from 'graphql'
import type { Execution, Key, Mark, Piece, Waiter } from './execution.ts'
import type { Result } from './results.ts'
import type { FieldPlan, SelectionPlan, TypePlan } from './plan.ts'

/**
 * Runs a validated query, or an event of a subscription, whose variables are coerced. It differs from graphql-js in this: a resolver that
 * declares no fourth parameter is told nothing of where it is; promises are JavaScript's own; no list is an async iterable, and of which type a
 * value is, is told at once; the same object, asked the same by the same operation, is asked once; and an answer waits for all that was begun for
 * it, also for what has become null meanwhile.
 */
export type Execute = (validated: ValidatedExecutionArgs) => Result | Promise<Result>

export function createExecute(): Execute {
  const planOf = createPlanner()
  // Between two promises nothing else runs, so that one writer serves them all, empty each time.
  const shared = createJsonWriter()
  return (validated) => {
    let plan: SelectionPlan
    try {
      plan = planOf(validated)
    } catch (error) {
      return { json: NULL, errors: [locatedError(error, undefined)] }
    }
    // Whatever there might be in it is another's.
    const out = shared.length() === 0 ? shared : createJsonWriter()
    const run: Execution = {
      validated,
      out,
      args: [],
      errors: [],
      strict: [],
      known: new Map(),
      waiting: new Map(),
      end: undefined,
    }
    const data = createPiece(true)
    finish(run, data, fill(run, plan, validated.rootValue, data, []))
    if (run.waiting.size === 0) return resultOf(run, data)
    return new Promise<void>((resolve) => {
      // No function that is written here: V8 holds on to an object that is given one, and to all that it reaches, long after.
      run.end = resolve
    }).then(() => resultOf(run, data))
  }
}

const [EMPTY, CLOSE] = [Buffer.from('{}'), Buffer.from('}')]
const [LIST_OPEN, LIST_COMMA, LIST_CLOSE] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')]

/** Writes an object. Gives the error that leaves nothing of it, as all of these do. `path` leads to it, and is as it was afterwards. */
function fill(
  run: Execution,
  plan: SelectionPlan,
  source: unknown,
  piece: Piece,
  path: Key[],
): GraphQLError | undefined {
  const { fields } = plan
  const depth = path.length
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] as FieldPlan
    run.out.bytes(field.lead)
    path.push(field.key)
    const failed = fillField(run, field, source, piece, path)
    path.length = depth
    if (failed) return failed
  }
  run.out.bytes(fields.length === 0 ? EMPTY : CLOSE)
  return undefined
}

function fillField(
  run: Execution,
  field: FieldPlan,
  source: unknown,
  piece: Piece,
  path: Key[],
): GraphQLError | undefined {
  const pieces = piece.pieces.length
  const bytes = run.out.length()
  const strict = run.strict.length
  try {
    const args = field.args ?? (run.args[field.index] ??= lateArguments(run.validated, field))
    const info = (field.wantsInfo ? infoOf(run, field, path) : undefined) as GraphQLResolveInfo
    const value = field.resolve(source, args, run.validated.contextValue, info)
    return put(run, field, field.type, value, piece, path)
  } catch (error) {
    return lose(run, field.type, locatedError(error, field.nodes, [...path]), piece, { bytes, pieces, strict })
  }
}

/** Writes a value, now or when it has come. Throws what is wrong with it. */
function put(
  run: Execution,
  field: FieldPlan,
  type: TypePlan,
  value: unknown,
  piece: Piece,
  path: Key[],
): GraphQLError | undefined {
  const { out } = run
  if (value === null || value === undefined) {
    if (!type.nullable) throw new Error(`Cannot return null for non-nullable field ${nameOf(field)}.`)
    out.bytes(NULL)
    return undefined
  }
  if (value instanceof Promise) {
    const later = addPiece(run, piece, type.nullable)
    wait(run, value, { field, type, piece: later, path: [...path] })
    return undefined
  }
  if (value instanceof Error) throw value
  if (type.leaf) {
    const written = type.leaf.coerceOutputValue(value)
    if (written === null || written === undefined) throw new Error(`${nameOf(field)} cannot be written down.`)
    out.value(written)
    return undefined
  }
  const pieces = piece.pieces.length
  const bytes = out.length()
  const strict = run.strict.length
  const failed = type.item
    ? fillList(run, field, type.item, value, piece, path)
    : fillObject(run, type, objectTypeOf(run, field, type, value, path), value, piece, path)
  if (failed) return lose(run, type, failed, piece, { bytes, pieces, strict })
  if (type.nullable && run.strict.length > strict) enclose(run, piece, { bytes, pieces, strict })
  return undefined
}

const LARGEST_KNOWN = 2_000

function fillObject(
  run: Execution,
  { isItem, selectionOf }: TypePlan,
  of: GraphQLObjectType,
  value: unknown,
  piece: Piece,
  path: Key[],
): GraphQLError | undefined {
  const { out, errors, known } = run
  const plan = selectionOf(of)
  // Items of lists are one another's equals nowhere.
  if (isItem || !plan.isAnywhere()) return fill(run, plan, value, piece, path)
  const alike = known.get(plan) ?? new Map<unknown, Buffer>()
  known.set(plan, alike)
  const written = alike.get(value)
  if (written) {
    out.bytes(written)
    return undefined
  }
  const [from, pieces, failures] = [out.length(), piece.pieces.length, errors.length]
  const failed = fill(run, plan, value, piece, path)
  const isWhole = !failed && piece.pieces.length === pieces && errors.length === failures
  if (isWhole && out.length() - from < LARGEST_KNOWN) alike.set(value, out.copy(from))
  return failed
}

function fillList(
  run: Execution,
  field: FieldPlan,
  item: TypePlan,
  value: unknown,
  piece: Piece,
  path: Key[],
): GraphQLError | undefined {
  if (typeof value !== 'object' || !(Symbol.iterator in (value as object)))
    throw new GraphQLError(`Expected Iterable, but did not find one for field "${nameOf(field)}".`)
  const { out } = run
  const depth = path.length
  let index = 0
  for (const each of value as Iterable<unknown>) {
    out.bytes(index === 0 ? LIST_OPEN : LIST_COMMA)
    path.push(index)
    const pieces = piece.pieces.length
    const bytes = out.length()
    const strict = run.strict.length
    let failed: GraphQLError | undefined
    try {
      failed = put(run, field, item, each, piece, path)
    } catch (error) {
      failed = lose(run, item, locatedError(error, field.nodes, [...path]), piece, { bytes, pieces, strict })
    }
    path.length = depth
    if (failed) {
      leave(value)
      return failed
    }
    index += 1
  }
  if (index === 0) out.bytes(LIST_OPEN)
  out.bytes(LIST_CLOSE)
  return undefined
}

/** Writes null in place of what was begun; where that may not be, gives the error back, for what holds it. */
function lose(run: Execution, type: TypePlan, error: GraphQLError, piece: Piece, mark: Mark): GraphQLError | undefined {
  if (!type.nullable) return error
  replaceWithNull(run, piece, mark)
  run.errors.push(error)
  return undefined
}

/** Goes on with a piece when its value has come. Many may wait for one promise: a rate is the same for all rows of a currency. */
function wait(run: Execution, value: Promise<unknown>, waiter: Waiter): void {
  const others = run.waiting.get(value)
  if (others) return void others.push(waiter)
  const waiters = [waiter]
  run.waiting.set(value, waiters)
  const come = (came: unknown, put: (waiter: Waiter) => GraphQLError | undefined): void => {
    // Whatever a fault might have left there.
    run.out.cut(0)
    for (const each of waiters) {
      // What would have held it is null by now.
      if (each.piece.isGone) leave(came)
      else finish(run, each.piece, located(each, put))
    }
    run.waiting.delete(value)
    if (run.waiting.size === 0) run.end?.()
  }
  value.then(
    (came) => come(came, ({ field, type, piece, path }) => put(run, field, type, came, piece, path)),
    (error: unknown) => come(undefined, ({ field, path }) => locatedError(error, field.nodes, path)),
  )
}
