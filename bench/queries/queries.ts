// `npm run bench -- queries`: CPU, latency, upstream calls, memory and cold start of the gateway, beside a server without GraphQL and its peers.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startChild } from './child.ts'
import { startCold } from './cold.ts'
import { compare } from './compare.ts'
import { printColdStarts, printMeasured, printMemory } from './report.ts'
import { isFor, scenarioOf, SCENARIOS } from './scenarios.ts'
import { SERVERS, startServers } from './servers.ts'
import type { Child } from './child.ts'
import type { ColdStart } from './cold.ts'
import type { Order, Outcome } from './load.ts'
import type { Measured, Part } from './report.ts'
import type { Calls } from './scenarios.ts'
import type { Running, ServerKind } from './servers.ts'

const { values: options } = parseArgs({
  options: {
    /** How often each of them is measured. */
    runs: { type: 'string', default: '3' },
    /** Once and shortly: a minute in all. */
    quick: { type: 'boolean', default: false },
    /** Names of parts and of servers; all of them unless told. */
    only: { type: 'string' },
    servers: { type: 'string' },
  },
})

const PARTS: readonly Part[] = [
  ...SCENARIOS.map((scenario) => ({ name: scenario.name, scenario, connections: 16, delayMs: 0 })),
  ...['Q1', 'Q2'].map((name) => ({
    name: `${name}+20ms`,
    scenario: scenarioOf(name),
    connections: 32,
    delayMs: 20,
  })),
]
const COLD = 'cold'

const runs = options.quick ? 1 : Number(options.runs)
/** CPU that each server is to spend on each part, in milliseconds. */
const measuredMs = options.quick ? 500 : 1_000
const settleMs = options.quick ? 200 : 600
const warmUpMs = options.quick ? 1_000 : 4_000
const coldStarts = options.quick ? 1 : 5
const parts = chosen(PARTS, options.only, [COLD])
const kinds = chosen(SERVERS, options.servers)
const isCold = options.only === undefined || options.only.split(',').includes(COLD)

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
try {
  if (process.platform !== 'linux') throw new Error('CPU time and memory are read from /proc, which Linux alone has.')
  const upstream = await startChild('bench/queries/upstream.ts')
  const load = await startChild('bench/queries/load.ts')
  const { running, close } = await startServers(kinds, upstream.said)
  try {
    await compare(
      running,
      SCENARIOS.filter((each) => parts.some(({ scenario }) => scenario === each)),
      upstream,
    )
    await measureParts(running, upstream, load)
    if (parts.length > 0) printMemory(await memoryOf(running))
  } finally {
    await close()
  }
  if (isCold) printColdStarts(await measureColdStarts(upstream))
  load.close()
  upstream.close()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

/** Measures each part on all servers, in another order each time, and prints it. */
async function measureParts(running: readonly Running[], upstream: Child, load: Child): Promise<void> {
  const measured = new Map<Part, Map<Running, Measured[]>>()
  for (const part of parts) {
    const able = running.filter((server) => isFor(part.scenario, server))
    if (able.length > 0) measured.set(part, new Map(able.map((server) => [server, []])))
    for (const server of able) await measure(part, server, upstream, load, warmUpMs)
  }
  for (let run = 0; run < runs; run += 1) {
    for (const [part, byServer] of measured) {
      for (const [server, all] of rotated([...byServer], run)) {
        // It has done nothing, or something else, for a while.
        await measure(part, server, upstream, load, settleMs)
        all.push(await measure(part, server, upstream, load, measuredMs))
      }
    }
  }
  printMeasured(measured)
}

async function measure(part: Part, server: Running, upstream: Child, load: Child, cpuMs: number): Promise<Measured> {
  const { scenario, connections, delayMs } = part
  await upstream.ask({ delayMs })
  const order: Order = { url: server.url, pid: server.pid, scenario: scenario.name, connections, cpuMs }
  const outcome = await load.ask<Outcome>(order)
  const calls = await upstream.ask<Calls>('calls')
  if ('fault' in outcome) throw new Error(`${server.name}: ${outcome.fault}`)
  const made = Object.values(calls).reduce((sum, count) => sum + count, 0)
  return { ...outcome, calls: made / outcome.sent }
}

async function memoryOf(running: readonly Running[]): Promise<ReadonlyMap<ServerKind, number>> {
  const resident = new Map<ServerKind, number>()
  for (const server of running) resident.set(server, (await server.memory()).resident)
  return resident
}

async function measureColdStarts(upstream: Child): Promise<ReadonlyMap<ServerKind, readonly ColdStart[]>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-cold-'))
  const starts = new Map<ServerKind, ColdStart[]>(kinds.map((kind) => [kind, []]))
  await upstream.ask({ delayMs: 0 })
  try {
    for (let run = 0; run < coldStarts; run += 1) {
      for (const [kind, each] of starts)
        each.push(await startCold(kind, scenarioOf('Q2'), upstream.said, join(dataDir, `${run}`)))
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
  return starts
}

function rotated<T>(all: readonly T[], by: number): readonly T[] {
  const first = by % all.length
  return [...all.slice(first), ...all.slice(0, first)]
}

/** Those with these names; a name that is nobody's is the end. */
function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: string | undefined,
  others: readonly string[] = [],
): readonly T[] {
  if (names === undefined) return all
  const wanted = names.split(',')
  const known = [...all.map(({ name }) => name), ...others]
  const stray = wanted.find((name) => !known.includes(name))
  if (stray !== undefined) {
    console.error(`There is no "${stray}": name some of ${known.join(',')}.`)
    process.exit(1)
  }
  return all.filter(({ name }) => wanted.includes(name))
}
