// The catalogue of gift cards: public, and in the forms in which it may come.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { giftCard, page, raw, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startUpstream(walletRoutes)
  gateway = await startTestGateway(upstream.env)
})
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

async function read(row: Row): Promise<{ it: unknown; codes: unknown[] }> {
  upstream.routes({ 'GET /gift-cards': { body: page(row) } })
  const { data, errors = [] } = await gateway.ask(`{
    giftCards { nodes {
      id name brand countryCode currencyCode category imageUrl denominations minAmount maxAmount instructions available
    } }
    rates { currencyCode }
  }`)
  expect(data.rates).toHaveLength(2)
  return { it: data.giftCards?.nodes[0] ?? null, codes: errors.map(({ extensions }) => extensions.code) }
}

test('a gift card is read whole', async () => {
  expect(await read(giftCard())).toEqual({
    it: {
      id: 'GiftCard:steam-eur',
      name: 'Steam EUR',
      brand: 'Steam',
      countryCode: 'DE',
      currencyCode: 'EUR',
      category: 'GAMES',
      imageUrl: 'https://example.com/steam.png',
      denominations: ['20', '50.00'],
      minAmount: null,
      maxAmount: null,
      instructions: 'Redeem it in the shop.',
      available: true,
    },
    codes: [],
  })
})

test('a gift card of any amount has bounds for denominations, its id for a name, and nulls for what is not told', async () => {
  const bare = { productId: raw('9007199254740993'), currencyCode: 'EUR', minAmount: '5', maxAmount: 5e2 }
  expect(await read(bare)).toEqual({
    it: {
      id: 'GiftCard:9007199254740993',
      name: '9007199254740993',
      brand: null,
      countryCode: null,
      currencyCode: 'EUR',
      category: null,
      imageUrl: null,
      denominations: [],
      minAmount: '5',
      maxAmount: '500',
      instructions: null,
      available: null,
    },
    codes: [],
  })
})

test.each([
  ['id', undefined],
  ['name', {}],
  ['currencyCode', null],
  ['denominations', '20'],
  ['denominations', [20, 'many']],
  ['minAmount', 'little'],
  ['available', 'soon'],
])('a gift card whose %s is %j fails the list, and takes no neighbour', async (name, value) => {
  expect(await read(giftCard({ [name]: value }))).toEqual({ it: null, codes: ['UPSTREAM_INVALID'] })
})

test('the catalogue is read without a token, in its own order, by all of its filter', async () => {
  upstream.routes({ 'GET /gift-cards': { body: page(giftCard({ id: 'b' }), giftCard({ id: 'a' })) } })
  const { data } = await gateway.ask(`{
    giftCards(first: 2, filter: { country: "DE", currency: "EUR", category: "GAMES", search: "steam & co" }) { nodes { id } totalCount }
    giftCard(id: "GiftCard:steam-eur") { id }
  }`)
  expect(data).toEqual({
    giftCards: { nodes: [{ id: 'GiftCard:b' }, { id: 'GiftCard:a' }], totalCount: 2 },
    giftCard: { id: 'GiftCard:steam-eur' },
  })
  expect(Object.fromEntries(upstream.requests.find(({ path }) => path === '/gift-cards')?.query ?? [])).toEqual({
    page: '1',
    size: '2',
    countryCode: 'DE',
    currencyCode: 'EUR',
    category: 'GAMES',
    search: 'steam & co',
  })
  expect(upstream.requests).toHaveLength(2)
  for (const { headers } of upstream.requests) expect(headers.authorization).toBeUndefined()
})

test('the catalogue goes on behind a cursor', async () => {
  const all = ['a', 'b', 'c', 'd', 'e'].map((id) => giftCard({ id }))
  upstream.routes({
    'GET /gift-cards': ({ query }) => {
      const [number, size] = [Number(query.get('page')), Number(query.get('size'))]
      return { body: { totalCount: all.length, data: all.slice((number - 1) * size, number * size) } }
    },
  })
  const QUERY =
    'query ($after: String) { giftCards(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }'
  const seen: string[] = []
  for (let after: string | null = null, more = true; more;) {
    const { data } = await gateway.ask(QUERY, { after })
    seen.push(...data.giftCards.nodes.map(({ id }: { id: string }) => id))
    more = data.giftCards.pageInfo.hasNextPage
    after = data.giftCards.pageInfo.endCursor
  }
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => `GiftCard:${id}`))
})

test('a gift card is read by its id, percent-encoded in the path, alone and as a node', async () => {
  upstream.routes({ 'GET /gift-cards/{id}': { body: giftCard({ id: 'a b/ü%+' }) } })
  const { data } = await gateway.ask(
    '{ giftCard(id: "GiftCard:a b/ü%+") { id } node(id: "GiftCard:a b/ü%+") { __typename id } }',
  )
  expect(data).toEqual({
    giftCard: { id: 'GiftCard:a b/ü%+' },
    node: { __typename: 'GiftCard', id: 'GiftCard:a b/ü%+' },
  })
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/gift-cards/a%20b%2F%C3%BC%25%2B'])
})

test('the id of another type is refused by its path, and nothing is sent', async () => {
  const { errors } = await gateway.ask('{ giftCard(id: "GiftCardPurchase:1") { id } }')
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
  expect(upstream.requests).toEqual([])
})
