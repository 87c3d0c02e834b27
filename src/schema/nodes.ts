// The Node interface and its two root fields.
import { node, nodes } from '../resolvers/nodes.ts'
import { builder } from './builder.ts'
import { needs } from './needs.ts'
import type { Scope } from '../upstream/endpoint.ts'

/** Anything that says its own type's name. */
export interface Named {
  readonly __typename: string
}

export const NodeInterface = builder.interfaceRef<Named>('Node').implement({
  description: 'Anything with a global id, by which it can be read again.',
  resolveType: ({ __typename }) => __typename,
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description:
        'Type and the upstream\'s own id, e.g. "Account:7f0c5b52". Opaque: compare it, keep it, send it back.',
      resolve: () => '',
    }),
  }),
})

/** A global id from its parts. */
export function globalId(type: string, id: string): string {
  return `${type}:${id}`
}

/** What a node may take, each type its own. */
const NODE_SCOPES: readonly Scope[] = [
  'account:read',
  'account-transaction:read',
  'exchange:read',
  'withdraw-crypto:read',
  'withdraw-bank:read',
  'withdraw-e-wallet:read',
  'withdraw-voucher:read',
  'withdraw-with-exchange:read',
  'deposit:read',
  'deposit-crypto:read',
  'purchase-gift-card:read',
  'merchants-projects:read',
  'merchants-preorders:read',
  'merchants-orders:read',
  'merchants-transactions:read',
  'merchants-callbacks:read',
]

/** A transaction may be looked for in five pages, where the upstream reads no single ones; all others are one call. */
const CALLS_OF_A_NODE = 6

builder.queryFields((t) => ({
  node: t.field({
    type: NodeInterface,
    description: 'Anything that has a global id; null where there is no such thing. The scope is that of its type.',
    args: { id: t.arg.id({ required: true, description: 'A global id as this graph gave it.' }) },
    extensions: needs(NODE_SCOPES, CALLS_OF_A_NODE),
    resolve: (_root, args, context) => node(args, context),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: true, items: true },
    description: 'Several things by their global ids, in the same order; one that is unknown or unreadable is null.',
    args: { ids: t.arg.idList({ required: true, description: 'Up to 100 global ids.' }) },
    extensions: needs(NODE_SCOPES, 100 * CALLS_OF_A_NODE),
    resolve: (_root, args, context) => nodes(args, context),
  }),
}))
