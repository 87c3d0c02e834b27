// The pairs that can be exchanged, and the rate of one (wallet 6.5, 6.6).
import { amount, rateNumber } from './answers.ts'
import { maxPay, minPay, type Pair } from './exchange-desk.ts'
import { failure } from './failure.ts'
import type { Fields } from './fields.ts'
import { same } from './paging.ts'
import type { Call, Route } from './router.ts'
import type { World } from './world.ts'

export const exchangePairRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/exchanges/pairs',
    scope: 'exchange:read',
    list: 'pairs',
    run: (call) =>
      wantedPairs(call).map((pair) => ({
        ...namesOf(pair),
        minPayAmount: amount(minPay(pair), pair.pay.currency),
        maxPayAmount: amount(maxPay(pair), pair.pay.currency),
        enabled: pair.enabled,
      })),
  },
  {
    method: 'GET',
    path: '/exchanges/pairs/ids',
    scope: 'exchange:read',
    list: 'pairs',
    run: (call) =>
      wantedPairs(call).map((pair) => ({
        ...namesOf(pair),
        payAccountId: pair.pay.accountId,
        receiveAccountId: pair.receive.accountId,
      })),
  },
  {
    method: 'GET',
    path: '/exchanges/rate',
    scope: 'exchange:create',
    run({ world, now, query }) {
      const pair = query.text('exchangePairId') === undefined ? pairByCodes(world, query) : pairById(world, query)
      const [pay, receive] = [pair.pay.currency, pair.receive.currency]
      return {
        ...namesOf(pair),
        rate: rateNumber(world.prices.rate(pay, receive, now)),
        timestamp: new Date(world.prices.movedAt(pay, receive, now)),
      }
    },
  },
]

export function pairByCodes({ exchangeDesk }: World, fields: Fields): Pair {
  const [payCode, receiveCode] = [fields.required('payCurrencyCode'), fields.required('receiveCurrencyCode')]
  const [pay, receive] = [fields.currency('payCurrencyCode'), fields.currency('receiveCurrencyCode')]
  const found = exchangeDesk.pairs.find((pair) => pair.pay.currency === pay && pair.receive.currency === receive)
  if (found?.enabled !== true) throw notSupported(payCode, receiveCode)
  return found
}

/** Currency codes beside the pair's id may not contradict it. */
export function pairById({ exchangeDesk }: World, fields: Fields): Pair {
  const wanted = fields.required('exchangePairId')
  const found = exchangeDesk.pairs.find(({ exchangePairId }) => exchangePairId === wanted)
  if (found === undefined) throw failure('GEN_8', { Id: wanted })
  const [pay, receive] = [fields.currency('payCurrencyCode'), fields.currency('receiveCurrencyCode')]
  if (pay !== undefined && pay !== found.pay.currency) throw failure('GEN_5', { payCurrencyCode: pay.code })
  if (receive !== undefined && receive !== found.receive.currency) {
    throw failure('GEN_5', { receiveCurrencyCode: receive.code })
  }
  if (!found.enabled) throw notSupported(found.pay.currency.code, found.receive.currency.code)
  return found
}

function wantedPairs({ world, query }: Call): readonly Pair[] {
  const paysIn = same(query.currency('payCurrencyCode'))
  const receivesIn = same(query.currency('receiveCurrencyCode'))
  return world.exchangeDesk.pairs.filter(({ pay, receive }) => paysIn(pay.currency) && receivesIn(receive.currency))
}

function namesOf({ exchangePairId, pay, receive }: Pair): object {
  return { exchangePairId, payCurrencyCode: pay.currency.code, receiveCurrencyCode: receive.currency.code }
}

function notSupported(payCurrencyCode: string, receiveCurrencyCode: string): Error {
  return failure('EXC_1', { payCurrencyCode, receiveCurrencyCode })
}
