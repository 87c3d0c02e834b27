// The metrics: what was sent and answered is counted exactly, in a bounded number of series, with nothing of anybody's in them.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createGatewayMetrics } from '../src/gateway-metrics.ts'
import { STEPS } from '../src/money/audit.ts'
import { HISTORIES } from '../src/money/histories.ts'
import { endpoints } from '../src/upstream/endpoints.ts'
import { PATIENT, startWatchedGateway } from './support/canaries.ts'
import { post, startTestGateway } from './support/gateway.ts'
import { addressesIn, startProcess } from './support/process.ts'
import { account, bankWithdrawal, exchange, walletRoutes } from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { OpenState } from '../src/money/journal.ts'
import type { OperationKind } from '../src/server/pipeline.ts'
import type { SocketEnd } from '../src/server/websocket.ts'
import type { DriftKind } from '../src/upstream/drift.ts'
import type { Endpoint } from '../src/upstream/endpoint.ts'
import type { Meter } from '../src/upstream/meter.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { FakeUpstream } from './support/upstream.ts'

const PREFIX = 'spectrocoin_gateway_'
const IBAN = 'LT601010012345678901'

type Series = ReadonlyMap<string, number>

async function scrape(url: string): Promise<{ readonly text: string; readonly series: Series }> {
  const response = await fetch(new URL('/metrics', url))
  expect(response.status).toBe(200)
  const text = await response.text()
  return { text, series: seriesOf(text) }
}

/** Each series without the prefix, e.g. `operations_total{kind="query",code="ok"}`, and its value. */
function seriesOf(text: string): Series {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const cut = line.lastIndexOf(' ')
      return [line.slice(0, cut).replace(PREFIX, ''), Number(line.slice(cut + 1))]
    }),
  )
}

/** Those of one metric that are not 0, by their labels. */
function counted(series: Series, name: string): Record<string, number> {
  return Object.fromEntries(
    [...series]
      .filter(([key, value]) => key.startsWith(`${name}{`) && value !== 0)
      .map(([key, value]) => [key.slice(name.length), value]),
  )
}

const BALANCES = '{ accounts { id } }'
const MUTATION = 'mutation ($input: CreateBankWithdrawalInput!) { createBankWithdrawal(input: $input) { __typename } }'
const input = (idempotencyKey: string): object => ({
  idempotencyKey,
  from: { currency: 'EUR' },
  amount: '9.50',
  type: 'SEPA',
  beneficiaryName: 'Harbour Books UAB',
  iban: IBAN,
})

