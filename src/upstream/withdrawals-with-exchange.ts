// Withdrawals that exchange on the way: what leaves in one currency arrives outside in another.
import { amount, id, may, must, part, source, text, word } from './decode.ts'
import { cryptoFields } from './crypto-withdrawals.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeQuoted } from './exchange-pairs.ts'
import { decodeCommon, withdrawalsOf } from './withdrawals.ts'
import type { Decimal } from '../decimal.ts'
import type { BankMethod } from './bank-withdrawals.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { CryptoMethod } from './crypto-withdrawals.ts'
import type { Read, Source } from './decode.ts'
import type { EWalletMethod } from './e-wallet-withdrawals.ts'
import type { QuotedAmounts, QuotedSide } from './exchange-pairs.ts'
import type { RequestBody } from './json.ts'
import type { CommonWithdrawal, WithdrawalsOf, WithdrawFrom } from './withdrawals.ts'

export const withdrawalWithExchangeEndpoints = defineEndpoints('withdrawalsWithExchange', {
  create: {
    does: 'exchanges and withdraws what that gives',
    method: 'POST',
    path: '/withdrawals/with-exchange',
    scope: 'withdraw-with-exchange:create',
    safety: 'moves-money',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  quote: {
    does: 'quotes a withdrawal with exchange at the current rate; binds nobody',
    method: 'POST',
    path: '/withdrawals/with-exchange/calculate',
    scope: 'withdraw-with-exchange:create',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  list: {
    does: 'lists the withdrawals with exchange, newest first',
    method: 'GET',
    path: '/withdrawals/with-exchange',
    scope: 'withdraw-with-exchange:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one withdrawal with exchange',
    method: 'GET',
    path: '/withdrawals/with-exchange/{withdrawalId}',
    scope: 'withdraw-with-exchange:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

const METHOD_TYPES = ['CRYPTO', 'BANK', 'E_WALLET'] as const

export interface WithdrawalWithExchange extends CommonWithdrawal {
  readonly __typename: 'WithdrawalWithExchange'
  readonly payAmount: Decimal | null
  readonly payCode: string | null
  /** Receive per one pay. */
  readonly rate: Decimal | null
  readonly exchangeId: string | null
  /** The withdrawal that follows the exchange, one of the kind that `methodType` says. */
  readonly withdrawalId: string | null
  readonly methodType: (typeof METHOD_TYPES)[number] | 'UNRECOGNIZED' | null
}

export interface WithdrawalWithExchangeQuote extends QuotedAmounts {
  readonly __typename: 'WithdrawalWithExchangeQuote'
  /** Receive per one pay. */
  readonly rate: Decimal | null
  readonly feeAmount: Decimal | null
  readonly feeCode: string | null
  /** When it was answered: the upstream puts no time on a quote. */
  readonly asOf: Date
}

/** Where it goes: exactly one of them. */
export type WithdrawalMethod =
  { readonly crypto: CryptoMethod } | { readonly bank: BankMethod } | { readonly eWallet: EWalletMethod }

export interface WithdrawalWithExchangeRequest {
  readonly from: WithdrawFrom
  readonly receiveCode: string
  readonly side: QuotedSide
  readonly method: WithdrawalMethod
  readonly description?: string | undefined
}

export interface WithdrawalsWithExchange extends WithdrawalsOf<WithdrawalWithExchange, WithdrawalWithExchangeRequest> {
  quote(request: WithdrawalWithExchangeRequest, scope: CallScope): Promise<WithdrawalWithExchangeQuote>
}

export function createWithdrawalsWithExchange(
  call: Call,
  endpoints: typeof withdrawalWithExchangeEndpoints,
): WithdrawalsWithExchange {
  return {
    ...withdrawalsOf(call, endpoints, { body, decode: decodeWithdrawalWithExchange }),
    async quote(request, scope) {
      const { from, receiveCode, side } = request
      const answer = source(await call(endpoints.quote, { body: body(request) }, scope), 'quote')
      const asked = { ...side, receiveCode, ...('currencyCode' in from && { payCode: from.currencyCode }) }
      return {
        __typename: 'WithdrawalWithExchangeQuote',
        ...decodeQuoted(answer, asked),
        rate: may(answer, amount, 'exchangeRate', 'rate'),
        feeAmount: may(answer, amount, 'feeAmount', 'fee'),
        feeCode: may(answer, text, 'feeCurrencyCode'),
        asOf: new Date(),
      }
    },
  }
}

function body({ from, receiveCode, side, method, description }: WithdrawalWithExchangeRequest): RequestBody {
  const payer = 'accountId' in from ? { payAccountId: from.accountId } : { payCurrencyCode: from.currencyCode }
  return { ...payer, receiveCurrencyCode: receiveCode, ...side, method: methodFields(method), description }
}

/** Here `type` says the kind, so that how a bank is reached needs another name (merchant 9 gives none). */
function methodFields(method: WithdrawalMethod): Record<string, string | undefined> {
  if ('crypto' in method) return { type: 'CRYPTO', ...cryptoFields(method.crypto) }
  if ('eWallet' in method) return { type: 'E_WALLET', ...method.eWallet }
  const { type, ...account } = method.bank
  return { type: 'BANK', transferType: type, ...account }
}

function decodeWithdrawalWithExchange(from: Source): WithdrawalWithExchange {
  return {
    __typename: 'WithdrawalWithExchange',
    ...decodeCommon(from),
    // `withdrawalId` is the id of another one here, and what arrives is not in the currency that leaves.
    id: must(from, id, 'id'),
    receiveCode: must(from, text, 'receiveCurrencyCode'),
    payAmount: may(from, amount, 'payAmount'),
    payCode: may(from, text, 'payCurrencyCode'),
    rate: may(from, amount, 'exchangeRate', 'rate'),
    exchangeId: may(from, id, 'exchangeId'),
    withdrawalId: may(from, id, 'withdrawalId'),
    methodType: may(from, methodType, 'method'),
  }
}

const methodWord = word(METHOD_TYPES)
const methodPart = part((method) => may(method, methodWord, 'type'))
const methodType: Read<WithdrawalWithExchange['methodType']> = (value, from, name) =>
  (typeof value === 'string' ? methodWord : methodPart)(value, from, name)
