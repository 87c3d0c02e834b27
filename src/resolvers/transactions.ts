// The lines of an account, and what stands behind each.
import { readConnection } from './connections.ts'
import { plainFilter } from './filters.ts'
import { withdrawalOfSomeKind } from './withdrawals.ts'
import type { GatewayContext } from '../context.ts'
import type { CryptoDeposit } from '../upstream/crypto-deposits.ts'
import type { Deposit } from '../upstream/deposits.ts'
import type { Exchange } from '../upstream/exchanges.ts'
import type { GiftCardPurchase } from '../upstream/gift-card-purchases.ts'
import type { Order } from '../upstream/orders.ts'
import type { Transaction, TransactionFilter } from '../upstream/transactions.ts'
import type { Withdrawal } from '../upstream/withdrawals.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'

export type TransactionSource = Exchange | Deposit | CryptoDeposit | Withdrawal | Order | GiftCardPurchase

/** The transactions of an account; null where there is no such account. */
export function transactions(
  args: PageArguments & { readonly accountId: string; readonly filter?: Given<TransactionFilter> },
  context: GatewayContext,
): Promise<Connection<Transaction> | null> {
  const filter = plainFilter(args.filter)
  return readConnection(args, {
    name: ['transactions', args.accountId],
    read: (page, size) => context.upstream.transactions.list(args.accountId, filter, page, size, context.scope),
    idOf: ({ id }) => id,
    dateOf: ({ date }) => date,
    appendOnly: filter.status === undefined,
  })
}

/** What a transaction came from, as far as its type says where to look and its reference what for. */
export function transactionSource(
  { type, referenceId }: Transaction,
  context: GatewayContext,
): TransactionSource | null | Promise<TransactionSource | null> {
  if (referenceId === null) return null
  const { loaders } = context
  switch (type) {
    case 'EXCHANGE':
      return loaders.exchange.load(referenceId)
    case 'CRYPTO_WITHDRAWAL':
      return loaders.cryptoWithdrawal.load(referenceId)
    case 'WITHDRAWAL':
      return withdrawalOfSomeKind(referenceId, ['BANK', 'E_WALLET', 'WITH_EXCHANGE'], context)
    case 'VOUCHER':
      return loaders.voucherWithdrawal.load(referenceId)
    case 'DEPOSIT':
      return loaders.deposit.load(referenceId)
    case 'CRYPTO_DEPOSIT':
      return loaders.cryptoDeposit.load(referenceId)
    case 'GIFT_CARD':
      return loaders.giftCardPurchase.load(referenceId)
    case 'MERCHANT_ORDER':
      return loaders.order.load(referenceId)
    default:
      return null
  }
}