describe('before a scripted upstream', () => {
  let gateway: WatchedGateway
  let upstream: FakeUpstream
  const now = async (): Promise<Series> => (await scrape(gateway.url)).series
  beforeEach(async () => {
    gateway = await startWatchedGateway({ ...walletRoutes, 'GET /accounts': { body: [account()] } }, PATIENT)
    upstream = gateway.upstream
  })
  afterEach(async () => {
    gateway.check()
    await gateway.close()
  })

  test('every request at the wire is counted by its route and what became of it, and by class how long it took', async () => {
    upstream.routes({
      'GET /accounts/{id}': ({ path }) => (path.endsWith('A1') ? { body: account() } : { status: 403, body: '' }),
      'GET /exchanges/E1': { status: 301, body: '' },
      'GET /exchanges/E2': { status: 503, body: '' },
      'GET /exchanges/E3': { status: 429, headers: { 'retry-after': '60' }, body: '' },
    })
    const one = (type: string, id: string) => gateway.ask(`{ ${type.toLowerCase()}(id: "${type}:${id}") { id } }`)
    for (const id of ['A1', 'A9']) await one('Account', id)
    for (const id of ['E1', 'E2', 'E4', 'E3']) await one('Exchange', id)

    const series = await now()
    const tried = upstream.count('GET /exchanges/E2')
    expect(counted(series, 'upstream_requests_total')).toEqual({
      '{route="POST /oauth/token",outcome="ok"}': 1,
      '{route="GET /accounts/{accountId}",outcome="ok"}': 1,
      '{route="GET /accounts/{accountId}",outcome="forbidden"}': 1,
      '{route="GET /exchanges/{exchangeId}",outcome="invalid"}': 1,
      '{route="GET /exchanges/{exchangeId}",outcome="unavailable"}': tried,
      '{route="GET /exchanges/{exchangeId}",outcome="refused"}': 1,
      '{route="GET /exchanges/{exchangeId}",outcome="limited"}': 1,
    })
    expect(series.get('upstream_retries_total{route="GET /exchanges/{exchangeId}"}') ?? 0).toBe(tried - 1)
    expect(series.get('upstream_request_seconds_count{class="read-private"}')).toBe(
      upstream.requests.length - upstream.count(TOKEN_ROUTE),
    )
    expect(series.get('upstream_cool_downs_total')).toBe(1)
    expect(series.get('upstream_breaker_state')).toBe(0)

    const { errors } = await gateway.ask(BALANCES)
    expect(errors?.[0]?.extensions.code).toBe('RATE_LIMITED')
    expect(counted(await now(), 'upstream_calls_not_made_total')).toEqual({ '{why="cool-down"}': 1 })
  })

  test('a read that another one served is counted as saved and not as a request', async () => {
    await gateway.ask('{ currencies { code } }')
    await gateway.ask('{ currencies { code } }')
    const arrived = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    upstream.routes({
      'GET /accounts': async () => {
        arrived.resolve()
        await answer.promise
        return { body: [account()] }
      },
    })
    const first = gateway.ask(BALANCES)
    await arrived.promise
    const second = gateway.ask(BALANCES)
    await expect
      .poll(async () => counted(await now(), 'upstream_reads_saved_total'))
      .toEqual({
        '{route="GET /currencies",by="cache"}': 1,
        '{route="GET /accounts",by="flight"}': 1,
      })
    answer.resolve()
    await Promise.all([first, second])
    expect(counted(await now(), 'upstream_requests_total')).toMatchObject({
      '{route="GET /currencies",outcome="ok"}': 1,
      '{route="GET /accounts",outcome="ok"}': 1,
    })
  })

  test('an answer that does not fit the contract is counted by its route', async () => {
    upstream.routes({
      'GET /exchanges/E1': { body: exchange({ status: 'TELEPORTED' }) },
      'GET /exchanges/E2': { body: exchange({ status: undefined }) },
    })
    for (const id of ['E1', 'E1', 'E2']) await gateway.ask(`{ exchange(id: "Exchange:${id}") { status } }`)
    expect(counted(await now(), 'upstream_drift_total')).toEqual({
      '{route="GET /exchanges/{exchangeId}",kind="word"}': 2,
      '{route="GET /exchanges/{exchangeId}",kind="misfit"}': 1,
    })
  })

  test('operations are counted by kind and by each code that they met', async () => {
    upstream.routes({ 'GET /exchanges/E1': { status: 403, body: '' } })
    const refused = 'exchange(id: "Exchange:E1") { id }'
    await gateway.ask(BALANCES)
    await gateway.ask(`{ a: ${refused} b: ${refused} nothing: order(id: "Account:x") { id } }`)
    await gateway.ask('{ qqqq }')
    await gateway.ask('{')
    await gateway.ask(MUTATION, { input: { ...input('k'), amount: '-1' } })
    await gateway.ask('subscription { liveRate(currency: "BTC") { price } }')
    const series = await now()
    expect(counted(series, 'operations_total')).toEqual({
      '{kind="query",code="ok"}': 1,
      '{kind="query",code="FORBIDDEN"}': 1,
      '{kind="query",code="BAD_USER_INPUT"}': 1,
      '{kind="none",code="GRAPHQL_VALIDATION_FAILED"}': 1,
      '{kind="none",code="GRAPHQL_PARSE_FAILED"}': 1,
      '{kind="mutation",code="BAD_USER_INPUT"}': 1,
      '{kind="none",code="BAD_REQUEST"}': 1,
    })
    expect(series.get('operation_seconds_count{kind="query"}')).toBe(2)
    expect(series.get('operation_seconds_count{kind="none"}')).toBe(3)
  })

  test('money is counted by step and mutation, and what has no outcome is there to be seen', async () => {
    upstream.routes({ 'POST /withdrawals/bank': { body: bankWithdrawal({ iban: IBAN }) } })
    await gateway.ask(MUTATION, { input: input('one') })
    await gateway.ask(MUTATION, { input: input('one') })
    upstream.routes({
      'POST /withdrawals/bank': { status: 502, body: '' },
      'GET /withdrawals/bank': { status: 403, body: '' },
    })
    await gateway.ask(MUTATION, { input: input('two') })
    const series = await now()
    const steps = counted(series, 'money_steps_total')
    expect(steps).toMatchObject({
      '{step="journaled",mutation="createBankWithdrawal"}': 2,
      '{step="succeeded",mutation="createBankWithdrawal"}': 1,
      '{step="replayed",mutation="createBankWithdrawal"}': 1,
      '{step="unknown",mutation="createBankWithdrawal"}': 1,
    })
    expect(counted(series, 'money_open')).toEqual({ '{state="UNKNOWN"}': 1 })
  })

  test('feeds, those who listen to them and websockets are there as long as they last', async ({ expect }) => {
    upstream.routes({
      'GET /currencies/rates': {
        body: [{ currencyCode: 'BTC', baseCurrencyCode: 'EUR', rate: '1', timestamp: '2026-03-10T14:27:31Z' }],
      },
    })
    const live = async (): Promise<(number | undefined)[]> => {
      const series = await now()
      return ['live_feeds', 'live_selections', 'live_listeners', 'websockets'].map((name) => series.get(name))
    }
    const query = 'subscription { liveRate(currency: "BTC") { price } }'
    const client = connectClient(gateway.url.replace('http', 'ws'))
    const results = [client.run(query), client.run(query)]
    for (const each of results) expect((await each.next())?.data.liveRate.price).toBe('1')
    const gone = new AbortController()
    const events = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
      signal: gone.signal,
    })
    const reader = events.body?.getReader()
    await reader?.read()
    expect(await live()).toEqual([1, 1, 3, 1])
    await results[0]?.stop()
    await expect.poll(live).toEqual([1, 1, 2, 1])
    gone.abort()
    await reader?.read().catch(() => undefined)
    await expect.poll(live).toEqual([1, 1, 1, 1])
    await client.close()
    await expect.poll(live).toEqual([0, 0, 0, 0])
    expect((await now()).get('operations_total{kind="subscription",code="ok"}')).toBe(3)
  })

  test('nothing that a caller or the upstream said is in the text, nor any address', async () => {
    upstream.routes({
      'POST /withdrawals/bank': { body: bankWithdrawal({ iban: IBAN }) },
      'GET /accounts': { body: [account({ accountId: 'canary-id', currencyType: 'CANARY-WORD' })] },
      'GET /exchanges/{id}': { status: 500, headers: { 'x-canary': 'canary-header' }, body: 'canary-in-a-body' },
    })
    await gateway.ask('query CanaryName { accounts { id type } exchange(id: "Exchange:canary-E") { id } }')
    await gateway.ask('{ canaryField }')
    await gateway.ask(MUTATION, { input: input('canary-key') })
    await post(`${gateway.url}?canary=1`, '{"query":"{ viewer { sandbox } }"}', {
      authorization: 'Bearer canary-token',
    })
    await fetch(new URL('/canary-path', gateway.url))
    const { text } = await scrape(gateway.url)
    expect(text).toContain('money_steps_total{step="succeeded",mutation="createBankWithdrawal"} 1')
    expect(text).not.toMatch(/canary/i)
    for (const said of [IBAN, 'Harbour', '127.0.0.1', 'localhost', `:${new URL(upstream.url).port}`])
      expect(text).not.toContain(said)
  })

  test('however many ids, names, keys and paths there are, there are no more series', async () => {
    upstream.routes({ 'GET /exchanges/{id}': ({ path }) => ({ body: exchange({ exchangeId: path, status: path }) }) })
    const others = async (from: number, to: number): Promise<void> => {
      const ids = Array.from({ length: to - from }, (_, index) => from + index)
      await Promise.all(
        ids.map(async (id) => {
          await gateway.ask(`query Name${id} { exchange(id: "Exchange:e${id}") { id status } }`)
          await gateway.ask(`{ field${id} }`)
          await post(gateway.url, '{"query":"{ viewer { sandbox } }"}', { authorization: `Bearer ${randomUUID()}` })
          await fetch(new URL(`/path-${id}`, gateway.url))
        }),
      )
    }
    await others(0, 1)
    const few = [...(await now()).keys()]
    await others(1, 100)
    const series = await now()
    expect([...series.keys()]).toEqual(few)
    expect(series.get('operations_total{kind="none",code="GRAPHQL_VALIDATION_FAILED"}')).toBe(100)
    expect(series.get('upstream_drift_total{route="GET /exchanges/{exchangeId}",kind="word"}')).toBe(100)
  })
})

