// Scopes: each that a field takes missing in turn, on each transport, and nothing sent for it; and that no other way leads around them.
import { isObjectType } from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { schema } from '../src/schema/index.ts'
import { needsOf } from '../src/schema/needs.ts'
import { SCOPES } from '../src/upstream/endpoint.ts'
import { makeFile } from './support/changed-file.ts'
import { makeKey, startTestGateway } from './support/gateway.ts'
import { leastField, leastOperation } from './support/least-operations.ts'
import { openEvents } from './support/readers.ts'
import { send } from './support/requests.ts'
import { depositAddress, gate, raw, walletRoutes } from './support/rows.ts'
import { fromCarriers, fromEach, give, giveEach } from './support/transports.ts'
import { startUpstream } from './support/upstream.ts'
import type { GraphQLField, GraphQLObjectType, GraphQLResolveInfo } from 'graphql'
import type { Needs } from '../src/schema/needs.ts'
import type { Scope } from '../src/upstream/endpoint.ts'
import type { KeyRow, TestGateway } from './support/gateway.ts'
import type { Kind, Thing, Verdict } from './support/transports.ts'
import type { FakeUpstream } from './support/upstream.ts'

type Field = GraphQLField<unknown, unknown>

const needsOfField = ({ extensions }: Field): Pick<Needs, 'scopes' | 'every'> =>
  needsOf(extensions) ?? { scopes: [], every: false }
/** Whether it is for what it is asked to say which of its scopes it takes. */
const dependsOnArguments = (field: Field): boolean =>
  needsOfField(field).scopes.length > 1 && !needsOfField(field).every

const ROOTS = (['query', 'mutation', 'subscription'] as const).flatMap((kind) =>
  fieldsOf(schema[`get${kind[0]?.toUpperCase()}${kind.slice(1)}Type` as 'getQueryType']()).map((field) => ({
    kind,
    field,
  })),
)
function fieldsOf(type: GraphQLObjectType | null | undefined): readonly Field[] {
  return Object.values(type?.getFields() ?? {})
}

/** By the id of one of them, what each type that is a Node takes. */
const NODES: Readonly<Record<string, Scope>> = {
  'Account:A1': 'account:read',
  'Transaction:A1/T1': 'account-transaction:read',
  'Exchange:E1': 'exchange:read',
  'ExchangePair:P1': 'exchange:read',
  'CryptoWithdrawal:W1': 'withdraw-crypto:read',
  'BankWithdrawal:B1': 'withdraw-bank:read',
  'EWalletWithdrawal:E1': 'withdraw-e-wallet:read',
  'VoucherWithdrawal:V1': 'withdraw-voucher:read',
  'WithdrawalWithExchange:X1': 'withdraw-with-exchange:read',
  'Deposit:D1': 'deposit:read',
  'CryptoDeposit:C1': 'deposit-crypto:read',
  'GiftCardPurchase:G1': 'purchase-gift-card:read',
  'Project:J1': 'merchants-projects:read',
  'Preorder:P1': 'merchants-preorders:read',
  'Order:O1': 'merchants-orders:read',
  'MerchantTransaction:M1': 'merchants-transactions:read',
  'MerchantCallback:C1': 'merchants-callbacks:read',
}
const FREE_NODES = ['Currency:EUR', 'GiftCard:steam-eur', 'MoneyOperation:key-1']
const typeOf = (id: string): string => id.slice(0, id.indexOf(':'))

const KINDS: Readonly<Record<string, string>> = {
  CRYPTO: 'CryptoWithdrawal:W1',
  BANK: 'BankWithdrawal:B1',
  E_WALLET: 'EWalletWithdrawal:E1',
  VOUCHER: 'VoucherWithdrawal:V1',
  WITH_EXCHANGE: 'WithdrawalWithExchange:X1',
}
const exportOf = (what: string): string =>
  `createExport(input: {${what}, format: CSV, from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"}) { ... on Export { url } }`

