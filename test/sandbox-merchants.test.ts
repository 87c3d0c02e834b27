// The sandbox's merchant: projects, preorders, orders and what is done with them, and what comes in by them.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { add, compare, subtract } from '../src/decimal.ts'
import { allScopes } from '../src/sandbox/scopes.ts'
import { type Answer, type Body, type Caller, startCaller } from './sandbox/caller.ts'

let caller: Caller
let projects: Record<'books' | 'coffee' | 'staging' | 'closed', string>
beforeAll(async () => {
  caller = await startCaller({ callsPerMinute: 100_000, tokenLifetimeSeconds: 31_536_000 })
})
beforeEach(async () => {
  caller.control.clock.freeze()
  const named = async (name: string): Promise<string> =>
    (await get('/merchants/projects')).data.find((project: Body) => project.name === name).id
  const [books, coffee, staging, closed] = await Promise.all(
    ['Harbour Books', 'North Pier Coffee', 'Staging', 'Old Harbour Books'].map(named),
  )
  projects = { books, coffee, staging, closed } as typeof projects
})
afterEach(() => {
  expect(caller.control.ledger.problems()).toEqual([])
  caller.control.reset()
})
afterAll(() => caller.sandbox.close())

const minutes = (count: number): void => caller.control.clock.advance(count * 60_000)
const get = async (path: string): Promise<Body> => (await caller.get(path)).body
const post = async (path: string, body: object = {}): Promise<Body> => (await caller.post(path, body)).body
const orderNow = async (id: string): Promise<Body> => get(`/merchants/orders/${id}`)
const accountIn = async (code: string): Promise<Body> => (await get(`/accounts?currencyCode=${code}`))[0]

