// The Node interface and its two root fields.
import { MOST_NODES, node, nodes } from '../resolvers/nodes.ts'
import { builder } from './builder.ts'
import { needsAsAsked } from './needs.ts'
import { ANY_ACCOUNT, CURRENCIES, EXCHANGE_PAIRS } from './shared-calls.ts'
import { sized } from './sizes.ts'
import type { Scope } from '../upstream/endpoint.ts'
import type { Calls, FieldArguments } from './needs.ts'

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

/** What is looked up by one call, unless its type is here. */
const CALLS: Readonly<Record<string, Calls>> = {
  Account: ANY_ACCOUNT,
  Currency: CURRENCIES,
  ExchangePair: EXCHANGE_PAIRS,
  MoneyOperation: 0,
  // It may be looked for in five pages, where the upstream reads no single ones.
  Transaction: 6,
}
const MOST_CALLS_OF_A_NODE = 6

function callsOfNode(globalId: unknown): Calls {
  const type = String(globalId).split(':', 1)[0] ?? ''
  return Object.hasOwn(CALLS, type) ? (CALLS[type] ?? 1) : 1
}

/** Each once; more than may be asked for are refused, and none of them is looked up. */
function lookedUp({ ids }: FieldArguments): ReadonlySet<unknown> {
  return new Set(Array.isArray(ids) && ids.length <= MOST_NODES ? ids : [])
}

builder.queryFields((t) => ({
  node: t.field({
    type: NodeInterface,
    description: 'Anything that has a global id; null where there is no such thing. The scope is that of its type.',
    args: { id: t.arg.id({ required: true, description: 'A global id as this graph gave it.' }) },
    extensions: needsAsAsked(NODE_SCOPES, MOST_CALLS_OF_A_NODE, ({ id }) => [callsOfNode(id)]),
    resolve: (_root, args, context) => node(args, context),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: true, items: true },
    description: 'Several things by their global ids, in the same order; one that is unknown or unreadable is null.',
    args: { ids: t.arg.idList({ required: true, description: 'Up to 100 global ids.' }) },
    extensions: {
      ...needsAsAsked(NODE_SCOPES, MOST_NODES * MOST_CALLS_OF_A_NODE, (args) => [...lookedUp(args)].map(callsOfNode)),
      ...sized((args) => lookedUp(args).size),
    },
    resolve: (_root, args, context) => nodes(args, context),
  }),
}))
