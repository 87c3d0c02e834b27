// What of an outcome is written down: no secret and no destination. Whoever selects those of an answer that is given again has them read anew.
import type { BankWithdrawal } from '../upstream/bank-withdrawals.ts'
import type { CryptoWithdrawal } from '../upstream/crypto-withdrawals.ts'
import type { EWalletWithdrawal } from '../upstream/e-wallet-withdrawals.ts'
import type { Exchange } from '../upstream/exchanges.ts'
import type { GiftCardPurchase, GiftCardPurchaseWithCards } from '../upstream/gift-card-purchases.ts'
import type { Order } from '../upstream/orders.ts'
import type { VoucherWithdrawal } from '../upstream/voucher-withdrawals.ts'
import type { WithdrawalWithExchange } from '../upstream/withdrawals-with-exchange.ts'

/** A thing that was made or paid, or a refusal: as plain as JSON, but for times. */
export interface Result {
  readonly __typename: string
  readonly id?: string
}

/** The things that a money-moving mutation can end in. */
export type Moved =
  | Exchange
  | CryptoWithdrawal
  | BankWithdrawal
  | EWalletWithdrawal
  | VoucherWithdrawal
  | WithdrawalWithExchange
  | Order
  | GiftCardPurchase
  | GiftCardPurchaseWithCards

type AllKeys<T> = T extends unknown ? keyof T : never

/** Secrets, destinations, and texts in which there may be one. */
const WITHHELD: {
  readonly [N in Moved['__typename']]?: readonly AllKeys<Extract<Moved, { __typename: N }>>[]
} = {
  CryptoWithdrawal: ['failureReason', 'address', 'memo', 'transactionHash'],
  BankWithdrawal: ['failureReason', 'beneficiaryName', 'iban', 'accountNumber', 'bic', 'reference'],
  EWalletWithdrawal: ['failureReason', 'recipient'],
  VoucherWithdrawal: ['failureReason', 'secret'],
  WithdrawalWithExchange: ['failureReason'],
  Order: ['description', 'depositAddress', 'memo', 'payUrl'],
  GiftCardPurchase: ['cards'],
}

/** The part that is kept. */
export function keptOf(result: Result): Result {
  const withheld: readonly string[] = WITHHELD[result.__typename as Moved['__typename']] ?? []
  return Object.fromEntries(Object.entries(result).filter(([name]) => !withheld.includes(name))) as unknown as Result
}

/** The upstream's own row, e.g. "Exchange:E1"; null for a refusal. */
export function rowOf({ __typename, id }: Result): string | null {
  return id === undefined ? null : `${__typename}:${id}`
}

/** The rows of other histories that belong to it: what a withdrawal with exchange exchanges, and what it withdraws then. */
export function partsOf(result: Result): string[] {
  if (result.__typename !== 'WithdrawalWithExchange') return []
  const { exchangeId, withdrawalId, methodType } = result as unknown as WithdrawalWithExchange
  const kinds = methodType === null || methodType === 'UNRECOGNIZED' ? Object.values(METHODS) : [METHODS[methodType]]
  return [
    ...(exchangeId === null ? [] : [`Exchange:${exchangeId}`]),
    ...(withdrawalId === null ? [] : kinds.map((kind) => `${kind}:${withdrawalId}`)),
  ]
}

/** Whether some of them are not told yet: it was made a moment ago. */
export function hasUntoldParts(result: Result): boolean {
  if (result.__typename !== 'WithdrawalWithExchange') return false
  const { exchangeId, withdrawalId } = result as unknown as WithdrawalWithExchange
  return exchangeId === null || withdrawalId === null
}

const METHODS = { CRYPTO: 'CryptoWithdrawal', BANK: 'BankWithdrawal', E_WALLET: 'EWalletWithdrawal' } as const

/** JSON in which a time stays a time. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, function replace(this: Record<string, unknown>, name: string, plain: unknown) {
    const given = this[name]
    return given instanceof Date ? { [TIME]: given.getTime() } : plain
  })
}

export function fromJson(text: string): unknown {
  return JSON.parse(text, (_name, value: unknown) =>
    value !== null && typeof value === 'object' && TIME in value ? new Date(Number(value[TIME])) : value,
  )
}

const TIME = '$time'
