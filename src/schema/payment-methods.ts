// Payment methods.
import { paymentMethods } from '../resolvers/payment-methods.ts'
import { builder } from './builder.ts'
import { needs } from './needs.ts'
import { globalId } from './nodes.ts'
import { PaymentMethod } from './objects.ts'
import { PAYMENT_METHODS } from './shared-calls.ts'
import { sized, WHOLE_LIST } from './sizes.ts'

const PaymentMethodType = builder.enumType('PaymentMethodType', {
  description: 'By what means money comes or goes.',
  values: {
    BANK_TRANSFER: { description: 'A transfer from or to a bank account.' },
    CARD: { description: 'A payment card.' },
    E_WALLET: { description: 'An account with an electronic-money provider.' },
    VOUCHER: { description: 'A voucher.' },
    CRYPTO: { description: 'A chain.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet. Not for inputs.' },
  } as const,
})

const PaymentDirection = builder.enumType('PaymentDirection', {
  description: 'Which way money goes.',
  values: {
    DEPOSIT: { description: 'In.' },
    WITHDRAWAL: { description: 'Out.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet. Not for inputs.' },
  } as const,
})

PaymentMethod.implement({
  description: "A way in which the caller's money may come or go.",
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'E.g. "PaymentMethod:sepa-deposit-eur". Not for `node`: a method is found in the list.',
      resolve: ({ id }) => globalId('PaymentMethod', id),
    }),
    type: t.expose('type', { type: PaymentMethodType, nullable: false, description: 'By what means.' }),
    name: t.exposeString('name', { nullable: false, description: 'For people; the id where it has none.' }),
    direction: t.expose('direction', { type: PaymentDirection, nullable: false, description: 'Which way money goes.' }),
    currencyCodes: t.expose('currencyCodes', {
      type: ['CurrencyCode'],
      nullable: { list: false, items: false },
      description: 'The currencies that it takes.',
    }),
    minAmount: t.expose('minAmount', {
      type: 'Decimal',
      nullable: true,
      description:
        'The least that it takes, in `limitsCode` (without one, in the currency that is paid); null: not told.',
    }),
    maxAmount: t.expose('maxAmount', {
      type: 'Decimal',
      nullable: true,
      description:
        'The most that it takes, in `limitsCode` (without one, in the currency that is paid); null: not told.',
    }),
    feeFixed: t.expose('feeFixed', {
      type: 'Decimal',
      nullable: true,
      description: 'The part of the fee that is the same for any amount, in `limitsCode`.',
    }),
    feePercent: t.expose('feePercent', {
      type: 'Decimal',
      nullable: true,
      description: 'The part of the fee that grows with the amount, in percent of it.',
    }),
    limitsCode: t.field({
      type: 'CurrencyCode',
      nullable: true,
      description:
        'The currency of `minAmount`, `maxAmount` and `feeFixed`, where the method takes exactly one; null: not told.',
      resolve: ({ currencyCodes }) => (currencyCodes.length === 1 ? (currencyCodes[0] ?? null) : null),
    }),
    enabled: t.exposeBoolean('enabled', { nullable: true, description: 'Whether it can be used now.' }),
  }),
})

builder.queryField('paymentMethods', (t) =>
  t.field({
    type: [PaymentMethod],
    nullable: { list: true, items: false },
    description: "The ways in which the caller's money may come and go.",
    args: {
      direction: t.arg({ type: PaymentDirection, description: 'Only those for this way.' }),
      currency: t.arg({ type: 'CurrencyCode', description: 'Only those that take this currency.' }),
    },
    extensions: { ...needs('payment-method:read', PAYMENT_METHODS), ...sized(WHOLE_LIST) },
    resolve: (_root, args, context) => paymentMethods(args, context),
  }),
)
