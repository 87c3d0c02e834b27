// The configuration: what each variable is when it is not set, what it may be, and that every fault is named at once and no value ever.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, isLoopback, loadConfig } from '../src/config.ts'
import { startTestGateway } from './support/gateway.ts'
import type { Environment } from '../src/config.ts'

const CREDENTIAL = { SPECTROCOIN_CLIENT_ID: 'id-canary', SPECTROCOIN_CLIENT_SECRET: 'secret-canary' }
const URL_SET = { SPECTROCOIN_API_URL: 'https://api.example.com/v1' }

function faultsOf(env: Environment): readonly string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const fault of error.faults) expect(error.message).toContain(fault)
      expect(error.message).not.toContain('canary')
      return error.faults
    }
    throw error
  }
  return []
}

test('an empty environment is the sandbox on loopback', () => {
  expect(loadConfig({})).toEqual({
    upstream: { mode: 'sandbox' },
    versionHeader: undefined,
    endpointsFile: undefined,
    dataDir: './data',
    callbackKey: undefined,
    upstreamTimeoutMs: 10_000,
    moneyTimeoutMs: 60_000,
    operationTimeoutMs: 10_000,
    maxUpstreamCalls: 100,
    upstreamCallsPerMinute: undefined,
    breakerFailures: 10,
    explain: true,
    shareQueries: true,
    reconcileWaitMs: 3_000,
    reconcileWindowMs: 900_000,
    journalDays: 90,
    host: '127.0.0.1',
    port: 4000,
    publicUrl: undefined,
    allowedOrigins: [],
    trustedProxies: 0,
    keysFile: undefined,
    trustedDocumentsFile: undefined,
    introspection: true,
    callerPointsPerMinute: undefined,
    documents: {
      maxDocumentBytes: 100_000,
      maxTokens: 5_000,
      maxDepth: 15,
      maxRootFields: 100,
      maxFields: 5_000,
      maxAliases: 200,
      maxDirectives: 100,
      maxListArgument: 200,
    },
    requests: { maxBodyBytes: 100_000, headersTimeoutMs: 10_000, requestTimeoutMs: 30_000 },
    graphiql: true,
    metrics: false,
    logLevel: 'info',
    live: {
      intervalMs: 2000,
      maxKeys: 5_000,
      maxSelections: 10_000,
      maxSockets: 10_000,
      maxSocketsPerCaller: 6_000,
      maxSubscriptions: 1_000,
      maxMessagesPerSecond: 2_000,
      maxFrameBytes: 110_000,
      maxAgeMs: 43_200_000,
      pingMs: 25_000,
      stallMs: 30_000,
    },
    shutdownMs: 5_000,
  })
})

test('what is read cannot be changed', () => {
  const config = loadConfig(CREDENTIAL)
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.isFrozen(config.upstream)).toBe(true)
  expect(Object.isFrozen(config.live)).toBe(true)
})

test('an empty variable, or one of spaces, is one that is not set', () => {
  const names = [
    'SPECTROCOIN_API_URL',
    'SPECTROCOIN_CLIENT_ID',
    'SPECTROCOIN_CLIENT_SECRET',
    'HOST',
    'PORT',
    'LOG_LEVEL',
    'LIVE_INTERVAL_MS',
    'MAX_SOCKETS',
    'SHUTDOWN_MS',
    'ENDPOINTS_FILE',
    'PUBLIC_URL',
    'GRAPHIQL',
    'METRICS',
    'UPSTREAM_TIMEOUT_MS',
    'UPSTREAM_CALLS_PER_MINUTE',
    'MAX_UPSTREAM_CALLS',
    'BREAKER_FAILURES',
    'EXPLAIN',
    'SPECTROCOIN_VERSION_HEADER',
    'NODE_ENV',
  ]
  for (const blank of ['', '  '])
    expect(loadConfig(Object.fromEntries(names.map((name) => [name, blank])))).toEqual(loadConfig({}))
})

