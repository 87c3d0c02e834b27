// Deposits of crypto: what has come in over a chain.
import { readOne } from './call.ts'
import { amount, count, id, may, must, text, time, word } from './decode.ts'
import { DEPOSIT_STATUSES } from './deposits.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { DepositFilter, DepositStatus } from './deposits.ts'
import type { Page } from './pages.ts'

export const cryptoDepositEndpoints = defineEndpoints('cryptoDeposits', {
  list: {
    does: 'lists the crypto deposits, newest first',
    method: 'GET',
    path: '/deposits/crypto',
    scope: 'deposit-crypto:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one crypto deposit',
    method: 'GET',
    path: '/deposits/crypto/{depositId}',
    scope: 'deposit-crypto:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export interface CryptoDeposit {
  readonly __typename: 'CryptoDeposit'
  readonly id: string
  readonly status: DepositStatus
  readonly statusText: string
  readonly amount: Decimal
  readonly feeAmount: Decimal | null
  readonly currencyCode: string
  readonly network: string | null
  readonly accountId: string | null
  readonly address: string | null
  readonly memo: string | null
  readonly transactionHash: string | null
  readonly confirmations: number | null
  readonly requiredConfirmations: number | null
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
}

export interface CryptoDepositFilter extends DepositFilter {
  readonly network?: string | undefined
}

export interface CryptoDeposits {
  list(filter: CryptoDepositFilter, page: number, size: number, scope: CallScope): Promise<Page<CryptoDeposit>>
  read(depositId: string, scope: CallScope): Promise<CryptoDeposit | null>
}

export function createCryptoDeposits(call: Call, endpoints: typeof cryptoDepositEndpoints): CryptoDeposits {
  return {
    async list(filter, page, size, scope) {
      const query = {
        ...pageQuery(page, size, filter),
        status: filter.status,
        currencyCode: filter.currency,
        networkCode: filter.network,
      }
      return decodeList(await call(endpoints.list, { query }, scope), 'deposits', decodeCryptoDeposit)
    },
    read: (depositId, scope) =>
      readOne(call(endpoints.read, { path: { depositId } }, scope), 'deposit', decodeCryptoDeposit),
  }
}

const status = word(DEPOSIT_STATUSES)

function decodeCryptoDeposit(from: Source): CryptoDeposit {
  return {
    __typename: 'CryptoDeposit',
    id: must(from, id, 'depositId', 'id'),
    status: must(from, status, 'status'),
    statusText: must(from, text, 'status'),
    amount: must(from, amount, 'amount'),
    feeAmount: may(from, amount, 'feeAmount'),
    currencyCode: must(from, text, 'currencyCode', 'currency'),
    network: may(from, text, 'networkCode'),
    accountId: may(from, id, 'accountId'),
    address: may(from, text, 'address'),
    memo: may(from, text, 'memo'),
    transactionHash: may(from, text, 'transactionHash'),
    confirmations: may(from, count, 'confirmations'),
    requiredConfirmations: may(from, count, 'requiredConfirmations'),
    createdAt: may(from, time, 'createdAt'),
    updatedAt: may(from, time, 'updatedAt'),
  }
}