async function send(method: string, path: string, body: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${caller.control.tokens.create()}`, 'content-type': 'application/json' }
  const response = await fetch(caller.sandbox.url + path, { method, headers, body: JSON.stringify(body) })
  return { status: response.status, headers: response.headers, text: '', body: await response.json() }
}

const price = { receiveAmount: '49.90', receiveCurrencyCode: 'EUR' }

async function makeOrder(terms: object = {}, coin: object = { payCurrencyCode: 'BTC' }): Promise<Body> {
  const { preOrderId } = await post('/merchants/orders/create', { projectId: projects.books, ...price, ...terms })
  return post('/merchants/orders', { preOrderId, ...coin })
}

describe('a project', () => {
  test('is made with a name alone, and then takes all currencies and sends the newer callbacks', async () => {
    const made = await post('/merchants/projects', { name: 'Corner shop' })
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Corner shop',
      description: '',
      autoConvert: false,
      receiveCurrencyCode: 'EUR',
      acceptAllCurrencies: true,
      acceptedCurrencyCodes: [],
      enabled: true,
      testMode: false,
      testStatus: null,
      feePaidByClient: false,
      verifiedPayersOnly: false,
      paymentWindowMinutes: '15',
      callbackFormat: 'JSON',
      createdAt: expect.any(String),
      updatedAt: made.createdAt,
    })
    expect(await get(`/merchants/projects/${made.id}`)).toEqual(made)
    expect((await get('/merchants/projects')).data[0]).toEqual(made)
    expect((await get('/merchants/projects')).totalCount).toBe('5')
  })

  test('is made with all settings, from JSON and from a form', async () => {
    const settings = {
      name: 'Test shop',
      description: 'For a try',
      autoConvert: true,
      receiveCurrencyCode: 'USD',
      acceptAllCurrencies: false,
      enabled: false,
      testMode: true,
      testStatus: 'EXPIRED',
      feePaidByClient: true,
      verifiedPayersOnly: true,
    }
    const accepted = { acceptedCurrencyCodes: ['BTC', 'wBTC'], paymentWindowMinutes: '1440' }
    const made = await post('/merchants/projects', { ...settings, ...accepted })
    expect(made).toMatchObject({ ...settings, ...accepted })
    const texts = Object.entries({ ...settings, ...accepted }).map(([name, value]) => [name, String(value)])
    const form = new URLSearchParams(texts).toString()
    const { body } = await caller.post('/merchants/projects', form, 'application/x-www-form-urlencoded')
    expect(body).toMatchObject({ ...settings, ...accepted })
  })

  test.each([
    ['GEN_4', 'name', {}],
    ['GEN_5', 'name', { name: 'x'.repeat(101) }],
    ['GEN_5', 'name', { name: {} }],
    ['GEN_5', 'description', { name: 'A', description: 'x'.repeat(256) }],
    ['GEN_4', 'receiveCurrencyCode', { name: 'A', autoConvert: true }],
    ['GEN_8', 'Id', { name: 'A', receiveCurrencyCode: 'eur' }],
    ['CUR_1', 'receiveCurrencyCode', { name: 'A', receiveCurrencyCode: 'CHF' }],
    ['GEN_8', 'Id', { name: 'A', acceptedCurrencyCodes: ['BTC', 'XXX'] }],
    ['CUR_1', 'acceptedCurrencyCodes', { name: 'A', acceptedCurrencyCodes: ['EUR'] }],
    ['GEN_5', 'acceptedCurrencyCodes', { name: 'A', acceptedCurrencyCodes: [{}] }],
    ['GEN_4', 'acceptedCurrencyCodes', { name: 'A', acceptAllCurrencies: false }],
    ['GEN_5', 'enabled', { name: 'A', enabled: 'maybe' }],
    ['GEN_5', 'testStatus', { name: 'A', testMode: true, testStatus: 'NEW' }],
    ['GEN_5', 'paymentWindowMinutes', { name: 'A', paymentWindowMinutes: 20 }],
  ])('is refused with %s for its %s, made from %j', async (errorCode, key, body) => {
    const { status, body: refusal } = await caller.post('/merchants/projects', body)
    expect([status, refusal.errorCode, refusal.errorParameters[0].key]).toEqual([400, errorCode, key])
  })

  test('may be changed freely until its first order', async () => {
    const { id } = await post('/merchants/projects', { name: 'Corner shop', feePaidByClient: true })
    const { body } = await send('PATCH', `/merchants/projects/${id}`, {
      autoConvert: true,
      acceptedCurrencyCodes: ['BTC'],
    })
    expect(body).toMatchObject({
      name: 'Corner shop',
      autoConvert: true,
      acceptAllCurrencies: false,
      feePaidByClient: true,
    })
    await makeOrder({ projectId: id })
    expect((await send('PATCH', `/merchants/projects/${id}`, { autoConvert: false })).body.errorCode).toBe('MER_4')
  })

  test.each([
    ['autoConvert', { autoConvert: false }],
    ['receiveCurrencyCode', { receiveCurrencyCode: 'USD' }],
    ['acceptAllCurrencies', { acceptAllCurrencies: true }],
    ['acceptedCurrencyCodes', { acceptedCurrencyCodes: ['BTC'] }],
    ['feePaidByClient', { feePaidByClient: true }],
    ['verifiedPayersOnly', { verifiedPayersOnly: true }],
  ])('with orders keeps its %s', async (name, change) => {
    const before = await get(`/merchants/projects/${projects.books}`)
    for (const method of ['PATCH', 'PUT']) {
      const whole = method === 'PUT' ? before : {}
      const { status, body } = await send(method, `/merchants/projects/${projects.books}`, { ...whole, ...change })
      expect([status, body.errorCode, body.errorParameters[0].key]).toEqual([400, 'MER_4', name])
    }
    expect(await get(`/merchants/projects/${projects.books}`)).toEqual(before)
  })

  test('with orders can still be renamed, closed and tried out, as a whole object or in part', async () => {
    const path = `/merchants/projects/${projects.coffee}`
    const { paymentWindowMinutes, ...before } = await get(path)
    minutes(1)
    const free = { name: 'South Pier', description: '', enabled: false, testMode: true, testStatus: 'EXPIRED' }
    const { status, body } = await send('PUT', path, { ...before, ...free })
    expect(status).toBe(200)
    expect(body).toMatchObject({ ...free, paymentWindowMinutes: Number(paymentWindowMinutes), callbackFormat: 'FORM' })
    expect(body.updatedAt > body.createdAt).toBe(true)
    expect((await send('PATCH', path, { enabled: true })).body).toMatchObject({ name: 'South Pier', enabled: true })
    expect((await send('PUT', path, { enabled: true })).body.errorCode).toBe('GEN_4')
    expect((await send('PUT', '/merchants/projects/none', free)).status).toBe(404)
  })
})

describe('an order to be', () => {
  test('is a preorder with a page to pay on, and no order before the payer has picked a coin', async () => {
    const { status, body } = await caller.post('/merchants/orders/create', {
      projectId: projects.books,
      orderId: '7055-9f3c1a',
      description: 'Order #7055',
      receiveAmount: 49.9,
      receiveCurrencyCode: 'EUR',
      callbackUrl: 'https://shop.example.com/sc',
      payerEmail: 'ann@example.com',
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      preOrderId: expect.any(String),
      orderId: '7055-9f3c1a',
      validUntil: expect.any(String),
      payCurrencyCode: null,
      payNetworkCode: null,
      payAmount: null,
      receiveCurrencyCode: 'EUR',
      receiveAmount: '49.9',
      depositAddress: null,
      memo: null,
      redirectUrl: `https://spectrocoin.com/en/payment/preorder/${body.preOrderId}`,
    })
    expect((await caller.get(`/merchants/orders/${body.preOrderId}`)).status).toBe(404)
    const orders = await get(`/merchants/orders?projectId=${projects.books}&orderId=7055-9f3c1a`)
    expect(orders.totalCount).toBe('0')
    expect(await get(`/merchants/preorders/${body.preOrderId}`)).toMatchObject({
      id: body.preOrderId,
      projectId: projects.books,
      orderId: '7055-9f3c1a',
      isMultiple: false,
      orderCount: '0',
      payerEmail: 'ann@example.com',
    })
  })

  test('gets an orderId where none is given, another each time', async () => {
    const ask = { projectId: projects.books, ...price }
    const [one, other] = [await post('/merchants/orders/create', ask), await post('/merchants/orders/create', ask)]
    expect(one.orderId).toMatch(/^\w{6,}$/)
    expect(other.orderId).not.toBe(one.orderId)
  })

  test('is priced by the receive pair where both are given, else by either', async () => {
    const ask = { projectId: projects.books, payAmount: '0.001', payCurrencyCode: 'BTC' }
    const both = await post('/merchants/orders/create', { ...ask, ...price })
    expect(both).toMatchObject({ receiveAmount: '49.9', payAmount: null, payCurrencyCode: null })
    caller.control.prices.set('BTC', '50000')
    const pay = await post('/merchants/orders/create', ask)
    expect(pay).toMatchObject({ receiveAmount: '50', receiveCurrencyCode: 'EUR', payAmount: '0.001' })
    const paid = await post('/merchants/orders', { preOrderId: pay.preOrderId, payCurrencyCode: 'BTC' })
    expect(paid).toMatchObject({ payAmount: '0.001', receiveAmount: '50', status: 'NEW' })
  })

  test('has an orderId that its project did not know yet, in orders nor preorders; another project may', async () => {
    const [known] = (await get(`/merchants/orders?projectId=${projects.books}&size=1`)).data
    const ask = { projectId: projects.books, orderId: known.orderId, ...price }
    for (const path of ['/merchants/orders/create', '/merchants/preorders']) {
      const { status, body } = await caller.post(path, ask)
      expect([status, body.errorCode, body.errorParameters]).toEqual([
        400,
        'MER_1',
        [{ key: 'orderId', value: known.orderId }],
      ])
    }
    expect((await caller.post('/merchants/orders/create', { ...ask, projectId: projects.coffee })).status).toBe(200)
    expect((await caller.post('/merchants/orders/create', { ...ask, projectId: projects.coffee })).status).toBe(400)
  })

  test.each([
    ['GEN_4', 'projectId', { projectId: undefined }],
    ['MER_2', 'projectId', { projectId: 'none' }],
    ['GEN_4', 'receiveAmount', { receiveAmount: undefined }],
    ['GEN_4', 'receiveCurrencyCode', { receiveCurrencyCode: undefined }],
    ['GEN_4', 'payCurrencyCode', { receiveAmount: undefined, payAmount: 1 }],
    ['GEN_5', 'receiveAmount', { receiveAmount: 0 }],
    ['GEN_5', 'receiveAmount', { receiveAmount: -1 }],
    ['GEN_5', 'receiveAmount', { receiveAmount: '1.005' }],
    ['AMT_2', 'receiveAmount', { receiveAmount: '0.01' }],
    ['GEN_8', 'Id', { receiveCurrencyCode: 'eur' }],
    ['CUR_1', 'receiveCurrencyCode', { receiveCurrencyCode: 'CHF' }],
    ['CUR_1', 'payCurrencyCode', { payCurrencyCode: 'SOL' }],
    ['GEN_5', 'callbackUrl', { callbackUrl: 'shop/callback' }],
    ['GEN_5', 'callbackUrl', { callbackUrl: 'file:///etc/passwd' }],
    ['GEN_5', 'successUrl', { successUrl: 'javascript:alert(1)' }],
    ['GEN_5', 'description', { description: 'x'.repeat(256) }],
    ['GEN_5', 'payerEmail', { payerEmail: 'nobody' }],
    ['GEN_5', 'payerDateOfBirth', { payerDateOfBirth: '1.2.1990' }],
  ])('is refused with %s for its %s, made from %j', async (errorCode, key, change) => {
    for (const path of ['/merchants/orders/create', '/merchants/preorders']) {
      const { status, body } = await caller.post(path, { projectId: projects.books, ...price, ...change })
      expect([status, body.errorCode, body.errorParameters[0].key]).toEqual([400, errorCode, key])
    }
  })

  test('is refused by a project that is closed', async () => {
    const { status, body } = await caller.post('/merchants/orders/create', { projectId: projects.closed, ...price })
    expect([status, body.errorCode]).toEqual([400, 'MER_2'])
  })
})

