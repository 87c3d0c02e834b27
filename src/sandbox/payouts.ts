// Withdrawals of one kind: the money leaves the account at once and arrives, or comes back, as time goes.
import type { Agenda } from './agenda.ts'
import { createGuide, type Journey } from './journey.ts'
import type { Account, House, Ledger, Transaction, TransactionType } from './ledger.ts'
import type { Random } from './random.ts'
import { checkBalance, type Price } from './tariff.ts'

export const withdrawalStatuses = ['NEW', 'PENDING', 'PAID', 'FAILED', 'CANCELLED'] as const
export type WithdrawalStatus = (typeof withdrawalStatuses)[number]
export type PayoutEnding = 'PAID' | 'FAILED' | 'CANCELLED'
export type PayoutJourney = Journey<PayoutEnding>

export type Payout<Details> = Price & {
  readonly id: string
  readonly account: Account
  readonly details: Details
  readonly createdAt: Date
  readonly journey: PayoutJourney
  /** What its transactions say. */
  readonly label: Label
  /** The client's own name for it. */
  readonly externalId: string | null
  status: WithdrawalStatus
  failureReason: string | null
  updatedAt: Date
}

type Label = { readonly type: TransactionType; readonly referenceId: string }

/** What a withdrawal may have beside what it is about. */
export type Way = {
  readonly journey?: PayoutJourney | undefined
  /** The withdrawal with exchange that this one is a part of: the account's transaction is about that one. */
  readonly partOf?: string | undefined
  readonly externalId?: string | undefined
}

export type PayoutOrder<Details> = Way & {
  readonly account: Account
  readonly price: Price
  readonly details: Details
  readonly description: string
  readonly id?: string
}

export type Payouts<Details> = {
  /** Oldest first. */
  readonly withdrawals: readonly Payout<Details>[]
  withdraw(order: PayoutOrder<Details>, at: number): Payout<Details>
  /** Undefined where there is no such withdrawal, false where it cannot go there any more. */
  move(id: string, status: 'PENDING' | PayoutEnding, at: number): boolean | undefined
}

type PayoutsDependencies<Details> = {
  readonly ledger: Ledger
  readonly agenda: Agenda
  readonly random: Random
  readonly type: TransactionType
  readonly house: House
  readonly rejection: string
  readonly sent?: (details: Details) => void
  readonly paid?: (details: Details, at: number) => void
}

const usualJourney: PayoutJourney = { sentAfter: 30_000, endsAfter: 90_000, ending: 'PAID' }

export function createPayouts<Details>(dependencies: PayoutsDependencies<Details>): Payouts<Details> {
  const { ledger, agenda, random, type, house, rejection, sent, paid } = dependencies
  const withdrawals: Payout<Details>[] = []
  const transactions = new Map<string, Transaction | undefined>()
  const guide = createGuide<PayoutEnding, Payout<Details>>({ agenda, early: ['CANCELLED'], arrive })

  function arrive(payout: Payout<Details>, status: 'PENDING' | PayoutEnding, at: number): void {
    if (status === 'PENDING') return sent?.(payout.details)
    const transaction = transactions.get(payout.id)
    if (transaction !== undefined) transaction.status = status === 'PAID' ? 'PROCESSED' : 'FAILED'
    if (status === 'PAID') return paid?.(payout.details, at)
    payout.failureReason = status === 'FAILED' ? rejection : 'Cancelled'
    refund(payout, at)
  }

  function refund({ account, label, withdrawAmount, receiveAmount, feeAmount }: Payout<Details>, at: number): void {
    ledger.post({
      at,
      ...label,
      description: `${account.currency.code} given back after a withdrawal that did not happen`,
      postings: [
        { account, amount: withdrawAmount },
        { house, currency: account.currency, amount: -receiveAmount },
        { house: 'fees', currency: account.currency, amount: -feeAmount },
      ],
    })
  }

  return {
    withdrawals,
    withdraw({ account, price, details, description, partOf, externalId, ...order }, at) {
      const { id = random.uuid(), journey = usualJourney } = order
      checkBalance(account, price.withdrawAmount)
      const createdAt = new Date(at)
      const payout: Payout<Details> = {
        id,
        account,
        ...price,
        details,
        createdAt,
        journey,
        label: partOf === undefined ? { type, referenceId: id } : { type: 'WITHDRAWAL', referenceId: partOf },
        externalId: externalId ?? null,
        status: 'NEW',
        failureReason: null,
        updatedAt: createdAt,
      }
      withdrawals.push(payout)
      const [transaction] = ledger.post({
        at,
        ...payout.label,
        description,
        status: 'PENDING',
        postings: [
          { account, amount: -price.withdrawAmount },
          { house, currency: account.currency, amount: price.receiveAmount },
          { house: 'fees', currency: account.currency, amount: price.feeAmount },
        ],
      })
      transactions.set(id, transaction)
      guide.begin(payout)
      return payout
    },
    move(wanted, status, at) {
      const payout = withdrawals.find(({ id }) => id === wanted)
      return payout && guide.move(payout, status, at)
    },
  }
}
