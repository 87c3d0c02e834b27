// The account that money leaves, in the inputs of all that moves money.
import { builder } from './builder.ts'

export const WithdrawFrom = builder.inputType('WithdrawFrom', {
  description: 'The account that money leaves. Exactly one of them.',
  isOneOf: true,
  fields: (t) => ({
    accountId: t.id({ description: 'The id of an Account.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'The account in this currency.' }),
  }),
})
