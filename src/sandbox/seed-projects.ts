// The seeded merchant: two shops with orders in each status, one in test mode, and one that is closed.
import { currencies, type Currency, currencyOf } from './catalogue.ts'
import { someAmount } from './happenings.ts'
import type { Sale } from './merchant-book.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export type SaleOf = Sale['course']

export type Shop = 'books' | 'coffee' | 'staging'

export type Sales = {
  sell(shop: Shop, course: SaleOf, at: number): void
  /** Orders that have not ended when the world starts: how old they are then. */
  readonly underWay: readonly { readonly age: number; readonly run: (at: number) => void }[]
}

const minute = 60_000
const goods = [
  'Second-hand atlas',
  'Coffee, 1 kg',
  'Ticket, two persons',
  'Tea pot, blue & white',
  'Žemėlapis "1:50 000"',
]

export function seedProjects({ merchantBook }: World, random: Random, startedAt: number): Sales {
  const usual = {
    name: 'Harbour Books',
    description: 'Online shop',
    autoConvert: true,
    receiveCurrency: known('EUR'),
    acceptedCurrencyCodes: ['BTC', 'ETH', 'USDT', 'USDC', 'LTC', 'XRP', 'DOGE'],
    enabled: true,
    testStatus: null,
    feePaidByClient: false,
    paymentWindowMinutes: 15,
    callbackFormat: 'JSON',
  } as const
  const eth = { autoConvert: false, receiveCurrency: known('ETH'), acceptedCurrencyCodes: null }
  const settings = [
    { ...usual, name: 'Old Harbour Books', description: 'Closed', enabled: false, callbackFormat: 'FORM' as const },
    {
      ...usual,
      name: 'Staging',
      description: 'Test orders',
      receiveCurrency: known('GBP'),
      testStatus: 'PAID' as const,
    },
    { ...usual, ...eth, name: 'North Pier Coffee', description: 'Beans and cups', paymentWindowMinutes: 1440 as const },
    usual,
  ]
  const [, staging, coffee, books] = settings.map((project, index) => {
    const createdAt = new Date(startedAt - (400 - 50 * index) * 1440 * minute)
    return merchantBook.addProject({ ...project, createdAt, updatedAt: createdAt })
  })
  const projects = { staging, coffee, books }

  function sell(name: Shop, course: SaleOf, at: number): void {
    const project = projects[name]
    if (project === undefined) return
    const accepted = project.acceptedCurrencyCodes
    const payable = currencies.filter(({ code, enabled, networks }) => {
      return enabled && networks.length > 0 && (accepted === null || accepted.includes(code))
    })
    const receiveAmount = someAmount(project.receiveCurrency, 5, 250, random)
    const payCurrency = random.pick(payable)
    merchantBook.open({ project, description: random.pick(goods), payCurrency, receiveAmount, course }, at)
  }

  return {
    sell,
    underWay: (['coffee', 'books'] as const).flatMap((name) => {
      const window = projects[name]?.paymentWindowMinutes ?? 15
      const ages: readonly (readonly [SaleOf, number])[] = [
        ['paid', 0.4], // NEW
        ['expired', 0.5], // NEW
        ['paid', 2.5], // PENDING
        ['invalid', 3], // PENDING
        ['underpaid', 4], // PARTIAL_PAYMENT
        ['late', window + 30], // PENDING_LATE_CRYPTO_PAYMENT
        ['refunded', window + 60], // PROCESSING_REFUND
      ]
      return ages.map(([course, age]) => ({ age: age * minute, run: (at: number) => sell(name, course, at) }))
    }),
  }
}

function known(code: string): Currency {
  const currency = currencyOf(code)
  if (currency === undefined) throw new Error(`The catalogue has no ${code}.`)
  return currency
}
