// Invented people, shops and bank accounts that seeded withdrawals go to.
import type { BankDetails, TransferType } from './fiat-payouts.ts'
import { ibanOf } from './iban.ts'
import type { Random } from './random.ts'

const names = ['Harbour Books UAB', 'Ona Kazlauskienė', 'North Pier Coffee GmbH', 'Jonas Žukas', 'Weaver & Sons Ltd']
const banks = [
  ['LT', 'EXAMLT21', 16],
  ['DE', 'EXAMDEFF', 18],
  ['NL', 'EXAMNL2A', 0],
] as const

export function bankDetailsFor(transferType: TransferType, random: Random): BankDetails {
  const [country, bic, digits] = random.pick(banks)
  const number = String(random.units(10n ** 18n)).padStart(18, '3')
  return {
    transferType,
    beneficiaryName: random.pick(names),
    iban: ibanOf(country, digits === 0 ? `EXAM${number.slice(0, 10)}` : number.slice(0, digits)),
    accountNumber: null,
    bic: transferType === 'SWIFT' ? bic : null,
    beneficiaryAddress: null,
    beneficiaryCountryCode: country,
    reference: random.pick([null, `Payout ${100 + random.integer(900)}`]),
  }
}

export function recipient(random: Random): string {
  return `${random.pick(['ona', 'jonas', 'payouts', 'accounts'])}.${random.hex(4)}@example.com`
}
