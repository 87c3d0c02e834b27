// Withdrawals: what all kinds have in common, and how they are read.
import { withdrawal, withdrawalKind, withdrawals } from '../resolvers/withdrawals.ts'
import { builder } from './builder.ts'
import { connectionOf, pageArguments } from './connections.ts'
import { needs, needsPage } from './needs.ts'
import { globalId, NodeInterface } from './nodes.ts'
import { Account } from './objects.ts'
import { ANY_ACCOUNT } from './shared-calls.ts'
import { orAnew } from './withheld.ts'
import type { Scope } from '../upstream/endpoint.ts'
import type { Withdrawal as WithdrawalShape } from '../upstream/withdrawals.ts'

/** What a withdrawal may take, each kind its own. */
export const WITHDRAWAL_SCOPES: readonly Scope[] = [
  'withdraw-crypto:read',
  'withdraw-bank:read',
  'withdraw-e-wallet:read',
  'withdraw-voucher:read',
  'withdraw-with-exchange:read',
]

export const WithdrawalKind = builder.enumType('WithdrawalKind', {
  description: 'Where a withdrawal goes.',
  values: {
    CRYPTO: { description: 'To an address of a chain.' },
    BANK: { description: 'To an account at a bank.' },
    E_WALLET: { description: 'To an e-wallet.' },
    VOUCHER: { description: 'Into a voucher.' },
    WITH_EXCHANGE: { description: 'To an address, a bank or an e-wallet, exchanged into another currency on the way.' },
  } as const,
})

const WithdrawalStatus = builder.enumType('WithdrawalStatus', {
  description: 'How far a withdrawal has come.',
  values: {
    NEW: { description: 'Made, nothing has happened yet.' },
    PENDING: { description: 'Under way.' },
    PAID: { description: 'Done.' },
    FAILED: { description: 'Did not happen; `failureReason` may say why.' },
    CANCELLED: { description: 'Called off.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet; `statusText` has it. Not for inputs.' },
  } as const,
})

export const Withdrawal = builder.interfaceRef<WithdrawalShape>('Withdrawal').implement({
  description: 'Money that leaves for outside.',
  interfaces: [NodeInterface],
  resolveType: ({ __typename }) => __typename,
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description:
        'The type of its kind and SpectroCoin\'s own id, e.g. "CryptoWithdrawal:a4b0f9f0", "BankWithdrawal:5c0e77d1".',
      resolve: ({ __typename, id }) => globalId(__typename, id),
    }),
    kind: t.field({
      type: WithdrawalKind,
      nullable: false,
      description: 'Where it goes.',
      resolve: withdrawalKind,
    }),
    status: t.expose('status', { type: WithdrawalStatus, nullable: false, description: 'How far it has come.' }),
    statusText: t.exposeString('statusText', {
      nullable: false,
      description: "SpectroCoin's own word for the status.",
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: 'The account that it leaves; null where SpectroCoin does not say.',
      extensions: needs('account:read', ANY_ACCOUNT),
      resolve: ({ accountId }, _args, { loaders }) => (accountId === null ? null : loaders.account.load(accountId)),
    }),
    currencyCode: t.expose('currencyCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of what leaves and of the fee.',
    }),
    withdrawAmount: t.expose('withdrawAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What leaves the account, the fee included, in `currencyCode`.',
    }),
    feeAmount: t.expose('feeAmount', { type: 'Decimal', nullable: true, description: 'The fee, in `currencyCode`.' }),
    receiveAmount: t.expose('receiveAmount', {
      type: 'Decimal',
      nullable: false,
      description: 'What arrives, in `receiveCode`.',
    }),
    receiveCode: t.expose('receiveCode', {
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency of what arrives.',
    }),
    failureReason: t.string({
      nullable: true,
      description: "Why it failed, in SpectroCoin's words.",
      resolve: orAnew('failureReason'),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: true, description: 'When it last changed.' }),
  }),
})

const WithdrawalFilter = builder.inputType('WithdrawalFilter', {
  description: 'Which withdrawals to list.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before this instant.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    status: t.field({ type: WithdrawalStatus, description: 'Only those in this status.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'Only those of this currency.' }),
  }),
})

const WithdrawalConnection = connectionOf('Withdrawal', Withdrawal)

builder.queryFields((t) => ({
  withdrawal: t.field({
    type: Withdrawal,
    nullable: true,
    description: 'One withdrawal of any kind; null where the caller has no such one. The scope is that of its kind.',
    args: { id: t.arg.id({ required: true, description: 'The id of a withdrawal, e.g. of a CryptoWithdrawal.' }) },
    extensions: needs(WITHDRAWAL_SCOPES),
    resolve: (_root, args, context) => withdrawal(args, context),
  }),
  withdrawals: t.field({
    type: WithdrawalConnection,
    nullable: true,
    description: 'The withdrawals of one kind, newest first. The scope is that of the kind.',
    args: {
      kind: t.arg({ type: WithdrawalKind, required: true, description: 'Which kind.' }),
      ...pageArguments,
      filter: t.arg({ type: WithdrawalFilter, description: 'Only these.' }),
    },
    extensions: needsPage(WITHDRAWAL_SCOPES),
    resolve: (_root, args, context) => withdrawals(args, context),
  }),
}))
