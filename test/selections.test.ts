// Selections at the wire: who asks for the same shares one execution an event, who does not shares nothing, and nobody is shown what is another's.
import {
  getNamedType,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLSchema,
  isAbstractType,
  isLeafType,
  parse,
  validateSubscriptionArgs,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChannels } from '../src/live/channels.ts'
import { createListener } from '../src/live/listener.ts'
import { createLog } from '../src/log.ts'
import { schema } from '../src/schema/index.ts'
import { isPublic } from '../src/server/public.ts'
import { createSubscriptions } from '../src/server/subscriptions.ts'
import { NOBODY } from '../src/upstream/caller.ts'
import { createScopes } from '../src/upstream/scopes.ts'
import { byHand } from './support/by-hand.ts'
import { startTestGateway } from './support/gateway.ts'
import { account, currency, order, page, rate, transaction, walletRoutes } from './support/rows.ts'
import { connectClient, openGreeted } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { GraphQLField, GraphQLNamedType, ValidatedSubscriptionArgs } from 'graphql'
import type { Caller, Services } from '../src/context.ts'
import type { Channels } from '../src/live/channels.ts'
import type { TestGateway } from './support/gateway.ts'
import type { HandSocket, Message, Results, TestClient } from './support/sockets.ts'
import type { FakeUpstream } from './support/upstream.ts'

const RATES = 'GET /currencies/rates'
const PATIENT = { UPSTREAM_TIMEOUT_MS: '20000', OPERATION_TIMEOUT_MS: '20000' }

/** What the gateway counts under this name, all labels together that begin so. */
async function counted({ gateway }: TestGateway, name: string, labels = ''): Promise<number> {
  const lines = (await gateway.registry.metrics()).split('\n')
  const found = lines.filter((line) => line.startsWith(`spectrocoin_gateway_${name}${labels}`))
  return found.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** How often something was to be read, whether that took a request, joined one, or was at hand. */
async function reads(gateway: TestGateway, route: string): Promise<number> {
  const labels = `{route="${route}"`
  return (
    (await counted(gateway, 'upstream_requests_total', labels)) +
    (await counted(gateway, 'upstream_reads_saved_total', labels))
  )
}

const selections = (gateway: TestGateway): Promise<number> => counted(gateway, 'live_selections')

describe('a hundred listeners on twenty sockets', () => {
  let upstream: FakeUpstream
  let gateway: TestGateway
  let clients: TestClient[]
  beforeAll(async () => {
    upstream = await startUpstream(walletRoutes)
    gateway = await startTestGateway({ ...upstream.env, ...PATIENT })
    clients = Array.from({ length: 20 }, () => connectClient(gateway.gateway.websocketUrl))
  })
  afterAll(async () => {
    await Promise.all(clients.map((each) => each.close()))
    await gateway.close()
    await upstream.close()
  })
  const listen = async (query: string): Promise<Results[]> => {
    const all = clients.flatMap((each) => Array.from({ length: 5 }, () => each.run(query)))
    await expect.poll(() => counted(gateway, 'live_listeners')).toBe(100)
    return all
  }

  test('to one account cost one execution an event, with all that it reads', async () => {
    const transactions = 'GET /accounts/{accountId}/transactions'
    const polls = byHand()
    upstream.routes({ 'GET /accounts/A1': polls.route })
    const all = await listen(
      'subscription { accountUpdated(id: "Account:A1") { balance transactions { nodes { id } } } }',
    )
    for (const event of [1, 2, 3]) {
      upstream.routes({
        'GET /accounts/{id}/transactions': { body: page(transaction({ transactionId: `T${event}` })) },
      })
      await polls.answer({ body: account({ balance: event }) })
      const heard = await Promise.all(all.map(async (each) => (await each.next())?.data.accountUpdated))
      const told = { balance: `${event}`, transactions: { nodes: [{ id: `Transaction:A1/T${event}` }] } }
      expect(new Set(heard.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(told)]))
      expect([await reads(gateway, transactions), await selections(gateway)]).toEqual([event, 1])
    }
    await Promise.all(all.map((each) => each.stop()))
    await expect.poll(() => selections(gateway)).toBe(0)
  })

  test('to one rate cost one execution an event, though nothing of it takes a request', async () => {
    const polls = byHand()
    upstream.routes({ [RATES]: polls.route })
    const all = await listen('subscription { liveRate(currency: "BTC") { price currency { name } } }')
    for (const event of [1, 2, 3]) {
      await polls.answer({ body: [rate({ rate: event })] })
      for (const each of all) expect((await each.next())?.data.liveRate.price).toBe(`${event}`)
      expect([await reads(gateway, 'GET /currencies'), upstream.count('GET /currencies')]).toEqual([event, 1])
    }
    await Promise.all(all.map((each) => each.stop()))
    await expect.poll(() => selections(gateway)).toBe(0)
  })
})

