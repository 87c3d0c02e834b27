// Withdrawals to an account at a bank.
import { may, text, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeCommon, readFee, withdrawalsOf } from './withdrawals.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { CommonRequest, CommonWithdrawal, WithdrawalFee, WithdrawalsOf } from './withdrawals.ts'

export const bankWithdrawalEndpoints = defineEndpoints('bankWithdrawals', {
  create: {
    does: 'withdraws to an account at a bank',
    method: 'POST',
    path: '/withdrawals/bank',
    scope: 'withdraw-bank:create',
    safety: 'moves-money',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  fee: {
    does: 'tells the fee and the bounds of a bank withdrawal',
    method: 'GET',
    path: '/withdrawals/bank/fee',
    scope: 'withdraw-bank:create',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  list: {
    does: 'lists the bank withdrawals, newest first',
    method: 'GET',
    path: '/withdrawals/bank',
    scope: 'withdraw-bank:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one bank withdrawal',
    method: 'GET',
    path: '/withdrawals/bank/{withdrawalId}',
    scope: 'withdraw-bank:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const BANK_TRANSFER_TYPES = ['SEPA', 'SEPA_INSTANT', 'SWIFT'] as const

export interface BankWithdrawal extends CommonWithdrawal {
  readonly __typename: 'BankWithdrawal'
  readonly type: (typeof BANK_TRANSFER_TYPES)[number] | 'UNRECOGNIZED' | null
  readonly beneficiaryName: string | null
  readonly iban: string | null
  readonly accountNumber: string | null
  readonly bic: string | null
  readonly reference: string | null
}

/** The account at a bank that money is to go to, and how. */
export interface BankMethod {
  readonly type: string
  readonly beneficiaryName: string
  readonly iban: string | undefined
  readonly accountNumber: string | undefined
  readonly bic: string | undefined
  readonly beneficiaryAddress: string | undefined
  readonly beneficiaryCountryCode: string | undefined
  readonly reference: string | undefined
}

export interface BankWithdrawalRequest extends CommonRequest, BankMethod {
  readonly feeIncluded: boolean
}

export interface BankWithdrawals extends WithdrawalsOf<BankWithdrawal, BankWithdrawalRequest> {
  fee(
    query: { readonly currency: string; readonly amount: Decimal | undefined; readonly type: string | undefined },
    scope: CallScope,
  ): Promise<WithdrawalFee>
}

export function createBankWithdrawals(call: Call, endpoints: typeof bankWithdrawalEndpoints): BankWithdrawals {
  return {
    ...withdrawalsOf(call, endpoints, {
      body: ({ from, ...request }: BankWithdrawalRequest) => ({ ...from, ...request }),
      decode: decodeBankWithdrawal,
    }),
    fee: ({ currency, amount, type }, scope) =>
      readFee(call, endpoints.fee, { currencyCode: currency, amount, type }, scope),
  }
}

function decodeBankWithdrawal(from: Source): BankWithdrawal {
  return {
    __typename: 'BankWithdrawal',
    ...decodeCommon(from),
    type: transferType(from),
    beneficiaryName: may(from, text, 'beneficiaryName'),
    iban: may(from, text, 'iban'),
    accountNumber: may(from, text, 'accountNumber'),
    bic: may(from, text, 'bic'),
    reference: may(from, text, 'reference'),
  }
}

const bankTransferType = word(BANK_TRANSFER_TYPES)

/** Of a bank withdrawal `type` may say the kind, as with all withdrawals, or how the bank is reached: merchant 9 has both under that name. */
function transferType(from: Source): BankWithdrawal['type'] {
  const named = may(from, bankTransferType, 'transferType')
  if (named !== null || may(from, text, 'type') === 'BANK') return named
  return may(from, bankTransferType, 'type')
}
