// The Retry-After header: a number of seconds, or a date.

const LONGEST_SECONDS = 3600

/** What a 429 without it means. */
export const COOL_DOWN_SECONDS = 2

/** Whole seconds to wait, 1 to 3600; undefined where the header is absent, over, or nonsense. `date` is that of the answer: its clock counts. */
export function retryAfterSeconds(header: string | undefined, date?: string): number | undefined {
  const text = header?.trim()
  if (text === undefined) return undefined
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, date)
  // A time that is over would mean at once, and the upstream has just said that this is too soon.
  return seconds > 0 ? Math.min(Math.ceil(seconds), LONGEST_SECONDS) : undefined
}

function secondsUntil(header: string, date: string | undefined): number {
  const now = Date.parse(date ?? '')
  return (Date.parse(header) - (Number.isNaN(now) ? Date.now() : now)) / 1000
}
