// Merchant projects and their orders; an order follows a course of statuses (merchant 4) as time goes.
import { addressOn } from './addresses.ts'
import type { Agenda } from './agenda.ts'
import type { Currency, Network } from './catalogue.ts'
import type { Ledger } from './ledger.ts'
import { courses, type Course, type OrderStatus } from './order-courses.ts'
import type { Prices } from './prices.ts'
import type { Random } from './random.ts'
import { tenTo } from './units.ts'

export type Project = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly autoConvert: boolean
  readonly receiveCurrency: Currency
  readonly acceptedCurrencyCodes: readonly string[] | null
  readonly enabled: boolean
  readonly testStatus: 'PAID' | 'EXPIRED' | null
  readonly feePaidByClient: boolean
  readonly paymentWindowMinutes: 15 | 1440
  readonly callbackFormat: 'JSON' | 'FORM'
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type MerchantOrder = {
  readonly id: string
  readonly orderId: string
  readonly merchantPreOrderId: string
  readonly project: Project
  readonly description: string
  readonly payCurrency: Currency
  readonly payNetwork: Network
  readonly payAmount: bigint
  readonly receiveAmount: bigint
  readonly depositAddress: string
  readonly memo: string | null
  readonly validUntil: Date
  readonly createdAt: Date
  status: OrderStatus
  receivedAmount: bigint
  updatedAt: Date
  paidAt: Date | null
}

export type Sale = {
  readonly project: Project
  readonly description: string
  readonly payCurrency: Currency
  readonly receiveAmount: bigint
  readonly course: keyof typeof courses
}

export type MerchantBook = {
  /** Oldest first. */
  readonly projects: readonly Project[]
  readonly orders: readonly MerchantOrder[]
  addProject(project: Omit<Project, 'id'>): Project
  open(sale: Sale, at: number): MerchantOrder
}

type BookDependencies = {
  readonly ledger: Ledger
  readonly agenda: Agenda
  readonly prices: Prices
  readonly random: Random
}

const minute = 60_000

export function createMerchantBook({ ledger, agenda, prices, random }: BookDependencies): MerchantBook {
  const projects: Project[] = []
  const orders: MerchantOrder[] = []

  function follow(order: MerchantOrder, course: Course): void {
    for (const { after, status } of course(order.project.paymentWindowMinutes)) {
      agenda.at(order.createdAt.getTime() + after * minute, (at) => {
        order.status = status
        order.updatedAt = new Date(at)
        order.receivedAmount = received(order, status)
        if (status === 'PAID') settle(order, at)
      })
    }
  }

  function settle(order: MerchantOrder, at: number): void {
    order.paidAt = new Date(at)
    const currency = order.project.receiveCurrency
    const account = ledger.accountIn(currency.code)
    if (account === undefined) return
    ledger.post({
      at,
      type: 'MERCHANT_ORDER',
      description: `${order.project.name}, order ${order.orderId}`,
      referenceId: order.id,
      postings: [
        { house: 'merchants', currency, amount: -order.receiveAmount },
        { account, amount: order.receiveAmount },
      ],
    })
  }

  return {
    projects,
    orders,
    addProject(settings) {
      const project = { id: random.uuid(), ...settings }
      projects.push(project)
      return project
    },
    open({ project, description, payCurrency, receiveAmount, course }, at) {
      const payNetwork = random.pick(payCurrency.networks)
      const rate = prices.rate(project.receiveCurrency, payCurrency, at)
      const worth = receiveAmount * rate.units * tenTo(payCurrency.scale)
      const order: MerchantOrder = {
        id: random.uuid(),
        orderId: `${7000 + orders.length}-${random.hex(6)}`,
        merchantPreOrderId: random.uuid(),
        project,
        description,
        payCurrency,
        payNetwork,
        payAmount: worth / tenTo(project.receiveCurrency.scale + rate.scale) + 1n,
        receiveAmount,
        depositAddress: addressOn(payNetwork.code, random),
        memo: payNetwork.memoRequired ? String(100_000 + random.integer(900_000)) : null,
        validUntil: new Date(at + project.paymentWindowMinutes * minute),
        createdAt: new Date(at),
        status: 'NEW',
        receivedAmount: 0n,
        updatedAt: new Date(at),
        paidAt: null,
      }
      orders.push(order)
      follow(order, courses[course])
      return order
    },
  }
}

// Two thirds came of what was short; what was never paid stays at nothing.
function received({ payAmount, receivedAmount }: MerchantOrder, status: OrderStatus): bigint {
  if (status === 'PARTIAL_PAYMENT') return (payAmount * 2n) / 3n
  if (status === 'PENDING' || status === 'PENDING_LATE_CRYPTO_PAYMENT') return payAmount
  return receivedAmount
}
