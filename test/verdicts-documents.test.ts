// Documents: each bad one given to each transport, beside one that is just within; and what a gateway in production tells nobody of its schema.
import { getIntrospectionQuery } from 'graphql'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { BAD_DOCUMENTS } from './support/bad-documents.ts'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { fromEach, give, giveEach, TRANSPORTS } from './support/transports.ts'
import { startUpstream } from './support/upstream.ts'
import type { Environment } from '../src/config.ts'
import type { Ask, BadDocument } from './support/bad-documents.ts'
import type { TestGateway } from './support/gateway.ts'
import type { Thing, Transport } from './support/transports.ts'
import type { FakeUpstream } from './support/upstream.ts'

describe('a document that may not be', () => {
  const gateways = new Map<Environment, Awaited<ReturnType<typeof startSandboxGateway>>>()
  beforeAll(async () => {
    for (const env of new Set(BAD_DOCUMENTS.map((row) => row.env))) gateways.set(env, await startSandboxGateway(env))
  })
  afterAll(async () => {
    for (const started of gateways.values()) await started.close()
  })

  test.each(BAD_DOCUMENTS)('$name: $code', async ({ env, good, bad, code, limit, argument }: BadDocument) => {
    const { gateway, sandbox } = gateways.get(env) ?? expect.unreachable()
    if (good)
      expect(await giveEach(gateway, good, carriers(good))).toMatchObject(fromEach({ code: 'OK' }, carriers(good)))
    const before = sandbox.count()
    const verdicts = await giveEach(gateway, bad, carriers(bad))
    const details = { ...(limit !== undefined && { limit }), ...(argument !== undefined && { argument }) }
    expect(verdicts).toMatchObject(fromEach({ code, details }, carriers(bad)))
    expect(verdicts).toEqual(fromEach(verdicts['POST'], carriers(bad)))
    expect(sandbox.count()).toBe(before)
  })
})

/** A GET carries no change, nothing that UTF-8 cannot say, and no more than its head has room for, which is 16 KB. */
function carriers({ query, variables = {} }: Ask): readonly Transport[] {
  const { length } = new URLSearchParams({ query, variables: JSON.stringify(variables) }).toString()
  const fits = length < 15_000 && query.isWellFormed() && !query.includes('mutation')
  return fits ? TRANSPORTS : TRANSPORTS.filter((each) => each !== 'GET')
}

describe('in production', () => {
  let upstream: FakeUpstream
  let closed: TestGateway
  let open: TestGateway
  beforeAll(async () => {
    upstream = await startUpstream()
    closed = await startTestGateway({ ...upstream.env, NODE_ENV: 'production' })
    open = await startTestGateway({ ...upstream.env, NODE_ENV: 'production', INTROSPECTION: 'true' })
  })
  afterAll(async () => {
    await closed.close()
    await open.close()
    await upstream.close()
  })
  afterEach(() => expect(upstream.requests.splice(0)).toEqual([]))

  test.each<[string, Thing]>([
    ['all of it', { query: getIntrospectionQuery() }],
    ['its types', { query: '{ __schema { types { name } } }' }],
    ['a type', { query: '{ __type(name: "Account") { fields { name } } }' }],
    ['a type under another name', { query: '{ viewer { id } x: __type(name: "Account") { name } }' }],
    ['a type in fragments', { query: '{ ...A } fragment A on Query { ... { __type(name: "Account") { name } } }' }],
    ['a type, perhaps', { query: 'query ($no: Boolean = false) { __schema @include(if: $no) { __typename } }' }],
  ])('who asks for %s of the schema is refused, unless that is switched on', async (_, thing) => {
    expect(await giveEach(closed.gateway, thing)).toEqual(fromEach({ code: 'GRAPHQL_VALIDATION_FAILED', details: {} }))
    expect(await giveEach(open.gateway, thing)).toMatchObject(fromEach({ code: 'OK' }))
  })

  test('the name of a type is told of what is at hand', async () => {
    const query = '{ __typename viewer { __typename } }'
    const data = { __typename: 'Query', viewer: { __typename: 'Viewer' } }
    expect(await giveEach(closed.gateway, { query })).toEqual(fromEach({ code: 'OK', data }))
  })

  const input = (value: object): Thing => ({
    query: 'query ($input: ExchangeQuoteInput!) { exchangeQuote(input: $input) { __typename } }',
    variables: { input: { payCode: 'EUR', receiveCode: 'BTC', amount: { payAmount: '1' }, ...value } },
  })
  test.each<[string, Thing, boolean]>([
    ['field', { query: '{ viewr { id } }' }, true],
    ['nested field', { query: '{ viewer { nam } }' }, true],
    ['field of an interface', { query: '{ node(id: "Account:1") { balance } }' }, true],
    ['selection that is missing', { query: '{ viewer }' }, true],
    ['argument', { query: '{ account(di: "x") { id } }' }, true],
    ['enum value', { query: '{ withdrawals(kind: CRYPT) { __typename } }' }, true],
    ['enum value for a string', { query: '{ withdrawals(kind: "CRYPTO") { __typename } }' }, false],
    ['type', { query: '{ ... on Qery { viewer { id } } }' }, true],
    ['type of a variable', { query: 'query ($a: Decimel) { viewer { id } }' }, true],
    ['directive', { query: '{ viewer @skp(if: true) { id } }' }, false],
    ['member of an input', { query: '{ exchangeQuote(input: {payCod: "EUR"}) { __typename } }' }, false],
    ['member in a variable', input({ payCoed: 'EUR' }), false],
    ['member deep in a variable', input({ amount: { payAmont: '1' } }), false],
    [
      'enum value in a variable',
      { query: 'query ($k: WithdrawalKind!) { withdrawals(kind: $k) { __typename } }', variables: { k: 'CRYPT' } },
      false,
    ],
    ['operation', { query: 'query Accounts { viewer { id } }', operationName: 'Acounts' }, false],
  ])('a misspelt %s is told without what it may have meant', async (_name, thing, hasSuggestion) => {
    const words = async (where: TestGateway, transport: Transport): Promise<string> => {
      const said: string[] = []
      expect((await give(transport, where.gateway, thing, (message) => said.push(message))).code).not.toBe('OK')
      expect(said).not.toEqual([])
      return said.join(' ')
    }
    for (const transport of TRANSPORTS) {
      expect([transport, await words(closed, transport)]).toEqual([
        transport,
        expect.not.stringMatching(/did you mean/i),
      ])
      if (hasSuggestion)
        expect([transport, await words(open, transport)]).toEqual([transport, expect.stringMatching(/did you mean/i)])
    }
  })
})
