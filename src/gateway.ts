// Wires the floors of a configuration together and listens.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError, isLoopback } from './config.ts'
import { createOrderHints } from './live/order-hints.ts'
import { openAccessDesk } from './gateway-access.ts'
import { exportKeyOf, openExportLinks } from './gateway-exports.ts'
import { openLiveDesk } from './gateway-live.ts'
import { createGatewayMetrics } from './gateway-metrics.ts'
import { listen, stopListening } from './gateway-listen.ts'
import { openMoneyDesk } from './gateway-money.ts'
import { openTarget, version } from './gateway-target.ts'
import { createLog } from './log.ts'
import { schema } from './schema/index.ts'
import { createCallbackRoute } from './server/callbacks.ts'
import { createCors } from './server/cors.ts'
import { createDocuments } from './server/documents.ts'
import { createDoor } from './server/doors.ts'
import { createExportRoute } from './server/exports.ts'
import { createPage } from './server/graphiql.ts'
import { createSecurityHeaders } from './server/headers.ts'
import { createHttpServer, GRAPHQL_PATH } from './server/http.ts'
import { createMetricsRoute } from './server/metrics.ts'
import { createPipeline } from './server/pipeline.ts'
import { createPoints } from './server/points.ts'
import { createSharedQueries } from './server/shared-queries.ts'
import { createStreams } from './server/streams.ts'
import { createSubscriptions } from './server/subscriptions.ts'
import { createVisitors } from './server/visitors.ts'
import { serveWebSocket } from './server/websocket.ts'
import { NOBODY } from './upstream/caller.ts'
import { createDrift } from './upstream/drift.ts'
import { readEndpoints } from './upstream/endpoints.ts'
import { createScopes } from './upstream/scopes.ts'
import { createUpstream } from './upstream/upstream.ts'
import type { Registry } from 'prom-client'
import type { Config } from './config.ts'
import type { Log, LogDestination } from './log.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import type { Drift } from './upstream/drift.ts'

export interface Gateway {
  /** E.g. "http://127.0.0.1:4000/graphql". */
  readonly url: string
  readonly websocketUrl: string
  readonly healthUrl: string
  /** The embedded sandbox, where there is one. */
  readonly sandbox: Sandbox | undefined
  /** What it counts; who owns the process may add what that counts. */
  readonly registry: Registry
  /** How many feeds are polled now. */
  readonly liveFeeds: () => number
  /** How often answers did not fit the contract, by endpoint, place and what was wrong there. */
  readonly drift: Drift['counts']
  /** Stops listening, ends subscriptions and polls, and resolves when all is closed. */
  close(): Promise<void>
}

