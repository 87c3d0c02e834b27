// The sandbox's exports: CSV and PDF files that are made while they are sent.
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { csvLines } from '../src/sandbox/csv.ts'
import { pdfPieces } from '../src/sandbox/pdf.ts'
import { type Body, type Caller, startCaller } from './sandbox/caller.ts'

let caller: Caller
beforeAll(async () => {
  caller = await startCaller({ callsPerMinute: 100_000 })
})
beforeEach(() => caller.control.clock.freeze())
afterEach(() => caller.control.reset())
afterAll(() => caller.sandbox.close())

/** The last 300 days, the whole of the history. */
function range(): string {
  const now = caller.control.clock.now().getTime()
  const [from, to] = [now - 300 * 86_400_000, now + 86_400_000].map((time) => new Date(time).toISOString())
  return `dateFrom=${from}&dateTo=${to}`
}

async function resources(): Promise<Record<string, readonly [list: string, query: string, scope: string]>> {
  const [{ accountId }] = (await caller.get('/accounts?currencyCode=EUR')).body
  const { id } = (await caller.get('/merchants/projects')).body.data[0]
  return {
    'account-transactions': [
      `/accounts/${accountId}/transactions`,
      `accountId=${accountId}`,
      'account-transaction:read',
    ],
    exchanges: ['/exchanges', '', 'exchange:read'],
    deposits: ['/deposits', '', 'deposit:read'],
    'crypto-deposits': ['/deposits/crypto', '', 'deposit-crypto:read'],
    'merchant-orders': ['/merchants/orders', `projectId=${id}`, 'merchants-orders:read'],
    'merchant-transactions': ['/merchants/transactions', `projectId=${id}`, 'merchants-transactions:read'],
    ...Object.fromEntries(
      ['crypto', 'bank', 'e-wallet', 'voucher', 'with-exchange'].map((kind) => [
        `withdrawals?type=${kind.toUpperCase().replace('-', '_')}`,
        [`/withdrawals/${kind}`, '', `withdraw-${kind}:read`],
      ]),
    ),
  }
}

const pathOf = (resource: string, query: string, format: string): string =>
  `/exports/${resource}${resource.includes('?') ? '&' : '?'}format=${format}&${query}&${range()}`

