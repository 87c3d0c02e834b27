// The audit: a line in the log for each step of each call that moves money, with amounts, without whole destinations, and with no secret.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { bankWithdrawal, page, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Route } from './support/upstream.ts'

const POST = 'POST /withdrawals/bank'
const HISTORY = 'GET /withdrawals/bank'
const IBAN = 'LT601010012345678901'
const made = bankWithdrawal({ createdAt: new Date().toISOString(), iban: IBAN })

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({ ...walletRoutes, [POST]: { body: made }, [HISTORY]: { body: page() } })
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const MUTATION = `mutation ($input: CreateBankWithdrawalInput!) { createBankWithdrawal(input: $input) { __typename } }`
const withdraw = async (change: object = {}): Promise<unknown> => {
  const input = {
    idempotencyKey: 'payout-881',
    from: { currency: 'EUR' },
    amount: '9.50',
    type: 'SEPA',
    beneficiaryName: 'Harbour Books UAB',
    iban: IBAN,
    reference: 'Payout of a secret kind',
    ...change,
  }
  const { data, errors } = await gateway.ask(MUTATION, { input })
  return data.createBankWithdrawal?.__typename ?? errors?.[0]?.extensions.code
}

type Line = Readonly<Record<string, unknown>>
const audit = (): Line[] =>
  gateway.log.map((line) => JSON.parse(line) as Line).filter(({ kind, key }) => kind === 'money' && key !== undefined)
const steps = (): unknown[] => audit().map(({ level, state, msg }) => [level, state, msg])

const INFO = 30
const WARN = 40
const ERROR = 50
const LEAVES = [INFO, 'IN_PROGRESS', 'a money-moving call is journaled and leaves']

test('says who, what, under which key and with which outcome, and of a destination no more than its ends', async () => {
  expect(await withdraw()).toBe('BankWithdrawal')
  expect(steps()).toEqual([LEAVES, [INFO, 'SUCCEEDED', 'a money-moving call is done']])
  for (const line of audit()) {
    expect(line).toMatchObject({
      caller: 'gateway',
      mutation: 'createBankWithdrawal',
      key: 'payout-881',
      requestId: expect.stringMatching(/^[\w-]{36}$/),
      what: ['receiveAmount:9.50', 'currencyCode:EUR', 'iban:LT60..8901'],
    })
  }
  const log = gateway.log.join('')
  for (const secret of [IBAN, 'Harbour', 'secret kind', '010100']) expect(log).not.toContain(secret)
})

