// A process full of listeners, one to a socket, who see to it that every change comes, once, in order and byte for byte.
import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { CODES, headOf, messageOf, now, readPrice, SAMPLE, SUBSCRIPTION } from './events.ts'

/** What they tell their parent. */
export type Told =
  /** All of them have had this tick, each so many microseconds after it began. */
  { readonly tick: number; readonly waits: readonly number[] } | { readonly fault: string }

const [, , url = '', sockets = ''] = process.argv
const waits = new Map<number, number[]>()
process.once('disconnect', () => process.exit())
const tell = (told: Told): void => void process.send?.(told)

// As many openings at a time as a server takes without refusing any.
const codes = Array.from({ length: Number(sockets) }, (_, index) => CODES[index % CODES.length] ?? '').values()
await Promise.all(
  Array.from({ length: 100 }, async () => {
    for (const code of codes) await listen(code)
  }),
)

/** Resolves with the first value. */
function listen(code: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const fault = (text: string): void => tell({ fault: `A listener to ${code}: ${text}` })
  // As the graphql-ws client makes them.
  const id = randomUUID()
  const price = headOf(id).length
  const asOf = price + SAMPLE.price.length + '","asOf":"'.length
  const length = messageOf(id, SAMPLE).length
  let last: number | undefined

  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false })
  socket.on('open', () => socket.send('{"type":"connection_init"}'))
  socket.on('error', (error) => fault(error.message))
  socket.on('close', (closedWith) => fault(`closed with ${closedWith}`))
  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1')
    if (text === '{"type":"connection_ack"}') {
      const payload = { query: SUBSCRIPTION, variables: { c: code } }
      return socket.send(JSON.stringify({ id, type: 'subscribe', payload }))
    }
    const quote = {
      price: text.slice(price, price + SAMPLE.price.length),
      asOf: text.slice(asOf, asOf + SAMPLE.asOf.length),
    }
    const told = readPrice(quote.price)
    // Later messages can differ in what is compared below alone, as long as they are as long.
    if (text.length !== length || (last === undefined && text !== messageOf(id, quote)))
      return fault(`was sent ${text}`)
    if (told.code !== code) return fault(`was sent ${told.code}`)
    if (last !== undefined && told.tick !== last + 1) return fault(`had tick ${told.tick} after ${last}`)
    last = told.tick
    resolve()
    note(told.tick, now() - told.began)
  })
  return promise
}

function note(tick: number, wait: number): void {
  const noted = waits.get(tick) ?? []
  waits.set(tick, noted)
  noted.push(wait)
  if (noted.length < Number(sockets)) return
  waits.delete(tick)
  tell({ tick, waits: noted })
}
