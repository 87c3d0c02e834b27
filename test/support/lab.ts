// A schema in which everything goes wrong now and then: what its resolvers give follows from a seed, and from nothing else.
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
} from 'graphql'
import type { GraphQLFieldConfigMap, GraphQLResolveInfo } from 'graphql'

/** What a resolver finds: all that comes of it follows from the seed. */
export interface Thing {
  readonly seed: number
}

/** Promises that come one by one, in the order in which they were asked for, whoever runs the query. */
export interface World {
  readonly seed: number
  later<T>(give: () => T): Promise<T>
  /** What is made for who asks first, and given to all who ask for it afterwards. */
  once<T>(key: string, make: () => T): T
  /** Whether two had one promise: then several things happen in one moment. */
  isJoined(): boolean
}

export function createWorld(seed: number): World {
  const waiting: (() => void)[] = []
  const made = new Map<string, unknown>()
  let isJoined = false
  const next = (): void => {
    waiting.shift()?.()
    if (waiting.length > 0) setImmediate(next)
  }
  return {
    seed,
    later(give) {
      const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof give>>()
      if (waiting.length === 0) setImmediate(next)
      waiting.push(() => {
        try {
          resolve(give())
        } catch (error) {
          reject(new Error((error as Error).message))
        }
      })
      // graphql-js does not look at all that is under way when it has its answer.
      promise.catch(() => {})
      return promise
    },
    once<T>(key: string, make: () => T) {
      if (!made.has(key)) made.set(key, make())
      else if (made.get(key) instanceof Promise) isJoined = true
      return made.get(key) as T
    },
    isJoined: () => isJoined,
  }
}

function mixed(seed: number, text: string): number {
  let hash = seed ^ 0x9e3779b9
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x85ebca6b) ^ (hash >>> 13)
  return Math.abs(hash)
}

/** A value, null, an error or a promise of one of these; mostly a value. */
function fate<T>(source: Thing, name: string, world: World, value: (seed: number) => T): unknown {
  const seed = mixed(source.seed, name)
  const give = (): unknown => {
    if (seed % 11 === 0) throw new Error(`${name} fails`)
    if (seed % 13 === 0) return null
    if (seed % 17 === 0) return new Error(`${name} is an error`)
    return value(seed)
  }
  return seed % 3 === 0 ? world.later(give) : give()
}

const thing = (seed: number): Thing => ({ seed })
const oneOf = <T>(values: readonly T[], seed: number): T => values[seed % values.length] as T
/** Of which each may be an error, and none throws: the promises before it would be lost. */
const several = (source: Thing, name: string, world: World, count: number): unknown[] =>
  Array.from({ length: count }, (_, index) => {
    try {
      return fate(source, `${name}${index}`, world, thing)
    } catch (error) {
      return error
    }
  })
/** One of a few things, each of which is one object, or one promise, wherever it is found. */
const common = (source: Thing, name: string, world: World): unknown => {
  const key = `${name}${mixed(source.seed, name) % 3}`
  return world.once(key, () => fate(world, key, world, thing))
}
const awaited = (source: Thing, name: string, world: World): unknown => {
  const key = `${name}${mixed(source.seed, name) % 4}`
  return world.once(key, () => world.later(() => fate(world, key, world, thing)))
}

const ODD_TEXTS = [
  'plain',
  '',
  '"quoted" \\ and / more',
  '\u0000\b\t\n\u001f\u007f',
  '\ud800 alone \udc00',
  '🦉🦉',
  '\u2028\u2029',
  'ÿĀ€',
  'x'.repeat(2_500),
]
const ODD_NUMBERS = [0, -0, 1.5, -1e-7, 1e21, 2 ** 53, 5e-324, Number.MAX_VALUE, NaN, Infinity]
const ODD_VALUES = [
  ...ODD_TEXTS,
  ...ODD_NUMBERS,
  true,
  false,
  [],
  {},
  [[], [null, 'é"', { b: [undefined, NaN] }]],
  { ['__proto__']: { 'a"\n': '\ud800', none: undefined }, at: new Date(0) },
]

const keysOf = ({ prev, key }: GraphQLResolveInfo['path']): (string | number)[] => [...(prev ? keysOf(prev) : []), key]

/** Written down as it is, but that null and undefined are nothing that it may be. */
const Leaf = new GraphQLScalarType({
  name: 'Leaf',
  coerceOutputValue: (value) => (value === 'nothing' ? undefined : value),
})
const Colour = new GraphQLEnumType({ name: 'Colour', values: { RED: { value: 'r' }, BLUE: { value: 'b' } } })
const Given = new GraphQLInputObjectType({
  name: 'Given',
  fields: { x: { type: GraphQLInt }, y: { type: new GraphQLNonNull(GraphQLString), default: { value: 'y' } } },
})

