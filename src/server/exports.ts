// GET /exports/…: a signed link followed, and the upstream's file passed through as it comes.
import { pipeline } from 'node:stream/promises'
import { GatewayError } from '../errors.ts'
import { failureFields } from './errors.ts'
import type { Ending } from '../ending.ts'
import type { Readable } from 'node:stream'
import type { ErrorCode } from '../errors.ts'
import type { ExportGrant, ExportLinks } from '../exports/links.ts'
import type { Route } from './http.ts'

export interface ExportRouteOptions {
  readonly links: ExportLinks
  /** Opens the file that a link stands for, with the rights of the caller who made the link. */
  readonly open: (
    grant: ExportGrant,
    signal: Ending,
  ) => Promise<{ readonly contentType: string; readonly contentLength: string | undefined; readonly body: Readable }>
}

const REFUSALS = {
  altered: 'This is no link of this gateway, or it was altered.',
  expired: 'This link has expired. Make a new one with createExport.',
  orphaned: 'Who made this link cannot come in any more. Make a new one with createExport.',
} as const

/** A reader who takes nothing for so long has gone. */
const STALLED_MS = 30_000

/** Who has a link can open it often, and must not take the connections of others. */
const MOST_AT_ONCE = 8

export function createExportRoute({ links, open }: ExportRouteOptions): Route {
  const underWay = new Map<string, number>()
  return async ({ request, response, signal, refuse, log }) => {
    if (request.method !== 'GET') return refuse(405, 'BAD_REQUEST', 'An export is fetched by GET.', { allow: 'GET' })
    const grant = links.verify(request.url ?? '')
    if (typeof grant === 'string') return refuse(403, 'FORBIDDEN', REFUSALS[grant])
    const { id } = grant.caller
    const others = underWay.get(id) ?? 0
    if (others >= MOST_AT_ONCE) {
      const message = `${MOST_AT_ONCE} exports of one caller come at once, and no more.`
      return refuse(429, 'RATE_LIMITED', message, { 'retry-after': '5' })
    }
    underWay.set(id, others + 1)
    response.once('close', () => {
      const left = (underWay.get(id) ?? 1) - 1
      if (left > 0) underWay.set(id, left)
      else underWay.delete(id)
    })
    let file: Awaited<ReturnType<typeof open>>
    try {
      file = await open(grant, signal)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const { code, message, details } = error
      log.warn({ ...failureFields(error), codes: [code] }, 'an export failed')
      return refuse(STATUSES[code] ?? 500, code, message, {
        ...(details.retryAfter && { 'retry-after': String(details.retryAfter) }),
      })
    }
    response.writeHead(200, {
      'content-type': file.contentType,
      'content-disposition': `attachment; filename="${grant.fileName}"`,
      'cache-control': 'private, no-store',
      ...(file.contentLength && { 'content-length': file.contentLength }),
    })
    response.setTimeout(STALLED_MS, () => response.destroy())
    const began = performance.now()
    const note = (kind: string): void =>
      log.info({ kind, caller: grant.caller.id, ms: Math.round(performance.now() - began) }, 'export')
    // Broken off on either side, it ends on both, and the client sees that it is not whole.
    await pipeline(file.body, response).then(
      () => note('export'),
      () => note('broken export'),
    )
  }
}

const STATUSES: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  UPSTREAM_REJECTED: 422,
  UPSTREAM_UNAVAILABLE: 502,
  UPSTREAM_INVALID: 502,
  UPSTREAM_TIMEOUT: 504,
}
