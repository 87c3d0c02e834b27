// The configuration: read once from the environment, checked whole, frozen; faults name the variable and never its value.
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { KeyObject } from 'node:crypto'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Whom the upstream hears: the embedded sandbox, our own credential at a base URL, or each caller's own token at a base URL. */
export type UpstreamConfig =
  | { readonly mode: 'sandbox' }
  | { readonly mode: 'credential'; readonly url: string; readonly clientId: string; readonly clientSecret: string }
  | { readonly mode: 'callers'; readonly url: string }

export interface Config {
  readonly upstream: UpstreamConfig
  /** A header sent with each upstream call, to pin the API's dated version; its name is not documented. */
  readonly versionHeader: { readonly name: string; readonly value: string } | undefined
  readonly endpointsFile: string | undefined
  readonly upstreamTimeoutMs: number
  /** How long a call that moves money may take before its outcome is unknown. */
  readonly moneyTimeoutMs: number
  /** How long a caller waits for an operation. A call that moves money runs on. */
  readonly operationTimeoutMs: number
  /** How many upstream calls one operation may make. */
  readonly maxUpstreamCalls: number
  /** What a credential may call in a minute, where that is known. */
  readonly upstreamCallsPerMinute: number | undefined
  /** How many failures within ten seconds open the breaker, where they are half of all calls. */
  readonly breakerFailures: number
  /** Whether callers are told what their operations cost, where they ask. */
  readonly explain: boolean
  /** How long an unknown outcome is looked for before the caller is told that it is unknown. */
  readonly reconcileWaitMs: number
  /** How long after a call was given up it may yet be executed. */
  readonly reconcileWindowMs: number
  /** How long a settled outcome is remembered under its key. */
  readonly journalDays: number
  readonly host: string
  readonly port: number
  /** The address that browsers know us by, where it is not the loopback one. */
  readonly publicUrl: string | undefined
  readonly graphiql: boolean
  /** Whether whoever comes in may read the metrics; else this machine alone. */
  readonly metrics: boolean
  readonly logLevel: LogLevel
  readonly live: LiveConfig
  /** Over how long sockets are closed when the gateway goes. */
  readonly shutdownMs: number
  /** What outlives the process. */
  readonly dataDir: string
  /** The public key of incoming callbacks; undefined: fetched from the API's origin. */
  readonly callbackKey: KeyObject | undefined
}

