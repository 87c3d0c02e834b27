// What live selections keep of their documents and variables, counted, so that no crowd of them fills the memory.
import { requestError } from './errors.ts'
import { RETRY_AFTER } from './places.ts'
import type { DocumentNode, GraphQLError } from 'graphql'

export interface Holdings {
  /** Counts this in, a document once however many use it, until the signal fires. False where that would be too much. */
  take(document: DocumentNode, variables: number, signal: AbortSignal): boolean
  /** Why there is no more. */
  full(): GraphQLError
}

/** Characters of documents and variables. A document in memory is some hundred times as large as its text. */
const MOST_HELD = 2_000_000

export function createHoldings(most = MOST_HELD): Holdings {
  const users = new Map<DocumentNode, number>()
  let held = 0
  return {
    take(document, variables, signal) {
      const already = users.get(document) ?? 0
      const text = already > 0 ? 0 : (document.loc?.source.body.length ?? 0)
      if (held + text + variables > most) return false
      held += text + variables
      users.set(document, already + 1)
      signal.addEventListener('abort', () => {
        const left = (users.get(document) ?? 1) - 1
        if (left > 0) users.set(document, left)
        else users.delete(document)
        held -= variables + (left > 0 ? 0 : (document.loc?.source.body.length ?? 0))
      })
      return true
    },
    full: () =>
      requestError('RATE_LIMITED', 'As many different things are listened to as may be: come again later.', {
        http: { status: 503 },
        retryAfter: RETRY_AFTER,
      }),
  }
}
