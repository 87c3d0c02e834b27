// Reads a request's body, JSON or form, keeping each number as its digits were written.
import type { IncomingMessage } from 'node:http'
import { failure } from './failure.ts'

const largest = 1_000_000

// The compiler's library does not know the third argument of a reviver yet.
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const parseJson = JSON.parse as (text: string, reviver: Reviver) => unknown

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= largest) chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Both forms on every POST, since the contract's sources disagree (merchant 12.1). */
export function parseBody(text: string, contentType: string | undefined): ReadonlyMap<string, unknown> {
  const kind = contentType?.split(';')[0]?.trim().toLowerCase()
  if (kind === 'application/x-www-form-urlencoded') return parseForm(text)
  if (text === '') return new Map()
  if (kind !== undefined && kind !== 'application/json') throw failure('GEN_6')
  const value = parseExactly(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw failure('GEN_5', { body: 'not an object' })
  return new Map(Object.entries(value))
}

export function parseForm(text: string): ReadonlyMap<string, string> {
  const parameters = new URLSearchParams(text)
  return new Map([...parameters.keys()].map((name) => [name, parameters.get(name) ?? '']))
}

function parseExactly(text: string): unknown {
  try {
    return parseJson(text, (_, value, { source }) => (typeof value === 'number' ? source : value))
  } catch {
    throw failure('GEN_6')
  }
}
