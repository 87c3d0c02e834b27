// The account that money is taken from: named by its id or by its currency.
import { failure } from './failure.ts'
import type { Fields } from './fields.ts'
import type { Account } from './ledger.ts'
import type { World } from './world.ts'

export function payingAccount({ ledger }: World, fields: Fields, [idName, codeName] = usualNames): Account {
  const currency = fields.currency(codeName)
  const accountId = fields.text(idName)
  if (accountId === undefined && currency === undefined) throw failure('GEN_4', { [idName]: '' })
  const account = accountId === undefined ? ledger.accountIn(currency?.code ?? '') : ledger.account(accountId)
  if (account === undefined && accountId !== undefined) throw failure('GEN_8', { Id: accountId })
  if (account === undefined) throw failure('ACC_2', { currencyCode: currency?.code ?? '' })
  if (currency !== undefined && account.currency !== currency) throw failure('GEN_5', { [codeName]: currency.code })
  return account
}

const usualNames: readonly [idName: string, codeName: string] = ['accountId', 'currencyCode']
