// Merchant projects, their preorders (links to pay by) and the orders that come of them (merchant 2, 3, 5).
import { addressOn } from './addresses.ts'
import type { Agenda } from './agenda.ts'
import { currencies, type Currency, type Network } from './catalogue.ts'
import { failure } from './failure.ts'
import {
  type Coin,
  isAccepted,
  type MerchantOrder,
  type Preorder,
  type Project,
  type ProjectSettings,
  type Terms,
} from './merchant-records.ts'
import { courses } from './order-courses.ts'
import type { OrderLife } from './order-life.ts'
import type { Prices } from './prices.ts'
import type { Random } from './random.ts'
import { tenTo } from './units.ts'

/** An order of the seeded history, whose course is known beforehand. */
export type Sale = {
  readonly terms: Omit<Terms, 'orderId'>
  readonly payCurrency: Currency
  readonly course: keyof typeof courses
  /** The preorder that it comes of, where it is not the first one. */
  readonly preorder?: Preorder
  /** In place of an invented one. */
  readonly orderId?: string
}

export type MerchantBook = {
  /** All oldest first. */
  readonly projects: readonly Project[]
  readonly preorders: readonly Preorder[]
  readonly orders: readonly MerchantOrder[]
  addProject(settings: ProjectSettings, callbackFormat: Project['callbackFormat'], at: number): Project
  /** A missing orderId is invented. */
  addPreorder(terms: Omit<Terms, 'orderId'> & { readonly orderId: string | undefined }, at: number): Preorder
  /** The same for one payment; in a test project a payer is made up, who opens it after ten seconds. */
  request(...preorder: Parameters<MerchantBook['addPreorder']>): Preorder
  /** The payer has picked a coin. */
  open(preorder: Preorder, coin: Coin, payerEmail: string | null, at: number): MerchantOrder
  sell(sale: Sale, at: number): MerchantOrder
}

type BookDependencies = {
  readonly agenda: Agenda
  readonly orderLife: OrderLife
  readonly prices: Prices
  readonly random: Random
}

const minute = 60_000
const preorderLife = 1440 * minute
const payerHesitates = minute / 6

