// Withdrawals of crypto: what is made, and what that costs.
import { badInput } from '../errors.ts'
import { pathsOf } from './results.ts'
import { checkedText } from './texts.ts'
import { commonRequest, createWithdrawal, withdrawalFee } from './withdrawal-requests.ts'
import type { GatewayContext } from '../context.ts'
import type { CryptoMethod, CryptoWithdrawal } from '../upstream/crypto-withdrawals.ts'
import type { WithdrawalFee } from '../upstream/withdrawals.ts'
import type { Expected } from './results.ts'
import type { FeeInput, NoWithdrawal, PlainWithdrawalInput } from './withdrawal-requests.ts'

/** Where crypto is to go. */
export interface CryptoMethodInput {
  readonly address: string
  readonly network?: string | null | undefined
  readonly memo?: string | null | undefined
}

export interface CreateCryptoWithdrawalInput extends PlainWithdrawalInput, CryptoMethodInput {
  readonly feeIncluded: boolean
}

export function createCryptoWithdrawal(
  { input }: { input: CreateCryptoWithdrawalInput },
  context: GatewayContext,
): Promise<CryptoWithdrawal | NoWithdrawal> {
  const method = cryptoMethod(input, 'input')
  return createWithdrawal(
    {
      mutation: 'createCryptoWithdrawal',
      input,
      request: { ...commonRequest(input), feeIncluded: input.feeIncluded, ...method },
      goal: { destination: { address: method.address, memo: method.memo } },
      crypto: method,
      paths: cryptoPaths('input'),
      send: (request, externalId) => context.upstream.cryptoWithdrawals.create(request, externalId, context.scope),
    },
    context,
  )
}

export function cryptoWithdrawalFee(
  { input }: { input: FeeInput & { readonly network?: string | null | undefined } },
  { upstream, scope }: GatewayContext,
): Promise<WithdrawalFee | Expected<'AmountOutOfRange'>> {
  const network = checkedText(input.network, 'input.network')
  return withdrawalFee(input, { networkCode: ['input', 'network'] }, (query) =>
    upstream.cryptoWithdrawals.fee({ ...query, network }, scope),
  )
}

/** Only what no chain could mean is refused here: no character of an address is white space or invisible. Guards look at the rest. */
export function cryptoMethod({ address, network, memo }: CryptoMethodInput, at: string): CryptoMethod {
  if (!/^[\x21-\x7e]{1,128}$/.test(address))
    throw badInput(`${at}.address`, `${at}.address must be 1 to 128 visible characters without spaces.`)
  return { address, network: checkedText(network, `${at}.network`), memo: checkedText(memo, `${at}.memo`) }
}

export function cryptoPaths(at: string): Record<string, readonly string[]> {
  return { ...pathsOf(at, ['address', 'memo']), networkCode: [...at.split('.'), 'network'] }
}
