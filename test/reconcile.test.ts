// What nobody knows is settled from the upstream's own history: found, not executed, or left open where that leaves a doubt.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { openJournal } from '../src/money/journal.ts'
import { createReconciler } from '../src/money/reconcile.ts'
import { startTestGateway } from './support/gateway.ts'
import {
  bankWithdrawal,
  exchange,
  gate,
  giftCardPurchase,
  order,
  page,
  raw,
  voucherWithdrawal,
  walletRoutes,
  withdrawal,
  withdrawalWithExchange,
} from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import { createScopes } from '../src/upstream/scopes.ts'
import type { TestContext } from 'vitest'
import type { Environment } from '../src/config.ts'
import type { Step } from '../src/money/audit.ts'
import type { History } from '../src/money/histories.ts'
import type { Entry, Journal } from '../src/money/journal.ts'
import type { Caller, CallScope } from '../src/upstream/caller.ts'
import type { Exchange } from '../src/upstream/exchanges.ts'
import type { Answer, TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream, RecordedRequest, Reply, Route } from './support/upstream.ts'

/** What the answers of most tests are. */
const NO_ANSWER: Reply = { status: 502, body: '<html>a proxy</html>' }
const now = (ms = 0): string => new Date(Date.now() + ms).toISOString()
const referenceIn = ({ body }: RecordedRequest): unknown => (JSON.parse(body) as Row)['externalId']

/** In a row: when the call came that may have made it, however busy the machine was before and after. */
const POSTED = 'when it was posted'

/** Gives routes that know that time. */
function timed(): (routes: Record<string, Route>) => Record<string, Route> {
  const times = new Map<string, string>()
  const wrap =
    (key: string, route: Route): Route =>
    async (request, response) => {
      const thing = request.path.replace(/\/pay$/, '')
      if (key.startsWith('POST ')) times.set(thing, now())
      const reply = typeof route === 'function' ? await route(request, response) : route
      if (typeof reply?.body !== 'object') return reply
      return { ...reply, body: JSON.stringify(reply.body).replaceAll(POSTED, times.get(thing) ?? now()) }
    }
  return (routes) => Object.fromEntries(Object.entries(routes).map(([key, route]) => [key, wrap(key, route)]))
}

interface World extends Omit<TestGateway, 'keys'> {
  readonly upstream: FakeUpstream
  /** Runs a mutation, by its field with its arguments. */
  move(call: string, headers?: Record<string, string>): Promise<Row>
  operation(key?: string, headers?: Record<string, string>): Promise<Row | null>
  /** Ends this gateway, and starts another one in its folder. */
  restart(): Promise<void>
  /** All that is written down. */
  journalled(): string
}

