// Preorders: links to pay by, from which one order or many come.
import { orNull, readOne } from './call.ts'
import { amount, count, flag, id, idAsAsked, may, must, source, text, time } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { termsBody } from './order-terms.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { OrderTerms } from './order-terms.ts'
import type { Page } from './pages.ts'

export const preorderEndpoints = defineEndpoints('preorders', {
  create: {
    does: 'makes a preorder',
    method: 'POST',
    path: '/merchants/preorders',
    scope: 'merchants-preorders:create',
    safety: 'creates',
    pathFrom: 'documented',
    answerFrom: 'inferred',
  },
  list: {
    does: 'lists the preorders of a project, newest first',
    method: 'GET',
    path: '/merchants/preorders',
    scope: 'merchants-preorders:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one preorder',
    method: 'GET',
    path: '/merchants/preorders/{preorderId}',
    scope: 'merchants-preorders:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export interface Preorder {
  readonly __typename: 'Preorder'
  readonly id: string
  readonly projectId: string | null
  /** The merchant's own id of the first order. */
  readonly orderId: string | null
  readonly description: string | null
  readonly multiple: boolean
  readonly receiveAmount: Decimal | null
  readonly receiveCode: string | null
  readonly payAmount: Decimal | null
  readonly payCode: string | null
  readonly payUrl: string
  readonly validUntil: Date | null
  readonly createdAt: Date | null
  readonly orderCount: number | null
}

export interface Preorders {
  create(terms: OrderTerms, multiple: boolean, scope: CallScope): Promise<Preorder>
  /** One page; null where there is no such project. */
  list(projectId: string, page: number, size: number, scope: CallScope): Promise<Page<Preorder> | null>
  read(preorderId: string, scope: CallScope): Promise<Preorder | null>
}

export function createPreorders(call: Call, endpoints: typeof preorderEndpoints): Preorders {
  return {
    async create(terms, multiple, scope) {
      const body = { ...termsBody(terms), isMultiple: multiple }
      return decodePreorder(source(await call(endpoints.create, { body }, scope), 'preorder'), { ...terms, multiple })
    },
    list(projectId, page, size, scope) {
      const query = { projectId, ...pageQuery(page, size) }
      return orNull(
        call(endpoints.list, { query }, scope).then((json) =>
          decodeList(json, 'preorders', (row) => ({
            ...decodePreorder(row),
            projectId: idAsAsked(row, projectId, 'projectId'),
          })),
        ),
      )
    },
    read: (preorderId, scope) =>
      readOne(call(endpoints.read, { path: { preorderId } }, scope), 'preorder', decodePreorder),
  }
}

/** What the answer need not repeat, because it was asked with it. */
type Asked = Partial<Pick<OrderTerms, 'projectId' | 'orderId' | 'description'> & { readonly multiple: boolean }>

/** A preorder, also as the creation of an order answers with it: under other names, and without what was asked (merchant 3.1). */
export function decodePreorder(from: Source, asked: Asked = {}): Preorder {
  return {
    __typename: 'Preorder',
    id: must(from, id, 'preOrderId', 'id'),
    projectId: may(from, id, 'projectId') ?? asked.projectId ?? null,
    orderId: may(from, id, 'orderId') ?? asked.orderId ?? null,
    description: may(from, text, 'description') ?? asked.description ?? null,
    // Java writers drop the "is" of a flag.
    multiple: may(from, flag, 'isMultiple', 'multiple') ?? asked.multiple ?? false,
    receiveAmount: may(from, amount, 'receiveAmount'),
    receiveCode: may(from, text, 'receiveCurrencyCode'),
    payAmount: may(from, amount, 'payAmount'),
    payCode: may(from, text, 'payCurrencyCode'),
    payUrl: must(from, text, 'redirectUrl'),
    validUntil: may(from, time, 'validUntil'),
    createdAt: may(from, time, 'createdAt'),
    orderCount: may(from, count, 'orderCount'),
  }
}
