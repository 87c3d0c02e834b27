// The yardstick, "tuned raw": node:http and undici's dispatch, the same calls and the same exact amounts as the gateway, and no GraphQL.
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { readDecimal } from '../../src/decimal.ts'
import { parseJson } from '../../src/upstream/json.ts'
import { MUTATION, Q1, Q2, Q2V, Q3 } from './scenarios.ts'
import type { Json } from '../../src/upstream/json.ts'
import type { Request } from './scenarios.ts'

type Row = { readonly [name: string]: Json }
type Variables = Readonly<Record<string, string>>

const api = new URL(process.env['SPECTROCOIN_API_URL'] ?? '')
const pool = new Pool(api.origin, { connections: 256 })
/** How many calls of one request are under way at a time, as in the gateway. */
const CALLS_AT_ONCE = 10
const KEPT_MS = 300_000

const [, ownId = ''] = /Account:(\w+)/.exec(Q2) ?? []
const HANDLERS: Readonly<Record<string, (authorization: string, variables: Variables) => string | Promise<string>>> = {
  [Q1]: (authorization, { base = '' }) => accountsWithTransactions(authorization, base),
  [Q2]: (authorization) => account(authorization, ownId),
  [Q2V]: (authorization, { id = '' }) => account(authorization, id.slice('Account:'.length)),
  [Q3]: () => '{"data":{"__typename":"Query"}}',
  [MUTATION]: createDepositAddress,
}

const server = createServer((request, response) => {
  answer(request).then(
    (text) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      response.end(text)
    },
    () => response.writeHead(500).end(),
  )
})
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`)
})

async function answer(request: IncomingMessage): Promise<string> {
  const { query, variables = {} } = JSON.parse((await bodyOf(request)).toString()) as Request
  const handler = HANDLERS[query]
  if (!handler) throw new Error('not a request that is known here')
  return handler(request.headers.authorization ?? '', variables as Variables)
}

function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => resolve(joined(chunks)))
    request.on('error', reject)
  })
}

async function accountsWithTransactions(authorization: string, base: string): Promise<string> {
  // The rates wait for nothing, and neither do the currencies.
  const [rows, known, prices] = await Promise.all([
    call<Row[]>('/accounts', authorization),
    currencies(authorization),
    call<Row[]>(`/currencies/rates?baseCurrencyCode=${base}`, authorization),
  ])
  const currencyJson = new Map(
    prices.map((row) => [
      row['currencyCode'],
      JSON.stringify({ code: row['currencyCode'], rate: { price: decimal(row['rate']) } }),
    ]),
  )
  const parts: string[] = []
  const left = rows.entries()
  await Promise.all(
    Array.from({ length: CALLS_AT_ONCE }, async () => {
      for (const [index, row] of left) {
        const path = `/accounts/${text(row['accountId'])}/transactions?page=1&size=50`
        const lines = await call<Row[]>(path, authorization)
        parts[index] = accountText(row, lines, (code) => (known.has(code) ? currencyJson.get(code) : undefined))
      }
    }),
  )
  return `{"data":{"accounts":[${parts.join()}]}}`
}

function accountText(
  row: Row,
  lines: readonly Row[],
  currencyOf: (code: Json | undefined) => string | undefined,
): string {
  const id = text(row['accountId'])
  const nodes = lines.map(
    (line) =>
      `{"id":${JSON.stringify(`Transaction:${id}/${text(line['transactionId'])}`)},"amount":"${decimal(line['amount'])}","currency":${currencyOf(line['currencyCode']) ?? null}}`,
  )
  const head = JSON.stringify({
    id: `Account:${id}`,
    currencyCode: row['currencyCode'],
    balance: decimal(row['balance']),
  })
  return `${head.slice(0, -1)},"transactions":{"nodes":[${nodes.join()}]}}`
}

async function account(authorization: string, id: string): Promise<string> {
  try {
    const row = await call<Row>(`/accounts/${id}`, authorization)
    return JSON.stringify({
      data: {
        account: {
          id: `Account:${text(row['accountId'])}`,
          currencyCode: row['currencyCode'],
          balance: decimal(row['balance']),
          available: decimal(row['availableBalance']),
        },
      },
    })
  } catch {
    return '{"data":{"account":null},"errors":[{"message":"This account cannot be read.","path":["account"]}]}'
  }
}

async function createDepositAddress(
  authorization: string,
  { currency = '', network = '' }: Variables,
): Promise<string> {
  const body = JSON.stringify({ currencyCode: currency, networkCode: network })
  const row = await call<Row>('/deposits/crypto/addresses', authorization, body)
  const made = {
    id: `DepositAddress:${text(row['addressId'])}`,
    address: row['address'],
    currencyCode: row['currencyCode'],
    network: row['networkCode'],
  }
  return JSON.stringify({ data: { createDepositAddress: made } })
}

let kept: Promise<ReadonlySet<Json | undefined>> | undefined
let keptUntil = 0

function currencies(authorization: string): Promise<ReadonlySet<Json | undefined>> {
  if (kept && Date.now() < keptUntil) return kept
  keptUntil = Date.now() + KEPT_MS
  kept = call<Row[]>('/currencies', authorization).then((rows) => new Set(rows.map(({ code }) => code)))
  return kept
}

async function call<T>(path: string, authorization: string, body: string | null = null): Promise<T> {
  return parseJson(await send(path, authorization, body)) as T
}

function send(path: string, authorization: string, body: string | null): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let status = 0
  pool.dispatch(
    {
      method: body === null ? 'GET' : 'POST',
      path: api.pathname + path,
      headers: body === null ? { authorization } : { authorization, 'content-type': 'application/json' },
      body,
    },
    {
      onRequestStart() {},
      onResponseStart: (_controller, statusCode) => void (status = statusCode),
      onResponseData: (_controller, chunk) => void chunks.push(chunk),
      onResponseEnd() {
        if (status === 200) resolve(joined(chunks))
        else reject(new Error(`The API said ${status}`))
      },
      onResponseError: (_controller, error) => reject(error),
    },
  )
  return promise
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}

function decimal(value: Json | undefined): string {
  const read = typeof value === 'string' ? readDecimal(value) : undefined
  if (read === undefined) throw new Error('no amount')
  return read
}

function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new Error('no text')
  return value
}
