// The line between a gateway and its sandbox: bytes pass as they are, unless a test holds a request back or lets no connection stand.
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
  /** Ends all connections, and lets no new one stand. */
  break(how: ConnectFault): void
  /** Lets go of what is kept back, and lets connections stand. */
  mend(): void
  close(): Promise<void>
}

export async function startLine(target: string): Promise<Line> {
  const { hostname, port: farPort, pathname: basePath } = new URL(target)
  const gateways = new Set<Socket>()
  let held: { readonly pattern: RegExp; readonly ended: Promise<void>; readonly end: () => void } | undefined

  const server = net.createServer((near) => {
    const far = new net.Socket().connect(Number(farPort), hostname)
    gateways.add(near)
    near.on('error', () => {})
    near.on('close', () => {
      gateways.delete(near)
      far.destroy()
    })
    far.on('error', () => void near.resetAndDestroy())
    far.pipe(near)
    const pass = async (): Promise<void> => {
      for await (const chunk of near as AsyncIterable<Buffer>) {
        // A connection has one request at a time, and its first line begins a chunk.
        if (held?.pattern.test(chunk.toString('latin1'))) await held.ended
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
    break(how) {
      broken.set(port, how)
      cut()
    },
    mend() {
      held?.end()
      held = undefined
      broken.delete(port)
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}

/** By port: several lines are in use at a time. */
const broken = new Map<number, ConnectFault>()

/** Nobody listens there: only an administrator could. */
const CLOSED_PORT = 1
/** A label is at most 63 characters, so that no resolver need be asked far away. */
const NO_HOST = `${'x'.repeat(64)}.invalid`

// The connector: undici connects through this property of the module, and the line itself does not.
type Given = [options: TcpNetConnectOpts, ...rest: unknown[]]
const connect = net.connect as (...given: Given) => Socket
const connector = (...given: Given): Socket => {
  const [options] = given
  switch (broken.get(Number(options.port))) {
    case 'refused':
      return connect({ ...options, port: CLOSED_PORT })
    case 'unknown-host':
      return connect({ ...options, host: NO_HOST })
    case 'never':
      return new net.Socket()
    default:
      return connect(...given)
  }
}
vi.spyOn(net, 'connect').mockImplementation(connector as typeof net.connect)