export interface LiveConfig {
  readonly intervalMs: number
  /** How many different things are polled at a time. */
  readonly maxKeys: number
  /** How many different selections of them are executed. */
  readonly maxSelections: number
  /** Websockets and event streams. */
  readonly maxSockets: number
  readonly maxSocketsPerCaller: number
  readonly maxSubscriptions: number
  readonly maxMessagesPerSecond: number
  readonly maxFrameBytes: number
  readonly maxAgeMs: number
  /** Silent for half of it, a websocket is pinged; for all of it, it is dropped. */
  readonly pingMs: number
  readonly stallMs: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Every fault of the environment at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${faults.join(' ')}`,
      options,
    )
    this.faults = faults
  }
}

const PUBLIC_API = 'https://spectrocoin.com/api/public'

/**
 * Reads the whole environment. Throws a ConfigError that names every fault, those among them that `faultsOfEndpoints` finds in the endpoints
 * file. An empty variable counts as not set.
 */
export function loadConfig(
  env: Environment,
  faultsOfEndpoints: (file: string | undefined) => readonly string[] = () => [],
): Config {
  const get = (name: string): string | undefined => env[name]?.trim() || undefined
  const faults = [...faultsOfEndpoints(get('ENDPOINTS_FILE'))]
  const fault = (text: string): undefined => void faults.push(text)

  const upstream = readUpstream(get, fault)
  const host = get('HOST') ?? '127.0.0.1'
  if (upstream?.mode !== 'callers' && !isLoopback(host)) {
    fault(
      'HOST must be a loopback address: callers cannot be told apart yet, and whoever reaches the port could use the credential.',
    )
  }
  const config = {
    upstream,
    versionHeader: readVersionHeader(get('SPECTROCOIN_VERSION_HEADER'), fault),
    endpointsFile: get('ENDPOINTS_FILE'),
    upstreamTimeoutMs: readInteger('UPSTREAM_TIMEOUT_MS', get, 10_000, 100, 60_000, fault),
    moneyTimeoutMs: readInteger('MONEY_TIMEOUT_MS', get, 60_000, 100, 600_000, fault),
    operationTimeoutMs: readInteger('OPERATION_TIMEOUT_MS', get, 10_000, 100, 600_000, fault),
    maxUpstreamCalls: readInteger('MAX_UPSTREAM_CALLS', get, 100, 1, 100_000, fault),
    upstreamCallsPerMinute: get('UPSTREAM_CALLS_PER_MINUTE')
      ? readInteger('UPSTREAM_CALLS_PER_MINUTE', get, 0, 1, 1_000_000, fault)
      : undefined,
    breakerFailures: readInteger('BREAKER_FAILURES', get, 10, 1, 1_000_000, fault),
    explain: readFlag('EXPLAIN', get, get('NODE_ENV') !== 'production', fault),
    reconcileWaitMs: readInteger('RECONCILE_WAIT_MS', get, 3_000, 0, 60_000, fault),
    reconcileWindowMs: readInteger('RECONCILE_WINDOW_MS', get, 900_000, 0, 86_400_000, fault),
    journalDays: readInteger('JOURNAL_DAYS', get, 90, 1, 3650, fault),
    host,
    port: readInteger('PORT', get, 4000, 0, 65_535, fault),
    publicUrl: readUrl('PUBLIC_URL', get, fault)?.origin,
    graphiql: readFlag('GRAPHIQL', get, get('NODE_ENV') !== 'production', fault),
    metrics: readFlag('METRICS', get, false, fault),
    logLevel: readChoice('LOG_LEVEL', get, LOG_LEVELS, 'info', fault),
    live: Object.freeze(readLive(get, fault)),
    shutdownMs: readInteger('SHUTDOWN_MS', get, 5_000, 0, 600_000, fault),
    dataDir: get('DATA_DIR') ?? './data',
    callbackKey: readKey('SPECTROCOIN_CALLBACK_KEY_FILE', get, fault),
  }
  if (faults.length > 0 || !config.upstream) throw new ConfigError(faults)
  return Object.freeze({ ...config, upstream: Object.freeze(config.upstream) })
}

/** Whether a host name can only mean this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

function readLive(get: Get, fault: Fault): LiveConfig {
  return {
    intervalMs: readInteger('LIVE_INTERVAL_MS', get, 2000, 250, 60_000, fault),
    maxKeys: readInteger('LIVE_MAX_KEYS', get, 5_000, 1, 1_000_000, fault),
    maxSelections: readInteger('LIVE_MAX_SELECTIONS', get, 10_000, 1, 1_000_000, fault),
    maxSockets: readInteger('MAX_SOCKETS', get, 10_000, 1, 1_000_000, fault),
    maxSocketsPerCaller: readInteger('MAX_SOCKETS_PER_CALLER', get, 6_000, 1, 1_000_000, fault),
    maxSubscriptions: readInteger('MAX_SUBSCRIPTIONS_PER_SOCKET', get, 1_000, 1, 1_000_000, fault),
    maxMessagesPerSecond: readInteger('MAX_MESSAGES_PER_SECOND', get, 2_000, 1, 1_000_000, fault),
    // Never less than the body of a request may have: what can be asked by POST can be asked over a websocket.
    maxFrameBytes: readInteger('MAX_FRAME_BYTES', get, 110_000, 100_000, 100_000_000, fault),
    maxAgeMs: readInteger('MAX_SOCKET_AGE_MS', get, 43_200_000, 1_000, 604_800_000, fault),
    pingMs: readInteger('WS_PING_MS', get, 25_000, 200, 600_000, fault),
    stallMs: readInteger('WS_STALL_MS', get, 30_000, 200, 600_000, fault),
  }
}

type Get = (name: string) => string | undefined
type Fault = (text: string) => undefined

function readUpstream(get: Get, fault: Fault): UpstreamConfig | undefined {
  const clientId = get('SPECTROCOIN_CLIENT_ID')
  const clientSecret = get('SPECTROCOIN_CLIENT_SECRET')
  const url = readUrl('SPECTROCOIN_API_URL', get, fault)
  if (url?.protocol === 'http:' && !isLoopback(url.hostname)) {
    fault('SPECTROCOIN_API_URL must be https: plain http is for loopback only.')
  }
  if (url && (url.search || url.hash || url.username || url.password)) {
    fault('SPECTROCOIN_API_URL must have no query, fragment or credentials in it.')
  }
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    return fault(
      `${clientId ? 'SPECTROCOIN_CLIENT_SECRET' : 'SPECTROCOIN_CLIENT_ID'} is missing: half a credential is of no use.`,
    )
  }
  const base = (url?.href ?? PUBLIC_API).replace(/\/+$/, '')
  if (clientId && clientSecret) return { mode: 'credential', url: base, clientId, clientSecret }
  if (get('SPECTROCOIN_API_URL')) return { mode: 'callers', url: base }
  if (get('NODE_ENV') === 'production') {
    return fault(
      'SPECTROCOIN_API_URL or a credential (SPECTROCOIN_CLIENT_ID and SPECTROCOIN_CLIENT_SECRET) must be set in production: the sandbox serves invented balances.',
    )
  }
  return { mode: 'sandbox' }
}

function readVersionHeader(text: string | undefined, fault: Fault): Config['versionHeader'] {
  if (text === undefined) return undefined
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e][\x20-\x7e]*)$/.exec(text)
  const [, name, value] = match ?? []
  if (!name || !value) return fault('SPECTROCOIN_VERSION_HEADER must read "Name: value".')
  if (['authorization', 'host', 'content-type', 'content-length', 'transfer-encoding'].includes(name.toLowerCase())) {
    return fault('SPECTROCOIN_VERSION_HEADER must not be a header that the gateway itself sets.')
  }
  return { name, value }
}

function readUrl(name: string, get: Get, fault: Fault): URL | undefined {
  const text = get(name)
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  return fault(`${name} must be a URL that begins with https:// or http://.`)
}

