// Money into the sandbox: payment methods, fiat deposits, crypto deposits and the addresses for them.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { add, compare } from '../src/decimal.ts'
import { isIban } from '../src/sandbox/iban.ts'
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
// Others move the balance too, as time goes.
const rowsAbout = async (accountId: string, id: string): Promise<Body[]> =>
  (await caller.get(`/accounts/${accountId}/transactions?size=100`)).body.data.filter(
    ({ referenceId }: Body) => referenceId === id,
  )

describe('payment methods', () => {
  test('say which currencies they take, within which limits and for which fee', async () => {
    const { body } = await caller.get('/payment-methods')
    expect(body).toContainEqual({
      paymentMethodId: 'sepa-deposit-eur',
      type: 'BANK_TRANSFER',
      name: 'SEPA transfer',
      direction: 'DEPOSIT',
      currencyCodes: ['EUR'],
      minAmount: '10',
      maxAmount: '100000',
      feeFixed: '0',
      feePercent: '0',
      enabled: true,
    })
    expect(new Set(body.map(({ type }: Body) => type))).toEqual(
      new Set(['BANK_TRANSFER', 'CARD', 'E_WALLET', 'VOUCHER', 'CRYPTO']),
    )
    expect(body.some(({ enabled }: Body) => enabled === false)).toBe(true)
  })

  test('can be asked for by direction and currency', async () => {
    const { body } = await caller.get('/payment-methods?direction=WITHDRAWAL&currencyCode=PLN')
    expect(body.map(({ paymentMethodId }: Body) => paymentMethodId)).toEqual([
      'swift-withdrawal-pln',
      'skrill',
      'cashlib-pln',
    ])
    expect((await caller.get('/payment-methods?direction=SIDEWAYS')).body.errorCode).toBe('GEN_5')
    expect((await caller.get('/payment-methods?currencyCode=pln')).body.errorCode).toBe('GEN_8')
  })
})

describe('a fiat deposit', () => {
  const order = { currencyCode: 'EUR', amount: '250.5', paymentMethodId: 'sepa-deposit-eur' }

  test('by bank names the account to pay into, and is credited with time', async () => {
    const before = await accountIn('EUR')
    const { status, body } = await caller.post('/deposits', order)
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: 'NEW', amount: '250.5', feeAmount: '0', receiveAmount: '250.5' })
    expect(body).toMatchObject({ accountId: before.accountId, redirectUrl: null, currencyCode: 'EUR' })
    expect(isIban(body.bankDetails.iban)).toBe(true)
    expect(Object.keys(body.bankDetails)).toEqual(['beneficiaryName', 'bic', 'bankName', 'iban', 'reference'])
    const later = async () => (await caller.get(`/deposits/${body.depositId}`)).body
    expect(await later()).toEqual(body)
    caller.control.clock.advance(60_000)
    expect((await later()).status).toBe('PENDING')
    expect((await accountIn('EUR')).balance).toBe(before.balance)
    caller.control.clock.advance(120_000)
    const paid = await later()
    expect(paid.status).toBe('PAID')
    expect(await rowsAbout(before.accountId, body.depositId)).toMatchObject([
      { type: 'DEPOSIT', amount: '250.5', status: 'PROCESSED', date: paid.updatedAt },
    ])
  })

  test('by card sends the customer to a page, and credits what the fee leaves', async () => {
    const { accountId } = await accountIn('EUR')
    const { body } = await caller.post('/deposits', { ...order, amount: '100.01', paymentMethodId: 'card-deposit' })
    expect(body).toMatchObject({ amount: '100.01', feeAmount: '2.51', receiveAmount: '97.5', bankDetails: null })
    expect(body.redirectUrl).toContain(body.depositId)
    caller.control.clock.advance(180_000)
    expect(await newest(accountId)).toMatchObject({ amount: '97.5', referenceId: body.depositId })
  })

  test.each(['EXPIRED', 'CANCELLED', 'FAILED'] as const)(
    'that ends as %s brings nothing, whatever time goes',
    async (ending) => {
      const { body } = await caller.post('/deposits', order)
      caller.control.deposits.move(body.depositId, ending)
      caller.control.clock.advance(600_000)
      expect((await caller.get(`/deposits/${body.depositId}`)).body.status).toBe(ending)
      expect(await rowsAbout(body.accountId, body.depositId)).toEqual([])
      expect(() => caller.control.deposits.move(body.depositId, 'PAID')).toThrow('cannot go there')
    },
  )

  test('can be paid at once on demand, and only once', async () => {
    const { body } = await caller.post('/deposits', order)
    caller.control.deposits.move(body.depositId, 'PAID')
    caller.control.clock.advance(600_000)
    expect(await rowsAbout(body.accountId, body.depositId)).toMatchObject([{ amount: '250.5' }])
    expect(() => caller.control.deposits.move('none', 'PAID')).toThrow('nothing of that id')
  })

  test.each([
    [400, 'GEN_4', { amount: undefined }],
    [400, 'GEN_4', { currencyCode: undefined }],
    [400, 'GEN_4', { paymentMethodId: undefined }],
    [400, 'GEN_5', { currencyCode: 'BTC' }],
    [400, 'GEN_8', { currencyCode: 'eur' }],
    [404, 'ACC_2', { currencyCode: 'CHF' }],
    [400, 'GEN_8', { accountId: 'none' }],
    [400, 'GEN_8', { paymentMethodId: 'none' }],
    [400, 'GEN_8', { paymentMethodId: 'sepa-withdrawal-eur' }],
    [400, 'GEN_5', { paymentMethodId: 'card-deposit-old' }],
    [400, 'GEN_5', { paymentMethodId: 'swift-deposit-usd' }],
    [400, 'GEN_5', { amount: '-1' }],
    [400, 'GEN_5', { amount: '10.001' }],
    [400, 'AMT_2', { amount: '9.99' }],
    [400, 'AMT_3', { amount: '100000.01' }],
    [400, 'GEN_5', { description: 'x'.repeat(141) }],
  ])('is refused with %i and %s for %j', async (status, errorCode, change) => {
    const answer = await caller.post('/deposits', { ...order, ...change })
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode])
  })

  test('is in the history, newest first, by status, currency and date', async () => {
    const { body: made } = await caller.post('/deposits', order)
    const { body } = await caller.get('/deposits')
    expect(body.data[0]).toEqual(made)
    expect(body.data).toHaveLength(25)
    for (const status of ['NEW', 'PENDING', 'PAID', 'FAILED', 'EXPIRED', 'CANCELLED']) {
      const found = (await caller.get(`/deposits?status=${status}&size=1`)).body.data
      expect(found).toMatchObject([{ status }])
    }
    expect((await caller.get('/deposits?currencyCode=JPY&size=1')).body.data[0].currencyCode).toBe('JPY')
    expect((await caller.get(`/deposits?dateFrom=${made.createdAt}`)).body.data).toEqual([made])
    const dates = (await caller.get('/deposits?size=100')).body.data.map(({ createdAt }: Body) => createdAt)
    expect(dates).toEqual(dates.toSorted().reverse())
  })

  test('of an unknown id is a 404', async () => {
    expect((await caller.get('/deposits/none')).status).toBe(404)
  })
})

