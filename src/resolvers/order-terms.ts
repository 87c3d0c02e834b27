// What a merchant asks of a payer, as the inputs of orders and preorders have it.
import { badInput } from '../errors.ts'
import { localId } from './ids.ts'
import { positive } from './money.ts'
import { pathsOf } from './results.ts'
import { checkedDay, checkedText, checkedUrl } from './texts.ts'
import type { Decimal } from '../decimal.ts'
import type { OrderAmount, OrderTerms, Payer } from '../upstream/order-terms.ts'
import type { Given } from './filters.ts'
import type { InputFacts } from './results.ts'

interface Money {
  readonly amount: Decimal
  readonly currency: string
}

export interface OrderTermsInput {
  readonly projectId: string
  readonly orderId?: string | null | undefined
  readonly description?: string | null | undefined
  readonly amount: { readonly receive?: Money | null | undefined; readonly pay?: Money | null | undefined }
  readonly callbackUrl?: string | null | undefined
  readonly successUrl?: string | null | undefined
  readonly failureUrl?: string | null | undefined
  readonly payer?: Given<Payer>
}

/** The refusals that terms may meet. */
export const TERMS_KINDS = ['InvalidInput', 'AlreadyExists', 'StateConflict', 'AmountOutOfRange'] as const

export function checkedTerms(input: OrderTermsInput): OrderTerms {
  return {
    projectId: localId('Project', input.projectId, 'input.projectId'),
    orderId: checkedText(input.orderId, 'input.orderId'),
    description: checkedText(input.description, 'input.description', 255),
    amount: checkedAmount(input.amount),
    callbackUrl: checkedUrl(input.callbackUrl, 'input.callbackUrl'),
    successUrl: checkedUrl(input.successUrl, 'input.successUrl'),
    failureUrl: checkedUrl(input.failureUrl, 'input.failureUrl'),
    payer: {
      email: checkedText(input.payer?.email, 'input.payer.email'),
      name: checkedText(input.payer?.name, 'input.payer.name'),
      surname: checkedText(input.payer?.surname, 'input.payer.surname'),
      dateOfBirth: checkedDay(input.payer?.dateOfBirth, 'input.payer.dateOfBirth'),
    },
  }
}

/** The upstream's names of what was asked; the side that was not given is nowhere in the input. */
export function termsFacts({ amount }: OrderTermsInput): InputFacts {
  const side = amount.receive ? 'receive' : 'pay'
  return {
    paths: {
      ...pathsOf('input', ['projectId', 'orderId', 'description', 'callbackUrl', 'successUrl', 'failureUrl']),
      [`${side}Amount`]: ['input', 'amount', side, 'amount'],
      [`${side}CurrencyCode`]: ['input', 'amount', side, 'currency'],
      payerEmail: ['input', 'payer', 'email'],
      payerName: ['input', 'payer', 'name'],
      payerSurname: ['input', 'payer', 'surname'],
      payerDateOfBirth: ['input', 'payer', 'dateOfBirth'],
    },
  }
}

function checkedAmount({ receive, pay }: OrderTermsInput['amount']): OrderAmount {
  if (receive)
    return {
      receiveAmount: positive(receive.amount, 'input.amount.receive.amount'),
      receiveCode: receive.currency,
    }
  if (pay) return { payAmount: positive(pay.amount, 'input.amount.pay.amount'), payCode: pay.currency }
  throw badInput('input.amount', 'input.amount must say what is received, or what is paid.')
}