function readKey(name: string, get: Get, fault: Fault): KeyObject | undefined {
  const file = get(name)
  if (file === undefined) return undefined
  try {
    const pem = readFileSync(file, 'utf8')
    // Node would take the public half of a private key, which has no business here.
    const key = pem.includes('PRIVATE KEY') ? undefined : createPublicKey(pem)
    if (key?.asymmetricKeyType === 'rsa') return key
  } catch {
    // Unreadable and no key are told alike.
  }
  return fault(`${name} must name a file that holds an RSA public key as PEM.`)
}

function readInteger(name: string, get: Get, fallback: number, min: number, max: number, fault: Fault): number {
  const text = get(name)
  if (text === undefined) return fallback
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  fault(`${name} must be a whole number from ${min} to ${max}.`)
  return fallback
}

function readFlag(name: string, get: Get, fallback: boolean, fault: Fault): boolean {
  const text = get(name)
  if (text === undefined) return fallback
  if (text !== 'true' && text !== 'false') fault(`${name} must be true or false.`)
  return text === 'true'
}

function readChoice<T extends string>(name: string, get: Get, choices: readonly T[], fallback: T, fault: Fault): T {
  const text = get(name)
  if (text === undefined) return fallback
  const choice = choices.find((each) => each === text.toLowerCase())
  if (choice === undefined) fault(`${name} must be one of ${choices.join(', ')}.`)
  return choice ?? fallback
}
