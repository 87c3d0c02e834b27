// Exchanges between the caller's own accounts: making one, and the history.
import { readOne } from './call.ts'
import { amount, id, may, must, source, text, time, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { wayFields } from './exchange-pairs.ts'
import { decodeList, pageQuery } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'
import type { ExchangeWay } from './exchange-pairs.ts'
import type { Page, Period } from './pages.ts'

export const exchangeEndpoints = defineEndpoints('exchanges', {
  create: {
    does: 'exchanges',
    method: 'POST',
    path: '/exchanges',
    scope: 'exchange:create',
    safety: 'moves-money',
    pathFrom: 'documented',
    answerFrom: 'inferred',
  },
  list: {
    does: 'lists the exchanges, newest first',
    method: 'GET',
    path: '/exchanges',
    scope: 'exchange:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
  read: {
    does: 'reads one exchange',
    method: 'GET',
    path: '/exchanges/{exchangeId}',
    scope: 'exchange:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const EXCHANGE_STATUSES = ['NEW', 'PENDING', 'PAID', 'FAILED'] as const

export interface Exchange {
  readonly __typename: 'Exchange'
  readonly id: string
  readonly status: (typeof EXCHANGE_STATUSES)[number] | 'UNRECOGNIZED'
  readonly statusText: string
  readonly payAmount: Decimal
  readonly payCode: string
  readonly payAccountId: string | null
  readonly receiveAmount: Decimal
  readonly receiveCode: string
  readonly receiveAccountId: string | null
  /** Receive per one pay. */
  readonly rate: Decimal | null
  readonly createdAt: Date | null
}

export interface ExchangeFilter extends Period {
  readonly status?: string | undefined
  readonly payCode?: string | undefined
  readonly receiveCode?: string | undefined
}

export interface Exchanges {
  create(way: ExchangeWay, payAmount: Decimal, scope: CallScope): Promise<Exchange>
  list(filter: ExchangeFilter, page: number, size: number, scope: CallScope): Promise<Page<Exchange>>
  read(exchangeId: string, scope: CallScope): Promise<Exchange | null>
}

export function createExchanges(call: Call, endpoints: typeof exchangeEndpoints): Exchanges {
  return {
    async create(way, payAmount, scope) {
      return decodeExchange(
        source(await call(endpoints.create, { body: { payAmount, ...wayFields(way) } }, scope), 'exchange'),
      )
    },
    async list(filter, page, size, scope) {
      const query = {
        ...pageQuery(page, size, filter),
        status: filter.status,
        payCurrencyCode: filter.payCode,
        receiveCurrencyCode: filter.receiveCode,
      }
      return decodeList(await call(endpoints.list, { query }, scope), 'exchanges', decodeExchange)
    },
    read: (exchangeId, scope) =>
      readOne(call(endpoints.read, { path: { exchangeId } }, scope), 'exchange', decodeExchange),
  }
}

const status = word(EXCHANGE_STATUSES)

function decodeExchange(from: Source): Exchange {
  return {
    __typename: 'Exchange',
    id: must(from, id, 'exchangeId', 'id'),
    status: must(from, status, 'status'),
    statusText: must(from, text, 'status'),
    payAmount: must(from, amount, 'payAmount'),
    payCode: must(from, text, 'payCurrencyCode', 'payCurrency'),
    payAccountId: may(from, id, 'payAccountId'),
    receiveAmount: must(from, amount, 'receiveAmount'),
    receiveCode: must(from, text, 'receiveCurrencyCode', 'receiveCurrency'),
    receiveAccountId: may(from, id, 'receiveAccountId'),
    rate: may(from, amount, 'rate'),
    createdAt: may(from, time, 'createdAt'),
  }
}
