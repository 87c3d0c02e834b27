// One who never reads, beside a hundred who do and one who dozes, while twenty thousand changes are pushed into the hub: memory is flat, the
// others have the last value, and who never reads is dropped.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { expect, test } from 'vitest'
import { createChannels } from '../src/live/channels.ts'
import { createHub } from '../src/live/hub.ts'
import { isLoopback, loadConfig } from '../src/config.ts'
import { createLog } from '../src/log.ts'
import { createDocuments } from '../src/server/documents.ts'
import { createPipeline } from '../src/server/pipeline.ts'
import { createPlaces } from '../src/server/places.ts'
import { createSubscriptions } from '../src/server/subscriptions.ts'
import { createWatch } from '../src/server/watch.ts'
import { createFindDocument } from '../src/server/trusted.ts'
import { createVisitors } from '../src/server/visitors.ts'
import { serveWebSocket } from '../src/server/websocket.ts'
import { NOBODY } from '../src/upstream/caller.ts'
import { createScopes } from '../src/upstream/scopes.ts'
import { startCrowd } from './support/crowd.ts'
import { openGreeted } from './support/sockets.ts'
import type { AddressInfo } from 'node:net'
import type { Services } from '../src/context.ts'
import type { Feed, Hub, Snapshot } from '../src/live/hub.ts'
import type { HandSocket } from './support/sockets.ts'

const CHANGES = 20_000
const READERS = 100
/** Changes without a turn of anything else in between. */
const IN_A_ROW = 40
/** So that who never reads lets the buffers of both kernels fill at once. */
const TEXT = 'x'.repeat(64_000)
const STALL_MS = 6_000
/** A queue of all that is executed meanwhile would come to three times as much. */
const FLAT_BYTES = 8_000_000

/** A price that changes when a test says so. */
function createPrice() {
  let price = 1
  let seen = (_value: number): void => {}
  const feed: Feed<number> = { key: 'price', subject: { type: 'Price', id: '1' }, poll: async () => price }
  const select = ({ value }: Snapshot<number>): number => {
    seen(value)
    return value
  }
  return {
    listen: (hub: Hub) => hub.listen<number, number>(feed, { select, equal: (a, b) => a === b }),
    /** Resolves when the hub has shown the next price to who listens. */
    async change(hub: Hub): Promise<number> {
      price += 1
      await new Promise<void>((resolve) => {
        seen = (value) => value === price && resolve()
        hub.wake(({ type }) => type === 'Price')
      })
      return price
    },
  }
}

/** The gateway's own floors from the hub to the socket, with a price of the test's own at the bottom. */
async function serve() {
  const hub = createHub({ intervalMs: 60_000, maxKeys: 1 })
  const channels = createChannels({ maxChannels: 100_000, freshMs: 60_000 })
  const price = createPrice()
  const text = { type: new GraphQLNonNull(GraphQLString) }
  const Quote = new GraphQLObjectType<number>({
    name: 'Quote',
    fields: {
      price: { ...text, resolve: String },
      // As if it were linked to: a turn of its own.
      text: { ...text, resolve: () => nextTurn(TEXT) },
    },
  })
  const quote = { type: Quote, subscribe: () => price.listen(hub), resolve: (value: unknown) => value }
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { quote: { type: Quote } } }),
    subscription: new GraphQLObjectType({ name: 'Subscription', fields: { quote } }),
  })
  const scopes = createScopes({ operationTimeoutMs: 60_000, maxUpstreamCalls: 1 })
  const services = { scopes } as unknown as Services
  const log = createLog('silent')
  const pipeline = createPipeline({
    schema,
    find: createFindDocument(undefined),
    mayAdhoc: () => false,
    documents: createDocuments(schema, { limits: loadConfig({}).documents, introspection: true }),
    services,
    subscribe: createSubscriptions({ services, channels, nobody: NOBODY, log }),
    maxUpstreamCalls: 1,
    maxListArgument: 1,
    introspection: true,
    takePoints: undefined,
    shared: undefined,
    explain: false,
    count: () => {},
    log,
  })
  const ended: string[] = []
  const server = createServer()
  const websocket = serveWebSocket(server, {
    pipeline,
    visitorOf: createVisitors(0, isLoopback),
    identify: () => NOBODY,
    isCurrent: () => true,
    door: () => undefined,
    places: createPlaces({ maxSockets: 1000, maxSocketsPerCaller: 1000 }),
    watch: createWatch({ pingMs: 600_000, stallMs: STALL_MS, maxAgeMs: 600_000 }),
    maxSubscriptions: 1,
    maxMessagesPerSecond: 100,
    maxFrameBytes: 100_000,
    path: '/graphql',
    count: (why) => ended.push(why),
    log,
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    change: () => price.change(hub),
    channels,
    ended,
    websocketUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async close() {
      hub.close()
      await websocket.close()
      server.close()
    },
  }
}

/** Bytes in use, after all garbage has gone. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('one who never reads costs nothing, hinders nobody, and is dropped', async () => {
  const served = await serve()
  const crowd = startCrowd()
  const query = 'subscription { quote { price text } }'
  const allHave = (price: number): Promise<void> =>
    expect.poll(async () => (await crowd.tell()).least, { timeout: 5000, interval: 5 }).toBe(price)

  await crowd.listen(served, { sockets: READERS, query, variables: [{}] })
  const listen = async (): Promise<HandSocket> => {
    const socket = await openGreeted(served.websocketUrl)
    socket.say({ id: 'it', type: 'subscribe', payload: { query } })
    await socket.hear()
    socket.socket.pause()
    return socket
  }
  const deaf = await listen()
  const last = (await served.change()) + CHANGES

  const used: number[] = []
  let dozing = deaf
  for (let changes = 1; changes <= CHANGES; changes += 1) {
    await served.change()
    if (changes % IN_A_ROW === 0) await nextTurn()
    if (changes % (CHANGES / 10) === 0) used.push(bytesInUse())
    if (changes === CHANGES / 2) dozing = await listen()
  }
  await allHave(last)
  // What its buffers held when it woke, and then the latest.
  dozing.socket.resume()
  for (let before = 0; before < last;) {
    const heard = Number((await dozing.hear()).payload.data.quote.price)
    expect(heard).toBeGreaterThan(before)
    before = heard
  }
  const [first = 0, ...later] = used
  expect(Math.max(...later) - first).toBeLessThan(FLAT_BYTES)

  // Who has time for each has each.
  const before = await crowd.tell()
  for (let changes = 0; changes < 20; changes += 1) await allHave(await served.change())
  const { values, skipped, errors, closed, faults } = await crowd.tell()
  expect([values - before.values, skipped - before.skipped]).toEqual([20 * READERS, 0])
  expect({ errors, closed, faults }).toEqual({ errors: 0, closed: 0, faults: [] })

  await expect.poll(() => served.ended, { timeout: 2 * STALL_MS }).toEqual(['stalled'])
  expect(served.channels.seats).toBe(READERS + 1)
  await allHave(await served.change())

  for (const { socket } of [deaf, dozing]) socket.terminate()
  await crowd.kill()
  await served.close()
})
