// Crypto withdrawals: the money leaves the account at once, the coins are sent and confirmed as time goes.
import { hashOn } from './addresses.ts'
import type { Agenda } from './agenda.ts'
import { type Currency, type Network, roughly } from './catalogue.ts'
import { failure } from './failure.ts'
import type { Account, Ledger, Transaction } from './ledger.ts'
import type { Random } from './random.ts'
import { formatUnits } from './units.ts'

export const withdrawalStatuses = ['NEW', 'PENDING', 'PAID', 'FAILED', 'CANCELLED'] as const
export type WithdrawalStatus = (typeof withdrawalStatuses)[number]

export type CryptoWithdrawal = {
  readonly id: string
  readonly account: Account
  readonly network: Network
  readonly withdrawAmount: bigint
  readonly feeAmount: bigint
  readonly receiveAmount: bigint
  readonly address: string
  readonly memo: string | null
  readonly createdAt: Date
  readonly journey: Journey
  status: WithdrawalStatus
  transactionHash: string | null
  failureReason: string | null
  updatedAt: Date
}

/** How long it stays NEW, when it ends, and how. */
export type Journey = {
  readonly sentAfter: number
  readonly endsAfter: number
  readonly ending: 'PAID' | 'FAILED' | 'CANCELLED'
}

export type Order = {
  readonly account: Account
  readonly network: Network
  readonly amount: bigint
  /** True: the fee is taken out of the amount; false: it comes on top. */
  readonly feeIncluded: boolean
  readonly address: string
  readonly memo: string | null
}

export type CryptoPayouts = {
  /** Oldest first. */
  readonly withdrawals: readonly CryptoWithdrawal[]
  withdraw(order: Order, at: number, journey?: Journey): CryptoWithdrawal
}

type PayoutsDependencies = { readonly ledger: Ledger; readonly agenda: Agenda; readonly random: Random }

const usualJourney: Journey = { sentAfter: 30_000, endsAfter: 90_000, ending: 'PAID' }

export function createCryptoPayouts({ ledger, agenda, random }: PayoutsDependencies): CryptoPayouts {
  const withdrawals: CryptoWithdrawal[] = []

  function begin(withdrawal: CryptoWithdrawal, transaction: Transaction | undefined): void {
    const { createdAt, journey, network } = withdrawal
    const move = (after: number, status: WithdrawalStatus, alongside: (at: number) => void): void => {
      agenda.at(createdAt.getTime() + after, (at) => {
        withdrawal.status = status
        withdrawal.updatedAt = new Date(at)
        alongside(at)
      })
    }
    if (journey.ending !== 'CANCELLED') {
      move(journey.sentAfter, 'PENDING', () => {
        withdrawal.transactionHash = hashOn(network.code, random)
      })
    }
    move(journey.endsAfter, journey.ending, (at) => {
      if (transaction !== undefined) transaction.status = journey.ending === 'PAID' ? 'PROCESSED' : 'FAILED'
      if (journey.ending === 'PAID') return
      withdrawal.failureReason = journey.ending === 'FAILED' ? 'Rejected by the network' : 'Cancelled'
      refund(ledger, withdrawal, at)
    })
  }

  return {
    withdrawals,
    withdraw({ account, network, amount, feeIncluded, address, memo }, at, journey = usualJourney) {
      checkLimits(account.currency, network, amount)
      const feeAmount = network.withdrawalFee
      const withdrawAmount = feeIncluded ? amount : amount + feeAmount
      const receiveAmount = withdrawAmount - feeAmount
      checkBalance(account, withdrawAmount)
      const createdAt = new Date(at)
      const withdrawal: CryptoWithdrawal = {
        id: random.uuid(),
        account,
        network,
        withdrawAmount,
        feeAmount,
        receiveAmount,
        address,
        memo,
        createdAt,
        journey,
        status: 'NEW',
        transactionHash: null,
        failureReason: null,
        updatedAt: createdAt,
      }
      withdrawals.push(withdrawal)
      const [transaction] = ledger.post({
        at,
        type: 'CRYPTO_WITHDRAWAL',
        description: `${account.currency.code} withdrawn over ${network.name}`,
        referenceId: withdrawal.id,
        status: 'PENDING',
        postings: [
          { account, amount: -withdrawAmount },
          { house: 'chain', currency: account.currency, amount: receiveAmount },
          { house: 'fees', currency: account.currency, amount: feeAmount },
        ],
      })
      begin(withdrawal, transaction)
      return withdrawal
    },
  }
}

export function maxWithdrawal(currency: Currency): bigint {
  return roughly(100_000, currency)
}

/** Grows while the withdrawal is under way, from none to what its network asks for. */
export function confirmationsOf({ status, network, createdAt, journey }: CryptoWithdrawal, now: number): number {
  if (status === 'PAID') return network.confirmations
  if (status !== 'PENDING') return 0
  const under = now - createdAt.getTime() - journey.sentAfter
  return Math.floor((under * network.confirmations) / (journey.endsAfter - journey.sentAfter))
}

function refund(
  ledger: Ledger,
  { id, account, withdrawAmount, receiveAmount, feeAmount }: CryptoWithdrawal,
  at: number,
) {
  ledger.post({
    at,
    type: 'CRYPTO_WITHDRAWAL',
    description: `${account.currency.code} given back after a withdrawal that did not happen`,
    referenceId: id,
    postings: [
      { account, amount: withdrawAmount },
      { house: 'chain', currency: account.currency, amount: -receiveAmount },
      { house: 'fees', currency: account.currency, amount: -feeAmount },
    ],
  })
}

function checkLimits(currency: Currency, { minWithdrawal }: Network, amount: bigint): void {
  const most = maxWithdrawal(currency)
  const limit = (units: bigint): string => formatUnits(units, currency.scale)
  if (amount < minWithdrawal) throw failure('AMT_2', { minAmount: limit(minWithdrawal), currencyCode: currency.code })
  if (amount > most) throw failure('AMT_3', { maxAmount: limit(most), currencyCode: currency.code })
}

function checkBalance({ balance, held, currency }: Account, wanted: bigint): void {
  const available = formatUnits(balance - held, currency.scale)
  if (balance - held < wanted) throw failure('ACC_1', { availableBalance: available, currencyCode: currency.code })
}
