// Answers that do not come in time: the one field fails after three tries, and its neighbours stand.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startWatchedGateway } from './support/canaries.ts'
import { account, gate, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Route } from './support/upstream.ts'

/** An answer is to begin within half of it: enough for a request to arrive on a machine that is busy. */
const HASTY = { UPSTREAM_TIMEOUT_MS: '700' }

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(walletRoutes, HASTY)
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const READ = '{ account(id: "Account:A1") { id } exchange(id: "Exchange:E1") { id } rates { currencyCode } }'
const text = JSON.stringify(account())

async function expectFailure(route: Route): Promise<void> {
  gateway.upstream.routes({ 'GET /accounts/A1': route })
  const { data, errors } = await gateway.ask(READ)
  expect(data).toMatchObject({ account: null, exchange: { id: 'Exchange:E1' }, rates: [{}, {}] })
  expect(errors).toMatchObject([{ path: ['account'], extensions: { code: 'UPSTREAM_TIMEOUT' } }])
  expect(gateway.upstream.count('GET /accounts/A1')).toBe(3)
  gateway.upstream.routes(walletRoutes)
  expect((await gateway.ask(READ)).data).toMatchObject({ account: { id: 'Account:A1' } })
}

test('a content-length that is too long is waited for no longer than the time-out', async () => {
  await expectFailure((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length + 1 })
    response.end(text)
    return undefined
  })
})

test('an answer that never comes fails its field after half of the time-out, three times, and is not waited for longer', async () => {
  const began = performance.now()
  await expectFailure(() => undefined)
  expect(performance.now() - began).toBeLessThan(3000)
})

test('an answer that stops after its first bytes fails its field after the time-out', async () => {
  await expectFailure((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write(text.slice(0, 20))
    return undefined
  })
})

test('an answer that trickles is held to the time-out as a whole', async () => {
  let gone = 0
  await expectFailure((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const drop = setInterval(() => response.write(' '), 50)
    response.on('close', () => {
      clearInterval(drop)
      gone += 1
    })
    return undefined
  })
  await expect.poll(() => gone).toBe(3)
})

test('of twenty calls that hang, ten at a time, each tells of its own, and ten of them are all that is tried again', async () => {
  await gateway.close()
  gateway = await startWatchedGateway(walletRoutes, { ...HASTY, BREAKER_FAILURES: '1000000' })
  gateway.upstream.routes({ 'GET /exchanges/{id}': () => undefined })
  const began = performance.now()
  const aliases = Array.from({ length: 20 }, (_, index) => `e${index}: exchange(id: "Exchange:H${index}") { id }`)
  const { errors } = await gateway.ask(`{ ${aliases.join(' ')} }`)
  expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['UPSTREAM_TIMEOUT']))
  expect(errors).toHaveLength(20)
  expect(gateway.upstream.count('GET /exchanges/{id}')).toBe(30)
  expect(performance.now() - began).toBeLessThan(4000)
})

test('a read is given up upstream when its caller has gone', async () => {
  const arrived = gate()
  const given = gate()
  gateway.upstream.routes({
    'GET /accounts/A1': (_request, response) => {
      arrived.open()
      response.on('close', given.open)
      return undefined
    },
  })
  const caller = new AbortController()
  const gone = fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: READ }),
    signal: caller.signal,
  })
  await arrived.opened
  const began = performance.now()
  caller.abort()
  await expect(gone).rejects.toThrow()
  await given.opened
  expect(performance.now() - began).toBeLessThan(250)
})
