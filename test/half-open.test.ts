// Peers that are not there any more and never said so, and those that only look like it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { startTestGateway } from './support/gateway.ts'
import { addressesIn, startProcess } from './support/process.ts'
import { endsOf, liveOf, openReader, startTap } from './support/readers.ts'
import { account, order, raw } from './support/rows.ts'
import { openGreeted } from './support/sockets.ts'
import { startUpstream } from './support/upstream.ts'
import type { TestGateway } from './support/gateway.ts'
import type { FakeUpstream } from './support/upstream.ts'

const PING_MS = 800

let upstream: FakeUpstream
beforeAll(async () => {
  let balance = 0
  upstream = await startUpstream({
    'GET /accounts/A1': () => ({ body: account({ balance: raw(String((balance += 1))) }) }),
    'GET /merchants/orders/{id}': ({ path }) => ({ body: order({ id: path.split('/').at(-1) }) }),
  })
})
afterAll(() => upstream.close())

const ACCOUNT = 'subscription { accountUpdated(id: "Account:A1") { balance } }'
const ORDER = (id: string): string => `subscription { orderUpdated(id: "Order:${id}") { statusText } }`

async function start(): Promise<TestGateway> {
  return startTestGateway({ ...upstream.env, WS_PING_MS: String(PING_MS) })
}

/** A client that answers no ping. */
function deaf({ websocketUrl }: TestGateway['gateway']): WebSocket {
  return new WebSocket(websocketUrl, ['graphql-transport-ws'], { autoPong: false })
}

describe.concurrent('of a gateway', () => {
  test('peers that vanish are found within a ping interval, and what they listened to ends; others go on', async ({
    expect,
  }) => {
    const { gateway, close } = await start()
    const tap = await startTap(gateway)
    const there = await openReader('websocket', gateway, ACCOUNT)
    const vanishing = await Promise.all(['O1', 'O2', 'O3'].map(async (id) => openReader('websocket', tap, ORDER(id))))
    await Promise.all(vanishing.map(async (each) => each.next()))
    // One that vanishes before it has greeted has the time for that, which is longer, or this.
    await once(new WebSocket(tap.websocketUrl, ['graphql-transport-ws']), 'open')
    expect(await liveOf(gateway)).toEqual([4, 4, 4, 5])
    tap.freeze()
    const began = performance.now()
    await expect.poll(() => endsOf(gateway, 'websocket'), { timeout: 5000, interval: 10 }).toEqual({ silent: 4 })
    const took = performance.now() - began
    // A machine that is busy makes rounds late.
    expect(took).toBeGreaterThan(PING_MS / 2)
    expect(took).toBeLessThan(PING_MS * 2)
    await expect.poll(() => liveOf(gateway)).toEqual([1, 1, 1, 1])
    expect(await there.next()).toBeDefined()
    there.leave()
    await tap.close()
    await close()
  })

  test('a client that is suspended is found, and a connection of its is broken when it wakes', async ({
    expect,
    onTestFinished,
  }) => {
    const { gateway, close } = await start()
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { WebSocket } from 'ws'
         const socket = new WebSocket(process.argv[1], ['graphql-transport-ws'])
         const say = (message) => socket.send(JSON.stringify(message))
         socket.on('open', () => say({ type: 'connection_init' }))
         socket.on('message', (data) => {
           const { type } = JSON.parse(data)
           if (type === 'connection_ack') say({ id: '1', type: 'subscribe', payload: { query: process.argv[2] } })
           console.log(type)
         })
         socket.on('close', (code) => console.log(code))`,
        gateway.websocketUrl,
        ORDER('O1'),
      ],
      { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'] },
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    await expect.poll(() => said, { timeout: 10_000 }).toContain('next')
    child.kill('SIGSTOP')
    await expect.poll(() => endsOf(gateway, 'websocket'), { timeout: 5000 }).toEqual({ silent: 1 })
    await expect.poll(() => liveOf(gateway)).toEqual([0, 0, 0, 0])
    child.kill('SIGCONT')
    await expect.poll(() => said).toContain('1006')
    await close()
  })

  test('a client lives that answers pings, and one that only ever speaks; one that does neither does not', async ({
    expect,
    onTestFinished,
  }) => {
    const { gateway, close } = await start()
    const answers = await openGreeted(gateway.websocketUrl)
    let pings = 0
    answers.socket.on('ping', () => void (pings += 1))
    const [silent, speaks] = [deaf(gateway), deaf(gateway)]
    await Promise.all([silent, speaks].map(async (socket) => once(socket, 'open')))
    let pingsOfSpeaker = 0
    speaks.on('ping', () => void (pingsOfSpeaker += 1))
    for (const socket of [silent, speaks]) socket.send('{"type":"connection_init"}')
    const speaking = setInterval(() => speaks.send('{"type":"pong"}'), PING_MS / 8)
    onTestFinished(() => clearInterval(speaking))
    const [code] = await once(silent, 'close')
    expect(code).toBe(1006)
    await expect.poll(() => pings, { timeout: 10_000 }).toBe(5)
    expect(pingsOfSpeaker).toBe(0)
    expect(await endsOf(gateway, 'websocket')).toEqual({ silent: 1 })
    expect([answers.socket.readyState, speaks.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN])
    for (const socket of [answers.socket, speaks]) socket.terminate()
    await close()
  })

  test('pings of either kind are signs of life too', async ({ expect }) => {
    const { gateway, close } = await start()
    const [frames, messages] = [deaf(gateway), deaf(gateway)]
    const sockets = [frames, messages]
    await Promise.all(sockets.map(async (socket) => once(socket, 'open')))
    for (const socket of sockets) socket.send('{"type":"connection_init"}')
    for (let times = 0; times < 24; times += 1) {
      frames.ping()
      messages.send('{"type":"ping"}')
      await sleep(PING_MS / 8)
    }
    expect(sockets.map(({ readyState }) => readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN])
    for (const socket of sockets) socket.terminate()
    await close()
  })

  test('that was suspended itself, its clients are not taken for gone', async ({ expect, onTestFinished }) => {
    const { child, listening, ended } = startProcess({
      ...upstream.env,
      LIVE_INTERVAL_MS: '250',
      SHUTDOWN_MS: '0',
      WS_PING_MS: String(PING_MS),
      WS_STALL_MS: String(PING_MS),
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const addresses = addressesIn(await listening)
    const readers = await Promise.all([
      openReader('websocket', addresses, ACCOUNT),
      openReader('event-stream', addresses, ACCOUNT),
    ])
    for (const each of readers) await each.next()
    const quiet = await openGreeted(addresses.websocketUrl)
    let pings = 0
    quiet.socket.on('ping', () => void (pings += 1))
    await expect.poll(() => pings).toBe(1)
    child.kill('SIGSTOP')
    await sleep(3 * PING_MS)
    child.kill('SIGCONT')
    await expect.poll(() => pings, { timeout: 5000 }).toBeGreaterThanOrEqual(4)
    for (const each of readers) for (let times = 0; times < 3; times += 1) expect(await each.next()).toBeDefined()
    expect(quiet.socket.readyState).toBe(WebSocket.OPEN)
    quiet.socket.terminate()
    for (const each of readers) each.leave()
    child.kill('SIGTERM')
    expect((await ended).code).toBe(0)
  })
})
