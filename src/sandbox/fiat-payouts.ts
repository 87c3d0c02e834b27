// Withdrawals of fiat money: to a bank, to an e-wallet, or as a voucher.
import type { Agenda } from './agenda.ts'
import type { Ledger } from './ledger.ts'
import type { PaymentMethod } from './payment-method-catalogue.ts'
import { createPayouts, type Payouts } from './payouts.ts'
import type { Random } from './random.ts'

export const transferTypes = ['SEPA', 'SEPA_INSTANT', 'SWIFT'] as const
export type TransferType = (typeof transferTypes)[number]

export type BankDetails = {
  readonly transferType: TransferType
  readonly beneficiaryName: string
  readonly iban: string | null
  readonly accountNumber: string | null
  readonly bic: string | null
  readonly beneficiaryAddress: string | null
  readonly beneficiaryCountryCode: string | null
  readonly reference: string | null
}

export type WalletDetails = { readonly provider: string; readonly recipient: string }

export type VoucherDetails = {
  readonly provider: PaymentMethod
  /** A voucher can be spent by whoever knows this: made once it is paid. */
  secret: { readonly code: string; readonly pin: string; readonly expiresAt: Date } | undefined
}

export type FiatPayouts = {
  readonly bank: Payouts<BankDetails>
  readonly eWallet: Payouts<WalletDetails>
  readonly voucher: Payouts<VoucherDetails>
}

export const transferNames: Readonly<Record<TransferType, string>> = {
  SEPA: 'SEPA withdrawal',
  SEPA_INSTANT: 'SEPA instant withdrawal',
  SWIFT: 'SWIFT withdrawal',
}

type PayoutsDependencies = { readonly ledger: Ledger; readonly agenda: Agenda; readonly random: Random }

const year = 365 * 86_400_000

export function createFiatPayouts({ ledger, agenda, random }: PayoutsDependencies): FiatPayouts {
  const secrets = random.fork('secrets')
  return {
    bank: createPayouts({
      ledger,
      agenda,
      random: random.fork('bank'),
      type: 'WITHDRAWAL',
      house: 'bank',
      rejection: 'Rejected by the bank',
    }),
    eWallet: createPayouts({
      ledger,
      agenda,
      random: random.fork('e-wallet'),
      type: 'WITHDRAWAL',
      house: 'bank',
      rejection: 'Rejected by the provider',
    }),
    voucher: createPayouts({
      ledger,
      agenda,
      random: random.fork('voucher'),
      type: 'VOUCHER',
      house: 'shop',
      rejection: 'Out of stock',
      paid(details: VoucherDetails, at) {
        const code = secrets.hex(16).toUpperCase().match(/.{4}/g)?.join('-') ?? ''
        const pin = String(1000 + secrets.integer(9000))
        details.secret = { code, pin, expiresAt: new Date(at + year) }
      },
    }),
  }
}
