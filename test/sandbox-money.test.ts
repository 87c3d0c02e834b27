// Money in the sandbox: exchanges and crypto withdrawals, exact to the last digit and balanced whatever happens.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { add, compare, subtract } from '../src/decimal.ts'
import { createRandom } from '../src/sandbox/random.ts'
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
const newest = async (accountId: string): Promise<Body> =>
  (await caller.get(`/accounts/${accountId}/transactions?size=1`)).body.data[0]

describe('an exchange', () => {
  const pair = { payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }

  test('debits one account, credits the other and writes a transaction on each, at once', async () => {
    const [euro, bitcoin] = [await accountIn('EUR'), await accountIn('BTC')]
    const { status, body } = await caller.post('/exchanges', { payAmount: 100.25, ...pair })
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: 'PAID', payAmount: '100.25', payAccountId: euro.accountId })
    expect(compare((await accountIn('EUR')).balance, subtract(euro.balance, '100.25'))).toBe(0)
    expect(compare((await accountIn('BTC')).balance, add(bitcoin.balance, body.receiveAmount))).toBe(0)
    const [paid, received] = [await newest(euro.accountId), await newest(bitcoin.accountId)]
    expect(paid).toMatchObject({ type: 'EXCHANGE', amount: '-100.25', referenceId: body.exchangeId })
    expect(received).toMatchObject({ type: 'EXCHANGE', amount: body.receiveAmount, referenceId: body.exchangeId })
    expect((await caller.get(`/exchanges/${body.exchangeId}`)).body).toEqual(body)
  })

  test('gives the pay amount times the rate, rounded down, as quoted', async () => {
    for (const receive of ['BTC', 'USD', 'JPY', 'ETH']) {
      const order = { payAmount: '123.45', payCurrencyCode: 'EUR', receiveCurrencyCode: receive }
      const quote = (await caller.post('/exchanges/calculate', order)).body
      const scale = Number((await caller.get(`/currencies/${receive}`)).body.scale)
      expect(scaled(quote.receiveAmount, scale)).toBe(
        (12_345n * scaled(quote.rate, 18) * 10n ** BigInt(scale)) / 10n ** 20n,
      )
      expect((await caller.post('/exchanges', order)).body.receiveAmount).toBe(quote.receiveAmount)
    }
  })

  test('is quoted from the receive amount, rounded up, and by the pay amount where both are given', async () => {
    const { body } = await caller.post('/exchanges/calculate', { receiveAmount: '0.01234567', ...pair })
    expect(scaled(body.receiveAmount, 8)).toBeGreaterThanOrEqual(1_234_567n)
    const both = await caller.post('/exchanges/calculate', { receiveAmount: '0.5', payAmount: '10', ...pair })
    expect(both.body.payAmount).toBe('10')
  })

  test('reads amounts as numbers, as strings and from a form without losing one of 18 digits', async () => {
    const order = { payCurrencyCode: 'ETH', receiveCurrencyCode: 'EUR' }
    const exact = '0.123456789012345678'
    const number = `{"payAmount":${exact},"payCurrencyCode":"ETH","receiveCurrencyCode":"EUR"}`
    expect((await caller.post('/exchanges', number)).text).toContain(`"payAmount":${exact},`)
    expect((await caller.post('/exchanges', { payAmount: exact, ...order })).body.payAmount).toBe(exact)
    const form = new URLSearchParams({ payAmount: exact, ...order }).toString()
    expect((await caller.post('/exchanges', form, 'application/x-www-form-urlencoded')).body.payAmount).toBe(exact)
    const power = '{"payAmount":123456789012345678e-18,"payCurrencyCode":"ETH","receiveCurrencyCode":"EUR"}'
    expect((await caller.post('/exchanges', power)).body.payAmount).toBe(exact)
    const { accountId } = await accountIn('ETH')
    expect((await newest(accountId)).amount).toBe(`-${exact}`)
  })

  test('can name a pair and its accounts instead of currencies, which may not contradict it', async () => {
    const pairs: Body[] = (await caller.get('/exchanges/pairs/ids')).body
    const wanted = pairs.find(
      ({ payCurrencyCode: pay, receiveCurrencyCode }) => pay === 'EUR' && receiveCurrencyCode === 'BTC',
    )
    const { exchangePairId, payAccountId, receiveAccountId } = wanted
    const order = { payAmount: 50, exchangePairId, payAccountId, receiveAccountId }
    expect((await caller.post('/exchanges', order)).body).toMatchObject({ status: 'PAID', exchangePairId })
    const swapped = { ...order, payAccountId: receiveAccountId }
    expect((await caller.post('/exchanges', swapped)).body.errorCode).toBe('GEN_5')
    expect((await caller.post('/exchanges', { ...order, payCurrencyCode: 'USD' })).body.errorCode).toBe('GEN_5')
  })

  test.each([
    ['EXC_1', 'exchange_pair_not_supported', { payAmount: 10, payCurrencyCode: 'EUR', receiveCurrencyCode: 'EUR' }],
    ['EXC_1', 'exchange_pair_not_supported', { payAmount: 10, payCurrencyCode: 'EUR', receiveCurrencyCode: 'DOGE' }],
    ['EXC_1', 'exchange_pair_not_supported', { payAmount: 10, payCurrencyCode: 'PLN', receiveCurrencyCode: 'USDC' }],
    ['EXC_2', 'pay_amount_too_small', { payAmount: 0.01, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }],
    ['EXC_4', 'pay_limit_exceeded', { payAmount: 100000.01, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }],
    ['ACC_1', 'insufficient_balance', { payAmount: 99999, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }],
    ['GEN_4', 'parameter_required', { payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }],
    ['GEN_4', 'parameter_required', { payAmount: 10, payCurrencyCode: 'EUR' }],
    ['GEN_5', 'parameter_invalid', { payAmount: 0, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }],
    ['GEN_5', 'parameter_invalid', { payAmount: 10.001, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }],
    ['GEN_8', 'entity_not_found', { payAmount: 10, payCurrencyCode: 'eur', receiveCurrencyCode: 'BTC' }],
  ])('is refused with %s (%s) for %j', async (errorCode, key, order) => {
    const before = (await caller.get('/accounts')).text
    const { status, body } = await caller.post('/exchanges', order)
    expect(status).toBe(400)
    expect(body).toMatchObject({ errorCode, key })
    expect((await caller.get('/accounts')).text).toBe(before)
  })

  test('is quoted within the limits of the receiving side', async () => {
    const quote = async (receiveAmount: string) =>
      (await caller.post('/exchanges/calculate', { receiveAmount, ...pair })).body.errorCode
    expect(await quote('0.00000001')).toBe('EXC_3')
    expect(await quote('1000')).toBe('EXC_5')
  })
})

