// What a field costs and takes upstream, declared once as data on the field: descriptions are completed from it, and whatever decides or
// estimates reads it there.
import { isInterfaceType, isObjectType } from 'graphql'
import { MOST_CALLS } from '../resolvers/following.ts'
import type { GraphQLSchema } from 'graphql'
import type { Scope } from '../upstream/endpoint.ts'

export interface Needs {
  /** Empty: public. */
  readonly scopes: readonly Scope[]
  /** Whether it takes each of several scopes; else which one depends on what it turns out to read. */
  readonly every: boolean
  /** Upstream calls of one evaluation, at most, where nothing of it is at hand. */
  readonly calls: number
  /** The same with these arguments, and which of them are made together with other fields. */
  readonly callsWith: (args: FieldArguments) => readonly Calls[]
  /** Whether it reads one page, which is one call without a cursor. */
  readonly paged: boolean
  /** One such field in an operation, and no more. */
  readonly movesMoney: boolean
}

export type FieldArguments = Readonly<Record<string, unknown>>

/** So many for each evaluation, or one that several make together. */
export type Calls = number | SharedCall

export interface SharedCall {
  /** All fields of an operation that name it make it together. */
  readonly name: string
  /** How many of it are made, however many want it. */
  readonly most: number
  /** An argument by whose values they are different calls. */
  readonly by?: string
}

/** A call that several fields make together, once for each value of the argument `by`. */
export function shared(name: string, { by, most = 1 }: { by?: string; most?: number } = {}): SharedCall {
  return { name, most, ...(by !== undefined && { by }) }
}

type Scopes = Scope | readonly Scope[] | 'public'

/** The `extensions` of a field that moves no money; one call where none are given. Of several scopes it takes one. */
export function needs(scopes: Scopes, ...calls: readonly Calls[]): { readonly upstream: Needs } {
  const given = calls.length > 0 ? calls : [1]
  const most = given.reduce<number>((sum, each) => sum + (typeof each === 'number' ? each : 1), 0)
  return needsAsAsked(scopes, most, () => given)
}

/** The same for a field whose calls depend on what is asked for: `most` of them. */
export function needsAsAsked(
  scopes: Scopes,
  most: number,
  callsWith: Needs['callsWith'],
): { readonly upstream: Needs } {
  const list = scopes === 'public' ? [] : typeof scopes === 'string' ? [scopes] : scopes
  return { upstream: { scopes: list, every: false, calls: most, callsWith, paged: false, movesMoney: false } }
}

/** The same for a field that gives a page of a list: behind a cursor it may have to look for it. */
export function needsPage(scopes: Scopes): { readonly upstream: Needs } {
  const { upstream } = needsAsAsked(scopes, MOST_CALLS, ({ after }) => [typeof after === 'string' ? MOST_CALLS : 1])
  return { upstream: { ...upstream, paged: true } }
}

/** The same for a field that takes all of these scopes, a call each. */
export function needsEach(...scopes: readonly Scope[]): { readonly upstream: Needs } {
  return { upstream: { ...needs(scopes, scopes.length).upstream, every: true } }
}

/** The `extensions` of a field that moves money. */
export function movesMoney(scope: Scope, calls = 1): { readonly upstream: Needs } {
  return { upstream: { ...needs(scope, calls).upstream, movesMoney: true } }
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

function sentence({ scopes, every, calls, paged }: Needs): string {
  const list = scopes.map((each) => `\`${each}\``).join(every ? ' and ' : ' or ')
  const scope = scopes.length === 0 ? 'Public' : `${every ? 'Scopes' : 'Scope'}: ${list}`
  const most = paged ? `one call, with \`after\` up to ${calls}` : calls === 1 ? 'one call' : `up to ${calls} calls`
  return `${scope}. Upstream: ${most}.`
}
