// The Retry-After header: a number of seconds, or a date.

/** Seconds to wait, at most an hour; two where the header is absent or nonsense. */
export function retryAfterSeconds(header: string | undefined): number {
  const seconds = header === undefined ? Number.NaN : /^\d{1,9}$/.test(header) ? Number(header) : secondsUntil(header)
  return Number.isNaN(seconds) ? 2 : Math.min(Math.max(Math.ceil(seconds), 0), 3600)
}

function secondsUntil(date: string): number {
  return (Date.parse(date) - Date.now()) / 1000
}
