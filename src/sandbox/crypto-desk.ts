// Coins that come in: the addresses they may be sent to, and deposits that wait for their confirmations.
import { addressOn, hashOn } from './addresses.ts'
import type { Agenda } from './agenda.ts'
import type { Network } from './catalogue.ts'
import { insertByAge } from './journey.ts'
import type { Account, Ledger } from './ledger.ts'
import type { Random } from './random.ts'

export const cryptoDepositStatuses = ['PENDING', 'PAID', 'FAILED'] as const
export type CryptoDepositEnding = 'PAID' | 'FAILED'

export type DepositAddress = {
  readonly addressId: string
  readonly account: Account
  readonly network: Network
  readonly address: string
  readonly memo: string | null
  readonly createdAt: Date
}

export type CryptoDeposit = {
  readonly depositId: string
  readonly to: DepositAddress
  readonly amount: bigint
  readonly transactionHash: string
  readonly createdAt: Date
  /** How long it takes to be confirmed. */
  readonly endsAfter: number
  status: (typeof cryptoDepositStatuses)[number]
  updatedAt: Date
}

type Arrival = {
  readonly account: Account
  readonly network: Network
  readonly amount: bigint
  readonly endsAfter?: number
  readonly ending?: CryptoDepositEnding
}

export type CryptoDesk = {
  /** Oldest first, as the deposits. */
  readonly addresses: readonly DepositAddress[]
  readonly deposits: readonly CryptoDeposit[]
  addAddress(account: Account, network: Network, at: number): DepositAddress
  /** Coins are seen on the network. */
  arrive(arrival: Arrival, at: number): CryptoDeposit
  /** A deposit that has its last confirmation at this moment. */
  credit(arrival: Arrival & { readonly id: string }, at: number): CryptoDeposit
  /** Undefined where there is no such deposit, false where it has ended. */
  move(id: string, status: CryptoDepositEnding, at: number): boolean | undefined
}

type DeskDependencies = { readonly ledger: Ledger; readonly agenda: Agenda; readonly random: Random }

const usualTime = 60_000

export function createCryptoDesk({ ledger, agenda, random }: DeskDependencies): CryptoDesk {
  const addresses: DepositAddress[] = []
  const deposits: CryptoDeposit[] = []

  function end(deposit: CryptoDeposit, status: CryptoDepositEnding, at: number): boolean {
    if (deposit.status !== 'PENDING') return false
    deposit.status = status
    deposit.updatedAt = new Date(at)
    const { account } = deposit.to
    if (status === 'FAILED') return true
    ledger.post({
      at,
      type: 'CRYPTO_DEPOSIT',
      description: 'Crypto deposit',
      referenceId: deposit.depositId,
      postings: [
        { account, amount: deposit.amount },
        { house: 'chain', currency: account.currency, amount: -deposit.amount },
      ],
    })
    return true
  }

  function add({ account, network, amount, endsAfter = usualTime }: Arrival, at: number, id: string): CryptoDeposit {
    const known = addresses.filter((one) => one.account === account && one.network === network)
    const createdAt = new Date(at)
    const deposit: CryptoDeposit = {
      depositId: id,
      to: known.at(-1) ?? desk.addAddress(account, network, at),
      amount,
      transactionHash: hashOn(network.code, random),
      createdAt,
      endsAfter,
      status: 'PENDING',
      updatedAt: createdAt,
    }
    insertByAge(deposits, deposit)
    return deposit
  }

  const desk: CryptoDesk = {
    addresses,
    deposits,
    addAddress(account, network, at) {
      const memo = network.memoRequired ? String(100_000 + random.integer(900_000)) : null
      const place = { account, network, address: addressOn(network.code, random), memo }
      const address = { addressId: random.uuid(), ...place, createdAt: new Date(at) }
      addresses.push(address)
      return address
    },
    arrive(arrival, at) {
      const deposit = add(arrival, at, random.uuid())
      agenda.at(at + deposit.endsAfter, (then) => void end(deposit, arrival.ending ?? 'PAID', then))
      return deposit
    },
    credit(arrival, at) {
      const deposit = add(arrival, at - (arrival.endsAfter ?? usualTime), arrival.id)
      end(deposit, 'PAID', at)
      return deposit
    },
    move(wanted, status, at) {
      const deposit = deposits.find(({ depositId }) => depositId === wanted)
      return deposit && end(deposit, status, at)
    },
  }
  return desk
}

export function confirmationsOf({ to, status, createdAt, endsAfter }: CryptoDeposit, now: number): number {
  const { confirmations } = to.network
  if (status === 'PAID') return confirmations
  if (status === 'FAILED') return 0
  const reached = Math.floor(((now - createdAt.getTime()) * confirmations) / endsAfter)
  return Math.min(Math.max(reached, 0), confirmations - 1)
}
