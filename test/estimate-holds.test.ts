// No paged operation makes more calls than it was estimated at: random queries against an upstream whose pages are always full and keep moving.
import fc from 'fast-check'
import { parse, validateExecutionArgs } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schema } from '../src/schema/index.ts'
import { createEstimate } from '../src/server/estimate.ts'
import { startTestGateway } from './support/gateway.ts'
import * as rows from './support/rows.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream, Route } from './support/upstream.ts'

const CEILING = 300
/** As many accounts as a list of them is taken to hold. */
const CODES = ['EUR', 'USDT', 'GBP', ...Array.from({ length: 17 }, (_, n) => `C${n + 10}`)]
const NEWEST = 100_000

let upstream: FakeUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startUpstream(routes)
  gateway = await startTestGateway({
    ...upstream.env,
    MAX_UPSTREAM_CALLS: String(CEILING),
    OPERATION_TIMEOUT_MS: '20000',
  })
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

/** A row by its number: the higher the newer. Whose it is stands before the number. */
type RowOf = (id: string, number: number) => Row

const at = (number: number): string => new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString()
const accountOf = (number: number): string => `A${number % CODES.length}`
const numberIn = (id: string): number => Number(/\d+$/.exec(id)?.[0] ?? 0)

/** A page that is full, of a list at whose head rows arrive between any two calls. */
const full =
  (prefix: string, rowOf: RowOf): Route =>
  ({ query, path }) => {
    const size = Number(query.get('size'))
    const newest = NEWEST + upstream.requests.length * 3
    const first = newest - (Number(query.get('page')) - 1) * size
    const asked = Object.fromEntries([...query].filter(([name]) => name === 'projectId' || name === 'orderId'))
    const preOrderId = query.get('preOrderId')
    const owner = [prefix, path.split('/')[2], ...Object.values(asked), preOrderId ?? ''].join('').replaceAll(/\W/g, '')
    const data = Array.from({ length: size }, (_, n) => ({
      ...rowOf(`${owner}-${first - n}`, first - n),
      ...asked,
      ...(preOrderId !== null && { merchantPreOrderId: preOrderId }),
    }))
    return { body: { totalCount: newest, data } }
  }
const one =
  (rowOf: RowOf): Route =>
  ({ path }) => {
    const id = decodeURIComponent(path.split('/').at(-1) ?? '')
    return { body: rowOf(id, numberIn(id)) }
  }

const TYPES = ['EXCHANGE', 'WITHDRAWAL', 'WITHDRAWAL', 'MERCHANT_ORDER', 'CRYPTO_WITHDRAWAL', 'WITHDRAWAL', 'DEPOSIT']
const account: RowOf = (accountId, number) => rows.account({ accountId, currencyCode: CODES[number] })
const transaction: RowOf = (transactionId, number) =>
  rows.transaction({
    transactionId,
    type: TYPES[number % TYPES.length],
    referenceId: `R${transactionId}`,
    date: at(number),
    currencyCode: CODES[number % CODES.length],
  })
const exchange: RowOf = (exchangeId, number) =>
  rows.exchange({
    exchangeId,
    payAccountId: accountOf(number),
    receiveAccountId: accountOf(number + 1),
    createdAt: at(number),
  })
const deposit: RowOf = (depositId, number) =>
  rows.deposit({ depositId, accountId: accountOf(number), createdAt: at(number) })
const withdrawal: RowOf = (id, number) => rows.withdrawal({ id, accountId: accountOf(number), createdAt: at(number) })
const voucher: RowOf = (id, number) =>
  rows.voucherWithdrawal({ id, accountId: accountOf(number), createdAt: at(number) })
const withExchange: RowOf = (id, number) =>
  rows.withdrawalWithExchange({
    id,
    accountId: accountOf(number),
    exchangeId: `E${id}`,
    withdrawalId: `W${id}`,
    method: null,
    createdAt: at(number),
  })
const project: RowOf = (id, number) => rows.project({ id, createdAt: at(number) })
const order: RowOf = (id, number) =>
  rows.order({ id, projectId: `J${number}`, merchantPreOrderId: `P${id}`, createdAt: at(number) })
