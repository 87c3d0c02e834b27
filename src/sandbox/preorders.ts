// Preorders (merchant 5): create, list, one.
import { amount } from './answers.ts'
import { notFound } from './failure.ts'
import type { Preorder } from './merchant-records.ts'
import { termsOf } from './order-form.ts'
import { inRange, pageOf } from './paging.ts'
import { namedProject } from './projects.ts'
import type { Route } from './router.ts'

export const preorderRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/merchants/preorders',
    scope: 'merchants-preorders:create',
    run(call) {
      const terms = termsOf(call, call.body.flag('isMultiple'))
      return showPreorder(call.world.merchantBook.addPreorder(terms, call.now))
    },
  },
  {
    method: 'GET',
    path: '/merchants/preorders',
    scope: 'merchants-preorders:read',
    list: 'preorders',
    run({ world, query }) {
      const project = namedProject(world, query)
      const isInRange = inRange(query)
      const rows = world.merchantBook.preorders.filter(
        (preorder) => preorder.project === project && isInRange(preorder.createdAt),
      )
      return pageOf(rows, query, showPreorder)
    },
  },
  {
    method: 'GET',
    path: '/merchants/preorders/{id}',
    scope: 'merchants-preorders:read',
    run({ world, parameter }) {
      const preorder = world.merchantBook.preorders.find(({ id }) => id === parameter('id'))
      if (preorder === undefined) throw notFound(parameter('id'))
      return showPreorder(preorder)
    },
  },
]

/** Where the payer goes; nothing is there, since the sandbox has no payment window. */
export function paymentPage({ id }: Preorder): string {
  return `https://spectrocoin.com/en/payment/preorder/${id}`
}

function showPreorder(preorder: Preorder): object {
  const { receiveCurrency, payCurrency, payAmount, payer } = preorder
  return {
    id: preorder.id,
    projectId: preorder.project.id,
    orderId: preorder.orderId,
    isMultiple: preorder.isMultiple,
    description: preorder.description,
    receiveAmount: amount(preorder.receiveAmount, receiveCurrency),
    receiveCurrencyCode: receiveCurrency.code,
    payAmount: payCurrency && payAmount && amount(payAmount, payCurrency),
    payCurrencyCode: payCurrency?.code ?? null,
    payNetworkCode: preorder.payNetwork?.code ?? null,
    callbackUrl: preorder.callbackUrl,
    successUrl: preorder.successUrl,
    failureUrl: preorder.failureUrl,
    ...payer,
    redirectUrl: paymentPage(preorder),
    validUntil: preorder.validUntil,
    orderCount: preorder.orderCount,
    createdAt: preorder.createdAt,
  }
}