describe('a preorder', () => {
  test('that is multiple never ends and gives orders with numbered names', async () => {
    const ask = { projectId: projects.books, orderId: '9001', isMultiple: true, description: 'Haircut', ...price }
    const { id: preOrderId, ...preorder } = await post('/merchants/preorders', ask)
    expect(preorder).toMatchObject({ isMultiple: true, validUntil: null, orderCount: '0', payAmount: null })
    minutes(3 * 1440)
    const orders = []
    for (const payCurrencyCode of ['BTC', 'ETH', 'BTC']) {
      orders.push(await post('/merchants/orders', { preOrderId, payCurrencyCode }))
    }
    expect(orders.map(({ orderId }) => orderId)).toEqual(['9001', 'Pre-9001-1', 'Pre-9001-2'])
    expect(orders[0]).toMatchObject({ status: 'NEW', merchantPreOrderId: preOrderId, description: 'Haircut' })
    expect((await get(`/merchants/preorders/${preOrderId}`)).orderCount).toBe('3')
    const listed = await get(`/merchants/orders?projectId=${projects.books}&preOrderId=${preOrderId}`)
    expect(listed.data).toEqual(orders.toReversed())
  })

  test('that is not gives one order, and none after a day', async () => {
    const ask = { projectId: projects.books, ...price }
    const { id: preOrderId, orderId } = await post('/merchants/preorders', ask)
    const late = await post('/merchants/preorders', ask)
    const open = async (id: string) => caller.post('/merchants/orders', { preOrderId: id, payCurrencyCode: 'BTC' })
    expect((await open(preOrderId)).body.orderId).toBe(orderId)
    expect((await open(preOrderId)).body.errorCode).toBe('MER_3')
    minutes(1440)
    const { status, body } = await open(late.id)
    expect([status, body.errorCode]).toEqual([400, 'MER_3'])
  })

  test('gives an order with address, amount, memo and time to pay', async () => {
    caller.control.prices.set('XRP', '0.5')
    const order = await makeOrder({ payerEmail: 'ann@example.com' }, { payCurrencyCode: 'XRP' })
    expect(order).toMatchObject({
      status: 'NEW',
      payCurrencyCode: 'XRP',
      payNetworkCode: 'XRP',
      payAmount: '99.800001',
      receivedAmount: '0',
      receiveAmount: '49.9',
      payerEmail: 'ann@example.com',
      depositAddress: expect.stringMatching(/^r/),
      memo: expect.stringMatching(/^\d{6}$/),
      paidAt: null,
    })
    expect(Date.parse(order.validUntil) - Date.parse(order.createdAt)).toBe(15 * 60_000)
    expect(await orderNow(order.id)).toEqual(order)
  })

  test.each([
    ['GEN_4', { payCurrencyCode: undefined }],
    ['GEN_4', { payCurrencyCode: 'USDT' }],
    ['GEN_8', { payCurrencyCode: 'btc' }],
    ['GEN_8', { payCurrencyCode: 'USDT', payNetworkCode: 'NONE' }],
    ['CUR_1', { payCurrencyCode: 'USDT', payNetworkCode: 'SOL' }],
    ['CUR_1', { payCurrencyCode: 'SOL' }],
    ['CUR_1', { payCurrencyCode: 'EUR' }],
    ['CUR_1', { payCurrencyCode: 'ETH' }],
    ['GEN_5', { payCurrencyCode: 'BTC', payerEmail: 'x y' }],
  ])('refuses a payer with %s for %j', async (errorCode, coin) => {
    const pinned = errorCode === 'CUR_1' && coin.payCurrencyCode === 'ETH' ? { payCurrencyCode: 'BTC' } : {}
    const { preOrderId } = await post('/merchants/orders/create', { projectId: projects.books, ...price, ...pinned })
    const { status, body } = await caller.post('/merchants/orders', { preOrderId, ...coin })
    expect([status, body.errorCode]).toEqual([400, errorCode])
    expect((await get(`/merchants/preorders/${preOrderId}`)).orderCount).toBe('0')
  })

  test('of a project that was closed since gives no order', async () => {
    const { preOrderId } = await post('/merchants/orders/create', { projectId: projects.books, ...price })
    await send('PATCH', `/merchants/projects/${projects.books}`, { enabled: false })
    expect((await post('/merchants/orders', { preOrderId, payCurrencyCode: 'BTC' })).errorCode).toBe('MER_2')
  })

  test('that nobody knows is a 404, and a list needs a project', async () => {
    expect((await caller.post('/merchants/orders', { preOrderId: 'none', payCurrencyCode: 'BTC' })).status).toBe(404)
    expect((await caller.get('/merchants/preorders/none')).status).toBe(404)
    for (const list of ['preorders', 'callbacks', 'transactions']) {
      expect((await get(`/merchants/${list}`)).errorCode).toBe('GEN_4')
      expect((await get(`/merchants/${list}?projectId=none`)).errorCode).toBe('MER_2')
    }
  })
})

