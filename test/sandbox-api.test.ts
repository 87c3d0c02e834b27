// The sandbox's manners: tokens and scopes, errors, paging, the forms of amounts and lists, the rate limit.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, startCaller } from './sandbox/caller.ts'

let caller: Caller
beforeAll(async () => {
  caller = await startCaller()
})
afterEach(() => caller.control.reset())
afterAll(() => caller.sandbox.close())

describe('the token endpoint', () => {
  test('gives a token with its lifetime and all 34 scopes', async () => {
    const { status, body } = await caller.token()
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: '3600' })
    expect(body.scope.split(' ')).toHaveLength(34)
    expect((await caller.get('/accounts', body.access_token)).status).toBe(200)
  })

  test('answers wrong credentials with 401, missing ones with 400 and another method with 405', async () => {
    expect((await caller.token('sandbox', 'wrong')).status).toBe(401)
    expect((await caller.token('wrong', 'sandbox-secret')).status).toBe(401)
    const refused = await caller.token('', '')
    expect(refused.status).toBe(400)
    expect(refused.body).toEqual({ error: 'invalid_client' })
    expect((await caller.get('/oauth/token')).status).toBe(405)
  })

  test('takes a form only, and the one grant type only', async () => {
    const fields = { grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox-secret' }
    expect((await caller.post('/oauth/token', fields)).status).toBe(400)
    const form = new URLSearchParams({ ...fields, grant_type: 'password' }).toString()
    const { status, body } = await caller.post('/oauth/token', form, 'application/x-www-form-urlencoded')
    expect([status, body]).toEqual([400, { error: 'unsupported_grant_type' }])
  })
})

describe('a token', () => {
  test('ends with its lifetime', async () => {
    const token = (await caller.token()).body.access_token
    caller.control.clock.advance(3_599_000)
    expect((await caller.get('/accounts', token)).status).toBe(200)
    caller.control.clock.advance(1_001)
    const { status, body } = await caller.get('/accounts', token)
    expect(status).toBe(401)
    expect(body).toMatchObject({ errorCode: 'GEN_2', key: 'unauthorized', category: 'security' })
  })

  test('is needed on private endpoints and ignored, even a bad one, on public ones', async () => {
    expect((await caller.get('/accounts', null)).status).toBe(401)
    expect((await caller.get('/accounts', 'unknown')).status).toBe(401)
    expect((await caller.get('/currencies', null)).status).toBe(200)
    expect((await caller.get('/currencies/rates', 'unknown')).status).toBe(200)
  })

  test('without the scope of an endpoint gets 403 and GEN_3', async () => {
    const { clientId, clientSecret } = caller.control.credentials.create(['account:read'])
    const { body: grant } = await caller.token(clientId, clientSecret)
    expect(grant.scope).toBe('account:read')
    expect((await caller.get('/accounts', grant.access_token)).status).toBe(200)
    const { status, body } = await caller.get('/exchanges', grant.access_token)
    expect(status).toBe(403)
    expect(body).toMatchObject({ errorCode: 'GEN_3', key: 'access_denied', category: 'security' })
  })

  test('can be revoked', async () => {
    caller.control.tokens.revoke()
    expect((await caller.get('/accounts')).status).toBe(401)
  })
})

