// Money out of the sandbox beside crypto: to banks, to e-wallets, as vouchers, and with an exchange on the way.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { add, compare, subtract } from '../src/decimal.ts'
import { type Body, type Caller, startCaller } from './sandbox/caller.ts'

let caller: Caller
beforeAll(async () => {
  caller = await startCaller({ callsPerMinute: 100_000 })
})
beforeEach(() => caller.control.clock.freeze())
afterEach(() => {
  expect(caller.control.ledger.problems()).toEqual([])
  caller.control.reset()
})
afterAll(() => caller.sandbox.close())

const accountIn = async (code: string): Promise<Body> => (await caller.get(`/accounts?currencyCode=${code}`)).body[0]
const rowsAbout = async (accountId: string, id: string): Promise<Body[]> =>
  (await caller.get(`/accounts/${accountId}/transactions?size=100`)).body.data.filter(
    ({ referenceId }: Body) => referenceId === id,
  )

const orders = {
  bank: {
    currencyCode: 'EUR',
    amount: '250',
    type: 'SEPA',
    beneficiaryName: 'Harbour Books UAB',
    iban: 'LT12 1000 0111 0100 1000',
    reference: 'Payout 881',
  },
  'e-wallet': { currencyCode: 'EUR', amount: '100.01', provider: 'skrill', recipient: 'ona@example.com' },
  voucher: { currencyCode: 'EUR', amount: '50', provider: 'flexepin' },
}

describe.each([
  ['bank', 'BANK', '251', '1', '250', 'WITHDRAWAL'],
  ['e-wallet', 'E_WALLET', '101.52', '1.51', '100.01', 'WITHDRAWAL'],
  ['voucher', 'VOUCHER', '50.5', '0.5', '50', 'VOUCHER'],
] as const)('a withdrawal to %s', (kind, type, withdrawAmount, feeAmount, receiveAmount, transactionType) => {
  const path = `/withdrawals/${kind}`
  const order = orders[kind]

  test('takes the amount and the fee at once, and is paid with time', async () => {
    const before = await accountIn('EUR')
    const { status, body } = await caller.post(path, order)
    expect(status).toBe(200)
    expect(body).toMatchObject({ type, status: 'NEW', currencyCode: 'EUR', accountId: before.accountId })
    expect(body).toMatchObject({ withdrawAmount, feeAmount, receiveAmount, failureReason: null })
    expect(compare((await accountIn('EUR')).balance, subtract(before.balance, withdrawAmount))).toBe(0)
    const row = { type: transactionType, amount: `-${withdrawAmount}`, date: body.createdAt }
    expect(await rowsAbout(before.accountId, body.id)).toMatchObject([{ ...row, status: 'PENDING' }])
    const later = async () => (await caller.get(`${path}/${body.id}`)).body
    expect(await later()).toEqual(body)
    caller.control.clock.advance(30_000)
    expect((await later()).status).toBe('PENDING')
    caller.control.clock.advance(60_000)
    expect((await later()).status).toBe('PAID')
    expect(await rowsAbout(before.accountId, body.id)).toMatchObject([{ ...row, status: 'PROCESSED' }])
  })

  test.each([
    ['FAILED', /./],
    ['CANCELLED', /^Cancelled$/],
  ] as const)('that ends as %s gives the money back', async (ending, reason) => {
    const { body } = await caller.post(path, order)
    caller.control.withdrawals.move(body.id, ending)
    caller.control.clock.advance(600_000)
    const ended = (await caller.get(`${path}/${body.id}`)).body
    expect(ended).toMatchObject({ status: ending, failureReason: expect.stringMatching(reason) })
    expect(await rowsAbout(body.accountId, body.id)).toMatchObject([
      { amount: withdrawAmount, status: 'PROCESSED' },
      { amount: `-${withdrawAmount}`, status: 'FAILED' },
    ])
    expect(() => caller.control.withdrawals.move(body.id, 'PAID')).toThrow('cannot go there')
  })

  test('is in its own history, newest first, by status, currency and date', async () => {
    const { body: made } = await caller.post(path, order)
    const { body } = await caller.get(path)
    expect(body.data[0]).toEqual(made)
    for (const status of ['NEW', 'PENDING', 'PAID', 'FAILED', 'CANCELLED']) {
      expect((await caller.get(`${path}?status=${status}&size=1`)).body.data).toMatchObject([{ status, type }])
    }
    expect((await caller.get(`${path}?currencyCode=JPY&size=1`)).body.data[0].currencyCode).toBe('JPY')
    expect((await caller.get(`${path}?dateFrom=${made.createdAt}`)).body.data).toEqual([made])
    expect((await caller.get(`${path}/none`)).status).toBe(404)
  })

  test('needs its own scopes', async () => {
    const status = async (method: string, scope: string) => {
      const headers = { authorization: `Bearer ${caller.control.tokens.create([scope])}` }
      return (await fetch(caller.sandbox.url + path, { method, headers })).status
    }
    expect([await status('GET', `withdraw-${kind}:read`), await status('GET', `withdraw-${kind}:create`)]).toEqual([
      200, 403,
    ])
    expect([await status('POST', `withdraw-${kind}:create`), await status('POST', `withdraw-${kind}:read`)]).toEqual([
      400, 403,
    ])
  })

  test.each([
    [400, 'GEN_4', { amount: undefined }],
    [400, 'GEN_4', { currencyCode: undefined }],
    [400, 'GEN_8', { currencyCode: 'eur' }],
    [400, 'GEN_8', { accountId: 'none' }],
    [404, 'ACC_2', { currencyCode: 'CHF' }],
    [400, 'GEN_5', { amount: '0' }],
    [400, 'AMT_2', { amount: '0.5' }],
    [400, 'AMT_3', { amount: '100000.5' }],
    [400, 'GEN_5', { description: 'x'.repeat(141) }],
    [400, 'GEN_5', { externalId: 'x'.repeat(65) }],
  ])('is refused with %i and %s for %j', async (status, errorCode, change) => {
    const answer = await caller.post(path, { ...order, ...change })
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode])
  })
})

