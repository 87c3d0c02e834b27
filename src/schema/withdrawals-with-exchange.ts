// Withdrawals that exchange on the way.
import {
  createWithdrawalWithExchange,
  withdrawalBehind,
  withdrawalWithExchangeQuote,
} from '../resolvers/withdrawals-with-exchange.ts'
import { BankMethodInput } from './bank-withdrawals.ts'
import { builder } from './builder.ts'
import { ADDRESS_LOOK, CryptoMethodInput } from './crypto-withdrawals.ts'
import { EWalletMethodInput } from './e-wallet-withdrawals.ts'
import { AmountOutOfRange, DestinationRejected, InvalidInput, PairNotSupported } from './errors.ts'
import { ExchangeAmount } from './exchange-pairs.ts'
import { movesMoney, needs } from './needs.ts'
import { NodeInterface } from './nodes.ts'
import { Exchange, WithdrawalWithExchange } from './objects.ts'
import { WithdrawFrom } from './withdraw-from.ts'
import { CreateWithdrawalResult, creationFields, lookedAt } from './withdrawal-requests.ts'
import { Withdrawal } from './withdrawals.ts'
import type { WithdrawalWithExchangeQuote as QuoteShape } from '../upstream/withdrawals-with-exchange.ts'
import type { InputFields } from './builder.ts'

WithdrawalWithExchange.implement({
  description:
    'Money that is exchanged, and leaves in the currency that this gave. `payAmount` is what the exchange took; `account`, `withdrawAmount` and ' +
    '`feeAmount` are in `currencyCode`, which SpectroCoin may tell of the half that leaves.',
  interfaces: [NodeInterface, Withdrawal],
  fields: (t) => ({
    payAmount: t.expose('payAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'What the exchange took, in `payCode`.',
    }),
    payCode: t.expose('payCode', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency that the exchange took.',
    }),
    rate: t.expose('rate', {
      type: 'Decimal',
      nullable: true,
      description: 'What the exchange gave, in `receiveCode`, for 1 of `payCode`.',
    }),
    exchange: t.field({
      type: Exchange,
      nullable: true,
      description: 'The exchange; null where SpectroCoin does not say which.',
      extensions: needs('exchange:read'),
      resolve: ({ exchangeId }, _args, { loaders }) => (exchangeId === null ? null : loaders.exchange.load(exchangeId)),
    }),
    withdrawal: t.field({
      type: Withdrawal,
      nullable: true,
      description:
        'The withdrawal that followed the exchange, by its own kind; null where SpectroCoin does not say which. One call where it says the kind.',
      extensions: needs(['withdraw-crypto:read', 'withdraw-bank:read', 'withdraw-e-wallet:read'], 3),
      resolve: (self, _args, context) => withdrawalBehind(self, context),
    }),
  }),
})

const WithdrawalMethodInput = builder.inputType('WithdrawalMethodInput', {
  description: 'Where it goes. Exactly one of them.',
  isOneOf: true,
  fields: (t) => ({
    crypto: t.field({ type: CryptoMethodInput, description: 'To an address of a chain.' }),
    bank: t.field({ type: BankMethodInput, description: 'To an account at a bank.' }),
    eWallet: t.field({ type: EWalletMethodInput, description: 'To an e-wallet.' }),
  }),
})

const wayFields = (t: InputFields) => ({
  receiveCode: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that is to arrive.' }),
  amount: t.field({
    type: ExchangeAmount,
    required: true,
    description:
      'One of the two amounts: what leaves, in the currency of the account, or what arrives, in `receiveCode`.',
  }),
  method: t.field({ type: WithdrawalMethodInput, required: true, description: 'Where it goes.' }),
})

const CreateWithdrawalWithExchangeInput = builder.inputType('CreateWithdrawalWithExchangeInput', {
  description: 'A withdrawal with exchange to make.',
  fields: (t) => ({
    ...creationFields(t),
    ...wayFields(t),
    minReceiveAmount: t.field({
      type: 'Decimal',
      description:
        'The least that must arrive, in `receiveCode`, by a quote taken just before; QuoteMoved where it would be less. Costs one call more.',
    }),
    maxPayAmount: t.field({
      type: 'Decimal',
      description:
        'The most that may leave, in the currency of the account, by a quote taken just before; QuoteMoved where it would be more. ' +
        'Costs one call more, and none where `minReceiveAmount` takes it anyway.',
    }),
  }),
})

const WithdrawalWithExchangeQuoteInput = builder.inputType('WithdrawalWithExchangeQuoteInput', {
  description: 'What to quote.',
  fields: (t) => ({
    from: t.field({ type: WithdrawFrom, required: true, description: 'The account that it would leave.' }),
    ...wayFields(t),
  }),
})

const WithdrawalWithExchangeQuote = builder.objectRef<QuoteShape>('WithdrawalWithExchangeQuote').implement({
  description: 'What a withdrawal with exchange would give at the current rate. Binds nobody.',
  fields: (t) => ({
    payAmount: t.expose('payAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What would leave, in `payCode`.',
    }),
    payCode: t.expose('payCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency that would leave.',
    }),
    receiveAmount: t.expose('receiveAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What would arrive, the fee taken off, in `receiveCode`.',
    }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency that would arrive.',
    }),
    rate: t.expose('rate', { type: 'Decimal', nullable: true, description: 'Receive per 1 pay, before the fee.' }),
    feeAmount: t.expose('feeAmount', {
      type: 'Decimal',
      nullable: true,
      description: 'The fee, in `feeCode`; where that is null, SpectroCoin does not say in which currency.',
    }),
    feeCode: t.expose('feeCode', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency of the fee; null where SpectroCoin does not say.',
    }),
    asOf: t.expose('asOf', { type: 'DateTime', nullable: false, description: 'When SpectroCoin answered.' }),
  }),
})

const WithdrawalWithExchangeQuoteResult = builder.unionType('WithdrawalWithExchangeQuoteResult', {
  description: 'A quote, or why there is none.',
  types: [WithdrawalWithExchangeQuote, InvalidInput, AmountOutOfRange, PairNotSupported, DestinationRejected],
  resolveType: ({ __typename }) => __typename,
})

builder.queryField('withdrawalWithExchangeQuote', (t) =>
  t.field({
    type: WithdrawalWithExchangeQuoteResult,
    nullable: true,
    description: `What a withdrawal with exchange would give now. Moves nothing. Looked at before: ${ADDRESS_LOOK}.`,
    args: { input: t.arg({ type: WithdrawalWithExchangeQuoteInput, required: true, description: 'What to quote.' }) },
    extensions: needs('withdraw-with-exchange:create', 2),
    resolve: (_root, args, context) => withdrawalWithExchangeQuote(args, context),
  }),
)

builder.mutationField('createWithdrawalWithExchange', (t) =>
  t.field({
    type: CreateWithdrawalResult,
    nullable: true,
    description: `Exchanges, and withdraws what that gives, at most once for a key. ${lookedAt(
      ADDRESS_LOOK,
      'a pay amount against the bounds of the pair (`exchange:read`)',
    )} Last comes the quote that \`minReceiveAmount\` or \`maxPayAmount\` asks for.`,
    args: {
      input: t.arg({ type: CreateWithdrawalWithExchangeInput, required: true, description: 'What to withdraw.' }),
    },
    extensions: movesMoney('withdraw-with-exchange:create', 5),
    resolve: (_root, args, context) => createWithdrawalWithExchange(args, context),
  }),
)