describe('whom the upstream hears', () => {
  test.each([
    [
      'a credential alone is for the public API',
      CREDENTIAL,
      {
        mode: 'credential',
        url: 'https://spectrocoin.com/api/public',
        clientId: 'id-canary',
        clientSecret: 'secret-canary',
      },
    ],
    [
      'a credential and a URL',
      { ...CREDENTIAL, SPECTROCOIN_API_URL: 'http://127.0.0.1:8080/api/' },
      { mode: 'credential', url: 'http://127.0.0.1:8080/api', clientId: 'id-canary', clientSecret: 'secret-canary' },
    ],
    ['a URL alone is for callers with a token', URL_SET, { mode: 'callers', url: 'https://api.example.com/v1' }],
    [
      'slashes at the end are nothing',
      { SPECTROCOIN_API_URL: 'https://api.example.com//' },
      { mode: 'callers', url: 'https://api.example.com' },
    ],
    [
      'spaces around are nothing',
      { SPECTROCOIN_API_URL: ' https://api.example.com ' },
      { mode: 'callers', url: 'https://api.example.com' },
    ],
    [
      'production with a URL',
      { ...URL_SET, NODE_ENV: 'production' },
      { mode: 'callers', url: 'https://api.example.com/v1' },
    ],
    [
      'production with a credential',
      { ...CREDENTIAL, NODE_ENV: 'production' },
      {
        mode: 'credential',
        url: 'https://spectrocoin.com/api/public',
        clientId: 'id-canary',
        clientSecret: 'secret-canary',
      },
    ],
  ])('%s', (_name, env, upstream) => {
    expect(loadConfig(env as Environment).upstream).toEqual(upstream)
  })

  test('is never the sandbox in production', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^SPECTROCOIN_API_URL or a credential/),
    ])
  })

  test('is nobody with half a credential', () => {
    expect(faultsOf({ SPECTROCOIN_CLIENT_ID: 'canary' })).toEqual([
      expect.stringMatching(/^SPECTROCOIN_CLIENT_SECRET is missing/),
    ])
    expect(faultsOf({ SPECTROCOIN_CLIENT_SECRET: 'canary' })).toEqual([
      expect.stringMatching(/^SPECTROCOIN_CLIENT_ID is missing/),
    ])
    expect(faultsOf({ SPECTROCOIN_CLIENT_SECRET: 'canary', ...URL_SET, NODE_ENV: 'production' })).toHaveLength(1)
  })
})

