// Every scope of the API has its working fields, each of which a credential without that scope is refused; what is public needs no token.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox/sandbox.ts'
import { endpointRows, endpoints } from '../src/upstream/endpoints.ts'
import { startTestGateway } from './support/gateway.ts'
import { connectClient } from './support/sockets.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import type { Answer, TestGateway } from './support/gateway.ts'

/** The 34 scopes of the API's reference page. */
const SCOPES = `
  account:read account-transaction:read payment-method:read exchange:read exchange:create deposit:read deposit:create
  deposit-crypto:read deposit-crypto-address:read deposit-crypto-address:create withdraw-crypto:read withdraw-crypto:create
  withdraw-bank:read withdraw-bank:create withdraw-e-wallet:read withdraw-e-wallet:create withdraw-voucher:read withdraw-voucher:create
  withdraw-with-exchange:read withdraw-with-exchange:create merchants-projects:read merchants-projects:create merchants-projects:write
  merchants-preorders:read merchants-preorders:create merchants-orders:read merchants-orders:create merchants-orders:cancel
  merchants-orders:pay merchants-orders:callback merchants-callbacks:read merchants-transactions:read purchase-gift-card:read
  purchase-gift-card:pay
`
  .trim()
  .split(/\s+/)

let sandbox: Sandbox
/** May do everything, and looks up what the cases need. */
let everything: TestGateway
beforeAll(async () => {
  sandbox = await startSandbox()
  sandbox.control.limits.set({ callsPerMinute: 100_000, burst: 100_000 })
  everything = await gatewayWith(SCOPES)
})
afterAll(async () => {
  await everything.close()
  await sandbox.close()
})

function gatewayWith(scopes: readonly string[]): Promise<TestGateway> {
  const { clientId, clientSecret } = sandbox.control.credentials.create(scopes)
  return startTestGateway({
    SPECTROCOIN_API_URL: sandbox.url,
    SPECTROCOIN_CLIENT_ID: clientId,
    SPECTROCOIN_CLIENT_SECRET: clientSecret,
  })
}

// oxlint-disable-next-line typescript/no-explicit-any -- as the query shapes it
async function look(query: string, variables?: Record<string, unknown>): Promise<any> {
  const { data, errors } = await everything.ask(query, variables)
  expect([query, errors]).toEqual([query, undefined])
  return data
}

const accountId = async (code: string): Promise<string> =>
  (await look(`{ accounts(currencies: [${JSON.stringify(code)}]) { id } }`)).accounts[0].id
const projectId = async (name = 'Harbour Books'): Promise<string> =>
  (await look('{ projects { nodes { id name } } }')).projects.nodes.find((each: { name: string }) => each.name === name)
    .id
const first = async (selection: string, field: string): Promise<string> =>
  (await look(`{ ${selection} { nodes { id } } }`))[field].nodes[0].id
/** A new order in NEW, by way of a preorder that its payer has opened. */
async function newOrder(): Promise<string> {
  const { createOrder } = await look(
    `mutation ($project: ID!) { createOrder(input: {
      projectId: $project, amount: { receive: { amount: "25.00", currency: "EUR" } }, callbackUrl: "https://shop.example.com/callback"
    }) { ... on Preorder { id } } }`,
    { project: await projectId() },
  )
  return `Order:${sandbox.control.orders.open(createOrder.id.slice('Preorder:'.length))}`
}
async function underpaidOrder(): Promise<string> {
  const id = await newOrder()
  sandbox.control.orders.move(id.slice('Order:'.length), 'UNDERPAID')
  return id
}
async function newPurchase(): Promise<string> {
  const { giftCards } = await look('{ giftCards { nodes { id currencyCode available denominations minAmount } } }')
  const card = giftCards.nodes.find((each: { available: boolean }) => each.available)
  const { createGiftCardPurchase } = await look(
    `mutation ($input: CreateGiftCardPurchaseInput!) { createGiftCardPurchase(input: $input) { ... on GiftCardPurchase { id } } }`,
    {
      input: {
        giftCardId: card.id,
        amount: { amount: card.denominations[0] ?? card.minAmount, currency: card.currencyCode },
        payCode: 'EUR',
      },
    },
  )
  return createGiftCardPurchase.id
}

