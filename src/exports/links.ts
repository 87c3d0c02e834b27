// Links to exports: signed, good for five minutes, and for nothing but what the caller who made them could have had at that moment.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../upstream/caller.ts'
import type { ExportRequest } from '../upstream/exports.ts'

/** What a link stands for. */
export interface ExportGrant {
  readonly caller: Caller
  readonly request: ExportRequest
}

export interface ExportLink {
  /** Path and query, from the gateway's origin on. */
  readonly path: string
  readonly expiresAt: Date
}

export interface ExportLinks {
  sign(grant: ExportGrant, fileName: string): ExportLink
  /** What a link stands for, by path and query as they came; why it is refused otherwise. A good one may be used again until it expires, since downloads break. */
  verify(path: string): (ExportGrant & { readonly fileName: string }) | 'altered' | 'expired' | 'orphaned'
}

export interface ExportLinksOptions {
  readonly key: Buffer
  /** The caller of an id that was given before, while they may still come in. */
  readonly callerOf: (id: string) => Caller | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export const EXPORTS_PATH = '/exports/'
const LIFE_MS = 5 * 60_000

/** A link is in logs and histories, so that no token is in it: those of callers who bring their own are remembered here for as long as it lives. */
const MOST_TOKENS = 10_000

interface Ticket extends ExportRequest {
  readonly caller: string
  readonly file: string
  readonly until: number
}

export function createExportLinks({ key, callerOf, now }: ExportLinksOptions): ExportLinks {
  const holders = new Map<string, { readonly caller: Caller; readonly until: number }>()

  const remember = (caller: Caller, until: number): void => {
    holders.delete(caller.id)
    for (const [id, holder] of holders) {
      if (holder.until > now() && holders.size < MOST_TOKENS) break
      holders.delete(id)
    }
    holders.set(caller.id, { caller, until })
  }
  const signature = (text: string): Buffer => createHmac('sha256', key).update(text).digest()

  return {
    sign({ caller, request }, fileName) {
      const until = now() + LIFE_MS
      if (caller.token !== undefined) remember(caller, until)
      const ticket: Ticket = { ...request, caller: caller.id, file: fileName, until }
      const text = Buffer.from(JSON.stringify(ticket)).toString('base64url')
      return {
        path: pathOf(fileName, text, signature(text)),
        expiresAt: new Date(until),
      }
    },
    verify(path) {
      const [, text = '', signed = ''] = /\?ticket=([\w-]+)\.([\w-]+)$/.exec(path) ?? []
      const expected = signature(text)
      const given = Buffer.from(signed, 'base64url')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'altered'
      const json = Buffer.from(text, 'base64url').toString()
      const { caller: callerId, file, until, ...request } = JSON.parse(json) as Ticket
      // Base64 and paths have spellings that mean the same; only our own is one of ours.
      if (path !== pathOf(file, text, given)) return 'altered'
      if (until <= now()) return 'expired'
      const caller = callerOf(callerId) ?? holders.get(callerId)?.caller
      return caller ? { caller, request, fileName: file } : 'orphaned'
    },
  }
}

function pathOf(fileName: string, text: string, signature: Buffer): string {
  return `${EXPORTS_PATH}${fileName}?ticket=${text}.${signature.toString('base64url')}`
}
