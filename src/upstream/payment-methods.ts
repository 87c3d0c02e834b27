// Payment methods: the ways in which the caller's money may come and go.
import { amount, flag, id, many, may, must, text, word } from './decode.ts'
import { defineEndpoints } from './endpoint.ts'
import { decodeList } from './pages.ts'
import type { Decimal } from '../decimal.ts'
import type { Call } from './call.ts'
import type { CallScope } from './caller.ts'
import type { Source } from './decode.ts'

export const paymentMethodEndpoints = defineEndpoints('paymentMethods', {
  list: {
    does: 'lists the payment methods',
    method: 'GET',
    path: '/payment-methods',
    scope: 'payment-method:read',
    safety: 'read-private',
    pathFrom: 'inferred',
    answerFrom: 'inferred',
  },
})

export const PAYMENT_METHOD_TYPES = ['BANK_TRANSFER', 'CARD', 'E_WALLET', 'VOUCHER', 'CRYPTO'] as const
export const PAYMENT_DIRECTIONS = ['DEPOSIT', 'WITHDRAWAL'] as const

export interface PaymentMethod {
  readonly id: string
  readonly type: (typeof PAYMENT_METHOD_TYPES)[number] | 'UNRECOGNIZED'
  readonly name: string
  readonly direction: (typeof PAYMENT_DIRECTIONS)[number] | 'UNRECOGNIZED'
  readonly currencyCodes: readonly string[]
  readonly minAmount: Decimal | null
  readonly maxAmount: Decimal | null
  readonly feeFixed: Decimal | null
  readonly feePercent: Decimal | null
  readonly enabled: boolean | null
}

export interface PaymentMethods {
  /** All of them; the upstream does not page them. */
  list(scope: CallScope): Promise<readonly PaymentMethod[]>
}

export function createPaymentMethods(call: Call, endpoints: typeof paymentMethodEndpoints): PaymentMethods {
  return {
    list: async (scope) => decodeList(await call(endpoints.list, {}, scope), 'paymentMethods', decodeMethod).rows,
  }
}

const type = word(PAYMENT_METHOD_TYPES)
const direction = word(PAYMENT_DIRECTIONS)

function decodeMethod(from: Source): PaymentMethod {
  const methodId = must(from, id, 'paymentMethodId', 'id')
  return {
    id: methodId,
    type: may(from, type, 'type') ?? 'UNRECOGNIZED',
    name: may(from, text, 'name') ?? methodId,
    direction: may(from, direction, 'direction') ?? 'UNRECOGNIZED',
    currencyCodes: may(from, many(text), 'currencyCodes') ?? [],
    minAmount: may(from, amount, 'minAmount'),
    maxAmount: may(from, amount, 'maxAmount'),
    feeFixed: may(from, amount, 'feeFixed'),
    feePercent: may(from, amount, 'feePercent'),
    enabled: may(from, flag, 'enabled'),
  }
}
