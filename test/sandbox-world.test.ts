// The sandbox's world: books that balance, the same at each start, and everything in it that an explorer should find.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../src/sandbox/random.ts'
import { createWorld } from '../src/sandbox/world.ts'
import { type Caller, startCaller } from './sandbox/caller.ts'

const statuses = (
  'NEW PENDING PAID FAILED EXPIRED TEST LATE_CRYPTO_PAYMENT PARTIAL_PAYMENT UNDERPAID CANCELLED INVALID_PAYMENT ' +
  'TEST_PAID TEST_EXPIRED PROCESSING_REFUND REFUNDED REJECTED_REFUND PENDING_LATE_CRYPTO_PAYMENT REJECTED'
).split(' ')
const types =
  'EXCHANGE DEPOSIT CRYPTO_DEPOSIT WITHDRAWAL CRYPTO_WITHDRAWAL MERCHANT_ORDER GIFT_CARD VOUCHER FEE OTHER'.split(' ')

// Where the things behind the transactions are, and which of their fields a transaction repeats.
type Place = { readonly path: string; readonly amount?: string; readonly currency?: string; readonly date?: string }
const withdrawal = { amount: 'withdrawAmount' }
const placesOf: Readonly<Record<string, readonly Place[]>> = {
  EXCHANGE: [{ path: '/exchanges' }],
  DEPOSIT: [{ path: '/deposits', amount: 'receiveAmount', date: 'updatedAt' }],
  CRYPTO_DEPOSIT: [{ path: '/deposits/crypto', amount: 'amount', date: 'updatedAt' }],
  WITHDRAWAL: ['bank', 'e-wallet', 'with-exchange'].map((kind) => ({ path: `/withdrawals/${kind}`, ...withdrawal })),
  CRYPTO_WITHDRAWAL: [{ path: '/withdrawals/crypto', ...withdrawal }],
  MERCHANT_ORDER: [{ path: '/merchants/orders' }],
  GIFT_CARD: [{ path: '/purchases/gift-cards', amount: 'payAmount', currency: 'payCurrencyCode' }],
  VOUCHER: [{ path: '/withdrawals/voucher', ...withdrawal }],
}

