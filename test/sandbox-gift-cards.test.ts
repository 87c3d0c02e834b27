// Gift cards in the sandbox: the public catalogue, and purchases from their price to their codes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { compare, subtract } from '../src/decimal.ts'
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
const purchases = '/purchases/gift-cards'
const order = { productId: 'steam-eur', amount: 20, currencyCode: 'EUR', quantity: 3, payCurrencyCode: 'BTC' }

describe('the catalogue of gift cards', () => {
  test('needs no token, and has cards of fixed values and of any value', async () => {
    const { body } = await caller.get('/gift-cards', null)
    expect(body).toMatchObject({ totalCount: '16', page: '1', size: '25' })
    expect(body.data[0]).toMatchObject({ id: 'steam-eur', minAmount: null, maxAmount: null, available: true })
    expect(body.data[0].denominations).toEqual(['5', '10', '20', '50', '100'])
    const { body: one } = await caller.get('/gift-cards/airbnb-eur', 'unknown')
    expect(one).toMatchObject({ denominations: [], minAmount: '25', maxAmount: '500', countryCode: 'FR' })
    expect((await caller.get('/gift-cards/none', null)).status).toBe(404)
  })

  test('can be searched, and is paged', async () => {
    const ids = async (query: string) =>
      (await caller.get(`/gift-cards?${query}`, null)).body.data.map(({ id }: Body) => id)
    expect(await ids('search=stea')).toEqual(['steam-eur', 'steam-usd'])
    expect(await ids('category=BOOKS&countryCode=DE')).toEqual(['thalia-eur'])
    expect(await ids('currencyCode=JPY')).toEqual(['kinokuniya-jpy'])
    expect(await ids('page=2&size=15')).toEqual(['allegro-pln'])
    expect(await ids('search=nothing')).toEqual([])
  })
})

