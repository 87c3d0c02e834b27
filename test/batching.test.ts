// What a query costs upstream, counted at the wire.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { account, deposit, exchange, gate, order, page, transaction, walletRoutes, withdrawal } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream, Reply, Route } from './support/upstream.ts'

let sandboxed: TestGateway & { readonly sandbox: Sandbox }
let upstream: FakeUpstream
let scripted: TestGateway
beforeAll(async () => {
  sandboxed = await startSandboxGateway()
  sandboxed.sandbox.control.limits.set({ callsPerMinute: 1_000_000 })
  upstream = await startUpstream(walletRoutes)
  scripted = await startTestGateway(upstream.env)
})
beforeEach(() => {
  sandboxed.sandbox.control.requests.clear()
  upstream.requests.length = 0
})
afterAll(async () => {
  await sandboxed.close()
  await scripted.close()
  await upstream.close()
})

const byId: Route = ({ path }) => {
  const id = path.split('/').at(-1) ?? ''
  return { body: id.startsWith('E') ? exchange({ exchangeId: id }) : order({ id, merchantPreOrderId: id }) }
}
const ids = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, index) => prefix + index)

test('accounts with their currency, value and 25 transactions each cost one call a list', async () => {
  const { data, errors } = await sandboxed.ask(`{ accounts {
    id currency { name } value transactions(first: 25) { nodes { id amount currency { code } account { id } } }
  } }`)
  expect(errors).toBeUndefined()
  expect(data.accounts).toHaveLength(14)
  const { sandbox } = sandboxed
  expect(sandbox.count('GET /accounts')).toBe(1)
  for (const { id } of data.accounts)
    expect(sandbox.count(`GET /accounts/${id.slice('Account:'.length)}/transactions`)).toBe(1)
  expect(sandbox.count('GET /accounts/{accountId}/transactions')).toBe(14)
  expect(sandbox.count('GET /currencies/rates')).toBe(1)
  expect(sandbox.count('GET /currencies')).toBeLessThanOrEqual(1)
  expect(sandbox.count('POST /oauth/token')).toBe(1)
  expect(sandbox.count()).toBeLessThanOrEqual(1 + 14 + 1 + 1 + 1)
})

test('25 transactions from 7 exchanges, withdrawals and orders cost 7 calls for their sources', async () => {
  const sources = [
    ...ids(3, 'E').map((referenceId) => ({ type: 'EXCHANGE', referenceId })),
    ...ids(2, 'W').map((referenceId) => ({ type: 'CRYPTO_WITHDRAWAL', referenceId })),
    ...ids(2, 'O').map((referenceId) => ({ type: 'MERCHANT_ORDER', referenceId })),
  ]
  upstream.routes({
    'GET /accounts/{id}/transactions': {
      body: page(...ids(25, 'T').map((transactionId, n) => transaction({ transactionId, ...sources[n % 7] }))),
    },
    'GET /exchanges/{id}': byId,
    'GET /merchants/orders/{id}': byId,
    'GET /withdrawals/crypto/{id}': ({ path }) => ({ body: withdrawal({ id: path.split('/').at(-1) }) }),
  })
  const { data, errors } = await scripted.ask(`{ account(id: "Account:A1") { transactions { nodes {
    source { __typename ... on Node { id } ... on Exchange { statusText } ... on CryptoWithdrawal { statusText } ... on Order { statusText } }
  } } } }`)
  expect(errors).toBeUndefined()
  const found: { id: string }[] = data.account.transactions.nodes.map(({ source }: { source: unknown }) => source)
  expect(found.map(({ id }) => id.split(':')[1])).toEqual(ids(25, '').map((n) => sources[Number(n) % 7]?.referenceId))
  expect(upstream.requests.filter(({ path }) => /^\/(exchanges|withdrawals|merchants)/.test(path))).toHaveLength(7)
})

test('60 aliases of account over 10 ids cost at most 10 calls', async () => {
  const { accounts } = (await sandboxed.ask('{ accounts { id } }')).data
  sandboxed.sandbox.control.requests.clear()
  const wanted: string[] = accounts.slice(0, 10).map(({ id }: { id: string }) => id)
  const aliases = ids(60, 'a').map((alias, n) => `${alias}: account(id: "${wanted[n % 10]}") { id balance }`)
  const { data, errors } = await sandboxed.ask(`{ ${aliases.join(' ')} }`)
  expect(errors).toBeUndefined()
  expect(Object.values<{ id: string }>(data).map(({ id }) => id)).toEqual(
    ids(60, '').map((n) => wanted[Number(n) % 10]),
  )
  expect(sandboxed.sandbox.count()).toBeLessThanOrEqual(10)
})

test('one account is read by itself, and two by the one call that lists them', async () => {
  const one = await scripted.ask('{ account(id: "Account:A1") { id } }')
  expect(one.data).toEqual({ account: { id: 'Account:A1' } })
  expect(upstream.requests.map(({ path }) => path).filter((path) => path.startsWith('/accounts'))).toEqual([
    '/accounts/A1',
  ])
  upstream.requests.length = 0
  const two = await scripted.ask('{ a: account(id: "Account:A1") { id } b: account(id: "Account:nobody") { id } }')
  expect(two.data).toEqual({ a: { id: 'Account:A1' }, b: null })
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/accounts'])
})

