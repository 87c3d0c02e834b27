// The headers that every answer has, whatever it is: what a browser must not make of it.
import type { OutgoingHttpHeaders } from 'node:http'

/** `publicUrl`: the origin that browsers know the gateway by, where it is not a loopback one. */
export function createSecurityHeaders(publicUrl: string | undefined): Readonly<OutgoingHttpHeaders> {
  return {
    // What is asked here is somebody's.
    'cache-control': 'no-store',
    // Nothing but GraphiQL is a page, and a page that holds it in a frame could have its visitor click on a mutation that it wrote.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    // Who is allowed by CORS reads all the same.
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(publicUrl?.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  }
}
