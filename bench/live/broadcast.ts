// The yardstick: a server that does nothing but send by `ws`, on the gateway's schedule, the bytes that the gateway would send.
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { CODES, messageOf, quotesOf, untilNextTick } from './events.ts'

interface Message {
  readonly type: string
  readonly id: string
  readonly payload: { readonly variables: { readonly c: string } }
}

const listeners: { readonly socket: WebSocket; readonly id: string; readonly rate: number }[] = []
let ticks = 0
let quotes = quotesOf(ticks)

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => {
  console.log(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    const { type, id, payload } = JSON.parse(data.toString()) as Message
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
    if (type === 'subscribe') join({ socket, id, rate: CODES.indexOf(payload.variables.c) })
  })
})

function join(listener: (typeof listeners)[number]): void {
  listeners.push(listener)
  if (ticks === 0) tick()
  else send(listener)
}

function tick(): void {
  ticks += 1
  quotes = quotesOf(ticks)
  for (const listener of listeners) send(listener)
  setTimeout(tick, untilNextTick())
}

function send({ socket, id, rate }: (typeof listeners)[number]): void {
  const quote = quotes[rate]
  if (quote) socket.send(messageOf(id, quote))
}