describe('an order', () => {
  test('that nobody pays ends five minutes after its time', async () => {
    const { id, validUntil } = await makeOrder()
    minutes(19)
    expect((await orderNow(id)).status).toBe('NEW')
    minutes(1)
    const { status, updatedAt, paidAt } = await orderNow(id)
    expect([status, paidAt]).toEqual(['EXPIRED', null])
    expect(Date.parse(updatedAt)).toBe(Date.parse(validUntil) + 5 * 60_000)
  })

  test('whose payer pays all is confirmed, paid and credited', async () => {
    const { id, payAmount } = await makeOrder()
    const { balance } = await accountIn('EUR')
    caller.control.orders.receive(id)
    expect(await orderNow(id)).toMatchObject({ status: 'PENDING', receivedAmount: payAmount, paidAt: null })
    caller.control.clock.advance(30_000)
    const paid = await orderNow(id)
    expect(paid).toMatchObject({ status: 'PAID', paidAt: caller.control.clock.now().toISOString() })
    expect(compare((await accountIn('EUR')).balance, add(balance, '49.90'))).toBe(0)
    minutes(60)
    expect(await orderNow(id)).toEqual(paid)
  })

  test('whose payer pays less can be topped up in time', async () => {
    const { id, payAmount } = await makeOrder()
    caller.control.orders.receive(id, '0.0001')
    expect(await orderNow(id)).toMatchObject({ status: 'PARTIAL_PAYMENT', receivedAmount: '0.0001' })
    caller.control.orders.receive(id, '0.0001')
    expect(await orderNow(id)).toMatchObject({ status: 'PARTIAL_PAYMENT', receivedAmount: '0.0002' })
    caller.control.orders.receive(id)
    expect(await orderNow(id)).toMatchObject({ status: 'PENDING', receivedAmount: payAmount })
    caller.control.clock.advance(30_000)
    expect((await orderNow(id)).status).toBe('PAID')
  })

  test('that stays short is underpaid when its time is over, and can be accepted for what came', async () => {
    caller.control.prices.set('BTC', '50000')
    const { id, payAmount } = await makeOrder()
    expect(payAmount).toBe('0.00099801')
    caller.control.orders.receive(id, '0.00049900')
    minutes(20)
    expect((await orderNow(id)).status).toBe('UNDERPAID')
    const { balance } = await accountIn('EUR')
    const accepted = await post(`/merchants/orders/${id}/accept`)
    expect(accepted).toMatchObject({ status: 'PAID', payAmount: '0.000499', receiveAmount: '24.94' })
    expect(compare((await accountIn('EUR')).balance, add(balance, '24.94'))).toBe(0)
    expect((await post(`/merchants/orders/${id}/accept`)).errorCode).toBe('MER_3')
  })

  test('that is paid too late waits to be accepted', async () => {
    const { id } = await makeOrder()
    minutes(21)
    caller.control.orders.receive(id)
    expect((await orderNow(id)).status).toBe('PENDING_LATE_CRYPTO_PAYMENT')
    expect((await post(`/merchants/orders/${id}/accept`)).errorCode).toBe('MER_3')
    caller.control.clock.advance(30_000)
    expect((await orderNow(id)).status).toBe('LATE_CRYPTO_PAYMENT')
    expect(await post(`/merchants/orders/${id}/accept`)).toMatchObject({ status: 'PAID', receiveAmount: '49.9' })
  })

  test('is cancelled only while nothing has come', async () => {
    const [one, other] = [await makeOrder(), await makeOrder()]
    expect((await post(`/merchants/orders/${one.id}/cancel`)).status).toBe('CANCELLED')
    expect((await post(`/merchants/orders/${one.id}/cancel`)).errorCode).toBe('MER_3')
    minutes(30)
    expect((await orderNow(one.id)).status).toBe('CANCELLED')
    const third = await makeOrder()
    caller.control.orders.receive(third.id, '0.0001')
    const { status, body } = await caller.post(`/merchants/orders/${third.id}/cancel`, {})
    expect([status, body.errorCode]).toEqual([400, 'MER_3'])
    expect((await orderNow(other.id)).status).toBe('EXPIRED')
  })

  test('of the history that is under way leaves its way when it is cancelled', async () => {
    const { data } = await get(`/merchants/orders?projectId=${projects.books}&status=NEW`)
    for (const { id } of data) await post(`/merchants/orders/${id}/cancel`)
    minutes(1440)
    for (const { id } of data) expect((await orderNow(id)).status).toBe('CANCELLED')
  })

  test('can be put into any status at once, and stays there', async () => {
    for (const status of ['FAILED', 'INVALID_PAYMENT', 'REJECTED', 'TEST', 'PENDING', 'UNDERPAID'] as const) {
      const { id } = await makeOrder()
      caller.control.orders.move(id, status)
      expect((await orderNow(id)).status).toBe(status)
      minutes(60)
      expect((await orderNow(id)).status).toBe(status)
    }
  })

  test('moved to paid is credited, once', async () => {
    const { id } = await makeOrder()
    const { balance } = await accountIn('EUR')
    for (const status of ['PAID', 'PROCESSING_REFUND', 'PAID'] as const) caller.control.orders.move(id, status)
    expect(compare((await accountIn('EUR')).balance, add(balance, '49.90'))).toBe(0)
  })

  test('of a test project ends by itself, as the project says, and moves no money', async () => {
    const { accountId } = await accountIn('GBP')
    const pound = { projectId: projects.staging, receiveAmount: 20, receiveCurrencyCode: 'GBP' }
    const first = await makeOrder(pound)
    caller.control.clock.advance(0)
    expect((await orderNow(first.id)).status).toBe('TEST')
    minutes(1)
    expect((await orderNow(first.id)).status).toBe('TEST_PAID')
    await send('PATCH', `/merchants/projects/${projects.staging}`, { testStatus: 'EXPIRED' })
    const second = await makeOrder(pound)
    minutes(15)
    expect((await orderNow(second.id)).status).toBe('TEST_EXPIRED')
    expect((await get(`/accounts/${accountId}/transactions?type=MERCHANT_ORDER`)).totalCount).toBe('0')
    expect((await get(`/merchants/transactions?projectId=${projects.staging}`)).totalCount).toBe('0')
  })

  test('of a test project is opened by a payer that is made up, if nobody else does', async () => {
    const ask = { projectId: projects.staging, receiveAmount: 20, receiveCurrencyCode: 'GBP' }
    const { preOrderId } = await post('/merchants/orders/create', ask)
    const orders = () => get(`/merchants/orders?projectId=${projects.staging}&preOrderId=${preOrderId}`)
    caller.control.clock.advance(9_999)
    expect((await orders()).totalCount).toBe('0')
    caller.control.clock.advance(1)
    expect((await orders()).data).toMatchObject([{ status: 'TEST' }])
    minutes(1)
    expect((await orders()).data).toMatchObject([{ status: 'TEST_PAID' }])
  })
})

