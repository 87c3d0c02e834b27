// Withdrawals that exchange on the way (merchant 9): calculate, create, history, one.
import { amount, rateNumber } from './answers.ts'
import { bankDestination, cryptoDestination, walletDestination } from './destinations.ts'
import type { Pair, Quote } from './exchange-desk.ts'
import { type ExchangingPayout, methodTypes, type Target } from './exchanging-payouts.ts'
import { failure } from './failure.ts'
import { payingAccount } from './paying-account.ts'
import type { Call, Route } from './router.ts'
import { historyOf, type Kind, notesOf, requiredCurrency, showCommon, type Withdrawal } from './withdrawal-history.ts'

type Row = Withdrawal & { readonly whole: ExchangingPayout }

const withdrawalsWithExchange: Kind<Row> = {
  path: '/withdrawals/with-exchange',
  scope: 'withdraw-with-exchange:read',
  all: ({ exchangingPayouts }) => exchangingPayouts.withdrawals.map(rowOf),
  show: showWithdrawal,
}

export const withExchangeRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/withdrawals/with-exchange',
    scope: 'withdraw-with-exchange:create',
    spends: true,
    run(call) {
      const { pair, payAmount, target } = orderOf(call)
      const notes = notesOf(call.body)
      return showWithdrawal(
        rowOf(call.world.exchangingPayouts.withdraw({ pair, payAmount, target, ...notes }, call.now)),
      )
    },
  },
  {
    method: 'POST',
    path: '/withdrawals/with-exchange/calculate',
    scope: 'withdraw-with-exchange:create',
    run(call) {
      const { pair, payAmount, target } = orderOf(call)
      const { quote, price } = call.world.exchangingPayouts.price(pair, payAmount, target, call.now)
      const { currency } = pair.receive
      return {
        method: { type: target.methodType },
        ...showExchange(quote),
        withdrawAmount: amount(price.withdrawAmount, currency),
        feeAmount: amount(price.feeAmount, currency),
        receiveAmount: amount(price.receiveAmount, currency),
      }
    },
  },
  ...historyOf(withdrawalsWithExchange),
]

type Order = { readonly pair: Pair; readonly payAmount: bigint; readonly target: Target }

function orderOf(call: Call): Order {
  const { world, now, body } = call
  if ((body.text('payAmount') ?? body.text('receiveAmount')) === undefined) throw failure('GEN_4', { payAmount: '' })
  const pay = payingAccount(world, body, ['payAccountId', 'payCurrencyCode'])
  const receive = requiredCurrency(body, 'receiveCurrencyCode')
  const pair = world.exchangeDesk.pairs.find((one) => one.pay === pay && one.receive.currency === receive)
  if (pair?.enabled !== true) {
    throw failure('EXC_1', { payCurrencyCode: pay.currency.code, receiveCurrencyCode: receive.code })
  }
  const target = targetOf(call, pair)
  // With both amounts the pay side wins, as in an exchange.
  const given = body.amount('payAmount', pay.currency)
  if (given !== undefined) return { pair, payAmount: given, target }
  // What is asked for is what shall arrive, when the fee is taken.
  const gross = target.destination.tariff.gross(body.amount('receiveAmount', receive) ?? 0n)
  return { pair, payAmount: world.exchangeDesk.quoteReceive(pair, gross, now).payAmount, target }
}

function targetOf({ world, body }: Call, { receive: { currency } }: Pair): Target {
  const method = body.inner('method')
  method.required('type')
  const methodType = method.choice('type', methodTypes) ?? 'BANK'
  const destinations = { CRYPTO: cryptoDestination, BANK: bankDestination('transferType'), E_WALLET: walletDestination }
  return { methodType, destination: destinations[methodType](world, currency, method) }
}

function rowOf(whole: ExchangingPayout): Row {
  const { withdrawAmount, feeAmount, receiveAmount, status, account, failureReason, createdAt, updatedAt } =
    whole.payout
  return {
    id: whole.id,
    withdrawAmount,
    feeAmount,
    receiveAmount,
    status,
    account,
    externalId: whole.externalId,
    failureReason,
    createdAt,
    updatedAt,
    whole,
  }
}

function showWithdrawal(row: Row): object {
  const { methodType, exchange, payout } = row.whole
  return showCommon('WITH_EXCHANGE', row, {
    method: { type: methodType },
    payAccountId: exchange.pair.pay.accountId,
    ...showExchange(exchange),
    exchangeId: exchange.exchangeId,
    withdrawalId: payout.id,
  })
}

function showExchange({ pair, rate, payAmount }: Quote): object {
  return {
    exchangeRate: rateNumber(rate),
    payAmount: amount(payAmount, pair.pay.currency),
    payCurrencyCode: pair.pay.currency.code,
    receiveCurrencyCode: pair.receive.currency.code,
  }
}
