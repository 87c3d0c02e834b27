// The process of a crowd: see crowd.ts, which starts it.
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Heard, Leaving, Listening, Order } from './crowd.ts'

const sockets: WebSocket[] = []
/** The last price of each. */
const last: number[] = []
const heard = { values: 0, skipped: 0, errors: 0, closed: 0, faults: [] as string[] }

process.on('message', (order: Order) => void obey(order).then(() => process.send?.(tell())))
// Whoever has started it has gone.
process.on('disconnect', () => process.exit())

async function obey(order: Order): Promise<void> {
  if (order.does === 'listen') await listenAll(order.url, order)
  if (order.does === 'leave') await leave(order.how)
}

function tell(): Heard {
  return { ...heard, least: last.length > 0 ? Math.min(...last) : 0 }
}

/** As many at a time as a server takes that refuses none. */
async function listenAll(url: string, { sockets: count, query, variables }: Listening): Promise<void> {
  const left = Array.from({ length: count }, (_, index) => variables[index % variables.length] ?? {}).values()
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      for (const each of left) await listen(url, { query, variables: each })
    }),
  )
}

async function listen(url: string, payload: object): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false, skipUTF8Validation: true })
  const index = sockets.push(socket) - 1
  last[index] = 0
  const greeted = Promise.withResolvers<void>()
  socket.on('close', () => (heard.closed += 1))
  socket.on('error', ({ message }) => fault(message))
  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1')
    const [, price] = /"price":"(\d+)"/.exec(text) ?? []
    if (price !== undefined) return note(index, Number(price))
    if (text.includes('"connection_ack"')) greeted.resolve()
    else if (text.includes('"error"')) heard.errors += 1
    else fault(`was sent ${text.slice(0, 200)}`)
  })
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  await greeted.promise
  socket.send(JSON.stringify({ id: 'it', type: 'subscribe', payload }))
}

function note(index: number, price: number): void {
  const before = last[index] ?? 0
  if (price <= before) fault(`heard ${price} after ${before}`)
  else if (before > 0) heard.skipped += price - before - 1
  last[index] = price
  heard.values += 1
}

function fault(text: string): void {
  if (heard.faults.length < 10) heard.faults.push(text)
}

async function leave(how: Leaving): Promise<void> {
  await Promise.all(
    sockets.map(async (socket) => {
      if (how === 'complete') return socket.send('{"id":"it","type":"complete"}')
      const closed = once(socket, 'close')
      socket[how]()
      await closed
    }),
  )
}
