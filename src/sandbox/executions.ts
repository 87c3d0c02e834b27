// How often money was really moved, whatever the callers were told: each call that spends, counted when it was carried out.
import type { Route } from './router.ts'

export type Executions = {
  note(route: Route): void
  /** By method and template, such as `POST /exchanges`; 0 for those that never were. */
  counts(): Readonly<Record<string, number>>
  clear(): void
}

export function createExecutions(routes: readonly Route[]): Executions {
  const none = Object.fromEntries(routes.filter(({ spends }) => spends).map((route) => [nameOf(route), 0]))
  let counts: Record<string, number> = { ...none }
  return {
    note(route) {
      const name = nameOf(route)
      const count = counts[name]
      if (count !== undefined) counts[name] = count + 1
    },
    counts: () => ({ ...counts }),
    clear() {
      counts = { ...none }
    },
  }
}

function nameOf({ method, path }: Route): string {
  return `${method} ${path}`
}
