// Which endpoint a method and a path mean.
import type { Fields } from './fields.ts'
import type { World } from './world.ts'

export type Call = {
  readonly world: World
  readonly now: number
  readonly query: Fields
  readonly body: Fields
  parameter(name: string): string
}

/** One, any of several, or one that depends on what is asked for. */
export type Scope = string | readonly string[] | ((question: Omit<Call, 'body'>) => string)

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly path: string
  /** What the credential must hold; a public endpoint needs no token and ignores a bad one. */
  readonly scope?: Scope
  /** The word that a wrapped list goes under, where the answer is a list. */
  readonly list?: string
  /** Takes money out of an account: how often it was carried out is counted. */
  readonly spends?: true
  run(call: Call): unknown
}

export type Match = { readonly route: Route; readonly parameters: ReadonlyMap<string, string> }

export type Router = {
  match(method: string, path: string): Match | undefined
  /** The methods that the path knows; none means that nothing is there. */
  methods(path: string): string[]
}

export function createRouter(routes: readonly Route[]): Router {
  // Words before placeholders, so that /exchanges/pairs is never taken for an exchange.
  const ordered = [...routes].sort((one, other) => (rank(one) < rank(other) ? -1 : 1))
  return {
    match(method, path) {
      for (const route of ordered) {
        const parameters = route.method === method ? parametersOf(route.path, path) : undefined
        if (parameters !== undefined) return { route, parameters }
      }
      return undefined
    },
    methods: (path) => [
      ...new Set(routes.filter((route) => parametersOf(route.path, path) !== undefined).map(({ method }) => method)),
    ],
  }
}

/** Whether a path fits a pattern: a path, a template with {placeholders}, or a beginning that ends in `*`. */
export function fits(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : parametersOf(pattern, path) !== undefined
}

function parametersOf(template: string, path: string): ReadonlyMap<string, string> | undefined {
  const segments = path.split('/')
  const parts = template.split('/')
  if (segments.length !== parts.length) return undefined
  const parameters = new Map<string, string>()
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith('{') && segment !== '') parameters.set(part.slice(1, -1), decode(segment))
    else if (part !== segment) return undefined
  }
  return parameters
}

// A broken escape is kept as it is: nothing has such an id.
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function rank({ path }: Route): string {
  return path
    .split('/')
    .map((part) => (part.startsWith('{') ? '1' : '0'))
    .join('')
}
