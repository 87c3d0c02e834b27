// Callers who ask for the same things at the same moments, of an upstream that writes their name into each value: nobody ever reads another's.
import { getNamedType, isAbstractType, isCompositeType, isLeafType, isObjectType, isRequiredArgument } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { needsOf } from '../src/schema/needs.ts'
import { schema } from '../src/schema/index.ts'
import { endpointRows, endpoints } from '../src/upstream/endpoints.ts'
import { startTestGateway } from './support/gateway.ts'
import * as rows from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { GraphQLField, GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType } from 'graphql'
import type { TestGateway } from './support/gateway.ts'
import type { Row } from './support/rows.ts'
import type { FakeUpstream, RecordedRequest, Reply } from './support/upstream.ts'

/** Digits, so that they can stand in texts, ids and amounts alike; found again wherever they stand. */
const CALLERS = ['61803390', '61803391', '61803392', '61803393', '61803394']
const NAME = /6180339\d/g

/** The same numbers each time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
const random = seeded(20261122)
function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((each) => [random(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each)
}

// --- The upstream: what each endpoint answers, before a name is written into it.

const page = rows.page
const quote: Row = { payAmount: 1, receiveAmount: 2, feeAmount: 3, payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC' }
const fee: Row = { feeAmount: 1, currencyCode: 'EUR', minAmount: 2, maxAmount: 3 }
const pair: Row = { exchangePairId: 'P9', payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC', maxPayAmount: 1 }
const euros = rows.account({ availableBalance: 9_500 })
// Nothing, so that what both are worth together is the other one's balance.
const bitcoins = rows.account({ accountId: 'A2', currencyCode: 'BTC', balance: 0 })
const SOURCES = ['EXCHANGE', 'DEPOSIT', 'CRYPTO_DEPOSIT', 'MERCHANT_ORDER', 'GIFT_CARD']
const references = ['E1', 'D1', 'C1', 'O1', 'G1']
const transactions = SOURCES.map((type, n) =>
  rows.transaction({ transactionId: `T${n + 1}`, type, referenceId: references[n] }),
)
const paid = rows.giftCardPurchase({ status: 'PAID', cards: [{ code: 'CODE', pin: 'PIN' }] })

const PUBLIC = {
  'GET /currencies': { body: [rows.currency(), rows.currency({ code: 'BTC', type: 'CRYPTO', scale: 8 })] },
  'GET /currencies/rates': { body: [rows.rate(), rows.rate({ currencyCode: 'EUR', rate: 1 })] },
  'GET /gift-cards': { body: page(rows.giftCard()) },
  'GET /gift-cards/{id}': { body: rows.giftCard() },
}

/** By the row's name in the endpoint table: each private one has an answer here. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  'accounts.list': [euros, bitcoins],
  'accounts.read': euros,
  'transactions.list': page(...transactions),
  'transactions.read': transactions[0],
  'exchangePairs.list': [pair],
  'exchangePairs.rate': {
    payCurrencyCode: 'EUR',
    receiveCurrencyCode: 'BTC',
    rate: 1,
    timestamp: '2026-03-10T14:27:00Z',
  },
  'exchangePairs.quote': quote,
  'exchanges.create': rows.exchange(),
  'exchanges.list': page(rows.exchange()),
  'exchanges.read': rows.exchange(),
  'cryptoWithdrawals.create': rows.withdrawal(),
  'cryptoWithdrawals.fee': fee,
  'cryptoWithdrawals.list': page(rows.withdrawal()),
  'cryptoWithdrawals.read': rows.withdrawal(),
  'bankWithdrawals.create': rows.bankWithdrawal(),
  'bankWithdrawals.fee': fee,
  'bankWithdrawals.list': page(rows.bankWithdrawal()),
  'bankWithdrawals.read': rows.bankWithdrawal(),
  'eWalletWithdrawals.create': rows.eWalletWithdrawal(),
  'eWalletWithdrawals.fee': fee,
  'eWalletWithdrawals.list': page(rows.eWalletWithdrawal()),
  'eWalletWithdrawals.read': rows.eWalletWithdrawal(),
  'voucherWithdrawals.create': rows.voucherWithdrawal(),
  'voucherWithdrawals.list': page(rows.voucherWithdrawal()),
  'voucherWithdrawals.read': rows.voucherWithdrawal(),
  'withdrawalsWithExchange.create': rows.withdrawalWithExchange(),
  'withdrawalsWithExchange.quote': quote,
  'withdrawalsWithExchange.list': page(rows.withdrawalWithExchange()),
  'withdrawalsWithExchange.read': rows.withdrawalWithExchange(),
  'deposits.create': rows.deposit(),
  'deposits.list': page(rows.deposit()),
  'deposits.read': rows.deposit(),
  'cryptoDeposits.list': page(rows.cryptoDeposit()),
  'cryptoDeposits.read': rows.cryptoDeposit(),
  'depositAddresses.list': [rows.depositAddress({ memo: 'memo' })],
  'depositAddresses.create': rows.depositAddress({ memo: 'memo' }),
  'paymentMethods.list': [rows.paymentMethod()],
  'giftCardPurchases.create': rows.giftCardPurchase(),
  'giftCardPurchases.pay': paid,
  'giftCardPurchases.list': page(paid),
  'giftCardPurchases.read': paid,
  'projects.list': page(rows.project()),
  'projects.read': rows.project(),
  'projects.create': rows.project(),
  'projects.update': rows.project(),
  'preorders.create': rows.preorder(),
  'preorders.list': page(rows.preorder()),
  'preorders.read': rows.preorder(),
  'orders.list': page(rows.order()),
  'orders.read': rows.order(),
  'orderActions.create': { preOrderId: 'P1', redirectUrl: 'https://spectrocoin.com/en/payment/preorder/P1' },
  'orderActions.createFromPreorder': rows.order(),
  'orderActions.cancel': rows.order(),
  'orderActions.accept': rows.order(),
  'orderActions.resendCallback': rows.order(),
  'orderActions.pay': rows.order(),
  'merchantTransactions.list': page(rows.merchantTransaction()),
  'merchantTransactions.read': rows.merchantTransaction(),
  'merchantCallbacks.list': page(rows.merchantCallback()),
  'merchantCallbacks.read': rows.merchantCallback(),
}

const TEXTS = /name$|description|reference$|^memo$|responseBody|recipient|voucher|^provider|url$|^code$|^pin$/i
const AMOUNTS = /amount$|balance$|^rate$|^fee/i
const IDS = /id$/i

/** An answer with a name in each text and amount, and in each id where those are to be the caller's own. */
function written(value: unknown, name: string, ownIds: boolean, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => written(each, name, ownIds, key))
  if (value === null || value === undefined) return value
  if (AMOUNTS.test(key) && value !== 0) return Number(name)
  if (typeof value === 'string') return (ownIds && IDS.test(key)) || TEXTS.test(key) ? `${value}-${name}` : value
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name_, each]) => [name_, written(each, name, ownIds, name_)]))
}

