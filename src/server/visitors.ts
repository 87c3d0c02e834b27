// Who has come, as far as a request's headers and its connection say: what the door and the callers decide by.
import { isIP, isIPv6 } from 'node:net'
import { createRemembered } from './remembered.ts'
import type { IncomingMessage } from 'node:http'

export interface Visitor {
  readonly authorization: string | undefined
  /** What a browser says of the page that asks; the door has let it in. */
  readonly origin: string | undefined
  /** The IP address of the client: what the nearest proxies that are trusted say, or else the connection's own. */
  readonly address: string
  /** Whether nothing says that it comes from another machine: it asks for a loopback name, and no proxy has passed it on. */
  readonly isLocal: boolean
}

export type Visitors = (request: IncomingMessage) => Visitor

/**
 * `trustedProxies`: how many stand before the gateway, each of which adds the address of whoever it has heard. What is further to the left is
 * only what the client says of itself.
 */
export function createVisitors(trustedProxies: number, isLoopback: (host: string) => boolean): Visitors {
  const isLocalHost = createRemembered((host) => isLoopback(URL.parse(`http://${host}`)?.hostname ?? ''))
  return (request) => {
    const { headers, socket } = request
    const authorization = valuesOf(request, 'authorization')
    return {
      // Two of them are no good one: whoever stands in between may have looked at the other.
      authorization: authorization.length > 0 ? authorization.join(', ') : undefined,
      origin: headers.origin,
      isLocal: isLocalHost(`${headers.host}`) && !PASSED_ON.some((name) => headers[name] !== undefined),
      address: forwarded(request, trustedProxies) ?? unmapped(socket.remoteAddress ?? ''),
    }
  }
}

/** All that came under a name, which is in small letters. Node's own list of this kind is of all headers, and takes that much longer. */
export function valuesOf({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, name: string): readonly string[] {
  const values: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [header = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]]
    if (header.length === name.length && header.toLowerCase() === name) values.push(value)
  }
  return values
}

/** What proxies add. */
const PASSED_ON = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip']

function forwarded(request: IncomingMessage, trustedProxies: number): string | undefined {
  if (trustedProxies === 0) return undefined
  const named = valuesOf(request, 'x-forwarded-for').join(',').split(',').at(-trustedProxies) ?? ''
  const address = unmapped(PLACE.exec(named.trim())?.slice(1).find(Boolean) ?? '')
  return isIP(address) === 0 ? undefined : address
}

/** "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:4711". */
const PLACE = /^(?:\[([0-9a-f:.]+)\](?::\d{1,5})?|([0-9.]+)(?::\d{1,5})?|([0-9a-f:.]+))$/i

/** A socket that takes both kinds of addresses tells those of IPv4 in the dress of IPv6. */
function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/** Where an address comes from: whoever has one of IPv6 has a whole network of them. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const { hostname } = new URL(`http://[${address.split('%', 1)[0]}]`)
  const [before = '', after] = hostname.slice(1, -1).split('::')
  const groups = before === '' ? [] : before.split(':')
  const behind = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? [] : Array.from({ length: 8 - groups.length - behind.length }, () => '0')
  return [...groups, ...zeros, ...behind].slice(0, 4).join(':')
}