/** Each field that takes one of several scopes, with all that says which: the scope, or those of which one is enough. */
const BY_ARGUMENTS: readonly (readonly [Kind, string, readonly Scope[]])[] = [
  ...Object.entries(NODES).flatMap(([id, scope]) => [
    ['query', `node(id: "${id}") { __typename }`, [scope]] as const,
    ['query', `nodes(ids: ["${id}"]) { __typename }`, [scope]] as const,
  ]),
  ...Object.entries(KINDS).flatMap(([kind, id]) => {
    const scope = NODES[id] as Scope
    return [
      ['query', `withdrawals(kind: ${kind}) { __typename }`, [scope]] as const,
      ['query', `withdrawal(id: "${id}") { __typename }`, [scope]] as const,
      ['subscription', `withdrawalUpdated(id: "${id}") { __typename }`, [scope]] as const,
      ['mutation', exportOf(`resource: WITHDRAWALS, kind: ${kind}`), [scope]] as const,
    ]
  }),
  ['mutation', exportOf('resource: ACCOUNT_TRANSACTIONS, accountId: "Account:A1"'), ['account-transaction:read']],
  ['mutation', exportOf('resource: EXCHANGES'), ['exchange:read']],
  ['mutation', exportOf('resource: DEPOSITS'), ['deposit:read']],
  ['mutation', exportOf('resource: CRYPTO_DEPOSITS'), ['deposit-crypto:read']],
  ['mutation', exportOf('resource: MERCHANT_ORDERS, projectId: "Project:J1"'), ['merchants-orders:read']],
  ['mutation', exportOf('resource: MERCHANT_TRANSACTIONS, projectId: "Project:J1"'), ['merchants-transactions:read']],
  ['query', 'depositAddresses { id }', ['deposit-crypto-address:read', 'deposit:read']],
]

/** Each field below the root that makes calls of its own. */
const BELOW = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => !ROOTS.some(({ field }) => fieldsOf(type).includes(field)))
  .flatMap((type) => fieldsOf(type).map((field) => ({ type: type.name, field, ...needsOfField(field) })))
  .filter(({ field }) => needsOf(field.extensions))
/** Those that take a scope, or one of several. */
const NESTED = BELOW.filter(({ scopes }) => scopes.length > 0)

/** How one of each type is come by. */
const PARENTS: Readonly<Record<string, readonly [before: string, after: string, ...Scope[]]>> = {
  ...Object.fromEntries(
    [...Object.entries(NODES), ...FREE_NODES.map((id) => [id] as const)].map(([id, ...scopes]) => [
      typeOf(id),
      [`node(id: "${id}") { ... on ${typeOf(id)} {`, '} }', ...scopes] as const,
    ]),
  ),
  DepositAddress: ['depositAddresses(currency: "BTC") {', '}', 'deposit-crypto-address:read', 'deposit:read'],
}

let upstream: FakeUpstream
let started: TestGateway
beforeAll(async () => {
  upstream = await startUpstream({
    ...walletRoutes,
    'GET /exchanges/pairs': { body: [{ exchangePairId: 'P1', payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }] },
    'GET /exchanges/rate': { body: { rate: raw('0.0000163'), timestamp: '2026-03-10T14:27:00.000Z' } },
    'GET /deposits/crypto/addresses': { body: [depositAddress()] },
  })
  const rows = [
    ...SCOPES.map((each) => allBut([each])),
    ...[
      ...ROOTS.map(({ field }) => needsOfField(field)),
      ...NESTED,
      ...BY_ARGUMENTS.map(([, , scopes]) => ({ scopes })),
    ]
      .map(({ scopes }) => scopes)
      .flatMap((scopes) => [allBut(scopes), only(scopes)]),
  ]
  started = await startTestGateway(upstream.env, {
    keys: [...new Map(rows.map((row) => [row.name, row])).values()],
  })
})
afterAll(async () => {
  await started.close()
  await upstream.close()
})
beforeEach(() => void upstream.requests.splice(0))

function allBut(scopes: readonly Scope[]): KeyRow {
  return { name: `all-but-${places(scopes)}`, scopes: SCOPES.filter((each) => !scopes.includes(each)) }
}
function only(scopes: readonly Scope[]): KeyRow {
  return { name: `only-${places(scopes)}`, scopes }
}
/** A name has 64 characters at most. */
const places = (scopes: readonly Scope[]): string => scopes.map((each) => SCOPES.indexOf(each)).join('-') || 'none'