describe('a crypto deposit', () => {
  test('is seen first, gathers confirmations and is credited with the last of them', async () => {
    const before = await accountIn('BTC')
    const depositId = caller.control.cryptoDeposits.arrive({ currencyCode: 'BTC', amount: '0.12345678' })
    const later = async () => (await caller.get(`/deposits/crypto/${depositId}`)).body
    const seen = await later()
    expect(seen).toMatchObject({ status: 'PENDING', amount: '0.12345678', feeAmount: '0', networkCode: 'BTC' })
    expect(seen).toMatchObject({ confirmations: '0', requiredConfirmations: '3', memo: null })
    const addresses = (await caller.get('/deposits/crypto/addresses?currencyCode=BTC')).body
    expect(seen.address).toBe(addresses.at(-1).address)
    caller.control.clock.advance(40_000)
    expect(await later()).toMatchObject({ status: 'PENDING', confirmations: '2' })
    expect((await accountIn('BTC')).balance).toBe(before.balance)
    caller.control.clock.advance(20_000)
    expect(await later()).toMatchObject({ status: 'PAID', confirmations: '3' })
    expect(compare((await accountIn('BTC')).balance, add(before.balance, '0.12345678'))).toBe(0)
    expect(await newest(before.accountId)).toMatchObject({ type: 'CRYPTO_DEPOSIT', referenceId: depositId })
  })

  test('can fail, and ends once', async () => {
    const { accountId } = await accountIn('ETH')
    const depositId = caller.control.cryptoDeposits.arrive({ currencyCode: 'ETH', amount: '1' })
    caller.control.deposits.move(depositId, 'FAILED')
    caller.control.clock.advance(600_000)
    expect((await caller.get(`/deposits/crypto/${depositId}`)).body.status).toBe('FAILED')
    expect(await rowsAbout(accountId, depositId)).toEqual([])
    expect(() => caller.control.deposits.move(depositId, 'PAID')).toThrow('cannot go there')
  })

  test('is under way when the world starts, and in the history by network', async () => {
    const { body } = await caller.get('/deposits/crypto?status=PENDING')
    expect(body.data.length).toBeGreaterThanOrEqual(3)
    expect(body.data).toContainEqual(expect.objectContaining({ currencyCode: 'BTC', confirmations: '1' }))
    for (const status of ['PAID', 'FAILED']) {
      expect((await caller.get(`/deposits/crypto?status=${status}&size=1`)).body.data[0].status).toBe(status)
    }
    const tron = (await caller.get('/deposits/crypto?networkCode=TRX')).body.data
    expect(new Set(tron.map(({ networkCode }: Body) => networkCode))).toEqual(new Set(['TRX']))
    expect((await caller.get('/deposits/crypto/none')).status).toBe(404)
  })
})

