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

/** Where lines go. */
export interface LogDestination {
  write(line: string): void
  /** Writes what it still holds, where it holds lines back. */
  flush?(): void
}

/**
 * A log that writes to `destination` (standard error unless told otherwise) from `level` upwards. What stands in a line for one of `secrets`,
 * or looks like one of anybody's, is "[hidden]": the last net, under code that tells none.
 */
export function createLog(
  level: LevelWithSilent,
  destination: LogDestination = standardError(),
  secrets: readonly string[] = [],
): Log {
  const logger = pino({ level, base: null, timestamp: createTimes() }, destination)
  const scrub = createScrubber(secrets)
  const at =
    (name: 'error' | 'warn' | 'info') =>
    (fields: LogFields, message: string): void => {
      if (!logger.isLevelEnabled(name)) return
      logger[name](lineOf(fields, scrub), scrub(message))
      // What has gone wrong, and what moves money, is not held back, nor what was said before it.
      if (name !== 'info' || fields.mutation !== undefined) destination.flush?.()
    }
  return { error: at('error'), warn: at('warn'), info: at('info') }
}

/** Lines are held back no longer than this, and no more characters of them. */
const HELD_MS = 50
const MOST_HELD = 16_000

/** Standard error, written to in pieces of many lines, since that is most of what a line costs. Whoever ends the process flushes it. */
export function createHeldLines(): Required<LogDestination> {
  const target = standardError()
  let held = ''
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    const text = held
    held = ''
    if (text !== '') target.write(text)
  }
  return {
    write(line) {
      held += line
      if (held.length >= MOST_HELD) flush()
      else timer ??= setTimeout(flush, HELD_MS)
    },
    flush,
  }
}

function standardError(): LogDestination {
  return pino.destination({ dest: 2, sync: true })
}

/** The time of a line, as JSON: all but its milliseconds is made once a second. */
function createTimes(): () => string {
  let second = Number.NaN
  let upToSecond = ''
  return () => {
    const now = Date.now()
    const ms = now % 1000
    if (now - ms !== second) {
      second = now - ms
      upToSecond = new Date(second).toISOString().slice(0, -4)
    }
    return `,"time":"${upToSecond}${String(ms).padStart(3, '0')}Z"`
  }
}

/** A name that a caller chose, made fit for a log line. */
export function plainName(name: string): string {
  return name.replace(/[^\w.:/-]/g, '?').slice(0, 64)
}

type Scrub = (text: string, isLoose?: boolean) => string

/** Whether a field holds words of others' making, in which a long run of letters and digits may be anything. */
const IS_LOOSE: Readonly<Record<keyof LogFields, boolean>> = {
  requestId: false,
  transport: false,
  operation: false,
  kind: false,
  caller: false,
  codes: false,
  paths: false,
  ms: false,
  endpoint: false,
  reason: true,
  upstreamCode: false,
  traceId: false,
  mutation: false,
  state: false,
  key: false,
  what: false,
  stack: true,
}

/** The fields that a line may carry, of the kinds that they may be: a type keeps nothing out that comes as another one. */
function lineOf(fields: LogFields, scrub: Scrub): Record<string, unknown> {
  const line: Record<string, unknown> = {}
  for (const name of Object.keys(fields) as (keyof LogFields)[]) {
    if (!Object.hasOwn(IS_LOOSE, name)) continue
    const value: unknown = fields[name]
    const isLoose = IS_LOOSE[name]
    // Now and then one reads like an IBAN, check digits and all, and it is what SpectroCoin's support asks for.
    if (name === 'traceId' && typeof value === 'string' && TRACE_ID.test(value)) line[name] = value
    else if (typeof value === 'string') line[name] = scrub(value, isLoose)
    else if (typeof value === 'number') line[name] = value
    else if (Array.isArray(value))
      line[name] = value.flatMap((each) => (typeof each === 'string' ? scrub(each, isLoose) : []))
  }
  return line
}

const TRACE_ID = /^[\da-f-]{1,64}$/

const HIDDEN = '[hidden]'

/**
 * What secrets look like, in one pass. It is linear in whatever it meets: each part is bounded, or begins where a run of characters does, or
 * takes all that it has looked at. A "?" may be what `plainName` has made of a space.
 */