const callerOf = ({ headers }: RecordedRequest): string => {
  const token = headers.authorization?.replace('Bearer ', '') ?? ''
  const [, payload = ''] = token.split('.')
  return `${token} ${Buffer.from(payload, 'base64url').toString()}`.match(NAME)?.[0] ?? ''
}

const PRIVATE = endpointRows(endpoints).filter(({ scope, name }) => scope !== null && !name.startsWith('exports.'))

/** How callers are told apart, and whether what is theirs has the same ids. */
interface World {
  readonly token: (name: string) => string
  readonly ownIds: boolean
  /** An id as the caller of this name knows it. */
  readonly id: (local: string, name: string) => string
}
const WORLDS: readonly (readonly [string, World])[] = [
  [
    'whose ids are their own',
    { token: (name) => `token-${name}`, ownIds: true, id: (local, name) => `${local}-${name}` },
  ],
  [
    'who share all ids and keys',
    {
      token: (name) => `e30.${Buffer.from(JSON.stringify({ iss: 'sc', sub: name })).toString('base64url')}.s`,
      ownIds: false,
      id: (local) => local,
    },
  ],
]

// --- The questions: every private field of the schema, with all that is private below it.

const LOCAL: Readonly<Record<string, string>> = {
  Account: 'A1',
  Transaction: 'A1/T1',
  Exchange: 'E1',
  ExchangePair: 'P9',
  CryptoWithdrawal: 'W1',
  BankWithdrawal: 'B1',
  EWalletWithdrawal: 'E1',
  VoucherWithdrawal: 'V1',
  WithdrawalWithExchange: 'X1',
  Deposit: 'D1',
  CryptoDeposit: 'C1',
  GiftCardPurchase: 'G1',
  Project: 'J1',
  Preorder: 'P1',
  Order: 'O1',
  MerchantTransaction: 'M1',
  MerchantCallback: 'C1',
}
const KINDS = ['CryptoWithdrawal', 'BankWithdrawal', 'EWalletWithdrawal', 'VoucherWithdrawal', 'WithdrawalWithExchange']
const IBAN = 'LT601010012345678901'
const BANK = `type: SEPA, beneficiaryName: "Harbour Books UAB", iban: "${IBAN}"`
const BTC = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'

