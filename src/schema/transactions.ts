// The lines of an account, and what stands behind each.
import { GatewayError } from '../errors.ts'
import { whenHere } from '../resolvers/at-hand.ts'
import { transactionId } from '../resolvers/ids.ts'
import { transactionSource } from '../resolvers/transactions.ts'
import { builder } from './builder.ts'
import { connectionOf } from './connections.ts'
import { needs } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import {
  Account,
  BankWithdrawal,
  CryptoDeposit,
  CryptoWithdrawal,
  Currency,
  Deposit,
  EWalletWithdrawal,
  Exchange,
  GiftCardPurchase,
  Order,
  Transaction,
  VoucherWithdrawal,
  WithdrawalWithExchange,
} from './objects.ts'
import { ANY_ACCOUNT, CURRENCIES } from './shared-calls.ts'
import { WITHDRAWAL_SCOPES } from './withdrawals.ts'
import type { GatewayContext } from '../context.ts'
import type { Eventual } from '../resolvers/at-hand.ts'
import type { Transaction as TransactionShape } from '../upstream/transactions.ts'

const TransactionType = builder.enumType('TransactionType', {
  description: 'What sort of event a transaction belongs to.',
  values: {
    EXCHANGE: { description: 'One side of an exchange.' },
    DEPOSIT: { description: 'Fiat that came in.' },
    CRYPTO_DEPOSIT: { description: 'Crypto that came in.' },
    WITHDRAWAL: { description: 'A withdrawal of a kind that is not said.' },
    CRYPTO_WITHDRAWAL: { description: 'Crypto that went to an address outside.' },
    MERCHANT_ORDER: { description: 'The payment of a merchant order, made or taken.' },
    GIFT_CARD: { description: 'A gift card bought.' },
    VOUCHER: { description: 'A voucher bought.' },
    FEE: { description: 'A fee.' },
    OTHER: { description: 'Something else.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet. Not for inputs.' },
  } as const,
})

const TransactionStatus = builder.enumType('TransactionStatus', {
  description: 'How far a transaction has come.',
  values: {
    PENDING: { description: 'Not settled yet.' },
    PROCESSED: { description: 'Settled.' },
    FAILED: { description: 'Did not happen.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet; `statusText` has it. Not for inputs.' },
  } as const,
})

export const TransactionFilter = builder.inputType('TransactionFilter', {
  description: 'Which transactions to list.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before this instant.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    status: t.field({ type: TransactionStatus, description: 'Only those in this status.' }),
    type: t.field({ type: TransactionType, description: 'Only those of this type.' }),
  }),
})

const TransactionSource = builder.unionType('TransactionSource', {
  description: 'What a transaction came from. `statusText` is on all of them.',
  types: () => [
    Exchange,
    Deposit,
    CryptoDeposit,
    CryptoWithdrawal,
    BankWithdrawal,
    EWalletWithdrawal,
    VoucherWithdrawal,
    WithdrawalWithExchange,
    Order,
    GiftCardPurchase,
  ],
  resolveType: ({ __typename }) => __typename,
})

/** A line takes its account's currency where the upstream does not repeat it. */
function currencyCodeOf({ accountId, currencyCode }: TransactionShape, { loaders }: GatewayContext): Eventual<string> {
  if (currencyCode !== null) return currencyCode
  return whenHere(loaders.account.load(accountId), (account) => {
    if (account) return account.currencyCode
    throw new GatewayError('UPSTREAM_INVALID', 'SpectroCoin does not say which currency this is in.')
  })
}

Transaction.implement({
  description: 'One line of an account.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "Transaction:7f0c5b52/SC000004848": the account and the number, each percent-encoded.',
      resolve: ({ accountId, id }) => globalId('Transaction', transactionId({ accountId, transactionId: id })),
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: 'The account that it is a line of.',
      extensions: needs('account:read', ANY_ACCOUNT),
      resolve: ({ accountId }, _args, { loaders }) => loaders.account.load(accountId),
    }),
    type: t.expose('type', {
      type: TransactionType,
      nullable: false,
      description: 'What sort of event it belongs to.',
    }),
    status: t.expose('status', { type: TransactionStatus, nullable: false, description: 'How far it has come.' }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    amount: t.expose('amount', {
      type: 'Decimal',
      nullable: false,
      description: "In the account's currency; below zero: out of the account.",
    }),
    currency: t.field({
      type: Currency,
      nullable: true,
      description: 'The currency of the amount. Public, and one call, where SpectroCoin says on the line which it is.',
      extensions: needs('account:read', ANY_ACCOUNT, CURRENCIES),
      resolve: (self, _args, context) => whenHere(currencyCodeOf(self, context), context.loaders.currency.load),
    }),
    currencyCode: t.field({
      type: 'CurrencyCode',
      nullable: false,
      description: 'The code of the currency of the amount. No call where SpectroCoin says it on the line.',
      extensions: needs('account:read', ANY_ACCOUNT),
      resolve: (self, _args, context) => self.currencyCode ?? currencyCodeOf(self, context),
    }),
    description: t.exposeString('description', { nullable: true, description: "SpectroCoin's own text." }),
    date: t.expose('date', { type: 'DateTime', nullable: false, description: 'When it happened.' }),
    balanceAfter: t.expose('balanceAfter', {
      type: 'Decimal',
      nullable: true,
      description: 'What was in the account after it, in its currency.',
    }),
    source: t.field({
      type: TransactionSource,
      nullable: true,
      description:
        'The exchange, deposit, withdrawal, order or purchase behind it; null where SpectroCoin gives no reference, or one of a sort that this graph cannot read.',
      // Three where the type is WITHDRAWAL: that leaves the kind open.
      extensions: needs(
        [
          'exchange:read',
          'deposit:read',
          'deposit-crypto:read',
          'purchase-gift-card:read',
          ...WITHDRAWAL_SCOPES,
          'merchants-orders:read',
        ],
        3,
      ),
      resolve: (self, _args, context) => transactionSource(self, context),
    }),
  }),
})

export const TransactionConnection = connectionOf('Transaction', Transaction)
