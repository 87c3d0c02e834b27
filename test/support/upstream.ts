// An upstream that a test writes by hand: routes with fixed answers, every request recorded.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Environment } from '../../src/config.ts'

export interface RecordedRequest {
  readonly method: string
  /** What stood behind the method, as it came. */
  readonly target: string
  /** Below the base path, percent-encoded as it came. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  /** Sent as it is; an object is sent as JSON. */
  readonly body?: string | object
}

/** Answers a request, or takes the response into its own hands and gives undefined. */
export type Route =
  Reply | ((request: RecordedRequest, response: ServerResponse) => Reply | undefined | Promise<Reply | undefined>)

export interface FakeUpstream {
  readonly url: string
  readonly requests: RecordedRequest[]
  /** How many requests a route got, e.g. "GET /accounts". */
  count(route: string): number
  /** Sets or replaces routes; the key is a method and a path below the base, e.g. "GET /accounts/{id}". */
  routes(routes: Record<string, Route>): void
  /** The environment that points a gateway here with a credential of its own. */
  readonly env: Environment
  close(): Promise<void>
}

export const TOKEN_ROUTE = 'POST /oauth/token'

/** Starts it. It knows one route from the start: the token endpoint. Whatever has no route is a 404 with an error body. */
export async function startUpstream(routes: Record<string, Route> = {}): Promise<FakeUpstream> {
  const table = new Map<string, Route>([
    [TOKEN_ROUTE, { body: { access_token: 'token-of-the-test', token_type: 'bearer', expires_in: 3600 } }],
    ...Object.entries(routes),
  ])
  const requests: RecordedRequest[] = []
  const server = createServer((incoming, response) => void answer(incoming, response))

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://upstream')
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const request: RecordedRequest = {
      method: incoming.method ?? '',
      target: incoming.url ?? '',
      path: url.pathname.replace(/^\/api\/public/, ''),
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    }
    requests.push(request)
    const route = find(table, request)
    const reply = typeof route === 'function' ? await route(request, response) : (route ?? NOT_FOUND)
    if (!reply) return
    const body = typeof reply.body === 'object' ? JSON.stringify(reply.body) : (reply.body ?? '')
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers })
    response.end(body)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/public`
  return {
    url,
    requests,
    count: (route) => requests.filter((request) => matches(route, request)).length,
    routes(more) {
      for (const [key, route] of Object.entries(more)) table.set(key, route)
    },
    env: { SPECTROCOIN_API_URL: url, SPECTROCOIN_CLIENT_ID: 'test-client', SPECTROCOIN_CLIENT_SECRET: 'test-secret' },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const NOT_FOUND: Reply = {
  status: 404,
  body: { errorCode: 'GEN_8', category: 'validation', key: 'entity_not_found', defaultMessage: 'No such thing.' },
}

function find(table: ReadonlyMap<string, Route>, request: RecordedRequest): Route | undefined {
  // A literal path goes before a template, later ones before earlier ones.
  const keys = [...table.keys()].reverse().filter((key) => matches(key, request))
  const key = keys.find((each) => !each.includes('{')) ?? keys[0]
  return key === undefined ? undefined : table.get(key)
}

function matches(route: string, { method, path }: RecordedRequest): boolean {
  const [routeMethod, template = ''] = route.split(' ')
  const pattern = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')
  return method === routeMethod && new RegExp(`^${pattern}$`).test(path)
}