describe('a bank withdrawal', () => {
  test('shows where it goes', async () => {
    expect((await caller.post('/withdrawals/bank', orders.bank)).body).toMatchObject({
      transferType: 'SEPA',
      beneficiaryName: 'Harbour Books UAB',
      iban: 'LT121000011101001000',
      accountNumber: null,
      bic: null,
      reference: 'Payout 881',
    })
  })

  test('can take the fee out of the amount', async () => {
    const { body } = await caller.post('/withdrawals/bank', { ...orders.bank, feeIncluded: true })
    expect(body).toMatchObject({ withdrawAmount: '250', feeAmount: '1', receiveAmount: '249' })
  })

  test('over SWIFT goes in other currencies, to an account number with a BIC', async () => {
    const { iban: _, ...rest } = orders.bank
    const order = { ...rest, type: 'SWIFT', currencyCode: 'USD', accountNumber: '12-345678', bic: 'EXAMUS33XXX' }
    expect((await caller.post('/withdrawals/bank', order)).body).toMatchObject({
      transferType: 'SWIFT',
      iban: null,
      accountNumber: '12-345678',
      feeAmount: '18',
    })
  })

  test.each([
    ['WDR_2', { iban: 'LT12 1000 0111 0100 1001' }],
    ['WDR_2', { iban: 'LT60' }],
    ['WDR_2', { bic: 'short' }],
    ['GEN_4', { iban: undefined }],
    ['GEN_4', { iban: undefined, accountNumber: '12345678' }],
    ['GEN_4', { type: 'SWIFT' }],
    ['GEN_4', { type: 'SWIFT', bic: 'EXAMLT21', iban: undefined }],
    ['GEN_4', { beneficiaryName: undefined }],
    ['GEN_5', { beneficiaryName: 'x'.repeat(71) }],
    ['GEN_5', { reference: 'x'.repeat(141) }],
    ['GEN_5', { beneficiaryCountryCode: 'Lithuania' }],
    ['GEN_5', { type: 'PIGEON' }],
    ['CUR_1', { currencyCode: 'GBP' }],
    ['CUR_1', { currencyCode: 'BTC', type: 'SWIFT', bic: 'EXAMLT21' }],
    ['AMT_3', { type: 'SEPA_INSTANT', amount: '15000.01' }],
    ['ACC_1', { amount: '99999' }],
  ])('is refused with %s for %j', async (errorCode, change) => {
    expect((await caller.post('/withdrawals/bank', { ...orders.bank, ...change })).body.errorCode).toBe(errorCode)
  })
})

test('fees can be asked for beforehand, with limits', async () => {
  const bank = await caller.get('/withdrawals/bank/fee?currencyCode=EUR&amount=100&type=SEPA_INSTANT')
  expect(bank.body).toEqual({
    currencyCode: 'EUR',
    transferType: 'SEPA_INSTANT',
    feeAmount: '2',
    minAmount: '10',
    maxAmount: '15000',
  })
  const wallet = await caller.get('/withdrawals/e-wallet/fee?currencyCode=GBP&amount=33.33&provider=neteller')
  expect(wallet.body).toMatchObject({ currencyCode: 'GBP', provider: 'neteller', feeAmount: '0.84', minAmount: '5' })
  expect((await caller.get('/withdrawals/bank/fee?currencyCode=EUR')).body.errorCode).toBe('GEN_4')
  expect((await caller.get('/withdrawals/bank/fee?currencyCode=PLN&type=SEPA&amount=9')).body.errorCode).toBe('CUR_1')
  const reader = caller.control.tokens.create(['withdraw-bank:read'])
  expect((await caller.get('/withdrawals/bank/fee?currencyCode=EUR&amount=100', reader)).status).toBe(403)
})