describe('of callers who bring their own tokens', () => {
  let upstream: FakeUpstream
  let gateway: TestGateway
  let price = 1
  beforeAll(async () => {
    upstream = await startUpstream({
      [RATES]: ({ query }) => {
        const baseCurrencyCode = query.get('baseCurrencyCode')
        return { body: ['BTC', 'ETH'].map((currencyCode) => rate({ currencyCode, baseCurrencyCode, rate: price })) }
      },
      'GET /currencies': { body: ['BTC', 'ETH', 'EUR'].map((code) => currency({ code })) },
      // Everybody has an account of their own, which bears their name.
      'GET /accounts': ({ headers: { authorization } }) =>
        authorization === undefined
          ? { status: 401, body: '' }
          : { body: [account({ accountId: authorization.replace('Bearer ', 'of-'), currencyCode: 'BTC' })] },
    })
    gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url, ...PATIENT })
  })
  afterAll(async () => {
    await gateway.close()
    await upstream.close()
  })

  interface Asked {
    readonly token?: string
    readonly payload: Readonly<Record<string, unknown>>
  }
  const open = (token: string | undefined): Promise<HandSocket> =>
    openGreeted(gateway.gateway.websocketUrl, token === undefined ? undefined : { authorization: `Bearer ${token}` })

  /** How many selections two listeners are, and what each hears at first. */
  async function together(...both: readonly [Asked, Asked]): Promise<{ count: number; heard: Message[] }> {
    const sockets = await Promise.all(both.map(({ token }) => open(token)))
    const heard: Message[] = []
    for (const [index, { payload }] of both.entries()) {
      sockets[index]?.say({ id: 'it', type: 'subscribe', payload })
      heard.push((await sockets[index]?.hear()) as Message)
    }
    const count = await selections(gateway)
    for (const { socket } of sockets) socket.close()
    await expect.poll(() => selections(gateway)).toBe(0)
    return { count, heard }
  }

  const ONE =
    'subscription One($c: CurrencyCode!, $b: CurrencyCode! = "EUR") { liveRate(currency: $c, base: $b) { currencyCode price } }'
  const TWO = `${ONE} subscription Two($c: CurrencyCode!, $b: CurrencyCode! = "EUR") { liveRate(currency: $c, base: $b) { currencyCode price } }`
  const PRIVATE = 'subscription { liveRate(currency: "BTC") { price currency { account { id } } } }'
  const bitcoin: Asked = { token: 'one', payload: { query: ONE, variables: { c: 'BTC' } } }

  test.each<[string, Asked, Asked]>([
    ['two callers, where all of it is public', bitcoin, { ...bitcoin, token: 'two' }],
    ['a caller and nobody, where all of it is public', bitcoin, { payload: bitcoin.payload }],
    ['a default, and the same word said', bitcoin, { payload: { query: ONE, variables: { c: 'BTC', b: 'EUR' } } }],
    [
      'variables in another order',
      { payload: { query: ONE, variables: { c: 'BTC', b: 'USD' } } },
      { payload: { query: ONE, variables: { b: 'USD', c: 'BTC' } } },
    ],
    ['the only operation, and that by its name', bitcoin, { payload: { ...bitcoin.payload, operationName: 'One' } }],
    ['one caller twice', { token: 'one', payload: { query: PRIVATE } }, { token: 'one', payload: { query: PRIVATE } }],
  ])('%s share an execution', async (_, one, other) => {
    const { count, heard } = await together(one, other)
    expect([count, heard[0]?.type]).toEqual([1, 'next'])
    expect(heard[1]).toEqual(heard[0])
  })

  test.each<[string, Asked, Asked]>([
    ['variables', bitcoin, { token: 'one', payload: { query: ONE, variables: { c: 'ETH' } } }],
    ['bases', bitcoin, { token: 'one', payload: { query: ONE, variables: { c: 'BTC', b: 'USD' } } }],
    [
      'operations',
      { payload: { query: TWO, variables: { c: 'BTC' }, operationName: 'One' } },
      { payload: { query: TWO, variables: { c: 'BTC' }, operationName: 'Two' } },
    ],
    ['documents', bitcoin, { token: 'one', payload: { query: `${ONE} `, variables: { c: 'BTC' } } }],
    [
      'wishes to be told the cost',
      bitcoin,
      { token: 'one', payload: { ...bitcoin.payload, extensions: { explain: true } } },
    ],
    [
      'callers, where some of it is private',
      { token: 'one', payload: { query: PRIVATE } },
      { token: 'two', payload: { query: PRIVATE } },
    ],
    ['callers, of whom one is nobody', { token: 'one', payload: { query: PRIVATE } }, { payload: { query: PRIVATE } }],
  ])('other %s share none', async (_, one, other) => {
    const { count, heard } = await together(one, other)
    expect([count, heard.map(({ type }) => type)]).toEqual([2, ['next', 'next']])
  })

  test('who asks for the cost is told it, and nobody else', async () => {
    const { heard } = await together(bitcoin, {
      ...bitcoin,
      payload: { ...bitcoin.payload, extensions: { explain: true } },
    })
    expect(heard.map(({ payload }) => Object.keys(payload))).toEqual([['data'], ['data', 'extensions']])
  })

  test('what is public is read as nobody, whoever asks', async () => {
    const before = upstream.requests.length
    await together(bitcoin, { ...bitcoin, token: 'two' })
    const headers = upstream.requests.slice(before).map(({ headers: { authorization } }) => authorization)
    expect([headers.length > 0, new Set(headers)]).toEqual([true, new Set([undefined])])
  })

  test('each is shown their own account behind a rate, in whichever order they come, and nobody is shown none', async () => {
    const names = ['one', 'two', undefined]
    const orders = names.flatMap((a) => names.flatMap((b) => names.map((c) => [a, b, c])))
    const each = orders.filter((order) => new Set(order).size === 3)
    expect(each).toHaveLength(6)
    /** What a listener hears of an event: the price, the account behind it, and the errors. */
    const next = async (socket: HandSocket): Promise<unknown> => {
      const { payload } = await socket.hear()
      const { liveRate } = payload.data
      const errors = payload.errors?.map((error: { extensions: { code: string }; path: string[] }) => [
        error.extensions.code,
        error.path.join('.'),
      ])
      return [liveRate.price, liveRate.currency.account?.id, errors]
    }
    const right = (told: number, name: string | undefined): unknown =>
      name === undefined
        ? [`${told}`, undefined, [['UNAUTHENTICATED', 'liveRate.currency.account']]]
        : [`${told}`, `Account:of-${name}`, undefined]

    const all = await Promise.all(
      each.map(async (order, index) => {
        const sockets = await Promise.all(order.map(open))
        const query = `${PRIVATE} # ${index}`
        for (const [at, socket] of sockets.entries()) {
          socket.say({ id: 'it', type: 'subscribe', payload: { query } })
          expect([order, await next(socket)]).toEqual([order, right(1, order[at])])
        }
        return { order, sockets }
      }),
    )
    expect(await selections(gateway)).toBe(18)
    price = 2
    for (const { order, sockets } of all)
      for (const [at, socket] of sockets.entries())
        expect([order, await next(socket)]).toEqual([order, right(2, order[at])])
    for (const { sockets } of all) for (const { socket } of sockets) socket.terminate()
    await expect.poll(() => selections(gateway)).toBe(0)
  })
})

