// What a merchant asks of a payer, in the inputs of orders and preorders.
import { builder } from './builder.ts'
import { MoneyInput } from './money-input.ts'
import type { InputFields } from './builder.ts'

const OrderAmount = builder.inputType('OrderAmount', {
  description: 'What an order is about. Exactly one of them: the other side follows from the rate.',
  isOneOf: true,
  fields: (t) => ({
    receive: t.field({ type: MoneyInput, description: 'What the merchant is to get.' }),
    pay: t.field({ type: MoneyInput, description: 'What the payer is to pay.' }),
  }),
})

const PayerInput = builder.inputType('PayerInput', {
  description: 'Who is to pay. It counts only where the project takes verified payers alone.',
  fields: (t) => ({
    email: t.string({ description: 'The mail address.' }),
    name: t.string({ description: 'The first name.' }),
    surname: t.string({ description: 'The surname.' }),
    dateOfBirth: t.string({ description: 'The day of birth as YYYY-MM-DD.' }),
  }),
})

/** The fields that both inputs have. */
export const termsFields = (t: InputFields) => ({
  projectId: t.id({ required: true, description: 'The id of the Project that it belongs to.' }),
  orderId: t.string({
    description:
      'Your own id for it, unique within the project: the only guard against asking twice. Made up where left out.',
  }),
  description: t.string({ description: 'Shown to the payer, at most 255 characters.' }),
  amount: t.field({
    type: OrderAmount,
    required: true,
    description: 'What the merchant gets, or what the payer pays.',
  }),
  callbackUrl: t.string({
    description: 'Where SpectroCoin tells of each change: a public http or https URL, at most 2048 characters.',
  }),
  successUrl: t.string({
    description: 'Where the payer is led after paying: an http or https URL, at most 2048 characters.',
  }),
  failureUrl: t.string({
    description: 'Where the payer is led after failing to pay: an http or https URL, at most 2048 characters.',
  }),
  payer: t.field({ type: PayerInput, description: 'Who is to pay.' }),
})