describe('a crypto withdrawal', () => {
  const order = { currencyCode: 'BTC', amount: '0.01', address: 'bc1qexampleexampleexample' }

  test('takes the amount and the fee at once, and is sent, confirmed and paid with time', async () => {
    const before = await accountIn('BTC')
    const { status, body } = await caller.post('/withdrawals/crypto', order)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'NEW',
      withdrawAmount: '0.01002',
      feeAmount: '0.00002',
      receiveAmount: '0.01',
    })
    expect(body).toMatchObject({ type: 'CRYPTO', networkCode: 'BTC', transactionHash: null, confirmations: '0' })
    expect(compare((await accountIn('BTC')).balance, subtract(before.balance, '0.01002'))).toBe(0)
    expect(await newest(before.accountId)).toMatchObject({
      amount: '-0.01002',
      status: 'PENDING',
      referenceId: body.id,
    })

    const later = async () => (await caller.get(`/withdrawals/crypto/${body.id}`)).body
    caller.control.clock.advance(30_000)
    expect(await later()).toMatchObject({ status: 'PENDING', confirmations: '0', transactionHash: expect.any(String) })
    caller.control.clock.advance(40_000)
    expect(await later()).toMatchObject({ status: 'PENDING', confirmations: '2' })
    caller.control.clock.advance(20_000)
    expect(await later()).toMatchObject({ status: 'PAID', confirmations: '3', failureReason: null })
    expect(await newest(before.accountId)).toMatchObject({ status: 'PROCESSED', referenceId: body.id })
  })

  test('can take the fee out of the amount', async () => {
    const { body } = await caller.post('/withdrawals/crypto', { ...order, feeIncluded: true })
    expect(body).toMatchObject({ withdrawAmount: '0.01', feeAmount: '0.00002', receiveAmount: '0.00998' })
  })

  test('that failed gave the money back, under the same reference', async () => {
    const { id, accountId, withdrawAmount } = (await caller.get('/withdrawals/crypto?status=FAILED')).body.data[0]
    const pages = await Promise.all(
      [1, 2, 3].map((page) =>
        caller.get(`/accounts/${accountId}/transactions?type=CRYPTO_WITHDRAWAL&size=100&page=${page}`),
      ),
    )
    const rows: Body[] = pages.flatMap(({ body }) => body.data).filter(({ referenceId }) => referenceId === id)
    expect(rows).toMatchObject([
      { amount: withdrawAmount, status: 'PROCESSED' },
      { amount: `-${withdrawAmount}`, status: 'FAILED' },
    ])
  })

  test('has a fee that can be asked for beforehand', async () => {
    const { body } = await caller.get('/withdrawals/crypto/fee?currencyCode=USDT&networkCode=TRX&amount=20')
    expect(body).toMatchObject({ currencyCode: 'USDT', networkCode: 'TRX', feeAmount: '1', minAmount: '5' })
    expect((await caller.get('/withdrawals/crypto/fee?currencyCode=USDT')).body.errorCode).toBe('GEN_4')
  })

  test.each([
    [400, 'GEN_4', { address: undefined }],
    [400, 'GEN_4', { amount: undefined }],
    [400, 'GEN_4', { currencyCode: undefined }],
    [400, 'GEN_4', { currencyCode: 'USDT', amount: 10 }],
    [400, 'GEN_4', { currencyCode: 'XRP', amount: 10 }],
    [400, 'WDR_1', { address: 'short' }],
    [400, 'WDR_1', { address: 'bc1q with spaces' }],
    [400, 'WDR_1', { address: 'x'.repeat(129) }],
    [400, 'WDR_1', { memo: '12' }],
    [400, 'CUR_1', { networkCode: 'TRX' }],
    [400, 'CUR_1', { currencyCode: 'EUR', amount: 10 }],
    [400, 'GEN_8', { networkCode: 'NONE' }],
    [400, 'GEN_8', { accountId: 'none' }],
    [404, 'ACC_2', { currencyCode: 'LTC' }],
    [400, 'AMT_2', { amount: '0.0001' }],
    [400, 'AMT_3', { amount: '5000' }],
    [400, 'ACC_1', { amount: '1' }],
  ])('is refused with %i and %s for %j', async (status, errorCode, change) => {
    const answer = await caller.post('/withdrawals/crypto', { ...order, ...change })
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode])
  })
})

