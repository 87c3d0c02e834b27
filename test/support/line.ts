// The line between a gateway and its sandbox: bytes pass as they are, unless a test holds a request back or lets no connection stand; they
// can be read.
import net from 'node:net'
import { vi } from 'vitest'
import type { AddressInfo, Socket, TcpNetConnectOpts } from 'node:net'

/** How connecting goes wrong: nobody listens, no such host, or nobody ever says anything. */
export type ConnectFault = 'refused' | 'unknown-host' | 'never'

export interface Line {
  /** The sandbox's base URL, as the gateway is to know it. */
  readonly url: string
  /** Keeps back each request of a route, such as "GET /merchants/orders/{orderId}". */
  hold(route: string): void
  /** Ends all connections, and lets no new one stand; or not the next so many. */
  break(how: ConnectFault, times?: number): void
  /** Lets go of what is kept back, lets connections stand, and forgets what has passed. */
  mend(): void
  /** What has passed in both directions, as far as it is kept. */
  passed(): string
  close(): Promise<void>
}

/** Of a connection, in characters: a flood is not kept. */
const MOST_KEPT = 200_000

export async function startLine(target: string): Promise<Line> {
  const { hostname, port: farPort, pathname: basePath } = new URL(target)
  const gateways = new Set<Socket>()
  const passed = new Map<Socket, { up: string; down: string }>()
  let held: { readonly pattern: RegExp; readonly ended: Promise<void>; readonly end: () => void } | undefined

  const server = net.createServer((near) => {
    const far = new net.Socket().connect(Number(farPort), hostname)
    gateways.add(near)
    const heard = { up: '', down: '' }
    passed.set(near, heard)
    far.on('data', (chunk: Buffer) => {
      if (heard.down.length < MOST_KEPT) heard.down += chunk.toString('latin1')
    })
    near.on('error', () => {})
    near.on('close', () => {
      gateways.delete(near)
      far.destroy()
    })
    far.on('error', () => void near.resetAndDestroy())
    far.pipe(near)
    const pass = async (): Promise<void> => {
      for await (const chunk of near as AsyncIterable<Buffer>) {
        const text = chunk.toString('latin1')
        if (heard.up.length < MOST_KEPT) heard.up += text
        // A connection has one request at a time, and its first line begins a chunk.
        if (held?.pattern.test(text)) await held.ended
        far.write(chunk)
      }
    }
    pass().catch(() => far.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const cut = (): void => {
    for (const socket of gateways) socket.destroy()
  }

  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    hold(route) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const [method, path = ''] = route.split(' ')
      const pattern = new RegExp(`^${method} ${basePath}${path.replaceAll(/\{\w+\}/g, '[^/?]+')}[? ]`)
      held = { pattern, ended: promise, end: resolve }
    },
    break(how, times = Number.POSITIVE_INFINITY) {
      broken.set(port, { how, times })
      cut()
    },
    mend() {
      held?.end()
      held = undefined
      broken.delete(port)
      for (const [socket, heard] of passed) {
        if (gateways.has(socket)) heard.up = heard.down = ''
        else passed.delete(socket)
      }
    },
    passed: () => Array.from(passed.values(), ({ up, down }) => `${up}\n${down}`).join('\n'),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}

/** By port: several lines are in use at a time. */
const broken = new Map<number, { readonly how: ConnectFault; times: number }>()

/** Nothing else holds a socket that does not connect, and undici hears of the end of its patience from the socket alone. */
const connecting = new Set<Socket>()

/** Nobody listens there: only an administrator could. */
const CLOSED_PORT = 1
/** A label is at most 63 characters, so that no resolver need be asked far away. */
const NO_HOST = `${'x'.repeat(64)}.invalid`

// The connector: undici connects through this property of the module, and the line itself does not.
type Given = [options: TcpNetConnectOpts, ...rest: unknown[]]
const connect = net.connect as (...given: Given) => Socket
const connector = (...given: Given): Socket => {
  const [options] = given
  const fault = broken.get(Number(options.port))
  if (fault) fault.times -= 1
  switch (fault && fault.times >= 0 ? fault.how : undefined) {
    case 'refused':
      return connect({ ...options, port: CLOSED_PORT })
    case 'unknown-host':
      return connect({ ...options, host: NO_HOST })
    case 'never': {
      const socket = new net.Socket()
      connecting.add(socket)
      return socket.once('close', () => connecting.delete(socket))
    }
    default:
      return connect(...given)
  }
}
vi.spyOn(net, 'connect').mockImplementation(connector as typeof net.connect)
