// One request over the wire and its whole answer: sent once, bounded in length and time, never unpacked.
import { GatewayError } from '../errors.ts'
import { TOO_LONG, transportFailure, unexpected } from './failures.ts'
import { headOf, isEncoded } from './head.ts'
import type { Dispatcher } from 'undici'
import type { Ending } from '../ending.ts'
import type { Deadlines } from './deadlines.ts'
import type { Answer } from './failures.ts'
import type { Head } from './head.ts'

/** More than any documented answer needs (100 rows are some 40 kB); a longer one is a failure, not a full memory. */
export const MAX_ANSWER_BYTES = 1_000_000

export interface Patience {
  readonly deadlines: Deadlines
  /** For the whole, in milliseconds, its connection included. */
  readonly timeoutMs: number
  /** Until the answer begins, its connection included. */
  readonly firstByteMs: number
  /** Ends the call early. */
  readonly signal: Ending | undefined
}

const NOTHING = Buffer.alloc(0)

/**
 * Throws a GatewayError where no whole answer came back. What is given up loses its connection. Times are kept here: those of undici go
 * off up to a second late, and do not count while a request waits for its connection. Its `dispatch` and not its `request`, whose stream,
 * listeners and promises cost more than all else that is done for a call.
 */
export function overTheWire(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { deadlines, timeoutMs, firstByteMs, signal }: Patience,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    let control: Dispatcher.DispatchController | undefined
    let givenUp: Error | undefined
    let head: Head | undefined
    let isLate = false
    const chunks: Buffer[] = []

    const giveUp = (why: Error): void => {
      givenUp = why
      // What has no connection yet is ended when it has one, or has none in the end.
      control?.abort(why)
    }
    const late = (): void => {
      const endsAt = began + timeoutMs
      if (head && performance.now() < endsAt - 1) {
        deadline = deadlines.add(endsAt, late)
        return
      }
      isLate = true
      giveUp(transportFailure(undefined, true))
    }
    const gone = (): void => giveUp(cancelled())
    const settle = (): void => {
      deadlines.remove(deadline)
      signal?.removeEventListener('abort', gone)
    }
    let deadline = deadlines.add(began + Math.min(firstByteMs, timeoutMs), late)
    if (signal?.aborted) gone()
    else signal?.addEventListener('abort', gone, { once: true })

    dispatcher.dispatch(request, {
      onRequestStart(controller) {
        if (givenUp) controller.abort(givenUp)
        else control = controller
      },
      onResponseStart(controller, status, headers) {
        if (status < 200) return
        head = headOf(status, headers)
        if (isEncoded(headers)) controller.abort(unexpected('encoded'))
        else if (Number(headers['content-length']) > MAX_ANSWER_BYTES) controller.abort(unexpected(TOO_LONG))
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        settle()
        const [first = NOTHING] = chunks
        if (head) resolve({ ...head, body: chunks.length > 1 ? Buffer.concat(chunks) : first })
        else reject(unexpected('no head'))
      },
      onResponseError(_controller, cause) {
        settle()
        // Its head says all: nothing in its body may keep the cool-down from being heard of, or a failure from being taken for one.
        if (head && (head.status === 429 || head.status >= 500)) resolve({ ...head, body: NOTHING })
        else if (signal?.aborted) reject(cancelled(cause))
        else reject(transportFailure(cause, isLate))
      },
    })
  })
}

function cancelled(cause?: unknown): GatewayError {
  return new GatewayError('CANCELLED', 'The caller has gone.', { effect: 'unknown', cause })
}
