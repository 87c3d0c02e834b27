// Identical queries of one caller under way are one execution: whose they are, who may still join, who is told what, and when it is given up.
import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import * as rows from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { ClientRequest } from 'node:http'
import type { Answer, TestGateway } from './support/gateway.ts'
import type { FakeUpstream, RecordedRequest, Reply } from './support/upstream.ts'

const LIST = 'GET /exchanges'
const ACCOUNTS = 'GET /accounts'
/** Two reads, one after the other: whoever joins the first of them alone makes the second by themselves. */
const QUERY = '{ accounts { id transactions(first: 5) { nodes { id } } } }'

let upstream: FakeUpstream
/** With a credential of its own: all who ask are one caller. */
let house: TestGateway
/** Where each caller brings a token. */
let open: TestGateway
/** Where nothing is shared. */
let apart: TestGateway
beforeAll(async () => {
  upstream = await startUpstream()
  house = await startTestGateway(upstream.env)
  open = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
  apart = await startTestGateway({ ...upstream.env, SHARE_QUERIES: 'false' })
})
afterAll(async () => {
  for (const each of [house, open, apart]) await each.close()
  await upstream.close()
})

/** Answers each caller with what is theirs alone, when the gate is open. */
let held: ReturnType<typeof rows.gate>
let givenUp: number
beforeEach(() => {
  held = rows.gate()
  givenUp = 0
  const { opened } = held
  upstream.routes({
    ...rows.walletRoutes,
    [ACCOUNTS]: async (request, response) => {
      response.on('close', () => void (givenUp += response.writableFinished ? 0 : 1))
      await opened
      return { body: [rows.account({ accountId: `A-${ownerOf(request)}` })] }
    },
    'GET /accounts/{id}/transactions': { body: rows.page(rows.transaction()) },
  })
  upstream.requests.length = 0
})
afterEach(() => held.open())

const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
/** Who a request is of, without telling their token. */
const ownerOf = ({ headers }: RecordedRequest): string => nameOf(headers.authorization?.replace('Bearer ', '') ?? '')
const nameOf = (token: string): string => createHash('sha256').update(token).digest('hex').slice(0, 8)
const times = <T>(count: number, make: (nth: number) => T): T[] => Array.from({ length: count }, (_, nth) => make(nth))
const arrived = (route: string, count: number): Promise<void> => expect.poll(() => upstream.count(route)).toBe(count)
const accountsOf = ({ data }: Answer): string[] => data.accounts.map(({ id }: { id: string }) => id)
const shared = async ({ gateway }: TestGateway): Promise<number> => {
  const text = await gateway.registry.metrics()
  return Number(/^spectrocoin_gateway_queries_shared_total (\d+)$/m.exec(text)?.[1])
}
/** Until as many have joined. */
const joined = (gateway: TestGateway, count: number): Promise<void> => expect.poll(() => shared(gateway)).toBe(count)

/** A client that can go. */
function visit(gateway: TestGateway, query: string): ClientRequest {
  const headers = { 'content-type': 'application/json' }
  const request = httpRequest(gateway.gateway.url, { method: 'POST', headers }).on('error', () => {})
  request.end(JSON.stringify({ query }))
  return request
}

describe('one execution', () => {
  test('serves twenty who ask for the same at once, and its calls are made once', async () => {
    const before = await shared(house)
    const asked = times(20, () => house.ask(QUERY))
    await joined(house, before + 19)
    held.open()
    const answers = await Promise.all(asked)
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers[0]?.errors).toBeUndefined()
    expect(upstream.count(ACCOUNTS)).toBe(1)
    expect(upstream.count('GET /accounts/{id}/transactions')).toBe(1)
    // Each is a request of its own all the same.
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(20)
  })

  test('serves who asks by websocket and who asks by HTTP', async () => {
    const before = await shared(house)
    const client = connectClient(house.gateway.websocketUrl)
    const byHttp = house.ask(QUERY)
    const bySocket = client.ask(QUERY)
    await joined(house, before + 1)
    held.open()
    expect((await bySocket).data).toEqual((await byHttp).data)
    expect(upstream.count(ACCOUNTS)).toBe(1)
    await client.close()
  })

  test('tells each of its errors under their own request id', async () => {
    const before = await shared(house)
    const { opened } = held
    upstream.routes({ [LIST]: () => opened.then((): Reply => ({ status: 403, body: '' })) })
    const asked = times(3, () => house.ask('{ exchanges { nodes { id } } }'))
    await joined(house, before + 2)
    held.open()
    const answers = await Promise.all(asked)
    for (const { errors, headers } of answers)
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', requestId: headers.get('x-request-id') } }])
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(3)
    expect(upstream.count(LIST)).toBe(1)
  })

  test('is over when its answer is there: who asks then begins another one', async () => {
    held.open()
    await house.ask(QUERY)
    await house.ask(QUERY)
    expect(upstream.count(ACCOUNTS)).toBe(2)
  })
})

