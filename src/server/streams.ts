// Server-Sent Events: a subscription as an event stream, for those who cannot use websockets, by the same rules.
import { Readable } from 'node:stream'
import { GraphQLError } from 'graphql'
import { ENDED } from './callers.ts'
import { requestError } from './errors.ts'
import { RETRY_AFTER } from './places.ts'
import type { ServerResponse } from 'node:http'
import type { Caller, RequestIdentity } from '../context.ts'
import type { Place, Places } from './places.ts'
import type { Subscription } from './subscriptions.ts'
import type { Fate, Watch } from './watch.ts'

export interface Streams {
  /** A place for a stream; or why there is none. */
  reserve(asking: RequestIdentity): Place | GraphQLError
  /** Writes a subscription to an event stream that has this place, in the distinct connections mode of graphql-sse. */
  open(subscription: Subscription, place: Place, asking: RequestIdentity, response: ServerResponse): Readable
}

export type StreamEnd = Fate | 'too-many' | 'too-many-of-caller'

export interface StreamsOptions {
  readonly places: Places
  readonly watch: Watch
  /** Whether a caller who came in would still be let in. */
  readonly isCurrent: (caller: Caller) => boolean
  /** Whether the gateway is going, and begins no stream any more. */
  readonly isGoing: () => boolean
  /** Told of each stream that is refused, or ended by the gateway. */
  readonly count: (why: StreamEnd) => void
}

/** A comment: it keeps proxies from taking the stream for dead, and browsers from waiting for a first byte. */
const NOTHING = ':\n\n'

export function createStreams({ places, watch, isCurrent, isGoing, count }: StreamsOptions): Streams {
  const reserve: Streams['reserve'] = ({ caller, signal }) => {
    if (signal?.aborted) return requestError('CANCELLED', 'The caller went away.')
    const place = isGoing() ? 'going' : places.take({ callerId: caller.id })
    if (typeof place !== 'string') return place
    count(place)
    return full()
  }
  const open: Streams['open'] = (subscription, place, { caller, requestId, signal }, response) => {
    let isWanted = false
    let isEnded = false
    // A response takes a good deal more than its reader does: what it holds cannot be taken back when something newer comes.
    const hasRoom = (): boolean => isWanted && response.writableLength === 0
    const write = (text: string): void => {
      isWanted = false
      stream.push(text)
    }
    const tell = (event: 'next' | 'complete', json: string): void => write(`event: ${event}\ndata: ${json}\n\n`)
    const stream = new Readable({
      // What is not written yet stays in its slot, where the next value can take its place.
      highWaterMark: 0,
      read() {
        isWanted = true
        subscription.resume()
      },
      destroy(error, done) {
        watched.remove()
        place.leave()
        subscription.leave()
        done(error)
      },
    })
    const breakOff = (): void => {
      response.destroy()
      stream.destroy()
    }
    /** Watched on, until it has been read to here. */
    const finish = (): void => {
      isEnded = true
      stream.push(null)
    }
    const complete = (errors?: readonly GraphQLError[]): void => {
      if (errors) tell('next', JSON.stringify({ errors }))
      tell('complete', '')
      finish()
    }
    const watched = watch.add({
      // The request's: a response has none while it waits for another one on its connection.
      socket: response.req.socket,
      end(fate) {
        if (isEnded && fate !== 'stalled' && fate !== 'silent') return
        subscription.leave()
        count(fate)
        if (fate === 'expired') complete([expired(requestId)])
        // Without a last word, so that clients come back.
        else if (fate === 'age' || fate === 'going') finish()
        else breakOff()
      },
      isShutOut: () => !isCurrent(caller),
      round: () => void (hasRoom() && subscription.resume()),
      // There is no answer to it: who has gone is found by what can no longer be written, or by the age.
      ping() {
        watched.heard()
        if (hasRoom() && !isEnded) write(NOTHING)
      },
    })
    watched.expireAt(caller.expiresAt)
    signal?.addEventListener('abort', () => stream.destroy(), { once: true })
    // It may have gone while the subscription was opened.
    if (signal?.aborted) stream.destroy()
    // A fault of the gateway's own costs one stream, and not the process.
    stream.once('error', () => response.destroy())
    stream.push(NOTHING)
    subscription.begin({ isReady: hasRoom, take: (text) => tell('next', text), end: complete })
    return stream
  }
  return { reserve, open }
}

function full(): GraphQLError {
  return requestError('RATE_LIMITED', 'No more may listen now: come again later.', {
    http: { status: 503, headers: { 'retry-after': String(RETRY_AFTER) } },
    retryAfter: RETRY_AFTER,
  })
}

function expired(requestId: string): GraphQLError {
  return new GraphQLError(ENDED, { extensions: { code: 'UNAUTHENTICATED', requestId } })
}