describe('an order paid from an account', () => {
  test('takes the amount in the coin that was picked and is paid at once', async () => {
    const { id, payAmount } = await makeOrder()
    const [bitcoin, euro] = [await accountIn('BTC'), await accountIn('EUR')]
    const { status, body } = await caller.post(`/merchants/orders/${id}/pay`, { payCurrencyCode: 'BTC' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: 'PAID', payAmount, receivedAmount: payAmount, payNetworkCode: null })
    expect(compare((await accountIn('BTC')).balance, subtract(bitcoin.balance, payAmount))).toBe(0)
    expect(compare((await accountIn('EUR')).balance, add(euro.balance, '49.90'))).toBe(0)
    const { data } = await get(`/accounts/${bitcoin.accountId}/transactions?size=1`)
    expect(data).toMatchObject([{ type: 'MERCHANT_ORDER', amount: `-${payAmount}`, referenceId: id }])
    expect((await post(`/merchants/orders/${id}/pay`, { payCurrencyCode: 'BTC' })).errorCode).toBe('MER_3')
  })

  test('takes the price itself from an account of the merchant’s currency', async () => {
    const { id } = await makeOrder()
    const { accountId } = await accountIn('EUR')
    const paid = await post(`/merchants/orders/${id}/pay`, { accountId })
    expect(paid).toMatchObject({ status: 'PAID', payCurrencyCode: 'EUR', payAmount: '49.9' })
    expect(await get(`/merchants/transactions?projectId=${projects.books}&orderId=${id}`)).toMatchObject({
      data: [{ type: 'SETTLEMENT' }, { type: 'FEE' }, { type: 'DEPOSIT', networkCode: null, transactionHash: null }],
    })
  })

  test.each([
    ['GEN_4', 400, {}],
    ['GEN_8', 400, { accountId: 'none' }],
    ['GEN_8', 400, { payCurrencyCode: 'btc' }],
    ['ACC_2', 404, { payCurrencyCode: 'LTC' }],
    ['CUR_1', 400, { payCurrencyCode: 'USD' }],
    ['ACC_1', 400, { payCurrencyCode: 'BTC' }],
  ])('is refused with %s (%i) for %j', async (errorCode, status, from) => {
    const dear = errorCode === 'ACC_1' ? { receiveAmount: '9000000' } : {}
    const { id } = await makeOrder(dear)
    const before = (await caller.get('/accounts')).text
    const answer = await caller.post(`/merchants/orders/${id}/pay`, from)
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode])
    expect((await orderNow(id)).status).toBe('NEW')
    expect((await caller.get('/accounts')).text).toBe(before)
  })
})

