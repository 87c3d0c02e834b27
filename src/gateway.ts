// Wires the floors of a configuration together and listens.
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigError, isLoopback } from './config.ts'
import { createScope } from './context.ts'
import { exportKey } from './exports/key.ts'
import { createExportLinks } from './exports/links.ts'
import { createHub } from './live/hub.ts'
import { createLiveExchangeRates } from './live/exchange-rates.ts'
import { createLiveObjects } from './live/objects.ts'
import { createOrderHints } from './live/order-hints.ts'
import { createLiveRates } from './live/rates.ts'
import { openMoneyDesk } from './gateway-money.ts'
import { createLog, plainName } from './log.ts'
import { startSandbox } from './sandbox/sandbox.ts'
import { schema } from './schema/index.ts'
import { createCallbackRoute } from './server/callbacks.ts'
import { createCallers } from './server/callers.ts'
import { createDocuments } from './server/documents.ts'
import { createDoor } from './server/doors.ts'
import { failureFields } from './server/errors.ts'
import { createExportRoute } from './server/exports.ts'
import { createHttpServer, GRAPHQL_PATH } from './server/http.ts'
import { createPipeline } from './server/pipeline.ts'
import { serveWebSocket } from './server/websocket.ts'
import { createDrift } from './upstream/drift.ts'
import { readEndpoints } from './upstream/endpoints.ts'
import { createUpstream } from './upstream/upstream.ts'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config, UpstreamConfig } from './config.ts'
import type { Log } from './log.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import type { Credential } from './upstream/auth.ts'
import type { Caller } from './upstream/caller.ts'

export interface Gateway {
  /** E.g. "http://127.0.0.1:4000/graphql". */
  readonly url: string
  readonly websocketUrl: string
  readonly healthUrl: string
  /** The embedded sandbox, where there is one. */
  readonly sandbox: Sandbox | undefined
  /** How many feeds are polled now. */
  readonly liveFeeds: () => number
  /** How often an answer held a word that the gateway does not know, by endpoint and place. */
  readonly drift: () => ReadonlyMap<string, number>
  /** Stops listening, ends subscriptions and polls, and resolves when all is closed. */
  close(): Promise<void>
}

