// The account that money leaves, as an input names it.
import { badInput } from '../errors.ts'
import { accountIn } from './accounts.ts'
import { localId } from './ids.ts'
import { invalidInput } from './results.ts'
import type { GatewayContext } from '../context.ts'
import type { WithdrawFrom } from '../upstream/withdrawals.ts'
import type { InvalidInput } from './results.ts'

export interface WithdrawFromInput {
  readonly accountId?: string | null | undefined
  readonly currency?: string | null | undefined
}

export function withdrawFrom({ accountId, currency }: WithdrawFromInput): WithdrawFrom {
  if (typeof accountId === 'string') return { accountId: localId('Account', accountId, 'input.from.accountId') }
  if (currency) return { currencyCode: currency }
  throw badInput('input.from', 'input.from must name an account or a currency.')
}

/** The account itself, for a call that takes nothing but its id: by its currency it is looked for among the caller's. */
export async function accountOf(
  from: WithdrawFrom,
  context: GatewayContext,
): Promise<{ readonly accountId: string } | InvalidInput> {
  if ('accountId' in from) return from
  const account = await accountIn(from.currencyCode, context)
  if (account) return { accountId: account.id }
  return invalidInput('There is no account in this currency.', ['input', 'from', 'currency'])
}
