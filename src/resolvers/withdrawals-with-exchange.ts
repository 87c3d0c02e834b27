// Withdrawals that exchange on the way: what they would give, what is made, and the withdrawal behind one.
import { canonical } from '../decimal.ts'
import { badInput } from '../errors.ts'
import { bankMethod, bankPaths } from './bank-withdrawals.ts'
import { cryptoMethod, cryptoPaths } from './crypto-withdrawals.ts'
import { eWalletMethod, eWalletPaths } from './e-wallet-withdrawals.ts'
import { canonicalOrNull, moveMoney } from './money.ts'
import { quoteCheck, quotedSide } from './quotes.ts'
import { expectedResult, pathsOf } from './results.ts'
import { withdrawFrom } from './withdraw-from.ts'
import { noteOf, WITHDRAWAL_REFUSALS } from './withdrawal-requests.ts'
import { withdrawalOfSomeKind } from './withdrawals.ts'
import type { GatewayContext } from '../context.ts'
import type { EWalletMethod } from '../upstream/e-wallet-withdrawals.ts'
import type {
  WithdrawalMethod,
  WithdrawalWithExchange,
  WithdrawalWithExchangeQuote,
  WithdrawalWithExchangeRequest,
} from '../upstream/withdrawals-with-exchange.ts'
import type { Withdrawal } from '../upstream/withdrawals.ts'
import type { BankMethodInput } from './bank-withdrawals.ts'
import type { CryptoMethodInput } from './crypto-withdrawals.ts'
import type { BoundsInput, ExchangeAmountInput } from './quotes.ts'
import type { Expected, InputFacts, QuoteMoved } from './results.ts'
import type { WithdrawFromInput } from './withdraw-from.ts'
import type { NoWithdrawal, WithdrawalInput } from './withdrawal-requests.ts'

export interface WithdrawalWithExchangeQuoteInput {
  readonly from: WithdrawFromInput
  readonly receiveCode: string
  readonly amount: ExchangeAmountInput
  readonly method: {
    readonly crypto?: CryptoMethodInput | null | undefined
    readonly bank?: BankMethodInput | null | undefined
    readonly eWallet?: EWalletMethod | null | undefined
  }
}

export interface CreateWithdrawalWithExchangeInput
  extends WithdrawalWithExchangeQuoteInput, WithdrawalInput, BoundsInput {}

/** A quote is a POST upstream that moves nothing; its refusals are told as results. */
export async function withdrawalWithExchangeQuote(
  { input }: { input: WithdrawalWithExchangeQuoteInput },
  { upstream, scope }: GatewayContext,
): Promise<WithdrawalWithExchangeQuote | Expected<'AmountOutOfRange' | 'PairNotSupported' | 'DestinationRejected'>> {
  const request = requestOf(input)
  try {
    return await upstream.withdrawalsWithExchange.quote(request, scope)
  } catch (error) {
    return expectedResult(error, factsOf(input), ['AmountOutOfRange', 'PairNotSupported', 'DestinationRejected'])
  }
}

export function createWithdrawalWithExchange(
  { input }: { input: CreateWithdrawalWithExchangeInput },
  context: GatewayContext,
): Promise<WithdrawalWithExchange | NoWithdrawal | QuoteMoved> {
  const { withdrawalsWithExchange: upstream } = context.upstream
  const way = requestOf(input)
  const request = { ...way, description: noteOf(input) }
  const facts = factsOf(input)
  return moveMoney(
    {
      mutation: 'createWithdrawalWithExchange',
      idempotencyKey: input.idempotencyKey,
      canonicalInput: {
        ...request,
        side: Object.entries(request.side).map(([name, amount]) => [name, canonical(amount)]),
        minReceiveAmount: canonicalOrNull(input.minReceiveAmount),
        maxPayAmount: canonicalOrNull(input.maxPayAmount),
      },
      facts,
      kinds: WITHDRAWAL_REFUSALS,
      check: quoteCheck(input, () => upstream.quote(way, context.scope), facts, WITHDRAWAL_REFUSALS),
      send: (externalId) => upstream.create(request, externalId, context.scope),
    },
    context,
  )
}

/** The withdrawal that followed the exchange: a call, or up to three where nothing says of which kind it is. */
export function withdrawalBehind(
  { withdrawalId, methodType }: WithdrawalWithExchange,
  context: GatewayContext,
): null | Promise<Withdrawal | null> {
  if (withdrawalId === null) return null
  const isTold = methodType !== null && methodType !== 'UNRECOGNIZED'
  return withdrawalOfSomeKind(withdrawalId, isTold ? [methodType] : ['CRYPTO', 'BANK', 'E_WALLET'], context)
}

function requestOf(input: WithdrawalWithExchangeQuoteInput): WithdrawalWithExchangeRequest {
  return {
    from: withdrawFrom(input.from),
    receiveCode: input.receiveCode,
    side: quotedSide(input.amount),
    method: methodOf(input),
  }
}

function methodOf({ method: { crypto, bank, eWallet } }: WithdrawalWithExchangeQuoteInput): WithdrawalMethod {
  if (crypto) return { crypto: cryptoMethod(crypto, 'input.method.crypto') }
  if (bank) return { bank: bankMethod(bank, 'input.method.bank') }
  if (eWallet) return { eWallet: eWalletMethod(eWallet, 'input.method.eWallet') }
  throw badInput('input.method', 'input.method must say where it goes.')
}

function factsOf({ from, receiveCode, method }: WithdrawalWithExchangeQuoteInput): InputFacts {
  return {
    payCode: from.currency ?? undefined,
    receiveCode,
    paths: {
      payAccountId: ['input', 'from', 'accountId'],
      payCurrencyCode: ['input', 'from', 'currency'],
      receiveCurrencyCode: ['input', 'receiveCode'],
      ...pathsOf('input.amount', ['payAmount', 'receiveAmount']),
      ...pathsOf('input', ['description', 'method']),
      ...(method.crypto && cryptoPaths('input.method.crypto')),
      ...(method.bank && bankPaths('input.method.bank')),
      ...(method.eWallet && eWalletPaths('input.method.eWallet')),
    },
  }
}
