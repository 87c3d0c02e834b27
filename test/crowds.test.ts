// Crowds: many calls at the same time with one key, with a key each, with one key for many things, and of two callers.
import { afterEach, expect, test, vi } from 'vitest'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { exchange, walletRoutes } from './support/rows.ts'
import { startUpstream } from './support/upstream.ts'
import type { Answer, TestGateway } from './support/gateway.ts'

// A busy machine takes its time for a thousand sockets.
vi.setConfig({ testTimeout: 60_000 })
const PATIENT = { timeout: 10_000 }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const QUERY = `mutation ($input: CreateExchangeInput!) { createExchange(input: $input) {
  __typename ... on Error { message } ... on Exchange { id status payAmount receiveAmount rate createdAt }
} }`
const between = { currencies: { payCode: 'EUR', receiveCode: 'BTC' } }

/** Each call has a connection of its own: one that is kept may be closed, after seconds of much to do, just when it is used again. */
const ALONE = { connection: 'close' }

function exchanges({ ask }: TestGateway, key: string, payAmount = '2', as = {}): Promise<Answer> {
  return ask(QUERY, { input: { idempotencyKey: key, payAmount, between } }, { ...ALONE, ...as })
}
async function replays({ ask }: TestGateway, key: string, as = {}): Promise<number> {
  const query = 'query ($key: ID!) { operation(idempotencyKey: $key) { replays } }'
  return (await ask(query, { key }, { ...ALONE, ...as })).data.operation.replays
}
/** What was answered: each different text, and how often. */
function tally(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** The sandbox, with no limit to its calls. */
async function start(): Promise<TestGateway & { readonly executions: () => number | undefined }> {
  const gateway = await startSandboxGateway({ LOG_LEVEL: 'error', OPERATION_TIMEOUT_MS: '60000' })
  closing.push(gateway.close)
  gateway.sandbox.control.limits.set({ callsPerMinute: 1e6, burst: 1e6 })
  return { ...gateway, executions: () => gateway.sandbox.control.executions()['POST /exchanges'] }
}

test('a thousand calls at once with one key are executed once, and all have that answer', async () => {
  const gateway = await start()
  const answers = await Promise.all(Array.from({ length: 1_000 }, async () => exchanges(gateway, 'k')))
  expect(gateway.executions()).toBe(1)
  const [[text, count] = []] = tally(answers.map((answer) => answer.text))
  expect([text, count]).toEqual([expect.stringContaining('"id":"Exchange:'), 1_000])
  await expect.poll(() => replays(gateway, 'k'), PATIENT).toBe(999)
  // And once more: from the journal, where it was from the call under way.
  expect((await exchanges(gateway, 'k')).text).toBe(text)
  await expect.poll(() => replays(gateway, 'k'), PATIENT).toBe(1_000)
  expect(gateway.executions()).toBe(1)
})

test('a thousand calls at once with a key that was used before are not executed, and all have its answer', async () => {
  const gateway = await start()
  const { text } = await exchanges(gateway, 'k')
  const answers = await Promise.all(Array.from({ length: 1_000 }, async () => exchanges(gateway, 'k')))
  expect(tally(answers.map((answer) => answer.text))).toEqual(new Map([[text, 1_000]]))
  expect(gateway.executions()).toBe(1)
  await expect.poll(() => replays(gateway, 'k'), PATIENT).toBe(1_000)
})

test('a thousand keys at once are executed a thousand times, each with an answer of its own', async () => {
  const gateway = await start()
  const keys = Array.from({ length: 1_000 }, (_, index) => `k-${index}`)
  const answers = await Promise.all(keys.map(async (key) => exchanges(gateway, key)))
  expect(answers.filter(({ data }) => data?.createExchange?.__typename !== 'Exchange').map(({ text }) => text)).toEqual(
    [],
  )
  const ids = answers.map(({ data }) => data.createExchange.id)
  expect([gateway.executions(), new Set(ids).size]).toEqual([1_000, 1_000])
  // Each key has kept its own.
  for (const index of [0, 499, 999])
    expect((await exchanges(gateway, `k-${index}`)).data.createExchange.id).toBe(ids[index])
  expect(gateway.executions()).toBe(1_000)
})

test('one key at once for a hundred things is one of them, and a conflict to the others', async () => {
  const gateway = await start()
  const amounts = Array.from({ length: 100 }, (_, index) => `1.${String(index).padStart(2, '0')}`)
  const answers = await Promise.all(amounts.map(async (amount) => exchanges(gateway, 'k', amount)))
  expect(tally(answers.map(({ data }) => data.createExchange.__typename))).toEqual(
    new Map([
      ['Exchange', 1],
      ['IdempotencyConflict', 99],
    ]),
  )
  expect([gateway.executions(), await replays(gateway, 'k')]).toEqual([1, 0])
})

test('one key at once by two callers is executed once for each whose token tells who they are, and each has their own', async () => {
  let made = 0
  const upstream = await startUpstream({
    ...walletRoutes,
    'POST /exchanges': () => ({ body: exchange({ exchangeId: `E${(made += 1)}` }) }),
  })
  const gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url, LOG_LEVEL: 'error' })
  closing.push(gateway.close, upstream.close)
  const token = (sub: string): object => ({
    authorization: `Bearer e30.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.signature`,
  })
  const [ann, bob] = [token('ann'), token('bob')]
  const callers = Array.from({ length: 200 }, (_, index) => (index % 2 ? ann : bob))
  const answers = await Promise.all(callers.map(async (as) => exchanges(gateway, 'k', '1', as)))
  const idsOf = (caller: object): unknown[] => [
    ...new Set(answers.filter((_, index) => callers[index] === caller).map(({ data }) => data.createExchange.id)),
  ]
  expect(upstream.count('POST /exchanges')).toBe(2)
  expect([idsOf(ann).length, idsOf(bob).length]).toEqual([1, 1])
  expect(new Set([...idsOf(ann), ...idsOf(bob)])).toEqual(new Set(['Exchange:E1', 'Exchange:E2']))
  for (const caller of [ann, bob]) await expect.poll(() => replays(gateway, 'k', caller), PATIENT).toBe(99)
})

test('one key at once by two callers whose tokens tell nothing is executed once: to the other it is a conflict', async () => {
  const upstream = await startUpstream({ ...walletRoutes, 'POST /exchanges': { body: exchange() } })
  const gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url, LOG_LEVEL: 'error' })
  closing.push(gateway.close, upstream.close)
  const callers = Array.from({ length: 200 }, (_, index) => ({ authorization: `Bearer ${index % 2 ? 'ann' : 'bob'}` }))
  const answers = await Promise.all(callers.map(async (as) => exchanges(gateway, 'k', '1', as)))
  const whats = answers.map(({ data }) => data.createExchange.__typename)
  const [winner, loser] = whats[0] === 'Exchange' ? [0, 1] : [1, 0]
  const whatsOf = (rest: number | undefined): unknown[] => [...tally(whats.filter((_, index) => index % 2 === rest))]
  expect([whatsOf(winner), whatsOf(loser)]).toEqual([[['Exchange', 100]], [['IdempotencyConflict', 100]]])
  expect(upstream.count('POST /exchanges')).toBe(1)
})
