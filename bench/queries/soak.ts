// `npm run bench -- soak`: a million requests of all kinds, and what the gateway holds after each hundred thousand of them: always the same.
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { startChild } from './child.ts'
import { connect, createPost } from './connection.ts'
import { BASES } from './data.ts'
import { printTable } from './report.ts'
import { isAnswer, scenarioOf, tokenOf } from './scenarios.ts'
import { SERVERS, startServers } from './servers.ts'
import type { Connection } from './connection.ts'
import type { Request } from './scenarios.ts'
import type { Running } from './servers.ts'

const { values: options } = parseArgs({ options: { requests: { type: 'string', default: '1000000' } } })
const requests = Number(options.requests)

const CONNECTIONS = 16
/** How often it is told what the gateway holds. */
const TOLD = 10
/** One in so many is looked at as a whole. A prime, so that each kind of request has its turn. */
const LOOKED_AT = 47
/** One in so many is the dear Q1, one comes after an event stream, one after a websocket. */
const RARELY = 1_000

const Q1 = scenarioOf('Q1')
/** Of ten requests; the last two are documents that nobody has sent before. */
const MIX = ['Q2', 'Q2v', 'Q2v', 'Q3', 'Q2v', 'mutation', 'error', 'exchange'].map(scenarioOf)
const LIVE = 'subscription ($base: CurrencyCode!) { liveRate(currency: "BTC", base: $base) { price } }'

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
try {
  const upstream = await startChild('bench/queries/upstream.ts')
  const { running, close } = await startServers(
    SERVERS.filter(({ name }) => name === 'gateway'),
    upstream.said,
  )
  try {
    await soak(running[0] as Running)
  } finally {
    await close()
    upstream.close()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

async function soak(server: Running): Promise<void> {
  const rows: string[][] = []
  const begun = performance.now()
  for (let told = 0; told <= TOLD; told += 1) {
    if (told > 0) await send(server, ((told - 1) * requests) / TOLD, (told * requests) / TOLD)
    const { inUse, resident } = await server.memory()
    const seconds = ((performance.now() - begun) / 1000).toFixed(0)
    rows.push([String((told * requests) / TOLD), mebibytes(inUse), mebibytes(resident), seconds])
    console.log(`${rows.at(-1)?.[0]} requests: ${mebibytes(inUse)} MiB in use`)
  }
  printTable('What the gateway holds', ['requests', 'heap and buffers in use, MiB', 'resident, MiB', 'after s'], rows)
}

/** Sends the requests from one number to another, and resolves when all have had their answers. */
async function send({ url, websocketUrl }: Running, from: number, to: number): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(url)))
  const post = createPost(url)
  let next = from
  const work = async (socket: Connection): Promise<void> => {
    while (next < to) {
      const n = next
      next += 1
      if (n % RARELY === 1) await hearEventStream(url, n)
      if (n % RARELY === 2) await hearWebSocket(websocketUrl, n)
      await sendOne(socket, post, n)
    }
  }
  try {
    await Promise.all(sockets.map(work))
  } finally {
    for (const socket of sockets) socket.close()
  }
}

async function sendOne(socket: Connection, post: ReturnType<typeof createPost>, n: number): Promise<void> {
  const kind = n % (MIX.length + 2)
  const scenario = n % RARELY === 0 ? Q1 : MIX[kind]
  const request = scenario?.request(n) ?? (kind === MIX.length ? invalidRequest(n) : otherRequest(n))
  // Every tenth caller has never been here before.
  const { status, body } = await socket.ask(post(n % 10 === 1 ? `once-${n}` : tokenOf(n), request))
  const isRight = status === 200 && (!scenario || n % LOOKED_AT > 0 || isAnswer(scenario, n, body.toString()))
  if (!isRight) throw new Error(`answered ${JSON.stringify(request)} with ${status} ${body.toString().slice(0, 300)}`)
}

/** Documents that nobody has sent before: one that is refused, and one that is answered. */
function invalidRequest(n: number): Request {
  return { query: `{ account(id: "Account:1") { id nothing${n} } }` }
}

function otherRequest(n: number): Request {
  return { query: `{ other${n}: __typename }` }
}

async function hearEventStream(url: string, n: number): Promise<void> {
  const request = httpRequest(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${tokenOf(n)}`,
    },
  })
  request.end(JSON.stringify({ query: LIVE, variables: { base: BASES[n % BASES.length] } }))
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
  for await (const chunk of response) if (String(chunk).includes('"price"')) break
  request.destroy()
}

async function hearWebSocket(url: string, n: number): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  await once(socket, 'message')
  const payload = { query: LIVE, variables: { base: BASES[n % BASES.length] } }
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }))
  const [message] = (await once(socket, 'message')) as [Buffer]
  if (!message.toString().includes('"price"')) throw new Error(`a websocket was told ${message.toString()}`)
  socket.close()
  await once(socket, 'close')
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1)
}
