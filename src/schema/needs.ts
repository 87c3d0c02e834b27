// What a field costs and takes upstream, declared once as data on the field: descriptions are completed from it, and whatever decides or
// estimates reads it there.
import { isInterfaceType, isObjectType } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import type { Scope } from '../upstream/endpoint.ts'

export interface Needs {
  /** Which one it takes depends, where there are several, on what it turns out to read; empty: public. */
  readonly scopes: readonly Scope[]
  /** Upstream calls of one evaluation, at most, where nothing of it is at hand. */
  readonly calls: number
  /** One such field in an operation, and no more. */
  readonly movesMoney: boolean
}

/** The `extensions` of a field that reads. */
export function needs(scopes: Scope | readonly Scope[] | 'public', calls = 1): { readonly upstream: Needs } {
  return {
    upstream: {
      scopes: scopes === 'public' ? [] : typeof scopes === 'string' ? [scopes] : scopes,
      calls,
      movesMoney: false,
    },
  }
}

/** The `extensions` of a field that moves money. */
export function movesMoney(scope: Scope, calls = 1): { readonly upstream: Needs } {
  return { upstream: { scopes: [scope], calls, movesMoney: true } }
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

function sentence({ scopes, calls }: Needs): string {
  const scope = scopes.length === 0 ? 'Public' : `Scope: ${scopes.map((each) => `\`${each}\``).join(' or ')}`
  return `${scope}. Upstream: ${calls === 1 ? 'one call' : `up to ${calls} calls`}.`
}
