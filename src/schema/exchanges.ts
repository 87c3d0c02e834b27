// Exchanges: making one, and the history.
import { createExchange, exchange, exchanges } from '../resolvers/exchanges.ts'
import { builder } from './builder.ts'
import { connectionOf, pageArguments } from './connections.ts'
import {
  AmountOutOfRange,
  IdempotencyConflict,
  InsufficientFunds,
  InvalidInput,
  PairNotSupported,
  QuoteMoved,
  Refused,
} from './errors.ts'
import { movesMoney, needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Account, Exchange, OutcomeUnknown } from './objects.ts'
import { ANY_ACCOUNT } from './shared-calls.ts'

const ExchangeStatus = builder.enumType('ExchangeStatus', {
  description: 'How far an exchange has come.',
  values: {
    NEW: { description: 'Made, nothing has happened yet.' },
    PENDING: { description: 'Awaits approval.' },
    PAID: { description: 'Done.' },
    FAILED: { description: 'Did not happen.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet; `statusText` has it. Not for inputs.' },
  } as const,
})

Exchange.implement({
  description: "An exchange between two of the caller's own accounts.",
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "Exchange:0b2c1f6a".',
      resolve: ({ id }) => globalId('Exchange', id),
    }),
    status: t.expose('status', { type: ExchangeStatus, nullable: false, description: 'How far it has come.' }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    payAmount: t.expose('payAmount', { type: 'Decimal', nullable: false, description: 'What leaves, in `payCode`.' }),
    payCode: t.expose('payCode', { type: 'CurrencyCode', nullable: false, description: 'The currency that leaves.' }),
    payAccount: t.field({
      type: Account,
      nullable: true,
      description: 'The account that it leaves; null where SpectroCoin does not say.',
      extensions: needs('account:read', ANY_ACCOUNT),
      resolve: ({ payAccountId }, _args, { loaders }) =>
        payAccountId === null ? null : loaders.account.load(payAccountId),
    }),
    receiveAmount: t.expose('receiveAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What arrives, in `receiveCode`.',
    }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency that arrives.',
    }),
    receiveAccount: t.field({
      type: Account,
      nullable: true,
      description: 'The account that it arrives in; null where SpectroCoin does not say.',
      extensions: needs('account:read', ANY_ACCOUNT),
      resolve: ({ receiveAccountId }, _args, { loaders }) =>
        receiveAccountId === null ? null : loaders.account.load(receiveAccountId),
    }),
    rate: t.expose('rate', { type: 'Decimal', nullable: true, description: 'Receive per 1 pay.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
  }),
})

const ExchangeFilter = builder.inputType('ExchangeFilter', {
  description: 'Which exchanges to list.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before this instant.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    status: t.field({ type: ExchangeStatus, description: 'Only those in this status.' }),
    payCode: t.field({ type: 'CurrencyCode', description: 'Only those that pay this currency.' }),
    receiveCode: t.field({ type: 'CurrencyCode', description: 'Only those that receive this currency.' }),
  }),
})

const CurrencyPairInput = builder.inputType('CurrencyPairInput', {
  description: 'An exchange by its currencies.',
  fields: (t) => ({
    payCode: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that is to leave.' }),
    receiveCode: t.field({ type: 'CurrencyCode', required: true, description: 'The currency that is to arrive.' }),
  }),
})

const AccountPairInput = builder.inputType('AccountPairInput', {
  description: 'An exchange by its pair and accounts.',
  fields: (t) => ({
    pairId: t.id({ required: true, description: 'The id of an ExchangePair.' }),
    payAccountId: t.id({ required: true, description: 'The id of the Account that pays.' }),
    receiveAccountId: t.id({ required: true, description: 'The id of the Account that receives.' }),
  }),
})

const ExchangeBetween = builder.inputType('ExchangeBetween', {
  description: 'What is exchanged for what. Exactly one of them.',
  isOneOf: true,
  fields: (t) => ({
    currencies: t.field({ type: CurrencyPairInput, description: 'By currencies.' }),
    pair: t.field({ type: AccountPairInput, description: 'By a pair and two accounts.' }),
  }),
})

const CreateExchangeInput = builder.inputType('CreateExchangeInput', {
  description: 'An exchange to make.',
  fields: (t) => ({
    idempotencyKey: t.id({
      required: true,
      description: "The caller's own word for this exchange, 1 to 200 characters: the same key never sends twice.",
    }),
    payAmount: t.field({
      type: 'Decimal',
      required: true,
      description: 'What is to leave, in the currency that pays; above zero.',
    }),
    between: t.field({ type: ExchangeBetween, required: true, description: 'What is exchanged for what.' }),
    minReceiveAmount: t.field({
      type: 'Decimal',
      description:
        'The least that must arrive, by a quote taken just before; QuoteMoved where it would be less. Costs one call more.',
    }),
  }),
})

const CreateExchangeResult = builder.unionType('CreateExchangeResult', {
  description: 'The exchange, or why there is none, or that nobody knows.',
  types: () => [
    Exchange,
    InvalidInput,
    InsufficientFunds,
    AmountOutOfRange,
    PairNotSupported,
    QuoteMoved,
    IdempotencyConflict,
    OutcomeUnknown,
    Refused,
  ],
  resolveType: ({ __typename }) => __typename,
})

const ExchangeConnection = connectionOf('Exchange', Exchange)

builder.queryFields((t) => ({
  exchange: t.field({
    type: Exchange,
    nullable: true,
    description: 'One exchange; null where the caller has no such one.',
    args: { id: t.arg.id({ required: true, description: 'The id of an Exchange.' }) },
    extensions: needs('exchange:read'),
    resolve: (_root, args, context) => exchange(args, context),
  }),
  exchanges: t.field({
    type: ExchangeConnection,
    nullable: true,
    description: 'The exchanges of the caller, newest first.',
    args: { ...pageArguments, filter: t.arg({ type: ExchangeFilter, description: 'Only these.' }) },
    extensions: needsPage('exchange:read'),
    resolve: (_root, args, context) => exchanges(args, context),
  }),
}))

builder.mutationField('createExchange', (t) =>
  t.field({
    type: CreateExchangeResult,
    nullable: true,
    description:
      'Exchanges between two own accounts, at most once for a key. Looked at before anything is sent, as far as it can be read: the places of the ' +
      'amount against its currency; the bounds of the pair (`exchange:read`); what the account has left (`account:read`). What is found wrong is ' +
      'told as a result, and the key stays free. Last comes the quote that `minReceiveAmount` asks for.',
    args: { input: t.arg({ type: CreateExchangeInput, required: true, description: 'What to exchange.' }) },
    extensions: movesMoney('exchange:create', 5),
    resolve: (_root, args, context) => createExchange(args, context),
  }),
)
