// Drift: an answer that no longer fits the contract is counted by endpoint, place and what is wrong there, and told once, without its values.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { account, exchange, giftCard, order, page, project, rate, transaction } from './support/rows.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { Gateway } from '../src/gateway.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Route } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream()
  gateway = await startTestGateway({ ...upstream.env, MAX_UPSTREAM_CALLS: '10000' })
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

interface Line {
  readonly level: number
  readonly msg: string
  readonly endpoint?: string
  readonly reason?: string
}

const logged = (message: string): Line[] =>
  gateway.log.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg.includes(message))
const told = (): (string | undefined)[][] => logged('told once').map(({ endpoint, reason }) => [endpoint, reason])
const met = (): ReturnType<Gateway['drift']> => gateway.gateway.drift()

const CANARY = 'canary7hidden'
const PROJECT_ORDERS = '{ project(id: "Project:J1") { orders { nodes { id status } } } }'

describe('what does not fit is counted and told with its endpoint and its place', () => {
  test.each<[string, string, Route, string, { endpoint: string; kind: string; at: string; what: string }]>([
    [
      'a word that a closed list does not have',
      'GET /exchanges',
      { body: page(exchange(), exchange({ status: CANARY })) },
      '{ exchanges { nodes { id } } }',
      {
        endpoint: 'exchanges.list',
        kind: 'word',
        at: 'exchanges[].status',
        what: 'is a word that the gateway does not know',
      },
    ],
    [
      'a field that is missing, of the hundredth row',
      'GET /merchants/orders',
      { body: page(...Array.from({ length: 99 }, () => order()), order({ status: undefined, memo: CANARY })) },
      PROJECT_ORDERS,
      { endpoint: 'orders.list', kind: 'misfit', at: 'orders[].status', what: 'is missing' },
    ],
    [
      'a value of another form',
      'GET /accounts',
      { body: page(account({ balance: CANARY })) },
      '{ accounts { id } }',
      { endpoint: 'accounts.list', kind: 'misfit', at: 'accounts[].balance', what: 'has an unexpected form' },
    ],
    [
      'a list that is none',
      'GET /currencies',
      { body: [{ code: 'BTC', type: 'CRYPTO', scale: 8, networks: { [CANARY]: CANARY } }] },
      '{ currencies { code } }',
      { endpoint: 'currencies.list', kind: 'misfit', at: 'currencies[].networks', what: 'is no list' },
    ],
    [
      'a row that is none',
      'GET /gift-cards',
      { body: page(giftCard(), CANARY as never) },
      '{ giftCards { nodes { id } } }',
      { endpoint: 'giftCards.list', kind: 'misfit', at: 'giftCards[]', what: 'is no object' },
    ],
    [
      'a wrapper that nobody knows',
      'GET /exchanges',
      { body: { [CANARY]: [exchange()] } },
      '{ exchanges { nodes { id } } }',
      { endpoint: 'exchanges.list', kind: 'misfit', at: 'exchanges', what: 'holds no list' },
    ],
    [
      'a row of somebody else',
      'GET /merchants/orders',
      { body: page(order({ projectId: CANARY })) },
      PROJECT_ORDERS,
      { endpoint: 'orders.list', kind: 'misfit', at: 'orders[].projectId', what: 'is another than was asked for' },
    ],
    [
      'rates in another base',
      'GET /currencies/rates',
      { body: [rate(), rate({ baseCurrencyCode: CANARY })] },
      '{ rates { currency { code } } }',
      { endpoint: 'rates.list', kind: 'misfit', at: 'rates[].baseCurrencyCode', what: 'is another base' },
    ],
    [
      'a page of some proxy',
      'GET /exchanges',
      { headers: { 'content-type': 'text/html' }, body: `<html>${CANARY}</html>` },
      '{ exchanges { nodes { id } } }',
      { endpoint: 'exchanges.list', kind: 'misfit', at: 'body', what: 'is not JSON' },
    ],
    [
      'nothing',
      'GET /exchanges',
      { body: ' ' },
      '{ exchanges { nodes { id } } }',
      { endpoint: 'exchanges.list', kind: 'misfit', at: 'body', what: 'is empty' },
    ],
    [
      'an answer longer than any',
      'GET /exchanges',
      { body: `[${`"${CANARY}",`.repeat(400_000)}0]` },
      '{ exchanges { nodes { id } } }',
      { endpoint: 'exchanges.list', kind: 'misfit', at: 'body', what: 'is longer than any documented answer' },
    ],
    [
      'a token that is none',
      TOKEN_ROUTE,
      { body: { token: CANARY } },
      '{ exchanges { nodes { id } } }',
      { endpoint: 'token.create', kind: 'misfit', at: 'token.access_token', what: 'is missing' },
    ],
  ])('%s', async (_, route, reply, query, shape) => {
    upstream.routes({ 'GET /merchants/projects/{projectId}': { body: project() }, [route]: reply })
    for (let times = 0; times < 3; times += 1) {
      const { text } = await gateway.ask(query)
      if (shape.kind === 'misfit') expect(text).not.toContain(CANARY)
    }
    expect(met()).toEqual([{ ...shape, times: 3 }])
    expect(told()).toEqual([[shape.endpoint, `${shape.at} ${shape.what}`]])
    expect(logged('told once')[0]?.level).toBe(40)
    expect(gateway.log.join('')).not.toContain(CANARY)
    for (const failure of logged('an upstream call failed')) expect(failure.endpoint).toBeDefined()
  })

  test('an export of another type', async () => {
    const body = { body: transaction({ id: CANARY }) }
    upstream.routes({ 'GET /exchanges': { body: page() }, 'GET /exports/exchanges': body })
    const { data } = await gateway.ask(`mutation {
      createExport(input: { resource: EXCHANGES, format: CSV, from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }) {
        ... on Export { url }
      }
    }`)
    const answer = await fetch(data.createExport.url)
    expect(answer.status).toBe(502)
    expect(met()).toEqual([{ endpoint: 'exports.exchanges', kind: 'misfit', at: 'body', what: 'is no CSV', times: 1 }])
    expect(gateway.log.join('') + (await answer.text())).not.toContain(CANARY)
  })
})

