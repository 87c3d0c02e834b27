// Readers who take nothing, or little: what waits for them is one value, who takes nothing for too long is dropped, and nobody else notices.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { endsOf, liveOf, openReader, startTap, TRANSPORTS } from './support/readers.ts'
import { order, raw } from './support/rows.ts'
import { openGreeted } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestContext } from 'vitest'
import type { Environment } from '../src/config.ts'
import type { Gateway } from '../src/gateway.ts'
import type { Reader, Tap, Transport } from './support/readers.ts'
import type { FakeUpstream } from './support/upstream.ts'

const DESCRIPTION = 'x'.repeat(500_000)

/** As many descriptions, by aliases: the upstream may not answer with more than one. */
function descriptions(count: number): string {
  return Array.from({ length: count }, (_, nth) => `d${nth}: description`).join(' ')
}

/** More than the buffers of both kernels hold. */
function updates(id: string, copies = 14): string {
  return `subscription { orderUpdated(id: "Order:${id}") { receivedAmount ${descriptions(copies)} } }`
}

interface Stage {
  readonly gateway: Gateway
  readonly log: readonly string[]
  readonly upstream: FakeUpstream
  /** A line to the gateway. */
  readonly tap: Tap
  /** What has come in for every order. */
  received: number
}

async function setUp({ onTestFinished }: TestContext, env: Environment): Promise<Stage> {
  const upstream = await startUpstream({
    'GET /merchants/orders/{id}': ({ path }) => ({
      body: order({
        id: path.split('/').at(-1),
        receivedAmount: raw(String(stage.received)),
        description: DESCRIPTION,
      }),
    }),
  })
  const { gateway, log, close } = await startTestGateway({ ...upstream.env, ...env })
  const tap = await startTap(gateway)
  const stage: Stage = { gateway, log, upstream, tap, received: 1 }
  onTestFinished(async () => {
    await tap.close()
    await close()
    await upstream.close()
  })
  return stage
}

async function amountOf(reader: Reader): Promise<number> {
  return Number((await reader.next())?.data.orderUpdated.receivedAmount)
}

/** Who does not read does not so from the start: what it had read would have made its buffers larger. */
async function openPaused(transport: Transport, gateway: Gateway, query: string): Promise<Reader> {
  const reader = await openReader(transport, gateway, query)
  reader.pause()
  return reader
}

const STALL_MS = 900
/** Bytes, and every so many milliseconds: the kernel tells of room only when there is a third of its buffer. */
const SIP = [64_000, 10] as const

describe.concurrent('one that never reads', () => {
  test.for(TRANSPORTS)(
    'by %s is dropped and counted, its poll ends, and who listens to the same notices nothing',
    async (transport, context) => {
      const { expect } = context
      const stage = await setUp(context, { WS_STALL_MS: String(STALL_MS) })
      const { gateway, log } = stage
      const other = await openReader(transport, gateway, updates('O1'))
      const stalled = [
        await openPaused(transport, gateway, updates('O1')),
        await openPaused(transport, gateway, updates('O2')),
      ]
      expect(await amountOf(other)).toBe(1)
      for (stage.received = 2; stage.received < 5; stage.received += 1)
        expect(await amountOf(other)).toBe(stage.received)
      await expect.poll(() => endsOf(gateway, transport), { timeout: 5_000 }).toEqual({ stalled: 2 })
      await expect.poll(() => liveOf(gateway)).toEqual([1, 1, 1, transport === 'websocket' ? 1 : 0])
      stage.received = 6
      while ((await amountOf(other)) < 6);
      for (const each of stalled) {
        each.resume()
        await expect(amountOf(each).then(async () => amountOf(each))).rejects.toThrow()
      }
      other.leave()
      await expect.poll(() => liveOf(gateway)).toEqual([0, 0, 0, 0])
      expect(log.join('')).not.toContain('the gateway failed')
    },
  )
})