test.each([
  ['GEN_4', { provider: undefined }],
  ['GEN_4', { recipient: undefined }],
  ['GEN_8', { provider: 'none' }],
  ['GEN_8', { provider: 'flexepin' }],
  ['GEN_5', { provider: 'payeer' }],
  ['CUR_1', { provider: 'docomo' }],
])('an e-wallet withdrawal is refused with %s for %j', async (errorCode, change) => {
  const answer = await caller.post('/withdrawals/e-wallet', { ...orders['e-wallet'], ...change })
  expect(answer.body.errorCode).toBe(errorCode)
})

describe('a voucher', () => {
  test('has its code only once it is paid, and only for who reads it', async () => {
    const made = await caller.post('/withdrawals/voucher', orders.voucher)
    const path = `/withdrawals/voucher/${made.body.id}`
    expect((await caller.get(path)).text).not.toMatch(/voucherCode|voucherPin|expiresAt/)
    caller.control.withdrawals.move(made.body.id, 'PAID')
    const { body } = await caller.get(path)
    expect(body).toMatchObject({ provider: 'flexepin', voucherCode: expect.stringMatching(/^(\w{4}-){3}\w{4}$/) })
    expect(body).toMatchObject({ voucherPin: expect.any(String), expiresAt: expect.stringContaining('Z') })
    const list = (await caller.get('/withdrawals/voucher?size=100')).body.data
    expect(list.every((row: Body) => (row.voucherCode !== undefined) === (row.status === 'PAID'))).toBe(true)
    expect((await caller.post('/withdrawals/voucher', orders.voucher)).text).not.toContain('voucherCode')
  })

  test.each([
    ['GEN_5', { amount: '51' }],
    ['GEN_5', { feeIncluded: true }],
    ['GEN_8', { provider: 'skrill' }],
    ['CUR_1', { currencyCode: 'JPY', amount: '1000' }],
  ])('is refused with %s for %j', async (errorCode, change) => {
    expect((await caller.post('/withdrawals/voucher', { ...orders.voucher, ...change })).body.errorCode).toBe(errorCode)
  })
})