describe('deposit addresses', () => {
  test('are there for each coin and network, with a memo where one is needed', async () => {
    const { body } = await caller.get('/deposits/crypto/addresses')
    const known = body.map(({ currencyCode, networkCode }: Body) => `${currencyCode} ${networkCode}`)
    expect(known).toEqual(expect.arrayContaining(['BTC BTC', 'USDT TRX', 'USDT ETH', 'USDT BSC', 'XRP XRP']))
    expect(body.every(({ networkCode, memo }: Body) => (memo !== null) === networkCode.startsWith('X'))).toBe(true)
    const { accountId } = await accountIn('USDC')
    const own = await caller.get(`/deposits/crypto/addresses?accountId=${accountId}&networkCode=SOL`)
    expect(own.body).toMatchObject([{ currencyCode: 'USDC', networkCode: 'SOL', accountId }])
  })

  test('are new at each call', async () => {
    const before = (await caller.get('/deposits/crypto/addresses?currencyCode=BTC')).body
    const [one, other] = [
      (await caller.post('/deposits/crypto/addresses', { currencyCode: 'BTC' })).body,
      (await caller.post('/deposits/crypto/addresses', { currencyCode: 'BTC' })).body,
    ]
    expect(one.address).not.toBe(other.address)
    expect((await caller.get('/deposits/crypto/addresses?currencyCode=BTC')).body).toEqual([...before, one, other])
  })

  test.each([
    ['DEP_1', { currencyCode: 'EUR' }],
    ['DEP_2', { currencyCode: 'BTC', networkCode: 'TRX' }],
    ['DEP_2', { currencyCode: 'USDT', networkCode: 'NONE' }],
    ['GEN_4', { currencyCode: 'USDT' }],
    ['GEN_4', {}],
    ['GEN_8', { currencyCode: 'btc' }],
    ['CUR_1', { currencyCode: 'BUSD' }],
    ['ACC_2', { currencyCode: 'LTC' }],
  ])('are refused with %s for %j', async (errorCode, order) => {
    expect((await caller.post('/deposits/crypto/addresses', order)).body.errorCode).toBe(errorCode)
  })

  test('may be read with either of two scopes', async () => {
    const status = async (scope: string) =>
      (await caller.get('/deposits/crypto/addresses', caller.control.tokens.create([scope]))).status
    expect(await status('deposit-crypto-address:read')).toBe(200)
    expect(await status('deposit:read')).toBe(200)
    expect(await status('deposit-crypto:read')).toBe(403)
  })
})

test.each([
  ['GET', '/payment-methods', 'payment-method:read'],
  ['POST', '/deposits', 'deposit:create'],
  ['GET', '/deposits', 'deposit:read'],
  ['GET', '/deposits/none', 'deposit:read'],
  ['GET', '/deposits/crypto', 'deposit-crypto:read'],
  ['GET', '/deposits/crypto/none', 'deposit-crypto:read'],
  ['POST', '/deposits/crypto/addresses', 'deposit-crypto-address:create'],
])('%s %s asks for %s', async (method, path, scope) => {
  const status = async (scopes: string[]) => {
    const headers = { authorization: `Bearer ${caller.control.tokens.create(scopes)}` }
    return (await fetch(caller.sandbox.url + path, { method, headers })).status
  }
  const { scopes } = caller.control.credentials.create()
  expect(await status(scopes.filter((one) => one !== scope))).toBe(403)
  expect(await status([scope])).not.toBe(403)
  expect((await caller.get('/deposits', null)).status).toBe(401)
})

test.each([
  ['deposits', '/deposits', 'depositId'],
  ['deposits', '/deposits/crypto', 'depositId'],
  ['addresses', '/deposits/crypto/addresses', 'addressId'],
  ['paymentMethods', '/payment-methods', undefined],
  ['withdrawals', '/withdrawals/bank', 'id'],
  ['withdrawals', '/withdrawals/e-wallet', 'id'],
  ['withdrawals', '/withdrawals/voucher', 'id'],
  ['withdrawals', '/withdrawals/with-exchange', 'id'],
  ['purchases', '/purchases/gift-cards', 'id'],
  ['giftCards', '/gift-cards', undefined],
])('the list of %s at %s is paged and takes the forms that it is told to', async (name, path, id) => {
  const plain = (await caller.get(path)).body
  const page = Array.isArray(plain) ? plain : plain.data
  if (!Array.isArray(plain)) {
    expect((await caller.get(`${path}?page=2&size=3`)).body.data).toEqual(page.slice(3, 6))
    expect((await caller.get(`${path}?page=999`)).body).toMatchObject({ totalCount: plain.totalCount, data: [] })
    expect((await caller.get(`${path}?size=101`)).body.errorCode).toBe('GEN_5')
  }
  caller.control.formats.set({ lists: 'name', amounts: 'strings', ids: 'numbers', dates: 'epoch' })
  const { body, text } = await caller.get(path)
  expect(body[name]).toHaveLength(page.length)
  expect(text).not.toMatch(/"\w*(amount|Amount|fee\w+)":\d/)
  expect(text).not.toMatch(/"createdAt":"/)
  if (id === undefined) return
  expect(text).toMatch(new RegExp(`"${id}":\\d+[,}]`))
  const one = path.endsWith('addresses') ? undefined : await caller.get(`${path}/${body[name][0][id]}`)
  expect(one?.status ?? 200).toBe(200)
})
