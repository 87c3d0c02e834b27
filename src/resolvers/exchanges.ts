// Exchanges: making one, and the history.
import { canonical } from '../decimal.ts'
import { badInput } from '../errors.ts'
import { readHistory } from './connections.ts'
import { plainFilter } from './filters.ts'
import { localId } from './ids.ts'
import { boundsLook, firstRefusal, fundsLook, scaleLook } from './guards.ts'
import { canonicalOrNull, moveMoney, positive } from './money.ts'
import { quoteCheck } from './quotes.ts'
import type { GatewayContext } from '../context.ts'
import type { Decimal } from '../decimal.ts'
import type { Sought } from '../money/sought.ts'
import type { ExchangeWay } from '../upstream/exchange-pairs.ts'
import type { Exchange, ExchangeFilter } from '../upstream/exchanges.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'
import type { NotMoved } from './money.ts'
import type { Expected, InputFacts, QuoteMoved } from './results.ts'

export function exchange(
  args: { id: string },
  { loaders }: GatewayContext,
): Exchange | null | Promise<Exchange | null> {
  return loaders.exchange.load(localId('Exchange', args.id, 'id'))
}

export function exchanges(
  args: PageArguments & { readonly filter?: Given<ExchangeFilter> },
  { upstream, scope }: GatewayContext,
): Promise<Connection<Exchange> | null> {
  const filter = plainFilter(args.filter)
  return readHistory(['exchanges'], args, filter, (page, size) => upstream.exchanges.list(filter, page, size, scope))
}

export interface CreateExchangeInput {
  readonly idempotencyKey: string
  readonly payAmount: Decimal
  readonly between: {
    readonly currencies?: { readonly payCode: string; readonly receiveCode: string } | null | undefined
    readonly pair?:
      { readonly pairId: string; readonly payAccountId: string; readonly receiveAccountId: string } | null | undefined
  }
  readonly minReceiveAmount?: Decimal | null | undefined
}

const KINDS = ['InvalidInput', 'InsufficientFunds', 'AmountOutOfRange', 'PairNotSupported'] as const
type ExchangeRefusal = Expected<(typeof KINDS)[number]>

export function createExchange(
  args: { input: CreateExchangeInput },
  context: GatewayContext,
): Promise<Exchange | ExchangeRefusal | QuoteMoved | NotMoved> {
  const { input } = args
  const { exchangePairs, exchanges: upstream } = context.upstream
  const way = wayOf(input.between)
  const payAmount = positive(input.payAmount, 'input.payAmount')
  const from = 'pairId' in way ? { accountId: way.payAccountId } : { currencyCode: way.payCode }
  const facts = factsOf(way)
  const quoted = quoteCheck(input, () => exchangePairs.quote(way, { payAmount }, context.scope), facts, KINDS)
  return moveMoney(
    {
      mutation: 'createExchange',
      idempotencyKey: input.idempotencyKey,
      canonicalInput: {
        way,
        payAmount: canonical(payAmount),
        minReceiveAmount: canonicalOrNull(input.minReceiveAmount),
      },
      sought: { amount: { value: payAmount, is: 'payAmount' }, facts: soughtOf(way) },
      facts,
      kinds: KINDS,
      check: async () =>
        (await firstRefusal<ExchangeRefusal>(
          [
            scaleLook(payAmount, ['input', 'payAmount'], from, context),
            boundsLook(payAmount, from, way, context),
            fundsLook(payAmount, from, context),
          ],
          context,
        )) ?? quoted(),
      send: () => upstream.create(way, payAmount, context.scope),
    },
    context,
  )
}

function wayOf({ currencies, pair }: CreateExchangeInput['between']): ExchangeWay {
  if (currencies) return { payCode: currencies.payCode, receiveCode: currencies.receiveCode }
  if (!pair) throw badInput('input.between', 'input.between must say which currencies, or which pair and accounts.')
  return {
    pairId: localId('ExchangePair', pair.pairId, 'input.between.pair.pairId'),
    payAccountId: localId('Account', pair.payAccountId, 'input.between.pair.payAccountId'),
    receiveAccountId: localId('Account', pair.receiveAccountId, 'input.between.pair.receiveAccountId'),
  }
}

/** An exchange has no reference of ours. */
function soughtOf(way: ExchangeWay): NonNullable<Sought['facts']> {
  if ('payCode' in way) return { payCode: way.payCode, receiveCode: way.receiveCode }
  return { payAccountId: way.payAccountId, receiveAccountId: way.receiveAccountId }
}

function factsOf(way: ExchangeWay): InputFacts {
  const between = ['input', 'between', 'pairId' in way ? 'pair' : 'currencies']
  return {
    ...('payCode' in way && { payCode: way.payCode, receiveCode: way.receiveCode }),
    paths: {
      payAmount: ['input', 'payAmount'],
      payCurrencyCode: [...between, 'payCode'],
      receiveCurrencyCode: [...between, 'receiveCode'],
      exchangePairId: [...between, 'pairId'],
      payAccountId: [...between, 'payAccountId'],
      receiveAccountId: [...between, 'receiveAccountId'],
    },
  }
}
