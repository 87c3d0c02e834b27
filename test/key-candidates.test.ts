// What the gateway has read with its own rights, in search of an unknown outcome, is shown to those alone who may read it themselves.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { STEPS } from '../src/money/audit.ts'
import { startTestGateway } from './support/gateway.ts'
import { exchange, page, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

let upstream: FakeUpstream
let started: TestGateway
beforeAll(async () => {
  const createdAt = new Date().toISOString()
  upstream = await startUpstream({
    ...walletRoutes,
    'POST /exchanges': { status: 500, body: {} },
    'GET /exchanges': {
      body: page(exchange({ exchangeId: 'OTHERS-1', createdAt }), exchange({ exchangeId: 'OTHERS-2', createdAt })),
    },
  })
  const keys = [
    { name: 'payer', scopes: ['exchange:create'] },
    { name: 'reader', scopes: ['exchange:create', 'exchange:read'] },
  ]
  started = await startTestGateway({ ...upstream.env, RECONCILE_WAIT_MS: '0' }, { keys })
})
afterAll(async () => {
  await started.close()
  await upstream.close()
})

const EXCHANGE = `mutation { createExchange(input: {
  idempotencyKey: "k", payAmount: "100", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
}) { __typename } }`
const LOOK = '{ operation(idempotencyKey: "k") { state candidates { id ... on Exchange { payAmount } } } }'

test.each([
  ['reader', ['Exchange:OTHERS-1', 'Exchange:OTHERS-2']],
  ['payer', []],
])('a key that is a %s sees %j', async (name, ids) => {
  const authorization = `Bearer ${started.keys[name]}`
  const ask = (query: string) => started.ask(query, {}, { authorization })
  expect((await ask(EXCHANGE)).data).toEqual({ createExchange: { __typename: 'OutcomeUnknown' } })
  // Both rows fit what each has asked for.
  const isFound = (line: string): boolean => line.includes(`"caller":"key-${name}"`) && line.includes(STEPS.ambiguous)
  await expect.poll(() => started.log.some(isFound), { timeout: 10_000 }).toBe(true)
  expect((await ask(LOOK)).data).toEqual({
    operation: { state: 'UNKNOWN', candidates: ids.map((id) => ({ id, payAmount: expect.any(String) })) },
  })
})
