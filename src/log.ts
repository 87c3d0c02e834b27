// The log: one JSON line an event on standard error, made of a closed list of fields, so that no secret can slip in with an object.
import { pino } from 'pino'
import type { LevelWithSilent } from 'pino'

/** All that a line may carry. Values are ours or counted; names that a caller chose are cut to 64 plain characters. */
export interface LogFields {
  readonly requestId?: string
  readonly transport?: 'http' | 'websocket'
  readonly operation?: string
  readonly kind?: string
  readonly caller?: string
  readonly codes?: readonly string[]
  readonly paths?: readonly string[]
  readonly ms?: number
  readonly endpoint?: string
  readonly reason?: string
  readonly upstreamCode?: string
  readonly traceId?: string
  readonly mutation?: string
  readonly state?: string
  readonly key?: string
  /** Of a money-moving call: amounts, codes and ids, and the ends of destinations. */
  readonly what?: readonly string[]
  readonly stack?: string
}

export interface Log {
  error(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
}

/** A log that writes to `destination` (standard error unless told otherwise) from `level` upwards. */
export function createLog(level: LevelWithSilent, destination?: { write(line: string): void }): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination ?? pino.destination({ dest: 2, sync: true }),
  )
}

/** A name that a caller chose, made fit for a log line. */
export function plainName(name: string): string {
  return name.replace(/[^\w.:/-]/g, '?').slice(0, 64)
}
