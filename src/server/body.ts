// How a request's body is read, no further than it may go.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The text of a body; undefined where it has more bytes than it may have. Rejects where it breaks off. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const take = (chunk: Buffer): void => {
      length += chunk.length
      chunks.push(chunk)
      if (length <= maxBytes) return
      // A destroyed request would leave what is still to come of it in the connection, before the next one.
      request.off('data', take).pause()
      resolve(undefined)
    }
    request.on('data', take)
    request.on('end', () => resolve(textOf(chunks)))
    request.on('error', reject)
    request.on('close', () => request.readableEnded || reject(new Error('the request broke off')))
  })
}

function textOf(chunks: readonly Buffer[]): string {
  const [first, ...rest] = chunks
  return first && rest.length === 0 ? first.toString() : Buffer.concat(chunks).toString()
}

/** How long a client that sends on may take to read its answer. */
const LINGER_MS = 500

/** Once it is answered, lets what still comes of a request fall, and cuts off whoever does not come to its end soon. */
export function dropRest(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  response.on('finish', () => {
    if (request.complete) return
    request.resume()
    setTimeout(() => request.complete || socket.destroy(), LINGER_MS).unref()
  })
}
