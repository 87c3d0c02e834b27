// Answers that are none: the one field fails with a code, its neighbours stand, only what may pass is tried again, and nothing leaks.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BODY_CANARY, HEADER_CANARY, PATIENT, startWatchedGateway } from './support/canaries.ts'
import { account, walletRoutes } from './support/rows.ts'
import type { WatchedGateway } from './support/canaries.ts'
import type { Route } from './support/upstream.ts'

let gateway: WatchedGateway
beforeEach(async () => {
  gateway = await startWatchedGateway(walletRoutes, PATIENT)
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

const READ = '{ account(id: "Account:A1") { id } exchange(id: "Exchange:E1") { id } rates { currencyCode } }'
const text = JSON.stringify(account({ note: BODY_CANARY }))
const html = `<!doctype html><html><body>${BODY_CANARY}</body></html>`
const asHtml = { 'content-type': 'text/html', 'x-canary': HEADER_CANARY }

/** A server or a line that is in trouble is tried three times; what does not fit the contract will not fit it then. */
const TRIES: Readonly<Record<string, number>> = { UPSTREAM_UNAVAILABLE: 3, UPSTREAM_INVALID: 1 }

async function expectFailure(route: Route, code: string): Promise<void> {
  gateway.upstream.routes({ 'GET /accounts/A1': route })
  const { data, errors } = await gateway.ask(READ)
  expect(data).toMatchObject({ account: null, exchange: { id: 'Exchange:E1' }, rates: [{}, {}] })
  expect(errors).toMatchObject([{ path: ['account'], extensions: { code } }])
  expect(gateway.upstream.count('GET /accounts/A1')).toBe(TRIES[code])
  expect(gateway.upstream.count('GET /exchanges/E1')).toBe(1)
  // Whatever happened to the connection, the next call is none the worse.
  gateway.upstream.routes(walletRoutes)
  expect((await gateway.ask(READ)).data).toMatchObject({ account: { id: 'Account:A1' } })
}

test.each<[string, Route, string]>([
  ['a 203 with the right body', { status: 203, body: text }, 'UPSTREAM_INVALID'],
  ['a 201 with the right body', { status: 201, body: text }, 'UPSTREAM_INVALID'],
  ['a 204', { status: 204 }, 'UPSTREAM_INVALID'],
  ['an HTML page', { body: html, headers: asHtml }, 'UPSTREAM_INVALID'],
  ['an HTML page under 502', { status: 502, body: html, headers: asHtml }, 'UPSTREAM_UNAVAILABLE'],
  ['an empty body', { body: '' }, 'UPSTREAM_INVALID'],
  ['white space', { body: ' \n' }, 'UPSTREAM_INVALID'],
  ['broken JSON', { body: `${text.slice(0, -1)},` }, 'UPSTREAM_INVALID'],
  ['JSON with something behind it', { body: `${text}${BODY_CANARY}` }, 'UPSTREAM_INVALID'],
  ['null', { body: 'null' }, 'UPSTREAM_INVALID'],
  ['a number', { body: '42' }, 'UPSTREAM_INVALID'],
  ['a string', { body: `"${BODY_CANARY}"` }, 'UPSTREAM_INVALID'],
  ['a list', { body: `[${text}]` }, 'UPSTREAM_INVALID'],
  ['an object of something else', { body: { errorCode: 'GEN_1', defaultMessage: BODY_CANARY } }, 'UPSTREAM_INVALID'],
  ['nested beyond what a stack bears', { body: '['.repeat(1_000_000) }, 'UPSTREAM_INVALID'],
  [
    'objects nested beyond what a stack bears',
    { body: `${'{"a":'.repeat(300_000)}1${'}'.repeat(300_000)}` },
    'UPSTREAM_INVALID',
  ],
  ['an undocumented 409', { status: 409, body: { defaultMessage: BODY_CANARY } }, 'UPSTREAM_INVALID'],
  ['a 405', { status: 405, body: { error: BODY_CANARY } }, 'UPSTREAM_INVALID'],
  ['a body of many megabytes', { body: `"${'x'.repeat(4_200_000)}"` }, 'UPSTREAM_INVALID'],
])('%s fails its field alone', async (_what, route, code) => {
  await expectFailure(route, code)
})

test.each([301, 302, 303, 307, 308])('a redirect by %i is not followed', async (status) => {
  gateway.upstream.routes({ 'GET /elsewhere': { body: text } })
  const location = `${gateway.upstream.url}/elsewhere?${HEADER_CANARY}`
  await expectFailure({ status, headers: { location } }, 'UPSTREAM_INVALID')
  expect(gateway.upstream.count('GET /elsewhere')).toBe(0)
})

test('a redirect of a call that creates something is not followed either', async () => {
  gateway.upstream.routes({
    'POST /exchanges/calculate': { status: 307, headers: { location: '/api/public/elsewhere' } },
  })
  const { errors } = await gateway.ask(
    '{ exchangeQuote(input: { payCode: "EUR", receiveCode: "BTC", amount: { payAmount: "1" } }) { __typename } }',
  )
  expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_INVALID')
  expect(gateway.upstream.requests.filter(({ path }) => path === '/elsewhere')).toEqual([])
})

test('half a body and the end of the connection fails its field alone', async () => {
  await expectFailure((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
    response.write(text.slice(0, 20), () => response.socket?.destroy())
    return undefined
  }, 'UPSTREAM_UNAVAILABLE')
})

test('a connection that is reset fails its field alone', async () => {
  await expectFailure((_request, response) => {
    response.socket?.resetAndDestroy()
    return undefined
  }, 'UPSTREAM_UNAVAILABLE')
})

test('a content-length that is too short fails its field alone, and what is left over is taken for no answer', async () => {
  await expectFailure((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length >> 1 })
    response.end(text)
    return undefined
  }, 'UPSTREAM_INVALID')
})

test('an answer that is no HTTP at all fails its field alone', async () => {
  await expectFailure((_request, response) => {
    response.socket?.end(`${BODY_CANARY}\r\n\r\n`)
    return undefined
  }, 'UPSTREAM_UNAVAILABLE')
})

test('an upstream that is not there fails each field by itself, and those that need none stand', async () => {
  // Connections stand, and no rates are known that could be given meanwhile.
  await gateway.ask('{ account(id: "Account:A1") { id } }')
  await gateway.upstream.close()
  const { data, errors } = await gateway.ask('{ account(id: "Account:A1") { id } rates { price } viewer { sandbox } }')
  expect(data).toEqual({ account: null, rates: null, viewer: { sandbox: false } })
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'])
})

test('one account of a batch that fails takes its siblings with it only where one call lists them', async () => {
  gateway.upstream.routes({ 'GET /accounts': { status: 500, body: html } })
  const { data, errors } = await gateway.ask(
    '{ a: account(id: "Account:A1") { id } b: account(id: "Account:A2") { id } }',
  )
  expect(data).toEqual({ a: null, b: null })
  expect(errors?.map(({ path }) => path)).toEqual([['a'], ['b']])
  expect(gateway.upstream.count('GET /accounts')).toBe(3)
})