test('each caller with a token of their own is counted with all the others', async () => {
  const upstream = await startUpstream({ 'GET /accounts': { body: [] } })
  const gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
  const ask = () => gateway.ask(BALANCES, {}, { authorization: `Bearer ${randomUUID()}` })
  await ask()
  const few = (await scrape(gateway.gateway.url)).series
  await Promise.all(Array.from({ length: 99 }, ask))
  const { series } = await scrape(gateway.gateway.url)
  expect([...series.keys()]).toEqual([...few.keys()])
  expect(series.get('operations_total{kind="query",code="ok"}')).toBe(100)
  expect(series.get('upstream_requests_total{route="GET /accounts",outcome="ok"}')).toBe(100)
  await gateway.close()
  await upstream.close()
})

test('each gateway counts for itself, and from 0', async () => {
  const [first, second] = await Promise.all([startTestGateway(), startTestGateway()])
  await first.ask('{ viewer { sandbox } }')
  const ok = 'operations_total{kind="query",code="ok"}'
  expect((await scrape(first.gateway.url)).series.get(ok)).toBe(1)
  expect((await scrape(second.gateway.url)).series.get(ok)).toBe(0)
  await first.close()
  const third = await startTestGateway()
  expect((await scrape(third.gateway.url)).series.get(ok)).toBe(0)
  await Promise.all([second.close(), third.close()])
})

