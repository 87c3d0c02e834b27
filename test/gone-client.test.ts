// Two clients with one key, of whom the first goes before anything was sent: what it was about is not lost with it, and not done twice.
import { request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { exchange, gate, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Reply, Route } from './support/upstream.ts'

const POST = 'POST /exchanges'
const QUOTE = 'POST /exchanges/calculate'

let upstream: FakeUpstream
let gateway: TestGateway
const routes: Readonly<Record<string, Route>> = {
  ...walletRoutes,
  [POST]: { body: exchange() },
  [QUOTE]: { body: { payAmount: 1, receiveAmount: 1, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' } },
}
beforeEach(async () => {
  upstream = await startUpstream(routes)
  gateway = await startTestGateway(upstream.env)
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

const QUERY = `mutation { it: createExchange(input: { idempotencyKey: "k", payAmount: "1", minReceiveAmount: "0.5",
  between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }) { __typename ... on Exchange { id } } }`
const replays = async (): Promise<unknown> =>
  (await gateway.ask('{ operation(idempotencyKey: "k") { replays } }')).data.operation?.replays

test.each(['GET /accounts', QUOTE])('while %s is awaited: the one who has joined gets the exchange', async (held) => {
  const release = gate()
  const reply = routes[held] as Reply
  upstream.routes({ [held]: () => release.opened.then(() => reply) })
  const headers = { 'content-type': 'application/json' }
  const first = request(gateway.gateway.url, { method: 'POST', headers }).on('error', () => {})
  first.end(JSON.stringify({ query: QUERY }))
  await expect.poll(() => upstream.count(held)).toBe(1)
  const second = gateway.ask(QUERY)
  await expect.poll(replays).toBe(1)
  first.destroy()
  await expect.poll(() => upstream.count(held)).toBe(2)
  release.open()
  expect((await second).data).toEqual({ it: { __typename: 'Exchange', id: 'Exchange:E1' } })
  expect(upstream.count(POST)).toBe(1)
})
