// The graph as clients see it: printed afresh, as agreed, described to the last value, its costs and scopes declared.
import { readFileSync } from 'node:fs'
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  print,
  printSchema,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { argumentCheckOf } from '../src/schema/checks.ts'
import { schema } from '../src/schema/index.ts'
import { needsOf } from '../src/schema/needs.ts'
import { CONTRACT } from './support/contract.ts'
import type { GraphQLArgument, GraphQLField, GraphQLInputField, GraphQLNamedType, GraphQLSchema } from 'graphql'

const ownTypes = (of: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(of.getTypeMap()).filter(
    ({ name }) => !name.startsWith('__') && !['String', 'Int', 'Float', 'Boolean', 'ID'].includes(name),
  )
const outputFields = (type: GraphQLNamedType): GraphQLField<unknown, unknown>[] =>
  isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []

/** As clients read it: both sides of a comparison come from their text. */
const printed = buildSchema(printSchema(schema))
const declaration = ({ name, type, default: given }: GraphQLInputField | GraphQLArgument): string =>
  `${name}: ${String(type)}${given?.literal ? ` = ${print(given.literal)}` : ''}`

/** Everything about a type that a client may count on, a line each. */
function facts(type: GraphQLNamedType): string[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => `value ${name}`)
  if (isUnionType(type)) return type.getTypes().map(({ name }) => `member ${name}`)
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    return [`oneOf ${type.isOneOf}`, ...fields.map(declaration)]
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return ['scalar']
  return [
    ...type.getInterfaces().map(({ name }) => `implements ${name}`),
    ...outputFields(type).map(({ name, args, type: of }) => {
      const parameters = args.map(declaration)
      return `${name}(${parameters.join(', ')}): ${String(of)}`
    }),
  ]
}

describe('the printed schema', () => {
  test('is schema.graphql: run `npm run schema` where this fails', () => {
    const file = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')
    expect(`${printSchema(schema)}\n`).toBe(file)
  })
})

describe('the public contract', () => {
  const agreed = ownTypes(buildSchema(CONTRACT))

  test.each(agreed.map((type) => [type.name, type] as const))('holds for %s', (name, type) => {
    const built = printed.getType(name)
    expect(built?.constructor.name).toBe(type.constructor.name)
    expect(facts(built as GraphQLNamedType)).toEqual(expect.arrayContaining(facts(type)))
  })

  test('names each type that is built', () => {
    expect(
      ownTypes(schema)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(agreed.map(({ name }) => name).sort())
  })

  test.each(agreed.filter((type) => isEnumType(type) || isUnionType(type)).map((type) => [type.name, type] as const))(
    'gives %s no other value or member',
    (name, type) => {
      expect(facts(printed.getType(name) as GraphQLNamedType).sort()).toEqual(facts(type).sort())
    },
  )
})

describe('a description', () => {
  test('stands on every type, field, argument, input field and enum value', () => {
    const bare: string[] = []
    const look = (place: string, { description }: { description?: string | null | undefined }): void => {
      if (!description?.trim()) bare.push(place)
    }
    for (const type of ownTypes(schema)) {
      look(type.name, type)
      if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value)
      if (isInputObjectType(type))
        for (const field of Object.values(type.getFields())) look(`${type.name}.${field.name}`, field)
      for (const field of outputFields(type)) {
        look(`${type.name}.${field.name}`, field)
        for (const argument of field.args) look(`${type.name}.${field.name}(${argument.name})`, argument)
      }
    }
    expect(bare).toEqual([])
  })
})