test('what an account holds back cannot be spent', async () => {
  const { balance, availableBalance, reservedAmount } = await accountIn('BTC')
  expect(compare(subtract(balance, reservedAmount), availableBalance)).toBe(0)
  const order = { payCurrencyCode: 'BTC', receiveCurrencyCode: 'EUR' }
  expect((await caller.post('/exchanges', { payAmount: balance, ...order })).body.errorCode).toBe('ACC_1')
  expect((await caller.post('/exchanges', { payAmount: availableBalance, ...order })).status).toBe(200)
})

test('the books balance after any sequence of exchanges and withdrawals, allowed or not', async () => {
  const random = createRandom('any sequence')
  const codes = ['EUR', 'BTC', 'ETH', 'USDT', 'XRP', 'JPY', '1INCH']
  const seen = new Set<number>()
  for (let turn = 0; turn < 150; turn += 1) {
    const account = await accountIn(random.pick(codes))
    const amount = random.pick([account.balance, '1', '0.01', '25', account.availableBalance, '0.000000000000000001'])
    const exchange = {
      payAmount: amount,
      payCurrencyCode: account.currencyCode,
      receiveCurrencyCode: random.pick(codes),
    }
    const networkCode = account.currencyCode === 'USDT' ? 'TRX' : undefined
    const memo = account.currencyCode === 'XRP' ? '7' : undefined
    const withdrawal = { accountId: account.accountId, amount, networkCode, memo, address: 'somewhere-else' }
    const asked = random.integer(2)
      ? caller.post('/exchanges', exchange)
      : caller.post('/withdrawals/crypto', withdrawal)
    seen.add((await asked).status)
    caller.control.clock.advance(random.integer(20_000))
    expect(caller.control.ledger.problems()).toEqual([])
  }
  expect(seen).toEqual(new Set([200, 400]))
})

test('orders under way move as time goes, and a paid one is credited', async () => {
  const projects: Body[] = (await caller.get('/merchants/projects')).body.data
  const { id, receiveCurrencyCode } = projects[0]
  const { body } = await caller.get(`/merchants/orders?projectId=${id}&status=NEW`)
  const status = async () =>
    new Set(
      await Promise.all(
        body.data.map(async ({ id }: Body) => (await caller.get(`/merchants/orders/${id}`)).body.status),
      ),
    )
  expect(body.data).toHaveLength(2)
  expect(await status()).toEqual(new Set(['NEW']))
  caller.control.clock.advance(60_000)
  expect(await status()).toEqual(new Set(['NEW', 'PENDING']))
  caller.control.clock.advance(180_000)
  expect(await status()).toEqual(new Set(['NEW', 'PAID']))
  caller.control.clock.advance(20 * 60_000)
  expect(await status()).toEqual(new Set(['EXPIRED', 'PAID']))
  const { accountId } = await accountIn(receiveCurrencyCode)
  const { data } = (await caller.get(`/accounts/${accountId}/transactions?type=MERCHANT_ORDER&size=5`)).body
  const paid = (await caller.get(`/merchants/orders/${data[0].referenceId}`)).body
  expect(paid).toMatchObject({ status: 'PAID', receiveAmount: data[0].amount, paidAt: data[0].date })
})

function scaled(decimal: string, scale: number): bigint {
  const [whole = '', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.padEnd(scale, '0'))
}
