// What a merchant asks of a payer: the part that the creations of orders and of preorders have in common.
import type { Decimal } from '../decimal.ts'
import type { RequestBody } from './json.ts'

/** One side's amount: the upstream takes either pair, and the receive pair where it is given both. */
export type OrderAmount =
  | { readonly receiveAmount: Decimal; readonly receiveCode: string }
  | { readonly payAmount: Decimal; readonly payCode: string }

export interface Payer {
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly surname?: string | undefined
  /** YYYY-MM-DD. */
  readonly dateOfBirth?: string | undefined
}

export interface OrderTerms {
  readonly projectId: string
  /** The merchant's own id. */
  readonly orderId: string | undefined
  readonly description: string | undefined
  readonly amount: OrderAmount
  readonly callbackUrl: string | undefined
  readonly successUrl: string | undefined
  readonly failureUrl: string | undefined
  readonly payer: Payer
}

export function termsBody({ amount, payer, ...terms }: OrderTerms): RequestBody {
  const price =
    'receiveCode' in amount
      ? { receiveAmount: amount.receiveAmount, receiveCurrencyCode: amount.receiveCode }
      : { payAmount: amount.payAmount, payCurrencyCode: amount.payCode }
  return {
    ...terms,
    ...price,
    payerEmail: payer.email,
    payerName: payer.name,
    payerSurname: payer.surname,
    payerDateOfBirth: payer.dateOfBirth,
  }
}
