// The least that asks for a root field: made from the schema, so that no field can be left out of a table.
import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'
import type { GraphQLArgument, GraphQLField, GraphQLInputField, GraphQLInputType } from 'graphql'

/** E.g. `{ account(id: "Account:1") { __typename } }`. */
export function leastOperation(
  kind: 'query' | 'mutation' | 'subscription',
  field: GraphQLField<unknown, unknown>,
): string {
  return `${kind} { ${leastField(field)} }`
}

export function leastField({ name, args, type }: GraphQLField<unknown, unknown>): string {
  const given = args.filter(isRequiredArgument).map((each) => `${each.name}: ${valueOf(each, each.type)}`)
  const selection = isCompositeType(getNamedType(type)) ? ' { __typename }' : ''
  return `${name}${given.length > 0 ? `(${given.join(', ')})` : ''}${selection}`
}

/** A literal. `of` says in words whose id it wants. */
function valueOf(of: GraphQLArgument | GraphQLInputField, type: GraphQLInputType): string {
  if (isNonNullType(type)) return valueOf(of, type.ofType)
  if (isListType(type)) return `[${valueOf(of, type.ofType)}]`
  if (isEnumType(type)) return type.getValues()[0]?.name ?? ''
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    const given = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField)
    return `{${given.map((each) => `${each.name}: ${valueOf(each, each.type)}`).join(', ')}}`
  }
  return type.name === 'ID' ? JSON.stringify(idOf(of.description ?? '')) : (SCALARS[type.name] ?? '')
}

function idOf(description: string): string {
  const [, type] = /\bid of (?:an?|the) ([A-Z]\w+)/.exec(description) ?? []
  if (type) return `${type}:1`
  return description.includes('withdrawal of any kind') ? 'CryptoWithdrawal:1' : 'Account:1'
}

const SCALARS: Readonly<Record<string, string>> = {
  Boolean: 'true',
  CurrencyCode: '"EUR"',
  DateTime: '"2026-11-22T11:00:00Z"',
  Decimal: '"1"',
  Int: '1',
  String: '"x"',
}