describe('an error', () => {
  test('has the documented full form', async () => {
    const { status, body, headers } = await caller.get('/accounts/none')
    expect(status).toBe(404)
    expect(headers.get('content-type')).toContain('application/json')
    expect(body).toEqual({
      errorCode: 'GEN_8',
      category: 'validation',
      key: 'entity_not_found',
      defaultMessage: expect.any(String),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      traceId: expect.stringMatching(/^[0-9a-f]{16}$/),
      errorParameters: [{ key: 'Id', value: 'none' }],
    })
  })

  test('has the short form on demand', async () => {
    caller.control.formats.set({ errors: 'short' })
    const { body } = await caller.get('/accounts/none')
    expect(Object.keys(body).sort()).toEqual(['defaultMessage', 'errorCode', 'spanId', 'traceId'])
    expect(body.errorCode).toMatch(/^GEN_8 - /)
  })

  test('is 422 for broken JSON, 400 for a missing field, 404 for no such path, 405 for the wrong method', async () => {
    const broken = await caller.post('/exchanges', '{"payAmount": 1')
    expect([broken.status, broken.body.errorCode]).toEqual([422, 'GEN_6'])
    const missing = await caller.post('/exchanges', {})
    expect([missing.status, missing.body.errorCode]).toEqual([400, 'GEN_4'])
    expect(missing.body.errorParameters).toEqual([{ key: 'payAmount', value: '' }])
    expect((await caller.get('/nothing')).status).toBe(404)
    const wrong = await caller.post('/accounts', {})
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET'])
  })

  test('is 404 for a lower-case currency in the path and 400 in the query', async () => {
    expect((await caller.get('/currencies/btc')).status).toBe(404)
    expect((await caller.get('/currencies/wBTC')).status).toBe(200)
    expect((await caller.get('/exchanges?payCurrencyCode=btc')).status).toBe(400)
  })
})

describe('a list in pages', () => {
  const transactions = async (query: string) => {
    const [{ accountId }] = (await caller.get('/accounts?currencyCode=EUR')).body
    return caller.get(`/accounts/${accountId}/transactions?${query}`)
  }
  const ids = async (query: string) =>
    (await transactions(query)).body.data.map(({ transactionId }: { transactionId: string }) => transactionId)

  test('starts at page 1 with 25 rows, the newest first', async () => {
    const { body } = await transactions('')
    expect(body).toMatchObject({ page: '1', size: '25' })
    expect(body.data).toHaveLength(25)
    const dates = body.data.map(({ date }: { date: string }) => date)
    expect(dates).toEqual(dates.toSorted().reverse())
  })

  test('goes on without a gap and ends with an empty page', async () => {
    const all = await ids('size=100')
    const parts = await Promise.all([1, 2, 3, 4].map((page) => ids(`size=25&page=${page}`)))
    expect(parts.flat()).toEqual(all)
    const beyond = await transactions('page=999')
    expect(beyond.body.data).toEqual([])
    expect(Number(beyond.body.totalCount)).toBeGreaterThan(100)
  })

  test.each(['page=0', 'page=-1', 'page=x', 'size=0', 'size=101', 'size=1.5'])('refuses %s', async (query) => {
    const { status, body } = await transactions(query)
    expect([status, body.errorCode]).toEqual([400, 'GEN_5'])
  })

  test('is filtered by type, status and a range of dates that leaves its end out', async () => {
    const { body } = await transactions('type=EXCHANGE&status=PROCESSED&size=3')
    expect(body.data.every(({ type }: { type: string }) => type === 'EXCHANGE')).toBe(true)
    const [first, , third] = body.data
    const range = `type=EXCHANGE&dateFrom=${third.date}&dateTo=${first.date}`
    expect(await ids(range)).toEqual(
      body.data.slice(1).map(({ transactionId }: { transactionId: string }) => transactionId),
    )
    expect((await transactions('status=DONE')).status).toBe(400)
    expect((await transactions('dateFrom=yesterday')).status).toBe(400)
    expect((await transactions('unknown=1')).status).toBe(200)
  })

  test('knows one transaction by its number, which both sides of an exchange share', async () => {
    const { body } = await transactions('type=EXCHANGE&size=1')
    const [{ transactionId, accountId, referenceId }] = body.data
    expect((await caller.get(`/accounts/${accountId}/transactions/${transactionId}`)).body).toEqual(body.data[0])
    const exchange = (await caller.get(`/exchanges/${referenceId}`)).body
    const other = exchange.payAccountId === accountId ? exchange.receiveAccountId : exchange.payAccountId
    expect((await caller.get(`/accounts/${other}/transactions/${transactionId}`)).body.accountId).toBe(other)
  })

  test('of orders needs a project', async () => {
    expect((await caller.get('/merchants/orders')).body.errorCode).toBe('GEN_4')
    expect((await caller.get('/merchants/orders?projectId=none')).body.errorCode).toBe('MER_2')
  })
})