/** The arguments of a field, as the caller of this name gives them; for a field of several kinds, each of them. */
type Arguments = (id: (type: string) => string, key: (field: string) => string) => readonly string[]
const byKind: Arguments = (id) => KINDS.map((kind) => `id: "${id(kind)}"`)
const ofProject: Arguments = (id) => [`projectId: "${id('Project')}"`]
const ARGUMENTS: Readonly<Record<string, Arguments>> = {
  node: (id) => Object.keys(LOCAL).map((type) => `id: "${id(type)}"`),
  nodes: (id) => [`ids: ${JSON.stringify(Object.keys(LOCAL).map(id))}`],
  withdrawal: byKind,
  withdrawals: () => ['CRYPTO', 'BANK', 'E_WALLET', 'VOUCHER', 'WITH_EXCHANGE'].map((kind) => `kind: ${kind}`),
  bankWithdrawalFee: () => ['input: { currency: "EUR", type: SEPA, amount: "100.00" }'],
  cryptoWithdrawalFee: () => ['input: { currency: "BTC", network: "BTC", amount: "0.01" }'],
  eWalletWithdrawalFee: () => ['input: { currency: "EUR", provider: "skrill", amount: "50.00" }'],
  exchangeQuote: () => ['input: { payCode: "EUR", receiveCode: "BTC", amount: { payAmount: "1" } }'],
  withdrawalWithExchangeQuote: () => [
    `input: { from: { currency: "EUR" }, receiveCode: "BTC", amount: { payAmount: "1" }, method: { crypto: { address: "${BTC}", network: "BTC" } } }`,
  ],
  merchantCallbacks: ofProject,
  merchantTransactions: ofProject,
  orders: ofProject,
  preorders: ofProject,
  // Mutations.
  createDepositAddress: () => ['input: { currency: "BTC", network: "BTC" }'],
  createDeposit: (id) => [
    `input: { amount: "1", currency: "EUR", paymentMethodId: "PaymentMethod:sepa", accountId: "${id('Account')}" }`,
  ],
  createBankWithdrawal: (_, key) => [
    `input: { idempotencyKey: "${key('bank')}", from: { currency: "EUR" }, amount: "1.00", ${BANK} }`,
  ],
  createCryptoWithdrawal: (_, key) => [
    `input: { idempotencyKey: "${key('crypto')}", from: { currency: "BTC" }, amount: "0.01", address: "${BTC}", network: "BTC" }`,
  ],
  createEWalletWithdrawal: (_, key) => [
    `input: { idempotencyKey: "${key('e-wallet')}", from: { currency: "EUR" }, amount: "1.00", provider: "skrill", recipient: "a@example.com" }`,
  ],
  createVoucherWithdrawal: (_, key) => [
    `input: { idempotencyKey: "${key('voucher')}", from: { currency: "EUR" }, amount: "1.00", provider: "flexepin" }`,
  ],
  createWithdrawalWithExchange: (_, key) => [
    `input: { idempotencyKey: "${key('with-exchange')}", from: { currency: "BTC" }, receiveCode: "EUR", amount: { receiveAmount: "1.00" }, method: { bank: { ${BANK} } } }`,
  ],
  createExchange: (_, key) => [
    `input: { idempotencyKey: "${key('exchange')}", payAmount: "1", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } } }`,
  ],
  createGiftCardPurchase: () => [
    'input: { giftCardId: "GiftCard:steam-eur", amount: { amount: "20", currency: "EUR" }, payCode: "BTC" }',
  ],
  payGiftCardPurchase: (id, key) => [
    `input: { idempotencyKey: "${key('gift-card')}", id: "${id('GiftCardPurchase')}", from: { accountId: "${id('Account')}" } }`,
  ],
  createOrder: (id) => [
    `input: { projectId: "${id('Project')}", amount: { receive: { amount: "1.00", currency: "EUR" } } }`,
  ],
  createOrderFromPreorder: (id) => [`input: { preorderId: "${id('Preorder')}", payCode: "BTC", network: "BTC" }`],
  cancelOrder: (id) => [`input: { id: "${id('Order')}" }`],
  acceptOrder: (id) => [`input: { id: "${id('Order')}" }`],
  resendOrderCallback: (id) => [`input: { id: "${id('Order')}" }`],
  payOrder: (id, key) => [
    `input: { idempotencyKey: "${key('order')}", id: "${id('Order')}", from: { currency: "EUR" } }`,
  ],
  createPreorder: (id) => [
    `input: { projectId: "${id('Project')}", amount: { receive: { amount: "1.00", currency: "EUR" } } }`,
  ],
  createProject: () => ['input: { name: "Lighthouse", receiveCode: "EUR" }'],
  updateProject: (id) => [`input: { id: "${id('Project')}", description: "For tests" }`],
  // Subscriptions.
  withdrawalUpdated: byKind,
  liveExchangeRate: () => ['payCode: "EUR", receiveCode: "BTC"'],
}
/** A link to a file, which holds nothing of anybody; exports.test.ts is about what is behind it. */
const LEFT_OUT = ['createExport']

