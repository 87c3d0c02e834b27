// That the tests would notice: whatever way a gateway tells a secret, the test that it is told in fails.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { makeKey, post, startTestGateway } from './support/gateway.ts'
import { walletRoutes } from './support/rows.ts'
import { collectSecret, expectNothingTold, lookThrough, unwatchPort, watchPort } from './support/secrets.ts'
import { openGreeted, rawExchange } from './support/sockets.ts'
import { startUpstream, TOKEN_ROUTE } from './support/upstream.ts'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const IBAN = 'LT601010012345678901'
const TYPE = { 'content-type': 'application/json' }

/** Stands for a gateway, and tells what it is let. */
let server: Server
let url: string
let answer: (response: ServerResponse) => void
beforeEach(async () => {
  server = createServer((_, response) => answer(response))
  server.on('upgrade', (request, socket, head) => {
    if (request.headers['sec-websocket-key'] === undefined) socket.end(`HTTP/1.1 503 ${IBAN}\r\n\r\n`)
    else
      new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, head, (websocket) => {
        websocket.on('message', () => websocket.send('{"type":"connection_ack"}'))
        websocket.once('message', () => answer({ end: (text: string) => websocket.send(text) } as ServerResponse))
      })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  watchPort(url, 'the one')
})
afterEach(() => {
  unwatchPort(url)
  server.closeAllConnections()
  server.close()
})

const variables = JSON.stringify({ variables: { input: { iban: IBAN } } })
const errors = [{ message: `The account ${IBAN} is closed.` }]

test.each<[string, string, boolean]>([
  ['the data of an answer, where it belongs', JSON.stringify({ data: { it: { iban: IBAN } } }), false],
  ['data beside an error', JSON.stringify({ errors: [{ message: 'No.' }], data: { it: [IBAN, '}"]'] } }), false],
  ['the message of an error', JSON.stringify({ errors, data: null }), true],
  ['an error behind data', JSON.stringify({ data: { it: '{"\\' }, errors }), true],
  ['the message of a typed error', JSON.stringify({ data: { it: { message: `no ${IBAN}` } } }), true],
  ['the extensions of an error', JSON.stringify({ errors: [{ message: 'No.', extensions: { of: IBAN } }] }), true],
  ['the extensions of an answer', JSON.stringify({ data: {}, extensions: { upstream: [IBAN] } }), true],
  ['a page', `<html>${IBAN}</html>`, true],
])("a caller's IBAN in %s", async (_where, text, isTold) => {
  answer = (response) => response.writeHead(200, TYPE).end(text)
  await post(url, variables)
  if (isTold) expect(expectNothingTold).toThrow(/An answer of the one tells the iban of somebody/)
  expectNothingTold()
})

test('what is told over a websocket, as the head of an answer, in a refusal, and in a piece of a stream', async () => {
  answer = (response) => response.end(JSON.stringify({ id: '1', type: 'error', payload: errors }))
  const { socket, hear } = await openGreeted(url.replace('http', 'ws'), { iban: IBAN })
  await hear()
  socket.terminate()
  expect(expectNothingTold).toThrow('An answer of the one tells')

  answer = (response) => response.writeHead(200, { 'x-iban': IBAN }).end()
  await fetch(url)
  expect(expectNothingTold).toThrow('An answer of the one tells')

  await rawExchange(url, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
  expect(expectNothingTold).toThrow('An answer of the one tells')

  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: next\ndata: {"data":{}}\n\n')
    setImmediate(() => response.end(`event: next\ndata: ${JSON.stringify({ errors })}\n\n`))
  }
  await (await fetch(url)).text()
  expect(expectNothingTold).toThrow('An answer of the one tells')
})

test('a token that a caller brings, over HTTP or a websocket, is a secret, and a gateway key even in data', async () => {
  const { key } = makeKey({ name: 'web', scopes: [] })
  for (const token of ['a-token-of-ann', key]) {
    answer = (response) => response.end(JSON.stringify({ data: {}, errors: [{ message: token }] }))
    await post(url, '{}', { authorization: `Bearer ${token}` })
    expect(expectNothingTold).toThrow(token)
  }
  answer = (response) => response.end('{"id":"1","type":"complete","why":"a-token-of-bob"}')
  const { socket, hear } = await openGreeted(url.replace('http', 'ws'), { authorization: 'Bearer a-token-of-bob' })
  await hear()
  socket.terminate()
  expect(expectNothingTold).toThrow('a-token-of-bob')
  answer = (response) => response.end(JSON.stringify({ data: { key } }))
  await post(url, '{}')
  expect(expectNothingTold).toThrow('the gateway key "web"')
})

test('what the upstream says in secret, and what the environment has, is one in the log', async () => {
  const upstream = await startUpstream({ ...walletRoutes, [TOKEN_ROUTE]: { body: { access_token: 'a-canary-token' } } })
  upstream.routes({ 'GET /accounts': { body: [{ accountId: 'A1', voucherCode: 'CNRY-1234', iban: IBAN }] } })
  const started = await startTestGateway({ ...upstream.env, SPECTROCOIN_CLIENT_SECRET: 'a-canary-secret' })
  await started.ask('{ accounts { id } }')
  for (const secret of ['a-canary-token', 'a-canary-secret', 'test-client', 'CNRY-1234', IBAN]) {
    lookThrough('The log', JSON.stringify({ reason: `of ${secret}.` }))
    expect(expectNothingTold).toThrow(`(${secret})`)
  }
  // That the log hides it does not make it good.
  lookThrough('The log', JSON.stringify({ reason: 'of [hidden]' }))
  expect(expectNothingTold).toThrow('what the log has hidden')
  collectSecret('a word', 'short')
  lookThrough('The log', 'short')
  await started.close()
  await upstream.close()
  expectNothingTold()
})
