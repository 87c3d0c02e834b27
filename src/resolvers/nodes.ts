// Anything that has a global id, by that id.
import { badInput, GatewayError } from '../errors.ts'
import { parseGlobalId, parseTransactionId } from './ids.ts'
import { checkedKey } from './money.ts'
import type { GatewayContext } from '../context.ts'
import type { MoneyOperation } from '../money/operation.ts'
import type { Account } from '../upstream/accounts.ts'
import type { CryptoDeposit } from '../upstream/crypto-deposits.ts'
import type { Currency } from '../upstream/currencies.ts'
import type { Deposit } from '../upstream/deposits.ts'
import type { ExchangePair } from '../upstream/exchange-pairs.ts'
import type { Exchange } from '../upstream/exchanges.ts'
import type { GiftCardPurchase } from '../upstream/gift-card-purchases.ts'
import type { GiftCard } from '../upstream/gift-cards.ts'
import type { MerchantCallback } from '../upstream/merchant-callbacks.ts'
import type { MerchantTransaction } from '../upstream/merchant-transactions.ts'
import type { Order } from '../upstream/orders.ts'
import type { Preorder } from '../upstream/preorders.ts'
import type { Project } from '../upstream/projects.ts'
import type { Transaction } from '../upstream/transactions.ts'
import type { Withdrawal } from '../upstream/withdrawals.ts'

export type Node =
  | Account
  | Transaction
  | Currency
  | ExchangePair
  | Exchange
  | Withdrawal
  | Deposit
  | CryptoDeposit
  | GiftCard
  | GiftCardPurchase
  | Project
  | Preorder
  | Order
  | MerchantTransaction
  | MerchantCallback
  | MoneyOperation

export const MOST_NODES = 100

type Find = (id: string, context: GatewayContext, argument: string) => Node | null | Promise<Node | null>

/** Each type that is a Node, with the way to it. */
const FINDERS: { readonly [T in Node['__typename']]: Find } = {
  Account: (id, { loaders }) => loaders.account.load(id),
  Transaction: (id, { loaders }, argument) => loaders.transaction.load(parseTransactionId(id, argument)),
  Currency: (id, { loaders }) => loaders.currency.load(id),
  ExchangePair: async (id, { loaders }) => (await loaders.exchangePairs()).find((pair) => pair.id === id) ?? null,
  Exchange: (id, { loaders }) => loaders.exchange.load(id),
  CryptoWithdrawal: (id, { loaders }) => loaders.cryptoWithdrawal.load(id),
  BankWithdrawal: (id, { loaders }) => loaders.bankWithdrawal.load(id),
  EWalletWithdrawal: (id, { loaders }) => loaders.eWalletWithdrawal.load(id),
  VoucherWithdrawal: (id, { loaders }) => loaders.voucherWithdrawal.load(id),
  WithdrawalWithExchange: (id, { loaders }) => loaders.withdrawalWithExchange.load(id),
  Deposit: (id, { loaders }) => loaders.deposit.load(id),
  CryptoDeposit: (id, { loaders }) => loaders.cryptoDeposit.load(id),
  GiftCard: (id, { loaders }) => loaders.giftCard.load(id),
  GiftCardPurchase: (id, { loaders }) => loaders.giftCardPurchase.load(id),
  Project: (id, { loaders }) => loaders.project.load(id),
  Preorder: (id, { loaders }) => loaders.preorder.load(id),
  Order: (id, { loaders }) => loaders.order.load(id),
  MerchantTransaction: (id, { loaders }) => loaders.merchantTransaction.load(id),
  MerchantCallback: (id, { loaders }) => loaders.merchantCallback.load(id),
  MoneyOperation: (id, { money, caller }, argument) => money.find(caller, checkedKey(id, argument)),
}

export function node(args: { id: string }, context: GatewayContext): Node | null | Promise<Node | null> {
  return find(args.id, context, 'id')
}

/** In the order of the ids. One that is malformed, or cannot be read, is null with an error of its own. */
export function nodes(
  args: { ids: readonly string[] },
  context: GatewayContext,
): readonly (Node | null | Promise<Node | null>)[] {
  if (args.ids.length > MOST_NODES) throw badInput('ids', `ids must name at most ${MOST_NODES} things.`)
  return args.ids.map(async (id, index) => find(id, context, `ids.${index}`))
}

function find(globalId: string, context: GatewayContext, argument: string): Node | null | Promise<Node | null> {
  const { type, id } = parseGlobalId(globalId, argument)
  if (!Object.hasOwn(FINDERS, type)) throw badInput(argument, `${argument} is not an id that this graph gives.`)
  return FINDERS[type as Node['__typename']](id, context, argument)
}

/**
 * A field that an outcome which is given again does not hold: then the thing is read again, for it alone. Throws NOT_FOUND where that is there no
 * more.
 */
export function withheld<T extends Node, K extends keyof T>(
  of: T & { readonly id: string },
  field: K,
  context: GatewayContext,
): T[K] | Promise<T[K]> {
  return field in of ? of[field] : readAgain(of, field, context)
}

async function readAgain<T extends Node, K extends keyof T>(
  { __typename, id }: T & { readonly id: string },
  field: K,
  context: GatewayContext,
): Promise<T[K]> {
  const read = (await FINDERS[__typename](id, context, 'id')) as T | null
  if (read) return read[field]
  throw new GatewayError('NOT_FOUND', `There is no such ${__typename} any more.`)
}
