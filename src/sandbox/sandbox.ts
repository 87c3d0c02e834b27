// The embedded sandbox: an honest stand-in of SpectroCoin's REST API on loopback, written from the contract alone. What
// the contract only infers (most of it) is this sandbox's choice, error codes included; the real API may differ.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { contractFormats, createWriter } from './answers.ts'
import { createApi } from './api.ts'
import { createCourier } from './callback-courier.ts'
import { createCallbackKey } from './callback-key.ts'
import { createClock } from './clock.ts'
import { type Control, createControl } from './control.ts'
import { controlPath, handleControl } from './control-routes.ts'
import { createCredentials } from './credentials.ts'
import { endpoints } from './endpoints.ts'
import { createExecutions } from './executions.ts'
import { createFaults } from './faults.ts'
import { basePath, createFront } from './front.ts'
import { createLateCalls } from './late-calls.ts'
import { createLatency } from './latency.ts'
import { createRateLimit } from './rate-limit.ts'
import { createRequestLog, type RequestFilter, type RequestRecord } from './request-log.ts'
import { createRouter } from './router.ts'
import { createWorld, type World } from './world.ts'

export type SandboxOptions = {
  /** 0, as usual, picks a free one. */
  readonly port?: number
  /** The same seed makes the same world, with dates relative to its start. */
  readonly seed?: string
  readonly callsPerMinute?: number
  readonly tokenLifetimeSeconds?: number
  readonly clientId?: string
  readonly clientSecret?: string
  /** How long a step of the prices takes. */
  readonly tickMs?: number
  /** The machine's time, in epoch milliseconds. */
  readonly clock?: () => number
}

export type Sandbox = {
  readonly origin: string
  /** The API's base URL. */
  readonly url: string
  /** A credential with all scopes. */
  readonly clientId: string
  readonly clientSecret: string
  readonly control: Control
  requests(): readonly RequestRecord[]
  count(filter?: RequestFilter): number
  reset(): void
  close(): Promise<void>
}

const host = '127.0.0.1'

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, seed = 'spectrocoin', callsPerMinute = 600, tokenLifetimeSeconds = 3600, tickMs = 1000 } = options
  const { clientId = 'sandbox', clientSecret = 'sandbox-secret' } = options
  const clock = createClock(options.clock)
  const credentials = createCredentials({ clock, clientId, clientSecret, tokenLifetimeSeconds })
  const rateLimit = createRateLimit(clock, callsPerMinute)
  const [faults, latency, requests] = [createFaults(), createLatency(), createRequestLog()]
  const [executions, lateCalls] = [createExecutions(endpoints), createLateCalls()]
  const formats = { current: contractFormats }
  const callbackKey = createCallbackKey()
  const courier = createCourier({ forbiddenPath: controlPath })
  const outbox = { reaches: courier.reaches, deliver: courier.deliver, sign: callbackKey.sign }
  const newWorld = (): World => createWorld({ seed, startedAt: clock.now(), tickMs, outbox })
  let world = newWorld()

  const api = createApi({
    clock,
    credentials,
    rateLimit,
    router: createRouter(endpoints),
    writer: createWriter(),
    executions,
    world: () => world,
    formats: () => formats.current,
  })
  const control = createControl({
    clock,
    credentials,
    rateLimit,
    requests,
    executions,
    faults,
    latency,
    formats,
    world: () => world,
    reset() {
      lateCalls.cancel()
      courier.abort()
      world = newWorld()
    },
  })
  const answer = createFront({ api, clock, faults, lateCalls, latency, requests, publicKey: callbackKey.publicHalf })

  const server = createServer((request, response) => {
    const isControl = new RegExp(`^${controlPath}(?=[/?]|$)`).test(request.url ?? '')
    const handled = isControl ? handleControl(control, request, response) : answer(request, response)
    // Only a caller that hung up while it was sending ends here.
    handled.catch(() => response.destroy())
  })
  // Longer than any client keeps an idle connection, so that none is closed under a request that is on its way.
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const pulse = startPulse(() => world.agenda.runUntil(clock.now()))
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`

  return {
    origin,
    url: origin + basePath,
    clientId,
    clientSecret,
    control,
    requests: requests.list,
    count: requests.count,
    reset: control.reset,
    close: () =>
      new Promise((resolve) => {
        clearInterval(pulse)
        lateCalls.cancel()
        courier.abort()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

// Callbacks go out also while nobody calls. Unref'd: the pulse alone must not keep the process.
function startPulse(beat: () => void): NodeJS.Timeout {
  const guarded = (): void => {
    try {
      beat()
    } catch {
      // A fault of the sandbox's own must not end the process around it.
    }
  }
  return setInterval(guarded, 1000).unref()
}
