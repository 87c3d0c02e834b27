// Takes callbacks to where they go, which is never further than this machine (merchant 6.1).
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Message } from './callback-body.ts'

/** Nulls where no answer came. */
export type Outcome = { readonly httpStatus: number | null; readonly responseBody: string | null }

export type Courier = {
  /** Whether it would go there at all. */
  reaches(url: string): boolean
  /** Never rejects; what has the same key goes one after the other. */
  deliver(url: string, message: Message, key: string): Promise<Outcome>
  /** Ends all that is under way. */
  abort(): void
}

type CourierOptions = {
  /** Paths of this machine that callbacks may not drive. */
  readonly forbiddenPath: string
  readonly timeoutMs?: number
}

const longestBody = 255
const nothing: Outcome = { httpStatus: null, responseBody: null }
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

export function createCourier({ forbiddenPath, timeoutMs = 10_000 }: CourierOptions): Courier {
  const last = new Map<string, Promise<Outcome>>()
  let ending = new AbortController()

  async function post(url: string, message: Message, signal: AbortSignal): Promise<Outcome> {
    if (signal.aborted) return nothing
    try {
      return await send(new URL(url), message, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
    } catch {
      // Nobody there, a broken answer, too late, or the end of the sandbox.
      return nothing
    }
  }

  return {
    reaches(url) {
      const { hostname, protocol, pathname } = new URL(url)
      return /^https?:$/.test(protocol) && loopback.has(hostname) && !pathname.startsWith(forbiddenPath)
    },
    deliver(url, message, key) {
      const { signal } = ending
      const before = last.get(key) ?? Promise.resolve(nothing)
      const delivery = before.then(() => post(url, message, signal))
      last.set(key, delivery)
      return delivery.finally(() => {
        if (last.get(key) === delivery) last.delete(key)
      })
    },
    abort() {
      ending.abort()
      ending = new AbortController()
    },
  }
}

// Redirects are answers like any other here: nothing follows them.
function send(url: URL, { contentType, body }: Message, signal: AbortSignal): Promise<Outcome> {
  const bytes = Buffer.from(body())
  const headers = { 'content-type': contentType, 'content-length': bytes.length, 'user-agent': 'SpectroCoin-Sandbox' }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, agent: false, signal, lookup }, (response) => {
      beginningOf(response).then((text) => {
        resolve({ httpStatus: response.statusCode ?? null, responseBody: text })
        call.destroy()
      }, reject)
    })
    call.on('error', reject)
    call.end(bytes)
  })
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk
    if (text.length >= longestBody) break
  }
  return text.slice(0, longestBody)
}

// Only `localhost` is ever looked up, and whatever a machine's own tables make of it, it stays here.
const lookup: LookupFunction = (_, { all }, found) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  if (all === true) found(null, addresses)
  else found(null, '127.0.0.1', 4)
}