describe('two callers who ask for one order, of whom one may not see it', () => {
  let upstream: FakeUpstream
  let gateway: TestGateway
  let status: string
  /** Who may see it now. */
  let allowed: string[]
  const ORDER = {
    id: 'it',
    type: 'subscribe',
    payload: { query: 'subscription { orderUpdated(id: "Order:O1") { statusText } }' },
  }
  const opened: HandSocket[] = []
  beforeAll(async () => {
    upstream = await startUpstream({
      'GET /merchants/orders/O1': ({ headers: { authorization = '' } }) =>
        allowed.includes(authorization.replace('Bearer ', ''))
          ? { body: order({ status }) }
          : { status: 403, body: { errorCode: 'GEN_3', key: 'forbidden', defaultMessage: 'No.' } },
    })
    gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url, ...PATIENT })
  })
  afterAll(async () => {
    await gateway.close()
    await upstream.close()
  })
  /** A socket that has asked for the order, and all that it hears from then on. */
  const ask = async (token: string): Promise<{ socket: HandSocket; heard: Message[] }> => {
    const socket = await openGreeted(gateway.gateway.websocketUrl, { authorization: `Bearer ${token}` })
    opened.push(socket)
    const heard: Message[] = []
    socket.socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as Message))
    socket.say(ORDER)
    return { socket, heard }
  }
  const values = (heard: readonly Message[]): unknown[] =>
    heard.map(({ payload }) => payload.data?.orderUpdated.statusText)
  const REFUSED = [{ id: 'it', type: 'error', payload: [expect.objectContaining({ message: expect.any(String) })] }]
  const expectRefused = (heard: readonly Message[]): void => {
    expect(heard).toEqual(REFUSED)
    expect(heard[0]?.payload[0].extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'merchants-orders:read' })
    expect(heard[0]?.payload[0]).not.toHaveProperty('data')
  }

  test.each(['before', 'after', 'while'])(
    'it is FORBIDDEN and no value, ever, who comes %s the other listens',
    async (when) => {
      status = 'NEW'
      allowed = ['may']
      const first = when === 'after' ? await ask('may') : undefined
      if (first) await expect.poll(() => values(first.heard)).toEqual(['NEW'])
      const coming = [ask('may-not')]
      if (when === 'while') coming.unshift(ask('may'))
      const come = await Promise.all(coming)
      const refused = come.at(-1)
      await expect.poll(() => refused?.heard.length).toBe(1)
      const may = first ?? (when === 'while' ? come[0] : await ask('may'))
      if (!may || !refused) throw new Error('there are two')
      await expect.poll(() => values(may.heard)).toEqual(['NEW'])
      // Again, beside what is there by now.
      refused.socket.say({ ...ORDER, id: 'again' })
      await expect.poll(() => refused.heard.length).toBe(2)
      for (const next of ['PENDING', 'EXPIRED']) {
        status = next
        await expect.poll(() => values(may.heard).at(-1)).toBe(next)
      }
      expectRefused(refused.heard.slice(0, 1))
      expectRefused(refused.heard.slice(1).map((message) => ({ ...message, id: 'it' })))
      expect(values(may.heard)).toEqual(['NEW', 'PENDING', 'EXPIRED'])
      for (const { socket } of opened.splice(0)) socket.terminate()
      await expect.poll(() => gateway.gateway.liveFeeds()).toBe(0)
    },
  )

  test('who may no longer see it has heard the last of it, and the other hears on', async () => {
    status = 'NEW'
    allowed = ['may', 'may-not']
    const [may, no] = [await ask('may'), await ask('may-not')]
    await expect.poll(() => [values(may.heard), values(no.heard)]).toEqual([['NEW'], ['NEW']])
    allowed = ['may']
    status = 'PENDING'
    await expect.poll(() => values(may.heard)).toEqual(['NEW', 'PENDING'])
    await expect.poll(() => no.heard.length).toBe(2)
    expectRefused(no.heard.slice(1))
    for (const { socket } of opened.splice(0)) socket.terminate()
  })
})

