// The seeded merchant: two shops with orders in each status, one in test mode, and one that is closed.
import { currencies, type Currency, currencyOf, roughly } from './catalogue.ts'
import { someAmount } from './happenings.ts'
import type { Sale } from './merchant-book.ts'
import { isAccepted, nobody, type Preorder } from './merchant-records.ts'
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

// One link that several orders come of. None of these courses but the first brings money, so that its fixed price moves no
// balance of the history.
const regulars: readonly SaleOf[] = ['paid', 'expired', 'cancelled', 'underpaid']

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
    verifiedPayersOnly: false,
    paymentWindowMinutes: 15,
  } as const
  const eth = { autoConvert: false, receiveCurrency: known('ETH'), acceptedCurrencyCodes: null }
  const settings = [
    ['FORM', { ...usual, name: 'Old Harbour Books', description: 'Closed', enabled: false }],
    [
      'JSON',
      { ...usual, name: 'Staging', description: 'Test orders', receiveCurrency: known('GBP'), testStatus: 'PAID' },
    ],
    [
      'FORM',
      { ...usual, ...eth, name: 'North Pier Coffee', description: 'Beans and cups', paymentWindowMinutes: 1440 },
    ],
    ['JSON', usual],
  ] as const
  const [, staging, coffee, books] = settings.map(([callbackFormat, project], index) => {
    return merchantBook.addProject(project, callbackFormat, startedAt - (400 - 50 * index) * 1440 * minute)
  })
  const projects = { staging, coffee, books }
  const coming = [...regulars]
  let link: Preorder | undefined

  function sell(name: Shop, course: SaleOf, at: number): void {
    const project = projects[name]
    if (project === undefined) return
    const { receiveCurrency } = project.settings
    const receiveAmount = someAmount(receiveCurrency, 5, 250, random)
    const payCurrency = random.pick(currencies.filter((currency) => isAccepted(project, currency)))
    const terms = { ...usualTerms, project, description: random.pick(goods), receiveAmount, receiveCurrency }
    if (name !== 'books' || course !== coming[0]) {
      merchantBook.sell({ terms, payCurrency, course }, at)
      return
    }
    coming.shift()
    const sale = { terms: { ...terms, isMultiple: true }, payCurrency, course, orderId: '7055' }
    link = merchantBook.sell(link === undefined ? sale : { ...sale, preorder: link }, at).preorder
  }

  /** A link that nobody has opened yet. */
  function offer(name: Shop, orderId: string, euros: number, isMultiple: boolean): (at: number) => void {
    return (at) => {
      const project = projects[name]
      if (project === undefined) return
      const { receiveCurrency } = project.settings
      const receiveAmount = roughly(euros, receiveCurrency)
      const terms = { ...usualTerms, project, orderId, isMultiple, receiveAmount, receiveCurrency }
      merchantBook.addPreorder({ ...terms, description: 'Gift voucher' }, at)
    }
  }

  return {
    sell,
    underWay: [
      { age: 3 * 1440 * minute, run: offer('coffee', '8001', 20, true) },
      { age: 2 * 1440 * minute, run: offer('books', '8002', 50, true) },
      { age: 60 * minute, run: offer('books', '8003', 40, false) },
      { age: 30 * 1440 * minute, run: offer('books', '8004', 30, false) },
      ...(['coffee', 'books'] as const).flatMap((name) => {
        const window = projects[name]?.settings.paymentWindowMinutes ?? 15
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
    ],
  }
}

const usualTerms = {
  isMultiple: false,
  payAmount: null,
  payCurrency: null,
  payNetwork: null,
  callbackUrl: 'https://shop.example.com/spectrocoin/callback',
  successUrl: 'https://shop.example.com/thanks',
  failureUrl: 'https://shop.example.com/sorry',
  payer: nobody,
}

function known(code: string): Currency {
  const currency = currencyOf(code)
  if (currency === undefined) throw new Error(`The catalogue has no ${code}.`)
  return currency
}