const preorder: RowOf = (id, number) => rows.preorder({ id, projectId: `J${number}`, createdAt: at(number) })
const incoming: RowOf = (id, number) => rows.merchantTransaction({ id, createdAt: at(number) })
const callback: RowOf = (id, number) => rows.merchantCallback({ id, createdAt: at(number) })

const routes: Record<string, Route> = {
  'GET /currencies': { body: CODES.map((code) => rows.currency({ code })) },
  'GET /currencies/rates': ({ query }) => ({
    body: CODES.map((currencyCode) => rows.rate({ currencyCode, baseCurrencyCode: query.get('baseCurrencyCode') })),
  }),
  'GET /accounts': { body: CODES.map((_, n) => account(`A${n}`, n)) },
  'GET /accounts/{id}': one(account),
  'GET /accounts/{id}/transactions': full('T', transaction),
  'GET /deposits/crypto/addresses': {
    body: CODES.map((_, n) => rows.depositAddress({ addressId: `L${n}`, accountId: `A${n}` })),
  },
  'GET /exchanges': full('E', exchange),
  'GET /exchanges/{id}': one(exchange),
  'GET /deposits': full('D', deposit),
  'GET /deposits/{id}': one(deposit),
  'GET /withdrawals/crypto': full('C', withdrawal),
  'GET /withdrawals/e-wallet/{id}': one((id) => rows.eWalletWithdrawal({ id })),
  'GET /withdrawals/voucher': full('V', voucher),
  'GET /withdrawals/voucher/{id}': one(voucher),
  'GET /withdrawals/with-exchange': full('X', withExchange),
  'GET /withdrawals/with-exchange/{id}': one(withExchange),
  'GET /merchants/projects': full('J', project),
  'GET /merchants/projects/{id}': one(project),
  'GET /merchants/orders': full('O', order),
  'GET /merchants/orders/{id}': one(order),
  'GET /merchants/preorders': full('P', preorder),
  'GET /merchants/preorders/{id}': one(preorder),
  'GET /merchants/transactions': full('M', incoming),
  'GET /merchants/callbacks': full('B', callback),
}

/** What each type has to offer: fields with the type that they give; `*`: a page of it. */
const FIELDS: Readonly<Record<string, readonly (readonly [field: string, type: string])[]>> = {
  Query: [
    ['accounts', 'Account'],
    ['exchanges', '*Exchange'],
    ['deposits', '*Deposit'],
    ['projects', '*Project'],
    ['withdrawals(kind: CRYPTO)', '*Withdrawal'],
    ['withdrawals(kind: VOUCHER)', '*Withdrawal'],
    ['withdrawals(kind: WITH_EXCHANGE)', '*Withdrawal'],
    ['orders(projectId: "Project:J1")', '*Order'],
    ['account(id: "Account:A1")', 'Account'],
    ['node(id: "Exchange:E9")', 'Node'],
    ['nodes(ids: ["Exchange:E7", "Order:O7", "Account:A2", "Project:J7"])', 'Node'],
  ],
  Account: [
    ['transactions', '*Transaction'],
    ['currency', 'Currency'],
    ['value(in: "USDT")', ''],
    ['depositAddresses', 'DepositAddress'],
  ],
  Transaction: [
    ['source', 'TransactionSource'],
    ['account', 'Account'],
    ['currency', 'Currency'],
  ],
  TransactionSource: [
    ['... on Exchange', 'Exchange'],
    ['... on Withdrawal', 'Withdrawal'],
    ['... on Order', 'Order'],
    ['... on Deposit', 'Deposit'],
  ],
  Node: [
    ['... on Exchange', 'Exchange'],
    ['... on Order', 'Order'],
    ['... on Account', 'Account'],
    ['... on Project', 'Project'],
  ],
  Withdrawal: [
    ['account', 'Account'],
    ['... on WithdrawalWithExchange', 'WithdrawalWithExchange'],
    ['... on VoucherWithdrawal { voucherCode voucherPin }', ''],
  ],
  WithdrawalWithExchange: [
    ['exchange', 'Exchange'],
    ['withdrawal', 'Withdrawal'],
  ],
  Exchange: [
    ['payAccount', 'Account'],
    ['receiveAccount', 'Account'],
  ],
  Deposit: [['account', 'Account']],
  Currency: [
    ['rate(base: "GBP")', 'Rate'],
    ['account', 'Account'],
  ],
  Rate: [['currency', 'Currency']],
  DepositAddress: [['account', 'Account']],
  Project: [
    ['orders', '*Order'],
    ['preorders', '*Preorder'],
  ],
  Preorder: [
    ['orders', '*Order'],
    ['project', 'Project'],
  ],
  Order: [
    ['project', 'Project'],
    ['preorder', 'Preorder'],
    ['transactions', '*MerchantTransaction'],
    ['callbacks', '*MerchantCallback'],
  ],
  MerchantTransaction: [
    ['order', 'Order'],
    ['currency', 'Currency'],
  ],
  MerchantCallback: [['project', 'Project']],
}

