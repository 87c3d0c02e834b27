// What a merchant does with orders (merchant 3.1, 3.2, 3.4): make, cancel, pay from an account, accept, have the callback resent.
import { amount } from './answers.ts'
import type { Currency } from './catalogue.ts'
import { failure, notFound } from './failure.ts'
import { priceOf } from './merchant-book.ts'
import { isAccepted, type MerchantOrder } from './merchant-records.ts'
import { coinOf, emailOf, termsOf } from './order-form.ts'
import { orderOf, showOrder } from './orders.ts'
import { payingAccount } from './paying-account.ts'
import { paymentPage } from './preorders.ts'
import type { Call, Route } from './router.ts'

export const orderActionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/merchants/orders/create',
    scope: 'merchants-orders:create',
    run(call) {
      const preorder = call.world.merchantBook.request(termsOf(call, false), call.now)
      const { receiveCurrency, payCurrency, payAmount } = preorder
      return {
        preOrderId: preorder.id,
        orderId: preorder.orderId,
        validUntil: preorder.validUntil,
        payCurrencyCode: payCurrency?.code ?? null,
        payNetworkCode: preorder.payNetwork?.code ?? null,
        payAmount: payCurrency && payAmount && amount(payAmount, payCurrency),
        receiveCurrencyCode: receiveCurrency.code,
        receiveAmount: amount(preorder.receiveAmount, receiveCurrency),
        // There is none until the payer has picked a coin.
        depositAddress: null,
        memo: null,
        redirectUrl: paymentPage(preorder),
      }
    },
  },
  {
    method: 'POST',
    path: '/merchants/orders',
    scope: 'merchants-orders:create',
    run({ world, now, body }) {
      const wanted = body.required('preOrderId')
      const preorder = world.merchantBook.preorders.find(({ id }) => id === wanted)
      if (preorder === undefined) throw notFound(wanted)
      const coin = coinOf(preorder.project, body)
      const payerEmail = emailOf(body) ?? preorder.payer.payerEmail
      return showOrder(world.merchantBook.open(preorder, coin, payerEmail, now))
    },
  },
  action('cancel', 'merchants-orders:cancel', ({ world, now }, order) => {
    world.orderLife.cancel(order, now)
  }),
  { ...action('pay', 'merchants-orders:pay', pay), spends: true },
  action('accept', 'merchants-orders:pay', ({ world, now }, order) => {
    world.orderLife.accept(order, now)
  }),
  action('callback', 'merchants-orders:callback', ({ world, now }, order) => {
    if (!world.callbackDesk.announce(order, now)) throw failure('MER_3', { callbackUrl: '' })
  }),
]

function action(name: string, scope: string, act: (call: Call, order: MerchantOrder) => void): Route {
  return {
    method: 'POST',
    path: `/merchants/orders/{orderId}/${name}`,
    scope,
    run(call) {
      const order = orderOf(call)
      act(call, order)
      return showOrder(order)
    },
  }
}

function pay(call: Call, order: MerchantOrder): void {
  const account = payingAccount(call.world, call.body, ['accountId', 'payCurrencyCode'])
  if (order.status !== 'NEW') throw failure('MER_3', { status: order.status })
  call.world.orderLife.payFrom(order, account, dueIn(account.currency, order, call), call.now)
}

// The coin that was picked at the price that was named; another currency at the moment's.
function dueIn(currency: Currency, { payCurrency, payAmount, preorder }: MerchantOrder, { world, now }: Call): bigint {
  if (currency === payCurrency) return payAmount
  const { project, receiveCurrency, receiveAmount } = preorder
  if (currency === receiveCurrency)
    return project.settings.feePaidByClient ? receiveAmount + receiveAmount / 100n : receiveAmount
  if (!isAccepted(project, currency)) throw failure('CUR_1', { payCurrencyCode: currency.code })
  return priceOf(preorder, currency, world.prices, now)
}
