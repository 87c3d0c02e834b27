// Crypto withdrawals: coins are sent over a network and confirmed there.
import { hashOn } from './addresses.ts'
import type { Agenda } from './agenda.ts'
import { type Currency, type Network, roughly } from './catalogue.ts'
import type { Account, Ledger } from './ledger.ts'
import { createPayouts, type Payout, type PayoutJourney, type Payouts, type Way } from './payouts.ts'
import type { Random } from './random.ts'
import { type Price, priceOf, type Tariff } from './tariff.ts'

export type CryptoTarget = { readonly network: Network; readonly address: string; readonly memo: string | null }

type CryptoDetails = CryptoTarget & { transactionHash: string | null }

export type CryptoWithdrawal = Payout<CryptoDetails>

export type Order = CryptoTarget & {
  readonly account: Account
  readonly amount: bigint
  /** True: the fee is taken out of the amount; false: it comes on top. */
  readonly feeIncluded: boolean
}

export type CryptoPayouts = Pick<Payouts<CryptoDetails>, 'withdrawals' | 'move'> & {
  withdraw(order: Order, at: number, journey?: PayoutJourney): CryptoWithdrawal
  send(account: Account, price: Price, target: CryptoTarget, at: number, way?: Way): CryptoWithdrawal
}

type PayoutsDependencies = { readonly ledger: Ledger; readonly agenda: Agenda; readonly random: Random }

export function createCryptoPayouts({ ledger, agenda, random }: PayoutsDependencies): CryptoPayouts {
  const payouts = createPayouts<CryptoDetails>({
    ledger,
    agenda,
    random,
    type: 'CRYPTO_WITHDRAWAL',
    house: 'chain',
    rejection: 'Rejected by the network',
    sent(details) {
      details.transactionHash = hashOn(details.network.code, random)
    },
  })

  const book: CryptoPayouts = {
    withdrawals: payouts.withdrawals,
    move: payouts.move,
    withdraw({ account, amount, feeIncluded, ...target }, at, journey) {
      const price = priceOf(cryptoTariff(account.currency, target.network), account.currency, amount, feeIncluded)
      return book.send(account, price, target, at, { journey })
    },
    send(account, price, target, at, way) {
      const description = `${account.currency.code} withdrawn over ${target.network.name}`
      return payouts.withdraw(
        { account, price, description, details: { ...target, transactionHash: null }, ...way },
        at,
      )
    },
  }
  return book
}

export function cryptoTariff(currency: Currency, { minWithdrawal, withdrawalFee }: Network): Tariff {
  return {
    min: minWithdrawal,
    max: roughly(100_000, currency),
    fee: () => withdrawalFee,
    gross: (net) => net + withdrawalFee,
  }
}

/** Grows while the withdrawal is under way, from none to what its network asks for. */
export function confirmationsOf({ status, details, createdAt, journey }: CryptoWithdrawal, now: number): number {
  const { confirmations } = details.network
  if (status === 'PAID') return confirmations
  if (status !== 'PENDING') return 0
  const under = now - createdAt.getTime() - journey.sentAfter
  const reached = Math.floor((under * confirmations) / (journey.endsAfter - journey.sentAfter))
  return Math.min(Math.max(reached, 0), confirmations)
}
