// How the HTTP server takes its port, and how it gives it up.
import { ConfigError } from './config.ts'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from './config.ts'

/** Listens, and says at which port. Throws a ConfigError where the port or the address cannot be had. */
export function listen(server: Server, { port, host }: Pick<Config, 'port' | 'host'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = LISTEN_FAULTS[error.code ?? '']
      reject(why === undefined ? error : new ConfigError([why]))
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'PORT is taken: something else listens there.',
  EACCES: 'PORT is one that this user may not listen on.',
  EADDRNOTAVAIL: 'HOST is no address of this machine.',
  ENOTFOUND: 'HOST is no address of this machine.',
}

/** How long requests under way may take to end when the gateway closes. */
const CLOSING_MS = 5_000

/** Takes no connection any more, and resolves when the last is closed. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection that has had its answer stays open for the next request, which is not to come.
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    const patience = setTimeout(() => server.closeAllConnections(), CLOSING_MS)
    server.close(() => {
      clearInterval(sweep)
      clearTimeout(patience)
      resolve()
    })
  })
}
