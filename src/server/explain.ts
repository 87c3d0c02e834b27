// What an operation has cost upstream, in `extensions.upstream` of its answer, for who asks: routes as templates, never an id or a query.
import type { GatewayContext } from '../context.ts'
import type { Arrival, OperationRequest } from './prepare.ts'
import type { Result } from './results.ts'

/**
 * By the header `x-explain: 1`, or by `extensions: {explain: true}` beside the query, which works over a websocket too. GraphiQL has no other
 * way to send its headers there than as an extension.
 */
export function asksToExplain({ extensions }: OperationRequest, { explain }: Arrival): boolean {
  const headers = extensions?.['headers']
  const isHeader =
    typeof headers === 'object' && headers !== null && 'x-explain' in headers && headers['x-explain'] === '1'
  return explain === true || extensions?.['explain'] === true || isHeader
}

/** The answer with what it has cost. Of a subscription that is one event: what is polled for it is everybody's. */
export function explained(result: Result, { estimated, scope }: GatewayContext): Result {
  return { ...result, extensions: { ...result.extensions, upstream: { estimated, ...scope.ledger.costs() } } }
}
