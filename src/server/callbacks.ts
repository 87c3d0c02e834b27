// POST /callbacks/merchant: SpectroCoin tells that something happened to an order. Whoever listens to that order hears of it sooner.
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../errors.ts'
import { readBody } from './body.ts'
import { failureFields } from './errors.ts'
import type { IncomingMessage } from 'node:http'
import type { NamedOrder, OrderHints } from '../live/order-hints.ts'
import type { Route } from './http.ts'

export interface CallbackRouteOptions {
  readonly hints: OrderHints
  /** The newer form: unsigned, so that it is a hint and no more. */
  readonly readHint: (body: string) => { readonly id: string; readonly projectId: string } | undefined
  /** The older form, signed. */
  readonly readForm: (body: string) => Promise<NamedOrder | 'malformed' | 'forged'>
}

export const CALLBACKS_PATH = '/callbacks/merchant'
const MAX_BODY_BYTES = 10_000
const MOST_REMEMBERED = 1000

export function createCallbackRoute({ hints, readHint, readForm }: CallbackRouteOptions): Route {
  // Signed callbacks stay valid for ever: one that comes again was dealt with.
  const seen = new LRUCache<string, true>({ max: MOST_REMEMBERED })

  return async ({ request, response, refuse, log }) => {
    const thank = (): void => {
      log.info({ kind: 'callback' }, 'a callback came in')
      // What the older API wants to read, and the newer one does not mind.
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('*ok*')
    }
    if (request.method !== 'POST') return refuse(405, 'BAD_REQUEST', 'A callback comes by POST.', { allow: 'POST' })
    const body = await readBody(request, MAX_BODY_BYTES)
    if (body === undefined) return refuse(413, 'BAD_REQUEST', `A callback has at most ${MAX_BODY_BYTES} bytes.`)
    switch (mediaType(request)) {
      case 'application/json': {
        const hint = readHint(body)
        if (!hint) return refuse(400, 'BAD_REQUEST', 'A JSON callback holds "id" and "merchantApiId".')
        hints.byId(hint.id, hint.projectId)
        return thank()
      }
      case 'application/x-www-form-urlencoded': {
        const digest = createHash('sha256').update(body).digest('base64')
        if (seen.has(digest)) return thank()
        try {
          const form = await readForm(body)
          if (form === 'malformed') return refuse(400, 'BAD_REQUEST', 'The form lacks a field, or is no form.')
          if (form === 'forged') return refuse(403, 'FORBIDDEN', 'The signature is not that of SpectroCoin.')
          if (!(await hints.byName(form))) return refuse(404, 'NOT_FOUND', 'The project has no such order.')
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error
          log.warn({ ...failureFields(error), codes: [error.code] }, 'a callback could not be judged')
          return refuse(503, error.code, 'This callback cannot be judged now. Send it again later.')
        }
        seen.set(digest, true)
        return thank()
      }
      default:
        return refuse(415, 'BAD_REQUEST', 'A callback is JSON or a form.')
    }
  }
}

function mediaType({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}