test('who is turned away is counted: over HTTP by the code, at the upgrade as a refused websocket', async () => {
  const { gateway, close } = await startTestGateway()
  const get = (path: string, headers = {}): Promise<Response> => fetch(new URL(path, gateway.url), { headers })
  const before = (await scrape(gateway.url)).series
  const counted = (series: ReadonlyMap<string, number>): unknown[] => [
    ...['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_REQUEST'].map((code) => series.get(`http_refusals_total{code="${code}"}`)),
    series.get('sockets_ended_total{transport="websocket",why="refused"}'),
  ]
  expect(counted(before)).toEqual([0, 0, 0, 0])
  await get('/graphql', { authorization: 'Bearer of-nobody' })
  await get('/graphql', { origin: 'https://evil.example.com' })
  await get('/nowhere')
  await get('/graphql?query={__typename}')
  const socket = new WebSocket(gateway.websocketUrl, { origin: 'https://evil.example.com' })
  await new Promise<void>((resolve) => socket.once('error', () => resolve()))
  expect(counted((await scrape(gateway.url)).series)).toEqual([1, 1, 2, 1])
  await close()
})

test('what an alert on sockets waits for is there from the start, for each transport', async () => {
  const { gateway, close } = await startTestGateway()
  const { series } = await scrape(gateway.url)
  const ends = [...series].filter(([key]) => key.startsWith('sockets_ended_total{'))
  const whys = [
    'refused',
    'too-many',
    'too-many-of-caller',
    'too-many-subscriptions',
    'too-many-messages',
    'frame',
    'stalled',
  ]
  expect(new Map(ends)).toEqual(
    new Map(
      ['websocket', 'event-stream'].flatMap((transport) =>
        whys.map((why) => [`sockets_ended_total{transport="${transport}",why="${why}"}`, 0]),
      ),
    ),
  )
  await close()
})

