// Documents, parsed and validated once and kept: a bounded number of them, the least used goes first.
import { GraphQLError, parse, specifiedRules, validate, ValuesOfCorrectTypeRule } from 'graphql'
import { LRUCache } from 'lru-cache'
import { requestError } from './errors.ts'
import { needsGuard } from './guard.ts'
import { InputValuesRule, OneOfVariablesRule } from './input-errors.ts'
import { OneMoneyFieldRule } from './money-rule.ts'
import type { DocumentNode, GraphQLSchema } from 'graphql'

export type CheckedDocument =
  /** `guarded`: nested fields have arguments that are to be looked at before it runs. */
  { readonly document: DocumentNode; readonly guarded: boolean } | { readonly errors: readonly GraphQLError[] }

/** The checked form of a document's text. */
export type Documents = (text: string) => CheckedDocument

const RULES = [
  ...specifiedRules.map((rule) => (rule === ValuesOfCorrectTypeRule ? InputValuesRule : rule)),
  OneOfVariablesRule,
  OneMoneyFieldRule,
]

const MOST_KEPT = 1_000
/** Characters of all kept documents together. */
const LARGEST_KEPT = 10_000_000
const MOST_TOKENS = 10_000
const MOST_ERRORS = 20

export function createDocuments(schema: GraphQLSchema): Documents {
  const kept = new LRUCache<string, CheckedDocument>({
    max: MOST_KEPT,
    maxSize: LARGEST_KEPT,
    sizeCalculation: (_checked, text) => text.length + 1,
  })
  return (text) => {
    const known = kept.get(text)
    if (known) return known
    const checked = check(schema, text)
    kept.set(text, checked)
    return checked
  }
}

function check(schema: GraphQLSchema, text: string): CheckedDocument {
  try {
    return validated(schema, parse(text, { maxTokens: MOST_TOKENS }))
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] }
    // graphql-js goes down into a document by recursion, and the stack is what ends first.
    if (error instanceof RangeError)
      return { errors: [requestError('GRAPHQL_VALIDATION_FAILED', 'The document is nested too deeply.')] }
    throw error
  }
}

function validated(schema: GraphQLSchema, document: DocumentNode): CheckedDocument {
  const errors = validate(schema, document, RULES, { maxErrors: MOST_ERRORS })
  return errors.length > 0
    ? { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) }
    : { document, guarded: needsGuard(schema, document) }
}

function withCode(error: GraphQLError, code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED'): GraphQLError {
  if (error.extensions['code']) return error
  const { extensions } = requestError(code, error.message)
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions,
  })
}
