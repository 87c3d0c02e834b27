// Callbacks that come in: SpectroCoin tells that something happened to an order, or somebody says so. Nothing but a fresh read is believed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSigner, fields, formBody, sign, SIGNED, signedText } from './support/callbacks.ts'
import { startSandboxGateway, startTestGateway } from './support/gateway.ts'
import { order, page, walletRoutes } from './support/rows.ts'
import { connectClient } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { TestClient } from './support/sockets.ts'
import type { FakeUpstream } from './support/upstream.ts'

const ONE = 'GET /merchants/orders/O1'
const LIST = 'GET /merchants/orders'
const LIVE = 'subscription { orderUpdated(id: "Order:O1") { statusText receivedAmount } }'
/** So slow that whatever happens within a test is not a poll's doing. */
const SLOW = { LIVE_INTERVAL_MS: '60000' }

const signer = createSigner()
const folder = mkdtempSync(join(tmpdir(), 'callbacks-'))
const keyFile = join(folder, 'key.pem')
writeFileSync(keyFile, signer.pem)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let upstream: FakeUpstream
let gateway: TestGateway
let client: TestClient
/** What the order's status is upstream. */
let status = 'NEW'
beforeEach(async () => {
  status = 'NEW'
  upstream = await startUpstream({
    ...walletRoutes,
    [ONE]: () => ({ body: order({ orderId: '7055-9f3c1a', status }) }),
    [LIST]: ({ query }) => ({
      body:
        query.get('projectId') === 'J1' && query.get('orderId') === '7055-9f3c1a'
          ? page(order({ orderId: '7055-9f3c1a', status }))
          : page(),
    }),
  })
})
afterEach(async () => {
  await client.close()
  await gateway.close()
  await upstream.close()
})

