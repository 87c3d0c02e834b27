// Deposit addresses: those that there are, those of an account, and new ones.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { account, depositAddress, raw, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'
import type { Reply } from './support/upstream.ts'

const LIST = 'GET /deposits/crypto/addresses'
const CREATE = 'POST /deposits/crypto/addresses'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({ ...walletRoutes, [CREATE]: { body: depositAddress() } })
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const queries = (): unknown[] =>
  gateway.upstream.requests
    .filter(({ path }) => path === '/deposits/crypto/addresses')
    .map(({ query }) => Object.fromEntries(query))

describe('an address', () => {
  const FIELDS = 'id address memo currencyCode network account { id } createdAt'
  const read = async (body: object): Promise<{ them: unknown; codes: unknown[] }> => {
    gateway.upstream.routes({ [LIST]: { body } })
    const { data, errors = [] } = await gateway.ask(`{ depositAddresses { ${FIELDS} } rates { currencyCode } }`)
    expect(data.rates).toHaveLength(2)
    return { them: data.depositAddresses, codes: errors.map(({ extensions }) => extensions.code) }
  }
  const whole = {
    id: 'DepositAddress:L1',
    address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    memo: null,
    currencyCode: 'BTC',
    network: 'BTC',
    account: { id: 'Account:A2' },
    createdAt: '2026-01-05T09:00:00.000Z',
  }

  test.each<[string, object]>([
    ['bare', [depositAddress()]],
    ['under data', { totalCount: 1, data: [depositAddress()] }],
    ['under their own name', { addresses: [depositAddress()] }],
  ])('is read from a list that is %s', async (_form, body) => {
    expect(await read(body)).toEqual({ them: [whole], codes: [] })
  })

  test('is read by the names that orders and the older API have for it, without what is optional', async () => {
    const bare = { network: null, account: null, createdAt: null }
    expect(
      await read([
        { id: raw('9007199254740993'), depositAddress: 'rA', memo: raw('12345678901234567890'), currencyCode: 'XRP' },
        { id: 2, cryptoAddress: 'NB', message: '00123', currency: 'XEM' },
      ]),
    ).toEqual({
      them: [
        {
          id: 'DepositAddress:9007199254740993',
          address: 'rA',
          memo: '12345678901234567890',
          currencyCode: 'XRP',
          ...bare,
        },
        { id: 'DepositAddress:2', address: 'NB', memo: '00123', currencyCode: 'XEM', ...bare },
      ],
      codes: [],
    })
  })

  test.each([
    ['addressId', undefined],
    ['address', ''],
    ['currencyCode', null],
    ['memo', {}],
    ['createdAt', 'today'],
  ])('whose %s is %j fails the list, and takes no neighbour', async (name, value) => {
    expect(await read([depositAddress({ [name]: value })])).toEqual({ them: null, codes: ['UPSTREAM_INVALID'] })
  })

  test('has an id that is none of a node', async () => {
    const { data, errors } = await gateway.ask('{ node(id: "DepositAddress:L1") { id } }')
    expect(data).toEqual({ node: null })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
  })
})

test('addresses are asked for by currency and chain, as they are written, or all of them', async () => {
  await gateway.ask('{ depositAddresses(currency: "USDT", network: "trx 20") { id } }')
  await gateway.ask('{ depositAddresses { id } }')
  expect(queries()).toEqual([{ currencyCode: 'USDT', networkCode: 'trx 20' }, {}])
})

describe('the addresses of an account', () => {
  const rows: readonly Row[] = [
    depositAddress(),
    depositAddress({ addressId: 'L2', accountId: 'A1', currencyCode: 'EUR' }),
    depositAddress({ addressId: 'L3', accountId: null }),
  ]
  const ofAll = '{ accounts { currencyCode depositAddresses(network: "BTC") { id } } }'
  const given = [
    { currencyCode: 'EUR', depositAddresses: [{ id: 'DepositAddress:L2' }] },
    { currencyCode: 'BTC', depositAddresses: [{ id: 'DepositAddress:L1' }, { id: 'DepositAddress:L3' }] },
  ]

  test('are asked for by its id, and are none of another account', async () => {
    gateway.upstream.routes({ [LIST]: { body: rows } })
    const { data } = await gateway.ask('{ account(id: "Account:A2") { depositAddresses { id } } }')
    expect(data.account).toEqual({ depositAddresses: [{ id: 'DepositAddress:L1' }, { id: 'DepositAddress:L3' }] })
    expect(queries()).toEqual([{ accountId: 'A2' }])
  })

  test('are one call for all accounts of a list', async () => {
    gateway.upstream.routes({ [LIST]: { body: { totalCount: 3, data: rows } } })
    const { data } = await gateway.ask(ofAll)
    expect(data.accounts).toEqual(given)
    expect(queries()).toEqual([{ networkCode: 'BTC' }])
  })

  test('are a call each where the list of all says that it is not whole', async () => {
    gateway.upstream.routes({
      [LIST]: ({ query }) => ({
        body: query.has('accountId') ? rows : { totalCount: 3, data: rows.slice(0, 1) },
      }),
    })
    const { data } = await gateway.ask(ofAll)
    expect(data.accounts).toEqual(given)
    expect(queries()).toEqual([
      { networkCode: 'BTC' },
      { networkCode: 'BTC', accountId: 'A1' },
      { networkCode: 'BTC', accountId: 'A2' },
    ])
  })

  test('are a call a chain where several are asked for, and one for the same chain twice', async () => {
    gateway.upstream.routes({ [LIST]: ({ query }) => ({ body: query.get('networkCode') === 'TRX' ? [] : rows }) })
    const { data } = await gateway.ask(`{ account(id: "Account:A2") {
      a: depositAddresses(network: "TRX") { id } b: depositAddresses(network: "BTC") { id } c: depositAddresses(network: "BTC") { id }
    } }`)
    expect(data.account.a).toEqual([])
    expect(data.account.b).toHaveLength(2)
    expect(data.account.c).toEqual(data.account.b)
    expect(queries()).toEqual([
      { networkCode: 'TRX', accountId: 'A2' },
      { networkCode: 'BTC', accountId: 'A2' },
    ])
  })

  test('that cannot be read are null with an error each, and take no account with them', async () => {
    gateway.upstream.routes({ [LIST]: { status: 403, body: {} } })
    const { data, errors } = await gateway.ask(ofAll)
    expect(data.accounts).toEqual(given.map(({ currencyCode }) => ({ currencyCode, depositAddresses: null })))
    expect(errors?.map(({ extensions }) => extensions['scope'])).toEqual([
      'deposit-crypto-address:read',
      'deposit-crypto-address:read',
    ])
  })
})

