// Ids that try to leave their place in a request: whatever they are made of, the upstream sees its own paths with that id in one segment,
// or nothing at all.
import { createServer } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { account, exchange, page, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream, RecordedRequest } from './support/upstream.ts'

let upstream: FakeUpstream
let gateway: TestGateway
let stranger: Server
let strangersCalls = 0
beforeAll(async () => {
  stranger = createServer((_request, response) => response.end('{}')).on('connection', () => (strangersCalls += 1))
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  upstream = await startUpstream()
  gateway = await startTestGateway(upstream.env)
  // For the token, which is asked for once.
  await gateway.ask('{ exchange(id: "Exchange:E1") { id } }')
})
beforeEach(() => {
  upstream.requests.length = 0
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
  stranger.close()
})

interface Door {
  readonly what: string
  readonly query: string
  readonly type: string
  readonly method: string
  /** With {} where the id must be found, percent-encoded, in one segment or in one parameter. */
  readonly target: RegExp
}

const byId = (field: string, type: string, path: string): Door => ({
  what: field,
  query: `query ($id: ID!) { ${field}(id: $id) { id } }`,
  type,
  method: 'GET',
  target: whole(`${path}/{}`),
})
const byNode = (type: string, path: string): Door => ({ ...byId('node', type, path), what: `node of ${type}` })
const action = (field: string, path: string): Door => ({
  what: field,
  query: `mutation ($id: ID!) { ${field}(input: { id: $id }) { __typename } }`,
  type: 'Order',
  method: 'POST',
  target: whole(`/merchants/orders/{}/${path}`),
})
const listed = (field: string, path: string, parameters: string): Door => ({
  what: field,
  query: `query ($id: ID!) { ${field}(projectId: $id, first: 5) { nodes { id } } }`,
  type: 'Project',
  method: 'GET',
  target: whole(`${path}?${parameters}`),
})

const DOORS: readonly Door[] = [
  byId('account', 'Account', '/accounts'),
  byId('exchange', 'Exchange', '/exchanges'),
  byId('order', 'Order', '/merchants/orders'),
  byId('project', 'Project', '/merchants/projects'),
  byId('giftCard', 'GiftCard', '/gift-cards'),
  byNode('Deposit', '/deposits'),
  byNode('CryptoDeposit', '/deposits/crypto'),
  byNode('CryptoWithdrawal', '/withdrawals/crypto'),
  byNode('MerchantTransaction', '/merchants/transactions'),
  action('cancelOrder', 'cancel'),
  action('resendOrderCallback', 'callback'),
  listed('orders', '/merchants/orders', 'projectId={}&page=1&size=5'),
  listed('preorders', '/merchants/preorders', 'projectId={}&page=1&size=5'),
]

function whole(template: string): RegExp {
  const literal = template.split('{}').map((part) => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))
  return new RegExp(`^/api/public${literal.join('([^/?#&;=\\\\@:]+)')}$`)
}

