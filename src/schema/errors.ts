// The expected outcomes of a mutation that are not the thing asked for: all of them implement Error.
import { builder } from './builder.ts'
import type {
  AlreadyExists as AlreadyExistsShape,
  AmountOutOfRange as AmountOutOfRangeShape,
  DestinationRejected as DestinationRejectedShape,
  IdempotencyConflict as IdempotencyConflictShape,
  InsufficientFunds as InsufficientFundsShape,
  InvalidInput as InvalidInputShape,
  PairNotSupported as PairNotSupportedShape,
  QuoteMoved as QuoteMovedShape,
  Refused as RefusedShape,
  StateConflict as StateConflictShape,
} from '../resolvers/results.ts'
import type { Named } from './nodes.ts'

export const ErrorInterface = builder.interfaceRef<Named & { readonly message: string }>('Error').implement({
  description: 'How a request ended that was understood and not done.',
  resolveType: ({ __typename }) => __typename,
  fields: (t) => ({
    message: t.exposeString('message', { nullable: false, description: 'A sentence for people.' }),
  }),
})

export const InvalidInput = builder.objectRef<InvalidInputShape>('InvalidInput').implement({
  description: 'The upstream, or a look-up, found the input wrong; nothing was done.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    path: t.exposeStringList('path', {
      nullable: false,
      description: 'Where in the arguments, as far as the upstream told.',
    }),
    upstreamCode: t.exposeString('upstreamCode', { nullable: true, description: "SpectroCoin's own error code." }),
  }),
})

export const InsufficientFunds = builder.objectRef<InsufficientFundsShape>('InsufficientFunds').implement({
  description: 'The account does not hold enough; nothing was done.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    available: t.expose('available', {
      type: 'Decimal',
      nullable: true,
      description: 'What could be spent, in `availableCode`; null: not told.',
    }),
    availableCode: t.expose('availableCode', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency of the account that money was to leave.',
    }),
  }),
})

export const AmountOutOfRange = builder.objectRef<AmountOutOfRangeShape>('AmountOutOfRange').implement({
  description: 'The amount is below the least or above the most that is allowed; nothing was done.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    min: t.expose('min', {
      type: 'Decimal',
      nullable: true,
      description: 'The least, in `limitCode`; null: not told.',
    }),
    max: t.expose('max', { type: 'Decimal', nullable: true, description: 'The most, in `limitCode`; null: not told.' }),
    limitCode: t.expose('limitCode', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency of `min` and `max`.',
    }),
  }),
})

export const PairNotSupported = builder.objectRef<PairNotSupportedShape>('PairNotSupported').implement({
  description: 'These two currencies cannot be exchanged for one another, in this direction.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    pairPayCode: t.expose('pairPayCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'What was to be paid.',
    }),
    pairReceiveCode: t.expose('pairReceiveCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'What was to be received.',
    }),
  }),
})

export const DestinationRejected = builder.objectRef<DestinationRejectedShape>('DestinationRejected').implement({
  description: 'The address, or what belongs to it, is not accepted; nothing was sent.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    field: t.exposeString('field', {
      nullable: false,
      description: 'The input field that is at fault, as far as that is known.',
    }),
  }),
})

export const StateConflict = builder.objectRef<StateConflictShape>('StateConflict').implement({
  description: 'The state of the thing does not allow this (any more); nothing was done.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    currentStatus: t.exposeString('currentStatus', {
      nullable: true,
      description: "SpectroCoin's own word for its status; null: not told.",
    }),
  }),
})

export const AlreadyExists = builder.objectRef<AlreadyExistsShape>('AlreadyExists').implement({
  description: 'What must be unique was used before; nothing was done.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    field: t.exposeString('field', {
      nullable: false,
      description: 'The input field that was used before, as far as the upstream told.',
    }),
  }),
})

export const QuoteMoved = builder.objectRef<QuoteMovedShape>('QuoteMoved').implement({
  description:
    'A quote taken just before would have given less than the least, or cost more than the most, that was asked for; nothing was sent, and the key is free.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    quotedAmount: t.expose('quotedAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What it would have given, or cost, in `quotedCode`.',
    }),
    quotedCode: t.expose('quotedCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of `quotedAmount`.',
    }),
  }),
})

export const IdempotencyConflict = builder.objectRef<IdempotencyConflictShape>('IdempotencyConflict').implement({
  description: 'The key was used before for another input or another mutation; nothing was sent.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    idempotencyKey: t.exposeID('idempotencyKey', { nullable: false, description: 'The key in question.' }),
  }),
})

export const Refused = builder.objectRef<RefusedShape>('Refused').implement({
  description:
    'How a settled operation ended when no other error says it. A mutation ends in it where the history of SpectroCoin shows, after ' +
    '`OutcomeUnknown`, that nothing was executed (NOT_EXECUTED).',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    code: t.exposeString('code', {
      nullable: false,
      description: 'NOT_EXECUTED, or a code from the list of error codes, e.g. FORBIDDEN.',
    }),
    upstreamCode: t.exposeString('upstreamCode', { nullable: true, description: "SpectroCoin's own error code." }),
  }),
})
