// What is written down of a merchant (merchant 2, 3, 5): projects, preorders, orders.
import type { Currency, Network } from './catalogue.ts'
import type { OrderStatus } from './order-courses.ts'

export type ProjectSettings = {
  readonly name: string
  readonly description: string
  readonly autoConvert: boolean
  readonly receiveCurrency: Currency
  /** Null: all. */
  readonly acceptedCurrencyCodes: readonly string[] | null
  readonly enabled: boolean
  readonly testStatus: 'PAID' | 'EXPIRED' | null
  readonly feePaidByClient: boolean
  readonly verifiedPayersOnly: boolean
  readonly paymentWindowMinutes: 15 | 1440
}

export type Project = {
  readonly id: string
  /** What the older callbacks call it. */
  readonly apiId: number
  readonly callbackFormat: 'JSON' | 'FORM'
  readonly createdAt: Date
  settings: ProjectSettings
  updatedAt: Date
}

export type Payer = {
  readonly payerEmail: string | null
  readonly payerName: string | null
  readonly payerSurname: string | null
  readonly payerDateOfBirth: string | null
}

/** What a merchant asks for, in a preorder or an order. */
export type Terms = {
  readonly project: Project
  readonly orderId: string
  readonly description: string
  readonly isMultiple: boolean
  readonly receiveAmount: bigint
  readonly receiveCurrency: Currency
  /** Set where the payer's side was asked for. */
  readonly payAmount: bigint | null
  readonly payCurrency: Currency | null
  readonly payNetwork: Network | null
  readonly callbackUrl: string | null
  readonly successUrl: string | null
  readonly failureUrl: string | null
  readonly payer: Payer
}

export type Preorder = Terms & {
  readonly id: string
  readonly createdAt: Date
  readonly validUntil: Date | null
  orderCount: number
}

export type MerchantOrder = {
  readonly id: string
  /** What the older callbacks call it. */
  readonly requestId: number
  readonly orderId: string
  readonly preorder: Preorder
  readonly depositAddress: string
  readonly memo: string | null
  readonly payerEmail: string | null
  readonly validUntil: Date
  readonly createdAt: Date
  status: OrderStatus
  payCurrency: Currency
  /** None where it was paid from an account. */
  payNetwork: Network | null
  payAmount: bigint
  receiveAmount: bigint
  receivedAmount: bigint
  updatedAt: Date
  paidAt: Date | null
}

export type Coin = { readonly currency: Currency; readonly network: Network }

export const nobody: Payer = { payerEmail: null, payerName: null, payerSurname: null, payerDateOfBirth: null }

export function isAccepted({ settings }: Project, { code, enabled, networks }: Currency): boolean {
  const { acceptedCurrencyCodes: accepted } = settings
  return enabled && networks.length > 0 && (accepted === null || accepted.includes(code))
}