async function start(env: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<void> {
  gateway = await startTestGateway({ ...upstream.env, ...SLOW, SPECTROCOIN_CALLBACK_KEY_FILE: keyFile, ...env })
  client = connectClient(gateway.gateway.websocketUrl, { connectionParams: headers })
}

const CONTENT_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' }
async function call(body: string, as: keyof typeof CONTENT_TYPES = 'form'): Promise<{ status: number; text: string }> {
  const url = new URL('/callbacks/merchant', gateway.gateway.url)
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': CONTENT_TYPES[as] }, body })
  return { status: response.status, text: await response.text() }
}
const hint = (id = 'O1', merchantApiId = 'J1'): string => JSON.stringify({ id, merchantApiId })
const form = (of = fields()): string => formBody(of, sign(signedText(of), signer))
const OK = { status: 200, text: '*ok*' }

describe('a JSON callback', () => {
  test('wakes who listens to the order: they get what a fresh read says, at once', async () => {
    await start()
    const live = client.run(LIVE)
    expect((await live.next())?.data.orderUpdated.statusText).toBe('NEW')
    status = 'PENDING'
    expect(await call(hint(), 'json')).toEqual(OK)
    expect((await live.next())?.data.orderUpdated.statusText).toBe('PENDING')
    expect(upstream.count(ONE)).toBe(2)
  })

  test('says nothing of its own: a status in it is not looked at', async () => {
    await start()
    const live = client.run(LIVE)
    await live.next()
    const said = JSON.stringify({ id: 'O1', merchantApiId: 'J1', status: 'PAID', receivedAmount: 1 })
    expect(await call(said, 'json')).toEqual(OK)
    await expect.poll(() => upstream.count(ONE)).toBe(2)
    status = 'CANCELLED'
    await call(hint(), 'json')
    expect((await live.next())?.data.orderUpdated.statusText).toBe('CANCELLED')
    expect(await live.next()).toBeUndefined()
  })

  test('costs no read where nobody listens to its order, or where the order is of another project', async () => {
    await start()
    const live = client.run(LIVE)
    await live.next()
    for (const body of [hint('O2'), hint('O1', 'J2'), hint('../O1'), hint('*')])
      expect(await call(body, 'json')).toEqual(OK)
    expect(upstream.count(ONE)).toBe(1)
    expect(upstream.requests.filter(({ path }) => path.startsWith('/merchants'))).toHaveLength(1)
    await live.stop()
    expect(await call(hint(), 'json')).toEqual(OK)
    expect(upstream.count(ONE)).toBe(1)
  })

  test('may come a thousand times: at most sixty reads a minute come of it, and only reads are counted', async () => {
    await start()
    const live = client.run(LIVE)
    await live.next()
    const answer = Promise.withResolvers<void>()
    let held = true
    upstream.routes({
      [ONE]: async () => {
        if (held) await answer.promise
        return { body: order({ orderId: '7055-9f3c1a', status }) }
      },
    })
    // While one read is under way, however many hints make one more.
    await Promise.all(Array.from({ length: 200 }, () => call(hint(), 'json')))
    held = false
    answer.resolve()
    await expect.poll(() => upstream.count(ONE)).toBe(3)
    for (let round = 0; round < 80; round += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => call(hint(), 'json')))
      for (const each of answers) expect(each).toEqual(OK)
    }
    expect(upstream.count(ONE)).toBeGreaterThan(30)
    expect(upstream.count(ONE)).toBeLessThanOrEqual(61)
  })

  test.each([
    '',
    '{',
    '[]',
    'null',
    '{}',
    '{"id":"O1"}',
    '{"merchantApiId":"J1"}',
    '{"id":"","merchantApiId":"J1"}',
    '{"id":{},"merchantApiId":[]}',
  ])('that reads %s is refused', async (body) => {
    await start()
    expect(await call(body, 'json')).toMatchObject({ status: 400 })
    expect(upstream.requests).toEqual([])
  })

  test('wakes callers who brought their own tokens too, each of whom reads with their own', async () => {
    gateway = await startTestGateway({ SPECTROCOIN_API_URL: upstream.url, ...SLOW })
    client = connectClient(gateway.gateway.websocketUrl, { connectionParams: { authorization: 'Bearer A' } })
    const other = connectClient(gateway.gateway.websocketUrl, { connectionParams: { authorization: 'Bearer B' } })
    const live = [client.run(LIVE), other.run(LIVE)]
    for (const each of live) await each.next()
    status = 'PAID'
    expect(await call(hint(), 'json')).toEqual(OK)
    for (const each of live) expect((await each.next())?.data.orderUpdated.statusText).toBe('PAID')
    const tokens = upstream.requests.map(({ headers }) => headers.authorization ?? '').sort()
    expect(tokens).toEqual(['Bearer A', 'Bearer A', 'Bearer B', 'Bearer B'])
    await other.close()
  })
})

