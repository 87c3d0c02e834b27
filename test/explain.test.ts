// What an operation has cost upstream, told to who asks: exact, over each transport, with templates and nothing of anybody's.
import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { account, gate, walletRoutes } from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { Environment } from '../src/config.ts'
import type { Answer } from './support/gateway.ts'

const closing: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close()
})

async function start(env: Environment = {}) {
  const upstream = await startUpstream(walletRoutes)
  const gateway = await startTestGateway({ ...upstream.env, ...env })
  closing.push(upstream, gateway)
  const explain = (query: string, headers = {}): Promise<Answer> =>
    gateway.ask(query, {}, { 'x-explain': '1', ...headers })
  return { upstream, explain, ...gateway }
}

// oxlint-disable-next-line typescript/no-explicit-any -- as it is told
const costsOf = ({ text }: Answer): any => JSON.parse(text).extensions?.upstream

test('README’s three queries cost what README says, made first on the sandbox as it starts', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const section = readme.slice(readme.indexOf('## Three queries'), readme.indexOf('## Against the real API'))
  const queries = [...section.matchAll(/```graphql\n([^`]*)```/g)].map(([, query = '']) => query)
  const said = [...section.matchAll(/Upstream\s+calls: (\d+) estimated, (\d+)\s+made/g)]
  const gateway = await startSandboxGateway()
  closing.push(gateway)
  const told: unknown[] = []
  for (const query of queries) {
    gateway.sandbox.control.requests.clear()
    const answer = await gateway.ask(query, {}, { 'x-explain': '1' })
    expect(answer.errors).toBeUndefined()
    const { estimated, made, retried, calls } = costsOf(answer)
    const atTheWire = gateway.sandbox.control.requests.list().filter(({ path }) => path !== '/oauth/token')
    expect(made).toBe(atTheWire.length)
    expect(retried).toBe(0)
    expect(calls.filter(({ from }: { from: string }) => from === 'upstream')).toHaveLength(made)
    told.push([estimated, made])
  }
  expect(told).toEqual([
    [3, 3],
    [77, 27],
    [5, 3],
  ])
  expect(said.map(([, estimated, made]) => [Number(estimated), Number(made)])).toEqual(told)
  gateway.sandbox.control.requests.clear()
  expect(costsOf(await gateway.ask(queries[2] ?? '', {}, { 'x-explain': '1' }))).toMatchObject({ made: 0, calls: [] })
  expect(gateway.sandbox.count()).toBe(0)
})

test('each call is told by its template, status and time, and from where its answer came', async () => {
  const { upstream, explain } = await start()
  const held = gate()
  upstream.routes({
    'GET /exchanges/{id}': { status: 404, body: {} },
    'GET /accounts': async () => {
      await held.opened
      return { body: [account()] }
    },
  })
  const first = explain('{ accounts { currency { name } } }')
  await expect.poll(() => upstream.count('GET /accounts')).toBe(1)
  const second = explain('{ accounts { currency { name } } exchange(id: "Exchange:canary-of-an-id") { id } }')
  await expect.poll(() => upstream.count('GET /exchanges/{id}')).toBe(1)
  held.open()
  expect(costsOf(await first)).toEqual({
    estimated: 2,
    made: 2,
    deduplicated: 0,
    cached: 0,
    retried: 0,
    calls: [
      { method: 'GET', route: '/accounts', status: 200, ms: expect.any(Number), from: 'upstream' },
      { method: 'GET', route: '/currencies', status: 200, ms: expect.any(Number), from: 'upstream' },
    ],
  })
  const answer = await second
  expect(costsOf(answer)).toMatchObject({ estimated: 3, made: 1, deduplicated: 2, cached: 0 })
  expect(costsOf(answer).calls).toEqual([
    { method: 'GET', route: '/exchanges/{exchangeId}', status: 404, ms: expect.any(Number), from: 'upstream' },
    { method: 'GET', route: '/accounts', status: 200, ms: expect.any(Number), from: 'flight' },
    { method: 'GET', route: '/currencies', status: 200, ms: expect.any(Number), from: 'flight' },
  ])
  expect(JSON.stringify(costsOf(answer))).not.toContain('canary')
  const third = costsOf(await explain('{ currencies { code } }'))
  expect(third).toMatchObject({ estimated: 1, made: 0, cached: 1, calls: [{ route: '/currencies', from: 'cache' }] })
})

test('a retried call is told as often as it was made', async () => {
  const { upstream, explain } = await start()
  let times = 0
  upstream.routes({ 'GET /accounts': () => ((times += 1) < 3 ? { status: 503, body: '' } : { body: [account()] }) })
  const answer = await explain('{ accounts { id } }')
  expect(answer.errors).toBeUndefined()
  expect(costsOf(answer)).toMatchObject({ estimated: 1, made: 3, retried: 2 })
  expect(costsOf(answer).calls.map(({ status }: { status: number }) => status)).toEqual([503, 503, 200])
})

test('a call that has no answer has no status', async () => {
  const { upstream, explain } = await start()
  upstream.routes({
    'POST /exchanges': (_request, response) => {
      response.socket?.destroy()
      return undefined
    },
  })
  const answer = await explain(`mutation { createExchange(input: { idempotencyKey: "k", payAmount: "1",
    between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }) { __typename } }`)
  expect(costsOf(answer).calls).toContainEqual(
    expect.objectContaining({ method: 'POST', route: '/exchanges', status: null, from: 'upstream' }),
  )
})

test('nobody is told who does not ask, and a query that fails before it runs has cost nothing', async () => {
  const { ask, explain } = await start()
  expect(costsOf(await ask('{ viewer { id } }'))).toBeUndefined()
  expect(costsOf(await ask('{ viewer { id } }', {}, { 'x-explain': '0' }))).toBeUndefined()
  expect(costsOf(await explain('{ viewer { id } }'))).toMatchObject({ estimated: 0, made: 0, calls: [] })
  expect(costsOf(await explain('{ nonsense }'))).toBeUndefined()
})

test('it is asked for over a websocket by extensions, and each event tells its own', async () => {
  const { gateway, upstream } = await start()
  let price = 100
  upstream.routes({
    'GET /currencies/rates': () => ({
      body: [{ currencyCode: 'BTC', rate: (price += 1), timestamp: '2026-01-01T00:00:00Z' }],
    }),
  })
  const { client, close } = connectClient(gateway.websocketUrl)
  closing.push({ close })
  const query = 'subscription { liveRate(currency: "BTC") { price currency { account { id } } } }'
  const events = client.iterate({ query, extensions: { explain: true } })
  const seen: unknown[] = []
  for await (const { data, errors, extensions } of events) {
    expect([errors, data]).toEqual([undefined, expect.anything()])
    seen.push((extensions as { upstream?: unknown } | undefined)?.upstream)
    if (seen.length === 3) break
  }
  const [first, ...others] = seen as { made: number; cached: number; estimated: number }[]
  expect(first).toMatchObject({ made: 2, cached: 0 })
  for (const other of others) expect(other).toMatchObject({ made: 1, cached: 1, estimated: first?.estimated })
  const asGraphiQL = client.iterate({ query, extensions: { headers: { 'x-explain': '1' } } })
  for await (const { extensions } of asGraphiQL) {
    expect(extensions).toMatchObject({ upstream: { made: 1 } })
    break
  }
  for await (const { extensions } of client.iterate({ query, extensions: { headers: null, explain: 1 } })) {
    expect(extensions).toBeUndefined()
    break
  }
})

test('it is off in production unless it is switched on, and can be switched off', async () => {
  const off = await start({ NODE_ENV: 'production' })
  expect(costsOf(await off.explain('{ accounts { id } }'))).toBeUndefined()
  const on = await start({ NODE_ENV: 'production', EXPLAIN: 'true' })
  expect(costsOf(await on.explain('{ accounts { id } }'))).toMatchObject({ made: 1 })
  const never = await start({ EXPLAIN: 'false' })
  expect(costsOf(await never.explain('{ accounts { id } }'))).toBeUndefined()
})
