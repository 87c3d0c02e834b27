// The schema builder, with what every declaration may count on: the context and the scalars' forms inside.
import SchemaBuilder from '@pothos/core'
import type { GatewayContext } from '../context.ts'

export const builder = new SchemaBuilder<{
  Context: GatewayContext
  Scalars: {
    ID: { Input: string; Output: string }
    Decimal: { Input: string; Output: string }
    DateTime: { Input: Date; Output: Date }
    CurrencyCode: { Input: string; Output: string }
  }
}>({})

/** What the fields of an input are declared with, for those that several inputs have. */
export type InputFields = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>
