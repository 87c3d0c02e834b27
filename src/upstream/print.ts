// `npm run endpoints`: prints the endpoint table, each row with its scope, class and provenance.
import { endpointRows, endpoints } from './endpoints.ts'

const columns = ['name', 'method', 'path', 'encoding', 'scope', 'class', 'path from', 'answer from'] as const
const rows = endpointRows(endpoints).map((row) => [
  row.name,
  row.method,
  row.path,
  row.encoding,
  row.scope ?? '(none)',
  row.safety,
  row.pathFrom,
  row.answerFrom,
])
const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)))

for (const row of [columns, ...rows]) {
  process.stdout.write(
    `${row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()}\n`,
  )
}
