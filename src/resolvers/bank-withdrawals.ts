// Withdrawals to a bank: what is made, and what that costs.
import { badInput } from '../errors.ts'
import { isBic, isIban } from './destinations.ts'
import { refuseUnrecognized } from './filters.ts'
import { pathsOf } from './results.ts'
import { checkedText } from './texts.ts'
import { commonRequest, createWithdrawal, withdrawalFee } from './withdrawal-requests.ts'
import type { GatewayContext } from '../context.ts'
import type { GatewayError } from '../errors.ts'
import type { BankMethod, BankWithdrawal } from '../upstream/bank-withdrawals.ts'
import type { WithdrawalFee } from '../upstream/withdrawals.ts'
import type { Expected } from './results.ts'
import type { FeeInput, NoWithdrawal, PlainWithdrawalInput } from './withdrawal-requests.ts'

/** The account at a bank that money is to go to, and how. */
export interface BankMethodInput {
  readonly type: string
  readonly beneficiaryName: string
  readonly iban?: string | null | undefined
  readonly accountNumber?: string | null | undefined
  readonly bic?: string | null | undefined
  readonly beneficiaryAddress?: string | null | undefined
  readonly beneficiaryCountryCode?: string | null | undefined
  readonly reference?: string | null | undefined
}

export interface CreateBankWithdrawalInput extends PlainWithdrawalInput, BankMethodInput {
  readonly feeIncluded: boolean
}

export function createBankWithdrawal(
  { input }: { input: CreateBankWithdrawalInput },
  context: GatewayContext,
): Promise<BankWithdrawal | NoWithdrawal> {
  const method = bankMethod(input, 'input')
  return createWithdrawal(
    {
      mutation: 'createBankWithdrawal',
      input,
      request: { ...commonRequest(input), feeIncluded: input.feeIncluded, ...method },
      goal: { destination: { iban: method.iban, accountNumber: method.accountNumber } },
      paths: bankPaths('input'),
      send: (request, externalId) => context.upstream.bankWithdrawals.create(request, externalId, context.scope),
    },
    context,
  )
}

export function bankWithdrawalFee(
  { input }: { input: FeeInput & { readonly type?: string | null | undefined } },
  { upstream, scope }: GatewayContext,
): Promise<WithdrawalFee | Expected<'AmountOutOfRange'>> {
  refuseUnrecognized(input.type, 'input.type')
  return withdrawalFee(input, pathsOf('input', ['type']), (query) =>
    upstream.bankWithdrawals.fee({ ...query, type: input.type ?? undefined }, scope),
  )
}

/** Where a mistyped account would show: refused before anything is sent. What only a bank can know is left to it. */
export function bankMethod(input: BankMethodInput, at: string): BankMethod {
  refuseUnrecognized(input.type, `${at}.type`)
  const { type, beneficiaryName } = input
  const iban = input.iban ?? undefined
  const accountNumber = checkedText(input.accountNumber, `${at}.accountNumber`)
  const bic = input.bic ?? undefined
  const country = input.beneficiaryCountryCode ?? undefined
  const refuse = (field: string, rule: string): GatewayError => badInput(`${at}.${field}`, `${at}.${field} ${rule}`)
  if ((iban === undefined) === (accountNumber === undefined))
    throw refuse('iban', `or ${at}.accountNumber must be given, and not both.`)
  if (iban !== undefined && !isIban(iban))
    throw refuse(
      'iban',
      'must be an IBAN without spaces, of the length of its country and with the right check digits.',
    )
  if (bic === undefined && type === 'SWIFT') throw refuse('bic', 'must be given for SWIFT.')
  if (bic !== undefined && !isBic(bic))
    throw refuse(
      'bic',
      'must be a BIC: 8 or 11 letters and digits, with the code of a country in the fifth and sixth place.',
    )
  if (country !== undefined && !/^[A-Za-z]{2}$/.test(country))
    throw refuse('beneficiaryCountryCode', 'must be two letters.')
  checkedText(beneficiaryName, `${at}.beneficiaryName`, 70)
  return {
    type,
    beneficiaryName,
    iban,
    accountNumber,
    bic,
    beneficiaryAddress: checkedText(input.beneficiaryAddress, `${at}.beneficiaryAddress`),
    beneficiaryCountryCode: country,
    reference: checkedText(input.reference, `${at}.reference`, 140),
  }
}

const BANK_FIELDS = [
  'type',
  'beneficiaryName',
  'iban',
  'accountNumber',
  'bic',
  'beneficiaryAddress',
  'beneficiaryCountryCode',
  'reference',
]

export function bankPaths(at: string): Record<string, readonly string[]> {
  return { ...pathsOf(at, BANK_FIELDS), transferType: [...at.split('.'), 'type'] }
}
