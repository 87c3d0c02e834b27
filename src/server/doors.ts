// Which hosts and origins may come in: loopback names and the public address, and pages of those places and of listed ones alone, so that
// no other web page can drive a wallet on localhost.
import { valuesOf } from './visitors.ts'
import { createRemembered } from './remembered.ts'
import type { IncomingMessage } from 'node:http'

/** Why a request is turned away; undefined: it may come in. */
export type Door = (request: Pick<IncomingMessage, 'rawHeaders'>) => 'host' | 'origin' | undefined

export interface DoorOptions {
  /** The origin that browsers know the gateway by, where it is not a loopback one. */
  readonly publicUrl: string | undefined
  /** Origins of others' pages. */
  readonly allowedOrigins: readonly string[]
  /** Where it listens; asked for each request that names its origin, since it is known only by then. */
  readonly port: () => number
  readonly isLoopback: (host: string) => boolean
}

/**
 * Host must name this machine or the public address: a foreign name that resolves to 127.0.0.1 is somebody's trick. Origin, which
 * browsers send and cannot be talked out of, must be the gateway's own or a listed one, letter for letter: what else listens on this machine
 * is no friend for that, and what Host says proves nothing.
 */
export function createDoor({ publicUrl, allowedOrigins, port, isLoopback }: DoorOptions): Door {
  // Without its port, where that is the one that the scheme means anyway.
  const { protocol, host: publicHost } = publicUrl === undefined ? LOCAL : new URL(publicUrl)
  const knownHost = createRemembered((host) => {
    // Nothing but a name and a port: a parser of URLs would see a path, a user or a fragment where another sees a name.
    const url = HOST.test(host) ? URL.parse(`${protocol}//${host}`) : null
    return url !== null && (isLoopback(url.hostname) || url.host === publicHost)
  })
  const knownOrigin = (origin: string): boolean =>
    origin === publicUrl ||
    allowedOrigins.includes(origin) ||
    LOOPBACK.some((name) => origin === new URL(`http://${name}:${port()}`).origin)
  return (request) => {
    const host = valuesOf(request, 'host')
    const origin = valuesOf(request, 'origin')
    if (host.length !== 1 || !host.every(knownHost)) return 'host'
    if (origin.length > 1 || !origin.every(knownOrigin)) return 'origin'
    return undefined
  }
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i
const LOCAL = { protocol: 'http:', host: undefined }
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']