/** Starts a gateway. Throws where the endpoints file is faulty or the port is taken. */
export async function startGateway(config: Config, log: Log = createLog(config.logLevel)): Promise<Gateway> {
  const { corrected, faults } = readEndpoints(config.endpointsFile)
  if (faults.length > 0) throw new ConfigError(faults)
  const key = exportKeyOf(config)
  const { url, credential, sandbox } = await openTarget(config.upstream)
  if (!isLoopback(config.host) && config.publicUrl === undefined)
    log.warn({}, 'PUBLIC_URL is not set: requests under any name but a loopback one are turned away')
  if (sandbox)
    log.warn({}, 'SANDBOX: no URL and no credential are set, so accounts, balances and rates are all invented')
  const drift = createDrift((endpoint, place, word) =>
    log.warn(
      { endpoint, reason: `${place} is ${plainName(word)}` },
      'an answer holds a word that the gateway does not know',
    ),
  )
  const upstream = createUpstream({
    url,
    credential,
    userAgent: `SpectroCoin-GraphQL-gateway/${version()}`,
    versionHeader: config.versionHeader,
    endpoints: corrected,
    timeoutMs: config.upstreamTimeoutMs,
    moneyTimeoutMs: config.moneyTimeoutMs,
    drift,
    callbackKey: config.callbackKey,
  })
  const hub = createHub({
    intervalMs: config.liveIntervalMs,
    failed: (error) => log.warn({ kind: 'poll', codes: [error.code], ...failureFields(error) }, 'a poll failed'),
  })
  const callers = createCallers(config.upstream.mode)
  // Another account, or another world of the sandbox, is not what a link was made for.
  const linkKey = createHmac('sha256', key)
    .update(JSON.stringify([url, credential?.clientId]))
    .digest()
  const links = createExportLinks({ key: linkKey, callerOf: callers.own, now: () => Date.now() })
  const money = await orClose(sandbox, () =>
    openMoneyDesk(config, {
      // The embedded sandbox is another world with another port each time.
      upstream: sandbox ? 'sandbox' : url,
      world: url,
      house: callers.house,
      credential: sandbox ? 'sandbox' : createHash('sha256').update(`${credential?.clientId}`).digest('hex'),
      history: upstream,
      scopeOf: createScope,
      changed: (key) => void hub.wake(({ type, id }) => type === 'MoneyOperation' && id === key),
      log,
    }),
  )
  const services = {
    upstream,
    live: {
      rates: createLiveRates(hub, upstream.rates, (signal) => createScope(NOBODY, signal)),
      exchangeRates: createLiveExchangeRates(hub, upstream.exchangePairs, createScope),
      objects: createLiveObjects(hub, createScope),
    },
    money,
    exports: { sign: links.sign, origin: () => config.publicUrl ?? `http://${place()}` },
  }
  const documents = createDocuments(schema)
  const pipeline = createPipeline({ schema, documents, services, log })
  const door = createDoor({ publicUrl: config.publicUrl, isLoopback })
  const { identify, house } = callers
  const server = createHttpServer({
    pipeline,
    identify,
    door,
    exports: createExportRoute({
      links,
      open: ({ caller, request }, signal) => upstream.exports.open(request, createScope(caller, signal)),
    }),
    callbacks: createCallbackRoute({
      hints: createOrderHints({
        hub,
        find:
          house &&
          (({ projectId, orderId }) => upstream.orders.find(projectId, orderId, createScope(house, undefined))),
      }),
      readHint: upstream.callbacks.readHint,
      readForm: upstream.callbacks.readForm,
    }),
    graphiql: config.graphiql,
    sandbox: sandbox !== undefined,
    log,
  })
  const websocket = serveWebSocket(server, { schema, documents, pipeline, identify, door, path: GRAPHQL_PATH, log })

  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const place = (): string => `${host}:${(server.address() as AddressInfo).port}`
  await listen(server, config).catch(async (error: unknown) => {
    await money.close()
    await upstream.close()
    await sandbox?.close()
    throw error
  })
  return {
    url: `http://${place()}${GRAPHQL_PATH}`,
    websocketUrl: `ws://${place()}${GRAPHQL_PATH}`,
    healthUrl: `http://${place()}/healthz`,
    sandbox,
    liveFeeds: () => hub.size,
    drift: drift.counts,
    async close() {
      money.stop()
      // Sockets first: a client whose socket goes comes back, one whose subscription completes does not.
      await websocket.close()
      hub.close()
      await new Promise<void>((resolve) => {
        // A connection that has had its answer stays open for the next request, which is not to come.
        const sweep = setInterval(() => server.closeIdleConnections(), 50)
        const patience = setTimeout(() => server.closeAllConnections(), CLOSING_MS)
        server.close(() => {
          clearInterval(sweep)
          clearTimeout(patience)
          resolve()
        })
      })
      // What has left is waited for, whoever has gone.
      await money.close()
      await upstream.close()
      await sandbox?.close()
    },
  }
}

/** A sandbox that was started for nothing does not hold the process. */
async function orClose<T>(sandbox: Sandbox | undefined, make: () => T): Promise<T> {
  try {
    return make()
  } catch (error) {
    await sandbox?.close()
    throw error
  }
}

function exportKeyOf({ dataDir }: Config): Buffer {
  try {
    return exportKey(dataDir)
  } catch (error) {
    throw new ConfigError([
      error instanceof TypeError
        ? 'DATA_DIR holds an export-key that the gateway did not make: remove it.'
        : 'DATA_DIR cannot be made, read or written to.',
    ])
  }
}

function listen(server: Server, { port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = LISTEN_FAULTS[error.code ?? '']
      reject(why === undefined ? error : new ConfigError([why]))
    })
    server.listen(port, host, resolve)
  })
}

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'PORT is taken: something else listens there.',
  EACCES: 'PORT is one that this user may not listen on.',
  EADDRNOTAVAIL: 'HOST is no address of this machine.',
  ENOTFOUND: 'HOST is no address of this machine.',
}

/** Whom a poll of public data is for. */
const NOBODY: Caller = { id: 'public', kind: 'anonymous', scopes: [] }

/** How long requests under way may take to end when the gateway closes. */
const CLOSING_MS = 5_000

interface Target {
  readonly url: string
  readonly credential: Credential | undefined
  readonly sandbox: Sandbox | undefined
}

/** Where upstream calls go, and as whom; the sandbox is started here, and is a URL like any other from then on. */
async function openTarget(upstream: UpstreamConfig): Promise<Target> {
  switch (upstream.mode) {
    case 'sandbox': {
      const sandbox = await startSandbox()
      return { url: sandbox.url, credential: sandbox, sandbox }
    }
    case 'credential':
      return { url: upstream.url, credential: upstream, sandbox: undefined }
    case 'callers':
      return { url: upstream.url, credential: undefined, sandbox: undefined }
  }
}

function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}
