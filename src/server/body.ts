// How a request's body is read, no further than it may go.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The text of a body; undefined where it has more bytes than it may have. Rejects where it breaks off. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined
  const chunks: Buffer[] = []
  let length = 0
  // A destroyed request would leave what is still to come of it in the connection, before the next one.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** How long a client that sends on may take to read its answer. */
const LINGER_MS = 500

/** Once it is answered, lets what still comes of a request fall, and cuts off whoever does not come to its end soon. */
export function dropRest(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  response.once('finish', () => {
    if (request.complete) return
    request.resume()
    setTimeout(() => request.complete || socket.destroy(), LINGER_MS).unref()
  })
}
