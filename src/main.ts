// The process: its environment, its signals, its exit code. Nothing else of the gateway touches them.
import { setFlagsFromString } from 'node:v8'
import './need-node.mjs'

// Once many requests are under way V8 takes what each of them begins with for something that lasts, and puts it where only a full collection
// finds it, with all that it reaches: requests cost up to twice as much from then on (docs/performance.md).
setFlagsFromString('--no-allocation-site-pretenuring')

// Loaded only now: an older Node cannot even link what the gateway is made of, and is to be told so in one sentence.
const { ConfigError, loadConfig } = await import('./config.ts')
const { openLog, startGateway } = await import('./gateway.ts')
const { createHeldLines } = await import('./log.ts')
const { collectDefaultMetrics } = await import('prom-client')
const { readEndpoints } = await import('./upstream/endpoints.ts')

try {
  const config = loadConfig(process.env, (file) => readEndpoints(file).faults)
  const lines = createHeldLines()
  process.once('exit', lines.flush)
  const gateway = await startGateway(config, openLog(config, lines))
  // Here and not in the gateway: it watches the process as long as that lives, and cannot be told to stop.
  collectDefaultMetrics({ register: gateway.registry })
  let closing = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second signal means now.
      if (closing) process.exit(1)
      closing = true
      void gateway.close().then(() => process.exit(0))
    })
  }
  const places = [
    `${gateway.url}${config.graphiql ? ' (GraphiQL in a browser)' : ''}`,
    gateway.websocketUrl,
    gateway.healthUrl,
    ...(gateway.sandbox ? [`SANDBOX, all data invented, driven at ${gateway.sandbox.origin}/__sandbox`] : []),
  ]
  // Only now: whoever has read the line may send a signal.
  process.stdout.write(`SpectroCoin GraphQL gateway listens: ${places.join(' · ')}\n`)
} catch (error) {
  const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
}