const SHAPES = new RegExp(
  [
    // Ours, and not hidden: an id of a caller, made of a digest.
    /(?<ours>(?<![\w-])(?:token|subject)-[\da-f]{32}(?![\w-]))/,
    /-----BEGIN[ ?][^]*?(?:-----END[\w ?]{0,40}-----|$)/,
    /(?<name>(?:client_?(?:id|secret)|password|secret|(?:access|refresh|id)_token|token(?==)|api_?key|authorization|cookie)["']?[\s?]{0,4}[=:][\s?]{0,4}["']?)(?:(?:Bearer|Basic)[\s?]{1,8})?[^\s"'&,;]+/,
    /\b(?:Bearer|Basic)[\s?]{1,8}[^\s"',;]+/,
    /scgw_[\w-]+/,
    // JSON in base64url, which a JSON Web Token begins with.
    /(?<![a-z\d])(?-i:eyJ)[\w-]{5,}(?:\.[\w-]*)*/,
    /(?<scheme>(?:https?|wss?):\/\/)[^\s"'<>)]+/,
    /(?<![^\s/@"'<>(),:;=])[^\s/@"'<>(),:;=]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/,
    /0x[\da-f]{40,}/,
    /(?<groups>(?<![a-z\d])[a-z]{2}\d{2}(?:[ ?-][a-z\d]{4}){2,7}(?:[ ?-][a-z\d]{1,4})?)(?![a-z\d])/,
    /(?<run>(?<![a-z\d])[a-z\d]{15,})/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
)

interface Shape {
  readonly ours?: string
  readonly name?: string
  readonly scheme?: string
  readonly groups?: string
  readonly run?: string
}

/** A log says the same few words again and again: of so many it is remembered that nothing in them is hidden. */
const MOST_CLEAN = 1_000
const LONGEST_CLEAN = 100
/** Of these each is said once: nothing of `SHAPES` is in them. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** Takes out the secrets themselves, and whatever looks like one. */
function createScrubber(secrets: readonly string[]): Scrub {
  const known = secrets
    .filter((secret) => secret.length > 3)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .sort((a, b) => b.length - a.length)
  const exact = known.length > 0 ? new RegExp(known.map((secret) => RegExp.escape(secret)).join('|'), 'g') : undefined
  const clean = { strict: new Set<string>(), loose: new Set<string>() }
  const scrub: Scrub = (text, isLoose = false) =>
    (exact ? text.replace(exact, HIDDEN) : text).replace(SHAPES, (found: string, ...rest: unknown[]) => {
      const { ours, name, scheme, groups, run } = rest.at(-1) as Shape
      if (ours !== undefined) return found
      if (groups !== undefined) return hasIban(groups) ? HIDDEN : found
      if (run !== undefined) return isAddress(run) || isIban(run) || (isLoose && isMixed(run)) ? HIDDEN : found
      return `${name ?? scheme ?? ''}${HIDDEN}`
    })
  return (text, isLoose = false) => {
    if (UUID.test(text) && !known.some((secret) => text.includes(secret))) return text
    const words = isLoose ? clean.loose : clean.strict
    if (words.has(text)) return text
    const scrubbed = scrub(text, isLoose)
    if (scrubbed === text && text.length <= LONGEST_CLEAN) {
      if (words.size >= MOST_CLEAN) words.clear()
      // A copy: a name that was cut out of a document would keep all of the document.
      words.add(Buffer.from(text, 'utf16le').toString('utf16le'))
    }
    return scrubbed
  }
}

/** A bech32 address of a chain of Bitcoin's or Litecoin's, or anything long of the base58 alphabet, in both cases and with digits. */
function isAddress(run: string): boolean {
  if (/^(?:bc|tb|bcrt|ltc|tltc|rltc|ltcmweb|tmweb)1[a-z\d]{20,}$/i.test(run)) return true
  return (
    run.length >= 25 && /^[1-9A-HJ-NP-Za-km-z]+$/.test(run) && /\d/.test(run) && /[a-z]/.test(run) && /[A-Z]/.test(run)
  )
}

/** Whether its check digits are right. */
function isIban(run: string): boolean {
  if (!/^[a-z]{2}\d{2}[a-z\d]{11,30}$/i.test(run)) return false
  const digits = `${run.slice(4)}${run.slice(0, 4)}`.replace(/[a-z]/gi, (letter) => `${Number.parseInt(letter, 36)}`)
  return BigInt(digits) % 97n === 1n
}

/** The same written in groups; words may stand before and after it. */
function hasIban(groups: string): boolean {
  const parts = groups.split(/[ ?-]/)
  return parts.some((_, from) => parts.some((__, last) => isIban(parts.slice(from, last + 1).join(''))))
}

function isMixed(run: string): boolean {
  return run.length >= 24 && /\d/.test(run) && /[a-z]/i.test(run)
}
