// What became of a money-moving mutation.
import { scopeRefusal } from '../errors.ts'
import { operation } from '../resolvers/money.ts'
import { operationUpdated } from '../resolvers/updates.ts'
import { builder } from './builder.ts'
import {
  AmountOutOfRange,
  DestinationRejected,
  ErrorInterface,
  InsufficientFunds,
  InvalidInput,
  PairNotSupported,
  Refused,
  StateConflict,
} from './errors.ts'
import { globalId, NodeInterface } from './nodes.ts'
import {
  BankWithdrawal,
  CryptoWithdrawal,
  EWalletWithdrawal,
  Exchange,
  GiftCardPurchase,
  MoneyOperation,
  Order,
  OutcomeUnknown,
  VoucherWithdrawal,
  WithdrawalWithExchange,
} from './objects.ts'
import { sized } from './sizes.ts'
import type { Scope } from '../upstream/endpoint.ts'

const MoneyOperationState = builder.enumType('MoneyOperationState', {
  description: 'What is known of a money-moving mutation.',
  values: {
    IN_PROGRESS: { description: 'On its way; nothing is known yet.' },
    SUCCEEDED: { description: 'SpectroCoin has done it.' },
    REJECTED: { description: 'SpectroCoin has refused it; nothing was done.' },
    UNKNOWN: {
      description:
        'It was sent, and no usable answer came: it may have been done or not. It is looked for in the history of SpectroCoin, and never ' +
        'sent again by itself.',
    },
  } as const,
})

const MoneyOperationResult = builder.unionType('MoneyOperationResult', {
  description: 'What a money-moving mutation ended in: the thing made, or the error.',
  types: () => [
    Exchange,
    CryptoWithdrawal,
    BankWithdrawal,
    EWalletWithdrawal,
    VoucherWithdrawal,
    WithdrawalWithExchange,
    Order,
    GiftCardPurchase,
    InvalidInput,
    InsufficientFunds,
    AmountOutOfRange,
    PairNotSupported,
    DestinationRejected,
    StateConflict,
    Refused,
  ],
  resolveType: ({ __typename }) => __typename,
})

MoneyOperation.implement({
  description:
    'A money-moving mutation under its idempotency key. Journaled before it is sent, so that a restart forgets nothing; a settled one is ' +
    'remembered for JOURNAL_DAYS (90 by default).',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "MoneyOperation:payout-881".',
      resolve: ({ idempotencyKey }) => globalId('MoneyOperation', idempotencyKey),
    }),
    idempotencyKey: t.exposeID('idempotencyKey', { nullable: false, description: "The caller's own key." }),
    mutation: t.exposeString('mutation', { nullable: false, description: 'The name of the mutation field.' }),
    state: t.expose('state', { type: MoneyOperationState, nullable: false, description: 'What is known of it.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: false, description: 'When the key was claimed.' }),
    settledAt: t.expose('settledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its outcome became known.',
    }),
    replays: t.exposeInt('replays', {
      nullable: false,
      description: 'How often the stored answer was handed out again.',
    }),
    result: t.field({
      type: MoneyOperationResult,
      nullable: true,
      description:
        'What it ended in; null until that is known. As it was then: its destinations and secrets are not kept, and are read anew where they ' +
        'are asked for.',
      resolve: ({ result }) => result as never,
    }),
    candidates: t.field({
      type: [NodeInterface],
      nullable: { list: false, items: false },
      description:
        "Rows of SpectroCoin's history that it might be, at most ten, while that is ambiguous. Empty where none fits, and once it is settled. " +
        'Only those that the caller may read: the scope is that of their type.',
      extensions: sized(10),
      // They were read with the gateway's own rights.
      resolve: ({ candidates }, _args, { caller }) =>
        candidates.filter(({ __typename }) => {
          const scope = READ_SCOPES[__typename]
          return scope !== undefined && !scopeRefusal(caller, [scope])
        }) as never,
    }),
  }),
})

/** What a history's rows may be, and the scope that each is read with. */
const READ_SCOPES: Readonly<Partial<Record<string, Scope>>> = {
  Exchange: 'exchange:read',
  CryptoWithdrawal: 'withdraw-crypto:read',
  BankWithdrawal: 'withdraw-bank:read',
  EWalletWithdrawal: 'withdraw-e-wallet:read',
  VoucherWithdrawal: 'withdraw-voucher:read',
  WithdrawalWithExchange: 'withdraw-with-exchange:read',
  Order: 'merchants-orders:read',
  GiftCardPurchase: 'purchase-gift-card:read',
}

OutcomeUnknown.implement({
  description:
    'It was sent, and nobody knows what became of it. Ask for it again under the same key, or wait for `operationUpdated`: it is looked for in ' +
    'the history of SpectroCoin. Do not send it under another key.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    operation: t.field({
      type: MoneyOperation,
      nullable: false,
      description: 'As it stands; `operation` tells of it later.',
      resolve: (self) => self.operation,
    }),
  }),
})

builder.queryField('operation', (t) =>
  t.field({
    type: MoneyOperation,
    nullable: true,
    description:
      "What became of the caller's money-moving mutation with this key; null where there is none. Makes no upstream call.",
    args: { idempotencyKey: t.arg.id({ required: true, description: 'The key as it was given.' }) },
    resolve: (_root, args, context) => operation(args, context),
  }),
)

builder.subscriptionField('operationUpdated', (t) =>
  t.field({
    type: MoneyOperation,
    nullable: false,
    description:
      "The caller's money-moving mutation with this key: at once, and whenever there is news of it. Completes once it is SUCCEEDED or REJECTED. " +
      'An unknown key is an error NOT_FOUND, and the end. Makes no upstream call.',
    args: { idempotencyKey: t.arg.id({ required: true, description: 'The key as it was given.' }) },
    subscribe: (_root, args, context) => operationUpdated(args, context),
    resolve: (operation) => operation,
  }),
)
