// An amount with its currency, in the inputs of all that names both.
import { builder } from './builder.ts'

export const MoneyInput = builder.inputType('MoneyInput', {
  description: 'An amount and the currency that it is in.',
  fields: (t) => ({
    amount: t.field({ type: 'Decimal', required: true, description: 'In `currency`; above zero.' }),
    currency: t.field({ type: 'CurrencyCode', required: true, description: 'The currency of the amount.' }),
  }),
})
