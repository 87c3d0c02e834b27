// Payment methods, and the forms in which they may come.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { paymentMethod, raw, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
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

async function read(body: object): Promise<{ them: unknown; codes: unknown[] }> {
  upstream.routes({ 'GET /payment-methods': { body } })
  const { data, errors = [] } = await gateway.ask(`{
    paymentMethods { id type name direction currencyCodes minAmount maxAmount feeFixed feePercent limitsCode enabled }
    rates { currencyCode }
  }`)
  expect(data.rates).toHaveLength(2)
  return { them: data.paymentMethods, codes: errors.map(({ extensions }) => extensions.code) }
}

test.each<[string, object]>([
  ['bare', [paymentMethod()]],
  ['under items', { items: [paymentMethod()] }],
  ['under their own name', { paymentMethods: [paymentMethod({ enabled: 'true' })] }],
])('a method is read from a list that is %s', async (_form, body) => {
  expect(await read(body)).toEqual({
    them: [
      {
        id: 'PaymentMethod:sepa-deposit-eur',
        type: 'BANK_TRANSFER',
        name: 'SEPA transfer',
        direction: 'DEPOSIT',
        currencyCodes: ['EUR'],
        minAmount: '10',
        maxAmount: '100000',
        feeFixed: '0',
        feePercent: '0.10',
        limitsCode: 'EUR',
        enabled: true,
      },
    ],
    codes: [],
  })
})

test.each([
  ['that are new', { type: 'PIGEON', direction: 'SIDEWAYS' }],
  ['that are missing', {}],
])(
  'a method without what is optional has nulls, its id for a name, and UNRECOGNIZED for words %s',
  async (_what, words) => {
    const bare = { id: raw('9007199254740993'), ...words }
    const { them, codes } = await read([bare, paymentMethod({ currencyCodes: ['EUR', 'USD'] })])
    expect(codes).toEqual([])
    expect(them).toMatchObject([
      {
        id: 'PaymentMethod:9007199254740993',
        type: 'UNRECOGNIZED',
        name: '9007199254740993',
        direction: 'UNRECOGNIZED',
        currencyCodes: [],
        minAmount: null,
        limitsCode: null,
        enabled: null,
      },
      { currencyCodes: ['EUR', 'USD'], minAmount: '10', limitsCode: null },
    ])
  },
)

test.each([
  ['paymentMethodId', null],
  ['type', {}],
  ['direction', ['DEPOSIT']],
  ['currencyCodes', 'EUR'],
  ['currencyCodes', ['EUR', {}]],
  ['minAmount', 'ten'],
  ['enabled', 'maybe'],
])('a method whose %s is %j fails the list, and takes no neighbour', async (name, value) => {
  expect(await read([paymentMethod({ [name]: value })])).toEqual({ them: null, codes: ['UPSTREAM_INVALID'] })
})

test('methods of one direction and of one currency are picked from the list, which is one call however they are asked for', async () => {
  upstream.routes({
    'GET /payment-methods': {
      body: [
        paymentMethod({ paymentMethodId: 1 }),
        paymentMethod({ paymentMethodId: 2, currencyCodes: ['USD', 'EUR'], direction: 'WITHDRAWAL' }),
        paymentMethod({ paymentMethodId: 3, direction: 'SIDEWAYS' }),
        paymentMethod({ paymentMethodId: 4, currencyCodes: ['USD'] }),
      ],
    },
  })
  const { data } = await gateway.ask(`{
    all: paymentMethods { id }
    in: paymentMethods(direction: DEPOSIT) { id }
    eur: paymentMethods(currency: "EUR") { id }
    eurOut: paymentMethods(direction: WITHDRAWAL, currency: "EUR") { id }
    none: paymentMethods(currency: "BTC") { id }
  }`)
  const ids = Object.entries(data as Record<string, { id: string }[]>).map(([name, them]) => [
    name,
    them.map(({ id }) => id.split(':')[1]).join(' '),
  ])
  expect(Object.fromEntries(ids)).toEqual({ all: '1 2 3 4', in: '1 4', eur: '1 2 3', eurOut: '2', none: '' })
  expect(upstream.count('GET /payment-methods')).toBe(1)
})

test('UNRECOGNIZED is nothing that can be asked for, and nothing is sent', async () => {
  const { errors } = await gateway.ask('{ paymentMethods(direction: UNRECOGNIZED) { id } }')
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'direction' })
  expect(upstream.requests).toEqual([])
})

test('a method has an id that is none of a node', async () => {
  const { errors } = await gateway.ask('{ node(id: "PaymentMethod:sepa-deposit-eur") { id } }')
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
  expect(upstream.requests).toEqual([])
})