const given = (row: KeyRow, query: string): Promise<Record<string, Verdict>> =>
  giveEach(started.gateway, { query, authorization: `Bearer ${started.keys[row.name]}` })
/** What the upstream was asked, each thing once. */
const asked = (): string[] => [...new Set(upstream.requests.map(({ method, target }) => `${method} ${target}`))].sort()

const forbidden = (scope: string) => ({ code: 'FORBIDDEN', details: { scope } }) as const

describe('without a scope that it takes', () => {
  const rows = ROOTS.filter(({ field }) => !dependsOnArguments(field)).flatMap(({ kind, field }) =>
    needsOfField(field).scopes.map((scope) => [field.name, scope, kind, field] as const),
  )
  test.each(rows)('%s is refused: %s', async (_name, scope, kind, field) => {
    expect(await given(allBut([scope]), leastOperation(kind, field))).toMatchObject(
      fromCarriers(kind, forbidden(scope)),
    )
    expect(asked()).toEqual([])
  })

  test.each(BY_ARGUMENTS)('%s { %s } is refused: %s', async (kind, field, scopes) => {
    const verdicts = await given(allBut(scopes), `${kind} { ${field} }`)
    expect(verdicts).toMatchObject(fromCarriers(kind, forbidden(scopes.join(' or '))))
    expect(asked()).toEqual([])
  })

  test('there is no field, and no node, of which it is not tried', () => {
    const tried = [...rows.map(([name]) => name), ...BY_ARGUMENTS.map(([, field]) => /^\w+/.exec(field)?.[0])]
    const free = ROOTS.map(({ field }) => field.name).filter((name) => !tried.includes(name))
    expect(free).toEqual([
      'currencies',
      'currency',
      'giftCards',
      'giftCard',
      'operation',
      'rates',
      'rateHistory',
      'viewer',
      'operationUpdated',
      'liveRate',
      'liveRates',
    ])
    const node = schema.getType('Node')
    const types = node && 'resolveType' in node ? schema.getPossibleTypes(node as never).map(({ name }) => name) : []
    expect([...Object.keys(NODES), ...FREE_NODES].map(typeOf).sort()).toEqual([...types].sort())
  })
})

describe('with the scopes that it takes, and no other', () => {
  test.each(ROOTS.map(({ kind, field }) => [field.name, kind, field] as const))(
    '%s is let through',
    async (_name, kind, field) => {
      const verdicts = await given(only(needsOfField(field).scopes), leastOperation(kind, field))
      // The least that can be asked for need not make sense, nor be what this upstream has.
      const code = expect.stringMatching(/^(OK|NOT_FOUND|BAD_USER_INPUT|UPSTREAM_INVALID)$/)
      expect(verdicts).toMatchObject(fromCarriers(kind, { code }))
    },
  )

  test.each(BY_ARGUMENTS)('%s { %s } works with %s', async (kind, field, scopes) => {
    expect(await given(only(scopes), `${kind} { ${field} }`)).toMatchObject(fromCarriers(kind, { code: 'OK' }))
    expect(asked()).not.toEqual([])
  })
})

describe('below what may be read', () => {
  const rows = NESTED.map(({ type, field, scopes }) => {
    const [before, after, ...ofParent] = PARENTS[type] ?? ['', '']
    return { type, field, before, after, missing: scopes.filter((each) => !ofParent.includes(each)) }
  })
  // Who may not read these may not read what they are in.
  const beyond = rows.filter(({ missing }) => missing.length > 0)

  test.each(beyond.map((row) => [row.type, row.field.name, row.missing.join(' or '), row] as const))(
    '%s.%s is refused, and nothing but what it is in is read: %s',
    async (_type, _name, _scopes, { field, before, after, missing }) => {
      const parent = await given(allBut(missing), `{ ${before} __typename ${after} }`)
      expect(parent).toMatchObject(fromEach({ code: 'OK' }))
      const read = asked()
      upstream.requests.splice(0)
      const verdicts = await given(allBut(missing), `{ ${before} ${leastField(field)} ${after} }`)
      const scope = dependsOnArguments(field) ? expect.stringMatching(missing.join('|')) : missing.join(' or ')
      expect(verdicts).toMatchObject(fromEach(forbidden(scope)))
      expect(asked()).toEqual(read)
    },
  )

  test('nothing is left out', () => {
    const free = BELOW.filter(({ scopes }) => scopes.length === 0)
    expect(free.map(({ type, field }) => `${type}.${field.name}`)).toEqual([
      'Account.currency',
      'Account.value',
      'Currency.rate',
      'ExchangePair.pay',
      'ExchangePair.receive',
      'GiftCardPurchase.giftCard',
      'MerchantTransaction.currency',
      'Rate.currency',
    ])
    expect(Object.keys(PARENTS)).toEqual(expect.arrayContaining(rows.map(({ type }) => type)))
  })
})

