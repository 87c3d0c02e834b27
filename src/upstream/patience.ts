// How long one call is waited for: until its caller goes, its first byte is late or the whole of it is.

export interface Patience {
  /** Aborts when it is over. */
  readonly signal: AbortSignal
  /** Whether time is what ended it. */
  timedOut(): boolean
  /** The head has come: from here on the whole is waited for. */
  begun(): void
  /** Must be called whatever became of the call. */
  end(): void
}

/**
 * Both times count from now, in milliseconds. Plain timers: those of undici go off up to a second late, and do not count while a request
 * waits for its connection. One controller costs a read less than `AbortSignal.timeout` and `AbortSignal.any` did.
 */
export function createPatience(caller: AbortSignal | undefined, firstByteMs: number, wholeMs: number): Patience {
  const control = new AbortController()
  const began = performance.now()
  let isLate = false
  const late = (): void => {
    isLate = true
    control.abort()
  }
  const gone = (): void => control.abort()
  let timer = setTimeout(late, Math.min(firstByteMs, wholeMs))
  if (caller?.aborted) gone()
  else caller?.addEventListener('abort', gone, { once: true })
  return {
    signal: control.signal,
    timedOut: () => isLate,
    begun() {
      if (firstByteMs >= wholeMs || isLate) return
      clearTimeout(timer)
      timer = setTimeout(late, Math.max(0, wholeMs - (performance.now() - began)))
    },
    end() {
      clearTimeout(timer)
      caller?.removeEventListener('abort', gone)
    },
  }
}