test('the failure that a misfit becomes names its endpoint and the row in the log', async () => {
  upstream.routes({ 'GET /accounts': { body: page(account(), account({ balance: CANARY })) } })
  await gateway.ask('{ accounts { id } }')
  expect(logged('an upstream call failed')).toMatchObject([
    { endpoint: 'accounts.list', reason: 'accounts[1].balance has an unexpected form', codes: ['UPSTREAM_INVALID'] },
  ])
})

test('neither a refusal nor a status is drift', async () => {
  const statuses = [203, 302, 400, 403, 404, 418, 422, 500]
  for (const status of statuses) {
    upstream.routes({ 'GET /accounts/{id}': { status, body: { errorCode: CANARY } } })
    await gateway.ask(`{ account(id: "Account:${status}") { id } }`)
  }
  expect(upstream.count('GET /accounts/{id}')).toBeGreaterThanOrEqual(statuses.length)
  expect(met()).toEqual([])
  expect(told()).toEqual([])
})

test('1,000 answers are told of once a shape, and 10,000 words, ids and keys that the upstream makes up are no more shapes', async () => {
  let made = 0
  const novel = (): string => `canary${(made += 1)}`
  upstream.routes({
    'GET /exchanges': () => ({
      body: page(
        ...Array.from({ length: 10 }, () => exchange({ exchangeId: novel(), status: novel(), [novel()]: novel() })),
      ),
    }),
    'GET /exchanges/{exchangeId}': () => ({ body: exchange({ payAmount: novel(), [novel()]: {} }) }),
  })
  for (let round = 0; round < 20; round += 1) {
    const fields = Array.from({ length: 50 }, (_, index) => {
      const id = `Exchange:${round}-${index}`
      return `e${index}: exchange(id: "${id}") { id } l${index}: exchanges(first: ${index + 1}) { nodes { id } }`
    })
    await gateway.ask(`{ ${fields.join(' ')} }`)
  }
  expect(made).toBeGreaterThan(10_000)
  expect(met().map(({ endpoint, at, times }) => [endpoint, at, times])).toEqual(
    expect.arrayContaining([
      ['exchanges.read', 'exchange.payAmount', 1000],
      ['exchanges.list', 'exchanges[].status', expect.any(Number)],
    ]),
  )
  expect(met()).toHaveLength(2)
  expect(told()).toHaveLength(2)
  expect(gateway.log.join('')).not.toContain('canary')
})
