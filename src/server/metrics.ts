// GET /metrics: what the gateway has counted, as text for Prometheus.
import type { Route } from './http.ts'

export interface MetricsRouteOptions {
  /** In Prometheus's text format. */
  readonly registry: { readonly contentType: string; metrics(): Promise<string> }
  /** Whether they are for whoever comes in; else for this machine alone. */
  readonly everybody: boolean
  readonly isLoopback: (host: string) => boolean
}

export const METRICS_PATH = '/metrics'

/**
 * Nothing in there is anybody's: no id, no caller, no amount, no name but our own. How busy a gateway is and how it fails is still for
 * those who run it: without leave, for who asks from this machine, and not by way of a proxy on it, which asks under the public name.
 */
export function createMetricsRoute({ registry, everybody, isLoopback }: MetricsRouteOptions): Route {
  return async ({ request, response, visitor, refuse }) => {
    if (request.method !== 'GET') return refuse(405, 'BAD_REQUEST', 'Metrics are fetched by GET.', { allow: 'GET' })
    const host = URL.parse(`http://${request.headers.host}`)?.hostname ?? ''
    if (!everybody && !(isLoopback(visitor.address) && isLoopback(host)))
      return refuse(403, 'FORBIDDEN', 'Metrics are for this machine alone, unless METRICS=true.')
    const text = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text)
  }
}
