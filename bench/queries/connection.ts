// A client's connection: one request at a time over a bare socket, which costs next to nothing beside the server that is measured.
import { connect as connectSocket } from 'node:net'
import { once } from 'node:events'
import type { Request } from './scenarios.ts'

export interface Connection {
  /** Sends the whole text of a request, and gives its answer. */
  ask(request: string): Promise<Answer>
  close(): void
}

export interface Answer {
  readonly status: number
  readonly body: Buffer
}

export async function connect(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url)
  const socket = connectSocket({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined
  let chunks: Buffer[] = []
  let length = 0
  /** How many bytes make the answer; undefined until its head is there, infinite where only the end of its last chunk tells. */
  let whole: number | undefined

  const fail = (error: Error): void => waiting?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('closed the connection')))
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    whole ??= lengthOf(chunks)
    if (whole === undefined || (length < whole && !(whole === Infinity && endsChunks(chunk)))) return
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
    const answer = {
      status: Number(bytes.toString('latin1', 9, 12)),
      body: whole === Infinity ? unchunked(body) : body,
    }
    chunks = []
    length = 0
    whole = undefined
    waiting?.resolve(answer)
  })

  return {
    ask(request) {
      const { promise, ...settle } = Promise.withResolvers<Answer>()
      waiting = settle
      socket.write(request, 'latin1')
      return promise
    },
    close() {
      waiting = undefined
      socket.destroy()
    },
  }
}

/** Makes the whole texts of GraphQL requests to one place. */
export function createPost(url: string): (token: string, asked: Request) => string {
  const { host, pathname } = new URL(url)
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    'accept: application/json',
    'authorization: Bearer ',
  ].join('\r\n')
  return (token, asked) => {
    const body = JSON.stringify(asked)
    return `${head}${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  }
}

function lengthOf(chunks: Buffer[]): number | undefined {
  const head = Buffer.concat(chunks).toString('latin1', 0, 4_000)
  const end = head.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end)) ?? []
  return length === undefined ? Infinity : end + 4 + Number(length)
}

function endsChunks(chunk: Buffer): boolean {
  return chunk.subarray(-5).toString('latin1') === '0\r\n\r\n'
}

function unchunked(body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; ;) {
    const line = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, line), 16)
    if (size === 0) return Buffer.concat(parts)
    parts.push(body.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}