const FIRSTS = [1, 2, 3, 2, 5, 30, 100]

/** An operation from a tape of choices. */
function operationFrom(
  tape: readonly number[],
  cursors: Readonly<Record<string, string>>,
): { query: string; variables: Record<string, unknown> } {
  let place = 0
  const pick = (count: number): number => (tape[place++ % tape.length] ?? 0) % count
  const variables: Record<string, unknown> = {}
  const fragments: string[] = []

  const page = (name: string, isRoot: boolean): string => {
    const first = FIRSTS[pick(FIRSTS.length)] ?? 1
    const cursor = isRoot && pick(3) === 0 ? cursors[name] : undefined
    if (cursor !== undefined) variables[`c${name.replaceAll(/\W/g, '')}`] = cursor
    const after = cursor === undefined ? '' : `, after: $c${name.replaceAll(/\W/g, '')}`
    if (pick(2) === 0) return `first: ${first}${after}`
    variables[`n${first}`] = first
    return `first: $n${first}${after}`
  }
  const field = (type: string, depth: number): string => {
    const [name, target] = FIELDS[type]?.[pick(FIELDS[type].length)] ?? ['__typename', '']
    if (target === '') return name.includes('{') ? name : aliased(type, name)
    if (name.startsWith('...')) return `${name} ${selection(target, depth)}`
    if (!target.startsWith('*')) return `${aliased(type, name)} ${selection(target, depth)}`
    const asked = name.endsWith(')')
      ? `${name.slice(0, -1)}, ${page(name, type === 'Query')})`
      : `${name}(${page(name, type === 'Query')})`
    const row = selection(target.slice(1), depth)
    return `${aliased(type, asked)} { ${pick(3) === 0 ? `edges { node ${row} }` : `nodes ${row}`} }`
  }
  // One name for one field with its arguments, or another one for the same: so that aliases never say two things at once.
  const aliased = (type: string, asked: string): string => {
    const letters = Buffer.from(`${type} ${asked}`).toString('hex')
    return `${['x', 'y'][pick(4)] ?? 'x'}${letters}: ${asked}`
  }
  const selection = (type: string, depth: number): string => {
    if (depth === 0) return '{ __typename }'
    const text = Array.from({ length: 1 + pick(3) }, () => field(type, depth - 1)).join(' ')
    if (pick(5) > 0) return `{ __typename ${text} }`
    fragments.push(`fragment F${fragments.length} on ${type} { ${text} }`)
    return `{ __typename ...F${fragments.length - 1} }`
  }
  const body = selection('Query', 4)
  const declared = Object.entries(variables).map(
    ([name, value]) => `$${name}: ${typeof value === 'number' ? 'Int' : 'String'}`,
  )
  return {
    query: `query${declared.length > 0 ? ` (${declared.join(', ')})` : ''} ${body} ${fragments.join(' ')}`,
    variables,
  }
}

const estimate = createEstimate()

function estimated(query: string, variableValues: Record<string, unknown>): number {
  const validated = validateExecutionArgs({ schema, document: parse(query), variableValues })
  if (!('schema' in validated)) throw new Error('these variables do not fit')
  return estimate(validated)
}