describe('the seeded world', () => {
  let caller: Caller
  beforeAll(async () => {
    caller = await startCaller({ callsPerMinute: 100_000 })
    caller.control.clock.freeze()
  })
  afterAll(() => caller.sandbox.close())

  test('has 2,000 transactions over 14 accounts, with all of the ten types', async () => {
    const accounts = (await caller.get('/accounts')).body
    expect(accounts).toHaveLength(14)
    let total = 0
    const counted = new Map<string, number>()
    for (const { accountId } of accounts) {
      total += Number((await caller.get(`/accounts/${accountId}/transactions`)).body.totalCount)
      for (const type of types) {
        const { body } = await caller.get(`/accounts/${accountId}/transactions?type=${type}&size=1`)
        counted.set(type, (counted.get(type) ?? 0) + Number(body.totalCount))
      }
    }
    expect(total).toBe(2000)
    expect([...counted.values()].every((count) => count > 0)).toBe(true)
    expect([...counted.values()].reduce((sum, count) => sum + count)).toBe(2000)
  })

  test('has books that sum to zero in each currency', () => {
    expect(caller.control.ledger.problems()).toEqual([])
  })

  test('shows balances that are positive and equal the balance after the newest transaction', async () => {
    for (const account of (await caller.get('/accounts')).body) {
      expect(account.balance).toMatch(/^[0-9.]*[1-9][0-9.]*$/)
      const { body } = await caller.get(`/accounts/${account.accountId}/transactions?size=1`)
      expect(body.data[0].balanceAfter).toBe(account.balance)
    }
  })

  test('has a dozen currencies and more, of scales 0 to 18, with odd codes and networks that need a memo', async () => {
    const currencies = (await caller.get('/currencies')).body
    const codes = currencies.map(({ code }: { code: string }) => code)
    expect(codes.length).toBeGreaterThanOrEqual(12)
    expect(codes).toEqual(expect.arrayContaining(['OP', 'RENDER', 'wBTC', '1INCH']))
    const scales = new Set(currencies.map(({ scale }: { scale: string }) => scale))
    expect([...scales]).toEqual(expect.arrayContaining(['0', '2', '6', '8', '18']))
    for (const code of ['XRP', 'XLM']) {
      expect((await caller.get(`/currencies/${code}`)).body.networks[0].memoRequired).toBe(true)
    }
  })

  test('has two projects with orders in each of the 18 statuses', async () => {
    const projects = (await caller.get('/merchants/projects')).body.data
    const complete = []
    for (const { id } of projects) {
      const found = await Promise.all(
        statuses.map((status) => caller.get(`/merchants/orders?projectId=${id}&status=${status}&size=1`)),
      )
      if (found.every(({ body }) => body.data[0] !== undefined)) complete.push(id)
    }
    expect(complete).toHaveLength(2)
  })

  test('has withdrawals and exchanges in each of their statuses', async () => {
    for (const status of ['NEW', 'PENDING', 'PAID', 'FAILED', 'CANCELLED']) {
      expect((await caller.get(`/withdrawals/crypto?status=${status}`)).body.data[0].status).toBe(status)
    }
    for (const status of ['NEW', 'PENDING', 'PAID', 'FAILED']) {
      expect((await caller.get(`/exchanges?status=${status}`)).body.data[0].status).toBe(status)
    }
  })

  test('has something behind each reference of its transactions, which agrees in amount, currency and date', async () => {
    type Row = { type: string; amount: string; referenceId?: string; date: string; status: string }
    const seen = new Map<string, number>()
    for (const { accountId, currencyCode } of (await caller.get('/accounts')).body) {
      const { body } = await caller.get(`/accounts/${accountId}/transactions?size=100`)
      for (const { type, amount, referenceId, date, status } of body.data as Row[]) {
        const places = placesOf[type] ?? []
        expect(referenceId === undefined, type).toBe(places.length === 0)
        const found = await Promise.all(places.map(({ path }) => caller.get(`${path}/${referenceId}`)))
        const index = found.findIndex((answer) => answer.status === 200)
        expect(index >= 0, `${type} ${referenceId}`).toBe(places.length > 0)
        const [place, thing] = [places[index], found[index]?.body]
        if (place?.amount === undefined) continue
        seen.set(place.path, (seen.get(place.path) ?? 0) + 1)
        expect(amount.replace('-', ''), `${type} ${referenceId}`).toBe(thing[place.amount])
        expect(thing[place.currency ?? 'currencyCode']).toBe(currencyCode)
        if (status === 'PROCESSED' && thing.status !== 'FAILED' && thing.status !== 'CANCELLED') {
          expect(thing[place.date ?? 'createdAt'], `${type} ${referenceId}`).toBe(date)
        }
      }
    }
    expect([...seen.keys()].sort()).toEqual(
      Object.values(placesOf)
        .flat()
        .filter(({ amount }) => amount !== undefined)
        .map(({ path }) => path)
        .sort(),
    )
  })

  test('has ether amounts with all of their 18 places', async () => {
    const [{ accountId }] = (await caller.get('/accounts?currencyCode=ETH')).body
    const { text } = await caller.get(`/accounts/${accountId}/transactions?size=100`)
    expect(text).toMatch(/"amount":-?\d+\.\d{18}[,}]/)
  })
})

describe('a seed', () => {
  const summary = (seed: string, startedAt: number) => {
    const world = createWorld({ seed, startedAt, tickMs: 1000 })
    const { ledger, exchangeDesk, merchantBook, cryptoPayouts, fiatPayouts, giftCardShop } = world
    return [
      ledger.accounts().map(({ accountId, balance }) => `${accountId} ${balance}`),
      ledger.accounts().flatMap(({ transactions }) => transactions.map((row) => `${row.transactionId} ${row.amount}`)),
      exchangeDesk.exchanges.map(({ exchangeId, createdAt }) => `${exchangeId} ${startedAt - createdAt.getTime()}`),
      cryptoPayouts.withdrawals.map(({ id, status }) => `${id} ${status}`),
      merchantBook.orders.map(({ id, status }) => `${id} ${status}`),
      world.depositDesk.deposits.map(({ depositId, bankDetails }) => `${depositId} ${bankDetails?.iban}`),
      world.cryptoDesk.deposits.map(({ depositId, transactionHash }) => `${depositId} ${transactionHash}`),
      fiatPayouts.bank.withdrawals.map(({ id, details }) => `${id} ${details.iban}`),
      fiatPayouts.voucher.withdrawals.map(({ id, details }) => `${id} ${details.secret?.code}`),
      world.exchangingPayouts.withdrawals.map(({ id, payout }) => `${id} ${payout.id} ${payout.status}`),
      giftCardShop.purchases.map(({ id, payAmount, cards }) => `${id} ${payAmount} ${cards[0]?.code}`),
    ].flat()
  }
  const monday = Date.parse('2026-11-16T09:00:00.000Z')

  test('makes the same world at any start', () => {
    expect(summary('a', monday)).toEqual(summary('a', monday + 123_456_789))
  })

  test('makes another world than another seed', () => {
    expect(summary('a', monday)[0]).not.toBe(summary('b', monday)[0])
  })

  test('draws the same numbers from each stream, whoever else draws', () => {
    const [one, other] = [createRandom('a'), createRandom('a')]
    one.integer(10)
    expect(one.fork('x').uuid()).toBe(other.fork('x').uuid())
  })
})

