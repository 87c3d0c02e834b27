// Live and past rates: how many units of a base one unit of a currency is worth.
import { orNull } from './call.ts'
import { amount, may, misfit, must, readOnce, source, text, time } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Reply, Source } from './decode.ts'

export const rateEndpoints = defineEndpoints('rates', {
  list: {
    does: 'lists the live rates of all currencies in a base',
    method: 'GET',
    path: '/currencies/rates',
    scope: null,
    safety: 'read',
    // A price serves once; a quarter of an hour is as far as an old one, called stale, is better than none.
    keep: { forMs: 0, staleMs: 15 * 60_000 },
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  history: {
    does: 'lists the past rates of one currency in a base, oldest first',
    method: 'GET',
    path: '/currencies/rates/history',
    scope: null,
    safety: 'read',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export interface Rate {
  readonly currencyCode: string
  readonly baseCode: string
  /** Units of the base for one unit of the currency. */
  readonly price: Decimal
  /** Per cent. */
  readonly change24h: Decimal | null
  readonly asOf: Date
  readonly stale: boolean
}

export interface RatePoint {
  readonly at: Date
  readonly price: Decimal
}

export interface RateHistoryQuery {
  readonly currencyCode: string
  readonly baseCode: string
  readonly from: Date
  readonly to: Date | undefined
  readonly interval: string
}

export interface Rates {
  /** All rates of a base by currency code; null where the upstream does not know the base. */
  list(baseCode: string, scope: CallScope): Promise<ReadonlyMap<string, Rate> | null>
  history(query: RateHistoryQuery, scope: CallScope): Promise<readonly RatePoint[] | null>
}

export function createRates(call: Call, endpoints: typeof rateEndpoints): Rates {
  return {
    list(baseCode, scope) {
      const decode = readOnce((reply) => decodeRates(reply, baseCode))
      const answer = call(endpoints.list, { query: { baseCurrencyCode: baseCode } }, scope, decode)
      return orNull(answer.then((reply) => (reply.stale ? asStale(decode(reply)) : decode(reply))))
    },
    history({ currencyCode, baseCode, from, to, interval }, scope) {
      const query = {
        currencyCode,
        baseCurrencyCode: baseCode,
        dateFrom: from.toISOString(),
        dateTo: to?.toISOString(),
        interval,
      }
      return orNull(
        call(endpoints.history, { query }, scope).then((json) => decodeHistory(json, currencyCode, baseCode)),
      )
    },
  }
}

function decodeRates(reply: Reply, baseCode: string): ReadonlyMap<string, Rate> {
  const { rows } = decodeList(reply, 'rates', (row) => decodeRate(row, baseCode))
  return new Map(rows.map((rate) => [rate.currencyCode, rate]))
}

function asStale(rates: ReadonlyMap<string, Rate>): ReadonlyMap<string, Rate> {
  return new Map([...rates].map(([code, rate]) => [code, { ...rate, stale: true }]))
}

/** A price in another base than was asked for would be read as money of the wrong kind. */
function decodeRate(from: Source, asked: string): Rate {
  const baseCode = may(from, text, 'baseCurrencyCode') ?? asked
  if (baseCode !== asked) throw misfit(from.told, `${from.at}.baseCurrencyCode`, 'is another base')
  return {
    currencyCode: must(from, text, 'currencyCode', 'code'),
    baseCode,
    price: must(from, amount, 'rate', 'price'),
    change24h: may(from, amount, 'change24h'),
    asOf: must(from, time, 'timestamp', 'asOf'),
    stale: false,
  }
}

/** What stands around the points may say whose they are; another price would be read as this one. */
function decodeHistory(reply: Reply, currencyCode: string, baseCode: string): readonly RatePoint[] {
  const around: Source = Array.isArray(reply.json)
    ? { at: 'history', fields: {}, told: reply.told }
    : source(reply, 'history')
  const found = [may(around, text, 'currencyCode') ?? currencyCode, may(around, text, 'baseCurrencyCode') ?? baseCode]
  if (found[0] !== currencyCode || found[1] !== baseCode) throw misfit(reply.told, 'history', 'is of another price')
  return decodeList(reply, 'rates', decodePoint).rows
}

function decodePoint(from: Source): RatePoint {
  return { at: must(from, time, 'timestamp', 'date'), price: must(from, amount, 'rate', 'price') }
}
