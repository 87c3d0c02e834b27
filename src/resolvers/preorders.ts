// Preorders: links to pay by, from which one order or many come.
import { readHistory } from './connections.ts'
import { create } from './creations.ts'
import { localId } from './ids.ts'
import { checkedTerms, TERMS_KINDS, termsFacts } from './order-terms.ts'
import type { GatewayContext } from '../context.ts'
import type { Preorder } from '../upstream/preorders.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { OrderTermsInput } from './order-terms.ts'
import type { Expected } from './results.ts'

export function preorder(
  args: { id: string },
  { loaders }: GatewayContext,
): Preorder | null | Promise<Preorder | null> {
  return loaders.preorder.load(localId('Preorder', args.id, 'id'))
}

type ListArguments = PageArguments & { readonly projectId: string }

export function preorders(args: ListArguments, context: GatewayContext): Promise<Connection<Preorder> | null> {
  return preordersOf({ ...args, projectId: localId('Project', args.projectId, 'projectId') }, context)
}

/** The preorders of a project, by the upstream's own id of it; null where there is no such project. */
export function preordersOf(
  args: ListArguments,
  { upstream, scope }: GatewayContext,
): Promise<Connection<Preorder> | null> {
  return readHistory(['preorders', args.projectId], args, {}, (page, size) =>
    upstream.preorders.list(args.projectId, page, size, scope),
  )
}

export async function createPreorder(
  { input }: { input: OrderTermsInput & { readonly multiple: boolean } },
  context: GatewayContext,
): Promise<Preorder | Expected<(typeof TERMS_KINDS)[number]>> {
  const terms = checkedTerms(input)
  const send = (): Promise<Preorder> => context.upstream.preorders.create(terms, input.multiple, context.scope)
  const { paths } = termsFacts(input)
  return create(send, { paths: { ...paths, isMultiple: ['input', 'multiple'] } }, TERMS_KINDS, context)
}
