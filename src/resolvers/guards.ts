// Looks before the leap: what can be read that tells that money must not be sent like this. Nothing is sent by them.
import { canonical, compare, scaleOf } from '../decimal.ts'
import { GatewayError } from '../errors.ts'
import { accounts } from './accounts.ts'
import { addressFault } from './destinations.ts'
import { invalidInput } from './results.ts'
import type { GatewayContext } from '../context.ts'
import type { Decimal } from '../decimal.ts'
import type { Account } from '../upstream/accounts.ts'
import type { CryptoMethod } from '../upstream/crypto-withdrawals.ts'
import type { Currency } from '../upstream/currencies.ts'
import type { WithdrawFrom } from '../upstream/withdrawals.ts'
import type { AmountOutOfRange, DestinationRejected, InsufficientFunds, InvalidInput } from './results.ts'

/** Gives a refusal, or undefined where nothing is found wrong. */
export type Look<R> = () => Promise<R | undefined>

/**
 * How long all looks together are waited for. What they find the upstream would refuse as well, only later and with fewer words: a slow
 * read must not hold up a payment that is right.
 */
const PATIENCE_MS = 2_000

/**
 * Takes all looks at once, and gives the first refusal in their order. One that cannot be taken, or not in time, is passed over: half of the time
 * that is left is the payment's own.
 */
export async function firstRefusal<R>(
  looks: readonly Look<R>[],
  { scope }: Pick<GatewayContext, 'scope'>,
): Promise<R | undefined> {
  const late = Promise.withResolvers<undefined>()
  const patience = Math.min(PATIENCE_MS, Math.max(0, scope.deadline - performance.now()) / 2)
  const timer = setTimeout(() => late.resolve(undefined), patience)
  try {
    const found = await Promise.all(looks.map((look) => Promise.race([look().catch(passOver), late.promise])))
    return found.find((refusal) => refusal !== undefined)
  } finally {
    clearTimeout(timer)
  }
}

/** Where the upstream wants no more calls, or nobody waits any more, the call that moves money is not made either. */
function passOver(error: unknown): undefined {
  if (error instanceof GatewayError && error.code !== 'RATE_LIMITED' && error.code !== 'CANCELLED') return undefined
  throw error
}

/** Whether the amount has more places than its currency, which is told by its code or by an account in it. Trailing zeros do not count. */
export function scaleLook(
  amount: Decimal,
  path: readonly string[],
  unit: WithdrawFrom,
  context: GatewayContext,
): Look<InvalidInput> {
  return async () => {
    const currency = await currencyOf(unit, context)
    if (!currency?.known || scaleOf(canonical(amount)) <= currency.known.scale) return undefined
    const { scale } = currency.known
    const places = scale === 0 ? 'no places' : scale === 1 ? 'one place' : `${scale} places`
    return invalidInput(`${currency.code} has ${places} behind the point, and ${path.join('.')} has more.`, path)
  }
}

/** Whether no account that may pay holds the amount. A fee on top is the upstream's business. */
export function fundsLook(amount: Decimal, from: WithdrawFrom, context: GatewayContext): Look<InsufficientFunds> {
  return async () => {
    const [fullest] = (await accountsBehind(from, context)).toSorted((a, b) => compare(b.available, a.available))
    if (!fullest || compare(fullest.available, amount) >= 0) return undefined
    return {
      __typename: 'InsufficientFunds',
      message: 'The account does not hold enough.',
      available: fullest.available,
      availableCode: fullest.currencyCode,
    }
  }
}

/** Whether the amount that an exchange takes is outside the bounds of its pair, which is told by its id or by what it gives. */
export function boundsLook(
  payAmount: Decimal,
  from: WithdrawFrom,
  into: { readonly pairId: string } | { readonly receiveCode: string },
  context: GatewayContext,
): Look<AmountOutOfRange> {
  return async () => {
    const [pairs, payCode] = await Promise.all([
      context.loaders.exchangePairs(),
      'pairId' in into ? undefined : codeOf(from, context),
    ])
    const pair = pairs.find((each) =>
      'pairId' in into ? each.id === into.pairId : each.payCode === payCode && each.receiveCode === into.receiveCode,
    )
    if (!pair) return undefined
    const { minPayAmount: min, maxPayAmount: max, payCode: limitCode } = pair
    const isUnder = min !== null && compare(payAmount, min) < 0
    const isOver = max !== null && compare(payAmount, max) > 0
    if (!isUnder && !isOver) return undefined
    const message = 'The amount is outside of the bounds of the pair.'
    return { __typename: 'AmountOutOfRange', message, min, max, limitCode }
  }
}

/** What the input alone tells of an address, where it names the network: no look is needed then. */
export function refusedAddress(method: CryptoMethod | undefined): DestinationRejected | undefined {
  return method?.network === undefined ? undefined : rejected(method.network, method.address)
}

/** The same where the currency that arrives must tell the network: its only one, else the one of its own name. */
export function addressLook(
  method: CryptoMethod | undefined,
  unit: WithdrawFrom,
  context: GatewayContext,
): Look<DestinationRejected> {
  return async () => {
    if (!method || method.network !== undefined) return undefined
    const currency = await currencyOf(unit, context)
    if (!currency) return undefined
    const [only, ...others] = currency.known?.networks ?? []
    return rejected(only && others.length === 0 ? only.code : currency.code, method.address)
  }
}

function rejected(network: string, address: string): DestinationRejected | undefined {
  const message = addressFault(network, address)
  return message === undefined ? undefined : { __typename: 'DestinationRejected', message, field: 'address' }
}

/** The currency's code, and what the list says of it. */
async function currencyOf(
  unit: WithdrawFrom,
  context: GatewayContext,
): Promise<{ readonly code: string; readonly known: Currency | undefined } | undefined> {
  // Both at once: the list is asked for before it is known which of it is wanted.
  const [code, all] = await Promise.all([codeOf(unit, context), context.upstream.currencies.list(context.scope)])
  return code === undefined ? undefined : { code, known: all.get(code) }
}

async function codeOf(unit: WithdrawFrom, context: GatewayContext): Promise<string | undefined> {
  return 'currencyCode' in unit ? unit.currencyCode : (await accountsBehind(unit, context))[0]?.currencyCode
}

/** By a currency usually one, but nothing says so. */
async function accountsBehind(from: WithdrawFrom, context: GatewayContext): Promise<readonly Account[]> {
  if ('currencyCode' in from) return accounts({ currencies: [from.currencyCode] }, context)
  const account = await context.loaders.account.load(from.accountId)
  return account ? [account] : []
}