const fieldsOf = (type: GraphQLNamedType | null | undefined): readonly GraphQLField<unknown, unknown>[] =>
  isObjectType(type) ? Object.values((type as GraphQLObjectType).getFields()) : []
const isPrivate = ({ name, extensions }: GraphQLField<unknown, unknown>): boolean =>
  (needsOf(extensions)?.scopes.length ?? 0) > 0 && !LEFT_OUT.includes(name)

/** All that a type has, down to so many links. What may be of several types is asked for as each, under names that do not clash. */
function selection(type: GraphQLNamedType, links: number, only?: string): string {
  if (!isAbstractType(type))
    return `{ __typename ${fieldsOf(type)
      .map((field) => selected(field, links, ''))
      .join(' ')} }`
  const types = schema.getPossibleTypes(type).filter(({ name }) => only === undefined || name === only)
  const parts = types.map((each) => {
    const fields = fieldsOf(each).map((field) => selected(field, links, `${each.name}_${field.name}: `))
    return `... on ${each.name} { ${fields.join(' ')} }`
  })
  return `{ __typename ${parts.join(' ')} }`
}

function selected(field: GraphQLField<unknown, unknown>, links: number, alias: string): string {
  const type = getNamedType(field.type)
  if (field.args.some(isRequiredArgument) || ['edges', 'pageInfo', 'candidates'].includes(field.name)) return ''
  if (isLeafType(type)) return `${alias}${field.name}`
  // Rows of a page are no link.
  const left = field.name === 'nodes' ? links : links - 1
  return left < 0 || !isCompositeType(type) ? '' : `${alias}${field.name} ${selection(type, left)}`
}

function questions(
  root: 'Query' | 'Mutation' | 'Subscription',
  name: string,
  world: World,
  links: number,
  round = 0,
): string[] {
  const kind = root.toLowerCase()
  const id = (type: string): string => {
    const parts = (LOCAL[type] ?? '').split('/').map((each) => world.id(each, name))
    return `${type}:${parts.join('/')}`
  }
  const key = (field: string): string => world.id(`${field}-${round}`, name)
  return fieldsOf(schema.getType(root))
    .filter(isPrivate)
    .flatMap((field) => {
      const type = getNamedType(field.type)
      const byId = field.args.some((arg) => arg.name === 'id' && isRequiredArgument(arg))
      const given = ARGUMENTS[field.name]?.(id, key) ?? (byId ? [`id: "${id(type.name)}"`] : [''])
      return given.map((args) => {
        const [, only] = /^id: "(\w+):/.exec(args) ?? []
        return `${kind} { it: ${field.name}${args && `(${args})`} ${selection(type, links, only)} }`
      })
    })
}

/** What a mutation gives in place of what it was to make. */
const FAULTS: ReadonlySet<string> = new Set(
  schema.getPossibleTypes(schema.getType('Error') as GraphQLInterfaceType).map(({ name }) => name),
)
const namesIn = (data: unknown): string[] => [...new Set(JSON.stringify(data ?? null).match(NAME) ?? [])]

