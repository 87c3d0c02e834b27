// Withdrawals to an e-wallet: what is made, and what that costs.
import { pathsOf } from './results.ts'
import { checkedWord } from './texts.ts'
import { commonRequest, createWithdrawal, withdrawalFee } from './withdrawal-requests.ts'
import type { GatewayContext } from '../context.ts'
import type { EWalletMethod, EWalletWithdrawal } from '../upstream/e-wallet-withdrawals.ts'
import type { WithdrawalFee } from '../upstream/withdrawals.ts'
import type { Expected } from './results.ts'
import type { FeeInput, NoWithdrawal, PlainWithdrawalInput } from './withdrawal-requests.ts'

export interface CreateEWalletWithdrawalInput extends PlainWithdrawalInput, EWalletMethod {
  readonly feeIncluded: boolean
}

export function createEWalletWithdrawal(
  { input }: { input: CreateEWalletWithdrawalInput },
  context: GatewayContext,
): Promise<EWalletWithdrawal | NoWithdrawal> {
  const method = eWalletMethod(input, 'input')
  return createWithdrawal(
    {
      mutation: 'createEWalletWithdrawal',
      input,
      request: { ...commonRequest(input), feeIncluded: input.feeIncluded, ...method },
      goal: { destination: { recipient: method.recipient }, facts: { provider: method.provider } },
      paths: eWalletPaths('input'),
      send: (request, externalId) => context.upstream.eWalletWithdrawals.create(request, externalId, context.scope),
    },
    context,
  )
}

export function eWalletWithdrawalFee(
  { input }: { input: FeeInput & { readonly provider?: string | null | undefined } },
  { upstream, scope }: GatewayContext,
): Promise<WithdrawalFee | Expected<'AmountOutOfRange'>> {
  const provider = typeof input.provider === 'string' ? checkedWord(input.provider, 'input.provider') : undefined
  return withdrawalFee(input, pathsOf('input', ['provider']), (query) =>
    upstream.eWalletWithdrawals.fee({ ...query, provider }, scope),
  )
}

export function eWalletMethod({ provider, recipient }: EWalletMethod, at: string): EWalletMethod {
  return { provider: checkedWord(provider, `${at}.provider`), recipient: checkedWord(recipient, `${at}.recipient`) }
}

export function eWalletPaths(at: string): Record<string, readonly string[]> {
  return pathsOf(at, ['provider', 'recipient'])
}