test('an error in one selection is that selection’s alone, the same for all who share it, and in the log by its id', async () => {
  const polls = byHand()
  const upstream = await startUpstream({ ...walletRoutes, [RATES]: polls.route })
  const gateway = await startTestGateway({ ...upstream.env, ...PATIENT })
  const client = connectClient(gateway.gateway.websocketUrl)
  const LINKED = 'subscription { liveRate(currency: "BTC") { price currency { account { id } } } }'
  const whole = client.run('subscription { liveRate(currency: "BTC") { price } }')
  const broken = [client.run(LINKED), client.run(LINKED)]
  // Its client loses an error that comes before it is waited for.
  const missing = client
    .run('subscription { liveRate(currency: "NOT") { price } }')
    .next()
    .catch((errors: unknown) => errors)
  const refused = client.run('subscription { liveRates(currencies: []) { price } }')
  await expect(refused.next()).rejects.toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  await expect.poll(() => counted(gateway, 'live_listeners')).toBe(4)

  await polls.answer({ body: [rate({ rate: 1 })] })
  expect((await whole.next())?.data.liveRate.price).toBe('1')
  for (const each of broken) expect((await each.next())?.data.liveRate.currency.account.id).toBe('Account:A2')
  expect(await missing).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])

  upstream.routes({ 'GET /accounts': { status: 403, body: '' } })
  await polls.answer({ body: [rate({ rate: 2 })] })
  expect(await whole.next()).toEqual({ data: { liveRate: { price: '2' } }, errors: undefined })
  const ids = new Set<string>()
  for (const each of broken) {
    const { data, errors } = (await each.next()) ?? {}
    expect(data.liveRate).toEqual({ price: '2', currency: { account: null } })
    expect(errors).toMatchObject([{ path: ['liveRate', 'currency', 'account'], extensions: { code: 'FORBIDDEN' } }])
    ids.add(String(errors?.[0]?.extensions['requestId']))
  }
  expect(ids.size).toBe(1)
  const lines = gateway.log.map(
    (line) => JSON.parse(line) as { requestId?: string; codes?: string[]; endpoint?: string },
  )
  expect(lines.filter(({ requestId = '' }) => ids.has(requestId))).toMatchObject([
    { codes: ['FORBIDDEN'], endpoint: 'accounts.list' },
  ])

  upstream.routes(walletRoutes)
  upstream.routes({ [RATES]: polls.route })
  await polls.answer({ body: [rate({ rate: 3 })] })
  expect((await whole.next())?.data.liveRate.price).toBe('3')
  for (const each of broken) expect((await each.next())?.errors).toBeUndefined()
  await client.close()
  await gateway.close()
  await upstream.close()
})

