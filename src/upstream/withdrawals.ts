// Withdrawals: what all five kinds have in common, in their calls and in their answers.
import { readOne } from './call.ts'
import { amount, id, may, must, source, text, time, word } from './decode.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { BankWithdrawal } from './bank-withdrawals.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { CryptoWithdrawal } from './crypto-withdrawals.ts'
import type { EWalletWithdrawal } from './e-wallet-withdrawals.ts'
import type { Source } from './decode.ts'
import type { Endpoint } from './endpoint.ts'
import type { RequestBody } from './json.ts'
import type { Page, Period } from './pages.ts'
import type { VoucherWithdrawal } from './voucher-withdrawals.ts'
import type { WithdrawalWithExchange } from './withdrawals-with-exchange.ts'

export type Withdrawal =
  CryptoWithdrawal | BankWithdrawal | EWalletWithdrawal | VoucherWithdrawal | WithdrawalWithExchange

export type WithdrawalKind = 'CRYPTO' | 'BANK' | 'E_WALLET' | 'VOUCHER' | 'WITH_EXCHANGE'

export const WITHDRAWAL_STATUSES = ['NEW', 'PENDING', 'PAID', 'FAILED', 'CANCELLED'] as const

/** What a withdrawal of any kind has. */
export interface CommonWithdrawal {
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
  /** What it was asked for under, where the upstream tells. */
  readonly externalId: string | null
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
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

/** What a withdrawal of any kind is made with. */
export interface CommonRequest {
  readonly from: WithdrawFrom
  readonly amount: Decimal
  readonly description: string | undefined
}

export interface WithdrawalFilter extends Period {
  readonly status?: string | undefined
  readonly currency?: string | undefined
}

/** The withdrawals of one kind. */
export interface WithdrawalsOf<T, Request> {
  /** `externalId` finds the withdrawal again in the history; it is no guard against a second one. At most 64 characters. */
  create(request: Request, externalId: string, scope: CallScope): Promise<T>
  list(filter: WithdrawalFilter, page: number, size: number, scope: CallScope): Promise<Page<T>>
  read(withdrawalId: string, scope: CallScope): Promise<T | null>
}

interface KindOfWithdrawal<T, Request> {
  readonly body: (request: Request) => RequestBody
  /** A row of the history, or one that is read. */
  readonly decode: (from: Source) => T
  /** The answer to a creation, where less of it is to be kept. */
  readonly decodeMade?: (from: Source) => T
}

export function withdrawalsOf<T, Request>(
  call: Call,
  endpoints: { readonly create: Endpoint; readonly list: Endpoint; readonly read: Endpoint },
  { body, decode, decodeMade = decode }: KindOfWithdrawal<T, Request>,
): WithdrawalsOf<T, Request> {
  return {
    async create(request, externalId, scope) {
      const answer = await call(endpoints.create, { body: { ...body(request), externalId } }, scope)
      return decodeMade(source(answer, 'withdrawal'))
    },
    async list(filter, page, size, scope) {
      const query = { ...pageQuery(page, size, filter), status: filter.status, currencyCode: filter.currency }
      return decodeList(await call(endpoints.list, { query }, scope), 'withdrawals', decode)
    },
    read: (withdrawalId, scope) =>
      readOne(call(endpoints.read, { path: { withdrawalId } }, scope), 'withdrawal', decode),
  }
}

/** Asks what a withdrawal would cost. The upstream names a currency where it takes the fee in another one. */
export async function readFee(
  call: Call,
  endpoint: Endpoint,
  query: { readonly currencyCode: string } & Readonly<Record<string, string | undefined>>,
  scope: CallScope,
): Promise<WithdrawalFee> {
  const from = source(await call(endpoint, { query }, scope), 'fee')
  return {
    __typename: 'WithdrawalFee',
    feeAmount: must(from, amount, 'feeAmount', 'fee'),
    currencyCode: may(from, text, 'currencyCode') ?? query.currencyCode,
    minAmount: may(from, amount, 'minAmount'),
    maxAmount: may(from, amount, 'maxAmount'),
  }
}

const status = word(WITHDRAWAL_STATUSES)

export function decodeCommon(from: Source): CommonWithdrawal {
  const currencyCode = must(from, text, 'currencyCode', 'currency')
  return {
    id: must(from, id, 'id', 'withdrawalId', 'paymentId'),
    status: must(from, status, 'status'),
    statusText: must(from, text, 'status'),
    accountId: may(from, id, 'accountId'),
    currencyCode,
    withdrawAmount: must(from, amount, 'withdrawAmount'),
    feeAmount: may(from, amount, 'feeAmount'),
    receiveAmount: must(from, amount, 'receiveAmount'),
    receiveCode: may(from, text, 'receiveCurrencyCode') ?? currencyCode,
    failureReason: may(from, text, 'failureReason'),
    externalId: may(from, text, 'externalId'),
    createdAt: may(from, time, 'createdAt'),
    updatedAt: may(from, time, 'updatedAt'),
  }
}
