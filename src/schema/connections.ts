// Connections: XConnection, XEdge and PageInfo for any type, read forwards with `first` and `after`.
import { builder } from './builder.ts'
import { SIZE_OF_PAGE } from './sizes.ts'
import type { InterfaceRef, ObjectRef } from '@pothos/core'
import type { Connection, Edge as EdgeShape, PageInfo as PageInfoShape } from '../resolvers/connections.ts'

export const pageArguments = builder.args((t) => ({
  first: t.int({ defaultValue: 25, description: 'How many to give, 1 to 100.' }),
  after: t.string({
    description:
      'A cursor of this list: go on behind its row. Rows that have arrived since are neither repeated nor skipped over.',
  }),
}))

const PageInfo = builder.objectRef<PageInfoShape>('PageInfo').implement({
  description: 'Where a page stands in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      nullable: false,
      description: 'Whether there is more behind the end cursor.',
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      nullable: false,
      description: 'Whether there is something before the start cursor.',
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'The cursor of the first row; null on an empty page.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'The cursor of the last row: `after` for the next page.',
    }),
  }),
})

type Types = typeof builder.$inferSchemaTypes

/** Declares `<name>Connection` and `<name>Edge` for a type, and gives the connection to be used as a field's type. */
export function connectionOf<T>(
  name: string,
  Node: ObjectRef<Types, T> | InterfaceRef<Types, T>,
): ObjectRef<Types, Connection<T>> {
  const Edge = builder.objectRef<EdgeShape<T>>(`${name}Edge`).implement({
    description: `One ${name} in a list, with its cursor.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        nullable: false,
        description: 'Names this row: `after` for what follows it.',
      }),
      node: t.field({ type: Node, nullable: false, description: 'The row.', resolve: (edge) => edge.node as never }),
    }),
  })
  return builder.objectRef<Connection<T>>(`${name}Connection`).implement({
    description: `One page of a list of ${name}.`,
    fields: (t) => ({
      edges: t.field({
        type: [Edge],
        nullable: { list: false, items: false },
        description: 'The rows with their cursors.',
        extensions: SIZE_OF_PAGE,
        resolve: ({ edges }) => edges(),
      }),
      nodes: t.field({
        type: [Node],
        nullable: { list: false, items: false },
        description: 'The rows alone.',
        extensions: SIZE_OF_PAGE,
        resolve: ({ nodes }) => nodes as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        nullable: false,
        description: 'Whether there is more.',
        resolve: ({ pageInfo }) => pageInfo(),
      }),
      totalCount: t.exposeInt('totalCount', {
        nullable: true,
        description: 'How many rows there are in all; null where the upstream does not say.',
      }),
    }),
  })
}
