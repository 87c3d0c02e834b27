// Withdrawals of crypto to an address outside.
import { count, may, must, text } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeCommon, readFee, withdrawalsOf } from './withdrawals.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { CommonRequest, CommonWithdrawal, WithdrawalFee, WithdrawalsOf } from './withdrawals.ts'

export const cryptoWithdrawalEndpoints = defineEndpoints('cryptoWithdrawals', {
  create: {
    does: 'withdraws crypto to an address',
    method: 'POST',
    path: '/withdrawals/crypto',
    scope: 'withdraw-crypto:create',
    safety: 'moves-money',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  fee: {
    does: 'tells the fee and the bounds of a crypto withdrawal',
    method: 'GET',
    path: '/withdrawals/crypto/fee',
    scope: 'withdraw-crypto:create',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  list: {
    does: 'lists the crypto withdrawals, newest first',
    method: 'GET',
    path: '/withdrawals/crypto',
    scope: 'withdraw-crypto:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one crypto withdrawal',
    method: 'GET',
    path: '/withdrawals/crypto/{withdrawalId}',
    scope: 'withdraw-crypto:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export interface CryptoWithdrawal extends CommonWithdrawal {
  readonly __typename: 'CryptoWithdrawal'
  readonly address: string
  readonly network: string | null
  readonly memo: string | null
  readonly transactionHash: string | null
  readonly confirmations: number | null
}

/** Where crypto is to go. */
export interface CryptoMethod {
  readonly address: string
  readonly network: string | undefined
  readonly memo: string | undefined
}

export interface CryptoWithdrawalRequest extends CommonRequest, CryptoMethod {
  readonly feeIncluded: boolean
}

export interface CryptoWithdrawals extends WithdrawalsOf<CryptoWithdrawal, CryptoWithdrawalRequest> {
  fee(
    query: { readonly currency: string; readonly amount: Decimal | undefined; readonly network: string | undefined },
    scope: CallScope,
  ): Promise<WithdrawalFee>
}

export function createCryptoWithdrawals(call: Call, endpoints: typeof cryptoWithdrawalEndpoints): CryptoWithdrawals {
  return {
    ...withdrawalsOf(call, endpoints, {
      body: ({ from, amount, feeIncluded, description, ...method }: CryptoWithdrawalRequest) => ({
        ...from,
        amount,
        feeIncluded,
        ...cryptoFields(method),
        description,
      }),
      decode: decodeCryptoWithdrawal,
    }),
    fee: ({ currency, network, amount }, scope) =>
      readFee(call, endpoints.fee, { currencyCode: currency, networkCode: network, amount }, scope),
  }
}

/** The upstream's names for where crypto is to go. */
export function cryptoFields({ address, network, memo }: CryptoMethod): Record<string, string | undefined> {
  return { address, networkCode: network, memo }
}

function decodeCryptoWithdrawal(from: Source): CryptoWithdrawal {
  return {
    __typename: 'CryptoWithdrawal',
    ...decodeCommon(from),
    address: must(from, text, 'address', 'receiver'),
    network: may(from, text, 'networkCode'),
    memo: may(from, text, 'memo'),
    transactionHash: may(from, text, 'transactionHash'),
    confirmations: may(from, count, 'confirmations'),
  }
}
