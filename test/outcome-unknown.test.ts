// Calls that move money and leave it open whether they have: said so, and never sent again.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BODY_CANARY, startWatchedGateway } from './support/canaries.ts'
import {
  bankWithdrawal,
  eWalletWithdrawal,
  exchange,
  gate,
  voucherWithdrawal,
  walletRoutes,
  withdrawal,
  withdrawalWithExchange,
} from './support/rows.ts'
import { TOKEN_ROUTE } from './support/upstream.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Route } from './support/upstream.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(walletRoutes)
})
afterEach(async () => {
  vi.restoreAllMocks()
  gateway.check()
  await gateway.close()
})

const MUTATIONS = {
  createExchange: {
    route: 'POST /exchanges',
    made: exchange(),
    id: 'Exchange:E1',
    withoutId: exchange({ exchangeId: undefined }),
    call: `createExchange(input: {
      idempotencyKey: "k", payAmount: "100", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
    })`,
  },
  createCryptoWithdrawal: {
    route: 'POST /withdrawals/crypto',
    made: withdrawal(),
    id: 'CryptoWithdrawal:W1',
    withoutId: withdrawal({ id: undefined }),
    call: `createCryptoWithdrawal(input: { idempotencyKey: "k", from: { currency: "BTC" }, amount: "0.01", address: "bc1qexample" })`,
  },
  createBankWithdrawal: {
    route: 'POST /withdrawals/bank',
    made: bankWithdrawal(),
    id: 'BankWithdrawal:B1',
    withoutId: bankWithdrawal({ id: undefined }),
    call: `createBankWithdrawal(input: {
      idempotencyKey: "k", from: { currency: "EUR" }, amount: "250", type: SEPA, beneficiaryName: "Harbour Books UAB", iban: "LT601010012345678901"
    })`,
  },
  createEWalletWithdrawal: {
    route: 'POST /withdrawals/e-wallet',
    made: eWalletWithdrawal(),
    id: 'EWalletWithdrawal:E1',
    withoutId: eWalletWithdrawal({ id: undefined }),
    call: `createEWalletWithdrawal(input: {
      idempotencyKey: "k", from: { currency: "EUR" }, amount: "50", provider: "skrill", recipient: "reader@example.com"
    })`,
  },
  createVoucherWithdrawal: {
    route: 'POST /withdrawals/voucher',
    made: voucherWithdrawal(),
    id: 'VoucherWithdrawal:V1',
    withoutId: voucherWithdrawal({ id: undefined }),
    call: `createVoucherWithdrawal(input: { idempotencyKey: "k", from: { currency: "EUR" }, amount: "50", provider: "flexepin" })`,
  },
  createWithdrawalWithExchange: {
    route: 'POST /withdrawals/with-exchange',
    made: withdrawalWithExchange(),
    id: 'WithdrawalWithExchange:X1',
    withoutId: withdrawalWithExchange({ id: undefined }),
    call: `createWithdrawalWithExchange(input: {
      idempotencyKey: "k", from: { currency: "EUR" }, receiveCode: "BTC", amount: { payAmount: "100" }, method: { crypto: { address: "bc1qexample" } }
    })`,
  },
} as const

