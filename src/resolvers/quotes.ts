// Quotes: which side is asked for, and the one taken just before money moves, where the caller sets bounds to what it may give or cost.
import { compare } from '../decimal.ts'
import { positive } from './money.ts'
import { expectedResult } from './results.ts'
import type { Decimal } from '../decimal.ts'
import type { QuotedAmounts, QuotedSide } from '../upstream/exchange-pairs.ts'
import type { Expected, InputFacts, QuoteMoved, RefusalKind } from './results.ts'

/** One of the two: the other one is computed. */
export interface ExchangeAmountInput {
  readonly payAmount?: Decimal | null | undefined
  readonly receiveAmount?: Decimal | null | undefined
}

export function quotedSide({ payAmount, receiveAmount }: ExchangeAmountInput): QuotedSide {
  if (payAmount) return { payAmount: positive(payAmount, 'input.amount.payAmount') }
  return { receiveAmount: positive(receiveAmount ?? '0', 'input.amount.receiveAmount') }
}

/** In the currency that arrives, and in the one that pays. */
export interface BoundsInput {
  readonly minReceiveAmount?: Decimal | null | undefined
  readonly maxPayAmount?: Decimal | null | undefined
}

/** The look before the leap: takes a quote where there are bounds, and refuses where it is outside. Refuses bounds that are not above zero. */
export function quoteCheck<const K extends RefusalKind>(
  { minReceiveAmount, maxPayAmount }: BoundsInput,
  quote: () => Promise<QuotedAmounts>,
  facts: InputFacts,
  kinds: readonly K[],
): () => Promise<QuoteMoved | Expected<K> | undefined> {
  const least = minReceiveAmount && positive(minReceiveAmount, 'input.minReceiveAmount')
  const most = maxPayAmount && positive(maxPayAmount, 'input.maxPayAmount')
  return async () => {
    if (!least && !most) return undefined
    try {
      const { payAmount, payCode, receiveAmount, receiveCode } = await quote()
      if (least && compare(receiveAmount, least) < 0)
        return moved('give less than the least', receiveAmount, receiveCode)
      return most && compare(payAmount, most) > 0 ? moved('cost more than the most', payAmount, payCode) : undefined
    } catch (error) {
      return expectedResult(error, facts, kinds)
    }
  }
}

function moved(how: string, quotedAmount: Decimal, quotedCode: string): QuoteMoved {
  return {
    __typename: 'QuoteMoved',
    message: `It would now ${how} that was asked for; nothing was sent.`,
    quotedAmount,
    quotedCode,
  }
}