describe('a selection of a feed that has no events', () => {
  const ticking = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { it: { type: GraphQLInt } } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        tick: {
          type: GraphQLInt,
          subscribe: () => createListener<number>(Object.is, () => {}).values,
          resolve: (value: unknown) => value,
        },
      },
    }),
  })
  /** Opens it for one caller with these scopes. */
  function opener(channels: Channels) {
    const scopes = createScopes({ operationTimeoutMs: 1000, maxUpstreamCalls: 1 })
    const services = { scopes } as unknown as Services
    const subscribe = createSubscriptions({ services, channels, nobody: NOBODY, log: createLog('silent') })
    return (given: Caller['scopes'], text = 'subscription { tick }') => {
      const validated = validateSubscriptionArgs({ schema: ticking, document: parse(text), contextValue: {} })
      const caller: Caller = { id: 'one', kind: 'token', scopes: given }
      const asked = {
        requestId: '1',
        caller,
        signal: undefined,
        transport: 'websocket',
        text,
        isExplained: false,
      } as const
      return subscribe(validated as ValidatedSubscriptionArgs, asked)
    }
  }

  test('is shared by the same caller with the same scopes, and not with others', async () => {
    const channels = createChannels({ maxChannels: 100_000, freshMs: 1000 })
    const as = opener(channels)
    const all = [
      await as(null),
      await as([]),
      await as(['account:read']),
      await as(['account:read', 'x']),
      await as([]),
    ]
    expect([channels.size, channels.seats]).toEqual([4, 5])
    for (const { leave } of all) leave()
    expect(channels.size).toBe(0)
  })

  test('is known by a short name, however long its document is', async () => {
    const channels = createChannels({ maxChannels: 100_000, freshMs: 1000 })
    const names = new Set<string>()
    const open = opener({
      ...channels,
      join(name, programme) {
        names.add(name)
        return channels.join(name, programme)
      },
    })
    for (const end of ['x', 'y']) await open([], `subscription { tick } #${'x'.repeat(50_000)}${end}`)
    expect([names.size, [...names].every((name) => name.length < 100)]).toEqual([2, true])
  })
})