interface Case {
  readonly field: string
  readonly query: string
  readonly variables?: () => Promise<Record<string, unknown>>
}

const IBAN = 'LT601010012345678901'
let key = 0
const unique = (): string => `key-${(key += 1)}`
const mutation = (field: string, input: () => Promise<Record<string, unknown>> | Record<string, unknown>): Case => ({
  field,
  query: `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { __typename ... on Error { message } } }`,
  variables: async () => ({ input: await input() }),
})
const query = (field: string, selection: string, variables?: () => Promise<Record<string, unknown>>): Case => ({
  field,
  query: selection,
  ...(variables && { variables }),
})
const byId = (field: string, id: () => Promise<string>): Case =>
  query(field, `query ($id: ID!) { ${field}(id: $id) { id } }`, async () => ({ id: await id() }))
const ofProject = (field: string): Case =>
  query(field, `query ($id: ID!) { ${field}(projectId: $id, first: 2) { nodes { id } } }`, async () => ({
    id: await projectId(),
  }))
const withdrawals = (kind: string): readonly Case[] => [
  query('withdrawals', `{ withdrawals(kind: ${kind}, first: 2) { nodes { id statusText } } }`),
  byId('withdrawal', () => first(`withdrawals(kind: ${kind}, first: 1)`, 'withdrawals')),
]
const fee = (field: string, input: string): Case =>
  query(field, `{ ${field}(input: ${input}) { __typename ... on Error { message } } }`)

