// Withdrawals as a voucher. Whoever knows its code can spend it.
import { may, text, time } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeCommon, withdrawalsOf } from './withdrawals.ts'
import type { Call } from './call.ts'
import type { Source } from './decode.ts'
import type { CommonRequest, CommonWithdrawal, WithdrawalsOf } from './withdrawals.ts'

export const voucherWithdrawalEndpoints = defineEndpoints('voucherWithdrawals', {
  create: {
    does: 'withdraws as a voucher',
    method: 'POST',
    path: '/withdrawals/voucher',
    scope: 'withdraw-voucher:create',
    safety: 'moves-money',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  list: {
    does: 'lists the voucher withdrawals, newest first',
    method: 'GET',
    path: '/withdrawals/voucher',
    scope: 'withdraw-voucher:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one voucher withdrawal',
    method: 'GET',
    path: '/withdrawals/voucher/{withdrawalId}',
    scope: 'withdraw-voucher:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

/** What a voucher is spent with: each null until it is paid. */
export interface VoucherSecret {
  readonly voucherCode: string | null
  readonly voucherPin: string | null
  readonly expiresAt: Date | null
}

export interface VoucherWithdrawal extends CommonWithdrawal {
  readonly __typename: 'VoucherWithdrawal'
  readonly provider: string | null
  /** null: not read. The answer to a creation is kept for replays, and this is nothing to keep. */
  readonly secret: VoucherSecret | null
}

export interface VoucherWithdrawalRequest extends CommonRequest {
  readonly provider: string
}

export type VoucherWithdrawals = WithdrawalsOf<VoucherWithdrawal, VoucherWithdrawalRequest>

export function createVoucherWithdrawals(call: Call, endpoints: typeof voucherWithdrawalEndpoints): VoucherWithdrawals {
  return withdrawalsOf(call, endpoints, {
    body: ({ from, ...request }: VoucherWithdrawalRequest) => ({ ...from, ...request }),
    decode(from) {
      const withdrawal = decodeVoucherWithdrawal(from)
      return { ...withdrawal, secret: withdrawal.status === 'PAID' ? decodeSecret(from) : NO_SECRET }
    },
    decodeMade: decodeVoucherWithdrawal,
  })
}

const NO_SECRET: VoucherSecret = { voucherCode: null, voucherPin: null, expiresAt: null }

function decodeVoucherWithdrawal(from: Source): VoucherWithdrawal {
  return {
    __typename: 'VoucherWithdrawal',
    ...decodeCommon(from),
    provider: may(from, text, 'provider'),
    secret: null,
  }
}

function decodeSecret(from: Source): VoucherSecret {
  return {
    voucherCode: may(from, text, 'voucherCode'),
    voucherPin: may(from, text, 'voucherPin'),
    expiresAt: may(from, time, 'expiresAt'),
  }
}
