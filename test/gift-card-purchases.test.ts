// Purchases of gift cards: starting one, paying for it once, and the cards, which nobody sees but their buyer.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { startSandboxGateway } from './support/gateway.ts'
import { giftCardPurchase, page, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'
import type { Reply } from './support/upstream.ts'

const START = 'POST /purchases/gift-cards'
const PAY = 'POST /purchases/gift-cards/{id}/pay'
const READ = 'GET /purchases/gift-cards/G1'

/** To be seen by whoever asks for the cards, and never in a log. */
const CARD = { code: 'AAAAA-BBBBB-CCCCC', pin: raw('90071992547409931'), url: null, expiresAt: null }
const SEEN = { code: 'AAAAA-BBBBB-CCCCC', pin: '90071992547409931', url: null, expiresAt: null }
const paid = (more: Row = {}): Row => giftCardPurchase({ status: 'PAID', cards: [CARD], ...more })

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({
    ...walletRoutes,
    [START]: { body: giftCardPurchase() },
    [PAY]: { body: paid() },
    [READ]: { body: paid() },
  })
})
afterEach(async () => {
  expect(gateway.log.join('')).not.toContain('AAAAA')
  expect(gateway.log.join('')).not.toContain('90071992547409931')
  gateway.check()
  await gateway.close()
})

const bodies = (path: string): unknown[] =>
  gateway.upstream.requests
    .filter((request) => request.method === 'POST' && request.path === path)
    .map(({ body }) => JSON.parse(body) as unknown)
const refuse = (errorCode: string, field = 'Id', status = 400): Reply => ({
  status,
  body: { errorCode, errorParameters: [{ key: field, value: 'v' }] },
})

