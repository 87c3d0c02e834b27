// Deposits of fiat: making one, the history, and the method that one goes by.
import { readHistory } from './connections.ts'
import { create } from './creations.ts'
import { plainFilter } from './filters.ts'
import { localId } from './ids.ts'
import { positive } from './money.ts'
import { pathsOf } from './results.ts'
import { checkedText } from './texts.ts'
import type { GatewayContext } from '../context.ts'
import type { Decimal } from '../decimal.ts'
import type { Deposit, DepositFilter } from '../upstream/deposits.ts'
import type { PaymentMethod } from '../upstream/payment-methods.ts'
import type { Connection, PageArguments } from './connections.ts'
import type { Given } from './filters.ts'
import type { Expected } from './results.ts'

export function deposit(args: { id: string }, { loaders }: GatewayContext): Deposit | null | Promise<Deposit | null> {
  return loaders.deposit.load(localId('Deposit', args.id, 'id'))
}

export function deposits(
  args: PageArguments & { readonly filter?: Given<DepositFilter> },
  { upstream, scope }: GatewayContext,
): Promise<Connection<Deposit> | null> {
  const filter = plainFilter(args.filter)
  return readHistory(['deposits'], args, filter, (page, size) => upstream.deposits.list(filter, page, size, scope))
}

/** A method is found in the list of all: the upstream reads none alone. */
export async function depositPaymentMethod(
  { paymentMethodId }: Deposit,
  { loaders }: GatewayContext,
): Promise<PaymentMethod | null> {
  if (paymentMethodId === null) return null
  return (await loaders.paymentMethods()).find(({ id }) => id === paymentMethodId) ?? null
}

export interface CreateDepositInput {
  readonly amount: Decimal
  readonly currency: string
  readonly paymentMethodId: string
  readonly accountId?: string | null | undefined
  readonly description?: string | null | undefined
}

export async function createDeposit(
  { input }: { input: CreateDepositInput },
  context: GatewayContext,
): Promise<Deposit | Expected<'AmountOutOfRange'>> {
  const { accountId } = input
  const request = {
    currencyCode: input.currency,
    amount: positive(input.amount, 'input.amount'),
    paymentMethodId: localId('PaymentMethod', input.paymentMethodId, 'input.paymentMethodId'),
    accountId: typeof accountId === 'string' ? localId('Account', accountId, 'input.accountId') : undefined,
    description: checkedText(input.description, 'input.description'),
  }
  const paths = {
    ...pathsOf('input', ['amount', 'paymentMethodId', 'accountId', 'description']),
    currencyCode: ['input', 'currency'],
  }
  const send = (): Promise<Deposit> => context.upstream.deposits.create(request, context.scope)
  return create(send, { paths }, ['AmountOutOfRange'], context)
}