describe('a gift card purchase', () => {
  test('has a price that holds, is paid from an account, and brings its cards a little later', async () => {
    const { status, body } = await caller.post(purchases, order)
    expect(status).toBe(200)
    expect(body).toMatchObject({ productName: 'Steam EUR', amount: '20', quantity: '3', status: 'NEW' })
    const rate = (await caller.get('/currencies/rates?currencyCodes=BTC')).body[0].rate
    expect(Number(body.payAmount)).toBeCloseTo(60 / Number(rate), 7)
    const before = await accountIn('BTC')
    caller.control.prices.set('BTC', '50000')

    const paid = await caller.post(`${purchases}/${body.id}/pay`, { accountId: before.accountId })
    expect(paid.body).toEqual({ ...body, status: 'PENDING' })
    expect(compare((await accountIn('BTC')).balance, subtract(before.balance, body.payAmount))).toBe(0)
    const row = (await caller.get(`/accounts/${before.accountId}/transactions?size=1`)).body.data[0]
    expect(row).toMatchObject({ type: 'GIFT_CARD', amount: `-${body.payAmount}`, referenceId: body.id })

    const later = async () => (await caller.get(`${purchases}/${body.id}`)).body
    expect(await later()).not.toHaveProperty('cards')
    caller.control.clock.advance(10_000)
    const done = await later()
    expect(done.status).toBe('PAID')
    expect(done.cards).toHaveLength(3)
    expect(done.cards[0]).toMatchObject({ code: expect.stringMatching(/^\w{5}-\w{5}-\w{5}$/), pin: null })
    expect((await caller.get(purchases)).body.data[0]).toEqual(done)
  })

  test('expires after a quarter of an hour, and cannot be paid then', async () => {
    const { body } = await caller.post(purchases, order)
    const { accountId } = await accountIn('BTC')
    caller.control.clock.advance(15 * 60_000)
    expect((await caller.get(`${purchases}/${body.id}`)).body.status).toBe('EXPIRED')
    expect((await caller.post(`${purchases}/${body.id}/pay`, { accountId })).body.errorCode).toBe('GFT_2')
  })

  test('is paid once, from an account in the currency of its price that has enough', async () => {
    const { body } = await caller.post(purchases, { ...order, productId: 'airbnb-eur', amount: 500, quantity: 10 })
    const pay = async (order: object, id = body.id) =>
      (await caller.post(`${purchases}/${id}/pay`, order)).body.errorCode
    const [bitcoin, euro] = [await accountIn('BTC'), await accountIn('EUR')]
    expect(await pay({})).toBe('GEN_4')
    expect(await pay({ accountId: 'none' })).toBe('GEN_8')
    expect(await pay({ accountId: euro.accountId })).toBe('GEN_5')
    expect(await pay({ accountId: bitcoin.accountId }, 'none')).toBe('GEN_8')
    expect(await pay({ accountId: bitcoin.accountId })).toBe(undefined)
    expect(await pay({ accountId: bitcoin.accountId })).toBe('MER_3')
    caller.control.prices.set('XRP', '0.0001')
    const dear = (await caller.post(purchases, { ...order, payCurrencyCode: 'XRP' })).body
    const { accountId } = await accountIn('XRP')
    expect(await pay({ accountId }, dear.id)).toBe('ACC_1')
  })

  test('can be moved: one that fails after it was paid gives the money back', async () => {
    const [one, other] = [(await caller.post(purchases, order)).body, (await caller.post(purchases, order)).body]
    const before = await accountIn('BTC')
    await caller.post(`${purchases}/${one.id}/pay`, { accountId: before.accountId })
    expect(() => caller.control.purchases.move(one.id, 'EXPIRED')).toThrow('cannot go there')
    caller.control.purchases.move(one.id, 'FAILED')
    expect((await accountIn('BTC')).balance).toBe(before.balance)
    expect(() => caller.control.purchases.move(other.id, 'PAID')).toThrow('cannot go there')
    caller.control.purchases.move(other.id, 'EXPIRED')
    expect((await caller.get(`${purchases}/${other.id}`)).body.status).toBe('EXPIRED')
    caller.control.clock.advance(60 * 60_000)
    expect((await caller.get(`${purchases}/${one.id}`, caller.control.tokens.create())).body.status).toBe('FAILED')
  })

  test.each([
    [400, 'GEN_4', { productId: undefined }],
    [400, 'GEN_4', { amount: undefined }],
    [400, 'GEN_4', { payCurrencyCode: undefined }],
    [400, 'GEN_8', { productId: 'none' }],
    [400, 'GEN_8', { payCurrencyCode: 'btc' }],
    [400, 'CUR_1', { payCurrencyCode: 'BUSD' }],
    [400, 'GEN_5', { currencyCode: 'USD' }],
    [400, 'GFT_1', { productId: 'playstation-pln', currencyCode: 'PLN', amount: 50 }],
    [400, 'AMT_2', { amount: 1 }],
    [400, 'AMT_3', { amount: 101 }],
    [400, 'GEN_5', { amount: 30 }],
    [400, 'GEN_5', { quantity: 11 }],
    [400, 'GEN_5', { quantity: 0 }],
  ])('is refused with %i and %s for %j', async (status, errorCode, change) => {
    const answer = await caller.post(purchases, { ...order, ...change })
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode])
  })

  test('is in the history in each status, with cards only where it is paid', async () => {
    for (const status of ['NEW', 'PENDING', 'PAID', 'FAILED', 'EXPIRED']) {
      const { data } = (await caller.get(`${purchases}?status=${status}&size=5`)).body
      expect(data[0].status).toBe(status)
      expect(data.every((row: Body) => (row.cards !== undefined) === (status === 'PAID'))).toBe(true)
    }
  })

  test('needs its own scopes', async () => {
    const [reader, payer] = ['read', 'pay'].map((word) => caller.control.tokens.create([`purchase-gift-card:${word}`]))
    expect((await caller.get(purchases, reader)).status).toBe(200)
    expect((await caller.get(purchases, payer)).status).toBe(403)
    const post = async (token = '') => {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(`${caller.sandbox.url}${purchases}`, { method: 'POST', headers })).status
    }
    expect([await post(reader), await post(payer)]).toEqual([403, 400])
  })
})
