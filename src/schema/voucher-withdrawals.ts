// Withdrawals as a voucher.
import { createVoucherWithdrawal, voucherSecret } from '../resolvers/voucher-withdrawals.ts'
import { builder } from './builder.ts'
import { movesMoney, needs } from './needs.ts'
import { NodeInterface } from './nodes.ts'
import { VoucherWithdrawal } from './objects.ts'
import { MADE_SECRET } from './shared-calls.ts'
import { CreateWithdrawalResult, creationFields, lookedAt } from './withdrawal-requests.ts'
import { Withdrawal } from './withdrawals.ts'

VoucherWithdrawal.implement({
  description:
    'Money that leaves as a voucher. What it is spent with is not in the answer to its creation: those fields then read the withdrawal, in one call.',
  interfaces: [NodeInterface, Withdrawal],
  fields: (t) => ({
    provider: t.exposeString('provider', {
      nullable: true,
      description: "SpectroCoin's own word for the provider, whose voucher it is.",
    }),
    voucherCode: t.string({
      nullable: true,
      description: 'The code that the voucher is spent with: as good as cash. null until it is PAID.',
      extensions: needs('withdraw-voucher:read', MADE_SECRET),
      resolve: async (self, _args, context) => (await voucherSecret(self, context))?.voucherCode ?? null,
    }),
    voucherPin: t.string({
      nullable: true,
      description: 'The PIN that goes with the code. null until it is PAID, and where the voucher has none.',
      extensions: needs('withdraw-voucher:read', MADE_SECRET),
      resolve: async (self, _args, context) => (await voucherSecret(self, context))?.voucherPin ?? null,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when the voucher can be spent. null until it is PAID.',
      extensions: needs('withdraw-voucher:read', MADE_SECRET),
      resolve: async (self, _args, context) => (await voucherSecret(self, context))?.expiresAt ?? null,
    }),
  }),
})

const CreateVoucherWithdrawalInput = builder.inputType('CreateVoucherWithdrawalInput', {
  description: 'A withdrawal as a voucher to make.',
  fields: (t) => ({
    ...creationFields(t),
    amount: t.field({
      type: 'Decimal',
      required: true,
      description: "What the voucher is worth, in the account's currency; above zero, and one that the provider has.",
    }),
    provider: t.string({
      required: true,
      description:
        'The provider\'s code: what follows the colon in the id of a PaymentMethod, e.g. "flexepin"; at most 128 characters.',
    }),
  }),
})

builder.mutationField('createVoucherWithdrawal', (t) =>
  t.field({
    type: CreateWithdrawalResult,
    nullable: true,
    description: `Withdraws as a voucher, at most once for a key. ${lookedAt()}`,
    args: { input: t.arg({ type: CreateVoucherWithdrawalInput, required: true, description: 'What to withdraw.' }) },
    extensions: movesMoney('withdraw-voucher:create', 3),
    resolve: (_root, args, context) => createVoucherWithdrawal(args, context),
  }),
)