describe('the words of the upstream floor', () => {
  const started = (more: object = {}) =>
    createGatewayMetrics({
      endpoints,
      drift: () => [],
      liveFeeds: () => 0,
      liveSelections: () => 0,
      liveListeners: () => 0,
      websockets: () => 0,
      openMoney: () => ({ IN_PROGRESS: 0, UNKNOWN: 0 }),
      ...more,
    })
  const read = async ({ registry }: ReturnType<typeof started>) => seriesOf(await registry.metrics())

  test('become labels and numbers', async () => {
    const metrics = started()
    const { meter } = metrics
    const { list } = endpoints.accounts
    meter.request(list, 'ok', 1_500)
    meter.request(list, 'timeout', 500)
    meter.retry(list)
    for (const by of ['flight', 'cache', 'stale'] as const) meter.saved(list, by)
    for (const why of ['budget', 'cool-down', 'busy', 'breaker'] as const) meter.notMade(why)
    meter.coolDown()
    const series = await read(metrics)
    expect(counted(series, 'upstream_requests_total')).toEqual({
      '{route="GET /accounts",outcome="ok"}': 1,
      '{route="GET /accounts",outcome="timeout"}': 1,
    })
    expect(series.get('upstream_request_seconds_sum{class="read-private"}')).toBe(2)
    expect(series.get('upstream_retries_total{route="GET /accounts"}')).toBe(1)
    expect(Object.values(counted(series, 'upstream_reads_saved_total'))).toEqual([1, 1, 1])
    expect(Object.values(counted(series, 'upstream_calls_not_made_total'))).toEqual([1, 1, 1, 1])
    expect(series.get('upstream_cool_downs_total')).toBe(1)
  })

  test('tell of the breaker: its state now, and each time that it opened', async () => {
    const metrics = started()
    const states: unknown[] = []
    for (const state of ['open', 'half-open', 'open', 'half-open', 'closed'] as const) {
      metrics.meter.breaker(state)
      const series = await read(metrics)
      states.push([series.get('upstream_breaker_state'), series.get('upstream_breaker_openings_total')])
    }
    expect(states).toEqual([
      [2, 1],
      [1, 1],
      [2, 2],
      [1, 2],
      [0, 2],
    ])
  })

  test('are no more than endpoints, outcomes and codes, whatever an error says of itself', async () => {
    const metrics = started()
    metrics.countOperation('query', ['CANARY', 'FORBIDDEN', 'constructor'], 1)
    expect(counted(await read(metrics), 'operations_total')).toEqual({
      '{kind="query",code="FORBIDDEN"}': 1,
      '{kind="query",code="INTERNAL_SERVER_ERROR"}': 2,
    })
  })

  test('are all still told where the journal cannot be read', async () => {
    const metrics = started({
      openMoney: () => {
        throw new Error('the disk is gone')
      },
    })
    metrics.countMoneyStep('unwritten', 'createExchange')
    const series = await read(metrics)
    expect([...series.keys()].filter((key) => key.startsWith('money_open'))).toEqual([])
    expect(series.get('money_steps_total{step="unwritten",mutation="createExchange"}')).toBe(1)
  })
})

describe('at the door', () => {
  const get = (address: string, port: string, { host = `localhost:${port}`, method = 'GET' } = {}) =>
    new Promise<{ status: number | undefined; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const options = { host: address, port, path: '/metrics', method, headers: { host }, agent: false }
      httpRequest(options, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
      })
        .on('error', reject)
        .end()
    })
  /** This machine, as others see it; a machine without a network has no such address. */
  const outside = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
    .slice(0, 1)
  const env = { SPECTROCOIN_API_URL: 'http://127.0.0.1:9', HOST: '0.0.0.0', PUBLIC_URL: 'https://gateway.example.com' }

  test('this machine reads them, others do not, and neither does a proxy on it for somebody else', async () => {
    const gateway = await startTestGateway(env)
    const { port } = new URL(gateway.gateway.url)
    const own = await get('127.0.0.1', port)
    expect(own.status).toBe(200)
    expect(own.headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    })
    for (const address of outside) {
      const { status, text } = await get(address, port)
      expect([status, text.includes(PREFIX)]).toEqual([403, false])
    }
    const proxied = await get('127.0.0.1', port, { host: 'gateway.example.com' })
    expect([proxied.status, proxied.text.includes(PREFIX)]).toEqual([403, false])
    expect(JSON.parse(proxied.text)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    await gateway.close()
  })

  test('with METRICS=true whoever is let in reads them, and a foreign name still is not', async () => {
    const gateway = await startTestGateway({ ...env, METRICS: 'true' })
    const { port } = new URL(gateway.gateway.url)
    for (const address of ['127.0.0.1', ...outside])
      expect((await get(address, port, { host: 'gateway.example.com' })).status).toBe(200)
    expect((await get('127.0.0.1', port, { host: 'evil.com' })).status).toBe(403)
    await gateway.close()
  })

  test('they are read and nothing else', async () => {
    const gateway = await startTestGateway()
    const { port } = new URL(gateway.gateway.url)
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
      const { status, headers } = await get('127.0.0.1', port, { method })
      expect([method, status, headers['allow']]).toEqual([method, 405, 'GET'])
    }
    await gateway.close()
  })
})

