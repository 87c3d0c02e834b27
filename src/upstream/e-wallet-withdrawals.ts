// Withdrawals to an e-wallet.
import { may, text } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeCommon, readFee, withdrawalsOf } from './withdrawals.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { CommonRequest, CommonWithdrawal, WithdrawalFee, WithdrawalsOf } from './withdrawals.ts'

export const eWalletWithdrawalEndpoints = defineEndpoints('eWalletWithdrawals', {
  create: {
    does: 'withdraws to an e-wallet',
    method: 'POST',
    path: '/withdrawals/e-wallet',
    scope: 'withdraw-e-wallet:create',
    safety: 'moves-money',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  fee: {
    does: 'tells the fee and the bounds of an e-wallet withdrawal',
    method: 'GET',
    path: '/withdrawals/e-wallet/fee',
    scope: 'withdraw-e-wallet:create',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  list: {
    does: 'lists the e-wallet withdrawals, newest first',
    method: 'GET',
    path: '/withdrawals/e-wallet',
    scope: 'withdraw-e-wallet:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one e-wallet withdrawal',
    method: 'GET',
    path: '/withdrawals/e-wallet/{withdrawalId}',
    scope: 'withdraw-e-wallet:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export interface EWalletWithdrawal extends CommonWithdrawal {
  readonly __typename: 'EWalletWithdrawal'
  readonly provider: string | null
  readonly recipient: string | null
}

/** The e-wallet that money is to go to. */
export interface EWalletMethod {
  readonly provider: string
  readonly recipient: string
}

export interface EWalletWithdrawalRequest extends CommonRequest, EWalletMethod {
  readonly feeIncluded: boolean
}

export interface EWalletWithdrawals extends WithdrawalsOf<EWalletWithdrawal, EWalletWithdrawalRequest> {
  fee(
    query: { readonly currency: string; readonly amount: Decimal | undefined; readonly provider: string | undefined },
    scope: CallScope,
  ): Promise<WithdrawalFee>
}

export function createEWalletWithdrawals(call: Call, endpoints: typeof eWalletWithdrawalEndpoints): EWalletWithdrawals {
  return {
    ...withdrawalsOf(call, endpoints, {
      body: ({ from, ...request }: EWalletWithdrawalRequest) => ({ ...from, ...request }),
      decode: decodeEWalletWithdrawal,
    }),
    fee: ({ currency, amount, provider }, scope) =>
      readFee(call, endpoints.fee, { currencyCode: currency, amount, provider }, scope),
  }
}

function decodeEWalletWithdrawal(from: Source): EWalletWithdrawal {
  return {
    __typename: 'EWalletWithdrawal',
    ...decodeCommon(from),
    provider: may(from, text, 'provider'),
    recipient: may(from, text, 'recipient'),
  }
}
