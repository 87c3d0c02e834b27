// Exports (wallet 9.1): a list as a CSV or PDF file, oldest first, its scope that of the list.
import { digitsOf } from './answers.ts'
import { cryptoDepositRoutes } from './crypto-deposits.ts'
import { type Cell, csvLines } from './csv.ts'
import { depositRoutes } from './deposits.ts'
import { chunksOf, Download } from './download.ts'
import { exchangeRoutes } from './exchanges.ts'
import { type ExportList, exportLists, kindsOfWithdrawals } from './export-columns.ts'
import { failure, notFound } from './failure.ts'
import type { Fields } from './fields.ts'
import { merchantTransactionRoutes } from './merchant-transactions.ts'
import { orderRoutes } from './orders.ts'
import type { Page } from './paging.ts'
import { pdfPieces } from './pdf.ts'
import type { Call, Route } from './router.ts'
import { transactionRoutes } from './transactions.ts'
import { withdrawalRoutes } from './withdrawals.ts'

export type ExportDesk = {
  /** Where it is set, each file has so many rows, made up from those that there are. */
  rows: number | undefined
  /** Rows written so far, by all exports: it stands still while a reader does not read. */
  written: number
}

type Row = Readonly<Record<string, unknown>>
type Question = Omit<Call, 'body'>

const day = 86_400_000
const longest = 366 * day

const lists: readonly Route[] = [
  ...transactionRoutes,
  ...exchangeRoutes,
  ...depositRoutes,
  ...cryptoDepositRoutes,
  ...withdrawalRoutes,
  ...orderRoutes,
  ...merchantTransactionRoutes,
]

export const exportRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/exports/{resource}',
    scope(question) {
      const { scope } = listOf(question).route
      return typeof scope === 'string' ? scope : ''
    },
    run(call) {
      const { query } = call
      query.required('format')
      const format = query.choice('format', ['CSV', 'PDF'])
      const [from, to] = rangeOf(query)
      const list = listOf(call)
      const rows = rowsOf(call, list, from, to)
      const [first, last] = [from, to].map((time) => new Date(time).toISOString().slice(0, 10))
      const name = `${call.parameter('resource')}-${first}-${last}`
      const cells = cellsOf(rows, list.columns)
      if (format === 'CSV') {
        return new Download('text/csv; charset=utf-8', `${name}.csv`, chunksOf(csvLines(list.columns, cells), 'utf8'))
      }
      const pieces = pdfPieces(name, pdfLines(list.columns, cells))
      return new Download('application/pdf', `${name}.pdf`, chunksOf(pieces, 'latin1'))
    },
  },
]

function listOf({ parameter, query }: Question): ExportList & { readonly route: Route } {
  const resource = parameter('resource')
  const isWithdrawals = resource === 'withdrawals'
  if (isWithdrawals) query.required('type')
  const kind = isWithdrawals ? query.choice('type', kindsOfWithdrawals) : undefined
  const list = exportLists[kind === undefined ? resource : `withdrawals ${kind}`]
  const route = lists.find(({ method, path }) => method === 'GET' && path === list?.path)
  if (list === undefined || route === undefined) throw notFound(resource)
  return { ...list, route }
}

function rangeOf(query: Fields): readonly [from: number, to: number] {
  query.required('dateFrom')
  query.required('dateTo')
  const [from = 0, to = 0] = [query.time('dateFrom'), query.time('dateTo')]
  if (to <= from) throw failure('GEN_5', { dateTo: 'not after dateFrom' })
  if (to - from > longest) throw failure('GEN_5', { dateTo: 'more than 366 days after dateFrom' })
  return [from, to]
}

// Which rows there are is settled now, whatever happens while they are sent; each one's text is made when its turn comes.
function rowsOf(call: Call, list: ExportList & { readonly route: Route }, from: number, to: number): Iterable<Row> {
  const accountId = list.needsAccount ? call.query.required('accountId') : ''
  if (list.needsAccount && call.world.ledger.account(accountId) === undefined) throw failure('GEN_8', { Id: accountId })
  const asked = { ...call, parameter: () => accountId }
  const desk = call.world.exportDesk
  if (desk.rows === undefined) return counted(allOf(asked, list.route), desk)
  // Any rows will do to make others from.
  const known = allOf({ ...asked, query: { ...call.query, time: () => undefined } }, list.route)
  return counted(madeUp(known, desk.rows, list, from, to), desk)
}

/** The list itself, page by page from its end, so that the oldest comes first. */
function allOf(call: Call, route: Route): Row[] {
  const pageAt = (page: number): Page => {
    const query = { ...call.query, count: (name: string) => (name === 'page' ? page : 100) }
    return route.run({ ...call, query }) as Page
  }
  const pages = Math.ceil(pageAt(1).totalCount / 100)
  return Array.from({ length: pages }, (_, index) => pageAt(pages - index).data.toReversed() as Row[]).flat()
}

function* madeUp(known: readonly Row[], count: number, list: ExportList, from: number, to: number): Iterable<Row> {
  if (known.length === 0) return
  const [idColumn = ''] = list.columns
  for (let index = 0; index < count; index += 1) {
    const row = known[index % known.length] ?? {}
    const id = `${String(row[idColumn]).slice(0, -9)}${String(index).padStart(9, '0')}`
    const date = new Date(from + Math.floor(((to - from) * index) / count))
    yield { ...row, [idColumn]: id, [list.dateColumn]: date }
  }
}

function* counted(rows: Iterable<Row>, desk: ExportDesk): Iterable<Row> {
  for (const row of rows) {
    desk.written += 1
    yield row
  }
}

function* cellsOf(rows: Iterable<Row>, columns: readonly string[]): Iterable<readonly Cell[]> {
  for (const row of rows) yield columns.map((column) => cellOf(valueAt(row, column)))
}

function* pdfLines(columns: readonly string[], rows: Iterable<readonly Cell[]>): Iterable<string> {
  yield columns.join(' | ')
  for (const cells of rows) yield cells.map(({ text }) => text).join(' | ')
}

/** A column such as `bankDetails.iban` looks into the object. */
function valueAt(row: Row, column: string): unknown {
  return column.split('.').reduce<unknown>((value, name) => (value as Row | null | undefined)?.[name], row)
}

function cellOf(value: unknown): Cell {
  const digits = typeof value === 'number' ? String(value) : digitsOf(value)
  if (digits !== undefined) return { text: digits, isNumber: true }
  if (value instanceof Date) return { text: value.toISOString(), isNumber: false }
  return { text: typeof value === 'string' || typeof value === 'boolean' ? String(value) : '', isNumber: false }
}
