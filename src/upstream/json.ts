// JSON as the upstream writes it, read and written without an amount ever passing through a binary float.
import { withQuotedNumbers } from './quoted.ts'

/** What an answer consists of. A number arrives as the text that it was written as; decoders know which texts are numbers. */
export type Json = string | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * A request body: flat but for the way of a withdrawal, amounts as decimal strings, which first-party clients send and which no reader
 * can round on the way. A number is a count; a null clears, and is left out of a form, which has none.
 */
export type RequestBody = Readonly<
  Record<
    string,
    string | number | boolean | null | readonly string[] | Readonly<Record<string, string | undefined>> | undefined
  >
>

/**
 * Parses a whole JSON text, as it came. Throws a SyntaxError for all that `JSON.parse` refuses, and a RangeError for what is nested too deep.
 * Of a key that comes twice the last one counts; `__proto__` is a key like any other.
 */
export function parseJson(body: Buffer): Json {
  return JSON.parse(withQuotedNumbers(isMarked(body) ? body.subarray(3) : body)) as Json
}

/** Whether a byte order mark stands before it, which `JSON.parse` would not take. */
function isMarked(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

/** An object as a body, as it was written: what is not known to us is in it too, and numbers keep their digits. */
export function verbatim(body: Buffer): RequestBody {
  const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown }
  type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
  const parse = JSON.parse as (text: string, reviver: Reviver) => RequestBody
  return parse(new TextDecoder().decode(body), (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? rawJSON(source) : value,
  )
}

/** The body in the encoding that the endpoint's row names, with its content type. */
export function encodeBody(body: RequestBody, encoding: 'json' | 'form'): { text: string; contentType: string } {
  if (encoding === 'json') return { text: JSON.stringify(body), contentType: 'application/json' }
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined || value === null) continue
    if (Array.isArray(value)) for (const each of value as readonly string[]) form.append(name, each)
    else form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return { text: form.toString(), contentType: 'application/x-www-form-urlencoded' }
}