describe('has a line for', () => {
  test.each<[string, Route, string, readonly unknown[]]>([
    [
      'a refusal, with what SpectroCoin calls it and its trace',
      { status: 400, body: { errorCode: 'WDR_2', key: 'bad_iban', traceId: 'trace-7' } },
      'DestinationRejected',
      [INFO, 'REJECTED', 'a money-moving call was refused by SpectroCoin'],
    ],
    [
      'what did not run',
      { status: 429, body: { errorCode: 'GEN_7', traceId: 'trace-7' } },
      'RATE_LIMITED',
      [INFO, undefined, 'a money-moving call did not leave or did not run; its key is free'],
    ],
  ])('%s', async (_what, reply, answer, line) => {
    gateway.upstream.routes({ [POST]: reply })
    expect(await withdraw()).toBe(answer)
    expect(steps()).toEqual([LEAVES, line])
    expect(audit()[1]).toMatchObject({ endpoint: 'bankWithdrawals.create', traceId: 'trace-7' })
  })

  test('what nobody knows, and for finding it', async () => {
    gateway.upstream.routes({
      [POST]: { status: 502, body: { errorCode: 'GEN_1', traceId: 'trace-8' } },
      [HISTORY]: { body: page({ ...made, receiveAmount: 9.5 }) },
    })
    expect(await withdraw()).toBe('BankWithdrawal')
    expect(steps()).toEqual([
      LEAVES,
      [ERROR, 'UNKNOWN', 'the outcome of a money-moving call is unknown'],
      [INFO, 'SUCCEEDED', 'a money-moving call was found in the history of SpectroCoin'],
    ])
    expect(audit()[1]).toMatchObject({ reason: 'status 502', traceId: 'trace-8' })
    // The gateway looks by itself, and knows of the destination no more than a digest.
    const [, unknown, found] = audit()
    expect(found).toMatchObject({ key: 'payout-881', what: ['receiveAmount:9.5', 'currencyCode:EUR'] })
    expect([typeof unknown?.['requestId'], typeof found?.['requestId']]).toEqual(['string', 'undefined'])
  })

  test('a history that cannot be read, and one that is ambiguous', async () => {
    gateway.upstream.routes({ [POST]: { status: 502, body: '' }, [HISTORY]: { status: 403, body: '' } })
    expect(await withdraw()).toBe('OutcomeUnknown')
    const like = { ...made, receiveAmount: 9.5 }
    gateway.upstream.routes({ [HISTORY]: { body: page({ ...like, id: 'B1' }, { ...like, id: 'B2' }) } })
    await expect
      .poll(steps)
      .toContainEqual([WARN, 'UNKNOWN', 'the history of SpectroCoin does not tell which row a money-moving call is'])
    expect(steps()[2]).toEqual([
      WARN,
      'UNKNOWN',
      'the history of SpectroCoin could not be read, where a money-moving call is looked for',
    ])
    for (const line of audit().slice(2)) expect(line['what']).toEqual(['receiveAmount:9.5', 'currencyCode:EUR'])
  })

  test('an outcome that is given again, a key that is used for something else, and a refusal before anything is sent', async () => {
    await withdraw()
    const before = audit().length
    expect(await withdraw()).toBe('BankWithdrawal')
    expect(await withdraw({ amount: '9' })).toBe('IdempotencyConflict')
    expect(await withdraw({ idempotencyKey: 'payout-882', amount: '10000' })).toBe('InsufficientFunds')
    // Each line is of its own request.
    expect(new Set(audit().map(({ requestId }) => requestId)).size).toBe(4)
    expect(steps().slice(before)).toEqual([
      [INFO, 'SUCCEEDED', 'the outcome of a money-moving call was given again'],
      [INFO, undefined, 'an idempotency key was used for something else'],
      [INFO, undefined, 'a money-moving call was refused before anything was sent'],
    ])
  })
})

test.each<[string, string, string, object, readonly string[]]>([
  [
    'a withdrawal with exchange, where it goes by its ends',
    'createWithdrawalWithExchange',
    'POST /withdrawals/with-exchange',
    {
      from: { currency: 'EUR' },
      receiveCode: 'USD',
      amount: { payAmount: '9.50' },
      method: { bank: { type: 'SEPA', beneficiaryName: 'Harbour Books UAB', iban: IBAN } },
    },
    ['payAmount:9.50', 'payCode:EUR', 'receiveCode:USD', 'methodType:BANK', 'iban:LT60..8901'],
  ],
  [
    'the payment of an order, the account that pays',
    'payOrder',
    'POST /merchants/orders/O1/pay',
    { id: 'Order:O1', from: { currency: 'EUR' } },
    ['object:O1', 'currencyCode:EUR'],
  ],
  [
    'the payment of gift cards, the account that pays',
    'payGiftCardPurchase',
    'POST /purchases/gift-cards/G1/pay',
    { id: 'GiftCardPurchase:G1', from: { accountId: 'Account:A2' } },
    ['object:G1', 'accountId:A2'],
  ],
])('tells of %s', async (_what, mutation, route, more, what) => {
  gateway.upstream.routes({ [route]: { status: 400, body: {} } })
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
  const text = `mutation ($input: ${type}!) { it: ${mutation}(input: $input) { __typename } }`
  await gateway.ask(text, { input: { idempotencyKey: 'k', ...more } })
  expect(steps()).toEqual([LEAVES, [INFO, 'REJECTED', 'a money-moving call was refused by SpectroCoin']])
  for (const line of audit()) expect(line).toMatchObject({ mutation, what })
  expect(gateway.log.join('')).not.toContain(IBAN)
})

test('cuts a key and other words of a caller to plain characters', async () => {
  await withdraw({ idempotencyKey: `k\u2028"${'x'.repeat(150)}` })
  expect(audit()[0]?.['key']).toBe(`k??${'x'.repeat(61)}`)
})
