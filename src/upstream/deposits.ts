// Deposits of fiat: making one, and the history.
import { readOne } from './call.ts'
import { amount, id, may, must, part, source, text, time, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Page, Period } from './pages.ts'

export const depositEndpoints = defineEndpoints('deposits', {
  create: {
    does: 'makes a fiat deposit, for its owner to pay',
    method: 'POST',
    path: '/deposits',
    scope: 'deposit:create',
    safety: 'creates',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  list: {
    does: 'lists the fiat deposits, newest first',
    method: 'GET',
    path: '/deposits',
    scope: 'deposit:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one fiat deposit',
    method: 'GET',
    path: '/deposits/{depositId}',
    scope: 'deposit:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const DEPOSIT_STATUSES = ['NEW', 'PENDING', 'PAID', 'FAILED', 'EXPIRED', 'CANCELLED'] as const
export type DepositStatus = (typeof DEPOSIT_STATUSES)[number] | 'UNRECOGNIZED'

export interface Deposit {
  readonly __typename: 'Deposit'
  readonly id: string
  readonly status: DepositStatus
  readonly statusText: string
  readonly amount: Decimal
  readonly feeAmount: Decimal | null
  readonly receiveAmount: Decimal | null
  readonly currencyCode: string
  readonly accountId: string | null
  readonly paymentMethodId: string | null
  readonly payUrl: string | null
  readonly bankDetails: BankDetails | null
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
}

/** What to pay into by a bank transfer. */
export interface BankDetails {
  readonly beneficiaryName: string | null
  readonly iban: string | null
  readonly bic: string | null
  readonly bankName: string | null
  readonly reference: string | null
}

export interface DepositRequest {
  readonly amount: Decimal
  readonly currencyCode: string
  readonly paymentMethodId: string
  readonly accountId: string | undefined
  readonly description: string | undefined
}

export interface DepositFilter extends Period {
  readonly status?: string | undefined
  readonly currency?: string | undefined
}

export interface Deposits {
  create(request: DepositRequest, scope: CallScope): Promise<Deposit>
  list(filter: DepositFilter, page: number, size: number, scope: CallScope): Promise<Page<Deposit>>
  read(depositId: string, scope: CallScope): Promise<Deposit | null>
}

export function createDeposits(call: Call, endpoints: typeof depositEndpoints): Deposits {
  return {
    create: async (request, scope) =>
      decodeDeposit(source(await call(endpoints.create, { body: { ...request } }, scope), 'deposit')),
    async list(filter, page, size, scope) {
      const query = { ...pageQuery(page, size, filter), status: filter.status, currencyCode: filter.currency }
      return decodeList(await call(endpoints.list, { query }, scope), 'deposits', decodeDeposit)
    },
    read: (depositId, scope) => readOne(call(endpoints.read, { path: { depositId } }, scope), 'deposit', decodeDeposit),
  }
}

const status = word(DEPOSIT_STATUSES)

function decodeDeposit(from: Source): Deposit {
  return {
    __typename: 'Deposit',
    id: must(from, id, 'depositId', 'id'),
    status: must(from, status, 'status'),
    statusText: must(from, text, 'status'),
    amount: must(from, amount, 'amount'),
    feeAmount: may(from, amount, 'feeAmount'),
    receiveAmount: may(from, amount, 'receiveAmount'),
    currencyCode: must(from, text, 'currencyCode', 'currency'),
    accountId: may(from, id, 'accountId'),
    paymentMethodId: may(from, id, 'paymentMethodId'),
    payUrl: may(from, text, 'redirectUrl'),
    bankDetails: may(from, part(decodeBankDetails), 'bankDetails'),
    createdAt: may(from, time, 'createdAt'),
    updatedAt: may(from, time, 'updatedAt'),
  }
}

function decodeBankDetails(from: Source): BankDetails {
  return {
    beneficiaryName: may(from, text, 'beneficiaryName'),
    iban: may(from, text, 'iban'),
    bic: may(from, text, 'bic'),
    bankName: may(from, text, 'bankName'),
    reference: may(from, text, 'reference'),
  }
}
