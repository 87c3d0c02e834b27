// Which hosts and origins may come in: loopback names and the public address, so that no web page can drive a wallet on localhost.
import type { IncomingMessage } from 'node:http'

/** Why a request is turned away; undefined: it may come in. */
export type Door = (request: Pick<IncomingMessage, 'headersDistinct'>) => 'host' | 'origin' | undefined

export interface DoorOptions {
  /** The origin that browsers know the gateway by, where it is not a loopback one. */
  readonly publicUrl: string | undefined
  readonly isLoopback: (host: string) => boolean
}

/**
 * Host must name this machine or the public address: a foreign name that resolves to 127.0.0.1 is somebody's trick. Origin, which
 * browsers send and cannot be talked out of, must be such a place too.
 */
export function createDoor({ publicUrl, isLoopback }: DoorOptions): Door {
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).host
  const knownHost = (host: string): boolean => {
    // Nothing but a name and a port: a parser of URLs would see a path, a user or a fragment where another sees a name.
    const url = HOST.test(host) ? URL.parse(`http://${host}`) : null
    return url !== null && (isLoopback(url.hostname) || host.toLowerCase() === publicHost)
  }
  const knownOrigin = (origin: string): boolean => {
    const url = URL.parse(origin)
    return url !== null && url.origin === origin.toLowerCase() && (isLoopback(url.hostname) || origin === publicUrl)
  }
  return ({ headersDistinct: { host = [], origin = [] } }) => {
    if (host.length !== 1 || !host.every(knownHost)) return 'host'
    if (!origin.every(knownOrigin)) return 'origin'
    return undefined
  }
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i
