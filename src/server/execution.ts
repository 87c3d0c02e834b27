// One execution of a query: its answer as far as it is written, what is still waited for, and what an error leaves of it.
import { defaultTypeResolver, GraphQLError, isObjectType, locatedError } from 'graphql'
import type { GraphQLObjectType, GraphQLResolveInfo, ValidatedExecutionArgs } from 'graphql'
import type { JsonWriter } from './json-writer.ts'
import type { FieldPlan, SelectionPlan, TypePlan } from './plan.ts'
import type { Result } from './results.ts'

export interface Execution {
  readonly validated: ValidatedExecutionArgs
  readonly out: JsonWriter
  /** Arguments that are read when they are needed, by the fields' indices. */
  readonly args: Readonly<Record<string, unknown>>[]
  readonly errors: GraphQLError[]
  /** Pieces that may not be null, of which it is not known yet what becomes null in their place. */
  readonly strict: Piece[]
  /** What objects were written as, for who asks the same of them again. */
  readonly known: Map<SelectionPlan, Map<unknown, Buffer>>
  /** What is waited for, and by whom. */
  readonly waiting: Map<Promise<unknown>, Waiter[]>
  end: (() => void) | undefined
}

/** A field, or an item of its list, whose value has not come yet. `path` is its own. */
export interface Waiter {
  readonly field: FieldPlan
  readonly type: TypePlan
  readonly piece: Piece
  readonly path: Key[]
}

/** A value of the answer that may be written later than what stands around it, or be taken back. */
export interface Piece {
  /** What is written of it; while that is being done, it is in the writer. */
  bytes: Buffer
  /** What comes into it later, in order, and before which of its bytes. */
  pieces: Piece[]
  places: number[]
  readonly nullable: boolean
  /** What becomes null where this may not and must. */
  around: Piece | undefined
  /** It is no part of the answer any more. */
  isGone: boolean
}

export type Key = string | number

/** Where in the piece that is being written something begins, so that it can be taken back. */
export interface Mark {
  readonly bytes: number
  readonly pieces: number
  readonly strict: number
}

export const NULL = Buffer.from('null')
const NOTHING = Buffer.alloc(0)

export function createPiece(nullable: boolean): Piece {
  return { bytes: NOTHING, pieces: [], places: [], nullable, around: undefined, isGone: false }
}

/** Leaves a place for what comes later. */
export function addPiece({ out, strict }: Execution, piece: Piece, nullable: boolean): Piece {
  const later = createPiece(nullable)
  piece.pieces.push(later)
  piece.places.push(out.length())
  if (!nullable) strict.push(later)
  return later
}

/** Takes back all that was written since, and writes null. */
export function replaceWithNull({ out, strict }: Execution, { pieces, places }: Piece, mark: Mark): void {
  pieces.splice(mark.pieces).forEach(letGo)
  places.length = mark.pieces
  strict.length = mark.strict
  out.cut(mark.bytes)
  out.bytes(NULL)
}

/** Makes a piece of all that was written since, which becomes null where one of the strict ones in it must. */
export function enclose({ out, strict }: Execution, { pieces, places }: Piece, mark: Mark): void {
  const around = createPiece(true)
  around.bytes = out.take(mark.bytes)
  around.pieces = pieces.splice(mark.pieces)
  around.places = places.splice(mark.pieces).map((place) => place - mark.bytes)
  pieces.push(around)
  places.push(mark.bytes)
  for (const each of strict.splice(mark.strict)) each.around = around
}

/** All of a piece that was there is written; `failed`: what leaves nothing of it, or of what is around it. */
export function finish(run: Execution, piece: Piece, failed: GraphQLError | undefined): void {
  piece.bytes = run.out.take(0)
  if (failed) giveUp(run, piece, failed)
  if (run.strict.length > 0) for (const each of run.strict.splice(0)) each.around = piece
}

function giveUp({ errors }: Execution, piece: Piece, error: GraphQLError): void {
  let nullable = piece
  while (!nullable.nullable && nullable.around) nullable = nullable.around
  nullable.pieces.forEach(letGo)
  Object.assign(nullable, { bytes: NULL, pieces: [], places: [] })
  errors.push(error)
}

function letGo(piece: Piece): void {
  piece.isGone = true
  piece.pieces.forEach(letGo)
}

/** What it has come to. */
export function resultOf({ errors }: Execution, data: Piece): Result {
  const json = bytesOf(data)
  return errors.length > 0 ? { json, errors } : { json }
}

function bytesOf(piece: Piece): Buffer {
  if (piece.pieces.length === 0) return piece.bytes
  const whole = Buffer.allocUnsafe(lengthOf(piece))
  copy(piece, whole, 0)
  return whole
}

function lengthOf({ bytes, pieces }: Piece): number {
  let length = bytes.length
  for (const each of pieces) length += lengthOf(each)
  return length
}

/** Gives where it ends. */
function copy({ bytes, pieces, places }: Piece, into: Buffer, at: number): number {
  let end = at
  let from = 0
  for (let index = 0; index < pieces.length; index += 1) {
    const place = places[index] as number
    end += bytes.copy(into, end, from, place)
    from = place
    end = copy(pieces[index] as Piece, into, end)
  }
  return end + bytes.copy(into, end, from)
}

/** Writes what has come. Gives what is wrong with it as an error of its place. */
export function located(waiter: Waiter, put: (waiter: Waiter) => GraphQLError | undefined): GraphQLError | undefined {
  const { field, path } = waiter
  const depth = path.length
  try {
    return put(waiter)
  } catch (error) {
    path.length = depth
    return locatedError(error, field.nodes, path)
  }
}

/** Of what nobody goes on with, a promise that fails is nobody's failure: it would end the process as one that nobody looks at. */
export function leave(value: unknown): void {
  if (value instanceof Promise) value.then(leave, () => {})
  else if (typeof value === 'object' && value !== null && Symbol.iterator in value)
    for (const each of value as Iterable<unknown>) leave(each)
}

export function nameOf({ parent, definition }: FieldPlan): string {
  return `${parent.name}.${definition.name}`
}

export function infoOf(
  { validated }: Execution,
  { definition, nodes, parent }: FieldPlan,
  keys: readonly Key[],
): GraphQLResolveInfo {
  const { schema, fragmentDefinitions, rootValue, operation, variableValues } = validated
  const path = keys.reduce<GraphQLResolveInfo['path'] | undefined>(
    (prev, key) => ({ prev, key, typename: undefined }),
    undefined,
  )
  return {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType: parent,
    path,
    schema,
    fragments: fragmentDefinitions,
    rootValue,
    operation,
    variableValues,
  } as unknown as GraphQLResolveInfo
}

/** Which type a value is of. */
export function objectTypeOf(
  run: Execution,
  field: FieldPlan,
  type: TypePlan,
  value: unknown,
  path: Key[],
): GraphQLObjectType {
  if (type.object) return type.object
  const abstract = type.abstract as NonNullable<TypePlan['abstract']>
  const { schema, contextValue } = run.validated
  const name = (abstract.resolveType ?? defaultTypeResolver)(value, contextValue, infoOf(run, field, path), abstract)
  const found = typeof name === 'string' ? schema.getType(name) : undefined
  if (isObjectType(found) && schema.isSubType(abstract, found)) return found
  throw new GraphQLError(`What ${nameOf(field)} gave is no ${abstract.name}.`, { nodes: field.nodes })
}