/** What each scope is for. */
const USES: Readonly<Record<string, readonly Case[]>> = {
  'account:read': [query('accounts', '{ accounts { id balance } }'), byId('account', () => accountId('BTC'))],
  'account-transaction:read': [
    query('node', 'query ($id: ID!) { node(id: $id) { id } }', async () => {
      const { account } = await look(
        'query ($id: ID!) { account(id: $id) { transactions(first: 1) { nodes { id } } } }',
        {
          id: await accountId('EUR'),
        },
      )
      return { id: account.transactions.nodes[0].id }
    }),
  ],
  'payment-method:read': [query('paymentMethods', '{ paymentMethods { id type } }')],
  'exchange:read': [
    query('exchanges', '{ exchanges(first: 2) { nodes { id } } }'),
    query('exchangePairs', '{ exchangePairs { id } }'),
    byId('exchange', () => first('exchanges(first: 1)', 'exchanges')),
  ],
  'exchange:create': [
    fee('exchangeQuote', '{ payCode: "EUR", receiveCode: "BTC", amount: { payAmount: "100" } }'),
    mutation('createExchange', () => ({
      idempotencyKey: unique(),
      payAmount: '25.00',
      between: { currencies: { payCode: 'EUR', receiveCode: 'BTC' } },
    })),
  ],
  'deposit:read': [
    query('deposits', '{ deposits(first: 2) { nodes { id } } }'),
    byId('deposit', () => first('deposits(first: 1)', 'deposits')),
  ],
  'deposit:create': [
    mutation('createDeposit', async () => {
      const { paymentMethods } = await look('{ paymentMethods(direction: DEPOSIT, currency: "EUR") { id } }')
      return { amount: '250.00', currency: 'EUR', paymentMethodId: paymentMethods[0].id }
    }),
  ],
  'deposit-crypto:read': [
    query('cryptoDeposits', '{ cryptoDeposits(first: 2) { nodes { id } } }'),
    byId('cryptoDeposit', () => first('cryptoDeposits(first: 1)', 'cryptoDeposits')),
  ],
  'deposit-crypto-address:read': [query('depositAddresses', '{ depositAddresses(currency: "BTC") { id address } }')],
  'deposit-crypto-address:create': [mutation('createDepositAddress', () => ({ currency: 'BTC', network: 'BTC' }))],
  'withdraw-crypto:read': withdrawals('CRYPTO'),
  'withdraw-crypto:create': [
    fee('cryptoWithdrawalFee', '{ currency: "BTC", network: "BTC", amount: "0.01" }'),
    mutation('createCryptoWithdrawal', () => ({
      idempotencyKey: unique(),
      from: { currency: 'BTC' },
      amount: '0.001',
      address: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
      network: 'BTC',
    })),
  ],
  'withdraw-bank:read': withdrawals('BANK'),
  'withdraw-bank:create': [
    fee('bankWithdrawalFee', '{ currency: "EUR", type: SEPA, amount: "100.00" }'),
    mutation('createBankWithdrawal', () => ({
      idempotencyKey: unique(),
      from: { currency: 'EUR' },
      amount: '100.00',
      type: 'SEPA',
      beneficiaryName: 'Harbour Books UAB',
      iban: IBAN,
    })),
  ],
  'withdraw-e-wallet:read': withdrawals('E_WALLET'),
  'withdraw-e-wallet:create': [
    query(
      'eWalletWithdrawalFee',
      'query ($input: EWalletWithdrawalFeeInput!) { eWalletWithdrawalFee(input: $input) { __typename ... on Error { message } } }',
      async () => ({ input: { currency: 'EUR', provider: await provider('E_WALLET'), amount: '50.00' } }),
    ),
    mutation('createEWalletWithdrawal', async () => ({
      idempotencyKey: unique(),
      from: { currency: 'EUR' },
      amount: '50.00',
      provider: await provider('E_WALLET'),
      recipient: 'someone@example.com',
    })),
  ],
  'withdraw-voucher:read': withdrawals('VOUCHER'),
  'withdraw-voucher:create': [
    mutation('createVoucherWithdrawal', async () => ({
      idempotencyKey: unique(),
      from: { currency: 'EUR' },
      amount: '50.00',
      provider: await provider('VOUCHER'),
    })),
  ],
  'withdraw-with-exchange:read': withdrawals('WITH_EXCHANGE'),
  'withdraw-with-exchange:create': [
    fee(
      'withdrawalWithExchangeQuote',
      `{ from: { currency: "BTC" }, receiveCode: "EUR", amount: { receiveAmount: "100.00" },
         method: { bank: { type: SEPA, beneficiaryName: "Harbour Books UAB", iban: "${IBAN}" } } }`,
    ),
    mutation('createWithdrawalWithExchange', () => ({
      idempotencyKey: unique(),
      from: { currency: 'BTC' },
      receiveCode: 'EUR',
      amount: { receiveAmount: '100.00' },
      method: { bank: { type: 'SEPA', beneficiaryName: 'Harbour Books UAB', iban: IBAN } },
    })),
  ],
  'merchants-projects:read': [query('projects', '{ projects { nodes { id } } }'), byId('project', () => projectId())],
  'merchants-projects:create': [
    mutation('createProject', () => ({ name: 'Lighthouse', receiveCode: 'EUR', autoConvert: true })),
  ],
  'merchants-projects:write': [
    mutation('updateProject', async () => ({ id: await projectId('Staging'), description: 'For tests' })),
  ],
  'merchants-preorders:read': [
    ofProject('preorders'),
    byId('preorder', async () => first(`preorders(projectId: "${await projectId()}", first: 1)`, 'preorders')),
  ],
  'merchants-preorders:create': [
    mutation('createPreorder', async () => ({
      projectId: await projectId(),
      multiple: true,
      amount: { receive: { amount: '25.00', currency: 'EUR' } },
    })),
  ],
  'merchants-orders:read': [
    ofProject('orders'),
    byId('order', async () => first(`orders(projectId: "${await projectId()}", first: 1)`, 'orders')),
  ],
  'merchants-orders:create': [
    mutation('createOrder', async () => ({
      projectId: await projectId(),
      amount: { receive: { amount: '49.90', currency: 'EUR' } },
    })),
    mutation('createOrderFromPreorder', async () => {
      const { createPreorder } = await look(
        `mutation ($project: ID!) { createPreorder(input: {
          projectId: $project, amount: { receive: { amount: "25.00", currency: "EUR" } }
        }) { ... on Preorder { id } } }`,
        { project: await projectId() },
      )
      return { preorderId: createPreorder.id, payCode: 'BTC', network: 'BTC' }
    }),
  ],
  'merchants-orders:cancel': [mutation('cancelOrder', async () => ({ id: await newOrder() }))],
  'merchants-orders:pay': [
    mutation('payOrder', async () => ({ idempotencyKey: unique(), id: await newOrder(), from: { currency: 'EUR' } })),
    mutation('acceptOrder', async () => ({ id: await underpaidOrder() })),
  ],
  'merchants-orders:callback': [mutation('resendOrderCallback', async () => ({ id: await newOrder() }))],
  'merchants-callbacks:read': [
    ofProject('merchantCallbacks'),
    byId('merchantCallback', async () =>
      first(`merchantCallbacks(projectId: "${await projectId()}", first: 1)`, 'merchantCallbacks'),
    ),
  ],
  'merchants-transactions:read': [
    ofProject('merchantTransactions'),
    byId('merchantTransaction', async () =>
      first(`merchantTransactions(projectId: "${await projectId()}", first: 1)`, 'merchantTransactions'),
    ),
  ],
  'purchase-gift-card:read': [
    query('giftCardPurchases', '{ giftCardPurchases(first: 2) { nodes { id cards { code } } } }'),
    byId('giftCardPurchase', () => first('giftCardPurchases(first: 1)', 'giftCardPurchases')),
  ],
  'purchase-gift-card:pay': [
    mutation('payGiftCardPurchase', async () => ({
      idempotencyKey: unique(),
      id: await newPurchase(),
      from: { accountId: await accountId('EUR') },
    })),
    mutation('createGiftCardPurchase', async () => {
      const { giftCards } = await look('{ giftCards { nodes { id currencyCode available denominations minAmount } } }')
      const card = giftCards.nodes.find((each: { available: boolean }) => each.available)
      return {
        giftCardId: card.id,
        amount: { amount: card.denominations[0] ?? card.minAmount, currency: card.currencyCode },
        payCode: 'EUR',
      }
    }),
  ],
}