describe('a scope that is missing', () => {
  const decided = [
    ...ROOTS.map(({ kind, field }) => ({ type: kind, field, ...needsOfField(field) })),
    ...NESTED,
  ].filter(({ field }) => !dependsOnArguments(field))
  const info = { path: { key: 'x' } } as GraphQLResolveInfo
  test.each(
    decided.flatMap(({ type, field, scopes }) => scopes.map((scope) => [type, field.name, scope, field] as const)),
  )('is found before anything is looked at but who asks: %s.%s, %s', (_type, _name, scope, { resolve, subscribe }) => {
    const caller = { id: 'key-x', kind: 'key', ...allBut([scope]) }
    const known: object = { caller, refused: new Map() }
    const context = new Proxy(known, { get: (target, name) => Reflect.get(target, name) ?? fail(name) })
    expect(() => (subscribe ?? resolve)?.(untouchable, untouchable, context, info)).toThrow(scope)
  })
})

function fail(name: string | symbol): never {
  throw new Error(`${String(name)} was looked at`)
}
const untouchable = new Proxy({}, { get: (_target, name) => fail(name) })

describe('no way around', () => {
  test('what a change must look for first is not looked for', async () => {
    const pay = 'payGiftCardPurchase(input: {idempotencyKey: "k", id: "GiftCardPurchase:G1", from: {currency: "EUR"}})'
    const verdicts = await given(allBut(['account:read']), `mutation { ${pay} { __typename } }`)
    expect(verdicts).toMatchObject(fromCarriers('mutation', forbidden('account:read')))
    expect(asked()).toEqual([])
  })

  test.each([
    'query ($no: Boolean = true) { a: accounts @include(if: $no) { id } }',
    '{ ...F } fragment F on Query { accounts { id } }',
    '{ ... on Query { viewer { id } ...F } } fragment F on Query { ... { accounts { id } } }',
    '{ viewer { id } accounts { id } again: accounts { id } }',
    '{ portfolio { total } }',
  ])('a field is refused in whatever it is wrapped: %s', async (query) => {
    expect(await given(allBut(['account:read']), query)).toMatchObject(fromEach(forbidden('account:read')))
    expect(asked()).toEqual([])
  })

  test('of several things, each is refused by itself', async () => {
    const ids = JSON.stringify(Object.keys(NODES))
    const verdicts = await given(only([]), `{ nodes(ids: ${ids}) { id } }`)
    const data = { nodes: Object.keys(NODES).map(() => null) }
    expect(verdicts).toMatchObject(fromEach({ ...forbidden(expect.any(String)), data }))
    expect(asked()).toEqual([])
  })

  test('what another is reading is not shared', async () => {
    const { opened, open } = gate()
    upstream.routes({ 'GET /accounts': async () => (await opened, walletRoutes['GET /accounts'] as never) })
    const reading = given(only(['account:read']), '{ accounts { id } }')
    await expect.poll(asked).toEqual(['GET /api/public/accounts'])
    const refused = await given(allBut(['account:read']), '{ accounts { id } }')
    open()
    upstream.routes({ 'GET /accounts': walletRoutes['GET /accounts'] ?? {} })
    expect(refused).toMatchObject(fromEach(forbidden('account:read')))
    expect(await reading).toMatchObject(fromEach({ code: 'OK' }))
  })

  test.each([
    ['subscription { accountUpdated(id: "Account:A1") { id } }', 'account:read'],
    ['subscription { orderUpdated(id: "Order:O1") { id } }', 'merchants-orders:read'],
    ['subscription { withdrawalUpdated(id: "CryptoWithdrawal:W1") { id } }', 'withdraw-crypto:read'],
    ['subscription { liveExchangeRate(payCode: "EUR", receiveCode: "BTC") { rate } }', 'exchange:create'],
  ] as const)('what another listens to is not shared: %s', async (query, scope) => {
    const listening = await openEvents(started.gateway.url, query, {
      headers: { authorization: `Bearer ${started.keys[only([scope]).name]}` },
    })
    await listening.next()
    expect(await given(allBut([scope]), query)).toMatchObject(fromCarriers('subscription', forbidden(scope)))
    listening.leave()
  })

  test('an event holds nothing that may not be read', async () => {
    const query = 'subscription { orderUpdated(id: "Order:O1") { id callbacks { nodes { id } } } }'
    const data = { orderUpdated: { id: 'Order:O1', callbacks: null } }
    const verdicts = await given(allBut(['merchants-callbacks:read']), query)
    expect(verdicts).toMatchObject(fromCarriers('subscription', { ...forbidden('merchants-callbacks:read'), data }))
    expect(asked()).toEqual(['GET /api/public/merchants/orders/O1'])
  })

  test('one is told which scopes one has', async () => {
    const { scopes } = allBut(['account:read'])
    const verdicts = await given(allBut(['account:read']), '{ viewer { scopes } }')
    expect(verdicts).toEqual(fromEach({ code: 'OK', data: { viewer: { scopes } } }))
  })
})