describe.each(WORLDS)('callers %s', (_, world) => {
  let upstream: FakeUpstream
  let gateway: TestGateway
  /** Changes with each event that subscriptions are to hear of. */
  let news = 0
  beforeAll(async () => {
    upstream = await startUpstream(PUBLIC)
    for (const { name, method, path } of PRIVATE) {
      const answer = async (request: RecordedRequest): Promise<Reply> => {
        const caller = callerOf(request)
        await new Promise((resolve) => setTimeout(resolve, random() * 12))
        const body = written(JSON.parse(JSON.stringify(ANSWERS[name])), caller, world.ownIds) as Row
        // A text that all that is watched has, or an amount.
        const fresh = {
          updatedAt: `2026-11-22T10:15:${10 + news}Z`,
          reservedAmount: news,
          ...(name === 'exchangePairs.rate' && { rate: `${caller}.${news}` }),
        }
        return caller === '' ? { status: 401, body: '' } : { body: Array.isArray(body) ? body : { ...body, ...fresh } }
      }
      upstream.routes({ [`${method} ${path}`]: answer })
    }
    gateway = await startTestGateway({
      SPECTROCOIN_API_URL: upstream.url,
      // Every field that there is, under names of its own.
      MAX_UPSTREAM_CALLS: '100000',
      MAX_ALIASES: '10000',
      OPERATION_TIMEOUT_MS: '60000',
    })
  })
  afterAll(async () => {
    await gateway.close()
    await upstream.close()
  })
  const as = (name: string): Record<string, string> => ({ authorization: `Bearer ${world.token(name)}` })

  /** Asks all at once, in an order of its own. Each answer is its caller's, and says so. */
  async function askAll(asked: readonly (readonly [name: string, query: string])[]): Promise<void> {
    const answers = await Promise.all(
      shuffled(asked).map(async ([name, query]) => [name, query, await gateway.ask(query, {}, as(name))] as const),
    )
    for (const [name, query, { data, errors }] of answers) {
      expect([query, errors?.[0]]).toEqual([query, undefined])
      expect([query, data, FAULTS.has(data.it?.__typename)]).toEqual([query, data, false])
      expect([query, namesIn(data)]).toEqual([query, [name]])
    }
  }

  test('read every private field of the schema, all at once, and each reads what is theirs', async () => {
    const asked = CALLERS.flatMap((name) => questions('Query', name, world, 1).map((query) => [name, query] as const))
    for (let round = 1; round <= 3; round += 1) await askAll(asked)
  })

  test('share what is public meanwhile, and are told nothing of who asked', async () => {
    const before = upstream.requests.length
    const query = '{ currencies { code } giftCards { nodes { id } } }'
    const answers = await Promise.all(CALLERS.map((name) => gateway.ask(query, {}, as(name))))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(upstream.count('GET /currencies') + upstream.count('GET /gift-cards')).toBe(2)
    expect(upstream.requests.slice(before).map(callerOf).join('')).toBe('')
  })

  test('change things while all are reading, and each hears of their own', async () => {
    const asked = CALLERS.flatMap((name) =>
      [...questions('Mutation', name, world, 1), ...questions('Query', name, world, 0)].map(
        (query) => [name, query] as const,
      ),
    )
    await askAll(asked)
    const keys = ['exchange', 'crypto', 'bank', 'e-wallet', 'voucher', 'with-exchange', 'gift-card', 'order']
    const what = selection(schema.getType('MoneyOperation') as GraphQLNamedType, 1)
    await askAll(
      CALLERS.flatMap((name) =>
        keys.map((key) => [name, `{ operation(idempotencyKey: "${world.id(`${key}-0`, name)}") ${what} }`] as const),
      ),
    )
  })

  test('listen to every private subscription, and each hears of their own, at first and later', async () => {
    const listeners = CALLERS.map((name) => {
      const client = connectClient(gateway.gateway.websocketUrl, { connectionParams: as(name) })
      return {
        name,
        client,
        live: questions('Subscription', name, world, 0).map((query) => ({ query, events: client.run(query) })),
      }
    })
    for (let events = 1; events <= 2; events += 1) {
      await Promise.all(
        listeners.flatMap(({ name, live }) =>
          live.map(async ({ query, events: each }) => {
            const result = await each.next()
            // Those that can change no more have ended.
            if (events > 1 && !result) return
            expect([query, result?.errors?.[0], namesIn(result?.data)]).toEqual([query, undefined, [name]])
          }),
        ),
      )
      news += 1
    }
    await Promise.all(listeners.map(({ client }) => client.close()))
  })

  test('have called every private endpoint in all this', () => {
    const never = PRIVATE.filter(({ method, path }) => upstream.count(`${method} ${path}`) === 0)
    expect(never.map(({ name }) => name)).toEqual([])
  })
})