describe.concurrent('one that reads on before that', () => {
  test.for(TRANSPORTS)(
    'by %s has lost what came between, and gets the latest value, one',
    async (transport, context) => {
      const { expect } = context
      const stage = await setUp(context, { WS_STALL_MS: '20000' })
      const other = await openReader(transport, stage.gateway, updates('O1', 1))
      const slow = await openPaused(transport, stage.gateway, updates('O1', 24))
      expect(await amountOf(other)).toBe(1)
      for (stage.received = 2; stage.received < 5; stage.received += 1)
        expect(await amountOf(other)).toBe(stage.received)
      expect(await amountOf(other)).toBe(5)
      slow.resume()
      expect([await amountOf(slow), await amountOf(slow)]).toEqual([1, 5])
      stage.received = 6
      expect(await amountOf(slow)).toBe(6)
      expect(await endsOf(stage.gateway, transport)).toEqual({})
    },
  )
})

describe.concurrent('on one websocket', () => {
  test('a client that asks and asks and does not read is not read either, until it does', async (context) => {
    const { expect } = context
    const { gateway, upstream } = await setUp(context, { WS_STALL_MS: '20000' })
    const client = await openGreeted(gateway.websocketUrl)
    client.socket.pause()
    // So long that few of them fit into a buffer together.
    const query = `query ($id: ID!) { order(id: $id) { description } }#${'x'.repeat(20_000)}`
    const FIRST = 20
    const ALL = 120
    const ask = (id: number): void =>
      client.say({ id: String(id), type: 'subscribe', payload: { query, variables: { id: `Order:${id}` } } })
    const asked = (): number => upstream.requests.filter(({ path }) => path.startsWith('/merchants')).length
    for (let id = 0; id < FIRST; id += 1) ask(id)
    const answered = async (): Promise<number> =>
      Number(/operations_total\{kind="query",code="ok"\} (\d+)/.exec(await gateway.registry.metrics())?.[1])
    await expect.poll(answered, { timeout: 10_000 }).toBe(FIRST)
    for (let id = FIRST; id < ALL; id += 1) ask(id)
    await sleep(500)
    // With those that had come already.
    expect(asked()).toBeLessThan(2 * FIRST)
    client.socket.resume()
    const completed = new Set<string | undefined>()
    while (completed.size < ALL) {
      const { id, type } = await client.hear()
      if (type === 'complete') completed.add(id)
    }
    client.socket.terminate()
  })

  test('several subscriptions each get a turn, however slowly it is read', async (context) => {
    const { expect } = context
    const stage = await setUp(context, { WS_STALL_MS: '20000' })
    const client = await openGreeted(stage.tap.websocketUrl)
    const ids = ['O1', 'O2', 'O3']
    for (const id of ids) client.say({ id, type: 'subscribe', payload: { query: updates(id, 3) } })
    stage.tap.sip(64_000, 8)
    const heard: (string | undefined)[] = []
    while (heard.length < 12) {
      heard.push((await client.hear()).id)
      stage.received += 1
    }
    for (const id of ids) expect(heard.filter((each) => each === id).length).toBeGreaterThanOrEqual(3)
    client.socket.terminate()
  })
})

// One after the other: sips of a machine that does much else are too small.
describe('in sips', () => {
  test.for(TRANSPORTS)(
    'by %s one that never has it all is not dropped, however long that is',
    async (transport, context) => {
      const stage = await setUp(context, { WS_STALL_MS: String(STALL_MS) })
      const slow = await openReader(transport, stage.tap, updates('O1'))
      stage.tap.sip(...SIP)
      // Faster than it reads: whenever it has one, the next waits.
      const moving = setInterval(() => (stage.received += 1), 100)
      context.onTestFinished(() => clearInterval(moving))
      const began = performance.now()
      let last = 0
      while (performance.now() - began < 2.5 * STALL_MS) {
        const next = await amountOf(slow)
        expect(next).toBeGreaterThan(last)
        last = next
      }
      expect(await endsOf(stage.gateway, transport)).toEqual({})
    },
  )

  test('one large answer over a websocket is had to its end', async (context) => {
    const { gateway, tap } = await setUp(context, { WS_STALL_MS: String(STALL_MS) })
    const slow = await openReader('websocket', tap, `{ order(id: "Order:O1") { ${descriptions(28)} } }`)
    tap.sip(...SIP)
    const began = performance.now()
    expect((await slow.next())?.data.order.d27).toHaveLength(DESCRIPTION.length)
    expect(performance.now() - began).toBeGreaterThan(1.2 * STALL_MS)
    expect(await slow.next()).toBeUndefined()
    expect(await endsOf(gateway, 'websocket')).toEqual({})
  })
})