describe.each(Object.entries(MUTATIONS))('%s', (mutation, { route, made, id, withoutId, call }) => {
  const text = JSON.stringify(made)
  const run = async (): Promise<{ result: Record<string, unknown> | null; codes: unknown[] }> => {
    const { data, errors = [] } = await gateway.ask(`mutation { result: ${call} {
      __typename ... on Error { message } ... on Node { id } ... on OutcomeUnknown { operation { id state settledAt mutation } }
    } }`)
    return { result: data.result, codes: errors.map(({ extensions }) => extensions.code) }
  }
  const operation = async (): Promise<Record<string, unknown> | null> =>
    (await gateway.ask('{ operation(idempotencyKey: "k") { state replays result { __typename } } }')).data.operation

  async function expectUnknown(reply: Route): Promise<void> {
    gateway.upstream.routes({ [route]: reply })
    const { result, codes } = await run()
    expect(codes).toEqual([])
    expect(result).toMatchObject({
      __typename: 'OutcomeUnknown',
      operation: { id: 'MoneyOperation:k', state: 'UNKNOWN', settledAt: null, mutation },
    })
    const noted = gateway.log.map((line) => JSON.parse(line)).filter(({ state }) => state === 'UNKNOWN')
    expect(noted).toMatchObject([{ mutation, key: 'k', reason: expect.any(String) }])
    gateway.upstream.routes({ [route]: { body: made } })
    expect((await run()).result).toEqual(result)
    expect(gateway.upstream.count(route)).toBe(1)
    expect(await operation()).toEqual({ state: 'UNKNOWN', replays: 1, result: null })
  }

  test.each<[string, Route]>([
    ['a 500', { status: 500, body: { errorCode: 'GEN_1' } }],
    ['a 502 from a proxy', { status: 502, body: `<html>${BODY_CANARY}</html>` }],
    ['a 504', { status: 504, body: '' }],
    ['a 203', { status: 203, body: made }],
    ['a 201', { status: 201, body: made }],
    ['a 302', { status: 302, headers: { location: '/api/public/exchanges' }, body: '' }],
    ['a 404 from a proxy', { status: 404, body: `<html>${BODY_CANARY}</html>` }],
    ['a 409', { status: 409, body: {} }],
    ['an HTML page', { body: `<html>${BODY_CANARY}</html>` }],
    ['an empty body', { body: '' }],
    ['an answer without an id', { body: withoutId }],
    ['an answer without an amount', { body: { ...made, receiveAmount: null } }],
    ['a list', { body: [made] }],
    ['null', { body: 'null' }],
  ])('is OutcomeUnknown after %s, and never sent again', async (_what, reply) => {
    await expectUnknown(reply)
  })

  test('is OutcomeUnknown after a reset, and never sent again', async () => {
    await expectUnknown((_request, response) => {
      response.socket?.resetAndDestroy()
      return undefined
    })
  })

  test('is OutcomeUnknown after the end of the connection, and never sent again', async () => {
    await gateway.ask('{ exchange(id: "Exchange:E1") { id } }')
    await expectUnknown((_request, response) => {
      response.socket?.end()
      return undefined
    })
  })

  test('is OutcomeUnknown after half a body, and never sent again', async () => {
    await expectUnknown((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
      response.write(text.slice(0, 20), () => response.socket?.destroy())
      return undefined
    })
  })

  test('is waited for longer than a read is', async () => {
    const arrived = gate()
    const release = gate()
    gateway.upstream.routes({
      'GET /exchanges/E1': () => undefined,
      [route]: async () => {
        arrived.open()
        await release.opened
        return { body: made }
      },
    })
    const asked = run()
    await arrived.opened
    // A read that begins later has its time-out first.
    const read = await gateway.ask('{ exchange(id: "Exchange:E1") { id } }')
    expect(read.errors?.[0]?.extensions.code).toBe('UPSTREAM_TIMEOUT')
    release.open()
    expect((await asked).result).toEqual({
      __typename: id.split(':')[0],
      id,
    })
  })

  test('is OutcomeUnknown where no answer comes in a minute, and never sent again', async () => {
    // The platform's own clock made shorter: a test has no minute.
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms === 60_000 ? 200 : ms))
    await expectUnknown(() => undefined)
  })

  test('runs on when its caller goes away, and tells them later', async () => {
    const [arrived, reading, release, noticed] = [gate(), gate(), gate(), gate()]
    gateway.upstream.routes({
      [route]: async () => {
        arrived.open()
        await release.opened
        return { body: made }
      },
      'GET /exchanges/E1': (_request, response) => {
        reading.open()
        response.on('close', noticed.open)
        return undefined
      },
    })
    const caller = new AbortController()
    const leave = async (query: string): Promise<void> => {
      const headers = { 'content-type': 'application/json' }
      const asked = fetch(gateway.url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query }),
        signal: caller.signal,
      })
      await expect(asked).rejects.toThrow()
    }
    const gone = leave(`mutation { result: ${call} { __typename } }`)
    await arrived.opened
    const readGone = leave('{ exchange(id: "Exchange:E1") { id } }')
    await reading.opened
    caller.abort()
    // The read is given up upstream: by then the gateway knows that its caller has gone.
    await Promise.all([gone, readGone, noticed.opened])
    release.open()
    expect((await run()).result).toMatchObject({ id })
    expect(gateway.upstream.count(route)).toBe(1)
  })

  test.each<[string, string, Route]>([
    ['a 429', 'RATE_LIMITED', { status: 429, headers: { 'retry-after': '3' }, body: '' }],
    ['a 401 twice', 'UNAUTHENTICATED', { status: 401, body: '' }],
  ])('has its key free again after %s', async (_what, code, reply) => {
    gateway.upstream.routes({ [route]: reply })
    expect(await run()).toEqual({ result: null, codes: [code] })
    expect(await operation()).toBeNull()
    gateway.upstream.routes({ [route]: { body: made } })
    expect((await run()).result).toMatchObject({ id })
  })

  test.each<[string, string, Route]>([
    ['is refused', 'UNAUTHENTICATED', { status: 401, body: '' }],
    ['is limited', 'RATE_LIMITED', { status: 429, body: '' }],
    ['fails', 'UPSTREAM_UNAVAILABLE', { status: 500, body: '' }],
    ['is answered with a page', 'UPSTREAM_INVALID', { body: '<html></html>' }],
    ['hangs', 'UPSTREAM_TIMEOUT', () => undefined],
  ])('has its key free again where the token request %s, and nothing was sent', async (_how, code, reply) => {
    gateway.upstream.routes({ [TOKEN_ROUTE]: reply, [route]: { body: made } })
    expect(await run()).toEqual({ result: null, codes: [code] })
    expect(gateway.upstream.count(route)).toBe(0)
    expect(await operation()).toBeNull()
    gateway.upstream.routes({ [TOKEN_ROUTE]: { body: { access_token: 'canary-token', expires_in: 60 } } })
    expect((await run()).result).toMatchObject({ id })
  })

  test('has its key free again where nobody listens upstream', async () => {
    const { upstream } = gateway
    // The token is at hand and the connection gone, so that it is the call itself that is refused.
    await gateway.ask('{ exchange(id: "Exchange:E1") { id } }')
    await upstream.close()
    await gateway.ask('{ rates { price } }')
    expect(await run()).toEqual({ result: null, codes: ['UPSTREAM_UNAVAILABLE'] })
    expect(await operation()).toBeNull()
  })
})
