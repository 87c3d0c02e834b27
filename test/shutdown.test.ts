// A gateway that is told to end: readiness goes first, who listens is sent away little by little, and nobody can hold it.
import { afterAll, beforeAll, describe, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { addressesIn, startProcess } from './support/process.ts'
import { endsOf, openEvents, openReader, startTap } from './support/readers.ts'
import { gate, order, rate } from './support/rows.ts'
import { connectClient, openGreeted, openSocket } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { FakeUpstream } from './support/upstream.ts'

const LIVE = 'subscription { liveRate(currency: "BTC") { price } }'
const LARGE = `subscription { orderUpdated(id: "Order:O1") { ${Array.from({ length: 16 }, (_, nth) => `d${nth}: description`).join(' ')} } }`

let upstream: FakeUpstream
let price = 1
beforeAll(async () => {
  upstream = await startUpstream({
    'GET /currencies/rates': () => ({ body: [rate({ rate: (price += 1) })] }),
    'GET /currencies': { body: [] },
    'GET /merchants/orders/O1': { body: order({ description: 'x'.repeat(500_000) }) },
  })
})
afterAll(() => upstream.close())

async function health(url: string): Promise<string> {
  try {
    const response = await fetch(url)
    return `${response.status} ${await response.text()}`
  } catch {
    return 'nobody'
  }
}

describe.concurrent('a gateway that is told to end', () => {
  test('says so at once, takes no listeners, answers requests, and sends its listeners away one after the other', async ({
    expect,
  }) => {
    const SHUTDOWN_MS = 2000
    const { gateway, ask, close } = await startTestGateway({ ...upstream.env, SHUTDOWN_MS: String(SHUTDOWN_MS) })
    const sockets = await Promise.all(Array.from({ length: 70 }, async () => openGreeted(gateway.websocketUrl)))
    for (const each of sockets) each.say({ id: '1', type: 'subscribe', payload: { query: LIVE } })
    await Promise.all(sockets.map(async (each) => each.hear()))
    const streams = await Promise.all(Array.from({ length: 30 }, async () => openEvents(gateway.url, LIVE)))
    await Promise.all(streams.map(async (each) => each.next()))
    const began = performance.now()
    const goneAt: number[] = []
    const gone = [
      ...sockets.map(async (each) => each.closed.then(({ code, reason }) => `${code} ${reason}`)),
      ...streams.map(async (each) => {
        while (await each.next());
        return each.text().includes('complete') ? 'complete' : 'ended'
      }),
    ].map(async (each) => {
      const how = await each
      goneAt.push((performance.now() - began) / SHUTDOWN_MS)
      return how
    })

    const closed = close()
    expect(await health(gateway.healthUrl)).toBe('503 closing\n')
    await expect(openSocket(gateway.websocketUrl)).rejects.toThrow('Unexpected server response: 503')
    expect((await openEvents(gateway.url, LIVE)).response.statusCode).toBe(503)
    expect((await ask('{ currencies { code } }')).data).toEqual({ currencies: [] })
    await expect.poll(() => goneAt.length, { timeout: 5000 }).toBeGreaterThan(50)
    expect((await ask('{ currencies { code } }')).data).toEqual({ currencies: [] })
    expect(await health(gateway.healthUrl)).toBe('503 closing\n')

    const ways = await Promise.all(gone)
    expect(new Set(ways)).toEqual(new Set(['1001 Going away', 'ended']))
    // Where a machine that is busy is late, some more at a time.
    const quarters = [0, 1, 2, 3].map((nth) => goneAt.filter((at) => at >= nth / 4 && at < (nth + 1) / 4).length)
    expect(Math.max(...quarters)).toBeLessThan(50)
    expect(Math.max(...goneAt)).toBeGreaterThan(0.8)
    expect(Math.max(...goneAt)).toBeLessThan(1.3)
    await closed
    expect(await health(gateway.healthUrl)).toBe('nobody')
    expect(await endsOf(gateway, 'event-stream')).toMatchObject({ going: 31 })
    expect(await endsOf(gateway, 'websocket')).toMatchObject({ going: 71 })
  })

  test('leaves a websocket that waits for an answer until that is there, and sends it away then', async ({
    expect,
    onTestFinished,
  }) => {
    const { opened, open } = gate()
    const slow = await startUpstream({ 'GET /accounts': () => opened.then(() => ({ body: [] })) })
    onTestFinished(() => slow.close())
    const { gateway, close } = await startTestGateway({ ...slow.env, SHUTDOWN_MS: '3000' })
    // The one that came first is the first to be sent away.
    const asking = await openGreeted(gateway.websocketUrl)
    asking.say({ id: '1', type: 'subscribe', payload: { query: '{ accounts { id } }' } })
    const idle = await openGreeted(gateway.websocketUrl)
    await expect.poll(() => slow.count('GET /accounts')).toBe(1)
    const began = performance.now()
    const closed = close()
    expect((await idle.closed).code).toBe(1001)
    open()
    expect(await asking.hear()).toEqual({ id: '1', type: 'next', payload: { data: { accounts: [] } } })
    expect((await asking.hear()).type).toBe('complete')
    expect((await asking.closed).code).toBe(1001)
    await closed
    expect(performance.now() - began).toBeLessThan(3000)
  })

  test('waits for no answer beyond the end of SHUTDOWN_MS', async ({ expect, onTestFinished }) => {
    const slow = await startUpstream({ 'GET /accounts': () => undefined })
    onTestFinished(() => slow.close())
    const { gateway, close } = await startTestGateway({ ...slow.env, SHUTDOWN_MS: '1000' })
    const asking = await openGreeted(gateway.websocketUrl)
    asking.say({ id: '1', type: 'subscribe', payload: { query: '{ accounts { id } }' } })
    await expect.poll(() => slow.count('GET /accounts')).toBe(1)
    const began = performance.now()
    const closed = close()
    expect((await asking.closed).code).toBe(1001)
    expect(performance.now() - began).toBeGreaterThan(900)
    await closed
    expect(performance.now() - began).toBeLessThan(3000)
  })

  test('is left for another one by the clients that know how, which go on there', async ({ expect }) => {
    const [first, second] = [await startTestGateway(upstream.env), await startTestGateway(upstream.env)]
    let { websocketUrl } = first.gateway
    const client = connectClient('', {
      url: () => websocketUrl,
      retryAttempts: 3,
      retryWait: async () => undefined,
    })
    const live = client.run(LIVE)
    let last = 0
    const goOn = async (): Promise<void> => {
      const next = Number((await live.next())?.data.liveRate.price)
      expect(next).toBeGreaterThan(last)
      last = next
    }
    await goOn()
    ;({ websocketUrl } = second.gateway)
    await first.close()
    for (let times = 0; times < 3; times += 1) await goOn()
    expect(second.gateway.liveFeeds()).toBe(1)
    await client.close()
    await second.close()
  })

  test('that others than this machine can reach is there for as long as it takes them to notice', async ({
    expect,
  }) => {
    const { gateway, close } = await startTestGateway({
      SPECTROCOIN_API_URL: upstream.url,
      HOST: '0.0.0.0',
      SHUTDOWN_MS: '1000',
    })
    const healthUrl = gateway.healthUrl.replace('0.0.0.0', '127.0.0.1')
    expect(await health(healthUrl)).toBe('200 ok\n')
    const began = performance.now()
    const closed = close()
    expect(await health(healthUrl)).toBe('503 closing\n')
    await closed
    expect(performance.now() - began).toBeGreaterThan(950)
    expect(await health(healthUrl)).toBe('nobody')
  })

  test('is gone at once where nobody listens, and where it is told twice', async ({ expect, onTestFinished }) => {
    const [lonely, twice] = [startProcess(upstream.env), startProcess({ ...upstream.env, SHUTDOWN_MS: '60000' })]
    onTestFinished(() => void [lonely, twice].map(({ child }) => child.kill('SIGKILL')))
    const addresses = addressesIn(await twice.listening)
    const listeners = [
      await openReader('websocket', addresses, LIVE),
      await openReader('websocket', addresses, LIVE),
      await openReader('event-stream', addresses, LIVE),
    ]
    for (const each of listeners) await each.next()
    // Who does not answer that it is being closed is waited for, for a while.
    for (const each of listeners) each.pause()
    await lonely.listening
    let began = performance.now()
    lonely.child.kill('SIGTERM')
    expect(await lonely.ended).toMatchObject({ code: 0, stderr: '' })
    expect(performance.now() - began).toBeLessThan(2000)

    twice.child.kill('SIGTERM')
    await expect.poll(() => health(addresses.healthUrl)).toBe('503 closing\n')
    began = performance.now()
    twice.child.kill('SIGTERM')
    expect((await twice.ended).code).toBe(1)
    expect(performance.now() - began).toBeLessThan(1000)
    for (const each of listeners) each.leave()
  })

  test('is not held by those that are gone, or take nothing', async ({ expect, onTestFinished }) => {
    const { child, listening, ended } = startProcess({ ...upstream.env, LOG_LEVEL: 'error', SHUTDOWN_MS: '500' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const addresses = addressesIn(await listening)
    const tap = await startTap(addresses)
    const vanished = [await openReader('websocket', tap, LIVE), await openReader('event-stream', tap, LIVE)]
    for (const each of vanished) await each.next()
    tap.freeze()
    const stalled = [
      await openReader('websocket', addresses, LARGE),
      await openReader('event-stream', addresses, LARGE),
    ]
    for (const each of stalled) each.pause()
    const there = await openGreeted(addresses.websocketUrl)
    const began = performance.now()
    child.kill('SIGTERM')
    expect((await there.closed).code).toBe(1001)
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
    // The time to close a websocket, and that to answer a request.
    expect(performance.now() - began).toBeLessThan(500 + 2000 + 5000 + 1500)
    for (const each of [...vanished, ...stalled]) each.leave()
    await tap.close()
  })
})