async function provider(type: string): Promise<string> {
  const { paymentMethods } = await look('{ paymentMethods(direction: WITHDRAWAL) { id type } }')
  return paymentMethods.find((each: { type: string }) => each.type === type).id.slice('PaymentMethod:'.length)
}

const CASES = Object.entries(USES).flatMap(([scope, cases]) => cases.map((each) => [scope, each.field, each] as const))

test('the cases, the schema and the endpoint table know the 34 scopes, and no other', () => {
  expect(SCOPES).toHaveLength(34)
  expect(Object.keys(USES)).toEqual(SCOPES)
  const inTable = new Set(endpointRows(endpoints).flatMap(({ scope }) => scope ?? []))
  expect([...inTable].sort()).toEqual([...SCOPES].sort())
})

describe('with its scope', () => {
  test.each(CASES)('%s, %s works', async (_, field, { query: document, variables }) => {
    const { data, errors } = await everything.ask(document, await variables?.())
    expect([errors, data[field]]).toEqual([undefined, expect.anything()])
    expect(data[field]).not.toHaveProperty('message')
  })
})

describe('without its scope', () => {
  test.each(CASES)('%s, %s is FORBIDDEN, which names it', async (scope, field, { query: document, variables }) => {
    // Deposit addresses take either of two.
    const without = SCOPES.filter(
      (each) => each !== scope && !(field === 'depositAddresses' && each === 'deposit:read'),
    )
    const asked = await variables?.()
    const gateway = await gatewayWith(without)
    const { data, errors } = await gateway.ask(document, asked)
    await gateway.close()
    expect(data).toEqual({ [field]: null })
    expect(errors).toMatchObject([{ path: [field], extensions: { code: 'FORBIDDEN', scope } }])
  })
})