describe('the transactions of a project', () => {
  const of = async (id: string): Promise<Body[]> =>
    (await get(`/merchants/transactions?projectId=${projects.books}&orderId=${id}`)).data

  test('tell what came in, what it cost, what it became and what was paid out', async () => {
    const { id, payAmount } = await makeOrder()
    caller.control.orders.receive(id)
    expect(await of(id)).toEqual([])
    caller.control.clock.advance(30_000)
    const [settlement, conversion, fee, deposit, ...others] = await of(id)
    expect(others).toEqual([])
    expect(deposit).toEqual({
      id: expect.any(String),
      projectId: projects.books,
      orderId: id,
      type: 'DEPOSIT',
      amount: payAmount,
      currencyCode: 'BTC',
      networkCode: 'BTC',
      transactionHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      feeAmount: fee?.amount,
      feeCurrencyCode: 'BTC',
      status: 'COMPLETED',
      createdAt: expect.any(String),
    })
    const [whole, part] = [payAmount, fee?.amount].map((text) => Math.round(Number(text) * 1e8))
    expect(part).toBe(Math.floor((whole ?? 0) / 100))
    expect(conversion).toMatchObject({ type: 'CONVERSION', amount: '49.9', currencyCode: 'EUR', feeAmount: null })
    expect(settlement).toMatchObject({ type: 'SETTLEMENT', amount: '49.9', currencyCode: 'EUR' })
    expect(await get(`/merchants/transactions/${deposit?.id}`)).toEqual(deposit)
  })

  test('tell of refunds, from their beginning to their end', async () => {
    for (const [ending, status] of [
      ['REFUNDED', 'COMPLETED'],
      ['REJECTED_REFUND', 'FAILED'],
    ] as const) {
      const { id, payAmount } = await makeOrder()
      caller.control.orders.move(id, 'PROCESSING_REFUND')
      expect(await of(id)).toMatchObject([
        { type: 'REFUND', amount: payAmount, status: 'PENDING' },
        { type: 'DEPOSIT' },
      ])
      caller.control.orders.move(id, ending)
      expect(await of(id)).toMatchObject([{ type: 'REFUND', amount: payAmount, status }, { type: 'DEPOSIT' }])
    }
  })

  test('are filtered by currency and date, in pages', async () => {
    const path = `/merchants/transactions?projectId=${projects.books}`
    const [all, euros] = [await get(path), await get(`${path}&currencyCode=EUR&size=2`)]
    expect(all.data).toHaveLength(25)
    expect(euros.data.map(({ currencyCode }: Body) => currencyCode)).toEqual(['EUR', 'EUR'])
    expect(Number(euros.totalCount)).toBeLessThan(Number(all.totalCount))
    const dates = all.data.map(({ createdAt }: Body) => createdAt)
    expect(dates).toEqual(dates.toSorted().toReversed())
    expect((await get(`${path}&dateFrom=2099-01-01`)).totalCount).toBe('0')
    expect((await get(`${path}&currencyCode=eur`)).errorCode).toBe('GEN_8')
    expect((await caller.get('/merchants/transactions/none')).status).toBe(404)
  })
})

