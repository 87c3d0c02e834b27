// After a 429 nothing that moves money is tried out on the upstream before the time that it asked for is over.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { account, exchange, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Reply } from './support/upstream.ts'

const POST = 'POST /exchanges'
const limited = (seconds: number): Reply => ({ status: 429, headers: { 'retry-after': `${seconds}` }, body: {} })

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream({ ...walletRoutes, [POST]: { body: exchange() } })
  gateway = await startTestGateway(upstream.env)
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

const INPUT = '{ idempotencyKey: "k", payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }'
async function exchanging(headers?: Record<string, string>): Promise<unknown> {
  const query = `mutation { it: createExchange(input: ${INPUT}) { __typename } }`
  const { data, errors } = await gateway.ask(query, {}, headers)
  return errors?.[0]?.extensions ?? data.it
}
const operation = async (): Promise<unknown> =>
  (await gateway.ask('{ operation(idempotencyKey: "k") { state } }')).data.operation

test('a call that was limited leaves its key free, is not sent again while that lasts, and is sent after it', async () => {
  upstream.routes({ [POST]: limited(2) })
  expect(await exchanging()).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 2 })
  upstream.routes({ [POST]: { body: exchange() } })
  for (let n = 0; n < 3; n += 1) {
    const again = (await exchanging()) as { code: string; retryAfter: number }
    expect(again.code).toBe('RATE_LIMITED')
    expect([1, 2]).toContain(again.retryAfter)
  }
  expect(upstream.count(POST)).toBe(1)
  expect(await operation()).toBeNull()
  await expect.poll(async () => exchanging(), { timeout: 5000, interval: 200 }).toEqual({ __typename: 'Exchange' })
  expect(upstream.count(POST)).toBe(2)
})

test('a read that was limited holds money back as well, and other reads go on', async () => {
  upstream.routes({ 'GET /merchants/projects': limited(60) })
  await gateway.ask('{ projects(first: 1) { nodes { id } } }')
  expect(upstream.count('GET /merchants/projects')).toBe(1)
  const [reads, answer] = [upstream.count('GET /accounts'), await exchanging()]
  expect(answer).toMatchObject({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) })
  expect(upstream.count(POST)).toBe(0)
  expect(await operation()).toBeNull()
  const { data } = await gateway.ask('{ accounts { id } }')
  expect(data.accounts).toHaveLength(2)
  expect(upstream.count('GET /accounts')).toBeGreaterThan(reads)
})

test('one caller’s limit holds back no other one', async () => {
  await gateway.close()
  gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
  const bearer = (name: string): Record<string, string> => ({ authorization: `Bearer ${name}` })
  upstream.routes({
    'GET /accounts': { body: [account({ availableBalance: 100 })] },
    [POST]: ({ headers }) => (headers.authorization === 'Bearer ann' ? limited(60) : { body: exchange() }),
  })
  expect(await exchanging(bearer('ann'))).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 60 })
  expect(await exchanging(bearer('ann'))).toMatchObject({ code: 'RATE_LIMITED' })
  expect(upstream.count(POST)).toBe(1)
  expect(await exchanging(bearer('bob'))).toEqual({ __typename: 'Exchange' })
})