const fields = (): GraphQLFieldConfigMap<Thing, World> => ({
  id: { type: new GraphQLNonNull(GraphQLID), resolve: ({ seed }) => seed },
  name: { type: GraphQLString, resolve: (source, _args, world) => fate(source, 'name', world, String) },
  sure: { type: new GraphQLNonNull(GraphQLString), resolve: (source, _, world) => fate(source, 'sure', world, String) },
  wrong: { type: GraphQLInt, resolve: (source, _, world) => fate(source, 'wrong', world, (seed) => `${seed}x`) },
  text: {
    type: GraphQLString,
    resolve: (source, _, world) => fate(source, 'text', world, (seed) => oneOf(ODD_TEXTS, seed)),
  },
  number: {
    type: GraphQLFloat,
    resolve: (source, _, world) => fate(source, 'number', world, (seed) => oneOf(ODD_NUMBERS, seed)),
  },
  isOdd: {
    type: new GraphQLNonNull(GraphQLBoolean),
    resolve: (source, _, world) => fate(source, 'isOdd', world, (seed) => seed % 2 === 1),
  },
  leaf: {
    type: Leaf,
    resolve: (source, _, world) => fate(source, 'leaf', world, (seed) => oneOf([...ODD_VALUES, 'nothing'], seed)),
  },
  leaves: {
    type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Leaf))),
    resolve: (source, _, world) => [...ODD_VALUES, fate(source, 'leaves', world, (seed) => oneOf(ODD_VALUES, seed))],
  },
  colour: {
    type: Colour,
    resolve: (source, _, world) => fate(source, 'colour', world, (seed) => oneOf(['r', 'b', 'x'], seed)),
  },
  echo: {
    type: GraphQLString,
    args: {
      a: { type: GraphQLInt, default: { value: 7 } },
      b: { type: new GraphQLList(new GraphQLNonNull(GraphQLInt)) },
      c: { type: new GraphQLNonNull(GraphQLBoolean), default: { value: true } },
      d: { type: Given },
    },
    resolve: (_source, args) => JSON.stringify(args),
  },
  where: {
    type: GraphQLString,
    resolve: (_source, _args, _world, { path, fieldName }) => `${keysOf(path).join('/')}/${fieldName}`,
  },
  next: { type: Node, resolve: (source, _, world) => fate(source, 'next', world, thing) },
  must: { type: new GraphQLNonNull(Node), resolve: (source, _, world) => fate(source, 'must', world, thing) },
  other: { type: Any, resolve: (source, _, world) => fate(source, 'other', world, thing) },
  same: { type: A, resolve: (source, _, world) => common(source, 'same', world) },
  mustSame: { type: new GraphQLNonNull(A), resolve: (source, _, world) => common(source, 'mustSame', world) },
  /** What a list holds is the same in all of them. */
  sames: { type: new GraphQLList(A), resolve: (source, _, world) => [1, 2].map(() => common(source, 'same', world)) },
  awaited: { type: A, resolve: (source, _, world) => awaited(source, 'awaited', world) },
  mustAwaited: { type: new GraphQLNonNull(A), resolve: (source, _, world) => awaited(source, 'mustAwaited', world) },
  some: {
    type: new GraphQLList(Node),
    resolve: (source, _, world) => fate(source, 'some', world, (seed) => several(source, 'some', world, seed % 4)),
  },
  each: {
    type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(A))),
    resolve: (source, _, world) => fate(source, 'each', world, (seed) => several(source, 'each', world, seed % 4)),
  },
  /** Rows as they are in life: none fails. */
  rows: {
    type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(B))),
    resolve: ({ seed }) => Array.from({ length: 3 }, (_, index) => thing(mixed(seed, `row${index}`))),
  },
  grid: {
    type: new GraphQLList(new GraphQLList(new GraphQLNonNull(GraphQLInt))),
    resolve: (source, _, world) => [
      new Set([1, 2]),
      fate(source, 'row', world, () => [3, fate(source, 'cell', world, (seed) => seed % 100)]),
      'no list',
    ],
  },
})
const Node: GraphQLInterfaceType = new GraphQLInterfaceType({
  name: 'Node',
  fields,
  resolveType: ({ seed }: Thing) => oneOf(['A', 'B'], seed),
})
const A: GraphQLObjectType = new GraphQLObjectType({ name: 'A', interfaces: [Node], fields })
const B: GraphQLObjectType = new GraphQLObjectType({
  name: 'B',
  interfaces: [Node],
  fields: () => ({ ...fields(), own: { type: GraphQLString, resolve: () => 'own' } }),
})
const Any: GraphQLUnionType = new GraphQLUnionType({
  name: 'Any',
  types: [A, B],
  resolveType: ({ seed }: Thing) => oneOf(['A', 'B', 'A', 'Nothing'], seed),
})

export const lab = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', interfaces: [Node], fields }),
  subscription: new GraphQLObjectType({ name: 'Subscription', interfaces: [Node], fields }),
  types: [A, B],
})
