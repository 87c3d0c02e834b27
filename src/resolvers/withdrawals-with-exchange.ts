// Withdrawals that exchange on the way: what they would give, what is made, and the withdrawal behind one.
import { canonical } from '../decimal.ts'
import { badInput } from '../errors.ts'
import { bankMethod, bankPaths } from './bank-withdrawals.ts'
import { cryptoMethod, cryptoPaths } from './crypto-withdrawals.ts'
import { eWalletMethod, eWalletPaths } from './e-wallet-withdrawals.ts'
import { addressLook, boundsLook, firstRefusal, fundsLook, refusedAddress, scaleLook } from './guards.ts'
import { canonicalOrNull, moveMoney } from './money.ts'
import { quoteCheck, quotedSide } from './quotes.ts'
import { expectedResult, pathsOf } from './results.ts'
import { withdrawFrom } from './withdraw-from.ts'
import { noteOf, WITHDRAWAL_REFUSALS } from './withdrawal-requests.ts'
import { withdrawalOfSomeKind } from './withdrawals.ts'
import type { GatewayContext } from '../context.ts'
import type { Sought } from '../money/sought.ts'
import type { CryptoMethod } from '../upstream/crypto-withdrawals.ts'
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
import type { Look } from './guards.ts'
import type { BoundsInput, ExchangeAmountInput } from './quotes.ts'
import type { Expected, InputFacts, QuoteMoved } from './results.ts'
import type { WithdrawFromInput } from './withdraw-from.ts'
import type { NoWithdrawal, WithdrawalInput, WithdrawalRefusal } from './withdrawal-requests.ts'

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

/** A quote is a POST upstream that moves nothing; its refusals are told as results. Where it would go is looked at as if it were to move. */
export async function withdrawalWithExchangeQuote(
  { input }: { input: WithdrawalWithExchangeQuoteInput },
  context: GatewayContext,
): Promise<WithdrawalWithExchangeQuote | Expected<'AmountOutOfRange' | 'PairNotSupported' | 'DestinationRejected'>> {
  const request = requestOf(input)
  const crypto = cryptoOf(request)
  const arriving = { currencyCode: request.receiveCode }
  const refused = refusedAddress(crypto) ?? (await firstRefusal([addressLook(crypto, arriving, context)], context))
  if (refused) return refused
  try {
    return await context.upstream.withdrawalsWithExchange.quote(request, context.scope)
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
  const quoted = quoteCheck(input, () => upstream.quote(way, context.scope), facts, WITHDRAWAL_REFUSALS)
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
      sought: soughtOf(way),
      facts,
      kinds: WITHDRAWAL_REFUSALS,
      check: async () =>
        refusedAddress(cryptoOf(way)) ?? (await firstRefusal(looksAt(way, context), context)) ?? quoted(),
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

function looksAt(request: WithdrawalWithExchangeRequest, context: GatewayContext): readonly Look<WithdrawalRefusal>[] {
  const { from, receiveCode, side } = request
  const arriving = { currencyCode: receiveCode }
  const address = addressLook(cryptoOf(request), arriving, context)
  const path = (name: string): readonly string[] => ['input', 'amount', name]
  if ('receiveAmount' in side) return [address, scaleLook(side.receiveAmount, path('receiveAmount'), arriving, context)]
  const { payAmount } = side
  return [
    address,
    scaleLook(payAmount, path('payAmount'), from, context),
    boundsLook(payAmount, from, { receiveCode }, context),
    fundsLook(payAmount, from, context),
  ]
}

function cryptoOf({ method }: WithdrawalWithExchangeRequest): CryptoMethod | undefined {
  return 'crypto' in method ? method.crypto : undefined
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

/** Its row says where the money goes by its kind alone. */
function soughtOf({ from, receiveCode, side, method }: WithdrawalWithExchangeRequest): Sought {
  const methodType = 'crypto' in method ? 'CRYPTO' : 'bank' in method ? 'BANK' : 'E_WALLET'
  const payer = 'accountId' in from ? { payAccountId: from.accountId } : { payCode: from.currencyCode }
  return {
    amount:
      'payAmount' in side
        ? { value: side.payAmount, is: 'payAmount' }
        : { value: side.receiveAmount, is: 'receiveAmount', or: ['withdrawAmount'] },
    facts: { ...payer, receiveCode, methodType },
    noted: { destination: goalOf(method) },
  }
}

function goalOf(method: WithdrawalMethod): NonNullable<Sought['destination']> {
  if ('crypto' in method) return { address: method.crypto.address, memo: method.crypto.memo }
  if ('bank' in method) return { iban: method.bank.iban, accountNumber: method.bank.accountNumber }
  return { recipient: method.eWallet.recipient }
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