export function createMerchantBook({ agenda, orderLife, prices, random }: BookDependencies): MerchantBook {
  const projects: Project[] = []
  const preorders: Preorder[] = []
  const orders: MerchantOrder[] = []
  // What is made beside the seeded sales draws from a stream of its own, so that those stay what they are.
  const made = random.fork('made')

  function keep(id: string, terms: Terms, at: number): Preorder {
    const validUntil = terms.isMultiple ? null : new Date(at + preorderLife)
    const preorder = { ...terms, id, createdAt: new Date(at), validUntil, orderCount: 0 }
    preorders.push(preorder)
    return preorder
  }

  function write(
    order: Pick<MerchantOrder, 'id' | 'preorder' | 'depositAddress' | 'memo' | 'payerEmail'>,
    coin: Coin,
    at: number,
  ): MerchantOrder {
    const { preorder } = order
    const orderId = preorder.orderCount === 0 ? preorder.orderId : `Pre-${preorder.orderId}-${preorder.orderCount}`
    preorder.orderCount += 1
    const written: MerchantOrder = {
      ...order,
      requestId: 14_790_001 + orders.length,
      orderId,
      validUntil: new Date(at + preorder.project.settings.paymentWindowMinutes * minute),
      createdAt: new Date(at),
      status: 'NEW',
      payCurrency: coin.currency,
      payNetwork: coin.network,
      payAmount: preorder.payAmount ?? priceOf(preorder, coin.currency, prices, at),
      receiveAmount: preorder.receiveAmount,
      receivedAmount: 0n,
      updatedAt: new Date(at),
      paidAt: null,
    }
    orders.push(written)
    return written
  }

  const book: MerchantBook = {
    projects,
    preorders,
    orders,
    addProject(settings, callbackFormat, at) {
      // The seeded ones are the first to draw from the sales' own stream.
      const id = orders.length === 0 ? random.uuid() : made.uuid()
      const createdAt = new Date(at)
      const apiId = 105_001 + projects.length
      const project = { id, apiId, callbackFormat, createdAt, settings, updatedAt: createdAt }
      projects.push(project)
      return project
    },
    addPreorder({ orderId = made.hex(10), ...terms }, at) {
      const taken = [
        ...preorders,
        ...orders.map((order) => ({ project: order.preorder.project, orderId: order.orderId })),
      ]
      if (taken.some((other) => other.project === terms.project && other.orderId === orderId)) {
        throw failure('MER_1', { orderId })
      }
      return keep(made.uuid(), { ...terms, orderId }, at)
    },
    request(terms, at) {
      const preorder = book.addPreorder(terms, at)
      const isTest = (): boolean => preorder.project.settings.testStatus !== null
      if (!isTest()) return preorder
      agenda.at(at + payerHesitates, (time) => {
        const coin = coinFor(preorder)
        const isOpen = preorder.orderCount === 0 && preorder.project.settings.enabled && isTest()
        if (isOpen && coin !== undefined) book.open(preorder, coin, null, time)
      })
      return preorder
    },
    open(preorder, coin, payerEmail, at) {
      const { project, isMultiple, validUntil, payCurrency } = preorder
      if (!project.settings.enabled) throw failure('MER_2', { projectId: project.id })
      const isOver = validUntil !== null && at >= validUntil.getTime()
      if (isOver || (!isMultiple && preorder.orderCount > 0)) throw failure('MER_3', { preOrderId: preorder.id })
      if (payCurrency !== null && payCurrency !== coin.currency) {
        throw failure('CUR_1', { payCurrencyCode: coin.currency.code })
      }
      const depositAddress = addressOn(coin.network.code, made)
      const order = { id: made.uuid(), preorder, depositAddress, memo: memoOn(coin.network, made), payerEmail }
      const written = write(order, coin, at)
      const { testStatus } = project.settings
      if (testStatus === null) orderLife.wait(written)
      else orderLife.follow(written, courses[testStatus === 'PAID' ? 'testPaid' : 'testExpired'])
      return written
    },
    sell({ terms, payCurrency, course, ...sale }, at) {
      const network = random.pick(payCurrency.networks)
      const id = random.uuid()
      const orderId = `${7000 + orders.length}-${random.hex(6)}`
      const preOrderId = random.uuid()
      const preorder = sale.preorder ?? keep(preOrderId, { ...terms, orderId: sale.orderId ?? orderId }, at)
      const depositAddress = addressOn(network.code, random)
      const memo = memoOn(network, random)
      const order = write(
        { id, preorder, depositAddress, memo, payerEmail: null },
        { currency: payCurrency, network },
        at,
      )
      orderLife.follow(order, courses[course])
      return order
    },
  }
  return book
}

/** What the merchant gets, in the payer's currency and rounded up; the fee of 1 % on top where the payer bears it. */
export function priceOf(
  { project, receiveAmount, receiveCurrency }: Pick<Terms, 'project' | 'receiveAmount' | 'receiveCurrency'>,
  payCurrency: Currency,
  prices: Prices,
  at: number,
): bigint {
  const rate = prices.rate(receiveCurrency, payCurrency, at)
  const worth = receiveAmount * rate.units * tenTo(payCurrency.scale)
  const price = worth / tenTo(receiveCurrency.scale + rate.scale) + 1n
  return project.settings.feePaidByClient ? price + price / 100n : price
}

/** The coin that a payer who does not care picks. */
export function coinFor({ project, payCurrency, payNetwork }: Preorder): Coin | undefined {
  const currency = payCurrency ?? currencies.find((candidate) => isAccepted(project, candidate))
  const network = payNetwork ?? currency?.networks[0]
  return currency !== undefined && network !== undefined ? { currency, network } : undefined
}

function memoOn(network: Network, random: Random): string | null {
  return network.memoRequired ? String(100_000 + random.integer(900_000)) : null
}