describe('the seeded merchant', () => {
  async function all(path: string): Promise<Body[]> {
    const first = await get(`${path}&size=100`)
    const pages = Math.ceil(Number(first.totalCount) / 100)
    const rest = await Promise.all(
      Array.from({ length: pages - 1 }, (_, index) => get(`${path}&size=100&page=${index + 2}`)),
    )
    return [first, ...rest].flatMap(({ data }) => data)
  }

  test('has a preorder behind each order, with the same words and money', async () => {
    for (const projectId of [projects.books, projects.coffee, projects.staging]) {
      const preorders = new Map((await all(`/merchants/preorders?projectId=${projectId}`)).map((row) => [row.id, row]))
      const orders = await all(`/merchants/orders?projectId=${projectId}`)
      expect(orders.length).toBeGreaterThan(2)
      const counts = new Map<string, number>()
      for (const { merchantPreOrderId, description, receiveAmount, receiveCurrencyCode } of orders) {
        expect(preorders.get(merchantPreOrderId)).toMatchObject({ description, receiveAmount, receiveCurrencyCode })
        counts.set(merchantPreOrderId, (counts.get(merchantPreOrderId) ?? 0) + 1)
      }
      for (const { id, orderCount } of preorders.values()) expect(Number(orderCount)).toBe(counts.get(id) ?? 0)
      expect(new Set(orders.map(({ orderId }) => orderId)).size).toBe(orders.length)
    }
  })

  test('has one preorder with several orders, and some that nobody has opened', async () => {
    const preorders = await all(`/merchants/preorders?projectId=${projects.books}`)
    const several = preorders.filter(({ isMultiple, orderCount }) => isMultiple && orderCount !== '0')
    expect(several).toMatchObject([{ orderId: '7055', validUntil: null, orderCount: '4' }])
    const orders = await all(`/merchants/orders?projectId=${projects.books}&preOrderId=${several[0]?.id}`)
    expect(orders.map(({ orderId }) => orderId)).toEqual(['Pre-7055-3', 'Pre-7055-2', 'Pre-7055-1', '7055'])
    const unopened = preorders.filter(({ orderCount }) => orderCount === '0')
    expect(unopened.map(({ orderId, isMultiple }) => [orderId, isMultiple])).toEqual([
      ['8003', false],
      ['8002', true],
      ['8004', false],
    ])
  })

  test('has what each paid order brought in, to the account that it went to', async () => {
    const settled = (await all(`/merchants/transactions?projectId=${projects.books}&currencyCode=EUR`)).filter(
      ({ type }) => type === 'SETTLEMENT',
    )
    const paid = await all(`/merchants/orders?projectId=${projects.books}&status=PAID`)
    expect(settled.map(({ orderId, amount }) => `${orderId} ${amount}`).toSorted()).toEqual(
      paid.map(({ id, receiveAmount }) => `${id} ${receiveAmount}`).toSorted(),
    )
    for (const projectId of [projects.books, projects.coffee]) {
      const rows = await all(`/merchants/transactions?projectId=${projectId}`)
      const converts = projectId === projects.books
      expect(rows.some(({ type }) => type === 'CONVERSION')).toBe(converts)
      const refunds = new Set(rows.filter(({ type }) => type === 'REFUND').map(({ status }) => status))
      expect(refunds).toEqual(new Set(['PENDING', 'COMPLETED', 'FAILED']))
    }
  })

  test('has told the shop of each change, and a few times in vain', async () => {
    const rows = [
      ...(await all(`/merchants/callbacks?projectId=${projects.books}`)),
      ...(await all(`/merchants/callbacks?projectId=${projects.coffee}`)),
    ]
    const failed = rows.filter(({ status }) => status === 'FAILED')
    expect(failed.length).toBeGreaterThan(2)
    expect(failed.length).toBeLessThan(rows.length / 20)
    expect(failed[0]).toMatchObject({ httpStatus: '500', attempts: '6', nextAttemptAt: null })
    for (const { status, url } of rows) {
      expect(['SENT', 'FAILED']).toContain(status)
      expect(url).toMatch(/^https:\/\/shop\.example\.com\//)
    }
    const [{ id: orderId }] = (await get(`/merchants/orders?projectId=${projects.books}&status=PAID&size=1`)).data
    const ofOne = await get(`/merchants/callbacks?projectId=${projects.books}&orderId=${orderId}`)
    expect(ofOne.data[0]).toMatchObject({ orderId, orderStatus: 'PAID', status: 'SENT', responseBody: '*ok*' })
    expect((await get(`/merchants/callbacks/${ofOne.data[0].id}`)).orderStatus).toBe('PAID')
    expect((await caller.get('/merchants/callbacks/none')).status).toBe(404)
  })
})

describe('the endpoints of the merchant', () => {
  test.each([
    ['GET', '/merchants/projects', 'merchants-projects:read'],
    ['GET', '/merchants/projects/x', 'merchants-projects:read'],
    ['POST', '/merchants/projects', 'merchants-projects:create'],
    ['PUT', '/merchants/projects/x', 'merchants-projects:write'],
    ['PATCH', '/merchants/projects/x', 'merchants-projects:write'],
    ['GET', '/merchants/preorders', 'merchants-preorders:read'],
    ['GET', '/merchants/preorders/x', 'merchants-preorders:read'],
    ['POST', '/merchants/preorders', 'merchants-preorders:create'],
    ['GET', '/merchants/orders', 'merchants-orders:read'],
    ['GET', '/merchants/orders/x', 'merchants-orders:read'],
    ['POST', '/merchants/orders', 'merchants-orders:create'],
    ['POST', '/merchants/orders/create', 'merchants-orders:create'],
    ['POST', '/merchants/orders/x/cancel', 'merchants-orders:cancel'],
    ['POST', '/merchants/orders/x/pay', 'merchants-orders:pay'],
    ['POST', '/merchants/orders/x/accept', 'merchants-orders:pay'],
    ['POST', '/merchants/orders/x/callback', 'merchants-orders:callback'],
    ['GET', '/merchants/callbacks', 'merchants-callbacks:read'],
    ['GET', '/merchants/callbacks/x', 'merchants-callbacks:read'],
    ['GET', '/merchants/transactions', 'merchants-transactions:read'],
    ['GET', '/merchants/transactions/x', 'merchants-transactions:read'],
  ])('%s %s asks for %s', async (method, path, scope) => {
    const status = async (scopes: readonly string[]): Promise<number> => {
      const headers = { authorization: `Bearer ${caller.control.tokens.create(scopes)}` }
      return (await fetch(caller.sandbox.url + path, { method, headers })).status
    }
    expect(await status(allScopes.filter((other) => other !== scope))).toBe(403)
    expect([400, 404, 200]).toContain(await status([scope]))
  })

  test('give lists and ids in the other forms that a reader must bear', async () => {
    caller.control.formats.set({ lists: 'name', ids: 'numbers', dates: 'epoch' })
    const { projects: rows } = await get('/merchants/projects')
    const { id } = rows.find(({ name }: Body) => name === 'Harbour Books')
    expect(id).toMatch(/^\d{15,}$/)
    const made = await post('/merchants/preorders', { projectId: id, ...price })
    expect(made).toMatchObject({ projectId: id, createdAt: String(caller.control.clock.now().getTime()) })
    for (const list of ['preorders', 'orders', 'callbacks', 'transactions']) {
      expect((await get(`/merchants/${list}?projectId=${id}&size=1`))[list]).toHaveLength(1)
    }
    const order = await post('/merchants/orders', { preOrderId: made.id, payCurrencyCode: 'BTC' })
    expect(order.merchantPreOrderId).toBe(made.id)
    expect((await orderNow(order.id)).id).toBe(order.id)
  })
})