describe('a CSV export', () => {
  test('has a header of field names and then the rows of its list, oldest first, for each resource', async () => {
    for (const [resource, [list, query, scope]] of Object.entries(await resources())) {
      const token = caller.control.tokens.create([scope])
      const { status, text, headers } = await caller.get(pathOf(resource, query, 'CSV'), token)
      expect(status, resource).toBe(200)
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
      const [columns = [], ...rows] = parseCsv(text)
      const page = (await caller.get(`${list}?size=100&${query}`)).body
      expect(rows.length, resource).toBe(Number(page.totalCount))
      expect(rows.length).toBeGreaterThan(0)
      for (const [index, row] of page.data.entries()) {
        const cells = Object.fromEntries(columns.map((column, place) => [column, rows.at(-1 - index)?.[place]]))
        expect(cells, resource).toEqual(Object.fromEntries(columns.map((column) => [column, shown(row, column)])))
      }
      const left = Object.keys(page.data[0]).filter((name) => !columns.some((column) => column.split('.')[0] === name))
      expect(
        left.filter((name) => !/^(voucherCode|voucherPin|expiresAt|externalId)$/.test(name)),
        resource,
      ).toEqual([])
    }
  })

  test('is named after its resource and dates, and holds only what is of those and of its filters', async () => {
    const now = caller.control.clock.now().getTime()
    const [from, to] = [now - 40 * 86_400_000, now - 10 * 86_400_000].map((time) =>
      new Date(time).toISOString().slice(0, 10),
    )
    const query = `dateFrom=${from}&dateTo=${to}&payCurrencyCode=EUR`
    const { text, headers } = await caller.get(`/exports/exchanges?format=CSV&${query}`)
    expect(headers.get('content-disposition')).toBe(`attachment; filename="exchanges-${from}-${to}.csv"`)
    const list = (await caller.get(`/exchanges?size=100&${query}`)).body
    expect(parseCsv(text)).toHaveLength(Number(list.totalCount) + 1)
    expect(text.endsWith('\r\n')).toBe(true)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  test('never has the codes of vouchers', async () => {
    const { data } = (await caller.get('/withdrawals/voucher?status=PAID')).body
    const { text } = await caller.get(pathOf('withdrawals?type=VOUCHER', '', 'CSV'))
    expect(text).toContain(data[0].id)
    expect(text).not.toContain(data[0].voucherCode)
  })

  test('quotes what has to be quoted, and keeps formulas from being any, but not negative amounts', () => {
    const cell = (text: string) => ({ text, isNumber: false })
    const cells = ['=1+1', '+370', '@home', '\tx', '-x', 'a "b", c', 'two\r\nlines', 'Žemė'].map(cell)
    const [header, line] = [...csvLines(['a', 'b'], [[...cells, { text: '-1.15', isNumber: true }]])]
    expect(header).toBe('a,b\r\n')
    expect(line).toBe(`'=1+1,'+370,'@home,'\tx,'-x,"a ""b"", c","two\r\nlines",Žemė,-1.15\r\n`)
  })
})

describe('a PDF export', () => {
  test('is a document whose table of offsets is right, over several pages', async () => {
    const { accountId } = (await caller.get('/accounts?currencyCode=EUR')).body[0]
    const token = caller.control.tokens.create()
    const response = await fetch(caller.sandbox.url + pathOf('account-transactions', `accountId=${accountId}`, 'PDF'), {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(response.headers.get('content-type')).toBe('application/pdf')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="account-transactions-.+\.pdf"$/)
    const pages = checkPdf(Buffer.from(await response.arrayBuffer()).toString('latin1'))
    expect(pages).toBeGreaterThan(3)
  })

  test('has one page when there is nothing to show, and writes brackets and other alphabets safely', () => {
    expect(checkPdf([...pdfPieces('empty', [])].join(''))).toBe(1)
    const pdf = [...pdfPieces('signs', [String.raw`a (b) \ c`, 'Žemė ü 日本', 'x'.repeat(1000)])].join('')
    expect(checkPdf(pdf)).toBe(1)
    expect(pdf).toContain(String.raw`(a \(b\) \\ c) Tj`)
    expect(pdf).toContain('(Zeme ü ??) Tj')
  })
})

describe('an export', () => {
  test.each([
    [400, 'GEN_4', 'exchanges?dateFrom=2026-01-01&dateTo=2026-02-01'],
    [400, 'GEN_5', 'exchanges?format=XLS&dateFrom=2026-01-01&dateTo=2026-02-01'],
    [400, 'GEN_5', 'exchanges?format=csv&dateFrom=2026-01-01&dateTo=2026-02-01'],
    [400, 'GEN_4', 'exchanges?format=CSV&dateFrom=2026-01-01'],
    [400, 'GEN_4', 'exchanges?format=CSV&dateTo=2026-01-01'],
    [400, 'GEN_5', 'exchanges?format=CSV&dateFrom=2026-02-01&dateTo=2026-01-01'],
    [400, 'GEN_5', 'exchanges?format=PDF&dateFrom=2025-01-01&dateTo=2026-01-03'],
    [400, 'GEN_5', 'exchanges?format=CSV&dateFrom=2026-01-01&dateTo=2026-02-01&status=ODD'],
    [400, 'GEN_4', 'account-transactions?format=CSV&dateFrom=2026-01-01&dateTo=2026-02-01'],
    [400, 'GEN_8', 'account-transactions?format=CSV&dateFrom=2026-01-01&dateTo=2026-02-01&accountId=none'],
    [400, 'GEN_4', 'withdrawals?format=CSV&dateFrom=2026-01-01&dateTo=2026-02-01'],
    [400, 'GEN_5', 'withdrawals?format=CSV&dateFrom=2026-01-01&dateTo=2026-02-01&type=CASH'],
    [400, 'GEN_4', 'merchant-orders?format=CSV&dateFrom=2026-01-01&dateTo=2026-02-01'],
    [404, 'GEN_8', 'secrets?format=CSV&dateFrom=2026-01-01&dateTo=2026-02-01'],
  ])('is refused in JSON with %i and %s: %s', async (status, errorCode, path) => {
    const answer = await caller.get(`/exports/${path}`)
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode])
    expect(answer.headers.get('content-type')).toContain('application/json')
  })

  test('may span 366 days, and needs a token with the scope of its list', async () => {
    const path = '/exports/exchanges?format=CSV&dateFrom=2025-01-01&dateTo=2026-01-02'
    expect((await caller.get(path)).status).toBe(200)
    expect((await caller.get(path, null)).status).toBe(401)
    const { scopes } = caller.control.credentials.create()
    for (const [resource, [, query, scope]] of Object.entries(await resources())) {
      const token = caller.control.tokens.create(scopes.filter((one) => one !== scope))
      const refused = await caller.get(pathOf(resource, query, 'PDF'), token)
      expect([refused.status, refused.body.errorCode], resource).toEqual([403, 'GEN_3'])
    }
  })

  test('has as many made-up rows as it is told to, each with its own id, oldest first', async () => {
    caller.control.exports.setRows(30_000)
    const { text } = await caller.get(pathOf('exchanges', '', 'CSV'))
    const [columns = [], ...rows] = parseCsv(text)
    expect(rows).toHaveLength(30_000)
    expect(new Set(rows.map(([id]) => id)).size).toBe(30_000)
    const dates = rows.map((row) => row[columns.indexOf('createdAt')] ?? '')
    expect(dates).toEqual([...dates].sort())
    expect(caller.control.exports.get()).toEqual({ rows: 30_000, written: 30_000 })
    caller.control.exports.setRows(undefined)
    expect(parseCsv((await caller.get(pathOf('exchanges', '', 'CSV'))).text).length).toBeLessThan(1000)
  })

  test('waits for its reader, and ends when the reader goes', async () => {
    caller.control.exports.setRows(5_000_000)
    const { port, host } = new URL(caller.sandbox.origin)
    const socket = connect(Number(port), '127.0.0.1')
    const token = caller.control.tokens.create()
    const path = `/api/public${pathOf('exchanges', '', 'CSV')}`
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    const written = () => caller.control.exports.get().written
    // The socket is not read: the row count comes to rest.
    socket.pause()
    let before = -1
    await expect
      .poll(() => {
        const rests = written() > 0 && written() === before
        before = written()
        return rests
      })
      .toBe(true)
    expect(written()).toBeLessThan(500_000)
    socket.destroy()
    // The sandbox answers others and writes no more for that one.
    expect((await caller.get('/currencies')).status).toBe(200)
    const rest = written()
    expect((await caller.get('/currencies')).status).toBe(200)
    expect(written()).toBe(rest)
  })

  test('can go wrong: it breaks off halfway, is an error or an HTML page', async () => {
    const path = pathOf('exchanges', '', 'CSV')
    caller.control.faults.add({ kind: 'half-body', path: '/exports/{resource}', count: 1 })
    await expect(caller.get(path)).rejects.toThrow()
    caller.control.faults.add({ kind: 'status', status: 503, path: '/exports*', count: 1 })
    expect((await caller.get(path)).body.errorCode).toBe('GEN_1')
    caller.control.faults.add({ kind: 'html', count: 1 })
    expect((await caller.get(path)).text).toContain('<html>')
    caller.control.faults.add({ kind: 'empty', count: 1 })
    expect((await caller.get(path)).text).toBe('')
    caller.control.faults.add({ kind: 'reset-after', count: 1 })
    await expect(caller.get(path)).rejects.toThrow()
    expect((await caller.get(path)).status).toBe(200)
  })
})

/** What a cell must be for a row as the list shows it. */
function shown(row: Body, column: string): string {
  const value = column.split('.').reduce((inner, name) => inner?.[name], row)
  return value === null || value === undefined ? '' : String(value)
}

function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

/** Follows the table of offsets from the end, as a reader does; gives back the number of pages. */
function checkPdf(pdf: string): number {
  expect(pdf.startsWith('%PDF-1.4\n')).toBe(true)
  expect(pdf.endsWith('%%EOF\n')).toBe(true)
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1])
  const [, size = '', entries = ''] =
    /^xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] \n)+)trailer\n/.exec(pdf.slice(start)) ?? []
  const offsets = [...entries.matchAll(/(\d{10}) \d{5} ([nf]) \n/g)]
  expect(offsets).toHaveLength(Number(size))
  for (const [number, [, offset, kind]] of offsets.entries()) {
    expect(kind).toBe(number === 0 ? 'f' : 'n')
    if (number > 0) expect(pdf.slice(Number(offset)).startsWith(`${number} 0 obj\n`)).toBe(true)
  }
  expect(pdf.slice(start)).toContain(`/Size ${size} /Root 1 0 R`)
  const streams = [...pdf.matchAll(/<< \/Length (\d+) >>\nstream\n([^]*?)endstream/g)]
  for (const [, length, stream = ''] of streams) expect(stream.length).toBe(Number(length))
  const [, kids = '', count] = /\/Kids \[(.*?)\] \/Count (\d+)/.exec(pdf) ?? []
  expect(kids.match(/\d+ 0 R/g)).toHaveLength(Number(count))
  expect(streams).toHaveLength(Number(count))
  return Number(count)
}