test('accounts and addresses that are wanted one after the other cost two calls each, however many', async () => {
  const [second, third] = [gate(), gate()]
  const after = async (opened: Promise<void>, body: object): Promise<Reply> => {
    await opened
    return { body }
  }
  let addresses = 0
  upstream.routes({
    'GET /deposits/D1': () => after(second.opened, deposit({ accountId: 'A2' })),
    'GET /withdrawals/crypto/W1': () => after(third.opened, withdrawal({ accountId: 'A3' })),
    'GET /deposits/crypto/addresses': () => {
      addresses += 1
      if (addresses === 1) second.open()
      else third.open()
      return { body: [] }
    },
    'GET /accounts': { body: ['A1', 'A2', 'A3'].map((accountId) => account({ accountId })) },
  })
  const link = '{ id depositAddresses { address } }'
  const { data, errors } = await scripted.ask(`{
    exchange(id: "Exchange:E1") { payAccount ${link} }
    deposit(id: "Deposit:D1") { account ${link} }
    withdrawal(id: "CryptoWithdrawal:W1") { account ${link} }
  }`)
  expect(errors).toBeUndefined()
  expect(data.withdrawal.account.id).toBe('Account:A3')
  expect([upstream.count('GET /accounts/{id}'), upstream.count('GET /accounts'), addresses]).toEqual([1, 1, 2])
  upstream.routes(walletRoutes)
})

test('a list of accounts that says it is not whole is not believed about those that it lacks', async () => {
  upstream.routes({ 'GET /accounts': { body: { totalCount: 3, data: [{ ...bodyOf('GET /accounts/A1') }] } } })
  const { data } = await scripted.ask('{ a: account(id: "Account:A1") { id } b: account(id: "Account:A2") { id } }')
  expect(data).toEqual({ a: { id: 'Account:A1' }, b: { id: 'Account:A2' } })
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/accounts', '/accounts/A2'])
  upstream.routes(walletRoutes)
})

test('a hundred queries at once read the currencies once', async () => {
  await Promise.all(ids(100, '').map(() => scripted.ask('{ currencies { code } currency(code: "EUR") { scale } }')))
  expect(upstream.count('GET /currencies')).toBeLessThanOrEqual(1)
})

test('the currencies that all wait for do not wait behind the other calls of the request that wanted them first', async () => {
  const slow = await startUpstream(walletRoutes)
  const gateway = await startTestGateway(slow.env)
  const full = gate()
  const release = gate()
  let held = 0
  slow.routes({
    'GET /exchanges/pairs': {
      body: [{ exchangePairId: 'P1', payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }],
    },
    'GET /exchanges/{id}': async () => {
      held += 1
      if (held === 10) full.open()
      await release.opened
      return { body: exchange() }
    },
  })
  const aliases = ids(15, 'E').map((id) => `${id}: exchange(id: "Exchange:${id}") { id }`)
  // The pairs are there first, and by the time that they want their currencies all ten calls are taken.
  const first = gateway.ask(`{ ${aliases.join(' ')} exchangePairs { pay { code } } }`)
  await full.opened
  expect((await gateway.ask('{ currency(code: "EUR") { code } }')).data).toEqual({ currency: { code: 'EUR' } })
  expect(slow.count('GET /currencies')).toBe(1)
  release.open()
  expect((await first).errors).toBeUndefined()
  await gateway.close()
  await slow.close()
})

test('one request has never more than ten calls under way at once', async () => {
  const full = gate()
  const release = gate()
  let underWay = 0
  let most = 0
  upstream.routes({
    'GET /exchanges/{id}': async (request) => {
      underWay += 1
      most = Math.max(most, underWay)
      if (underWay === 10) full.open()
      await release.opened
      underWay -= 1
      return typeof byId === 'function' ? byId(request, undefined as never) : byId
    },
  })
  const aliases = ids(35, 'E').map((id) => `${id}: exchange(id: "Exchange:${id}") { id }`)
  const asked = scripted.ask(`{ ${aliases.join(' ')} order(id: "Order:O1") { id } }`)
  await full.opened
  // Another request's call goes all the way while these are held; an eleventh of theirs would have come before it.
  expect((await scripted.ask('{ project(id: "Project:J1") { id } }')).data).toEqual({ project: { id: 'Project:J1' } })
  expect(upstream.count('GET /merchants/projects/J1')).toBe(1)
  expect(most).toBe(10)
  release.open()
  const { data, errors } = await asked
  expect(errors).toBeUndefined()
  expect(Object.keys(data)).toHaveLength(36)
  expect(upstream.count('GET /exchanges/{id}')).toBe(35)
  expect(most).toBe(10)
})

function bodyOf(route: string): object {
  const { body } = walletRoutes[route] as { body: object }
  return body
}
