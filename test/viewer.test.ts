// Who the gateway takes a caller for, and what is known of their budget.
import { afterEach, expect, test } from 'vitest'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { startUpstream } from './support/upstream.ts'

const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close()
})

const VIEWER = '{ viewer { id name scopes sandbox budget { limit remaining resetsAt coolingDownUntil } } }'
const UNSAID = { limit: null, remaining: null, resetsAt: null, coolingDownUntil: null }

test('the sandbox says that it is one, without a single upstream call', async () => {
  const { ask, sandbox, close } = await startSandboxGateway()
  closing.push({ close })
  const { data } = await ask(VIEWER)
  expect(data.viewer).toEqual({ id: 'Viewer:sandbox', name: 'sandbox', scopes: null, sandbox: true, budget: UNSAID })
  expect(sandbox.count()).toBe(0)
})

test('with tokens everybody is somebody else, and nobody without one may do anything', async () => {
  const upstream = await startUpstream()
  const { ask, close } = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
  closing.push(upstream, { close })
  const anonymous = (await ask(VIEWER)).data.viewer
  const first = (await ask(VIEWER, {}, { authorization: 'Bearer first-canary' })).data.viewer
  const second = (await ask(VIEWER, {}, { authorization: 'Bearer second-canary' })).data.viewer
  expect(anonymous).toMatchObject({ name: 'anonymous', scopes: [], sandbox: false })
  expect(first).toMatchObject({ name: 'token', scopes: null, sandbox: false })
  expect(first.id).not.toBe(second.id)
  expect(JSON.stringify([first, second])).not.toContain('canary')
  expect(upstream.requests).toHaveLength(0)
})

test('the budget is what the upstream has said in its headers, to this caller', async () => {
  const upstream = await startUpstream({
    'GET /accounts': {
      headers: { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '41', 'x-ratelimit-reset': '30' },
      body: [],
    },
  })
  const { ask, close } = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url })
  closing.push(upstream, { close })
  const before = Date.now()
  await ask('{ accounts { id } }', {}, { authorization: 'Bearer one' })
  const { budget } = (await ask(VIEWER, {}, { authorization: 'Bearer one' })).data.viewer
  expect(budget).toMatchObject({ limit: 60, remaining: 41, coolingDownUntil: null })
  expect(Math.abs(Date.parse(budget.resetsAt) - before - 30_000)).toBeLessThan(5_000)
  expect((await ask(VIEWER, {}, { authorization: 'Bearer another' })).data.viewer.budget).toEqual(UNSAID)
})

test('a 429 is a cool-down until the time that it names', async () => {
  const upstream = await startUpstream({
    'GET /accounts': { status: 429, headers: { 'retry-after': '120' }, body: {} },
  })
  const { ask, close } = await startTestGateway(upstream.env)
  closing.push(upstream, { close })
  const before = Date.now()
  const { errors } = await ask('{ accounts { id } }')
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 120 })
  const { budget } = (await ask(VIEWER)).data.viewer
  expect(Math.abs(Date.parse(budget.coolingDownUntil) - before - 120_000)).toBeLessThan(5_000)
})