test('the process adds what it knows of itself, a gateway among others in one does not', async () => {
  const gateway = await startTestGateway()
  const names = gateway.gateway.registry.getMetricsAsArray().map(({ name }) => name)
  expect(names.filter((name) => !name.startsWith(PREFIX))).toEqual([])
  await gateway.close()

  const { child, listening, ended } = startProcess()
  const { text } = await scrape(addressesIn(await listening).url)
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
    expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'))
  expect(text).toContain(`${PREFIX}websockets 0`)
  child.kill('SIGTERM')
  expect((await ended).code).toBe(0)
})

describe('docs/metrics.md', () => {
  const read = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8')

  test('has each metric with its labels and its sentence, and no other', async () => {
    const gateway = await startTestGateway()
    const known = gateway.gateway.registry.getMetricsAsArray().map((metric) => {
      const { name, help, labelNames } = metric as typeof metric & { readonly labelNames: readonly string[] }
      return [name, labelNames.join(', '), help]
    })
    await gateway.close()
    const rows = [...read('metrics.md').matchAll(/^\| `(spectrocoin_\w+)` +\| (.*?) *\| (.+?) +\|$/gm)]
    expect(rows.map(([, name, labels = '', help]) => [name, labels.replaceAll('`', ''), help])).toEqual(known)
  })

  test('has each word that a label may say', () => {
    const page = read('metrics.md')
    const words = (label: string): (string | undefined)[] => {
      const [, said = ''] = new RegExp(`^\\| ${label} +\\| (.+)$`, 'm').exec(page) ?? []
      return [...said.matchAll(/`([\w-]+)`/g)].map(([, word]) => word)
    }
    for (const [label, known] of Object.entries(WORDS))
      expect([label, words(label)]).toEqual([label, Object.keys(known)])
    expect(words('`step`')).toEqual(Object.keys(STEPS))
    expect(page).toContain(
      `The ${['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'][Object.keys(HISTORIES).length]} mutations`,
    )
  })

  /** The compiler keeps these whole. */
  const outcomes: Record<Parameters<Meter['request']>[1], true> = {
    ok: true,
    refused: true,
    unauthenticated: true,
    forbidden: true,
    limited: true,
    unavailable: true,
    timeout: true,
    invalid: true,
    cancelled: true,
  }
  const classes: Record<Endpoint['safety'], true> = {
    read: true,
    'read-private': true,
    creates: true,
    'moves-money': true,
  }
  const savers: Record<Parameters<Meter['saved']>[1], true> = { flight: true, cache: true, stale: true }
  const reasons: Record<Parameters<Meter['notMade']>[0], true> = {
    budget: true,
    'cool-down': true,
    busy: true,
    breaker: true,
  }
  const operations: Record<OperationKind, true> = { query: true, mutation: true, subscription: true, none: true }
  const drifts: Record<DriftKind, true> = { word: true, misfit: true }
  const states: Record<OpenState, true> = { IN_PROGRESS: true, UNKNOWN: true }
  const socketEnds: Record<SocketEnd, true> = {
    'too-many': true,
    'too-many-of-caller': true,
    'too-many-subscriptions': true,
    'too-many-messages': true,
    frame: true,
    age: true,
    expired: true,
    refused: true,
    silent: true,
    stalled: true,
    protocol: true,
    fault: true,
    going: true,
  }
  const WORDS = {
    '`outcome`': outcomes,
    '`class`': classes,
    '`by`': savers,
    '`why` of calls': reasons,
    '`why` of sockets': socketEnds,
    '`kind` of operations': operations,
    '`kind` of drift': drifts,
    '`state`': states,
  }
})
