// Documents, parsed, held to their limits and validated once, and kept: a bounded number of them, the least used goes first.
import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  ValuesOfCorrectTypeRule,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { requestError } from './errors.ts'
import { needsGuard } from './guard.ts'
import { InputValuesRule, OneOfVariablesRule, shortened } from './input-errors.ts'
import { overLimits, tooDeep, tooLong, tooManyTokens, tooMuchAlike } from './limits.ts'
import { OneMoneyFieldRule } from './money-rule.ts'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { ErrorCode } from '../errors.ts'
import type { DocumentLimits } from './limits.ts'

export type CheckedDocument =
  /** `guarded`: nested fields have arguments that are to be looked at before it runs. */
  { readonly document: DocumentNode; readonly guarded: boolean } | { readonly errors: readonly GraphQLError[] }

/** The checked form of a document's text. */
export type Documents = (text: string) => CheckedDocument

export interface DocumentOptions {
  readonly limits: DocumentLimits
  /** Whether callers may ask for the schema, and are told which names they may have meant. */
  readonly introspection: boolean
}

const RULES = [
  ...specifiedRules.map((rule) => (rule === ValuesOfCorrectTypeRule ? InputValuesRule : rule)),
  OneOfVariablesRule,
  OneMoneyFieldRule,
]

const MOST_KEPT = 1_000
/** Bytes of memory that all kept documents may take together. */
const LARGEST_KEPT = 100_000_000
/** As measured, of what takes most: a field by its name alone with its nodes; an empty comment, which is two characters; an error with its stack. */
const TOKEN_BYTES = 420
const CHARACTER_BYTES = 45
const ERROR_BYTES = 3_000
const MOST_ERRORS = 20
/** Places that one error names: a name that is there twice may be there a thousand times. */
const MOST_PLACES = 10

export function createDocuments(schema: GraphQLSchema, options: DocumentOptions): Documents {
  const kept = new LRUCache<string, CheckedDocument>({
    max: MOST_KEPT,
    maxSize: LARGEST_KEPT,
    sizeCalculation: weightOf,
  })
  return (text) => {
    const known = kept.get(text)
    if (known) return known
    const checked = check(schema, text, options)
    kept.set(text, checked)
    return checked
  }
}

/** The syntax tree is most of it; a refused document has none. */
function weightOf(checked: CheckedDocument, text: string): number {
  return 'document' in checked
    ? (checked.document.tokenCount ?? text.length) * TOKEN_BYTES + text.length * CHARACTER_BYTES
    : checked.errors.length * ERROR_BYTES + text.length * 2
}

/** What is cheap comes first, and what can grow faster than the document is long comes last. */
function check(schema: GraphQLSchema, text: string, options: DocumentOptions): CheckedDocument {
  const { limits } = options
  const refusal = (errors: readonly GraphQLError[], code: ErrorCode): CheckedDocument => ({
    errors: errors.map((error) => publicForm(error, code, options)),
  })
  try {
    const long = tooLong(text, limits)
    if (long) throw long
    const document = parse(text, { maxTokens: limits.maxTokens })
    const over = overLimits(document, limits)
    if (over) throw over
    const errors = validationErrors(schema, document, options)
    return errors.length > 0
      ? refusal(errors, 'GRAPHQL_VALIDATION_FAILED')
      : { document, guarded: needsGuard(schema, document) }
  } catch (error) {
    if (error instanceof RangeError) return refusal([tooDeep(limits)], 'DOCUMENT_TOO_LARGE')
    if (error instanceof GraphQLError) return refusal([tooManyTokens(error, limits) ?? error], 'GRAPHQL_PARSE_FAILED')
    throw error
  }
}

function validationErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  { introspection }: DocumentOptions,
): readonly GraphQLError[] {
  const rules = introspection ? RULES : [NoSchemaIntrospectionCustomRule, ...RULES]
  const errors = validate(schema, document, rules, { maxErrors: MOST_ERRORS, hideSuggestions: !introspection })
  return errors.map((error) => tooMuchAlike(error) ?? error)
}

/** With a code, of a bounded length, and with places in the text in place of nodes: those would keep the whole syntax tree. */
function publicForm(error: GraphQLError, code: ErrorCode, { introspection }: DocumentOptions): GraphQLError {
  // graphql-js asks of a field without a selection whether it was meant with one, whatever it was told about suggestions.
  const said = introspection ? error.message : error.message.replace(/ Did you mean "\w+ \{ \.\.\. \}"\?$/, '')
  const { message, extensions } = requestError(code, shortened(said))
  const refused = new GraphQLError(message, {
    source: error.source ?? null,
    positions: error.positions?.slice(0, MOST_PLACES) ?? null,
    extensions: error.extensions['code'] ? error.extensions : extensions,
  })
  // Until a stack is written out it keeps what its functions were called on, which is that tree again.
  void refused.stack
  return refused
}
