// The configuration: read once from the environment, checked whole, frozen; faults name the variable and never its value.
import { readDocumentLimits, readLive, readRequestLimits } from './config-limits.ts'
import { readChoice, readFlag, readInteger, readKey, readOptional, readOrigins, readUrl } from './config-values.ts'
import type { KeyObject } from 'node:crypto'
import type { DocumentLimits, LiveConfig, RequestLimits } from './config-limits.ts'
import type { Fault, Get } from './config-values.ts'

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
  /** Upstream calls, as estimated, that one caller may ask for in a minute. */
  readonly callerPointsPerMinute: number | undefined
  /** What a credential may call in a minute, where that is known. */
  readonly upstreamCallsPerMinute: number | undefined
  /** How many failures within ten seconds open the breaker, where they are half of all calls. */
  readonly breakerFailures: number
  /** Whether callers are told what their operations cost, where they ask. */
  readonly explain: boolean
  /** Whether identical queries of one caller that are under way share one execution. */
  readonly shareQueries: boolean
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
  /** Origins of web pages that may ask, beside the gateway's own. */
  readonly allowedOrigins: readonly string[]
  /** How many proxies in front of the gateway write down whom they pass on. */
  readonly trustedProxies: number
  /** Who may use the gateway's credential; undefined: whoever reaches the port. */
  readonly keysFile: string | undefined
  /** The only documents that run; undefined: all do. */
  readonly trustedDocumentsFile: string | undefined
  /** Whether callers may ask for the schema, and are told what a misspelt name may have meant. */
  readonly introspection: boolean
  readonly graphiql: boolean
  /** Whether whoever comes in may read the metrics; else this machine alone. */
  readonly metrics: boolean
  readonly logLevel: LogLevel
  readonly live: LiveConfig
  readonly documents: DocumentLimits
  readonly requests: RequestLimits
  /** Over how long sockets are closed when the gateway goes. */
  readonly shutdownMs: number
  /** What outlives the process. */
  readonly dataDir: string
  /** The public key of incoming callbacks; undefined: fetched from the API's origin. */
  readonly callbackKey: KeyObject | undefined
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
  const keysFile = get('GATEWAY_KEYS_FILE')
  // Of these two a word that was lost on its way would open what they are there to close.
  for (const name of ['GATEWAY_KEYS_FILE', 'TRUSTED_DOCUMENTS_FILE'])
    if (env[name] !== undefined && get(name) === undefined) fault(`${name} is empty: name a file, or leave it out.`)
  if (upstream?.mode === 'callers') {
    if (keysFile) fault('GATEWAY_KEYS_FILE is for a gateway with a credential: here callers bring their own tokens.')
  } else if (!keysFile && !isLoopback(host)) {
    fault(
      'HOST must be a loopback address while GATEWAY_KEYS_FILE is not set: whoever reaches the port could use the credential. Make a key with "npm run key -- create", or leave HOST out.',
    )
  }
  const requests = readRequestLimits(get, fault)
  // What helps who builds something tells others more than they need to know.
  const isOpen = get('NODE_ENV') !== 'production'
  const config = {
    upstream,
    versionHeader: readVersionHeader(get('SPECTROCOIN_VERSION_HEADER'), fault),
    endpointsFile: get('ENDPOINTS_FILE'),
    upstreamTimeoutMs: readInteger('UPSTREAM_TIMEOUT_MS', get, 10_000, 100, 60_000, fault),
    moneyTimeoutMs: readInteger('MONEY_TIMEOUT_MS', get, 60_000, 100, 600_000, fault),
    operationTimeoutMs: readInteger('OPERATION_TIMEOUT_MS', get, 10_000, 100, 600_000, fault),
    maxUpstreamCalls: readInteger('MAX_UPSTREAM_CALLS', get, 100, 1, 100_000, fault),
    callerPointsPerMinute: readOptional('CALLER_POINTS_PER_MINUTE', get, 1, 100_000_000, fault),
    upstreamCallsPerMinute: readOptional('UPSTREAM_CALLS_PER_MINUTE', get, 1, 1_000_000, fault),
    breakerFailures: readInteger('BREAKER_FAILURES', get, 10, 1, 1_000_000, fault),
    explain: readFlag('EXPLAIN', get, isOpen, fault),
    shareQueries: readFlag('SHARE_QUERIES', get, true, fault),
    reconcileWaitMs: readInteger('RECONCILE_WAIT_MS', get, 3_000, 0, 60_000, fault),
    reconcileWindowMs: readInteger('RECONCILE_WINDOW_MS', get, 900_000, 0, 86_400_000, fault),
    journalDays: readInteger('JOURNAL_DAYS', get, 90, 1, 3650, fault),
    host,
    port: readInteger('PORT', get, 4000, 0, 65_535, fault),
    publicUrl: readUrl('PUBLIC_URL', get, fault)?.origin,
    allowedOrigins: Object.freeze(readOrigins('ALLOWED_ORIGINS', get, fault)),
    trustedProxies: readInteger('TRUSTED_PROXIES', get, 0, 0, 10, fault),
    keysFile,
    trustedDocumentsFile: get('TRUSTED_DOCUMENTS_FILE'),
    introspection: readFlag('INTROSPECTION', get, isOpen, fault),
    graphiql: readFlag('GRAPHIQL', get, isOpen, fault),
    metrics: readFlag('METRICS', get, false, fault),
    logLevel: readChoice('LOG_LEVEL', get, LOG_LEVELS, 'info', fault),
    live: Object.freeze(readLive(get, requests, fault)),
    documents: Object.freeze(readDocumentLimits(get, fault)),
    requests: Object.freeze(requests),
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