describe('what is public', () => {
  const PUBLIC: readonly [string, string][] = [
    ['currencies', '{ currencies { code } }'],
    ['currency', '{ currency(code: "BTC") { code } }'],
    ['rates', '{ rates { price } }'],
    [
      'rateHistory',
      '{ rateHistory(currency: "BTC", from: "2026-11-01T00:00:00Z", to: "2026-11-08T00:00:00Z") { price } }',
    ],
    ['giftCards', '{ giftCards { nodes { id } } }'],
    ['giftCard', 'query ($id: ID!) { giftCard(id: $id) { name } }'],
  ]

  test.each(PUBLIC)('%s works without any token', async (field, document) => {
    const variables = field === 'giftCard' ? { id: await first('giftCards', 'giftCards') } : undefined
    const gateway = await startTestGateway({ SPECTROCOIN_API_URL: sandbox.url })
    const before = sandbox.count('POST /oauth/token')
    const { data, errors } = await gateway.ask(document, variables)
    await gateway.close()
    expect([errors, data[field]]).toEqual([undefined, expect.anything()])
    expect(sandbox.count('POST /oauth/token')).toBe(before)
  })

  test.each([
    ['liveRate', 'subscription { liveRate(currency: "BTC") { price } }'],
    ['liveRates', 'subscription { liveRates(currencies: ["BTC", "ETH"]) { price } }'],
  ])('%s works without any token', async (field, document) => {
    const gateway = await startTestGateway({ SPECTROCOIN_API_URL: sandbox.url })
    const client = connectClient(gateway.gateway.websocketUrl)
    const { data, errors } = await client.ask(document)
    expect([errors, data[field]]).toEqual([undefined, expect.anything()])
    await client.close()
    await gateway.close()
  })
})

describe('an export', () => {
  test.each([
    ['account-transaction:read', { resource: 'ACCOUNT_TRANSACTIONS' }],
    ['exchange:read', { resource: 'EXCHANGES' }],
    ['deposit:read', { resource: 'DEPOSITS' }],
    ['deposit-crypto:read', { resource: 'CRYPTO_DEPOSITS' }],
    ['withdraw-crypto:read', { resource: 'WITHDRAWALS', kind: 'CRYPTO' }],
    ['withdraw-bank:read', { resource: 'WITHDRAWALS', kind: 'BANK' }],
    ['withdraw-e-wallet:read', { resource: 'WITHDRAWALS', kind: 'E_WALLET' }],
    ['withdraw-voucher:read', { resource: 'WITHDRAWALS', kind: 'VOUCHER' }],
    ['withdraw-with-exchange:read', { resource: 'WITHDRAWALS', kind: 'WITH_EXCHANGE' }],
    ['merchants-orders:read', { resource: 'MERCHANT_ORDERS' }],
    ['merchants-transactions:read', { resource: 'MERCHANT_TRANSACTIONS' }],
  ])('takes the scope of its rows, %s, and no other: %o', async (scope, of) => {
    const now = Date.now()
    const input = {
      ...of,
      ...(scope.startsWith('merchants') && { projectId: await projectId() }),
      ...(scope.startsWith('account') && { accountId: await accountId('EUR') }),
      from: new Date(now - 180 * 86_400_000).toISOString(),
      to: new Date(now).toISOString(),
    }
    const document = 'mutation ($input: CreateExportInput!) { createExport(input: $input) { ... on Export { url } } }'
    const make = (gateway: TestGateway, format: string): Promise<Answer> =>
      gateway.ask(document, { input: { ...input, format } })
    const [allowed, refused] = await Promise.all([
      gatewayWith([scope]),
      gatewayWith(SCOPES.filter((each) => each !== scope)),
    ])
    const [csv, pdf] = await Promise.all(
      ['CSV', 'PDF'].map(async (format) => (await fetch((await make(allowed, format)).data.createExport.url)).text()),
    )
    expect(csv?.split('\r\n').length).toBeGreaterThan(2)
    expect(pdf?.startsWith('%PDF-')).toBe(true)
    expect((await make(refused, 'CSV')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope } }])
    await Promise.all([allowed.close(), refused.close()])
  })
})

test('a signed callback of the sandbox is taken', async () => {
  const id = (await newOrder()).slice('Order:'.length)
  const response = await fetch(new URL('/callbacks/merchant', everything.gateway.url), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: sandbox.control.callbacks.formBody(id),
  })
  expect([response.status, await response.text()]).toEqual([200, '*ok*'])
})

test('no call of the endpoint table was left out of all this', async () => {
  await look('{ exchangePairs(payCode: "EUR") { rate { rate } } }')
  const never = endpointRows(endpoints).filter(({ method, path }) => sandbox.count(`${method} ${path}`) === 0)
  expect(never.map(({ name }) => name)).toEqual([])
})
