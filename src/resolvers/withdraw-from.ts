// The account that money leaves, as an input names it.
import { badInput } from '../errors.ts'
import { localId } from './ids.ts'
import type { WithdrawFrom } from '../upstream/withdrawals.ts'

export interface WithdrawFromInput {
  readonly accountId?: string | null | undefined
  readonly currency?: string | null | undefined
}

export function withdrawFrom({ accountId, currency }: WithdrawFromInput, argument = 'input.from'): WithdrawFrom {
  if (typeof accountId === 'string') return { accountId: localId('Account', accountId, `${argument}.accountId`) }
  if (currency) return { currencyCode: currency }
  throw badInput(argument, `${argument} must name an account or a currency.`)
}
