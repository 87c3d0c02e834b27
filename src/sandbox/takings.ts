// What a merchant takes in, order by order: the transactions of its projects (merchant 8).
import { hashOn } from './addresses.ts'
import type { Currency } from './catalogue.ts'
import type { MerchantOrder } from './merchant-records.ts'
import type { Random } from './random.ts'

export type TakingType = 'DEPOSIT' | 'CONVERSION' | 'FEE' | 'SETTLEMENT' | 'REFUND'

export type Taking = {
  readonly id: string
  readonly order: MerchantOrder
  readonly type: TakingType
  /** Never below zero: the type says which way it went. */
  readonly amount: bigint
  readonly currency: Currency
  /** In the same currency. */
  readonly fee: bigint | null
  readonly networkCode: string | null
  readonly transactionHash: string | null
  readonly createdAt: Date
  status: 'PENDING' | 'COMPLETED' | 'FAILED'
}

export type Takings = {
  /** Oldest first. */
  readonly list: readonly Taking[]
  /** The money of a paid order: in, its fee off, converted where the project wants it so, and out to the account. */
  paid(order: MerchantOrder, at: number): void
  refund(order: MerchantOrder, status: Taking['status'], at: number): void
}

export function createTakings(random: Random): Takings {
  const list: Taking[] = []

  function write(
    order: MerchantOrder,
    at: number,
    row: Partial<Taking> & Pick<Taking, 'type' | 'amount' | 'currency'>,
  ): void {
    const usual = { fee: null, networkCode: null, transactionHash: null, status: 'COMPLETED' as const }
    list.push({ id: random.uuid(), order, createdAt: new Date(at), ...usual, ...row })
  }

  function onChain(order: MerchantOrder): Pick<Taking, 'networkCode' | 'transactionHash'> {
    const { payNetwork: network } = order
    return { networkCode: network?.code ?? null, transactionHash: network && hashOn(network.code, random) }
  }

  return {
    list,
    paid(order, at) {
      const { receivedAmount: amount, payCurrency, receiveAmount, preorder } = order
      const { receiveCurrency, project } = preorder
      const fee = amount / 100n
      write(order, at, { type: 'DEPOSIT', amount, currency: payCurrency, fee, ...onChain(order) })
      write(order, at, { type: 'FEE', amount: fee, currency: payCurrency })
      if (project.settings.autoConvert && payCurrency !== receiveCurrency) {
        write(order, at, { type: 'CONVERSION', amount: receiveAmount, currency: receiveCurrency })
      }
      write(order, at, { type: 'SETTLEMENT', amount: receiveAmount, currency: receiveCurrency })
    },
    refund(order, status, at) {
      const begun = list.find((row) => row.order === order && row.type === 'REFUND' && row.status === 'PENDING')
      if (begun !== undefined) {
        begun.status = status
        return
      }
      const { receivedAmount: amount, payCurrency: currency } = order
      const hasCome = list.some((row) => row.order === order && row.type === 'DEPOSIT')
      if (!hasCome) write(order, at, { type: 'DEPOSIT', amount, currency, ...onChain(order) })
      write(order, at, { type: 'REFUND', amount, currency, status, ...onChain(order) })
    },
  }
}
