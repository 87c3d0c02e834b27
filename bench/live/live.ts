// `npm run bench`: the gateway beside a plain `ws` broadcast of the same bytes, to as many listeners, on this machine.
import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CODES, INTERVAL_MS } from './events.ts'
import { startServer } from '../server.ts'
import { startUpstream } from './upstream.ts'
import type { Told } from './listeners.ts'
import type { Server } from '../server.ts'
import type { Upstream } from './upstream.ts'

const { values: options } = parseArgs({
  options: {
    sockets: { type: 'string', default: '5000' },
    ticks: { type: 'string', default: '5' },
    runs: { type: 'string', default: '3' },
    /** A folder for the gateway's CPU profiles. */
    profile: { type: 'string' },
  },
})
const sockets = Number(options.sockets)
const ticks = Number(options.ticks)
const runs = Number(options.runs)

/** Ticks that are not measured: what runs often is compiled meanwhile. */
const WARM_UP = 4

/** How long all listeners may take to be there, beside the ticks. */
const PATIENCE_MS = 20_000

/** What is told of a server. */
const FIGURES = {
  cpu: 'CPU per delivered event, µs',
  resident: 'resident memory per socket, KiB',
  old: '  without the young generation, KiB',
  inUse: '  heap and buffers in use, KiB',
  p50: 'delivered after, p50, ms',
  p99: 'delivered after, p99, ms',
}
type Figures = Record<keyof typeof FIGURES, number>

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
try {
  if (process.platform !== 'linux') throw new Error('CPU time and memory are read from /proc, which Linux alone has.')
  const gateway: Figures[] = []
  const broadcast: Figures[] = []
  for (let run = 0; run < runs; run += 1) {
    gateway.push(await measureGateway())
    broadcast.push(await measure(await startServer('bench/live/broadcast.ts')))
  }
  print(gateway, broadcast)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function measureGateway(): Promise<Figures> {
  const upstream = await startUpstream()
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-live-'))
  const env = {
    SPECTROCOIN_API_URL: upstream.url,
    SPECTROCOIN_CLIENT_ID: 'client',
    SPECTROCOIN_CLIENT_SECRET: 'secret',
    LIVE_INTERVAL_MS: String(INTERVAL_MS),
    LOG_LEVEL: 'warn',
    DATA_DIR: dataDir,
    PORT: '0',
  }
  const profile = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`]
  try {
    return await measure(await startServer('src/main.ts', env, profile), upstream)
  } finally {
    upstream.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Lets all listeners have the measured ticks; throws where one of them does not, or where a tick took more than one call. */
async function measure(server: Server, upstream?: Upstream): Promise<Figures> {
  const before = await server.memory()
  const listeners = fork(join(import.meta.dirname, 'listeners.ts'), [server.websocketUrl, String(sockets)])
  const gone = once(listeners, 'exit')
  const signal = AbortSignal.timeout(PATIENCE_MS + (WARM_UP + ticks) * INTERVAL_MS)
  const waits: number[] = []
  let seen = 0
  let cpu = 0
  try {
    for await (const [told] of on(listeners, 'message', { signal }) as AsyncIterable<[Told]>) {
      if ('fault' in told) throw new Error(told.fault)
      seen += 1
      if (seen > WARM_UP) waits.push(...told.waits)
      if (seen === WARM_UP) cpu = server.cpu()
      if (seen < WARM_UP + ticks) continue
      cpu = server.cpu() - cpu
      if (upstream && upstream.calls() !== told.tick)
        throw new Error(`${upstream.calls()} calls for ${told.tick} ticks`)
      break
    }
    const after = await server.memory()
    waits.sort((a, b) => a - b)
    return {
      cpu: cpu / waits.length,
      resident: (after.resident - before.resident) / sockets / 1024,
      old: (after.old - before.old) / sockets / 1024,
      inUse: (after.inUse - before.inUse) / sockets / 1024,
      p50: (waits[Math.floor(waits.length * 0.5)] ?? Number.NaN) / 1000,
      p99: (waits[Math.floor(waits.length * 0.99)] ?? Number.NaN) / 1000,
    }
  } catch (error) {
    if (signal.aborted) throw new Error(`Only ${seen} ticks reached all listeners in time.`, { cause: error })
    throw error
  } finally {
    listeners.kill()
    await gone
    await server.close()
  }
}

function print(gateway: readonly Figures[], broadcast: readonly Figures[]): void {
  console.log(`${sockets} listeners on ${CODES.length} rates, all of which change at each tick of ${INTERVAL_MS} ms.`)
  console.log('One upstream call a tick, and every listener had every change, or this would not be printed.')
  console.log(`The median (the least to the most) of ${runs} runs of ${ticks} ticks, in turn with the broadcast:\n`)
  console.log(`${''.padEnd(36)}${'gateway'.padEnd(24)}${'ws broadcast'.padEnd(24)}ratio`)
  for (const [figure, name] of Object.entries(FIGURES) as [keyof Figures, string][]) {
    const [ours, plain] = [gateway, broadcast].map((all) => all.map((each) => each[figure]).sort((a, b) => a - b))
    console.log(`${name.padEnd(36)}${spread(ours)}${spread(plain)}${(median(ours) / median(plain)).toFixed(2)}`)
  }
}

function median(sorted: readonly number[] = []): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function spread(sorted: readonly number[] = []): string {
  return `${median(sorted).toFixed(1)} (${sorted.at(0)?.toFixed(1)} to ${sorted.at(-1)?.toFixed(1)})`.padEnd(24)
}
