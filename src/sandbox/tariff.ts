// What a withdrawal costs: its limits and its fee, in units of the currency that is withdrawn.
import type { Currency } from './catalogue.ts'
import { failure } from './failure.ts'
import type { Account } from './ledger.ts'
import { formatUnits } from './units.ts'

export type Tariff = {
  readonly min: bigint
  readonly max: bigint
  fee(amount: bigint): bigint
  /** What has to be taken so that this much arrives. */
  gross(net: bigint): bigint
}

export type Price = {
  readonly withdrawAmount: bigint
  readonly feeAmount: bigint
  readonly receiveAmount: bigint
}

/** With the fee included it is taken out of the amount, otherwise it comes on top. */
export function priceOf(tariff: Tariff, currency: Currency, amount: bigint, feeIncluded: boolean): Price {
  const limit = (units: bigint): string => formatUnits(units, currency.scale)
  const feeAmount = tariff.fee(amount)
  const withdrawAmount = feeIncluded ? amount : amount + feeAmount
  const receiveAmount = withdrawAmount - feeAmount
  if (amount < tariff.min || receiveAmount <= 0n) {
    throw failure('AMT_2', { minAmount: limit(tariff.min), currencyCode: currency.code })
  }
  if (amount > tariff.max) throw failure('AMT_3', { maxAmount: limit(tariff.max), currencyCode: currency.code })
  return { withdrawAmount, feeAmount, receiveAmount }
}

export function checkBalance({ balance, held, currency }: Account, wanted: bigint): void {
  const available = formatUnits(balance - held, currency.scale)
  if (balance - held < wanted) throw failure('ACC_1', { availableBalance: available, currencyCode: currency.code })
}