/** A gateway with a folder of its own, before an upstream whose history a test writes. */
async function startWorld(
  { onTestFinished: after }: Pick<TestContext, 'onTestFinished'>,
  routes: Record<string, Route>,
  env: Environment = {},
  useCredential = true,
): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'reconcile-'))
  const onTime = timed()
  const scripted = await startUpstream({ ...walletRoutes, ...onTime(routes) })
  const upstream: FakeUpstream = { ...scripted, routes: (more) => scripted.routes(onTime(more)) }
  const target = useCredential ? upstream.env : { SPECTROCOIN_API_URL: upstream.url }
  const start = (): Promise<TestGateway> => startTestGateway({ ...target, DATA_DIR: dataDir, ...env })
  let current = await start()
  after(async () => {
    await current.close()
    await upstream.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const ask: TestGateway['ask'] = (...question) => current.ask(...question)
  const only = ({ data, errors }: Answer, name: string): Row | null => {
    if (errors) throw new Error(JSON.stringify(errors))
    return data[name]
  }
  return {
    upstream,
    ask,
    get gateway() {
      return current.gateway
    },
    get log() {
      return current.log
    },
    close: () => current.close(),
    async move(call, headers) {
      const text = `mutation { it: ${call} { __typename ... on Node { id } ... on Error { message }
        ... on Refused { code } ... on OutcomeUnknown { operation { state candidates { id } } } } }`
      return only(await ask(text, {}, headers), 'it') as Row
    },
    async operation(key = 'k', headers) {
      const text = `{ operation(idempotencyKey: "${key}") { state settledAt candidates { id }
        result { __typename ... on Node { id } ... on Refused { code message } } } }`
      return only(await ask(text, {}, headers), 'operation')
    },
    async restart() {
      await current.close()
      current = await start()
    },
    journalled: () => ['', '-wal'].map((end) => readFileSync(join(dataDir, `journal.db${end}`), 'latin1')).join(''),
  }
}

/** No window: what a history does not have after the answer was given up was not executed. */
const AT_ONCE: Environment = { RECONCILE_WINDOW_MS: '0' }
/** Callers do not wait: what is looked for goes on behind them. */
const BEHIND: Environment = { RECONCILE_WAIT_MS: '0' }

const exchanging = (key = 'k', amount = '100'): string =>
  `createExchange(input: { idempotencyKey: "${key}", payAmount: "${amount}", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } })`
const sending = (key = 'k', amount = '0.01'): string =>
  `createCryptoWithdrawal(input: { idempotencyKey: "${key}", from: { currency: "BTC" }, amount: "${amount}", address: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" })`
const wiring = (key = 'k'): string =>
  `createBankWithdrawal(input: { idempotencyKey: "${key}", from: { currency: "EUR" }, amount: "250", type: SEPA, beneficiaryName: "Harbour Books UAB", iban: "LT601010012345678901" })`
const payingOrder = (key = 'k'): string =>
  `payOrder(input: { idempotencyKey: "${key}", id: "Order:O1", from: { currency: "EUR" } })`
const payingCards = (key = 'k'): string =>
  `payGiftCardPurchase(input: { idempotencyKey: "${key}", id: "GiftCardPurchase:G1", from: { accountId: "Account:A2" } })`

const NOT_EXECUTED = {
  __typename: 'Refused',
  code: 'NOT_EXECUTED',
  message: 'SpectroCoin has no trace of it: it was not executed, and will not be.',
}

describe.concurrent('an answer that did not come', () => {
  test('is found by its reference, among others that look alike', async ({ expect, ...context }) => {
    const rows = [withdrawal({ id: 'W1', externalId: 'of somebody', createdAt: POSTED })]
    const world = await startWorld(context, {
      'POST /withdrawals/crypto': (request) => {
        // Even where the upstream tells another amount, and no time.
        const told = { id: 'W7', externalId: referenceIn(request), receiveAmount: raw('0.009'), createdAt: null }
        rows.unshift(withdrawal(told), withdrawal({ id: 'W8', externalId: null, createdAt: POSTED }))
        return NO_ANSWER
      },
      'GET /withdrawals/crypto': () => ({ body: page(...rows) }),
    })
    expect(await world.move(sending())).toEqual({ __typename: 'CryptoWithdrawal', id: 'CryptoWithdrawal:W7' })
    expect(await world.operation()).toMatchObject({ state: 'SUCCEEDED', settledAt: expect.any(String) })
    expect(await world.move(sending())).toMatchObject({ id: 'CryptoWithdrawal:W7' })
    expect(world.upstream.count('POST /withdrawals/crypto')).toBe(1)
    expect(world.upstream.count('GET /withdrawals/crypto')).toBe(1)
  })

  test('is found by amount, currencies and time, where there is no reference', async ({ expect, ...context }) => {
    const others = [
      exchange({ exchangeId: 'other amount', payAmount: raw('100.01'), createdAt: POSTED }),
      exchange({ exchangeId: 'the other way', payCurrencyCode: 'BTC', receiveCurrencyCode: 'EUR', createdAt: POSTED }),
      exchange({ exchangeId: 'before', createdAt: now(-900_000) }),
    ]
    const world = await startWorld(context, {
      'POST /exchanges': () => {
        others.push(exchange({ exchangeId: 'mine', payAmount: raw('100.00'), createdAt: POSTED }))
        return NO_ANSWER
      },
      'GET /exchanges': () => ({ body: page(...others) }),
    })
    expect(await world.move(exchanging())).toEqual({ __typename: 'Exchange', id: 'Exchange:mine' })
  })

  test('is found by its destination, however that is spaced and spelt', async ({ expect, ...context }) => {
    const common = { externalId: null, createdAt: POSTED }
    const rows = [
      bankWithdrawal({ ...common, id: 'B1', iban: 'LT12 1000 0111 0100 1000' }),
      bankWithdrawal({ ...common, id: 'B2', iban: 'lt60 1010 0123 4567 8901' }),
    ]
    const world = await startWorld(context, {
      'POST /withdrawals/bank': NO_ANSWER,
      'GET /withdrawals/bank': () => ({ body: page(...rows) }),
    })
    expect(await world.move(wiring())).toEqual({ __typename: 'BankWithdrawal', id: 'BankWithdrawal:B2' })
  })

  test('is found by the ids of the accounts', async ({ expect, ...context }) => {
    const rows = [
      exchange({ exchangeId: 'theirs', payAccountId: 'A9', createdAt: POSTED }),
      exchange({ exchangeId: 'mine', createdAt: POSTED }),
    ]
    const world = await startWorld(context, { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': { body: page(...rows) } })
    const pair = '{ pairId: "ExchangePair:P1", payAccountId: "Account:A1", receiveAccountId: "Account:A2" }'
    const call = `createExchange(input: { idempotencyKey: "k", payAmount: "100", between: { pair: ${pair} } })`
    expect(await world.move(call)).toEqual({ __typename: 'Exchange', id: 'Exchange:mine' })
  })

  test('is found by a time of another clock, as far as the upstream tells it', async ({ expect, ...context }) => {
    const ahead = 3 * 3_600_000
    const row = exchange({ exchangeId: 'E5', createdAt: now(ahead) })
    const date = new Date(Date.now() + ahead).toUTCString()
    const routes = { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': { headers: { date }, body: page(row) } }
    const world = await startWorld(context, routes)
    expect(await world.move(exchanging())).toEqual({ __typename: 'Exchange', id: 'Exchange:E5' })
  })

  test.for([400, 403, 422])('is what a page of some proxy under %s is as well', async (status, context) => {
    const { expect } = context
    const row = exchange({ exchangeId: 'E5', createdAt: POSTED })
    const page403 = { status, headers: { 'content-type': 'text/html' }, body: '<html>blocked</html>' }
    const routes = { 'POST /exchanges': page403, 'GET /exchanges': { body: page(row) } }
    const world = await startWorld(context, routes)
    expect(await world.move(exchanging())).toEqual({ __typename: 'Exchange', id: 'Exchange:E5' })
    expect(world.upstream.count('POST /exchanges')).toBe(1)
  })

  test('is not taken for what another key has made', async ({ expect, ...context }) => {
    const made = exchange({ exchangeId: 'E1', createdAt: POSTED })
    const world = await startWorld(
      context,
      { 'POST /exchanges': { body: made }, 'GET /exchanges': { body: page(made) } },
      AT_ONCE,
    )
    expect(await world.move(exchanging('first'))).toMatchObject({ id: 'Exchange:E1' })
    world.upstream.routes({ 'POST /exchanges': NO_ANSWER })
    expect(await world.move(exchanging('second'))).toEqual(NOT_EXECUTED)
  })

  test('is not taken twice from one row: what was found for one key is no other one’s', async ({
    expect,
    ...context
  }) => {
    const row = exchange({ exchangeId: 'E1', createdAt: POSTED })
    const world = await startWorld(
      context,
      { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': { body: page(row) } },
      AT_ONCE,
    )
    expect(await world.move(exchanging('first'))).toMatchObject({ id: 'Exchange:E1' })
    expect(await world.move(exchanging('second'))).toEqual(NOT_EXECUTED)
  })
})

describe.concurrent('an answer of which the history leaves a doubt', () => {
  test('stays UNKNOWN for two keys that one row would fit, each with that row', async ({ expect, ...context }) => {
    const row = exchange({ exchangeId: 'E1', createdAt: POSTED })
    let isShown = false
    const world = await startWorld(
      context,
      { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': () => (isShown ? { body: page(row) } : { status: 500 }) },
      { ...AT_ONCE, ...BEHIND },
    )
    await Promise.all(['a', 'b'].map(async (key) => world.move(exchanging(key))))
    isShown = true
    for (const key of ['a', 'b'])
      await expect
        .poll(async () => world.operation(key), { timeout: 5000 })
        .toMatchObject({ state: 'UNKNOWN', candidates: [{ id: 'Exchange:E1' }], result: null })
  })

  test('is settled where the reference tells two keys apart', async ({ expect, ...context }) => {
    const references: unknown[] = []
    let isShown = false
    const world = await startWorld(
      context,
      {
        'POST /withdrawals/crypto': (request) => {
          references.push(referenceIn(request))
          return NO_ANSWER
        },
        'GET /withdrawals/crypto': () =>
          isShown ? { body: page(withdrawal({ id: 'W5', externalId: references[1], createdAt: POSTED })) } : NO_ANSWER,
      },
      { ...AT_ONCE, ...BEHIND },
    )
    for (const key of ['a', 'b']) await world.move(sending(key))
    isShown = true
    await expect.poll(async () => world.operation('b'), { timeout: 5000 }).toMatchObject({ state: 'SUCCEEDED' })
    expect(await world.operation('b')).toMatchObject({ result: { id: 'CryptoWithdrawal:W5' } })
    await expect.poll(async () => world.operation('a')).toMatchObject({ state: 'REJECTED', result: NOT_EXECUTED })
  })

  test('is OutcomeUnknown with its candidates, and says that it is ambiguous', async ({ expect, ...context }) => {
    const rows = ['E1', 'E2'].map((exchangeId) => exchange({ exchangeId, createdAt: POSTED }))
    const world = await startWorld(
      context,
      { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': { body: page(...rows) } },
      { ...AT_ONCE, RECONCILE_WAIT_MS: '400' },
    )
    const candidates = [{ id: 'Exchange:E1' }, { id: 'Exchange:E2' }]
    for (let n = 0; n < 2; n += 1)
      expect(await world.move(exchanging())).toEqual({
        __typename: 'OutcomeUnknown',
        message: expect.stringContaining('ambiguous'),
        operation: { state: 'UNKNOWN', candidates },
      })
    expect(world.upstream.count('POST /exchanges')).toBe(1)
    expect(world.log.filter((line) => line.includes('does not tell which row'))).toHaveLength(1)
  })

  test.for<[string, Row]>([
    ['a clock of another zone', { createdAt: now(3 * 3_600_000) }],
    ['no time', { createdAt: null }],
    ['a masked IBAN', { createdAt: POSTED, iban: 'LT60************8901' }],
    ['no IBAN', { createdAt: POSTED, iban: null }],
    [
      'the amount where the fee would be read otherwise',
      { createdAt: POSTED, withdrawAmount: 250, receiveAmount: 249 },
    ],
  ])('is not called unexecuted for %s', async ([, change], { expect, ...context }) => {
    const world = await startWorld(
      context,
      {
        'POST /withdrawals/bank': NO_ANSWER,
        'GET /withdrawals/bank': { body: page(bankWithdrawal({ id: 'B7', externalId: null, ...change })) },
      },
      { ...AT_ONCE, RECONCILE_WAIT_MS: '400' },
    )
    const doubt = { state: 'UNKNOWN', candidates: [{ id: 'BankWithdrawal:B7' }] }
    expect(await world.move(wiring())).toMatchObject({ __typename: 'OutcomeUnknown', operation: doubt })
    expect(await world.operation()).toMatchObject(doubt)
  })

  test('is in doubt where the upstream may tell references other than they came', async ({ expect, ...context }) => {
    const rows = [withdrawal({ id: 'W1', externalId: 'rewritten', createdAt: POSTED })]
    const world = await startWorld(
      context,
      { 'POST /withdrawals/crypto': NO_ANSWER, 'GET /withdrawals/crypto': () => ({ body: page(...rows) }) },
      { ...AT_ONCE, RECONCILE_WAIT_MS: '400' },
    )
    const operation = { state: 'UNKNOWN', candidates: [{ id: 'CryptoWithdrawal:W1' }] }
    expect(await world.move(sending())).toMatchObject({ __typename: 'OutcomeUnknown', operation })
    // A row of another key of ours, as it came: now it is known that the other one is another's.
    world.upstream.routes({
      'POST /withdrawals/crypto': (request) => {
        const body = withdrawal({ id: 'W2', externalId: referenceIn(request), createdAt: POSTED })
        rows.push(body)
        return { body }
      },
    })
    expect(await world.move(sending('other', '0.02'))).toMatchObject({ id: 'CryptoWithdrawal:W2' })
    await expect
      .poll(async () => world.operation(), { timeout: 5000 })
      .toMatchObject({ state: 'REJECTED', result: NOT_EXECUTED })
  })

  test('is settled once the doubt has gone', async ({ expect, ...context }) => {
    let iban = 'LT60************8901'
    const row = { id: 'B7', externalId: null, createdAt: POSTED }
    const world = await startWorld(
      context,
      {
        'POST /withdrawals/bank': NO_ANSWER,
        'GET /withdrawals/bank': () => ({ body: page(bankWithdrawal({ ...row, iban })) }),
      },
      { ...AT_ONCE, RECONCILE_WAIT_MS: '100' },
    )
    expect(await world.move(wiring())).toMatchObject({ __typename: 'OutcomeUnknown' })
    iban = 'LT601010012345678901'
    const settled = { state: 'SUCCEEDED', candidates: [], result: { id: 'BankWithdrawal:B7' } }
    await expect.poll(async () => world.operation(), { timeout: 5000 }).toMatchObject(settled)
  })
})

describe.concurrent('an answer of which there is no trace', () => {
  test('is NOT_EXECUTED after the window, and so it is given again, over a restart', async ({ expect, ...context }) => {
    const world = await startWorld(
      context,
      { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': { body: page() } },
      { RECONCILE_WINDOW_MS: '300' },
    )
    // The caller waits for it: the look that may say so comes as soon as it may.
    expect(await world.move(exchanging())).toEqual(NOT_EXECUTED)
    expect(await world.move(exchanging())).toEqual(NOT_EXECUTED)
    expect(await world.operation()).toMatchObject({ state: 'REJECTED', result: NOT_EXECUTED })
    await world.restart()
    expect(await world.move(exchanging())).toEqual(NOT_EXECUTED)
    expect(world.upstream.count('POST /exchanges')).toBe(1)
  })

  test('is UNKNOWN before the end of the window: it may yet be executed, and is found then', async ({
    expect,
    ...context
  }) => {
    const rows: Row[] = []
    const world = await startWorld(
      context,
      { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': () => ({ body: page(...rows) }) },
      { RECONCILE_WAIT_MS: '700' },
    )
    expect(await world.move(exchanging())).toMatchObject({
      __typename: 'OutcomeUnknown',
      operation: { state: 'UNKNOWN', candidates: [] },
    })
    expect(world.upstream.count('GET /exchanges')).toBeGreaterThan(0)
    rows.push(exchange({ exchangeId: 'late', createdAt: POSTED }))
    await expect.poll(async () => world.operation(), { timeout: 5000 }).toMatchObject({ state: 'SUCCEEDED' })
    expect(await world.move(exchanging())).toMatchObject({ id: 'Exchange:late' })
  })

  test('is looked for where the process before has left it', async ({ expect, ...context }) => {
    const rows: Row[] = []
    const world = await startWorld(
      context,
      { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': () => ({ body: page(...rows) }) },
      BEHIND,
    )
    expect(await world.move(exchanging())).toMatchObject({ __typename: 'OutcomeUnknown' })
    rows.push(exchange({ exchangeId: 'late', createdAt: POSTED }))
    await world.restart()
    await expect
      .poll(async () => world.operation())
      .toMatchObject({ state: 'SUCCEEDED', result: { id: 'Exchange:late' } })
    expect(world.upstream.count('POST /exchanges')).toBe(1)
  })

  test('days later is still told from one whose clock is of another zone', async ({ expect, ...context }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'reconcile-'))
    context.onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
    const [then, shown] = [Date.now() - 7_200_000, now(-7_200_000 + 3 * 3_600_000)]
    // An upstream whose filter goes by the clock that it shows.
    const upstream = await startUpstream({
      ...walletRoutes,
      'GET /exchanges': ({ query }) => {
        const isIn = shown >= String(query.get('dateFrom')) && shown < (query.get('dateTo') ?? '9')
        return { body: page(...(isIn ? [exchange({ exchangeId: 'E5', createdAt: shown })] : [])) }
      },
    })
    const journal = openJournal({ dataDir, upstream: upstream.url, world: '', days: 90, now: () => new Date() })
    const place = { upstream: upstream.url, scope: 'gateway', key: 'k' }
    await journal.claim({
      place,
      owner: 'gateway',
      account: 'house',
      credential: createHash('sha256').update('test-client').digest('hex'),
      mutation: 'createExchange',
      fingerprint: '',
      externalId: '',
      sought: { amount: { value: '100', is: 'payAmount', or: [] }, facts: { payCode: 'EUR' }, destination: {} },
      startedAt: new Date(then),
    })
    await journal.markUnknown(place, new Date(then))
    journal.close()
    const gateway = await startTestGateway({ ...upstream.env, DATA_DIR: dataDir })
    context.onTestFinished(async () => {
      await gateway.close()
      await upstream.close()
    })
    const query = '{ operation(idempotencyKey: "k") { state candidates { id } } }'
    await expect
      .poll(async () => (await gateway.ask(query)).data.operation)
      .toEqual({ state: 'UNKNOWN', candidates: [{ id: 'Exchange:E5' }] })
  })
})

describe.concurrent('a history that cannot be read', () => {
  const half = { totalCount: 3, page: 1, size: 100, data: [exchange({ exchangeId: 'x', payAmount: 7 })] }

  test.for<[string, Route]>([
    ['is forbidden', { status: 403, body: {} }],
    ['takes no token', { status: 401, body: {} }],
    ['fails', { status: 500, body: {} }],
    ['is a page of some proxy', { body: '<html></html>' }],
    ['is no list', { body: {} }],
    ['holds a row that cannot be read', { body: page(exchange({ payAmount: 'much' })) }],
    ['is not there', { status: 404, body: {} }],
    ['is incomplete', { body: half }],
    ['is cut off', (_request, response) => void response.socket?.destroy()],
  ])('since it %s leaves it UNKNOWN, and settles it once it can be', async ([, reply], { expect, ...context }) => {
    const world = await startWorld(
      context,
      { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': reply },
      { ...AT_ONCE, RECONCILE_WAIT_MS: '700' },
    )
    expect(await world.move(exchanging())).toMatchObject({ __typename: 'OutcomeUnknown' })
    expect(await world.operation()).toMatchObject({ state: 'UNKNOWN', result: null, candidates: [] })
    expect(world.upstream.count('GET /exchanges')).toBeGreaterThan(0)
    world.upstream.routes({ 'GET /exchanges': { body: page(exchange({ exchangeId: 'E5', createdAt: POSTED })) } })
    await expect.poll(async () => world.operation(), { timeout: 9000 }).toMatchObject({ state: 'SUCCEEDED' })
    expect(world.upstream.count('POST /exchanges')).toBe(1)
  })

  test('is asked for with growing pauses, and one for all that are open', async ({ expect, ...context }) => {
    const world = await startWorld(
      context,
      { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': { status: 500, body: {} } },
      BEHIND,
    )
    const times: number[] = []
    const [first] = await Promise.all(Array.from({ length: 5 }, async (_, n) => world.move(exchanging(`k${n}`))))
    expect(first).toMatchObject({ __typename: 'OutcomeUnknown' })
    world.upstream.routes({
      'GET /exchanges': () => {
        times.push(performance.now())
        return { status: 500, body: {} }
      },
    })
    await expect.poll(() => times.length, { timeout: 12_000 }).toBe(4)
    const pauses = times.slice(1).map((time, n) => Math.round(time - (times[n] ?? 0)))
    for (const [n, pause] of pauses.entries()) if (n > 0) expect(pause).toBeGreaterThan(1.5 * (pauses[n - 1] ?? 0))
  })

  test('is left alone for as long as it asks for', async ({ expect, ...context }) => {
    const times: number[] = []
    const other = gate()
    const world = await startWorld(
      context,
      {
        'POST /exchanges': async ({ body }) => (body.includes('50') ? other.opened.then(() => NO_ANSWER) : NO_ANSWER),
        'GET /exchanges': () => {
          times.push(performance.now())
          return { status: 429, headers: { 'retry-after': '3' }, body: {} }
        },
      },
      BEHIND,
    )
    const late = world.move(exchanging('another', '50'))
    await expect.poll(() => world.upstream.count('POST /exchanges')).toBe(1)
    await world.move(exchanging())
    await expect.poll(() => times.length).toBe(1)
    // One more that is not known hurries nothing.
    other.open()
    expect(await late).toMatchObject({ __typename: 'OutcomeUnknown' })
    await expect.poll(() => times.length, { timeout: 9000 }).toBeGreaterThanOrEqual(2)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(2900)
  })
})

describe.concurrent('a journal that cannot be read', () => {
  test.for<[string, 'open' | 'isOwned']>([
    ['before the history is asked for', 'open'],
    ['once the history is there', 'isOwned'],
  ])(
    '%s ends the look and not the process, and the next one settles it',
    async ([, broken], { expect, ...context }) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'reconcile-'))
      const clock = (): Date => new Date()
      const real = openJournal({ dataDir, upstream: 'api', world: '', days: 90, now: clock })
      context.onTestFinished(() => {
        real.close()
        rmSync(dataDir, { recursive: true, force: true })
      })
      let isBroken = true
      const failing = (): never => {
        throw new Error('disk I/O error')
      }
      const journal: Journal = {
        ...real,
        [broken]: (...args: readonly never[]) =>
          isBroken ? failing() : (real[broken] as (...a: unknown[]) => unknown)(...args),
      }
      const place = { upstream: 'api', scope: 'gateway', key: 'k' }
      const row = { __typename: 'Exchange', id: 'E5', payAmount: '100', createdAt: clock() } as Exchange
      const list = async (): Promise<unknown> => ({ rows: [row], total: 1 })
      const steps: Step[] = []
      const { background } = createScopes({ operationTimeoutMs: 10_000, maxUpstreamCalls: 100 })
      const scopeOf = (caller: Caller): CallScope => background(caller, undefined)
      const reconciler = createReconciler({
        journal,
        history: { exchanges: { list }, clockAheadMs: () => 0 } as unknown as History,
        reader: () => ({ id: 'gateway', kind: 'gateway', scopes: null }),
        scopeOf,
        windowMs: 900_000,
        now: clock,
        changed: () => {},
        audit: (step) => void steps.push(step),
      })
      context.onTestFinished(() => reconciler.close())
      await real.claim({
        place,
        owner: 'gateway',
        account: 'house',
        credential: '',
        mutation: 'createExchange',
        fingerprint: '',
        externalId: '',
        sought: { amount: { value: '100', is: 'payAmount', or: [] }, facts: {}, destination: {} },
        startedAt: clock(),
      })
      await real.markUnknown(place, clock())
      const entry = real.find(place) as Entry
      const looked = reconciler.look(entry)
      await expect.poll(() => steps).toContain('lookFailed')
      isBroken = false
      void reconciler.look(entry)
      await looked
      await expect.poll(() => real.find(place)?.state, { timeout: 5000 }).toBe('SUCCEEDED')
      expect(steps).toEqual(['lookFailed', 'found'])
    },
  )
})

test('twenty that are open at once take a few readings and not twenty, and each finds its own row', async ({
  expect,
  ...context
}) => {
  const rows: Row[] = []
  const world = await startWorld(context, {
    'POST /exchanges': ({ body }) => {
      const amount = /"payAmount":"?([\d.]+)/.exec(body)?.[1] ?? ''
      rows.push(exchange({ exchangeId: `of ${amount}`, payAmount: raw(amount), createdAt: POSTED }))
      return NO_ANSWER
    },
    'GET /exchanges': () => ({ body: page(...rows) }),
  })
  const amounts = Array.from({ length: 20 }, (_, n) => `${n + 1}`)
  const answers = await Promise.all(amounts.map(async (amount) => world.move(exchanging(`k${amount}`, amount))))
  expect(answers.map(({ id }) => id)).toEqual(amounts.map((amount) => `Exchange:of ${amount}`))
  expect(world.upstream.count('POST /exchanges')).toBe(20)
  expect(world.upstream.count('GET /exchanges')).toBeLessThanOrEqual(5)
})

describe.concurrent('the payment of an order', () => {
  const paying = (
    context: Pick<TestContext, 'onTestFinished'>,
    read: Route,
    pay: Route = NO_ANSWER,
    env: Environment = {},
  ): Promise<World> => {
    const routes = { 'POST /merchants/orders/O1/pay': pay, 'GET /merchants/orders/O1': read }
    return startWorld(context, routes, { ...AT_ONCE, ...env })
  }

  test.for<[string, Row, object]>([
    ['PAID', { status: 'PAID' }, { __typename: 'Order', id: 'Order:O1' }],
    ['PAID just now', { status: 'PAID', paidAt: POSTED }, { __typename: 'Order', id: 'Order:O1' }],
    ['NEW', { status: 'NEW' }, NOT_EXECUTED],
    ['EXPIRED', { status: 'EXPIRED' }, NOT_EXECUTED],
  ])('whose order is %s is known', async ([, change, answer], { expect, ...context }) => {
    const world = await paying(context, { body: order(change) })
    expect(await world.move(payingOrder())).toEqual(answer)
    expect(world.upstream.count('POST /merchants/orders/O1/pay')).toBe(1)
  })

  test('whose order is PAID since another time is in doubt: that it is paid is no less true for that', async ({
    expect,
    ...context
  }) => {
    const paidAt = now(-3_600_000)
    const patience = { RECONCILE_WAIT_MS: '700' }
    const world = await paying(context, { body: order({ status: 'PAID', paidAt }) }, NO_ANSWER, patience)
    const operation = { state: 'UNKNOWN', candidates: [{ id: 'Order:O1' }] }
    expect(await world.move(payingOrder())).toMatchObject({ __typename: 'OutcomeUnknown', operation })
  })

  test('whose order is gone stays UNKNOWN: it was there to be paid', async ({ expect, ...context }) => {
    const world = await paying(context, { status: 404, body: {} }, NO_ANSWER, { RECONCILE_WAIT_MS: '700' })
    const operation = { state: 'UNKNOWN', candidates: [] }
    expect(await world.move(payingOrder())).toMatchObject({ __typename: 'OutcomeUnknown', operation })
    expect(world.upstream.count('GET /merchants/orders/O1')).toBeGreaterThan(0)
    world.upstream.routes({ 'GET /merchants/orders/O1': { body: order({ status: 'PAID' }) } })
    await expect.poll(async () => world.operation(), { timeout: 5000 }).toMatchObject({ state: 'SUCCEEDED' })
  })

  test.for(['PENDING', 'UNDERPAID', 'FAILED', 'SOMETHING_NEW'])(
    'whose order is %s is in doubt, with that order',
    async (status, { expect, ...context }) => {
      const world = await paying(context, { body: order({ status }) }, NO_ANSWER, { RECONCILE_WAIT_MS: '700' })
      const operation = { state: 'UNKNOWN', candidates: [{ id: 'Order:O1' }] }
      expect(await world.move(payingOrder())).toMatchObject({ __typename: 'OutcomeUnknown', operation })
      world.upstream.routes({ 'GET /merchants/orders/O1': { body: order({ status: 'PAID' }) } })
      await expect.poll(async () => world.operation(), { timeout: 5000 }).toMatchObject({ state: 'SUCCEEDED' })
    },
  )

  test('under two keys is in doubt for both', async ({ expect, ...context }) => {
    let isReadable = false
    const read = (): Reply => (isReadable ? { body: order({ status: 'PAID' }) } : NO_ANSWER)
    const world = await paying(context, read, NO_ANSWER, BEHIND)
    await Promise.all(['a', 'b'].map(async (key) => world.move(payingOrder(key))))
    isReadable = true
    for (const key of ['a', 'b'])
      await expect
        .poll(async () => world.operation(key), { timeout: 5000 })
        .toMatchObject({ state: 'UNKNOWN', candidates: [{ id: 'Order:O1' }] })
  })

  test('is told by that very order, though another one’s is unknown as well', async ({ expect, ...context }) => {
    const world = await paying(context, { body: order({ status: 'PAID' }) })
    world.upstream.routes({
      'POST /merchants/orders/O2/pay': NO_ANSWER,
      'GET /merchants/orders/O2': { body: order({ id: 'O2', status: 'NEW' }) },
    })
    const other = payingOrder('other').replace('Order:O1', 'Order:O2')
    const answers = await Promise.all([world.move(payingOrder()), world.move(other)])
    expect(answers).toEqual([{ __typename: 'Order', id: 'Order:O1' }, NOT_EXECUTED])
  })

  test('that another key has had is not this one’s', async ({ expect, ...context }) => {
    const paid = { body: order({ status: 'PAID' }) }
    const world = await paying(context, paid, paid)
    expect(await world.move(payingOrder('a'))).toMatchObject({ id: 'Order:O1' })
    world.upstream.routes({ 'POST /merchants/orders/O1/pay': NO_ANSWER })
    expect(await world.move(payingOrder('b'))).toEqual(NOT_EXECUTED)
  })
})

describe.concurrent('the payment of gift cards', () => {
  test.for<[string, Row | null]>([
    ['PAID', { __typename: 'GiftCardPurchase', id: 'GiftCardPurchase:G1' }],
    ['PENDING', { __typename: 'GiftCardPurchase', id: 'GiftCardPurchase:G1' }],
    ['NEW', NOT_EXECUTED],
    ['EXPIRED', NOT_EXECUTED],
    ['FAILED', null],
  ])('whose purchase is %s is told by that', async ([status, answer], { expect, ...context }) => {
    const purchase = `/purchases/gift-cards/G1`
    const world = await startWorld(
      context,
      { [`POST ${purchase}/pay`]: NO_ANSWER, [`GET ${purchase}`]: { body: giftCardPurchase({ status }) } },
      AT_ONCE,
    )
    expect(await world.move(payingCards())).toEqual(
      answer ?? {
        __typename: 'OutcomeUnknown',
        message: expect.stringContaining('ambiguous'),
        operation: { state: 'UNKNOWN', candidates: [{ id: 'GiftCardPurchase:G1' }] },
      },
    )
  })

  test('whose purchase is gone stays UNKNOWN', async ({ expect, ...context }) => {
    const purchase = '/purchases/gift-cards/G1'
    const routes = { [`POST ${purchase}/pay`]: NO_ANSWER, [`GET ${purchase}`]: { status: 404, body: {} } }
    const world = await startWorld(context, routes, { ...AT_ONCE, RECONCILE_WAIT_MS: '700' })
    expect(await world.move(payingCards())).toMatchObject({ __typename: 'OutcomeUnknown' })
    expect(world.upstream.count(`GET ${purchase}`)).toBeGreaterThan(0)
  })
})

/** Exchanges as `exchanging` does, and withdraws what that gives. */
const passingOn = (key = 'x'): string =>
  `createWithdrawalWithExchange(input: { idempotencyKey: "${key}", from: { currency: "EUR" }, receiveCode: "BTC", amount: { payAmount: "100" },
    method: { crypto: { address: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" } } })`

describe.concurrent('a withdrawal with exchange', () => {
  /** Its rows, in three histories. */
  const [WHOLE, EXCHANGED, WITHDRAWN] = [
    () => withdrawalWithExchange({ externalId: null, createdAt: POSTED }),
    () => exchange({ createdAt: POSTED }),
    () => withdrawal({ externalId: null, createdAt: POSTED }),
  ]
  const shown =
    (isShown: () => boolean, row: () => Row): Route =>
    () =>
      isShown() ? { body: page(row()) } : NO_ANSWER
  const routes = (isShown: () => boolean): Record<string, Route> => ({
    'POST /exchanges': NO_ANSWER,
    'POST /withdrawals/crypto': NO_ANSWER,
    'POST /withdrawals/with-exchange': () => ({ body: WHOLE() }),
    'GET /exchanges': shown(isShown, EXCHANGED),
    'GET /withdrawals/crypto': shown(isShown, WITHDRAWN),
    'GET /withdrawals/with-exchange': shown(isShown, WHOLE),
  })

  test.for<[string, () => string]>([
    ['exchange', exchanging],
    ['withdrawal', sending],
  ])('that is done has its %s: one alike that was cut off after it was not executed', async ([, alike], context) => {
    const { expect } = context
    const world = await startWorld(
      context,
      routes(() => true),
      AT_ONCE,
    )
    expect(await world.move(passingOn())).toEqual({
      __typename: 'WithdrawalWithExchange',
      id: 'WithdrawalWithExchange:X1',
    })
    expect(await world.move(alike())).toEqual(NOT_EXECUTED)
  })

  test.for<[string, () => string]>([
    ['exchange', exchanging],
    ['withdrawal', sending],
  ])('that is done has its %s: one alike that was cut off before it was not executed', async ([, alike], context) => {
    const { expect } = context
    let isShown = false
    const world = await startWorld(
      context,
      routes(() => isShown),
      { ...AT_ONCE, ...BEHIND },
    )
    expect(await world.move(alike())).toMatchObject({ __typename: 'OutcomeUnknown' })
    expect(await world.move(passingOn())).toMatchObject({ id: 'WithdrawalWithExchange:X1' })
    isShown = true
    await expect
      .poll(async () => world.operation(), { timeout: 5000 })
      .toMatchObject({ state: 'REJECTED', result: NOT_EXECUTED })
  })

  test('that is found has its exchange as well', async ({ expect, ...context }) => {
    const world = await startWorld(
      context,
      routes(() => true),
      AT_ONCE,
    )
    world.upstream.routes({ 'POST /withdrawals/with-exchange': NO_ANSWER })
    expect(await world.move(passingOn())).toMatchObject({ id: 'WithdrawalWithExchange:X1' })
    expect(await world.move(exchanging())).toEqual(NOT_EXECUTED)
  })

  test.for<[string, () => string, string]>([
    ['exchange', exchanging, 'Exchange:E1'],
    ['withdrawal', sending, 'CryptoWithdrawal:W1'],
  ])(
    'of which nothing is known may be what a single %s alike looks like',
    async ([, alike, row], { expect, ...context }) => {
      let isShown = false
      const hidden = { 'POST /withdrawals/with-exchange': NO_ANSWER, 'GET /withdrawals/with-exchange': NO_ANSWER }
      const world = await startWorld(context, { ...routes(() => isShown), ...hidden }, { ...AT_ONCE, ...BEHIND })
      for (const call of [passingOn(), alike()])
        expect(await world.move(call)).toMatchObject({ __typename: 'OutcomeUnknown' })
      isShown = true
      await expect
        .poll(async () => world.operation(), { timeout: 5000 })
        .toMatchObject({ state: 'UNKNOWN', candidates: [{ id: row }] })
      // Once that is found, the row is its own.
      world.upstream.routes({ 'GET /withdrawals/with-exchange': shown(() => true, WHOLE) })
      await expect.poll(async () => world.operation('x'), { timeout: 9000 }).toMatchObject({ state: 'SUCCEEDED' })
      await expect
        .poll(async () => world.operation(), { timeout: 9000 })
        .toMatchObject({ state: 'REJECTED', result: NOT_EXECUTED })
    },
  )
})

test('nothing that a voucher is spent with is in the journal or the log, found or as a candidate', async ({
  expect,
  ...context
}) => {
  const rows = ['V1', 'V2'].map((id) => voucherWithdrawal({ id, createdAt: POSTED }))
  const world = await startWorld(
    context,
    { 'POST /withdrawals/voucher': NO_ANSWER, 'GET /withdrawals/voucher': { body: page(...rows) } },
    { RECONCILE_WAIT_MS: '400' },
  )
  const call =
    'createVoucherWithdrawal(input: { idempotencyKey: "k", from: { currency: "EUR" }, amount: "50", provider: "flexepin" })'
  expect(await world.move(call)).toMatchObject({ operation: { candidates: [{}, {}] } })
  const secret = '... on VoucherWithdrawal { voucherCode }'
  const { data } = await world.ask(`{ operation(idempotencyKey: "k") { candidates { ${secret} } } }`)
  // Whoever may read it is told, by a reading of its own.
  expect(data.operation.candidates[0].voucherCode).toBe('ABCD-1234')
  expect(world.upstream.count('GET /withdrawals/voucher/V1')).toBe(1)
  for (const text of [world.log.join(''), world.journalled()]) expect(text).not.toContain('ABCD-1234')
})

test('no gift card is in the journal or the log, though its purchase was read to find out', async ({
  expect,
  ...context
}) => {
  const purchase = '/purchases/gift-cards/G1'
  const paid = giftCardPurchase({ status: 'PAID', cards: [{ code: 'CARD-104729' }] })
  const world = await startWorld(context, { [`POST ${purchase}/pay`]: NO_ANSWER, [`GET ${purchase}`]: { body: paid } })
  expect(await world.move(payingCards())).toMatchObject({ id: 'GiftCardPurchase:G1' })
  for (const text of [world.log.join(''), world.journalled()]) expect(text).not.toContain('CARD-104729')
  const result = '... on GiftCardPurchase { cards { code } }'
  const { data } = await world.ask(`{ operation(idempotencyKey: "k") { result { ${result} } } }`)
  expect(data.operation.result.cards).toEqual([{ code: 'CARD-104729' }])
  expect(world.upstream.count(`GET ${purchase}`)).toBe(2)
})

describe.concurrent('a caller’s own token', () => {
  const bearer = (name: string): Record<string, string> => ({ authorization: `Bearer ${name}` })
  const readers = ({ requests }: FakeUpstream): unknown[] =>
    requests
      .filter(({ method, path }) => method === 'GET' && path === '/exchanges')
      .map(({ headers }) => headers.authorization)

  test('is what the history is read with', async ({ expect, ...context }) => {
    const row = exchange({ exchangeId: 'E5', createdAt: POSTED })
    const routes = { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': { body: page(row) } }
    const world = await startWorld(context, routes, {}, false)
    expect(await world.move(exchanging(), bearer('ann'))).toMatchObject({ id: 'Exchange:E5' })
    expect(readers(world.upstream)).toEqual(['Bearer ann'])
  })

  test('is what its own history is read with, and no other one’s', async ({ expect, ...context }) => {
    const amounts = { ann: '1', bob: '2' }
    let isShown = false
    const routes: Record<string, Route> = {
      'POST /exchanges': NO_ANSWER,
      'GET /exchanges': ({ headers }) => {
        const name = headers.authorization === 'Bearer ann' ? 'ann' : 'bob'
        const row = exchange({ exchangeId: name, payAmount: raw(amounts[name]), createdAt: POSTED })
        return { body: page(...(isShown ? [row] : [])) }
      },
    }
    const world = await startWorld(context, routes, BEHIND, false)
    for (const name of ['ann', 'bob'] as const) await world.move(exchanging(name, amounts[name]), bearer(name))
    const before = readers(world.upstream).length
    isShown = true
    const both = new Set(['Bearer ann', 'Bearer bob'])
    await expect.poll(() => new Set(readers(world.upstream).slice(before)), { timeout: 5000 }).toEqual(both)
    for (const name of ['ann', 'bob'])
      await expect
        .poll(async () => world.operation(name, bearer(name)))
        .toMatchObject({ result: { id: `Exchange:${name}` } })
  })

  test('may be of the same account as another one: what either may be is neither’s', async ({ expect, ...context }) => {
    const jwt = (sub: string): string =>
      `e30.${Buffer.from(JSON.stringify({ iss: 'https://id.example.com', sub })).toString('base64url')}.sig`
    let isShown = false
    const row = exchange({ exchangeId: 'E5', createdAt: POSTED })
    const routes: Record<string, Route> = {
      'POST /exchanges': NO_ANSWER,
      'GET /exchanges': () => (isShown ? { body: page(row) } : NO_ANSWER),
    }
    const world = await startWorld(context, routes, { ...AT_ONCE, ...BEHIND }, false)
    const both = [bearer(jwt('ann')), bearer(jwt('bob'))]
    for (const headers of both) await world.move(exchanging(), headers)
    isShown = true
    for (const headers of both)
      await expect
        .poll(async () => world.operation('k', headers), { timeout: 5000 })
        .toMatchObject({ state: 'UNKNOWN', candidates: [{ id: 'Exchange:E5' }] })
    expect(new Set(readers(world.upstream)).size).toBe(2)
  })

  test('is gone with the process: its history is read once its owner comes back, and by no other', async ({
    expect,
    ...context
  }) => {
    const rows: Row[] = []
    const routes = { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': () => ({ body: page(...rows) }) }
    const world = await startWorld(context, routes, BEHIND, false)
    expect(await world.move(exchanging(), bearer('ann'))).toMatchObject({ __typename: 'OutcomeUnknown' })
    await world.restart()
    rows.push(exchange({ exchangeId: 'E5', createdAt: POSTED }))
    const before = readers(world.upstream).length
    expect(await world.operation('k', bearer('bob'))).toBeNull()
    expect(await world.move(exchanging(), bearer('bob'))).toMatchObject({ __typename: 'IdempotencyConflict' })
    expect(readers(world.upstream)).toHaveLength(before)
    expect(await world.operation('k', bearer('ann'))).toMatchObject({ state: 'UNKNOWN' })
    await expect.poll(async () => world.operation('k', bearer('ann'))).toMatchObject({ state: 'SUCCEEDED' })
    expect(new Set(readers(world.upstream))).toEqual(new Set(['Bearer ann']))
  })
})

describe.concurrent('operationUpdated', () => {
  const UPDATES =
    'subscription ($key: ID!) { operationUpdated(idempotencyKey: $key) { state result { ... on Node { id } } } }'

  test('tells at once that it is unknown, then what it was found to be, and completes', async ({
    expect,
    ...context
  }) => {
    const rows: Row[] = []
    const world = await startWorld(
      context,
      { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': () => ({ body: page(...rows) }) },
      // What is told, is told by its news: no poll comes in time.
      { ...BEHIND, LIVE_INTERVAL_MS: '60000' },
    )
    await world.move(exchanging())
    const client = connectClient(world.gateway.websocketUrl)
    context.onTestFinished(() => client.close())
    const updates = client.run(UPDATES, { key: 'k' })
    const first = await updates.next()
    expect(first?.data.operationUpdated).toEqual({ state: 'UNKNOWN', result: null })
    rows.push(exchange({ exchangeId: 'E5', createdAt: POSTED }))
    const second = await updates.next()
    expect(second?.data.operationUpdated).toEqual({ state: 'SUCCEEDED', result: { id: 'Exchange:E5' } })
    expect(await updates.next()).toBeUndefined()
    // One who comes now hears the same, and the end.
    const later = client.run(UPDATES, { key: 'k' })
    expect((await later.next())?.data.operationUpdated.state).toBe('SUCCEEDED')
    expect(await later.next()).toBeUndefined()
  })

  test('is NOT_FOUND for an unknown key, and for another caller’s', async ({ expect, ...context }) => {
    const routes = { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': { body: page() } }
    const world = await startWorld(context, routes, BEHIND, false)
    const headers = { authorization: 'Bearer ann' }
    await world.move(exchanging(), headers)
    const as = (name: string): ReturnType<typeof connectClient> => {
      const connectionParams = { authorization: `Bearer ${name}` }
      const client = connectClient(world.gateway.websocketUrl, { connectionParams })
      context.onTestFinished(() => client.close())
      return client
    }
    const codes = async (name: string, key: string): Promise<unknown> =>
      (await as(name).ask(UPDATES, { key })).errors?.map(({ extensions }) => extensions.code)
    expect(await codes('ann', 'another')).toEqual(['NOT_FOUND'])
    expect(await codes('bob', 'k')).toEqual(['NOT_FOUND'])
    expect(await codes('ann', 'k')).toBeUndefined()
  })
})

test('a proxy whose clock is hours ahead makes no row too old', async ({ expect, ...context }) => {
  const row = exchange({ exchangeId: 'E5', createdAt: POSTED })
  const date = new Date(Date.now() + 3 * 3_600_000).toUTCString()
  const world = await startWorld(
    context,
    { 'POST /exchanges': NO_ANSWER, 'GET /exchanges': { headers: { date }, body: page(row) } },
    AT_ONCE,
  )
  expect(await world.move(exchanging())).not.toEqual(NOT_EXECUTED)
})

test('a withdrawal with exchange that does not name its exchange yet leaves a doubt which exchange is whose', async ({
  expect,
  ...context
}) => {
  const whole = withdrawalWithExchange({ externalId: null, createdAt: POSTED, exchangeId: null, withdrawalId: null })
  const world = await startWorld(
    context,
    {
      'POST /exchanges': NO_ANSWER,
      'POST /withdrawals/with-exchange': { body: whole },
      'GET /exchanges': { body: page(exchange({ createdAt: POSTED })) },
    },
    AT_ONCE,
  )
  expect(await world.move(passingOn())).toMatchObject({ id: 'WithdrawalWithExchange:X1' })
  expect(await world.move(exchanging())).not.toMatchObject({ __typename: 'Exchange' })
})