describe('a new address', () => {
  const create = (input: object) =>
    gateway.ask(
      `mutation ($input: CreateDepositAddressInput!) { createDepositAddress(input: $input) {
        __typename ... on DepositAddress { id address memo account { depositAddresses { id } balance } } ... on InvalidInput { path upstreamCode }
      } }`,
      { input },
    )
  const posts = (): unknown[] =>
    gateway.upstream.requests
      .filter(({ method, path }) => method === 'POST' && path === '/deposits/crypto/addresses')
      .map(({ body }) => JSON.parse(body) as unknown)

  test('is made by currency and chain, another one at each call', async () => {
    const { data, errors } = await create({ currency: 'USDT', network: 'TRX' })
    expect(errors).toBeUndefined()
    expect(data.createDepositAddress).toMatchObject({
      __typename: 'DepositAddress',
      id: 'DepositAddress:L1',
      address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      account: { balance: '0.5', depositAddresses: [{ id: 'DepositAddress:L1' }] },
    })
    await create({ currency: 'BTC' })
    expect(posts()).toEqual([{ currencyCode: 'USDT', networkCode: 'TRX' }, { currencyCode: 'BTC' }])
  })

  test('is followed by fresh readings of the account that it is for', async () => {
    let balance = '1'
    gateway.upstream.routes({
      'GET /accounts/A2': () => ({ body: account({ accountId: 'A2', balance: raw(balance) }) }),
      [CREATE]: () => {
        balance = '2'
        return { body: depositAddress() }
      },
    })
    expect((await create({ currency: 'BTC' })).data.createDepositAddress.account.balance).toBe('2')
  })

  test.each([
    ['DEP_1', 'currencyCode', ['input', 'currency']],
    ['DEP_2', 'networkCode', ['input', 'network']],
    ['GEN_8', 'Id', ['input']],
    ['AMT_2', 'Id', ['input']],
  ])('that is refused by %s about %s is InvalidInput', async (errorCode, field, path) => {
    const refusal: Reply = { status: 400, body: { errorCode, errorParameters: [{ key: field, value: 'v' }] } }
    gateway.upstream.routes({ [CREATE]: refusal })
    const { data } = await create({ currency: 'EUR', network: 'X' })
    expect(data.createDepositAddress).toEqual({ __typename: 'InvalidInput', path, upstreamCode: errorCode })
  })

  test('that may have been made is said so, and not asked for again', async () => {
    gateway.upstream.routes({ [CREATE]: { status: 504, body: '' } })
    const { errors } = await create({ currency: 'BTC' })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', outcome: 'UNKNOWN' })
    expect(posts()).toHaveLength(1)
  })

  test.each([
    ['currency', 'btc'],
    ['network', ''],
    ['network', ' '],
  ])('with the %s %j is refused by its path, and nothing is sent', async (name, value) => {
    const { errors } = await create({ currency: 'USDT', [name]: value })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: `input.${name}` })
    expect(gateway.upstream.requests).toEqual([])
  })
})

test.each([
  '{ it: depositAddresses(network: "") { id } }',
  '{ it: accounts { depositAddresses(network: " ") { id } } }',
])('a chain without a name is refused, before an account is read, and nothing is sent: %s', async (query) => {
  const { data, errors } = await gateway.ask(query)
  expect(data).toEqual({ it: null })
  expect(errors?.[0]).toMatchObject({ path: ['it'], extensions: { code: 'BAD_USER_INPUT', argument: 'network' } })
  expect(gateway.upstream.requests).toEqual([])
})
