// What a field costs and takes upstream, declared once as data on the field: descriptions are completed from it, and whatever decides or
// estimates reads it there.
import { isInterfaceType, isObjectType } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import type { Scope } from '../upstream/endpoint.ts'

export interface Needs {
  /** Empty: public. */
  readonly scopes: readonly Scope[]
  /** Whether it takes each of several scopes; else which one depends on what it turns out to read. */
  readonly every: boolean
  /** Upstream calls of one evaluation, at most, where nothing of it is at hand. */
  readonly calls: number
  /** One such field in an operation, and no more. */
  readonly movesMoney: boolean
}

/** The `extensions` of a field that moves no money. Of several scopes it takes one. */
export function needs(scopes: Scope | readonly Scope[] | 'public', calls = 1): { readonly upstream: Needs } {
  const list = scopes === 'public' ? [] : typeof scopes === 'string' ? [scopes] : scopes
  return { upstream: { scopes: list, every: false, calls, movesMoney: false } }
}

/** The same for a field that takes all of these scopes, a call each. */
export function needsEach(...scopes: readonly Scope[]): { readonly upstream: Needs } {
  return { upstream: { scopes, every: true, calls: scopes.length, movesMoney: false } }
}

/** The `extensions` of a field that moves money. */
export function movesMoney(scope: Scope, calls = 1): { readonly upstream: Needs } {
  return { upstream: { scopes: [scope], every: false, calls, movesMoney: true } }
}

export function needsOf(extensions: Readonly<Record<string, unknown>>): Needs | undefined {
  return extensions['upstream'] as Needs | undefined
}

/** Completes the description of each field that has needs with a line about them. */
export function describeNeeds(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const found = needsOf(field.extensions)
      if (found) field.description = `${field.description ?? ''}\n\n${sentence(found)}`.trim()
    }
  }
  return schema
}

function sentence({ scopes, every, calls }: Needs): string {
  const list = scopes.map((each) => `\`${each}\``).join(every ? ' and ' : ' or ')
  const scope = scopes.length === 0 ? 'Public' : `${every ? 'Scopes' : 'Scope'}: ${list}`
  return `${scope}. Upstream: ${calls === 1 ? 'one call' : `up to ${calls} calls`}.`
}