/** What tries to get out, alone and in any company. */
const PIECES = [
  '../ .. . ./ / // \\ ..\\ %2f %2F %2e%2e %2e%2e%2f %5c %252f %00 % ? ?admin=1 # ; ;jsessionid=1 & = +'.split(' '),
  [' ', '\t', '\r\n', '\r\nX-Injected: 1\r\n\r\n', '\n', '\0', '\u0085', '\u2028', '\u200b', '\u202e', '\ufeff'],
  '․ ‥ … 。 ． ／ ∕ ⁄ ＃ ？ ％ @ : http: https:// A1 x oauth/token * ąč é'.split(' '),
  ['\ud800', '\udc00', '\u{1f600}', ' HTTP/1.1\r\n'],
].flat()
const STRANGER = '@stranger/'
const evil = fc
  .oneof(
    fc.array(fc.constantFrom(...PIECES, STRANGER), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
    fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('').repeat(50)),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  .map((text) => text.replaceAll(STRANGER, `@127.0.0.1:${(stranger.address() as AddressInfo).port}/`))

const ALONE: [string][] = PIECES.map((piece) => [piece])

const OWN_HEADERS = [
  'host',
  'connection',
  'authorization',
  'accept',
  'accept-encoding',
  'user-agent',
  'content-type',
  'content-length',
  'transfer-encoding',
]

function expectHarmless({ target, headers }: RecordedRequest): void {
  expect(target).toMatch(/^\/api\/public\/[\x21-\x7e]*$/)
  expect(target.split('?')[0]).not.toMatch(/\/\.{0,2}(\/|$)|%2e|[\\#;@]/i)
  expect(headers.host).toBe(new URL(upstream.url).host)
  expect(Object.keys(headers).filter((name) => !OWN_HEADERS.includes(name))).toEqual([])
}

const calls = (): RecordedRequest[] => upstream.requests.filter(({ target }) => target !== '/api/public/oauth/token')

test.each(DOORS)('$what keeps an id in its place, or refuses it before anything is sent', async (door) => {
  const { query, type, method, target } = door
  let [sent, refused] = [0, 0]
  const property = fc.asyncProperty(evil, async (id) => {
    upstream.requests.length = 0
    const answer = await gateway.ask(query, { id: `${type}:${id}` })
    if (calls().length === 0) {
      expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
      refused += 1
      return
    }
    sent += 1
    for (const request of calls()) {
      expectHarmless(request)
      expect(request.method).toBe(method)
      const [, segment = ''] = target.exec(request.target) ?? expect.fail(request.target)
      expect(decodeURIComponent(segment.replaceAll('+', ' '))).toBe(id)
    }
  })
  await fc.assert(property, { numRuns: 150, seed: 60, examples: ALONE })
  expect(Math.min(sent, refused)).toBeGreaterThan(10)
  expect(strangersCalls).toBe(0)
})

const OF_BOTH = whole('/accounts/{}/transactions/{}')
/** Where there is no such transaction, it is looked for in the list. */
const OF_ACCOUNT = whole('/accounts/{}/transactions?page=1&size=100')

test('both parts of the id of a transaction stay where they belong', async () => {
  const property = fc.asyncProperty(evil, evil, fc.boolean(), async (accountId, transactionId, isEncoded) => {
    upstream.requests.length = 0
    const parts = [accountId, transactionId].map((part) =>
      isEncoded && part.isWellFormed() ? encodeURIComponent(part) : part,
    )
    const answer = await gateway.ask('query ($id: ID!) { node(id: $id) { id } }', {
      id: `Transaction:${parts.join('/')}`,
    })
    if (calls().length === 0) {
      expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
      return
    }
    for (const request of calls()) {
      expectHarmless(request)
      const places = OF_BOTH.exec(request.target) ?? OF_ACCOUNT.exec(request.target) ?? expect.fail(request.target)
      const found = places.slice(1).map(decodeURIComponent)
      if (isEncoded) expect(found).toEqual([accountId, transactionId].slice(0, found.length))
    }
  })
  await fc.assert(property, { numRuns: 300, seed: 61 })
  expect(strangersCalls).toBe(0)
})

test('an id that the upstream gave itself stays in its place when it is asked for', async () => {
  const property = fc.asyncProperty(evil, async (id) => {
    upstream.routes({
      ...walletRoutes,
      'GET /accounts': { body: [account({ accountId: id })] },
      'GET /exchanges': { body: page(exchange({ payAccountId: id, receiveAccountId: id })) },
    })
    upstream.requests.length = 0
    const answer = await gateway.ask(
      '{ accounts { transactions(first: 5) { nodes { id } } } exchanges(first: 5) { nodes { payAccount { id } } } }',
    )
    expect(answer.status).toBe(200)
    for (const request of calls()) {
      expectHarmless(request)
      expect(request.method).toBe('GET')
      const [path = ''] = request.target.split('?')
      if (path === '/api/public/accounts' || path === '/api/public/exchanges') continue
      const [, segment = ''] = /^\/api\/public\/accounts\/([^/]+)(?:\/transactions)?$/.exec(path) ?? expect.fail(path)
      expect(decodeURIComponent(segment)).toBe(id)
    }
  })
  await fc.assert(property, { numRuns: 150, seed: 62, examples: ALONE })
  expect(strangersCalls).toBe(0)
})
