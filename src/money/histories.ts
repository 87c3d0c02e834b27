// Where each money-moving mutation leaves its trace upstream, and what a row there tells.
import { rowOf } from './answers.ts'
import { readHistory } from './whole-history.ts'
import type { CallScope } from '../upstream/caller.ts'
import type { Exchange } from '../upstream/exchanges.ts'
import type { GiftCardPurchase } from '../upstream/gift-card-purchases.ts'
import type { Order } from '../upstream/orders.ts'
import type { Page, Period } from '../upstream/pages.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { CommonWithdrawal, Withdrawal } from '../upstream/withdrawals.ts'
import type { Result } from './answers.ts'
import type { Trace } from './judge.ts'

/** What of the upstream they read. */
export type History = Pick<
  Upstream,
  | 'exchanges'
  | 'cryptoWithdrawals'
  | 'bankWithdrawals'
  | 'eWalletWithdrawals'
  | 'voucherWithdrawals'
  | 'withdrawalsWithExchange'
  | 'orders'
  | 'giftCardPurchases'
  | 'accounts'
  | 'clockAheadMs'
>

export interface Look {
  readonly traces: readonly Trace[]
  /** Whether it is known that there are no others. */
  readonly complete: boolean
}

export interface LookFor {
  /** Rows that are older, or younger, need not be in it. */
  readonly since: Date
  readonly until?: Date | undefined
  /** The one thing that is paid. */
  readonly object: string | undefined
  readonly scope: CallScope
}

type Looking = (history: History, what: LookFor) => Promise<Look>

export const HISTORIES = {
  createExchange: inList(({ exchanges }, ...ask) => exchanges.list(...ask), traceOfExchange),
  createCryptoWithdrawal: inList(
    ({ cryptoWithdrawals }, ...ask) => cryptoWithdrawals.list(...ask),
    (row) => traceOfWithdrawal(row, { address: row.address, memo: row.memo }),
  ),
  createBankWithdrawal: inList(
    ({ bankWithdrawals }, ...ask) => bankWithdrawals.list(...ask),
    (row) => traceOfWithdrawal(row, { iban: row.iban, accountNumber: row.accountNumber }),
  ),
  createEWalletWithdrawal: inList(
    ({ eWalletWithdrawals }, ...ask) => eWalletWithdrawals.list(...ask),
    (row) => traceOfWithdrawal(row, { recipient: row.recipient }, { provider: row.provider }),
  ),
  createVoucherWithdrawal: inList(
    ({ voucherWithdrawals }, ...ask) => voucherWithdrawals.list(...ask),
    (row) => traceOfWithdrawal(row, {}, { provider: row.provider }),
  ),
  createWithdrawalWithExchange: inList(
    ({ withdrawalsWithExchange }, ...ask) => withdrawalsWithExchange.list(...ask),
    (row) => {
      const { payAmount, payCode, receiveAmount, receiveCode, withdrawAmount, methodType, accountId } = row
      return {
        ...traceOfWithdrawal(row, {}),
        amounts: { payAmount, receiveAmount, withdrawAmount },
        // Which account it is that a row names, the one that pays or the one that the exchange fills, nothing says.
        facts: { payCode, receiveCode, methodType: plainWord(methodType), payAccountId: null, accountId },
      }
    },
  ),
  payOrder: inObject(({ orders }, id, scope) => orders.read(id, scope), traceOfOrder),
  payGiftCardPurchase: inObject(
    ({ giftCardPurchases }, id, scope) => giftCardPurchases.read(id, scope),
    traceOfPurchase,
  ),
} as const satisfies Record<string, Looking>

/** The mutations that move money. */
export type MoneyMutation = keyof typeof HISTORIES

export function isMoneyMutation(name: string): name is MoneyMutation {
  return Object.hasOwn(HISTORIES, name)
}

type List<T> = (history: History, filter: Period, page: number, size: number, scope: CallScope) => Promise<Page<T>>

function inList<T extends { readonly id: string; readonly createdAt: Date | null }>(
  list: List<T>,
  trace: (row: T) => Trace,
): Looking {
  return async (history, { since, until, scope }) => {
    const { rows, complete } = await readHistory({ since, until }, (filter, page, size) =>
      list(history, filter, page, size, scope),
    )
    return { traces: rows.map(trace), complete }
  }
}

/** The very object that was to be paid: whether it is, it says itself. */
function inObject<T>(
  read: (history: History, id: string, scope: CallScope) => Promise<T | null>,
  trace: (row: T) => Trace | null,
): Looking {
  return async (history, { object, scope }) => {
    if (object === undefined) throw new TypeError('a payment without what is paid')
    const row = await read(history, object, scope)
    const found = row && trace(row)
    // It was there to be paid: who does not find it may not see it.
    return { traces: found ? [found] : [], complete: row !== null }
  }
}

function traceOf(result: Result): Pick<Trace, 'row' | 'result' | 'externalId' | 'destination'> {
  return { row: rowOf(result) ?? '', result, externalId: null, destination: {} }
}

function traceOfExchange(row: Exchange): Trace {
  const { payAmount, payCode, receiveCode, payAccountId, receiveAccountId, createdAt } = row
  return {
    ...traceOf(row),
    at: createdAt,
    amounts: { payAmount },
    facts: { payCode, receiveCode, payAccountId, receiveAccountId },
  }
}

function traceOfWithdrawal(
  row: Withdrawal & CommonWithdrawal,
  destination: Trace['destination'],
  facts: Trace['facts'] = {},
): Trace {
  const { externalId, createdAt, withdrawAmount, receiveAmount, currencyCode, accountId } = row
  return {
    ...traceOf(row),
    externalId,
    at: createdAt,
    amounts: { withdrawAmount, receiveAmount },
    facts: { currencyCode, accountId, ...facts },
    destination,
  }
}

const PAID: ReadonlySet<Order['status']> = new Set(['PAID', 'TEST_PAID'])
/** As before a payment, and as after one that cannot have been. */
const UNPAID: ReadonlySet<Order['status']> = new Set(['NEW', 'TEST', 'EXPIRED', 'CANCELLED', 'TEST_EXPIRED'])

/** One that somebody else pays looks alike while the payment is on its way, or is too little. */
function traceOfOrder(order: Order): Trace | null {
  if (UNPAID.has(order.status)) return null
  return {
    ...traceOf(order),
    at: order.paidAt ?? undefined,
    amounts: {},
    facts: {},
    doubtful: !PAID.has(order.status),
  }
}

function traceOfPurchase(purchase: GiftCardPurchase): Trace | null {
  if (purchase.status === 'NEW' || purchase.status === 'EXPIRED') return null
  const isTaken = purchase.status === 'PAID' || purchase.status === 'PENDING'
  return { ...traceOf(purchase), at: undefined, amounts: {}, facts: {}, doubtful: !isTaken }
}

function plainWord(word: string | null): string | null {
  return word === 'UNRECOGNIZED' ? null : word
}