describe('a purchase', () => {
  const read = async (row: Row): Promise<{ it: unknown; codes: unknown[] }> => {
    gateway.upstream.routes({ 'GET /purchases/gift-cards': { body: page(row) } })
    const { data, errors = [] } = await gateway.ask(`{
      giftCardPurchases { nodes {
        id status statusText giftCard { id } giftCardName quantity amount currencyCode payAmount payCode validUntil createdAt
        cards { code pin url expiresAt }
      } }
      rates { currencyCode }
    }`)
    expect(data.rates).toHaveLength(2)
    return { it: data.giftCardPurchases?.nodes[0] ?? null, codes: errors.map(({ extensions }) => extensions.code) }
  }

  test('is read whole, its cards among it, by one call', async () => {
    expect(
      await read(paid({ quantity: '2', cards: [CARD, { url: 'https://example.com/c', expiresAt: '2027-01-01' }] })),
    ).toEqual({
      it: {
        id: 'GiftCardPurchase:G1',
        status: 'PAID',
        statusText: 'PAID',
        giftCard: { id: 'GiftCard:steam-eur' },
        giftCardName: 'Steam EUR',
        quantity: 2,
        amount: '20',
        currencyCode: 'EUR',
        payAmount: '0.00024531',
        payCode: 'BTC',
        validUntil: '2026-11-22T11:20:00.000Z',
        createdAt: '2026-11-22T11:05:00.000Z',
        cards: [SEEN, { code: null, pin: null, url: 'https://example.com/c', expiresAt: '2027-01-01T00:00:00.000Z' }],
      },
      codes: [],
    })
    expect(gateway.upstream.count('GET /purchases/gift-cards/{id}')).toBe(0)
  })

  test('is read without what is optional, with a number for an id and an unknown word', async () => {
    const bare = { purchaseId: raw('9007199254740993'), status: 'SHIPPED', amount: '20.00', currencyCode: 'EUR' }
    expect(await read(bare)).toEqual({
      it: {
        id: 'GiftCardPurchase:9007199254740993',
        status: 'UNRECOGNIZED',
        statusText: 'SHIPPED',
        giftCard: null,
        giftCardName: null,
        quantity: null,
        amount: '20.00',
        currencyCode: 'EUR',
        payAmount: null,
        payCode: null,
        validUntil: null,
        createdAt: null,
        cards: null,
      },
      codes: [],
    })
  })

  test.each<[string, Row]>([
    ['before it is paid, whatever comes with it', giftCardPurchase({ status: 'PENDING', cards: [CARD] })],
    ['where there are none', paid({ cards: undefined })],
    ['where there are none yet', paid({ cards: [] })],
  ])('has null for cards %s', async (_when, row) => {
    expect(await read(row)).toMatchObject({ it: { cards: null }, codes: [] })
  })

  test.each([
    ['id', undefined],
    ['status', undefined],
    ['amount', 'much'],
    ['currencyCode', undefined],
    ['quantity', 1.5],
    ['payAmount', {}],
    ['validUntil', 'soon'],
    ['cards', 'AAAAA-BBBBB-CCCCC'],
    ['cards', ['AAAAA-BBBBB-CCCCC']],
    ['cards', [{ code: { value: 'AAAAA' } }]],
    ['cards', [{ code: 'AAAAA', expiresAt: 'AAAAA' }]],
  ])('whose %s is %j fails the list, takes no neighbour, and tells no secret', async (name, value) => {
    expect(await read(paid({ [name]: value }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
  })

  test('is read by its id, percent-encoded in the path', async () => {
    gateway.upstream.routes({ 'GET /purchases/gift-cards/{id}': { body: paid({ id: 'a b/ü%+' }) } })
    const { data } = await gateway.ask('{ giftCardPurchase(id: "GiftCardPurchase:a b/ü%+") { id cards { code } } }')
    expect(data).toEqual({ giftCardPurchase: { id: 'GiftCardPurchase:a b/ü%+', cards: [{ code: SEEN.code }] } })
    expect(gateway.upstream.requests.at(-1)?.path).toBe('/purchases/gift-cards/a%20b%2F%C3%BC%25%2B')
  })

  test('asks for one gift card once, without a token, and stands where the catalogue no longer has it', async () => {
    const rows = ['steam-eur', 'steam-eur', 'gone'].map((productId, id) => giftCardPurchase({ id, productId }))
    gateway.upstream.routes({ 'GET /purchases/gift-cards': { body: page(...rows) } })
    const { data, errors } = await gateway.ask('{ giftCardPurchases { nodes { giftCard { name } } } }')
    expect(errors).toBeUndefined()
    expect(data.giftCardPurchases.nodes.map(({ giftCard }: { giftCard: unknown }) => giftCard)).toEqual([
      { name: 'Steam EUR' },
      { name: 'Steam EUR' },
      null,
    ])
    expect(gateway.upstream.count('GET /gift-cards/steam-eur')).toBe(1)
    const sent = gateway.upstream.requests.filter(({ path }) => path.startsWith('/gift-cards'))
    for (const { headers } of sent) expect(headers.authorization).toBeUndefined()
  })
})

describe('starting a purchase', () => {
  const CREATE = `mutation ($input: CreateGiftCardPurchaseInput!) { createGiftCardPurchase(input: $input) {
    __typename ... on GiftCardPurchase { id status payAmount payCode validUntil } ... on InvalidInput { path upstreamCode }
  } }`
  const usual = { giftCardId: 'GiftCard:steam-eur', amount: { amount: '20.00', currency: 'EUR' }, payCode: 'BTC' }
  const create = (more: object = {}) => gateway.ask(CREATE, { input: { ...usual, ...more } })

  test('sends the face value digit for digit and one card unless told otherwise', async () => {
    const { data, errors } = await create()
    expect(errors).toBeUndefined()
    expect(data.createGiftCardPurchase).toEqual({
      __typename: 'GiftCardPurchase',
      id: 'GiftCardPurchase:G1',
      status: 'NEW',
      payAmount: '0.00024531',
      payCode: 'BTC',
      validUntil: '2026-11-22T11:20:00.000Z',
    })
    await create({ giftCardId: 'GiftCard:a b/ü%+', quantity: 100 })
    const sent = { productId: 'steam-eur', amount: '20.00', currencyCode: 'EUR', quantity: 1, payCurrencyCode: 'BTC' }
    expect(bodies('/purchases/gift-cards')).toEqual([sent, { ...sent, productId: 'a b/ü%+', quantity: 100 }])
  })

  test.each([
    ['GFT_1', 'productId', { __typename: 'InvalidInput', path: ['input', 'giftCardId'], upstreamCode: 'GFT_1' }],
    [
      'GEN_5',
      'currencyCode',
      { __typename: 'InvalidInput', path: ['input', 'amount', 'currency'], upstreamCode: 'GEN_5' },
    ],
    ['GEN_5', 'amount', { __typename: 'InvalidInput', path: ['input', 'amount', 'amount'], upstreamCode: 'GEN_5' }],
    ['GEN_5', 'quantity', { __typename: 'InvalidInput', path: ['input', 'quantity'], upstreamCode: 'GEN_5' }],
    ['GEN_8', 'payCurrencyCode', { __typename: 'InvalidInput', path: ['input', 'payCode'], upstreamCode: 'GEN_8' }],
    ['GFT_2', 'Id', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'GFT_2' }],
    ['AMT_2', 'amount', { __typename: 'AmountOutOfRange' }],
    ['AMT_3', 'amount', { __typename: 'AmountOutOfRange' }],
  ])('that is refused by %s about %s is its type', async (code, field, expected) => {
    gateway.upstream.routes({ [START]: refuse(code, field) })
    expect((await create()).data.createGiftCardPurchase).toEqual(expected)
  })

  test('gives no cards from its own answer: they are read', async () => {
    gateway.upstream.routes({ [START]: { body: paid({ cards: [{ code: 'AAAAA-of-the-start' }] }) } })
    const { data } = await gateway.ask(
      'mutation ($input: CreateGiftCardPurchaseInput!) { it: createGiftCardPurchase(input: $input) { ... on GiftCardPurchase { cards { code } } } }',
      { input: usual },
    )
    expect(data).toEqual({ it: { cards: [{ code: SEEN.code }] } })
    expect(gateway.upstream.count(READ)).toBe(1)
  })

  test('that may have been started is said so, and not sent again', async () => {
    gateway.upstream.routes({ [START]: { status: 500, body: '' } })
    const { errors } = await create()
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', outcome: 'UNKNOWN' })
    expect(gateway.upstream.count(START)).toBe(1)
  })

  test.each([
    ['giftCardId', 'GiftCardPurchase:1', 'input.giftCardId'],
    ['giftCardId', 'steam-eur', 'input.giftCardId'],
    ['amount', { amount: '0.00', currency: 'EUR' }, 'input.amount.amount'],
    ['amount', { amount: '-1', currency: 'EUR' }, 'input.amount.amount'],
    ['amount', { amount: '1', currency: 'eur' }, 'input.amount.currency'],
    ['quantity', 0, 'input.quantity'],
    ['quantity', -1, 'input.quantity'],
    ['quantity', 101, 'input.quantity'],
    ['payCode', '', 'input.payCode'],
  ])('with the %s %j is refused by its path, and nothing is sent', async (name, value, argument) => {
    const { errors } = await create({ [name]: value })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(gateway.upstream.requests).toEqual([])
  })
})

describe('paying for a purchase', () => {
  const fields = `__typename
    ... on GiftCardPurchase { id status }
    ... on InvalidInput { path upstreamCode }
    ... on InsufficientFunds { availableCode }
    ... on StateConflict { currentStatus }
    ... on IdempotencyConflict { idempotencyKey }
    ... on OutcomeUnknown { operation { id state } }`
  const mutation = (more = ''): string =>
    `mutation ($input: PayGiftCardPurchaseInput!) { payGiftCardPurchase(input: $input) { ${fields} ${more} } }`
  const usual = { idempotencyKey: 'gift-1', id: 'GiftCardPurchase:G1', from: { accountId: 'Account:A2' } }
  const ask = (more: object = {}, selection = '') => gateway.ask(mutation(selection), { input: { ...usual, ...more } })
  async function pay(more: object = {}, selection = ''): Promise<Record<string, unknown>> {
    const { data, errors } = await ask(more, selection)
    expect(errors).toBeUndefined()
    return data.payGiftCardPurchase
  }
  const payments = (): unknown[] => bodies('/purchases/gift-cards/G1/pay')
  const operation = async (): Promise<unknown> =>
    (
      await gateway.ask(`{ operation(idempotencyKey: "gift-1") {
        mutation state result { __typename ... on GiftCardPurchase { id cards { code } } }
      } }`)
    ).data.operation

  test('sends the account and nothing else, once for a key', async () => {
    const first = await pay()
    expect(first).toEqual({ __typename: 'GiftCardPurchase', id: 'GiftCardPurchase:G1', status: 'PAID' })
    expect(await pay()).toEqual(first)
    expect(payments()).toEqual([{ accountId: 'A2' }])
    expect(gateway.upstream.count('GET /accounts')).toBe(0)
  })

  test('takes odd ids of purchase and account as they are', async () => {
    await pay({ id: 'GiftCardPurchase:a b/ü%+', from: { accountId: 'Account:a/ü 1' } })
    const { path, body } = gateway.upstream.requests.at(-1) ?? {}
    expect(path).toBe('/purchases/gift-cards/a%20b%2F%C3%BC%25%2B/pay')
    expect(JSON.parse(body ?? '')).toEqual({ accountId: 'a/ü 1' })
  })

  test('finds the account by its currency, before anything is sent', async () => {
    await pay({ from: { currency: 'BTC' } })
    expect(payments()).toEqual([{ accountId: 'A2' }])
    const paths = gateway.upstream.requests.map(({ path }) => path).filter((path) => !path.startsWith('/oauth'))
    expect(paths).toEqual(['/accounts', '/purchases/gift-cards/G1/pay'])
  })

  test('from a currency that there is no account in is InvalidInput, with nothing sent and the key free', async () => {
    expect(await pay({ from: { currency: 'ETH' } })).toEqual({
      __typename: 'InvalidInput',
      path: ['input', 'from', 'currency'],
      upstreamCode: null,
    })
    expect(payments()).toEqual([])
    expect(await operation()).toBeNull()
    expect(await pay({ from: { currency: 'BTC' } })).toMatchObject({ __typename: 'GiftCardPurchase' })
  })

  test('sends nothing and leaves the key free where the accounts cannot be read', async () => {
    gateway.upstream.routes({ 'GET /accounts': { status: 403, body: {} } })
    const { errors } = await ask({ from: { currency: 'BTC' } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'account:read' })
    expect(payments()).toEqual([])
    expect(await operation()).toBeNull()
  })

  test.each([
    ['ACC_1', 'Id', { __typename: 'InsufficientFunds', availableCode: null }, 400],
    ['GFT_2', 'Id', { __typename: 'StateConflict', currentStatus: null }, 400],
    ['GFT_1', 'Id', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'GFT_1' }, 400],
    [
      'GEN_8',
      'accountId',
      { __typename: 'InvalidInput', path: ['input', 'from', 'accountId'], upstreamCode: 'GEN_8' },
      400,
    ],
    ['GEN_8', 'Id', { __typename: 'InvalidInput', path: ['input', 'id'], upstreamCode: 'GEN_8' }, 404],
    ['AMT_2', 'Id', { __typename: 'InvalidInput', path: ['input'], upstreamCode: 'AMT_2' }, 400],
  ])('that is refused by %s about %s is its type, stored and replayed', async (code, field, expected, status) => {
    gateway.upstream.routes({ [PAY]: refuse(code, field, status) })
    expect(await pay()).toEqual(expected)
    gateway.upstream.routes({ [PAY]: { body: paid() } })
    expect(await pay()).toEqual(expected)
    expect(payments()).toHaveLength(1)
    expect(await operation()).toMatchObject({ state: 'REJECTED', result: { __typename: expected.__typename } })
  })

  test('from a currency tells a refusal of the account by the currency', async () => {
    gateway.upstream.routes({ [PAY]: refuse('GEN_8', 'accountId') })
    expect(await pay({ from: { currency: 'BTC' } })).toMatchObject({ path: ['input', 'from', 'currency'] })
    gateway.upstream.routes({ [PAY]: refuse('ACC_1') })
    expect(await pay({ idempotencyKey: 'other', from: { currency: 'BTC' } })).toEqual({
      __typename: 'InsufficientFunds',
      availableCode: 'BTC',
    })
  })

  test.each<[string, Reply]>([
    ['a 500', { status: 500, body: '' }],
    ['an answer without an id', { body: paid({ id: undefined }) }],
    ['an answer without an amount', { body: paid({ amount: undefined }) }],
  ])('is OutcomeUnknown after %s and where the purchase cannot be read, and never sent again', async (_what, reply) => {
    gateway.upstream.routes({ [PAY]: reply, 'GET /purchases/gift-cards/G1': { status: 403, body: '' } })
    const unknown = { __typename: 'OutcomeUnknown', operation: { id: 'MoneyOperation:gift-1', state: 'UNKNOWN' } }
    expect(await pay()).toEqual(unknown)
    gateway.upstream.routes({ [PAY]: { body: paid() } })
    expect(await pay()).toEqual(unknown)
    expect(gateway.upstream.count(PAY)).toBe(1)
  })

  test('under a key that was used for another purchase or account is IdempotencyConflict, and nothing is sent', async () => {
    await pay()
    for (const more of [{ id: 'GiftCardPurchase:G2' }, { from: { accountId: 'Account:A1' } }])
      expect(await pay(more)).toEqual({ __typename: 'IdempotencyConflict', idempotencyKey: 'gift-1' })
    expect(gateway.upstream.count(PAY)).toBe(1)
  })

  test.each([
    ['id', 'Order:1', 'input.id'],
    ['id', '', 'input.id'],
    ['from', { accountId: 'Order:1' }, 'input.from.accountId'],
    ['from', { currency: 'btc' }, 'input.from.currency'],
    ['idempotencyKey', ' ', 'input.idempotencyKey'],
  ])('with the %s %j is refused by its path, and nothing is sent', async (name, value, argument) => {
    const { errors } = await ask({ [name]: value })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(gateway.upstream.requests).toEqual([])
  })

  describe('and its cards', () => {
    const cards = '... on GiftCardPurchase { cards { code pin url expiresAt } }'

    test('are read again, never taken from what paying answered, and not remembered with it', async () => {
      gateway.upstream.routes({ [PAY]: { body: paid({ cards: [{ code: 'AAAAA-of-the-payment' }] }) } })
      expect(await pay({}, cards)).toMatchObject({ cards: [SEEN] })
      expect(gateway.upstream.count(READ)).toBe(1)
      expect(await operation()).toEqual({
        mutation: 'payGiftCardPurchase',
        state: 'SUCCEEDED',
        result: { __typename: 'GiftCardPurchase', id: 'GiftCardPurchase:G1', cards: [{ code: SEEN.code }] },
      })
      expect(gateway.upstream.count(READ)).toBe(2)
    })

    test('cost no call where nobody asks for them', async () => {
      await pay()
      expect(gateway.upstream.count(READ)).toBe(0)
    })

    test('are null where they are not there yet', async () => {
      gateway.upstream.routes({ [READ]: { body: giftCardPurchase({ status: 'PENDING' }) } })
      expect(await pay({}, cards)).toMatchObject({ status: 'PAID', cards: null })
    })

    test.each<[string, Reply, Record<string, unknown>]>([
      ['forbidden', { status: 403, body: {} }, { code: 'FORBIDDEN', scope: 'purchase-gift-card:read' }],
      ['failing', { status: 500, body: '' }, { code: 'UPSTREAM_UNAVAILABLE' }],
    ])(
      'are null with an error of their own where reading is %s: the payment stands',
      async (_how, reply, extensions) => {
        gateway.upstream.routes({ [READ]: reply })
        const { data, errors } = await ask({}, cards)
        expect(data.payGiftCardPurchase).toMatchObject({ id: 'GiftCardPurchase:G1', status: 'PAID', cards: null })
        expect(errors).toMatchObject([{ path: ['payGiftCardPurchase', 'cards'], extensions }])
      },
    )
  })
})

test('in the sandbox a purchase is started, paid for by currency, and gives its cards once they are there', async () => {
  const { ask, sandbox, close } = await startSandboxGateway()
  const { data: started } = await ask(`mutation { it: createGiftCardPurchase(input: {
    giftCardId: "GiftCard:steam-eur", amount: { amount: "20", currency: "EUR" }, quantity: 2, payCode: "BTC"
  }) { ... on GiftCardPurchase { id status cards { code } } } }`)
  expect(started.it).toMatchObject({ status: 'NEW', cards: null })
  const paying = `mutation ($id: ID!) { it: payGiftCardPurchase(input: { idempotencyKey: "gift", id: $id, from: { currency: "BTC" } }) {
    ... on GiftCardPurchase { status cards { code } }
  } }`
  const { data: paying1 } = await ask(paying, { id: started.it.id })
  expect(paying1.it).toEqual({ status: 'PENDING', cards: null })
  sandbox.control.clock.advance(60_000)
  const { data: paying2 } = await ask(paying, { id: started.it.id })
  expect(paying2.it).toEqual({ status: 'PENDING', cards: [{ code: expect.any(String) }, { code: expect.any(String) }] })
  expect(sandbox.count('POST /purchases/gift-cards/{purchaseId}/pay')).toBe(1)
  await close()
})
