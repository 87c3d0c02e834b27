// Withdrawals: crypto that leaves for an address outside.
import { orNull } from './call.ts'
import { amount, count, id, may, must, source, text, time, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { Page, Period } from './pages.ts'

export const withdrawalEndpoints = defineEndpoints('withdrawals', {
  createCrypto: {
    does: 'withdraws crypto to an address',
    method: 'POST',
    path: '/withdrawals/crypto',
    scope: 'withdraw-crypto:create',
    safety: 'moves-money',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  cryptoFee: {
    does: 'tells the fee and the bounds of a crypto withdrawal',
    method: 'GET',
    path: '/withdrawals/crypto/fee',
    scope: 'withdraw-crypto:create',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  listCrypto: {
    does: 'lists the crypto withdrawals, newest first',
    method: 'GET',
    path: '/withdrawals/crypto',
    scope: 'withdraw-crypto:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  readCrypto: {
    does: 'reads one crypto withdrawal',
    method: 'GET',
    path: '/withdrawals/crypto/{withdrawalId}',
    scope: 'withdraw-crypto:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const WITHDRAWAL_STATUSES = ['NEW', 'PENDING', 'PAID', 'FAILED', 'CANCELLED'] as const

export interface CryptoWithdrawal {
  readonly __typename: 'CryptoWithdrawal'
  readonly id: string
  readonly status: (typeof WITHDRAWAL_STATUSES)[number] | 'UNRECOGNIZED'
  readonly statusText: string
  readonly accountId: string | null
  readonly currencyCode: string
  /** Taken from the account, the fee included. */
  readonly withdrawAmount: Decimal
  readonly feeAmount: Decimal | null
  readonly receiveAmount: Decimal
  readonly receiveCode: string
  readonly failureReason: string | null
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
  readonly address: string
  readonly network: string | null
  readonly memo: string | null
  readonly transactionHash: string | null
  readonly confirmations: number | null
}

export interface WithdrawalFee {
  readonly __typename: 'WithdrawalFee'
  readonly feeAmount: Decimal
  readonly currencyCode: string
  readonly minAmount: Decimal | null
  readonly maxAmount: Decimal | null
}

/** The account that money leaves, by its id or by its currency. */
export type WithdrawFrom = { readonly accountId: string } | { readonly currencyCode: string }

export interface CryptoWithdrawalRequest {
  readonly from: WithdrawFrom
  readonly amount: Decimal
  readonly feeIncluded: boolean
  readonly address: string
  readonly network: string | undefined
  readonly memo: string | undefined
  readonly description: string | undefined
  /** Finds the withdrawal again in the history; no guard against a second one. At most 64 characters. */
  readonly externalId: string
}

export interface WithdrawalFilter extends Period {
  readonly status?: string | undefined
  readonly currency?: string | undefined
}

export interface Withdrawals {
  createCrypto(request: CryptoWithdrawalRequest, scope: CallScope): Promise<CryptoWithdrawal>
  cryptoFee(
    query: { readonly currency: string; readonly network: string | undefined; readonly amount: Decimal | undefined },
    scope: CallScope,
  ): Promise<WithdrawalFee>
  listCrypto(filter: WithdrawalFilter, page: number, size: number, scope: CallScope): Promise<Page<CryptoWithdrawal>>
  readCrypto(withdrawalId: string, scope: CallScope): Promise<CryptoWithdrawal | null>
}

export function createWithdrawals(call: Call, endpoints: typeof withdrawalEndpoints): Withdrawals {
  return {
    async createCrypto({ from, network, ...request }, scope) {
      const body = { ...from, ...request, networkCode: network }
      return decodeCrypto(source(await call(endpoints.createCrypto, { body }, scope), 'withdrawal'))
    },
    async cryptoFee({ currency, network, amount: asked }, scope) {
      const query = { currencyCode: currency, networkCode: network, amount: asked }
      const answer = source(await call(endpoints.cryptoFee, { query }, scope), 'fee')
      return {
        __typename: 'WithdrawalFee',
        feeAmount: must(answer, amount, 'feeAmount', 'fee'),
        currencyCode: may(answer, text, 'currencyCode') ?? currency,
        minAmount: may(answer, amount, 'minAmount'),
        maxAmount: may(answer, amount, 'maxAmount'),
      }
    },
    async listCrypto(filter, page, size, scope) {
      const query = {
        ...pageQuery(page, size, filter),
        status: filter.status,
        currencyCode: filter.currency,
      }
      return decodeList(await call(endpoints.listCrypto, { query }, scope), 'withdrawals', decodeCrypto)
    },
    readCrypto: (withdrawalId, scope) =>
      orNull(
        call(endpoints.readCrypto, { path: { withdrawalId } }, scope).then((json) =>
          decodeCrypto(source(json, 'withdrawal')),
        ),
      ),
  }
}

function decodeCrypto(from: Source): CryptoWithdrawal {
  const currencyCode = must(from, text, 'currencyCode', 'currency')
  return {
    __typename: 'CryptoWithdrawal',
    id: must(from, id, 'id', 'withdrawalId', 'paymentId'),
    status: must(from, word(WITHDRAWAL_STATUSES), 'status'),
    statusText: must(from, text, 'status'),
    accountId: may(from, id, 'accountId'),
    currencyCode,
    withdrawAmount: must(from, amount, 'withdrawAmount'),
    feeAmount: may(from, amount, 'feeAmount'),
    receiveAmount: must(from, amount, 'receiveAmount'),
    receiveCode: may(from, text, 'receiveCurrencyCode') ?? currencyCode,
    failureReason: may(from, text, 'failureReason'),
    createdAt: may(from, time, 'createdAt'),
    updatedAt: may(from, time, 'updatedAt'),
    address: must(from, text, 'address', 'receiver'),
    network: may(from, text, 'networkCode'),
    memo: may(from, text, 'memo'),
    transactionHash: may(from, text, 'transactionHash'),
    confirmations: may(from, count, 'confirmations'),
  }
}
