// What the upstream said last of public data: given again while it is good, and for longer while the upstream is down.
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../errors.ts'
import type { Reply } from './decode.ts'
import type { Keep } from './endpoint.ts'

export interface Keeper {
  /** Answers a request of an endpoint whose row has such a policy; `fetch` is called where it is needed. */
  read(keep: Keep, request: string, fetch: () => Promise<Reply>): Promise<KeptReply>
  /** Takes in an answer that was fetched for another reason, and gives it back. */
  put(request: string, reply: Reply): Reply
}

export interface KeptReply {
  readonly reply: Reply
  readonly from: 'upstream' | 'cache' | 'stale'
}

interface Entry {
  readonly reply: Reply
  readonly at: number
  /** Until when it is not tried again whether the upstream is back: others who come meanwhile are served at once. */
  downUntil: number
}

/** How long the upstream is waited for where there is something to give instead. */
const PATIENCE_MS = 2_500
const TRY_AGAIN_MS = 2_000

const MOST_KEPT = 500
/** Bytes of all kept answers together. */
const LARGEST_KEPT = 20_000_000

export function createKeeper(now: () => number = () => performance.now()): Keeper {
  const entries = new LRUCache<string, Entry>({
    max: MOST_KEPT,
    maxSize: LARGEST_KEPT,
    sizeCalculation: ({ reply }) => (reply.body?.length ?? 0) + 1,
  })
  const put = (request: string, reply: Reply): Reply => {
    entries.set(request, { reply, at: now(), downUntil: 0 })
    return reply
  }
  return {
    put,
    async read({ forMs, staleMs }, request, fetch) {
      const known = entries.get(request)
      const age = known ? now() - known.at : Number.POSITIVE_INFINITY
      if (known && age < forMs) return { reply: known.reply, from: 'cache' }
      const fetched = (): Promise<KeptReply> =>
        fetch().then(
          (reply) => ({ reply: put(request, reply), from: 'upstream' }),
          (error: Error) => {
            // The upstream says otherwise now.
            if (error instanceof GatewayError && error.code === 'UPSTREAM_REJECTED') entries.delete(request)
            throw error
          },
        )
      if (!known || age >= forMs + staleMs) return fetched()
      const stale: KeptReply = { reply: { ...known.reply, stale: true }, from: 'stale' }
      if (now() < known.downUntil) return stale
      const giveStale = (): KeptReply => {
        known.downUntil = now() + TRY_AGAIN_MS
        return stale
      }
      return inTime(fetched(), giveStale)
    },
  }
}

/** Trouble of the upstream, and none of the request. */
const DOWN: ReadonlySet<string> = new Set([
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_INVALID',
  'RATE_LIMITED',
])

function isDown(error: unknown): boolean {
  return error instanceof GatewayError && DOWN.has(error.code)
}

function inTime(fetched: Promise<KeptReply>, giveStale: () => KeptReply): Promise<KeptReply> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(giveStale()), PATIENCE_MS)
    fetched
      .then(resolve, (error: Error) => {
        if (isDown(error)) resolve(giveStale())
        else reject(error)
      })
      .finally(() => clearTimeout(timer))
  })
}
