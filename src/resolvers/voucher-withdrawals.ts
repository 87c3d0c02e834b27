// Withdrawals as a voucher: what is made, and the code that it is spent with.
import { pathsOf } from './results.ts'
import { checkedWord } from './texts.ts'
import { commonRequest, createWithdrawal } from './withdrawal-requests.ts'
import type { GatewayContext } from '../context.ts'
import type { VoucherSecret, VoucherWithdrawal } from '../upstream/voucher-withdrawals.ts'
import type { NoWithdrawal, PlainWithdrawalInput } from './withdrawal-requests.ts'

export interface CreateVoucherWithdrawalInput extends PlainWithdrawalInput {
  readonly provider: string
}

export function createVoucherWithdrawal(
  { input }: { input: CreateVoucherWithdrawalInput },
  context: GatewayContext,
): Promise<VoucherWithdrawal | NoWithdrawal> {
  return createWithdrawal(
    {
      mutation: 'createVoucherWithdrawal',
      input,
      request: { ...commonRequest(input), provider: checkedWord(input.provider, 'input.provider') },
      goal: { facts: { provider: input.provider } },
      paths: pathsOf('input', ['provider']),
      send: (request, externalId) => context.upstream.voucherWithdrawals.create(request, externalId, context.scope),
    },
    context,
  )
}

/** What a voucher is spent with. The answer to a mutation leaves it out, and may be an old one: it is read then. */
export async function voucherSecret(
  { id, secret }: VoucherWithdrawal,
  { loaders }: GatewayContext,
): Promise<VoucherSecret | null> {
  return secret ?? (await loaders.voucherWithdrawal.load(id))?.secret ?? null
}
