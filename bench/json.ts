// `npm run bench json`: what it costs to read the answers to one large query with all digits of all numbers, beside `JSON.parse`, which loses some.
import { deepStrictEqual } from 'node:assert/strict'
import { parseJson } from '../src/upstream/json.ts'
import { ACCOUNTS, accountsJson, ratesJson, transactionsJson } from './queries/data.ts'
import { printTable } from './queries/report.ts'

type Reader = (body: Buffer) => unknown
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown

const alone: Reader = (body) => JSON.parse(body.toString())
const byReviver: Reader = (body) =>
  (JSON.parse as (text: string, reviver: Reviver) => unknown)(body.toString(), (_key, value, { source }) =>
    typeof value === 'number' ? source : value,
  )
const READERS: readonly { readonly name: string; readonly read: Reader; readonly costs: number[] }[] = [
  { name: 'JSON.parse(bytes.toString())', read: alone, costs: [] },
  { name: 'parseJson(bytes), all digits kept', read: parseJson, costs: [] },
  { name: 'JSON.parse with a reviver that keeps them', read: byReviver, costs: [] },
]

/** Accounts, 50 transactions of each, and their rates. */
const bodies = [accountsJson, ...ACCOUNTS.map(transactionsJson), ratesJson('B01')].map((text) => Buffer.from(text))

/** In turns, so that what else runs on the machine meets all alike; the first are not counted, what runs often is compiled meanwhile. */
const ROUNDS = 60
const WARM_UP = 10
/** What is timed takes some milliseconds: the clock of CPU time is no finer than one thousandth of that. */
const TIMES = 5

for (const body of bodies) deepStrictEqual(parseJson(body), byReviver(body))
deepStrictEqual(parseJson(Buffer.from('[0.10000000000000000001,-0,1e400]')), ['0.10000000000000000001', '-0', '1e400'])

for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  for (const { read, costs } of READERS) {
    const cost = cpuOf(read)
    if (round >= WARM_UP) costs.push(cost)
  }
}

const [yardstick] = READERS
const bytes = bodies.reduce((sum, { length }) => sum + length, 0)
printTable(
  `Reading ${bodies.length} answers, ${Math.round(bytes / 1000)} kB: medians of ${ROUNDS} rounds in turns`,
  ['reader', 'CPU µs', 'to JSON.parse', 'in the middle half'],
  READERS.map(({ name, costs }) => {
    const ratios = costs.map((cost, round) => cost / (yardstick?.costs[round] ?? Number.NaN))
    const at = (part: number): string => quantile(ratios, part).toFixed(2)
    return [name, quantile(costs, 0.5).toFixed(0), at(0.5), `${at(0.25)} to ${at(0.75)}`]
  }),
)

/** CPU time of reading all of it once, in microseconds. */
function cpuOf(read: Reader): number {
  const before = process.cpuUsage()
  for (let time = 0; time < TIMES; time += 1) for (const body of bodies) read(body)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / TIMES
}

function quantile(figures: readonly number[], part: number): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length * part)] ?? Number.NaN
}