describe('a withdrawal with exchange', () => {
  const path = '/withdrawals/with-exchange'
  const bank = { type: 'BANK', beneficiaryName: 'Ona', iban: 'LT121000011101001000' }
  const order = { payCurrencyCode: 'USD', receiveCurrencyCode: 'EUR', payAmount: '200', method: bank }

  test('exchanges at once, and withdraws all that this brings', async () => {
    const [dollars, euros] = [await accountIn('USD'), await accountIn('EUR')]
    const { status, body } = await caller.post(path, order)
    expect(status).toBe(200)
    expect(body).toMatchObject({ type: 'WITH_EXCHANGE', status: 'NEW', payAmount: '200', payCurrencyCode: 'USD' })
    expect(body).toMatchObject({ receiveCurrencyCode: 'EUR', currencyCode: 'EUR', feeAmount: '1' })
    expect(body).toMatchObject({ accountId: euros.accountId, payAccountId: dollars.accountId })
    expect(compare(add(body.receiveAmount, body.feeAmount), body.withdrawAmount)).toBe(0)

    const exchange = (await caller.get(`/exchanges/${body.exchangeId}`)).body
    expect(exchange).toMatchObject({ status: 'PAID', payAmount: '200', receiveAmount: body.withdrawAmount })
    expect(exchange.rate).toBe(body.exchangeRate)
    const part = (await caller.get(`/withdrawals/bank/${body.withdrawalId}`)).body
    expect(part).toMatchObject({ type: 'BANK', iban: bank.iban, withdrawAmount: body.withdrawAmount })

    expect(compare((await accountIn('USD')).balance, subtract(dollars.balance, '200'))).toBe(0)
    expect((await accountIn('EUR')).balance).toBe(euros.balance)
    expect(await rowsAbout(dollars.accountId, body.exchangeId)).toMatchObject([{ type: 'EXCHANGE', amount: '-200' }])
    expect(await rowsAbout(euros.accountId, body.exchangeId)).toMatchObject([{ amount: body.withdrawAmount }])
    expect(await rowsAbout(euros.accountId, body.id)).toMatchObject([
      { type: 'WITHDRAWAL', amount: `-${body.withdrawAmount}`, status: 'PENDING' },
    ])
    caller.control.clock.advance(90_000)
    expect((await caller.get(`${path}/${body.id}`)).body.status).toBe('PAID')
    expect((await caller.get(`/withdrawals/bank/${body.withdrawalId}`)).body.status).toBe('PAID')
  })

  test('is calculated as it is executed, from either side, and by the pay amount where both are given', async () => {
    const names = 'payAmount withdrawAmount feeAmount receiveAmount exchangeRate payCurrencyCode receiveCurrencyCode'
    const terms = (body: Body) => names.split(' ').map((name) => body[name])
    const quote = (await caller.post(`${path}/calculate`, order)).body
    expect(terms((await caller.post(path, order)).body)).toEqual(terms(quote))
    const both = await caller.post(`${path}/calculate`, { ...order, receiveAmount: '10' })
    expect(terms(both.body)).toEqual(terms(quote))
    for (const method of [bank, { type: 'E_WALLET', provider: 'skrill', recipient: 'ona@example.com' }]) {
      const wanted = { ...order, method, payAmount: undefined, receiveAmount: '100' }
      const { body } = await caller.post(`${path}/calculate`, wanted)
      expect(compare(body.receiveAmount, '100')).toBeGreaterThanOrEqual(0)
      expect(compare(subtract(body.receiveAmount, '100'), '0.05')).toBe(-1)
    }
  })

  test('goes out as coins too, from a form as well as from JSON', async () => {
    const method = { type: 'CRYPTO', address: 'bc1qexampleexampleexample' }
    const json = { payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC', payAmount: '500', method }
    const { body } = await caller.post(path, json)
    expect((await caller.get(`/withdrawals/crypto/${body.withdrawalId}`)).body).toMatchObject({
      address: method.address,
      withdrawAmount: body.withdrawAmount,
    })
    const form = new URLSearchParams({
      payCurrencyCode: 'EUR',
      receiveCurrencyCode: 'BTC',
      payAmount: '500',
      'method.type': 'CRYPTO',
      'method.address': method.address,
    })
    expect((await caller.post(path, String(form), 'application/x-www-form-urlencoded')).status).toBe(200)
  })

  test('that fails leaves the money where the exchange brought it', async () => {
    const before = await accountIn('EUR')
    const { body } = await caller.post(path, order)
    caller.control.withdrawals.move(body.id, 'FAILED')
    expect((await caller.get(`${path}/${body.id}`)).body).toMatchObject({ status: 'FAILED' })
    expect(compare((await accountIn('EUR')).balance, add(before.balance, body.withdrawAmount))).toBe(0)
  })

  test('is in its history in each status', async () => {
    for (const status of ['NEW', 'PENDING', 'PAID', 'FAILED', 'CANCELLED']) {
      const { data } = (await caller.get(`${path}?status=${status}&size=1`)).body
      expect(data).toMatchObject([{ status, type: 'WITH_EXCHANGE' }])
      expect((await caller.get(`${path}/${data[0].id}`)).body).toEqual(data[0])
    }
  })

  test.each([
    [400, 'GEN_4', { payAmount: undefined }],
    [400, 'GEN_4', { payCurrencyCode: undefined }],
    [400, 'GEN_4', { receiveCurrencyCode: undefined }],
    [400, 'GEN_4', { method: undefined }],
    [400, 'GEN_4', { method: { ...bank, type: undefined } }],
    [400, 'GEN_5', { method: 'BANK' }],
    [400, 'GEN_5', { method: { type: 'VOUCHER' } }],
    [400, 'WDR_2', { method: { ...bank, iban: 'LT00' } }],
    [400, 'WDR_1', { receiveCurrencyCode: 'BTC', method: { type: 'CRYPTO', address: 'x' } }],
    [400, 'CUR_1', { receiveCurrencyCode: 'BTC' }],
    [400, 'EXC_1', { receiveCurrencyCode: 'USD' }],
    [400, 'EXC_2', { payAmount: '0.01' }],
    [400, 'AMT_2', { payAmount: '8' }],
    [400, 'ACC_1', { payAmount: '90000' }],
    [404, 'ACC_2', { payCurrencyCode: 'CHF' }],
  ])('is refused whole with %i and %s for %j', async (status, errorCode, change) => {
    const before = (await caller.get('/accounts')).text
    const answer = await caller.post(path, { ...order, ...change })
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode])
    expect((await caller.get('/accounts')).text).toBe(before)
  })
})