test(
  'a random operation over pages never makes more calls than it was estimated at, and is answered whole',
  { timeout: 60_000 },
  async () => {
    const lists = (FIELDS['Query'] ?? []).filter(([, type]) => type.startsWith('*')).map(([name]) => name)
    const cursors: Record<string, string> = {}
    for (const name of lists) {
      const asked = name.endsWith(')') ? `${name.slice(0, -1)}, first: 40)` : `${name}(first: 40)`
      const { data, errors } = await gateway.ask(`{ it: ${asked} { pageInfo { endCursor } } }`)
      expect(errors).toBeUndefined()
      cursors[name] = data.it.pageInfo.endCursor
    }
    const seen = { run: 0, refused: 0, calls: 0, exact: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1000), { minLength: 8, maxLength: 60 }), async (tape) => {
        const { query, variables } = operationFrom(tape, cursors)
        const most = estimated(query, variables)
        upstream.requests.length = 0
        const { data, errors } = await gateway.ask(query, variables)
        const calls = upstream.requests.length - upstream.count(TOKEN_ROUTE)
        if (most > CEILING) {
          seen.refused += 1
          expect([data, errors?.[0]?.extensions['estimated'], calls]).toEqual([undefined, most, 0])
          return
        }
        seen.run += 1
        seen.calls += calls
        if (calls === most) seen.exact += 1
        expect(errors).toBeUndefined()
        expect(calls).toBeLessThanOrEqual(most)
      }),
      { numRuns: 150 },
    )
    expect(seen.run).toBeGreaterThan(50)
    expect(seen.calls).toBeGreaterThan(500)
  },
)

test.each<[calls: number, query: string, variables?: Record<string, unknown>]>([
  [
    4,
    '{ a: account(id: "Account:A1") { balance } b: account(id: "Account:A1") { transactions(first: 1) { totalCount } } deposits(first: 2) { totalCount } project(id: "Project:J1") { name } }',
  ],
  [
    61,
    '{ accounts { transactions(first: 3) { nodes { amount } } a: transactions(first: 3) { totalCount } b: transactions(first: 5) { edges { node { amount } } } c: transactions(first: 7) { totalCount } } }',
  ],
  [
    28,
    '{ projects(first: 3) { nodes { orders(first: 4) { nodes { preorder { id } transactions(first: 1) { totalCount } } } } } }',
  ],
  [
    37,
    'query ($n: Int!) { withdrawals(kind: WITH_EXCHANGE, first: $n) { nodes { ... on WithdrawalWithExchange { exchange { id } withdrawal { id } } } } }',
    { n: 9 },
  ],
])('it makes all %i of them where all is there and different', async (calls, query, variables = {}) => {
  upstream.requests.length = 0
  const { errors } = await gateway.ask(query, variables)
  expect(errors).toBeUndefined()
  expect([estimated(query, variables), upstream.requests.length - upstream.count(TOKEN_ROUTE)]).toEqual([calls, calls])
})

test('a list that is longer than it was taken to be is held to the ceiling when it runs: the fields that would be too many fail alone', async () => {
  const own = await startUpstream({
    'GET /accounts': { body: Array.from({ length: 60 }, (_, n) => rows.account({ accountId: `A${n}` })) },
    'GET /accounts/{accountId}/transactions': { body: rows.page(rows.transaction()) },
  })
  const held = await startTestGateway({ ...own.env, MAX_UPSTREAM_CALLS: '30' })
  const { data, errors = [] } = await held.ask('{ accounts { transactions(first: 1) { totalCount } } }')
  await held.close()
  await own.close()
  expect(own.requests.length - own.count(TOKEN_ROUTE)).toBe(30)
  expect(data.accounts.filter(({ transactions }: { transactions: unknown }) => transactions !== null)).toHaveLength(29)
  expect(errors).toHaveLength(31)
  for (const { path, extensions } of errors) {
    expect(path?.slice(2)).toEqual(['transactions'])
    expect(extensions).toMatchObject({ code: 'OPERATION_TOO_EXPENSIVE', limit: 30 })
  }
})
