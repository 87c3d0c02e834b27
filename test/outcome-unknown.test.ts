// Calls that move money and leave it open whether they have, where the sandbox cannot play it: answers nobody thought of, callers that go, tokens
// that are not to be had. The usual misfortunes are in fault-table.test.ts.
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

const MUTATIONS = {
  createExchange: {
    route: 'POST /exchanges',
    made: exchange(),
    id: 'Exchange:E1',
    call: `createExchange(input: {
      idempotencyKey: "k", payAmount: "100", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
    })`,
  },
  createCryptoWithdrawal: {
    route: 'POST /withdrawals/crypto',
    made: withdrawal(),
    id: 'CryptoWithdrawal:W1',
    call: `createCryptoWithdrawal(input: { idempotencyKey: "k", from: { currency: "BTC" }, amount: "0.01", address: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" })`,
  },
  createBankWithdrawal: {
    route: 'POST /withdrawals/bank',
    made: bankWithdrawal(),
    id: 'BankWithdrawal:B1',
    call: `createBankWithdrawal(input: {
      idempotencyKey: "k", from: { currency: "EUR" }, amount: "250", type: SEPA, beneficiaryName: "Harbour Books UAB", iban: "LT601010012345678901"
    })`,
  },
  createEWalletWithdrawal: {
    route: 'POST /withdrawals/e-wallet',
    made: eWalletWithdrawal(),
    id: 'EWalletWithdrawal:E1',
    call: `createEWalletWithdrawal(input: {
      idempotencyKey: "k", from: { currency: "EUR" }, amount: "50", provider: "skrill", recipient: "reader@example.com"
    })`,
  },
  createVoucherWithdrawal: {
    route: 'POST /withdrawals/voucher',
    made: voucherWithdrawal(),
    id: 'VoucherWithdrawal:V1',
    call: `createVoucherWithdrawal(input: { idempotencyKey: "k", from: { currency: "EUR" }, amount: "50", provider: "flexepin" })`,
  },
  createWithdrawalWithExchange: {
    route: 'POST /withdrawals/with-exchange',
    made: withdrawalWithExchange(),
    id: 'WithdrawalWithExchange:X1',
    call: `createWithdrawalWithExchange(input: {
      idempotencyKey: "k", from: { currency: "EUR" }, receiveCode: "BTC", amount: { payAmount: "100" }, method: { crypto: { address: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" } }
    })`,
  },
} as const

type Movement = (typeof MUTATIONS)[keyof typeof MUTATIONS]

/** No credential of the gateway's: callers bring theirs. */
const OWN_TOKENS = { SPECTROCOIN_CLIENT_ID: '', SPECTROCOIN_CLIENT_SECRET: '' }

// Three mutations beside one another, each at a gateway of its own: most of it is waiting, and what is not has 300 ms for a first byte.
vi.setConfig({ maxConcurrency: 3 })

describe.concurrent.each(Object.entries(MUTATIONS))('%s', (mutation, move) => {
  describe('of which nobody knows what it did', { concurrent: false }, () => unknowns(mutation, move))
})

function unknowns(mutation: string, { route, made, id, call }: Movement): void {
  let gateway: WatchedGateway
  beforeEach(async () => {
    gateway = await startWatchedGateway(walletRoutes)
  })
  afterEach(async () => {
    gateway.check()
    await gateway.close()
  })

  const run = async (
    headers?: Record<string, string>,
  ): Promise<{ result: Record<string, unknown> | null; codes: unknown[] }> => {
    const { data, errors = [] } = await gateway.ask(
      `mutation { result: ${call} {
        __typename ... on Error { message } ... on Node { id } ... on OutcomeUnknown { operation { id state settledAt mutation } }
      } }`,
      undefined,
      headers,
    )
    return { result: data.result, codes: errors.map(({ extensions }) => extensions.code) }
  }
  const operation = async (headers?: Record<string, string>): Promise<Record<string, unknown> | null> => {
    const query = '{ operation(idempotencyKey: "k") { state replays result { __typename } } }'
    return (await gateway.ask(query, undefined, headers)).data.operation
  }

  async function expectUnknown(reply: Route): Promise<void> {
    // It is looked for at once; a history that may not be read tells nothing.
    gateway.upstream.routes({ [route]: reply, [route.replace('POST', 'GET')]: { status: 403, body: '' } })
    const { result, codes } = await run()
    expect(codes).toEqual([])
    expect(result).toMatchObject({
      __typename: 'OutcomeUnknown',
      operation: { id: 'MoneyOperation:k', state: 'UNKNOWN', settledAt: null, mutation },
    })
    const noted = gateway.log
      .map((line) => JSON.parse(line))
      .filter(({ level, kind }) => level === 50 && kind === 'money')
    expect(noted).toMatchObject([{ mutation, key: 'k', state: 'UNKNOWN', reason: expect.any(String) }])
    gateway.upstream.routes({ [route]: { body: made } })
    expect((await run()).result).toEqual(result)
    expect(gateway.upstream.count(route)).toBe(1)
    expect(await operation()).toEqual({ state: 'UNKNOWN', replays: 1, result: null })
  }

  test.each<[string, Route]>([
    ['a 201', { status: 201, body: made }],
    ['a page that tells secrets', { status: 502, body: `<html>${BODY_CANARY}</html>` }],
    ['an answer without an amount', { body: { ...made, receiveAmount: null } }],
    ['a list', { body: [made] }],
    ['null', { body: 'null' }],
    [
      'the end of the connection',
      (_request, response) => {
        response.socket?.end()
        return undefined
      },
    ],
  ])('is OutcomeUnknown after %s, and never sent again', async (_what, reply) => {
    await expectUnknown(reply)
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
    ['is refused', 'UNAUTHENTICATED', { status: 401, body: '' }],
    ['is limited', 'RATE_LIMITED', { status: 429, headers: { 'retry-after': '60' }, body: '' }],
    ['fails', 'UPSTREAM_UNAVAILABLE', { status: 500, body: '' }],
    ['is answered with a page', 'UPSTREAM_INVALID', { body: '<html></html>' }],
    ['hangs', 'UPSTREAM_TIMEOUT', () => undefined],
  ])('has its key free again where the token request %s, and nothing was sent', async (_how, code, reply) => {
    gateway.upstream.routes({ [TOKEN_ROUTE]: reply, [route]: { body: made } })
    expect(await run()).toEqual({ result: null, codes: [code] })
    expect(gateway.upstream.count(route)).toBe(0)
    expect(await operation()).toBeNull()
    // Whoever is told to come again in a minute has the key free until then.
    if (code === 'RATE_LIMITED') return
    gateway.upstream.routes({ [TOKEN_ROUTE]: { body: { access_token: 'canary-token', expires_in: 60 } } })
    expect((await run()).result).toMatchObject({ id })
  })

  test("has its key free again where its caller's own token is not taken", async () => {
    const callers = await startWatchedGateway({ ...walletRoutes, [route]: { status: 401, body: '' } }, OWN_TOKENS)
    await gateway.close()
    gateway = callers
    const headers = { authorization: 'Bearer canary-token' }
    expect(await run(headers)).toEqual({ result: null, codes: ['UNAUTHENTICATED'] })
    expect(gateway.upstream.count(route)).toBe(1)
    expect(await operation(headers)).toBeNull()
    gateway.upstream.routes({ [route]: { body: made } })
    expect((await run(headers)).result).toMatchObject({ id })
  })
}
