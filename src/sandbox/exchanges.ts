// Exchanges (wallet 6.1 to 6.4): calculate, execute, history, one.
import { amount, rateNumber } from './answers.ts'
import { type Exchange, exchangeStatuses, type Pair, type Quote } from './exchange-desk.ts'
import { pairByCodes, pairById } from './exchange-pairs.ts'
import { failure, notFound } from './failure.ts'
import { inRange, pageOf, same } from './paging.ts'
import type { Call, Route } from './router.ts'

export const exchangeRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/exchanges/calculate',
    scope: 'exchange:create',
    run({ world, now, body }) {
      if ((body.text('payAmount') ?? body.text('receiveAmount')) === undefined)
        throw failure('GEN_4', { payAmount: '' })
      const pair = body.text('exchangePairId') === undefined ? pairByCodes(world, body) : pairById(world, body)
      const desk = world.exchangeDesk
      // With both amounts the pay side wins; on merchant orders it is the other way round.
      const payAmount = body.amount('payAmount', pair.pay.currency)
      if (payAmount !== undefined) return showQuote(desk.quotePay(pair, payAmount, now))
      const receiveAmount = body.amount('receiveAmount', pair.receive.currency)
      return showQuote(desk.quoteReceive(pair, receiveAmount ?? 0n, now))
    },
  },
  {
    method: 'POST',
    path: '/exchanges',
    scope: 'exchange:create',
    spends: true,
    run(call) {
      call.body.required('payAmount')
      const pair = pairToExecute(call)
      const payAmount = call.body.amount('payAmount', pair.pay.currency)
      return showExchange(call.world.exchangeDesk.execute(pair, payAmount ?? 0n, call.now))
    },
  },
  {
    method: 'GET',
    path: '/exchanges',
    scope: 'exchange:read',
    list: 'exchanges',
    run({ world, query }) {
      const isOfStatus = same(query.choice('status', exchangeStatuses))
      const paysIn = same(query.currency('payCurrencyCode'))
      const receivesIn = same(query.currency('receiveCurrencyCode'))
      const isInRange = inRange(query)
      const rows = world.exchangeDesk.exchanges.filter(({ status, pair, createdAt }) => {
        return (
          isOfStatus(status) && paysIn(pair.pay.currency) && receivesIn(pair.receive.currency) && isInRange(createdAt)
        )
      })
      return pageOf(rows, query, showExchange)
    },
  },
  {
    method: 'GET',
    path: '/exchanges/{exchangeId}',
    scope: 'exchange:read',
    run({ world, parameter }) {
      const wanted = parameter('exchangeId')
      const exchange = world.exchangeDesk.exchanges.find(({ exchangeId }) => exchangeId === wanted)
      if (exchange === undefined) throw notFound(wanted)
      return showExchange(exchange)
    },
  },
]

// Way A names two currencies, way B a pair and two accounts; B wins where a pair is named, and codes may not contradict it.
function pairToExecute({ world, body }: Call): Pair {
  if (body.text('exchangePairId') === undefined) return pairByCodes(world, body)
  const pair = pairById(world, body)
  const stated = [
    ['payAccountId', pair.pay.accountId],
    ['receiveAccountId', pair.receive.accountId],
  ] as const
  for (const [name, accountId] of stated) {
    const given = body.required(name)
    if (world.ledger.account(given) === undefined) throw failure('GEN_8', { Id: given })
    if (given !== accountId) throw failure('GEN_5', { [name]: given })
  }
  return pair
}

function showQuote({ pair, rate, payAmount, receiveAmount }: Quote): object {
  return {
    payAmount: amount(payAmount, pair.pay.currency),
    payCurrencyCode: pair.pay.currency.code,
    receiveAmount: amount(receiveAmount, pair.receive.currency),
    receiveCurrencyCode: pair.receive.currency.code,
    rate: rateNumber(rate),
    exchangePairId: pair.exchangePairId,
  }
}

function showExchange(exchange: Exchange): object {
  const { exchangeId, status, pair, createdAt } = exchange
  const accounts = { payAccountId: pair.pay.accountId, receiveAccountId: pair.receive.accountId }
  return { exchangeId, status, ...showQuote(exchange), ...accounts, createdAt }
}
