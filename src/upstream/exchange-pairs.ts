// Exchange pairs: which there are, what they would give now, and quotes. Nothing here moves money.
import { divide, isDecimal, isZero } from '../decimal.ts'
import { orNull } from './call.ts'
import { amount, flag, id, may, misfit, must, source, text, time } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source, Told } from './decode.ts'

export const exchangePairEndpoints = defineEndpoints('exchangePairs', {
  list: {
    does: 'lists the pairs that can be exchanged',
    method: 'GET',
    path: '/exchanges/pairs',
    scope: 'exchange:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  rate: {
    does: 'reads the live rate of a pair',
    method: 'GET',
    path: '/exchanges/rate',
    scope: 'exchange:create',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  quote: {
    does: 'quotes an exchange at the current rate; binds nobody',
    method: 'POST',
    path: '/exchanges/calculate',
    scope: 'exchange:create',
    safety: 'read-private',
    pathFrom: 'documented',
    answerFrom: 'inferred',
  },
})

export interface ExchangePair {
  readonly __typename: 'ExchangePair'
  readonly id: string
  readonly payCode: string
  readonly receiveCode: string
  readonly minPayAmount: Decimal | null
  readonly maxPayAmount: Decimal | null
  readonly enabled: boolean | null
}

export interface ExchangeRate {
  readonly payCode: string
  readonly receiveCode: string
  /** Receive per one pay. */
  readonly rate: Decimal
  readonly asOf: Date
  readonly stale: boolean
}

/** What would leave, and what would arrive for it. */
export interface QuotedAmounts {
  readonly payAmount: Decimal
  readonly payCode: string
  readonly receiveAmount: Decimal
  readonly receiveCode: string
}

export interface ExchangeQuote extends QuotedAmounts {
  readonly __typename: 'ExchangeQuote'
  /** Receive per one pay. */
  readonly rate: Decimal
  /** When it was answered: the upstream puts no time on a quote. */
  readonly asOf: Date
}

export type QuotedSide = { readonly payAmount: Decimal } | { readonly receiveAmount: Decimal }

/** Which way an exchange goes: by currencies, or by a pair and two accounts. */
export type ExchangeWay =
  | { readonly payCode: string; readonly receiveCode: string }
  | { readonly pairId: string; readonly payAccountId: string; readonly receiveAccountId: string }

export interface ExchangePairs {
  list(scope: CallScope): Promise<readonly ExchangePair[]>
  /** null where the upstream does not know the pair. */
  rate(payCode: string, receiveCode: string, scope: CallScope): Promise<ExchangeRate | null>
  quote(way: ExchangeWay, side: QuotedSide, scope: CallScope): Promise<ExchangeQuote>
}

export function createExchangePairs(call: Call, endpoints: typeof exchangePairEndpoints): ExchangePairs {
  return {
    list: async (scope) => decodeList(await call(endpoints.list, {}, scope), 'pairs', decodePair).rows,
    rate(payCode, receiveCode, scope) {
      const query = { payCurrencyCode: payCode, receiveCurrencyCode: receiveCode }
      const answer = call(endpoints.rate, { query }, scope)
      return orNull(
        answer.then((json) => decodeRate(source(json, 'rate'), payCode, receiveCode)),
        'pair',
      )
    },
    async quote(way, side, scope) {
      const pair = 'pairId' in way ? { exchangePairId: way.pairId } : wayFields(way)
      const json = await call(endpoints.quote, { body: { ...side, ...pair } }, scope)
      return decodeQuote(source(json, 'quote'), way, side)
    },
  }
}

/** The upstream's names for an exchange by its currencies, or by its pair and accounts. */
export function wayFields(way: ExchangeWay): Record<string, string> {
  if ('pairId' in way) {
    return { exchangePairId: way.pairId, payAccountId: way.payAccountId, receiveAccountId: way.receiveAccountId }
  }
  return { payCurrencyCode: way.payCode, receiveCurrencyCode: way.receiveCode }
}

function decodePair(from: Source): ExchangePair {
  return {
    __typename: 'ExchangePair',
    id: must(from, id, 'exchangePairId', 'id'),
    payCode: must(from, text, 'payCurrencyCode'),
    receiveCode: must(from, text, 'receiveCurrencyCode'),
    minPayAmount: may(from, amount, 'minPayAmount'),
    maxPayAmount: may(from, amount, 'maxPayAmount'),
    enabled: may(from, flag, 'enabled'),
  }
}

/** A rate for another pair, or for the same one turned round, would be read as money of the wrong kind. */
function decodeRate(from: Source, payCode: string, receiveCode: string): ExchangeRate {
  const found = [may(from, text, 'payCurrencyCode') ?? payCode, may(from, text, 'receiveCurrencyCode') ?? receiveCode]
  if (found[0] !== payCode || found[1] !== receiveCode) throw misfit(from.told, 'rate', 'is for another pair')
  return { payCode, receiveCode, rate: must(from, amount, 'rate'), asOf: must(from, time, 'timestamp'), stale: false }
}

function decodeQuote(from: Source, way: ExchangeWay, side: QuotedSide): ExchangeQuote {
  const quote = decodeQuoted(from, { ...side, ...way })
  const rate = may(from, amount, 'rate') ?? rateOf(quote, from.told)
  return { __typename: 'ExchangeQuote', ...quote, rate, asOf: new Date() }
}

/** The older API gave the computed side alone; a quote for other currencies than were asked for is none. */
export function decodeQuoted(from: Source, asked: Partial<QuotedAmounts>): QuotedAmounts {
  const quote = {
    payAmount: may(from, amount, 'payAmount') ?? asked.payAmount ?? must(from, amount, 'payAmount'),
    payCode: may(from, text, 'payCurrencyCode', 'payCurrency') ?? asked.payCode ?? must(from, text, 'payCurrencyCode'),
    receiveAmount: may(from, amount, 'receiveAmount') ?? asked.receiveAmount ?? must(from, amount, 'receiveAmount'),
    receiveCode:
      may(from, text, 'receiveCurrencyCode', 'receiveCurrency') ??
      asked.receiveCode ??
      must(from, text, 'receiveCurrencyCode'),
  }
  const { payCode = quote.payCode, receiveCode = quote.receiveCode } = asked
  if (quote.payCode !== payCode || quote.receiveCode !== receiveCode)
    throw misfit(from.told, 'quote', 'is for another pair')
  return quote
}

/** What both amounts say of a rate that the upstream does not give itself. */
function rateOf({ payAmount, receiveAmount }: QuotedAmounts, told: Told): Decimal {
  const rate = isZero(payAmount) ? undefined : divide(receiveAmount, payAmount, 18, 'half-even')
  if (rate === undefined || !isDecimal(rate)) throw misfit(told, 'quote.rate', 'is missing')
  return rate
}
