// Withdrawals that exchange on the way: where they go, what they would give, the bounds, and what stands behind one.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { bankWithdrawal, eWalletWithdrawal, page, raw, walletRoutes, withdrawalWithExchange } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Row } from './support/rows.ts'
import type { Reply } from './support/upstream.ts'

const PATH = '/withdrawals/with-exchange'
const QUOTE = `${PATH}/calculate`
let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway({ ...walletRoutes, [`POST ${PATH}`]: { body: withdrawalWithExchange() } })
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const CREATE = `mutation ($input: CreateWithdrawalWithExchangeInput!) { it: createWithdrawalWithExchange(input: $input) {
  __typename
  ... on Error { message }
  ... on InvalidInput { path }
  ... on DestinationRejected { field }
  ... on QuoteMoved { quotedAmount quotedCode }
} }`
const ASK_QUOTE = `query ($input: WithdrawalWithExchangeQuoteInput!) { it: withdrawalWithExchangeQuote(input: $input) {
  __typename
  ... on WithdrawalWithExchangeQuote { payAmount payCode receiveAmount receiveCode rate feeAmount feeCode asOf }
  ... on InvalidInput { path }
  ... on PairNotSupported { pairPayCode pairReceiveCode }
  ... on DestinationRejected { field }
} }`
const crypto = { crypto: { address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' } }
const bank = { bank: { type: 'SEPA', beneficiaryName: 'Harbour Books UAB', iban: 'LT601010012345678901' } }
const eWallet = { eWallet: { provider: 'skrill', recipient: 'reader@example.com' } }
const asked = { from: { currency: 'EUR' }, receiveCode: 'BTC', amount: { payAmount: '100.00' }, method: crypto }
const usual = { idempotencyKey: 'k', ...asked }

async function create(more: object = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await gateway.ask(CREATE, { input: { ...usual, ...more } })
  expect(errors).toBeUndefined()
  return data.it
}
async function quote(more: object = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await gateway.ask(ASK_QUOTE, { input: { ...asked, ...more } })
  expect(errors).toBeUndefined()
  return data.it
}
const bodies = (path: string): unknown[] =>
  gateway.upstream.requests
    .filter((request) => request.method === 'POST' && request.path === path)
    .map(({ body }) => JSON.parse(body) as unknown)
const refuse = (errorCode: string, key = 'Id'): Reply => ({
  status: 400,
  body: { errorCode, errorParameters: [{ key, value: 'v' }] },
})
const quoted = (more: Row = {}): Reply => ({
  body: {
    payAmount: raw('100.00'),
    payCurrencyCode: 'EUR',
    receiveAmount: raw('0.00161307'),
    receiveCurrencyCode: 'BTC',
    exchangeRate: raw('0.0000163307'),
    feeAmount: raw('2e-5'),
    feeCurrencyCode: 'BTC',
    ...more,
  },
})

describe('where it goes', () => {
  test.each([
    [crypto, { type: 'CRYPTO', address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' }],
    [
      { crypto: { address: 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh', network: 'XRP', memo: '7' } },
      { type: 'CRYPTO', address: 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh', networkCode: 'XRP', memo: '7' },
    ],
    [bank, { type: 'BANK', transferType: 'SEPA', beneficiaryName: 'Harbour Books UAB', iban: 'LT601010012345678901' }],
    [eWallet, { type: 'E_WALLET', provider: 'skrill', recipient: 'reader@example.com' }],
  ])('by %j is sent to be quoted and to be done', async (method, sent) => {
    gateway.upstream.routes({ [`POST ${QUOTE}`]: quoted() })
    await quote({ method })
    await create({ method, description: 'May', minReceiveAmount: '0.001' })
    const body = { payCurrencyCode: 'EUR', receiveCurrencyCode: 'BTC', payAmount: '100.00', method: sent }
    expect(bodies(QUOTE)).toEqual([body, body])
    expect(bodies(PATH)).toEqual([{ ...body, description: 'May', externalId: expect.any(String) }])
  })

  test('is told by what arrives, too, from an account by its id', async () => {
    await create({ from: { accountId: 'Account:a b' }, amount: { receiveAmount: '0.0010' } })
    expect(bodies(PATH)).toMatchObject([{ payAccountId: 'a b', receiveCurrencyCode: 'BTC', receiveAmount: '0.0010' }])
    expect(bodies(PATH)[0]).not.toHaveProperty('payAmount')
  })

  test.each([
    [{ method: { crypto: { address: '' } } }, 'input.method.crypto.address'],
    [{ method: { bank: { ...bank.bank, iban: 'LT60' } } }, 'input.method.bank.iban'],
    [{ method: { bank: { ...bank.bank, type: 'UNRECOGNIZED' } } }, 'input.method.bank.type'],
    [{ method: { eWallet: { ...eWallet.eWallet, recipient: ' ' } } }, 'input.method.eWallet.recipient'],
    [{ method: { ...crypto, ...eWallet } }, 'input.method'],
    [{ amount: { receiveAmount: '0' } }, 'input.amount.receiveAmount'],
    [{ from: { accountId: 'Exchange:1' } }, 'input.from.accountId'],
  ])('by %j is refused by its path, to be quoted and to be done, and nothing is sent', async (more, argument) => {
    for (const [query, input] of [
      [CREATE, { ...usual, ...more }],
      [ASK_QUOTE, { ...asked, ...more }],
    ] as const) {
      const { errors } = await gateway.ask(query, { input })
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    }
    expect(gateway.upstream.requests).toEqual([])
  })

  test.each([
    [crypto, 'address', ['input', 'method', 'crypto', 'address']],
    [crypto, 'networkCode', ['input', 'method', 'crypto', 'network']],
    [bank, 'iban', ['input', 'method', 'bank', 'iban']],
    [bank, 'transferType', ['input', 'method', 'bank', 'type']],
    [eWallet, 'recipient', ['input', 'method', 'eWallet', 'recipient']],
    [eWallet, 'address', ['input']],
    [crypto, 'receiveCurrencyCode', ['input', 'receiveCode']],
    [crypto, 'payCurrencyCode', ['input', 'from', 'currency']],
    [crypto, 'payAmount', ['input', 'amount', 'payAmount']],
  ])('by %j and refused upstream for its %s is told by the path', async (method, field, path) => {
    gateway.upstream.routes({ [`POST ${PATH}`]: refuse('GEN_5', field), [`POST ${QUOTE}`]: refuse('WDR_1', field) })
    expect(await create({ method })).toMatchObject({ __typename: 'InvalidInput', path })
    expect(await quote({ method })).toMatchObject({ __typename: 'DestinationRejected', field: path.at(-1) })
  })
})

describe('a quote', () => {
  test('tells both sides, the rate and the fee, and moves nothing', async () => {
    gateway.upstream.routes({ [`POST ${QUOTE}`]: quoted() })
    expect(await quote()).toEqual({
      __typename: 'WithdrawalWithExchangeQuote',
      payAmount: '100.00',
      payCode: 'EUR',
      receiveAmount: '0.00161307',
      receiveCode: 'BTC',
      rate: '0.0000163307',
      feeAmount: '0.00002',
      feeCode: 'BTC',
      asOf: expect.any(String),
    })
    expect(bodies(PATH)).toEqual([])
  })

  test('of the computed side alone is completed by what was asked for', async () => {
    gateway.upstream.routes({ [`POST ${QUOTE}`]: { body: { receiveAmount: '0.001' } } })
    expect(await quote()).toMatchObject({
      payAmount: '100.00',
      payCode: 'EUR',
      receiveAmount: '0.001',
      receiveCode: 'BTC',
      rate: null,
      feeAmount: null,
      feeCode: null,
    })
  })

  test.each([
    ['that pays another currency', {}, { payCurrencyCode: 'USD' }],
    ['that gives another currency', { from: { accountId: 'Account:A1' } }, { receiveCurrencyCode: 'ETH' }],
    ['that does not say which currency pays', { from: { accountId: 'Account:A1' } }, { payCurrencyCode: null }],
    ['without what arrives', {}, { receiveAmount: null }],
    ['with a garbled fee', {}, { feeAmount: 'free' }],
  ])('%s is none', async (_what, more, row) => {
    gateway.upstream.routes({ [`POST ${QUOTE}`]: quoted(row) })
    const { data, errors } = await gateway.ask(ASK_QUOTE, { input: { ...asked, ...more } })
    expect(data).toEqual({ it: null })
    expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_INVALID')
  })

  test('that is refused is its type', async () => {
    gateway.upstream.routes({ [`POST ${QUOTE}`]: refuse('EXC_1') })
    expect(await quote()).toEqual({ __typename: 'PairNotSupported', pairPayCode: 'EUR', pairReceiveCode: 'BTC' })
    expect(await quote({ from: { accountId: 'Account:A1' } })).toEqual({ __typename: 'InvalidInput', path: ['input'] })
    gateway.upstream.routes({ [`POST ${QUOTE}`]: refuse('AMT_2') })
    expect(await quote()).toEqual({ __typename: 'AmountOutOfRange' })
  })
})

describe('a bound', () => {
  test.each([
    [
      { minReceiveAmount: '0.00161308' },
      { quotedAmount: '0.00161307', quotedCode: 'BTC', message: expect.stringContaining('less than the least') },
    ],
    [
      { maxPayAmount: '99.99' },
      { quotedAmount: '100.00', quotedCode: 'EUR', message: expect.stringContaining('more than the most') },
    ],
    [{ minReceiveAmount: '1', maxPayAmount: '1' }, { quotedCode: 'BTC' }],
    [{ minReceiveAmount: '0.001', maxPayAmount: '1' }, { quotedCode: 'EUR' }],
  ])('%j that the quote passes is QuoteMoved: nothing is sent, and the key is free', async (bounds, expected) => {
    gateway.upstream.routes({ [`POST ${QUOTE}`]: quoted() })
    expect(await create(bounds)).toMatchObject({ __typename: 'QuoteMoved', ...expected })
    expect([bodies(QUOTE).length, bodies(PATH).length]).toEqual([1, 0])
    expect((await create())['__typename']).toBe('WithdrawalWithExchange')
  })

  test('that the quote keeps is no obstacle, compared as numbers, with one quote for both', async () => {
    gateway.upstream.routes({ [`POST ${QUOTE}`]: quoted() })
    const bounds = { minReceiveAmount: '0.001613070', maxPayAmount: '100' }
    expect((await create(bounds))['__typename']).toBe('WithdrawalWithExchange')
    expect([bodies(QUOTE).length, bodies(PATH).length]).toEqual([1, 1])
    expect(await create({ ...bounds, minReceiveAmount: '0.00161307' })).toMatchObject({
      __typename: 'WithdrawalWithExchange',
    })
    expect(bodies(PATH)).toHaveLength(1)
  })

  test('that is not there costs no quote', async () => {
    await create()
    expect(bodies(QUOTE)).toEqual([])
  })

  test.each([
    ['a fault', { status: 500, body: '' }, 'UPSTREAM_UNAVAILABLE'],
    ['a quote for other currencies', quoted({ receiveCurrencyCode: 'DOGE' }), 'UPSTREAM_INVALID'],
  ])('that cannot be judged for %s sends nothing, and the key is free', async (_what, reply, code) => {
    gateway.upstream.routes({ [`POST ${QUOTE}`]: reply })
    const { errors } = await gateway.ask(CREATE, { input: { ...usual, minReceiveAmount: '0.001' } })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code])
    expect(bodies(PATH)).toEqual([])
    expect((await create())['__typename']).toBe('WithdrawalWithExchange')
  })

  test.each([
    ['minReceiveAmount', '0'],
    ['maxPayAmount', '-1'],
  ])('%s of %s is refused by its path, and nothing is sent', async (name, value) => {
    const { errors } = await gateway.ask(CREATE, { input: { ...usual, [name]: value } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: `input.${name}` })
    expect(gateway.upstream.requests).toEqual([])
  })
})

describe('one that is read', () => {
  const read = async (selection: string, row: Row = withdrawalWithExchange()) => {
    gateway.upstream.routes({ [`GET ${PATH}`]: { body: page(row) } })
    const { data, errors = [] } = await gateway.ask(
      `{ withdrawals(kind: WITH_EXCHANGE) { nodes { id ... on WithdrawalWithExchange { ${selection} } } } }`,
    )
    const { id: _id, ...rest } = (data.withdrawals?.nodes[0] ?? {}) as Row
    return { it: rest, codes: errors.map(({ extensions }) => extensions.code) }
  }
  const calls = (): string[] =>
    gateway.upstream.requests
      .map(({ path }) => path)
      .filter((path) => /^\/(exchanges|withdrawals)\/.*\/?\w1$/.test(path))
  const BEHIND = 'withdrawal { __typename id }'

  test('tells both currencies, each amount in its own', async () => {
    const selection = 'currencyCode withdrawAmount receiveAmount receiveCode payAmount payCode rate'
    expect((await read(selection)).it).toEqual({
      currencyCode: 'BTC',
      withdrawAmount: '0.00163307',
      receiveAmount: '0.00161307',
      receiveCode: 'BTC',
      payAmount: '100',
      payCode: 'EUR',
      rate: '0.0000163307',
    })
    const none = { payAmount: null, payCurrencyCode: null, exchangeRate: null }
    expect((await read('payAmount payCode rate', withdrawalWithExchange(none))).it).toEqual({
      payAmount: null,
      payCode: null,
      rate: null,
    })
  })

  test.each([{ receiveCurrencyCode: undefined }, { id: undefined }, { method: true }, { method: ['CRYPTO'] }])(
    'with %j fails its list: nothing is guessed',
    async (more) => {
      expect((await read('payAmount', withdrawalWithExchange(more))).codes).toEqual(['UPSTREAM_INVALID'])
    },
  )

  test('leads to its exchange by one call, and to none where it says none', async () => {
    expect((await read('exchange { id }')).it).toEqual({ exchange: { id: 'Exchange:E1' } })
    expect(calls()).toEqual(['/exchanges/E1'])
    expect((await read('exchange { id }', withdrawalWithExchange({ exchangeId: null }))).it).toEqual({ exchange: null })
    expect(calls()).toHaveLength(1)
  })

  test.each([
    [{ method: { type: 'CRYPTO' }, withdrawalId: 'W1' }, 'CryptoWithdrawal:W1', ['/withdrawals/crypto/W1']],
    [{ method: { type: 'BANK', iban: 'x' }, withdrawalId: 'B1' }, 'BankWithdrawal:B1', ['/withdrawals/bank/B1']],
    [{ method: 'E_WALLET', withdrawalId: 'E1' }, 'EWalletWithdrawal:E1', ['/withdrawals/e-wallet/E1']],
    [
      { method: undefined, withdrawalId: 'E1' },
      'EWalletWithdrawal:E1',
      ['/withdrawals/crypto/E1', '/withdrawals/bank/E1', '/withdrawals/e-wallet/E1'],
    ],
    [
      { method: { type: 'CARD' }, withdrawalId: 'B1' },
      'BankWithdrawal:B1',
      ['/withdrawals/crypto/B1', '/withdrawals/bank/B1'],
    ],
    [{ method: {}, withdrawalId: 'W1' }, 'CryptoWithdrawal:W1', ['/withdrawals/crypto/W1']],
    [{ withdrawalId: null }, null, []],
  ])('with %j leads to the withdrawal %s by the calls %j', async (more, id, expected) => {
    const { it, codes } = await read(BEHIND, withdrawalWithExchange(more))
    expect(codes).toEqual([])
    expect(it).toEqual({ withdrawal: id === null ? null : { __typename: id.split(':')[0], id } })
    expect(calls()).toEqual(expected)
  })

  test('never leads to itself: where no other kind has it, there is none', async () => {
    const { it, codes } = await read(BEHIND, withdrawalWithExchange({ method: null, withdrawalId: 'X1' }))
    expect({ it, codes }).toEqual({ it: { withdrawal: null }, codes: [] })
    expect(calls()).toEqual(['/withdrawals/crypto/X1', '/withdrawals/bank/X1', '/withdrawals/e-wallet/X1'])
  })

  test('leads past a kind that may not be read, and tells what was forbidden where none has it', async () => {
    gateway.upstream.routes({ 'GET /withdrawals/crypto/{id}': { status: 403, body: '' } })
    gateway.upstream.routes({ 'GET /withdrawals/bank/Z1': { body: bankWithdrawal({ id: 'Z1' }) } })
    const found = await read(BEHIND, withdrawalWithExchange({ method: null, withdrawalId: 'Z1' }))
    expect(found).toEqual({ it: { withdrawal: { __typename: 'BankWithdrawal', id: 'BankWithdrawal:Z1' } }, codes: [] })
    const lost = await read(BEHIND, withdrawalWithExchange({ method: null, withdrawalId: 'Y1' }))
    expect(lost).toEqual({ it: { withdrawal: null }, codes: ['FORBIDDEN'] })
  })

  test('stops at another fault, that of three tries: it may be there, and the next kind has no say in it', async () => {
    gateway.upstream.routes({
      'GET /withdrawals/bank/Z1': { status: 500, body: '' },
      'GET /withdrawals/e-wallet/Z1': { body: eWalletWithdrawal({ id: 'Z1' }) },
    })
    const { it, codes } = await read(BEHIND, withdrawalWithExchange({ method: null, withdrawalId: 'Z1' }))
    expect({ it, codes }).toEqual({ it: { withdrawal: null }, codes: ['UPSTREAM_UNAVAILABLE'] })
    expect(calls()).toEqual(['/withdrawals/crypto/Z1', ...Array.from({ length: 3 }, () => '/withdrawals/bank/Z1')])
  })
})