describe('a faulty', () => {
  test.each([
    ['SPECTROCOIN_API_URL', 'canary'],
    ['SPECTROCOIN_API_URL', 'ftp://canary.example.com'],
    ['SPECTROCOIN_API_URL', 'http://canary.example.com/api'],
    ['SPECTROCOIN_API_URL', 'http://localhost.canary.com'],
    ['SPECTROCOIN_API_URL', 'https://user:canary@example.com'],
    ['SPECTROCOIN_API_URL', 'https://canary.example.com/?a=1'],
    ['SPECTROCOIN_API_URL', 'https://canary.example.com/#a'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'null'],
    ['ALLOWED_ORIGINS', 'canary.example.com'],
    ['ALLOWED_ORIGINS', 'https://canary.example.com/'],
    ['ALLOWED_ORIGINS', 'https://Canary.example.com'],
    ['ALLOWED_ORIGINS', 'https://canary.example.com:443'],
    ['ALLOWED_ORIGINS', 'https://user@canary.example.com'],
    ['ALLOWED_ORIGINS', 'https://*.canary.example.com'],
    ['ALLOWED_ORIGINS', 'file://canary'],
    ['ALLOWED_ORIGINS', 'https://a.example.com,canary'],
    ['ALLOWED_ORIGINS', 'https://a.example.com https://canary.example.com'],
    ['HOST', '0.0.0.0'],
    ['HOST', '::'],
    ['HOST', '10.0.0.1'],
    ['HOST', 'canary.example.com'],
    ['PORT', 'canary'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '1.5'],
    ['PORT', '0x50'],
    ['PORT', '1e3'],
    ['LOG_LEVEL', 'canary'],
    ['LIVE_INTERVAL_MS', '249'],
    ['LIVE_MAX_KEYS', '0'],
    ['LIVE_MAX_SELECTIONS', '0'],
    ['MAX_SOCKETS', '0'],
    ['MAX_SOCKETS_PER_CALLER', '0'],
    ['MAX_SUBSCRIPTIONS_PER_SOCKET', '0'],
    ['MAX_MESSAGES_PER_SECOND', '0'],
    ['MAX_FRAME_BYTES', '99999'],
    ['MAX_SOCKET_AGE_MS', '999'],
    ['WS_PING_MS', '199'],
    ['WS_STALL_MS', '199'],
    ['SHUTDOWN_MS', '600001'],
    ['MONEY_TIMEOUT_MS', '99'],
    ['OPERATION_TIMEOUT_MS', '99'],
    ['OPERATION_TIMEOUT_MS', '600001'],
    ['MAX_UPSTREAM_CALLS', '0'],
    ['MAX_UPSTREAM_CALLS', '100001'],
    ['UPSTREAM_CALLS_PER_MINUTE', '0'],
    ['UPSTREAM_CALLS_PER_MINUTE', '1000001'],
    ['UPSTREAM_CALLS_PER_MINUTE', '60/min'],
    ['BREAKER_FAILURES', '0'],
    ['BREAKER_FAILURES', '1000001'],
    ['EXPLAIN', 'canary'],
    ['EXPLAIN', 'yes'],
    ['RECONCILE_WAIT_MS', '-1'],
    ['RECONCILE_WINDOW_MS', '15m'],
    ['JOURNAL_DAYS', '0'],
    ['LIVE_INTERVAL_MS', '60001'],
    ['LIVE_INTERVAL_MS', 'canary'],
    ['UPSTREAM_TIMEOUT_MS', '99'],
    ['UPSTREAM_TIMEOUT_MS', '60001'],
    ['GRAPHIQL', 'canary'],
    ['GRAPHIQL', 'yes'],
    ['GRAPHIQL', '1'],
    ['METRICS', 'canary'],
    ['PUBLIC_URL', 'canary'],
    ['PUBLIC_URL', 'gateway.canary.com'],
    ['PUBLIC_URL', 'ws://gateway.canary.com'],
    ['SPECTROCOIN_VERSION_HEADER', 'canary'],
    ['SPECTROCOIN_VERSION_HEADER', 'X-Version:'],
    ['SPECTROCOIN_VERSION_HEADER', 'X Version: canary'],
    ['SPECTROCOIN_VERSION_HEADER', 'X-Version: a\r\nX-Canary: canary'],
    ['SPECTROCOIN_VERSION_HEADER', 'Authorization: canary'],
    ['SPECTROCOIN_VERSION_HEADER', 'Content-Length: 5'],
  ])('%s (%j) is the one fault that is named', (name, value) => {
    const faults = faultsOf({ [name]: value })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^${name} must .*\\.$`))
  })

  test.each([
    ['is not there', undefined],
    ['holds no key', 'canary'],
    [
      'holds a key that is no RSA one',
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }),
    ],
    [
      'holds a private key',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ],
  ])('key file that %s is named, and nothing of it is told', (_, content) => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'))
    const file = join(folder, 'canary.pem')
    if (content !== undefined) writeFileSync(file, content)
    expect(faultsOf({ SPECTROCOIN_CALLBACK_KEY_FILE: file })).toEqual([
      'SPECTROCOIN_CALLBACK_KEY_FILE must name a file that holds an RSA public key as PEM.',
    ])
    rmSync(folder, { recursive: true })
  })

  test('HOST says what to do, with a credential and on the sandbox, whatever it is', () => {
    for (const env of [{}, CREDENTIAL, { ...CREDENTIAL, ...URL_SET }]) {
      for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
        expect(faultsOf({ ...env, HOST: host })).toEqual([expect.stringContaining('npm run key -- create')])
        expect(faultsOf({ ...env, HOST: host, GATEWAY_KEYS_FILE: 'keys.json' })).toEqual([])
      }
    }
  })

  test.each(['GATEWAY_KEYS_FILE', 'TRUSTED_DOCUMENTS_FILE'])('%s is one where it is set to nothing', (name) => {
    for (const value of ['', ' '])
      expect(faultsOf({ [name]: value })).toEqual([`${name} is empty: name a file, or leave it out.`])
  })

  test('GATEWAY_KEYS_FILE is one where callers bring their own tokens', () => {
    expect(faultsOf({ ...URL_SET, GATEWAY_KEYS_FILE: 'canary' })).toEqual([
      expect.stringMatching(/^GATEWAY_KEYS_FILE is for a gateway with a credential/),
    ])
  })

  test('pair of bounds is one, where one is a part of the other', () => {
    expect(faultsOf({ REQUEST_TIMEOUT_MS: '9999' })).toEqual([expect.stringMatching(/^REQUEST_TIMEOUT_MS must not/)])
    expect(faultsOf({ MAX_BODY_BYTES: '110001', MAX_FRAME_BYTES: '110000' })).toEqual([
      expect.stringMatching(/^MAX_FRAME_BYTES must be a whole number from 110001 /),
    ])
  })

  test('environment is told all its faults together', () => {
    const env = {
      SPECTROCOIN_API_URL: 'canary',
      SPECTROCOIN_CLIENT_ID: 'canary',
      HOST: 'canary',
      PORT: 'canary',
      LOG_LEVEL: 'canary',
      LIVE_INTERVAL_MS: 'canary',
      UPSTREAM_TIMEOUT_MS: 'canary',
      GRAPHIQL: 'canary',
      METRICS: 'canary',
      EXPLAIN: 'canary',
      MAX_UPSTREAM_CALLS: 'canary',
      UPSTREAM_CALLS_PER_MINUTE: 'canary',
      BREAKER_FAILURES: 'canary',
      PUBLIC_URL: 'canary',
      SPECTROCOIN_VERSION_HEADER: 'canary',
    }
    const named = faultsOf(env).map((fault) => fault.split(' ')[0])
    expect(new Set(named)).toEqual(
      new Set(Object.keys(env).map((name) => (name === 'SPECTROCOIN_CLIENT_ID' ? 'SPECTROCOIN_CLIENT_SECRET' : name))),
    )
  })
})

describe('a good', () => {
  test.each<[string, Environment, object]>([
    ['HOST', { HOST: '::1' }, { host: '::1' }],
    ['HOST off loopback, where callers bring a token', { ...URL_SET, HOST: '0.0.0.0' }, { host: '0.0.0.0' }],
    [
      'ALLOWED_ORIGINS',
      { ALLOWED_ORIGINS: ' https://a.example.com, http://localhost:5173 ,,' },
      { allowedOrigins: ['https://a.example.com', 'http://localhost:5173'] },
    ],
    [
      'INTROSPECTION in production',
      { ...URL_SET, NODE_ENV: 'production', INTROSPECTION: 'true' },
      { introspection: true },
    ],
    ['production does not tell its schema', { ...URL_SET, NODE_ENV: 'production' }, { introspection: false }],
    ['MAX_BODY_BYTES moves what a frame may have', { MAX_BODY_BYTES: '200000' }, { live: { maxFrameBytes: 210_000 } }],
    ['PORT', { PORT: '0' }, { port: 0 }],
    ['LOG_LEVEL in capitals', { LOG_LEVEL: 'WARN' }, { logLevel: 'warn' }],
    ['LIVE_INTERVAL_MS', { LIVE_INTERVAL_MS: '250' }, { live: { intervalMs: 250 } }],
    ['LIVE_MAX_KEYS', { LIVE_MAX_KEYS: '1' }, { live: { maxKeys: 1 } }],
    ['LIVE_MAX_SELECTIONS', { LIVE_MAX_SELECTIONS: '1' }, { live: { maxSelections: 1 } }],
    ['MAX_SOCKETS', { MAX_SOCKETS: '1' }, { live: { maxSockets: 1 } }],
    ['MAX_SOCKETS_PER_CALLER', { MAX_SOCKETS_PER_CALLER: '2' }, { live: { maxSocketsPerCaller: 2 } }],
    ['MAX_SUBSCRIPTIONS_PER_SOCKET', { MAX_SUBSCRIPTIONS_PER_SOCKET: '3' }, { live: { maxSubscriptions: 3 } }],
    ['MAX_MESSAGES_PER_SECOND', { MAX_MESSAGES_PER_SECOND: '4' }, { live: { maxMessagesPerSecond: 4 } }],
    ['MAX_FRAME_BYTES', { MAX_FRAME_BYTES: '100000' }, { live: { maxFrameBytes: 100_000 } }],
    ['MAX_SOCKET_AGE_MS', { MAX_SOCKET_AGE_MS: '1000' }, { live: { maxAgeMs: 1_000 } }],
    ['WS_PING_MS', { WS_PING_MS: '200' }, { live: { pingMs: 200 } }],
    ['WS_STALL_MS', { WS_STALL_MS: '201' }, { live: { stallMs: 201 } }],
    ['SHUTDOWN_MS', { SHUTDOWN_MS: '0' }, { shutdownMs: 0 }],
    ['UPSTREAM_TIMEOUT_MS', { UPSTREAM_TIMEOUT_MS: '100' }, { upstreamTimeoutMs: 100 }],
    [
      'PUBLIC_URL is its origin',
      { PUBLIC_URL: 'https://Gateway.Example.com:443/a?b' },
      { publicUrl: 'https://gateway.example.com' },
    ],
    ['MAX_UPSTREAM_CALLS, its least', { MAX_UPSTREAM_CALLS: '1' }, { maxUpstreamCalls: 1 }],
    ['MAX_UPSTREAM_CALLS, its most', { MAX_UPSTREAM_CALLS: '100000' }, { maxUpstreamCalls: 100_000 }],
    ['UPSTREAM_CALLS_PER_MINUTE, its least', { UPSTREAM_CALLS_PER_MINUTE: '1' }, { upstreamCallsPerMinute: 1 }],
    [
      'UPSTREAM_CALLS_PER_MINUTE, its most',
      { UPSTREAM_CALLS_PER_MINUTE: '1000000' },
      { upstreamCallsPerMinute: 1_000_000 },
    ],
    ['BREAKER_FAILURES, its least', { BREAKER_FAILURES: '1' }, { breakerFailures: 1 }],
    ['BREAKER_FAILURES, its most', { BREAKER_FAILURES: '1000000' }, { breakerFailures: 1_000_000 }],
    ['EXPLAIN in production', { ...URL_SET, NODE_ENV: 'production', EXPLAIN: 'true' }, { explain: true }],
    ['production tells no costs', { ...URL_SET, NODE_ENV: 'production' }, { explain: false }],
    ['SHARE_QUERIES can be off', { SHARE_QUERIES: 'false' }, { shareQueries: false }],
    ['EXPLAIN can be off', { EXPLAIN: 'false' }, { explain: false }],
    ['GRAPHIQL in production', { ...URL_SET, NODE_ENV: 'production', GRAPHIQL: 'true' }, { graphiql: true }],
    ['production has none', { ...URL_SET, NODE_ENV: 'production' }, { graphiql: false }],
    ['GRAPHIQL can be off', { GRAPHIQL: 'false' }, { graphiql: false }],
    ['METRICS', { METRICS: 'true' }, { metrics: true }],
    ['ENDPOINTS_FILE', { ENDPOINTS_FILE: '/x/y.json' }, { endpointsFile: '/x/y.json' }],
    [
      'SPECTROCOIN_VERSION_HEADER',
      { SPECTROCOIN_VERSION_HEADER: 'X-API-Version: 2025-01-01' },
      { versionHeader: { name: 'X-API-Version', value: '2025-01-01' } },
    ],
  ])('%s', (_name, env, config) => {
    expect(loadConfig(env)).toMatchObject(config)
  })
})

test('loopback is this machine and nothing that only looks like it', () => {
  for (const host of ['127.0.0.1', '127.255.255.255', 'localhost', 'LOCALHOST', '::1', '[::1]'])
    expect([host, isLoopback(host)]).toEqual([host, true])
  for (const host of [
    '127.0.0.1.evil.com',
    '127.0.0',
    '1127.0.0.1',
    'localhost.evil.com',
    'evil-localhost',
    '::',
    '::2',
    '0.0.0.0',
    '',
    '128.0.0.1',
  ]) {
    expect([host, isLoopback(host)]).toEqual([host, false])
  }
})

describe('an endpoints file', () => {
  test.each([
    ['that is not there', undefined, 'ENDPOINTS_FILE cannot be read as JSON.'],
    ['that is no JSON', '{"canary', 'ENDPOINTS_FILE cannot be read as JSON.'],
    ['that is a list', '[]', 'ENDPOINTS_FILE: it must hold one JSON object.'],
    ['that is null', 'null', 'ENDPOINTS_FILE: it must hold one JSON object.'],
  ])('%s is refused in a sentence before anything listens', async (_name, content, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'endpoints-'))
    const path = join(folder, 'canary.json')
    if (content !== undefined) writeFileSync(path, content)
    await expect(startTestGateway({ ENDPOINTS_FILE: path })).rejects.toThrow(new ConfigError([message]))
    rmSync(folder, { recursive: true })
  })
})
