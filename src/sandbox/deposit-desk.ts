// Fiat deposits: announced by the customer, then paid by bank or card as time goes, and credited once paid.
import type { Agenda } from './agenda.ts'
import { ibanOf } from './iban.ts'
import { createGuide, insertByAge, type Journey } from './journey.ts'
import type { Account, Ledger } from './ledger.ts'
import { type PaymentMethod, tariffOf } from './payment-method-catalogue.ts'
import type { Random } from './random.ts'
import { type Price, priceOf } from './tariff.ts'

export const depositStatuses = ['NEW', 'PENDING', 'PAID', 'FAILED', 'EXPIRED', 'CANCELLED'] as const
export type DepositEnding = 'PAID' | 'FAILED' | 'EXPIRED' | 'CANCELLED'
export type DepositJourney = Journey<DepositEnding>

export type Deposit = {
  readonly depositId: string
  readonly account: Account
  readonly method: PaymentMethod
  /** What the customer sends, what is kept of it, what is credited. */
  readonly price: Price
  readonly bankDetails: BankDetails | null
  readonly redirectUrl: string | null
  readonly description: string
  readonly createdAt: Date
  readonly journey: DepositJourney
  status: (typeof depositStatuses)[number]
  updatedAt: Date
}

type BankDetails = {
  readonly beneficiaryName: string
  readonly iban: string
  readonly bic: string
  readonly bankName: string
  readonly reference: string
}

type Order = {
  readonly account: Account
  readonly method: PaymentMethod
  readonly amount: bigint
  readonly journey?: DepositJourney
}

export type DepositDesk = {
  /** Oldest first. */
  readonly deposits: readonly Deposit[]
  announce(order: Order, at: number): Deposit
  /** One that is being credited at this moment, announced a little before. */
  credit(order: Order & { readonly id: string; readonly description: string }, at: number): Deposit
  /** Undefined where there is no such deposit, false where it cannot go there any more. */
  move(id: string, status: 'PENDING' | DepositEnding, at: number): boolean | undefined
}

type DeskDependencies = { readonly ledger: Ledger; readonly agenda: Agenda; readonly random: Random }

const usualJourney: DepositJourney = { sentAfter: 60_000, endsAfter: 180_000, ending: 'PAID' }
const words = { BANK_TRANSFER: 'Bank deposit', CARD: 'Card deposit' } as const

export function createDepositDesk({ ledger, agenda, random }: DeskDependencies): DepositDesk {
  const deposits: Deposit[] = []
  const iban = ibanOf('LT', `10101${random.integer(10 ** 9)}`.padEnd(16, '7'))
  const guide = createGuide<DepositEnding, Deposit>({
    agenda,
    early: ['EXPIRED', 'CANCELLED'],
    arrive(deposit, status, at) {
      if (status === 'PAID') settle(deposit, at)
    },
  })

  function settle({ account, price, description, depositId }: Deposit, at: number): void {
    const { currency } = account
    ledger.post({
      at,
      type: 'DEPOSIT',
      description,
      referenceId: depositId,
      postings: [
        { account, amount: price.receiveAmount },
        { house: 'fees', currency, amount: price.feeAmount },
        { house: 'bank', currency, amount: -price.withdrawAmount },
      ],
    })
  }

  function add(order: Order, at: number, depositId: string, price: Price, description: string): Deposit {
    const { account, method, journey = usualJourney } = order
    const createdAt = new Date(at)
    const isCard = method.type === 'CARD'
    const reference = `SC-${createdAt.toISOString().slice(2, 10).replaceAll('-', '')}-${random.integer(9000) + 1000}`
    const bankDetails = { ...beneficiary, iban, reference }
    const deposit: Deposit = {
      depositId,
      account,
      method,
      price,
      bankDetails: isCard ? null : bankDetails,
      redirectUrl: isCard ? `https://spectrocoin.com/en/payment/card/${depositId}` : null,
      description,
      createdAt,
      journey,
      status: 'NEW',
      updatedAt: createdAt,
    }
    insertByAge(deposits, deposit)
    return deposit
  }

  return {
    deposits,
    announce(order, at) {
      const { account, method, amount } = order
      const price = priceOf(tariffOf(method, account.currency), account.currency, amount, true)
      const isSepa = method.paymentMethodId.startsWith('sepa')
      const description = isSepa ? 'SEPA deposit' : words[method.type === 'CARD' ? 'CARD' : 'BANK_TRANSFER']
      const deposit = add(order, at, random.uuid(), price, description)
      guide.begin(deposit)
      return deposit
    },
    credit(order, at) {
      const { amount, id, description } = order
      const price = { withdrawAmount: amount, feeAmount: 0n, receiveAmount: amount }
      const deposit = add(order, at - usualJourney.endsAfter, id, price, description)
      guide.move(deposit, 'PAID', at)
      return deposit
    },
    move(wanted, status, at) {
      const deposit = deposits.find(({ depositId }) => depositId === wanted)
      return deposit && guide.move(deposit, status, at)
    },
  }
}

const beneficiary = { beneficiaryName: 'Example Beneficiary', bic: 'EXAMLT21', bankName: 'Example Bank' }