describe('nobody joins', () => {
  test('another caller', async () => {
    const callers = times(5, (nth) => `caller-${nth}`)
    const before = await shared(open)
    const asked = callers.flatMap((caller) =>
      times(10, async () => [caller, await open.ask(QUERY, {}, as(caller))] as const),
    )
    await joined(open, before + 45)
    held.open()
    for (const [caller, answer] of await Promise.all(asked))
      expect(accountsOf(answer)).toEqual([`Account:A-${nameOf(caller)}`])
    expect(upstream.count(ACCOUNTS)).toBe(5)
  })

  test('another key of one account, whose scopes are others', async () => {
    const keyed = await startTestGateway(upstream.env, {
      keys: [
        { name: 'all', scopes: ['account:read', 'account-transaction:read'] },
        { name: 'some', scopes: ['account:read'] },
      ],
    })
    const asked = ['all', 'some'].map((name) => keyed.ask(QUERY, {}, as(keyed.keys[name] ?? '')))
    await arrived(ACCOUNTS, 2)
    held.open()
    const [all, some] = await Promise.all(asked)
    expect(all?.errors).toBeUndefined()
    expect(some?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect(await shared(keyed)).toBe(0)
    await keyed.close()
  })

  test('other variables', async () => {
    const query = 'query ($c: [CurrencyCode!]) { accounts(currencies: $c) { id } }'
    const before = await shared(house)
    const all = house.ask(query, {})
    await arrived(ACCOUNTS, 1)
    const none = house.ask(query, { c: ['NONE'] })
    // By the time that this is answered, the gateway has had the one before it.
    await house.ask('{ __typename }')
    held.open()
    expect(accountsOf(await all)).toHaveLength(1)
    expect(accountsOf(await none)).toEqual([])
    expect(await shared(house)).toBe(before)
  })

  test('another text', async () => {
    const before = await shared(house)
    const first = house.ask(QUERY)
    await arrived(ACCOUNTS, 1)
    const second = house.ask(`${QUERY} `)
    await house.ask('{ __typename }')
    held.open()
    await Promise.all([first, second])
    expect(await shared(house)).toBe(before)
  })

  test('another operation of the same document', async () => {
    const query = 'query A { accounts { id } } query B { accounts { currencyCode } }'
    const before = await shared(house)
    const ask = async (operationName: string): Promise<unknown> => {
      const body = JSON.stringify({ query, operationName })
      const response = await fetch(house.gateway.url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      return response.json()
    }
    const asked = [ask('A'), ask('B')]
    await arrived(ACCOUNTS, 1)
    held.open()
    expect(await Promise.all(asked)).toMatchObject([
      { data: { accounts: [{ id: expect.any(String) }] } },
      { data: { accounts: [{ currencyCode: expect.any(String) }] } },
    ])
    expect(await shared(house)).toBe(before)
  })

  test('what was begun before a mutation ended', async () => {
    const before = await shared(house)
    const early = house.ask(QUERY)
    await arrived(ACCOUNTS, 1)
    const { errors } = await house.ask(
      'mutation { createExchange(input: { idempotencyKey: "k1", payAmount: "1", pairId: "" }) { __typename } }',
    )
    // Whatever became of it.
    expect(errors).toBeDefined()
    const made = await house.ask(`mutation { cancelOrder(input: { id: "Order:O1" }) { __typename } }`)
    expect(made.status).toBe(200)
    const late = house.ask(QUERY)
    await arrived(ACCOUNTS, 2)
    held.open()
    await Promise.all([early, late])
    expect(await shared(house)).toBe(before)
  })

  test('who wants to know what it has cost, and they join nobody', async () => {
    const before = await shared(house)
    const asked = [{}, { 'x-explain': '1' }, { 'x-explain': '1' }].map((headers) => house.ask(QUERY, {}, headers))
    await arrived(ACCOUNTS, 1)
    held.open()
    for (const { data } of await Promise.all(asked)) expect(data.accounts).toHaveLength(1)
    expect(await shared(house)).toBe(before)
  })

  test('one that began a while ago: it has less time left than they have', async () => {
    const hasty = await startTestGateway({ ...upstream.env, OPERATION_TIMEOUT_MS: '2000' })
    const first = hasty.ask(QUERY)
    await arrived(ACCOUNTS, 1)
    await sleep(150)
    const second = hasty.ask(QUERY)
    await hasty.ask('{ __typename }')
    held.open()
    for (const { data } of await Promise.all([first, second])) expect(data.accounts).toHaveLength(1)
    expect(await shared(hasty)).toBe(0)
    await hasty.close()
  })

  test('anything where SHARE_QUERIES is off', async () => {
    const asked = times(3, () => apart.ask(QUERY))
    await arrived(ACCOUNTS, 1)
    held.open()
    for (const { data } of await Promise.all(asked)) expect(data.accounts).toHaveLength(1)
    expect(await shared(apart)).toBe(0)
  })
})

describe('who goes', () => {
  test('leaves the others what they wait for, also if it was the first', async () => {
    const before = await shared(house)
    const first = visit(house, QUERY)
    await arrived(ACCOUNTS, 1)
    const second = house.ask(QUERY)
    await joined(house, before + 1)
    first.destroy()
    // The gateway knows of it by the time that it has answered something else.
    await house.ask('{ __typename }')
    const third = house.ask(QUERY)
    await joined(house, before + 2)
    held.open()
    for (const { data, errors } of await Promise.all([second, third])) {
      expect(errors).toBeUndefined()
      expect(data.accounts).toHaveLength(1)
    }
    expect([upstream.count(ACCOUNTS), givenUp]).toEqual([1, 0])
  })

  test('as the last one takes the execution along, and who asks then begins another one', async () => {
    const before = await shared(house)
    const visitors = [visit(house, QUERY)]
    await arrived(ACCOUNTS, 1)
    visitors.push(visit(house, QUERY))
    await joined(house, before + 1)
    for (const each of visitors) each.destroy()
    await expect.poll(() => givenUp).toBe(1)
    const next = house.ask(QUERY)
    await arrived(ACCOUNTS, 2)
    held.open()
    expect((await next).errors).toBeUndefined()
  })
})
