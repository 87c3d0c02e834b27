// Accounts: the list, one of them, what they are worth together.
import { add, multiply, round } from '../decimal.ts'
import { localId } from './ids.ts'
import type { GatewayContext } from '../context.ts'
import type { Decimal } from '../decimal.ts'
import type { Account } from '../upstream/accounts.ts'

export interface Portfolio {
  readonly total: Decimal
  readonly currencyCode: string
  readonly asOf: Date
  /** Currencies that were left out for want of a rate. */
  readonly unpriced: readonly string[]
  readonly accounts: readonly Account[]
}

export async function accounts(
  args: { currencies?: readonly string[] | null | undefined },
  context: GatewayContext,
): Promise<readonly Account[]> {
  const all = await context.loaders.accounts()
  const { currencies } = args
  return currencies ? all.filter(({ currencyCode }) => currencies.includes(currencyCode)) : all
}

export function account(args: { id: string }, context: GatewayContext): Account | null | Promise<Account | null> {
  return context.loaders.account.load(localId('Account', args.id, 'id'))
}

/** The caller's account in a currency: the list is one call, whichever it is. */
export async function accountIn(currencyCode: string, context: GatewayContext): Promise<Account | null> {
  return (await context.loaders.accounts()).find((each) => each.currencyCode === currencyCode) ?? null
}

/** The sum is exact and is rounded once, at the end. */
export async function portfolio(args: { in: string }, context: GatewayContext): Promise<Portfolio | null> {
  const [all, rates, currency] = await Promise.all([
    context.loaders.accounts(),
    context.loaders.rates.load(args.in),
    context.loaders.currency.load(args.in),
  ])
  if (!currency || !rates) return null
  const worths = all.map((each) => ({
    code: each.currencyCode,
    worth: worth(each, args.in, rates.get(each.currencyCode)?.price),
  }))
  const used = all.flatMap(({ currencyCode }) => (currencyCode === args.in ? [] : (rates.get(currencyCode) ?? [])))
  return {
    total: round(
      worths.reduce((sum, each) => add(sum, each.worth ?? '0'), '0'),
      currency.scale,
      'half-even',
    ),
    currencyCode: args.in,
    // As old as the oldest rate in it.
    asOf: used.reduce((oldest, { asOf }) => (asOf < oldest ? asOf : oldest), new Date()),
    unpriced: [...new Set(worths.filter((each) => each.worth === undefined).map(({ code }) => code))],
    accounts: all,
  }
}

/** An account's balance at the live rate, rounded half to even at the scale of the currency that it is expressed in. */
export async function accountValue(
  of: Account,
  args: { in: string },
  context: GatewayContext,
): Promise<Decimal | null> {
  const [rates, currency] = await Promise.all([
    of.currencyCode === args.in ? null : context.loaders.rates.load(args.in),
    context.loaders.currency.load(args.in),
  ])
  const exact = worth(of, args.in, rates?.get(of.currencyCode)?.price)
  return exact === undefined || !currency ? null : round(exact, currency.scale, 'half-even')
}

function worth(of: Account, code: string, price: Decimal | undefined): Decimal | undefined {
  if (of.currencyCode === code) return of.balance
  return price === undefined ? undefined : multiply(of.balance, price)
}