describe('a signed callback', () => {
  test('wakes who listens to the order, which is found by the word of the merchant and the project', async () => {
    await start()
    const live = client.run(LIVE)
    await live.next()
    status = 'PAID'
    expect(await call(form())).toEqual(OK)
    expect((await live.next())?.data.orderUpdated.statusText).toBe('PAID')
    expect(await live.next()).toBeUndefined()
    expect([upstream.count(LIST), upstream.count(ONE)]).toEqual([1, 2])
  })

  test('wakes its listeners whatever flood of unsigned ones has come before', async () => {
    await start()
    const live = client.run(LIVE)
    await live.next()
    await Promise.all(Array.from({ length: 200 }, () => call(hint(), 'json')))
    status = 'PAID'
    expect(await call(form())).toEqual(OK)
    expect((await live.next())?.data.orderUpdated.statusText).toBe('PAID')
  })

  test('that comes again is thanked for and costs nothing', async () => {
    await start()
    const live = client.run(LIVE)
    await live.next()
    const body = form()
    for (let times = 0; times < 5; times += 1) expect(await call(body)).toEqual(OK)
    expect(upstream.count(LIST)).toBe(1)
    await expect.poll(() => upstream.count(ONE)).toBe(2)
  })

  test('of which one byte of any signed field was altered changes nothing', async () => {
    await start()
    const live = client.run(LIVE)
    await live.next()
    const sent = fields()
    const signature = sign(signedText(sent), signer)
    for (const name of SIGNED) {
      const value = sent[name] ?? ''
      const altered = { ...sent, [name]: `${value.slice(0, -1)}${value.endsWith('1') ? '2' : '1'}` }
      expect([name, await call(formBody(altered, signature))]).toMatchObject([name, { status: 403 }])
    }
    expect(await call(formBody(sent, sign(signedText(sent), createSigner())))).toMatchObject({ status: 403 })
    expect(await call(form().replace(/&description=[^&]*/, ''))).toMatchObject({ status: 400 })
    expect([upstream.count(LIST), upstream.count(ONE)]).toEqual([0, 1])
  })

  test('for an order that its project does not have is refused: the project is not signed, so it is looked up', async () => {
    await start()
    for (const merchantApiId of ['J2', 'j1', 'J1 ']) {
      expect(await call(form(fields({ merchantApiId })))).toMatchObject({ status: 404 })
    }
    expect(await call(form(fields({ orderId: '7055-9f3c1' })))).toMatchObject({ status: 404 })
  })

  test('is about no other order of the project, where the upstream leaves the filter out', async () => {
    await start()
    upstream.routes({ [LIST]: { body: page(order({ id: 'O9', orderId: 'another' })) } })
    expect(await call(form())).toMatchObject({ status: 404 })
  })

  test('is asked for again where the gateway cannot find out', async () => {
    await start()
    upstream.routes({ [LIST]: { status: 503, body: '' } })
    expect(await call(form())).toMatchObject({ status: 503 })
    upstream.routes({ [LIST]: { body: page(order({ orderId: '7055-9f3c1a' })) } })
    expect(await call(form())).toEqual(OK)
  })

  test('is verified with the key at the origin of the API, which is fetched once', async () => {
    await start({ SPECTROCOIN_CALLBACK_KEY_FILE: '' })
    upstream.routes({
      'GET /files/merchant.public.pem': { headers: { 'content-type': 'text/plain' }, body: signer.pem },
    })
    expect(await call(form())).toEqual(OK)
    expect(await call(form(fields({ status: '5' })))).toEqual(OK)
    expect(await call(form().replace('7055', '7056'))).toMatchObject({ status: 403 })
    const key = upstream.requests.filter(({ path }) => path === '/files/merchant.public.pem')
    expect(key).toHaveLength(1)
    expect(key[0]?.headers.authorization).toBeUndefined()
  })

  test.each([
    ['none', { status: 404, body: '' }],
    ['a page', { body: '<html></html>' }],
    ['no RSA key', { body: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----' }],
  ])('is judged by no key where there is %s at the origin, and tried again with the next one', async (_, reply) => {
    await start({ SPECTROCOIN_CALLBACK_KEY_FILE: '' })
    upstream.routes({ 'GET /files/merchant.public.pem': reply })
    expect(await call(form())).toMatchObject({ status: 503 })
    expect(gateway.log.join('')).toContain('"endpoint":"callbacks.publicKey"')
    upstream.routes({ 'GET /files/merchant.public.pem': { body: signer.pem } })
    expect(await call(form())).toEqual(OK)
  })

  test('wakes who brought their own token, where the gateway has no credential to look an order up with', async () => {
    gateway = await startTestGateway({
      SPECTROCOIN_API_URL: upstream.url,
      ...SLOW,
      SPECTROCOIN_CALLBACK_KEY_FILE: keyFile,
    })
    client = connectClient(gateway.gateway.websocketUrl, { connectionParams: { authorization: 'Bearer A' } })
    const live = client.run(LIVE)
    await live.next()
    status = 'PAID'
    expect(await call(form(fields({ orderId: 'another' })))).toEqual(OK)
    expect(upstream.count(ONE)).toBe(1)
    expect(await call(form())).toEqual(OK)
    expect((await live.next())?.data.orderUpdated.statusText).toBe('PAID')
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer A', 'Bearer A'])
  })
})

describe('what is no callback', () => {
  test('is refused before anything is asked for', async () => {
    await start()
    const url = new URL('/callbacks/merchant', gateway.gateway.url)
    const answers = await Promise.all([
      fetch(url),
      fetch(url, { method: 'PUT', body: hint() }),
      fetch(url, { method: 'POST', body: hint(), headers: { 'content-type': 'text/plain' } }),
      fetch(url, { method: 'POST', body: 'x'.repeat(10_001), headers: { 'content-type': CONTENT_TYPES.json } }),
      fetch(url, {
        method: 'POST',
        body: hint(),
        headers: { 'content-type': CONTENT_TYPES.json, origin: 'https://evil.com' },
      }),
    ])
    expect(answers.map(({ status: each }) => each)).toEqual([405, 405, 415, 413, 403])
    expect(answers[0]?.headers.get('allow')).toBe('POST')
    for (const answer of answers)
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: expect.any(String) } }] })
    expect(upstream.requests).toEqual([])
  })

  test('leaves nothing of itself in the log', async () => {
    await start()
    await call(form(fields({ description: 'canary-in-a-callback' })))
    await call(JSON.stringify({ id: 'canary-in-a-callback', merchantApiId: 'J1' }), 'json')
    expect(gateway.log.join('')).toContain('a callback came in')
    expect(gateway.log.join('')).not.toContain('canary')
  })
})

