// What the gateway says over a websocket comes as it was said: however long it is, in whichever letters, and in what order.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSandboxGateway } from './support/gateway.ts'
import { openGreeted } from './support/sockets.ts'
import type { TestGateway } from './support/gateway.ts'

let started: TestGateway
beforeAll(async () => {
  started = await startSandboxGateway()
})
afterAll(() => started.close())

/** A message that is answered with one of so many bytes, with this in it. */
function ping(bytes: number, text = ''): { readonly type: 'ping'; readonly payload: { readonly text: string } } {
  const least = JSON.stringify({ type: 'pong', payload: { text } })
  return { type: 'ping', payload: { text: text + 'x'.repeat(Math.max(0, bytes - Buffer.byteLength(least))) } }
}

/** Where the head of a frame changes, or a byte of it. */
const LENGTHS = [125, 126, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 100_000]

test.each(LENGTHS)('a message of %i bytes, and one of as many of which some are no ASCII', async (bytes) => {
  const spoken = await openGreeted(started.gateway.websocketUrl)
  for (const text of ['', 'é', '\u0081~', '€', '🦆']) {
    const { payload } = ping(bytes, text)
    spoken.say({ type: 'ping', payload })
    expect(await spoken.hear()).toEqual({ type: 'pong', payload })
  }
  spoken.socket.close()
})

test('short and long ones, plain and not, and the answers to the pings of the websocket itself come in order', async () => {
  const spoken = await openGreeted(started.gateway.websocketUrl)
  const all = [40, 70_000, 126, 65_536, 100, 200].flatMap((bytes) => [ping(bytes), ping(bytes, 'č')])
  let pongs = 0
  spoken.socket.on('pong', () => (pongs += 1))
  for (const each of all) {
    spoken.say(each)
    spoken.socket.ping()
  }
  for (const { payload } of all) expect(await spoken.hear()).toEqual({ type: 'pong', payload })
  await expect.poll(() => pongs).toBe(all.length)
  spoken.socket.close()
})
