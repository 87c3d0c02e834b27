// A route of a scripted upstream whose every request waits until a test answers it.
import type { Reply, Route } from './upstream.ts'

export interface HandRoute {
  readonly route: Route
  /** Answers the one that has waited longest, when there is one. Whoever has gone does not wait. */
  answer(reply: Reply): Promise<void>
}

export function byHand(): HandRoute {
  const asked = new Set<(reply: Reply) => void>()
  let come = Promise.withResolvers<void>()
  return {
    route: (_, response) =>
      new Promise((resolve) => {
        asked.add(resolve)
        response.once('close', () => asked.delete(resolve))
        come.resolve()
        come = Promise.withResolvers()
      }),
    async answer(reply) {
      while (asked.size === 0) await come.promise
      const [first] = asked
      if (!first) return
      asked.delete(first)
      first(reply)
    },
  }
}
