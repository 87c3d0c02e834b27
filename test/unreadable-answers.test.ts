// Who could read nothing of an answer is told so, in JSON, and nothing is done for them: before all, no money moves that they never hear of.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { LEAVE, send } from './support/requests.ts'
import { exchange, rate, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Reply } from './support/requests.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let started: TestGateway
beforeAll(async () => {
  upstream = await startUpstream({
    ...walletRoutes,
    'GET /currencies/rates': { body: [rate()] },
    'POST /exchanges': { body: exchange() },
  })
  started = await startTestGateway({ ...upstream.env, GRAPHIQL: 'false' })
})
afterAll(async () => {
  await started.close()
  await upstream.close()
})
afterEach(() => void (upstream.requests.length = 0))

let asked = 0
const mutation = (): string => {
  asked += 1
  return `mutation { createExchange(input: { idempotencyKey: "k${asked}", payAmount: "100", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }) { __typename } }`
}
const QUERY = '{ accounts { id } }'
/** It ends by itself, with an event stream or without. */
const LIVE = 'subscription { liveRate(currency: "XYZ") { price } }'

function ask(method: 'POST' | 'GET', query: string, accept: string | undefined): Promise<Reply> {
  const headers = accept === undefined ? {} : { accept }
  if (method === 'GET')
    return send(`${started.gateway.url}?query=${encodeURIComponent(query)}`, { headers: { ...LEAVE, ...headers } })
  const body = JSON.stringify({ query })
  return send(started.gateway.url, { method, body, headers: { 'content-type': 'application/json', ...headers } })
}

describe.each([
  'image/png',
  'text/html',
  'text/plain, image/*;q=0.8',
  'application/xml',
  'application/jsonx',
  'xapplication/json',
  'application/json/x',
  'application',
  '*',
  ',',
  ';;;,,q=',
  'q=1;application/json',
  'application/json;charset=iso-8859-1',
  // No answer here comes in parts.
  'multipart/mixed',
  'multipart/*',
])('for who accepts %j alone', (accept) => {
  test.each<[string, 'POST' | 'GET', () => string]>([
    ['a query', 'POST', () => QUERY],
    ['a mutation', 'POST', mutation],
    ['a subscription', 'POST', () => LIVE],
    ['what is no GraphQL', 'POST', () => '{'],
    ['a query', 'GET', () => QUERY],
    ['a mutation', 'GET', mutation],
    ['a subscription', 'GET', () => LIVE],
  ])('%s by %s is 406', async (_, method, query) => {
    const { status, headers, text } = await ask(method, query(), accept)
    expect([status, headers['content-type']]).toEqual([406, 'application/json; charset=utf-8'])
    const requestId = headers['x-request-id']
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', requestId } }] })
    expect(upstream.requests).toEqual([])
    expect(started.gateway.liveFeeds()).toBe(0)
    expect(started.log.filter((line) => line.includes(String(requestId)))).toHaveLength(1)
  })
})

describe.each([
  undefined,
  '',
  '*/*',
  'application/*',
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'text/*',
  'APPLICATION/JSON',
  'application/json; charset=UTF-8',
  '  application/json\t; q=0.1 ',
  'image/png,application/json',
  'image/png , text/html, */*;q=0.1',
  ',application/json,',
  // How much it is wanted decides nothing: what somebody would rather not read is better than nothing.
  'application/json;q=0',
  'application/graphql-response+json,application/json;q=0.9',
  'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9',
  'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
])('for who accepts %j', (accept) => {
  test('there is an answer to everything', async () => {
    for (const reply of await Promise.all([ask('POST', QUERY, accept), ask('GET', QUERY, accept)]))
      expect([reply.status, reply.text]).toEqual([200, expect.stringContaining('"Account:A1"')])
    const made = await ask('POST', mutation(), accept)
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('"Exchange"')])
    expect(upstream.count('POST /exchanges')).toBe(1)
    for (const reply of await Promise.all([
      ask('POST', LIVE, accept),
      ask('GET', LIVE, accept),
      ask('POST', '{', accept),
    ]))
      expect(reply.text).toMatch(/"code":"[A-Z_]+"/)
  })
})

test('the refusal says what could be answered', async () => {
  const { text } = await ask('POST', QUERY, 'image/png')
  expect(text).toContain('application/json')
  expect(text).not.toContain('image')
})
