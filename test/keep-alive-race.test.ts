// A kept connection that the upstream closes just when the next request comes over it: nobody can tell whether that was read.
import { createServer } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PATIENT, startWatchedGateway } from './support/canaries.ts'
import { startTestGateway } from './support/gateway.ts'
import { deposit, exchange, gate, walletRoutes } from './support/rows.ts'
import type { AddressInfo } from 'node:net'
import type { WatchedGateway } from './support/canaries.ts'
import type { Reply, Route } from './support/upstream.ts'

let gateway: WatchedGateway
let resets = 0
beforeEach(async () => {
  resets = 0
  gateway = await startWatchedGateway(walletRoutes, PATIENT)
  // From here on there are connections to keep.
  await gateway.ask(READ)
})
afterEach(async () => {
  gateway.check()
  await gateway.close()
})

/** Answers on a new connection, and resets a kept one when it has read the request. */
function racing(reply: Reply): Route {
  return (_request, { socket }) => {
    if (socket?.bytesWritten === 0) return reply
    resets += 1
    socket?.resetAndDestroy()
    return undefined
  }
}

const READ = '{ exchange(id: "Exchange:E1") { id } }'
const DEPOSIT = `mutation ($description: String!) { createDeposit(input: {
  currency: "EUR", amount: "10", paymentMethodId: "PaymentMethod:sepa", description: $description
}) { __typename } }`

test('a read over it fails with a code or is made again, and no more than three times', async () => {
  gateway.upstream.routes({ 'GET /exchanges/E1': racing({ body: exchange() }) })
  const { data, errors } = await gateway.ask(READ)
  expect(resets).toBeGreaterThan(0)
  if (errors) expect(errors).toMatchObject([{ path: ['exchange'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }])
  else expect(data).toEqual({ exchange: { id: 'Exchange:E1' } })
  expect(gateway.upstream.count('GET /exchanges/E1')).toBeLessThanOrEqual(4)
})

test('a call that creates something is sent once over it, and fails with a code', async () => {
  gateway.upstream.routes({ 'POST /deposits': racing({ body: deposit() }) })
  const { errors } = await gateway.ask(DEPOSIT, { description: 'once' })
  expect(resets).toBe(1)
  expect(errors).toMatchObject([{ path: ['createDeposit'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }])
  expect(gateway.upstream.count('POST /deposits')).toBe(1)
})

test('a call that moves money never goes over it', async () => {
  gateway.upstream.routes({ 'POST /exchanges': racing({ body: exchange() }) })
  const { data } = await gateway.ask(
    `mutation { createExchange(input: {
      idempotencyKey: "key", payAmount: "10", between: { currencies: { payCode: "EUR", receiveCode: "BTC" } }
    }) { __typename } }`,
  )
  expect(data).toEqual({ createExchange: { __typename: 'Exchange' } })
  expect([resets, gateway.upstream.count('POST /exchanges')]).toEqual([0, 1])
})

test('an upstream that hangs up after each answer, without a word of it, is sent nothing twice', async () => {
  gateway.upstream.routes({
    'POST /deposits': (_request, response) => {
      const { socket } = response
      response.on('finish', () => setImmediate(() => socket?.end()))
      return { body: deposit() }
    },
  })
  for (let n = 0; n < 100; n += 1) await gateway.ask(DEPOSIT, { description: `number ${n}` })
  const bodies = gateway.upstream.requests.filter(({ method }) => method === 'POST').map(({ body }) => body)
  expect(bodies.length).toBeGreaterThan(50)
  expect(new Set(bodies).size).toBe(bodies.length)
})

test('only HTTP/1.1 is spoken: over HTTP/2 a request would be sent again when the upstream says it was not handled', async () => {
  const greeted = gate()
  let hello = ''
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (bytes) => {
        hello += bytes.toString('latin1')
        greeted.open()
        socket.destroy()
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/api/public`
  const secure = await startTestGateway({ ...gateway.upstream.env, SPECTROCOIN_API_URL: url })
  await secure.ask('{ rates { price } }')
  await greeted.opened
  expect(hello).toContain('\u0008http/1.1')
  expect(hello).not.toContain('\u0002h2')
  await secure.close()
  server.close()
})
