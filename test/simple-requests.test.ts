// What a browser sends for any page without asking leave: a GET without a header of its own, and bodies that are not JSON. Nothing happens for it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandboxGateway } from './support/gateway.ts'
import { LEAVE, send } from './support/requests.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { TestGateway } from './support/gateway.ts'

const QUERY = '{ accounts { id } }'
const LIVE = 'subscription { liveRate(currency: "BTC") { price } }'

let started: TestGateway & { readonly sandbox: Sandbox }
beforeAll(async () => {
  started = await startSandboxGateway()
})
afterAll(() => started.close())

function get(query: string, headers: Record<string, string>): ReturnType<typeof send> {
  return send(`${started.gateway.url}?query=${encodeURIComponent(query)}`, { headers })
}

describe('a GET', () => {
  test.each([
    ['nothing of its own', {}],
    ['accept alone', { accept: 'application/json' }],
    ['a form for a content type', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text for a content type', { 'content-type': 'text/plain; application/json' }],
    ['an empty one of the headers', { 'x-graphql-yoga-csrf': '' }],
    ['another header', { 'x-requested-with': 'XMLHttpRequest' }],
    ['what a page may set freely', { 'accept-language': 'apollo-require-preflight', range: 'bytes=0-' }],
  ])('with %s is refused, and nothing happens', async (_name, headers: Record<string, string>) => {
    const before = started.sandbox.count()
    for (const [query, accept] of [
      [QUERY, 'application/json'],
      [LIVE, 'text/event-stream'],
    ] as const) {
      const { status, text } = await get(query, { accept, ...headers })
      expect(status).toBe(400)
      expect(text).toContain('x-graphql-yoga-csrf, apollo-require-preflight, x-apollo-operation-name')
      expect(text).toContain('"BAD_REQUEST"')
    }
    expect(started.sandbox.count()).toBe(before)
    expect(started.gateway.liveFeeds()).toBe(0)
  })

  test.each([
    { 'x-graphql-yoga-csrf': '1' },
    { 'apollo-require-preflight': 'true' },
    { 'x-apollo-operation-name': 'Accounts' },
    { 'content-type': 'application/json' },
    { 'content-type': 'Application/GraphQL+JSON; charset=utf-8' },
  ])('with %j is answered', async (headers: Record<string, string>) => {
    const { status, text } = await get(QUERY, headers)
    expect(status).toBe(200)
    expect(text).toContain('"accounts"')
  })

  test('that a browser opens is the page, which asks nothing by itself', async () => {
    const before = started.sandbox.count()
    const { status, headers } = await get(QUERY, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(started.sandbox.count()).toBe(before)
  })

  test('with leave still changes nothing', async () => {
    const before = started.sandbox.count()
    const { status } = await get('mutation { cancelOrder(input: { id: "Order:1" }) { __typename } }', LEAVE)
    expect(status).toBe(405)
    expect(started.sandbox.count()).toBe(before)
  })
})

test.each(['[]', '[{"query":"{ __typename }"}]', '[[{"query":"{ __typename }"}]]', '[null]'])(
  'the batch %s is refused whole',
  async (body) => {
    const { status, text } = await send(started.gateway.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
  },
)
