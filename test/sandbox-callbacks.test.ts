// The sandbox's callbacks: sent over the wire to whoever listens on this machine, signed where the project is an old one.
import { createPublicKey, verify } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createCourier } from '../src/sandbox/callback-courier.ts'
import { orderStatuses, type OrderStatus } from '../src/sandbox/order-courses.ts'
import { type Body, type Caller, startCaller } from './sandbox/caller.ts'

type Received = { readonly method: string; readonly path: string; readonly type: string; readonly body: string }

let caller: Caller
let shop: Server
let shopUrl: string
let received: Received[]
let answer: (response: ServerResponse, call: Received) => void

beforeEach(async () => {
  received = []
  answer = (response) => response.end('*ok*')
  shop = createServer((request, response) => {
    void textOf(request).then((body) => {
      const { method = '', url: path = '', headers } = request
      const call = { method, path, type: headers['content-type'] ?? '', body }
      received.push(call)
      answer(response, call)
    })
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/spectrocoin`
  caller = await startCaller({ callsPerMinute: 100_000, tokenLifetimeSeconds: 31_536_000 })
})
afterEach(async () => {
  await caller.sandbox.close()
  shop.closeAllConnections()
  await new Promise((resolve) => shop.close(resolve))
})

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString()
  return text
}

const get = async (path: string): Promise<Body> => (await caller.get(path)).body
const post = async (path: string, body: object = {}): Promise<Body> => (await caller.post(path, body)).body
const minutes = (count: number): void => caller.control.clock.advance(count * 60_000)

async function projectNamed(wanted: string): Promise<string> {
  return (await get('/merchants/projects')).data.find(({ name }: Body) => name === wanted).id
}

async function makeOrder(terms: object = {}, name = 'Harbour Books'): Promise<Body> {
  const projectId = await projectNamed(name)
  const currency = name === 'Harbour Books' ? 'EUR' : 'ETH'
  const price = { receiveAmount: currency === 'EUR' ? '49.90' : '0.123456789012345678', receiveCurrencyCode: currency }
  const ask = { projectId, callbackUrl: shopUrl, ...price, ...terms }
  const { preOrderId } = await post('/merchants/orders/create', ask)
  return post('/merchants/orders', { preOrderId, payCurrencyCode: 'BTC' })
}

async function callbacksOf({ id, projectId }: Body): Promise<Body[]> {
  return (await get(`/merchants/callbacks?projectId=${projectId}&orderId=${id}`)).data
}

describe('a callback', () => {
  test('goes out at each change of status, two ids as JSON, and is written down', async () => {
    caller.control.clock.freeze()
    const order = await makeOrder()
    expect(await callbacksOf(order)).toEqual([])
    caller.control.orders.receive(order.id)
    await expect.poll(() => received.length).toBe(1)
    caller.control.clock.advance(30_000)
    await expect.poll(() => received.length).toBe(2)
    const body = JSON.stringify({ id: order.id, merchantApiId: order.projectId })
    const call = { method: 'POST', path: '/spectrocoin', type: 'application/json', body }
    expect(received).toEqual([call, call])
    await expect.poll(async () => (await callbacksOf(order)).map(({ status }) => status)).toEqual(['SENT', 'SENT'])
    const [paid, pending] = await callbacksOf(order)
    const at = caller.control.clock.now().toISOString()
    expect(paid).toEqual({
      id: expect.any(String),
      orderId: order.id,
      merchantOrderId: order.orderId,
      projectId: order.projectId,
      url: shopUrl,
      orderStatus: 'PAID',
      status: 'SENT',
      httpStatus: '200',
      responseBody: '*ok*',
      attempts: '1',
      createdAt: at,
      lastAttemptAt: at,
      nextAttemptAt: null,
    })
    expect(pending?.orderStatus).toBe('PENDING')
    expect(await get(`/merchants/callbacks/${paid?.id}`)).toEqual(paid)
    const path = `/merchants/callbacks?projectId=${order.projectId}&orderId=${order.id}`
    expect((await get(`${path}&status=FAILED`)).totalCount).toBe('0')
    expect((await get(`${path}&status=LOST`)).errorCode).toBe('GEN_5')
  })

  test('goes out with time, without a call to the API', async () => {
    const order = await makeOrder()
    caller.control.orders.receive(order.id)
    await expect.poll(() => received.length).toBe(1)
    // Half a minute is over a moment from now, and nobody asks the sandbox anything.
    caller.control.clock.advance(29_500)
    expect(received).toHaveLength(1)
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(2)
  })

  test('is not made for an order without an address, and cannot be sent again then', async () => {
    const order = await makeOrder({ callbackUrl: undefined })
    caller.control.orders.move(order.id, 'FAILED')
    expect(await callbacksOf(order)).toEqual([])
    expect((await post(`/merchants/orders/${order.id}/callback`)).errorCode).toBe('MER_3')
  })

  test('is not made where coins come but the status stays', async () => {
    const order = await makeOrder()
    for (const amount of ['0.0001', '0.0002']) caller.control.orders.receive(order.id, amount)
    expect(await callbacksOf(order)).toMatchObject([{ orderStatus: 'PARTIAL_PAYMENT' }])
  })

  test('is sent again on demand, about the order as it is', async () => {
    const order = await makeOrder()
    expect(await post(`/merchants/orders/${order.id}/callback`)).toEqual(order)
    await expect.poll(() => received.length).toBe(1)
    caller.control.orders.move(order.id, 'EXPIRED')
    await post(`/merchants/orders/${order.id}/callback`)
    await expect.poll(() => received.length).toBe(3)
    const told = (await callbacksOf(order)).map(({ orderStatus }) => orderStatus)
    expect(told).toEqual(['EXPIRED', 'EXPIRED', 'NEW'])
    expect((await caller.post('/merchants/orders/none/callback', {})).status).toBe(404)
  })

  test('that is refused is tried again after 1, 5, 15, 60 and 360 minutes, and then no more', async () => {
    caller.control.clock.freeze()
    answer = (response) => response.writeHead(503).end('x'.repeat(1000))
    const order = await makeOrder()
    const begin = caller.control.clock.now().getTime()
    caller.control.orders.move(order.id, 'PAID')
    const record = async (): Promise<Body> => (await callbacksOf(order))[0]
    let since = 0
    for (const [index, pause] of [1, 5, 15, 60, 360, undefined].entries()) {
      await expect.poll(async () => (await record()).attempts).toBe(String(index + 1))
      expect(received).toHaveLength(index + 1)
      const next = pause === undefined ? null : new Date(begin + (since + pause) * 60_000).toISOString()
      expect(await record()).toMatchObject({
        status: 'FAILED',
        httpStatus: '503',
        responseBody: 'x'.repeat(255),
        lastAttemptAt: new Date(begin + since * 60_000).toISOString(),
        nextAttemptAt: next,
      })
      caller.control.clock.advance((pause ?? 10_000) * 60_000 - 1)
      expect((await record()).attempts).toBe(String(index + 1))
      caller.control.clock.advance(1)
      since += pause ?? 0
    }
    expect((await record()).attempts).toBe('6')
  })

  test('that gets through in the end is sent, and not tried again', async () => {
    caller.control.clock.freeze()
    answer = (response) => response.writeHead(received.length < 3 ? 500 : 200).end('done')
    const order = await makeOrder()
    caller.control.orders.move(order.id, 'PAID')
    for (const [index, pause] of [1, 5].entries()) {
      await expect.poll(async () => (await callbacksOf(order))[0]?.attempts).toBe(String(index + 1))
      minutes(pause)
    }
    await expect
      .poll(async () => (await callbacksOf(order))[0])
      .toMatchObject({
        status: 'SENT',
        attempts: '3',
        responseBody: 'done',
        nextAttemptAt: null,
      })
    minutes(1000)
    await get('/merchants/projects')
    expect(received).toHaveLength(3)
  })

  test('follows no redirect, and counts as sent with 200 only', async () => {
    for (const [status, headers] of [
      [302, { location: `${shopUrl}/elsewhere` }],
      [204, {}],
      [404, {}],
    ] as const) {
      received = []
      answer = (response) => response.writeHead(status, headers).end()
      const order = await makeOrder()
      caller.control.orders.move(order.id, 'PAID')
      await expect
        .poll(async () => (await callbacksOf(order))[0])
        .toMatchObject({ status: 'FAILED', httpStatus: String(status) })
      expect(received.map(({ path }) => path)).toEqual(['/spectrocoin'])
    }
  })

  test('never leaves this machine, nor drives the sandbox itself', async () => {
    for (const callbackUrl of [
      'https://shop.example.com/callback',
      'http://127.0.0.1.example.com/callback',
      'http://localhost.example.com/callback',
      'http://10.0.0.1/callback',
      'http://0.0.0.0/callback',
      `${caller.sandbox.origin}/__sandbox/reset`,
    ]) {
      const order = await makeOrder({ callbackUrl })
      caller.control.orders.move(order.id, 'PAID')
      expect(await callbacksOf(order)).toMatchObject([
        {
          url: callbackUrl,
          status: 'FAILED',
          httpStatus: null,
          responseBody: null,
          attempts: '0',
          nextAttemptAt: null,
        },
      ])
    }
    expect(await get('/merchants/callbacks/none')).toMatchObject({ errorCode: 'GEN_8' })
  })

  test('reaches localhost by its name', async () => {
    const order = await makeOrder({ callbackUrl: shopUrl.replace('127.0.0.1', 'localhost') })
    caller.control.orders.move(order.id, 'PAID')
    await expect.poll(async () => (await callbacksOf(order))[0]?.status).toBe('SENT')
  })

  test('to nobody, or to somebody who talks no HTTP, fails and harms nothing', async () => {
    const order = await makeOrder({ callbackUrl: 'http://127.0.0.1:9/nobody' })
    answer = (response) => response.socket?.end('nonsense\r\n\r\n')
    const other = await makeOrder()
    for (const { id } of [order, other]) caller.control.orders.move(id, 'PAID')
    for (const one of [order, other]) {
      await expect
        .poll(async () => (await callbacksOf(one))[0])
        .toMatchObject({ status: 'FAILED', httpStatus: null, attempts: '1', nextAttemptAt: expect.any(String) })
    }
  })

  test('to a shop that hangs keeps neither the API nor the sandbox’s end waiting', async () => {
    let isCut = false
    answer = (response) => response.on('close', () => (isCut = true))
    const order = await makeOrder()
    caller.control.orders.move(order.id, 'PAID')
    await expect.poll(() => received.length).toBe(1)
    expect((await caller.get('/accounts')).status).toBe(200)
    expect(await callbacksOf(order)).toMatchObject([{ status: 'PENDING', attempts: '0', lastAttemptAt: null }])
    await caller.sandbox.close()
    await expect.poll(() => isCut).toBe(true)
  })

  test('is forgotten by a reset', async () => {
    let isCut = false
    answer = (response) => response.on('close', () => (isCut = true))
    const order = await makeOrder()
    caller.control.orders.move(order.id, 'PAID')
    await expect.poll(() => received.length).toBe(1)
    caller.control.reset()
    await expect.poll(() => isCut).toBe(true)
    expect(await callbacksOf(order)).toEqual([])
  })
})

test('callbacks about one order arrive in its own order, and hold up no other', async () => {
  const [order, other] = [await makeOrder({}, 'North Pier Coffee'), await makeOrder()]
  const waiting: ServerResponse[] = []
  answer = (response, { type }) => {
    if (type === 'application/json') response.end('*ok*')
    else waiting.push(response)
  }
  const statuses: OrderStatus[] = ['PENDING', 'PAID', 'PROCESSING_REFUND', 'REFUNDED']
  for (const status of statuses) caller.control.orders.move(order.id, status)
  caller.control.orders.move(other.id, 'PAID')
  await expect.poll(async () => (await callbacksOf(other))[0]?.status).toBe('SENT')
  await expect.poll(() => waiting.length).toBe(1)
  answer = (response) => response.end('*ok*')
  waiting[0]?.end('*ok*')
  await expect.poll(() => received.length).toBe(5)
  const forms = received.filter(({ type }) => type !== 'application/json')
  expect(forms.map(({ body }) => new URLSearchParams(body).get('status'))).toEqual(['2', '3', '17', '18'])
})

describe('the older callback', () => {
  const signedFields = [
    'merchantId',
    'apiId',
    'orderId',
    'payCurrency',
    'payAmount',
    'receiveCurrency',
    'receiveAmount',
    'receivedAmount',
    'description',
    'orderRequestId',
    'status',
  ]

  // Built by hand, byte by byte, as java.net.URLEncoder does it.
  function encode(text: string): string {
    return [...Buffer.from(text)]
      .map((byte) => {
        const sign = String.fromCharCode(byte)
        if (/[A-Za-z0-9.*_-]/.test(sign)) return sign
        return sign === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
      })
      .join('')
  }

  async function verifies(fields: Readonly<Record<string, string>>): Promise<boolean> {
    const response = await fetch(`${caller.sandbox.origin}/files/merchant.public.pem`)
    const text = signedFields.map((name) => `${name}=${encode(fields[name] ?? '')}`).join('&')
    const signature = Buffer.from(fields['sign'] ?? '', 'base64')
    return verify('sha1', Buffer.from(text), createPublicKey(await response.text()), signature)
  }

  test('has 14 fields and a signature that the public key proves', async () => {
    const description = 'Ragù *hot* ~ 2 & "Žemaitė" +1'
    const order = await makeOrder({ description, orderId: '7055-9f3c1a' }, 'North Pier Coffee')
    caller.control.orders.receive(order.id)
    await expect.poll(() => received.length).toBe(1)
    expect(received[0]).toMatchObject({ method: 'POST', type: 'application/x-www-form-urlencoded' })
    const fields = Object.fromEntries(new URLSearchParams(received[0]?.body))
    expect(fields).toEqual({
      userId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      merchantApiId: order.projectId,
      merchantId: expect.stringMatching(/^[1-9]\d*$/),
      apiId: expect.stringMatching(/^[1-9]\d*$/),
      orderId: '7055-9f3c1a',
      payCurrency: 'BTC',
      payAmount: order.payAmount,
      receiveCurrency: 'ETH',
      // Eight places are all that the form has.
      receiveAmount: '0.12345679',
      receivedAmount: order.payAmount,
      description,
      orderRequestId: expect.stringMatching(/^[1-9]\d*$/),
      status: '2',
      sign: expect.stringMatching(/^[A-Za-z0-9+/]{342}==$/),
    })
    expect(await verifies(fields)).toBe(true)
    for (const name of signedFields) {
      expect(await verifies({ ...fields, [name]: `${fields[name]}1` })).toBe(false)
    }
    expect(received[0]?.body).toContain(`description=${encode(description)}&`)
  })

  test('writes amounts with one to eight places', async () => {
    const order = await makeOrder({ receiveAmount: '10' })
    const fields = new URLSearchParams(caller.control.callbacks.formBody(order.id))
    expect([fields.get('receiveAmount'), fields.get('receivedAmount'), fields.get('status')]).toEqual([
      '10.0',
      '0.0',
      '1',
    ])
    const other = await makeOrder({ receiveAmount: '10.50' })
    expect(new URLSearchParams(caller.control.callbacks.formBody(other.id)).get('receiveAmount')).toBe('10.5')
  })

  test('has a number for each of the 18 statuses', async () => {
    const { id } = await makeOrder({ callbackUrl: undefined })
    const numbers = orderStatuses.map((status) => {
      caller.control.orders.move(id, status)
      return Number(new URLSearchParams(caller.control.callbacks.formBody(id)).get('status'))
    })
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
  })

  test('can be had from the control surface, for hand-made callbacks, about any order', async () => {
    const { id } = await makeOrder()
    const response = await fetch(`${caller.sandbox.origin}/__sandbox/callbacks/form?id=${id}`)
    expect(response.headers.get('content-type')).toBe('text/plain')
    const text = await response.text()
    expect(text).toBe(caller.control.callbacks.formBody(id))
    expect(await verifies(Object.fromEntries(new URLSearchParams(text)))).toBe(true)
  })

  test('keeps its key over a reset, and serves it to anybody', async () => {
    const key = async () => fetch(`${caller.sandbox.origin}/files/merchant.public.pem`)
    const { status, headers } = await key()
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-pem-file'])
    const before = await (await key()).text()
    expect(before).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
    expect(createPublicKey(before).asymmetricKeyDetails?.modulusLength).toBe(2048)
    caller.control.reset()
    expect(await (await key()).text()).toBe(before)
  })
})

describe('the payer, played over HTTP', () => {
  async function order(path: string, body: object): Promise<{ status: number; body: Body }> {
    const url = `${caller.sandbox.origin}/__sandbox${path}`
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
    return { status: response.status, body: await response.json() }
  }

  test('opens a preorder, with a coin of choice', async () => {
    const projectId = await projectNamed('Harbour Books')
    const ask = { projectId, receiveAmount: 50, receiveCurrencyCode: 'EUR' }
    const [one, other] = [await post('/merchants/preorders', ask), await post('/merchants/preorders', ask)]
    const coin = { payCurrencyCode: 'USDT', payNetworkCode: 'ETH' }
    const { id } = (await order('/orders/open', { preOrderId: one.id, ...coin })).body
    expect(await get(`/merchants/orders/${id}`)).toMatchObject({ ...coin, merchantPreOrderId: one.id })
    expect((await order('/orders/open', { preOrderId: one.id })).status).toBe(400)
    expect((await order('/orders/receive', { id: other.id })).status).toBe(200)
    const { data } = await get(`/merchants/orders?projectId=${projectId}&preOrderId=${other.id}`)
    expect(data).toMatchObject([{ status: 'PENDING', payCurrencyCode: 'BTC' }])
    await order('/orders/move', { id: other.id, status: 'REJECTED' })
    expect((await get(`/merchants/orders/${data[0].id}`)).status).toBe('REJECTED')
  })

  test('pays a part or all, and everything can be moved', async () => {
    const { id, payAmount } = await makeOrder()
    const now = async () => get(`/merchants/orders/${id}`)
    await order('/orders/receive', { id, amount: 0.0001 })
    expect(await now()).toMatchObject({ status: 'PARTIAL_PAYMENT', receivedAmount: '0.0001' })
    await order('/orders/receive', { id })
    expect(await now()).toMatchObject({ status: 'PENDING', receivedAmount: payAmount })
    await order('/orders/move', { id, status: 'REJECTED' })
    expect((await now()).status).toBe('REJECTED')
  })

  test.each([
    ['/orders/open', { preOrderId: 'none' }],
    ['/orders/open', { payCurrencyCode: 'EUR' }],
    ['/orders/open', { payCurrencyCode: 'SOL' }],
    ['/orders/open', { payCurrencyCode: 'USDT', payNetworkCode: 'SOL' }],
    ['/orders/receive', { id: 'none' }],
    ['/orders/receive', { amount: '0' }],
    ['/orders/receive', { amount: 'much' }],
    ['/orders/receive', { amount: {} }],
    ['/orders/receive', { amount: '0.000000001' }],
    ['/orders/move', { status: 'GONE' }],
    ['/orders/move', { id: 'none', status: 'PAID' }],
  ])('is refused %s %j, with a word why', async (path, body) => {
    const projectId = await projectNamed('Harbour Books')
    const preorder = await post('/merchants/preorders', { projectId, receiveAmount: 50, receiveCurrencyCode: 'EUR' })
    const { id } = await makeOrder()
    const answered = await order(path, { preOrderId: preorder.id, id, ...body })
    expect(answered).toEqual({ status: 400, body: { error: expect.any(String) } })
  })

  test('cannot pay what is over', async () => {
    const { id } = await makeOrder()
    caller.control.orders.move(id, 'CANCELLED')
    expect((await order('/orders/receive', { id })).body.error).toContain('CANCELLED')
  })
})

test('a sandbox that is closed has no timer left', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const other = await startCaller()
    expect(vi.getTimerCount()).toBe(1)
    await other.sandbox.close()
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('the courier waits so long and no longer', async () => {
  answer = () => undefined
  const courier = createCourier({ forbiddenPath: '/none', timeoutMs: 20 })
  const message = { contentType: 'text/plain', body: () => 'x' }
  expect(await courier.deliver(shopUrl, message, 'a')).toEqual({ httpStatus: null, responseBody: null })
  answer = (response) => void response.writeHead(200).write('never ending')
  expect(await courier.deliver(shopUrl, message, 'a')).toEqual({ httpStatus: null, responseBody: null })
})