describe('on the sandbox, which really sends them', () => {
  test.each([
    ['JSON', 'Harbour Books'],
    ['FORM', 'North Pier Coffee'],
  ])(
    'a callback of the %s form tells who listens that the payer has paid, though the next poll is a minute away',
    async (_, name) => {
      const started = await startSandboxGateway(SLOW)
      gateway = started
      client = connectClient(gateway.gateway.websocketUrl)
      const { data } = await gateway.ask('{ projects { nodes { id name } } }')
      const project = data.projects.nodes.find((each: { name: string }) => each.name === name)
      const made = await gateway.ask(
        `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { ... on Preorder { id payUrl orders { nodes { id } } } ... on Error { message } } }`,
        {
          input: {
            projectId: project.id,
            orderId: 'My own *~ word',
            amount: { receive: { amount: '20.00', currency: name === 'North Pier Coffee' ? 'ETH' : 'EUR' } },
            callbackUrl: new URL('/callbacks/merchant', gateway.gateway.url).href,
          },
        },
      )
      expect(made.data.createOrder).toMatchObject({
        payUrl: expect.stringContaining('https://'),
        orders: { nodes: [] },
      })
      started.sandbox.control.orders.open(made.data.createOrder.id.slice('Preorder:'.length))
      const found = await gateway.ask('query ($id: ID!) { preorder(id: $id) { orders { nodes { id orderId } } } }', {
        id: made.data.createOrder.id,
      })
      const [{ id, orderId }] = found.data.preorder.orders.nodes
      expect(orderId).toBe('My own *~ word')
      const live = client.run('subscription ($id: ID!) { orderUpdated(id: $id) { statusText } }', { id })
      expect((await live.next())?.data.orderUpdated.statusText).toBe('NEW')
      started.sandbox.control.orders.receive(id.slice('Order:'.length))
      expect((await live.next())?.data.orderUpdated.statusText).toBe('PENDING')
      started.sandbox.control.clock.advance(60_000)
      expect((await live.next())?.data.orderUpdated.statusText).toBe('PAID')
      expect(await live.next()).toBeUndefined()
    },
  )
})
