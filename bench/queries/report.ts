// The report: Markdown tables, as the documentation has them.
import type { ColdStart } from './cold.ts'
import type { Scenario } from './scenarios.ts'
import type { ServerKind } from './servers.ts'

/** A scenario, and how it is measured. */
export interface Part {
  readonly name: string
  readonly scenario: Scenario
  readonly connections: number
  /** How much later the upstream answers. */
  readonly delayMs: number
}

/** One measurement of a part on a server. */
export interface Measured {
  /** For one request, in microseconds. */
  readonly cpu: number
  /** In milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Upstream calls for one request. */
  readonly calls: number
}

type ByServer = ReadonlyMap<ServerKind, readonly Measured[]>

/** What all others are measured by. */
const YARDSTICK = 'raw'

/** Each part by itself, medians of its measurements, and then the ratios of all. */
export function printMeasured(measured: ReadonlyMap<Part, ByServer>): void {
  console.log(
    'Each server has one core; the upstream and the clients share another. Before this all answers were compared and all',
  )
  console.log(
    'upstream calls counted. No two requests that are alike are under way at once. Amounts have 12 digits, which the',
  )
  console.log('floats of the peers can hold: the gateway and raw alone would keep more.')
  for (const [part, byServer] of measured) printPart(part, byServer)
  const parts = [...measured]
  const servers = new Set(parts.flatMap(([, byServer]) => [...byServer.keys()]))
  if (![...servers].some(({ name }) => name === YARDSTICK)) return
  printTable(
    `CPU of a request, as a ratio to ${YARDSTICK}`,
    ['server', ...parts.map(([{ name }]) => name)],
    [...servers].map((server) => [server.what, ...parts.map(([, byServer]) => ratio('cpu', server, byServer))]),
  )
}

function printPart({ name, scenario, connections }: Part, byServer: ByServer): void {
  printTable(
    `${name}: ${scenario.what}; ${connections} connections`,
    [
      'server',
      'CPU µs (least to most)',
      `CPU to ${YARDSTICK}`,
      'p50 ms',
      `p50 to ${YARDSTICK}`,
      'p99 ms',
      'upstream calls',
    ],
    [...byServer].map(([server, all]) => {
      const cpu = sorted(all, 'cpu')
      return [
        server.name,
        `${short(median(cpu))} (${short(cpu[0])} to ${short(cpu.at(-1))})`,
        ratio('cpu', server, byServer),
        short(median(sorted(all, 'p50'))),
        ratio('p50', server, byServer),
        short(median(sorted(all, 'p99'))),
        median(sorted(all, 'calls')).toFixed(2),
      ]
    }),
  )
}

/** Empty where there is nothing to compare with. */
function ratio(figure: 'cpu' | 'p50', server: ServerKind, byServer: ByServer): string {
  const [, yardstick] = [...byServer].find(([{ name }]) => name === YARDSTICK) ?? []
  const own = byServer.get(server)
  return own && yardstick ? (median(sorted(own, figure)) / median(sorted(yardstick, figure))).toFixed(2) : ''
}

/** `resident`: in bytes. */
export function printMemory(resident: ReadonlyMap<ServerKind, number>): void {
  printTable(
    'Resident memory after all of this',
    ['server', 'MiB'],
    [...resident].map(([{ name }, bytes]) => [name, (bytes / 1024 ** 2).toFixed(0)]),
  )
}

export function printColdStarts(starts: ReadonlyMap<ServerKind, readonly ColdStart[]>): void {
  printTable(
    'Cold start: the process begins, listens, has answered its first Q2',
    ['server', 'listens after ms', 'has answered after ms'],
    [...starts].map(([{ name }, all]) => [
      name,
      median(sorted(all, 'listening')).toFixed(0),
      median(sorted(all, 'answered')).toFixed(0),
    ]),
  )
}

export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((cell, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  console.log(['', title, '', line(head), rule, ...rows.map(line)].join('\n'))
}

function sorted<K extends string>(all: readonly Readonly<Record<K, number>>[], figure: K): readonly number[] {
  return all.map((each) => each[figure]).sort((a, b) => a - b)
}

function median(figures: readonly number[]): number {
  return figures[Math.floor(figures.length / 2)] ?? Number.NaN
}

/** Three digits, or all of a whole number. */
function short(figure = Number.NaN): string {
  return figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3)
}