describe('a scope that is taken away', () => {
  async function startToTake(scope: Scope) {
    const { key, row } = makeKey({ name: 'web', scopes: [scope] })
    const file = makeFile({ keys: [row] })
    const opened = await startTestGateway({ ...upstream.env, GATEWAY_KEYS_FILE: file.path })
    const authorization = `Bearer ${key}`
    return {
      gateway: opened.gateway,
      authorization,
      give: (query: string) => giveEach(opened.gateway, { query, authorization }),
      /** Resolves as soon as it holds. */
      async change(rows: readonly object[]) {
        file.write({ keys: rows.map((each) => ({ ...row, ...each })) })
        const thing: Thing = { query: '{ viewer { scopes } }', authorization }
        const before = await give('POST', opened.gateway, thing)
        await expect
          .poll(() => give('POST', opened.gateway, thing), { interval: 10, timeout: 10_000 })
          .not.toEqual(before)
        upstream.requests.splice(0)
      },
      async close() {
        await opened.close()
        file.remove()
      },
    }
  }

  test.each([
    ['taken away', [{ scopes: [] }]],
    ['lost with the key', []],
    ['lost with the time of the key', [{ expiresAt: '2020-01-01T00:00:00Z' }]],
  ])('and is %s, opens no link that was made before', async (_, rows) => {
    const { gateway, give, change, close } = await startToTake('exchange:read')
    const made = await give(`mutation { ${exportOf('resource: EXCHANGES')} }`)
    const links = ['POST', 'SSE', 'websocket'].map(
      (each) => (made[each] as { data: { createExport: { url: string } } }).data.createExport.url,
    )
    await change(rows)
    for (const link of links) {
      const { pathname, search } = new URL(link)
      const { status, text } = await send(new URL(`${pathname}${search}`, gateway.url).href)
      expect([status, JSON.parse(text)]).toMatchObject([403, { errors: [{ extensions: { code: 'FORBIDDEN' } }] }])
    }
    expect(asked()).toEqual([])
    await close()
  })

  test.each([
    ['subscription { accountUpdated(id: "Account:A1") { id } }', 'account:read'],
    ['subscription { withdrawalUpdated(id: "CryptoWithdrawal:W1") { id } }', 'withdraw-crypto:read'],
    ['subscription { liveExchangeRate(payCode: "EUR", receiveCode: "BTC") { rate } }', 'exchange:create'],
  ] as const)('is not had of those who still listen: %s', async (query, scope) => {
    const { gateway, authorization, give, change, close } = await startToTake(scope)
    const listening = await openEvents(gateway.url, query, { headers: { authorization } })
    await listening.next()
    await change([{ scopes: [] }])
    expect(await give(query)).toMatchObject(fromCarriers('subscription', forbidden(scope)))
    listening.leave()
    await close()
  })
})
