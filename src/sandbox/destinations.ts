// Where withdrawn money goes: read from a call, checked, and ready to be sent to (merchant 9).
import { type Currency, type Network, networkCodes } from './catalogue.ts'
import { cryptoTariff } from './crypto-payouts.ts'
import { type BankDetails, transferNames, type TransferType, transferTypes } from './fiat-payouts.ts'
import { failure } from './failure.ts'
import type { Fields } from './fields.ts'
import { isBic, isIban } from './iban.ts'
import type { Account } from './ledger.ts'
import { methodOf, type PaymentMethod, tariffOf } from './payment-method-catalogue.ts'
import type { Payout, Way } from './payouts.ts'
import type { Price, Tariff } from './tariff.ts'
import type { World } from './world.ts'

export type Destination<Details = unknown> = {
  readonly tariff: Tariff
  send(account: Account, price: Price, at: number, way?: Way): Payout<Details>
}

type Read<Details> = (world: World, currency: Currency, fields: Fields) => Destination<Details>

export function cryptoDestination({ cryptoPayouts }: World, currency: Currency, fields: Fields) {
  const network = networkOf(currency, fields)
  const address = fields.required('address')
  if (address.length > 128 || address.length < 8 || /\s/.test(address)) throw failure('WDR_1', { address })
  const target = { network, address, memo: memoFor(network, fields) }
  return {
    tariff: cryptoTariff(currency, network),
    send: (account: Account, price: Price, at: number, way?: Way) =>
      cryptoPayouts.send(account, price, target, at, way),
  }
}

export function networkOf({ code, enabled, networks }: Currency, fields: Fields): Network {
  if (!enabled || networks.length === 0) throw failure('CUR_1', { currencyCode: code })
  const wanted = fields.text('networkCode')
  if (wanted === undefined) {
    const [only, ...others] = networks
    if (only === undefined || others.length > 0) throw failure('GEN_4', { networkCode: '' })
    return only
  }
  const network = networks.find((candidate) => candidate.code === wanted)
  if (network !== undefined) return network
  throw networkCodes.includes(wanted) ? failure('CUR_1', { networkCode: wanted }) : failure('GEN_8', { Id: wanted })
}

/** Beside CRYPTO, BANK or E_WALLET as `type`, the kind of transfer needs another name. */
export function bankDestination(typeName: 'type' | 'transferType'): Read<BankDetails> {
  return ({ fiatPayouts }, currency, fields) => {
    const transferType = transferTypeOf(currency, fields, typeName)
    const tariff = transferTariff(transferType, currency)
    const details = bankDetailsOf(transferType, fields)
    return {
      tariff,
      send: (account, price, at, way) =>
        fiatPayouts.bank.withdraw({ account, price, details, description: transferNames[transferType], ...way }, at),
    }
  }
}

export function transferTypeOf(currency: Currency, fields: Fields, name: string): TransferType {
  const isEuro = currency.code === 'EUR'
  const transferType = fields.choice(name, transferTypes) ?? (isEuro ? 'SEPA' : 'SWIFT')
  // SEPA carries euros only, and no bank takes coins.
  if (transferType !== 'SWIFT' && !isEuro) throw failure('CUR_1', { currencyCode: currency.code })
  return transferType
}

export function transferTariff(transferType: TransferType, currency: Currency): Tariff {
  const kind = transferType.toLowerCase().replace('_', '-')
  const method = methodOf(`${kind}-withdrawal-${currency.code.toLowerCase()}`, 'WITHDRAWAL')
  if (method === undefined) throw failure('CUR_1', { currencyCode: currency.code })
  return tariffOf(method, currency)
}

export const walletDestination: Read<{ readonly provider: string; readonly recipient: string }> = (
  { fiatPayouts },
  currency,
  fields,
) => {
  const provider = providerOf('E_WALLET', currency, fields)
  fields.required('recipient')
  const recipient = fields.limited('recipient', 128) ?? ''
  const details = { provider: provider.paymentMethodId, recipient }
  return {
    tariff: tariffOf(provider, currency),
    send: (account, price, at, way) =>
      fiatPayouts.eWallet.withdraw({ account, price, details, description: 'E-wallet withdrawal', ...way }, at),
  }
}

export function providerOf(type: 'E_WALLET' | 'VOUCHER', { code }: Currency, fields: Fields): PaymentMethod {
  const provider = fields.required('provider')
  const method = methodOf(provider, 'WITHDRAWAL', type)
  if (method === undefined) throw failure('GEN_8', { Id: provider })
  if (!method.enabled) throw failure('GEN_5', { provider })
  if (!method.currencyCodes.includes(code)) throw failure('CUR_1', { currencyCode: code })
  return method
}

function bankDetailsOf(transferType: TransferType, fields: Fields): BankDetails {
  fields.required('beneficiaryName')
  const [iban, accountNumber] = [fields.text('iban'), fields.limited('accountNumber', 34)]
  const bic = fields.text('bic')
  if (iban === undefined && (accountNumber === undefined || transferType !== 'SWIFT'))
    throw failure('GEN_4', { iban: '' })
  if (iban !== undefined && !isIban(iban)) throw failure('WDR_2', { iban })
  if (bic === undefined && transferType === 'SWIFT') throw failure('GEN_4', { bic: '' })
  if (bic !== undefined && !isBic(bic)) throw failure('WDR_2', { bic })
  const country = fields.text('beneficiaryCountryCode')
  if (country !== undefined && !/^[A-Z]{2}$/.test(country)) throw failure('GEN_5', { beneficiaryCountryCode: country })
  return {
    transferType,
    beneficiaryName: fields.limited('beneficiaryName', 70) ?? '',
    iban: iban?.replaceAll(' ', '') ?? null,
    accountNumber: accountNumber ?? null,
    bic: bic ?? null,
    beneficiaryAddress: fields.limited('beneficiaryAddress', 140) ?? null,
    beneficiaryCountryCode: country ?? null,
    reference: fields.limited('reference', 140) ?? null,
  }
}

function memoFor({ memoRequired }: Network, fields: Fields): string | null {
  const memo = fields.text('memo')
  if (memoRequired && memo === undefined) throw failure('GEN_4', { memo: '' })
  if (memo !== undefined && (!memoRequired || memo.length > 128)) throw failure('WDR_1', { memo })
  return memo ?? null
}
