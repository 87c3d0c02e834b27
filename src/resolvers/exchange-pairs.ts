// Exchange pairs and quotes.
import { quotedSide } from './quotes.ts'
import { expectedResult, pathsOf } from './results.ts'
import type { GatewayContext } from '../context.ts'
import type { ExchangePair, ExchangeQuote } from '../upstream/exchange-pairs.ts'
import type { ExchangeAmountInput } from './quotes.ts'
import type { Expected } from './results.ts'

/** A quote is a POST upstream that moves nothing; its refusals are told as results. */
export async function exchangeQuote(
  args: { input: { payCode: string; receiveCode: string; amount: ExchangeAmountInput } },
  { upstream, scope }: GatewayContext,
): Promise<ExchangeQuote | Expected<'AmountOutOfRange' | 'PairNotSupported'>> {
  const { payCode, receiveCode, amount } = args.input
  const side = quotedSide(amount)
  try {
    return await upstream.exchangePairs.quote({ payCode, receiveCode }, side, scope)
  } catch (error) {
    const paths = {
      payCurrencyCode: ['input', 'payCode'],
      receiveCurrencyCode: ['input', 'receiveCode'],
      ...pathsOf('input.amount', ['payAmount', 'receiveAmount']),
    }
    return expectedResult(error, { payCode, receiveCode, paths }, ['AmountOutOfRange', 'PairNotSupported'])
  }
}

export async function exchangePairs(
  args: { payCode?: string | null | undefined; receiveCode?: string | null | undefined },
  { loaders }: GatewayContext,
): Promise<readonly ExchangePair[]> {
  const pairs = await loaders.exchangePairs()
  return pairs.filter(
    ({ payCode, receiveCode }) =>
      (!args.payCode || payCode === args.payCode) && (!args.receiveCode || receiveCode === args.receiveCode),
  )
}