describe('prices', () => {
  let caller: Caller
  beforeAll(async () => {
    caller = await startCaller({ callsPerMinute: 100_000 })
    caller.control.clock.freeze()
  })
  afterAll(() => caller.sandbox.close())
  const rates = async (base = 'EUR') => (await caller.get(`/currencies/rates?baseCurrencyCode=${base}`)).body
  type Rate = { currencyCode: string; rate: string }

  test('stand still with the clock and walk with it, some of them at each step', async () => {
    const before = await rates()
    expect(await rates()).toEqual(before)
    caller.control.clock.advance(1000)
    const after: Rate[] = await rates()
    const moved = after.filter(({ rate }, index) => rate !== before[index].rate)
    expect(moved.length).toBeGreaterThan(0)
    expect(moved.length).toBeLessThan(after.length)
  })

  test('walk without the clock on demand', async () => {
    const before = await rates()
    caller.control.prices.step(4)
    expect((await rates())[5].rate).not.toBe(before[5].rate)
  })

  test('come for all currencies but the base, tiny ones with at least six digits', async () => {
    const inBitcoin: Rate[] = await rates('BTC')
    expect(inBitcoin.map(({ currencyCode }) => currencyCode)).not.toContain('BTC')
    const tiny = inBitcoin.find(({ currencyCode }) => currencyCode === 'SHIB')?.rate ?? ''
    expect(tiny).toMatch(/^0\.0{6,}[1-9]\d{4,}$/)
  })

  test('can be held at a price, which the exchange then uses', async () => {
    caller.control.prices.set('BTC', '50000')
    const { body } = await caller.get('/currencies/rates?currencyCodes=BTC')
    expect(body).toMatchObject([{ currencyCode: 'BTC', baseCurrencyCode: 'EUR', rate: '50000' }])
    const quote = { payAmount: 100, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }
    expect((await caller.post('/exchanges/calculate', quote)).body).toMatchObject({
      rate: '0.00002',
      receiveAmount: '0.002',
    })
  })

  test('have a history that agrees with what was live, oldest first', async () => {
    const now = caller.control.clock.now()
    const next = new Date(Math.ceil((now.getTime() + 1) / 3_600_000) * 3_600_000)
    caller.control.clock.advance(next.getTime() - now.getTime())
    const live = (await caller.get('/currencies/rates?currencyCodes=ETH')).body[0].rate
    caller.control.clock.advance(3_600_000)
    const from = new Date(next.getTime() - 3_600_000).toISOString()
    const { body } = await caller.get(`/currencies/rates/history?currencyCode=ETH&interval=HOUR&dateFrom=${from}`)
    expect(body).toMatchObject({ currencyCode: 'ETH', baseCurrencyCode: 'EUR', interval: 'HOUR' })
    expect(body.rates).toHaveLength(2)
    expect(body.rates[1]).toEqual({ timestamp: next.toISOString(), rate: live })
  })

  test('refuse an unknown or lower-case base, and a history of more than 1,000 points', async () => {
    for (const base of ['btc', 'XXX']) {
      const { status, body } = await caller.get(`/currencies/rates?baseCurrencyCode=${base}`)
      expect(status).toBe(400)
      expect(body).toMatchObject({
        errorCode: 'GEN_8',
        key: 'entity_not_found',
        errorParameters: [{ key: 'Id', value: base }],
      })
    }
    const long = await caller.get('/currencies/rates/history?currencyCode=BTC&interval=HOUR&dateFrom=2020-01-01')
    expect(long.status).toBe(400)
    expect(long.body.errorCode).toBe('GEN_5')
  })
})
