// `npm run contract -- --base-url https://…`: which rows of the endpoint table hold at a live API, and which differ.
import { parseArgs } from 'node:util'
import { ConfigError, loadConfig } from './config.ts'
import { version } from './gateway-target.ts'
import { createCallers } from './server/callers.ts'
import { createContractCheck, readRows } from './upstream/contract.ts'
import { readEndpoints } from './upstream/endpoints.ts'
import { SILENT_METER } from './upstream/meter.ts'
import { createScopes } from './upstream/scopes.ts'
import { createUpstream } from './upstream/upstream.ts'
import type { Config, Environment } from './config.ts'
import type { Finding } from './upstream/contract-verdicts.ts'
import type { Caller } from './upstream/caller.ts'
import type { Endpoint } from './upstream/endpoint.ts'
import type { Drift } from './upstream/drift.ts'
import type { Endpoints } from './upstream/endpoints.ts'
import type { Upstream } from './upstream/upstream.ts'

const USAGE = `Usage: npm run contract -- --base-url https://… [--only accounts] [--json]

Asks each endpoint that only reads once, one after the other, and prints which rows of the endpoint table hold there and which differ.
The credential comes from the environment: SPECTROCOIN_CLIENT_ID and SPECTROCOIN_CLIENT_SECRET, or SPECTROCOIN_TOKEN.
--only takes a noun or a row of \`npm run endpoints\`, and may come several times. What is printed is fit to be published.`

/** The rest of the environment is about a gateway. */
const READ = [
  'SPECTROCOIN_CLIENT_ID',
  'SPECTROCOIN_CLIENT_SECRET',
  'SPECTROCOIN_VERSION_HEADER',
  'ENDPOINTS_FILE',
  'UPSTREAM_TIMEOUT_MS',
  'UPSTREAM_CALLS_PER_MINUTE',
]

const LONGEST_MS = 10 * 60_000

/** Of one row, with its waits. */
const ROW_MS = 60_000

/** One, but for repeats. */
const CALLS_OF_A_ROW = 5

/** What cannot be begun with. */
class Unusable extends Error {}

interface Arguments {
  readonly baseUrl: string
  readonly only: readonly string[]
  readonly json: boolean
}

try {
  process.exitCode = await main(process.argv.slice(2), process.env)
} catch (error) {
  if (!(error instanceof Unusable)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}

async function main(argv: readonly string[], env: Environment): Promise<number> {
  const { baseUrl, only, json } = readArguments(argv)
  const config = readConfig(env, baseUrl)
  const { corrected: endpoints } = readEndpoints(config.endpointsFile)
  const rows = chosen(endpoints, only)
  const caller = callerOf(config, env['SPECTROCOIN_TOKEN']?.trim())
  const scopes = createScopes({ operationTimeoutMs: ROW_MS, maxUpstreamCalls: CALLS_OF_A_ROW })
  const patience = AbortSignal.timeout(LONGEST_MS)
  const check = createContractCheck({
    endpoints,
    open: (drift) => openUpstream(config, endpoints, drift),
    scopeOf: () => scopes.operation(caller, patience),
  })
  const counts = { holds: 0, differs: 0, 'not tried': 0 }
  const width = Math.max(...rows.map(({ name }) => name.length))
  for (const row of rows) {
    const finding = await check.find(row)
    counts[finding.verdict] += 1
    process.stdout.write(`${json ? asJson(finding) : asLine(finding, width)}\n`)
  }
  await check.close()
  if (!json)
    process.stdout.write(`${counts.holds} hold, ${counts.differs} differ, ${counts['not tried']} were not tried.\n`)
  if (check.isRefused()) throw new Unusable('SpectroCoin does not accept the credential.')
  return counts.differs === 0 && counts.holds > 0 ? 0 : 1
}

function readArguments(argv: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'base-url': { type: 'string' },
        only: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
      },
    })
    const { 'base-url': baseUrl, only, json } = values
    if (baseUrl) return { baseUrl, only, json }
  } catch {
    // Its message would repeat what was typed, which may be a secret.
  }
  throw new Unusable(USAGE)
}

function readConfig(env: Environment, baseUrl: string): Config {
  try {
    const given = Object.fromEntries(READ.map((name) => [name, env[name]]))
    return loadConfig({ ...given, SPECTROCOIN_API_URL: baseUrl }, (file) => readEndpoints(file).faults)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new Unusable(error.message.replaceAll('SPECTROCOIN_API_URL', '--base-url'))
  }
}

function chosen(endpoints: Endpoints, only: readonly string[]): readonly Endpoint[] {
  const rows = readRows(endpoints)
  const isMeant = ({ name }: Endpoint, word: string): boolean => name === word || name.split('.', 1)[0] === word
  if (only.some((word) => !rows.some((row) => isMeant(row, word))))
    throw new Unusable('--only must name a noun or a row of `npm run endpoints` that reads.')
  return only.length === 0 ? rows : rows.filter((row) => only.some((word) => isMeant(row, word)))
}

function callerOf({ upstream }: Config, token: string | undefined): Caller {
  const { house, identify } = createCallers(upstream.mode)
  if (Boolean(house) === Boolean(token))
    throw new Unusable(
      'Set SPECTROCOIN_CLIENT_ID and SPECTROCOIN_CLIENT_SECRET, or SPECTROCOIN_TOKEN: one credential, in the environment.',
    )
  try {
    return house ?? identify({ authorization: `Bearer ${token}`, origin: undefined, isLocal: true })
  } catch {
    throw new Unusable('SPECTROCOIN_TOKEN is no token, or one that has come to its end.')
  }
}

function openUpstream(config: Config, endpoints: Endpoints, drift: Drift): Upstream {
  const { upstream } = config
  if (upstream.mode === 'sandbox') throw new TypeError('a base URL was given')
  return createUpstream({
    url: upstream.url,
    credential: upstream.mode === 'credential' ? upstream : undefined,
    userAgent: `SpectroCoin-GraphQL-gateway/${version()} (contract)`,
    versionHeader: config.versionHeader,
    endpoints,
    timeoutMs: config.upstreamTimeoutMs,
    moneyTimeoutMs: config.moneyTimeoutMs,
    callsPerMinute: config.upstreamCallsPerMinute,
    breakerFailures: config.breakerFailures,
    drift,
    meter: SILENT_METER,
    callbackKey: undefined,
  })
}

function asLine({ endpoint, verdict, notes }: Finding, width: number): string {
  const { name, pathFrom, answerFrom } = endpoint
  const known = `path ${pathFrom}, answer ${answerFrom}`
  return [verdict.padEnd(9), name.padEnd(width), known.padEnd(37), notes.join('; ')].join('  ').trimEnd()
}

function asJson({ endpoint, verdict, notes }: Finding): string {
  const { name, method, path, scope, pathFrom, answerFrom } = endpoint
  return JSON.stringify({ row: name, verdict, notes, method, path, scope, pathFrom, answerFrom })
}