describe('what is public', () => {
  type Field = GraphQLField<unknown, unknown>
  /** What a field says of itself to whoever reads the schema. */
  const saysPublic = ({ description }: Field): boolean => /^Public\. Upstream/m.test(description ?? '')
  const saysScope = ({ description }: Field): boolean => /^Scopes?: `/m.test(description ?? '')
  const fieldsOf = (type: GraphQLNamedType): readonly Field[] =>
    type instanceof GraphQLObjectType ? Object.values(type.getFields()) : []

  /** One step of a way down: a field, and what of several types it is taken as. */
  interface Step {
    readonly field: Field
    readonly as?: string
  }
  /** Each way from a field down to something that can be read, over so many links. */
  function ways(field: Field, links: number): Step[][] {
    const type = getNamedType(field.type)
    if (isLeafType(type)) return [[{ field }]]
    if (links === 0) return []
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
    return types.flatMap((each) =>
      fieldsOf(each).flatMap((next) => ways(next, links - 1).map((rest) => [{ field, as: each.name }, ...rest])),
    )
  }
  /** A selection of the last one, by the others; each is written as this says. */
  const written = (way: readonly Step[], write: (field: string) => string): string =>
    way.reduceRight(
      (below, { field, as }) =>
        write(`${field.name}${as === undefined ? '' : ` { __typename ... on ${as} { ${below} } }`}`),
      '',
    )
  const judge = (text: string): boolean => {
    const validated = validateSubscriptionArgs({ schema, document: parse(text) })
    if (!('schema' in validated)) throw new Error(`not valid: ${text}`)
    return isPublic(validated)
  }

  const all = fieldsOf(schema.getSubscriptionType() as GraphQLNamedType).flatMap((root) => ways(root, 4))

  test('is what takes no scope on the way to it, by what the schema says of itself, below every subscription', () => {
    const found = { public: 0, private: 0 }
    for (const way of all) {
      const [root] = way
      const expected = root !== undefined && saysPublic(root.field) && !way.some(({ field }) => saysScope(field))
      const text = `subscription { ${written(way, (field) => field)} }`
      expect([text, judge(text)]).toEqual([text, expected])
      found[expected ? 'public' : 'private'] += 1
    }
    expect([found.public > 30, found.private > 300]).toEqual([true, true])
  })

  test('is told however it is written', () => {
    const rooted = all.filter(([root]) => root && saysPublic(root.field))
    const hidden = rooted.filter((way) => way.some(({ field }) => saysScope(field)))
    expect(hidden.length).toBeGreaterThan(10)
    for (const way of hidden) {
      const [root, ...below] = way
      const inner = written(below, (field) => field)
      const under = (set: string): string => `subscription { it: ${root?.field.name} { price ${set} } }`
      for (const text of [
        under(inner),
        under(written(below, (field) => `a: ${field}`)),
        under(`... { ${inner} }`),
        under(`... on Rate @include(if: true) { ${inner} }`),
        `${under('...It')} fragment It on Rate { ...Deeper } fragment Deeper on Rate { ${inner} }`,
        `fragment All on Subscription { it: ${root?.field.name} { ${inner} } } subscription { ...All }`,
      ])
        expect([text, judge(text)]).toEqual([text, false])
      for (const text of [under(`... @skip(if: true) { ${inner} }`), `${under('')} fragment It on Rate { ${inner} }`])
        expect([text, judge(text)]).toEqual([text, true])
    }
  })

  /** Each level asks twice for the same of the next one: as much as 2 to the power of the levels for who does not merge it. */
  const doubling = (levels: number, last: string): string => {
    const fragments = Array.from(
      { length: levels },
      (_, level) => `fragment F${level} on Rate { ${`currency { rate { ...F${level + 1} } } `.repeat(2)}}`,
    )
    return `subscription { liveRate(currency: "BTC") { ...F0 } } ${fragments.join(' ')} fragment F${levels} on Rate { ${last} }`
  }

  test('is told at once of fragments in one another, however deep, and what is private at their bottom is found', () => {
    for (const levels of [22, 200]) {
      const began = performance.now()
      expect(judge(doubling(levels, 'price'))).toBe(true)
      expect(judge(doubling(levels, 'price currency { account { id } }'))).toBe(false)
      expect(performance.now() - began).toBeLessThan(2_000)
    }
  })

  test('holds nobody up: such a subscription has its value or its refusal at once, and the gateway answers others', async () => {
    const started = await startTestGateway({ MAX_DEPTH: '1000', MAX_FIELDS: '1000000' })
    for (const levels of [17, 60, 200]) {
      const socket = await openGreeted(started.gateway.websocketUrl)
      const began = performance.now()
      socket.say({ id: 'it', type: 'subscribe', payload: { query: doubling(levels, 'price') } })
      const { type, payload } = await socket.hear()
      if (levels > 17) expect([type, payload[0].extensions.code]).toEqual(['error', 'DOCUMENT_TOO_LARGE'])
      else expect([type, payload.errors]).toEqual(['next', undefined])
      expect((await fetch(started.gateway.healthUrl)).status).toBe(200)
      expect(performance.now() - began).toBeLessThan(2_000)
      socket.socket.terminate()
    }
    await started.close()
  })
})