/** Starts a gateway. Throws where the endpoints file is faulty or the port is taken. */
export async function startGateway(config: Config, log: Log = openLog(config)): Promise<Gateway> {
  const { corrected, faults } = readEndpoints(config.endpointsFile)
  if (faults.length > 0) throw new ConfigError(faults)
  const key = exportKeyOf(config)
  const access = openAccessDesk(config, log)
  const { callers } = access
  const { url, credential, sandbox } = await openTarget(config.upstream)
  if (!isLoopback(config.host) && config.publicUrl === undefined)
    log.warn({}, 'PUBLIC_URL is not set: requests under any name but a loopback one are turned away')
  if (sandbox)
    log.warn({}, 'SANDBOX: no URL and no credential are set, so accounts, balances and rates are all invented')
  const drift = createDrift(({ endpoint, at, what }) =>
    log.warn({ endpoint, reason: `${at} ${what}` }, 'an answer does not fit the contract; this is told once'),
  )
  const metrics = createGatewayMetrics({
    endpoints: corrected,
    drift: drift.counts,
    liveFeeds: () => hub.size,
    liveSelections: () => channels.size,
    liveListeners: () => channels.seats,
    websockets: () => websocket.size,
    openMoney: () => money.countOpen(),
  })
  const upstream = createUpstream({
    url,
    credential,
    userAgent: `SpectroCoin-GraphQL-gateway/${version()}`,
    versionHeader: config.versionHeader,
    endpoints: corrected,
    timeoutMs: config.upstreamTimeoutMs,
    moneyTimeoutMs: config.moneyTimeoutMs,
    callsPerMinute: config.upstreamCallsPerMinute,
    breakerFailures: config.breakerFailures,
    drift,
    meter: metrics.meter,
    callbackKey: config.callbackKey,
  })
  const scopes = createScopes(config)
  const { hub, channels, places, watch, live } = openLiveDesk(config.live, { upstream, scopes, log })
  const links = openExportLinks(key, { url, clientId: credential?.clientId, callerOf: callers.own })
  const unwind = async (): Promise<void> => {
    access.close()
    await sandbox?.close()
  }
  const money = await orClose(unwind, () =>
    openMoneyDesk(config, {
      // The embedded sandbox is another world with another port each time.
      upstream: sandbox ? 'sandbox' : url,
      world: url,
      house: callers.house,
      credential: sandbox ? 'sandbox' : createHash('sha256').update(`${credential?.clientId}`).digest('hex'),
      history: upstream,
      scopeOf: scopes.background,
      changed: (key) => void hub.wake(({ type, id }) => type === 'MoneyOperation' && id === key),
      count: metrics.countMoneyStep,
      log,
    }),
  )
  const services = {
    upstream,
    scopes,
    live,
    money,
    exports: { sign: links.sign, origin: () => config.publicUrl ?? `http://${place()}` },
  }
  const { introspection, callerPointsPerMinute: perMinute } = config
  const pipeline = createPipeline({
    schema,
    find: access.find,
    mayAdhoc: callers.mayAdhoc,
    documents: createDocuments(schema, { limits: config.documents, introspection }),
    services,
    subscribe: createSubscriptions({ services, channels, nobody: NOBODY, log }),
    // What takes more than a minute has will never be run.
    maxUpstreamCalls: Math.min(config.maxUpstreamCalls, perMinute ?? Number.POSITIVE_INFINITY),
    maxListArgument: config.documents.maxListArgument,
    introspection,
    takePoints: perMinute === undefined ? undefined : createPoints({ perMinute, isProven: upstream.isProven }),
    explain: config.explain,
    shared: config.shareQueries ? createSharedQueries(config.operationTimeoutMs, metrics.countSharedQuery) : undefined,
    count: metrics.countOperation,
    log,
  })
  const { publicUrl, allowedOrigins } = config
  const door = createDoor({ publicUrl, allowedOrigins, port: () => port, isLoopback })
  const { identify, isCurrent, house } = callers
  const visitorOf = createVisitors(config.trustedProxies, isLoopback)
  let port = config.port
  let isGoing = false
  const server = createHttpServer({
    pipeline,
    streams: createStreams({
      places,
      watch,
      isCurrent,
      isGoing: () => isGoing,
      count: (why) => metrics.countSocketEnd('event-stream', why),
    }),
    isGoing: () => isGoing,
    visitorOf,
    identify,
    door,
    cors: createCors(allowedOrigins),
    headers: createSecurityHeaders(publicUrl),
    requests: config.requests,
    exports: createExportRoute({
      links,
      open: ({ caller, request }, signal) => upstream.exports.open(request, scopes.background(caller, signal)),
    }),
    callbacks: createCallbackRoute({
      hints: createOrderHints({
        hub,
        find:
          house &&
          (({ projectId, orderId }) => upstream.orders.find(projectId, orderId, scopes.background(house, undefined))),
      }),
      readHint: upstream.callbacks.readHint,
      readForm: upstream.callbacks.readForm,
    }),
    countRefusal: metrics.countRefusal,
    metrics: createMetricsRoute({ registry: metrics.registry, everybody: config.metrics, isLoopback }),
    page: config.graphiql
      ? createPage({ sandbox: sandbox !== undefined, named: !house || config.keysFile !== undefined })
      : undefined,
    log,
  })
  const websocket = serveWebSocket(server, {
    pipeline,
    visitorOf,
    identify,
    isCurrent,
    door,
    places,
    watch,
    ...config.live,
    path: GRAPHQL_PATH,
    count: (why) => metrics.countSocketEnd('websocket', why),
    log,
  })

  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const place = (): string => `${host}:${port}`
  port = await listen(server, config).catch(async (error: unknown) => {
    await money.close()
    await upstream.close()
    await unwind()
    throw error
  })
  return {
    url: `http://${place()}${GRAPHQL_PATH}`,
    websocketUrl: `ws://${place()}${GRAPHQL_PATH}`,
    healthUrl: `http://${place()}/healthz`,
    sandbox,
    registry: metrics.registry,
    liveFeeds: () => hub.size,
    drift: drift.counts,
    async close() {
      // Whoever sends requests here is told first to send them elsewhere; until they have heard it, they are answered.
      isGoing = true
      websocket.stop()
      const grace = isLoopback(config.host) ? undefined : sleep(config.shutdownMs)
      // Sockets before their subscriptions: a client whose socket goes comes back, one whose subscription completes does not.
      await Promise.all([watch.drain(config.shutdownMs), grace])
      await websocket.close()
      money.stop()
      upstream.stop()
      hub.close()
      await stopListening(server)
      // What has left is waited for, whoever has gone.
      await money.close()
      await upstream.close()
      await unwind()
    },
  }
}

/** Its log, which tells nothing of its credential whatever a line is made of. */
export function openLog({ logLevel, upstream }: Config, destination?: LogDestination): Log {
  const secrets = upstream.mode === 'credential' ? [upstream.clientId, upstream.clientSecret] : []
  return createLog(logLevel, destination, secrets)
}

/** What was opened for nothing does not hold the process. */
async function orClose<T>(close: () => Promise<void>, make: () => T): Promise<T> {
  try {
    return make()
  } catch (error) {
    await close()
    throw error
  }
}