describe('the form of an answer', () => {
  test('reads an id from a percent-encoded path and prefers words to ids', async () => {
    const [{ accountId }] = (await caller.get('/accounts')).body
    expect((await caller.get(`/accounts/${accountId.replaceAll('-', '%2D')}`)).status).toBe(200)
    expect(Array.isArray((await caller.get('/exchanges/pairs')).body)).toBe(true)
    expect(Array.isArray((await caller.get('/exchanges/pairs/ids')).body)).toBe(true)
  })

  test('has amounts as numbers, or as strings of the same digits', async () => {
    caller.control.clock.freeze()
    const numbers = await caller.get('/accounts')
    expect(numbers.text).toMatch(/"balance":\d+\.\d{18},/)
    caller.control.formats.set({ amounts: 'strings' })
    const strings = await caller.get('/accounts')
    expect(strings.text).toMatch(/"balance":"\d+\.\d{18}",/)
    expect(strings.body).toEqual(numbers.body)
  })

  test('has ids as numbers on demand, beyond a float, and takes them back', async () => {
    caller.control.formats.set({ ids: 'numbers' })
    const { text, body } = await caller.get('/accounts')
    expect(text).toMatch(/"accountId":\d{15,},/)
    const { accountId } = body[0]
    expect((await caller.get(`/accounts/${accountId}`)).body).toEqual(body[0])
    expect((await caller.get(`/accounts/${accountId}/transactions`)).status).toBe(200)
  })

  test('has dates as epoch milliseconds on demand', async () => {
    const iso = (await caller.get('/exchanges?size=1')).body.data[0].createdAt
    expect(iso).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
    caller.control.formats.set({ dates: 'epoch' })
    expect((await caller.get('/exchanges?size=1')).body.data[0].createdAt).toBe(String(Date.parse(iso)))
  })

  test('has lists wrapped or bare on demand', async () => {
    for (const [lists, word] of Object.entries({
      data: 'data',
      content: 'content',
      items: 'items',
      name: 'accounts',
    })) {
      caller.control.formats.set({ lists: lists as 'data' })
      expect((await caller.get('/accounts')).body[word]).toHaveLength(14)
    }
    caller.control.formats.set({ lists: 'content' })
    expect((await caller.get('/exchanges')).body).toMatchObject({ totalElements: '386' })
    caller.control.formats.set({ lists: 'bare' })
    expect((await caller.get('/exchanges')).body).toHaveLength(25)
  })
})

describe('the rate limit', () => {
  test('answers 429 with GEN_7 and the whole seconds to wait, and relents after them', async () => {
    caller.control.clock.freeze()
    caller.control.limits.set({ callsPerMinute: 12, burst: 2 })
    expect((await caller.get('/accounts')).status).toBe(200)
    expect((await caller.get('/accounts')).status).toBe(200)
    const { status, headers, body } = await caller.get('/accounts')
    expect([status, headers.get('retry-after'), body.errorCode]).toEqual([429, '5', 'GEN_7'])
    caller.control.clock.advance(4999)
    expect((await caller.get('/accounts')).status).toBe(429)
    caller.control.clock.advance(1)
    expect((await caller.get('/accounts')).status).toBe(200)
  })

  test('counts each client by itself, and public calls by where they come from', async () => {
    caller.control.clock.freeze()
    caller.control.limits.set({ callsPerMinute: 60, burst: 1 })
    const { clientId, clientSecret } = caller.control.credentials.create()
    const token = (await caller.token(clientId, clientSecret)).body.access_token
    expect((await caller.get('/accounts', token)).status).toBe(200)
    expect((await caller.get('/accounts')).status).toBe(200)
    expect((await caller.get('/accounts', token)).status).toBe(429)
    expect((await caller.get('/currencies')).status).toBe(429)
  })

  test('can leave out when to come back, and lets 600 calls through unless told otherwise', async () => {
    caller.control.limits.set({ burst: 0, retryAfter: false })
    const { status, headers } = await caller.get('/accounts')
    expect([status, headers.get('retry-after')]).toEqual([429, null])
    caller.control.reset()
    const statuses = await Promise.all(Array.from({ length: 600 }, async () => (await caller.get('/accounts')).status))
    expect(new Set(statuses)).toEqual(new Set([200]))
  })
})
