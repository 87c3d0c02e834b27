// The upstream of the benchmark, a process of its own: answers made beforehand, sent over bare sockets, and counted by route.
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import {
  ACCOUNTS,
  accountJson,
  accountsJson,
  addressJson,
  BASES,
  currenciesJson,
  exchangeJson,
  FORBIDDEN_ID,
  pairsJson,
  ratesJson,
  transactionsJson,
} from './data.ts'
import type { Calls, Route } from './scenarios.ts'

/** What it is asked by its parent: to answer so much later from now on, or how often it was called since it was asked last. */
export type Asked = { readonly delayMs: number } | 'calls'

const API = '/api/public'
const calls: Calls = {}
let delayMs = 0

const accounts = answer(200, accountsJson)
const currencies = answer(200, currenciesJson)
const address = answer(200, addressJson)
const pairs = answer(200, pairsJson)
const exchange = answer(200, exchangeJson)
const forbidden = answer(403, '{"errorCode":"GEN_3","key":"forbidden","message":"Not yours"}')
const unknown = answer(404, '{"errorCode":"GEN_8","key":"entity_not_found"}')
const rates = new Map(BASES.map((base) => [base, answer(200, ratesJson(base))]))
const transactions = new Map(ACCOUNTS.map((account) => [account.id, answer(200, transactionsJson(account))]))

const server = createServer({ noDelay: true }, (socket) => {
  let rest = ''
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1')
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) return
    const [, length = '0'] = rest.startsWith('POST') ? (/content-length: *(\d+)/i.exec(rest) ?? []) : []
    if (rest.length < end + 4 + Number(length)) return
    const target = rest.slice(rest.indexOf(' ') + 1 + API.length, rest.indexOf(' HTTP/'))
    rest = ''
    send(socket, answerTo(target))
  })
  // Whoever goes away while something is on its way is no failure of ours.
  socket.on('error', () => {})
})
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}${API}`)
})

process.on('message', (asked: Asked) => {
  if (asked !== 'calls') delayMs = asked.delayMs
  process.send?.({ ...calls })
  for (const route of Object.keys(calls) as Route[]) delete calls[route]
})
process.once('disconnect', () => process.exit())

function send(socket: Socket, bytes: Buffer): void {
  if (delayMs === 0) socket.write(bytes)
  else setTimeout(() => socket.write(bytes), delayMs)
}

function answerTo(target: string): Buffer {
  const [path = '', query = ''] = target.split('?', 2)
  const [, root, id = '', list] = path.split('/')
  if (root === 'accounts') {
    if (id === '') return counted('accounts', accounts)
    if (list !== undefined) return counted('transactions', transactions.get(id) ?? unknown)
    return counted('account', id === FORBIDDEN_ID ? forbidden : answer(200, accountJson(id)))
  }
  if (path === '/currencies/rates') return counted('rates', rates.get(query.slice(query.indexOf('=') + 1)) ?? unknown)
  if (path === '/currencies') return counted('currencies', currencies)
  if (path === '/deposits/crypto/addresses') return counted('depositAddress', address)
  if (path === '/exchanges/pairs') return counted('pairs', pairs)
  if (path === '/exchanges') return counted('exchange', exchange)
  return counted('unknown', unknown)
}

function counted(route: Route, bytes: Buffer): Buffer {
  calls[route] = (calls[route] ?? 0) + 1
  return bytes
}

function answer(status: number, json: string): Buffer {
  const head = `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'No'}\r\ncontent-type: application/json\r\n`
  return Buffer.from(`${head}content-length: ${json.length}\r\n\r\n${json}`, 'latin1')
}