describe('what a field takes upstream', () => {
  /** Root fields that never leave the gateway; every other one does. */
  const LOCAL = ['Query.viewer', 'Query.operation', 'Subscription.operationUpdated']
  /** Fields of objects that are read apart from their object. */
  const LINKS = [
    'Account.currency',
    'Account.depositAddresses',
    'Account.transactions',
    'Account.value',
    'BankWithdrawal.account',
    'CryptoDeposit.account',
    'CryptoWithdrawal.account',
    'Currency.account',
    'Currency.rate',
    'Deposit.account',
    'Deposit.paymentMethod',
    'DepositAddress.account',
    'EWalletWithdrawal.account',
    'Exchange.payAccount',
    'Exchange.receiveAccount',
    'ExchangePair.pay',
    'ExchangePair.rate',
    'ExchangePair.receive',
    'GiftCardPurchase.cards',
    'GiftCardPurchase.giftCard',
    'MerchantCallback.order',
    'MerchantCallback.project',
    'MerchantTransaction.currency',
    'MerchantTransaction.order',
    'MerchantTransaction.project',
    'Order.callbacks',
    'Order.preorder',
    'Order.project',
    'Order.transactions',
    'Preorder.orders',
    'Preorder.project',
    'Project.orders',
    'Project.preorders',
    'Rate.currency',
    'Transaction.account',
    'Transaction.currency',
    'Transaction.currencyCode',
    'Transaction.source',
    'VoucherWithdrawal.account',
    'VoucherWithdrawal.expiresAt',
    'VoucherWithdrawal.voucherCode',
    'VoucherWithdrawal.voucherPin',
    'Withdrawal.account',
    'WithdrawalWithExchange.account',
    'WithdrawalWithExchange.exchange',
    'WithdrawalWithExchange.withdrawal',
  ]
  const ROOTS = ['Query', 'Mutation', 'Subscription']
  const declared = ownTypes(schema).flatMap((type) =>
    outputFields(type).flatMap((field) => {
      const needs = needsOf(field.extensions)
      return needs ? [{ place: `${type.name}.${field.name}`, field, needs }] : []
    }),
  )

  test('is declared on every field that reaches it, and on no other', () => {
    const roots = ROOTS.flatMap((root) =>
      outputFields(schema.getType(root) as GraphQLNamedType).map(({ name }) => `${root}.${name}`),
    )
    expect(declared.map(({ place }) => place).sort()).toEqual(
      [...LINKS, ...roots.filter((root) => !LOCAL.includes(root))].sort(),
    )
  })

  test('is told in the description, scopes and calls, once', () => {
    for (const { place, field, needs } of declared) {
      const description = field.description ?? ''
      expect([place, description.split('Upstream: ').length]).toEqual([place, 2])
      if (needs.scopes.length === 0)
        expect([place, description]).toEqual([place, expect.stringMatching(/^Public\. Upstream: /m)])
      else expect([place, description]).toEqual([place, expect.stringMatching(/^Scopes?: `/m)])
      for (const scope of needs.scopes) expect(description).toContain(`\`${scope}\``)
    }
  })

  test('is money for mutations alone', () => {
    const moving = declared.filter(({ needs }) => needs.movesMoney).map(({ place }) => place)
    expect(moving.sort()).toEqual([
      'Mutation.createBankWithdrawal',
      'Mutation.createCryptoWithdrawal',
      'Mutation.createEWalletWithdrawal',
      'Mutation.createExchange',
      'Mutation.createVoucherWithdrawal',
      'Mutation.createWithdrawalWithExchange',
      'Mutation.payGiftCardPurchase',
      'Mutation.payOrder',
    ])
  })

  test('leaves a field that needs a call of its own nullable, so that its failure costs nothing else', () => {
    const stern = declared.filter(
      ({ place, field }) => !place.startsWith('Subscription.') && String(field.type).endsWith('!'),
    )
    expect(stern.map(({ place }) => place)).toEqual(['Transaction.currencyCode'])
  })
})

describe('a connection', () => {
  const connections = ownTypes(printed).flatMap((type) =>
    outputFields(type)
      .filter((field) => String(field.type).endsWith('Connection'))
      .map((field) => [`${type.name}.${field.name}`, field] as const),
  )

  test.each(connections)('is read forwards, by first and after alone: %s', (_, field) => {
    const paging = field.args.filter(({ name }) =>
      ['first', 'after', 'last', 'before', 'page', 'size', 'offset'].includes(name),
    )
    expect(paging.map(declaration)).toEqual(['first: Int = 25', 'after: String'])
  })
})

test('a list inside an object has its arguments checked before the object is read', () => {
  const nested = ownTypes(schema)
    .filter(({ name }) => !['Query', 'Mutation', 'Subscription'].includes(name))
    .flatMap((type) => outputFields(type).map((field) => ({ place: `${type.name}.${field.name}`, field })))
    .filter(({ field }) => field.args.some(({ name }) => ['first', 'filter', 'network'].includes(name)))
  expect(nested.map(({ place }) => place).sort()).toEqual([
    'Account.depositAddresses',
    'Account.transactions',
    'Order.callbacks',
    'Order.transactions',
    'Preorder.orders',
    'Project.orders',
    'Project.preorders',
  ])
  for (const { place, field } of nested)
    expect([place, argumentCheckOf(field.extensions)]).toEqual([place, expect.any(Function)])
})

describe('an enum that mirrors the upstream', () => {
  const OURS = ['ExportFormat', 'ExportResource', 'MoneyOperationState', 'RateInterval', 'WithdrawalKind']

  test('ends in UNRECOGNIZED', () => {
    const mirrors = ownTypes(schema).filter((type) => isEnumType(type) && !OURS.includes(type.name))
    expect(mirrors.length).toBeGreaterThan(4)
    for (const type of mirrors)
      expect([type.name, isEnumType(type) && type.getValues().at(-1)?.name]).toEqual([type.name, 'UNRECOGNIZED'])
  })

  test("has the upstream's own word beside each status", () => {
    const withStatus = ownTypes(schema).filter((type) => outputFields(type).some(({ name }) => name === 'status'))
    expect(withStatus.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Transaction', 'Exchange', 'Order', 'Withdrawal', 'CryptoWithdrawal']),
    )
    for (const type of withStatus) {
      const text = outputFields(type).find(({ name }) => name === 'statusText')
      expect([type.name, String(text?.type)]).toEqual([type.name, 'String!'])
    }
  })
})

test('the fields of error types collide with none of what they stand beside in a union', () => {
  const error = schema.getType('Error')
  for (const union of ownTypes(schema).filter(isUnionType)) {
    const kinds = union.getTypes()
    const errors = kinds.filter((type) => type.getInterfaces().some((each) => each === error))
    for (const type of errors) {
      for (const field of outputFields(type)) {
        const others = kinds
          .filter((each) => !errors.includes(each))
          .flatMap(outputFields)
          .filter(({ name }) => name === field.name)
        for (const other of others)
          expect([union.name, field.name, String(other.type)]).toEqual([union.name, field.name, String(field.type)])
      }
    }
  }
})
